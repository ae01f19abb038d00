"""What is done with one column of a table on its way to the columns of X."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import LEFT_OUT, Role
from pellucid.tables.cells import Marks

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """What is done with one column.

    Parameters
    ----------
    column : str
        Its name in the table.
    role : Role
        What it is taken for.
    missing : int
        How many of its cells were missing.
    fill : float, optional
        What takes the place of a missing cell, as a number or the place of a level;
        then a column tells where that was so.
    left_out : tuple of str
        Those of the columns it would become that are left out, as others give them.
    standard : tuple of (str, float, float)
        Of those that are standardised: mean and standard deviation.
    """

    column: str
    role: Role
    missing: int = 0
    fill: float | None = None
    left_out: tuple[str, ...] = ()
    standard: tuple[tuple[str, float, float], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What it becomes: the columns of X."""
        return tuple(name for name in self._every if name not in self.left_out)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of a category that are told apart: the first has no column."""
        first, *others = self.role.levels
        kept = (x for x in others if f"{self.column}[{x}]" not in self.left_out)
        return (first, *kept)

    @property
    def _every(self) -> tuple[str, ...]:
        """The same with those that are left out."""
        if self.role.kind == LEFT_OUT:
            return ()
        made: tuple[str, ...] = (self.column,)
        if self.role.kind == "category":
            made = tuple(f"{self.column}[{level}]" for level in self.role.levels[1:])
        return made if self.fill is None else (*made, self.where_missing)

    @property
    def where_missing(self) -> str:
        """The name of the column that tells where a cell was filled in."""
        return f"{self.column}[missing]"

    def encoded(self, values: Values) -> Values:
        """The columns of X (n, k) from numbers or places of levels (n,)."""
        holes = np.isnan(values)
        x = values if self.fill is None else np.where(holes, self.fill, values)
        columns = x[:, np.newaxis]
        if self.role.kind == "category":
            places = np.arange(1.0, len(self.role.levels))
            columns = (x[:, np.newaxis] == places).astype(float)
            columns[np.isnan(x)] = np.nan
        if self.fill is not None:
            columns = np.column_stack([columns, holes.astype(float)])
        kept = [name not in self.left_out for name in self._every]
        return self._standardised(columns if all(kept) else columns[:, kept])

    def _standardised(self, columns: Values) -> Values:
        """Columns (n, k), those that are to be less their means, in deviations."""
        if not self.standard:
            return columns
        by_name = {name: of for name, *of in self.standard}
        of = np.array([by_name.get(name, (0.0, 1.0)) for name in self.names])
        return np.asarray((columns - of[:, 0]) / of[:, 1])

    def standardised(self, of: Mapping[str, tuple[float, float]]) -> Step:
        """The step with its columns less a mean, divided by a deviation, by name."""
        there = tuple((name, *of[name]) for name in self.names if name in of)
        return replace(self, standard=there)

    def without(self, reasons: Mapping[str, str]) -> Step:
        """The step with some of its columns left out, each for a reason."""
        out = tuple(name for name in self.names if name in reasons)
        if not out or out != self.names:
            return replace(self, left_out=(*self.left_out, *out))
        why = "; ".join(dict.fromkeys(reasons[name] for name in out))
        return replace(self, role=replace(self.role, kind=LEFT_OUT, reason=why))


def step_of(data: Mapping[str, Any]) -> Step:
    """The step whose fields, as dicts, lists, texts and numbers, these are."""
    role, fill = data["role"], data["fill"]
    return Step(
        column=str(data["column"]),
        role=Role(
            kind=str(role["kind"]),
            reason=str(role["reason"]),
            levels=tuple(map(str, role["levels"])),
            marks=Marks(**role["marks"]),
            format=str(role["format"]),
            scale=str(role["scale"]),
            lenient=bool(role["lenient"]),
            numbering=bool(role["numbering"]),
        ),
        missing=int(data["missing"]),
        fill=None if fill is None else float(fill),
        left_out=tuple(map(str, data["left_out"])),
        standard=tuple((str(n), float(m), float(s)) for n, m, s in data["standard"]),
    )
