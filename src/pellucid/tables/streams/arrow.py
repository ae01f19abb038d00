"""Batches of Arrow become grids: numbers are not copied, a text is held once.

It is as `frame_grid` lays out a data frame, but for what it costs: no loop goes over
the rows.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import needs
from pellucid.tables.cells import numbers
from pellucid.tables.from_arrays import row
from pellucid.tables.grid import Cells, Column, Grid, distinct
from pellucid.tables.wording import quoted

NESTED = "nested"  # lists and records in cells
DAY = 8.64e10  # microseconds
NOTHING = np.array([np.nan])


@dataclass(frozen=True)
class Columns:
    """The columns of a file, by their places in it, and what each is called.

    Parameters
    ----------
    fields : tuple of str
        The names as the file has them.
    names : tuple of str
        As a table calls them: all different.
    kinds : tuple of str
        What each holds: "number", "boolean", "date", "duration", "category" or "text";
        "" where it holds nothing.
    notes : tuple of str
        Which of them were named anew, and which left out.
    """

    fields: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, schema: Any) -> Columns:
        """The columns of a schema of Arrow that a table has a place for.

        What calls the rows in pandas is none, and lists and records are left out.
        """
        index = _index(schema)
        fields = [field for field in schema if field.name not in index]
        kept = [field for field in fields if kind_of(field.type) != NESTED]
        left = [field for field in fields if kind_of(field.type) == NESTED]
        names, notes = distinct([field.name for field in kept])
        notes += tuple(
            f"the column {quoted(field.name)} is left out, as each of its cells holds "
            f"{field.type}"
            for field in left
        )
        kinds = tuple(kind_of(field.type) for field in kept)
        return cls(tuple(field.name for field in kept), tuple(names), kinds, notes)

    def places(self, wanted: Sequence[str] | None) -> list[int]:
        """Which of them are wanted, as far as they are there; the first for none.

        >>> Columns(("a", "b"), ("a", "b"), ("number", "text")).places(["B "])
        [1]
        """
        if wanted is None:
            return [*range(len(self.names))]
        asked = {_folded(name) for name in wanted}
        found = [j for j, name in enumerate(self.names) if _folded(name) in asked]
        return found or [*range(len(self.names))][:1]

    def grid(
        self, batch: Any, places: Sequence[int], source: str,
        place: Callable[[int], str] = row,
    ) -> Grid:  # fmt: skip
        """Lay out those columns of a batch, which may hold others."""
        asked = {self.fields[j] for j in places}
        same = [j for j, field in enumerate(self.fields) if field in asked]
        held = [k for k, name in enumerate(batch.schema.names) if name in asked]
        columns = [
            column_of(self.names[j], batch.column(k), self.kinds[j])
            for j, k in zip(same, held, strict=True)
            if j in places
        ]
        return Grid(source, columns, place, notes=self.notes)


def row_after(before: int, i: int) -> str:
    """Say where row i stands of those behind some rows."""
    return row(before + i)


def _folded(name: str) -> str:
    return name.strip().casefold()


def _index(schema: Any) -> tuple[str, ...]:
    """The columns in which pandas keeps what rows are called."""
    written = (schema.metadata or {}).get(b"pandas")
    try:
        columns = json.loads(written)["index_columns"] if written else []
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(name for name in columns if isinstance(name, str))


def empty_batch(schema: Any) -> Any:
    """No rows of a schema."""
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=schema)


# -- a column -------------------------------------------------------------------------


def kind_of(dtype: Any) -> str:
    """What a type of Arrow is for a table; "nested" for what it has no place for."""
    types: Any = needs("pyarrow.types", extra="data")
    asked = (
        ("number", (types.is_integer, types.is_floating, types.is_decimal)),
        ("boolean", (types.is_boolean,)),
        ("date", (types.is_date, types.is_timestamp)),
        ("duration", (types.is_duration,)),
        ("category", (types.is_dictionary,)),
        ("text", (types.is_string, types.is_large_string, types.is_string_view,
                  types.is_time)),
        ("", (types.is_null,)),
    )  # fmt: skip
    for kind, tests in asked:
        if any(test(dtype) for test in tests):
            return kind
    return NESTED


def column_of(name: str, cells: Any, kind: str = "") -> Column:
    """A column of a grid from an array of Arrow; numbers without holes are a view.

    Examples
    --------
    >>> import pyarrow as pa
    >>> column_of("x", pa.array([1.5, None])).numbers
    array([1.5, nan])
    >>> kind = column_of("kind", pa.array(["flat", "house", "flat"]))
    >>> kind.kind, kind.cells().levels, kind.cells().codes.tolist()
    ('text', ['flat', 'house'], [0, 1, 0])
    """
    kind = kind or kind_of(cells.type) or "text"
    if kind == "category":
        held = _levelled(cells)
        return Column(name, _none(cells), lambda: held, kind, _ordered(cells))
    if kind == "text":
        held = _held(cells)
        return Column(name, numbers(held.levels)[held.codes], lambda: held, kind)
    return Column(name, NUMBERS[kind](cells), cells.to_pylist, kind)


def _none(cells: Any) -> NDArray[np.float64]:
    """No number at all, without memory for it."""
    return np.broadcast_to(NOTHING, len(cells))


def _held(cells: Any) -> Cells:
    """Each different cell once, in the order in which they come."""
    import pyarrow as pa

    if pa.types.is_null(cells.type) or pa.types.is_time(cells.type):
        return Cells.of(cells.to_pylist())
    if pa.types.is_string_view(cells.type):  # Arrow would take a hole in it for ""
        cells = cells.cast(pa.large_string())
    encoded = cells.dictionary_encode(null_encoding="encode")
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
    return Cells(encoded.dictionary.to_pylist(), codes)


def _levelled(cells: Any) -> Cells:
    """The cells of a category as text: of its levels, those that occur."""
    levels = [None if level is None else str(level)
              for level in cells.dictionary.to_pylist()]  # fmt: skip
    given = cells.indices.cast("int64").fill_null(len(levels)).to_numpy()
    occurs = np.bincount(given, minlength=len(levels) + 1) > 0
    place = np.cumsum(occurs) - 1
    return Cells([*itertools.compress([*levels, None], occurs)], place[given])


def _ordered(cells: Any) -> tuple[str, ...]:
    """The levels of an ordered category, in their order; none of another."""
    return tuple(map(str, cells.dictionary.to_pylist())) if cells.type.ordered else ()


# -- numbers --------------------------------------------------------------------------


def _floats(cells: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    if pa.types.is_decimal(cells.type):  # by way of text, which is rounded once
        cells = cells.cast(pa.string()).cast(pa.float64())
    return np.asarray(cells.to_numpy(zero_copy_only=False), np.float64)


def _truths(cells: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    return _floats(cells.cast(pa.uint8()))


def _days(cells: Any) -> NDArray[np.float64]:
    """Days since the beginning of 1970, in Greenwich where a zone is told."""
    import pyarrow as pa

    if pa.types.is_date(cells.type):
        cells = cells.cast(pa.timestamp("us"))
    return _microseconds(cells, pa.timestamp("us", getattr(cells.type, "tz", None)))


def _durations(cells: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    return _microseconds(cells, pa.duration("us"))


def _microseconds(cells: Any, dtype: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    return _floats(cells.cast(dtype, safe=False).cast(pa.int64())) / DAY


NUMBERS = {"number": _floats, "boolean": _truths, "date": _days,
           "duration": _durations}  # fmt: skip
