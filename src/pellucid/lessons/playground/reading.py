"""A file of one's own: its columns, and the rows of the three that are chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pellucid.lessons.playground.points import Array
from pellucid.lessons.playground.settings import MOST_CLASSES, MOST_POINTS, Refused
from pellucid.tables.sources import rows
from pellucid.tables.step import Step
from pellucid.tables.table import Table

LARGEST = 8_000_000  # bytes of a file
NUMERIC = ("number", "boolean", "date")


@dataclass(frozen=True)
class File:
    """What a person's file is called, and what it holds."""

    name: str
    content: bytes

    def read(self, **wishes: Any) -> Table:
        """Read it by the library's reader, under its own name.

        Raises
        ------
        TableError
            With what is wrong, in one sentence.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, re.sub(r"[^\w. -]", "_", self.name)[-80:] or "file")
            path.write_bytes(self.content)
            table: Table = rows(path, **wishes, stream=False)
            return table


def columns(file: File) -> list[dict[str, Any]]:
    """The columns that can be chosen: whether as a feature, and as which target.

    Raises
    ------
    TableError, Refused
        When the file cannot be read, or has too few columns of numbers.
    """
    if len(file.content) > LARGEST:
        raise Refused(
            f"{file.name} has more than {LARGEST // 10**6} MB: choose a smaller one."
        )
    prepared = file.read().preparation
    steps = prepared.steps if prepared else ()
    found = [_described(step) for step in steps if step.role.kind != "left out"]
    if sum(column["number"] for column in found) < 2:
        raise Refused(
            f"{file.name} has fewer than two columns of numbers to learn from."
        )
    return found


def _described(step: Step) -> dict[str, Any]:
    """What a page needs to know of a column."""
    kind = step.role.kind
    return {
        "name": step.column,
        "number": kind in NUMERIC,
        "levels": len(step.role.levels),
    }


def chosen(
    file: File, x1: str, x2: str, target: str, kind: str
) -> tuple[dict[str, str], str]:
    """The settings that these three columns make, and what is said of them.

    Parameters
    ----------
    file : File
        The person's.
    x1, x2, target : str
        Names of columns.
    kind : str
        "classes", "number", or "" for what the target looks like.

    Raises
    ------
    TableError, Refused
        When the columns are not there, or nothing can be learned from them.
    """
    table = _fitting(file, (x1, x2), target)
    X = table.X[:, [table.names.index(x1), table.names.index(x2)]]
    y, labels = _targets(table.y, target, kind)
    kept = _sampled(len(X))
    written = ";".join(f"{a:.6g},{b:.6g},{c:.6g}" for a, b, c in
                       np.column_stack([X, y])[kept].tolist())  # fmt: skip
    called = "|".join(map(_plain, (x1, x2, target)))
    changes = {"data": "file", "rows": written, "names": called,
               "labels": "|".join(map(_plain, labels))}  # fmt: skip
    return changes, _told(file, table, len(kept))


def _fitting(file: File, features: tuple[str, str], target: str) -> Table:
    """The table of these columns alone, each of the features a column of numbers."""
    wanted = {*features, target}
    if len(wanted) < 3:
        raise Refused("Choose three different columns: two features and the target.")
    names = [column["name"] for column in columns(file)]
    for name in (*features, target):
        if name not in names:
            raise Refused(f'{file.name} has no column "{name}" to choose.')
    others = [name for name in names if name not in wanted]
    table = file.read(target=target, drop=others).for_fitting()
    for name in features:
        if name not in table.names:
            raise Refused(
                f'The column "{name}" of {file.name} holds no numbers to learn from.'
            )
    return table


def _targets(y: Any, name: str, kind: str) -> tuple[Array, list[str]]:
    """The target as numbers, with the labels of its classes."""
    values, codes = np.unique(y, return_inverse=True)
    text, few = y.dtype.kind not in "fiub", len(values) <= MOST_CLASSES
    whole = few and not text and bool(np.all(values == np.rint(values)))
    if not text and (kind == "number" or not (kind or whole)):
        return np.asarray(y, float), []
    if not few or kind == "number":
        raise Refused(
            f'The column "{name}" has {len(values)} different values that are no '
            f"numbers: choose numbers, or at most {MOST_CLASSES} classes."
            if text else
            f'The column "{name}" has {len(values)} different values: '
            f"{MOST_CLASSES} classes are the most that have a colour."
        )  # fmt: skip
    return codes, [v if text else f"{v:g}" for v in values.tolist()]


def _sampled(n: int) -> Array:
    """Which rows are kept of too many, in their order."""
    if n <= MOST_POINTS:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, MOST_POINTS, replace=False))


def _told(file: File, table: Table, kept: int) -> str:
    """What is said of the rows that were taken."""
    said = f"{file.name}: {table.n:,} rows"
    left_out = table.preparation.left_out if table.preparation else 0
    said += f", {left_out:,} more left out for a missing cell" * bool(left_out)
    said += f"; {kept:,} of them, drawn at random, are used" * (kept < table.n)
    return said + ". Features are shifted to mean 0 and scaled to standard deviation 1."


def _plain(name: str) -> str:
    """A name that a link can hold."""
    return " ".join(str(name).replace("|", "/").split())[:60]
