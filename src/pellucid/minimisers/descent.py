"""Descent by a method's steps, on all rows or on mini-batches."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import MinimiseError
from pellucid.graphs import structure
from pellucid.graphs.gradient import value_and_gradient
from pellucid.graphs.trace import is_number
from pellucid.minimisers.task import Fit, Task, Watch, fitted
from pellucid.running.compile import Compiled

PATIENCE = 10  # epochs without progress after which mini-batches stop


class Descent:
    """One step of a method, compiled together with the cost and its gradient.

    The parameters and the method's state are kept as one flat list, which the compiled
    step takes and gives back.
    """

    def __init__(self, task: Task, method: Any, measured: bool) -> None:
        self.task = task
        leaves = list(structure.leaves(task.start))
        states = [method.start(w) for w in leaves]
        self.count = len(leaves)
        self.kept = [*leaves, *structure.leaves(states)]
        self._example = leaves, states
        self._compiled = Compiled(_step(task, method, measured), stable=False)
        self._programs: dict[Any, Any] = {}
        self._cost = Compiled(task.cost, **task.rewriting)

    def step(self, data: tuple[Any, ...]) -> tuple[float, float, list[Any]]:
        """The cost and the largest slope here, and what to keep after the step."""
        key = tuple(np.shape(d) for d in data)
        if key not in self._programs:
            self._programs[key] = self._compiled.program(*self._example, *data).run
        inputs = [d for d in structure.leaves(data) if is_number(d)]
        try:
            cost, slope, *after = self._programs[key](*self.kept, *inputs)
        except ArithmeticError:  # between Python numbers overflow is an error, not inf
            return math.nan, math.nan, self.kept
        return float(cost), float(slope), after

    @property
    def x(self) -> Any:
        """The parameters now, in the structure of the start."""
        leaves = iter(self.kept[: self.count])
        return structure.mapped(
            lambda leaf: _as_kind(next(leaves), leaf), self.task.start
        )

    def cost(self) -> float:
        """The cost of all rows now."""
        return float(self._cost(self.x, *self.task.data))


def _step(task: Task, method: Any, measured: bool) -> Callable[..., Any]:
    both = value_and_gradient(task.cost, **task.rewriting)

    def step(leaves: Any, states: Any, *data: Any) -> Any:
        parts = iter(leaves)
        cost, tree = both(structure.mapped(lambda _: next(parts), task.start), *data)
        gradients = list(structure.leaves(tree))
        steps = zip(leaves, gradients, states, strict=True)
        after = [method.step(w, g, state) for w, g, state in steps]
        slope = _largest(leaves, gradients) if measured else 0.0
        return cost, slope, [w for w, _ in after], [state for _, state in after]

    step.__name__ = f"{task.cost.__name__}_step"
    return step


def _largest(leaves: Any, gradients: Any) -> Any:
    """The largest |g| max(|w|, 1): what the cost would change if w changed by its size.

    Dennis & Schnabel, "Numerical Methods for Unconstrained Optimization" (1983), 7.2.5.
    """
    pairs = zip(leaves, gradients, strict=True)
    slopes = [np.max(np.abs(g) * np.maximum(np.abs(w), 1.0)) for w, g in pairs]
    return np.max(np.array(slopes))


def _as_kind(value: Any, leaf: Any) -> Any:
    return float(value) if isinstance(leaf, float) else np.asarray(value)


def full_batch(task: Task, method: Any, limit: int, tol: float, watch: Watch) -> Fit:
    """Take steps on the cost of all rows until the slope is small."""
    descent = Descent(task, method, measured=tol > 0)
    history: list[float] = []
    reason = f"reached max_iter, {limit}"
    for iteration in watch.over(limit):
        cost, slope, after = descent.step(task.data)
        history.append(cost)
        if not math.isfinite(cost):
            reason = (
                f"the cost is {cost} at iteration {iteration - 1}; try a smaller rate"
            )
            break
        if tol and slope <= tol * max(1.0, abs(cost)):
            reason = "converged: the slope is small"
            break
        if watch.told(iteration - 1, cost, lambda: descent.x):
            reason = "stopped by the callback"
            break
        descent.kept = after
    else:
        history.append(descent.cost())
        watch.told(limit, history[-1], lambda: descent.x)
    return fitted(descent.x, history, len(history) - 1, f"{_name(method)}: {reason}")


def _name(method: Any) -> str:
    return type(method).__name__


def mini_batch(
    task: Task, method: Any, size: int, limit: int, tol: float, rng: Any, watch: Watch
) -> Fit:
    """Take steps on the cost of shuffled batches until epochs gain no more."""
    n = _rows(task.data)
    if size < 1:
        raise MinimiseError(f"batch_size is {size}; a batch has at least one row.")
    descent = Descent(task, method, measured=False)
    history: list[float] = []
    best, patience = math.inf, 0
    reason = f"reached max_iter, {limit} epochs"
    for epoch in watch.over(limit):
        history.append(_epoch(descent, rng.permutation(n), size))
        patience = 0 if history[-1] < best - tol else patience + 1
        best = min(best, history[-1])
        if not math.isfinite(history[-1]):
            reason = f"the cost is {history[-1]} in epoch {epoch}; try a smaller rate"
            break
        if watch.told(epoch, history[-1], lambda: descent.x):
            reason = "stopped by the callback"
            break
        if tol and patience >= PATIENCE:
            reason = f"converged: {PATIENCE} epochs did not lower the cost"
            break
    return fitted(
        descent.x,
        history or [descent.cost()],
        len(history),
        f"{_name(method)}: {reason}",
    )


def _epoch(descent: Descent, order: Any, size: int) -> float:
    """One pass over all rows; gives the mean cost of a row's batch."""
    total = 0.0
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        cost, _, descent.kept = descent.step(
            tuple(np.take(d, rows, 0) for d in descent.task.data)
        )
        total += cost * len(rows)
    return total / len(order)


def _rows(data: tuple[Any, ...]) -> int:
    lengths = sorted({len(d) if np.ndim(d) else 0 for d in data})
    if len(lengths) != 1 or lengths[0] == 0:
        message = "Mini-batches cut all data along the first axis; the lengths are"
        raise MinimiseError(f"{message} {lengths}.")
    return lengths[0]
