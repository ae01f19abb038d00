"""Which files are meant: one, those of a folder, those of a pattern, or some by name.

A folder may be parted as Hive parts it: in year=2024/part-0.parquet the column year
holds 2024.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.decoding import ADDRESS
from pellucid.tables.grid import Cells, Column
from pellucid.tables.wording import listed, quoted

KNOWN = (".parquet", ".pq", ".feather", ".arrow", ".ipc", ".csv", ".tsv", ".tab",
         ".txt", ".dat", ".csv.gz", ".tsv.gz", ".txt.gz")  # fmt: skip
T = TypeVar("T")
NOWHERE = "__HIVE_DEFAULT_PARTITION__"  # stands for a missing value


@dataclass(frozen=True)
class File:
    """A file of several.

    Parameters
    ----------
    path : Path
        Where it lies.
    name : str
        What errors call it: its path below what was asked for.
    values : tuple of pairs
        What the names of its folders say of all of its rows: (column, value).
    """

    path: Path
    name: str
    values: tuple[tuple[str, object], ...] = ()

    def columns(self, n: int) -> list[Column]:
        """The columns that the names of its folders make, n rows long."""
        return [_constant(name, value, n) for name, value in self.values]


def is_several(source: Any) -> bool:
    """Whether it may mean several files: a folder, a pattern, or paths.

    >>> (
    ...     is_several("data/*.parquet"),
    ...     is_several(["a.csv", "b.csv"]),
    ...     is_several("a.csv"),
    ... )
    (True, True, False)
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        pattern = has_magic(str(path)) and not ADDRESS.match(str(path))
        return path.is_dir() or (pattern and not path.exists())
    some = isinstance(source, list | tuple) and len(source) > 0
    return some and all(map(_is_path, source))


def _is_path(item: object) -> bool:
    named = isinstance(item, str) and item.casefold().endswith(KNOWN)
    return named or isinstance(item, os.PathLike)


def files_of(source: Any) -> list[File]:
    """The files that are meant, in the order of their names.

    Raises
    ------
    TableError
        Where there is none, or folders name other columns than those before.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        base, found = (path, _below(path)) if path.is_dir() else _matching(path)
    else:
        found = [Path(item) for item in source]
        base = Path(os.path.commonpath([path.absolute().parent for path in found]))
        found = [path.absolute() for path in found]
    if not found:
        folder = Path(str(source))
        what = "folder" if folder.is_dir() else "pattern"
        other = sorted(p.name for p in folder.glob("[!._]*") if p.is_file())
        advice = "check the path"
        if other:
            what += f", but {quoted(other[0])}"
            advice = f'name files by a pattern, as "{folder.name}/*", to take any'
        raise TableError(
            f"{source}: expected files of tables ({', '.join(KNOWN[:6])} ...), found "
            f"none in the {what}; {advice}."
        )
    return _parted([(path, path.relative_to(base)) for path in found])


def _below(folder: Path) -> list[Path]:
    """The tables in a folder and those in it; names with . or _ before are hidden."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.name.casefold().endswith(KNOWN)
        and not any(p.startswith((".", "_")) for p in path.relative_to(folder).parts)
        and path.is_file()
    )


def _matching(pattern: Path) -> tuple[Path, list[Path]]:
    """What a pattern begins with, and the files that it means."""
    parts = pattern.parts
    fixed = next(i for i, part in enumerate(parts) if has_magic(part))
    found = sorted(Path(path) for path in glob(str(pattern), recursive=True))
    each = [_below(path) if path.is_dir() else [path] for path in found]
    return Path(*parts[:fixed]), [
        *dict.fromkeys(path for some in each for path in some)
    ]


# -- what the names of folders say ----------------------------------------------------


def _parted(found: Sequence[tuple[Path, Path]]) -> list[File]:
    """Files with what their folders say; whole numbers where all of a column are."""
    said = [dict(_said(name)) for _, name in found]
    for (_, name), values in zip(found, said, strict=True):
        if values.keys() != said[0].keys():
            raise TableError(
                f"{name.as_posix()}: expected folders that name the columns "
                f"({listed(said[0])}), as of {found[0][1].as_posix()}, found "
                f"({listed(values)}); leave the file out."
            )
    given = {key: {values[key] for values in said} - {NOWHERE} for key in said[0]}
    whole = {key for key, texts in given.items() if all(map(_is_whole, texts))}
    return [
        File(path, name.as_posix(), tuple((k, _value(t, k in whole))
                                          for k, t in values.items()))
        for (path, name), values in zip(found, said, strict=True)
    ]  # fmt: skip


def _said(name: Path) -> Iterator[tuple[str, str]]:
    for part in name.parent.parts:
        key, equal, value = part.partition("=")
        if equal and key:
            yield unquote(key), unquote(value)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and str(int(text)) == text


def _value(text: str, whole: bool) -> object:
    if text == NOWHERE:
        return None
    return int(text) if whole else text


def _constant(name: str, value: object, n: int) -> Column:
    """A column that says one thing."""
    number = float(value) if isinstance(value, int) else np.nan
    cells = Cells([value], np.zeros(n, np.intp))
    kind = "text" if isinstance(value, str) else "number"
    return Column(name, np.full(n, number), lambda: cells, kind)


# -- which columns they have ----------------------------------------------------------

SAID = {"number": "numbers", "boolean": "truth values", "date": "dates",
        "duration": "durations", "category": "text", "text": "text"}  # fmt: skip
MEND = "mend the file or leave it out"


def as_named(first: Iterable[str], columns: Mapping[str, T]) -> dict[str, T]:
    """Columns by the names of the first file, which may differ in case and blanks.

    >>> as_named(["airport_fee", "tip"], {"Airport_fee": 1, " tip": 2, "toll": 3})
    {'airport_fee': 1, 'tip': 2, 'toll': 3}
    """
    names = [*first]
    if {*names} == {*columns}:
        return dict(columns)
    of = {name.strip().casefold(): name for name in names}
    found = {
        name if name in names else of.get(name.strip().casefold(), name): value
        for name, value in columns.items()
    }
    alone = len(of) == len(names) and len(found) == len(columns)
    return found if alone else dict(columns)


def same_columns(
    files: Sequence[File], columns: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """What each column holds, of files that must all have the same.

    Parameters
    ----------
    files : sequence of File
        Which.
    columns : sequence of dict
        Of each file: from its columns to what they hold, "" where it may be anything.

    Raises
    ------
    TableError
        For a file that lacks a column of the first, has another besides, or has text
        where one before it has numbers.

    Examples
    --------
    >>> files = [File(Path(name), name) for name in ("a", "b")]
    >>> same_columns(files, [{"x": "", "y": "text"}, {"y": "category", "x": "number"}])
    {'x': 'number', 'y': 'text'}
    """
    columns = [as_named(columns[0], kinds) for kinds in columns]
    found: dict[str, tuple[str, File]] = {}  # what a column holds, and who says so
    for file, kinds in zip(files, columns, strict=True):
        lacking = [name for name in columns[0] if name not in kinds]
        more = [name for name in kinds if name not in columns[0]]
        if lacking or more:
            other = f"the columns of {files[0].name}"
            said = f"no column {listed(lacking)}"
            said = said if lacking else f"{listed(more)} besides"
            raise TableError(f"{file.name}: expected {other}, found {said}; {MEND}.")
        for name, kind in kinds.items():
            before, first = found.setdefault(name, (kind, file))
            if not before:
                found[name] = (kind, file)
            elif kind and SAID[kind] != SAID[before]:
                raise TableError(
                    f"{file.name}, column {quoted(name)}: expected {SAID[before]}, as "
                    f"in {first.name}, found {SAID[kind]}; {MEND}."
                )
            elif kind and kind != before:  # a category in one, text in another
                found[name] = ("text", first)
    return {name: found[name][0] for name in columns[0]}
