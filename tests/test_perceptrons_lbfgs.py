"""Perceptrons by L-BFGS take scikit-learn's steps, and stop and warn where it does."""

import warnings

import numpy as np
import pytest
import sklearn.neural_network
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models.networks import network

X = np.random.default_rng(0).normal(size=(100, 3))
S = np.random.default_rng(1).uniform(size=100)
NUMBERS = np.sin(X[:, 0]) + X[:, 1] ** 2
TARGETS = {
    "two classes": ("MLPClassifier", (NUMBERS > 1).astype(int), {}),
    "three classes": ("MLPClassifier", np.digitize(NUMBERS, [0, 1]), {}),
    "three labels": ("MLPClassifier", (X + NUMBERS[:, None] > 1).astype(int), {}),
    "numbers": ("MLPRegressor", NUMBERS, {}),
    "counts": ("MLPRegressor", np.floor(np.exp(X[:, 0])), {"loss": "poisson"}),
}
SETTINGS = {
    "relu": {},
    "tanh": {"activation": "tanh", "hidden_layer_sizes": (4, 3)},
    "logistic": {"activation": "logistic", "alpha": 0.1},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "max_fun": {"max_fun": 9},
    "tol": {"tol": 0.05, "max_iter": 200},
}


def both(name, X, y, sample_weight=None, **settings):
    """Our model and scikit-learn's, fitted, and what each warned of."""
    settings = {"hidden_layer_sizes": (8,), "random_state": 0, "solver": "lbfgs",
                "max_iter": 20} | settings  # fmt: skip
    for module in (pl, sklearn.neural_network):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            model = getattr(module, name)(**settings).fit(X, y, sample_weight)
        yield model, [(w.category, str(w.message)) for w in warned]


def assert_same(ours, theirs, rtol=1e-9):
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=rtol)
    for a, b in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(a, b, rtol, atol=rtol)
    for a, b in zip(ours.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(a, b, rtol, atol=rtol)


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("weights", [None, S], ids=["", "weighted"])
@pytest.mark.parametrize("target", TARGETS)
def test_every_step_is_scikit_learns(target, weights, settings):
    name, y, more = TARGETS[target]
    (ours, said), (theirs, expected) = both(name, X, y, weights, **settings, **more)
    assert_same(ours, theirs)
    assert said == expected


@pytest.mark.parametrize("alpha", [1e-4, 1.0])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
def test_a_fit_stops_where_scikit_learns_does(activation, alpha):
    X, y = load_breast_cancer(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    settings = {"activation": activation, "alpha": alpha, "max_iter": 100}
    (ours, said), (theirs, expected) = both("MLPClassifier", X, y, **settings)
    assert_same(ours, theirs, rtol=1e-3)
    assert said == expected


def test_a_fit_that_does_not_converge_is_told_as_by_scikit_learn():
    y = TARGETS["numbers"][1]
    (ours, said), (_, expected) = both("MLPRegressor", X, y, max_iter=3)
    ((category, message),) = said
    assert category is ConvergenceWarning
    assert message.startswith(
        "lbfgs failed to converge after 3 iteration(s) (status=1):\n"
        "STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT"
    )
    assert said == expected
    assert len(ours.history_) == 4
    assert (np.diff(ours.history_) < 0).all()
    assert ours.history_[-1] == ours.loss_


def test_a_warm_start_goes_on_as_scikit_learns():
    y = TARGETS["three classes"][1]
    settings = {"warm_start": True, "max_iter": 5}
    (ours, _), (theirs, _) = both("MLPClassifier", X, y, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert_same(ours.fit(X, y), theirs.fit(X, y))


def test_single_precision_is_learned_from_in_double():
    y = TARGETS["two classes"][1]
    (single, _), _ = both("MLPClassifier", X.astype(np.float32), y)
    (double, _), _ = both("MLPClassifier", X.astype(np.float32).astype(float), y)
    assert single.coefs_[0].dtype == float  # as scikit-learn's
    assert single.loss_ == pytest.approx(double.loss_, rel=1e-4)


def test_all_alphas_share_one_record(monkeypatch):
    y = TARGETS["two classes"][1]
    list(both("MLPClassifier", X, y))
    calls = []
    log_loss = network.log_loss
    counted = {"log_loss": lambda z, y: calls.append(z) or log_loss(z, y)}
    monkeypatch.setattr(network, "LOSSES", network.LOSSES | counted)
    list(both("MLPClassifier", X, y, alpha=3.0))
    assert calls == []
    list(both("MLPClassifier", X[:99], y[:99]))
    assert calls != []


HUGE = np.finfo(float).max * np.random.default_rng(2).uniform(size=(10, 2))


@pytest.mark.parametrize(
    "model",
    [
        pl.MLPClassifier(solver="lbfgs", random_state=0),
        pl.MLPRegressor(solver="lbfgs", random_state=0),
        pl.MLPRegressor(random_state=0),
    ],
    ids=repr,
)
def test_a_cost_that_is_not_finite_is_refused_in_scikit_learns_words(model):
    words = "cost is (inf|nan).*Solver produced non-finite parameter weights. The input"
    with pytest.raises(ModelError, match=words):
        model.fit(HUGE, np.arange(10) % 2)


def test_features_that_are_not_scaled_are_learned_from():
    """Scikit-learn cuts the cost of a row off at 36, and so stops at the start."""
    X, y = load_breast_cancer(return_X_y=True)
    (ours, _), (theirs, _) = both("MLPClassifier", X * 100, y, max_iter=200)
    assert ours.loss_ < 0.9 * theirs.loss_
