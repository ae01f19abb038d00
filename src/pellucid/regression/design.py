"""Designs: the columns of a linear model, centred and scaled, and products with them.

Z = (X - mean) / length is never formed as a whole: a block of rows is centred and
scaled where it is used, while it stays in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[Any]


class Design(Protocol):
    """Z (n, d), of which blocks of rows are visited; see `Dense`."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        ...

    @property
    def width(self) -> int:
        """How many numbers of a row are to be in the cache."""
        ...

    def block(self, rows: slice) -> Any:
        """Some rows of Z, as what knows @, .T and len."""
        ...


@dataclass(frozen=True)
class Dense:
    """Z = (X - mean) / length of X (n, d), an array or rows of a sparse matrix (CSR).

    A block of it is an array; so few columns, of which all products are taken, are
    best held.

    Examples
    --------
    >>> design = Dense(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([0.5]))
    >>> design.block(slice(0, 2))
    array([[-2.],
           [ 2.]])
    """

    X: Any
    mean: Array
    length: Array

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        n, d = self.X.shape
        return n, d

    @property
    def width(self) -> int:
        """A block is a copy."""
        return self.shape[1]

    def block(self, rows: slice) -> Array:
        """Some rows of Z, as float64."""
        X = self.X[rows]
        X = X.toarray() if sparse.issparse(X) else X
        Z = np.subtract(X, self.mean, dtype=float)
        Z /= self.length
        return Z


@dataclass(frozen=True)
class Folded:
    """Z = (X - mean) / length of which nothing is copied: Z v = X (v / length) - c'v.

    c = mean / length. So X may be a sparse matrix (CSR), and wide rows are read once.
    Where c is large, digits are lost that `Dense` keeps.

    Examples
    --------
    >>> X = sparse.csr_array([[1.0, 0.0], [3.0, 4.0]])
    >>> design = Folded(X, np.array([2.0, 0.0]), np.array([0.5, 2.0]))
    >>> design @ np.ones(2), design.T @ np.ones(2)
    (array([-2.,  4.]), array([0., 2.]))
    """

    X: Any
    mean: Array
    length: Array

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        n, d = self.X.shape
        return n, d

    @property
    def width(self) -> int:
        """A block is a view; what is dense is used twice while it is in the cache."""
        return 1 if sparse.issparse(self.X) else self.shape[1]

    def __len__(self) -> int:
        """How many rows."""
        return self.shape[0]

    def block(self, rows: slice) -> Folded:
        """Some rows of Z."""
        return Folded(self.X[rows], self.mean, self.length)

    def __matmul__(self, v: Array) -> Array:
        """Z v."""
        v = v / (self.length if v.ndim == 1 else self.length[:, None])
        return np.asarray(self.X @ v - self.mean @ v)

    @property
    def T(self) -> FoldedColumns:
        """Z'."""
        return FoldedColumns(self)


@dataclass(frozen=True)
class FoldedColumns:
    """Z' of a folded Z."""

    Z: Folded

    def __matmul__(self, g: Array) -> Array:
        """Z'g."""
        mean, length, total = self.Z.mean, self.Z.length, np.sum(g, axis=0)
        if g.ndim > 1:
            mean, length = mean[:, None], length[:, None]
        return np.asarray((self.Z.X.T @ g - mean * total) / length)


def with_ones(design: Any, rows: slice, dtype: Any = float) -> Array:
    """A = [Z 1] (m, d + 1) of some rows, in some precision."""
    X = design.X[rows]
    X = X.toarray() if sparse.issparse(X) else X
    A = np.empty((X.shape[0], X.shape[1] + 1), dtype)
    centred = np.subtract(X, design.mean, dtype=float)
    np.multiply(centred, 1 / design.length, out=A[:, :-1], casting="same_kind")
    A[:, -1] = 1
    return A
