"""Pictures of hands that sign the digits, read from a folder that the person names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.wording import counted

Pair = tuple[NDArray[Any], NDArray[Any]]

SIGNED = np.array([9, 0, 7, 6, 1, 8, 4, 3, 2, 5])  # the digit of each column of Y.npy


def sign_digits(folder: str | os.PathLike[str] | None = None) -> Pair:
    """Load the grey pictures of hands that sign the digits 0 to 9.

    The folder holds `X.npy` and `Y.npy` in the layout known from Kaggle, where `Y` is
    one-hot by position and its columns stand for 9, 0, 7, 6, 1, 8, 4, 3, 2, 5. So rows
    204:409 sign 0 and rows 822:1027 sign 1.

    Parameters
    ----------
    folder : path, optional
        Where `X.npy` and `Y.npy` lie, or the folder above `sign-language-digits/` with
        them; by default what the environment variable PELLUCID_DATA names.

    Returns
    -------
    X : array (n, 64, 64) of float32
        Grey values from 0 to 1; n is 2062 for the whole set.
    y : array (n,) of int
        The digit that each picture shows.

    Raises
    ------
    TableError
        When no folder is named, it lacks the files, or they hold something else.

    References
    ----------
    Arda Mavi, "Sign Language Digits Dataset" (2017), Apache-2.0.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "X.npy"), np.zeros((10, 64, 64)))
    ...     np.save(Path(folder, "Y.npy"), np.eye(10))
    ...     X, y = sign_digits(folder)
    >>> X.shape, y
    ((10, 64, 64), array([9, 0, 7, 6, 1, 8, 4, 3, 2, 5]))
    """
    place = sign_digits_folder(folder)
    X, Y = loaded(place / "X.npy"), loaded(place / "Y.npy")
    n = len(X) if X.ndim else 0
    for name, array, shape in ("X.npy", X, (n, 64, 64)), ("Y.npy", Y, (n, 10)):
        if array.shape != shape or array.dtype.kind not in "biuf":
            raise TableError(
                f"{place / name}: expected numbers of shape {shape}, found "
                f"{array.dtype} of shape {array.shape}; use the files as published."
            )
    one_hot = ((Y == 0) | (Y == 1)).all(axis=1) & (Y.sum(axis=1) == 1)  # (n,)
    wrong = np.flatnonzero(~one_hot)
    if wrong.size:
        raise TableError(
            f"{place / 'Y.npy'}, row {wrong[0] + 1}: expected a single 1 among zeros, "
            f"found {Y[wrong[0]].tolist()} ({counted(len(wrong), 'such row')}); use "
            "the files as published."
        )
    return X.astype(np.float32, copy=False), SIGNED[Y.argmax(axis=1)]


AS_UNPACKED = "Sign-language-digits-dataset"  # what the published archive unpacks to


def sign_digits_folder(folder: str | os.PathLike[str] | None) -> Path:
    """Find the folder that holds X.npy and Y.npy."""
    named = folder or os.environ.get("PELLUCID_DATA")
    if not named:
        raise TableError(
            "expected a folder with X.npy and Y.npy, but none was named and "
            "PELLUCID_DATA is not set; set it or say sign_digits(folder)."
        )
    here, below = Path(named), Path(named, "sign-language-digits")
    for place in (here, below, Path(named, AS_UNPACKED)):
        if (place / "X.npy").is_file() and (place / "Y.npy").is_file():
            return place
    raise TableError(
        f"expected X.npy and Y.npy in {here} or in {below}, found them in neither; "
        "set PELLUCID_DATA or say sign_digits(folder)."
    )


def loaded(path: Path) -> NDArray[Any]:
    """Load an array, never code."""
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise TableError(
            f"{path}: expected an array as np.save writes it, found something else; "
            "fetch the file again."
        ) from None
    return array
