"""`method="auto"`: what the graph of a cost says about how to minimise it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.minimisers.degree import character
from pellucid.minimisers.methods import LBFGS, Adam, Newton
from pellucid.minimisers.quadratic import Exact
from pellucid.minimisers.recording import once_for
from pellucid.minimisers.task import Fit, Task
from pellucid.running.kinds import recorded_graph

FEW = 100  # parameters up to which Newton's Hessian is formed
RATE = 0.01  # of Adam
POLYNOMIALS = ("does not depend on start", "is linear", "is quadratic")  # by degree


def decided(task: Task, batched: bool, clipped: bool) -> tuple[Any, str]:
    """The method for a cost, and why.

    A quadratic cost is solved; a smooth one goes to Newton or, with many parameters,
    to LBFGS; mini-batches, kinks and clipped gradients go to Adam.
    """
    if batched:
        return Adam(RATE), "for mini-batches"
    if clipped:
        return Adam(RATE), "for clip_norm"
    degree, kink = _character(task)
    if degree <= 2:
        return Exact(), f"the cost {POLYNOMIALS[int(degree)]}"
    if kink:
        return Adam(RATE), f"the cost has kinks: {kink}"
    method = Newton() if task.size <= FEW else LBFGS()
    return method, f"the cost is smooth and has {_counted(task.size)}"


def _character(task: Task) -> tuple[float, str]:
    """The degree of the cost, and its kinked operation."""
    args = task.start, *task.data
    count = len(list(structure.leaves(task.start)))

    def make(args: Any) -> tuple[Graph, tuple[float, str]]:
        graph = recorded_graph(task.cost, args, {})
        return graph, character(graph, count)

    return once_for(task, "character", args, make)


def _counted(size: int) -> str:
    return f"{size:,} parameter{'' if size == 1 else 's'}"


def told(fit: Fit, why: str) -> Fit:
    """The fit, its message with the reason for the choice."""
    name, _, rest = fit.message.partition(": ")
    name = "Exact Newton step" if name == Exact.__name__ else name
    return replace(fit, message=f"{name} ({why}): {rest}")
