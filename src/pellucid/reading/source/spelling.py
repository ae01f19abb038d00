"""How each operation is written in NumPy: one table, for the text form and for source.

A spelling is the text and how tightly it binds, so that parentheses stand where Python
needs them and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import Place
from pellucid.reading.source.helpers import called_as


class Spelling(NamedTuple):
    """An expression and its binding strength in Python's grammar."""

    text: str
    strength: int


ATOM, POWER, UNARY, PRODUCT, SUM, SHIFT, AND, XOR, OR, COMPARISON = range(10, 0, -1)

BINARY = {
    "add": ("+", SUM), "subtract": ("-", SUM), "multiply": ("*", PRODUCT),
    "divide": ("/", PRODUCT), "floor_divide": ("//", PRODUCT),
    "remainder": ("%", PRODUCT), "matmul": ("@", PRODUCT),
    "left_shift": ("<<", SHIFT), "right_shift": (">>", SHIFT),
    "bitwise_and": ("&", AND), "bitwise_xor": ("^", XOR), "bitwise_or": ("|", OR),
    "less": ("<", COMPARISON), "less_equal": ("<=", COMPARISON),
    "greater": (">", COMPARISON), "greater_equal": (">=", COMPARISON),
    "equal": ("==", COMPARISON), "not_equal": ("!=", COMPARISON),
}  # fmt: skip


def spelt(
    node: Node, arguments: list[Spelling], taken: Collection[str] = ()
) -> Spelling:
    """An operation as an expression of its arguments; helpers take no taken name."""
    if node.operation in BINARY:
        return _binary(*BINARY[node.operation], *arguments)
    if node.operation in SPECIAL:
        return SPECIAL[node.operation](node, arguments)
    return _by_name(called_as(node.operation, taken), node, arguments)


def reference(node: Node) -> Spelling:
    """A node by its name; a plain number by itself."""
    return spelt(node, []) if node.is_literal else Spelling(node.name, ATOM)


def _by_name(function: str, node: Node, arguments: list[Spelling]) -> Spelling:
    """A function call; of several results the one that is meant."""
    options = dict(node.options)
    part = f"[{options.pop('part')}]" if "part" in options else ""
    listed = [f"{key}={as_python(value)}" for key, value in options.items()]
    call = called(function, [a.text for a in arguments] + listed)
    return Spelling(f"{call.text}{part}", ATOM)


def called(function: str, arguments: list[str]) -> Spelling:
    """A function call."""
    return Spelling(f"{function}({', '.join(arguments)})", ATOM)


def _binary(symbol: str, strength: int, left: Spelling, right: Spelling) -> Spelling:
    # a - (b - c) needs its parentheses; so does a + (b + c), which rounds otherwise.
    weakest = strength + (strength == COMPARISON)
    return Spelling(
        f"{bound(left, weakest)} {symbol} {bound(right, strength + 1)}", strength
    )


def bound(spelling: Spelling, strength: int) -> str:
    """The text, in parentheses where it binds less tightly than it must."""
    return spelling.text if spelling.strength >= strength else f"({spelling.text})"


def _power(node: Node, arguments: list[Spelling]) -> Spelling:
    base, exponent = arguments
    return Spelling(f"{bound(base, ATOM)}**{bound(exponent, UNARY)}", POWER)


def _unary(symbol: str) -> Callable[[Node, list[Spelling]], Spelling]:
    return lambda node, arguments: Spelling(
        f"{symbol}{bound(arguments[0], UNARY)}", UNARY
    )


def _index(node: Node, arguments: list[Spelling]) -> Spelling:
    array, *indices = arguments
    if node.arguments[0].ndim == 0 and node.options["at"] == (None,):
        return called("np.array", [f"[{array.text}]"])  # of a Python number, too
    return Spelling(
        f"{bound(array, ATOM)}[{subscript(node, [i.text for i in indices])}]", ATOM
    )


def subscript(node: Node, indices: list[str]) -> str:
    """What stands between the brackets of an index."""
    parts = [
        indices[p.position] if isinstance(p, Slot) else as_python(p)
        for p in node.options["at"]
    ]
    return ", ".join(parts) or "()"


def _transpose(node: Node, arguments: list[Spelling]) -> Spelling:
    if node.ndim == 0:  # a Python number has no attribute T
        return called("np.transpose", [arguments[0].text])
    array = bound(arguments[0], ATOM)
    axes = node.options.get("axes")
    return Spelling(
        f"{array}.T" if axes is None else f"{array}.transpose{axes!r}", ATOM
    )


def _reshape(node: Node, arguments: list[Spelling]) -> Spelling:
    return called("np.reshape", [arguments[0].text, as_python(node.options["shape"])])


def _broadcast(node: Node, arguments: list[Spelling]) -> Spelling:
    return called(
        "np.broadcast_to", [arguments[0].text, as_python(node.options["shape"])]
    )


def _cast(node: Node, arguments: list[Spelling]) -> Spelling:
    return called(
        f"np.asarray({arguments[0].text}).astype", [as_python(node.options["dtype"])]
    )


def _joined(node: Node, arguments: list[Spelling]) -> Spelling:
    parts = ", ".join(a.text for a in arguments)
    axis = node.options.get("axis", 0)
    return called(
        f"np.{node.operation}", [f"[{parts}]", *([f"axis={axis}"] if axis else [])]
    )


PLAIN_FLOATS = ("zeros", "ones", "empty", "eye")  # what NumPy makes of floats


def _made(node: Node, arguments: list[Spelling]) -> Spelling:
    options = dict(node.options)
    if node.operation in PLAIN_FLOATS and options.get("dtype", 0) == np.dtype(float):
        del options["dtype"]
    first = [
        as_python(options.pop(key))
        for key in ("shape", "N", "fill_value")
        if key in options
    ]
    first = [as_python(node.options["shape"][0])] if _is_line(node) else first
    if set(options) == {"stop"}:
        first = [as_python(options.pop("stop"))]
    return called(
        f"np.{node.operation}",
        first + [f"{k}={as_python(v)}" for k, v in options.items()],
    )


def _is_line(node: Node) -> bool:
    return len(node.options.get("shape", ())) == 1 and "fill_value" not in node.options


def _einsum(node: Node, arguments: list[Spelling]) -> Spelling:
    return called(
        "np.einsum", [quoted(node.options["subscripts"]), *(a.text for a in arguments)]
    )


def _scatter(node: Node, arguments: list[Spelling]) -> Spelling:
    g, *indices = (a.text for a in arguments)
    at, shape = subscript(node, indices), as_python(node.options["shape"])
    return called("scatter", [g, f"np.s_[{at}]", shape])


def _add_at(node: Node, arguments: list[Spelling]) -> Spelling:
    array, value, *indices = (a.text for a in arguments)
    return Spelling(f"{array} with [{subscript(node, indices)}] += {value}", 0)


def _assign(node: Node, arguments: list[Spelling]) -> Spelling:
    array, value, *indices = (a.text for a in arguments)
    return Spelling(f"{array} with [{subscript(node, indices)}] = {value}", 0)


def _constant(node: Node, arguments: list[Spelling]) -> Spelling:
    text = as_python(node.value)
    return Spelling(text, UNARY if text.startswith("-") else ATOM)


def _counter(node: Node, arguments: list[Spelling]) -> Spelling:
    text = as_python(node.options["value"])
    return Spelling(text, SUM if " " in text else ATOM)


def _entry(node: Node, arguments: list[Spelling]) -> Spelling:
    return Spelling(f"{_index(node, arguments).text}.item()", ATOM)


def _loop(node: Node, arguments: list[Spelling]) -> Spelling:
    body = node.options["body"]
    order = "reversed(range({}))" if body.is_reversed else "range({})"
    return Spelling(f"for {body.turn} in {order.format(body.count)}", 0)


def _part(node: Node, arguments: list[Spelling]) -> Spelling:
    of = node.options["of"].name or node.options["of"].operation
    turns = "all turns" if node.options["each"] else "the last turn"
    return Spelling(f"{of} of {turns}", 0)


SPECIAL: dict[str, Callable[[Node, list[Spelling]], Spelling]] = {
    "power": _power, "negative": _unary("-"), "positive": _unary("+"),
    "invert": _unary("~"), "index": _index, "transpose": _transpose,
    "reshape": _reshape, "broadcast_to": _broadcast, "cast": _cast,
    "concatenate": _joined, "stack": _joined, "einsum": _einsum,
    "zeros": _made, "ones": _made, "empty": _made, "full": _made, "eye": _made,
    "arange": _made,
    "assign": _assign, "add_at": _add_at, "scatter": _scatter,
    "constant": _constant, "counter": _counter, "entry": _entry,
    "loop": _loop, "part": _part,
    "copy": lambda node, arguments: arguments[0],
    "root": lambda node, arguments: called("np.sqrt", [arguments[0].text]),
    "input": lambda node, arguments: Spelling(node.name, ATOM),
}  # fmt: skip


FEW = 4  # elements above which equal ones are written once
COUNTED = 12  # elements above which 0, 1, 2, ... are written as a range


def as_python(value: Any) -> str:
    """A constant as Python code that makes it."""
    if isinstance(value, Place):
        return str(value)
    if isinstance(value, slice):
        ends = [
            "" if v is None else as_python(v)
            for v in (value.start, value.stop, value.step)
        ]
        return ":".join(ends if ends[2] else ends[:2])
    if value is Ellipsis:
        return "..."
    if isinstance(value, np.dtype):
        return f"np.{value.name}" if hasattr(np, value.name) else repr(value.str)
    if isinstance(value, type):
        plain = value in (int, float, complex, bool)
        return value.__name__ if plain else f"np.{value.__name__}"
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, tuple):
        parts = ", ".join(map(as_python, value))
        return f"({parts},)" if len(value) == 1 else f"({parts})"
    if isinstance(value, list):
        return f"[{', '.join(map(as_python, value))}]"
    if isinstance(value, np.ufunc):
        return f"np.{value.__name__}"
    return quoted(value) if isinstance(value, str) else _number(value)


def quoted(text: str) -> str:
    """A string in double quotes, as formatted code has it."""
    return repr(text) if set(text) & set("\"'\\") else f'"{text}"'


def _array(value: Any) -> str:
    if value.size > FEW and (value == value.flat[0]).all():
        return _full(value)
    counts = value.ndim == 1 and value.dtype in (np.dtype(float), np.dtype(int))
    if counts and value.size > COUNTED and (value == np.arange(value.size)).all():
        return f"np.arange({value.dtype.type(value.size).item()!r})"
    if value.ndim > 1 and not value.size:  # [] has one axis
        return f"np.empty({value.shape}, dtype={as_python(value.dtype)})"
    if value.dtype.kind == "c" and not np.isfinite(value).all():  # nanj is no number
        return f"np.array({as_python(value.tolist())}, dtype={as_python(value.dtype)})"
    with np.printoptions(threshold=value.size + 1, floatmode="unique", linewidth=10**9):
        text = np.array2string(value, separator=", ").replace("\n", "")
    text = _finite_names(text)
    plain = (
        value.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool)) and value.size
    )
    return (
        f"np.array({text})"
        if plain
        else f"np.array({text}, dtype={as_python(value.dtype)})"
    )


def _full(value: Any) -> str:
    """An array of equal elements."""
    shape = as_python(value.shape if value.ndim > 1 else value.size)
    first = value.flat[0]
    plain = value.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool))
    return f"np.full({shape}, {as_python(first.item() if plain else first)})"


def _number(value: Any) -> str:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, complex) and not np.isfinite(number):
        text = f"complex({_number(number.real)}, {_number(number.imag)})"
    else:
        text = _finite_names(repr(number))
    if isinstance(value, np.generic) and value.dtype not in (
        np.dtype(float),
        np.dtype(int),
    ):
        return f"np.{value.dtype.name}({text})"
    return f"np.float64({text})" if isinstance(value, np.floating) else text


def _finite_names(text: str) -> str:
    return text.replace("inf", "np.inf").replace("nan", "np.nan")
