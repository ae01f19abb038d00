"""The backward pass: from a result back to what it depends on, by the chain rule.

Baydin, Pearlmutter, Radul & Siskind, "Automatic differentiation in machine learning: a
survey" (2018), section 3.2.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs import simplify
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.operations.table import OPERATIONS
from pellucid.graphs.recorder import Recorder, is_numbered
from pellucid.graphs.traced import Traced, current, lifted, recorded


def pulled_back(
    recorder: Recorder, seeds: Mapping[Node, Any], wrt: list[Node]
) -> list[Any]:
    """The gradient of each input, in its shape and dtype; 0 where it has no effect."""
    before, recorder.simplify = recorder.simplify, simplify.simpler
    try:
        adjoint = backward(recorder, seeds, wrt)
        return [_finished(recorder, node, adjoint.get(node)) for node in wrt]
    finally:
        recorder.simplify = before


def _finished(recorder: Recorder, node: Node, g: Any) -> Any:
    with recorder.on_behalf_of(node):
        if g is None:
            g = recorded("zeros", shape=node.shape, dtype=node.dtype)
        g = of_dtype(node.dtype, full(g, node))
        if not isinstance(g, Traced):
            g = lifted(constant(g), recorder)
        return named_after(recorder, node, g)


def backward(
    recorder: Recorder, seeds: Mapping[Node, Any], wrt: list[Node]
) -> dict[Node, Any]:
    """Reverse accumulation: dJ/dx = sum over uses of x of (dJ/dz) (dz/dx)."""
    order = ancestors(seeds)
    needed = depending(order, wrt)
    inner = needed.difference(wrt)
    adjoint = dict(seeds)
    for node in reversed(order):
        if node not in inner or node not in adjoint:
            continue
        with recorder.on_behalf_of(node):
            g = named_after(recorder, node, adjoint[node])
            for position, argument in enumerate(node.arguments):
                if argument in needed:
                    contribution = local(node, position, g)
                    if contribution is not None:
                        adjoint[argument] = total(adjoint.get(argument), contribution)
    return adjoint


def depending(order: list[Node], wrt: list[Node]) -> set[Node]:
    """The nodes whose value depends on the inputs that are asked for."""
    needed = set(wrt)
    for node in order:
        # Integers and booleans are steps of what they depend on: their slope is 0.
        if node.dtype.kind in "fc" and any(a in needed for a in node.arguments):
            needed.add(node)
    return needed


def local(node: Node, position: int, g: Any) -> Any:
    """What one use of an argument contributes to its gradient; None where it is 0."""
    if node.operation not in DERIVATIVES or node.dtype.kind == "c":
        raise GradientError(_no_derivative(node))
    rule = DERIVATIVES[node.operation](position)
    if rule is None:
        return None
    argument = node.arguments[position]
    # These rules pass a gradient on that is the same along an axis as one of length 1.
    elementwise = OPERATIONS[node.operation].elementwise
    short = elementwise or node.operation in {"broadcast_to", "sum", "mean"}
    g = g if short else full(g, node)
    values = [_value(a) for a in node.arguments]
    contribution = rule(g, _value(node), *values, **node.options)
    if not short:
        contribution = summed_to(argument.shape, contribution, _shape(contribution))
    elif node.operation not in {"sum", "mean"}:
        contribution = summed_to(argument.shape, contribution, node.shape)
    return of_dtype(argument.dtype, contribution)


def _no_derivative(node: Node) -> str:
    """Say which operation cannot be differentiated, and where it stands."""
    file, line = node.line or ("", 0)
    where = f"{os.path.basename(file)}, line {line}: " if file else ""
    if node.dtype.kind == "c":
        return f"{where}complex numbers are not differentiated; write the real formula."
    return f"{where}np.{node.operation} has no derivative here."


def of_dtype(dtype: np.dtype[Any], g: Any) -> Any:
    """A gradient in the dtype of what it is the gradient of."""
    if isinstance(g, Traced) and g.dtype != dtype:
        return recorded("cast", g, dtype=dtype)
    return g


def _value(node: Node) -> Any:
    """A node as a rule sees it: a plain number as itself."""
    return node.value if node.is_literal and node.weak else lifted(node, current())


def total(before: Any, contribution: Any) -> Any:
    """The sum of the contributions so far."""
    return contribution if before is None else before + contribution


def full(g: Any, node: Node) -> Any:
    """A gradient in the shape of its node."""
    if _shape(g) == node.shape:
        return g
    return np.broadcast_to(_traced(g, node), node.shape)


def _shape(g: Any) -> tuple[int, ...]:
    return g.shape if isinstance(g, Traced) else np.shape(g)


def _traced(g: Any, node: Node) -> Any:
    if isinstance(g, Traced):
        return g
    return recorded("cast", g, dtype=node.dtype)


def summed_to(shape: tuple[int, ...], g: Any, result: tuple[int, ...]) -> Any:
    """Sum a gradient over the axes along which an argument was broadcast to the result.

    g may itself be shorter than the result, where it is the same along an axis; such an
    axis counts as often as the result is long.
    """
    own = _shape(g)
    if own == shape == result:
        return g
    if not shape and own:
        times = math.prod(result) // (math.prod(own) or 1)
        return np.sum(g) * times if times != 1 else np.sum(g)
    new = len(result) - len(shape)
    ours = (1,) * new + tuple(shape)
    theirs = (1,) * (len(result) - len(own)) + own
    stretched = [
        i for i, n in enumerate(result) if ours[i] == 1 and (n != 1 or i < new)
    ]
    times = math.prod(result[i] for i in stretched if theirs[i] == 1)
    axes = [i for i in stretched if theirs[i] != 1]
    if axes:
        g = _sum_axes(g, [i - (len(result) - len(own)) for i in axes])
    g = g * times if times != 1 else g
    extra = len(_shape(g)) - len(shape)
    return np.reshape(g, _shape(g)[extra:]) if extra > 0 else g


def _sum_axes(g: Any, axes: list[int]) -> Any:
    """Sum over axes: leading ones go, others stay with length 1."""
    leading = [i for i in axes if axes[: i + 1] == list(range(i + 1))]
    inner = tuple(i for i in axes if i not in leading)
    g = np.sum(g, axis=inner, keepdims=True) if inner else g
    lead = tuple(leading)
    return np.sum(g, axis=lead[0] if len(lead) == 1 else lead) if lead else g


def named_after(recorder: Recorder, node: Node, g: Any) -> Any:
    """Call the gradient of z dz."""
    if isinstance(g, Traced) and not g.node.name and not is_numbered(node.name):
        recorder.christen(g.node, f"d{node.name}")
    return g
