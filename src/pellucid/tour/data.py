"""What the tour learns from: data that need no download, or a folder that is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables import datasets
from pellucid.tables.sign_digits import sign_digits, sign_digits_folder
from pellucid.tables.sources import rows
from pellucid.tables.table import Table
from pellucid.tables.wording import counted

Array = NDArray[Any]

# What the columns of scikit-learn's diabetes data are, and in which units.
DIABETES = (
    "age (years)", "sex", "body mass index (kg/m²)", "blood pressure (mm Hg)",
    "s1 cholesterol", "s2 low density", "s3 high density", "s4 ratio",
    "s5 log triglycerides", "s6 glucose",
)  # fmt: skip
MASS_INDEX, PRESSURE = 2, 3
PROGRESSION = "progression of diabetes"

# The rows of the sign digits that the tutorials take: 205 that sign 0, 205 that sign 1.
ZEROS, ONES = slice(204, 409), slice(822, 1027)


@dataclass(frozen=True)
class Points:
    """Rows of numbers and what they are called.

    Parameters
    ----------
    X : array (n, d)
        Features.
    y : array (n,)
        What is to be learned.
    names, target : tuple of d str, str
        What X and y are called, with units.
    what : str
        What the rows are: "442 patients".
    """

    X: Array
    y: Array
    names: tuple[str, ...]
    target: str
    what: str

    def only(self, *places: int) -> Points:
        """The same rows with some of their features."""
        names = tuple(self.names[j] for j in places)
        return Points(self.X[:, places], self.y, names, self.target, self.what)


@dataclass(frozen=True)
class Setting:
    """How gradient descent is set: the learning rate, and how many iterations."""

    rate: float
    iterations: int


@dataclass(frozen=True)
class Pictures:
    """Grey pictures of digits.

    Parameters
    ----------
    images : array (n, h, w)
        Grey values from 0 to 1.
    y : array (n,) of int
        The digit that each shows.
    what : str
        What they are pictures of.
    descents : tuple of Setting
        Settings of gradient descent that suit them.
    """

    images: Array
    y: Array
    what: str
    descents: tuple[Setting, ...] = ()

    @property
    def flat(self) -> Array:
        """Each picture as a row of pixels (n, h w)."""
        return self.images.reshape(len(self.images), -1).astype(float)

    def only(self, places: Array, *descents: Setting) -> Pictures:
        """Some of the pictures."""
        return Pictures(self.images[places], self.y[places], self.what, descents)


@dataclass(frozen=True)
class Split:
    """Pictures as arrays: some to learn from, some to be judged by."""

    X_train: Array
    X_test: Array
    y_train: Array
    y_test: Array


@dataclass(frozen=True)
class Data:
    """Everything that the tour learns from.

    Parameters
    ----------
    line, plane, curve, many : Points
        With one feature, two features, one whose powers are features too, and ten.
    two, ten : Pictures
        Of the digits 0 and 1, and of all ten.
    """

    line: Points
    plane: Points
    curve: Points
    many: Points
    two: Pictures
    ten: Pictures


def collected(folder: Path | None) -> Data:
    """Take the data from a folder or, without one, those that need no download."""
    return bundled() if folder is None else from_folder(folder)


def bundled() -> Data:
    """Scikit-learn's own data: 442 patients with diabetes, and handwritten digits.

    >>> data = bundled()
    >>> data.line.X.shape, data.plane.X.shape, data.two.images.shape
    ((442, 1), (442, 2), (360, 8, 8))
    """
    many = patients()
    line, plane = many.only(MASS_INDEX), many.only(MASS_INDEX, PRESSURE)
    X, y = datasets.digits()
    ten = Pictures(X.reshape(-1, 8, 8) / 16, y, "handwritten digits")
    places = np.concatenate([np.flatnonzero(y == digit) for digit in (0, 1)])
    two = ten.only(places, Setting(0.5, 200), Setting(0.05, 150))
    return Data(line, plane, line, many, two, ten)


def patients() -> Points:
    """The diabetes data in their own units."""
    import sklearn.datasets

    X, y = sklearn.datasets.load_diabetes(return_X_y=True, scaled=False)
    return Points(X, y, DIABETES, PROGRESSION, f"{len(y)} patients")


def from_folder(folder: Path) -> Data:
    """The data sets of a folder that holds linear/ and sign-language-digits/."""
    line, plane, curve = (
        points_of(folder / "linear" / f"data_{kind}.csv", features)
        for kind, features in {"1d": 1, "2d": 2, "poly": 1}.items()
    )
    images, y = sign_digits(sign_digits_folder(folder))
    if len(images) < ONES.stop:
        found = counted(len(images), "picture")
        message = f"expected the whole set of 2,062 pictures, found {found}"
        raise TableError(f"{folder}: {message}; fetch X.npy and Y.npy again.")
    signs = Pictures(images, y, "hands that sign digits")
    two = signs.only(np.r_[ZEROS, ONES], Setting(0.009, 200), Setting(0.01, 150))
    ten = Pictures(shrunk(images), y, signs.what)
    return Data(line, plane, curve, patients(), two, ten)


def points_of(path: Path, features: int) -> Points:
    """Read a file of so many features and, in the last column, y."""
    table = rows(path, header=False, stream=False)
    if table.d != features + 1:
        expected = f"{counted(features, 'column')} of x and one of y"
        raise TableError(
            f"{path}: expected {expected}, found {counted(table.d, 'column')}; name "
            "the folder that holds linear/ and sign-language-digits/."
        )
    names = ("x",) if features == 1 else ("x1", "x2")
    return as_points(table, names, f"{table.n} points of {path.name}")


def as_points(table: Table, names: tuple[str, ...], what: str) -> Points:
    """Take the last column of a table as y."""
    return Points(table.X[:, :-1], table.X[:, -1], names, "y", what)


def shrunk(images: Array) -> Array:
    """Pictures of a quarter of the height and width: the means of 4 x 4 pixels.

    >>> shrunk(np.ones((5, 64, 64))).shape
    (5, 16, 16)
    """
    n, h, w = images.shape
    squares = images.reshape(n, h // 4, 4, w // 4, 4)
    small: Array = squares.mean(axis=(2, 4))  # (n, h / 4, w / 4)
    return small
