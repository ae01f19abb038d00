"""What targets that write functions share of loops: what is known, and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pellucid.errors import PellucidError
from pellucid.graphs.bodies import body_of, depends_on_turn
from pellucid.graphs.node import Node
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


def ends_of(order: Iterable[Node]) -> Iterator[Node]:
    """What the loops among these steps read at the end of a turn."""
    for node in order:
        if node.operation == "loop":
            yield from (after for _, after in body_of(node).carried)
        if node.operation == "part":
            yield node.options["of"]


class Wishes:
    """The names of the steps of a turn: the person's, again as soon as they are free.

    Parameters
    ----------
    order : sequence of Node
        The steps.
    ends : iterable of Node
        Those that are read at the end of the turn.
    barred : iterable of str
        Names from outside that are read in the turn.
    names : SourceNames
        Those of the whole source.
    """

    def __init__(
        self, order: Sequence[Node], ends: Iterable[Node], barred: Iterable[str],
        names: SourceNames,
    ) -> None:  # fmt: skip
        self._last: dict[Node, int] = {}
        for place, node in enumerate(order):
            self._last.update(dict.fromkeys(node.arguments, place))
        self._last.update(dict.fromkeys(ends, len(order)))
        self._barred, self._names = set(barred), names
        self._until: dict[str, int] = {}

    def take(self, node: Node, place: int, wish: str = "") -> str:
        """The name of what is made at this place in the order."""
        name = next(n for n in like(wish or node.name) if self._is_free(n, place))
        self._until[name] = self._last.get(node, place)
        if not (wish or node.name):  # a number means one thing in a turn
            self._barred.add(name)
        return name

    def _is_free(self, name: str, place: int) -> bool:
        free = self._until.get(name, -1) <= place and name not in self._barred
        return free and self._names.keep(name)


def like(wish: str) -> Iterator[str]:
    """The name, and the same with numbers."""
    if wish:
        yield wish
    yield from (f"{wish}_{i}" if wish else f"t{i}" for i in count(1))
