"""Files of rows by what they hold, not by their names: their pieces, and their size."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from pellucid.errors import TableError
from pellucid.tables.decoding import is_workbook, readable
from pellucid.tables.streams import feather, parquet, sizes, text
from pellucid.tables.streams.pieces import Piece

HEAD = 4096  # bytes that tell what a file is
MARKS = {b"PAR1": "Parquet", b"ARROW1": "Feather", b"FEA1": "Feather of version 1"}
PACKED = (b"\x1f\x8b", b"PK")  # gzip, zip
UNPACKED = 4.0  # times as long a text is then, about
TEXT, WORKBOOK = "text", "a workbook"


def pieces_of(path: Path, header: bool | None = None) -> Sequence[Piece]:
    """The pieces of a file.

    Raises
    ------
    TableError
        Where it is damaged, empty, or of a kind that is read as a whole alone.
    """
    kind = kind_of(path)
    if kind == "Parquet":
        return parquet.pieces_of(path)
    if kind == "Feather":
        return feather.pieces_of(path)
    if kind == TEXT:
        return text.pieces_of(path, header)
    raise TableError(
        f"{path.name}: expected a file that can be read in pieces, found {kind}; "
        "write it as Parquet, or let all of it be read (stream=False)."
    )


def kind_of(path: Path) -> str:
    """What a file is: "Parquet", "Feather", "text" ...

    Raises
    ------
    TableError
        Where it is empty, not there, or may not be read.
    """
    head = readable(path, HEAD)
    if not head:
        raise TableError(
            f"{path.name}: expected a table, found an empty file; check that it was "
            "written."
        )
    found = [kind for mark, kind in MARKS.items() if head.startswith(mark)]
    if found:
        return found[0]
    return WORKBOOK if is_workbook(head) or _is_new_workbook(path) else TEXT


def _is_new_workbook(path: Path) -> bool:
    """Whether a file is an archive as Excel writes it; its end tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def size_of(path: Path) -> float:
    """How many bytes of memory reading a file would take, about; 0 for workbooks.

    What is wrong with a file, reading it tells.
    """
    if not path.is_file() or not path.stat().st_size:
        return 0.0
    kind = kind_of(path)
    if kind == "Parquet":
        return parquet.size_of(path)
    if kind == "Feather":
        return feather.size_of(path)
    packed = readable(path, 2) in PACKED
    size = path.stat().st_size * (UNPACKED if packed else 1.0)
    return sizes.of_text(size) if kind == TEXT else 0.0
