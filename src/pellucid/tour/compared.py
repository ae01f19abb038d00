"""The model of a person's table beside others: of fewer columns, or of another kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError, TableError
from pellucid.models.choosing import KINDS, Choice, chosen, learned
from pellucid.models.comparing.candidates import Candidate, Rows
from pellucid.models.comparing.comparing import compared
from pellucid.models.judging import FOLDS
from pellucid.show import estimates
from pellucid.show.plain_text import Written, number
from pellucid.tables.table import Table
from pellucid.tables.wishes import columns_named
from pellucid.tables.wording import listed, quoted
from pellucid.tour.guide import Guide
from pellucid.tour.judged import relearned

if TYPE_CHECKING:
    import pandas as pd

ALL = "all columns"
HELD_OUT = (
    "Rows held out",
    (
        "On rows held out, of the same folds, with the difference to the best model "
        "and its standard error:"
    ),
)
TABLES = {  # by a column of each: what it is called, and what it says
    "BIC": (
        "Likelihood",
        "AIC and BIC weigh the likelihood against the parameters; less is better:",
    ),
    "against": (
        "Nested models",
        "Each model against the largest of the others that is nested in it; as much "
        "comes by chance with probability p:",
    ),
    "typical error": HELD_OUT,
    "accuracy": HELD_OUT,
}
HUNDREDTHS = ("log likelihood", "AIC", "delta AIC", "BIC", "F", "likelihood ratio")
Rival = tuple[str, Table, Choice]  # what it is called, learns from, and is


def told(
    guide: Guide, table: Table, choice: Choice, model: Any, rivals: Sequence[Rival],
    seed: int, drawn: str = "",
) -> None:  # fmt: skip
    """Fit the others to the same rows, and say which model is preferred.

    Of rows that were `drawn` from more it is said which they are.
    """
    guide.stretch("compared", "Compared")
    if drawn:
        guide.say(f"All models here, also that of all columns, are of {drawn}.")
    found = [candidate(ALL, table, choice, model, seed)]
    for name, fewer, other in rivals:
        found.append(candidate(name, fewer, other, learned(other, seed, fewer), seed))
    summary = compared(found, FOLDS, seed)
    guide.keep({"preferred": summary.title})
    guide.keep({"models": summary.frame.to_dict("index")})
    guide.say(f"{summary.title}.")
    for part in summary.tables():
        caption, meaning = next(TABLES[name] for name in part if name in TABLES)
        guide.say(meaning)
        guide.table(_rounded(part), [str(name) for name in part], caption=caption)
    guide.notes(summary.notes)


def _rounded(part: pd.DataFrame) -> list[list[Any]]:
    """The rows with the digits of each figure that say something."""
    writers = [_writer(str(name)) for name in part]
    return [
        [Written(v, write(v)) if isinstance(v, float) else v
         for v, write in zip(row, writers, strict=True)]
        for row in part.itertuples(index=False, name=None)
    ]  # fmt: skip


def _writer(name: str) -> Callable[[float], str]:
    if estimates.is_probability(name):
        return estimates.probability
    if name in HUNDREDTHS:
        return "{:.2f}".format
    return partial(number, digits=4)


def candidate(
    name: str, table: Table, choice: Choice, model: Any, seed: int
) -> Candidate:
    """A model that was fitted to a table, and how it was."""
    rows = Rows(table.X, np.asarray(table.y), None)
    return Candidate(name, model, partial(relearned, choice, model, seed), rows)


def rivals(table: Table, choice: Choice, against: Sequence[str]) -> list[Rival]:
    """What was typed: a kind of model, or columns for a model of the same kind.

    Raises
    ------
    TableError
        For a column that is not there, and for a kind that learns no such target.
    """
    recipe: Any = table.preparation  # `rows` gave the table one
    return [
        _of_kind(table, choice, text)
        if text in KINDS and text not in recipe.used
        else _of_columns(table, choice, text)
        for text in dict.fromkeys(against)
    ]


def _of_kind(table: Table, choice: Choice, kind: str) -> Rival:
    """Another kind of model of the same columns."""
    where = f"{table.source}, column {quoted(str(table.target))}"
    try:
        other = chosen(np.asarray(table.y), kind)
    except ModelError as error:
        raise TableError(f"{where}: {error}") from None
    if kind == "network":
        other = replace(other, classes=choice.classes)
    if other.classes != choice.classes or kind == choice.kind:
        fitting = ("logistic", "network") if choice.classes else ("linear", "network")
        wanted = next(one for one in fitting if one != choice.kind)
        raise TableError(
            f"{where}: expected another model of the same target to compare the "
            f"{choice.name} with, found --against {kind}; use --against {wanted}, or "
            "name columns."
        )
    return other.name, table, other


def _of_columns(table: Table, choice: Choice, text: str) -> Rival:
    """The same kind of model of some raw columns."""
    recipe: Any = table.preparation  # `rows` gave the table one
    names, known = columns_named([text]), recipe.used
    absent = [name for name in names if name not in known]
    if absent or not names:
        raise TableError(
            f"{table.source}: expected columns that the model has, such as "
            f"{listed(known)}, or one of {', '.join(KINDS)}, found --against "
            f"{quoted(absent[0] if absent else text)}; mend the name."
        )
    kept = tuple(step for step in recipe.steps if step.column in names)
    part = replace(recipe, steps=kept)
    X = table.X[:, [table.names.index(name) for name in part.names]]
    fewer = replace(table, X=X, names=part.names, preparation=part)
    left = [name for name in known if name not in names]
    if not left:
        raise TableError(
            f"{table.source}: expected fewer columns than the model has, found "
            f"--against {quoted(text)}, which names all of them; leave some out."
        )
    short = min(" + ".join(part.used), f"all but {', '.join(left)}", key=len)
    return short, fewer, choice
