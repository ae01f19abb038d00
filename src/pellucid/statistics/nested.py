"""Which models are part of which: whether columns lie within the span of others.

A model is nested in another where each of its columns, and its intercept, is a
combination of the other's: then the other can say whatever it says. That is found out
from the rows, and scales and shifts of columns do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.powers import exponents, filled, scaled

Array = NDArray[Any]

ROUNDING = 1e-9  # the part of a column outside of others that counts for none
BLOCK = 8192  # rows that are looked at together


@dataclass(frozen=True)
class Design:
    """The columns X (n, d) of a model, and whether a column of ones is beside them."""

    X: Any
    intercept: bool


@dataclass(frozen=True)
class Span:
    """What columns of rows span, in coordinates that all models share.

    Parameters
    ----------
    around : array (r, d)
        The columns less their means.
    mean : array (d,)
        Their means, as the coordinate along the column of ones.
    intercept : bool
        Whether that column is one of them.
    """

    around: Array
    mean: Array
    intercept: bool

    def columns(self, intercept: bool) -> Array:
        """The columns beside an intercept, or with their means; each of length 1."""
        found = self.around
        if not intercept:
            found = np.vstack([self.mean, self.around])
            ones = np.eye(len(found), 1)
            found = np.hstack([found, ones]) if self.intercept else found
        size = np.linalg.norm(found, axis=0)
        return np.asarray(found / np.where(size > 0, size, 1.0))

    def is_within(self, other: Span) -> bool:
        """Whether all of it lies in the span of another."""
        mine, whole = (span.columns(other.intercept) for span in (self, other))
        outside = mine - (Q := _basis(whole)) @ (Q.T @ mine)
        return bool((np.linalg.norm(outside, axis=0) <= ROUNDING).all())


def spans(designs: Sequence[Design]) -> list[Span]:
    """What each of several designs of the same rows spans.

    Examples
    --------
    >>> x = np.arange(4.0)[:, None]
    >>> line, curve = spans([Design(x, True), Design(np.hstack([5 - x, x**2]), True)])
    >>> line.is_within(curve), curve.is_within(line)
    (True, False)
    """
    e = [exponents(design.X) for design in designs]
    each = [0, *np.cumsum([design.X.shape[1] for design in designs])]
    n = designs[0].X.shape[0]
    blocks = [slice(i, i + BLOCK) for i in range(0, n, BLOCK)]

    def rows(block: slice) -> Array:
        parts = [filled(scaled(d.X[block], p)) for d, p in zip(designs, e, strict=True)]
        return np.hstack(parts).astype(float, copy=False)

    first = rows(slice(0, 1))  # what all share is taken out before it costs digits
    mean = sum(np.sum(rows(block) - first, axis=0) for block in blocks) / n
    R = np.zeros((0, each[-1]))
    for block in blocks:
        R = linalg.qr(np.vstack([R, (rows(block) - first) - mean]), mode="r")[0]
        R = R[: each[-1]]
    mean = (mean + first[0]) * n**0.5
    still = np.linalg.norm(R, axis=0) <= 4 * np.finfo(float).eps * np.abs(mean)
    R[:, still] = 0.0
    return [
        Span(R[:, i:j], mean[i:j], design.intercept)
        for i, j, design in zip(each[:-1], each[1:], designs, strict=True)
    ]


def _basis(columns: Array) -> Array:
    """Orthonormal columns that span the same, those that are but rounding left out."""
    Q, R, _ = linalg.qr(columns, mode="economic", pivoting=True)
    size = np.abs(np.diagonal(R))
    return np.asarray(Q[:, size > ROUNDING * np.max(size, initial=0.0)])
