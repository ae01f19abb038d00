"""Polynomials of rows that no memory holds: a look at the features, then products.

The first pass finds where each feature lies, and points that say which polynomials are
orthogonal over the rows. These are formed anew in the second, to 106 bits, and a few
rows with the same products are solved in their place, as for lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.models.streamed import squares
from pellucid.regression.factors import MARGIN
from pellucid.regression.points import Points
from pellucid.regression.polynomial_fit import (
    PolynomialFit,
    noise_in,
    polynomials_of,
)
from pellucid.regression.polynomials import Basis, Columns
from pellucid.regression.problem import Rows
from pellucid.regression.sums.condensed import Condensed
from pellucid.regression.sums.plan import FINE, Plan
from pellucid.regression.sums.told import Told
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]


@dataclass(frozen=True)
class Fitted:
    """What was found, of which products, and which features do no more than round."""

    found: PolynomialFit
    sums: Condensed
    drowned: list[str]


def fitted(model: Any, stream: Stream) -> Fitted:
    """Fit polynomials to a stream in two passes, and others in need."""
    seen, points = looked(model, stream)
    intercept = bool(model.fit_intercept)
    varies = seen.squares[:-1] > 0
    noise = np.where(varies, np.minimum(seen.noise[:-1], 1.0), 1.0)
    still = noise * MARGIN >= 1
    points = [p.one if no else p for p, no in zip(points, still, strict=True)]
    basis = Basis.over(points, model.degree)
    columns = Columns.of(basis, np.zeros((1, stream.d)), intercept)
    told = Told.of(columns)
    plan = plan_of(seen.plan, told.shape[1])
    sums = squares.settled(stream, plan, "products of polynomials", told)
    rows = few(sums, told, noise, intercept)
    found = polynomials_of(rows, columns, still, plan.f)
    return Fitted(found, sums, squares.drowned(model, seen, still))


def looked(model: Any, stream: Stream) -> tuple[Condensed, list[Points]]:
    """Where the features lie, and the points of each."""
    squares.expect_numbers(model, stream)
    plan = squares.first_look(stream)
    sums, points = stream.summed(FeaturesOf(plan), "where the features lie")
    found = Condensed.of(plan, sums)
    if found.better is not None:
        found = squares.settled(stream, found.better, "where the features lie, again")
    return found, list(points)


@dataclass(frozen=True)
class FeaturesOf:
    """Work that sums products of the features of a chunk, and finds their points."""

    plan: Plan

    def __call__(self, chunk: Chunk) -> Several:
        """Of all its rows."""
        s = None if chunk.s is None else np.ldexp(chunk.s, -self.plan.f)
        points = Several(Points.of(x, s) for x in chunk.X.T)
        return Several((squares.ProductsOf(self.plan)(chunk), points))


def plan_of(seen: Plan, q: int) -> Plan:
    """How q polynomials are seen beside the target, from how features were."""
    head = np.append(np.zeros(q), seen.head[-1])
    e = None
    if seen.e is not None and seen.e[-1]:
        e = np.append(np.zeros(q, np.int32), seen.e[-1])
    of_y = len(seen.head) - 1
    coarse = np.full(int(of_y in seen.coarse), q)
    return replace(seen, e=e, head=head, coarse=coarse, slices=FINE)


def few(sums: Condensed, told: Told, noise: Array, intercept: bool) -> Rows:
    """A few rows with the products of all, and what rounding of features may be."""
    rows = sums.rows(intercept=intercept)
    lost = np.append(2.0**-100 * told.terms, 0.0) * rows.total**0.5
    blur = None if rows.blur is None else replace(rows.blur, lost=rows.blur.lost + lost)
    return replace(rows, noise=noise_in(told.columns, noise), blur=blur)
