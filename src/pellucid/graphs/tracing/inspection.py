"""What of a number, an array, a function makes it the same as another.

Nothing of the person's is run.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from pellucid.graphs.tracing.instructions import TEXT

UNCHANGING = {int, float, complex, bool, str, bytes, type(None), type(...), range}
OF_NAMED_TUPLES = {"__new__", "_replace", "__replace__", "__repr__", "_asdict",
                   "__getnewargs__"}  # fmt: skip
CONTAINERS = {list, tuple, dict, set, frozenset}
KEYED = (dict, set, frozenset)
HOOKS = {"__getattr__", "__getattribute__", "__slots__", "__set_name__"}
# Methods that are called where an object is made, copied or changed; and those for its
# text, which count where code makes a text.
WHEN_MADE = {
    *TEXT,
    "__new__", "__init__", "__post_init__", "__init_subclass__", "__class_getitem__",
    "__setattr__", "__delattr__", "__del__", "__reduce__", "__reduce_ex__",
    "__getstate__", "__setstate__", "__copy__", "__deepcopy__", "__dir__",
    "__sizeof__", "__getnewargs__",
}  # fmt: skip
# What a class says of itself, and nobody asks its objects for.
TOLD_OF_CLASSES = {
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__",
    "__annotations__", "__parameters__", "__orig_bases__", "__match_args__",
    "__dataclass_fields__", "__dataclass_params__", "__firstlineno__",
    "__static_attributes__", "__annotate__", "__annotate_func__",
    "__annotations_cache__", "__abstractmethods__",
}  # fmt: skip


class Absent:
    """What stands where a name is not bound."""


def is_unchanging(value: Any) -> bool:
    """Whether a value is a number or text, which is what it is."""
    kind = type(value)
    return kind in UNCHANGING or (
        issubclass(kind, np.generic) and value.dtype.kind in "biufcSU"
    )


def is_key(value: Any) -> bool:
    """Whether a value is a number or text, or a tuple of these."""
    return is_unchanging(value) or (type(value) is tuple and all(map(is_key, value)))


def is_same_number(value: Any, now: Any, seen: dict[int, Any]) -> bool:
    """Whether two numbers or texts are the same: nan is nan, and -0 is not 0."""
    return now is value or (type(now) is type(value) and repr(now) == repr(value))


def is_container(kind: type) -> bool:
    """Whether this is a class of Python's, or of named tuples without own methods."""
    if kind in CONTAINERS:
        return True
    own = vars(kind)
    methods = {name for name, value in own.items()
               if type(value) in (FunctionType, property, staticmethod)}  # fmt: skip
    return kind.__mro__ == (kind, tuple, object) and (
        "_fields" in own and methods <= OF_NAMED_TUPLES
    )


def metadata_of(array: Any) -> Any:
    """What an array is, but for its elements."""
    return array.shape, array.strides, array.dtype, array.flags.writeable


def bytes_of(array: Any) -> Any:
    """The bytes of an array; not copied where they lie in one row."""
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        return flat.view(np.uint8) if array.size else b""
    if array.flags.f_contiguous:
        return bytes_of(array.T)
    return array.tobytes()


def parts_of(container: Any) -> Any:
    """What is in a container under its keys, or in its order."""
    if isinstance(container, KEYED):
        return container.values() if isinstance(container, dict) else ()
    return container


def meaning_in(function: Any, name: str) -> Any:
    """What a name means in a function that it does not belong to."""
    names = function.__globals__
    if name in names:
        return names[name]
    inner = names.get("__builtins__", builtins)
    return (inner if type(inner) is dict else vars(inner)).get(name, Absent)


def insides_of(function: Any) -> list[Any]:
    """What a function holds by itself: a closure, and defaults."""
    return [*map(_content, function.__closure__ or ()), function.__defaults__,
            function.__kwdefaults__]  # fmt: skip


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return Absent


def is_special(name: str) -> bool:
    """Whether Python or NumPy ask for it by themselves, where its object is used."""
    return name.startswith("__") and name not in WHEN_MADE | TOLD_OF_CLASSES


def fields_compared(own: Any, name: str) -> set[str]:
    """What the comparison of a dataclass reads; nothing for all else."""
    code = getattr(own[name], "__code__", None)
    if code is None or code.co_freevars or name != "__eq__":
        return set()
    read = {*code.co_names} - {"__class__", "NotImplemented"}
    return read if read <= own.get("__dataclass_fields__", {}).keys() else set()


# What is made of others, and tells which.
MADE_OF: dict[Any, Callable[[Any], list[Any]]] = {
    MethodType: lambda method: [method.__self__, method.__func__],
    functools.partial: lambda p: [p.func, p.args, p.keywords, vars(p)],
    property: lambda p: [p.fget],
    staticmethod: lambda method: [method.__func__],
    classmethod: lambda method: [method.__func__],
}
