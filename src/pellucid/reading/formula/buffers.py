"""Arrays that a loop writes element by element, as s[i] = s[i - 1] + x[i]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.indexing import WRITING
from pellucid.graphs.places import Number, Place, Turn, is_whole, most, of_turn, plus
from pellucid.reading.formula.selection import spread
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.loops.loop import Loop


@dataclass(frozen=True, eq=False)
class Buffer:
    """An array that a loop writes at places that move.

    Parameters
    ----------
    name : str
        What the array is called.
    writes : Node
        The step that writes into it.
    members : set of Node
        The nodes that are the array, at any time.
    is_known_by_turn : bool
        Whether each element is written once, and read only later, so that its equation
        holds for good.
    is_written_whole : bool
        Whether each element is written.
    readers : set of Node
        Who must read it before it changes.
    """

    name: str
    writes: Node
    members: frozenset[Node]
    is_known_by_turn: bool
    is_written_whole: bool
    readers: frozenset[Node]


def buffers(view: InLine) -> dict[Node, Buffer]:
    """For each node that is an array which a loop writes into that array."""
    found: dict[Node, Buffer] = {}
    for node in view.inside:
        if node.operation in WRITING:
            buffer = _Finder(view).buffer(node)
            found |= dict.fromkeys(buffer.members, buffer) if buffer else {}
    return found


class _Finder:
    """Follows an array through the loops that carry it."""

    def __init__(self, view: InLine) -> None:
        self.view = view
        self.users = view.graph.users

    def buffer(self, step: Node) -> Buffer | None:
        """The array that a step writes into, if it alone does."""
        view = self.view
        members, at, loops = {step}, step, list[Loop]()
        while at in view.inside:
            before = self._before(at)
            if before is None or view.after.get(before) is not at:
                return None
            loops.append(view.inside[before])
            given = {u for u in self.users[at] if view.outside.get(u) is at}
            members |= {before, *given}
            outer = [u for u in given if u in view.inside]
            start = before.arguments[0]
            if view.inside.get(start) is None:
                break
            if len(outer) != 1 or start not in view.after:
                return None
            at = outer[0]
        if any(view.is_each(m) for m in members & set(view.outside)):
            return None
        is_own = not start.is_input
        fixed = []
        while start.operation == "assign" and _is_fixed(start):
            members.add(start)
            fixed.append(start.options["at"])
            start = start.arguments[0]
        members |= set() if start.is_input or start.is_constant else {start}
        wished = [view.wished[m] for m in (step, before, start) if m in view.wished]
        name = next(iter(wished), step.name)
        places = spread(step.options["at"], step.ndim)
        adds = step.operation == "add_at"
        is_own &= not adds or start.operation == "zeros"
        known = is_own and self._is_known(places, members, loops)
        if not known and any(u not in members for u in self._near(step, loops)):
            return None
        whole = known and _is_whole(places, step.shape, fixed)
        kept = [] if known else self._readers(step, members, loops)
        return Buffer(name, step, frozenset(members), known, whole, frozenset(kept))

    def _near(self, node: Node, loops: Sequence[Loop]) -> Iterator[Node]:
        """Who reads a node in some loops, or in those within."""
        for user in self.users.get(node, ()):
            inside = self.view.inside.get(user)
            if self.view.outside.get(user, node) is not node:  # it only comes after
                continue
            if inside is not None and not set(loops).isdisjoint(inside.chain()):
                yield user

    def _readers(
        self, step: Node, members: set[Node], loops: Sequence[Loop]
    ) -> Iterator[Node]:
        """Who reads an array for more than to write into it."""
        own = set(ancestors([step]))
        for member in members:
            for user in self._near(member, loops):
                if user not in members and not own.issuperset(self.users.get(user, ())):
                    yield user

    def _before(self, step: Node) -> Node | None:
        """The array as it was before a step, or before the turns of an inner loop."""
        if step.operation in WRITING:
            return step.arguments[0]
        inner = self.view.outside[step]
        starts = {n.arguments[0] for n, a in self.view.after.items() if a is inner}
        return starts.pop() if len(starts) == 1 else None

    def _is_known(
        self, places: Sequence[Any], members: set[Node], loops: Sequence[Loop]
    ) -> bool:
        """Whether each turn writes another element, and reads those written before."""
        whole = [p for p in places if isinstance(p, Place)]
        moved = [turn for p in whole for turn, _ in p.terms]
        if len(moved) != len(whole) or not {x.body.turn for x in loops} <= set(moved):
            return False
        inner = {n for n in members if n in self.view.inside}
        readers = {u for n in inner for u in self._near(n, loops)} - members
        return all(
            reader.operation == "index" and self._is_earlier(reader, places, loops)
            for reader in readers
        )

    def _is_earlier(
        self, reader: Node, places: Sequence[Any], loops: Sequence[Loop]
    ) -> bool:
        """Whether what is read was written in an earlier turn."""
        read = spread(reader.options["at"], reader.arguments[0].ndim)
        counts = {x.body.turn: x.body.count for x in self.view.inside[reader].chain()}
        apart: dict[Turn, tuple[int, int]] = {}  # at least and at most
        for mine, theirs in zip(read, places, strict=False):
            if isinstance(theirs, Place):
                if not is_whole(mine):
                    return False
                ((turn, times),) = theirs.terms
                ends = _ends(plus(mine, theirs, -1), counts)
                apart[turn] = ends if times > 0 else (-ends[1], -ends[0])
        for loop in reversed(loops):
            low, high = apart[loop.body.turn]
            if loop.body.is_reversed:
                low, high = -high, -low
            if (low, high) != (0, 0):
                return high < 0
        return False


def _ends(place: Number, counts: Mapping[Turn, Number]) -> tuple[int, int]:
    """The least and the most that a place can be; a turn may be bounded by others."""
    if not isinstance(place, Place):
        return place, place
    high: Number = place
    for turn, times in place.terms:
        if times > 0 and isinstance(counts.get(turn), Place):
            last = plus(counts[turn], 1, -1)
            high = plus(plus(high, of_turn(turn, times=times), -1), last, times)
    return place.least, most(high)


def _is_fixed(step: Node) -> bool:
    """Whether a step writes at places that do not move."""
    return all(part is None or is_whole(part) for part in step.options["at"])


def _is_whole(
    places: Sequence[Any], shape: tuple[int, ...], fixed: Sequence[tuple[int, ...]]
) -> bool:
    """Whether places take each index of an array; but for fixed ones, of a vector."""
    rest = {at[0] for at in fixed} if len(shape) == 1 else set()
    return all(
        part == slice(None)
        or (isinstance(part, Place) and len(part.terms) == 1
            and {*_taken(part), *rest} == {*range(n)})
        for part, n in zip(places, shape, strict=False)
    )  # fmt: skip


def _taken(place: Place) -> range:
    """The indices that a place of one loop takes."""
    return range(place.least, place.most + 1, abs(place.terms[0][1]))
