"""A pass over the rows by a cluster, simulated: `python tools/simulated_cluster.py`.

Workers take tasks as they become free, one after another; what they find is added on
the workers by the tree of `tables/streams/cluster.py`, and the client gets one sum.
Some workers are slow, some tasks take longer than others, and one worker may be killed.
The simulation says how long a pass takes beside the time that the same work would take
if nobody ever waited.

`--write` puts its tables into docs/scale.md.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scale_page import put, table

from pellucid.tables.streams.cluster import FAN_IN

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cluster:
    """Workers, what they need for their work, and how they are told of it.

    Parameters
    ----------
    workers : int
        How many.
    seconds : float
        For a task, where nothing disturbs.
    sum_bytes : float
        Of what is found of a task.
    noise : float
        The standard deviation of the logarithm of the time of a task.
    slow, factor : float
        Which part of the workers is slow, and how many times as long they take.
    killed : float
        When a worker is killed, in seconds, and with it what it held; never where inf.
    again : bool
        Whether a worker that has nothing to do takes the task that would be done last,
        so that whoever is first counts.
    dispatch : float
        Seconds in which the scheduler gives out one task.
    latency, bandwidth : float
        Of a message between two workers: seconds, and bytes a second.
    fan_in : int
        How many sums a task of the tree adds.
    """

    workers: int = 100
    seconds: float = 1.0
    sum_bytes: float = 16.0 * 22**2
    noise: float = 0.1
    slow: float = 0.0
    factor: float = 4.0
    killed: float = np.inf
    again: bool = False
    dispatch: float = 1e-3
    latency: float = 1e-3
    bandwidth: float = 1e9
    fan_in: int = FAN_IN

    @property
    def message(self) -> float:
        """Seconds in which a sum goes from one worker to another."""
        return self.latency + self.sum_bytes / self.bandwidth

    @property
    def speeds(self) -> Array:
        """How many times as long each worker takes."""
        speeds = np.ones(self.workers)
        speeds[: round(self.slow * self.workers)] = self.factor
        return speeds


@dataclass(frozen=True)
class Pass:
    """How long a pass took, its reduction after the last task, and what was ideal."""

    seconds: float
    reduction: float
    ideal: float

    @property
    def efficiency(self) -> float:
        """The time of workers who never wait, beside the time it took."""
        return self.ideal / self.seconds


def passed(cluster: Cluster, tasks: int, seed: int = 0) -> Pass:
    """Simulate one pass over so many tasks.

    >>> quiet = Cluster(workers=2, noise=0.0, dispatch=0.0, latency=0.0)
    >>> found = passed(replace(quiet, bandwidth=np.inf), tasks=4)
    >>> found.seconds, found.reduction, found.efficiency
    (2.0, 0.0, 1.0)
    """
    noise = cluster.noise * np.random.default_rng(seed).standard_normal(tasks)
    work = cluster.seconds * np.exp(noise)
    ready = done(cluster, work)
    end = reduced(cluster, ready)
    ideal = float(np.sum(work) / np.sum(1 / cluster.speeds))
    return Pass(end, end - float(ready.max()), ideal)


# -- tasks ----------------------------------------------------------------------------


@dataclass
class Desk:
    """The scheduler: who is free when, and when each task is done."""

    cluster: Cluster
    work: Array
    ready: Array
    free: list[tuple[float, int]]
    by: dict[int, int] = field(default_factory=dict)  # task -> worker
    given: int = 0

    def give(self, task: int) -> None:
        """A task to the worker that is free first."""
        at, worker = heapq.heappop(self.free)
        self.given += 1
        begin = max(at, self.given * self.cluster.dispatch)
        end = begin + self.work[task] * self.cluster.speeds[worker]
        if end < self.ready[task]:
            self.ready[task], self.by[task] = end, worker
        heapq.heappush(self.free, (min(end, self.ready[task]), worker))


def done(cluster: Cluster, work: Array) -> Array:
    """When each task is done."""
    free = [(0.0, worker) for worker in range(cluster.workers)]
    desk = Desk(cluster, work, np.full(len(work), np.inf), free)
    for task in range(len(work)):
        desk.give(task)
    if np.isfinite(cluster.killed):
        _kill(desk)
    if cluster.again:
        _do_again(desk)
    return desk.ready


def _kill(desk: Desk) -> None:
    """The last worker dies: others do what is lost, and what it was to do."""
    dead, at = desk.cluster.workers - 1, desk.cluster.killed
    by = np.array([desk.by[task] for task in range(len(desk.work))])
    again = lost(desk.ready, by == dead, at, desk.cluster.fan_in)
    again |= (by == dead) & (desk.ready > at)
    desk.free = [(max(t, at), worker) for t, worker in desk.free if worker != dead]
    heapq.heapify(desk.free)
    desk.ready[again] = np.inf
    for task in np.flatnonzero(again):
        desk.give(int(task))


def lost(ready: Array, dead: Bools, at: float, fan_in: int = FAN_IN) -> Bools:
    """Which tasks are done, but are in a sum that only the dead worker had.

    What is added is forgotten, and a sum lies where the last of its tasks was done.

    >>> lost(np.array([1.0, 2.0, 3.0]), np.array([False, True, False]), 2.5, fan_in=2)
    array([ True,  True, False])
    """
    gone, size = dead & (ready <= at), fan_in
    while size < fan_in * len(ready):
        for i in range(0, len(ready), size):
            some = slice(i, i + size)
            if ready[some].max() <= at:
                gone[some] = dead[some][np.argmax(ready[some])]
        size *= fan_in
    return gone


def _do_again(desk: Desk) -> None:
    """Whoever is free takes the task that ends last, if that is done sooner then."""
    for _ in range(len(desk.work)):
        task = int(np.argmax(desk.ready))
        at, worker = desk.free[0]
        speeds = desk.cluster.speeds
        if at + desk.work[task] * speeds[worker] >= desk.ready[task]:
            break
        first = desk.by[task]
        desk.give(task)  # the other one is stopped, and free
        desk.free = [(desk.ready[task] if w == first else t, w) for t, w in desk.free]
        heapq.heapify(desk.free)


# -- the tree -------------------------------------------------------------------------


def reduced(cluster: Cluster, ready: Array) -> float:
    """When the sum of all is there: level by level, each waits for its last part.

    All parts but one come from other workers, one after another; the tasks of a level
    are given out one after another too, as their parts become ready.
    """
    level = 0
    while len(ready) > 1 or not level:
        level += 1
        starts = np.arange(0, len(ready), cluster.fan_in)
        parts = np.diff([*starts, len(ready)])
        begin = dispatched(cluster, np.maximum.reduceat(ready, starts))
        ready = begin + cluster.message * (parts - 1)
    return float(ready[0])


def dispatched(cluster: Cluster, ready: Array) -> Array:
    """When tasks are given out that are ready so: whoever is first, one at a time.

    >>> dispatched(Cluster(dispatch=1.0), np.array([5.0, 0.0, 0.0]))
    array([6., 1., 2.])
    """
    order = np.argsort(ready, kind="stable")
    turn = cluster.dispatch * np.arange(len(ready))
    begin = np.empty(len(ready))
    begin[order] = np.maximum.accumulate(ready[order] - turn) + turn
    return begin + cluster.dispatch


def depth(tasks: int, fan_in: int = FAN_IN) -> int:
    """How many levels the tree of sums has.

    >>> [depth(tasks) for tasks in (1, 8, 9, 64, 65, 4096)]
    [1, 1, 2, 2, 3, 4]
    """
    levels = 1
    while tasks > fan_in:
        tasks, levels = -(-tasks // fan_in), levels + 1
    return levels


# -- the tables of docs/scale.md ------------------------------------------------------

Settings = dict[str, dict[str, float]]

SETTINGS: Settings = {
    "alike": {},
    "tasks from a third to three times as long": {"noise": 0.5},
    "5 of 100 four times as slow": {"slow": 0.05},
    "the same, last tasks done twice": {"slow": 0.05, "again": True},
    "1 of 100 twenty times as slow": {"slow": 0.01, "factor": 20.0},
    "the same, last task done twice": {"slow": 0.01, "factor": 20.0, "again": True},
}
EACH = 1, 4, 16, 64  # tasks for each worker
FANS = 2, FAN_IN, 32, 1600
SEEDS = 7


def usual(cluster: Cluster, tasks: int) -> float:
    """The efficiency of a pass, in the middle of several draws."""
    found = [passed(cluster, tasks, seed).efficiency for seed in range(SEEDS)]
    return float(np.median(found))


def stragglers() -> str:
    """How well 100 workers are used, by how many tasks the same work is cut into."""
    rows = [
        [name, *(f"{100 * usual(_cut(each, **of), 100 * each):.0f} %" for each in EACH)]
        for name, of in SETTINGS.items()
    ]
    return table(["workers", *_heads()], rows)


def _heads() -> list[str]:
    return [f"{each} task{'s' * (each > 1)} each" for each in EACH]


def _cut(each: int, **of: float) -> Cluster:
    """A minute of work for each worker, in so many tasks."""
    return replace(Cluster(seconds=60 / each), **of)


def killed() -> str:
    """How much longer a pass takes when a worker is killed, by when it is."""
    rows = [
        [f"after {100 * part:.0f} %", *(_delay(each, part) for each in EACH)]
        for part in (0.1, 0.5, 0.9)
    ]
    return table(["killed", *_heads()], rows)


def _delay(each: int, part: float) -> str:
    """In the middle, and at worst of several draws."""
    more = []
    for seed in range(SEEDS):
        calm = passed(_cut(each), 100 * each, seed).seconds
        hit = passed(_cut(each, killed=part * calm), 100 * each, seed).seconds
        more.append(hit - calm)
    return f"{np.median(more):.0f} s, {max(more):.0f} s"


def reductions() -> str:
    """What the tree of sums takes after the last task, by columns and fan-in."""
    rows = []
    for p in (20, 200, 2000):
        cluster = Cluster(sum_bytes=16.0 * (p + 2) ** 2, noise=0.0)
        found = [passed(replace(cluster, fan_in=fan), 1600).reduction for fan in FANS]
        rows.append([f"{p:,}", *(f"{seconds:,.3f} s" for seconds in found)])
    return table(["columns", *(f"{fan} at a time" for fan in FANS[:-1]), "all on one"],
                 rows)  # fmt: skip


def section() -> str:
    """The tables, as the page has them."""
    parts: Sequence[str] = (
        "How well 100 workers are used that have a minute of work each: the time "
        "without waiting, beside that of the pass.",
        stragglers(),
        "How much longer the pass takes when a worker is killed on the way: usually, "
        f"and at worst of {SEEDS} draws.",
        killed(),
        "How long the sums take after the last of 1,600 tasks, by how many a task of "
        "the tree adds.",
        reductions(),
    )
    return "\n\n".join(parts)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        put("simulated", section())
    else:
        print(section())
