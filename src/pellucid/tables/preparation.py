"""What was done to each column of a table: a recipe, to be read and used again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pellucid.errors import TableError
from pellucid.reading.names import one_line
from pellucid.show.plain_text import table as as_text
from pellucid.tables.as_numbers import LEFT_OUT, PERCENT
from pellucid.tables.cells import is_missing
from pellucid.tables.grid import Column, Grid
from pellucid.tables.levels import text_of
from pellucid.tables.rereading import read_as
from pellucid.tables.step import Step, Values, step_of
from pellucid.tables.wording import counted, cut, listed, quoted, shown

if TYPE_CHECKING:
    import pandas as pd


GIVES = (
    "{column} gives the target exactly; leave it out (--drop) if it is not known "
    "before the target is"
)


@dataclass(frozen=True)
class Preparation:
    """How raw columns become the numbers of a table, and why.

    It is plain data, kept with a fitted model, and used again on other rows of the
    same columns.

    Attributes
    ----------
    steps : tuple of Step
        A step a column, in the order of the table.
    target : Step or None
        Of the column to learn; its role is "number" or "label".
    rows, left_out : int
        How many rows were read, and how many of them left out for a missing cell.
    notes : tuple of str
        What was decided that may be wrong.

    Examples
    --------
    >>> import pandas as pd, pellucid as pl
    >>> frame = pd.DataFrame(
    ...     {
    ...         "pet": ["cat", "dog", "cat", None],
    ...         "age": [1, 2, 3, 4],
    ...         "weight": [4.0, 9.0, 4.5, 3.0],
    ...     }
    ... )
    >>> table = pl.rows(frame, target="weight")
    >>> print(table.preparation)
    4 rows read, 1 left out for a missing cell (pet 1)
    <BLANKLINE>
    column  role      becomes   why
    ──────  ────────  ────────  ───────────────────────
    pet     category  pet[dog]  2 levels, against "cat"
    age     number    age       numbers
    weight  target              numbers
    """

    source: str
    steps: tuple[Step, ...]
    target: Step | None
    rows: int
    left_out: int
    notes: tuple[str, ...] = ()

    HEADERS: ClassVar[tuple[str, ...]] = ("column", "role", "becomes", "why")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of X."""
        return tuple(name for step in self.steps for name in step.names)

    @property
    def used(self) -> tuple[str, ...]:
        """The raw columns from which X is made."""
        return tuple(step.column for step in self.steps if step.names)

    @property
    def giving(self) -> tuple[str, ...]:
        """Those of them that a note says give the target exactly."""
        told = (GIVES.format(column=quoted(column)) for column in self.used)
        return tuple(c for c, t in zip(self.used, told, strict=True) if t in self.notes)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a column: its role, what it becomes, missing cells, and why."""
        import pandas as pd

        return pd.DataFrame(self._rows()).set_index("column")

    def _every(self) -> list[Step]:
        return [*self.steps, *([self.target] if self.target else [])]

    def _rows(self) -> list[dict[str, Any]]:
        """A row a column; the last is the target's."""
        told = [_told(step) for step in self._every()]
        if self.target:
            told[-1] |= {"role": "target", "becomes": ""}
        return told

    def told(self) -> list[list[str]]:
        """A row a column, under `HEADERS`."""
        return [[row[name] for name in self.HEADERS]
                for row in self._rows()]  # fmt: skip

    def __str__(self) -> str:
        table = as_text(self.told(), self.HEADERS)
        return "\n".join([self.sentence(), *self.notes, "", table])

    def without(self, reasons: Mapping[str, str]) -> Preparation:
        """The recipe with some of the columns of X left out, each for a reason."""
        steps = tuple(step.without(reasons) for step in self.steps)
        return replace(self, steps=steps)

    def standardised(self, of: Mapping[str, tuple[float, float]]) -> Preparation:
        """The recipe with columns of X standardised, each by a mean and a deviation."""
        return replace(self, steps=tuple(step.standardised(of) for step in self.steps))

    def sentence(self) -> str:
        """How many rows were read and left out, and for which columns."""
        read = f"{counted(self.rows, 'row')} read"
        if not self.left_out:
            return read
        kept = [s for s in self._every() if s.fill is None and s.role.kind != LEFT_OUT]
        holes = [(s.missing, s.column) for s in kept if s.missing]
        most = ", ".join(
            f"{one_line(name)} {k}" for k, name in sorted(holes, reverse=True)[:5]
        )
        more = f" and {len(holes) - 5} more" if len(holes) > 5 else ""
        return f"{read}, {self.left_out} left out for a missing cell ({most}{more})"

    # -- on other rows ----------------------------------------------------------------

    def applied(self, grid: Grid, strict: bool = True) -> Values:
        """The columns of X (n, d) for other rows; nan where a cell is missing.

        Parameters
        ----------
        grid : Grid
            The rows, with the columns that the recipe knows, in any order.
        strict : bool
            Whether a level that was never seen is an error, or counts as missing.

        Raises
        ------
        TableError
            For a column that is not there, a level that was never seen, or text in the
            place of a number.
        """
        parts = [np.empty((grid.n, 0))]
        for step, column, values in self.read(grid):
            if strict:
                _expect_known(grid, column, step, values)
            parts.append(step.encoded(values))
        return np.column_stack(parts)

    def read(self, grid: Grid) -> Iterator[tuple[Step, Column, Values]]:
        """Each step that makes a column, its raw column, and this as numbers (n,).

        Raises
        ------
        TableError
            For a column that is not there.
        """
        for step, column in self.matched(grid):
            yield step, column, read_as(column, step.role)

    def matched(self, grid: Grid) -> Iterator[tuple[Step, Column]]:
        """Each step that makes a column, and its raw column.

        Raises
        ------
        TableError
            For a column that is not there.
        """
        place = {name.strip(): j for j, name in enumerate(grid.names)}
        place |= {name: j for j, name in enumerate(grid.names)}  # exact names first
        place |= {n: place[n.strip()] for n in self.used if n.strip() in place
                  and n not in place}  # fmt: skip
        absent = [name for name in self.used if name not in place]
        if absent:
            raise TableError(
                f"{grid.source}: expected the columns {listed(self.used)}, as the "
                f"model was fitted to, found none called {listed(absent)}; "
                f"{self._meant(grid, absent)}, or fit again."
            )
        for step in self.steps:
            if step.names:
                yield step, grid.columns[place[step.column]]

    def _meant(self, grid: Grid, absent: Sequence[str]) -> str:
        """What to rename, where a column that is not known is called about so."""
        others = {n.strip().casefold(): n for n in grid.names if n not in self.used}
        meant = {
            name: others[close[0]]
            for name in absent
            if (close := get_close_matches(name.strip().casefold(), others, n=1))
        }
        pairs = (f"{quoted(new)} to {quoted(name)}" for name, new in meant.items())
        return f"rename {', '.join(pairs)}" if meant else "name it so"

    def complete(self, grid: Grid) -> Values:
        """The columns of X (n, d) for other rows, none of which may have a hole.

        Raises
        ------
        TableError
            As `applied`, and for a missing cell.
        """
        X = self.applied(grid)
        holes = np.isnan(X)
        if not holes.any():
            return X
        i, j = divmod(int(holes.argmax()), X.shape[1])
        name = next(s.column for s in self.steps if self.names[j] in s.names)
        rows = counted(int(holes.any(axis=1).sum()), "such row")
        raise TableError(
            f"{grid.source}, {grid.place(i)}, column {quoted(name)}: expected a value, "
            f"found a missing cell ({rows} in {counted(grid.n, 'row')}); fill such "
            "cells in or leave their rows out."
        )

    # -- as plain data ----------------------------------------------------------------

    def as_dict(self) -> dict[str, Any]:
        """The recipe as dicts, lists, texts and numbers, for a file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preparation:
        """The recipe that `as_dict` gave."""
        target = data["target"]
        return cls(
            source=str(data["source"]),
            steps=tuple(map(step_of, data["steps"])),
            target=None if target is None else step_of(target),
            rows=int(data["rows"]),
            left_out=int(data["left_out"]),
            notes=tuple(map(str, data["notes"])),
        )


SHOWN = 4  # columns that one column becomes, listed by name
WIDE = 60  # letters of their names


def _told(step: Step) -> dict[str, Any]:
    """One row of the table that tells of a preparation."""
    made = step.names
    if len(", ".join(made[:SHOWN])) > WIDE:  # the levels alone, short
        levels = (name.removeprefix(step.column) or name for name in made)
        made = tuple(cut(level, WIDE // min(SHOWN, len(made))) for level in levels)
    becomes = ", ".join(made[:SHOWN]) + (f", ... ({len(made)})" * (len(made) > SHOWN))
    kind = step.role.kind
    why = step.role.reason
    if step.role.scale and step.role.scale not in why:
        why = f"{why}, {step.role.scale}"
    if step.fill is not None:
        why = f"{why}; {counted(step.missing, 'missing cell')} filled in"
    if step.left_out:
        why = f"{why}; {', '.join(step.left_out[:SHOWN])} left out"
    if step.standard:
        why = f"{why}; standardised"
    return {
        "column": step.column,
        "role": kind,
        "becomes": becomes,
        "missing": step.missing,
        "why": why,
    }


def _expect_known(grid: Grid, column: Column, step: Step, values: Values) -> None:
    """Refuse a cell that is there, but is nothing that the recipe knows."""
    holes = np.flatnonzero(np.isnan(values)).tolist()
    if not len(holes):
        return
    cells = column.cells()
    unknown = [i for i in holes if not is_missing(cells[i])]
    if not unknown or step.role.lenient:
        return
    found = shown(text_of(cells[unknown[0]]))
    expected = f"a {step.role.kind}"
    if step.role.marks.unit:
        expected += f" in {step.role.marks.unit}"
    if step.role.scale == PERCENT:
        expected += f" {PERCENT}"
    if step.role.levels:
        expected = f"one of the levels {listed(step.role.levels)}"
    raise TableError(
        f"{grid.source}, {grid.place(unknown[0])}, column {quoted(column.name)}: "
        f"expected {expected}, as the model was fitted to, found {found} "
        f"({counted(len(unknown), 'such cell')} in {counted(grid.n, 'row')}); mend it "
        "or leave its row out."
    )
