"""Which equations a graph becomes: one for each name, and for what is too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node, ancestors, constant
from pellucid.graphs.operations.indexing import WRITING
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.calls import titled
from pellucid.reading.formula import latex
from pellucid.reading.formula.conditions import conditions, written
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.layers import Layers, kinds, listed
from pellucid.reading.formula.notation import NOTATION
from pellucid.reading.formula.parts import is_named, parts
from pellucid.reading.formula.selection import written_to
from pellucid.reading.formula.turn_texts import for_all
from pellucid.reading.formula.turns import Turns
from pellucid.reading.formula.typesetter import (  # fmt: skip
    Index,
    Typesetter,
    aligned,
    at,
    entries,
    is_array,
)
from pellucid.reading.loops.in_line import in_line
from pellucid.reading.loops.loop import Loop
from pellucid.reading.source.branches import questions

SHOWN = 4  # elements of a value that ends an equation
LISTED = 6  # arguments of the function on the left of its equation
DIGITS = 4  # of a value that is put in
BESIDE = r"\quad"  # before what stands beside the only equation

Symbol = Callable[[Index], Piece]


class Equation(NamedTuple):
    """An equation to be: the symbol on its left, the node that it equals."""

    left: Symbol
    node: Node
    has_symbol: bool = False  # another one, which stands on the right
    loop: Loop | None = None  # in whose turns it holds
    relation: str = "="
    added: Symbol | None = None  # what the node is added to
    said: str = ""  # the right side, where that is not the node's formula


class Equations:
    """The equations of a graph, of its gradient, and with numbers where they are given.

    Parameters
    ----------
    graph : Graph
        What to write.
    backward : mapping
        For nodes z of the graph the node of dJ/dz; empty for no gradient.
    values : mapping
        For every node its value; empty for no numbers.
    """

    def __init__(
        self, graph: Graph, backward: Mapping[Node, Node], values: Mapping[Node, Any]
    ) -> None:
        together = replace(graph, result=(graph.result, [*backward.values()]))
        self.view = view = in_line(together)
        graph = replace(view.graph, result=view.graph.result[0])
        backward = {view.now(z): view.now(g) for z, g in backward.items()}
        asked = questions(graph)
        self.count = len(asked)
        self.graph = graph = replace(graph, guards=written(asked))
        self.backward = backward
        self.values = {view.now(node): value for node, value in values.items()}
        self.forward = set(graph.order)
        self.turns = Turns(view, self.forward)
        self.order = ancestors((*graph.order, *backward.values()))
        self.titles = self._titles()
        self.layers = Layers(view, graph)
        self.shown = self._shown()
        gradients = {backward[z] for z in self.shown if z in backward} - self.forward
        roots = {*graph.outputs, *(g for g in gradients if not g.is_literal)}
        turns = self.turns
        inside = (turns.inside | self.layers.passing) - roots
        roots = roots | turns.roots
        self.parts, self.indexed = parts(
            self.order, roots, inside, turns.totals, turns.masks
        )
        self.parts -= turns.passing - set(graph.outputs)
        # Numbers of the gradient, as 1/n, and guards are written where they are used.
        self.parts -= {z for z in self.order if _is_slight(z)} - self.forward
        self.parts -= {g.node for g in graph.guards}.difference(graph.unguarded.order)
        self.symbols: dict[Node, Symbol] = {}
        self.entered = set[Loop]()
        taken = {node.name for node in graph.order}
        taken |= {loop.name for loop in view.loops.values()}
        rules = NOTATION | {"where": self._choice, "part": self._part}
        functions = {} if backward or values else self.layers.functions
        self.parts -= {z for applied in functions.values() for z in applied.hidden}
        own = {node: applied.write for node, applied in functions.items()}
        lengths = self._lengths(taken)
        self.typesetter = Typesetter(self._symbol, taken, lengths, rules, own)
        self._rounded = False

    def lines(self) -> list[tuple[str, str]]:
        """Left and right sides: the function, its gradient from the end, conditions."""
        lines = [*self._function(), *(self._gradient() if self.backward else [])]
        equations = [*self._beside(lines)]
        told = [*conditions(self.typesetter, self.graph.guards, self.count)]
        if len(equations) == len(told) == 1:
            left, right = equations[0]
            return [(left, rf"{right} \quad {told[0]}")]
        return [*equations, *(("", each) for each in told)]

    def _beside(self, lines: Sequence[Equation]) -> Iterator[tuple[str, str]]:
        """Both sides; beside the first equation of a loop for which turns it holds."""
        before = None
        for line in lines:
            left, right = self._written(line)
            if line.loop is not None and line.loop is not before:
                right += rf" {'&&' if lines[1:] else BESIDE} {for_all(line.loop)}"
            before = line.loop
            yield left, right

    # -- what has a symbol, and which -------------------------------------------------

    def _titles(self) -> dict[Node, str]:
        """Names for results that have none: that of the function."""
        passes = self.turns.passes
        outputs = dict.fromkeys(self.graph.outputs)
        unnamed = [z for z in outputs if not _has_line(z) or passes(z)]
        title = self.graph.title
        if len(unnamed) == 1:
            return {unnamed[0]: title}
        return {z: f"{title}_{k}" for k, z in enumerate(unnamed, 1)}

    def _shown(self) -> list[Node]:
        """The nodes z whose dJ/dz is an equation: from the end, and then the inputs."""
        if not self.backward:
            return []
        rest = {*self.graph.outputs, *self.graph.inputs, *self.layers.passing}
        named = [z for z in self.backward if is_named(z) and z not in rest]
        return [*sorted(named, key=lambda z: -z.order), *self.graph.inputs]

    def _lengths(self, taken: set[str]) -> dict[int, str]:
        """The letter n for a number of elements, where it can mean one only."""
        means = [node for node in self.order if node.operation == "mean"]
        counts = {node.arguments[0].size // max(node.size, 1) for node in means}
        return (
            dict.fromkeys(counts, "n") if len(counts) == 1 and "n" not in taken else {}
        )

    def _function(self) -> list[Equation]:
        """An equation for each part of the function, in the order of computation."""
        for node in self.graph.order:
            if node.is_input:
                self.symbols[node] = partial(element, node.name, node)
            elif node in self.parts:
                self.symbols[node] = self._own_symbol(node)
        nodes = [z for z in self.graph.order if z in self.parts]
        apart = self.layers.found and not (self.backward or self.values)
        lines = [*(self._by_layers(nodes) if apart else self._in_loops(nodes))]
        same = [z for z in self.titles if z.is_input]
        return lines + [Equation(self._head(z), z, has_symbol=True) for z in same]

    def _by_layers(self, nodes: Sequence[Node]) -> Iterator[Equation]:
        """A line for each layer of a network, and then what each kind of layer is."""
        closed = self.layers.closed(nodes)
        ends = {inner[-1]: call for call, (_, inner) in closed.items()}
        within = {node for _, inner in closed.values() for node in inner}
        for node in nodes:
            if node in ends:
                yield self._called(ends[node], closed[ends[node]][0])
            elif node not in within:
                yield from self._in_loops([node])
        for call in kinds(closed):
            result, inner = closed[call]
            said = rf"\text{{where {titled(call)}:}}"
            yield Equation(partial(_always, Piece("")), result, said=said)
            yield from self._in_loops(inner)

    def _called(self, call: Call, result: Node) -> Equation:
        """A layer as a function of what goes in and of its parameters."""
        given, own = self.layers.given(call)
        names = [[self.typesetter.write(x).text for x in each] for each in (given, own)]
        said = rf"= {latex.named(call.of.partition('(')[0])}{listed(*names)}"
        named = result in self.symbols
        left = self._head(result) if named else partial(self.typesetter.write, result)
        return Equation(left, result, said=said)

    def _own_symbol(self, node: Node) -> Symbol:
        """The symbol of a part: its name, in a loop with the turn."""
        if node in self.view.inside or node in self.turns.buffers:
            return partial(self.turns.symbol, self.typesetter, node)
        return partial(element, self.titles.get(node, self.turns.name(node)), node)

    def _in_loops(self, nodes: Sequence[Node]) -> Iterator[Equation]:
        """An equation for each node; before those of a loop what it begins with."""
        late = dict[Loop, list[Node]]()  # what is written when others have read it
        for node in nodes:
            around = self.turns.loops(node)
            for loop in [loop for loop in late if loop not in around]:
                yield from map(self._equation, late.pop(loop))
            for loop in around:
                if loop not in self.entered:
                    self.entered.add(loop)
                    yield from self._starts(loop)
            if self._is_late(node):
                late.setdefault(around[-1], []).append(node)
            elif not node.is_input:
                yield self._equation(node)
        yield from map(self._equation, chain.from_iterable(late.values()))

    def _is_late(self, node: Node) -> bool:
        """Whether a step changes an array that others read as it was before."""
        buffer = self.turns.buffers.get(node)
        if buffer is None or buffer.is_known_by_turn:
            return False
        return node in self.view.inside and buffer.writes is node

    def _equation(self, node: Node) -> Equation:
        """The equation of a part; of a buffer that of the element that is written."""
        loop = self.view.inside.get(node)
        buffer = self.turns.buffers.get(node)
        if buffer is None or node.operation not in WRITING:
            return Equation(self._head(node), node, loop=loop)
        value, known = node.arguments[1], buffer.is_known_by_turn or loop is None
        place = partial(self._place, node)
        added = place if node.operation == "add_at" and not known else None
        relation = "=" if known else r"\leftarrow"
        return Equation(place, value, value in self.symbols, loop, relation, added)

    def _place(self, node: Node, index: Index) -> Piece:
        """The place that a step writes to, as D_{ij}."""
        return self.typesetter.write(node, written_to(self.typesetter, node, index))

    def _starts(self, loop: Loop) -> Iterator[Equation]:
        """What the values of earlier turns are at first."""
        for start in self.turns.starts(self.typesetter, loop):
            left = partial(_always, start.left)
            yield Equation(left, start.node, True, self.view.inside.get(start.node))

    def _head(self, node: Node) -> Symbol:
        """The left side of a part: its symbol; of the function itself f(a, b)."""
        return partial(self._call, node) if node in self.titles else self.symbols[node]

    def _call(self, node: Node, index: Index) -> Piece:
        symbol = element(self.titles[node], node, index)
        given = [self.typesetter.write(x).text for x in self.graph.inputs]
        listed = f"({', '.join(given)})" if 0 < len(given) <= LISTED else ""
        return Piece(symbol.text + listed)

    def _gradient(self) -> list[Equation]:
        """An equation for each dJ/dz that is shown, and for what is cut from them."""
        owner = {self.backward.get(z): z for z in reversed(self.shown)}
        seen = set(self.forward)
        lines: list[Equation] = []
        for z in self.shown:
            g = self.backward.get(z) or constant(0.0)
            new = [x for x in ancestors([g], stop=seen) if x in self.parts]
            seen.update(ancestors([g], stop=seen))
            for node in new:
                owned = partial(self._partial, owner[node]) if node in owner else None
                self.symbols[node] = owned or self._own_symbol(node)
            lines += self._in_loops(new)
            if g not in new:
                lines.append(Equation(partial(self._partial, z), g, has_symbol=True))
        return lines

    def _partial(self, z: Node, index: Index) -> Piece:
        cost = self.graph.outputs[0]
        above = element(self.titles.get(cost, self.turns.name(cost)), cost, ()).text
        below = self._named(z, index).text
        return Piece(rf"\frac{{\partial {above}}}{{\partial {below}}}", latex.FRACTION)

    def _named(self, z: Node, index: Index) -> Piece:
        """A node by its name, in a loop with the turn."""
        if self.turns.passes(z) or z in self.view.inside:
            return self.turns.symbol(self.typesetter, z, index)
        return element(self.turns.name(z), z, index)

    # -- writing ----------------------------------------------------------------------

    def _symbol(self, node: Node, index: Index) -> Piece | None:
        """What stands for a node that has an equation: its value, or its symbol."""
        if node not in self.symbols:
            if not self.turns.passes(node):
                return None
            of_turn = self.turns.symbol(self.typesetter, node, index)
            return self._value(node, index) or of_turn
        return self._value(node, index) or self.symbols[node](index)

    def _choice(self, t: Typesetter, node: Node, index: Index) -> Piece:
        """Cases; those of a derivative that only keep it from nan are left out."""
        mask, g, x = node.arguments
        if mask in self.turns.masks:
            return t.write(g, aligned(index, node, g))
        if node not in self.forward and _is_guard(node):
            return t.write(x, aligned(index, node, x))
        return NOTATION["where"](t, node, index)

    def _part(self, t: Typesetter, node: Node, index: Index) -> Piece:
        """What comes out of a loop: a sum over its turns, or the value of one."""
        if node in self.turns.totals:
            return self.turns.total(t, node, index)
        return self.turns.symbol(t, node, index)

    def _value(self, node: Node, index: Index) -> Piece | None:
        """The number that a node, or an element of it, is on the example arguments."""
        places = entries(index)
        if node not in self.values or (not places and node.size != 1):
            return None
        if not all(re.fullmatch(r"-?\d+", place) for place in places):
            return None
        value = np.asarray(self.values[node])
        value = value.reshape(()) if node.size == 1 else value[tuple(map(int, places))]
        self._rounded |= _is_rounded(value)
        return latex.array(value, DIGITS)

    def _written(self, line: Equation) -> tuple[str, str]:
        node = line.node
        if line.said:
            return line.left(None).text, line.said
        index = None
        if node in self.indexed and not line.has_symbol:
            index = tuple(self.typesetter.indices(node.shape))
        self._rounded = False
        with self.typesetter.binding(index or ()):
            right = self.typesetter
            expression = (right.write if line.has_symbol else right.expand)(node, index)
            if line.added:
                expression = latex.plus(line.added(index), expression)
            relation = r"\approx" if self._rounded else line.relation
            left = line.left(index)
        return (
            left.text,
            f"{relation} {expression.text}{self._result(node, expression)}",
        )

    def _result(self, node: Node, expression: Piece) -> str:
        """The value at the end of an equation."""
        if node not in self.values or node.size > SHOWN:
            return ""
        if node in self.indexed or node.is_literal:
            return ""
        value = self.values[node]
        text = latex.array(value, DIGITS).text
        relation = r"\approx" if _is_rounded(value) else "="
        return f" {relation} {text}" if text != expression.text else ""


def _is_slight(node: Node) -> bool:
    return (node.known and not node.shape) or _is_guard(node)


def _is_guard(node: Node) -> bool:
    """Whether this is where(y == 0, 1, x), which keeps a derivative from 1/0."""
    if node.operation != "where":
        return False
    condition, number, x = node.arguments
    against = condition.operation == "equal" and condition.arguments[1]
    if not (against and against.is_literal and number.is_literal and not x.is_literal):
        return False
    return bool(against.value == 0 and number.value == 1 and x.operation != "where")


def _has_line(node: Node) -> bool:
    """Whether the person gave a result a name."""
    return not node.is_input and not is_numbered(node.name)


def element(name: str, node: Node, index: Index) -> Piece:
    """A name for a whole array, or with indices for an element."""
    return latex.symbol(name, is_array(node, index), entries(index))


def _always(piece: Piece, index: Index) -> Piece:
    """A left side that has no index of its own."""
    return at(piece, index)


def _is_rounded(value: Any) -> bool:
    """Whether the digits that are put in are fewer than there are."""
    shown = [float(f"{v:.{DIGITS}g}") for v in np.ravel(value).tolist()]
    return not np.array_equal(shown, np.ravel(value), equal_nan=True)
