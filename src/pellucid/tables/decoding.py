"""From the bytes of a file to its text, whatever it is packed and encoded in."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from pellucid.errors import TableError
from pellucid.tables.wording import counted, listed, quoted

SAVE = "save the table as CSV in UTF-8"
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)  # a drive has one letter
STUB = b"version https://git-lfs.github.com/spec/"
OLD_WORKBOOKS = (b"\xd0\xcf\x11\xe0", b"\t\x00\x04\x00", b"\t\x02\x06\x00",
                 b"\t\x04\x06\x00")  # fmt: skip
PANDAS = "read it with pandas.read_{kind} and pass the frame"
OTHERS = {
    ".npy": 'pass numpy.load("{name}", mmap_mode="r")',
    ".npz": 'pass one of the arrays in numpy.load("{name}")',
    ".orc": 'pass pyarrow.dataset.dataset("{name}", format="orc")',
    ".pkl": PANDAS.format(kind="pickle"),
    ".h5": PANDAS.format(kind="hdf"),
    ".db": PANDAS.format(kind="sql"),
    ".sqlite": PANDAS.format(kind="sql"),
    ".dta": PANDAS.format(kind="stata"),
    ".sav": PANDAS.format(kind="spss"),
    ".sas7bdat": PANDAS.format(kind="sas"),
    **dict.fromkeys((".bz2", ".xz", ".zst", ".7z"), "unpack it first, or pack by gzip"),
}  # how a file of another kind is read, by the end of its name
FEW = 0.01  # of the characters, that may be none of any text


@dataclass(frozen=True)
class Content:
    """What a file holds: its bytes, unpacked, and what was done to have them."""

    name: str
    bytes: bytes
    notes: tuple[str, ...] = ()


def content_of(path: Path) -> Content:
    """Read a file and unpack it where it is packed.

    Raises
    ------
    TableError
        For an address, a folder, a file that is not there or cannot be read or
        unpacked, or an archive of several files.
    """
    content = Content(path.name, readable(path))
    if content.bytes.startswith(b"\x1f\x8b"):
        return _gunzipped(content)
    if content.bytes.startswith(b"PK\x03\x04") and not is_workbook(content.bytes):
        return _unzipped(content)
    return content


def _address(path: Path) -> str:
    """An address as it was typed: a path keeps one slash of several."""
    scheme, _, rest = str(path).partition(":/")
    return f"{scheme}://{'/' * (scheme.casefold() == 'file')}{rest}"


def readable(path: Path, most: int = -1) -> bytes:
    """Return the bytes of a file, or the first of them."""
    if ADDRESS.match(str(path)):
        raise TableError(
            f"{quoted(_address(path))}: expected a file on this machine, found an "
            "address; fetch it first and name the file."
        )
    if path.is_dir():
        raise TableError(
            f"{path}: expected a file with a table, found a folder; name a file in it."
        )
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        message = "expected a file with a table, found nothing of that name"
        raise TableError(f"{path}: {message}; check the path.") from None
    except OSError as error:
        message = f"expected a file that can be read, found: {error.strerror}"
        raise TableError(f"{path}: {message}; check its permissions.") from None


def is_workbook(content: bytes) -> bool:
    """Whether a file is one of Excel's, new or old."""
    if content.startswith(OLD_WORKBOOKS):
        return True
    return content.startswith(b"PK\x03\x04") and b"xl/workbook" in content


def _gunzipped(content: Content) -> Content:
    try:
        unpacked = gzip.decompress(content.bytes)
    except (OSError, EOFError, zlib.error):
        raise damaged(content.name, "gzip file") from None
    return Content(content.name.removesuffix(".gz"), unpacked, ("unpacked from gzip",))


def _unzipped(content: Content) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(content.bytes)) as archive:
            member = only_table(content.name, archive)
            unpacked = archive.read(member)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        zlib.error,
        EOFError,
    ):
        raise damaged(content.name, "zip archive") from None
    return Content(Path(member).name, unpacked, (f"unpacked from {content.name}",))


def only_table(name: str, archive: zipfile.ZipFile) -> str:
    """The one file of an archive, beside those that are hidden."""
    files = [m.filename for m in archive.infolist() if _is_table(m)]
    if len(files) != 1:
        raise TableError(
            f"{name}: expected an archive of one table, found "
            f"{counted(len(files), 'file')}{': ' * bool(files)}{listed(files)};"
            " unpack it and name one of its files."
        )
    return files[0]


def _is_table(member: zipfile.ZipInfo) -> bool:
    hidden = Path(member.filename).name.startswith(".") or "__MACOSX" in member.filename
    return not (member.is_dir() or hidden)


def damaged(name: str, kind: str) -> TableError:
    """Say of a packed file that it cannot be unpacked."""
    return TableError(
        f"{name}: expected a {kind} that can be unpacked, found a damaged one; "
        "copy it again."
    )


# -- text -----------------------------------------------------------------------------


def text_of(content: Content) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and what was decided to read it.

    A byte order mark decides; else it is UTF-8 where that can be, UTF-16 where every
    other byte is 0, else Windows-1252.

    Raises
    ------
    TableError
        For what is no text, or text that is no table: HTML, JSON, a stub of Git LFS.
    """
    check_kind(content)
    encoding = next((e for m, e in MARKS.items() if content.bytes.startswith(m)), None)
    encoding = encoding or wide(content.bytes)
    notes: tuple[str, ...] = ()
    if encoding:
        try:
            text = content.bytes.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise binary(content.name) from None
    else:
        try:
            text = content.bytes.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.bytes.count(b"\n", 0, error.start) + 1
            text = content.bytes.decode("cp1252", errors="replace")
            notes = (f"read as Windows-1252, as line {line} is no UTF-8",)
    text = text.rstrip("\x1a")  # where old systems ended a file
    if "\0" in text or odd(text) > FEW * len(text):
        raise binary(content.name)
    return text, notes


# Characters that no text holds.
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\f\v\x1a\x1c\x1d\x1e\x1f"))
MEGA = 1 << 20


def odd(text: str) -> int:
    """How many characters are none of any text."""
    parts = (text[i : i + MEGA].encode(errors="replace")
             for i in range(0, len(text), MEGA))  # fmt: skip
    controls = sum(len(part) - len(part.translate(None, _CONTROLS)) for part in parts)
    return controls + text.count("\ufffd")


def wide(content: bytes) -> str | None:
    """UTF-16 without a mark, known by zeros at every other byte."""
    head = content[:2000]
    if len(head) < 4 or b"\0" not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * len(head) and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(head) and not odd else None


def check_kind(content: Content) -> None:
    """Refuse text that is no table, by what it is."""
    head = content.bytes[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    found, advice = "", SAVE
    if not head:
        return
    if re.match(rb"<(!doctype\s+html|html|head|body)\b", head, re.IGNORECASE):
        found, advice = "a web page (HTML)", "download the table itself, as CSV"
    elif head.startswith(b"<?xml"):
        found = "XML"
    elif head[:1] in b"[{" and content.bytes.rstrip()[-1:] in b"]}":
        found, advice = "JSON", _json_advice(content)
    elif head.startswith(STUB):
        found, advice = "a stub of Git LFS", "fetch the file with `git lfs pull`"
    elif head.startswith(b"%PDF"):
        found = "a PDF document"
    if found:
        raise TableError(f"{content.name}: expected a table, found {found}; {advice}.")


def _json_advice(content: Content) -> str:
    """How JSON becomes a frame or CSV; a line may hold a record each."""
    records = re.search(rb"[}\]]\r?\n[{\[]", content.bytes)
    how = f'"{content.name}"{", lines=True" * bool(records)}'
    return (
        f"read it with pandas.read_json({how}) and pass the frame, or write that as "
        "CSV by its to_csv"
    )


def binary(name: str) -> TableError:
    """Say of a file that it is no text, and how one of its name is read."""
    suffix = Path(name).suffix.casefold()
    advice = OTHERS.get(suffix, SAVE).format(name=name)
    return TableError(
        f"{name}: expected text, or a Parquet, Feather or Excel file, found "
        f"binary data of another kind; {advice}."
    )
