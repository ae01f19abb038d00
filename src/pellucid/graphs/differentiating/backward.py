"""The backward pass: from a result back to what it depends on, by the chain rule.

Baydin, Pearlmutter, Radul & Siskind, "Automatic differentiation in machine learning: a
survey" (2018), section 3.2.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.derivatives import DERIVATIVES, JOINT
from pellucid.graphs.derivatives.entering import Rule
from pellucid.graphs.differentiating.equal_eigenvalues import fixed, rates
from pellucid.graphs.differentiating.masks import (
    Mask,
    Masked,
    any_of,
    both,
    mixes,
    parts,
    selected,
    total,
    under,
    way_back,
)
from pellucid.graphs.differentiating.poles import NOTHING, Poles
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.rewriting import arithmetic
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import Traced, current, lifted, recorded


def pulled_back(
    recorder: Recorder, seeds: Mapping[Node, Any], wrt: list[Node]
) -> list[Any]:
    """The gradient of each input, in its shape and dtype; 0 where it has no effect."""
    before = recorder.simplify
    recorder.simplify = arithmetic.simplifying(ancestors(seeds))
    try:
        with recorder.marking(derived=True):
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
    poles = Poles(order, needed, wrt)
    inner = needed.difference(wrt)
    adjoint = {node: _traced(seed) for node, seed in seeds.items()}
    parts_of = siblings(node for node in order if node in inner)
    for node in reversed(order):
        if node in parts_of:
            joined(recorder, parts_of[node], adjoint)
            continue
        if node not in inner or node not in adjoint:
            continue
        with recorder.on_behalf_of(node):
            g = named_after(recorder, node, adjoint[node])
            for position, argument in enumerate(node.arguments):
                if argument in needed:
                    part = contribution(recorder, node, position, g, poles)
                    if part is not None:
                        adjoint[argument] = total(adjoint.get(argument), part)
                        poles.passed(node, argument)
    return {node: selected(g) for node, g in adjoint.items()}


def depending(order: list[Node], wrt: list[Node]) -> set[Node]:
    """The nodes whose value depends on the inputs that are asked for."""
    needed = set(wrt)
    for node in order:
        # Integers and booleans are steps of what they depend on: their slope is 0.
        if node.dtype.kind in "fc" and any(a in needed for a in node.arguments):
            needed.add(node)
    return needed


def siblings(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """The parts of each decomposition, of which the last has none to wait for.

    Going backwards the first of them is met when the adjoints of all are complete.
    """
    groups: dict[Any, list[Node]] = {}
    for node in nodes:
        if node.operation in JOINT:
            key = node.operation, node.arguments[0], *fixed(node).items()
            groups.setdefault(key, []).append(node)
    return {
        node: group if node is group[0] else []
        for group in groups.values()
        for node in group
    }


def joined(recorder: Recorder, group: list[Node], adjoint: dict[Node, Any]) -> None:
    """Add what all parts of one decomposition together contribute to its argument."""
    given: dict[int, Any] = {}
    for node in group:
        if node in adjoint:
            g = full(named_after(recorder, node, selected(adjoint[node])), node)
            part = node.options["part"]
            given[part] = given[part] + g if part in given else g
    if not given:
        return
    first = group[0]
    (argument,) = first.arguments
    with recorder.on_behalf_of(first):
        rule: Any = DERIVATIVES[first.operation](0)
        moved = functools.partial(rates, pulled_back, first)
        g = rule(given, _value(first), _value(argument), moved=moved, **fixed(first))
        adjoint[argument] = total(adjoint.get(argument), fitted(first, 0, g))


def contribution(
    recorder: Recorder, node: Node, position: int, adjoint: Any, poles: Poles
) -> Any:
    """What one use of an argument contributes to its adjoint; see `masks`."""
    choice = poles.choice(node, position)
    if choice is None and not isinstance(adjoint, Masked):
        quiet = poles.is_untaken(node, node.arguments[position])
        with recorder.marking(quiet=True) if quiet else nullcontext():
            return local(node, position, adjoint)
    with recorder.marking(quiet=True):
        g, mask = carried(node, position, adjoint)
        chosen = by_rule(node, position, g, choice)
        if chosen is None:
            return None
        g, own = parts(chosen)
        risk = poles.behind[node.arguments[position]]
        return fitted(node, position, under(g, both(mask, own)), risk)


def carried(node: Node, position: int, adjoint: Any) -> tuple[Any, Mask | None]:
    """The g that a rule is given, and the mask of what the rule gives."""
    g, mask = parts(adjoint)
    if mask is None or is_elementwise(node.operation):
        return g, mask
    rule = way_back(node, position)
    if rule is None:
        return selected(adjoint), None
    values = [_value(a) for a in node.arguments]
    behind = rule(full(mask.array, node), _value(node), *values, **node.options)
    return selected(adjoint) if mixes(node, position) else g, Mask(behind)


def local(node: Node, position: int, g: Any) -> Any:
    """What one use of an argument contributes to its gradient; None where it is 0."""
    given = by_rule(node, position, g)
    return None if given is None else fitted(node, position, given)


def by_rule(node: Node, position: int, g: Any, choice: Rule | None = None) -> Any:
    """What the rule of an operation gives, or that of a choice; None for 0."""
    if node.operation not in DERIVATIVES:
        raise GradientError(_no_derivative(node))
    rule = choice or DERIVATIVES[node.operation](position)
    if rule is None:
        return None
    g = conjugated(node, g if may_be_short(node) else full(g, node))
    values = [_value(a) for a in node.arguments]
    return conjugated(node, rule(g, _value(node), *values, **node.options))


def conjugated(node: Node, adjoint: Any) -> Any:
    """The complex conjugate, before and after the rule of a complex operation.

    An adjoint is dJ/dRe z + i dJ/dIm z; a rule is written as in real calculus. With
    dz = f'(x) dx, dJ = Re(conj(g) dz), so that the adjoint of x is conj(conj(g) f').
    """
    if node.dtype.kind != "c" or adjoint is None:
        return adjoint
    g, mask = parts(adjoint)
    return under(g.conjugate(), mask)


def may_be_short(node: Node) -> bool:
    """Whether a rule passes on a g that has length 1 where it is the same all along."""
    return stretches(node) or node.operation in {"sum", "mean"}


def stretches(node: Node) -> bool:
    """Whether arguments are broadcast to the result."""
    return is_elementwise(node.operation) or node.operation == "broadcast_to"


def fitted(node: Node, position: int, adjoint: Any, risk: int = NOTHING) -> Any:
    """What a rule gave, in the shape and dtype of the argument."""
    argument = node.arguments[position]
    g, mask = parts(adjoint)
    stretched = stretches(node) and argument.shape != node.shape
    if mask is not None and (stretched or not risk):
        g, mask = selected(adjoint), any_of(mask, node, argument) if risk else None
    if not may_be_short(node):
        g = summed_to(argument.shape, g, _shape(g))
    elif node.operation not in {"sum", "mean"}:
        g = summed_to(argument.shape, g, node.shape)
    return under(of_dtype(argument.dtype, g), mask)


def _no_derivative(node: Node) -> str:
    """Say which operation cannot be differentiated, and where it stands."""
    file, line = node.line or ("", 0)
    where = f"{os.path.basename(file)}, line {line}: " if file else ""
    home = "scipy" if node.operation.startswith("special.") else "np"
    return f"{where}{home}.{node.operation} has no derivative here."


def of_dtype(dtype: np.dtype[Any], g: Any) -> Any:
    """A gradient in the dtype of what it is the gradient of; numbers take any."""
    if dtype.kind == "f" and np.iscomplexobj(g):
        g = g.real
    if isinstance(g, Traced) and g.dtype != dtype and not g.node.weak:
        return recorded("cast", g, dtype=dtype)
    return g


def _value(node: Node) -> Any:
    """A node as a rule sees it: a plain number as itself."""
    return node.value if node.is_literal and node.weak else lifted(node, current())


def full(g: Any, node: Node) -> Any:
    """A gradient in the shape of its node."""
    g = _traced(g)
    if g.node.weak and g.dtype != node.dtype:
        g = recorded("cast", g, dtype=node.dtype)
    return g if g.shape == node.shape else np.broadcast_to(g, node.shape)


def _traced(g: Any) -> Any:
    return g if isinstance(g, Traced) else lifted(constant(g), current())


def _shape(g: Any) -> tuple[int, ...]:
    return g.shape if isinstance(g, Traced) else np.shape(g)


def summed_to(shape: tuple[int, ...], g: Any, result: tuple[int, ...]) -> Any:
    """Sum a gradient over the axes along which an argument was broadcast to the result.

    g may itself be shorter than the result, where it is the same along an axis; such an
    axis counts as often as the result is long.
    """
    own = _shape(g)
    if own == shape == result:
        return g
    if isinstance(g, Traced) and g.node.operation == "negative":
        return -summed_to(shape, lifted(g.node.arguments[0], current()), result)
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
    g = np.sum(g, axis=_one_or_all(inner), keepdims=True) if inner else g
    lead = tuple(leading)
    return np.sum(g, axis=_one_or_all(lead)) if lead else g


def _one_or_all(axes: tuple[int, ...]) -> int | tuple[int, ...]:
    return axes[0] if len(axes) == 1 else axes


def named_after(recorder: Recorder, node: Node, g: Any) -> Any:
    """Call the gradient of z dz."""
    wanted = not recorder.aside and not is_numbered(node.name)
    if wanted and isinstance(g, Traced) and not g.node.name:
        recorder.names.christen(g.node, f"d{node.name}")
    return g
