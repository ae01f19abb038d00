"""Programs are made once for graphs of equal structure, and the last ones are kept."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from pellucid.graphs.bodies import asked, body_of, wanted_by
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.places import Place

T = TypeVar("T")
_NO_TURNS: Mapping[Any, int] = {}
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
    steps, place = _steps(graph.order, {})
    ends = tuple(tuple(place[n] for n in ns) for ns in (graph.inputs, graph.ends))
    asked = tuple((guard.answer, guard.place, guard.code) for guard in graph.guards)
    return graph.title, steps, ends, asked


Numbers = dict[Any, int]  # of nodes, or of the turns of loops


def _steps(order: Sequence[Node], turns: Numbers) -> tuple[Hashable, Numbers]:
    """Nodes in order, as what is equal for those that compute the same; their places.

    `turns` are the numbers of the loops around.
    """
    place = {node: i for i, node in enumerate(order)}
    parts, within = asked(order), dict[Node, Numbers]()
    steps: list[Hashable] = []
    for node in order:
        options: Hashable = ()
        if node.operation == "loop":
            options, within[node] = _turn(node, parts.get(node, ()), turns)
        elif node.operation == "part":
            at = within[node.arguments[0]][node.options["of"]]
            options = at, node.options["each"]
        else:
            options = tuple((k, content(v, turns)) for k, v in node.options.items())
        before = tuple(place[a] for a in node.arguments)
        kind = node.shape, node.dtype.str, node.weak, node.quiet, node.name
        steps.append((node.operation, before, *kind, options))
    return tuple(steps), place


def _turn(
    loop: Node, parts: Sequence[Node], turns: Numbers
) -> tuple[Hashable, Numbers]:
    """The body of a loop, in loops whose turns are numbered, and places in it."""
    body = body_of(loop)
    turns = {**turns, body.turn: len(turns)}
    after = [now for _, now in body.carried]
    wanted = wanted_by(parts)
    steps, place = _steps(ancestors([*body.inputs, *after, *wanted]), turns)
    turn = body.turn.names, body.turn.start, body.turn.step
    inputs = tuple(place[node] for node in body.inputs)
    ends = tuple(place[node] for node in after)
    sums = frozenset(place[node] for node in body.sums)
    count = content(body.count, turns)
    return (turn, count, body.is_reversed, inputs, ends, sums, steps), place


def content(value: Any, turns: Mapping[Any, int] = _NO_TURNS) -> Hashable:
    """A key that is equal for options and constants of equal content.

    Loops that places move with go by their numbers in `turns`.
    """
    if isinstance(value, Place):
        terms = frozenset((turns[turn], times) for turn, times in value.terms)
        return Place, value.offset, terms
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.hasobject or value.nbytes > LARGE:
            return Itself(value)
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, slice):
        ends = value.start, value.stop, value.step
        return slice, *(content(end, turns) for end in ends)
    if isinstance(value, (tuple, list)):
        return type(value), tuple(content(part, turns) for part in value)
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
