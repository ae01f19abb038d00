"""When to stop although the steps still go down: no gain, by all rows or by others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.minimisers.recording import run_with
from pellucid.minimisers.task import Fit, Options, Task


class Judge:
    """Counts how often in a row a cost gained less than `tol`; tired after `patience`.

    Parameters
    ----------
    tol, patience : float, int
        What counts as a gain, and how long one is waited for.
    measure : callable or None
        The cost of validation data for parameters; the best parameters are kept.
    watches : bool
        Whether the cost is watched at all.

    Examples
    --------
    >>> judge = Judge(0.0, patience=2)
    >>> for cost in (3.0, 2.0, 2.0, 2.5):
    ...     judge.look(cost, x=lambda: None)
    >>> judge.tired
    True
    """

    def __init__(
        self, tol: float, patience: int,
        measure: Callable[[Any], float] | None = None, watches: bool = True,
    ) -> None:  # fmt: skip
        self.tol, self.patience, self.measure = tol, patience, measure
        self.watches = watches or measure is not None
        self.history: list[float] = []
        self.best_x: Any = None
        self.best_cost = math.inf
        self._best, self._waited = math.inf, 0

    def look(self, cost: float, x: Callable[[], Any]) -> None:
        """Look at the cost of an iteration, and at the validation data."""
        if self.measure:
            place = x()
            held_out = self.measure(place)
            self.history.append(held_out)
            if held_out < self._best or self.best_x is None:
                self.best_x, self.best_cost = place, cost
            cost = held_out
        self.count(cost)

    def count(self, cost: float) -> None:
        """Count a cost that gained less than `tol`; one that gained ends the row."""
        self._waited = 0 if cost < self._best - self.tol else self._waited + 1
        self._best = min(self._best, cost)

    @property
    def tired(self) -> bool:
        """Whether it is time to stop."""
        return self.watches and self._waited >= self.patience

    @property
    def reason(self) -> str:
        """Why it is."""
        what = "the cost of the validation data" if self.measure else "the cost"
        return f"converged: {self.patience} epochs did not lower {what}"

    def best(self, fit: Fit) -> Fit:
        """The fit with the parameters that did best on the validation data."""
        if self.best_x is None:
            return fit
        watched = np.array(self.history)
        return replace(
            fit, x=self.best_x, fun=self.best_cost, validation_history=watched
        )


def judge_of(
    task: Task, options: Options, before: Fit | None, watches_all: bool
) -> Judge:
    """The judge of a minimisation; it remembers the Fit that is gone on with."""
    if options.validation is None:
        judge = Judge(options.tol, options.patience, None, watches_all)
        costs = before.history if before else ()
    else:
        measure = cost_of(task, options, options.validation)
        judge = Judge(options.tol, options.patience, measure)
        costs = before.validation_history if before else ()
        if before and len(costs):
            judge.best_x, judge.best_cost = before.x, before.fun
    for cost in costs[: before.nit if before else 0]:
        judge.count(float(cost))
    return judge


def cost_of(
    task: Task, options: Options, data: tuple[Any, ...]
) -> Callable[[Any], float]:
    """The cost of these data as a function of the parameters, on the target."""
    run = run_with(task, task.cost, task.taken(data), options)
    return lambda x: float(next(run(list(structure.leaves(x)))))
