"""New rows, multiplied by what a fit has found as if in exact arithmetic.

A row is divided by the power of two that brings its elements within the sizes of their
columns, so that all rows are cut alike and none costs another digits. See `error_free`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import Double, cut
from pellucid.regression.slopes import Left
from pellucid.regression.survey import ExactColumns

Array = NDArray[Any]

LEAST = 1000  # powers of two below its size, from which an element is as good as 0
SLICES = 3  # so that 2^-90 of the largest term is left of a sum


@dataclass(frozen=True)
class Product:
    """A w (m, k) of rows A (m, d), of which terms may cancel.

    Parameters
    ----------
    size : array (d,)
        About what the elements of each column are.
    left : Left
        What w leaves of 0.

    Examples
    --------
    >>> w = Double(np.array([[1.0], [-1.0]]), np.array([[1e-20], [0.0]]))
    >>> Product.of(w, np.ones(2))(Double.of(np.array([[3.0, 3.0], [1e99, 0.0]])))
    array([[3.e-20],
           [1.e+99]])
    """

    size: Array
    left: Left

    @classmethod
    def of(cls, w: Double, size: Array) -> Product:
        """By coefficients w (d, k) of columns of about these sizes."""
        columns = replace(ExactColumns.nothing(1, len(size)), largest=size)
        b = Double.of(np.zeros(w.head.shape[1]))
        return cls(size, Left.of(columns, w, b, SLICES, 1))

    @np.errstate(over="ignore", invalid="ignore")
    def __call__(self, A: Double) -> Array:
        """Multiply some rows."""
        reach = np.max(np.abs(A.head) / self.size, axis=1)
        e = np.maximum(np.frexp(reach)[1], -LEAST)[:, None]
        down = np.ldexp(1.0, -e)
        cuts = self.left.cutting.of(np.frexp(self.size)[1])
        zeros = np.zeros((len(e), self.left.b.head.size))
        slices = cut(Double(A.head * down, A.tail * down), cuts)
        left = self.left.of_targets(slices, zeros)
        return np.asarray(np.ldexp(-left.value, e))


@dataclass(frozen=True)
class Turned:
    """U = [1 A F] turn of rows A, centred: U'U = I over the rows fitted, weighted.

    Without an intercept there is no 1.

    Parameters
    ----------
    F : array (d, rank)
        Coefficients, as rounding has left them.
    turn : array (m, m)
        What makes of [1 A F] what it should be.
    """

    F: Array
    turn: Array

    def leverages(self, size: Array) -> Callable[[Double], Array]:
        """What gives |u|^2 (n,) of rows whose columns are of about these sizes."""
        product, m = Product.of(Double.of(self.F), size), len(self.turn)

        def of(A: Double) -> Array:
            U = np.insert(product(A), 0, 1.0, axis=1)[:, -m:] @ self.turn
            return np.asarray(np.sum(U**2, axis=1))

        return of
