"""Libraries and big data: blocks against whole tables, figures by other roads."""

from functools import reduce

import numpy as np
import pytest

from pellucid.lessons.answers import libraries
from pellucid.lessons.answers.libraries.inputs import bracketed, summary
from pellucid.lessons.lesson_15_libraries import app


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


@pytest.fixture
def blocks(rng):
    return [rng.normal(size=(n, 3)) + 50 for n in (4, 1, 7)]


def test_gpu_of_the_model_is_slower_for_small_arrays_and_faster_for_large(page):
    assert page["gain"][0] == pytest.approx(0.1, abs=0.01)
    assert page["gain"][-1] == pytest.approx(150, rel=0.01)  # 3,000 over 20 GB/s
    assert max(page["gain_sent"]) < 1.3


def test_a_tenth_added_ten_million_times_is_nine_per_cent_off(page):
    assert page["one_by_one"] == pytest.approx(1.09e6, rel=0.005)
    assert page["in_pairs"] == pytest.approx(1e6, rel=1e-6)


def test_formula_with_squares_loses_all_digits_and_merging_does_not(page):
    assert page["squares_digits"][0] > 14
    assert page["squares_digits"][6] < 6  # about four: sixteen less twelve
    assert page["squares_digits"][8] < 1
    assert min(page["merging_digits"]) > 7


def test_mean_and_spread_of_the_digits_are_those_of_the_whole_table(page):
    images = page["images"]
    np.testing.assert_allclose(page["mean_image"], images.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(page["spread_image"], images.std(axis=0), atol=1e-12)


def test_four_times_the_rows_halve_the_uncertainty(page):
    ratios = np.array(page["uncertain"][:-2]) / page["uncertain"][2:]
    np.testing.assert_allclose(ratios, 2, rtol=0.06)


def test_batches_reach_in_two_epochs_what_ten_steps_do_not(page):
    whole, batches = page["histories"].values()
    assert batches[0] == whole[0]
    assert batches[2] < 1.05 < 2 < whole[10]


def test_minutes_of_a_billion_rows_are_shared_by_machines(page):
    reading, products = page["minutes"](0.5, 1)
    assert reading == pytest.approx(80 / 0.5 / 60)
    assert products == pytest.approx(10_000 * page["seconds_a_block"] / 60)
    assert page["minutes"](0.5, 8)[0] == pytest.approx(reading / 8)


def test_race_times_numpy_and_shows_its_program(page):
    found, code = page["raced"](["numpy"], [10])
    assert found["numpy", 10] > 0
    assert "def cost_gradient" in code
    assert page["lines_of"](found, [10])[0][0] == "numpy"


def test_blocks_give_the_mean_and_the_variance_of_the_whole(blocks):
    whole = np.concatenate(blocks)
    mean = libraries.mean_of_blocks.function(blocks)
    np.testing.assert_allclose(mean, whole.mean(axis=0))
    first = [block[:, 0] for block in blocks]
    variance = libraries.variance_of_blocks.function(first)
    assert variance == pytest.approx(whole[:, 0].var())


def test_merging_summaries_in_a_tree_or_in_a_chain_is_the_summary_of_all(rng):
    parts = [rng.normal(size=n) for n in (3, 5, 2, 4, 6)]
    summaries = [summary(part) for part in parts]
    merged = libraries.merged.function
    known = summary(np.concatenate(parts))
    assert libraries.tree.function(summaries, merged) == pytest.approx(known)
    assert reduce(merged, summaries) == pytest.approx(known)


def test_tree_merges_neighbours_in_rounds():
    assert libraries.tree.function(list("abcde"), bracketed) == "(((ab)(cd))e)"


def test_weights_of_blocks_are_those_of_the_whole(blocks, rng):
    targets = [rng.normal(size=len(block)) for block in blocks]
    found = libraries.weights_of_blocks.function(
        list(zip(blocks, targets, strict=True))
    )
    whole = np.concatenate(blocks), np.concatenate(targets)
    np.testing.assert_allclose(found, np.linalg.lstsq(*whole)[0], rtol=1e-6)


def test_epoch_has_each_row_once(rng):
    batches = libraries.epoch.function(10, 4, rng)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(10))


def test_time_counts_whole_blocks_and_rounds():
    assert libraries.time_taken.function(1001, 100, 2.0, 4, 0.5) == 3 * 2 + 2 * 0.5
