"""The one door for data: a file, a data frame or arrays become a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.folders import is_several
from pellucid.tables.frames import is_frame
from pellucid.tables.from_arrays import array_grid, frame_grid, pair_grid
from pellucid.tables.from_files import file_grid
from pellucid.tables.grid import Grid
from pellucid.tables.joined import joined
from pellucid.tables.streams.batches import gives_pairs, is_batched
from pellucid.tables.streams.cluster import runner_for, runner_in_use
from pellucid.tables.streams.collections import is_dask
from pellucid.tables.streams.places import is_large, pieces_of
from pellucid.tables.streams.runners import Runner
from pellucid.tables.streams.several import several_grid
from pellucid.tables.streams.stream import Stream
from pellucid.tables.streams.survey import surveyed
from pellucid.tables.table import Table
from pellucid.tables.to_table import to_table
from pellucid.tables.wishes import Wishes


# What is streamed for sure, what is not, and what is where it would not fit.
@overload
def rows(
    source: Any, target: str | int | None = None, *, drop: Any = ...,
    categories: Any = ..., numbers: Any = ..., dates: Any = ..., missing: str = ...,
    header: bool | None = ..., sheet: str | int | None = ..., stream: Literal[True],
    cluster: Any = ...,
) -> Stream: ...  # fmt: skip
@overload
def rows(
    source: Any, target: str | int | None = None, *, drop: Any = ...,
    categories: Any = ..., numbers: Any = ..., dates: Any = ..., missing: str = ...,
    header: bool | None = ..., sheet: str | int | None = ..., stream: Literal[False],
    cluster: None = ...,
) -> Table: ...  # fmt: skip
@overload
def rows(
    source: Any, target: str | int | None = None, *, drop: Any = ...,
    categories: Any = ..., numbers: Any = ..., dates: Any = ..., missing: str = ...,
    header: bool | None = ..., sheet: str | int | None = ...,
    stream: bool | None = ..., cluster: Any = ...,
) -> Table | Stream: ...  # fmt: skip
def rows(
    source: Any, target: str | int | None = None, *, drop: Any = (),
    categories: Any = (), numbers: Any = (), dates: Any = (), missing: str = "drop",
    header: bool | None = None, sheet: str | int | None = None,
    stream: bool | None = None, cluster: Any = None,
) -> Table | Stream:  # fmt: skip
    r"""Read any table: each column gets a role, and the roles make numbers.

    A file may be CSV of any dialect (commas, semicolons, tabs, bars or blanks; UTF-8,
    UTF-16 or Windows-1252; decimal commas, marks between thousands, signs of currency
    and percent, units; names of rows; titles, comments, totals and notes around them),
    packed by gzip or zip, or Excel, Parquet or Feather. What is doubtful is read in
    the likeliest way and told in `.preparation`; lines of different lengths are
    refused.

    A column becomes a number as it stands, 0 and 1 for truth values, days since
    1970-01-01 for dates, or for a category a column `name[level]` for each level but
    the first. It is left out when it numbers or names the rows, never varies, copies
    another or the target, or is mostly missing. Missing cells are empty ones and the
    usual spellings (NA, N/A, NaN, null, None, -, ?, ., .., :, #N/A, what Excel writes
    for an error); None beside other words may be a word, and - beside +.

    Parameters
    ----------
    source : path, data frame, array (n, d), or tuple (X, y) of arrays
        The data frame may be of pandas, polars or pyarrow, and so may X in the tuple.
        A path may be of a folder, or a pattern ("folder/*.parquet"), and there may be a
        list of paths: their rows are one table, in the order of the files' names. What
        folders are called is a column too (year=2024/part-0.parquet).
        Collections of Dask (arrays, data frames, bags of records, lists of delayed
        blocks) are streamed, and summed where their partitions lie. What they are
        computed from is computed anew in each pass: let them `persist()` where the
        memory of the cluster holds them.
        Lists of data frames or of arrays, a LazyFrame of polars, a Dataset of pyarrow,
        and functions that begin to give batches of rows anew are streamed too:
        `rows(lambda: pandas.read_csv(path, chunksize=10_000), "price")`.
    target : str or int, optional
        The column to learn: its name or, where columns have no names, its number,
        counted from 1. With (X, y) it is what to call y, "y" if nothing else is said.
    drop, categories, numbers, dates : str or sequence of str
        Columns that are left out, or whose role is said and not found.
    missing : str
        What becomes of a missing cell: its row is left out and counted ("drop"), it
        is filled in by the median or the most frequent level, and a column
        `name[missing]` tells where ("impute"), or it is an error ("refuse"). A row
        without a target is always left out.
    header : bool, optional
        Whether the first line of a file holds names; None decides by what it holds.
    sheet : str or int, optional
        Which sheet of a workbook, by name or number from 1; the first if not said.
    stream : bool, optional
        Whether rows stay where they are, and are read anew in each pass over them:
        then it is a `Stream`, which needs no memory for them. None streams a file, or
        several, or a memory map, of which to read all would take 2 GiB or a quarter of
        the free memory: about 300 MB of CSV, or 50 million numbers of Parquet.
    cluster : str or distributed.Client, optional
        The Dask cluster that reads and sums the rows of a stream, by the address of its
        scheduler: its workers need to see the files. The cores of this machine do
        where none is named; collections of Dask stay on the cluster that is in use.

    Returns
    -------
    Table or Stream
        X (n, d) in float64, y (n,), their names, and the preparation. A target is
        float64 where it holds numbers, else text, the labels of classes.

    Raises
    ------
    TableError
        When the file is no table, a line has too few cells, the target is no column or
        nothing can be learned from, or of several files one has other columns: one
        sentence that names file, line and column.

    See Also
    --------
    Table.for_fitting : what a fit asks of a table beyond this.

    Examples
    --------
    >>> table = rows([[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]], target=2)
    >>> table
    Table(3 rows: x1 -> x2)
    >>> table.y
    array([2. , 4. , 6.5])

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "houses.csv")
    ...     lines = "3;house;2,5", "8;flat;1,25", "9;flat;NA", "5;house;3,1", "4;flat;2"
    ...     _ = path.write_text("\n".join(["age;kind;price", *lines]))
    ...     print(rows(path, target="price").preparation)
    5 rows read, 1 left out for a missing cell (price 1)
    <BLANKLINE>
    column  role      becomes      why
    ──────  ────────  ───────────  ────────────────────────────────
    age     number    age          numbers
    kind    category  kind[house]  2 levels, against "flat"
    price   target                 written with "," before decimals
    """
    if not (target is None or isinstance(target, str | int | np.integer)):
        raise TableError(
            "rows: expected as target the name or the number of a column, found an "
            f"object of type {type(target).__name__}; give arrays as rows((X, y))."
        )
    named = "y" if target is None and gives_pairs(source) else target
    wished = {
        "drop": drop,
        "categories": categories,
        "numbers": numbers,
        "dates": dates,
    }
    if cluster is not None and stream is False:
        raise TableError(
            "rows: expected rows that are streamed where a cluster is named, found "
            "stream=False; leave one of the two out."
        )
    wanted = stream or cluster is not None or is_dask(source)
    if wanted or (stream is None and (is_batched(source) or is_large(source))):
        runner = _runner(source, cluster)
        pieces = pieces_of(source, str(named), header)
        return surveyed(pieces, named, missing, runner, **wished)
    grid = grid_of(source, named, header, sheet)
    return to_table(grid, named, Wishes.of(grid, missing, **wished))


def _runner(source: Any, cluster: Any) -> Runner | None:
    """Who sums the rows of a stream; None for the cores of this machine."""
    if cluster is not None:
        return runner_for(cluster)
    return runner_in_use() if is_dask(source) else None


def grid_of(
    source: Any, target: str | int | None = None, header: bool | None = None,
    sheet: str | int | None = None,
) -> Grid:  # fmt: skip
    """Read a source, whatever it is, into columns that are not yet judged."""
    if is_several(source):
        return several_grid(source, header, sheet)
    if isinstance(source, str | os.PathLike):
        return file_grid(Path(source), header, sheet)
    if is_batched(source):
        each = pieces_of(source, str(target))
        return joined([grid for piece in each for grid in piece.grids()])
    if isinstance(source, tuple) and len(source) == 2:
        return pair_grid(*source, str(target))
    return frame_grid(source) if is_frame(source) else array_grid(source)
