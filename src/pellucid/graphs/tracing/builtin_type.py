"""`type(x)` while a function is traced: the class that the value itself will have.

The builtin gives the class of the stand-in. So in the modules of functions that name
it, `type` stands for the time of a trace for a class that asks who is asking: it gives
the value's class for a stand-in, and is Python's own in all else.
"""

from __future__ import annotations

import builtins
from typing import Any

from pellucid.graphs.stand_in import is_stand_in
from pellucid.graphs.tracing.outside_arrays import Outside

Own = builtins.type


class _Kind(type):
    """What makes the stand-in for `type` call, compare and serve as a base like it."""

    def __call__(cls, *args: Any, **options: Any) -> Any:
        if len(args) != 1:
            return Own(*args, **options)
        kind = Own(args[0])
        if is_stand_in(args[0]):
            kind = args[0]._kind
        elif kind is Outside:
            kind = args[0].__class__
        return Type if kind is Own or kind is _Kind else kind

    def __new__(cls, name: str, bases: Any, content: Any, **options: Any) -> Any:
        """Make a class; `class M(type)` is one of Python's own."""
        if Type is None:
            return super().__new__(cls, name, bases, content)
        bases = tuple([Own if base is Type else base for base in bases])
        return Own(name, bases, content, **options)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, Own)

    def __subclasscheck__(cls, kind: Any) -> bool:
        return issubclass(kind, Own)

    def __eq__(cls, other: object) -> bool:
        return other is Own or other is Type

    def __hash__(cls) -> int:
        return hash(Own)

    def __repr__(cls) -> str:
        return repr(Own)

    def __getitem__(cls, key: Any) -> Any:
        return Own[key]  # type: ignore[misc]


Type: Any = None
Type = _Kind("type", (Own,), {"__wrapped__": Own, "__module__": "builtins"})
