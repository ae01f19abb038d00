"""Large tables: the time to read one, and the memory of reading and of fitting it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.bench.clock import mark
from pellucid.bench.contest import Contest, Mark, Rival, library

D = 20  # columns of features
ROWS = {"100,000 rows": 10**5, "1,000,000 rows": 10**6}
TINY = 1000


def write(path: Path, n: int) -> None:
    """Write n rows of numbers of 17 digits, with a target.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "table.csv"), 2)
    ...     Path(folder, "table.csv").read_text().count(",")
    60
    """
    rng = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join([*(f"x{j + 1}" for j in range(D)), "y"]) + "\n")
        for begin in range(0, n, TINY):
            cells = rng.standard_normal((min(TINY, n - begin), D + 1)).tolist()
            file.writelines(",".join(map(repr, row)) + "\n" for row in cells)


def ours(path: Path) -> Any:
    """Roles, checks and all."""
    return library("pellucid").rows(path, target="y")


def pandas(path: Path) -> Any:
    """As it comes."""
    return library("pandas").read_csv(path)


def arrow(path: Path) -> Any:
    """On all cores, as it comes."""
    return library("pyarrow.csv").read_csv(path)


def fitted(path: Path) -> Any:
    """A regression on what was read."""
    return library("pellucid").LinearRegression().fit(ours(path))


def measured(read: Callable[[Path], Any], case: str, tiny: bool) -> dict[str, Mark]:
    """Time a file that was read before, so that it is in memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        write(path, TINY if tiny else ROWS[case])
        marks = {"reading": mark(partial(read, path))}
        if read is ours:
            marks["reading, and a linear regression"] = mark(partial(fitted, path))
        return marks


CONTEST = Contest(
    title="Large tables",
    note=f"A CSV file of {D} columns of numbers of 17 digits, and a target. Pellucid "
    "also checks each line, finds the role of each column and makes X.",
    cases=tuple(ROWS),
    rivals={
        "Pellucid": Rival(partial(measured, ours), ours=True),
        "pandas": Rival(partial(measured, pandas)),
        "pyarrow": Rival(partial(measured, arrow)),
    },
    rounds=1,
)
