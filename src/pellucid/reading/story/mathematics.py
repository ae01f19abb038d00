"""Each step of an explanation, and each local derivative, as an equation in LaTeX."""

from __future__ import annotations

from pellucid.graphs.differentiating.step_derivatives import Local
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node, ancestors
from pellucid.reading.formula import latex
from pellucid.reading.formula.conditions import question
from pellucid.reading.formula.elements import needs_index
from pellucid.reading.formula.equations import element
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.notation import NOTATION
from pellucid.reading.formula.turns import Turns
from pellucid.reading.formula.typesetter import (  # fmt: skip
    Index,
    Typesetter,
    aligned,
    is_array,
)
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.numbers import title
from pellucid.reading.source.branches import Conditions


class Mathematics:
    """Writes the steps of a graph; each node stands for itself by its name.

    Parameters
    ----------
    view : InLine
        What is explained.
    cost : str
        What the gradients are of; "" for any cost J.
    conditions : Conditions
        Which nodes are no steps, and are written where a branch asks for them.
    """

    def __init__(self, view: InLine, cost: str, conditions: Conditions) -> None:
        graph = view.graph
        self._cost = latex.symbol(cost or "J").text
        steps = (node for node in graph.nodes if node not in conditions.within)
        self._names = {z: view.wished.get(z, title(graph, z)) for z in steps}
        self._turns = Turns(view, set(graph.nodes), self._names)
        self._passed: dict[Node, Node] = {}  # what stands for dJ/dz, and z
        self._with_sign = set(self._names)  # what has a sign of its own
        taken = {*self._names.values(), *(x.name for x in view.loops.values())}
        self._typesetter = Typesetter(self._symbol, taken, {}, NOTATION)

    def name(self, node: Node) -> str:
        """What a step is called."""
        return self._named(node, None).text

    def gradient(self, node: Node) -> str:
        """The sign for dJ/dx."""
        return _fraction(self._cost, self.name(node)).text

    def step(self, node: Node) -> str:
        """The equation z = ... of a step, by its elements where it must be."""
        index = self._letters(node) if needs_index(node) else None
        with self._typesetter.binding(index or ()):
            if node in self._turns.view.outside:
                right = self._turns.symbol(self._typesetter, node, index)
                return f"{element(self._names[node], node, index).text} = {right.text}"
            right = self._typesetter.expand(node, index)
        return f"{self._named(node, index).text} = {right.text}"

    def condition(self, guard: Guard) -> str:
        """What was asked where the function branched, be it true or not."""
        return rf"\text{{if }} {question(self._typesetter, guard).text}"

    def slope(self, z: Node, local: Local) -> str:
        """The equation of dz/dx, by elements; or of dJ/dx, in terms of dJ/dz."""
        x, slope = local.argument, local.slope
        if local.g:
            return self._passed_on(z, x, slope, local.g)
        longer = z if z.ndim >= x.ndim else x
        index = self._letters(longer)
        above = self._named(z, index if longer is z else None).text
        below = self._named(x, aligned(index, longer, x)).text
        with self._typesetter.binding(index or ()):
            right = self._typesetter.write(slope, aligned(index, longer, slope))
        return f"{_fraction(above, below).text} = {right.text}"

    def _passed_on(self, z: Node, x: Node, slope: Node, g: Node) -> str:
        self._passed[g] = z
        self._with_sign.add(g)
        spread = slope.shape != x.shape or self._by_elements(slope)
        index = self._letters(x) if spread else None
        with self._typesetter.binding(index or ()):
            right = self._typesetter.write(slope, aligned(index, x, slope))
        left = _fraction(self._cost, self._named(x, index).text)
        return f"{left.text} = {right.text}"

    def _by_elements(self, slope: Node) -> bool:
        """Whether some part of an expression cannot be written whole."""
        indexed: set[Node] = set()
        for node in ancestors([slope], stop=self._with_sign):
            inner = indexed.intersection(node.arguments)
            if needs_index(node) or (inner and is_array(node, None)):
                indexed.add(node)
        return slope in indexed

    def _letters(self, node: Node) -> Index:
        return tuple(self._typesetter.indices(node.shape))

    def _named(self, node: Node, index: Index) -> Piece:
        if self._turns.is_in_loop(node):
            return self._turns.symbol(self._typesetter, node, index)
        return element(self._names[node], node, index)

    def _symbol(self, node: Node, index: Index) -> Piece | None:
        if node in self._passed:
            below = self._named(self._passed[node], index).text
            return _fraction(self._cost, below)
        return self._named(node, index) if node in self._names else None


def _fraction(above: str, below: str) -> Piece:
    text = rf"\frac{{\partial {above}}}{{\partial {below}}}"
    return Piece(text, latex.FRACTION)
