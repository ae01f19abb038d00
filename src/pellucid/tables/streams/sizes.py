"""How much memory a file takes when all of it is read, from what is known before.

Measured at the peak of `rows(path, stream=False)` on files of 10 to 700 MB: 41 bytes
for each number of Parquet, as it passes Arrow, the raw column and X; 140 to 240 for
each text; 2.4 (long numbers) to 10 (digits) times a CSV file, 6.6 of mixed columns.
"""

from __future__ import annotations

NUMBER = 40.0  # bytes of a cell
WORD = 110.0  # bytes more of one that is text, beside its letters
CSV = 7.0  # times as long as its text


def of_cells(cells: int, words: int = 0, letters: float = 0.0) -> float:
    """Bytes that cells take, some of which are words of so many letters together.

    >>> of_cells(2_000_000 * 50) / 2**30 > 3
    True
    """
    return NUMBER * cells + WORD * words + letters


def of_text(length: float) -> float:
    """Bytes that a text takes, which is a table of so many bytes."""
    return CSV * length
