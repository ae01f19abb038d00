"""What a drawing shows: a box for each node, with name, formula, value and gradient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.recorder import is_numbered
from pellucid.reading.adjoints import adjoints, cost_of
from pellucid.reading.spelling import ATOM, Spelling, spelt
from pellucid.reading.text import line

UNFOLDED = 40  # nodes that are all drawn
MOST = 150  # boxes of a drawing
INLINE = 32  # characters of a formula that is folded into another
LONGEST = 44  # characters of a formula in a box
FULL = 6  # elements of an array that is shown in full

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
POWER_OF_TEN = re.compile(r"\b(\d+\.?\d*)e([+-]\d+)")
# From NumPy's spelling to what stands in a box.
TYPOGRAPHY: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\bnp\.(linalg\.)?", ""),
    (r", keepdims=True", ""),
    (r"\*\*(\d+)(?![\d.])", lambda match: match[1].translate(SUPERSCRIPTS)),
    (r" \* ", " · "),
    (r"<=", "≤"),
    (r">=", "≥"),
    (r"!=", "≠"),
    (r"==", "="),
    (r"-", "−"),
    (r"\bsqrt\((\w+)\)", r"√\1"),
    (r"\bsqrt\(", "√("),
    (r"\bsum\((\w+)\)", r"Σ \1"),
    (r"\.T\b", "ᵀ"),
)


@dataclass(frozen=True)
class Box:
    """One box of a drawing: what is written in it, and what kind of node it is."""

    key: str  # the name of the node
    name: str  # what is written: that, or the function's name for a result without one
    formula: str
    kind: str  # input, constant, operation, output or folded
    numbers: tuple[tuple[str, str], ...] = ()  # ("value", "5"), ("gradient", "0.6")
    note: str = ""  # what a pointer that rests on the box is told
    numbered: bool = False  # whether the name is none of the person's


@dataclass(frozen=True)
class Diagram:
    """Boxes, the arrows between them, and what is said below."""

    title: str
    boxes: Sequence[Box]
    arrows: Sequence[tuple[str, str]]
    remark: str = ""


class Shown(NamedTuple):
    """A node that has a box, its formula, and the boxes that the formula names."""

    node: Node
    formula: str
    sources: Sequence[Node]


class Numbers(NamedTuple):
    """The values and gradients of nodes, and what is to be said of them."""

    values: Mapping[Node, Any]
    gradients: Mapping[Node, Any]
    remark: str


def diagram(graph: Graph, args: tuple[Any, ...]) -> Diagram:
    """The boxes and arrows of a graph; with arguments each box has its numbers."""
    numbers = _numbers(graph, args)
    shown = _shown(graph)
    boxes = [_box(graph, each, numbers) for each in shown]
    arrows = [(a.name, each.node.name) for each in shown for a in each.sources]
    return shortened(Diagram(graph.title, boxes, arrows, numbers.remark))


# -- which nodes have a box -----------------------------------------------------------


def _shown(graph: Graph) -> list[Shown]:
    """Every node, or in a big graph those that are not written where they are used."""
    folded = _foldable(graph) if len(graph.nodes) > UNFOLDED else set()
    reference: dict[Node, Spelling] = {}
    sources: dict[Node, Sequence[Node]] = {}
    shown = []
    for node in graph.order:
        spelling = spelt(node, [reference[a] for a in node.arguments])
        named = list(dict.fromkeys(s for a in node.arguments for s in sources[a]))
        if node.is_literal or (node in folded and len(spelling.text) <= INLINE):
            reference[node], sources[node] = spelling, named
        else:
            reference[node], sources[node] = Spelling(node.name, ATOM), [node]
        if sources[node] == [node] or node in graph.outputs:
            shown.append(Shown(node, spelling.text, named))
    return shown


def _foldable(graph: Graph) -> set[Node]:
    """The unnamed nodes that are used once."""
    uses = Counter(argument for node in graph.order for argument in node.arguments)
    unnamed = {z for z in graph.nodes if is_numbered(z.name) and uses[z] == 1}
    return {z for z in unnamed if z.arguments} - set(graph.outputs)


def shortened(whole: Diagram) -> Diagram:
    """At most so many boxes: those in the middle become one that says how many."""
    if len(whole.boxes) <= MOST:
        return whole
    names = [box.key for box in whole.boxes]
    middle = dict.fromkeys(names[MOST // 2 : -MOST // 2], "…")
    rest = Box("…", f"{len(middle):,} more boxes", "", "folded", numbered=True)
    boxes = [*whole.boxes[: MOST // 2], rest, *whole.boxes[-MOST // 2 :]]
    ends = [(middle.get(a, a), middle.get(b, b)) for a, b in whole.arrows]
    arrows = list(dict.fromkeys((a, b) for a, b in ends if a != b))
    return Diagram(whole.title, boxes, arrows, whole.remark)


# -- what is written in a box ---------------------------------------------------------


def _box(graph: Graph, each: Shown, numbers: Numbers) -> Box:
    node = each.node
    kind = _kind(graph, node)
    name = title(graph, node)
    bare = node.operation in ("input", "constant")
    return Box(
        key=node.name,
        name=name,
        formula="" if bare else typeset(each.formula),
        kind=kind,
        numbers=tuple(_rows(node, numbers)),
        note=re.sub(r" {2,}", "\n", line(node)),
        numbered=is_numbered(name),
    )


def _rows(node: Node, numbers: Numbers) -> Iterator[tuple[str, str]]:
    """The value of a node, and its gradient, where they are known."""
    if node in numbers.values:
        yield "value", shown_value(numbers.values[node])
    elif node.operation == "constant":
        yield "value", shown_value(node.value)
    if node in numbers.gradients:
        yield "gradient", shown_value(numbers.gradients[node], shape=False)


def title(graph: Graph, node: Node) -> str:
    """The name of a node; of a result without one that of the function."""
    if graph.outputs != (node,) or not is_numbered(node.name):
        return node.name
    taken = {z.name for z in graph.nodes}
    return node.name if graph.title in taken else graph.title


def _kind(graph: Graph, node: Node) -> str:
    if node in graph.outputs:
        return "output"
    if node.operation == "input":
        return "input"
    return "operation" if node.arguments else "constant"


def typeset(numpy: str) -> str:
    """A NumPy expression with the signs of mathematics.

    >>> typeset("np.sqrt(a**2 + b**2) * -np.sum(loss)")
    '√(a² + b²) · −Σ loss'
    """
    numpy = POWER_OF_TEN.sub(_as_power, numpy)
    for pattern, sign in TYPOGRAPHY:
        numpy = re.sub(pattern, sign, numpy)
    return numpy if len(numpy) <= LONGEST else f"{numpy[: LONGEST - 1]}…"


def shown_value(value: Any, shape: bool = True) -> str:
    r"""A number, a small array in full, or the shape and range of a large one.

    >>> shown_value(0.1 + 0.2), shown_value(np.eye(2)), shown_value(np.arange(-9, 9))
    ('0.3', '[[1 0]\n[0 1]]', '18: −9 … 8')
    """
    array = np.asarray(value)
    digits = 3 if array.ndim else 4
    if array.size <= FULL:
        column = array.ndim == 2 and array.shape[0] > 1 == array.shape[1]
        numbers = array.T[0] if column else array
        return _bracketed(numbers.tolist(), digits) + "ᵀ" * column
    extent = _extent(array, digits)
    return f"{'×'.join(map(str, array.shape))}: {extent}" if shape else extent


def _extent(array: Any, digits: int) -> str:
    """The smallest and the largest of many numbers, and how many are none."""
    good = array[array == array]
    missing = array.size - good.size
    if missing:
        rest = f"{_extent(good, digits)}, " if good.size else ""
        return f"{rest}{missing} nan"
    low, high = (shown_number(end(good).item(), digits) for end in (np.min, np.max))
    if low == high:
        return f"all {low}"
    return f"{good.sum()} True" if good.dtype == bool else f"{low} … {high}"


def _bracketed(numbers: Any, digits: int) -> str:
    """Numbers in NumPy's brackets, the rows of a matrix below one another."""
    if not isinstance(numbers, list):
        return shown_number(numbers, digits)
    rows = all(isinstance(part, list) and len(part) > 1 for part in numbers)
    parts = [_bracketed(part, digits) for part in numbers]
    return "[" + ("\n" if rows else " ").join(parts) + "]"


def shown_number(value: Any, digits: int) -> str:
    """A number rounded to digits, as in 2·10⁻⁵, with a true minus sign."""
    text = f"{value + 0.0:.{digits}g}" if isinstance(value, float) else str(value)
    return POWER_OF_TEN.sub(_as_power, text).replace("-", "−")


def _as_power(number: re.Match[str]) -> str:
    """2e-05 as 2·10⁻⁵."""
    mantissa, exponent = number.groups()
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"


# -- numbers --------------------------------------------------------------------------


def _numbers(graph: Graph, args: tuple[Any, ...]) -> Numbers:
    """The value and the gradient of each node, or none, and why."""
    if graph.inputs and not args:
        return Numbers({}, {}, "")
    values = evaluate(graph.order, graph.bind(*args), graph.order)
    if len(graph.outputs) != 1 or graph.outputs[0].size != 1:
        return Numbers(values, {}, "no gradients: the result is more than one number")
    try:
        gradients = _gradients(graph, values)
    except GradientError as error:
        return Numbers(values, {}, f"no gradients: {error}")
    cost = title(graph, cost_of(graph))
    return Numbers(values, gradients, f"gradient of {cost} with respect to each box")


def _gradients(graph: Graph, values: Mapping[Node, Any]) -> dict[Node, Any]:
    """dJ/dz of every node z, as numbers; 0 for an input that J does not depend on."""
    zero = {node: np.zeros(node.shape) for node in graph.inputs}
    backward = adjoints(graph)
    order = ancestors(backward.values(), stop=values)
    computed = evaluate(order, values, list(backward.values()))
    return zero | {node: computed[g] for node, g in backward.items()}
