"""Linear regression of rows that no memory holds: one pass, and another in need.

The products of the columns are summed so exactly that a few rows with the same products
are solved in their place, to the digits that all rows would have given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelError, TableError
from pellucid.models import base
from pellucid.models.constraints import constraints_of
from pellucid.regression.hat import Hat
from pellucid.regression.polynomials import Columns
from pellucid.regression.sums.condensed import Condensed
from pellucid.regression.sums.plan import FINE, Plan
from pellucid.regression.sums.products import Products
from pellucid.regression.sums.told import Told
from pellucid.statistics import robust
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.reading import Reading
from pellucid.tables.streams.runners import nobody
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]

PASSES = 3  # at most: for better powers of two, and for better heads
CHEAP = 2**22  # numbers whose products are as exact as can be at once


def condensed(model: Any, stream: Stream) -> Condensed:
    """Sum the products over all rows, until more slices would tell no more."""
    expect_numbers(model, stream)
    return settled(stream, first_look(stream), "products of columns")


def settled(
    stream: Stream, plan: Plan, what: str, formed: Told | None = None
) -> Condensed:
    """The same from a plan, of columns that are formed from the features if given."""
    told = what
    for _ in range(PASSES):
        sums = stream.summed(ProductsOf(plan, formed), told)
        found = Condensed.of(plan, sums)
        better = found.better
        if better is None:
            break
        plan, told = better, f"{what} to more digits"
    return found


def first_look(stream: Stream) -> Plan:
    """How the rows are to be seen, by the first of them."""
    planning = Planning(stream.reading)
    for job in stream.jobs:
        plan: Plan | None = stream.runner.reduced(planning, [job], nobody)
        if plan is not None:
            few = stream.n * (stream.d + 1) <= CHEAP
            return replace(plan, slices=FINE) if few else plan
    raise TableError(f"{stream.source}: expected a row to learn from, found none.")


@dataclass(frozen=True)
class Planning:
    """Work that looks at the first chunk of a piece."""

    reading: Reading

    def __call__(self, piece: Piece, start: int) -> Any:
        """Plan by it how all rows are seen; None where it has no row."""
        for chunk in self.reading.chunks(piece, start):
            rows = np.column_stack([chunk.X, np.asarray(chunk.y, float)])
            return Plan.of(rows, chunk.s)
        return None


@dataclass(frozen=True)
class ProductsOf:
    """Work that sums the products of the rows of a chunk, formed from X or as it is."""

    plan: Plan
    formed: Told | None = None

    def __call__(self, chunk: Chunk) -> Products:
        """Those of all its rows."""
        y = np.asarray(chunk.y, float)
        X = chunk.X if self.formed is None else self.formed.of_all(chunk.X)
        return Products.of_rows(self.plan, X, y, chunk.s)


def expect_numbers(model: Any, stream: Stream) -> None:
    """Refuse a target that names classes."""
    step = stream.preparation.target
    if step is not None and step.role.kind == "label":
        raise ModelError(
            f"{type(model).__name__}: expected numbers in y, found labels in "
            f"{step.column} ({stream.source}); labels of classes need a classifier."
        )


def drowned(model: Any, found: Condensed, still: Array) -> list[str]:
    """The names of columns taken for constant that vary, but no more than rounding."""
    varies = still & (found.sums.low < found.sums.high)[:-1]
    return [base.feature_names(model)[j] for j in np.flatnonzero(varies)]


def hat(model: Any) -> Hat:
    """The hat matrix of the few rows that stand for all."""
    sums, w = model._sums, model._combination(no_row(model)).w
    rows = sums.rows(intercept=bool(model.fit_intercept))
    bound = bool(constraints_of(model))
    return Hat.of_rows(rows, sums.plan.f, model._spread, w, bound=bound)


def no_row(model: Any) -> Array:
    """Zeros in the place of a row, to ask what is formed of rows."""
    return np.zeros((1, model.n_features_in_))


def meat(model: Any, hat: Hat, kind: str) -> Array:
    """The root (1, m, m) of the meat of a covariance of a kind, in one pass."""
    columns = model._combination(no_row(model)).columns
    formed = Told.of(columns) if isinstance(columns, Columns) else None
    work, stream = MeatOf(hat, model._sums.n, kind, formed), model._rows.stream
    found: Triangle = stream.summed(work, f"covariance {kind}")
    return robust.triangles([found.G]).swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class Triangle:
    """G (1, rows, m) of products G'G; they are added by +."""

    G: Array

    def __add__(self, other: Triangle) -> Triangle:
        """That of the rows of both."""
        return Triangle(robust.triangles([self.G, other.G]))


@dataclass(frozen=True, eq=False)
class MeatOf:
    """Work that sums the meat of a covariance over the rows of a chunk."""

    hat: Hat
    n: int
    kind: str
    formed: Told | None = None

    def __call__(self, chunk: Chunk) -> Triangle:
        """Of all its rows."""
        y = np.asarray(chunk.y, float)[:, None]
        s = None if chunk.s is None else np.ldexp(chunk.s, -self.hat.f)
        X = chunk.X if self.formed is None else self.formed.of_all(chunk.X)
        some = self.hat.of_some(X, y, s)
        parts = some.visited(partial(robust.part, some, self.kind, self.n))
        return Triangle(robust.triangles([G for found in parts for G in found]))
