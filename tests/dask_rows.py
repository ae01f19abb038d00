"""A table as a collection of Dask, and clusters on this machine to sum it."""

from __future__ import annotations

import time

import dask.dataframe as dd
import distributed
import numpy as np
import pandas as pd

N = 3000
rng = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "a": rng.normal(size=N) + 1e3,
        "b": rng.exponential(size=N),
        "kind": rng.choice(["north", "south", "west"], N),
    }
)
FRAME["y"] = FRAME.a - 2 * FRAME.b + (FRAME.kind == "west") + rng.normal(size=N)
NUMBERS = FRAME[["a", "b"]].to_numpy()
DASK = dd.from_pandas(FRAME, npartitions=7)


def cluster(**options):
    """A cluster of processes on this machine, on ports that are free."""
    return distributed.LocalCluster(
        threads_per_worker=1, host="127.0.0.1", dashboard_address=":0",
        worker_dashboard_address=None, processes=True, **options,
    )  # fmt: skip


def client_of(cluster):
    """A client that is in use only where it is said."""
    return distributed.Client(cluster, set_as_default=False)


def assert_same(found, table) -> None:
    """Sums of a stream are those of the table in memory."""
    expected = len(table.X), table.X.sum(0), table.X.T @ table.X, table.X.T @ table.y
    assert found[0] == expected[0]
    for ours, theirs in zip(found[1:], expected[1:], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


def until(holds, seconds: float = 60.0) -> None:
    """Wait until something holds."""
    latest = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < latest, "it never came"
        time.sleep(0.05)
