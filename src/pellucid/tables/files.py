"""CSV and TSV files: cut into cells, with the number of each line kept.

One reader cuts the file, the csv module's, so that there is one meaning. The cells
become numbers block by block; when something is wrong, the file in memory is cut once
more to name the line. A million rows of five long numbers take some four seconds.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.grid import (
    Grid,
    default_names,
    distinct,
    is_missing,
    number,
    numbers,
)
from pellucid.tables.wording import counted, shown

DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma"}  # the rarest in prose first
SAMPLE = 100  # records that decide on the delimiter
BLOCK = 4096  # records that are text at the same time


@dataclass(frozen=True)
class TextFile:
    """The bytes of a file in memory, and the delimiter that cuts its lines."""

    name: str
    content: bytes
    delimiter: str = ","

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record, neither blank nor comment, with the number of its line."""
        text = io.TextIOWrapper(io.BytesIO(self.content), "utf-8-sig", newline="")
        opening = True  # the next line opens a record: no quoted cell runs on into it

        def lines() -> Iterator[str]:
            nonlocal opening
            for line in text:
                comment = opening and line.lstrip().startswith("#")
                opening = False
                yield "\n" if comment else line

        reader = csv.reader(
            lines(), delimiter=self.delimiter, skipinitialspace=True, strict=True
        )
        line = 1
        try:
            for cells in reader:
                opening = True
                if len(cells) > 1 or "".join(cells).strip():
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            raise TableError(
                f"{self.name}, line {line}: expected each quotation mark that opens a "
                f"cell to close right before a {DELIMITERS[self.delimiter]} or the end "
                "of the line, found one that does not; correct the quotation marks."
            ) from None

    def records_after(self, skipped: int) -> Iterator[tuple[int, list[str]]]:
        """Give the records below the first few."""
        return islice(self.records(), skipped, None)


def file_grid(path: Path, header: bool | None) -> Grid:
    """Read a CSV or TSV file into a grid."""
    content = readable(path)
    check_text(path.name, content)
    file = TextFile(path.name, content, delimiter(path.name, content))
    line, first = next(file.records(), (0, []))
    if not first:
        raise TableError(
            f"{path.name}: expected a line of column names or of numbers, found an "
            "empty file; check that it was written."
        )
    if header is None:
        _, second = next(file.records_after(1), (0, []))
        header = is_header(first, second, f"{path.name}, line {line}")
    names = [cell.strip() for cell in first] if header else default_names(len(first))
    skipped = int(header)
    return Grid(
        source=path.name,
        names=distinct(names, f"{path.name}, line {line}"),
        values=matrix(file, skipped, len(first)),
        column=lambda j: [cells[j] for _, cells in file.records_after(skipped)],
        place=lambda i: f"line {next(file.records_after(skipped + i))[0]}",
        named=header,
    )


def readable(path: Path) -> bytes:
    """Return the bytes of a file."""
    if path.is_dir():
        raise TableError(
            f"{path}: expected a CSV or TSV file, found a folder; name a file in it."
        )
    try:
        return path.read_bytes()
    except FileNotFoundError:
        message = "expected a CSV or TSV file, found nothing of that name"
        raise TableError(f"{path}: {message}; check the path.") from None
    except OSError as error:
        message = f"expected a file that can be read, found: {error.strerror}"
        raise TableError(f"{path}: {message}; check its permissions.") from None


def check_text(name: str, content: bytes) -> None:
    """Raise unless the bytes are text in UTF-8."""
    advice = "save the table as CSV in UTF-8"
    if b"\0" in content:
        message = "expected CSV or TSV text, found binary data"
        raise TableError(f"{name}: {message}; {advice}.")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"expected text in UTF-8, found the byte 0x{content[error.start]:02x}"
        raise TableError(f"{name}, line {line}: {message}; {advice}.") from None


def delimiter(name: str, content: bytes) -> str:
    """Choose the delimiter by which most lines have the same number of cells."""

    def agreement(candidate: str) -> int:
        lengths: Counter[int] = Counter()
        with suppress(TableError):  # quotation marks that are wrong for this delimiter
            records = TextFile(name, content, candidate).records()
            lengths.update(len(cells) for _, cells in islice(records, SAMPLE))
        del lengths[1]
        return max(lengths.values(), default=0)

    best = max(DELIMITERS, key=agreement)
    return best if agreement(best) else ","


def is_header(first: list[str], second: list[str], where: str) -> bool:
    """Whether the first record holds names: text, with no number or above a number."""
    filled = [cell for cell in first if not is_missing(cell)]
    numerals = [cell for cell in filled if math.isfinite(number(cell))]
    texts = [cell for cell in filled if math.isnan(number(cell))]
    if not numerals or not texts:
        return bool(texts)
    below = dict(zip(first, second, strict=False))
    if any(math.isfinite(number(below.get(text))) for text in texts):
        return True
    raise TableError(
        f"{where}: expected column names or data, found numbers beside text "
        f"({shown(numerals[0])} and {shown(texts[0])}); put a line of names above it, "
        "or say header=True (--header) if it is names, header=False (--no-header) if "
        "it is data."
    )


def matrix(file: TextFile, skipped: int, d: int) -> NDArray[np.float64]:
    """Read the records below the header as numbers (n, d), nan where a cell is none."""
    records = file.records_after(skipped)
    blocks = [np.empty((0, d))]
    while block := [cells for _, cells in islice(records, BLOCK)]:
        if any(len(cells) != d for cells in block):
            raise ragged(file, skipped, d)
        blocks.append(numbers([*chain.from_iterable(block)]).reshape(-1, d))
    return np.concatenate(blocks)


def ragged(file: TextFile, skipped: int, d: int) -> TableError:
    """Say which line has too few or too many cells."""
    top, _ = next(file.records())
    lengths = [(line, len(cells)) for line, cells in file.records_after(skipped)]
    wrong = [(line, length) for line, length in lengths if length != d]
    line, length = wrong[0]
    return TableError(
        f"{file.name}, line {line}: expected {counted(d, 'cell')} as in line {top}, "
        f"found {length} ({counted(len(wrong), 'such line')} in "
        f"{counted(len(lengths), 'row')}); look for a {DELIMITERS[file.delimiter]} too "
        "many or too few."
    )
