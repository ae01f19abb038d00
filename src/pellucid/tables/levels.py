"""The different cells of a column, as text, and which of them hold nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.tables.cells import is_missing, number
from pellucid.tables.grid import Cells

ENOUGH = 20  # rows from which None may be a word by how often it comes


@dataclass(frozen=True, eq=False)
class Levels:
    """The different cells of a column, each with how often it occurs, as text."""

    texts: tuple[str, ...]  # not missing, sorted
    missing: int
    n: int
    more: bool = False  # whether there are others, which are not held

    @property
    def given(self) -> int:
        """Rows that hold something."""
        return self.n - self.missing


def text_of(cell: object) -> str:
    """A cell as a level is called; whole numbers without decimals.

    >>> text_of(" a "), text_of(2.0), text_of(True)
    ('a', '2', 'True')
    """
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell).strip()


def levels_of(cells: Sequence[object]) -> Levels:
    """Collect the levels of a column."""
    held = Cells.of(cells)
    return levels_of_counts(held.levels, held.counts().tolist(), len(held))


def levels_of_counts(cells: Sequence[object], counts: Sequence[int], n: int) -> Levels:
    """Collect levels from the different cells, and how often each occurs in n rows."""
    pairs = list(zip(cells, counts, strict=True))
    words = words_of({cell: k for cell, k in pairs if isinstance(cell, str)})
    texts = {text_of(cell) for cell, _ in pairs if not is_missing(cell)} | words
    missing = sum(k for cell, k in pairs if not is_there(cell, texts))
    numeric = all(np.isfinite(number(text)) for text in texts)
    ordered = sorted(texts, key=lambda text: (number(text) if numeric else 0.0, text))
    return Levels(tuple(ordered), missing, n, more=n > sum(counts))


def is_there(cell: object, levels: Collection[str]) -> bool:
    """Whether a cell holds one of some levels, which may be a word like None."""
    return (isinstance(cell, str) or not is_missing(cell)) and text_of(cell) in levels


def words_of(counts: Mapping[str, int]) -> set[str]:
    """The spellings of nothing that are words in a column of text.

    "-" is one beside "+" alone. "None" is one where it comes about as often as other
    words, or where what is missing is spelled otherwise.

    >>> words_of({"+": 3, "-": 4}), words_of({"None": 2, "Some": 9, "NA": 1})
    ({'-'}, {'None'})
    """
    texts = {text_of(cell) for cell in counts}
    others = {text for text in texts if not is_missing(text)}
    if others == {"+"} and "-" in texts:
        return {"-"}
    if "None" not in texts or not others or np.isfinite([*map(number, others)]).any():
        return set()
    n, often = sum(counts.values()), sum(k for c, k in counts.items() if c == "None")
    spelled = any(is_missing(text) and text != "None" for text in texts)
    usual = n >= ENOUGH and often * 2 * (len(others) + 1) >= n
    return {"None"} if spelled or usual else set()
