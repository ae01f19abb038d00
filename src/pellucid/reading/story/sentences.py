"""The sentences of an explanation, above and below the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pellucid.errors import GradientError
from pellucid.graphs.differentiating.step_derivatives import cost_node
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import Rewrite
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.numbers import title
from pellucid.reading.source.branches import is_path

LISTED = 6  # arguments that are named in a sentence


def cost_of(graph: Graph) -> str:
    """The name of the result; "" where it is no cost."""
    try:
        return title(graph, cost_node(graph))
    except GradientError:
        return ""


def opening(graph: Graph) -> str:
    """What a function takes, and gives."""
    given = _listed([_described(x.name, x) for x in graph.inputs]) or "nothing"
    results = _listed([_described(title(graph, z), z) for z in graph.outputs])
    return f"{graph.title} takes {given}, and gives {results}."


def branched(graph: Graph) -> Iterator[str]:
    """That this is one path, and what that means for the numbers."""
    if graph.guards:
        yield f"{is_path(graph)} The values and the gradient are those of this path."


def looping(view: InLine, turns: int) -> Iterator[str]:
    """How loops are told."""
    if view.loops:
        heads = _listed([loop.title for loop in view.loops.values()])
        by = "one turn" if turns == 1 else "its first turn and its last"
        yield (
            f"Each loop is told by {by}: {heads}. In it, h[t - 1] is what the turn "
            "before gave for h, or what there was at first."
        )


def _described(name: str, node: Node) -> str:
    shape = "×".join(map(str, node.shape))
    return f"the array {name} ({shape})" if shape else f"the number {name}"


def _listed(parts: Sequence[str]) -> str:
    """a, b and c; of very many the first few."""
    if len(parts) > LISTED:
        parts = [*parts[: LISTED - 1], f"{len(parts) - LISTED + 1} more"]
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def how_to_read(cost: str) -> str:
    """What the columns mean."""
    local = (
        "A local derivative says how a step changes with what it is made of, element "
        "by element where it is an array."
    )
    if not cost:
        return f"{local} Where a step mixes elements, ∂J/∂x stands for any cost J."
    return (
        f"{local} The gradient ∂{cost}/∂step says how {cost} changes with the step: by "
        "the chain rule it is the sum, over the steps that use it, of their gradient "
        "times their local derivative."
    )


def remarks(left: int, half: int, remark: str) -> Iterator[str]:
    """What is left out, and why."""
    if left:
        yield f"Between the first {half} and the last {half} steps are {left:,} more."
    if remark:
        yield remark[:1].upper() + remark[1:].rstrip(".") + "."


def rewritten(rewrites: Sequence[Rewrite], has_gradients: bool) -> Iterator[str]:
    """What is replaced by what, why, where it fails, and how many digits are won."""
    rules = {rewrite.rule: rewrite for rewrite in rewrites}
    if rules:
        new = ", and the gradient of what goes in is that of the new ones"
        yield (
            "Naive formulas are replaced before the function is differentiated, "
            f"compiled or minimised{new * has_gradients}:"
        )
    for rule, rewrite in rules.items():
        where = ", ".join(f"{x} = {v}" for x, v in rewrite.fails_at.items())
        proof = rewrite.identity.proof
        yield f"{rule}: {proof}. At {where} this wins {rewrite.digits} digits."
