"""Columns of polars that meet traced values: `s * w`, `w - s`, `np.multiply(s, w)`.

What comes out is a `Column`, a traced array with the few methods of polars that are the
same on it. The others are refused, as is what polars does with a whole table.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from pellucid.graphs.foreign import is_of_polars
from pellucid.graphs.stand_in import array_in
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.labels.held import Held
from pellucid.graphs.tracing.labels.operators import operators
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import called, current, lifted


class Column(Held):
    """A column of polars whose entries are traced."""

    __slots__ = ()

    def __init__(self, array: Any) -> None:
        self.array = array

    @property
    def _kind(self) -> Any:
        return sys.modules["polars"].Series

    # -- NumPy's protocols ------------------------------------------------------------

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        if method != "__call__" or options:
            return getattr(ufunc, method)(*map(entries, inputs), **options)
        return of_columns(ufunc, *inputs)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return called(function, [*map(entries, args)], kwargs)

    # -- what is the same in polars ---------------------------------------------------

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Column(self.array[key])
        is_place = isinstance(key, (int, np.integer))
        return self.array[key] if is_place else self._refuse("[...]")

    def __bool__(self) -> NoReturn:
        raise TypeError("the truth value of a Series is ambiguous")

    def __repr__(self) -> str:
        return f"<traced Series, {self.array!r}>"

    def to_numpy(self) -> Any:
        """The entries."""
        return self.array

    def std(self, ddof: int = 1) -> Any:
        """The deviation, by n - 1 as polars takes it."""
        return np.std(self.array, ddof=ddof)

    def var(self, ddof: int = 1) -> Any:
        """The variance, by n - 1 as polars takes it."""
        return np.var(self.array, ddof=ddof)

    def sum(self) -> Any:
        """The sum of the entries."""
        return np.sum(self.array)

    def mean(self) -> Any:
        """Their mean."""
        return np.mean(self.array)

    def dot(self, other: Any) -> Any:
        """The product with another column."""
        return self @ other

    def __getattr__(self, name: str) -> Any:
        if name in _ALONE:
            return lambda: of_columns(_ALONE[name], self)
        if name == "_s":  # by which polars' own code goes on
            self._refuse("the content")
        if name.startswith("_") or not hasattr(self._kind, name):
            raise AttributeError(f"'Series' object has no attribute {name!r}")
        return self._refuse(f".{name}")

    def _refuse(self, what: str) -> NoReturn:
        refuse(
            f"{code()} takes {what} of a traced column of polars, which is not "
            "recorded: write it with functions of NumPy, of its .to_numpy()."
        )


_ALONE = {name: getattr(np, name) for name in ("abs", "exp", "sqrt", "sin", "cos")}


def entries(value: Any) -> Any:
    """What a table or column holds, as a traced array; others as they are."""
    if not is_of_polars(value):
        return array_in(value)
    node = current().captured(value)
    return lifted(node, current(), mutable=True, like=node.value)


def is_column(value: Any) -> bool:
    """Whether polars holds this, or it stands for what polars would."""
    return is_of_polars(value) or isinstance(value, Column)


def of_columns(ufunc: Callable[..., Any], *sides: Any) -> Any:
    """What a ufunc gives of operands of which some are of polars."""
    made = ufunc(*map(entries, sides))
    if ufunc is np.matmul:
        return made
    if any(is_column(side) and side.shape[1:] for side in sides):
        refuse(
            f"{code()} computes with a traced value and a table of polars, which is "
            "not recorded: write df.to_numpy() for the table, or take its columns, "
            'df["a"].'
        )
    if np.ndim(made) != 1:
        refuse(
            f"{code()}: polars does not compute this of a column; write .to_numpy() "
            "of it, and let NumPy do so."
        )
    return Column(made)


for _name, _method in operators(of_columns).items():
    setattr(Column, _name, _method)
# The methods of polars in which traced values are recorded.
OF_POLARS = ("dot", "__array_ufunc__", "to_numpy", *operators(of_columns))
