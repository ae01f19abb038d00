"""Steps that are made in the place of others, under names that nothing has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, NamedTuple

from pellucid.graphs.bodies import with_bodies
from pellucid.graphs.node import Node, constant
from pellucid.graphs.rewriting.driver import Walk
from pellucid.running.windows import Stride

Sizes = tuple[int, ...]


def anew(node: Node) -> Node | None:
    """Each step again, so that those that are made here come in its place."""
    given = node.is_input or node.is_constant
    return None if given else node.remade(node.arguments)


class Part(NamedTuple):
    """What an axis, or one of the strides that it is made of, runs over."""

    number: int
    stride: Stride

    @property
    def size(self) -> int:
        """How many elements."""
        return self.stride.size


Parts = list[Part]


def size_of(parts: Iterable[Part]) -> int:
    """How many elements parts have together."""
    return math.prod(part.size for part in parts)


def reach_of(parts: Iterable[Part]) -> int:
    """How many elements of an axis parts along it run over."""
    return 1 + sum((part.size - 1) * part.stride.step for part in parts)


def lengths_of(at: Iterable[slice], shape: Sizes) -> Sizes:
    """The shape of what slices show of an array of this shape."""
    return tuple([len(range(n)[part]) for n, part in zip(shape, at, strict=True)])


class Names:
    """Names that nothing has yet."""

    def __init__(self, walk: Walk) -> None:
        self._taken = {node.name for node in with_bodies(walk.order)}

    def new(self, wish: str) -> str:
        """The wish, with a number where something is called so."""
        names = (wish if i == 1 else f"{wish}_{i}" for i in count(1))
        name = next(name for name in names if name not in self._taken)
        self._taken.add(name)
        return name


class Steps:
    """Makes steps in the place of one."""

    def __init__(self, node: Node, names: Names) -> None:
        self.node, self.names = node, names

    def made(
        self, operation: str, suffix: str, shape: Iterable[int], /, *arguments: Node,
        **options: Any,
    ) -> Node:  # fmt: skip
        """A step of this kind, called like the one in whose place it is."""
        like, name = self.node, self.names.new(f"{self.node.name}_{suffix}")
        return Node(
            operation, arguments, tuple(shape), like.dtype, options, False, like.line,
            like.call, name, False, like.quiet, like.derived,
        )  # fmt: skip

    def number(self, value: float) -> Node:
        """A Python number."""
        return constant(float(value))

    def part(self, x: Node, at: Sequence[slice], suffix: str) -> Node:
        """What slices show of an array; the array itself, where that is all of it."""
        pairs = zip(x.shape, at, strict=True)
        if all(range(n)[part] == range(n) for n, part in pairs):
            return x
        return self.made("index", suffix, lengths_of(at, x.shape), x, at=tuple(at))

    def put(self, x: Node, at: Sequence[slice], shape: Sizes) -> Node:
        """An array in its place of a whole of this shape, with zeros around."""
        if x.shape == shape:
            return x
        return self.made("scatter", "put", shape, x, at=tuple(at), shape=shape)

    def shaped(self, x: Node, shape: Iterable[int], suffix: str) -> Node:
        """The same elements in another shape."""
        shape = tuple(shape)
        if x.shape == shape:
            return x
        return self.made("reshape", suffix, shape, x, shape=shape)

    def moved(self, x: Node, axes: Sequence[int], suffix: str) -> Node:
        """The axes in another order."""
        if list(axes) == list(range(x.ndim)):
            return x
        shape = [x.shape[i] for i in axes]
        return self.made("transpose", suffix, shape, x, axes=tuple(axes))

    def laid_out(
        self, x: Node, given: Sequence[Part], groups: Sequence[Sequence[Part]],
        suffix: str,
    ) -> Node:  # fmt: skip
        """An array of these parts with the parts of each group as one axis."""
        x = self.shaped(x, [part.size for part in given], suffix)
        order = [given.index(part) for group in groups for part in group]
        x = self.moved(x, order, suffix)
        return self.shaped(x, [size_of(group) for group in groups], suffix)

    def brought_back(
        self, x: Node, groups: Sequence[Sequence[Part]], wanted: Sequence[Part]
    ) -> Node:
        """The parts of the groups in the order that is wanted, in the step's shape."""
        parts = [part for group in groups for part in group]
        x = self.shaped(x, [part.size for part in parts], "parts")
        x = self.moved(x, [parts.index(part) for part in wanted], "parts")
        return self.shaped(x, self.node.shape, "whole")
