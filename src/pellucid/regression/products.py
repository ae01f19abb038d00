"""Products of columns, A'Q A with A = [Z 1], of X as it lies where that keeps digits.

    Z = (X - mean) / length = X T with X = [X 1]:  A'Q A = T' (X'Q X) T

A block is then copied once, to the precision of the products, and neither centred nor
scaled. Columns that lie far from 0, or are very long or short, are both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.design import with_ones

Array = NDArray[Any]

OFF = 4  # lengths from 0 to the mean, up to which float32 keeps digits enough
SHORT, LONG = 1e-12, 1e12  # lengths whose squares float32 holds


@dataclass(frozen=True)
class Products:
    """How blocks of a design are taken for products; `raw` as they lie.

    Examples
    --------
    >>> from pellucid.regression.design import Dense
    >>> design = Dense(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([0.5]))
    >>> products = Products.of(design)
    >>> A = products.rows(slice(0, 2), float)
    >>> products.unfolded(A.T @ A)
    array([[8., 0.],
           [0., 2.]])
    """

    design: Any
    raw: bool

    @classmethod
    def of(cls, design: Any) -> Products:
        """Look whether the columns are near 0 and of like length."""
        if not isinstance(design.X, np.ndarray):
            return cls(design, False)
        length = design.length
        near = np.all(np.abs(design.mean) <= OFF * length)
        return cls(design, bool(near and np.all((length > SHORT) & (length < LONG))))

    def rows(self, rows: slice, dtype: Any) -> Array:
        """[Z 1] (m, d + 1) of some rows, or [X 1]."""
        if not self.raw:
            return with_ones(self.design, rows, dtype)
        X = self.design.X[rows]
        columns = X.strides[0] == X.itemsize  # so that X is read in order
        size = X.shape[0], X.shape[1] + 1
        A: Array = np.empty(size, dtype, order="F" if columns else "C")
        A[:, :-1] = X
        A[:, -1] = 1
        return A

    def unfolded(self, H: Array) -> Array:
        """A'Q A of one output, of k of them (k (d + 1), k (d + 1)), or of each of k."""
        if not self.raw:
            return H
        mean, scale = self.design.mean, np.append(1 / self.design.length, 1.0)
        p = len(scale)
        k = H.shape[-1] // p
        blocks = H.reshape(-1, k, p, k, p)
        blocks[:, :, :-1] -= mean[:, None, None] * blocks[:, :, -1:]
        blocks[..., :-1] -= blocks[..., -1:] * mean
        blocks *= scale
        blocks *= scale[:, None, None]
        return H
