"""Generalised linear models of rows that are read anew: judged by memory and others."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.errors import ModelError, TableError
from pellucid.tables.streams.arrays import ArrayPiece
from pellucid.tables.streams.runners import Cores

SAME = 1e-10  # of the largest coefficient
INF = float("inf")


def table(n: int = 3000, d: int = 4, k: int = 2, seed: int = 0) -> np.ndarray:
    """Rows [X, class] that overlap, of columns with unlike means and lengths."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(n, d))
    scores = Z @ rng.normal(size=(d, k)) + rng.gumbel(size=(n, k)) * 1.5
    X = Z * np.linspace(1, 9, d) + np.linspace(-3, 20, d)
    return np.column_stack([X, np.argmax(scores, axis=1)])


def streamed(rows: np.ndarray, cuts=None, threads: int = 1, weights=None):
    """A stream of rows whose last column is y, in pieces that end at the cuts."""
    cuts = range(700, len(rows), 700) if cuts is None else cuts
    names = (*(f"x{j + 1}" for j in range(rows.shape[1] - 1)), "y")
    stream = pl.rows((rows[:, :-1], rows[:, -1]), target="y", stream=True)
    pieces = [ArrayPiece(part, names) for part in np.split(rows, list(cuts))]
    pieces = tuple(piece for piece in pieces if piece.n)
    counts = tuple(piece.n for piece in pieces)
    runner = Cores(threads)
    return replace(stream, pieces=pieces, counts=counts, runner=runner, passes=[])


def both(model, rows, **how):
    """The model fitted in memory, and to a stream of the same rows."""
    memory = type(model)(**model.get_params()).fit(rows[:, :-1], rows[:, -1])
    return memory, model.fit(streamed(rows, **how))


def assert_same(memory, stream, rtol: float = SAME) -> None:
    """The same coefficients, to some digits of the largest."""
    largest = np.abs(memory.coef_).max()
    np.testing.assert_allclose(stream.coef_, memory.coef_, rtol=0, atol=rtol * largest)
    atol = rtol * max(largest, np.abs(memory.intercept_).max())
    np.testing.assert_allclose(
        stream.intercept_, memory.intercept_, rtol=0, atol=10 * atol
    )


SETTINGS = {
    "as it is": {},
    "no penalty": {"C": INF},
    "strong penalty": {"C": 1e-4},
    "no intercept": {"fit_intercept": False},
    "balanced": {"class_weight": "balanced"},
    "weights of classes": {"class_weight": {0.0: 3.0, 1.0: 0.5}},
    "standardised": {"standardise": True, "C": 0.01},
    "standardised and balanced": {
        "standardise": True,
        "C": 0.01,
        "class_weight": "balanced",
    },
    "L-BFGS": {"solver": "lbfgs", "tol": 1e-9},
    "plain Newton": {"solver": "newton-cholesky"},
    "another start": {"start": 0.01},
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_a_stream_gives_the_coefficients_of_memory(options):
    rows = table()
    memory, stream = both(pl.LogisticRegression(**options), rows)
    assert_same(memory, stream, 1e-8 if "solver" in options else SAME)
    assert stream.classes_.tolist() == memory.classes_.tolist()
    assert stream.classes_.dtype == memory.classes_.dtype
    assert stream.history_[[0, -1]] == pytest.approx(memory.history_[[0, -1]], 1e-13)
    assert not stream.separable_


@pytest.mark.parametrize("options", [{}, {"C": INF}, {"fit_intercept": False}], ids=str)
def test_classes_of_more_than_two_are_those_of_memory(options):
    memory, stream = both(pl.LogisticRegression(**options), table(k=4))
    assert_same(memory, stream)
    assert stream.coef_.shape == (4, 4)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("k", [2, 3])
def test_a_penalty_of_absolute_values_makes_the_same_weights_zero(ratio, k):
    rows = table(d=8, k=k)
    rows[:, 5:8] = np.random.default_rng(1).normal(size=(len(rows), 3))
    model = pl.LogisticRegression(C=0.01, l1_ratio=ratio, tol=1e-6)
    memory, stream = both(model, rows)
    assert (memory.coef_ == 0).any()
    assert ((stream.coef_ == 0) == (memory.coef_ == 0)).all()
    assert_same(memory, stream, 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=6).map(sorted), st.sampled_from([2, 3]))
def test_it_does_not_matter_where_the_rows_are_cut(cuts, k):
    memory, stream = both(pl.LogisticRegression(), table(300, k=k), cuts=cuts)
    assert_same(memory, stream)


def test_pieces_of_seven_rows_do():
    rows = table(400)
    memory, stream = both(pl.LogisticRegression(), rows, cuts=range(7, 400, 7))
    assert_same(memory, stream)


def test_the_answer_is_the_same_to_the_bit_for_any_number_of_threads():
    rows = table(20_000, 6)
    models = [pl.LogisticRegression().fit(streamed(rows, threads=t)) for t in (1, 2, 3)]
    first, *others = [
        (m.coef_.tobytes(), m.intercept_.tobytes(), m.history_.tobytes())
        for m in models
    ]
    assert others == [first, first]


@pytest.mark.parametrize("n", [20_000, 200_000])
def test_many_rows_take_few_passes_as_a_sample_is_looked_at_first(n):
    rows = table(n, 8)
    memory, stream = both(
        pl.LogisticRegression(tol=1e-6), rows, cuts=range(5000, n, 5000)
    )
    assert_same(memory, stream, 1e-9)
    assert stream.passes_ <= 6


def test_each_pass_is_counted_and_told():
    stream = streamed(table())
    model = pl.LogisticRegression().fit(stream)
    assert model.passes_ == len(stream.passes)
    assert stream.passes[:2] == ["measuring the columns", "Newton step"]


def test_columns_far_from_zero_lose_no_digits():
    rows = table()
    rows[:, :-1] = np.round(rows[:, :-1] * 64) / 64  # so that the sum is exact
    there = rows + np.array([1e9, -1e9, 1e9, 1e9, 0.0])
    memory, stream = both(pl.LogisticRegression(), there)
    assert_same(memory, stream)
    near = pl.LogisticRegression().fit(rows[:, :-1], rows[:, -1])
    np.testing.assert_allclose(stream.coef_, near.coef_, rtol=1e-8)


def test_badly_scaled_columns_are_as_in_memory():
    rows = table() * np.array([1e-150, 1e6, 1.0, 1e180, 1.0])
    memory, stream = both(pl.LogisticRegression(C=INF), rows)
    np.testing.assert_allclose(stream.coef_, memory.coef_, rtol=1e-9)


def test_nearly_collinear_columns_are_as_in_memory():
    rows = table()
    rows[:, 1] = rows[:, 0] + 1e-5 * np.random.default_rng(1).normal(size=len(rows))
    memory, stream = both(pl.LogisticRegression(C=INF, tol=1e-8), rows)
    assert_same(memory, stream, 1e-9)
    assert stream.passes_ < 25


# -- separable classes ----------------------------------------------------------------


def test_separable_classes_are_told_as_in_memory():
    rows = table()
    rows[:, -1] = rows[:, :-1] @ [1.0, 2.0, -0.5, 0.1] > 3
    stream = streamed(rows)
    with pytest.warns(ConvergenceWarning, match="separable"):
        model = pl.LogisticRegression(C=INF).fit(stream)
    assert model.separable_


def test_classes_that_are_separable_in_part_are_told_as_in_memory():
    rows = table(k=3)
    rows[:, 0] += 100 * (rows[:, -1] == 2)
    with pytest.warns(ConvergenceWarning, match="separable"):
        memory = pl.LogisticRegression(C=INF).fit(rows[:, :-1], rows[:, -1])
    with pytest.warns(ConvergenceWarning, match="separable"):
        model = pl.LogisticRegression(C=INF).fit(streamed(rows))
    assert model.separable_ is memory.separable_ is True


def test_a_level_of_one_class_alone_is_told_and_one_row_more_ends_that():
    rows = table()
    rows[:, 1] = 0
    rows[:40, 1], rows[:40, -1] = 1, 1
    with pytest.warns(ConvergenceWarning, match="separable"):
        assert pl.LogisticRegression(C=INF).fit(streamed(rows)).separable_
    rows[39, -1] = 0
    memory, stream = both(pl.LogisticRegression(C=INF), rows)
    assert not stream.separable_
    assert_same(memory, stream, 1e-8)


def test_a_far_row_does_not_make_classes_separable():
    rows = table()
    rows[7, :-1] = 1e4
    memory, stream = both(pl.LogisticRegression(C=INF), rows)
    assert stream.separable_ is memory.separable_ is False


# -- what is refused -----------------------------------------------------------------


def test_numbers_with_decimals_are_no_classes():
    rows = table()
    rows[:, -1] += rows[:, 0]
    with pytest.raises(ModelError, match="got numbers with decimals; fit a regression"):
        pl.LogisticRegression().fit(streamed(rows))


def test_one_class_alone_is_refused_in_the_words_of_memory():
    rows = table()
    rows[:, -1] = 3
    with pytest.raises(TableError) as memory:
        pl.LogisticRegression().fit(pl.rows((rows[:, :-1], rows[:, -1])))
    with pytest.raises(TableError) as stream:
        pl.LogisticRegression().fit(streamed(rows))
    assert str(stream.value) == str(memory.value)


def test_gradient_descent_is_refused():
    with pytest.raises(ModelError, match="reads all rows at each step"):
        pl.LogisticRegression(solver="gradient-descent").fit(streamed(table()))


def test_too_few_iterations_are_told_as_in_memory():
    with pytest.warns(ConvergenceWarning, match="max_iter") as stream:
        model = pl.LogisticRegression(max_iter=1, C=INF).fit(streamed(table()))
    assert len(stream) == 1
    assert len(model.history_) == 2


# -- statistics -----------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("covariance", ["classical", "HC0", "HC1", "HC2", "HC3"])
def test_a_summary_is_that_of_memory(covariance, k):
    memory, stream = both(pl.LogisticRegression(C=INF), table(k=k))
    ours, theirs = (m.summary(covariance=covariance) for m in (stream, memory))
    assert list(ours.frame.index) == list(theirs.frame.index)
    np.testing.assert_allclose(ours.frame.values, theirs.frame.values, rtol=1e-8)
    for name, figure in theirs.figures.items():
        if isinstance(figure, float | int):
            assert ours.figures[name] == pytest.approx(figure, rel=1e-9), name
    names = set(theirs.figures) - {"iterations", "solver"}
    assert names <= set(ours.figures)


def test_errors_of_nearly_collinear_columns_keep_their_digits():
    rows = table()
    rows[:, 1] = rows[:, 0] + 1e-6 * np.random.default_rng(1).normal(size=len(rows))
    memory, stream = both(pl.LogisticRegression(C=INF), rows)
    errors = [m.summary().frame["standard error"] for m in (stream, memory)]
    np.testing.assert_allclose(*errors, rtol=1e-6)


def test_columns_that_depend_on_each_other_have_no_errors_as_in_memory():
    rows = table()
    rows[:, 1] = 2 * rows[:, 0] - 1
    memory, stream = both(pl.LogisticRegression(), rows)
    ours, theirs = (m.summary() for m in (stream, memory))
    errors = [s.frame["standard error"] for s in (ours, theirs)]
    assert errors[1].isna().tolist() == [True, True, True, False, False]
    np.testing.assert_allclose(*errors, rtol=1e-8)
    freedom = "degrees of freedom"
    assert ours.figures[freedom] == theirs.figures[freedom] == len(rows) - 4


def test_a_fit_without_an_intercept_is_set_beside_outputs_of_zero_as_in_memory():
    memory, stream = both(pl.LogisticRegression(C=INF, fit_intercept=False), table())
    ours, theirs = (m.summary() for m in (stream, memory))
    np.testing.assert_allclose(ours.frame.values, theirs.frame.values, rtol=1e-8)
    null = "null log likelihood"
    assert ours.figures[null] == pytest.approx(theirs.figures[null], rel=1e-12)


def test_a_constant_among_the_columns_is_one_in_the_null_model_as_in_memory():
    rows = table()
    rows[:, 1] = rows[:, 0] > 0
    rows[:, 2] = 1 - rows[:, 1]
    memory, stream = both(pl.LogisticRegression(C=INF, fit_intercept=False), rows)
    null = "null log likelihood"
    ours, theirs = (m.summary().figures[null] for m in (stream, memory))
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_a_summary_takes_one_pass_and_a_robust_one_another():
    stream = streamed(table())
    model = pl.LogisticRegression().fit(stream)
    seen = len(model._rows.stream.passes)
    model.summary()
    model.summary(level=0.9)
    assert stream.passes[seen:] == ["errors of the estimates"]
    model.summary(covariance="HC3")
    assert stream.passes[seen + 1 :] == ["errors by HC3"]


def test_errors_are_those_of_statsmodels():
    import statsmodels.api as sm

    rows = table()
    model = pl.LogisticRegression(C=INF).fit(streamed(rows))
    theirs = sm.Logit(rows[:, -1], sm.add_constant(rows[:, :-1])).fit(disp=0, tol=1e-12)
    frame = model.summary().frame
    np.testing.assert_allclose(frame["standard error"], theirs.bse, rtol=1e-7)
    assert model.summary().figures["AIC"] == pytest.approx(theirs.aic, rel=1e-10)


def test_a_model_of_a_stream_is_pickled_with_what_its_rows_have_said():
    model = pl.LogisticRegression().fit(streamed(table()))
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.summary().frame, model.summary().frame)
    assert again.formula() == model.formula()


def test_the_rows_of_a_stream_are_not_looked_at_one_by_one():
    model = pl.LogisticRegression(C=INF).fit(streamed(table()))
    with pytest.raises(ModelError, match="got a model of a stream"):
        model.diagnostics()
    with pytest.raises(ModelError, match="got a model of a stream"):
        model.summary(interval="profile")


def test_the_cost_of_a_stream_is_recorded_as_in_memory():
    memory, stream = both(pl.LogisticRegression(), table(k=3))
    assert str(stream.graph_) == str(memory.graph_)


# -- weights --------------------------------------------------------------------------


def weighted(rows: np.ndarray, s: np.ndarray):
    """A stream of rows with their weights in a column of its own."""
    names = (*(f"x{j + 1}" for j in range(rows.shape[1] - 1)), "y", "s")
    stream, every = streamed(rows), np.column_stack([rows, s])
    pieces = tuple(ArrayPiece(part, names) for part in np.array_split(every, 5))
    counts = tuple(piece.n for piece in pieces)
    reading = replace(stream.reading, weights="s")
    return replace(stream, pieces=pieces, counts=counts, reading=reading)


@pytest.mark.parametrize("options", [{}, {"class_weight": "balanced"}], ids=str)
def test_weights_count_rows_as_in_memory(options):
    rows = table(1000)
    s = np.random.default_rng(1).integers(0, 4, len(rows)) / 2
    memory = pl.LogisticRegression(**options).fit(rows[:, :-1], rows[:, -1], s)
    stream = pl.LogisticRegression(**options).fit(weighted(rows, s))
    assert_same(memory, stream)
    ours, theirs = (m.summary() for m in (stream, memory))
    np.testing.assert_allclose(ours.frame.values, theirs.frame.values, rtol=1e-8)
    for name in ("rows", "accuracy", "sum of weights"):
        assert ours.figures[name] == pytest.approx(theirs.figures[name], rel=1e-13)


def test_a_weight_below_zero_is_refused():
    rows = table(100)
    with pytest.raises(ModelError, match="expected weights of at least 0, got weights"):
        pl.LogisticRegression().fit(weighted(rows, np.full(100, -1.0)))


# -- counts ---------------------------------------------------------------------------


def counts(n: int = 3000, d: int = 4, seed: int = 0) -> np.ndarray:
    """Rows [X, count] of Poisson's distribution."""
    rows, rng = table(n, d, seed=seed), np.random.default_rng(seed + 1)
    Z = (rows[:, :-1] - np.linspace(-3, 20, d)) / np.linspace(1, 9, d)
    rows[:, -1] = rng.poisson(np.exp(0.5 + Z @ np.linspace(-0.5, 0.6, d)))
    return rows


@pytest.mark.parametrize(
    "options", [{}, {"alpha": 0.0}, {"fit_intercept": False}, {"solver": "newton"}],
    ids=str,
)  # fmt: skip
def test_counts_give_the_coefficients_of_memory(options):
    memory, stream = both(pl.PoissonRegression(**options), counts())
    assert_same(memory, stream)
    assert stream.history_[[0, -1]] == pytest.approx(memory.history_[[0, -1]], 1e-12)
    assert stream.passes_ <= 10


@pytest.mark.parametrize("n", [40_000, 200_000])
def test_many_counts_take_few_passes(n):
    model = pl.PoissonRegression(alpha=0.0, tol=1e-6)
    memory, stream = both(model, counts(n), cuts=range(9000, n, 9000))
    assert_same(memory, stream, 1e-9)
    assert stream.passes_ <= 6


@pytest.mark.parametrize("covariance", ["classical", "HC1", "HC3"])
def test_a_summary_of_counts_is_that_of_memory(covariance):
    memory, stream = both(pl.PoissonRegression(alpha=0.0), counts())
    ours, theirs = (m.summary(covariance=covariance) for m in (stream, memory))
    np.testing.assert_allclose(ours.frame.values, theirs.frame.values, rtol=1e-8)
    for name, figure in theirs.figures.items():
        if isinstance(figure, float | int) and name != "iterations":
            assert ours.figures[name] == pytest.approx(figure, rel=1e-9), name


def test_errors_of_counts_are_those_of_statsmodels():
    import statsmodels.api as sm

    rows = counts()
    frame = pl.PoissonRegression(alpha=0.0).fit(streamed(rows)).summary().frame
    X = sm.add_constant(rows[:, :-1])
    theirs = sm.GLM(rows[:, -1], X, sm.families.Poisson()).fit(tol=1e-12)
    np.testing.assert_allclose(frame["standard error"], theirs.bse, rtol=1e-7)


def test_counts_of_a_stream_are_scored_by_sums_as_in_memory():
    memory, stream = both(pl.PoissonRegression(), counts())
    rows = counts(seed=5)
    ours = stream.score(streamed(rows))
    assert ours == pytest.approx(memory.score(rows[:, :-1], rows[:, -1]), rel=1e-12)


def test_a_level_without_counts_is_told_as_in_memory():
    rows = counts()
    rows[:, 1] = 0
    rows[:40, 1], rows[:40, -1] = 1, 0
    with pytest.warns(ConvergenceWarning, match="without a count"):
        model = pl.PoissonRegression(alpha=0.0).fit(streamed(rows))
    assert model.separable_
    rows[39, -1] = 1
    assert not pl.PoissonRegression(alpha=0.0).fit(streamed(rows)).separable_


def test_a_count_below_zero_is_refused_in_the_words_of_memory():
    rows = counts(100)
    rows[40, -1] = -1
    with pytest.raises(ModelError) as memory:
        pl.PoissonRegression().fit(rows[:, :-1], rows[:, -1])
    with pytest.raises(ModelError) as stream:
        pl.PoissonRegression().fit(streamed(rows))
    assert str(stream.value) == str(memory.value)


# -- robust regression ----------------------------------------------------------------


def numbers(n: int = 3000, d: int = 4, seed: int = 0) -> np.ndarray:
    """Rows [X, y] with outliers."""
    rows, rng = table(n, d, seed=seed), np.random.default_rng(seed + 1)
    noise = rng.standard_t(2, size=n)
    rows[:, -1] = 1000 + 30 * (rows[:, :-1] @ np.linspace(-1, 2, d) + noise)
    return rows


@pytest.mark.parametrize(
    "options",
    [{}, {"alpha": 0.0}, {"alpha": 10.0}, {"fit_intercept": False}, {"epsilon": 2.0}],
    ids=str,
)
@pytest.mark.parametrize("n", [3000, 60_000])
def test_robust_coefficients_are_those_of_memory(options, n):
    cuts = range(2000, n, 2000)
    memory, stream = both(
        pl.HuberRegression(**options, tol=1e-9), numbers(n), cuts=cuts
    )
    assert_same(memory, stream, 1e-9)
    assert stream.scale_ == pytest.approx(memory.scale_, rel=1e-9)
    assert (stream.outliers_ == memory.outliers_).all()
    assert stream.history_[-1] == pytest.approx(memory.history_[-1], rel=1e-12)
    assert stream.passes_ <= 12
    assert str(stream.summary()).count("\n") == str(memory.summary()).count("\n")


def test_rows_on_a_plane_are_refused():
    rows = numbers()
    rows[:, -1] = rows[:, :-1].sum(axis=1)
    with pytest.raises(ModelError, match="so many on a plane"):
        pl.HuberRegression().fit(streamed(rows))
