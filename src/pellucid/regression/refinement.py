"""Refinement of least squares, and how many digits of the solution are certain.

What the slopes Z'(y - b - A w) of a solution are off from 0 is solved for by the
triangle R, as often as the next correction would still change a digit. The slopes are
those of exact arithmetic, so that a large residual does no harm.

Björck, "Iterative refinement of linear least squares solutions I" (1967), and
"Stability analysis of the method of seminormal equations" (1987).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import BITS, Double
from pellucid.regression.factors import Factors
from pellucid.regression.problem import Rows
from pellucid.regression.slopes import Slopes, slopes

Array = NDArray[Any]

STEPS = 12  # at most
SLICES = 2, 7  # fewest and most
HALF = 2.0**-BITS  # the half of a unit that rounding to float64 may move
SMALL = 1e-3  # of the terms of a sum: down to that all digits are sought at any price
CHEAP = 2**22  # numbers of X from which a slice more would be felt
DUST = 2.0**-64  # of the terms: what is less, and less than its error, is 0


@dataclass(frozen=True)
class Refined:
    """Coefficients w (d, k), intercepts b (k,), bounds of their errors, and r's r."""

    w: Double
    b: Double
    error_w: Array
    error_b: Array
    squares: Array


def refined(
    rows: Rows, factors: Factors, T: Array, f: Array, half: float = HALF
) -> Refined:
    """Solve for v = T f, and correct it within the directions of T.

    `half` is the part of a coefficient that may be wrong, where that can be reached.
    """
    step = _Step(rows, factors, T)
    w = Double.of(factors.unscaled(T @ f))
    b = Double.of((factors.target - factors.mean @ w.head) * rows.intercept)
    before, slices = np.linalg.norm(f, axis=0), slices_for(T, rows)
    for i in range(STEPS):
        found = slopes(rows, w, b, slices)
        dw, db, now = step.correction(found)
        w, b = w + dw, b + db
        left, inexact = step.errors(found, now, before)
        size, terms = step.sizes(w, b)
        exact = (inexact <= half / 4 * np.maximum(size, SMALL * terms)).all()
        there = left <= np.maximum(inexact, half / 4 * np.maximum(size, DUST * terms))
        if there.all() and (exact or slices == SLICES[1]):
            break
        if i and (now >= before / 2).any():
            break
        before, slices = now, slices if exact else min(slices + 1, SLICES[1])
    error = left + inexact
    dust = size <= np.minimum(error, DUST * terms)
    b = rows.uncentred(w, b)
    squares = found.squares - now**2  # of which the last step has taken |R dv|^2
    if rows.ridge is not None:  # and of the penalty 2 ridge w dw
        squares = squares - rows.ridge @ (dw * (2 * w.head - dw))
    rounding = 8 * HALF * found.squares + rows.shape[0] * found.error_r**2
    squares = np.where(squares <= rounding, 0.0, squares)
    with np.errstate(over="ignore"):
        error_w = factors.unscaled(error[:-1])
    w, b = swept(w, dust[:-1]), swept(b, dust[-1])
    return Refined(w, b, error_w, error[-1], squares)


def swept(numbers: Double, dust: Array) -> Double:
    """Nothing in the place of what is nothing but rounding."""
    if not dust.any():
        return numbers
    return Double(*(np.where(dust, 0.0, part) for part in (numbers.head, numbers.tail)))


def slices_for(T: Array, rows: Rows) -> int:
    """How many slices the square of the condition asks for, one more where cheap."""
    n, d, _ = rows.shape
    bits = 14 + 2 * math.log2(np.linalg.norm(T)) if T.size else 0
    return min(max(1 + math.ceil(bits / 21) + (n * d < CHEAP), SLICES[0]), SLICES[1])


@dataclass(frozen=True)
class _Step:
    """A step of refinement, and what it may leave of [v b] (d + 1, k)."""

    rows: Rows
    factors: Factors
    T: Array

    def correction(self, found: Slopes) -> tuple[Array, Array, Array]:
        """What w and b are off by, and the length of R dv."""
        rows, factors = self.rows, self.factors
        g = found.centred(factors.mean) if rows.intercept else found.g.value
        a = self.T.T @ factors.unscaled(g)  # R dv   (rank, k)
        dw = factors.unscaled(self.T @ a)
        db = (found.of_1.value / rows.total - factors.mean @ dw) * rows.intercept
        return dw, db, np.linalg.norm(a, axis=0)

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def errors(self, found: Slopes, now: Array, before: Array) -> tuple[Array, Array]:
        """What is left of the error that is corrected, and of errors of the slopes.

        It may be beyond float64, where weights are: then no digit is certain.
        """
        share = np.divide(now, before, out=np.zeros_like(now), where=now > 0)
        T = self.with_intercept
        size = np.sqrt(np.sum(T**2, axis=1))[:, None]
        left = size * now * np.maximum(share, self.factors.contraction)
        of_g = (self.rows.columns.largest + np.abs(self.factors.mean))[:, None]
        of_g = of_g * found.error + found.error_w
        inexact = np.abs(T) @ (np.abs(self.T).T @ (of_g * self.factors.unit))
        inexact += size * np.sqrt(self.rows.shape[0]) * found.error_r
        inexact[-1] += found.error / self.rows.total + found.error_r
        return left, inexact

    def sizes(self, w: Double, b: Double) -> tuple[Array, Array]:
        """[v b] and the terms of their sums, as absolute values."""
        v = np.abs(w.head) * self.factors.length[:, None]
        centre = self.factors.centre(self.rows)
        of_b = self.rows.targets.far + np.abs(centre) @ np.abs(w.head)
        whole = np.abs(self.rows.uncentred(w, b).head)
        terms = np.vstack([v, of_b])
        terms[:-1] = np.max(v, axis=0, initial=0.0)
        return np.vstack([v, whole]), terms

    @cached_property
    def with_intercept(self) -> Array:
        """T, and in its last row what it makes of b."""
        of_b = self.factors.centre(self.rows) * self.factors.unit[:, 0]
        return np.vstack([self.T, of_b @ self.T * self.rows.intercept])
