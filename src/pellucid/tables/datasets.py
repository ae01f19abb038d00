"""Data sets for lessons and tests, each a pair (X, y).

`sign_digits` reads a folder; `line`, `plane`, `xor`, `donut`, `adding` and `parity` are
drawn at random by `numpy.random.default_rng`, so that the same `random_state` gives the
same rows; `airline` is here, and the others ship inside scikit-learn. Nothing is
downloaded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.sequences import adding, airline, parity
from pellucid.tables.sign_digits import sign_digits

__all__ = [
    "adding",
    "airline",
    "breast_cancer",
    "diabetes",
    "digits",
    "donut",
    "iris",
    "line",
    "linnerud",
    "parity",
    "plane",
    "sign_digits",
    "wine",
    "xor",
]

Pair = tuple[NDArray[Any], NDArray[Any]]


def line(n: int = 100, noise: float = 1.0, random_state: Any = None) -> Pair:
    """Draw points along a line: y = 2 x + 3 + noise e, with x in [0, 10].

    Parameters
    ----------
    n : int
        Number of points.
    noise : float
        Standard deviation of the error; e is standard normal.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same points each time.

    Returns
    -------
    X : array (n, 1)
        x, uniform.
    y : array (n,)
        The line with its noise.

    Examples
    --------
    >>> X, y = line(n=3, noise=0.0, random_state=0)
    >>> X.shape, bool(np.all(y == 2 * X[:, 0] + 3))
    ((3, 1), True)
    """
    rng = np.random.default_rng(random_state)
    X = rng.uniform(0, 10, size=(n, 1))
    return X, X @ [2.0] + 3 + noise * rng.standard_normal(n)


def plane(n: int = 100, noise: float = 1.0, random_state: Any = None) -> Pair:
    """Draw points along a plane: y = 2 x1 - 3 x2 + 5 + noise e, with x1, x2 in [0, 10].

    Parameters
    ----------
    n : int
        Number of points.
    noise : float
        Standard deviation of the error; e is standard normal.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same points each time.

    Returns
    -------
    X : array (n, 2)
        x1 and x2, uniform.
    y : array (n,)
        The plane with its noise.

    Examples
    --------
    >>> X, y = plane(n=3, noise=0.0, random_state=0)
    >>> bool(np.allclose(y, 2 * X[:, 0] - 3 * X[:, 1] + 5))
    True
    """
    rng = np.random.default_rng(random_state)
    X = rng.uniform(0, 10, size=(n, 2))
    return X, X @ [2.0, -3.0] + 5 + noise * rng.standard_normal(n)


def xor(n: int = 200, noise: float = 0.2, random_state: Any = None) -> Pair:
    """Draw the exclusive or: four clusters in the unit square, opposite ones alike.

    A point is (1/4, 1/4) + corner/2 + noise u, with u uniform in [-1, 1]^2, and
    y = corner1 xor corner2. No straight line divides the classes.

    Parameters
    ----------
    n : int
        Number of points, dealt to the four corners in turn.
    noise : float
        Half the width of a cluster; from 1/4 on the clusters touch.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same points each time.

    Returns
    -------
    X : array (n, 2)
        The points.
    y : array (n,) of int
        0 or 1.

    Examples
    --------
    >>> X, y = xor(n=4, noise=0.0)
    >>> X.tolist()
    [[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]]
    >>> y
    array([0, 1, 1, 0])
    """
    rng = np.random.default_rng(random_state)
    first, second = np.arange(n) // 2 % 2, np.arange(n) % 2  # 0 0 1 1 ..., 0 1 0 1 ...
    corners = np.column_stack([first, second])  # (n, 2)
    return 0.25 + corners / 2 + noise * rng.uniform(-1, 1, size=(n, 2)), first ^ second


def donut(n: int = 1000, noise: float = 1.0, random_state: Any = None) -> Pair:
    """Draw two rings round the origin, of radius 5 (class 0) and 10 (class 1).

    A point is (r cos t, r sin t), with t uniform and r = 5 + noise e or 10 + noise e.
    No straight line divides the classes, but the radius does.

    Parameters
    ----------
    n : int
        Number of points, the first half of them on the inner ring.
    noise : float
        Standard deviation of the radius; e is standard normal.
    random_state : int, numpy.random.Generator or None
        What to draw from; an int gives the same points each time.

    Returns
    -------
    X : array (n, 2)
        The points.
    y : array (n,) of int
        0 on the inner ring, 1 on the outer.

    References
    ----------
    lazyprogrammer, machine_learning_examples, `logistic_regression_class/
    logistic_donut.py`.

    Examples
    --------
    >>> X, y = donut(n=4, noise=0.0, random_state=0)
    >>> np.hypot(X[:, 0], X[:, 1]).round(12), y
    (array([ 5.,  5., 10., 10.]), array([0, 0, 1, 1]))
    """
    rng = np.random.default_rng(random_state)
    y = (np.arange(n) >= n // 2).astype(int)
    r = 5 + 5 * y + noise * rng.standard_normal(n)
    t = rng.uniform(0, 2 * np.pi, size=n)
    return np.column_stack([r * np.cos(t), r * np.sin(t)]), y


def bundled(name: str) -> Pair:
    """Load a data set that ships inside scikit-learn."""
    import sklearn.datasets

    X, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
    return X, y


def diabetes() -> Pair:
    """Load 442 patients: 10 measurements, and how far diabetes went within a year.

    Returns
    -------
    X : array (442, 10)
        Age, sex, body mass index, blood pressure and six blood values, each shifted to
        mean 0 and scaled to sum of squares 1.
    y : array (442,)
        The progression, 25 to 346.

    References
    ----------
    Efron, Hastie, Johnstone & Tibshirani, "Least angle regression" (2004).

    Examples
    --------
    >>> X, y = diabetes()
    >>> X.shape, y.shape
    ((442, 10), (442,))
    """
    return bundled("diabetes")


def digits() -> Pair:
    """Load 1797 handwritten digits, each 8 x 8 grey values.

    Returns
    -------
    X : array (1797, 64)
        The pictures row by row, from 0 to 16.
    y : array (1797,) of int
        The digit.

    References
    ----------
    Alpaydin & Kaynak, "Optical recognition of handwritten digits", UCI (1998).

    Examples
    --------
    >>> X, y = digits()
    >>> X.shape, y[:4]
    ((1797, 64), array([0, 1, 2, 3]))
    """
    return bundled("digits")


def iris() -> Pair:
    """Load 150 flowers of three kinds of iris.

    Returns
    -------
    X : array (150, 4)
        Length and width of sepal and petal, in cm.
    y : array (150,) of int
        0 setosa, 1 versicolor, 2 virginica.

    References
    ----------
    Fisher, "The use of multiple measurements in taxonomic problems" (1936).

    Examples
    --------
    >>> X, y = iris()
    >>> X.shape, np.bincount(y)
    ((150, 4), array([50, 50, 50]))
    """
    return bundled("iris")


def wine() -> Pair:
    """Load 178 wines of three growers.

    Returns
    -------
    X : array (178, 13)
        Alcohol, malic acid and eleven more from the laboratory.
    y : array (178,) of int
        The grower, 0 to 2.

    References
    ----------
    Aeberhard & Forina, "Wine", UCI (1991).

    Examples
    --------
    >>> X, y = wine()
    >>> X.shape, np.bincount(y)
    ((178, 13), array([59, 71, 48]))
    """
    return bundled("wine")


def breast_cancer() -> Pair:
    """Load 569 tumours, by the shapes of their cell nuclei.

    Returns
    -------
    X : array (569, 30)
        Ten measures of the nuclei: mean, standard error and worst of each.
    y : array (569,) of int
        0 malignant, 1 benign.

    References
    ----------
    Wolberg, Mangasarian, Street & Street, "Breast Cancer Wisconsin", UCI (1993).

    Examples
    --------
    >>> X, y = breast_cancer()
    >>> X.shape, np.bincount(y)
    ((569, 30), array([212, 357]))
    """
    return bundled("breast_cancer")


def linnerud() -> Pair:
    """Load 20 men at a gymnasium: three exercises, and three measures of the body.

    Returns
    -------
    X : array (20, 3)
        Chin-ups, sit-ups and jumps.
    y : array (20, 3)
        Weight, waist and pulse.

    References
    ----------
    Tenenhaus, "La régression PLS: théorie et pratique" (1998).

    Examples
    --------
    >>> X, y = linnerud()
    >>> X.shape, y.shape
    ((20, 3), (20, 3))
    """
    return bundled("linnerud")
