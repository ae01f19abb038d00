"""Cross-validation of linear regression from sums over rows: one pass for all folds.

Products add up: those of all folds but one give the fit, and those of the one judge it.

    u = [-w, 1, -b],    SSE = u' [X y 1]'[X y 1] u

Stone, "Cross-validatory choice and assessment of statistical predictions" (1974).
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelError
from pellucid.models.streamed.squares import ProductsOf, expect_numbers, first_look
from pellucid.regression.error_free import Double
from pellucid.regression.least_squares import LeastSquares, solution_of
from pellucid.regression.sums.condensed import Condensed
from pellucid.regression.sums.plan import Plan
from pellucid.regression.sums.products import Products
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.choices import Between
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]


@dataclass(frozen=True)
class JudgedFold:
    """How good the fit to all other folds is on the rows of one.

    Parameters
    ----------
    rows : int
        How many rows the fold has.
    r2 : float
        1 - SSE / SST, SST around the mean of the fold.
    rmse : float
        The root of the mean squared error.
    w, b : array (d,), float
        The coefficients of the fit to the others.
    mae : float or None
        The mean absolute error, where it was asked for.
    """

    rows: int
    r2: float
    rmse: float
    w: Array
    b: float
    mae: float | None = None


def cross_validated(
    model: Any, stream: Stream, folds: int = 5, random_state: int = 0,
    *, mae: bool = False,
) -> list[JudgedFold]:  # fmt: skip
    """Judge a linear regression on the folds of `stream.folds`, in one pass.

    Parameters
    ----------
    model : LinearRegression
        With the settings to fit with; it is not fitted itself.
    stream : Stream
        Rows with a target.
    folds, random_state : int
        How many folds, and which; as of `Stream.folds`.
    mae : bool
        Whether to find mean absolute errors, which no products tell: in one more pass.

    Returns
    -------
    list of JudgedFold
        One for each fold.

    Raises
    ------
    ModelError
        For a target that is no number, and folds without rows.

    Examples
    --------
    >>> import pellucid as pl
    >>> x = np.arange(100.0)
    >>> stream = pl.rows((x[:, None], 2 * x + x % 3), target="y", stream=True)
    >>> judged = cross_validated(pl.LinearRegression(), stream)
    >>> [round(fold.rmse, 2) for fold in judged]
    [0.77, 0.89, 0.78, 0.9, 0.87]
    """
    expect_numbers(model, stream)
    plan, cuts = first_look(stream), tuple(stream.cuts(folds, random_state))
    sums = products_of(stream, plan, cuts)
    there = [fold for fold in sums if fold is not None]
    if len(there) < folds:
        raise ModelError(
            f"{type(model).__name__}: expected rows in each of {folds} folds, found "
            f"one without any; cut {stream.n} rows into fewer folds."
        )
    fits = fits_of_others(model, plan, there)
    found = [judged(plan, *pair) for pair in zip(there, fits, strict=True)]
    if not mae:
        return found
    work = DistancesOf(cuts, tuple((fold.w, fold.b) for fold in found))
    far, weights = stream.summed(work, "absolute errors on rows held out")
    return [
        replace(fold, mae=float(a))
        for fold, a in zip(found, far / weights, strict=True)
    ]


def products_of(
    stream: Stream, plan: Plan, cuts: tuple[Between, ...]
) -> tuple[Products | None, ...]:
    """The products of the rows of each fold, None of one without any."""
    what = f"products of columns of {len(cuts)} folds"
    found: FoldSums = stream.summed(FoldsOf(plan, cuts), what)
    return found.each


def fits_of_others(
    model: Any, plan: Plan, sums: Sequence[Products | None]
) -> list[LeastSquares]:
    """The fit to the rows of all folds but one, for each; to its own if all are its."""
    found = []
    for i in range(len(sums)):
        rest = [fold for fold in (*sums[:i], *sums[i + 1 :]) if fold is not None]
        rest = rest or [fold for fold in sums if fold is not None]
        others = Condensed.of(plan, reduce(operator.add, rest))
        few = others.rows(intercept=bool(model.fit_intercept))
        found.append(solution_of(few, plan.f, positive=bool(model.positive)))
    return found


def judged(plan: Plan, fold: Products, fit: LeastSquares) -> JudgedFold:
    """Judge a fit by the products of other rows."""
    T = (fold.of + Double(fold.of.head.T, fold.of.tail.T)).by(-1)
    e = np.zeros(len(fold.low), np.int32) if plan.e is None else plan.e
    w = np.ldexp(fit.w[:, 0], e[:-1] - e[-1])
    b = np.ldexp(fit.b[0], -e[-1])
    terms = Double.of(-w) * plan.head[:-1]
    rest = sum((terms[j] for j in range(len(w))), Double.of(np.array(plan.head[-1])))
    rest = rest + -b
    u = Double(np.append(-w, [1.0, rest.head]), np.append(0 * w, [0.0, rest.tail]))
    total, y = T[-1, -1], T[-2, -1]
    around = (T[-2, -2] - y * y / total).value
    error = max(float(_form(T, u)), 0.0)
    r2 = 1 - error / around if around > 0 else float(error == 0)
    rmse = float(np.ldexp((error / total.head) ** 0.5, e[-1]))
    return JudgedFold(fold.n, float(r2), rmse, fit.w[:, 0], float(fit.b[0]))


def _form(T: Double, u: Double) -> Any:
    """The sum of T_ij u_i u_j, to about 100 bits."""
    terms = T * u[:, None] * u[None]
    rows = sum((terms[i] for i in range(1, len(u.head))), terms[0])
    return sum((rows[i] for i in range(1, len(u.head))), rows[0]).value


@dataclass(frozen=True, eq=False)
class FoldSums:
    """Products of each fold, None of one without rows; they are added by +."""

    each: tuple[Products | None, ...]

    def __add__(self, other: FoldSums) -> FoldSums:
        """Those of the rows of both."""
        pairs = zip(self.each, other.each, strict=True)
        return FoldSums(
            tuple(a if b is None else b if a is None else a + b for a, b in pairs)
        )


@dataclass(frozen=True, eq=False)
class FoldsOf:
    """Work that sums the products of each fold of a chunk."""

    plan: Plan
    cuts: tuple[Between, ...]

    def __call__(self, chunk: Chunk) -> FoldSums:
        """Those of its rows in each."""
        of = ProductsOf(self.plan)
        parts = (chunk.some(cut.of(chunk.number)) for cut in self.cuts)
        return FoldSums(tuple(of(part) if len(part) else None for part in parts))


@dataclass(frozen=True, eq=False)
class DistancesOf:
    """Work that sums absolute errors on each fold of a chunk, and weights."""

    cuts: tuple[Between, ...]
    fits: tuple[tuple[Array, float], ...]

    def __call__(self, chunk: Chunk) -> Several:
        """Those of its rows."""
        far, weights = np.zeros((2, len(self.cuts)))
        for i, (cut, (w, b)) in enumerate(zip(self.cuts, self.fits, strict=True)):
            part = chunk.some(cut.of(chunk.number))
            s = np.ones(len(part)) if part.s is None else part.s
            error = np.abs(np.asarray(part.y, float) - part.X @ w - b)
            far[i], weights[i] = s @ error, np.sum(s)
        return Several((far, weights))
