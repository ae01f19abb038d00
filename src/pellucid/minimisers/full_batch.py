"""What Newton and LBFGS share: a cost of one flat vector, and the way down it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs import structure
from pellucid.graphs.differentiating.gradient import hvp, value_and_gradient
from pellucid.graphs.graph import Graph
from pellucid.minimisers.recording import (
    compiled_with,
    graph_inputs,
    program_of,
    run_with,
    stable_graph,
)
from pellucid.minimisers.stopping import Judge, judge_of
from pellucid.minimisers.task import Fit, Options, Standing, Task, Watch, fitted
from pellucid.running.stages import Stages

Vector = NDArray[np.float64]
Product = Callable[[Vector, Vector], Vector]  # of w and v
JUMP = 1e3  # how much more than by its slope a cost rises where it jumps


@dataclass(frozen=True)
class Problem:
    """A cost of a flat vector, its gradient and its Hessian's products.

    `eps` is the rounding of its coarsest array.
    """

    eps: float
    value_and_gradient: Callable[[Vector], tuple[float, Vector]]
    product: Product

    def at(self, w: Vector) -> State:
        """The cost and the gradient at a place."""
        return State(w, *self.value_and_gradient(w))

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def jumps(self, state: State, p: Vector) -> bool:
        """Whether the cost jumps up against p, as to inf at the edge of its domain."""
        small, length = math.sqrt(self.eps), float(np.linalg.norm(p))
        step = small * max(1.0, float(np.linalg.norm(state.w)))
        near = self.at(state.w - step / (length or 1.0) * p)
        rise = JUMP * step * length + small * max(1.0, abs(state.cost))
        return not near.cost < state.cost + rise


@dataclass(frozen=True)
class State:
    """A point of the way: parameters, cost and gradient."""

    w: Vector
    cost: float
    g: Vector

    @property
    def slope(self) -> float:
        """The largest |g| max(|w|, 1), as in descent."""
        return float(np.max(np.abs(self.g) * np.maximum(np.abs(self.w), 1), initial=0))


def problem_of(task: Task, options: Options) -> Problem:
    """The cost, its gradient and its Hessian's products, compiled on the target."""
    slopes = value_and_gradient(task.cost, **task.rewriting)
    run = run_with(task, slopes, task.data, options)

    def value(w: Vector) -> tuple[float, Vector]:
        cost, *gradients = run(task.parts(w))
        return float(cost), flat(gradients)

    return Problem(task.eps, value, hessian_products(task, options))


def hessian_products(task: Task, options: Options) -> Product:
    """Products H(w) v of the Hessian of the cost."""
    return product_with(task, hvp(task.cost, **task.rewriting), task.start, options)


def product_with(
    task: Task, derivative: Callable[..., Any], direction: Any, options: Options
) -> Product:
    """Products of a derivative at w with vectors v, like the start or one array.

    What depends on w alone is computed once for all v. The graph is recorded at the
    first product: who needs none does not pay for it.
    """

    @functools.cache
    def made() -> Callable[[Vector, Vector], Iterable[Any]]:
        graph = stable_graph(task, derivative, task.start, *task.data, direction)
        if graph.guards:
            product = compiled_with(derivative, task.data, options, task.rewriting)
            return lambda w, v: product(task.rebuilt(w), task.rebuilt(v))
        return _staged(task, graph, direction, options)

    return lambda w, v: flat(list(made()(w, v)))


def _staged(
    task: Task, graph: Graph, direction: Any, options: Options
) -> Callable[[Vector, Vector], Iterable[Any]]:
    """Products by their graph in two stages: at a new w, and for each v."""
    first = len(list(structure.leaves(task.start)))
    last = len(list(structure.leaves(direction)))
    data = graph_inputs(graph, (task.start, *task.data, direction))[first:-last]
    program = functools.partial(program_of, options=options)
    stages = Stages(graph, later=graph.inputs[-last:], program=program)
    at: list[Any] = [None]

    def product(w: Vector, v: Vector) -> Iterable[Any]:
        if at[0] is not w:
            at[0] = w
            stages.begin(*task.parts(w), *data)
        one = isinstance(direction, np.ndarray) and direction is not task.start
        return stages.finish(*([v.astype(direction.dtype)] if one else task.parts(v)))

    return product


def flat(leaves: list[Any]) -> Vector:
    """All parameters one after another."""
    parts = [np.ravel(leaf) for leaf in leaves]
    return np.concatenate(parts, dtype=float) if parts else np.zeros(0)


Following = Callable[[State], State | None]


class Judged(Protocol):
    """What a method says that knows more of a place than the slope."""

    def is_least(self, state: State) -> bool:
        """Whether a place is a minimum."""

    def why_stuck(self, state: State) -> str:
        """Why no step leads on from a place."""


@dataclass(frozen=True)
class WayDown:
    """A way down: from place to place until the slope is small.

    `polished` takes one step more from there, as Newton does: it squares the error.
    `least` steps are taken however small the slope is at the start. `judged` says of a
    method that judges by itself whether a place is a minimum, and why no step is found.
    """

    task: Task
    problem: Problem
    options: Options
    watch: Watch
    before: Fit | None = None
    polished: bool = False
    least: int = 0
    judged: Judged | None = None

    def taken(self, method: type, following: Following) -> tuple[Fit, State]:
        """Go from the start; gives the Fit, and the place that was reached last."""
        state = self.problem.at(begin(self.task, method, self.before))
        judge = judge_of(self.task, self.options, self.before, watches_all=False)
        history: list[float] = []
        reason = f"reached max_iter, {self.options.limit}"
        with self.watch.over(self.options.limit):
            for iteration in range(self.options.limit + 1):
                history.append(state.cost)
                found = self._found(judge, history, state)
                near = self._is_near(state)
                goes_on = self.polished or iteration < self.least
                last = iteration == self.options.limit
                if found or last or (near and not goes_on):
                    reason = found or (SMALL if near else reason)
                    break
                after = following(state)
                if after is None:
                    reason = SMALL if near else self._why_stuck(state)
                    break
                state = after
                if near:
                    history.append(state.cost)
                    self._found(judge, history, state)  # somebody may want to know
                    reason = SMALL
                    break
        return self._fit(method, judge, history, state, reason), state

    def _is_near(self, state: State) -> bool:
        if self.judged:
            return self.options.tol > 0 and self.judged.is_least(state)
        return self.task.is_flat(state.slope, state.cost, self.options.tol)

    def _why_stuck(self, state: State) -> str:
        if self.judged:
            return self.judged.why_stuck(state)
        return _why_stuck(self.problem, state)

    def _found(self, judge: Judge, history: list[float], state: State) -> str:
        """Why the way ends at a place, whatever the slope; '' where it goes on."""
        iteration = len(history) - 1

        def x() -> Any:
            return self.task.rebuilt(state.w)

        if not math.isfinite(state.cost):
            return f"the cost is {state.cost} at step {iteration + 1}"
        judge.look(state.cost, x)
        if self.watch.told(iteration, state.cost, x):
            return "stopped by the callback"
        return judge.reason if judge.tired else ""

    def _fit(
        self, method: type, judge: Judge, history: list[float], state: State,
        reason: str,
    ) -> Fit:  # fmt: skip
        message = f"{method.__name__}: {reason}"
        x, nit = self.task.rebuilt(state.w), len(history) - 1
        standing = Standing(method, [state.w], nit)
        return judge.best(fitted(x, history, nit, message, standing=standing))


SMALL = "converged: the slope is small"
JUMPS = "which jumps beside it"


def _why_stuck(problem: Problem, state: State) -> str:
    """Why no step lowers the cost: it is least there, or jumps, as where it is inf."""
    reason = "no step lowers the cost"
    if not problem.jumps(state, state.g):
        return f"converged: {reason}"
    advice = "if its domain ends here, write it without a bound, as by exp(s) for s > 0"
    return f"{reason}, {JUMPS}; {advice}"


def begin(task: Task, method: type, before: Fit | None) -> Vector:
    """Where to begin: where the Fit before stood, or at the start."""
    standing = before.standing if before else None
    if standing and standing.method is method:
        return np.array(standing.kept[0])
    return flat(list(structure.leaves(task.start)))
