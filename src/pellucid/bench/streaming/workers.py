"""Two workers of Dask on this machine, and the rows that they hold."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pellucid.bench.clock import fastest, mark
from pellucid.bench.contest import Mark, library
from pellucid.bench.streaming.measures import Task

Rows = tuple[Any, Any]  # X (n, 20) and y (n,), arrays of Dask
Plane = tuple[Any, float]  # w (20,) and b
Fit = Callable[[Any, Any, Task], Plane]

D = 20
BLOCK = 250_000  # rows
NEAR = 1e-6  # of the least cost: so far above it a way may end, and wins if it is fast
PATIENCE = 10.0  # seconds: work that takes longer is done once


@contextmanager
def cluster() -> Iterator[Any]:
    """A client of two processes of one thread each."""
    distributed = library("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        warnings.catch_warnings(action="ignore"),
        distributed.LocalCluster(processes=True, host="127.0.0.1", **options) as two,
        distributed.Client(two) as client,
    ):
        yield client


@contextmanager
def held(task: Task) -> Iterator[Rows]:
    """X and y, drawn on the workers, who hold them."""
    with cluster() as client:
        rows = client.persist(drawn(task))
        library("distributed").wait(rows)
        yield rows


def drawn(task: Task) -> Rows:
    """Standard normal X, and a target on their plane but for noise, or a class."""
    rng, chunks = library("dask.array").random.default_rng(0), min(BLOCK, task.n // 4)
    X = rng.standard_normal((task.n, D), chunks=(chunks, D))
    z = X @ np.cos(np.arange(float(D)))
    if task.odds:
        return X, (z / 2 + rng.logistic(size=task.n, chunks=chunks) > 0).astype(float)
    return X, z + rng.standard_normal(task.n, chunks=chunks)


def cost(task: Task, rows: Rows, found: Plane) -> float:
    """The mean cost, which Dask takes: squares, or log loss with its penalty."""
    (X, y), (w, b) = rows, found
    z = X @ w + b
    if not task.odds:
        return float(((z - y) ** 2).mean().compute())
    losses = library("dask.array").logaddexp(0.0, z) - y * z
    return float(losses.mean().compute()) + float(w @ w) / (2 * task.n)


def timed(task: Task, rows: Rows, ways: dict[str, Fit]) -> Mark:
    """The fastest of the ways whose cost is near the least of theirs."""
    marks = []
    few = rows[0].blocks[0], rows[1].blocks[0]
    for way, fit in ways.items():
        found: list[Plane] = []
        fit(*few, replace(task, n=len(few[0])))  # loads libraries on the workers
        work = partial(_kept, found, fit, rows, task)
        seconds = mark(work, least=1, budget=0.0, patience=PATIENCE)
        check = cost(task, rows, found[-1])
        marks.append(Mark(seconds.best, seconds.cold, check, way))
    return fastest(marks, NEAR)


def _kept(found: list[Plane], fit: Fit, rows: Rows, task: Task) -> None:
    found.append(fit(*rows, task))


def ours(X: Any, y: Any, task: Task, **settings: Any) -> Plane:
    """The plane of our estimator, of Dask's arrays or NumPy's."""
    return plane(getattr(library("pellucid"), task.model)(**settings).fit(X, y))


def plane(model: Any) -> Plane:
    """The coefficients of a fitted model, and its intercept."""
    return np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
