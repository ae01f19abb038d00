"""What a recording is made of, as what can be repeated: steps in turns of runs.

Two turns may be one another's repetition where their items have the same labels in the
same order. A label is all of a step but its numbers in an index, which may move from
turn to turn, and its arguments, which are looked at column by column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import Place

PLACED = ("index", "assign", "scatter", "add_at")  # they have an index `at`


LEAST = 3  # turns that become a loop


class Item:
    """A step, or a folded loop, in one turn.

    Parameters
    ----------
    label : int
        The same for what may be one another's repetition.
    numbers : list of int
        The integers of an index; of a folded loop its count, and those inside.
    refs : tuple of Node
        The arguments, of which any may be None where nobody reads it.
    node, fold : Node or Fold
        What it is.
    """

    __slots__ = ("fold", "index", "label", "node", "numbers", "refs")

    def __init__(
        self, label: int, numbers: list[int], refs: tuple[Any, ...],
        node: Node | None = None, fold: Any = None,
    ) -> None:  # fmt: skip
        self.label, self.numbers, self.refs = label, numbers, refs
        self.node, self.fold = node, fold
        self.index = 0  # among the items of its turn


class Block:
    """One turn of a run, or the whole recording: its items and runs in order."""

    __slots__ = ("items", "numbers", "run")

    def __init__(self, run: Run | None, numbers: tuple[int | None, ...] = ()) -> None:
        self.run, self.numbers = run, numbers
        self.items: list[Any] = []


class Run:
    """One execution of a loop: its turns, in the block that it stands in.

    Once it is folded, `made` are the items that take its place.
    """

    __slots__ = ("block", "blocks", "key", "loop", "made")

    def __init__(self, block: Block, key: Any, loop: Any = None) -> None:
        self.block, self.key, self.loop = block, key, loop
        self.blocks: list[Block] = []
        self.made: list[Item] | None = None

    @property
    def around(self) -> Iterator[Run]:
        """The runs that it is inside of."""
        outer = self.block.run
        while outer is not None:
            yield outer
            outer = outer.block.run

    @property
    def depth(self) -> int:
        """How many runs it is inside of."""
        return sum(1 for _ in self.around)


class Labels:
    """A number for each thing that is not equal to one met before.

    Nodes that are kept apart are equal to nothing.
    """

    def __init__(self, apart: Collection[Node] = ()) -> None:
        self._numbers: dict[Any, int] = {}
        self._apart = apart

    def of(self, key: Any) -> int:
        """The number of a key."""
        return self._numbers.setdefault(key, len(self._numbers))

    def item(self, node: Node) -> Item:
        """A recorded step as an item."""
        numbers: list[int] = []
        options: Any = ()
        if node in self._apart:
            return Item(self.of(node), numbers, node.arguments, node)
        if node.operation in PLACED:
            options = (
                skeleton(node.options["at"], numbers), node.options.get("shape"),
                extent(node),
            )  # fmt: skip
        elif node.options:
            options = tuple([(k, frozen(v)) for k, v in node.options.items()])
        spot = node.spot
        label = self.of((
            node.operation, node.shape, node.dtype, node.weak, node.quiet, node.derived,
            options, len(node.arguments), spot and (spot.code, spot.at),
        ))  # fmt: skip
        return Item(label, numbers, node.arguments, node)


def extent(node: Node) -> Any:
    """The shape of the place that a slice names: it must not change with the turn."""
    at = node.options["at"]
    if node.operation == "index" or slice not in map(type, at):
        return None
    array = node if node.operation == "scatter" else node.arguments[0]
    fixed = tuple([0 if isinstance(part, Slot) else part for part in at])
    return np.broadcast_to(np.empty(()), array.shape)[fixed].shape


def skeleton(value: Any, numbers: list[int]) -> Any:
    """An index without its integers, which are listed."""
    if type(value) is int:
        numbers.append(value)
        return "#"
    if type(value) is tuple:
        return tuple([skeleton(part, numbers) for part in value])
    if isinstance(value, np.integer):
        numbers.append(int(value))
        return "#"
    if type(value) is slice:
        start, stop = (skeleton(v, numbers) for v in (value.start, value.stop))
        return slice, start, stop, value.step
    return frozen(value)


def filled(value: Any, numbers: Iterator[Any]) -> Any:
    """The index with other numbers, or places, for its integers."""
    if type(value) is tuple:
        return tuple([filled(part, numbers) for part in value])
    if type(value) is int or isinstance(value, np.integer):
        return next(numbers)
    if type(value) is slice:
        start, stop = (filled(v, numbers) for v in (value.start, value.stop))
        return slice(start, stop, value.step)
    return value


def standing_alone(at: Any) -> list[bool]:
    """Of each integer of an index whether it stands for itself, and not in a slice."""
    found: list[bool] = []
    for part in at:
        alone: list[int] = []
        skeleton(part, alone)
        found += [type(part) is not slice] * len(alone)
    return found


def frozen(value: Any) -> Any:
    """An option as what can be compared and looked up, by type and content."""
    if isinstance(value, np.ndarray):
        return "array", value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, tuple):
        return tuple([frozen(part) for part in value])
    if isinstance(value, (list, slice)):
        return type(value), repr(value)
    if isinstance(value, (float, complex, np.generic)):
        return type(value), np.asarray(value).tobytes()
    if isinstance(value, (np.dtype, Place)) or callable(value):
        return value
    return type(value), value
