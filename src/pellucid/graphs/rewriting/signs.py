"""Minus signs move outwards, where they meet and cancel: mean(-x) is -mean(x).

Rounding is the same on both sides of 0, so that every rule here is exact. Of floats
alone: minus an integer may wrap around, and then its sign is part of the number.
"""

from __future__ import annotations

from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import CONSTANT, Kind
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import lifted, recorded

PRODUCTS = {"multiply", "divide", "matmul", "dot"}


def has_sign(node: Node) -> bool:
    """Whether an argument is the negative of something."""
    return any(map(_is_negative, node.arguments))


def _is_negative(node: Node) -> bool:
    return node.operation == "negative" and node.dtype.kind == "f"


def moved_out(recorder: Recorder, node: Node) -> Any:
    """The same with a minus sign further out, or None where there is none to move."""
    signs = list(map(_is_negative, node.arguments))
    if not any(signs) or node.dtype.kind != "f":
        return None
    inner = [a.arguments[0] if _is_negative(a) else a for a in node.arguments]
    values = [lifted(a, recorder) for a in inner]
    if node.operation == "negative":
        return values[0]
    if _is_linear(node):
        return -_with(node, values[0]) if signs[0] else None
    if node.operation == "where":
        return (
            -recorded("where", node.arguments[0], *values[1:])
            if all(signs[1:])
            else None
        )
    if node.operation in PRODUCTS:
        return _product(node, inner, all(signs))
    if node.operation in {"add", "subtract"}:
        return _sum(values, [signs[0], signs[1] != (node.operation == "subtract")])
    return None


def _is_linear(node: Node) -> bool:
    """Whether elements of one array are shown elsewhere, or added up along axes."""
    facts = facts_of(node.operation)
    shows = facts.kind is Kind.MOVES and facts.view
    adds = facts.kind in (Kind.REDUCES, Kind.SCANS) and facts.slope is CONSTANT
    return shows or adds


def _with(node: Node, x: Any) -> Any:
    """The same of another array."""
    return recorded(node.operation, x, *node.arguments[1:], **node.options)


def _product(node: Node, inner: list[Node], cancels: bool) -> Any:
    """The sign of a product; a number takes it."""
    numbers = [a.is_literal and a.weak for a in inner]
    if not cancels and any(numbers):
        inner = [a.value * -1 if n else a for a, n in zip(inner, numbers, strict=True)]
        return recorded(node.operation, *inner, weak=node.weak)
    made = recorded(node.operation, *inner, weak=node.weak)
    return made if cancels else -made


def _sum(values: list[Any], signs: list[bool]) -> Any:
    x, y = values
    match signs:
        case [False, False]:
            return x + y
        case [False, True]:
            return x - y
        case [True, False]:
            return y - x
        case _:
            return -(x + y)
