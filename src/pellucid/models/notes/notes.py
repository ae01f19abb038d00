"""What a careful colleague would say of a fit, each a sentence or two with a remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.models.constraints import constraints_of
from pellucid.models.notes.dependent import dependent, fits_anything

HELD_BACK = (
    "The errors, tests and intervals are those of a fit without {what}, and do not "
    "hold for this one; fit with {remedy} for such that do{unless}."
)


class Given(str):
    """A note that one column gives the target without a mistake."""

    __slots__ = ()


class Unseen(str):
    """A note that single rows were not looked at."""

    __slots__ = ()


def of(model: Any) -> tuple[str, ...]:
    """The notes of a fitted model, what spoils the others first."""
    made = (*(make(model) for make in EVERY), model._own_notes(), unseen(model))
    with np.errstate(all="ignore"):  # of what is no number nothing is said
        return tuple(note for notes in made for note in notes)


def held_back(model: Any) -> list[str]:
    """Coefficients that a bound or a penalty has moved have no such errors."""
    return [
        HELD_BACK.format(
            what=each.what, remedy=each.remedy, unless=UNLESS.get(each.parameter, "")
        )
        for each in constraints_of(model)
    ]


UNLESS = {"C": ", unless columns tell the classes apart"}  # which has none
COUNTED = (
    "class_weight counts the rows of some classes more often than they are there, and "
    "the errors, tests and likelihoods count them so too; fit without it for such that "
    "hold."
)


def counted(model: Any) -> list[str]:
    """Classes that are weighted are not as many rows as they count for."""
    weights = model.get_params(deep=False).get("class_weight")
    return [] if weights is None else [COUNTED]


LEFT_OUT = 1 / 3  # of the rows read
FEWER = (
    "{out} of {rows} rows were left out for a missing cell, and those that remain may "
    'be of another kind: missing="impute" keeps them{drop}.'
)


def left_out(model: Any) -> list[str]:
    """Many rows had a missing cell, in features; without a target no row can help."""
    recipe = getattr(model, "preparation_", None)
    if recipe is None or recipe.left_out <= LEFT_OUT * recipe.rows:
        return []
    if recipe.target is not None and 2 * recipe.target.missing >= recipe.left_out:
        return []
    holes = [step for step in recipe.steps if step.names and step.fill is None]
    worst = max(holes, key=lambda step: step.missing)
    drop = f", and drop={worst.column!r} does without {worst.missing} of the cells"
    return [FEWER.format(out=recipe.left_out, rows=recipe.rows, drop=drop)]


UNSEEN = Unseen(
    "The rows are streamed, so that what single ones show, as a curve or a row far "
    "off, is not looked for; fit to stream.sample(10_000) for that."
)


def unseen(model: Any) -> list[str]:
    """Of a stream there are sums over rows, which tell of all of them alone."""
    return [UNSEEN] if model._rows.stream is not None else []


EVERY = (held_back, counted, left_out, fits_anything, dependent)
