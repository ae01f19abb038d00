"""The simulated cluster is held against closed forms, the real plan, and its page."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import scale_page
import simulated_cluster
from simulated_cluster import Cluster, depth, passed, reduced

from pellucid.tables.streams import arrays
from pellucid.tables.streams.cluster import FAN_IN, batched, planned, rows_in

CALM = Cluster(workers=10, noise=0.0, dispatch=0.0, latency=0.0, bandwidth=np.inf)


@dataclass(frozen=True)
class Rows:
    """A piece that says how many rows it has, and is never read."""

    n: int
    source: str = "rows"

    def grids(self, columns=None):
        raise NotImplementedError


@pytest.mark.parametrize("tasks", [1, 10, 11, 95])
def test_workers_alike_take_their_tasks_by_turns(tasks):
    assert passed(CALM, tasks).seconds == -(-tasks // 10)


def test_a_slow_worker_holds_up_who_has_one_task_each():
    slow = replace(CALM, slow=0.1, factor=7.0)
    assert passed(slow, 10).seconds == 7.0
    assert passed(slow, 10).ideal == pytest.approx(10 / (9 + 1 / 7))


def test_a_task_that_is_done_twice_ends_with_the_faster():
    slow = replace(CALM, slow=0.1, factor=7.0, again=True)
    assert passed(slow, 10).seconds == 2.0  # the others end at 1, and begin it anew


def test_what_a_killed_worker_has_done_is_done_by_the_others():
    hit = replace(CALM, workers=2, killed=1.5)
    assert passed(hit, 4).seconds == 4.0  # of two tasks one was done, and one begun


def test_a_worker_killed_before_it_begins_leaves_the_work_to_the_rest():
    assert passed(replace(CALM, killed=0.0), 90).seconds == 10.0


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_a_full_tree_takes_its_depth_in_messages(levels):
    ready = np.full(FAN_IN**levels, 5.0)
    cluster = replace(CALM, latency=0.25)
    assert reduced(cluster, ready) == 5.0 + levels * (FAN_IN - 1) * 0.25


def test_tasks_of_a_level_are_given_out_one_after_another():
    cluster = replace(CALM, dispatch=1.0)
    assert reduced(cluster, np.zeros(FAN_IN**2)) == FAN_IN + 1


@pytest.mark.parametrize("pieces", [1, 7, 8, 9, 64, 65, 600])
@pytest.mark.parametrize("rows", [arrays.LARGE, arrays.LARGE // 4])
def test_the_tree_is_as_deep_as_that_of_the_real_plan(pieces, rows):
    jobs = [(Rows(rows), 0)] * pieces
    batches = batched(jobs)
    graph, leaves, root = planned(rows_in, jobs, batches, "pass")
    levels = [key[1] for key in graph if isinstance(key, tuple)]
    assert levels.count(0) == len(leaves) == len(batches)
    assert depth(len(batches)) == root[1] == max(levels)


def test_the_page_tells_what_is_simulated():
    _, told, _ = scale_page.parted("simulated")
    assert told == simulated_cluster.section()
