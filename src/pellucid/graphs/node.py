"""What a computation is: a node is one operation on earlier nodes, a graph is all."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.evaluate import evaluate

_creation = itertools.count()


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Node:
    """One step of a computation: `name = operation(*arguments, **options)`.

    A node is a promise, not a number: it knows its shape and its dtype, and the
    person's name and source line for it. Arguments are nodes that were made earlier,
    so that sorting by `order` sorts any set of nodes for evaluation.

    Parameters
    ----------
    operation : str
        The key of the operation in every table: NumPy's name for it ("exp", "sum").
    arguments : tuple of Node
        What it is computed from.
    shape, dtype : tuple of int, numpy.dtype
        Of the result.
    options : mapping
        What is fixed: an axis, a slice, the value of a constant.
    weak : bool
        True for a Python number, which by NumPy's rules (NEP 50) takes the dtype of
        the array that it meets.
    line : (str, int) or None
        File and line number where the person wrote it.
    name : str
        A valid identifier, unique in its graph.
    known : bool
        Whether it depends on no input, so that its value can be had at once.
    order : int
        Counts nodes as they are made.

    Examples
    --------
    >>> import pellucid as pl
    >>> c = pl.graph(lambda a, b: a + b, 3.0, 4.0).nodes[-1]
    >>> c.operation, [node.name for node in c.arguments], c.shape
    ('add', ['a', 'b'], ())
    """

    operation: str
    arguments: tuple[Node, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    weak: bool = False
    line: tuple[str, int] | None = None
    name: str = ""
    known: bool = False
    order: int = field(default_factory=_creation.__next__)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def value(self) -> Any:
        """The value of a constant."""
        return self.options["value"]

    @property
    def is_literal(self) -> bool:
        """Whether this is a plain number, written where it is used."""
        return self.operation == "constant" and self.shape == ()

    def __repr__(self) -> str:
        names = ", ".join(argument.name for argument in self.arguments)
        return (
            f"<{self.name or '?'} = {self.operation}({names}) {self.dtype}{self.shape}>"
        )

    def christen(self, name: str) -> None:
        """Give a node the name that the trace found after making it; once."""
        object.__setattr__(self, "name", name)


def constant(value: Any) -> Node:
    """Make the node of a value that does not change."""
    weak = type(value) in (int, float, complex)
    array = np.asarray(value)
    return Node(
        "constant", (), array.shape, array.dtype, {"value": value}, weak, known=True
    )


def ancestors(outputs: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """All nodes that the outputs are computed from, in an order to compute them."""
    seen = set(stop)
    found = []
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            found.append(node)
            waiting.extend(node.arguments)
    return sorted(found, key=lambda node: node.order)


def _own(node: Node, value: Any) -> Any:
    """A result that shares no memory with arguments and constants."""
    if not isinstance(value, np.ndarray):
        return value
    shared = node.operation in {"input", "constant"} or not value.flags.owndata
    return value.copy() if shared else value


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

    # Filled by the package: how a graph is written as text and shown in a notebook.
    readers: ClassVar[dict[str, Callable[[Graph], str]]] = {}

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
    def order(self) -> tuple[Node, ...]:
        """Every node, plain numbers included, in an order to compute them."""
        return tuple(ancestors((*self.inputs, *self.outputs)))

    @functools.cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node but the plain numbers, which are written where they are used."""
        outputs = set(self.outputs)
        return tuple(n for n in self.order if not n.is_literal or n in outputs)

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
        from pellucid.graphs.traced import Traced, replayed

        inputs = self.bind(*args, **kwargs)
        if any(isinstance(value, Traced) for value in inputs.values()):
            values = evaluate(self.order, inputs, self.outputs, replayed)
            return structure.mapped(lambda node: values[node], self.result)
        values = evaluate(self.order, inputs, self.outputs)
        return structure.mapped(lambda node: _own(node, values[node]), self.result)

    def values(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run the graph and give every node's value by name."""
        values = evaluate(self.order, self.bind(*args, **kwargs), self.order)
        return {node.name: values[node] for node in self.nodes}

    def __str__(self) -> str:
        return Graph.readers["text"](self)

    def __repr__(self) -> str:
        inputs = ", ".join(node.name for node in self.inputs)
        return f"<Graph {self.title}({inputs}): {len(self.nodes)} nodes>"

    def _repr_html_(self) -> str:
        return Graph.readers["html"](self)
