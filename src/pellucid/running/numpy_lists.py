"""The NumPy target, numbers: what is read and written by the element is a list.

Python reads an element of a list of lists in a third of the time of one of an array,
and computes with its own floats faster than with NumPy's: float64 both, bit by bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.graphs.bodies import Body, asked, body_of, living, wanted_by, with_bodies
from pellucid.graphs.liveness import written
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import WRITING, is_element
from pellucid.running.plan import readers_first
from pellucid.running.writing import SourceNames

_WIDE = np.float64, np.complex128  # what a Python float is, or gives way to


class Use(NamedTuple):
    """How an array is used in a block: by so many elements, becoming another one."""

    times: int
    end: Node


def takes_numbers(nodes: Iterable[Node]) -> bool:
    """Whether Python's floats are as good as NumPy's: they meet no smaller ones."""
    return all(n.dtype.kind in "biu" or n.dtype in _WIDE for n in with_bodies(nodes))


def use_of(array: Node, order: Sequence[Node], ends: Collection[Node]) -> Use | None:
    """How an array is used by the element alone; None where it is used otherwise."""
    parts = asked(order)
    total = 0
    while True:
        readers = [n for n in order if array in n.arguments]
        is_end = array in ends
        for reader in readers:
            found = _by_element(reader, array, parts)
            if found is None:
                return None
            count, becomes = found
            total += count
            if becomes is not None:
                break
        else:
            return Use(total, array)
        if is_end or reader is not readers[-1]:
            return None
        array = becomes


def _by_element(
    reader: Node, array: Node, parts: dict[Node, list[Node]]
) -> tuple[int, Node | None] | None:
    """How many elements a step uses, and what the array becomes, if it is written."""
    if reader.operation == "loop":
        return _by_turns(reader, array, parts.get(reader, []))
    writes = reader.operation in WRITING
    if not (writes or reader.operation == "index") or reader.arguments[0] is not array:
        return None
    if not is_element(reader) or reader.arguments.count(array) > 1:
        return None
    if not writes:
        return 1, None
    value = reader.arguments[1]
    is_float = value.shape == () and value.dtype == np.float64
    return (1, reader) if is_float or _is_number(value) else None


def _by_turns(
    loop: Node, array: Node, parts: Sequence[Node]
) -> tuple[int, Node | None] | None:
    """The same of a loop, which is given the array."""
    body = body_of(loop)
    wanted = wanted_by(parts)
    needed, kept = living(body, wanted)
    order = readers_first(needed)
    following = dict(body.carried)
    ends = {*(following[before] for before in kept), *wanted}
    given = body.given(loop)
    inputs = [i for i in body.inputs if given[i] is array]
    total, becomes = 0, None
    for before in inputs:
        if before in following and before not in kept:
            continue
        after = following.get(before)
        use = use_of(before, order, ends)
        if use is None or (after and before not in written(body)):
            return None
        total += use.times * body.most
        if after is None:
            if use.end is not before or before in ends:
                return None
            continue
        mine = [part for part in parts if part.options["of"] is after]
        asked_once = len(mine) == 1 and not mine[0].options["each"]
        if use.end is not after or not asked_once or len(inputs) > 1:
            return None
        becomes = mine[0]
    return total, becomes


def lists_of(body: Body, order: Sequence[Node], ends: Collection[Node]) -> set[Node]:
    """The inputs of a body that had better be lists while it turns."""
    following = dict(body.carried)
    found = set()
    for node in body.inputs:
        if node.dtype != np.float64 or node.size == 0 or node.shape == ():
            continue
        if node in following and node not in written(body):
            continue
        use = use_of(node, order, ends)
        end = following.get(node, node)
        is_one = use is not None and use.end is end
        stays = end is node and node in ends
        if use and is_one and not stays and 2 * use.times * body.most >= node.size:
            found.add(node)
    return found


# How Python says on numbers what NumPy takes ten times as long for.
_SPELLED = {
    "where": "{1} if {0} else {2}",
    "negative": "-{0}",
    "square": "{0} * {0}",
    "absolute": "abs({0})",
    "divide": "{0} / {1} if {1} else np.divide({0}, {1})",
    "minimum": "{0} if {0} < {1} or {0} != {0} else {1}",
    "maximum": "{0} if {0} > {1} or {0} != {0} else {1}",
}


def is_float(node: Node) -> bool:
    """Whether a value is one of NumPy's floats."""
    return node.shape == () and node.dtype == np.float64 and not node.weak


def spelled(node: Node, names: Sequence[str]) -> str | None:
    """A step on floats as Python computes it, to the same bit; None where it may not.

    Python raises where a float ends, in quotients and powers, and NumPy does not.
    """
    chooses = node.operation == "where" and not node.arguments[0].shape
    numbers = node.arguments[1:] if chooses else node.arguments
    if not is_float(node) or not all(map(_is_number, numbers)):
        return None
    texts = [as_float(a, name) for a, name in zip(node.arguments, names, strict=True)]
    if node.operation == "power" and texts[1] == "2.0":
        return _SPELLED["square"].format(texts[0])
    text = _SPELLED.get(node.operation)
    return text.format(*texts) if text else None


def asks_python(node: Node) -> bool:
    """Whether this is a test of a float that Python has, too."""
    tests = node.operation in ("isfinite", "isinf", "isnan")
    return tests and is_float(node.arguments[0])


def _is_number(node: Node) -> bool:
    is_count = node.is_literal and isinstance(node.value, int)
    return node.shape == () and (node.dtype == np.float64 or is_count)


def as_float(node: Node, name: str) -> str:
    """A number as it is written, with a point."""
    is_count = node.is_literal and isinstance(node.value, int)
    return repr(float(node.value)) if is_count else name


def element(node: Node, names: SourceNames) -> str:
    """The place of an element in a list of lists."""
    return "".join(f"[{names.number(i)}]" for i in node.options["at"])
