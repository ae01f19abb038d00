"""Programs are made once for graphs of equal structure, and the last ones are kept."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from pellucid.graphs.graph import Graph

T = TypeVar("T")
LARGE = 1 << 20  # bytes beyond which two constants are equal only if they are one


class Kept(Generic[T]):
    """The last `size` things that were made, by key; threads may share it.

    >>> squares = Kept(size=2)
    >>> squares.of(3, lambda: 9), squares.of(3, lambda: 0)
    (9, 9)
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._things: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key, or what `make` gives now."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        made = make()  # outside the lock: it may take seconds
        with self._lock:
            thing = self._things.setdefault(key, made)
            self._things.move_to_end(key)
            if len(self._things) > self._size:
                self._things.popitem(last=False)
        return thing

    def forget(self, key: Hashable) -> None:
        """Make it anew when it is asked for next."""
        with self._lock:
            self._things.pop(key, None)


class Itself:
    """Equal to itself alone; for what has no hash, like a set."""

    def __init__(self, value: Any) -> None:
        self.value = value  # held, so that its id is not given to another

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.value is self.value


def structure_of(graph: Graph) -> Hashable:
    """A key that is equal for graphs that compute the same and read the same.

    It holds operations, arguments, options, shapes, dtypes, names, and the content of
    constants; not where nodes were written. A graph is immutable, so it is made once.
    """
    if graph not in _structures:
        _structures[graph] = _structure(graph)
    return _structures[graph]


_structures: WeakKeyDictionary[Graph, Hashable] = WeakKeyDictionary()


def _structure(graph: Graph) -> Hashable:
    place = {node: i for i, node in enumerate(graph.order)}
    steps = tuple(
        (node.operation, tuple(place[a] for a in node.arguments), node.shape,
         node.dtype.str, node.weak, node.quiet, node.name,
         tuple((key, content(value)) for key, value in node.options.items()))
        for node in graph.order
    )  # fmt: skip
    ends = tuple(tuple(place[n] for n in ns) for ns in (graph.inputs, graph.ends))
    asked = tuple((guard.answer, guard.place, guard.code) for guard in graph.guards)
    return graph.title, steps, ends, asked


def content(value: Any) -> Hashable:
    """A key that is equal for options and constants of equal content."""
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.hasobject or value.nbytes > LARGE:
            return Itself(value)
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, slice):
        return slice, value.start, value.stop, value.step
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(content, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return type(value), tuple(content(getattr(value, f.name)) for f in fields)
    if isinstance(value, (float, complex)):
        return type(value), repr(value)  # -0.0 is not 0.0, and nan is nan
    if isinstance(value, Hashable):
        return type(value), value
    return Itself(value)


def digest(value: Any) -> bytes:
    """What is equal for tables of equal content, and may be for no others."""
    made = hashlib.blake2b()
    parts: list[pickle.PickleBuffer] = []
    made.update(pickle.dumps(value, 5, buffer_callback=parts.append))
    for part in parts:
        made.update(part.raw())
    return made.digest()
