"""The backward pass: from a result back to what it depends on, by the chain rule.

Baydin, Pearlmutter, Radul & Siskind, "Automatic differentiation in machine learning: a
survey" (2018), section 3.2.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

from pellucid.errors import GradientError
from pellucid.graphs.derivatives import DERIVATIVES, OF_SHAPES
from pellucid.graphs.differentiating.adjoint import (
    Adjoint,
    as_adjoint,
    conjugated,
    expanded,
    finished,
    may_be_short,
    named_after,
    of_floats,
    traced,
    value,
    with_zeros,
)
from pellucid.graphs.differentiating.joint import contributed, siblings
from pellucid.graphs.differentiating.loops import through_turns
from pellucid.graphs.differentiating.masks import carried, met
from pellucid.graphs.differentiating.poles import Poles
from pellucid.graphs.differentiating.risks import NOTHING, Risks
from pellucid.graphs.differentiating.zeros import Zeros
from pellucid.graphs.node import Before, Node, ancestors, location_of
from pellucid.graphs.rewriting import arithmetic
from pellucid.graphs.tracing.recorder import Recorder


def pulled_back(
    recorder: Recorder, seeds: Mapping[Node, Any], wrt: list[Node]
) -> list[Any]:
    """The gradient of each input, in its shape and dtype; 0 where it has no effect."""
    before = recorder.simplify
    recorder.simplify = arithmetic.simplifying(between(wrt, seeds))
    try:
        with recorder.marking(derived=True):
            adjoint = backward(recorder, seeds, wrt)
            return [_finished(recorder, node, adjoint.get(node)) for node in wrt]
    finally:
        recorder.simplify = before


def _finished(recorder: Recorder, node: Node, g: Any) -> Any:
    with recorder.on_behalf_of(node):
        return named_after(recorder, node, finished(recorder, node, g))


def backward(
    recorder: Recorder, seeds: Mapping[Node, Any], wrt: list[Node],
    told: dict[Node, Any] | None = None,
) -> dict[Node, Any]:  # fmt: skip
    """Reverse accumulation: dJ/dx = sum over uses of x of (dJ/dz) (dz/dx).

    What holds the adjoints of the nodes of loops, in each turn, is put into `told`.
    """
    zeros = Zeros(dict.fromkeys(wrt, False), dict.fromkeys(wrt))
    poles = Poles(Risks(between(wrt, seeds), dict.fromkeys(wrt, NOTHING)), zeros)
    poles.told = told
    adjoint = {node: Adjoint(traced(seed)) for node, seed in seeds.items()}
    walk(recorder, adjoint, poles)
    return {node: g.settled for node, g in adjoint.items()}


def between(wrt: Iterable[Node], seeds: Iterable[Node]) -> list[Node]:
    """The steps from inputs to results; what is older than the inputs needs none."""
    first = min((node.order for node in wrt), default=0)
    return ancestors(seeds, stop=Before(first))


def walk(recorder: Recorder, adjoint: dict[Node, Adjoint], poles: Poles) -> None:
    """Add the adjoints of all steps from those of the last ones, and of the inputs."""
    inner = [n for n in poles.own if n not in poles.wrt]
    together = siblings(inner)
    uses: Iterable[tuple[Node, Adjoint]]
    for node in reversed(inner):
        if node in together:
            uses = contributed(recorder, pulled_back, together[node], adjoint)
        elif node.operation == "loop":
            uses = through_turns(recorder, walk, node, adjoint, poles)
        elif node.operation == "part":
            continue  # it waits for the others of its loop
        else:
            uses = contributions(recorder, node, adjoint.get(node), poles)
        for x, g in uses:
            adjoint[x] = adjoint[x] + g if x in adjoint else g


def contributions(
    recorder: Recorder, node: Node, adjoint: Adjoint | None, poles: Poles
) -> Iterator[tuple[Node, Adjoint]]:
    """What each use of an argument in a step contributes to its adjoint."""
    if adjoint is None:
        return
    with recorder.on_behalf_of(node):
        if adjoint.mask is None:
            named_after(recorder, node, adjoint.g)
        for position, argument in enumerate(node.arguments):
            if argument in poles.needed:
                g = contribution(recorder, node, position, adjoint, poles)
                if g is not None:
                    yield argument, g
                    poles.passed(node, argument)


def contribution(
    recorder: Recorder, node: Node, position: int, adjoint: Adjoint, poles: Poles
) -> Adjoint | None:
    """What one use of an argument contributes to its adjoint; None where it is 0."""
    quiet = adjoint.mask is not None or poles.is_untaken(node, position)
    with recorder.marking(quiet=True) if quiet else nullcontext():
        given = carried(node, position, adjoint)
        found = by_rule(node, position, given.g, poles)
        if found is None:
            return None
        keeps = poles.own[node] == NOTHING
        g = met(node, given, as_adjoint(found), keeps)
        return g.fitted(node, position, poles.may_meet(node.arguments[position]))


def local(node: Node, position: int, g: Any) -> Any:
    """What one use of an argument contributes to its gradient; None where it is 0."""
    by = by_rule(node, position, g)
    return None if by is None else Adjoint(by).fitted(node, position).g


def by_rule(node: Node, position: int, g: Any, poles: Poles | None = None) -> Any:
    """What the rule of an operation gives, as the poles want it; None for 0."""
    if node.operation not in DERIVATIVES:
        raise GradientError(_no_derivative(node))
    rule = DERIVATIVES[node.operation](position)
    if rule is None:
        return None
    g = conjugated(node, g if may_be_short(node) else expanded(g, node))
    if any(a.dtype.kind in "iub" and not a.weak for a in node.arguments):
        g = of_floats(g)
    values: Any = node, *node.arguments
    if node.operation not in OF_SHAPES:
        values = map(value, values)
    run = functools.partial(rule, g, *values, **node.options)
    found = poles.met(node, position, g, run) if poles else with_zeros(run())
    return conjugated(node, found)


def _no_derivative(node: Node) -> str:
    """Say which operation cannot be differentiated, and where it stands."""
    home = "scipy" if node.operation.startswith("special.") else "np"
    return f"{location_of(node)}{home}.{node.operation} has no derivative here."
