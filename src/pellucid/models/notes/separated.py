"""What is said of classes that columns tell apart, wholly or in part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.logistic_cost import likeliest
from pellucid.models.notes.dependent import first_few
from pellucid.regression.powers import filled, is_sparse
from pellucid.statistics.limit import as_classes
from pellucid.statistics.separation import Alone, alone, separation
from pellucid.tables.preparation import Preparation
from pellucid.tables.wording import together

MANY = 200  # coefficients, of which no smallest set is looked for
REASON = (
    "{how}. So no coefficients are the likeliest: the larger those of such columns, "
    "the better they fit these rows"
)
SEPARABLE = (
    "The classes are separable: {reason}, and they have no errors and tests{others}; "
    "fit with a penalty (C=1), join rare levels to others, or leave such columns out."
)
OTHERS = " (those of the others are of the rows and classes that are not told apart)"
COUNTS = (
    "Some means of {y} fall to 0: {reason}, and they have no errors and tests{others}; "
    "fit with a penalty (alpha=0.01), join rare levels to others, or leave such "
    "columns out."
)
WITHOUT = "rows without a count"
NO_COUNTS = "{y} is 0 in all {n} rows, so that its mean has no logarithm; add rows."
UNKNOWN = "a combination of columns tells {what} apart, in some rows or all"
TOGETHER = "{columns} together tell {what} apart, in some rows or all"


def separable(model: Any) -> Iterator[str]:
    """Which columns tell classes apart, where nothing is penalised."""
    if not getattr(model, "separable_", False):
        return
    how = UNKNOWN.format(what="classes")
    if model._rows.arrays is not None:
        X, y, *_ = model._rows.arrays
        names, recipe = base.feature_names(model), getattr(model, "preparation_", None)
        rows = Rows(X, likeliest(y), [label(c) for c in model.classes_])
        how = rows.told(names, recipe, model.fit_intercept)
    yield SEPARABLE.format(reason=REASON.format(how=how), others=others(model))


def without_counts(model: Any) -> Iterator[str]:
    """Which columns tell rows without a count apart, where nothing is penalised."""
    if not model.separable_:
        return
    y, how = model._target, UNKNOWN.format(what=WITHOUT)
    if model._rows.arrays is not None:
        X, counts, *_ = model._rows.arrays
        if not counts.any():
            yield NO_COUNTS.format(y=y, n=len(counts))
            return
        names, recipe = base.feature_names(model), getattr(model, "preparation_", None)
        of, place = as_classes(counts)
        rows = Rows(X[of], place, ["0", "above 0"], WITHOUT)
        how = rows.told(names, recipe, model.fit_intercept)
    yield COUNTS.format(y=y, reason=REASON.format(how=how), others=others(model))


def others(model: Any) -> str:
    """Of what the errors are that there are."""
    return OTHERS * bool(np.isfinite(model._statistics.errors()).any())


def label(value: Any) -> str:
    """What a class is called: a whole number without decimals."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Rows:
    """Rows X (n, d), the class of each (n,), and what the classes are called."""

    X: Array
    y: Array
    classes: Sequence[str]
    what: str = "classes"

    def told(
        self, names: Sequence[str], recipe: Preparation | None, intercept: bool = True
    ) -> str:
        """By which columns classes are told apart, and how; first levels too."""
        k, other = len(self.classes), other_levels(recipe)
        first, levels = first_levels(self.X, names, recipe if intercept else None)
        found = [(one, first[one.column], levels) for one in alone(levels, self.y, k)]
        for one in alone(self.X, self.y, k, intercept):
            found.append((one, names[one.column], self.X))
        if found:  # that of the most rows first
            found.sort(key=lambda each: -each[0].below - each[0].above)
            told = [self.one(*each, other.get(each[1], "")) for each in found]
            return "; ".join(first_few(list(dict.fromkeys(told))))
        if self.X.shape[1] * (len(self.classes) - 1) > MANY:
            return UNKNOWN.format(what=self.what)
        every = separation(self.X, self.y, len(self.classes), intercept=intercept)
        if every is None or not len(every.columns):  # of one class the intercept tells
            return UNKNOWN.format(what=self.what)
        columns = together([names[j] for j in every.columns])
        return TOGETHER.format(columns=columns, what=self.what)

    def one(self, one: Alone, name: str, X: Any, other: str = "") -> str:
        """How one column tells classes apart; `other` is what 0 is called."""
        x = filled(X[:, [one.column]])
        if ((x == 0) | (x == 1)).all():
            yes = name if name.endswith("]") else f"{name} = 1"
            parts = []
            if one.high == 1:
                parts.append(
                    f"{other or f'{name} = 0'}: {self.all(one.below, one.lower)}"
                )
            if one.low == 0:
                parts.append(f"{yes}: {self.all(one.above, one.upper)}")
            return ", ".join(parts)
        if one.low < one.high:
            border = f"up to {one.low:.6g}", f"from {one.high:.6g} on"
        else:
            border = f"below {one.low:.6g}", f"above {one.low:.6g}"
        sides = zip(border, (one.below, one.above), (one.lower, one.upper), strict=True)
        told = (f"{where} {self.all(n, of)}" for where, n, of in sides if n)
        return f"{name}: {', '.join(told)}"

    def all(self, n: int, of: Sequence[int]) -> str:
        """All rows are of some class, or of none."""
        rows = {1: "the one row is", 2: "both rows are"}.get(n, f"all {n} rows are")
        others = [c for j, c in enumerate(self.classes) if j not in of]
        if len(of) > 1 and len(others) == 1:
            return f"{rows} other than {others[0]}"
        return f"{rows} {' or '.join(self.classes[j] for j in of)}"


def first_levels(
    X: Any, names: Sequence[str], recipe: Preparation | None
) -> tuple[list[str], Array]:
    """The levels that have no column of their own, and a column for each (n, m).

    Of two levels the column of the second says what that of the first would.
    """
    first, columns = [], [np.zeros((X.shape[0], 0))]
    place = {name: j for j, name in enumerate(names)}
    for step in () if recipe is None or is_sparse(X) else recipe.steps:
        levels = [f"{step.column}[{level}]" for level in step.role.levels[1:]]
        category = step.role.kind == "category" and len(levels) > 1
        if category and set(levels) <= set(place):
            first.append(f"{step.column}[{step.role.levels[0]}]")
            held = X[:, [place[level] for level in levels]].sum(axis=1)
            columns.append(1.0 - held[:, None])
    return first, np.column_stack(columns)


def other_levels(recipe: Preparation | None) -> dict[str, str]:
    """The first level of each category that has two, by the column of the second."""
    steps = recipe.steps if recipe else ()
    two = ((s.column, *s.role.levels) for s in steps if len(s.role.levels) == 2)
    return {f"{name}[{second}]": f"{name}[{first}]" for name, first, second in two}
