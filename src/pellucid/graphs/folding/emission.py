"""Folded items become nodes: loops with bodies, and parts of what they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pellucid.graphs import bodies
from pellucid.graphs.bodies import body_of, reading, stacked
from pellucid.graphs.folding.folder import Folder
from pellucid.graphs.folding.items import Block, Item
from pellucid.graphs.folding.making import Emission, Making
from pellucid.graphs.node import Call, Node, now
from pellucid.graphs.places import Number

Way = tuple[tuple[int, Any], ...]  # into folded loops: a position, and a turn there


class Emitter:
    """From the items of a recording to the nodes of a graph with loops."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.made: dict[Item, Any] = {}
        self._parts: dict[Any, Node] = {}
        self._values: dict[Any, Node] = {}  # of single turns
        self._turns: dict[Node, tuple[Node, int]] = {}  # what these are read from

    def outputs(self, nodes: Sequence[Node]) -> list[Node]:
        """What computes these nodes, with loops for what repeats."""
        needed = self._needed(nodes)
        for item in self.folder.tree.root.items:
            if item in needed:
                self.made[item] = self._item(item)
        return [self.outer(node) for node in nodes]

    def _needed(self, nodes: Iterable[Node]) -> set[Item]:
        """The items of the whole recording that these nodes need."""
        needed: set[Item] = set()
        waiting: list[Any] = list(nodes)
        seen: set[Any] = {None}
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            item = self.folder.home.get(node)
            if item is None:
                continue
            item = self._outmost(item)
            if item not in needed:
                needed.add(item)
                waiting += item.refs
        return needed

    def _outmost(self, item: Item) -> Item:
        while type(self.folder.where[item]) is not Block:
            item = self.folder.where[item][0]
        return item

    def _item(self, item: Item) -> Any:
        if item.fold is not None:
            return Making(self, item, item.numbers, item.refs, self.outer).emission()
        node: Any = item.node
        arguments = tuple([self.outer(a) for a in node.arguments])
        joined = self.joined(node, arguments, node.call)
        if joined is not None:
            return joined
        if arguments == node.arguments:
            return node
        known = node.known and all(a.known for a in arguments)
        return replace(node, arguments=arguments, known=known, order=now())

    def outer(self, node: Node) -> Node:
        """The node outside of all loops for a recorded one."""
        if node not in self.folder.home:
            return node
        made, way = self.way(node)
        found: Node = self.access(made, way) if way else made
        return found

    def way(self, node: Node) -> tuple[Any, Way]:
        """Where a recorded node is found: what was made, and the way into it."""
        item = self.folder.home[node]
        way: Way = ()
        while True:
            where = self.folder.where[item]
            if type(where) is Block:
                return self.made[item], way
            item, position, k = where
            way = ((position, None if k == item.numbers[0] - 1 else k), *way)

    # -- values of loops --------------------------------------------------------------

    def part(self, loop: Node, of: Node, each: bool) -> Node:
        """The part of a loop, made once."""
        key = loop, of, each
        if key not in self._parts:
            self._parts[key] = bodies.part(loop, of, each)
        return self._parts[key]

    def access(self, emission: Emission, way: Way) -> Node:
        """A value inside a loop: its last, or that of a turn, which may move."""
        (position, k), *rest = way
        inner = emission.values[position]
        if rest:
            inner = self.access(inner, tuple(rest))
        if k is None:
            return self.part(emission.loop, inner, each=False)
        return self._read(self.part(emission.loop, inner, each=True), k, inner.weak)

    def _read(self, array: Node, k: Number, weak: bool) -> Node:
        """The value of one turn; of a turn that does not move it is made once."""
        if not isinstance(k, int):
            return reading(array, (k,), weak)
        key = array, k, weak
        if key not in self._values:
            found = self._values[key] = reading(array, (k,), weak)
            self._turns[found] = array, k
        return self._values[key]

    def _each(self, node: Node) -> tuple[Node, int] | None:
        """The array of all turns that a value of a loop is in, and its place there."""
        if node.operation == "part" and not node.options["each"]:
            (loop,) = node.arguments
            count = body_of(loop).count
            if isinstance(count, int):
                return self.part(loop, node.options["of"], each=True), count - 1
        return self._turns.get(node)

    # -- what is stacked --------------------------------------------------------------

    def joined(
        self, node: Node, arguments: Sequence[Node], call: Call | None
    ) -> Node | None:
        """What loops give in each turn, put together: they hold it as one array."""
        axis = node.options.get("axis", 0)
        if node.operation not in ("stack", "concatenate"):
            return None
        if node.operation == "concatenate" and axis != 0:
            return None
        array = self.array(arguments)
        if array is None:
            return None
        if node.operation == "concatenate":
            return _like("reshape", array, node, call, shape=node.shape)
        if axis % node.ndim:
            axes = list(range(1, node.ndim))
            axes.insert(axis % node.ndim, 0)
            return _like("transpose", array, node, call, axes=tuple(axes))
        return array

    def array(self, nodes: Sequence[Node]) -> Node | None:
        """Values stacked to one array, by the pieces that loops give."""
        if len({(node.shape, node.dtype) for node in nodes}) > 1:
            return None
        pieces = self._pieces(nodes)
        whole = any(isinstance(piece, list) for piece in pieces)
        if not whole or len(pieces) > max(4, len(nodes) // 3):
            return None
        arrays = [self._piece(piece) for piece in pieces]
        if len(arrays) == 1:
            return arrays[0]
        shape = (sum(a.shape[0] for a in arrays), *arrays[0].shape[1:])
        return Node("concatenate", tuple(arrays), shape, arrays[0].dtype, {"axis": 0},
                    known=all(a.known for a in arrays))  # fmt: skip

    def _pieces(self, nodes: Sequence[Node]) -> list[Any]:
        """Nodes by themselves, and [array, *places] for those of a loop."""
        pieces: list[Any] = []
        for node in nodes:
            found = self._each(node)
            if found is None:
                pieces.append(node)
                continue
            every, k = found
            last = pieces[-1] if pieces else None
            if isinstance(last, list) and last[0] is every and _goes_on(last[1:], k):
                last.append(k)
            else:
                pieces.append([every, k])
        return pieces

    def _piece(self, piece: Any) -> Node:
        if isinstance(piece, Node):
            return reading(piece, (None,))
        every: Node
        every, *ks = piece
        if ks == [*range(every.shape[0])]:
            return every
        step = ks[1] - ks[0] if len(ks) > 1 else 1
        stop = ks[-1] + (1 if step > 0 else -1)
        return reading(every, (slice(ks[0], None if stop < 0 else stop, step),))

    def listed(self, nodes: Sequence[Node]) -> tuple[Node, int, int]:
        """An array that holds a node of each turn, where it begins, and its step."""
        found = [self._each(node) for node in nodes]
        first = found[0]
        if first is not None and all(f is not None and f[0] is first[0] for f in found):
            ks = [f[1] for f in found if f is not None]
            step = ks[1] - ks[0] if len(ks) > 1 else 0
            if all(k == ks[0] + t * step for t, k in enumerate(ks)):
                return first[0], ks[0], step
        array = self.array(nodes)
        return stacked(nodes) if array is None else array, 0, 1


def _goes_on(ks: Sequence[int], k: int) -> bool:
    """Whether a place goes on with the equal steps of others."""
    step = k - ks[-1]
    return step != 0 and (len(ks) == 1 or step == ks[1] - ks[0])


def _like(
    operation: str, array: Node, node: Node, call: Call | None, **options: Any
) -> Node:
    """An operation on an array that takes the place of a node."""
    return Node(operation, (array,), node.shape, node.dtype, options, line=node.line,
                call=call, name=node.name, known=array.known, quiet=node.quiet,
                derived=node.derived)  # fmt: skip
