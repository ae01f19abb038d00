"""A stream is parted, standardised, sampled, predicted and scored as its rows are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import ModelError, TableError
from pellucid.tables.streams.choices import uniform
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table

rng = np.random.default_rng(0)
ROWS = rng.normal(size=(3000, 4)) * [1, 2, 3, 4] + 7
ROWS[:, 3] = ROWS[:, :3] @ [1.0, -2.0, 0.5] + rng.normal(size=3000)


@pytest.fixture
def stream():
    return pl.rows(ROWS, target=4, stream=True)


@pytest.fixture
def with_holes():
    rows = ROWS.copy()
    rows[::3, 0] = np.nan
    return pl.rows(rows, target=4, stream=True)


# -- arrays ---------------------------------------------------------------------------


@pytest.fixture
def memory_map(tmp_path):
    rows = np.memmap(tmp_path / "rows", np.float32, "w+", shape=(3000, 3))
    rows[:] = ROWS[:, :3]
    return rows


def test_a_pair_is_streamed_without_a_copy_of_it(memory_map):
    y = (ROWS[:, 3] > 10).astype(np.uint8)
    stream = pl.rows((memory_map, y), stream=True)
    assert all(np.shares_memory(piece.cells, memory_map) for piece in stream.pieces)
    in_memory = pl.LogisticRegression().fit(memory_map.astype(float), y)
    found = pl.LogisticRegression().fit(stream)
    np.testing.assert_allclose(found.coef_, in_memory.coef_, rtol=1e-10)


def test_a_memory_map_that_would_fill_the_memory_is_streamed(memory_map, monkeypatch):
    assert isinstance(pl.rows((memory_map, ROWS[:, 3]), stream=None), Table)
    monkeypatch.setattr("pellucid.tables.streams.places.LARGE", 8 * 3000 * 3 - 1)
    assert isinstance(pl.rows((memory_map, ROWS[:, 3]), stream=None), Stream)


def test_a_pair_of_numbers_and_text_keeps_both():
    y = np.where(ROWS[:, 3] > 10, "high", "low")
    table = pl.rows((ROWS[:, :3], y), stream=True).table()
    np.testing.assert_array_equal(table.X, ROWS[:, :3])
    np.testing.assert_array_equal(table.y, y)


def test_a_target_of_another_length_is_refused():
    with pytest.raises(TableError, match="expected one value beside each of 3000 rows"):
        pl.rows((ROWS[:, :3], ROWS[:7, 3]), stream=True)


# -- parts ----------------------------------------------------------------------------


def test_the_two_parts_of_a_split_hold_each_row_once(stream):
    train, test = stream.split(0.2)
    both = np.vstack([train.table().X, test.table().X])
    np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(ROWS[:, :3], axis=0))


@pytest.mark.parametrize("kind", ["stream", "with_holes"])
def test_a_part_knows_how_many_rows_it_has(kind, request):
    train, test = request.getfixturevalue(kind).split(0.2)
    assert (train.n, test.n) == (train.table().n, test.table().n)


def test_a_split_is_the_same_for_the_same_random_state_alone(stream):
    first, same, other = (stream.split(0.2, random_state=k)[1] for k in (0, 0, 1))
    assert np.array_equal(first.table().X, same.table().X)
    assert not np.array_equal(first.table().X[:5], other.table().X[:5])


def test_each_row_is_tested_in_one_fold(stream):
    tested = np.vstack([test.table().X for _, test in stream.folds(5)])
    np.testing.assert_array_equal(np.sort(tested, axis=0), np.sort(ROWS[:, :3], axis=0))


def test_folds_of_a_part_are_as_large_as_folds_of_all(stream):
    train, _ = stream.split(0.25)
    sizes = np.array([test.n for _, test in train.folds(5)])
    assert (abs(sizes - train.n / 5) < 5 * (train.n / 5) ** 0.5).all()


def test_a_part_does_not_hang_on_the_pieces(stream, monkeypatch):
    monkeypatch.setattr("pellucid.tables.streams.arrays.LARGE", 700)
    pieces = pl.rows(ROWS, target=4, stream=True)
    assert len(pieces.pieces) == 5
    one, other = (some.split(0.3)[1].table().X for some in (stream, pieces))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("size", [0, 1, -0.5, 40])
def test_a_part_that_is_none_is_refused(stream, size):
    with pytest.raises(TableError, match="expected a test_size between 0 and 1, found"):
        stream.split(size)


def test_hashes_are_uniform_and_hang_on_the_seed():
    one, other = (uniform(np.arange(100_000), seed) for seed in (1, 2))
    assert abs(np.histogram(one, 20)[0] - 5000).max() < 5 * 5000**0.5
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02


# -- rows in memory -------------------------------------------------------------------


def test_a_sample_has_as_many_rows_as_asked_for_and_says_which(stream):
    sample = stream.sample(500)
    np.testing.assert_array_equal(sample.X, ROWS[sample.labels - 1, :3])
    assert sample.n == 500
    assert len(np.unique(sample.labels)) == 500


def test_a_sample_of_more_rows_than_there_are_is_all_of_them(stream):
    np.testing.assert_array_equal(stream.sample(10_000).X, ROWS[:, :3])


def test_a_sample_of_a_fold_is_of_that_fold_and_has_its_size(stream):
    train, test = stream.folds(5)[0]
    assert (train.sample(200).n, test.sample(200).n) == (200, 200)


def test_the_head_is_the_first_rows(stream):
    np.testing.assert_array_equal(stream.head(7).X, ROWS[:7, :3])


def test_what_no_memory_holds_is_said_to_be_so(stream):
    with pytest.raises(TableError, match="found X asked for as a whole"):
        _ = stream.X


# -- standardised ---------------------------------------------------------------------


def test_standardised_columns_have_mean_0_and_deviation_1(stream):
    X = stream.standardised().table().X
    np.testing.assert_allclose(X, (ROWS - ROWS.mean(0))[:, :3] / ROWS.std(0)[:3])


def test_columns_far_from_0_are_standardised_as_well_as_float64_holds_their_mean():
    rows = np.column_stack([1e9 + ROWS[:, 0], ROWS[:, 3]])
    X = pl.rows(rows, target=2, stream=True).standardised().table().X[:, 0]
    exact = rows[:, 0] - 1e9
    np.testing.assert_allclose(X, (exact - exact.mean()) / exact.std(), atol=2e-7)


def test_a_standardised_recipe_is_plain_data():
    stream = pl.rows(ROWS, target=4, stream=True).standardised()
    recipe = stream.preparation
    assert type(recipe).from_dict(recipe.as_dict()) == recipe
    assert "numbers; standardised" in str(recipe)


# -- predicted and scored -------------------------------------------------------------


@pytest.fixture
def model():
    return pl.LinearRegression().fit(ROWS[:, :3], ROWS[:, 3])


def test_a_stream_is_predicted_as_its_rows_are(model, stream, monkeypatch):
    monkeypatch.setattr("pellucid.tables.streams.arrays.LARGE", 700)
    pieces = pl.rows(ROWS, target=4, stream=True)
    np.testing.assert_allclose(
        model.predict(pieces), model.predict(ROWS[:, :3]), rtol=1e-13
    )


def test_a_stream_is_scored_as_its_rows_are(model, stream):
    assert model.score(stream) == pytest.approx(model.score(ROWS[:, :3], ROWS[:, 3]))


def test_classes_of_a_stream_are_scored_as_its_rows_are():
    X, y = ROWS[:, :3], (ROWS[:, 3] > 10).astype(float)
    model = pl.LogisticRegression().fit(X, y)
    stream = pl.rows((X, y), stream=True)
    assert model.score(stream) == pytest.approx(model.score(X, y))
    np.testing.assert_array_equal(model.predict(stream), model.predict(X))
    np.testing.assert_allclose(
        model.predict_proba(stream), model.predict_proba(X), rtol=1e-12
    )


def test_partitions_of_dask_are_predicted_as_their_rows_are(model):
    array = pytest.importorskip("dask.array").from_array(ROWS[:, :3], chunks=(700, 3))
    right = model.predict(ROWS[:, :3])
    np.testing.assert_allclose(model.predict(array), right, rtol=1e-13)


def test_a_frame_of_dask_is_predicted_by_the_recipe_of_the_model():
    frame = pd.DataFrame(ROWS, columns=["a", "b", "c", "y"])
    frame["kind"] = np.where(frame.a > 7, "low", "high")
    model = pl.LinearRegression().fit(pl.rows(frame, target="y", stream=False))
    parts = pytest.importorskip("dask.dataframe").from_pandas(frame, npartitions=4)
    np.testing.assert_allclose(model.predict(parts), model.predict(frame), rtol=1e-13)


def test_rows_without_a_target_are_predicted_as_in_memory(tmp_path):
    frame = pd.DataFrame(ROWS[:200], columns=["a", "b", "c", "y"])
    model = pl.LinearRegression().fit(pl.rows(frame, target="y", stream=False))
    frame.loc[7, "y"] = np.nan
    frame.iloc[::-1].to_csv(tmp_path / "new.csv", index=False)
    found, right = (
        model.predict(pl.rows(tmp_path / "new.csv", target="y", stream=stream))
        for stream in (True, False)
    )
    np.testing.assert_allclose(found, right, rtol=1e-12)


def test_rows_without_a_target_are_not_scored(model):
    with pytest.raises(ModelError, match="expected rows with a target to score"):
        model.score(pl.rows(ROWS[:, :3], stream=True))


def test_what_takes_arrays_alone_is_told_that_no_memory_holds_a_stream(stream):
    with pytest.raises(TableError, match=r"found an array asked for .* `table\(\)`"):
        np.asarray(stream)


def test_labels_of_another_kind_are_refused_and_not_called_wrong(tmp_path):
    x = np.arange(12.0) ** 1.5
    truth = pd.DataFrame({"x": x, "y": x > 9})
    truth.to_csv(tmp_path / "truth.csv", index=False)
    truth.astype(float).to_csv(tmp_path / "numbers.csv", index=False)
    stream = pl.rows(tmp_path / "truth.csv", target="y", stream=True)
    other = pl.rows(tmp_path / "numbers.csv", target="y", stream=True)
    model = pl.LogisticRegression().fit(stream)
    assert model.score(stream) > 0.9
    with pytest.raises(ModelError, match=r"expected classes as False, .* got 0"):
        model.score(other)
