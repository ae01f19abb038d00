"""Rules of arithmetic that keep a derivative as short as a person would write it.

They are applied while a gradient is recorded, never to the person's own function. Each
holds exactly in floating-point arithmetic, for nan, inf and -0 too, with one exception
that is stated: x + 0 is x although -0 + 0 is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.traced import recorded


def simpler(name: str, arguments: tuple[Node, ...]) -> Any:
    """A node or number that equals the operation on these arguments, or None."""
    rule = RULES.get(name)
    return rule(*arguments) if rule else None


def _is(node: Node, number: float) -> bool:
    return node.is_literal and node.weak and node.value == number


def _floats(*nodes: Node) -> bool:
    return all(node.dtype.kind == "f" for node in nodes)


def _add(x: Node, y: Node) -> Any:
    if _is(x, 0) and _floats(y):
        return y  # 0 + y = y
    return x if _is(y, 0) and _floats(x) else None  # x + 0 = x


def _subtract(x: Node, y: Node) -> Any:
    return x if _is(y, 0) and _floats(x) else None  # x - 0 = x


def _multiply(x: Node, y: Node) -> Any:
    if x.is_literal and y.is_literal and x.weak and y.weak:
        return x.value * y.value
    if _is(x, 1) and _floats(y):
        return y  # 1 y = y
    if _is(x, -1) and _floats(y):
        return recorded("negative", y)  # -1 y = -y
    return x if _is(y, 1) and _floats(x) else None  # x 1 = x


def _divide(x: Node, y: Node) -> Any:
    if x.is_literal and y.is_literal and x.weak and y.weak and y.value:
        return x.value / y.value
    return x if _is(y, 1) and _floats(x) else None  # x / 1 = x


def _negative(x: Node) -> Any:
    if x.is_literal and x.weak:
        return -x.value
    return x.arguments[0] if x.operation == "negative" else None  # -(-x) = x


def _power(x: Node, y: Node) -> Any:
    return x if _is(y, 1) and _floats(x) else None  # x^1 = x


RULES: dict[str, Callable[..., Any]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negative": _negative,
    "power": _power,
}
