"""What a model says of the rows of a raw table, and which rows it says nothing of.

A row with a missing cell, with a level that the model was not fitted to, or with text
in the place of a number has no prediction: it is kept, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from pellucid.errors import TableError
from pellucid.models.base import Array
from pellucid.models.scoring import Right, compared
from pellucid.tables.as_numbers import PERCENT, Role
from pellucid.tables.cells import is_missing
from pellucid.tables.grid import Column, Grid
from pellucid.tables.levels import text_of
from pellucid.tables.preparation import Preparation
from pellucid.tables.step import Step, Values
from pellucid.tables.to_files import as_text
from pellucid.tables.wording import counted, listed, shown

LEVEL = 0.95  # of the interval of a number


@dataclass(frozen=True)
class Gap:
    """Why a column leaves rows without a prediction."""

    column: str
    rows: int
    what: str
    example: str = ""

    @property
    def reason(self) -> str:
        """The reason, with the first cell that it was found in."""
        return f"{self.what}, such as {self.example}" if self.example else self.what

    def __add__(self, other: Gap) -> Gap:
        """The same reason in more rows."""
        return replace(self, rows=self.rows + other.rows)


Gaps = dict[tuple[int, bool], Gap]  # by the place of the column; strange cells last


@dataclass(frozen=True)
class Outcome:
    """How the prediction of rows went, which is added over chunks of them.

    Parameters
    ----------
    rows : int
        How many there are.
    predicted : int
        How many of them have a prediction.
    reasons : dict
        Why the others have none; a row may have several reasons.
    right : Right or None
        How good the predictions are, where the table holds the target too.
    """

    rows: int
    predicted: int
    reasons: Gaps
    right: Right | None

    def __add__(self, other: Outcome) -> Outcome:
        """Of these rows and of others that follow them."""
        both = {**other.reasons, **self.reasons}
        for place in self.reasons.keys() & other.reasons.keys():
            both[place] = self.reasons[place] + other.reasons[place]
        right: Any = self.right or other.right
        if self.right and other.right:
            right = self.right + other.right  # type: ignore[operator]  # of one kind
        rows, predicted = self.rows + other.rows, self.predicted + other.predicted
        return Outcome(rows, predicted, both, right)

    @property
    def gaps(self) -> list[Gap]:
        """Why rows have no prediction, column by column."""
        return [self.reasons[place] for place in sorted(self.reasons)]

    @property
    def score(self) -> dict[str, float]:
        """How good the predictions are on rows whose target is known."""
        return {} if self.right is None else self.right.figures()


NOTHING = Outcome(0, 0, {}, None)


@dataclass(frozen=True)
class Predictions:
    """What a model says of a table, or of a chunk of one.

    Parameters
    ----------
    columns : dict
        From the name of a new column to its values, those of the predicted rows alone.
    predicted : array (n,) of bool
        Which rows have a prediction.
    outcome : Outcome
        How that went.
    """

    columns: dict[str, Array]
    predicted: NDArray[np.bool_]
    outcome: Outcome


def predictions(model: Any, grid: Grid) -> Predictions:
    """Predict the rows of a table that can be predicted.

    Raises
    ------
    TableError
        For a column that is not there.
    """
    recipe = getattr(model, "preparation_", None) or plain_recipe(model, grid)
    gaps: Gaps = {}
    parts, usable = [], np.ones(grid.n, bool)
    for j, (step, column, values) in enumerate(recipe.read(grid)):
        unusable = unusable_cells(step, column, values)
        gaps |= {(j, gap.example != ""): gap for gap in unusable[1]}
        usable &= ~unusable[0]
        parts.append(step.encoded(values))
    X = np.column_stack(parts)
    X = X if usable.all() else X[usable]
    target = target_of(model)
    some = X if len(X) else np.zeros((1, X.shape[1]))  # which says what columns are new
    columns = {k: v[: len(X)] for k, v in said(model, some, target).items()}
    goal = recipe.target or Step(target, Role("number", "numbers"))
    output = columns.get(f"predicted {goal.column}")
    right = compared(output, goal, grid, usable, classes=is_classifier(model))
    named = {_free(name, grid.names): values for name, values in columns.items()}
    outcome = Outcome(grid.n, int(usable.sum()), gaps, right)
    return Predictions(named, usable, outcome)


def plain_recipe(model: Any, grid: Grid) -> Preparation:
    """The recipe of a model that was fitted to numbers: its columns, as they stand.

    Columns are found by their names or, where the model knows none, by their places.
    """
    d = model.n_features_in_
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        names = [n for n in grid.names if n.strip() != target_of(model)]
        names = grid.names if len(grid.names) == d else names
    if len(names) != d:
        raise TableError(
            f"{grid.source}: expected {counted(d, 'column')}, as the model was fitted "
            f"to, found {len(grid.columns)} ({listed(grid.names)}); leave the others "
            "out."
        )
    steps = [Step(str(name), Role("number", "numbers")) for name in names]
    return Preparation(grid.source, tuple(steps), None, 0, 0)


def unusable_cells(
    step: Step, column: Column, values: Values
) -> tuple[NDArray[np.bool_], list[Gap]]:
    """Mark the cells of a column that cannot be used, and say why.

    A missing cell can be where the recipe fills it in; what is neither missing nor
    known cannot.
    """
    holes = np.flatnonzero(np.isnan(values))
    unusable, gaps = np.zeros(len(values), bool), list[Gap]()
    if not len(holes):
        return unusable, gaps
    cells = column.cells()
    missing = np.array(
        [step.role.lenient or is_missing(cells[i]) for i in holes.tolist()]
    )
    strange = holes[~missing]
    unusable[strange] = True
    if step.fill is None:
        unusable[holes] = True
        if missing.any():
            gaps.append(Gap(step.column, int(missing.sum()), "missing cell"))
    if len(strange):
        levels = "level never seen"
        expected = {"category": levels, "boolean": levels}
        unit = f" {PERCENT}" * (step.role.scale == PERCENT)
        what = expected.get(step.role.kind, f"no {step.role.kind}{unit}")
        example = shown(text_of(cells[int(strange[0])]))
        gaps.append(Gap(step.column, len(strange), what, example))
    return unusable, gaps


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no column of the table has.

    >>> _free("lower", ["lower", "lower_2"])
    'lower_3'
    """
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


# -- what a model says ----------------------------------------------------------------


def target_of(model: Any) -> str:
    """What the target of a model is called."""
    recipe = getattr(model, "preparation_", None)
    if recipe is not None and recipe.target is not None:
        return str(recipe.target.column)
    return str(getattr(model, "_target", "y"))


def said(model: Any, X: Array, target: str) -> dict[str, Array]:
    """The new columns: predictions, and bounds or probabilities."""
    rows = _named(model, X)
    predicted = np.asarray(model.predict(rows))
    if is_classifier(model) and np.array_equal(model.classes_, whole(model.classes_)):
        predicted = whole(predicted)
    several = predicted.ndim > 1
    names = [f"{target}{j + 1}" for j in range(predicted.shape[1])] if several else [
        target
    ]  # fmt: skip
    by_target = predicted.reshape(len(X), -1).T
    columns = {f"predicted {n}": y for n, y in zip(names, by_target, strict=True)}
    if not is_classifier(model):
        return columns | bounds(model, rows, predicted, names)
    p = model.predict_proba(rows)
    of = [f"{name} = 1" for name in names]
    if not several:
        of = [f"{target} = {as_text(label)}" for label in model.classes_.tolist()]
    return columns | {f"p({event})": p[:, j] for j, event in enumerate(of)}


def whole(labels: Array) -> Array:
    """Labels that are numbers, without decimals; others as they are."""
    with np.errstate(invalid="ignore"):  # of labels beyond all integers
        return labels.astype(np.int64) if labels.dtype.kind == "f" else labels


def _named(model: Any, X: Array) -> Any:
    """Rows under the names that the model knows."""
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        return X
    import pandas as pd

    return pd.DataFrame(X, columns=list(names))


def bounds(model: Any, rows: Any, predicted: Array, names: list[str]) -> dict[str, Any]:
    """Between which bounds a number lies, 95 times of 100, where the model knows.

    By theory for a linear regression; of another model by how far off it was on rows
    that were held out.
    """
    if hasattr(model, "predict_interval"):
        interval = model.predict_interval(rows, level=LEVEL)
    elif hasattr(model, "_held_out_error"):
        error = model._held_out_error
        interval = np.stack([predicted - error, predicted + error], axis=-1)
    else:
        return {}
    both = interval.reshape(len(predicted), -1, 2)
    suffixes = [f" {name}" for name in names] if len(names) > 1 else [""]
    return {f"{side}{suffix}": both[:, j, i]
            for j, suffix in enumerate(suffixes)
            for i, side in enumerate(("lower", "upper"))}  # fmt: skip
