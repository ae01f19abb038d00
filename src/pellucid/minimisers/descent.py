"""Descent by a method's steps, on all rows or on mini-batches, inside a target."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError
from pellucid.graphs.foreign import has_rows
from pellucid.graphs.tracing.trace import is_numeric
from pellucid.minimisers.feeding import Feed, InMemory
from pellucid.minimisers.schedules import rate_at
from pellucid.minimisers.steps import Settings, Step
from pellucid.minimisers.stepwise import Stepwise
from pellucid.minimisers.stopping import Judge, judge_of
from pellucid.minimisers.task import (
    Fit,
    Options,
    Standing,
    Task,
    Watch,
    continued,
    fitted,
)
from pellucid.running import targets
from pellucid.running.targets import Training

AT_ONCE = 100  # steps that are taken inside the target when nobody looks between

Array = NDArray[Any]


class Descent:
    """Steps of a method on a task, with the parameters kept inside the target.

    `rows` are those of a mini-batch; 0 for all rows at once.
    """

    def __init__(
        self, task: Task, method: Any, options: Options, *,
        rows: int = 0, measured: bool, before: Fit | None,
    ) -> None:  # fmt: skip
        self.method, self.options = method, options
        self.target = targets.target(options.target)
        settings = Settings(measured, options.clip_norm)
        flat = self.target.Training.flat
        self.step = Step(task, method, settings, flat, batched=rows > 0)
        self.branches = self.step.branches(rows)
        standing = before.standing if before else None
        if standing and standing.method is type(method):
            self.restart(_fitting(standing.kept, self.step.started()), standing.t)
        else:
            self.restart(self.step.started(), 0)

    def restart(self, kept: list[Array], t: int) -> None:
        """Be where these arrays are, after t steps."""
        self.training = self._training(kept)
        self.t = t

    def _training(self, kept: list[Array]) -> Training:
        if self.branches:
            return Stepwise(self.step, kept, self.options)
        make = self.target.Training
        return make(self.step, kept, self.step.data, self.options.device)

    def take(self, batches: list[Array | None]) -> Array:
        """Take a step on each batch; gives the cost and the slope (steps, 2) of each.

        A cost that is not finite is the last, and its step is not taken.
        """
        numbers = range(self.t + 1, self.t + 1 + len(batches))
        rates = [rate_at(self.method.rate, float(t)) for t in numbers]
        looks = self.training.epoch(batches, rates, self.t)
        self.t += len(looks) - (not math.isfinite(looks[-1, 0]))
        return looks

    @property
    def x(self) -> Any:
        """The parameters now, in the structure of the start."""
        return self.step.x(self.training.first(self.step.count))

    def ended(self, rng: np.random.Generator | None = None) -> tuple[Any, Standing]:
        """The parameters, and what is needed to go on from here; no step follows."""
        kept = self.training.ended()  # which frees what only steps need
        x = self.step.x([array.copy() for array in kept[: self.step.count]])
        return x, Standing(type(self.method), kept, self.t, rng)


def _fitting(kept: list[Array], new: list[Array]) -> list[Array]:
    """What a Fit has kept, where it is for this problem."""
    if [(a.shape, a.dtype) for a in kept] != [(a.shape, a.dtype) for a in new]:
        raise MinimiseError(
            "The Fit to go on from was made on another kind of target, or of another "
            "start: go on as it began, or start at fit.x."
        )
    return kept


class Way:
    """The places that a method comes to on the cost of all rows.

    After a hundred steps, and where nobody looks, a hundred are taken at once inside
    the target; when the way ends between them, they are walked again up to there.
    There are no other numbers of steps, because some targets compile each anew.
    """

    def __init__(self, descent: Descent, alone: bool) -> None:
        self.descent = descent
        self.alone = alone

    def places(self, limit: int) -> Iterator[tuple[float, float]]:
        """The cost and the slope at the start and after each of `limit` steps."""
        done = 0
        while done <= limit:
            self._kept, self._t = self.descent.training.kept, self.descent.t
            # The last place stands alone: its cost is known before its step is taken.
            ahead = not self.alone and min(done, limit - done) >= AT_ONCE
            looks = self.descent.take([None] * (AT_ONCE if ahead else 1))
            for self._passed, (cost, slope) in enumerate(looks.tolist()):
                yield cost, slope
            if not math.isfinite(cost):
                return
            done += len(looks)

    def here(self) -> Descent:
        """The descent at the place that was given last."""
        if self.descent.t != self._t + self._passed:
            self.descent.restart(self._kept, self._t)
            for _ in range(self._passed):
                self.descent.take([None])
        return self.descent

    def x(self) -> Any:
        """The parameters at the place that was given last, when it began a block."""
        return self.descent.step.x([array.copy() for array in self._kept])


def full_batch(
    task: Task, method: Any, options: Options, watch: Watch, before: Fit | None,
    rng: np.random.Generator | None = None,
) -> Fit:  # fmt: skip
    """Take steps on the cost of all rows until the slope is small."""
    measured = options.tol > 0
    descent = Descent(task, method, options, measured=measured, before=before)
    judge = judge_of(task, options, before, watches_all=False)
    watched = watch.looks or options.validation is not None
    way = Way(descent, alone=watched or descent.branches)
    history: list[float] = []
    reason = f"reached max_iter, {options.limit}"
    with watch.over(options.limit):
        for iteration, (cost, slope) in enumerate(way.places(options.limit)):
            history.append(cost)
            found = _why_here(cost, slope, options.tol, way)
            judge.look(cost, way.x)
            if not found and watch.told(iteration, cost, way.x):
                found = "stopped by the callback"
            if found or judge.tired:
                reason = found or judge.reason
                break
    return _summed(way.here(), judge, history, len(history) - 1, reason, rng)


def _why_here(cost: float, slope: float, tol: float, way: Way) -> str:
    """Why the way ends at a place; '' where it goes on."""
    if not math.isfinite(cost):
        return f"the cost is {cost} at step {way.descent.t + 1}; try a smaller rate"
    if way.descent.step.task.is_flat(slope, cost, tol):
        return "converged: the slope is small"
    return ""


def mini_batch(
    task: Task, method: Any, size: int, options: Options, watch: Watch,
    before: Fit | None, feed: Feed | None = None,
) -> Fit:  # fmt: skip
    """Take steps on the cost of shuffled batches until epochs gain no more."""
    if feed is None:
        task.data = tuple(map(_as_rows, task.data))
        feed = InMemory(task.data, _rows(task.data))
    rng = _shuffler(options.random_state, before)
    if not options.limit:  # no step, and so no batch: the cost of all rows
        return full_batch(task, method, options, watch, before, rng)
    descent = Descent(
        task, method, options, rows=min(size, feed.n), measured=False, before=before
    )
    judge = judge_of(task, options, before, watches_all=options.tol > 0)
    history: list[float] = []
    reason = f"reached max_iter, {options.limit} epochs"
    with watch.over(options.limit):
        for epoch in range(1, options.limit + 1):
            cost = _epoch(descent, feed, rng, size)
            history.append(cost)
            if not math.isfinite(cost):
                where = f"step {descent.t + 1}, in epoch {watch.first + epoch}"
                reason = f"the cost is {cost} at {where}; try a smaller rate"
                break
            judge.look(cost, lambda: descent.x)
            stopped = watch.told(epoch, cost, lambda: descent.x)
            if options.each:
                so_far = _so_far(descent, history, rng)
                stopped |= bool(options.each(continued(before, so_far)))
            if stopped or judge.tired:
                reason = "stopped by the callback" if stopped else judge.reason
                break
    return _summed(descent, judge, history, len(history), reason, rng)


def _so_far(descent: Descent, history: list[float], rng: np.random.Generator) -> Fit:
    """The Fit of the epochs that are over, as copies."""
    kept = descent.training.kept
    standing = Standing(type(descent.method), kept, descent.t, copy.deepcopy(rng))
    x = descent.step.x([array.copy() for array in kept[: descent.step.count]])
    return fitted(x, history, len(history), "an epoch is over", standing=standing)


def _epoch(descent: Descent, feed: Feed, rng: np.random.Generator, size: int) -> float:
    """One pass over all rows; gives the mean cost of a row's batch."""
    costs: list[Array] = []
    counts: list[int] = []
    for window in feed.epoch(rng, size):
        if window.fresh:
            descent.training.over(feed.arrays)
        costs.append(descent.take([*window.batches])[:, 0])
        if not math.isfinite(costs[-1][-1]):
            return float(costs[-1][-1])
        counts += [len(rows) for rows in window.batches]
    return float(np.concatenate(costs) @ counts) / sum(counts)


def _summed(
    descent: Descent, judge: Judge, history: list[float], nit: int, reason: str,
    rng: np.random.Generator | None = None,
) -> Fit:  # fmt: skip
    """The Fit of a descent; with validation data, its best parameters."""
    message = f"{type(descent.method).__name__}: {reason}"
    x, standing = descent.ended(copy.deepcopy(rng))
    return judge.best(fitted(x, history, nit, message, standing=standing))


def _shuffler(random_state: Any, before: Fit | None) -> np.random.Generator:
    """What shuffles the rows: that of the Fit before, or one with this seed."""
    if random_state is None and before and before.standing and before.standing.rng:
        return copy.deepcopy(before.standing.rng)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError):
        message = f"random_state is {random_state!r}; give a whole number from 0 on"
        raise MinimiseError(f"{message}, a NumPy Generator or None.") from None


def _rows(data: tuple[Any, ...]) -> int:
    """How many rows there are; refuse what cannot be cut into batches."""
    lengths = sorted({_length(d) for d in data})
    if len(lengths) != 1 or lengths[0] == 0:
        message = "Mini-batches cut all data along the first axis; the lengths are"
        advice = "give arrays of one length, and let the cost hold what has no rows"
        raise MinimiseError(f"{message} {lengths}: {advice}.")
    for d in data:
        if not is_numeric(d):
            found = getattr(d, "dtype", type(d).__name__)
            message = f"Mini-batches are cut from arrays of numbers; data hold {found}"
            raise MinimiseError(f"{message}: turn it into such an array first.")
    return lengths[0]


def _length(data: Any) -> int:
    """How many rows there seem to be; 0 for what has none."""
    if isinstance(data, (list, tuple)):
        return len(data)
    is_array = isinstance(data, np.ndarray) and data.ndim
    return len(data) if is_array or has_rows(data) else 0


def _as_rows(data: Any) -> Any:
    """A list of tuples of numbers as an array, a row a tuple."""
    if not isinstance(data, list):
        return data
    try:
        array = np.asarray(data)
    except ValueError:  # of several lengths
        return data
    return array if is_numeric(array) else data
