"""The body of a loop that goes back: steps on what the turns of the other loop held.

The rules of a backward pass are on the nodes of the forward body. Of these the other
loop gives all values, read in the turn at hand; what costs nothing is made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pellucid.graphs import bodies
from pellucid.graphs.bodies import here, input_like
from pellucid.graphs.differentiating.risks import Inside
from pellucid.graphs.node import Node, ancestors, by_order
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded


class TurnedBack:
    """The nodes of the body of a loop that goes back, and what it is given.

    Parameters
    ----------
    inside : Inside
        The loop that is gone back through.
    recorder : Recorder
        Of the derivative, around the new loop.

    Attributes
    ----------
    fixed : dict of Node to Node
        For each node around that is read in all turns the input that holds it.
    became : dict of Node to Node
        For each step that goes back the node of the new body.
    """

    def __init__(self, inside: Inside, recorder: Recorder) -> None:
        self.loop, self.body, self.given = inside.loop, inside.body, inside.given
        self.fixed: dict[Node, Node] = {}
        self.became: dict[Node, Node] = {}
        self._forward = set(inside.order)
        self._cheap = _cheap(inside)
        self._parts = {p.options["of"]: p for p in inside.parts if p.options["each"]}
        self._recorder, self._made = recorder, recorder.made
        self._spot = recorder.names.turns.beside
        self._starts: dict[tuple[Node, int], Node] = {}  # of sums inside that go on
        self._uses: Counter[Node] = Counter()

    # -- what the body is given -------------------------------------------------------

    def fix(self, node: Node, name: str = "") -> Node:
        """The input of the body for what is the same in all turns."""
        if node not in self.fixed:
            self.fixed[node] = input_like(node, name or node.name)
        return self.fixed[node]

    def read(self, array: Node, name: str = "", weak: bool = False) -> Node:
        """What an array of all turns holds for the turn at hand."""
        operation, at = "entry" if weak else "index", here(self.body)
        fixed = lifted(self.fix(array, name), current())
        return node_of(recorded(operation, fixed, weak=weak, at=at))

    def _each(self, node: Node) -> Node:
        """The values of a node in all turns of the forward loop."""
        if node not in self._parts:
            self._parts[node] = self.around(bodies.part(self.loop, node, each=True))
        return self._parts[node]

    def around(self, node: Node) -> Node:
        """A node as a step of the record around the loop."""
        spot, order, derived = self._spot, node.order, self._recorder.derived
        node = replace(node, spot=spot, derived=derived, order=order)
        self._made.append(node)
        return node

    # -- its nodes --------------------------------------------------------------------

    def nodes(self, results: Sequence[Node]) -> list[Node]:
        """What computes these in the new body."""
        wanted = set[Node]()
        waiting = list(results)
        while waiting:
            node = waiting.pop()
            if node not in wanted:
                wanted.add(node)
                waiting += [] if self._is_kept(node) else self._arguments(node)
        now: dict[Node, Node] = {n: n for n in wanted if self._is_own(n)}
        for node in sorted(wanted.difference(now), key=by_order):
            now[node] = self._remade(node, now)
        self.became = now
        return [now[node] for node in results]

    def _remade(self, node: Node, now: dict[Node, Node]) -> Node:
        if node in self.given and node in self._cheap:
            return self.fix(self.given[node], node.name)
        if self._is_kept(node):
            return self.read(self._each(node), node.name, node.weak)
        arguments = tuple([now[a] for a in self._arguments(node)])
        return node if arguments == node.arguments else node.remade(arguments)

    def _arguments(self, node: Node) -> Sequence[Node]:
        if node.operation != "loop":
            return node.arguments
        return [self._starts.get((node, k), a) for k, a in enumerate(node.arguments)]

    def _is_own(self, node: Node) -> bool:
        """Whether this is an input of the new body."""
        return node.is_input and node not in self.given

    def _is_kept(self, node: Node) -> bool:
        """Whether the forward loop computes it, and is asked for it."""
        inner = node.operation == "part" and node.arguments[0] in self._forward
        return (inner or node in self._forward) and node not in self._cheap

    # -- sums over the turns ----------------------------------------------------------

    def count_uses(self, results: Iterable[Node]) -> None:
        """Note how often each node is used, before sums are put together anew."""
        order = ancestors(results)
        self._uses = Counter([*results, *(a for node in order for a in node.arguments)])

    def summed(self, total: Any, g: Any) -> Any:
        """The total and g, where what a loop inside sums up goes on from the total."""
        so_far, node = node_of(total), node_of(g)
        terms = list(self._terms(node))
        for term in sorted(terms, key=by_order):
            place = _sum_of(term, so_far)
            if place and self._uses[term] == 1:
                self._starts[place] = so_far
                so_far = term
                terms.remove(term)
        if so_far is total.node and not any(map(_is_put, terms)):
            return total + g
        return with_parts(so_far, terms)

    def tidied(self, node: Node) -> Node:
        """A sum of which parts were put into zeros: they are added at their places."""
        terms = list(self._terms(node))
        whole = [t for t in terms if not _is_put(t) and t.shape == node.shape]
        if len(terms) == 1 or not any(map(_is_put, terms)):
            return node
        first = whole[0] if whole else terms[0]
        terms.remove(first)
        return node_of(with_parts(first, terms))

    def _terms(self, node: Node) -> Iterator[Node]:
        """What is added up, where nothing else reads the sum."""
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if self._uses[node] == 1 and is_sum_of_two(node):
                waiting += node.arguments[::-1]
            else:
                yield node


def with_parts(first: Node, terms: Sequence[Node]) -> Any:
    """A sum in which what was put into zeros is added at its place."""
    total = lifted(first, current())
    for term in sorted(terms, key=_is_put):
        if _is_put(term) and term.shape == total.shape and term.dtype == total.dtype:
            total = recorded("add_at", total, *term.arguments, at=term.options["at"])
        else:
            total = total + lifted(term, current())
    return total


def is_sum_of_two(node: Node) -> bool:
    """Whether this adds up what is of one dtype."""
    return node.operation == "add" and all(
        a.dtype == node.dtype for a in node.arguments
    )


def _is_put(node: Node) -> bool:
    return node.operation == "scatter"


def _sum_of(node: Node, total: Node) -> tuple[Node, int] | None:
    """The loop that sums up a node from zeros on, and which of its arguments these are.

    It may begin with any other total of this shape.
    """
    if node.operation != "part" or node.options["each"]:
        return None
    (loop,) = node.arguments
    if (node.shape, node.dtype) != (total.shape, total.dtype):
        return None
    body = bodies.body_of(loop)
    for k, (before, now) in enumerate(body.carried):
        if now is node.options["of"]:
            is_sum = before in body.sums and loop.arguments[k].operation == "zeros"
            return (loop, k) if is_sum else None
    return None


def _cheap(inside: Inside) -> set[Node]:
    """The nodes of a body that cost nothing to make again: views, counters, numbers."""
    carried = {before for before, _ in inside.body.carried}
    found: set[Node] = set()
    for node in inside.order:
        shows = facts_of(node.operation).shows or node.operation == "entry"
        is_cheap = shows or node.weak or node.known or not node.arguments
        if is_cheap and node not in carried and found.issuperset(node.arguments):
            found.add(node)
    return found
