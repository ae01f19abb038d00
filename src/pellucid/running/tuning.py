"""What is equal and faster in NumPy: rules that a graph is put through before it runs.

Each rule gives the same numbers but for the last bits: within an ulp for an operation
by element, and for sums within the bound of the order in which NumPy itself adds.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.bodies import behind
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations import robust
from pellucid.graphs.operations.closed_set import reduced_shape
from pellucid.graphs.rewriting.driver import Family, Rule, Walk, always
from pellucid.running.convolutions import windowed
from pellucid.running.numpy_adding import scatter
from pellucid.running.replacing import anew
from pellucid.running.writing import to_run

SHORT = 128  # as many terms NumPy adds one after another, too
LONG = 1 << 20  # terms up to which a dot product may stand for a pairwise sum


def tuned(
    graph: Graph, staying: Mapping[Node, Node | None]
) -> tuple[Graph, dict[Node, Node | None]]:
    """The graph by faster operations, and what replaces its staying inputs now."""
    for families in (of_windows, fast, by_rows):
        walk = Walk((*graph.inputs, *graph.ends))
        walk.by(families(graph))
        graph = graph.ending(walk.now[node] for node in graph.ends)
        staying = {a: b and walk.now[b] for a, b in staying.items()}
    return graph, dict(staying)


def of_windows(graph: Graph) -> list[Family]:
    """Convolution and pooling, which are known by how they are written: so first."""
    windows = windowed(graph)
    return [always(anew), *windows] if windows else []


def fast(graph: Graph) -> list[Family]:
    """What each step of a graph goes through before it runs."""
    return [
        constant_folding(graph),
        always(anew),
        always(unchanged),
        always(with_numbers),
        faster(graph),
        masks,
    ]


def by_rows(graph: Graph) -> list[Family]:
    """What products go through that are none of windows, and that no guard asks for."""
    asked = behind([guard.node for guard in graph.guards], graph.order)

    def of(walk: Walk) -> Rule:
        return lambda node: None if walk.node in asked else _product_of_rows(node)

    return [always(anew), of]


def constant_folding(graph: Graph) -> Family:
    """What depends on no input is a constant."""
    order, values = to_run(graph)
    known, ends = set(graph.order) - set(order), set(graph.outputs)

    def of(walk: Walk) -> Rule:
        def look(node: Node) -> Node | None:
            if walk.node not in known:
                return None
            if walk.node not in values:
                return node
            made = constant(values[walk.node])
            if walk.node in ends:
                made.christen(node.name)
            return made

        return look

    return of


def unchanged(node: Node) -> Node | None:
    """What is brought to the shape that it has."""
    same = node.operation in ("reshape", "broadcast_to")
    (x, *_) = node.arguments or (node,)
    return x if same and x.shape == node.shape and not x.known else None


def with_numbers(node: Node) -> Node | None:
    """A step with a number for a constant array that is full of it."""
    if node.operation not in PLAINER:
        return None
    return node.remade(tuple(_plain(node, a) for a in node.arguments))


def _plain(node: Node, argument: Node) -> Node:
    """The number of which a constant array is full, where it only meets an array."""
    like = [a for a in node.arguments if a.shape == node.shape and not a.known]
    if not argument.is_constant or not like:
        return argument
    value = np.asarray(argument.value)
    same = argument.dtype == node.dtype == like[0].dtype and value.dtype.kind == "f"
    if not value.size or argument.weak or not same or not _is_full(value):
        return argument
    return constant(float(value.flat[0]))


def _is_full(value: Any) -> bool:
    """Whether all elements are one number; -0.0 is another than 0.0."""
    first = value.flat[0]
    return bool(np.all((value == first) & (np.signbit(value) == np.signbit(first))))


def faster(graph: Graph) -> Family:
    """A faster step that gives the same; to the last bit, where a guard asks for it.

    0.3 / 0.1 is less than 3, and 0.3 times 10 is not.
    """
    asked = behind([guard.node for guard in graph.guards], graph.order)

    def of(walk: Walk) -> Rule:
        def look(node: Node) -> Node | None:
            rules = EXACT if walk.node in asked else RULES
            rule = rules.get(node.operation) if _is_float_array(node) else None
            return rule(node, *node.arguments) if rule else None

        return look

    return of


def masks(walk: Walk) -> Rule:
    """Where h = max(x, 0), x > 0 is h > 0, so that x is needed no more."""

    def look(h: Node) -> None:
        product = walk.node
        if h.operation == "maximum" and product.operation == "multiply":
            mask = product.arguments[-1]
            if mask.operation == "greater":
                walk.now[mask] = _made("greater", mask, h, constant(0.0))

    return look


def _is_float_array(node: Node) -> bool:
    """Whether a step gives floats, and takes nothing that wraps around."""
    floats = np.float32, np.float64
    return node.dtype in floats and all(
        n.dtype in floats or n.is_literal or n.dtype == bool for n in node.arguments
    )


def _made(operation: str, like: Node, *arguments: Node, **options: Any) -> Node:
    """A step in the place of another, under its name."""
    return Node(
        operation, arguments, like.shape, like.dtype, options, like.weak,
        like.line, like.call, like.name, like.known, like.quiet, like.derived,
    )  # fmt: skip


def _number(node: Node) -> float | None:
    """The Python number that a node is."""
    return float(node.value) if node.is_literal and node.weak else None


# -- by element -----------------------------------------------------------------------


def _power(node: Node, x: Node, y: Node) -> Node | None:
    """x**2 = x x, which rounds once."""
    return _made("square", node, x) if node.shape and _number(y) == 2 else None


def _divide(node: Node, x: Node, y: Node) -> Node | None:
    """X / c = x (1 / c)."""
    c = _number(y)
    if not node.shape or not c or not _is_tame(1 / c):
        return None
    factor = constant(1 / c)
    return _multiply(node, factor, x) or _made("multiply", node, x, factor)


def _subtract(node: Node, x: Node, y: Node) -> Node | None:
    """C a - c b = c (a - b)."""
    if not x.operation == y.operation == "multiply" or x.arguments[0].shape:
        return None
    (c, a), (d, b) = x.arguments, y.arguments
    if _number(c) is None or _number(c) != _number(d):
        return None
    if not a.shape == b.shape == node.shape or not a.dtype == b.dtype == node.dtype:
        return None
    difference = dataclasses.replace(node, name=f"{node.name}_whole", arguments=(a, b))
    return _made("multiply", node, c, difference)


def _is_tame(number: float) -> bool:
    """Whether a factor is far from where floats end, in float32 too."""
    return 1e-30 <= abs(number) <= 1e30


def _multiply(node: Node, x: Node, y: Node) -> Node | None:
    """X (x > 0) = max(x, 0), of -inf too; a (b x) = (a b) x."""
    if (
        y.operation == "greater"
        and y.arguments[0] is x
        and _number(y.arguments[1]) == 0
    ):
        return _made("maximum", node, x, constant(0.0))
    for a, inner in ((x, y), (y, x)):
        if a.weak and inner.operation == "multiply" and inner.shape:
            for b, rest in (inner.arguments, inner.arguments[::-1]):
                factor = _product(a, b, node) if b.weak else None
                if factor:
                    return _made("multiply", node, factor, rest)
    return None


def _product(a: Node, b: Node, like: Node) -> Node | None:
    """The product of two Python numbers, where it may be formed beforehand."""
    x, y = _number(a), _number(b)
    if x is not None and y is not None:
        return constant(x * y) if _is_tame(x * y) else None
    name = f"{like.name}_factor"
    return Node("multiply", (a, b), (), np.dtype(float), {}, True, name=name)


@functools.cache
def _farthest(dtype: Any) -> float:
    """How far from 0 every e^x is well within the range of floats."""
    return 0.9 * float(np.log(np.finfo(np.result_type(dtype, np.float32)).max))


@functools.cache
def _kept_shape(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape after a reduction that keeps its axes."""
    return reduced_shape(shape, axis, keepdims=True)


def offset(x: Any, axis: Any = None) -> Any:
    """As `robust.offset`, with one look at all of x, which mostly is enough."""
    if x.ndim and x.size and np.abs(x).max() < _farthest(x.dtype):
        return np.zeros(_kept_shape(x.shape, axis), x.dtype)
    return robust.offset(x, axis=axis)


# -- sums and products ----------------------------------------------------------------


def _sum(node: Node, x: Node) -> Node | None:
    """Sums over the rows or a few columns of a matrix, and of squares, as products."""
    axis, ndim = node.options.get("axis"), x.ndim
    if set(node.options) - {"axis", "keepdims"} or x.dtype != node.dtype:
        return None
    if (
        x.operation == "square"
        and axis is None
        and not node.shape
        and 1 < x.size <= LONG
    ):
        (flat,) = x.arguments
        if flat.ndim > 1:
            like = _named(x, "flat", (x.size,))
            flat = _made("reshape", like, flat, shape=(x.size,))
        return _made("dot", node, flat, flat)
    if ndim > 2 and type(axis) is int and x.size:
        return _sum_of_many(node, x, axis % ndim)
    if ndim > 2 and axis == tuple(range(ndim - 1)) and x.shape[-1] <= SHORT:
        return _sum_of_rows(node, x)
    if ndim != 2 or axis not in (0, 1, -1) or not x.size:
        return None
    kept = bool(node.options.get("keepdims"))
    if axis == 0 and not kept:
        return _made("dot", node, _ones(x.shape[0], x.dtype), x)
    if axis in (1, -1) and x.shape[1] <= SHORT:
        shape = (x.shape[1], 1) if kept else x.shape[1]
        return _made("dot", node, x, _ones(shape, x.dtype))
    return None


def _sum_of_many(node: Node, x: Node, axis: int) -> Node | None:
    """Sums over the rows or a few columns of many matrices, as one product."""
    n, k = x.shape[-2:]
    if axis == x.ndim - 1 and k <= SHORT:
        rows = x.size // k
        flat = _made("reshape", _named(x, "rows", (rows, k)), x, shape=(rows, k))
        total = _made("dot", _named(node, "rows", (rows,)), flat, _ones(k, x.dtype))
    elif axis == x.ndim - 2:
        like = _named(node, "columns", (*x.shape[:-2], k))
        total = _made("matmul", like, _ones(n, x.dtype), x)
        if total.shape == node.shape:
            return _made("matmul", node, *total.arguments)
    else:
        return None
    return _made("reshape", node, total, shape=node.shape)


def _sum_of_rows(node: Node, x: Node) -> Node | None:
    """A sum over all axes but a short last one, as that over the rows of a matrix."""
    if node.options.get("keepdims") or not x.size:
        return None
    shape = x.size // x.shape[-1], x.shape[-1]
    rows = _made("reshape", _named(x, "rows", shape), x, shape=shape)
    return _made("dot", node, _ones(shape[0], x.dtype), rows)


def _ones(shape: Any, dtype: Any) -> Node:
    return constant(np.ones(shape, dtype))


def _named(node: Node, suffix: str, shape: tuple[int, ...]) -> Node:
    name = f"{node.name}_{suffix}"
    return dataclasses.replace(node, name=name, shape=shape)


def _mean(node: Node, x: Node) -> Node | None:
    """sum(x) / n, without NumPy's looking at its arguments."""
    if (
        set(node.options) - {"axis", "keepdims"}
        or x.dtype != node.dtype
        or not node.size
    ):
        return None
    n = x.size // node.size
    total = _named(node, "sum", node.shape)
    again = dataclasses.replace(total, operation="sum", arguments=(x,))
    again = _sum(again, x) or again
    if not n:
        return None
    if node.shape:
        return _made("multiply", node, again, constant(1 / n))
    return _made("divide", node, again, constant(float(n)))


def _matmul(node: Node, x: Node, y: Node) -> Node | None:
    """Of matrices and vectors, np.dot: the same product, half a microsecond sooner."""
    if x.dtype != y.dtype or not 1 <= x.ndim <= 2 or not 1 <= y.ndim <= 2:
        return None
    return _made("dot", node, x, y)


def _product_of_rows(node: Node) -> Node | None:
    """Many matrices times one, as the product of all their rows."""
    if node.operation != "matmul" or not _is_float_array(node):
        return None
    x, y = node.arguments
    if x.ndim < 3 or y.ndim != 2 or x.dtype != y.dtype or not node.size or not x.size:
        return None
    shape = node.size // node.shape[-1], x.shape[-1]
    flat = _made("reshape", _named(x, "rows", shape), x, shape=shape)
    like = _named(node, "rows", (shape[0], node.shape[-1]))
    return _made("reshape", node, _made("dot", like, flat, y), shape=node.shape)


# What is done with a number as with an array that is full of it.
PLAINER = {"add", "subtract", "multiply", "divide", "power"}

# Functions that are faster where most arguments lie.
QUICK: dict[str, Callable[..., Any]] = {"offset": offset, "scatter": scatter}

RULES: dict[str, Callable[..., Node | None]] = {
    "power": _power,
    "divide": _divide,
    "subtract": _subtract,
    "multiply": _multiply,
    "sum": _sum,
    "mean": _mean,
    "matmul": _matmul,
}
EXACT = {"power": _power, "matmul": _matmul}
