"""What is said of columns that depend on each other, and of as many columns as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.constraints import is_penalised
from pellucid.models.linear_settings import coefficient_names
from pellucid.regression.krylov import is_too_large
from pellucid.statistics import relations as statistics
from pellucid.statistics.relations import Relation
from pellucid.tables.preparation import Preparation
from pellucid.tables.step import Step
from pellucid.tables.wording import counted, together

SHOWN = 5  # relations
FITS_ANYTHING = (
    "As many columns as rows: {rows} rows and {columns} columns fit anything, so that "
    "{proof} means nothing; leave columns out or add rows, ten for each column at "
    "least, and judge the fit by rows that it has not seen."
)
ONE_ROW = (
    "There is one row, which anything fits; add rows, ten for each column at least."
)
DEPEND = (
    "Columns depend on others: {relations}. Other coefficients would fit as "
    "well{shown}; leave {columns} out."
)
SHORTEST = ", and the shortest are shown"  # of least squares, else some are
UNKNOWN = (
    "The {columns} columns vary in {rank} only, as far as rounding lets one "
    "see. Other coefficients would fit as well, and the shortest are shown; leave "
    "columns out until none depends on others."
)


def relations(X: Any, intercept: bool = True) -> tuple[Relation, ...]:
    """The columns that others give; of a sparse X too large to factor none is known."""
    return () if is_too_large(X) else statistics.relations(X, intercept)


def fits_anything(model: Any) -> Iterator[str]:
    """Say that no freedom is left, so that r2 is 1, and any classes are separable."""
    n, d = model._rows.kinds[0][0][0], len(coefficient_names(model))
    rank = min(getattr(model, "rank_", d), n - model.fit_intercept)
    if n == 1:
        yield ONE_ROW
    elif d > 1 and rank + model.fit_intercept >= n:
        proof = "a fit without a mistake" if hasattr(model, "classes_") else "r2 = 1"
        yield FITS_ANYTHING.format(rows=n, columns=d, proof=proof)


def dependent(model: Any) -> Iterator[str]:
    """Columns that others give, with the relation; where no penalty chooses."""
    X, names = model._rows.arrays and model._rows.arrays[0], base.feature_names(model)
    n, d = model._rows.kinds[0][0][0], len(coefficient_names(model))
    rank = getattr(model, "rank_", None)
    if rank == d or n == 1 or is_penalised(model):
        return
    found = () if X is None else relations(X, model.fit_intercept)
    if found:
        recipe = getattr(model, "preparation_", None)
        told = sentences(found, X, names, recipe)
        columns = together(left_out(found, names, recipe))
        shown, all_ = SHORTEST * (rank is not None), "; ".join(first_few(told))
        yield DEPEND.format(relations=all_, columns=columns, shown=shown)
    elif rank is not None and rank + model.fit_intercept < n:
        yield UNKNOWN.format(columns=d, rank=counted(rank, "direction"))


def first_few(told: Sequence[str]) -> list[str]:
    """The first of some sentences, and how many there are beyond."""
    more = len(told) - SHOWN
    return [*told[:SHOWN], *([f"and {more} more"] if more > 0 else [])]


def left_out(
    found: Sequence[Relation], names: Sequence[str], recipe: Preparation | None
) -> list[str]:
    """The columns that others give; a category by its name where they are all of it."""
    out = [names[one.column] for one in found]
    whole = {
        name: step.column
        for step in (recipe.steps if recipe else ())
        if set(step.names) <= set(out)
        for name in step.names
    }
    return list(dict.fromkeys(whole.get(name, name) for name in out))


def sentences(
    found: Sequence[Relation], X: Array, names: Sequence[str],
    recipe: Preparation | None,
) -> list[str]:  # fmt: skip
    """Each relation in words, once; what a category determines all together."""
    pairs = [raw_columns(one, names, recipe) for one in found]
    many = {pair for one, pair in zip(found, pairs, strict=True) if len(one.others) > 1}
    nested: dict[tuple[Step, ...], tuple[str, str] | None] = {
        pair: determined(pair, X, names) for pair in many if len(pair) == 2
    }
    told: dict[str, list[str]] = {}  # a relation, or a category and what it determines
    for one, pair in zip(found, pairs, strict=True):
        if names_of_both := nested.get(pair):
            subject, by = names_of_both
            told.setdefault(by, []).append(subject)
        else:
            told[one.told(names)] = []
    return [
        f"{with_verb(subjects)} determined by {by}" if subjects else by
        for by, subjects in told.items()
    ]


def with_verb(names: Sequence[str]) -> str:
    """Names with their verb.

    >>> with_verb(["a", "b", "b"]), with_verb(["a"])
    ('a and b are', 'a is')
    """
    names = list(dict.fromkeys(names))
    return f"{together(names)} {'is' if len(names) == 1 else 'are'}"


def raw_columns(
    one: Relation, names: Sequence[str], recipe: Preparation | None
) -> tuple[Step, ...]:
    """The columns of the table whose columns of X a relation is between."""
    steps = recipe.steps if recipe else ()
    step = {name: step for step in steps for name in step.names}
    places = (one.column, *one.others)
    return tuple(dict.fromkeys(step[names[j]] for j in places if names[j] in step))


def determined(
    pair: tuple[Step, ...], X: Array, names: Sequence[str]
) -> tuple[str, str] | None:
    """Of two columns of a table the one that is determined, and by which category."""
    codes = np.column_stack([code(X, names, step) for step in pair])
    both = len(np.unique(codes, axis=0))
    for i, j in (0, 1), (1, 0):
        if pair[j].role.kind == "category" and both == len(np.unique(codes[:, j])):
            return pair[i].column, pair[j].column
    return None


def code(X: Array, names: Sequence[str], step: Step) -> Array:
    """Which level of a category each row has, or which number."""
    place = {name: j for j, name in enumerate(names)}
    columns = X[:, [place[name] for name in step.names]]
    return np.unique(columns, axis=0, return_inverse=True)[1].ravel()
