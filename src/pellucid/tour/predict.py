"""A model that was saved predicts the rows of a table, and tells how that went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from pellucid.models.files.saving import load
from pellucid.models.predictions import NOTHING, Outcome, predictions
from pellucid.show import plain_text
from pellucid.show.progress import progress
from pellucid.tables.raw_rows import RawRows, raw_rows
from pellucid.tables.streams.runners import PATIENCE
from pellucid.tables.to_files import TextWriter, Writer, suffix_of, writing
from pellucid.tables.wording import counted
from pellucid.tour.guide import Share


def run(
    path: Path,
    table: Path,
    out: Path | None,
    file: BinaryIO,
    *,
    header: bool | None = None,
    sheet: str | None = None,
    stream: bool | None = None,
    tell: Callable[[str], object] = print,
) -> Outcome:
    """Predict the rows of a table, and write them beside the raw rows as they come.

    Parameters
    ----------
    path
        Of the model.
    table
        Any file that `pellucid.rows` reads, or a folder of such.
    out
        Where the table goes, by its ending; None for CSV into `file`.
    file
        The standard output.
    header, sheet, stream
        As in `pellucid.rows`.
    tell
        What takes the lines for the terminal.

    Raises
    ------
    PellucidError
        When the model or the table cannot be read or used, or the place not be written;
        then nothing of the table is there.
    """
    if out is not None:
        suffix_of(out)
    model = load(path)
    rows = raw_rows(table, header, sheet, stream)
    place: AbstractContextManager[Writer] = (
        nullcontext(TextWriter(file)) if out is None else writing(out)
    )
    with place as writer:
        total, notes = written(writer, model, rows)
    for line in told(rows.source, notes, total):
        tell(line)
    if out is not None:
        tell(f"The table with its predictions: {out}")
    return total


def written(writer: Writer, model: Any, rows: RawRows) -> tuple[Outcome, list[str]]:
    """Write rows with their predictions; say how that went, and how they were read."""
    notes: dict[str, None] = {}
    total = NOTHING
    with progress("predicting, rows", rows.n, PATIENCE) as bar:
        for grid in rows.grids():
            found = predictions(model, grid)
            writer.add(grid, found.columns, found.predicted)
            total += found.outcome
            notes |= dict.fromkeys(grid.notes)
            bar.advance(grid.n)
    return total, [*notes]


def told(source: str, notes: Sequence[str], total: Outcome) -> list[str]:
    """What was predicted and what not, and how good it is."""
    lines = [f"Note: {note}." for note in notes]
    k, n = total.predicted, total.rows
    read = f"{counted(n, 'row')} read from {source}, {k} predicted"
    if k < n:
        lines.append(f"{read}, {n - k} left empty:")
        rows = [(gap.column, gap.rows, gap.reason) for gap in total.gaps]
        lines.append(plain_text.table(rows, ("column", "rows", "why")))
    else:
        lines.append(f"{read}.")
    if figures := total.score:
        known = counted(int(figures.pop("rows")), "row")
        shown = ", ".join(f"{name} {_shown(name, v)}" for name, v in figures.items())
        lines.append(f"On {known} whose target is known: {shown}.")
    return lines


def _shown(name: str, value: Any) -> str:
    return str(Share(value)) if name == "accuracy" else plain_text.number(value, 4)
