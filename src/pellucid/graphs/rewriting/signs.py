"""Minus signs move outwards, where they meet and cancel: mean(-x) is -mean(x).

Rounding is the same on both sides of 0, so that every rule here is exact. Of floats
alone: minus an integer may wrap around, and then its sign is part of the number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import CONSTANT, REDUCES, SCANS
from pellucid.graphs.rewriting.driver import Rule, recording
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded


def _rule(node: Node) -> Rule | None:
    """The rule for a step of which an argument is the negative of something."""
    return moved_out if any(map(_is_negative, node.arguments)) else None


def _is_negative(node: Node) -> bool:
    return node.operation == "negative" and node.dtype.kind == "f"


def moved_out(node: Node) -> Node | None:
    """The same with a minus sign further out, or None where there is none to move."""
    rule = RULES.get(node.operation, _linear if _is_linear(node) else None)
    if rule is None or node.dtype.kind != "f":
        return None
    minus = [_is_negative(a) for a in node.arguments]
    inner = [
        a.arguments[0] if is_minus else a
        for a, is_minus in zip(node.arguments, minus, strict=True)
    ]
    made = rule(node, inner, minus)
    return None if made is None else node_of(made)


def _is_linear(node: Node) -> bool:
    """Whether elements of one array are shown elsewhere, or added up along axes."""
    facts = facts_of(node.operation)
    adds = facts.kind in (REDUCES, SCANS) and facts.slope is CONSTANT
    return facts.shows or adds


# Each rule is given a step, its arguments without their signs, and which had one.


def _linear(node: Node, inner: list[Node], minus: list[bool]) -> Any:
    if not minus[0]:
        return None
    return -recorded(node.operation, inner[0], *node.arguments[1:], **node.options)


def _negative(node: Node, inner: list[Node], minus: list[bool]) -> Any:
    return inner[0]


def _where(node: Node, inner: list[Node], minus: list[bool]) -> Any:
    return -recorded("where", *inner) if all(minus[1:]) else None


def _product(node: Node, inner: list[Node], minus: list[bool]) -> Any:
    """The sign of a product; a number takes it."""
    numbers = [a.is_literal and a.weak for a in inner]
    if not all(minus) and any(numbers):
        inner = [a.value * -1 if n else a for a, n in zip(inner, numbers, strict=True)]
        return recorded(node.operation, *inner, weak=node.weak)
    made = recorded(node.operation, *inner, weak=node.weak)
    return made if all(minus) else -made


def _sum(node: Node, inner: list[Node], minus: list[bool]) -> Any:
    x: Any
    y: Any
    x, y = (lifted(a, current()) for a in inner)
    match minus[0], minus[1] != (node.operation == "subtract"):
        case False, False:
            return x + y
        case False, True:
            return x - y
        case True, False:
            return y - x
        case _:
            return -(x + y)


RULES: dict[str, Callable[[Node, list[Node], list[bool]], Any]] = {
    "negative": _negative, "where": _where, "add": _sum, "subtract": _sum,
    "multiply": _product, "divide": _product, "matmul": _product, "dot": _product,
}  # fmt: skip

signs = recording(_rule)
