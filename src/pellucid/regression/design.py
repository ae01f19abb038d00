"""Designs: the columns of a linear model, centred and scaled, and products with them.

Z = (X - mean) / length is never formed as a whole: a block of rows is centred and
scaled where it is used, while it stays in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.powers import filled, is_sparse
from pellucid.regression.rows import MOST, WIDE, visited

Array = NDArray[Any]

READ_AHEAD = 2**16  # numbers of a block that may not be in the cache
SMALL = 900_000  # multiplications, up to which OpenBLAS copies no matrix (0.3.20)


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

    def some(self, rows: Array) -> Design:
        """Some rows alone."""
        ...

    def block(self, rows: slice) -> Any:
        """Some rows of Z, as what knows @, .T and len."""
        ...

    def times(self, v: Array) -> Array:
        """Z v (n,) or (n, k)."""
        ...

    def across(self, g: Array) -> Array:
        """Z'g (d,) or (d, k)."""
        ...

    def squares(self, q: Array) -> Array:
        """The diagonal of Z' q Z (d,)."""
        ...

    def chosen(self, columns: Array) -> Design:
        """Some of the columns."""
        ...


@dataclass(frozen=True)
class Standardised:
    """Z = (X - mean) / length of X (n, d), an array or a sparse matrix (CSR)."""

    X: Any
    mean: Array
    length: Array

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        n, d = self.X.shape
        return n, d

    def some(self, rows: Array | slice) -> Self:
        """Some rows alone."""
        return type(self)(self.X[rows], self.mean, self.length)

    def chosen(self, columns: Array) -> Self:
        """Some of the columns."""
        return type(self)(self.X[:, columns], self.mean[columns], self.length[columns])


@dataclass(frozen=True)
class Dense(Standardised):
    """Z of which a block of rows is formed at a time.

    A block of it is an array; so few columns, of which all products are taken, are
    best held.

    Examples
    --------
    >>> design = Dense(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([0.5]))
    >>> design.block(slice(0, 2))
    array([[-2.],
           [ 2.]])
    """

    @property
    def width(self) -> int:
        """A block is a copy."""
        return self.shape[1]

    def block(self, rows: slice) -> Array:
        """Some rows of Z, as float64."""
        Z: Array = np.subtract(filled(self.X[rows]), self.mean, dtype=float)
        Z /= self.length
        return Z

    def times(self, v: Array) -> Array:
        """Z v (n,) or (n, k)."""

        def part(blocks: list[slice]) -> Array:
            return np.concatenate([self.block(rows) @ v for rows in blocks])

        return np.concatenate(visited(part, *self.shape))

    def across(self, g: Array) -> Array:
        """Z'g (d,) or (d, k)."""
        return self._summed(lambda Z, rows: Z.T @ g[rows])

    def squares(self, q: Array) -> Array:
        """The diagonal of Z' q Z (d,)."""
        return self._summed(lambda Z, rows: q[rows] @ Z**2)

    def _summed(self, what: Callable[[Array, slice], Any]) -> Array:
        def part(blocks: list[slice]) -> Any:
            return sum(what(self.block(rows), rows) for rows in blocks)

        return np.asarray(sum(visited(part, *self.shape)))


@dataclass(frozen=True)
class Folded(Standardised):
    """Z of which nothing is copied: Z v = X (v / length) - c'v.

    c = mean / length. So X may be a sparse matrix (CSR), and wide rows are read once.
    Where c is large, digits are lost that `Dense` keeps.

    Examples
    --------
    >>> from scipy import sparse
    >>> X = sparse.csr_array([[1.0, 0.0], [3.0, 4.0]])
    >>> design = Folded(X, np.array([2.0, 0.0]), np.array([0.5, 2.0]))
    >>> design @ np.ones(2), design.T @ np.ones(2)
    (array([-2.,  4.]), array([0., 2.]))
    """

    @property
    def width(self) -> int:
        """A block is a view; what is dense is used twice while it is in the cache."""
        return 1 if is_sparse(self.X) else self.shape[1]

    def __len__(self) -> int:
        """How many rows."""
        return self.shape[0]

    def block(self, rows: slice) -> Folded:
        """Some rows of Z."""
        return self.some(rows)

    def squares(self, q: Array) -> Array:
        """The diagonal of Z' q Z (d,), sum q (x^2 - mean (2 x - mean)) / length^2."""
        X, mean = self.X, self.mean
        if is_sparse(X):
            squares = X.multiply(X).T @ q
        else:
            squares = np.einsum("ij,ij,i->j", X, X, q)
        total = squares - mean * (2 * (X.T @ q) - mean * np.sum(q))
        return np.asarray(np.maximum(total, 0) / self.length**2)

    def __matmul__(self, v: Array) -> Array:
        """Z v."""
        v = v / beside(self.length, v)
        return np.asarray(product(self.X, v) - self.mean @ v)

    def times(self, v: Array) -> Array:
        """Z v (n,) or (n, k)."""
        v = v / beside(self.length, v)
        X, rows = self.X, self._rows_a_product(v)

        def part(blocks: list[slice]) -> Any:
            whole = slice(blocks[0].start, blocks[-1].stop)
            if is_sparse(X):
                return rows_of(X, whole) @ v
            pieces = range(whole.start, whole.stop, rows)
            some = [X[i : min(i + rows, whole.stop)] @ v for i in pieces]
            return np.concatenate(some)

        return np.concatenate(visited(part, *self._size)) - self.mean @ v

    def across(self, g: Array) -> Array:
        """Z'g (d,) or (d, k)."""
        X = self.X

        def part(blocks: list[slice]) -> Any:
            whole = slice(blocks[0].start, blocks[-1].stop)
            if is_sparse(X):
                return rows_of(X, whole).T @ g[whole]
            return (g[whole].T @ X[whole]).T  # X' g takes twice the time of g' X

        total = sum(visited(part, *self._size))
        return np.asarray(total - self._mean_of(g)) / beside(self.length, g)

    @property
    def _size(self) -> tuple[int, int]:
        """Products with few columns are too small for BLAS's own threads."""
        return self.shape[0], min(self.width, WIDE - 1)

    def _rows_a_product(self, v: Array) -> int:
        return max(16, SMALL // max(v.size, 1)) if v.ndim > 1 else MOST

    def _mean_of(self, g: Array) -> Array:
        """The mean times sum(g), of the shape of Z'g."""
        mean: Array = np.multiply.outer(self.mean, summed(g))
        return mean

    @property
    def T(self) -> FoldedColumns:  # noqa: N802
        """Z'."""
        return FoldedColumns(self)


@dataclass(frozen=True)
class FoldedColumns:
    """Z' of a folded Z."""

    Z: Folded

    def __matmul__(self, g: Array) -> Array:
        """Z'g."""
        Z = self.Z
        product = Z.X.T @ g if is_sparse(Z.X) else (g.T @ Z.X).T
        return np.asarray((product - Z._mean_of(g)) / beside(Z.length, g))


def beside(v: Array, r: Array) -> Array:
    """A column v (p,) beside r (p,) or (p, k)."""
    return v if r.ndim == 1 else v[:, None]


def rows_of(X: Any, rows: slice) -> Any:
    """Some rows of a sparse matrix (CSR), whose numbers are not copied."""
    if rows.stop - rows.start == X.shape[0]:
        return X
    ends = X.indptr[rows.start : rows.stop + 1]
    some = slice(ends[0], ends[-1])
    cells = X.data[some], X.indices[some], ends - ends[0]
    return type(X)(cells, shape=(len(ends) - 1, X.shape[1]), copy=False)


def product(X: Any, v: Array) -> Array:
    """X v; of much one output row by row: so memory is read ahead, as BLAS does not."""
    if v.ndim == 1 and X.size > READ_AHEAD and not is_sparse(X):
        return np.asarray(np.einsum("ij,j->i", X, v))
    return np.asarray(X @ v)


def summed(g: Array) -> Any:
    """The sum over rows () or (k,); of few columns a product takes less time."""
    return np.sum(g) if g.ndim == 1 else np.ones(len(g)) @ g


def with_ones(design: Any, rows: slice, dtype: Any = float) -> Array:
    """A = [Z 1] (m, d + 1) of some rows, in some precision."""
    X = filled(design.X[rows])
    A = np.empty((X.shape[0], X.shape[1] + 1), dtype)
    centred = np.subtract(X, design.mean, dtype=float)
    np.multiply(centred, 1 / design.length, out=A[:, :-1], casting="same_kind")
    A[:, -1] = 1
    return A
