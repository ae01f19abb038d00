"""Workers and schedulers of Dask that are killed, and what a pass makes of it.

The answer is that of the table in memory, or there is one clear error.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cluster_work as work
import pytest
from dask_rows import DASK, FRAME, assert_same, client_of, cluster, until

import pellucid as pl
from pellucid.errors import TableError
from pellucid.tables.streams.cluster import Cluster, runner_for

pytestmark = [
    pytest.mark.filterwarnings("default"),  # Dask warns of a busy machine
    pytest.mark.timeout(300),  # on which processes start slowly
]


class Pass(threading.Thread):
    """A pass that is under way, and ends with its sums or an error."""

    def __init__(self, stream, folder) -> None:
        super().__init__(daemon=True)
        self.stream, self.folder = stream, folder
        self.found = self.error = None
        self.start()

    def run(self) -> None:
        try:
            self.found = self.stream.summed(work.Gated(self.folder), "sums")
        except Exception as error:
            self.error = error

    def kill(self, everyone: bool = False) -> None:
        """Kill a worker that certainly works on a chunk, or all; then open the gate."""
        until(lambda: len(pids(self.folder)) > everyone)
        for pid in sorted(pids(self.folder))[: None if everyone else 1]:
            os.kill(pid, signal.SIGKILL)
        Path(self.folder, "open").touch()

    def end(self):
        """What was found."""
        self.join(90)
        assert not self.is_alive(), "the pass hangs"
        if self.error:
            raise self.error
        return self.found


def pids(folder) -> set[int]:
    """The processes that began to sum a chunk."""
    return {int(p.name.partition("-")[0]) for p in folder.iterdir() if "-" in p.name}


@contextmanager
def process(part: str, *options: str) -> Iterator[subprocess.Popen]:
    """A scheduler or a worker of its own, which nobody replaces."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *options]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = subprocess.Popen(command, env=environment, **quiet)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@contextmanager
def worker(address: str) -> Iterator[subprocess.Popen]:
    """A worker that is not watched over."""
    options = "--no-nanny", "--no-dashboard", "--nthreads", "1"
    with process("worker", *options, address) as started:
        yield started


@pytest.fixture
def plain_workers():
    """Two workers that nobody replaces, and the client of their scheduler."""
    with (
        cluster(n_workers=0) as none,
        client_of(none) as client,
        worker(none.scheduler_address),
        worker(none.scheduler_address),
        client.as_current(),
    ):
        client.wait_for_workers(2, timeout=60)
        yield client


def test_a_killed_worker_that_is_replaced_costs_only_time(client, tmp_path):
    under_way = Pass(pl.rows(DASK, target="y"), tmp_path)
    under_way.kill()
    assert_same(under_way.end(), pl.rows(FRAME, target="y"))


def test_the_sums_of_a_killed_worker_are_taken_by_the_other(plain_workers, tmp_path):
    under_way = Pass(pl.rows(DASK, target="y"), tmp_path)
    under_way.kill()
    assert_same(under_way.end(), pl.rows(FRAME, target="y"))
    assert len(plain_workers.scheduler_info()["workers"]) == 1


def test_where_all_workers_are_killed_the_pass_says_so(plain_workers, tmp_path):
    stream = pl.rows(DASK, target="y")
    runner = Cluster(plain_workers, patience=3.0)
    under_way = Pass(replace(stream, runner=runner), tmp_path)
    under_way.kill(everyone=True)
    with pytest.raises(TableError, match="expected workers, found none for 3 s"):
        under_way.end()


def test_a_task_that_kills_its_worker_is_told(client):
    def allow(failures, dask_scheduler):
        dask_scheduler.allowed_failures, before = (
            failures,
            dask_scheduler.allowed_failures,
        )
        return before

    stream = pl.rows(DASK.partitions[0], target="y")
    before = client.run_on_scheduler(allow, 0)
    with pytest.raises(TableError, match="found 1 in a row killed by one"):
        stream.summed(work.deadly, "sums")
    client.run_on_scheduler(allow, before)


def test_a_killed_scheduler_ends_the_pass(tmp_path):
    file = tmp_path / "scheduler.json"
    options = "--port", "0", "--no-dashboard", "--scheduler-file", str(file)
    with process("scheduler", "--host", "127.0.0.1", *options) as scheduler:
        until(file.exists)
        address = json.loads(file.read_text())["address"]
        with worker(address):
            runner = runner_for(address)
            stream = replace(pl.rows(DASK, target="y"), runner=runner)
            (folder := tmp_path / "gate").mkdir()
            under_way = Pass(stream, folder)
            until(lambda: pids(folder))
            scheduler.kill()
            with pytest.raises(TableError, match=r"^the cluster at tcp://.*, found"):
                under_way.end()


def test_an_address_where_nobody_listens_is_told_within_seconds():
    began = time.monotonic()
    with pytest.raises(TableError, match="expected a Dask scheduler that listens"):
        runner_for("tcp://127.0.0.1:9", patience=2.0)
    assert time.monotonic() - began < 20


def test_the_error_of_a_task_is_the_one_that_it_raised(client):
    with pytest.raises(TableError, match=r"^part-3\.parquet: expected a whole file"):
        pl.rows(DASK, target="y").summed(work.truncated, "sums")


def test_a_worker_with_another_pellucid_is_told(client):
    def pretend(version):
        from pellucid.tables.streams import cluster

        cluster.VERSION, before = version, cluster.VERSION
        return before

    (*_, ours) = client.run(pretend, "0.0.1").values()
    try:
        with pytest.raises(TableError, match=r"found a worker with 0\.0\.1"):
            pl.rows(DASK, target="y").summed(work.moments, "sums")
    finally:
        client.run(pretend, ours)
