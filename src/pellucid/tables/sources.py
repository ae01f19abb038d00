"""The one door for data: a file, a data frame or arrays become a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.arrays import array_grid, frame_grid, is_frame, pair_grid
from pellucid.tables.files import file_grid
from pellucid.tables.grid import to_table
from pellucid.tables.table import Table


def rows(
    source: Any, target: str | int | None = None, *, header: bool | None = None
) -> Table:
    r"""Read rows of numbers from a file, a data frame or arrays.

    A file is CSV or TSV in UTF-8, its cells divided by commas, semicolons or tabs,
    whichever cuts most lines alike. Cells may stand in double quotes and may then hold
    delimiters and line ends; blank lines and lines that begin with # are passed over.
    The first line gives the names of the columns when it holds text and no number, or
    text above a number. Columns without names are called x1, x2, ... A cell is a number
    when Python's `float` reads it and it is finite.

    Parameters
    ----------
    source : path, data frame, array (n, d), or tuple (X, y) of arrays
        The data frame may be of pandas, polars or pyarrow, and so may X in the tuple.
    target : str or int, optional
        The column to learn: its name or, where columns have no names, its number,
        counted from 1. With (X, y) it is what to call y, "y" if nothing else is said.
    header : bool, optional
        Whether the first line of a file holds names, where the rule above must not
        decide.

    Returns
    -------
    Table
        X (n, d) in float64, y (n,), their names. A target in which no cell is a number
        is kept as text, class labels; any other becomes float64.

    Raises
    ------
    TableError
        When a cell is missing, not finite or no number, a line has too few cells, the
        target is no column, the file cannot be read: one sentence that names the file,
        line (or row) and column, counted from 1.

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
    ...     _ = path.write_text("age,kind,price\n3,house,250\n8,flat,n/a\n")
    ...     print(rows(path, target="kind"))
    Traceback (most recent call last):
    pellucid.errors.TableError: houses.csv, line 3, column "price": expected a number,
    found "n/a" (1 such cell in 2 rows); fill such cells in or leave their rows out.
    """
    if not (target is None or isinstance(target, str | int | np.integer)):
        raise TableError(
            "rows: expected as target the name or the number of a column, found an "
            f"object of type {type(target).__name__}; give arrays as rows((X, y))."
        )
    if isinstance(source, str | os.PathLike):
        return to_table(file_grid(Path(source), header), target)
    if isinstance(source, tuple) and len(source) == 2:
        name = "y" if target is None else str(target)
        return to_table(pair_grid(*source, name), name)
    grid = frame_grid(source) if is_frame(source) else array_grid(source)
    return to_table(grid, target)
