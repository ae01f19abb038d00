"""Which values of a graph share memory, and who reads each memory last.

Values that are views of one another have one *root*. Whoever writes a graph as code
asks here whether an assignment may be done in place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from pellucid.graphs.bodies import Body, body_of
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import (
    WRITING,
    Slot,
    is_basic,
    places,
)


def is_view(node: Node) -> bool:
    """Whether a value may share memory with the first argument.

    A computed place that is one number is an integer to NumPy.
    """
    if node.operation == "index":
        fixed = tuple(i for i in node.options["at"] if not isinstance(i, Slot))
        return is_basic(fixed) and not any(place.shape for place in places(node))
    if node.operation == "einsum":
        return len(node.arguments) == 1
    return facts_of(node.operation).view


def is_numpys_view(node: Node) -> bool:
    """Whether NumPy's result may share memory; one element of an array is a number."""
    is_element = (
        node.operation == "index"
        and node.shape == ()
        and not any(part is Ellipsis for part in node.options["at"])
    )
    return is_view(node) and not is_element


def roots(
    order: Sequence[Node], parts: Mapping[Node, Node],
    shows: Callable[[Node], bool] = is_view,
) -> dict[Node, Node]:  # fmt: skip
    """For each node the node whose memory it may share.

    `parts` are values that are written straight into a part of a later one. `shows`
    says which steps give a view.
    """
    root: dict[Node, Node] = {}
    for node in order:
        own = root[node.arguments[0]] if shows(node) else node
        root[node] = parts.get(node, own)
    return root


def origins(node: Node) -> Iterator[Node]:
    """An array, and those that it came from by being written into, in loops as well."""
    while True:
        yield node
        if node.operation in WRITING:
            node = node.arguments[0]
        elif node.operation == "part" and not node.options["each"]:
            of, body = origin(node.options["of"]), body_of(node)
            if of not in written(body):
                return
            node = body.given(node.arguments[0])[of]
        else:
            return


def origin(node: Node) -> Node:
    """The array that came to be this one by being written into."""
    *_, first = origins(node)
    return first


def written(body: Body) -> set[Node]:
    """The arrays that a loop writes into from turn to turn, and carries along."""
    return {
        before
        for before, after in body.carried
        if before.shape and before is not after and origin(after) is before
    }


class Lives:
    """Who shares memory with whom, who reads it last, and what leaves the function.

    `owned` are inputs whose memory may be written into.
    """

    def __init__(
        self,
        graph: Graph,
        order: Sequence[Node],
        parts: Mapping[Node, Node] | None = None,
        owned: Collection[Node] = (),
        shows: Callable[[Node], bool] = is_view,
    ) -> None:
        self.owned = owned
        self.root = roots(graph.order, parts or {}, shows)
        self.last_use = {self.root[a]: node for node in order for a in node.arguments}
        self.outputs = {self.root[node] for node in graph.ends}
        self.leaving = set(self.outputs)
        for node in reversed(order):
            if node.operation in WRITING and node in self.leaving:
                self.leaving.add(self.root[node.arguments[0]])

    def ending(self, node: Node) -> set[Node]:
        """The memories that this node is the last to read."""
        mine = {self.root[a] for a in node.arguments}
        return {root for root in mine if self.last_use[root] is node} - self.leaving

    def may_write(self, node: Node) -> bool:
        """Whether an assignment may be done in place: nobody reads the old content."""
        return node.shape != () and self.may_take(node, node.arguments[0])

    def may_take(self, node: Node, argument: Node) -> bool:
        """Whether a step may write over the array that it is given."""
        array = self.root[argument]
        owned = array is argument and (not array.is_input or array in self.owned)
        unread = self.last_use[array] is node and array not in self.outputs
        others = [self.root[a] for a in node.arguments]
        return owned and unread and others.count(array) == 1
