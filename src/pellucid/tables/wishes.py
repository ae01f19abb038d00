"""What a person says about the columns of a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.errors import TableError
from pellucid.tables.grid import Grid, position

MISSING = ("drop", "impute", "refuse")


@dataclass(frozen=True)
class Wishes:
    """What a person says about the columns."""

    drop: Sequence[str] = ()
    categories: Sequence[str] = ()
    numbers: Sequence[str] = ()
    dates: Sequence[str] = ()
    missing: str = "drop"

    @classmethod
    def of(cls, grid: Grid, missing: str, **given: Any) -> Wishes:
        """Check what was said: the columns must be there, the rest be known."""
        if missing not in MISSING:
            raise TableError(
                f'rows: expected missing to be "drop", "impute" or "refuse", found '
                f"{missing!r}; choose one of them."
            )
        found = {
            option: [grid.names[position(grid, name, f"in {option}=")]
                     for name in names_of(names)]
            for option, names in given.items()
        }  # fmt: skip
        return cls(missing=missing, **found)

    def tally(self, name: str) -> bool:
        """Whether the cells of a column are to be counted, whatever they hold."""
        return name in {*self.categories, *self.numbers, *self.dates}


def columns_named(given: Iterable[str]) -> tuple[str, ...]:
    """Columns as typed in a command: several may stand in one word, parted by commas.

    A name that holds a comma stands in double quotes, as in a CSV file.

    >>> columns_named(["age", "sex,town", '"last, first"'])
    ('age', 'sex', 'town', 'last, first')
    """
    cut = csv.reader(given, skipinitialspace=True)
    return tuple(name.strip() for names in cut for name in names if name)


def names_of(given: Any) -> Sequence[str]:
    """The columns that an option names: one, or a list of them."""
    if isinstance(given, str | int):
        return [str(given)]
    return [str(name) for name in given]
