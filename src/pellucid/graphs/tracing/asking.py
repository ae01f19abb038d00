"""Methods of pandas that are given traced values: `df.dot(w)`, `df.mul(w, axis=0)`."""

from __future__ import annotations

import functools
import sys
from typing import Any

from pellucid.graphs.tracing.frames import code, is_machinery
from pellucid.graphs.tracing.labelled_operands import OPERATORS, labelled
from pellucid.graphs.tracing.labels import UnderLabels
from pellucid.graphs.tracing.outside_arrays import seen
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import Traced

_WRITING = ("__setitem__", "__iadd__", "__isub__", "__imul__", "__itruediv__",
            "__ipow__", "__ifloordiv__", "__imod__")  # fmt: skip
_ARRAYS = ("values", "to_numpy")


class Asking:
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
        if x is None or active.get() is None:
            return method
        if self.name in _ARRAYS:
            own = is_machinery(sys._getframe(1))
            return method if own else _seen(method)
        return functools.partial(self._called, x, method)

    def _called(self, x: Any, method: Any, *args: Any, **options: Any) -> Any:
        values = (*args, *options.values())
        if not any(isinstance(v, (Traced, UnderLabels)) for v in values):
            return method(*args, **options)
        if self.name in _WRITING:
            refuse(
                f"{code()} writes a traced value into a table or column of pandas: "
                "write x = x + y for x += y, and keep a new column in a variable."
            )
        return getattr(labelled(x), self.name)(*args, **options)


def _seen(found: Any) -> Any:
    """An array of entries, or what gives one, whose methods take traced values."""
    if not callable(found):
        return seen(found)
    return lambda *args, **options: seen(found(*args, **options))


def reaches_labels(values: list[Any]) -> bool:
    """Whether a table or column is among these values, or pandas, which makes them."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    kinds = {value if isinstance(value, type) else type(value) for value in values}
    return any(value is pandas for value in values) or any(
        kind.__module__ == "pandas" for kind in kinds
    )


def asking() -> list[Asking]:
    """The methods of pandas that take traced values, from now on."""
    pandas = sys.modules["pandas"]
    names = ("dot", *OPERATORS, *_WRITING, *_ARRAYS)
    return [Asking(kind, name) for kind in (pandas.Series, pandas.DataFrame)
            for name in names]  # fmt: skip
