"""`method="auto"`: what the graph of a cost says about how to minimise it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.minimisers.degree import character
from pellucid.minimisers.methods import LBFGS, Adam, LevenbergMarquardt, Newton
from pellucid.minimisers.quadratic import Exact
from pellucid.minimisers.recording import once_for
from pellucid.minimisers.sums_of_squares import sum_of_squares
from pellucid.minimisers.task import Fit, Task

FEW = 100  # parameters up to which Newton's Hessian is formed
FORMED = 2**26  # numbers up to which the Jacobian of a sum of squares is
RATE = 0.01  # of Adam
POLYNOMIALS = ("does not depend on start", "is linear", "is quadratic")  # by degree


def decided(task: Task, batched: bool, clipped: bool) -> tuple[Any, str]:
    """The method for a cost, and why.

    A quadratic cost is solved; a smooth one goes to LevenbergMarquardt as a sum of
    squares, and else to Newton or, with many parameters, to LBFGS; mini-batches, kinks
    and clipped gradients go to Adam. One that branches on its parameters goes to LBFGS,
    whose steps are as long as the cost falls, and for which no way that it goes is
    taken for the whole.
    """
    if batched:
        return Adam(RATE), "for mini-batches"
    if clipped:
        return Adam(RATE), "for clip_norm"
    degree, kink, branch = _character(task)
    if branch:  # what is recorded is one way of several
        return LBFGS(), branch
    if degree <= 2:
        return Exact(), f"the cost {POLYNOMIALS[int(degree)]}"
    if kink:
        return Adam(RATE), f"the cost has kinks: {kink}"
    if task.size > FEW:
        return LBFGS(), f"the cost is smooth and has {_counted(task.size)}"
    squares = sum_of_squares(task)
    if squares is not None and squares.count * task.size <= FORMED:
        of = f"the cost is a sum of {squares.count:,} squares"
        return LevenbergMarquardt(), f"{of} and has {_counted(task.size)}"
    return Newton(), f"the cost is smooth and has {_counted(task.size)}"


def _character(task: Task) -> tuple[float, str, str]:
    """The degree of the cost, its kinked operation, and where it branches."""
    args = task.start, *task.data
    count = len(list(structure.leaves(task.start)))

    def make(graph: Graph) -> tuple[float, str, str]:
        return *character(graph, count), _branch_of(graph)

    return once_for(task, task.cost, "character", args, make)


def _branch_of(graph: Graph) -> str:
    """Where the cost first branches on its parameters; '' where it does not."""
    first = next(iter(graph.guards), None)
    return f"the cost branches, {first.place}".rstrip(", :") if first else ""


def _counted(size: int) -> str:
    return f"{size:,} parameter{'' if size == 1 else 's'}"


def told(fit: Fit, why: str) -> Fit:
    """The fit, its message with the reason for the choice."""
    name, _, rest = fit.message.partition(": ")
    name = "Exact Newton step" if name == Exact.__name__ else name
    return replace(fit, message=f"{name} ({why}): {rest}")
