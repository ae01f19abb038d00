"""A model that was saved predicts the rows of a table, and tells how that went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from pellucid.models.files.saving import load
from pellucid.models.predictions import Predictions, predictions
from pellucid.show import plain_text
from pellucid.tables.grid import Grid
from pellucid.tables.sources import grid_of
from pellucid.tables.to_files import suffix_of, write_table, write_text
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
    tell: Callable[[str], object] = print,
) -> Predictions:
    """Predict the rows of a table, and write them beside the raw rows.

    Parameters
    ----------
    path
        Of the model.
    table
        Any file that `pellucid.rows` reads.
    out
        Where the table goes, by its ending; None for CSV into `file`.
    file
        The standard output.
    header, sheet
        As in `pellucid.rows`.
    tell
        What takes the lines for the terminal.

    Raises
    ------
    PellucidError
        When the model or the table cannot be read or used, or the place not be written.
    """
    if out is not None:
        suffix_of(out)
    model = load(path)
    grid = grid_of(table, None, header, sheet)
    found = predictions(model, grid)
    if out is None:
        write_text(file, grid, found.columns, found.predicted)
        file.flush()
    else:
        write_table(out, grid, found.columns, found.predicted)
    for line in told(grid, found):
        tell(line)
    if out is not None:
        tell(f"The table with its predictions: {out}")
    return found


def told(grid: Grid, found: Predictions) -> list[str]:
    """What was predicted and what not, and how good it is."""
    lines = [f"Note: {note}." for note in grid.notes]
    k, n = int(found.predicted.sum()), grid.n
    read = f"{counted(n, 'row')} read from {grid.source}, {k} predicted"
    if k < n:
        lines.append(f"{read}, {n - k} left empty:")
        rows = [(gap.column, gap.rows, gap.reason) for gap in found.gaps]
        lines.append(plain_text.table(rows, ("column", "rows", "why")))
    else:
        lines.append(f"{read}.")
    if found.score:
        figures = {**found.score}
        known = counted(int(figures.pop("rows")), "row")
        shown = ", ".join(f"{name} {_shown(name, v)}" for name, v in figures.items())
        lines.append(f"On {known} whose target is known: {shown}.")
    return lines


def _shown(name: str, value: Any) -> str:
    return str(Share(value)) if name == "accuracy" else plain_text.number(value, 4)
