"""A recipe that comes from a file: every field is checked before it is believed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from pellucid.errors import TableError
from pellucid.tables.as_numbers import LEFT_OUT
from pellucid.tables.cells import STYLES
from pellucid.tables.dates import COMPACT, FORMATS
from pellucid.tables.preparation import Preparation
from pellucid.tables.step import Step
from pellucid.tables.wording import quoted

FEATURES = ("number", "category", "boolean", "date", LEFT_OUT)
TARGETS = ("number", "label", "date")
DECIMALS = {marks.decimal for marks in STYLES}
THOUSANDS = {marks.thousands for marks in STYLES}


def recipe_of(data: Any) -> Preparation:
    """The recipe that `Preparation.as_dict` gave, or TableError.

    >>> recipe_of({"steps": []})
    Traceback (most recent call last):
    pellucid.errors.TableError: expected a recipe with the fields of one, found another
    """
    try:
        recipe = Preparation.from_dict(data)
        # What was turned into text or a number on the way was something else before.
        same = _as_json(recipe.as_dict()) == _as_json(data)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        same = False
    if not same:
        raise TableError("expected a recipe with the fields of one, found another")
    columns = [step.column for step in recipe.steps]
    if len(set(columns)) < len(columns):
        raise TableError("expected a recipe with one step a column, found two of one")
    if not 0 <= recipe.left_out <= recipe.rows:
        raise TableError("expected a recipe that left out some of its rows, found more")
    for step in recipe.steps:
        _expect(step, step.role.kind in FEATURES, "a role of a feature")
        _check(step, recipe.rows)
    if recipe.target is not None:
        target = recipe.target
        _expect(target, target.role.kind in TARGETS, "a role of a target")
        _check(target, recipe.rows)
    return recipe


def _as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True)


def _expect(step: Step, holds: bool, expected: str) -> None:
    if not holds:
        raise TableError(f"expected {expected} for the column {quoted(step.column)}")


def _check(step: Step, rows: int) -> None:
    """Check that a step can be taken."""
    role, levels = step.role, step.role.levels
    folded = {level.casefold() for level in levels}
    known = role.marks.decimal in DECIMALS and role.marks.thousands in THOUSANDS
    _expect(step, known, "known marks of numbers")
    _expect(step, role.format in ("", *FORMATS, *COMPACT), "a known format of dates")
    _expect(step, 0 <= step.missing <= rows, "at most as many missing cells as rows")
    _expect(step, len(set(levels)) == len(levels), "levels that differ")
    for name, mean, deviation in step.standard:
        sound = name in step.names and math.isfinite(mean) and 0 < deviation < math.inf
        _expect(step, sound, "a mean and a deviation to standardise by")
    if role.kind == "category":
        _expect(step, len(levels) > 1, "two levels or more")
    if role.kind == "boolean":
        _expect(step, len(levels) == len(folded) == 2, "two levels")
    if step.fill is not None:
        places = len(levels) if role.kind in ("category", "boolean") else math.inf
        place = step.fill in range(len(levels)) if places < math.inf else True
        _expect(step, math.isfinite(step.fill) and place, "a known level to fill in")
