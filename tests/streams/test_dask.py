"""Rows of Dask, summed by threads and by the workers of a cluster.

The judge is the same table in memory.
"""

from __future__ import annotations

from dataclasses import replace

import cluster_work as work
import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import distributed
import numpy as np
import pandas as pd
import pytest
from dask_rows import DASK, FRAME, NUMBERS, N, assert_same, rng, until

import pellucid as pl
from pellucid.errors import TableError
from pellucid.models.streamed.taking import taken
from pellucid.tables.streams.arrays import ArrayPiece
from pellucid.tables.streams.cluster import Cluster, batched, runner_for
from pellucid.tables.streams.runners import Cores, nobody

pytestmark = [
    pytest.mark.filterwarnings("default"),  # Dask warns of a busy machine
    pytest.mark.timeout(300),  # on which processes start slowly
]

SOURCES = {
    "data frame": lambda: DASK,
    "frame beside a series": lambda: (DASK[["a", "b", "kind"]], DASK.y),
    "frame beside a series that is cut otherwise": lambda: (
        DASK[["a", "b", "kind"]],
        dd.from_pandas(FRAME, npartitions=4).y,
    ),
    "bag of records": lambda: db.from_sequence(FRAME.to_dict("records"), npartitions=3),
    "bag of frames": lambda: db.from_sequence(cut(FRAME), npartitions=2),
    "list of delayed frames": lambda: [*map(dask.delayed, cut(FRAME))],
}
ARRAYS = {
    "arrays cut otherwise": lambda: (
        da.from_array(NUMBERS, chunks=(800, 1)),
        da.from_array(FRAME.y.to_numpy(), chunks=700),
    ),
    "array beside one in memory": lambda: (
        da.from_array(NUMBERS, chunks=800),
        FRAME.y.to_numpy(),
    ),
    "chunks of unknown sizes beside a series": lambda: (
        DASK[["a", "b"]].to_dask_array(),
        DASK.y,
    ),
    "arrays that persist": lambda: (
        da.from_array(NUMBERS, chunks=800).persist(),
        (da.from_array(FRAME.y.to_numpy(), chunks=800) + 1 - 1).persist(),
    ),
    "delayed arrays": lambda: (
        [dask.delayed(part[["a", "b"]].to_numpy()) for part in cut(FRAME)],
        [dask.delayed(part.y.to_numpy()) for part in cut(FRAME)],
    ),
}


def cut(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Three parts of a frame."""
    return [frame[:900], frame[900:2000], frame[2000:]]


@pytest.fixture(params=["on threads", "on a cluster"])
def either(request):
    """The runner of both ways to compute a collection."""
    if request.param == "on threads":
        return Cores
    request.getfixturevalue("client")
    return Cluster


# -- sources --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SOURCES)
def test_a_collection_of_dask_is_the_table_in_memory(kind, either):
    stream = pl.rows(SOURCES[kind](), target="y")
    table = pl.rows(FRAME, target="y")
    assert isinstance(stream.runner, either)
    assert stream.names == table.names
    assert_same(stream.summed(work.moments, "sums"), table)


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_of_dask_are_those_in_memory(kind, either):
    stream = pl.rows(ARRAYS[kind]())
    table = pl.rows((NUMBERS, FRAME.y.to_numpy()))
    assert stream.names[-2:] in (table.names, ("a", "b"))
    assert_same(stream.summed(work.moments, "sums"), table)


def test_a_target_of_one_array_is_named_by_its_number(either):
    array = da.from_array(FRAME[["a", "y", "b"]].to_numpy(), chunks=(800, 2))
    stream = pl.rows(array, target=2)
    assert stream.names == ("x1", "x3")
    table = pl.rows(array.compute(), target=2)
    assert_same(stream.summed(work.moments, "sums"), table)


def test_the_rows_come_in_their_order(either):
    stream = pl.rows(DASK, target="y")
    np.testing.assert_array_equal(stream.table().y, FRAME.y)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((DASK[["a"]].to_dask_array(), FRAME.y), "expected y of Dask"),
        ((da.ones((9, 2), chunks=3), da.ones(8, chunks=3)), "8 values for 9 rows"),
        ((DASK[["a"]].to_dask_array(), da.ones(N, chunks=N)), "1 beside 7"),
        (da.ones((2, 2, 2)), "expected rows and columns"),
        (DASK.a.sum(), "Scalar"),
    ],
)
def test_what_cannot_be_laid_side_by_side_is_told(source, expected):
    with pytest.raises(TableError, match=expected):
        pl.rows(source, target=None if isinstance(source, tuple) else 1)


def test_partitions_of_other_lengths_are_never_laid_side_by_side(either):
    y = DASK.y.map_partitions(lambda y: y[1:], meta=DASK.y._meta)
    with pytest.raises(TableError, match="as long as those of X"):
        pl.rows((DASK[["a", "b"]], y)).summed(work.moments, "sums")


# -- X and y of a fit -----------------------------------------------------------------


class Model:
    """What a fit knows of its model before the first pass."""


def fitted_to(X, y, s=None):
    """A model, and the stream that it takes in."""
    model = Model()
    return model, taken(model, X, y, s)


def test_a_fit_takes_columns_as_they_stand(either):
    X = DASK[["a", "b"]].assign(one=1.0, copy=DASK.a)  # pl.rows would leave two out
    model, stream = fitted_to(X, DASK.y)
    assert isinstance(stream.runner, either)
    assert model.feature_names_in_.tolist() == ["a", "b", "one", "copy"]
    assert model._target == "y"
    rows = X.compute().to_numpy()
    found = stream.summed(work.moments, "sums")
    np.testing.assert_allclose(found[2], rows.T @ rows, rtol=1e-13)
    np.testing.assert_allclose(found[3], rows.T @ FRAME.y, rtol=1e-13)


def test_a_fit_to_arrays_knows_no_names(either):
    X, y = ARRAYS["arrays cut otherwise"]()
    model, stream = fitted_to(X, y)
    assert not hasattr(model, "feature_names_in_")
    assert (model.n_features_in_, stream.n) == (2, N)


def test_rows_of_weight_0_are_none(either):
    X, y = ARRAYS["arrays cut otherwise"]()
    s = np.arange(N) % 3.0
    _, stream = fitted_to(X, y, da.from_array(s, chunks=650))
    chunks = [*stream.chunks()]
    np.testing.assert_array_equal(np.concatenate([c.s for c in chunks]), s[s > 0])
    np.testing.assert_array_equal(np.concatenate([c.X for c in chunks]), NUMBERS[s > 0])
    assert stream.n == np.sum(s > 0)


def test_classes_that_are_text_are_all_found(either):
    _, stream = fitted_to(DASK[["a"]], DASK.kind)
    assert stream.reading.labels == ("north", "south", "west")
    assert np.concatenate([c.y for c in stream.chunks()]).tolist() == [*FRAME.kind]


@pytest.mark.parametrize(
    ("X", "y", "s", "expected"),
    [
        (DASK[["kind"]], DASK.y, None, 'column "kind": expected finite numbers'),
        (DASK[["b"]].where(DASK.b < 5), DASK.y, None, '"b": expected finite .* nan'),
        (DASK[["b"]], DASK.y.where(DASK.b < 5), None, '"y": expected finite .* nan'),
        (DASK[["a"]], DASK.y, DASK.b - 9, "expected weights that are finite and at"),
        (DASK[["a"]], DASK[["b", "y"]], None, "expected one value of y a row, found 2"),
    ],
    ids=["text", "a hole in X", "a hole in y", "negative weights", "two targets"],
)
def test_what_a_fit_cannot_use_is_told(X, y, s, expected, either):
    with pytest.raises(TableError, match=expected):
        fitted_to(X, y, s)


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_least_squares_on_a_cluster_are_those_in_memory(offset, client):
    X, y = NUMBERS + np.array([0.0, offset]), FRAME.y.to_numpy()
    ours = pl.LinearRegression().fit(
        da.from_array(X, chunks=(700, 1)), da.from_array(y, chunks=800)
    )
    theirs = pl.LinearRegression().fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-10)


def test_classes_are_told_apart_on_a_cluster_as_in_memory(client):
    source = DASK[["a", "b", "y"]].assign(west=DASK.kind == "west").persist()
    ours = pl.LogisticRegression().fit(pl.rows(source, target="west"))
    theirs = pl.LogisticRegression().fit(pl.rows(source.compute(), target="west"))
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8)


# -- the sum --------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [1, 7, 8, 9, 27, 70])
def test_the_answer_is_to_the_bit_that_of_threads(pieces, client):
    X = rng.normal(size=(pieces * 10, 3)) * 1e3
    jobs = [(ArrayPiece(X[i : i + 10]), i) for i in range(0, len(X), 10)]
    told = []
    found = Cluster(client).reduced(work.third, jobs, told.append)
    np.testing.assert_array_equal(found, Cores(1).reduced(work.third, jobs, nobody))
    assert sorted(told) == list(range(pieces))


def test_small_pieces_are_summed_many_a_task():
    piece = ArrayPiece(np.ones((1000, 1)))
    assert len(batched([(piece, 0)] * 1000)) < 20


def test_a_file_is_read_by_the_workers(tmp_path, client):
    path = tmp_path / "rows.parquet"
    FRAME.to_parquet(path, row_group_size=500)
    stream = pl.rows(path, target="y", stream=True)
    at_work = replace(stream, runner=runner_for(client.scheduler.address))
    assert_same(at_work.summed(work.moments, "sums"), pl.rows(FRAME, target="y"))


def test_a_pass_leaves_nothing_behind(client):
    rows = DASK.persist()
    stream = pl.rows(rows, target="y")
    distributed.wait(rows)

    def tasks(dask_scheduler):
        return len(dask_scheduler.tasks)

    before = client.run_on_scheduler(tasks)
    stream.summed(work.moments, "sums")
    until(lambda: client.run_on_scheduler(tasks) == before)


@pytest.mark.parametrize(("persisted", "times"), [(True, 1), (False, 3)])
def test_rows_are_made_anew_in_each_pass_unless_they_persist(
    persisted, times, client, tmp_path
):
    rows = DASK.map_partitions(work.Logged(str(tmp_path)), meta=DASK._meta)
    rows = rows.persist() if persisted else rows
    stream = pl.rows(rows, target="y")
    stream.summed(work.moments, "sums")
    stream.summed(work.moments, "again")
    assert len(stream.passes) == 3
    assert len([*tmp_path.iterdir()]) == 7 * times


def test_blas_takes_one_thread_for_each_task_of_a_worker(client):
    found = pl.rows(DASK, target="y").summed(work.threads, "threads")
    assert found[0].tolist() == [7]
