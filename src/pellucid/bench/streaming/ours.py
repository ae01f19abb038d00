"""What Pellucid does with rows that no memory holds."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.bench.clock import mark, seconds
from pellucid.bench.contest import Mark, Measured, library
from pellucid.bench.memory import forget, peak
from pellucid.bench.streaming.files import FEW, made
from pellucid.bench.streaming.measures import (
    AGREEING,
    ALONE,
    FIT,
    MEMORY,
    PASS,
    PASSES,
    Task,
)
from pellucid.bench.streaming.workers import (
    Plane,
    cluster,
    held,
    ours,
    plane,
    timed,
)

DIGITS = 16.0  # that float64 has
# Memory's logistic fit, as it comes, stops some 1e-8 before the optimum.
CONVERGED: dict[bool, dict[str, float]] = {False: {}, True: {"tol": 1e-12}}


def model(task: Task) -> Any:
    """The estimator as it comes; C = 1 is what LogisticRegression has."""
    return getattr(library("pellucid"), task.model)()


def stream(task: Task, path: Path) -> Any:
    """The rows of the Parquet file."""
    drop = "y" if task.odds else "c"
    return library("pellucid").rows(path, target=task.target, drop=drop, stream=True)


def from_parquet(task: Task) -> Measured:
    """From the file to the summary, and the most memory of the process."""
    path = made("parquet", task.n)
    passes: list[tuple[float, int]] = []

    def work(path: Path) -> None:
        rows, fitted = stream(task, path), model(task)
        begin = time.perf_counter()
        fitted.fit(rows)
        passes.append((time.perf_counter() - begin, fitted.passes_))
        fitted.summary()

    work(made("parquet", FEW))  # loads what is loaded late
    passes.clear()
    forget()
    first, _ = seconds(partial(work, path)), seconds(partial(work, path))
    took, count = min(passes)
    return {
        ALONE: Mark(first), PASS: Mark(took / count), PASSES: Mark(float(count)),
        MEMORY: Mark(float(peak())),
    }  # fmt: skip


def from_text(task: Task) -> Measured:
    """`pellucid fit`, from the file to the report."""
    path, main = made("csv", task.n), library("pellucid.command").main

    def work() -> None:
        with (
            tempfile.TemporaryDirectory() as out,
            open(os.devnull, "w") as nowhere,
            redirect_stdout(nowhere),
        ):
            words = ["fit", str(path), "--target", "y", "--stream", "--out", out]
            try:
                main(words)
            except SystemExit as ended:
                if ended.code:
                    raise RuntimeError(
                        f"pellucid fit ended with {ended.code}"
                    ) from None

    forget()
    return {FIT: mark(work, patience=0.0), MEMORY: Mark(float(peak()))}


def on_workers(task: Task) -> Measured:
    """A fit on two workers, and how many digits agree with one in memory."""
    with held(task) as (X, y):
        fit = timed(task, (X, y), {"": ours})
        found = ours(X, y, task)
        in_memory = ours(X.compute(), y.compute(), task, **CONVERGED[task.odds])
    return {FIT: fit, AGREEING: Mark(agreeing(found, in_memory))}


def agreeing(found: Plane, right: Plane) -> float:
    """How many digits of the coefficients agree, next to the largest of them.

    >>> agreeing((np.array([1.0, 2.0]), 0.5), (np.array([1.0, 2.002]), 0.5))
    3.0
    """
    w, v = (np.append(*both) for both in (found, right))
    off = np.max(np.abs(w - v)) / np.max(np.abs(v))
    return round(min(DIGITS, -float(np.log10(off))), 2) if off else DIGITS


def killed(task: Task) -> Measured:
    """A fit to a file of which a worker is killed half-way; how many digits are right.

    Where it ends with an error instead, that is the error of the race.
    """
    rows = stream(task, made("parquet", task.n))
    right = model(task).fit(rows)
    runner = library("pellucid.tables.streams.cluster").Cluster
    with cluster() as client:
        pid = next(iter(client.run(os.getpid).values()))
        killing = Killing(runner(client), pid)
        found = model(task)
        begin = time.perf_counter()
        found.fit(replace(rows, runner=killing))
        took = time.perf_counter() - begin
    if not killing.done:
        raise RuntimeError("expected a worker to be killed, none was")
    digits = agreeing(plane(found), plane(right))
    return {FIT: Mark(took), AGREEING: Mark(digits)}


@dataclass(frozen=True)
class Killing:
    """A runner that kills one process when half of the first pass is done."""

    runner: Any
    pid: int
    done: list[int] = field(default_factory=list)

    def reduced(
        self, work: Callable[..., Any], jobs: Sequence[Any], tell: Callable[[int], Any]
    ) -> Any:
        """Let the other runner do it, and kill when half of the pieces are summed."""
        told: set[int] = set()

        def kill(i: int) -> None:
            told.add(i)
            if not self.done and 2 * len(told) >= len(jobs):
                self.done.append(self.pid)
                os.kill(self.pid, signal.SIGKILL)
            tell(i)

        return self.runner.reduced(work, jobs, kill)
