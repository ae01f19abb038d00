"""The perceptrons: what one layer cannot learn, two can; scikit-learn beside them."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.layers import activations
from pellucid.models.networks.network import ACTIVATIONS, forward

FAST = {"learning_rate_init": 0.02, "random_state": 0, "tol": 1e-5, "max_iter": 1500}


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("hidden", [(8,), (16, 8)], ids=str)
def test_hidden_layers_learn_xor(activation, hidden):
    X, y = pl.datasets.xor(200, random_state=0)
    model = pl.MLPClassifier(hidden, activation=activation, **FAST).fit(X, y)
    assert model.score(X, y) > 0.97


def test_a_hidden_layer_learns_the_donut():
    X, y = pl.datasets.donut(600, random_state=0)
    model = pl.MLPClassifier((16,), **FAST).fit(X, y)
    assert model.score(X, y) > 0.97


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: d.__name__)
def test_ten_digits_as_well_as_scikit_learn(dtype):
    X, y = pl.datasets.digits()
    X = (X / 16).astype(dtype)
    train, test = slice(0, 1200), slice(1200, None)
    settings = {"hidden_layer_sizes": (32,), "max_iter": 40, "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = pl.MLPClassifier(**settings).fit(X[train], y[train])
        theirs = MLPClassifier(**settings).fit(X[train], y[train])
    assert ours.coefs_[0].dtype == dtype
    assert ours.score(X[test], y[test]) > theirs.score(X[test], y[test]) - 0.02
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=0.05)


def test_the_gradient_is_that_of_backpropagation_by_hand():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 2, 6).astype(float)
    W, b, v, c = (rng.normal(size=shape) for shape in [(3, 4), 4, (4, 1), 1])

    def cost(layers):
        z = forward(layers, X, np.tanh)
        return np.mean(pl.costs.log_loss(z[:, 0], y))

    (dW, db), (dv, dc) = pl.gradient(cost)([(W, b), (v, c)])
    h = np.tanh(X @ W + b)
    delta = (activations.sigmoid(h @ v + c) - y[:, None]) / 6
    inner = (delta @ v.T) * (1 - h**2)
    np.testing.assert_allclose(dv, h.T @ delta, rtol=1e-12)
    np.testing.assert_allclose(dc, delta.sum(0), rtol=1e-12)
    np.testing.assert_allclose(dW, X.T @ inner, rtol=1e-12)
    np.testing.assert_allclose(db, inner.sum(0), rtol=1e-12)


def test_early_stopping_keeps_the_best_weights_and_the_history():
    X, y = pl.datasets.donut(400, random_state=1)
    settings = {**FAST, "early_stopping": True, "n_iter_no_change": 30}
    model = pl.MLPClassifier((8,), **settings).fit(X, y)
    assert len(model.validation_history_) == len(model.history_) == model.n_iter_
    assert max(model.validation_scores_) > 0.9


def test_the_same_seed_gives_the_same_bits():
    X, y = pl.datasets.xor(60, random_state=0)
    settings = {**FAST, "max_iter": 30, "tol": 1.0, "n_iter_no_change": 5}
    first, second = (pl.MLPClassifier((5,), **settings).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(first.coefs_[0], second.coefs_[0])


def test_warm_start_goes_on():
    X, y = pl.datasets.xor(60, random_state=0)
    model = pl.MLPClassifier((5,), warm_start=True, tol=10.0, random_state=0)
    before = model.fit(X, y).n_iter_
    assert model.fit(X, y).history_[before] < model.history_[before - 1]


def test_the_graph_of_the_cost_can_be_read():
    X, y = pl.datasets.xor(40, random_state=0)
    model = pl.MLPClassifier((3,), tol=1.0, random_state=0).fit(X, y)
    assert "loss" in {node.name for node in model.graph_.nodes}
    assert "np.mean(loss)" in pl.source(model.graph_)
    weighted = pl.MLPClassifier((3,), tol=1.0, random_state=0).fit(X, y, np.ones(40))
    assert [node.name for node in weighted.graph_.inputs][-3:] == ["X", "y", "s"]


def test_a_number_of_epochs_that_is_too_small_warns():
    X, y = pl.datasets.xor(40, random_state=0)
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        pl.MLPClassifier((3,), max_iter=2).fit(X, y)


BAD = {
    "activation": ({"activation": "cosine"}, "expected activation to be one of"),
    "solver": ({"solver": "newton"}, "expected solver to be one of 'lbfgs', 'adam'"),
    "batch": ({"batch_size": 0}, "batch_size to be one of 'auto' or a whole number"),
    "target": ({"target": "fortran"}, "target to be one of 'numpy', 'jax', 'torch'"),
    "units": ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes above 0"),
    "rate": ({"learning_rate_init": 0}, "learning_rate_init"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_bad_settings_are_a_sentence(case):
    settings, sentence = case
    X, y = pl.datasets.xor(20, random_state=0)
    with pytest.raises(ModelError, match=sentence):
        pl.MLPClassifier(**settings).fit(X, y)


def test_one_class_is_a_sentence():
    with pytest.raises(ModelError, match="found one class"):
        pl.MLPClassifier().fit(np.eye(3), ["a", "a", "a"])


def test_a_rate_that_explodes_is_a_sentence():
    X = np.linspace(0, 1e6, 50)[:, None]
    with np.errstate(all="ignore"), pytest.raises(ModelError, match="smaller rate"):
        pl.MLPRegressor("squared_error", (5,), solver="sgd", activation="identity",
                        learning_rate_init=1e6).fit(X, X[:, 0])  # fmt: skip


def test_every_activation_has_its_function():
    assert list(ACTIVATIONS) == ["identity", "logistic", "tanh", "relu"]
