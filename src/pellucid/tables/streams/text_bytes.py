"""The bytes of a text file: where they lie, and as UTF-8, some at a time.

A file that is packed is unpacked as it is read, so it can be read from its beginning
alone.
"""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from pellucid.tables.decoding import (
    FEW,
    MARKS,
    Content,
    binary,
    check_kind,
    damaged,
    odd,
    only_table,
    readable,
    wide,
)
from pellucid.tables.streams.stamps import Stamp

MARKED = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
STEP = 1 << 23  # bytes that are read at a time
KIND = 1 << 12  # bytes that tell what a file is
DAMAGES = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)


class NotUtf8(Exception):  # noqa: N818
    """A line of a file is no UTF-8: it is to be read in another way."""


@dataclass(frozen=True)
class TextFile:
    """A text file, how it is packed and encoded, and how it was when first seen.

    Parameters
    ----------
    stamp : Stamp
        Where it lies, and how it was when it was looked through.
    name : str
        What errors call it: the name of the text within, where it is packed.
    packing : str
        "gzip file", "zip archive" or "" for none.
    member : str
        The file in an archive.
    encoding : str
        Of its text.
    skip : int
        Bytes before the text: those of a byte order mark.
    notes : tuple of str
        What was done to read it.
    """

    stamp: Stamp
    name: str
    packing: str = ""
    member: str = ""
    encoding: str = "utf-8"
    skip: int = 0
    notes: tuple[str, ...] = ()

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open the file, unpacked.

        Raises
        ------
        TableError
            Where it is gone, has changed, or cannot be read or unpacked.
        """
        with self.stamp.unchanged(), self.stamp.path.open("rb") as file:
            try:
                with self._unpacked(file) as unpacked:
                    yield unpacked
            except DAMAGES:
                if self.packing:
                    raise damaged(self.stamp.path.name, self.packing) from None
                raise

    def _unpacked(self, file: IO[bytes]) -> Any:
        if self.packing == "gzip file":
            return gzip.GzipFile(fileobj=file)
        if self.packing == "zip archive":
            return zipfile.ZipFile(file).open(self.member)
        return file

    def read(self, start: int, end: int | None = None) -> Iterator[bytes]:
        """Its text from one byte to another, as UTF-8, some at a time."""
        decoder = codecs.getincrementaldecoder(self.encoding)(self._errors)
        with self.opened() as file:
            file.seek(start)
            while end is None or start < end:
                raw = file.read(STEP if end is None else min(STEP, end - start))
                if not raw:  # the end, or the stamp tells that it was cut short
                    break
                start += len(raw)
                yield raw if self.encoding == "utf-8" else self._utf8(decoder, raw)
        if self.encoding != "utf-8":
            yield self._utf8(decoder, b"", final=True)

    def _utf8(self, decoder: Any, raw: bytes, final: bool = False) -> bytes:
        try:
            return bytes(decoder.decode(raw, final).encode())
        except UnicodeDecodeError:
            raise binary(self.name) from None

    @property
    def _errors(self) -> str:
        """A few bytes mean nothing in Windows-1252."""
        return "replace" if self.encoding == "cp1252" else "strict"

    def length(self, part: bytes) -> int:
        """How many bytes of the file became a part of its text in UTF-8."""
        if self.encoding == "utf-8":
            return len(part)
        text = part.decode()
        if self.encoding == "cp1252":
            return len(text)
        return len(text.encode(self.encoding))

    def head(self, most: int) -> tuple[str, bool]:
        """The beginning of the text, and whether it is all of it."""
        with self.opened() as file:
            raw = file.read(self.skip + most)
            whole = not file.read(1)
        decoder = codecs.getincrementaldecoder(self.encoding)(self._errors)
        try:
            text = decoder.decode(raw[self.skip :], whole)
        except UnicodeDecodeError as error:
            raise self._no_text(raw, self.skip + error.start) from None
        text = text.rstrip("\x1a") if whole else text
        if "\0" in text or odd(text) > FEW * len(text):
            raise binary(self.name)
        return text, whole

    def _no_text(self, raw: bytes, place: int) -> Exception:
        if self.encoding == "utf-8" and not self.skip:
            return NotUtf8(raw.count(b"\n", 0, place) + 1)
        return binary(self.name)

    def as_windows(self, line: object) -> TextFile:
        """The file, read in the old encoding of Windows."""
        note = f"read as Windows-1252, as line {line} is no UTF-8"
        return replace(self, encoding="cp1252", notes=(*self.notes, note))


def text_file(path: Path) -> TextFile:
    """Find out what a file holds, by its first bytes.

    Raises
    ------
    TableError
        Where it is not there, cannot be unpacked, or holds no text.
    """
    first = readable(path, KIND)
    file = TextFile(Stamp.of(path.absolute()), path.name)
    if first.startswith(b"\x1f\x8b"):
        name, notes = path.name.removesuffix(".gz"), ("unpacked from gzip",)
        file = replace(file, packing="gzip file", name=name, notes=notes)
    elif first.startswith(b"PK\x03\x04"):
        file = _in_archive(file)
    with file.opened() as unpacked:
        first = unpacked.read(KIND)
        last = b""
        if not file.packing:
            unpacked.seek(max(0, file.stamp.size - KIND))
            last = unpacked.read()
    check_kind(Content(file.name, first + last))
    return _decoded(file, first)


def _in_archive(file: TextFile) -> TextFile:
    try:
        with zipfile.ZipFile(file.stamp.path) as archive:
            if "xl/workbook.xml" in archive.namelist():
                raise binary(file.name)
            member = only_table(file.name, archive)
    except zipfile.BadZipFile:
        raise damaged(file.name, "zip archive") from None
    return replace(
        file, packing="zip archive", member=member, name=Path(member).name,
        notes=(f"unpacked from {file.name}",),
    )  # fmt: skip


def _decoded(file: TextFile, first: bytes) -> TextFile:
    """The file with its encoding, as a mark says or zeros do; else it is UTF-8."""
    mark = next((mark for mark in MARKS if first.startswith(mark)), b"")
    encoding = MARKED.get(mark) or wide(first) or "utf-8"
    return replace(file, encoding=encoding, skip=len(mark))
