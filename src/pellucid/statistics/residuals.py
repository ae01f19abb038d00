"""What a least squares fit leaves of each row, and how far that row pulls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.regression.rows import visited
from pellucid.regression.spread import Spread
from pellucid.statistics import by_row
from pellucid.statistics.robust import leverages

Array = NDArray[Any]

ALONE = 1e-6  # what is left of 1 - h where nothing but rounding may keep it from 0


@dataclass(frozen=True)
class Residuals:
    """The rows of a fit of one target, seen in the directions that it spans.

    Parameters
    ----------
    columns : array (n, p), or what gives one of rows
        What the fit is linear in.
    raw : array (n, d)
        The features from which these are made.
    degree : int
        How high a power of a feature the columns hold.
    y, output : array (n,)
        The target and what the fit gives, times a power of two that brings y near 1.
    root : array (n,) or None
        The roots of the weights, the largest near 1.
    spread : Spread
        How the rows lie, with these weights.
    """

    columns: Any
    raw: Array
    degree: int
    y: Array
    output: Array
    root: Array | None
    spread: Spread

    @classmethod
    def of(
        cls, columns: Any, raw: Array, degree: int, y: Array, output: Array,
        s: Array | None, spread: Spread,
    ) -> Residuals:  # fmt: skip
        """The residuals of targets y (n,), predicted as `output`, with weights s."""
        e = -np.frexp(np.max(np.abs(y)))[1]
        y, output = np.ldexp(y, e), np.ldexp(output, e)
        if s is None:
            return cls(columns, raw, degree, y, output, None, spread)
        half = int(np.frexp(np.max(s))[1]) // 2
        inverse, of_mean = spread.inverse, np.ldexp(spread.of_mean, 2 * half)
        spread = replace(spread, inverse=np.ldexp(inverse, half), of_mean=of_mean)
        root = np.sqrt(np.ldexp(s, -2 * half))
        return cls(columns, raw, degree, y, output, root, spread)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.y)

    @property
    def rank(self) -> int:
        """How many coefficients the rows determine, the intercept with them."""
        return int(self.spread.inverse.shape[1]) + bool(self.spread.of_mean)

    @property
    def freedom(self) -> int:
        """How many rows are left to tell how far off the fit is."""
        return self.rows - self.rank

    # -- a block of rows --------------------------------------------------------------

    def features(self, rows: slice) -> Array:
        """The columns (m, d), centred and of length 1, without the weights."""
        return self.spread.standardised(np.asarray(self.columns[rows], float))

    def powers(self, rows: slice) -> Array:
        """The next power (m, d) of each feature, which the columns do not hold."""
        t = np.asarray(self.raw[rows], float) / self._reach - self._shift
        return np.asarray(t ** (self.degree + 1))

    def weighted(self, block: Array, rows: slice) -> Array:
        """Columns (m, k) times the roots of the weights."""
        return block if self.root is None else block * self.root[rows, None]

    def directions(self, Z: Array, rows: slice) -> Array:
        """The orthonormal columns (m, rank) that the fit spans, with the weights."""
        U = Z @ self.spread.inverse
        if self.spread.of_mean:
            U = np.insert(U, 0, self.spread.of_mean**0.5, axis=1)
        return self.weighted(U, rows)

    # -- all rows ---------------------------------------------------------------------

    @cached_property
    def _reach(self) -> Array:
        """What brings features (d,) near 1; 1 for one that is 0."""
        most = np.maximum(np.max(self.raw, axis=0), -np.min(self.raw, axis=0))
        return np.where(most > 0, most, 1.0)

    @cached_property
    def _shift(self) -> Array:
        """Their middle (d,) in that unit, 0 where no constant takes it in."""
        low, high = (f(self.raw, axis=0) / self._reach for f in (np.min, np.max))
        return np.asarray((low + high) / 2 * bool(self.spread.of_mean))

    def summed(self, work: Callable[[Array, slice], Any]) -> Any:
        """The sum over blocks of what `work` finds of their standardised features."""

        def part(blocks: list[slice]) -> Any:
            return sum(work(self.features(rows), rows) for rows in blocks)

        return sum(visited(part, *self.columns.shape))

    def by_row(self, work: Callable[[Array, slice], Array]) -> Array:
        """A number a row (n,), a block after another."""
        found = np.empty(self.rows)

        def part(blocks: list[slice]) -> None:
            for rows in blocks:
                found[rows] = work(self.features(rows), rows)

        visited(part, *self.columns.shape)
        return found

    @cached_property
    def residual(self) -> Array:
        """(y - output) sqrt(s)  (n,)."""
        left = self.y - self.output
        return left if self.root is None else left * self.root

    @cached_property
    def centre(self) -> float:
        """The mean of the output."""
        return float(np.mean(self.output))

    @cached_property
    def variance(self) -> float:
        """The sum of squared residuals by the degrees of freedom."""
        return float(self.residual @ self.residual) / self.freedom

    @cached_property
    def leverage(self) -> Array:
        """H (n,); 1 for a row that alone decides what is predicted for it."""
        h = self.by_row(lambda Z, rows: leverages(self.directions(Z, rows)))
        return np.where(1 - h < ALONE, 1.0, h)

    @cached_property
    def error(self) -> Array:
        """The standard errors (n,) of the predictions, in the unit of the output."""
        h = self.leverage if self.root is None else self.leverage / self.root**2
        return np.asarray(np.sqrt(self.variance * h))

    @cached_property
    def standardised(self) -> Array:
        """E / (s sqrt(1 - h))  (n,); nan where h is 1."""
        return by_row.standardised(self.residual, self.leverage, self.variance)

    @cached_property
    def chance(self) -> Array:
        """How often a row (n,) lies so far from the fit to all others, or farther."""
        t = by_row.studentised(self.standardised, self.freedom)
        return np.asarray(2 * special.stdtr(self.freedom - 1, -np.abs(t)))

    @cached_property
    def cooks_distance(self) -> Array:
        """D (n,); nan where h is 1."""
        return by_row.cooks_distance(self.standardised, self.leverage, self.rank)
