"""What others do with the same rows, each as its own users would write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.bench.clock import seconds
from pellucid.bench.contest import Mark, Measured, library
from pellucid.bench.memory import forget, peak
from pellucid.bench.streaming.files import FEW, made, names
from pellucid.bench.streaming.measures import ALONE, FIT, MEMORY, PASS, Task
from pellucid.bench.streaming.workers import (
    NEAR,
    Fit,
    Plane,
    cost,
    held,
    ours,
    plane,
    timed,
)

MOST = 10  # epochs of partial_fit
SOLVERS = ("newton", "lbfgs")  # of all that Dask's have: the others are slower, or end
#                                further from the optimum
Read = Callable[[Path, list[str]], Iterable[Any]]


# -- reading alone --------------------------------------------------------------------


def reading(read: Read, task: Task) -> Measured:
    """The columns that a fit needs, batch by batch."""
    columns = [*names()[:-2], task.target]

    def work(path: Path) -> int:
        return sum(batch.num_rows for batch in read(path, columns))

    work(made("parquet", FEW))  # loads what is loaded late
    path = made("parquet", task.n)
    forget()
    first, second = seconds(partial(work, path)), seconds(partial(work, path))
    best = min(first, second)
    return {ALONE: Mark(first), PASS: Mark(best), MEMORY: Mark(float(peak()))}


def dataset(path: Path, columns: list[str]) -> Iterable[Any]:
    """As it comes: all cores, and much read ahead."""
    found: Iterable[Any] = library("pyarrow.dataset").dataset(path).to_batches(columns)
    return found


def mapped(path: Path, columns: list[str]) -> Iterable[Any]:
    """From the pages of the file as the system holds them, with nothing read ahead."""
    options = {"memory_map": True, "pre_buffer": False}
    file = library("pyarrow.parquet").ParquetFile(path, **options)
    found: Iterable[Any] = file.iter_batches(columns=columns)
    return found


# -- on two workers -------------------------------------------------------------------


def on_workers(task: Task, ways: dict[str, Fit]) -> Measured:
    """The fastest way on the same arrays and workers; nothing where there is none."""
    if not ways:
        return {}
    with held(task) as rows:
        return {FIT: timed(task, rows, ways)}


def glm(task: Task) -> Measured:
    """Dask's generalised linear models, with the intercept's column in the clock."""
    library("dask_glm.algorithms")
    return on_workers(task, {name: partial(_glm, name) for name in SOLVERS})


def _glm(solver: str, X: Any, y: Any, task: Task) -> Plane:
    solve = getattr(library("dask_glm.algorithms"), solver)
    families = library("dask_glm.families")
    family = families.Logistic if task.odds else families.Normal
    penalty = {"regularizer": "l2", "lamduh": float(task.odds)}
    options = penalty if solver == "lbfgs" else {}
    ones = library("dask_glm.utils").add_intercept(X)
    w = solve(ones, y, family=family, **options)
    return w[:-1], float(w[-1])


def ml(task: Task) -> Measured:
    """Dask's estimators, with C = 1 as they come."""
    library("dask_ml.linear_model")
    return on_workers(task, {name: partial(_ml, name) for name in SOLVERS})


def _ml(solver: str, X: Any, y: Any, task: Task) -> Plane:
    model = getattr(library("dask_ml.linear_model"), task.model)
    return plane(model(solver=solver).fit(X, y))


def lstsq(task: Task) -> Measured:
    """Dask's own least squares, by QR factors, with a column of ones."""
    return on_workers(task, {} if task.odds else {"": _lstsq})


def _lstsq(X: Any, y: Any, task: Task) -> Plane:
    array = library("dask.array")
    ones = array.ones((task.n, 1), chunks=(X.chunks[0], 1))
    A = array.concatenate([X, ones], axis=1).rechunk({1: -1})
    w = array.linalg.lstsq(A, y)[0].compute()
    return w[:-1], float(w[-1])


def partial_fit(task: Task) -> Measured:
    """Averaged SGD on the workers, block after block, until it is at the same cost."""
    with held(task) as (X, y):
        least = cost(task, (X, y), ours(X, y, task))
        epochs: list[int] = []
        loop = partial(_loop, least * (1 + NEAR), epochs)
        found = timed(task, (X, y), {"": loop})
    arrived = found.check is not None and found.check <= least * (1 + NEAR)
    way = f"{'in' if arrived else 'not in'} {epochs[-1]} epochs"
    return {FIT: Mark(found.best, found.cold, found.check, way)}


def _loop(goal: float, epochs: list[int], X: Any, y: Any, task: Task) -> Plane:
    """Epochs of which each is a chain of tasks: the model goes where the blocks lie."""
    linear, dask = library("sklearn.linear_model"), library("dask")
    kind = linear.SGDClassifier if task.odds else linear.SGDRegressor
    options = {"loss": "log_loss"} if task.odds else {}
    steps = {"learning_rate": "invscaling", "eta0": 0.1, "average": True}
    model = kind(alpha=task.odds / task.n, random_state=0, **steps, **options)
    learn = dask.delayed(_learned)
    blocks = [*zip(X.to_delayed().ravel(), y.to_delayed().ravel(), strict=True)]
    least, done = np.inf, 0
    while least > goal and done < MOST:
        for block in blocks:
            model = learn(model, *block, task.odds)
        model, done = model.compute(), done + 1
        least = cost(task, (X, y), plane(model))
    epochs.append(done)
    return plane(model)


def _learned(model: Any, X: Any, y: Any, odds: bool) -> Any:
    """The model after a block more; it learns in place, so a copy does."""
    copied = library("copy").deepcopy(model)
    return copied.partial_fit(X, y, **({"classes": [0.0, 1.0]} if odds else {}))
