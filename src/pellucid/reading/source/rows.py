"""Loops over rows: `for x, y in zip(X, Y)` where each turn reads the next row."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import NamedTuple

from pellucid.graphs.bodies import Body, places_within
from pellucid.graphs.node import Node
from pellucid.graphs.places import Place, Turn


class Row(NamedTuple):
    """An array that is read row by row: from where on, forwards or backwards."""

    array: Node
    offset: int
    times: int

    def text(self, array: str, count: int) -> str:
        """The rows, as a loop goes through them."""
        if self.times < 0:
            start = "" if self.offset == len_of(self.array) - 1 else self.offset
            stop = self.offset - count
            return f"{array}[{start}:{'' if stop < 0 else stop}:-1]"
        start, stop = self.offset, self.offset + count
        if (start, stop) == (0, len_of(self.array)):
            return array
        return f"{array}[{start or ''}:{'' if stop == len_of(self.array) else stop}]"


def len_of(array: Node) -> int:
    """The number of rows."""
    return array.shape[0]


def rows(
    body: Body,
    order: Sequence[Node],
    resolved: Callable[[Node], Node],
    listed: Container[Node],
) -> tuple[dict[Row, list[Node]], bool]:
    """What is read row by row, by which nodes, and whether the number is needed too.

    Only where the person's loop went through rows: its variable does not count, or is
    one of several.
    """
    turn = body.turn
    counts = turn.start is not None
    plain = isinstance(body.count, int) and not body.is_reversed
    found: dict[Row, list[Node]] = {}
    if plain and (not counts or (len(turn.names) > 1 and turn.step in (None, 1))):
        for node in order:
            row = _row(body, node, resolved)
            if row and (not counts or node.name in turn.names[1:]):
                found.setdefault(row, []).append(node)
    arrays = [row.array for row in found]
    names = called(found, turn)
    found = {row: nodes for row, nodes in found.items()
             if arrays.count(row.array) == 1 and row.array not in listed
             and names[row]}  # fmt: skip
    order_of = {name: place for place, name in enumerate(turn.names)}
    each = sorted(found, key=lambda row: order_of.get(names[row], len(order_of)))
    found = {row: found[row] for row in each}
    taken = {node for nodes in found.values() for node in nodes}
    others = [node for node in order if node not in taken]
    return found, any(place.times(turn) for place in places_within(others))


def _row(body: Body, node: Node, resolved: Callable[[Node], Node]) -> Row | None:
    """The row that a node reads in each turn."""
    if node.operation != "index" or len(node.arguments) > 1:
        return None
    (array,), (place, *rest) = node.arguments, node.options["at"] or (None,)
    outside = array.is_constant or array in body.fixed
    if rest or not isinstance(place, Place) or not outside:
        return None
    ((turn, times),) = place.terms if len(place.terms) == 1 else ((None, 0),)
    if turn is not body.turn or abs(times) != 1:
        return None
    return Row(resolved(array), place.offset, times)


def called(found: Mapping[Row, Sequence[Node]], turn: Turn) -> dict[Row, str]:
    """What rows are called: as the person did, or by the array."""
    own = {row: next((node.name for node in nodes if node.name), "")
           for row, nodes in found.items()}  # fmt: skip
    left = [name for name in turn.names if name.strip("_") and name not in own.values()]
    unnamed = [row for row, name in own.items() if not name]
    if turn.start is None and len(left) == len(unnamed) == 1:
        own[unnamed[0]] = left[0]
    return {row: name or _by_array(row.array) for row, name in own.items()}


def _by_array(array: Node) -> str:
    """A row of X is x, one of all values of h is h."""
    if array.operation == "part":
        of: Node = array.options["of"]
        return of.name
    return array.name.lower() if len(array.name) == 1 and array.name.isupper() else ""
