"""Logistic regression: the figures of the lesson, found in other ways."""

import mpmath
import numpy as np
import pytest
import sklearn.datasets
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

import pellucid as pl
from pellucid.lessons import lesson_06_logistic as page
from pellucid.lessons.answers import logistic

mpmath.mp.dps = 500


@pytest.fixture(scope="module")
def defs():
    with np.errstate(all="ignore"):
        _, defs = page.app.run()
    return defs


@pytest.fixture
def formulas(defs):
    return {pair[0].__name__: pair for pair in defs["formulas"].values()}


@pytest.fixture
def rows():
    X, y = sklearn.datasets.load_digits(n_class=2, return_X_y=True)
    return train_test_split(X / 16, y, test_size=0.15, random_state=42)


@pytest.fixture
def small(rng):
    return rng.normal(size=(6, 3)), np.array([0.0, 1, 1, 0, 1, 0])


def test_every_unseen_picture_is_right(defs, rows):
    _, X_test, _, y_test = rows
    said = logistic.predict.function(X_test, defs["w"], defs["b"])
    assert defs["hits"] == len(y_test) == 54
    assert logistic.accuracy.function(said, y_test) == accuracy_score(y_test, said) == 1


def test_the_costs_are_those_of_scikit_learn(defs, rows):
    X, _, y, _ = rows
    assert defs["costs"][0] == pytest.approx(np.log(2))
    last = log_loss(y, expit(X @ defs["history"][200][0] + defs["history"][200][1]))
    assert defs["costs"][-1] == pytest.approx(last)
    assert round(last, 3) == 0.013
    assert (np.diff(defs["costs"]) < 0).all()


def test_the_solution_arrives_where_the_estimator_does(defs, rows):
    X, _, y, _ = rows
    w, b = logistic.train.function(X, y, 0.5, 200)
    np.testing.assert_allclose(w, defs["w"])
    np.testing.assert_allclose(w, defs["free"].coef_[0], rtol=1e-8)
    np.testing.assert_allclose(b, defs["free"].intercept_[0], rtol=1e-8)


def test_both_libraries_find_the_same_minimum(defs, rows):
    X, _, y, _ = rows
    exact = LogisticRegression(tol=1e-10, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(defs["ours"].coef_, exact.coef_, atol=1e-4)
    np.testing.assert_allclose(defs["theirs"].coef_, exact.coef_, atol=1e-2)


def test_ink_in_the_middle_speaks_for_1(defs):
    assert defs["core"] > 1


def test_most_pairs_are_told_apart_without_a_mistake(defs):
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    pairs = np.transpose(np.triu_indices(10, 1))
    right = np.array([share(X, y, *pair) for pair in pairs])
    assert (right == 1).sum() > len(pairs) / 2
    assert pairs[right.argmin()].tolist() == [8, 9]
    assert defs["pair_hits"] == 87


def share(X, y, one, other):
    """How many of the unseen pictures of a pair are right."""
    pair = np.isin(y, [one, other])
    A, A_test, c, c_test = train_test_split(
        X[pair] / 16, y[pair] == other, test_size=0.25, random_state=0
    )
    w, b = logistic.train.function(A, c, 0.5, 200)
    return np.mean((A_test @ w + b > 0) == c_test)


def test_the_naive_cost_is_no_number_after_one_step(defs):
    naive, stable = defs["naive_costs"], defs["stable_costs"]
    assert np.isnan(naive[1:]).all()
    assert naive[0] == pytest.approx(stable[0]) == pytest.approx(np.log(2))
    assert np.isfinite(stable).all()
    assert stable[-1] < 1e-3


FORMULAS = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "logarithm": lambda z: -mpmath.log(1 + mpmath.exp(-z)),
    "softmax": lambda z: 1 / (1 + mpmath.exp(-z)),
}


@pytest.mark.parametrize("z", [-1000.0, -40.0, 0.5, 40.0, 1000.0])
@pytest.mark.parametrize("name", FORMULAS)
def test_the_exact_values_are_exact_and_the_stable_formula_keeps_its_digits(
    formulas, name, z
):
    naive, formula = formulas[name]
    exact = page.exactly(formula, z)
    assert float(exact) == float(FORMULAS[name](mpmath.mpf(z)))
    stable = float(pl.stable(naive, 1.0)(z))
    assert page.digits_right(stable, exact) > 15


@pytest.mark.parametrize(
    ("name", "z"),
    [("softplus", -40.0), ("logarithm", 40.0), ("logarithm", -1000.0),
     ("softmax", 1000.0)],
)  # fmt: skip
def test_the_naive_formula_loses_every_digit(formulas, name, z):
    naive, formula = formulas[name]
    exact = page.exactly(formula, z)
    with np.errstate(all="ignore"):
        assert page.digits_right(float(naive(np.float64(z))), exact) == 0


def test_forward_and_backward_are_those_of_the_engine(small):
    X, y = small
    w, b = np.array([0.3, -1.0, 0.5]), 0.2
    p = logistic.forward.function(X, w, b)
    engine = pl.value_and_gradient(page.naive_cost, wrt=("w", "b"))
    value, (dw, db) = engine(w, b, X, y)
    ours = logistic.backward.function(X, p, y)
    assert logistic.cost.function(p, y) == pytest.approx(value)
    np.testing.assert_allclose(ours[0], dw)
    assert ours[1] == pytest.approx(db)


Z = [-1000.0, -745.0, -720.0, -40.0, -1e-9, 0.0, 3.0, 40.0, 720.0, 1000.0]


@pytest.mark.parametrize("z", Z)
def test_the_stable_sigmoid_is_exact(z):
    exact = float(1 / (1 + mpmath.exp(-mpmath.mpf(z))))
    ours = logistic.stable_sigmoid.function(np.array([z]))
    np.testing.assert_allclose(ours, [exact], rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("z", Z)
def test_the_stable_log_loss_is_exact(z, y):
    exact = float(mpmath.log(1 + mpmath.exp(mpmath.mpf(z if y == 0 else -z))))
    ours = logistic.stable_log_loss.function(np.array([z]), np.array([y]))
    np.testing.assert_allclose(ours, [exact], rtol=4e-15, atol=5e-324)
    np.testing.assert_allclose(pl.costs.log_loss(z, y), exact, rtol=4e-15, atol=5e-324)


@pytest.mark.parametrize("z", [[1000.0, 1001], [-1000.0, -1001], [5.0], [0.0, 900]])
def test_log_sum_exp_is_that_of_scipy(z):
    assert logistic.log_sum_exp.function(np.array(z)) == pytest.approx(logsumexp(z))
