"""When two steps compute the same, and when two loops do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked, body_of, wanted_by
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.places import Place

NONE: Mapping[Any, Any] = MappingProxyType({})


def same_step(node: Node, own: Mapping[Any, Any] = NONE) -> Any:
    """What nodes have in common that compute the same.

    `own` are the numbers of steps and turns that are compared by what they do.
    """
    if node.is_constant:
        return _same_value(node)
    if node.operation in {"input", "copy"}:
        return node
    arguments = [_known_as(a, own) for a in node.arguments]
    options = _frozen(node.options, own) if node.options else ()
    return node.operation, *arguments, node.weak, options


def same_loop(
    loop: Node, wanted: Iterable[Node], own: dict[Any, Any] | None = None
) -> tuple[Any, dict[Any, Any]]:
    """What loops have in common that compute the same; and the numbers of its steps."""
    own = {} if own is None else own
    body = body_of(loop)
    arguments = tuple([_known_as(a, own) for a in loop.arguments])
    for one in (body.turn, *body.inputs):
        own[one] = len(own)
    order = ancestors([*(after for _, after in body.carried), *wanted])
    parts = asked(order)
    steps: list[Any] = []
    for node in order:
        if node.is_constant or node in own:
            continue
        if node.operation == "loop":
            key, _ = same_loop(node, wanted_by(parts[node]), own)
            steps.append(key)
        else:
            steps.append((same_step(node, own), node.quiet, node.derived))
        own[node] = len(own)
    following = [_known_as(after, own) for _, after in body.carried]
    count = _frozen(body.count, own)
    key = (arguments, count, body.is_reversed, len(body.fixed), *following, *steps)
    return key, own


def _known_as(node: Node, own: Mapping[Any, Any]) -> Any:
    """What stands for an argument: the value of a constant, the number of a step."""
    return _same_value(node) if node.is_constant else own.get(node, node)


def _same_value(node: Node) -> Any:
    value = node.value
    return (node.dtype, *_bits(value)) if node.is_literal else id(value)


def _bits(number: Any) -> tuple[Any, ...]:
    """What no other number has: -0.0 is not 0.0, nan is nan, and no digit is lost."""
    is_numpys = isinstance(number, (np.ndarray, np.generic))
    return type(number), number.tobytes() if is_numpys else repr(number)


def _frozen(value: Any, own: Mapping[Any, Any] = NONE) -> Any:
    """An option as what can be looked up."""
    if isinstance(value, Mapping):
        return tuple([(key, _frozen(part, own)) for key, part in value.items()])
    if isinstance(value, tuple):
        return tuple([_frozen(part, own) for part in value])
    if isinstance(value, slice):
        parts = value.start, value.stop, value.step
        return slice, *(_frozen(part, own) for part in parts)
    if isinstance(value, Place):
        terms = [(own.get(turn, turn), times) for turn, times in value.terms]
        return Place, value.offset, frozenset(terms)
    if isinstance(value, (np.ndarray, list)):
        return id(value)
    if isinstance(value, Node):
        return own.get(value, value)
    is_float = isinstance(value, (float, complex, np.inexact))
    return _bits(value) if is_float else (type(value), value)
