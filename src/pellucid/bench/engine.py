"""What the engine itself costs: tracing, differentiating, printing, running."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pellucid.bench import first, loops
from pellucid.bench.clock import mark
from pellucid.bench.contest import Contest, Mark, Rival
from pellucid.bench.functions import IN_A_LOOP
from pellucid.bench.gradients import Gradient, by_autograd
from pellucid.bench.perceptrons import PERCEPTRONS, Perceptron, data
from pellucid.bench.trainers.ours import Cost
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.rewriting.stable import stable
from pellucid.graphs.tracing.trace import graph as traced
from pellucid.minimisers.methods import Adam
from pellucid.minimisers.minimise import minimise
from pellucid.models.networks.network import glorot
from pellucid.reading.source.source import source
from pellucid.running.compile import compile  # noqa: A004 (the public name)

CHAINS = {"a chain of 200": 200, "a chain of 10,000": 10_000}


def chain(n: int) -> Callable[[Any], Any]:
    """Give a function of n operations.

    >>> len(traced(chain(10), 0.3).nodes)  # with its input
    11
    """

    def f(x: Any) -> Any:
        for _ in range(n // 2):
            x = np.sin(x) + 0.5
        return x

    return f


def work(n: int) -> dict[str, Callable[[], Any]]:
    """What the engine does to a chain of n nodes."""
    f = chain(n)
    graph = traced(f, 0.3)
    compiled = compile(graph)
    return {
        "traced": lambda: traced(f, 0.3),
        "made stable": lambda: stable(graph),
        "differentiated": lambda: gradient(graph, stable=False),
        "stable, then differentiated": lambda: gradient(graph),
        "printed": lambda: str(graph),
        "written as source": lambda: source(graph),
        "run by the reference": lambda: graph(0.3),
        "run compiled": lambda: compiled(0.3),
    }


def measured(case: str, tiny: bool) -> dict[str, Mark]:
    """Time each thing the engine does, a node; or a gradient, or a first step."""
    if case in loops.LOOPS:
        return loops.measured(case, tiny)
    if case == FRESH or case in IN_A_LOOP:
        return measured_beside("Pellucid", case, tiny)
    if case in PERCEPTRONS:
        return {"from function to first step": first_step(PERCEPTRONS[case])}
    n = CHAINS[case]
    return {
        f"{name}, a node": Mark(mark(job, budget=0.1).best / n)
        for name, job in work(n).items()
    }


def measured_beside(rival: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Time what another does too: the first gradient, and one in a loop."""
    if case in loops.LOOPS or rival == loops.BY_HAND:
        return loops.measured_beside(rival, case, tiny)
    if case == FRESH:
        programs = [
            first.measured(rival, "a gradient", tiny) for _ in range(FRESH_RUNS)
        ]
        return {"imports included": min(
            (mark for each in programs for mark in each.values()),
            key=lambda mark: mark.best)}  # fmt: skip
    if case not in IN_A_LOOP:
        return {}
    problem = IN_A_LOOP[case]
    work = GRADIENTS[rival](problem.f, problem.arguments())
    timed = mark(work, budget=0.0 if tiny else 0.5)
    length = float(np.linalg.norm(np.asarray(work())))
    found = {"a gradient, not compiled": Mark(timed.best, timed.cold, length)}
    if rival == "Pellucid":
        called = partial(
            compile(gradient(partial(problem.f, np))), *problem.arguments()
        )
        called()
        found["a gradient, compiled"] = mark(called, budget=0.0 if tiny else 0.5)
    return found


def not_compiled(f: Callable[..., Any], arguments: tuple[Any, ...]) -> Gradient:
    """Our gradient as a loop calls it: taken anew in each turn."""
    cost = partial(f, np)
    return lambda: gradient(cost)(*arguments)


GRADIENTS = {"Pellucid": not_compiled, "autograd": by_autograd}
FRESH = "a program that takes one gradient"
FRESH_RUNS = 5


def first_step(task: Perceptron) -> Mark:
    """Trace, differentiate, rewrite, compile and run a step, with nothing kept."""
    X, y = data(replace(task, rows=task.batch))
    Y = np.eye(task.sizes[-1], dtype=X.dtype)[y]
    start = glorot(list(task.sizes), 6, np.random.RandomState(0), X.dtype)
    alphas = itertools.count(1)  # another constant, so that it is another graph

    def step() -> None:
        minimise(Cost(1 / next(alphas)), start, X, Y, method=Adam(), max_iter=1, tol=0)

    return mark(step, budget=0.2)


CONTEST = Contest(
    title="The engine",
    note="What is done to a chain of nodes, for one of them; a gradient that is taken "
    "anew in each turn of a loop, and the first of a program; all that is done before "
    "a network's step runs, with the first step; and functions with loops, from the "
    "recording to the compiled gradient.",
    cases=(*CHAINS, *IN_A_LOOP, FRESH, *PERCEPTRONS, *loops.LOOPS),
    rivals={
        "Pellucid": Rival(measured, ours=True),
        "autograd": Rival(partial(measured_beside, "autograd")),
        loops.BY_HAND: Rival(partial(measured_beside, loops.BY_HAND), slow=True),
    },
    rounds=1,
    goals={
        **{
            ("a gradient, not compiled", case, "Pellucid", "autograd"): 1.0
            for case in IN_A_LOOP
        },
        **loops.GOALS,
    },
)
