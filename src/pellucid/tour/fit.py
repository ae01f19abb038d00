"""A person's own table: a model is chosen, fitted, judged, and told of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import ModelError, TableError
from pellucid.models.choosing import Choice, chosen, learned
from pellucid.models.files.saving import as_bytes
from pellucid.models.notes.dependent import (
    first_few,
    left_out,
    sentences,
)
from pellucid.models.notes.separated import REASON, Rows, label
from pellucid.models.streamed.seen import noted_of, seen_on
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table
from pellucid.tables.wording import begun, quoted, together
from pellucid.tour import compared, judged, shown
from pellucid.tour.folder import expect_room
from pellucid.tour.guide import Guide
from pellucid.tour.libraries import expect_libraries
from pellucid.tour.rows_to_fit import Subject, taken

MODEL = "model.safetensors"
SINGULAR = {"categories": "category", "numbers": "number", "dates": "date"}
LEAVE = " Leave out (--drop) what tells them apart and is known no sooner than `{y}`."
OPTIONS = re.compile(  # outside of quotation marks
    r'"(?:\\.|[^"\\])*"|\b(drop|categories|numbers|dates|missing)= ?'
)


def run(
    path: Path,
    target: str,
    out: Path,
    *,
    model: str = "auto",
    seed: int = 0,
    against: Sequence[str] = (),
    reading: Mapping[str, Any] | None = None,
    stream: bool | None = None,
    cluster: str | None = None,
    tell: Callable[[str], object] = print,
) -> dict[str, dict[str, Any]]:
    """Fit a table, tell what was found, leave model, page and pictures in a folder.

    Parameters
    ----------
    path
        Any file that `pellucid.rows` reads, a folder of such, or a pattern.
    target
        The column to learn.
    out
        The folder for model.safetensors, report.html and the pictures.
    model
        "linear", "logistic", "network", or "auto": logistic for a target that names
        classes, else linear.
    seed
        Chooses the folds of cross-validation, and the start of a network.
    against
        Other models, of the same rows, to compare it with: each a list of raw columns,
        parted by commas, or a kind of model.
    reading
        Options of `pellucid.rows`.
    stream
        Whether the rows are read anew in each pass over them, and never all in memory;
        None where they would not fit.
    cluster
        The address of a Dask scheduler, whose workers read and sum them.
    tell
        What takes the lines for the terminal.

    Returns
    -------
    dict
        The figures of each part, by name.

    Raises
    ------
    PellucidError
        When the table cannot be used, or the folder cannot be written.
    """
    expect_libraries("plot")
    expect_room(out)
    try:
        table = taken(path, target, stream, cluster, reading or {})
    except TableError as error:
        raise TableError(typed(str(error))) from None
    guide = Guide(f"What {path.name} says about {table.target}", tell=tell)
    subject = Subject.of(table, seed)
    choice = choice_for(subject, model)
    subject = subject.of_classes() if choice.classes else subject
    rivals = compared.rivals(subject.seen, choice, against)
    read(guide, table)
    if choice.kind == "network":
        subject = subject.few(seed)
    else:
        subject = independent(guide, subject)
    introduced(guide, subject, choice, model)
    fitted = learned(choice, seed, subject.table)
    fit(guide, subject, choice, fitted)
    judged.told(guide, subject, choice, fitted, seed)
    if rivals:
        compare(guide, subject, choice, fitted, rivals, seed)
    if subject.stream is not None:
        passed(guide, subject.stream.passes)
    guide.leave(out, {MODEL: as_bytes(fitted)})
    tell(f"The model, for `pellucid predict` on other rows: {out / MODEL}")
    return guide.figures


# -- what there is, and which model suits it ------------------------------------------


def read(guide: Guide, table: Table | Stream) -> None:
    """What was done to the columns and rows of the table, and why."""
    preparation = table.preparation
    if preparation is None:
        return
    guide.stretch("preparation", "What was done to the table")
    guide.say(f"{preparation.sentence()}.")
    guide.notes([f"{begun(typed(note))}." for note in preparation.notes])
    guide.table(preparation.told(), preparation.HEADERS, caption="Columns")


def independent(guide: Guide, subject: Subject) -> Subject:
    """The rows without columns that others give, told with the relation of each."""
    found, seen = subject.relations(), subject.seen
    if not found:
        return subject
    told = sentences(found, seen.X, seen.names, seen.preparation)
    reasons = {seen.names[one.column]: one.told(seen.names) for one in found}
    guide.keep({"left out": reasons})
    columns = together(left_out(found, seen.names, seen.preparation))
    guide.notes([f"{'; '.join(first_few(told))}; {columns} left out."])
    return subject.without(reasons)


def typed(sentence: str) -> str:
    """A sentence with the options of `pellucid.rows` as they are typed in a command.

    >>> print(typed('leave it out (drop="age") or say missing="impute"'))
    leave it out (--drop "age") or say --missing "impute"
    """

    def option(found: re.Match[str]) -> str:
        name = found[1]
        return f"--{SINGULAR.get(name, name)} " if name else found[0]

    return OPTIONS.sub(option, sentence)


def choice_for(subject: Subject, model: str) -> Choice:
    """The model for the target; TableError when it cannot be what was asked for."""
    try:
        return chosen(subject.values, model)
    except ModelError as error:
        table = subject.table
        raise TableError(
            f"{table.source}, column {quoted(str(table.target))}: {error}"
        ) from None


def introduced(guide: Guide, subject: Subject, choice: Choice, model: str) -> None:
    """What there is, and which model was chosen."""
    table, seen, stream = subject.table, subject.seen, subject.stream
    guide.stretch("table", "The table")
    guide.found({"rows": table.n, "features": table.d})
    if subject.drawn:
        guide.keep({"rows shown": seen.n})
        guide.say(
            "The rows are read anew in each pass over them. Figures are of all rows; "
            f"pictures show {seen.n:,} of the {table.n:,}, drawn by chance, and so "
            "does what is said of them."
        )
    elif stream is not None and table.n < stream.n:
        guide.say(
            f"These are drawn by chance from {stream.n:,} rows: a network goes through "
            "its rows hundreds of times, which more of them would make long."
        )
    found = f"`{table.target}` has {choice.reason}"
    if model != "auto":
        guide.say(f"{found}; a {choice.name} was asked for.")
        return
    kinds = {"linear": "numbers", "logistic": "classes"}
    taken = f"would take them for {kinds.get(choice.other)}"
    advice = f" (`--model {choice.other}` {taken})"
    guide.say(f"{found}, so this is a {choice.name}{advice if choice.other else ''}.")


def passed(guide: Guide, passes: Sequence[str]) -> None:
    """How often the rows of a stream were gone through, and for what."""
    guide.stretch("passes", "Passes over the rows")
    guide.found({"passes": len(passes)})
    times = Counter(passes)
    guide.table([*times.items()], ("for", "passes"), caption="Passes")


# -- what was found -------------------------------------------------------------------


def fit(guide: Guide, subject: Subject, choice: Choice, model: Any) -> None:
    """The fitted model: how it was fitted, formula, coefficients and pictures."""
    guide.stretch("fit", "The fit")
    table, seen = subject.table, subject.seen
    if choice.kind == "linear":
        linear(guide, table)
    elif choice.kind == "logistic":
        logistic(guide, table, seen, model)
    else:
        network(guide, model)
    already = bool(giving(table)) or tells_two_apart(model)
    shown.summed_up(guide, seen, choice, model, already=already)
    looked = model if subject.is_seen else seen_on(model, seen)
    if subject.drawn and (notes := [*noted_of(looked)]):
        guide.say(f"In {subject.drawn}:")
        guide.notes(notes)
    caption = shown.caption(seen, subject.shown, choice, model)
    guide.picture("fit", looked.plot(), caption)
    shown.pictured(guide, choice, looked, subject.drawn)


def compare(
    guide: Guide, subject: Subject, choice: Choice, model: Any,
    rivals: Sequence[compared.Rival], seed: int,
) -> None:  # fmt: skip
    """The model beside others, all of the rows that are looked at."""
    here = model if subject.is_seen else learned(choice, seed, subject.seen)
    compared.told(guide, subject.seen, choice, here, rivals, seed, subject.drawn)


def linear(guide: Guide, table: Table | Stream) -> None:
    """How a linear regression was fitted, and what its coefficients say."""
    guide.say(
        f"Least squares on all {table.n:,} rows. A coefficient says by how much "
        f"`{table.target}` grows with 1 more of its column, or for its level of a "
        "category, the other columns being equal."
    )


def logistic(guide: Guide, table: Table | Stream, seen: Table, model: Any) -> None:
    """How a logistic regression was fitted, and of which class its coefficients are."""
    guide.keep({"C": model.C})
    classes, y = [str(label) for label in model.classes_], table.target
    if np.isfinite(model.C):
        leave = LEAVE.format(y=y) * (len(classes) == 2 and not giving(table))
        guide.say(
            f"The classes are separable: {REASON.format(how=separated(seen))}. The "
            "squared coefficients of standardised columns are therefore penalised, as "
            f"little as does best by cross-validation: C = {model.C:g}. The "
            f"coefficients below are in the units of the columns.{leave}"
        )
    else:
        guide.say(f"The likeliest coefficients for all {table.n:,} rows, no penalty.")
    if len(classes) == 2:
        guide.say(
            f"A coefficient says by how much the log odds of `{y} = {classes[1]}` "
            f"against `{y} = {classes[0]}` grow with 1 more of its column, or for its "
            "level of a category."
        )
    else:
        guide.say(
            "In the formula each class has coefficients of its own, which sum to 0 "
            "over the classes. The difference of two classes says by how much the log "
            "odds of the one against the other grow with 1 more of the column: the "
            f"tables have those against `{classes[0]}`."
        )


def separated(table: Table) -> str:
    """By which columns the classes are told apart; briefly, of those told already."""
    if given := giving(table):
        verb = "gives" if len(given) == 1 else "give"
        return f"{together(given)} {verb} `{table.target}` exactly"
    classes, y = np.unique(np.asarray(table.y), return_inverse=True)
    rows = Rows(table.X, y, [label(c) for c in classes])
    return rows.told(table.names, table.preparation)


def giving(table: Table | Stream) -> tuple[str, ...]:
    """The columns that were said to give the target exactly."""
    return table.preparation.giving if table.preparation else ()


def tells_two_apart(model: Any) -> bool:
    """Whether it is said how columns tell classes apart; of more than two in part."""
    return judged.is_penalised(model) and len(model.classes_) == 2


def network(guide: Guide, model: Any) -> None:
    """How a network was fitted."""
    early = " until rows set aside gained no more" if model.early_stopping else ""
    guide.say(
        f"One hidden layer of {model.hidden_layer_sizes[0]} units, fitted to "
        f"standardised columns by Adam for {model.n_iter_} epochs{early}; the units of "
        "the columns were then put into its weights."
    )
