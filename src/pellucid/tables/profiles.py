"""What a column looks like: profiles of parts of it add up to that of the whole.

A role is found from a profile, whether it was taken of a column in memory or is the sum
over the parts of one that no memory holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import Role, values_of
from pellucid.tables.cells import Marks, is_missing
from pellucid.tables.column_names import counts_rows, is_dated, may_identify
from pellucid.tables.dates import COMPACT
from pellucid.tables.figures import Figures
from pellucid.tables.grid import PLAINLY, ROW_NAMES, Cells, Column, key_of
from pellucid.tables.levels import Levels, levels_of_counts

WORDS = 2**17  # different cells that are held, in parts that were added


@dataclass(frozen=True, eq=False)
class Tally:
    """The different cells, in the order in which they first occur, and how often.

    Where there are more than `WORDS` in parts that are added, the first are held.
    """

    cells: tuple[object, ...]
    counts: NDArray[np.intp]
    n: int

    @classmethod
    def of(cls, cells: Sequence[object]) -> Tally:
        """Count the cells of a column."""
        held = Cells.of(cells)
        counts = held.counts()
        if counts.all():
            return cls(tuple(held.levels), counts, len(held))
        there = np.flatnonzero(counts).tolist()  # a part may lack some
        return cls(tuple(held.levels[i] for i in there), counts[there], len(held))

    def __add__(self, other: Tally) -> Tally:
        """Count those of both."""
        place = {key_of(cell): i for i, cell in enumerate(self.cells)}
        cells, k = list(self.cells), len(place)
        counts = [*self.counts.tolist(), *([0] * len(other.cells))]
        for cell, count in zip(other.cells, other.counts.tolist(), strict=True):
            i = place.setdefault(key_of(cell), len(cells))
            if i == len(cells) < max(WORDS, k):
                cells.append(cell)
            if i < len(cells):
                counts[i] += count
            else:
                del place[key_of(cell)]
        kept = np.array(counts[: len(cells)], np.intp)
        return Tally(tuple(cells), kept, self.n + other.n)

    @property
    def more(self) -> bool:
        """Whether there are others, which are not held."""
        return self.n > int(self.counts.sum())


@dataclass(frozen=True, eq=False)
class Profile:
    """What is known of a column when all of it was seen once.

    Parameters
    ----------
    name, kind, order, marks
        As of a `Column`, whose `levels` are the order.
    figures : Figures, optional
        Of a column that holds numbers.
    tally : Tally, optional
        Of text and categories, and where it was asked for.
    mixed : bool
        Whether parts are of different kinds, so that its cells as text alone tell.
    read : Figures, optional
        Of text with more different cells than are held: those of all its values.
    """

    name: str
    kind: str
    order: tuple[str, ...]
    marks: Marks
    figures: Figures | None
    tally: Tally | None
    mixed: bool = False
    read: Figures | None = None

    @classmethod
    def of(cls, column: Column, tallied: bool = False) -> Profile:
        """Look at a column, or a part of one."""
        worded = column.kind in ("text", "category")
        return cls(
            column.name, column.kind, column.levels, column.marks,
            None if worded else Figures.of(column.numbers, **asked_of(column.name)),
            Tally.of(column.cells()) if worded or tallied else None,
        )  # fmt: skip

    def __add__(self, other: Profile) -> Profile:
        """The profile of both parts, one after the other."""
        if self.kind != other.kind and (self.says_nothing or other.says_nothing):
            if self.says_nothing:
                return self._as(other) + other
            return self + other._as(self)
        kinds = {self.kind, other.kind}
        alike = len(kinds) == 1 and self.marks == other.marks
        if not alike and kinds != {"boolean", "number"}:
            return replace(self, kind="text", mixed=True, figures=None, tally=None)
        if self.mixed or other.mixed:
            return replace(self, mixed=True, figures=None, tally=None)
        order = self.order
        if order != other.order:
            order = tuple(dict.fromkeys((*order, *other.order)))
        return Profile(
            self.name,
            self.kind if alike else "number",
            order,
            self.marks,
            _sum(self.figures, other.figures),
            _sum(self.tally, other.tally),
        )

    @property
    def n(self) -> int:
        """How many cells there are; none are known of where kinds are mixed."""
        known = self.figures or self.tally
        return known.n if known else 0

    @property
    def says_nothing(self) -> bool:
        """Whether no cell is there that has a kind."""
        if self.mixed or self.kind != "text" or self.tally is None:
            return False
        return all(map(is_missing, self.tally.cells)) and not self.tally.more

    def _as(self, other: Profile) -> Profile:
        """A part that says nothing, as one of the other's kind."""
        figures = other.figures and Figures.of(np.full(self.n, np.nan))
        tally = self.tally if other.tally else None
        return Profile(
            other.name,
            other.kind,
            other.order,
            other.marks,
            figures,
            tally,
            other.mixed,
        )

    @property
    def few(self) -> bool:
        """Whether all different cells are held."""
        return self.tally is not None and not self.tally.more

    @cached_property
    def levels(self) -> Levels:
        """The different cells as text."""
        tally = self.held
        return levels_of_counts(tally.cells, tally.counts.tolist(), tally.n)

    @property
    def held(self) -> Tally:
        """The different cells; an error of ours where they were not asked for."""
        if self.tally is None:
            raise LookupError(f"the cells of {self.name} were not counted")
        return self.tally

    @cached_property
    def different(self) -> Column:
        """A column of each different cell once, where they first occur."""
        tally = self.held
        cells = Cells(tally.cells, np.arange(len(tally.cells)))
        nothing = np.full(len(cells), np.nan)
        return Column(self.name, nothing, lambda: cells, "text")

    def figures_by(self, role: Role) -> Figures:
        """The figures of its values by a role."""
        of_days = role.kind == "date" and role.format in COMPACT
        plain = of_days or not role.format or self.kind == "date"
        read = self.kind not in ("text", "category") and role.kind != "category"
        if self.figures is not None and read and plain and (
            self.marks in (PLAINLY, role.marks)
        ):  # fmt: skip
            return self.figures
        if self.read is not None:
            return self.read
        tally, x = self.held, self.values_by(role)
        once = len(x) == tally.n  # then they are in the order of the rows
        asked = asked_of(self.name) | {"counted": True}
        found = Figures.of(x, **(asked | {"ordered": asked["ordered"] and once}))
        there = int(tally.counts[np.isfinite(x)].sum())
        return replace(found, n=tally.n, finite=there)

    def values_by(self, role: Role) -> NDArray[np.float64]:
        """The value of each different cell by a role."""
        return values_of(self.different, role)


def asked_of(name: str) -> dict[str, Any]:
    """Which figures the name of a column asks for."""
    bare, rows = name.strip(), name.strip() == ROW_NAMES
    dated = is_dated(name)
    days = [span for form, span in COMPACT.items() if dated or form == "%Y%m%d"]
    return {
        "ordered": rows or counts_rows(bare, True),
        "counted": rows or may_identify(bare),
        "days": days,
    }


def _sum(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one + other
