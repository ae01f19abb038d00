"""What is called while a function is recorded: a function, or an object, as written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from types import BuiltinFunctionType, FrameType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.stand_in import node_in

LONGEST = 48  # characters of an object that is written with what it was made of


class Thing(NamedTuple):
    """What a frame runs: its name, and of an object what it is, and was given.

    Parameters
    ----------
    function : str
        The name of the function; of the call of an object the object.
    of : str
        The object that is called, or whose method it is; "" for a function.
    parameters : int
        How many numbers are in the structures that the object was given.
    owner : object
        The object itself.
    """

    function: str
    of: str = ""
    parameters: int = 0
    owner: Any = None


def thing_of(frame: FrameType, given: Sequence[Any]) -> Thing:
    """What a frame runs, with these arguments.

    >>> import sys
    >>> class Scale:
    ...     def __call__(self, x):
    ...         return thing_of(sys._getframe(), [self, x])
    >>> Scale()(3.0)[:3]
    ('Scale', 'Scale', 0)
    """
    name = frame.f_code.co_name
    if not given or not _is_method(given[0], frame):
        return Thing(name)
    owner, *rest = given
    of = written(owner)
    function = of if name == "__call__" else f"{of}.{name}"
    return Thing(function, of, sum(map(_numbers, rest)), owner)


def _is_method(owner: Any, frame: FrameType) -> bool:
    """Whether a frame runs a method of something that can be called, as a layer can."""
    if not callable(owner) or isinstance(owner, type):
        return False
    kinds = type(owner).__mro__
    methods = [vars(each).get(frame.f_code.co_name) for each in kinds]
    return any(getattr(each, "__code__", None) is frame.f_code for each in methods)


def _numbers(given: Any) -> int:
    """How many numbers are in a structure; an array or a number is none."""
    if not isinstance(given, (dict, list, tuple)):
        return 0
    return sum(map(_size, structure.leaves(given)))


def _size(leaf: Any) -> int:
    node = node_in(leaf)
    is_array = isinstance(leaf, (np.ndarray, np.floating, float))
    return node.size if node is not None else np.size(leaf) if is_array else 0


def written(thing: Any) -> str:
    """A dataclass as its maker wrote it: `Conv2D(16, 3)`; anything else by its type.

    >>> @dataclasses.dataclass
    ... class Scale:
    ...     by: float
    ...     then: object = None
    >>> written(Scale(2.0)), written(Scale(2.0, np.tanh)), written(Scale(np.ones(9)))
    ('Scale(2.0)', 'Scale(2.0, then=tanh)', 'Scale')
    """
    name = type(thing).__name__
    if not dataclasses.is_dataclass(thing):
        return name
    values = [getattr(thing, f.name, None) for f in dataclasses.fields(thing)]
    text = as_written(thing, _plainly) if all(map(_plainly, values)) else name
    return text if len(text) <= LONGEST else name


def as_written(thing: Any, word: Callable[[Any], str]) -> str:
    """A dataclass, its settings in these words; what has its default is left out."""
    said = []
    for field in dataclasses.fields(thing):
        text = word(getattr(thing, field.name, None))
        if field.default is dataclasses.MISSING:
            said.append(text)
        elif text != word(field.default):
            said.append(f"{field.name}={text}")
    return f"{type(thing).__name__}({', '.join(said)})"


def _plainly(value: Any) -> str:
    """A setting: a number, a text, some of them, or a function by its name; else ""."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, tuple):
        parts = [_plainly(part) for part in value]
        return f"({', '.join(parts)})" if parts and all(parts) else ""
    return str(value.__name__) if isinstance(value, FUNCTIONS) else ""


FUNCTIONS = (FunctionType, BuiltinFunctionType, np.ufunc, type)
