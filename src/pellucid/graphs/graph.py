"""What a computation is: all of its nodes, what goes in and what comes out."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.guards import Guard, held
from pellucid.graphs.node import Node, ancestors, depending, users
from pellucid.graphs.packing import reduced_graph
from pellucid.graphs.stand_in import replay_on


def owned(value: Any, is_shared: bool) -> Any:
    """A result whose memory is its own."""
    if not isinstance(value, np.ndarray):
        return value
    return value.copy() if is_shared or not value.flags.owndata else value


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A computation that can be read, run, differentiated and compiled.

    Made by `pellucid.graph`. It is called like the function it was recorded from, on
    arguments of the same shapes.

    Parameters
    ----------
    title : str
        The person's name for the function.
    parameters : dict
        The arguments by name, each an input node, a constant, or lists, tuples and
        dicts of them.
    result : Node or structure of nodes
        What the function returned.
    signature : inspect.Signature or None
        How it is called.
    guards : tuple of Guard
        Which way the function went where it branched, in order: the graph holds for
        arguments that go the same way, and says by line where others do not.
    made : tuple of Node
        All steps of the recording, those that nobody reads too, by which loops are
        found; a graph that was not recorded, or made anew since, has none.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> g = pl.graph(lambda a, b: np.sqrt(a**2 + b**2), 3.0, 4.0)
    >>> [node.name for node in g.inputs], float(g(5.0, 12.0))
    (['a', 'b'], 13.0)
    """

    title: str
    parameters: Mapping[str, Any]
    result: Any
    signature: inspect.Signature
    guards: tuple[Guard, ...] = ()
    made: tuple[Node, ...] = ()

    # Filled by the package: how a graph is written as text and shown in a notebook.
    readers: ClassVar[dict[str, Callable[[Any], str]]] = {}

    @functools.cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes that the arguments fill, in the order of the arguments."""
        leaves = structure.leaves(dict(self.parameters))
        return tuple(leaf for leaf in leaves if isinstance(leaf, Node))

    @functools.cached_property
    def outputs(self) -> tuple[Node, ...]:
        """The nodes that are returned."""
        return tuple(structure.leaves(self.result))

    @functools.cached_property
    def shared(self) -> tuple[bool, ...]:
        """Whether each output is an argument, a constant, or one that came before."""
        before: set[Node] = set()
        found = []
        for node in self.outputs:
            found.append(node.is_input or node.known or node in before)
            before.add(node)
        return tuple(found)

    @functools.cached_property
    def ends(self) -> tuple[Node, ...]:
        """The nodes that must be computed: those returned, and those of guards."""
        return (*self.outputs, *(guard.node for guard in self.guards))

    @functools.cached_property
    def unguarded(self) -> Self:
        """The path by itself, which does not ask whether arguments go its way."""
        return replace(self, guards=()) if self.guards else self

    def ending(self, nodes: Iterable[Node]) -> Self:
        """The same graph with these nodes in the places of `ends`."""
        found = iter(nodes)
        result = structure.mapped(lambda _: next(found), self.result)
        guards = tuple(replace(guard, node=next(found)) for guard in self.guards)
        return replace(self, result=result, guards=guards)

    @functools.cached_property
    def order(self) -> tuple[Node, ...]:
        """Every node, plain numbers included, in an order to compute them."""
        return tuple(ancestors((*self.inputs, *self.ends)))

    @functools.cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node but the plain numbers, which are written where they are used."""
        outputs = set(self.outputs)
        return tuple(n for n in self.order if not n.is_literal or n in outputs)

    @functools.cached_property
    def known(self) -> tuple[Node, ...]:
        """The nodes that depend on no input, whose values can be had at once."""
        return tuple(node for node in self.order if node.known)

    @functools.cached_property
    def users(self) -> Mapping[Node, Sequence[Node]]:
        """The nodes that use each node, once for each use."""
        return users(self.order)

    def depending(self, on: Iterable[Node]) -> set[Node]:
        """The nodes that are computed from some of these, and these."""
        return depending(self.order, on)

    def named(self, name: str) -> Node:
        """Find the node of that name; KeyError says which names there are."""
        for node in self.nodes:
            if node.name == name:
                return node
        names = ", ".join(node.name for node in self.nodes)
        raise KeyError(f"no node is called {name!r}; there are {names}")

    def bind(self, *args: Any, **kwargs: Any) -> dict[Node, Any]:
        """Match arguments to input nodes; refuse other shapes, dtypes and constants."""
        bound = self.signature.bind(*args, **kwargs).arguments
        return structure.matched(dict(self.parameters), bound, self.title)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the graph on numbers, node by node, by the reference meaning.

        In a function that is being traced, its nodes are recorded there.
        """
        inputs = self.bind(*args, **kwargs)
        replay = replay_on(inputs.values())
        values = self._evaluated(inputs, self.outputs, replay)
        if replay:
            return structure.mapped(lambda node: values[node], self.result)
        pairs = zip(self.outputs, self.shared, strict=True)
        found = iter([owned(values[node], is_shared) for node, is_shared in pairs])
        return structure.mapped(lambda _: next(found), self.result)

    def values(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run the graph and give every node's value by name; a loop has none itself."""
        values = self._evaluated(self.bind(*args, **kwargs), self.order)
        return {node.name: values[node] for node in self.nodes if node in values}

    def _evaluated(
        self, inputs: dict[Node, Any], kept: tuple[Node, ...], compute: Any = None
    ) -> dict[Node, Any]:
        """The values of some nodes, when the guards have been found to hold."""
        known = held(self.guards, inputs, self.title, compute)
        return evaluate(self.order, known, kept, compute)

    def __reduce__(self) -> Any:
        return reduced_graph(self)

    # A graph does not change, so that a copy would be no other.

    def __copy__(self) -> Graph:
        return self

    def __deepcopy__(self, memo: Any) -> Graph:
        return self

    def __str__(self) -> str:
        return Graph.readers["text"](self)

    def __repr__(self) -> str:
        inputs = ", ".join(node.name for node in self.inputs)
        return f"<Graph {self.title}({inputs}): {len(self.nodes)} nodes>"

    def _repr_html_(self) -> str:
        return Graph.readers["html"](self)
