"""A loop as JAX has it: a function of one turn, for `lax.scan`.

Where an outer turn says how often it turns, it is for `lax.fori_loop`, and writes what
is kept of each turn into arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp

from pellucid.graphs.bodies import body_of, living
from pellucid.graphs.node import Node
from pellucid.graphs.places import Place, plus
from pellucid.running.jax_checks import Failure, checks_of
from pellucid.running.loops import wish_of


class Row(NamedTuple):
    """One value of a loop: what it is called in the turn, and behind the loop."""

    before: str  # at the begin of a turn
    start: str  # in the first
    after: str  # at the end of a turn
    found: str  # at the end of all


class Loop:
    """Writes one loop among the statements of a block.

    Parameters
    ----------
    block : Block
        The statements around.
    loop : Node
        The loop, at this place in the order there.
    parts : sequence of Node
        What is asked of it.
    """

    def __init__(
        self, block: Any, loop: Node, parts: Sequence[Node], place: int
    ) -> None:
        self.block, self.body, self.place = block, body_of(loop), place
        self.given = self.body.given(loop)
        self.last: dict[Node, list[Node]] = {}
        self.each: dict[Node, list[Node]] = {}
        for part in parts:
            kind = self.each if part.options["each"] else self.last
            kind.setdefault(part.options["of"], []).append(part)
        self.order, self.kept = living(self.body, [*self.last, *self.each])

    def write(self) -> None:
        """Write the function of a turn, and the call that takes all of them."""
        function = self.block.wishes.own("turn")
        inner = self.inner = self.block.inside(self.order, self._ends(), self._fixed())
        turn = self.block.names.turns[self.body.turn] = inner.wishes.own(
            self.body.turn.name
        )
        inner.values[turn] = jnp.zeros((), int)
        names = [inner.christened(node, -1) for node in self.kept]
        for node, name in zip(self.kept, names, strict=True):
            inner.values[name] = jnp.zeros(node.shape, node.dtype)
        inner.write(self.order, self._ends())
        rows = [*self._carried(names), *self._lasts()]
        write = self._counted if isinstance(self.body.count, Place) else self._scanned
        self.block.lines += write(function, turn, rows, self._kept())

    def _ends(self) -> list[Node]:
        """What is read at the end of a turn."""
        ends = [after for before, after in self.body.carried if before in self.kept]
        for check in checks_of(self.order):
            ends.append(check.node)
            ends += check.node.arguments if isinstance(check, Failure) else ()
        return [*ends, *self.last, *self.each]

    def _fixed(self) -> dict[Node, Node]:
        """The inputs that are the same in each turn, and what they are."""
        used = set(self.order)
        return {i: self.given[i] for i in self.body.fixed if i in used}

    # -- what is carried, and what is kept of each turn -------------------------------

    def _carried(self, names: Sequence[str]) -> list[Row]:
        """The values that the next turn reads."""
        following = dict(self.body.carried)
        rows, asked = [], self.body.held_by
        for node, name in zip(self.kept, names, strict=True):
            after = following[node]
            found = "_"
            if asked.get(after) is node and after in self.last:
                found = self._found(self.last.pop(after))
            start = self.block.typed(self.given[node], node)
            rows.append(Row(name, start, self.inner.typed(after, node), found))
        return rows

    def _lasts(self) -> list[Row]:
        """The values that are asked for behind the loop alone."""
        rows, starts = [], self.body.held_by
        for node, parts in self.last.items():
            start = f"jnp.zeros({node.shape}, {self.block.dtype(node)})"
            if node in starts:
                start = self.block.typed(self.given[starts[node]], node)
            after = self.inner.typed(node, node)
            rows.append(Row("_", start, after, self._found(parts)))
        return rows

    def _kept(self) -> list[Row]:
        """The values of each turn, and the numbers of its checks."""
        rows = []
        for node, parts in self.each.items():
            found = self._found(parts)
            start = f"jnp.zeros({parts[0].shape}, {self.block.dtype(node)})"
            rows.append(Row(found, start, self.inner.typed(node, node), found))
        for check, text in self.inner.checks:
            found = self.block.wishes.own("failed")
            number = self.inner.evaluated(text)
            zeros = jnp.zeros((self.body.most, *number.shape), number.dtype)
            self.block.values[found] = zeros
            self.block.checks.append((check, found))
            start = f"jnp.zeros({zeros.shape}, jnp.{zeros.dtype.name})"
            rows.append(Row(found, start, text, found))
        return rows

    def _found(self, parts: Sequence[Node]) -> str:
        """The name of what is asked for, once or several times."""
        first, *others = parts
        name: str = self.block.christened(first, self.place, wish_of(first))
        for other in others:
            self.block.names.call(other, name)
        self.block.values[name] = jnp.zeros(first.shape, first.dtype)
        return name

    # -- the two ways to take the turns -----------------------------------------------

    def _scanned(
        self, function: str, turn: str, rows: list[Row], kept: list[Row]
    ) -> list[str]:
        """As many turns as a number says."""
        given, taken = _taken([row.before for row in rows], self.inner)
        gives = _group([r.after for r in rows], "()"), _group([r.after for r in kept])
        ends = (
            _group([r.found for r in rows], "_"),
            _group([r.found for r in kept], "_"),
        )
        reverse = ", reverse=True" if self.body.is_reversed else ""
        start = _group([row.start for row in rows], "()")
        turns = f"jnp.arange({self.body.count})"
        return [
            f"def {function}({given}, {turn}):",
            *_indented([*taken, *self.inner.lines, f"return {', '.join(gives)}"]),
            f"{', '.join(ends)} = lax.scan({function}, {start}, {turns}{reverse})",
        ]

    def _counted(
        self, function: str, turn: str, rows: list[Row], kept: list[Row]
    ) -> list[str]:
        """As many turns as an outer turn says."""
        count, number = self.block.names.number(self.body.count), turn
        lines = []
        if self.body.is_reversed:
            number = self.inner.wishes.own("k")
            last = self.block.names.number(plus(self.body.count, -1))
            lines.append(f"{turn} = {last} - {number}")
        stored = [self.inner.wishes.own(row.found) for row in kept]
        pairs = zip(stored, kept, strict=True)
        rows = [
            *rows,
            *(
                row._replace(before=name, after=f"{name}.at[{turn}].set({row.after})")
                for name, row in pairs
            ),
        ]
        given, taken = _taken([row.before for row in rows], self.inner)
        start = _group([row.start for row in rows])
        gives = _group([row.after for row in rows])
        found = ", ".join(row.found for row in rows)
        return [
            f"def {function}({number}, {given}):",
            *_indented([*taken, *lines, *self.inner.lines, f"return {gives}"]),
            f"{found} = lax.fori_loop(0, {count}, {function}, {start})",
        ]


def _taken(names: list[str], block: Any) -> tuple[str, list[str]]:
    """The parameter of a turn that holds these, and the line that takes them out."""
    if len(names) == 1:
        return names[0], []
    carry = block.wishes.own("carry")
    return carry, [f"{', '.join(names)} = {carry}"] if names else []


def _group(names: list[str], nothing: str = "None") -> str:
    """One name, or several as a tuple."""
    if len(names) < 2:
        return names[0] if names else nothing
    return f"({', '.join(names)})"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
