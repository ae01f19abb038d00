"""Which cell of the rows an estimator cannot use, and what to do about it.

scikit-learn says that there is a NaN, or that a text is no number; where it stands is
found here, after the refusal, so that good rows cost nothing. Only what NumPy would
turn into wrong numbers in silence is looked for before: dates, and what is masked.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import is_regressor

from pellucid.errors import ModelError
from pellucid.tables.frames import is_frame
from pellucid.tables.wording import counted, cut, listed, quoted, shown

ABSENT, INFINITE, TEXT, DATE = "missing", "infinite", "text", "date"
COMPLEX, OTHER = "complex", "other"
DATES = ("datetime", "date", "time", "Timestamp", "datetime64", "Period")
SPANS = ("timedelta", "Timedelta", "timedelta64")

PLAIN = (str, bytes, bool, int, float, np.generic)  # what labels are made of

MEND = "fill such cells in or leave their rows out"
READ = "fit to pl.rows((X, y)), which makes numbers of categories and dates"
PREDICT = "give numbers, as the model was fitted to"
OF_Y = {
    TEXT: "labels of classes need a classifier",
    DATE: "turn them into numbers, such as days since the first",
    OTHER: "turn them into numbers, or leave their rows out",
}

FILE = "read the file first: pl.rows(path, target=...)"
NO_ROWS: dict[Any, str] = {
    str: FILE, os.PathLike: FILE, dict: "give pandas.DataFrame(X)",
    type(None): "give rows of numbers", Iterator: "give list(X)",
}  # fmt: skip


class MaskedCell:
    """Stands for a masked cell among objects, where NumPy's own becomes 0.0."""

    def __str__(self) -> str:
        return "a masked cell"


MASKED = MaskedCell()


class CellError(ModelError, TypeError):
    """A cell is no number at all, for which scikit-learn wants a TypeError."""


@dataclass(frozen=True)
class Fault:
    """A kind of cell that cannot be used, and the first of them."""

    kind: str
    found: str
    row: int
    column: int


def kind_of(cell: object) -> str:
    """What keeps a cell from being a finite number, "" where nothing does.

    >>> [kind_of(cell) for cell in (1.5, "2", None, np.inf, "two", 1j)]
    ['', '', 'missing', 'infinite', 'text', 'complex']
    """
    from pellucid.tables.cells import is_missing

    name = type(cell).__name__
    if cell is MASKED or (not isinstance(cell, str) and is_missing(cell)):
        return ABSENT
    if isinstance(cell, complex | np.complexfloating):
        return COMPLEX
    if name in DATES + SPANS:
        return DATE
    try:
        value = float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return INFINITE
    except (TypeError, ValueError):
        return TEXT if isinstance(cell, str | bytes) else OTHER
    if math.isfinite(value):
        return ""
    return ABSENT if math.isnan(value) else INFINITE


def _found(cell: object, kind: str) -> str:
    """A cell as an error names it, with what it is where it does not show."""
    if isinstance(cell, float | np.floating):
        return str(cell).replace("nan", "NaN")
    if kind == DATE:
        a = "the duration" if type(cell).__name__ in SPANS else "the date"
        return f"{a} {cell}"
    if kind == TEXT:
        text = cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)
        return f"the text {shown(text)}"
    if kind == INFINITE:
        return "a number beyond 1.8e308"
    if kind == ABSENT:
        return str(cell)
    if kind == COMPLEX:
        return f"the complex number {cell}"
    return f"{cut(repr(cell))}, of type {type(cell).__name__},"


# -- rows as columns of cells ---------------------------------------------------------


def _columns(array: Any) -> Iterator[tuple[str, Sequence[Any] | NDArray[Any]]]:
    """The name of each column, "" where it has none, and its cells."""
    if is_frame(array):
        frame = nw.from_native(array, eager_only=True)
        for name, column in zip(frame.columns, frame.iter_columns(), strict=True):
            yield str(name), _cells(column)
        return
    cells = _grid(array)
    name = getattr(array, "name", None)
    for j in range(cells.shape[1]):
        yield str(name or ""), cells[:, j]


def _cells(column: nw.Series[Any]) -> Sequence[Any] | NDArray[Any]:
    """Numbers as an array, quick to go through; the rest as objects."""
    if column.dtype.is_float() and not column.is_null().any():
        return np.asarray(column.to_numpy())
    return list(column.to_list())


def _grid(array: Any) -> NDArray[Any]:
    """Rows and columns (n, d), the masked cells among them."""
    if sparse.issparse(array):
        array = array.toarray()  # type: ignore[attr-defined]
    if np.ma.is_masked(array):
        masks, array = np.ma.getmaskarray(array), array.data.astype(object)
        array[masks] = MASKED
    try:
        cells = np.asarray(array)
    except ValueError:
        cells = np.empty((0, 0))
    if cells.dtype.kind not in "biuf":
        cells = _objects(array, cells)
    some = cells.ndim and cells.size
    return cells.reshape(len(cells), -1) if some else np.empty((0, 0))


def _objects(array: Any, cells: NDArray[Any]) -> NDArray[Any]:
    """Cells as the objects that they are: in a list, 1 stays 1 beside a text."""
    if cells.dtype.kind in "mM":  # whole nanoseconds would become integers
        flat = np.empty(cells.size, dtype=object)
        flat[:] = list(cells.ravel())
        return flat.reshape(cells.shape)
    return np.asarray(array, dtype=object)


def _faults(array: Any) -> Iterator[tuple[Fault, int, str]]:
    """The first fault of each kind in each column, how many there are, and the name."""
    for j, (name, cells) in enumerate(_columns(array)):
        kinds = _kinds(cells)
        for kind in dict.fromkeys(kinds.values()):
            rows = [i for i, found in kinds.items() if found == kind]
            fault = Fault(kind, _found(cells[rows[0]], kind), rows[0], j)
            yield fault, len(rows), name


def _kinds(cells: Sequence[Any] | NDArray[Any]) -> dict[int, str]:
    """From the row of each cell that cannot be used to the reason."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "biuf":
        rows = np.flatnonzero(~np.isfinite(cells)).tolist()
        return {i: kind_of(cells[i]) for i in rows}
    kinds = ((i, kind_of(cell)) for i, cell in enumerate(cells))
    return {i: kind for i, kind in kinds if kind}


# -- refusals -------------------------------------------------------------------------


def expect_rows(model: Any, X: Any) -> None:
    """Refuse what holds no rows as it stands: a path, a dict, nothing.

    Raises
    ------
    ModelError
        With what to give instead.
    """
    found = [advice for kind, advice in NO_ROWS.items() if isinstance(X, kind)]
    if found and not sparse.issparse(X):  # a sparse array of keys is a dict too
        what = shown(X) if isinstance(X, str) else type(X).__name__
        raise CellError(
            f"{_name(model)}expected rows of numbers in X, found {what}; {found[0]}."
        )


def refuse_silent(model: Any, X: Any, y: Any = None, *, fitting: bool) -> None:
    """Refuse what would be read as other numbers in silence: dates, masked cells.

    Raises
    ------
    ModelError
        With the first such cell.
    """
    if np.ma.is_masked(X) or _has_dates(X):
        refuse_cell(model, X, "X", fitting=fitting)
    if getattr(getattr(X, "dtype", None), "names", None):
        raise ModelError(
            f"{_name(model)}expected rows and columns of numbers in X, found records "
            f"of {listed(X.dtype.names)}; give pandas.DataFrame(X)."
        )
    if y is not None:
        labels = not is_regressor(model)
        if np.ma.is_masked(y) or (_has_holes(y) if labels else _kind(y) in "mMUSO"):
            refuse_cell(model, y, "y", fitting=fitting, labels=labels)
        if labels and _kind(y) == "O":
            _refuse_unlike(model, np.asarray(y, dtype=object))


def _refuse_unlike(model: Any, y: NDArray[Any]) -> None:
    """Raise for labels that have no order: text beside numbers, or other objects."""
    kinds = {isinstance(cell, str): cell for cell in y.ravel()}
    odd = [c for c in kinds.values() if not isinstance(c, PLAIN)]
    if len(kinds) > 1:
        found = f"{kinds[True]!r} and {kinds[False]!r}"
    elif odd:
        found = f"{odd[0]!r}, of type {type(odd[0]).__name__}"
    else:
        return
    raise ModelError(
        f"{_name(model)}expected labels of one kind in y, all text or all whole "
        f"numbers, found {found}; make them text: [str(label) for label in y]."
    ) from None


def _has_dates(array: Any) -> bool:
    if is_frame(array):
        frame = nw.from_native(array, eager_only=True)
        return any(dtype.is_temporal() for dtype in frame.schema.values())
    return _kind(array) in "mM"


def _kind(array: Any) -> str:
    """The kind of dtype that NumPy finds; "f" where there is no doubt of it."""
    if sparse.issparse(array):
        return "f"
    try:
        return str(np.asarray(array).dtype.kind)
    except ValueError:  # rows of different lengths
        return "f"


def _has_holes(y: Any) -> bool:
    """Whether labels, which nothing else looks into, hold a missing value."""
    import pandas as pd

    if _kind(y) not in "USO" or (isinstance(y, np.ndarray) and y.dtype.kind in "US"):
        return False
    cells = np.asarray(y, dtype=object)  # ["a", nan] is no text alone
    return bool(np.any(pd.isna(cells)))


def refuse_cell(
    model: Any, array: Any, what: str, *, fitting: bool = True, labels: bool = False,
    theirs: str = "",
) -> None:  # fmt: skip
    """Raise for the first cell that cannot be used; do nothing where there is none.

    Parameters
    ----------
    model : estimator
        For whom the rows are.
    array : array, data frame, list or sparse matrix
        The rows.
    what : str
        "X" or "y".
    fitting : bool
        Whether the model is being fitted, and may be given a table instead.
    labels : bool
        Whether text and dates are labels, and no faults.
    theirs : str
        What scikit-learn says of it, by which people tell errors apart.

    Raises
    ------
    ModelError
        With row, column, what was expected and found, and what to do.
    """
    _expect_rectangle(model, array, what)
    every = [found for found in _faults(array)
             if not labels or found[0].kind in (ABSENT, INFINITE, COMPLEX)]  # fmt: skip
    if not every:
        return
    fault, _, name = min(every, key=lambda found: (found[0].row, found[0].column))
    count = sum(k for other, k, _ in every if other.kind == fault.kind)
    frame = is_frame(array) or what == "X"
    column = f", column {fault.column + 1}" if frame or np.ndim(array) > 1 else ""
    named = f" ({name if name.isprintable() else quoted(name)})" if name else ""
    holes = fault.kind in (ABSENT, INFINITE)
    expected = "a label" if labels else "finite numbers" if holes else "numbers"
    expected = "real numbers" if fault.kind in (COMPLEX, OTHER) else expected
    such = f"{counted(count, 'such cell')} in {counted(_length(array), 'row')}"
    advice = _advice(fault, what, fitting)
    advice += f" (scikit-learn: {theirs.rstrip('.')})" if theirs and holes else ""
    error = CellError if fault.kind == OTHER else ModelError
    raise error(
        f"{_name(model)}expected {expected} in {what}, found {fault.found} in row "
        f"{fault.row + 1}{column}{named} ({such}); {advice}."
    ) from None


def _advice(fault: Fault, what: str, fitting: bool) -> str:
    """What to do about a cell; the words that scikit-learn asks for stand in one."""
    if fault.kind in (ABSENT, INFINITE):
        return MEND
    if fault.kind == COMPLEX:
        return "give real and imaginary parts apart (Complex data not supported)"
    if what == "y":
        return OF_Y[fault.kind]
    if fault.kind == OTHER:
        return "a cell of the argument must be a number or a string that is a number"
    return READ if fitting else f"{PREDICT}, or {READ}"


def _expect_rectangle(model: Any, array: Any, what: str) -> None:
    """Refuse rows of different lengths."""
    if not isinstance(array, list | tuple) or not array:
        return
    lengths = [len(row) if isinstance(row, list | tuple) else -1 for row in array]
    for i, length in enumerate(lengths):
        if length != lengths[0] and min(lengths) >= 0:
            raise ModelError(
                f"{_name(model)}expected rows of the same length in {what}, found "
                f"{counted(lengths[0], 'cell')} in row 1 and {length} in row {i + 1}; "
                "look for what is missing."
            ) from None


def refuse_repeated(model: Any, X: Any) -> None:
    """Raise for two columns of a frame that have one name."""
    names = [str(name) for name in X.columns] if is_frame(X) else []
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise ModelError(
            f"{_name(model)}expected columns of different names, found "
            f"{listed(again)} more than once; name each of them differently."
        )


def _length(array: Any) -> int:
    shape = getattr(array, "shape", None)
    return int(shape[0]) if shape else len(array)


def _name(model: Any) -> str:
    return f"{type(model).__name__}: "
