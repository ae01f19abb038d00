"""Least squares of rows that no memory holds: the digits that memory has."""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pl
from pellucid.errors import ModelError, TableError
from pellucid.models.streamed.folds import cross_validated
from pellucid.regression.sums.condensed import Condensed
from pellucid.regression.sums.plan import COARSE, FAST, FINE, Plan
from pellucid.regression.sums.products import Products
from pellucid.tables.streams import arrays
from pellucid.tables.streams.runners import Cores

FAR = np.array([0, 1e3, 1e9, 1e6])


@pytest.fixture
def pieces(monkeypatch):
    """Set how many rows a piece and a chunk have."""

    def set_to(rows: int) -> None:
        monkeypatch.setattr(arrays, "LARGE", rows)
        monkeypatch.setattr(arrays, "ROWS", rows)

    return set_to


def streamed(X, y, stream=True):
    with np.errstate(all="ignore"):  # a look at the roles of columns squares them
        return pl.rows((X, y), target="y", stream=stream)


def both(X, y, **settings):
    """The fits of a stream and of the same table in memory."""
    model = pl.LinearRegression(**settings)
    other = pl.LinearRegression(**settings).fit(streamed(X, y, stream=False))
    return model.fit(streamed(X, y)), other


def rational(X, y, s=None, intercept=True):
    """The coefficients of exact arithmetic, the intercept last."""
    rows = [[*map(Fraction, row)] + [Fraction(1)] * intercept for row in X.tolist()]
    y, s = ([*map(Fraction, v)] for v in (y.tolist(), [1] * len(y) if s is None else s))
    p = len(rows[0])
    G = [
        [sum(q * r[i] * r[j] for r, q in zip(rows, s, strict=True)) for j in range(p)]
        + [sum(q * r[i] * t for r, t, q in zip(rows, y, s, strict=True))]
        for i in range(p)
    ]
    for i in range(p):
        for k in set(range(p)) - {i}:
            factor = G[k][i] / G[i][i]
            G[k] = [a - factor * b for a, b in zip(G[k], G[i], strict=True)]
    return np.array([float(G[i][p] / G[i][i]) for i in range(p)])


def made(rng, n=300, d=4):
    """Rows whose columns are of other sizes and places."""
    X = rng.normal(size=(n, d)) * [1.0, 1e-3, 5.0, 100.0][:d]
    return X, X @ [1.0, 2.0, 3.0, 0.1][:d] + rng.normal(size=n)


TABLES = {
    "plain": lambda X, y, rng: (X, y),
    "offsets of 1e9": lambda X, y, rng: (X + FAR, y + 1e9),
    "a year": lambda X, y, rng: (np.c_[1e9 + np.arange(len(X)), X], y),
    "sorted": lambda X, y, rng: (np.sort(X, axis=0), y),
    "heavy tails": lambda X, y, rng: (X**5, y),
    "out of the range of squares": lambda X, y, rng: (
        X * [1e200, 1, 1, 1e-200],
        y * 1e100,
    ),
    "whole numbers": lambda X, y, rng: (np.rint(X * [9, 9e3, 9, 9]), np.rint(y)),
    "a shift after the first rows": lambda X, y, rng: (
        X + np.where(np.arange(len(X)) < 100, 0, 1e7)[:, None],
        y,
    ),
    "nearly parallel": lambda X, y, rng: (
        np.c_[X, X[:, 0] + 1e-6 * rng.normal(size=len(X))],
        y,
    ),
    "zeros before 1e-80": lambda X, y, rng: (
        np.c_[X, np.where(np.arange(len(X)) < 100, 0, 1e-80 * X[:, 0] ** 2)],
        y,
    ),
}


@pytest.mark.parametrize("rows", [100, 65536])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", TABLES)
def test_coefficients_are_those_of_exact_arithmetic(name, intercept, rows, rng, pieces):
    pieces(rows)
    X, y = TABLES[name](*made(rng), rng)
    model = pl.LinearRegression(fit_intercept=intercept).fit(streamed(X, y))
    found = np.append(model.coef_, model.intercept_ if intercept else [])
    truth = rational(X, y, intercept=intercept)
    np.testing.assert_allclose(found, truth, rtol=1e-14)
    off = np.abs(found - truth)[: len(model.digits_)]
    claimed = np.abs(truth[: len(off)]) * 10.0**-model.digits_
    assert (off <= 2 * claimed).all()


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("name", [*TABLES][:6])
def test_all_that_is_told_of_a_fit_is_that_of_memory(name, intercept, rng):
    X, y = TABLES[name](*made(rng), rng)
    model, other = both(X, y, fit_intercept=intercept)
    assert model.rank_ == other.rank_
    for kind in ("classical", "HC0", "HC1", "HC2", "HC3"):
        mine, theirs = (m.summary(covariance=kind).frame for m in (model, other))
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-300)
    mine, theirs = (m._statistics.figures() for m in (model, other))
    np.testing.assert_allclose([*mine.values()], [*theirs.values()], rtol=1e-10)
    np.testing.assert_allclose(model.history_, other.history_, rtol=1e-12)
    np.testing.assert_allclose(model.anova().frame, other.anova().frame, rtol=1e-9)
    some = pd.DataFrame(X[:5], columns=model.feature_names_in_)
    np.testing.assert_allclose(
        model.predict_interval(some), other.predict_interval(some), rtol=1e-10
    )


def test_a_fit_is_one_pass_and_its_statistics_no_other(rng):
    stream = streamed(*made(rng))
    before = len(stream.passes)
    model = pl.LinearRegression().fit(stream)
    told = model.summary(), model.anova(), model.notes_, model.formula(), model.graph_
    assert all(str(each) for each in told)
    assert model.passes_ == 1
    assert stream.passes[before:] == ["products of columns"]
    model.summary(covariance="HC3")
    assert stream.passes[before:] == ["products of columns", "covariance HC3"]


NIST = ["Longley", "NoInt1", "NoInt2", "Norris", "Wampler1", "Wampler2", "Wampler3"]


@pytest.mark.parametrize("name", NIST)
def test_nist_sets_have_the_digits_of_memory(name, data, pieces):
    pieces(7)
    X, y = nist(data / "nist" / f"{name}.dat")
    intercept = not name.startswith("NoInt")
    model, other = both(X, y, fit_intercept=intercept)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-10)
    np.testing.assert_allclose(model.intercept_, other.intercept_, rtol=1e-10)
    off = np.abs(model.coef_ - other.coef_)
    assert (off <= 2 * np.abs(other.coef_) * 10.0**-model.digits_).all()


def nist(path: Path):
    """The columns of a set, of polynomials the powers of x, and the target."""
    lines = path.read_text("ascii").splitlines()
    first = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    rows = np.array([line.split() for line in lines[first:] if line.strip()], float)
    powers = np.arange(1, 6) if path.stem.startswith("Wampler") else 1
    return rows[:, 1:] ** powers, rows[:, 0]


def test_collinear_columns_have_the_shortest_coefficients_of_memory(rng):
    X, y = made(rng)
    X[:, :] /= [1.0, 1e-3, 5.0, 100.0]
    for more in (X[:, 0] + X[:, 1], np.eye(3)[rng.integers(0, 3, len(X))]):
        model, other = both(np.c_[X, more], y)
        assert model.rank_ == other.rank_ < model.n_features_in_
        np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-10)
        assert np.isnan(model.digits_).all()


def test_levels_that_add_up_to_one_are_told_from_others_in_one_pass(rng):
    X, y = made(rng, n=200_000)
    levels = np.eye(3)[rng.integers(0, 3, len(X))]
    model = pl.LinearRegression().fit(streamed(np.c_[levels, X], y))
    assert (model.rank_, model.passes_) == (6, 1)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_few_rows_are_fitted_by_the_shortest_coefficients(n, rng):
    X, y = made(rng, n=n)
    model, other = both(X, y)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-10)
    assert model.rank_ == other.rank_ == n - 1


def test_what_is_explained_without_rest_has_an_r2_of_1(rng):
    X = rng.integers(-9, 9, (50, 3)).astype(float)
    model = pl.LinearRegression().fit(streamed(X, X @ [1.0, 2.0, 3.0] + 4))
    assert model.coef_.tolist() == [1, 2, 3]
    assert model.intercept_ == 4
    assert model._statistics.r2 == 1


def test_a_target_that_does_not_vary_is_refused_in_the_words_of_memory(rng):
    X, _ = made(rng)
    pair = (X, np.full(len(X), 2.5))
    told = []
    for rows in (streamed(*pair), pl.rows(pair, target="y")):
        with pytest.raises(TableError, match="in all 300 rows") as error:
            pl.LinearRegression().fit(rows)
        told.append(str(error.value))
    assert told[0] == told[1]


def test_coefficients_of_at_least_0_are_those_of_memory(rng):
    X, y = made(rng)
    model, other = both(X, -y, positive=True)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-12)
    assert (model.coef_ == 0).any()


@pytest.mark.parametrize("rows", [1, 7, 300])
def test_pieces_of_any_size_give_the_same_coefficients(rows, rng, pieces):
    X, y = made(rng)
    pieces(rows)
    model = pl.LinearRegression().fit(streamed(X, y))
    np.testing.assert_allclose(model.coef_, rational(X, y)[:-1], rtol=1e-15)


@given(st.lists(st.integers(1, 300), max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_any_cuts_of_the_rows_give_the_same_products_to_104_bits(cuts, seed):
    X, y = made(np.random.default_rng(seed))
    rows = np.c_[X, y]
    plan = plan_of(rows, FINE)
    ends = [0, *sorted({c for c in cuts if c < 300}), 300]
    parts = [
        Products.of_rows(plan, np.asfortranarray(X[a:b]), y[a:b], None)
        for a, b in pairwise(ends)
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    whole = Products.of_rows(plan, np.asfortranarray(X), y, None)
    left = (Condensed.of(plan, total).R - Condensed.of(plan, whole).R).value
    assert np.abs(left).max() <= 2.0**-85 * np.abs(whole.of.head).max()


def plan_of(rows, slices):
    plan = Plan.of(rows, None)
    return Plan(plan.e, plan.head, plan.weighted, plan.f, plan.coarse, slices)


@pytest.mark.parametrize(("slices", "bits"), [(FAST, 72), (FINE, 102)])
@pytest.mark.parametrize("weighted", [False, True])
def test_products_are_known_to_so_many_bits(slices, bits, weighted, rng):
    X, y = made(rng)
    s = rng.uniform(0.1, 3.0, len(y)) if weighted else None
    rows = np.c_[X + FAR, y, np.ones(len(y))]
    plan = plan_of(rows[:, :-1], slices)
    found = Products.of_rows(plan, np.asfortranarray(rows[:, :4]), y, s).of
    heads = np.append(plan.head, 0.0)
    Z = [
        [Fraction(v) - Fraction(h) for v, h in zip(r, heads, strict=True)]
        for r in rows.tolist()
    ]
    q = [Fraction(1)] * len(y) if s is None else [Fraction(v) / 2**plan.f for v in s]
    for i in range(6):
        for j in range(6):
            truth, a, b = (
                sum(w * z[k] * z[m] for z, w in zip(Z, q, strict=True))
                for k, m in ((i, j), (i, i), (j, j))
            )
            both = [
                Fraction(float(v[k]))
                for v in (found.head, found.tail)
                for k in ((i, j), (j, i))
            ]
            assert abs(sum(both) / 2 - truth) <= 2.0**-bits * float(a * b) ** 0.5


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads, rng, pieces):
    pieces(50)
    X, y = made(rng)
    one = pl.LinearRegression().fit(streamed(X, y))
    stream = streamed(X, y)
    object.__setattr__(stream, "runner", Cores(threads))
    other = pl.LinearRegression().fit(stream)
    assert pickle.dumps(one._sums.sums.of) == pickle.dumps(other._sums.sums.of)
    assert one.summary().frame.equals(other.summary().frame)


def test_columns_that_only_rounding_may_move_are_told(rng):
    X, y = made(rng)
    X[:, 2] = 1e9 + 1e-7 * rng.normal(size=len(y))
    with pytest.warns(RuntimeWarning, match="x3 varies so little"):
        model = pl.LinearRegression().fit(streamed(X, y))
    with pytest.warns(RuntimeWarning, match="x3 varies so little"):
        other = pl.LinearRegression().fit(pl.rows((X, y), target="y"))
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-12)
    assert model.coef_[2] == 0


def test_numbers_that_are_not_rounded_keep_their_coefficients(rng):
    x = 1e15 + np.arange(50.0) * 8
    y = np.arange(50.0) + rng.normal(size=50)
    model, other = both(x[:, None], y)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-14)
    assert abs(model.coef_[0]) > COARSE * 1e-9


def test_a_model_from_a_file_tells_what_the_stream_told(rng):
    X, y = made(rng)
    model = pl.LinearRegression().fit(streamed(X, y))
    again = pickle.loads(pickle.dumps(model))
    assert again.summary().frame.equals(model.summary().frame)
    np.testing.assert_array_equal(again.singular_, model.singular_)


def test_labels_are_no_target_of_a_regression():
    stream = pl.rows(np.eye(3), target=3, stream=True)
    with pytest.raises(ModelError, match="beside it"):
        pl.LinearRegression().fit(stream, [1, 2, 3])


@pytest.mark.parametrize("name", ["plain", "offsets of 1e9"])
def test_folds_are_judged_in_one_pass_as_by_fits_to_the_others(name, rng):
    X, y = TABLES[name](*made(rng), rng)
    stream = streamed(X, y)
    before = len(stream.passes)
    judged = cross_validated(pl.LinearRegression(), stream, folds=4, random_state=3)
    assert len(stream.passes) == before + 1
    for fold, (train, test) in zip(judged, stream.folds(4, 3), strict=True):
        theirs = pl.LinearRegression().fit(train.table())
        rows = test.table()
        left = rows.y - theirs.predict(rows)
        assert fold.rows == rows.n
        np.testing.assert_allclose(fold.w, theirs.coef_, rtol=1e-10)
        assert fold.rmse == pytest.approx(np.sqrt(np.mean(left**2)), rel=1e-6)
        assert fold.r2 == pytest.approx(theirs.score(rows), rel=1e-6)


def test_absolute_errors_of_folds_are_found_in_one_more_pass(rng):
    stream = streamed(*made(rng))
    before = len(stream.passes)
    judged = cross_validated(pl.LinearRegression(), stream, folds=3, mae=True)
    assert len(stream.passes) == before + 2
    theirs = []
    for train, test in stream.folds(3):
        rows, model = test.table(), pl.LinearRegression().fit(train.table())
        theirs.append(np.mean(np.abs(rows.y - model.predict(rows))))
    np.testing.assert_allclose([fold.mae for fold in judged], theirs, rtol=1e-12)


def test_a_fold_without_rows_is_refused():
    stream = streamed(np.arange(4.0)[:, None], np.arange(4.0))
    with pytest.raises(ModelError, match="in each of 9 folds"):
        cross_validated(pl.LinearRegression(), stream, folds=9)


@pytest.mark.parametrize("kind", ["classical", "HC3"])
def test_a_column_of_weights_weighs_as_in_memory(kind, rng):
    X, y = made(rng)
    X[:, 0] = rng.integers(0, 4, len(y)) * 2.0**-40
    stream = streamed(X, y)
    weighted = replace(stream, reading=replace(stream.reading, weights="x1"))
    model = pl.LinearRegression().fit(weighted)
    table = streamed(X, y, stream=False)
    frame = pd.DataFrame(table.X, columns=table.names)
    other = pl.LinearRegression().fit(frame, table.y, sample_weight=X[:, 0])
    mine, theirs = (each.summary(covariance=kind).frame for each in (model, other))
    np.testing.assert_allclose(mine, theirs, rtol=1e-10)
    np.testing.assert_allclose(
        [*model._statistics.figures().values()][:8],
        [*other._statistics.figures().values()][:8],
        rtol=1e-10,
    )


def test_the_rows_of_a_streamed_fit_are_not_in_memory(rng):
    model = pl.LinearRegression().fit(streamed(*made(rng)))
    with pytest.raises(ModelError, match="a model of a stream"):
        model.diagnostics()
