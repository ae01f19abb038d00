"""Methods of tables that are given traced values: `df.dot(w)`, `df.mul(w, axis=0)`.

polars computes before it asks its operand: there operators are such methods too.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

from pellucid.graphs.stand_in import is_stand_in
from pellucid.graphs.tracing.frames import code, is_machinery
from pellucid.graphs.tracing.labels.operands import (
    OPERATORS,
    gathered,
    labelled,
)
from pellucid.graphs.tracing.labels.operators import ARITHMETIC
from pellucid.graphs.tracing.labels.polars import OF_POLARS
from pellucid.graphs.tracing.outside_arrays import with_views
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.refusals import refuse

_WRITING = ("__setitem__", *(f"__i{name}__" for name in ARITHMETIC))
_ARRAYS = ("values", "to_numpy")
_OF_FUNCTIONS = ("apply", "map")
_BY_PANDAS = {*_ARRAYS, *_OF_FUNCTIONS}  # it calls these itself


class TakingTraced:
    """A method of a table or column, which records where it is given traced values.

    It stands in the class from when it is made until `end`.
    """

    def __init__(self, kind: type, name: str) -> None:
        self.kind = kind
        self.name = name
        self.original = getattr(kind, name)
        self.inherited = name not in vars(kind)
        setattr(kind, name, self)

    def end(self) -> None:
        """Let the class have its own method again."""
        if self.inherited:
            delattr(self.kind, self.name)
        else:
            setattr(self.kind, self.name, self.original)

    def __get__(self, x: Any, owner: Any) -> Any:
        """The method itself, but for code under a trace."""
        method = self.original.__get__(x, owner)
        if active.get() is None:
            return method
        if x is None:  # as NumPy asks for __array_ufunc__
            return functools.partial(self._of_class, owner)
        own = self.name in _BY_PANDAS and is_machinery(sys._getframe(1))
        if self.name in _ARRAYS:
            return method if own else _giving_views(method)
        return method if own else functools.partial(self._called, x, method)

    def _of_class(self, owner: Any, x: Any, *args: Any, **options: Any) -> Any:
        return self.__get__(x, owner)(*args, **options)

    def _called(self, x: Any, method: Any, *args: Any, **options: Any) -> Any:
        if self.name in _OF_FUNCTIONS:
            return gathered(method(*args, **options), of=x)
        values = (*args, *options.values())
        if not any(map(is_stand_in, values)):
            return method(*args, **options)
        if self.name in _WRITING:
            refuse(
                f"{code()} writes a traced value into a table or column of pandas: "
                "write x = x + y for x += y, and keep a new column in a variable."
            )
        return getattr(labelled(x), self.name)(*args, **options)


def _giving_views(found: Any) -> Any:
    """An array of entries, or what gives one, whose methods take traced values."""
    if not callable(found):
        return with_views(found)
    return lambda *args, **options: with_views(found(*args, **options))


def tables_reached(values: list[Any]) -> list[str]:
    """The libraries of tables that these values are of, or whose they make."""
    kinds = {value if isinstance(value, type) else type(value) for value in values}
    roots = {kind.__module__.partition(".")[0] for kind in kinds}
    return [
        name
        for name in METHODS.keys() & sys.modules.keys()
        if name in roots or any(value is sys.modules[name] for value in values)
    ]


METHODS = {
    "pandas": ("dot", *OPERATORS, *_WRITING, *_ARRAYS, *_OF_FUNCTIONS),
    "polars": OF_POLARS,
}


def recording_methods(name: str) -> list[TakingTraced]:
    """Let methods of a library take traced values, until the end of each."""
    library = sys.modules[name]
    return [TakingTraced(kind, method) for kind in (library.Series, library.DataFrame)
            for method in METHODS[name] if hasattr(kind, method)]  # fmt: skip
