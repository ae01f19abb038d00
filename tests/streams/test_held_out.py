"""Models of streams are judged on rows held out, by sums, as rows in memory are.

The judge refits a model in memory to the rows outside each fold, and takes the figures
of the rows in it by scikit-learn.
"""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.models import judging
from pellucid.models.choosing import Different, chosen
from pellucid.models.streamed import others
from pellucid.models.streamed.held_out import BINS, area, binned
from pellucid.tables.streams.adding import Tree

SCALES = np.array([1.0, 10.0, 1e3, 1e-3, 1.0])
OFFSETS = np.array([0.0, 1e3, 1e5, 0.0, -7.0])


def linear():
    return pl.LinearRegression()


def logistic():
    return pl.LogisticRegression(C=np.inf, tol=1e-10)


def rows_of(n, k):
    """Rows with a target of numbers (k = 0) or of k classes."""
    rng = np.random.default_rng(k)
    Z = rng.normal(size=(n, 5))
    X = Z * SCALES + OFFSETS
    if not k:
        return np.column_stack([X, Z @ [1, 2, 3, 0, 1] + rng.normal(size=n)])
    outputs = Z @ rng.normal(size=(5, k)) + rng.gumbel(size=(n, k))
    return np.column_stack([X, np.argmax(outputs, axis=1)])


KINDS = {
    "numbers": (linear, 0),
    "two classes": (logistic, 2),
    "four classes": (logistic, 4),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS, scope="module")
def both(request):
    """What passes say of a model, and what models fitted to each fold's others say."""
    make, k = request.param
    n = 1500
    stream = pl.rows(rows_of(n, k), target=6, stream=True)
    table = stream.sample(n)
    model = make().fit(stream.table())
    found = others.judged(stream, model, table, seed=3)
    fold = others.first(stream, model, table, 3, 5).fold(np.arange(n))
    judge = judging.of_classes if k else judging.of_numbers
    expected = judge(lambda X, y: make().fit(X, y), table.X, table.y, fold)
    return found, expected, k


def test_what_is_said_of_each_row_is_what_a_model_of_the_other_folds_says(both):
    found, expected, _ = both
    np.testing.assert_allclose(found.output, expected.output, rtol=1e-5, atol=1e-6)


def test_the_figures_of_all_rows_are_those_of_rows_in_memory(both):
    found, expected, _ = both
    assert [m.name for m in found.measures] == [m.name for m in expected.measures]
    figures = [
        [(m.value, m.spread, m.baseline) for m in judged.measures]
        for judged in (found, expected)
    ]
    np.testing.assert_allclose(*figures, rtol=2e-4, atol=1e-4)


def test_classes_are_counted_as_in_memory(both):
    found, expected, k = both
    if not k:
        assert isinstance(found, judging.Judged)  # and no classes are counted
        return
    np.testing.assert_array_equal(found.confused, expected.confused)
    np.testing.assert_allclose(found.by_class, expected.by_class)
    assert found.names == [f"{float(c)}" for c in range(k)]
    said, true, rows = found.calibration
    assert rows.sum() == found.confused.sum()
    error = judging.calibration_error(said, true, rows)
    assert error == pytest.approx(
        judging.calibration_error(*expected.calibration), abs=0.01
    )


def test_folds_are_those_of_the_stream():
    stream = pl.rows(rows_of(500, 0), target=6, stream=True)
    model = pl.LinearRegression().fit(stream.table())
    place = others.first(stream, model, stream.sample(500), 7, 5)
    fold = place.fold(np.arange(500))
    counts = [test.n for _, test in stream.folds(5, random_state=7)]
    assert np.bincount(fold).tolist() == counts


def test_numbers_are_judged_by_products_of_the_folds():
    stream = pl.rows(rows_of(500, 0), target=6, stream=True)
    model = pl.LinearRegression().fit(stream.table())
    table = stream.sample(500)
    before = len(stream.passes)
    others.judged(stream, model, table, seed=0)
    assert stream.passes[before:] == [
        "products of columns of 5 folds",
        "judging on rows held out",
    ]


def test_the_area_of_bins_is_that_of_the_probabilities(rng):
    event = rng.random(5000) < 0.3
    p = np.clip(0.3 + 0.2 * event + 0.2 * rng.normal(size=5000), 0.001, 0.999)
    bins = binned(p, BINS)
    curves = np.stack([np.bincount(bins[~event], minlength=BINS),
                       np.bincount(bins[event], minlength=BINS)])  # fmt: skip
    metrics = pytest.importorskip("sklearn.metrics")
    assert area(curves[None]) == pytest.approx(
        metrics.roc_auc_score(event, p), abs=1e-4
    )


TARGETS = {
    "numbers": np.linspace(0.5, 9, 3000),
    "whole numbers": np.arange(3000.0) // 2 + 4,
    "few whole numbers": np.arange(3000.0) % 5,
    "two numbers": np.arange(3000.0) % 2 + 0.5,
    "counts": np.repeat([0.0, 1.0, 2.0, 3.0], [2000, 700, 250, 50]),
    "text": np.array(["a", "b", "c"] * 1000),
}


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
def test_a_model_is_chosen_from_sums_as_from_rows(y):
    tree: Tree[Different] = Tree()
    for start in range(0, len(y), 100):
        tree.add(Different.of(y[start : start + 100], 1000))
    found, expected = chosen(tree.total), chosen(y)
    assert (found.kind, found.classes) == (expected.kind, expected.classes)
    assert found.other == expected.other or len(np.unique(y)) > 1000
    many = str(len(np.unique(y)))
    reason = expected.reason.replace(many, "more than 1,000", len(many) > 3)
    assert found.reason == reason
