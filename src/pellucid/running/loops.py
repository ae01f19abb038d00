"""What targets that write functions share of loops: what is known, and names."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from pellucid.errors import PellucidError
from pellucid.graphs.bodies import body_of, depends_on_turn
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.node import Node, by_order
from pellucid.graphs.tracing.naming import ALL_TURNS, is_numbered
from pellucid.running.writing import SourceNames


class NotAsLoopError(PellucidError):
    """What a target does not write as a loop, and is unrolled."""


def settled(order: Iterable[Node]) -> set[Node]:
    """The steps in a turn that give the same in each, of no input at all."""
    found: set[Node] = set()
    for node in order:
        moves = node.operation in ("loop", "part") or depends_on_turn(node)
        if node.known and not moves and found.issuperset(node.arguments):
            found.add(node)
    return found


def values_of(known: set[Node], wanted: Iterable[Node]) -> dict[Node, Any]:
    """The values of what is known among what is wanted."""
    kept = [node for node in wanted if node in known]
    values = evaluate(sorted(known, key=by_order), {}, kept)
    return {node: values[node] for node in kept}


def read_by(steps: Sequence[Node]) -> Iterator[Node]:
    """What steps read, and what loops among them read at the end of a turn."""
    for node in steps:
        yield from node.arguments
        if node.operation == "loop":
            yield from (after for _, after in body_of(node).carried)
        if node.operation == "part":
            yield node.options["of"]


def untransposed(node: Node) -> Node | None:
    """The matrix A of A' v, which may be read as it is: v A."""
    first = node.arguments[0] if node.operation == "matmul" else None
    if first is None or first.operation != "transpose" or first.ndim != 2:
        return None
    return first.arguments[0] if node.arguments[1].ndim == 1 else None


def spared(order: Sequence[Node], ends: Iterable[Node]) -> set[Node]:
    """The transposes that nobody reads, as what they are of is read in their place."""
    read = set(ends)
    for node in order:
        read.update(node.arguments[1:] if untransposed(node) else node.arguments)
    return {node.arguments[0] for node in order if untransposed(node)} - read


def assigned(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Assignments, all at once where one reads what an earlier one assigns.

    >>> assigned([("a", "b"), ("b", "b + c")]), assigned([("b", "c"), ("a", "b")])
    (['a = b', 'b = b + c'], ['b, a = c, b'])
    """
    pairs = [(name, value) for name, value in pairs if name != value]
    names: set[str] = set()
    at_once = False
    for name, value in pairs:
        at_once = at_once or not names.isdisjoint(re.findall(r"\w+", value))
        names.add(name)
    if at_once:
        targets, values = zip(*pairs, strict=True)
        pairs = [(", ".join(targets), ", ".join(values))]
    return [f"{name} = {value}" for name, value in pairs]


def wish_of(part: Node) -> str:
    """What a part of a loop is called: by its name, or as the value is inside."""
    inner = part.options["of"].name
    if part.name and not (inner and is_numbered(part.name)):
        return part.name
    return f"{inner}{ALL_TURNS}" if inner and part.options["each"] else inner


class Wishes:
    """The names of the steps of a turn: the person's, again as soon as they are free.

    Parameters
    ----------
    order : sequence of Node
        The steps.
    ends : iterable of Node
        Those that are read at the end of the turn.
    barred : set of str
        Names that are not given, as they are read from outside, or stand for a turn.
    names : SourceNames
        Those of the whole source.
    """

    def __init__(
        self, order: Sequence[Node], ends: Iterable[Node], barred: set[str],
        names: SourceNames,
    ) -> None:  # fmt: skip
        self._last: dict[Node, int] = {}
        self._end = len(order)
        for place, node in enumerate(order):
            read = [*node.arguments, *filter(None, [untransposed(node)])]
            self._last.update(dict.fromkeys(read, place))
        self._last.update(dict.fromkeys(ends, self._end))
        self.barred, self._names = barred, names
        self._until: dict[str, int] = {}
        self._followed: dict[str, Node] = {}

    def own(self, wish: str) -> str:
        """A name that is none of the person's, and stands for one thing."""
        taken = self._names.given | self.barred | self._until.keys()
        name = next(n for n in like(wish) if n not in taken and self._names.keep(n))
        self.barred.add(name)
        return name

    def take(self, node: Node, place: int, wish: str = "") -> str:
        """The name of what is made at this place in the order."""
        wish = wish or node.name
        name = next(n for n in like(wish) if self._is_free(n, node, place))
        self.keep(node, name)
        if not wish:  # a number means one thing in a turn
            self.barred.add(name)
        return name

    def keep(self, node: Node, name: str) -> None:
        """Call a value by a name, as long as it is read."""
        self.hold(name, self._last.get(node, -1))
        self._names.call(node, name)

    def hold(self, name: str, place: int) -> None:
        """Leave a name to what it is until a place in the order."""
        self._until[name] = max(place, self._until.get(name, -1))

    def follow(self, name: str, node: Node) -> None:
        """Leave a name to what follows a value, and to nothing else."""
        self._followed[name] = node

    def may_keep(self, node: Node, name: str) -> bool:
        """Whether a name stays that of a value, and is not left to another at last."""
        follows = self._followed.get(name, node) is node
        return follows or self._last.get(node, -1) < self._end

    def across(self, place: int, dying: Container[str]) -> set[str]:
        """The names that are read at a place or behind it, but those that end there."""
        return {name for name, until in self._until.items()
                if until > place or (until == place and name not in dying)
                } | self.barred  # fmt: skip

    def _is_free(self, name: str, node: Node, place: int) -> bool:
        follows = self._followed.get(name, node) is node
        free = self._until.get(name, -1) <= place and name not in self.barred
        return free and follows and self._names.keep(name)


def like(wish: str) -> Iterator[str]:
    """The name, and the same with numbers."""
    if wish:
        yield wish
    yield from (f"{wish}_{i}" if wish else f"t{i}" for i in count(1))
