"""What a pass over rows is made of, measured: `python tools/pieces_of_a_pass.py`.

Times are those of processors, of one core, so that a busy machine tells nearly what an
idle one does. `--write` puts the tables into docs/scale.md.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client, LocalCluster
from numpy.typing import NDArray
from pyarrow import csv
from scale_page import put, table

import pellucid as pl
from pellucid.tables.grid import Grid
from pellucid.tables.streams.cluster import Cluster, batched, planned
from pellucid.tables.streams.cores import OneThread
from pellucid.tables.streams.runners import Cores, nobody
from pellucid.tables.streams.stream import Stream

COLUMNS = 5, 20, 50, 200
TASKS = 1, 64, 512, 2048
HEADS = [
    "columns", "file", "bytes a row", "first pass", "read and prepare",
    "products", "Newton sums",
]  # fmt: skip


@dataclass
class Kept:
    """Cores that keep what each pass was asked for, and what it found."""

    passes: list[tuple[str, Any, Any]] = field(default_factory=list)

    def reduced(self, work: Any, jobs: Sequence[Any], tell: Any) -> Any:
        """Do as `Cores` do, and keep it under the name of the work."""
        total = Cores().reduced(work, jobs, tell)
        inner = work.args[0] if hasattr(work, "args") else work
        name = getattr(inner, "func", type(inner)).__name__
        self.passes.append((name, inner, total))
        return total

    def last(self, name: str) -> tuple[Any, Any]:
        """The last work of a name, and its sum."""
        return next(found for each, *found in reversed(self.passes) if each == name)


@dataclass
class Told:
    """Who knows what each pass will find, so that only the client has work."""

    sums: Iterator[Any]

    def reduced(self, work: Any, jobs: Sequence[Any], tell: Any) -> Any:
        """Give the next sum."""
        return next(self.sums)


def main() -> None:
    """Measure, and print or write the tables."""
    with TemporaryDirectory() as folder, OneThread():
        found = [line for d in COLUMNS for line in measured(Path(folder), d)]
    lines, clients = zip(*found, strict=True)
    text = (
        "Nanoseconds of one core for each row.\n\n"
        f"{table(HEADS, lines)}\n\n"
        "What leaves a worker, and what the client does with the sum of all.\n\n"
        f"{table(CLIENT, clients[::2])}\n\n"
        "A pass that does nothing, on two workers of Dask on this machine.\n\n"
        f"{table(['pieces', 'tasks', 'seconds', 'ms a task'], latencies())}"
    )
    if sys.argv[1:] == ["--write"]:
        put("measured", text)
    else:
        print(text)


CLIENT = [
    "columns", "sum of products, bytes", "Newton's sum, bytes",
    "client's part of least squares, ms", "of a logistic fit, ms", "its passes",
]  # fmt: skip


def measured(folder: Path, d: int) -> Iterator[tuple[list[str], list[str]]]:
    """The lines of both tables for d columns, from Parquet and from text."""
    n = min(2**19, 2**23 // d)
    frame = rows_of(n, d)
    parquet, text = folder / f"{d}.parquet", folder / f"{d}.csv"
    pq.write_table(frame, parquet, row_group_size=2**16)
    csv.write_csv(frame, text)
    for path in (parquet, text):
        began = process_time()
        classes = pl.rows(path, target="c", drop="y", stream=True)
        look = process_time() - began
        numbers = pl.rows(path, target="y", drop="c", stream=True)
        products, line = fitted(pl.LinearRegression(), numbers, "ProductsOf")
        newton, other = fitted(pl.LogisticRegression(), classes, "_sums")
        read = least(lambda stream=classes: sum(map(len, stream.chunks())))
        times = look, read, products, newton
        each = [f"{1e9 * seconds / n:,.0f}" for seconds in times]
        size = f"{path.stat().st_size / n:,.0f}"
        (bytes_, ms, _), (more, longer, passes) = line, other
        client = [f"{d}", bytes_, more, ms, longer, passes]
        yield [f"{d}", path.suffix[1:], size, *each], client


def fitted(model: Any, stream: Stream, name: str) -> tuple[float, tuple[str, ...]]:
    """Seconds of a work for all rows; bytes of its sum, the client's part, passes."""
    kept = Kept()
    model.fit(replace(stream, runner=kept))
    passes = f"{model.passes_}"
    found, total = kept.last(name)
    chunks = [*stream.chunks()]
    seconds = least(lambda: [found(chunk) for chunk in chunks])

    def again() -> None:
        sums = iter([total for _, _, total in kept.passes])
        model.fit(replace(stream, runner=Told(sums)))

    size = f"{len(pickle.dumps(total)):,}"
    return seconds, (size, f"{1e3 * least(again):,.1f}", passes)


def rows_of(n: int, d: int) -> pa.Table:
    """Normal columns, a number that they tell, and a class."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)) * np.linspace(1, 5, d) + np.linspace(0, 50, d)
    z = (X - X.mean(axis=0)) @ (rng.normal(size=d) / np.linspace(1, 5, d) / d**0.5)
    y, c = z + rng.normal(size=n), (z + rng.logistic(size=n) > 0).astype(np.int64)
    names = [*(f"x{j + 1}" for j in range(d)), "y", "c"]
    return pa.table([*(np.ascontiguousarray(x) for x in X.T), y, c], names=names)


def least(do: Callable[[], Any], times: int = 3) -> float:
    """Seconds of a processor, at least."""
    seconds = []
    for _ in range(times):
        began = process_time()
        do()
        seconds.append(process_time() - began)
    return min(seconds)


# -- what a pass costs on a cluster that does nothing ---------------------------------


@dataclass(frozen=True)
class Nothing:
    """A piece that is a task of its own, as nobody knows how many rows it has."""

    n: None = None
    source: str = "nothing"

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """None."""
        yield from ()


def nothing(piece: Any, start: int) -> NDArray[np.float64]:
    """Find a sum as large as the products of 20 columns."""
    return np.zeros((22, 22))


def latencies() -> list[list[str]]:
    """What a pass takes whose pieces take no time."""
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": None}
    lines = []
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster) as client:
        for pieces in TASKS:
            jobs = [(Nothing(), 0)] * pieces
            tasks = len(planned(nothing, jobs, batched(jobs), "pass")[0])
            seconds = min(timed(client, jobs) for _ in range(5))
            line = [f"{pieces:,}", f"{tasks:,}", f"{seconds:.3f}"]
            lines.append([*line, f"{1e3 * seconds / tasks:.2f}"])
    return lines


def timed(client: Client, jobs: Any) -> float:
    """Seconds on the clock."""
    began = perf_counter()
    Cluster(client).reduced(nothing, jobs, nobody)
    return perf_counter() - began


if __name__ == "__main__":
    main()
