r"""Loops in formulas: how the nodes of loops are referred to.

A value of a loop has the variable as a subscript, h_t; what an earlier turn gave is
h_{t-1}, what comes out h_{11}. What only adds up over the turns is \sum_t, and an array
that is written element by element has no other subscripts than these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from typing import NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.places import Place
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.formula import latex
from pellucid.reading.formula.buffers import Buffer, buffers
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.parts import read
from pellucid.reading.formula.selection import into_zeros, place_text
from pellucid.reading.formula.totals import SIGNS, Total, is_nothing, totals
from pellucid.reading.formula.turn_texts import (
    in_turns,
    last_of,
    limits,
    moved,
    variable,
)
from pellucid.reading.formula.typesetter import (  # fmt: skip
    WHOLE,
    Index,
    Typesetter,
    aligned,
    at,
    entries,
    is_array,
)
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.loops.loop import Loop

ACCENTS = ("tilde", "bar", "hat")  # of values that the person gives one name
UNNAMED = "zuvwyabpqrsm"  # what values are called that the person did not name

At = Mapping[Loop, str]
START: At = {}


class Start(NamedTuple):
    """What a value is before the first turn: its symbol there, and the node."""

    left: Piece
    node: Node


class Turns:
    """How the nodes of loops are referred to.

    Parameters
    ----------
    view : InLine
        The graph with its loops in line.
    forward : set of Node
        The nodes that are no part of a derivative.
    names : mapping, optional
        What the nodes are called; then each is written by itself, sums too.
    """

    def __init__(
        self,
        view: InLine,
        forward: Collection[Node],
        names: Mapping[Node, str] | None = None,
    ) -> None:
        self.view = view
        self.forward = forward
        self.given = names
        self.users = view.graph.users

    # -- names ------------------------------------------------------------------------

    @cached_property
    def names(self) -> dict[Node, str]:
        """A name for each node that has one: of the two of a loop the last one's."""
        if self.given is not None:
            return dict(self.given)
        found, owner = dict[Node, str](), dict[str, Loop | None]()
        for node in sorted(self.view.graph.nodes, key=self._rank):
            loop, name = self.view.inside.get(node), self.view.name(node)
            if self.passes(node) or node in self.silent or self._begins(node):
                continue
            if loop and is_numbered(node.name):
                continue
            if (node, name) in self._starts:
                found[node] = name
                continue
            if name in owner:
                accented = [f"{name}_{accent}" for accent in ACCENTS]
                free = [a for a in accented if a not in owner and owner[name] is loop]
                name = next(iter(free if loop else ()), node.name)
            found[node] = name
            owner[name] = loop
        return found

    @cached_property
    def _starts(self) -> set[tuple[Node, str]]:
        """What values of loops begin with, and what these are called."""
        view = self.view
        return {(z.arguments[0], view.name(after)) for z, after in view.after.items()
                if z not in self.silent}  # fmt: skip

    def _begins(self, node: Node) -> bool:
        """Whether a node is only what a loop begins with."""
        readers = {*self.users.get(node, ())}
        is_read = bool(readers) and readers <= set(self.view.after)
        return is_read and not self.passes(node) and node not in self.read_elsewhere

    def _rank(self, node: Node) -> tuple[bool, int, bool, int]:
        """The order in which nodes may choose their names."""
        loop = self.view.inside.get(node)
        if loop is None:
            return False, 0, False, node.order
        others = node not in self.read_elsewhere
        return True, self._entered[[*loop.chain()][-1]], others, -node.order

    @cached_property
    def _entered(self) -> dict[Loop, int]:
        return {loop: i for i, loop in enumerate(self.view.loops.values())}

    @cached_property
    def read_elsewhere(self) -> set[Node]:
        """The nodes of bodies that are read in another turn, or after the loop."""
        outside = self.view.outside
        read = {of for node, of in outside.items() if not self._is_of_this_turn(node)}
        read |= {*self.view.after.values()}
        return {z for z in read if not self.passes(z) and z in self.view.inside}

    def _is_of_this_turn(self, node: Node) -> bool:
        """Whether what no one named is kept to be read in the same turn, backwards."""
        view, of = self.view, self.view.outside[node]
        if not view.is_each(node) or not is_numbered(of.name):
            return False
        readers = [u for u in self.users.get(node, ()) if u not in view.outside]
        return all(u.operation == "index" and self._reads_now(node, u) for u in readers)

    def _reads_now(self, node: Node, reader: Node) -> bool:
        """Whether a step reads, of what all turns gave, that of its own turn."""
        loop, at = self.view.left[node], reader.options["at"]
        place = place_text(at[0]) if len(at) == 1 and isinstance(at[0], Place) else ""
        return in_turns(place, loop) == variable(loop)

    @cached_property
    def roots(self) -> set[Node]:
        """The nodes that have an equation of their own, for others refer to them."""
        readers = {z for buffer in self.buffers.values() for z in buffer.readers}
        return (self.read_elsewhere - self.inside) | readers

    @cached_property
    def passing(self) -> set[Node]:
        """The nodes that are those of another turn, or of none."""
        found = {z for z in (*self.view.after, *self.view.outside) if self.passes(z)}
        unset = {z for z, buffer in self.buffers.items() if _is_unset(z, buffer)}
        return found | unset

    @cached_property
    def inside(self) -> set[Node]:
        """The nodes that are written within others: what begins, and what adds up."""
        starts = {z.arguments[0] for z in self.view.after}
        begins = {z for z in starts if self._begins(z) and z not in self.buffers}
        return begins | self.silent | self.masks

    @cached_property
    def masks(self) -> set[Node]:
        """Where derivatives are taken: not written, for elsewhere they are 0."""
        view = self.view
        found = {
            z for z in view.graph.nodes if z not in self.forward and z.dtype == bool
        }
        while True:
            given = {z: [*read(z), *([view.after[z]] if z in view.after else [])]
                     for z in found}  # fmt: skip
            less = {z for z, arguments in given.items()
                    if any(not (a in found or a.known) for a in arguments)}  # fmt: skip
            if not less:
                return found
            found -= less

    def name(self, node: Node) -> str:
        """What a node is called; one of a loop without a name has a letter."""
        if node not in self.names:
            if node not in self.view.inside:
                return node.name
            self.names[node] = next(self._letters, node.name)
        return self.names[node]

    @cached_property
    def _letters(self) -> Iterator[str]:
        taken = {*self.names.values()}
        taken |= {loop.name for loop in self.view.loops.values()}
        return (letter for letter in UNNAMED if letter not in taken)

    # -- symbols ----------------------------------------------------------------------

    def passes(self, node: Node) -> bool:
        """Whether a node is that of another turn, and has no equation of its own."""
        view = self.view
        return node not in self.totals and (node in view.after or node in view.outside)

    def is_in_loop(self, node: Node) -> bool:
        """Whether a node is in a loop, or comes out of one."""
        return node in self.view.inside or node in self.view.outside

    def symbol(self, t: Typesetter, node: Node, index: Index, at: At = START) -> Piece:
        """A node of a loop, or what comes out of one, by name and turn."""
        view = self.view
        if node in self.buffers:
            buffer = self.buffers[node]
            return self._sign(buffer.name, is_array(node, index), entries(index))
        if node in view.outside and node not in self.totals:
            return self._outside(t, node, index, at)
        carried = view.carried(node) if node in view.after else None
        if carried and carried.ago:
            loop = view.inside[node]
            turn = moved(at.get(loop, variable(loop)), -carried.ago * loop.forward)
            return self.symbol(t, carried.node, index, {**at, loop: turn})
        if node not in view.inside:
            return t.write(node, index)
        turns = [at.get(loop, variable(loop)) for loop in self.loops(node)]
        bold = is_array(node, index)
        return self._sign(self.name(node), bold, [*turns, *entries(index)])

    def _sign(self, name: str, bold: bool, places: Sequence[str]) -> Piece:
        r"""A name with subscripts; that of an adjoint as \mathrm{d} h."""
        if name[:1] == "d" and name[1:].split("_")[0] in self._heads:
            of = latex.symbol(name[1:], bold, places)
            return Piece(rf"\mathrm{{d}} {of.text}", latex.PRODUCT)
        return latex.symbol(name, bold, places)

    @cached_property
    def _heads(self) -> set[str]:
        """The names of all nodes without what is below."""
        return {self.view.name(z).split("_")[0] for z in self.view.graph.nodes} - {""}

    def _outside(self, t: Typesetter, node: Node, index: Index, at: At) -> Piece:
        """The last value, or one of all turns; the whole of these as a list."""
        of, loop = self.view.outside[node], self.view.left[node]
        if not self.view.is_each(node):
            return self.symbol(t, of, index, {**at, loop: last_of(loop)})
        ends = (str(loop.value(0)), last_of(loop, at_end=True))
        first, last = (self.symbol(t, of, None, {**at, loop: e}).text for e in ends)
        every = Piece(rf"({first}, \ldots, {last})")
        if index is None:
            return every
        turn = in_turns(index[0] or "0", loop)
        if turn is None:
            return latex.subscripted(every, [], entries(index))
        rest = index[1:] if set(index[1:]) - {WHOLE, None} else None
        if turn == variable(loop) and not at:  # of this turn
            return t.write(of, rest)
        return self.symbol(t, of, rest, {**at, loop: turn})

    def loops(self, node: Node) -> list[Loop]:
        """The loops around a node, the outer first."""
        inside = self.view.inside
        return [*inside[node].chain()][::-1] if node in inside else []

    def starts(self, t: Typesetter, loop: Loop) -> Iterator[Start]:
        """What the values of an earlier turn are in the first ones."""
        view = self.view
        said = set[str]()
        for node in view.after:
            if view.inside[node] is not loop or node in self.inside:
                continue
            if node in self.buffers:
                continue
            carried = view.carried(node)
            for i, start in enumerate(carried.starts):
                turn = str(loop.entered + (i - carried.ago) * loop.forward)
                source = carried.node
                left = self.symbol(t, source, None, {loop: turn})
                if left.text not in said:
                    said.add(left.text)
                    yield Start(left, start)

    def following(self, loop: Loop) -> Iterator[tuple[Node, Node]]:
        """What is a value of no earlier turn, and what gives it to the next."""
        for node, after in self.view.after.items():
            if self.view.inside[node] is loop and not self.view.carried(node).ago:
                yield node, after

    # -- sums -------------------------------------------------------------------------

    @cached_property
    def totals(self) -> dict[Node, Total]:
        """What comes out of each loop that only adds up."""
        return totals(self.view) if self.given is None else {}

    @cached_property
    def buffers(self) -> dict[Node, Buffer]:
        """For each node that is an array which a loop writes into that array."""
        return buffers(self.view) if self.given is None else {}

    @cached_property
    def silent(self) -> set[Node]:
        """The nodes of sums, which are not written."""
        steps = {step for total in self.totals.values() for step in total.steps}
        return steps | {n for n, after in self.view.after.items() if after in steps}

    def total(self, t: Typesetter, node: Node, index: Index) -> Piece:
        r"""A sum over the turns of a loop, \sum_{t=0}^{11} x_t, and its beginning."""
        total = self.totals[node]
        operation, body = self._total(t, node, index)
        if is_nothing(total.start, operation):
            return body
        given = t.write(total.start, aligned(index, node, total.start))
        return (latex.times if operation == "multiply" else latex.plus)(given, body)

    def _total(self, t: Typesetter, node: Node, index: Index) -> tuple[str, Piece]:
        """The sum without what it begins with."""
        total = self.totals[node]
        steps, added, operation = total.steps, total.added, total.operation
        if added[0] in self.totals and added[0] in steps:
            operation, body = self._total(t, added[0], index)
        else:
            join = latex.times if operation == "multiply" else latex.plus
            body = reduce(join, (self._added(t, node, x, index) for x in added))
            body = latex.negated(body) if operation == "subtract" else body
        sign = SIGNS[operation]
        negative = sign == r"\sum" and body.strength == latex.NEGATIVE
        body = latex.without_sign(body) if negative else body
        under, over = limits(self.view.left[node])
        above = f"^{latex.braced(over)}" if over else ""
        text = f"{sign}_{{{under}}}{above} {latex.bound(body, latex.PRODUCT)}"
        whole = Piece(text, latex.APPLIED, open=True)
        return operation, latex.negated(whole) if negative else whole

    def _added(self, t: Typesetter, node: Node, x: Node, index: Index) -> Piece:
        """What one step of a sum adds."""
        if x in self.totals[node].steps:  # at a place
            return at(into_zeros(t, x, x.arguments[1]), index)
        return t.write(x, aligned(index, node, x))


def _is_unset(node: Node, buffer: Buffer) -> bool:
    """Whether an array has nothing yet that is ever read."""
    return node.operation == "empty" or (not node.arguments and buffer.is_written_whole)
