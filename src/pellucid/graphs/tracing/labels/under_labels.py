"""A traced array under the labels of a table or column of pandas: what it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.stand_in import StandIn, array_in
from pellucid.graphs.tracing.frames import code, is_engine, is_machinery
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import Traced

NAMES = {1: "Series", 2: "DataFrame"}


class LabelsError(TraceError):
    """Two tables or columns met that pandas would align."""


class UnderLabels(StandIn):
    """A traced array under the labels of a table, or of a column.

    Parameters
    ----------
    array : Traced
        Its entries.
    axes : tuple of pandas.Index
        The labels of each axis: of the rows, and in a table of the columns.
    missing : bool
        Whether some of its entries come from missing values.
    """

    __slots__ = ("array", "axes", "missing")
    __pandas_priority__ = 5000  # pandas leaves operators to what has more than 4000
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: Any, axes: Sequence[Any], missing: bool = False) -> None:
        self.array = array
        self.axes = tuple(axes)
        self.missing = missing

    @property
    def _array(self) -> Any:
        return self.array

    @property
    def _kind(self) -> Any:
        """The class of pandas that it stands for."""
        return getattr(sys.modules["pandas"], NAMES[self.ndim])

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What the person's `isinstance` sees."""
        frame = sys._getframe(1)
        return type(self) if is_engine(frame) or is_machinery(frame) else self._kind

    # -- what it is -------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        shape: tuple[int, ...] = self.array.shape
        return shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of an element; a table has one for each column."""
        if self.ndim > 1:
            raise AttributeError("'DataFrame' object has no attribute 'dtype'")
        dtype: np.dtype[Any] = self.array.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.axes)

    @property
    def size(self) -> int:
        """Number of elements."""
        size: int = self.array.size
        return size

    @property
    def index(self) -> Any:
        """The labels of the rows."""
        return self.axes[0]

    @property
    def columns(self) -> Any:
        """The labels of the columns."""
        if self.ndim == 1:
            raise AttributeError("'Series' object has no attribute 'columns'")
        return self.axes[1]

    @property
    def values(self) -> Any:
        """The entries without labels."""
        return self.array

    def to_numpy(self, dtype: Any = None, copy: bool = False, **options: Any) -> Any:
        """The entries without labels."""
        if options:
            refuse(f"{code()}: a traced column knows to_numpy() without na_value=.")
        return self.array if dtype is None else self.array.astype(dtype)

    def __array__(self, *args: Any, **options: Any) -> Any:
        return self.array.__array__(*args, **options)

    def __len__(self) -> int:
        return len(self.index)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.columns if self.ndim > 1 else self.array)

    def __bool__(self) -> NoReturn:
        raise ValueError(f"The truth value of a {NAMES[self.ndim]} is ambiguous.")

    def __repr__(self) -> str:
        return f"<traced {NAMES[self.ndim]}, {self.array!r}>"

    def _alike(self, array: Any, axes: Any = None) -> Any:
        """Another under these labels, or under others."""
        return type(self)(array, self.axes if axes is None else axes, self.missing)


def without_labels(tree: Any) -> Any:
    """The same arguments, with the entries in the place of what has labels."""
    return structure.mapped(array_in, tree)


def plain_key(key: Any) -> Any:
    """An index as pandas takes it: numbers in the place of traced ones."""
    if isinstance(key, tuple):
        return tuple(map(plain_key, key))
    if isinstance(key, UnderLabels):
        return key._kind(np.asarray(key.array), *key.axes)
    return np.asarray(key) if isinstance(key, Traced) and key.mutable else key
