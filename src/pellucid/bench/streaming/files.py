"""The files of the race, written once for all who read them, each by a process.

`python -m pellucid.bench.streaming.files KIND N PATH` writes one: who measures memory
afterwards has not held its rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.bench.contest import library
from pellucid.bench.race import SCRATCH

FEW = 2_000  # rows of a file that is read before the clock starts
GROUP = 500_000  # rows of Parquet that are read at a time
STEP = 200_000  # rows of text that are written at a time
D = 20
DAYS = 3650


def made(kind: str, n: int) -> Path:
    """The file of a kind with so many rows; it is written where it is not there."""
    folder = Path(os.environ.get(SCRATCH, tempfile.gettempdir()))
    path = folder / f"rows-{n}.{kind}"
    if not path.exists():
        beside = path.with_suffix(".part")
        words = [sys.executable, "-P", "-m", __name__, kind, str(n), str(beside)]
        subprocess.run(words, check=True)
        beside.rename(path)
    return path


def block(rng: np.random.Generator, m: int) -> tuple[NDArray[np.float64], ...]:
    """Columns X (m, 20) far from 0, a target on their plane but for noise, and a class.

    >>> X, y, c = block(np.random.default_rng(0), 5)
    >>> X.shape, y.shape, set(c) <= {0.0, 1.0}
    ((5, 20), (5,), True)
    """
    scale, centre = np.linspace(1, 5, D), np.linspace(0, 50, D)
    Z = rng.standard_normal((m, D))
    z = Z @ np.cos(np.arange(D))
    y = z + rng.standard_normal(m)
    return Z * scale + centre, y, (z / 2 + rng.logistic(size=m) > 0).astype(float)


def names() -> list[str]:
    """What the columns of the Parquet file are called."""
    return [*(f"x{j + 1}" for j in range(D)), "y", "c"]


def parquet(n: int, path: Path) -> None:
    """Numbers, a group of rows after another."""
    arrow, files = library("pyarrow"), library("pyarrow.parquet")
    rng, schema = np.random.default_rng(0), [(name, "float64") for name in names()]
    group = min(GROUP, max(n // 4, 1))
    with files.ParquetWriter(path, arrow.schema(schema)) as writer:
        for start in range(0, n, group):
            X, y, c = block(rng, min(group, n - start))
            columns = [*np.asfortranarray(X).T, y, c]
            writer.write_table(arrow.table(columns, names=names()))


def csv(n: int, path: Path) -> None:
    """Fifty columns: 32 of decimals, 10 of counts, 6 of text, a date, and a target.

    A cell of ten columns is missing in one row of 500, spelled in two ways.
    """
    pandas, rng = library("pandas"), np.random.default_rng(0)
    for start in range(0, n, STEP):
        frame = _mixed(pandas, rng, min(STEP, n - start))
        frame.to_csv(path, mode="a", header=not start, index=False, na_rep="NA")


def _mixed(pandas: Any, rng: np.random.Generator, m: int) -> Any:
    numbers = rng.standard_normal((m, 32)).round(4)
    counts = rng.poisson(20, (m, 10))
    kinds = [rng.integers(0, levels, m) for levels in (2, 3, 5, 8, 20, 40)]
    days = np.datetime64("2015-01-01") + rng.integers(0, DAYS, m)
    y = numbers[:, :5] @ np.arange(1, 6) + 0.1 * counts[:, 0] + (kinds[1] == 2)
    frame = pandas.DataFrame(numbers).add_prefix("x")
    frame[[f"count{j}" for j in range(10)]] = counts
    for j, kind in enumerate(kinds):
        names = np.array([f"level {i}" for i in range(kind.max() + 1)], dtype=object)
        frame[f"kind{j}"] = names[kind]
    frame["day"] = days.astype(str)
    for name in ("x0", "x1", "x2", "x3", "x4", *(f"kind{j}" for j in range(5))):
        missing = rng.random(m) < 0.002
        frame[name] = frame[name].mask(missing, "" if name[0] == "k" else np.nan)
    frame["y"] = (y + rng.standard_normal(m)).round(4)
    return frame


WRITERS: dict[str, Callable[[int, Path], None]] = {"parquet": parquet, "csv": csv}

if __name__ == "__main__":
    kind, rows, where = sys.argv[1:]
    WRITERS[kind](int(rows), Path(where))
