"""Where each value of a graph lives while it runs: which memory, and until when.

Values that share memory (views of one another) have one *root*. A root is reused by a
later value once its last reader has run. Results that leave the function, and what they
share memory with, live in memory of their own, made anew in each call.

What is joined into one array is written there at once, piece by piece, so that the
gradients of all parameters stand in one vector without a copy. And what takes the place
of an input that stays (parameters after a step) is written over it, if nobody reads the
old content any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked, body_of
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import Lives, is_numpys_view, origin, written
from pellucid.graphs.node import Node, by_order, users
from pellucid.graphs.operations.closed_set import OPERATIONS, is_elementwise
from pellucid.graphs.operations.indexing import WRITING

FEW = 4  # times less is copied, in the place of a whole array
# What is written where `out=` says, beside the ufuncs.
WITH_OUT = {"sum", "max", "min", "prod", "any", "all", "cumsum", "cumprod", "dot",
            "scatter", *WRITING}  # fmt: skip


@dataclass(frozen=True)
class Buffer:
    """A piece of memory that is kept between calls, and how its source makes it."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    source: str = ""
    is_new: bool = False  # not a part of another


Pool = dict[tuple[tuple[int, ...], np.dtype[Any]], list[Buffer]]


@dataclass
class Plan:
    """For each node the buffer that it is written to, if any, and whether in place.

    `copied` says of what is joined which rows are not written there at once. `apart`
    are parts of arrays that are copied, since they are read too late. `taken`
    are arrays that a loop may write into, as (loop, input): nobody else reads them.
    """

    out: dict[Node, Buffer] = field(default_factory=dict)
    apart: set[Node] = field(default_factory=set)
    in_place: set[Node] = field(default_factory=set)
    buffers: list[Buffer] = field(default_factory=list)  # to be made, in this order
    copied: dict[Node, list[tuple[str, Node]]] = field(default_factory=dict)
    taken: set[tuple[Node, Node]] = field(default_factory=set)
    root: dict[Node, Node] = field(default_factory=dict)
    leaving: set[Node] = field(default_factory=set)  # memories that are read later

    @property
    def touched(self) -> set[Node]:
        """The values that are written over by a later step."""
        taken = {body_of(loop).given(loop)[before] for loop, before in self.taken}
        return taken | {node.arguments[0] for node in self.in_place}


def planned(
    graph: Graph, order: Sequence[Node], staying: Mapping[Node, Node | None],
    numbered: Callable[[str], str], owned: Collection[Node] = (),
    stored: Collection[Node] = (),
) -> Plan:  # fmt: skip
    """Give each value a memory, reusing those that are read no more.

    `staying` are the inputs whose memory is the same in each call, and the output that
    takes the place of each, if there is one; `owned` those that may be written into;
    `stored` are ends that are put aside as soon as they are had.
    `numbered` gives the next name for a wish like "buffer", which is none of the
    person's.
    """
    return _Planner(graph, order, staying, numbered, owned, stored).plan


class _Planner:
    """One walk over the nodes in the order in which they are run."""

    def __init__(
        self, graph: Graph, order: Sequence[Node], staying: Mapping[Node, Node | None],
        numbered: Callable[[str], str], owned: Collection[Node] = (),
        stored: Collection[Node] = (),
    ) -> None:  # fmt: skip
        self.plan = Plan()
        self.numbered = numbered
        order = _parts_first(order)
        self.free: Pool = {}
        self.held: dict[Node, Buffer] = {}
        self.pieces: dict[Node, Buffer] = {}
        late = [node for node in graph.ends if node not in stored]
        apart = self.plan.apart = read_too_late(order, late)

        def shows(node: Node) -> bool:
            return is_numpys_view(node) and node not in apart

        self.lives = Lives(graph, order, shows=shows)
        self.position = {node: i for i, node in enumerate(order)}
        self.after = {now: before for before, now in staying.items() if now is not None}
        parts = self._joined(order)
        self.lives = Lives(graph, order, parts, owned, shows)
        self.plan.root, self.plan.leaving = self.lives.root, self.lives.leaving
        self._lead_up()
        for node in order:
            self._allot(node)

    def _allot(self, node: Node) -> None:
        ending = self.lives.ending(node)
        if node.operation == "loop":
            self._take(node)
        if node.operation in WRITING and self._may_assign(node):
            owner = self.lives.root[node.arguments[0]]
            self.plan.in_place.add(node)
            ending.discard(owner)
            if owner in self.held:
                self.held[node] = self.held.pop(owner)
        elif node in self.pieces:
            self.plan.out[node] = self.pieces[node]
        elif self._is_written_out(node):
            buffer = self._over(node) or self._reused(node, ending) or self._free(node)
            ending = {root for root in ending if self.held.get(root) is not buffer}
            self.plan.out[node] = self.held[node] = buffer
        for root in sorted(ending & self.held.keys(), key=by_order):
            buffer = self.held.pop(root)
            self.free.setdefault((buffer.shape, buffer.dtype), []).append(buffer)

    def _may_assign(self, node: Node) -> bool:
        return self.lives.may_write(node) and not node.arguments[0].known

    def _take(self, loop: Node) -> None:
        """Note which arrays a loop may write into as they are."""
        body = body_of(loop)
        given = body.given(loop)
        for before in written(body):
            start = given[before]
            kept = start.known or start in self.held or start in self.plan.out
            is_part = origin(start).operation == "part"
            if not (kept or is_part) and self.lives.may_take(loop, start):
                self.plan.taken.add((loop, before))

    def _is_written_out(self, node: Node) -> bool:
        leaves = node in self.lives.leaving and node not in self.after
        return has_out(node) and node.shape != () and not leaves

    def _over(self, node: Node) -> Buffer | None:
        """The memory of the input whose place this takes, if nobody needs it later."""
        before = self.after.get(node)
        if before is None or node not in self.position or not _alike(before, node):
            return None
        if before in self.lives.outputs:  # what it holds goes elsewhere at the end
            return None
        last = self.position[self.lives.last_use.get(before, node)]
        is_read = any(self.lives.root[a] is before for a in node.arguments)
        if last > self.position[node] or (is_read and not _by_element(node)):
            return None
        return Buffer(before.name, before.shape, before.dtype)

    def _reused(self, node: Node, ending: set[Node]) -> Buffer | None:
        """The memory of an argument that is read for the last time, by element."""
        chooses = node.operation == "where"  # into what is taken elsewhere
        if not (chooses or _by_element(node)):
            return None
        for argument in node.arguments[2:] if chooses else node.arguments:
            own = self.lives.root[argument] is argument and argument in self.held
            if own and argument in ending and _alike(argument, node):
                return self.held[argument]
        return None

    def _free(self, node: Node) -> Buffer:
        """Memory that nobody reads any more, or new memory."""
        waiting = self.free.get((node.shape, node.dtype))
        return waiting.pop() if waiting else self._new(node)

    def _new(self, node: Node) -> Buffer:
        source = f"empty({node.shape}, np.{node.dtype.name})"
        name = self.numbered("buffer")
        buffer = Buffer(name, node.shape, node.dtype, source, is_new=True)
        self.plan.buffers.append(buffer)
        return buffer

    def _lead_up(self) -> None:
        """Write over an input already what leads up to that which replaces it."""
        for now, before in self.after.items():
            value = self._over(now) and self._before(now, self.pieces)
            if value and _by_element(value) and self.lives.last_use[before] is value:
                self.pieces[value] = Buffer(before.name, before.shape, before.dtype)

    # -- pieces of what is joined -----------------------------------------------------

    def _joined(self, order: Sequence[Node]) -> dict[Node, Node]:
        """The values that are written straight into what they are joined to."""
        parts: dict[Node, Node] = {}
        for node in order:
            if node.operation == "concatenate" and self._is_filled(node):
                whole = self.plan.out[node] = self.held[node] = self._new(node)
                begin = 0
                for argument in node.arguments:
                    rows = f"{whole.name}[{begin}:{begin + argument.shape[0]}]"
                    begin += argument.shape[0]
                    if not self._fill(node, rows, argument, parts):
                        self.plan.copied.setdefault(node, []).append((rows, argument))
        return parts

    def _is_filled(self, node: Node) -> bool:
        return (
            node.options.get("axis", 0) == 0
            and node not in self.lives.leaving
            and all(a.dtype == node.dtype for a in node.arguments)
        )

    def _fill(
        self, whole: Node, rows: str, argument: Node, parts: dict[Node, Node]
    ) -> bool:
        """Reserve these rows of the whole for the value that an argument shows."""
        value: Node | None = argument
        while value and value.operation == "reshape":
            value = value.arguments[0]
        if not value or not self._is_own(value) or value in parts:
            return False
        source = f"{rows}.reshape({value.shape})"
        name = self.numbered("piece")
        buffer = Buffer(name, value.shape, value.dtype, source)
        self.plan.buffers.append(buffer)
        while value is not None:
            parts[value], self.pieces[value] = whole, buffer
            value = self._before(value, parts)
        return True

    def _is_own(self, value: Node) -> bool:
        """Whether a value can be written anywhere."""
        own = self.lives.root[value] is value and value not in self.lives.leaving
        runs = value in self.position and value.operation not in WRITING
        return own and runs and has_out(value) and value.shape != ()

    def _before(self, value: Node, parts: Mapping[Node, Any]) -> Node | None:
        """An argument that the value may be written over, element by element."""
        if not _by_element(value):
            return None
        for a in value.arguments:
            free = self._is_own(a) and self.lives.last_use.get(a) is value
            if free and a not in parts and _alike(a, value):
                return a
        return None


def _parts_first(order: Sequence[Node]) -> list[Node]:
    """The nodes with what a loop gives before it: it is there while the loop runs."""
    parts = asked(order)
    found: list[Node] = []
    for node in order:
        if node.operation != "part":
            found += [*parts.get(node, ()), node]
    return found


def readers_first(order: Sequence[Node]) -> list[Node]:
    """The nodes in an order in which an array is read before it is written into."""
    readers = users(order)
    waiting = dict.fromkeys(order)
    found: list[Node] = []
    for node in order:
        if node not in waiting:
            continue
        first = readers.get(node.arguments[0], []) if node.operation in WRITING else []
        for reader in first:
            is_free = reader in waiting and waiting.keys().isdisjoint(reader.arguments)
            if is_free and reader.operation not in {*WRITING, "loop", "part"}:
                del waiting[reader]
                found.append(reader)
        del waiting[node]
        found.append(node)
    return found


def read_too_late(order: Sequence[Node], ends: Sequence[Node]) -> set[Node]:
    """The parts of arrays that are still read when their place is written over.

    A copy of a small part saves one of the whole array.
    """
    position = {node: i for i, node in enumerate(order)}
    last = dict.fromkeys(ends, len(order))  # the place of what reads a value last
    found = set()
    for node in reversed(order):
        until = last.get(node, -1)
        for i, argument in enumerate(node.arguments):
            shown = until if i == 0 and is_numpys_view(node) else position[node]
            last[argument] = max(last.get(argument, -1), shown, position[node])
    writers = {n.arguments[0]: position[n] for n in order if n.operation in WRITING}
    for node in order:
        is_part = node.operation == "index" and is_numpys_view(node)
        array = node.arguments[0] if is_part else node
        written = writers.get(array, len(order))
        small = node.size * FEW <= array.size
        if is_part and small and position[node] < written <= last.get(node, -1):
            found.add(node)
    return found


def _alike(a: Node, b: Node) -> bool:
    return (a.shape, a.dtype) == (b.shape, b.dtype)


def _by_element(node: Node) -> bool:
    """Whether a step may be written over its arguments."""
    return is_elementwise(node.operation) and node.operation != "where"


def has_out(node: Node) -> bool:
    """Whether a step can write its result where `out=` says."""
    if node.operation == "part":
        return bool(node.options["each"])
    if node.operation == "where":
        return node.arguments[0].dtype == bool and node.dtype != bool
    operation = OPERATIONS.get(node.operation)
    ufunc = operation and isinstance(operation.function, np.ufunc)
    return bool(ufunc) or node.operation in WITH_OUT
