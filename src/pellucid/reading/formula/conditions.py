r"""What a path of a function holds for, as mathematics: \text{if } x > 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pellucid.graphs.guards import Guard
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.notation import NOTATION
from pellucid.reading.formula.typesetter import Typesetter

ALL = 4  # conditions that are written in full

# The comparisons, and which holds where one does not.
OPPOSITE = {
    "less": "greater_equal", "less_equal": "greater", "greater": "less_equal",
    "greater_equal": "less", "equal": "not_equal", "not_equal": "equal",
}  # fmt: skip


def written(guards: Sequence[Guard]) -> tuple[Guard, ...]:
    """The guards that are written: of many the first and the last."""
    few = guards if len(guards) <= ALL else [*guards[: ALL - 2], guards[-1]]
    return tuple(few)


def conditions(t: Typesetter, guards: Sequence[Guard], count: int) -> Iterator[str]:
    """A line for each guard; of `count`, those that are not given are counted."""
    left = count - len(guards)
    for i, guard in enumerate(guards):
        if left and i == len(guards) - 1:
            yield rf"\text{{and {left} more conditions}}"
        yield rf"\text{{{'and' if i else 'if'} }} {_statement(t, guard).text}"


def question(t: Typesetter, guard: Guard) -> Piece:
    """What was asked, be it true or not: a relation, or n = 3."""
    asked = t.write(guard.node)
    if guard.is_boolean:
        return asked
    return latex.relation(asked, "=", latex.number(guard.answer))


def _statement(t: Typesetter, guard: Guard) -> Piece:
    """What is true on the path: a relation, the opposite of one, or n = 3."""
    node = guard.node
    if not guard.is_boolean:
        return question(t, guard)
    if guard.answer:
        return t.expand(node)
    if node.operation in OPPOSITE:
        return NOTATION[OPPOSITE[node.operation]](t, node, None)
    return latex.denied(t.expand(node))
