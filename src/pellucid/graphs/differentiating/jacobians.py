"""The Jacobian at given numbers: one product with a vector, recorded once, run often.

v'J for v = (0, ..., 1, ..., 0) is a row of J, and J v a column. So one of the two is
recorded, for a v that is not known yet, and run for each of these v: the rows or the
columns, whichever are fewer. What does not depend on v is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.differentiating.pullbacks import from_left, from_right
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import held
from pellucid.graphs.node import Node, ancestors, depending, now
from pellucid.graphs.rewriting.stable import Rewriting
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.trace import resumed
from pellucid.graphs.tracing.traced import lifted, node_of


class Product(NamedTuple):
    """The product of a Jacobian with a vector: the leaves of both as nodes."""

    vectors: list[Node]
    products: list[Node]


def jacobian_at(graph: Graph, rewriting: Rewriting) -> Callable[[Sequence[Any]], Any]:
    """The Jacobian of what a graph gives, a result and the inputs that are asked for.

    A function of the values of the graph's inputs. For each leaf of the result, one
    array for each leaf of the inputs, whose axes are those of the one and of the other.
    """
    result, inputs = graph.result
    by_rows = _elements(result) <= _elements(inputs)
    product = _product(graph, by_rows, rewriting)

    def at(values: Sequence[Any]) -> Any:
        known = dict(zip(graph.inputs, values, strict=True))
        known = held(graph.guards, known, graph.title)
        return _arranged(graph, by_rows, _blocks(product, known))

    return at


def _arranged(graph: Graph, by_rows: bool, blocks: list[list[Any]]) -> Any:
    """The blocks in the structure of the result, and of the inputs inside that."""
    result, inputs = graph.result
    row = {leaf: i for i, leaf in enumerate(structure.leaves(result))}
    asked = [leaf for leaf in structure.leaves(inputs) if _is_asked(leaf)]
    column = {leaf: i for i, leaf in enumerate(asked)}

    def block(z: Node, x: Node) -> Any:
        if x not in column:
            return None
        i, j = row[z], column[x]
        found = blocks[i][j] if by_rows else np.moveaxis(blocks[j][i], 0, -1)
        return np.reshape(found, z.shape + x.shape)[()]

    return structure.mapped(
        lambda z: structure.mapped(lambda x: block(z, x), inputs), result
    )


def _is_asked(leaf: Node) -> bool:
    """Whether a leaf of the argument is differentiated; texts and None are not."""
    return not leaf.is_constant


def _elements(tree: Any) -> int:
    return sum(leaf.size for leaf in structure.leaves(tree) if _is_asked(leaf))


def _product(graph: Graph, by_rows: bool, rewriting: Rewriting) -> Product:
    """Record v'J, or J v, for a vector v of which only the shape is known."""
    recorder, since = resumed(graph), now()
    with recorder.running(), creation_recorded():
        result, inputs = structure.mapped(
            lambda leaf: lifted(leaf, recorder) if _is_asked(leaf) else leaf.value,
            graph.result,
        )
        vectors: list[Node] = []
        like, derive = (
            (graph.result[0], from_left) if by_rows else (graph.result[1], from_right)
        )
        v = structure.mapped(lambda leaf: _vector(leaf, recorder, vectors), like)
        product = rewriting.of(derive(result, inputs, graph.title, v), since)
        found = [p for p in structure.leaves(product) if p is not None]
        return Product(vectors, [node_of(p) for p in found])


def _vector(leaf: Node, recorder: Recorder, vectors: list[Node]) -> Any:
    """A vector, or the part of it that belongs to a leaf."""
    dtype = leaf.dtype if leaf.dtype.kind == "f" else np.dtype(float)
    node = Node("input", (), leaf.shape, dtype)
    recorder.names.christen(node, "v")
    vectors.append(node)
    return lifted(node, recorder)


def _blocks(product: Product, values: Mapping[Node, Any]) -> list[list[Any]]:
    """For each part of v, and each part of the product: a row for each unit vector."""
    order = ancestors(product.products)
    moving = depending(order, product.vectors)
    ahead = [node for node in order if node not in moving]
    inner = {a for node in order if node in moving for a in node.arguments}
    kept = [node for node in ahead if node in inner or node in product.products]
    fixed = evaluate(ahead, values, kept)
    fixed |= {v: np.zeros(v.shape, v.dtype) for v in product.vectors}
    steps = [node for node in order if node in moving]
    return [_rows(v, product.products, steps, fixed) for v in product.vectors]


def _rows(
    v: Node, products: list[Node], steps: list[Node], fixed: Mapping[Node, Any]
) -> list[Any]:
    """The products with each unit vector."""
    rows = [np.zeros((v.size, *p.shape), p.dtype) for p in products]
    for i, unit in enumerate(_units(v)):
        found = evaluate(steps, {**fixed, v: unit}, products)
        for row, node in zip(rows, products, strict=True):
            row[i] = found[node]
    return rows


def _units(v: Node) -> Iterator[Any]:
    """(1, 0, 0, ...), (0, 1, 0, ...), ..."""
    for i in range(v.size):
        unit = np.zeros(v.shape, v.dtype)
        unit.flat[i] = 1
        yield unit
