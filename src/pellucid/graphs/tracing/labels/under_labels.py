"""A traced array under the labels of a table or column of pandas: what it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.stand_in import array_in
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.labels.held import Held
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import Traced

NAMES = {1: "Series", 2: "DataFrame"}


class LabelsError(TraceError):
    """Two tables or columns met that pandas would align."""


class UnderLabels(Held):
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

    __slots__ = ("axes", "missing")
    __pandas_priority__ = 5000  # pandas leaves operators to what has more than 4000

    def __init__(self, array: Any, axes: Sequence[Any], missing: bool = False) -> None:
        self.array = array
        self.axes = tuple(axes)
        self.missing = missing

    @property
    def _kind(self) -> Any:
        """The class of pandas that it stands for."""
        return getattr(sys.modules["pandas"], NAMES[self.ndim])

    # -- what it is -------------------------------------------------------------------

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
