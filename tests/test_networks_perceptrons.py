"""Perceptrons with dropout, batch normalisation and any activation."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.layers import BatchNorm
from pellucid.models.networks.network import Cost, forward, in_training

# That a few epochs are not enough is told, and no matter here.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).normal(size=(60, 4))
Y = X[:, 0] * X[:, 1] > 0
OPTIONS = {
    "hidden_layer_sizes": (8, 6), "max_iter": 3, "random_state": 0, "batch_size": 20,
}  # fmt: skip
BOTH = {"dropout": 0.3, "batch_norm": True}


def fit(kind=pl.MLPClassifier, **more):
    y = Y if kind is pl.MLPClassifier else X[:, 0]
    return kind(**(OPTIONS | more)).fit(X, y)


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def test_any_function_is_an_activation():
    by_name, by_function = fit(activation="relu"), fit(activation=pl.activations.relu)
    np.testing.assert_array_equal(by_function.history_, by_name.history_)
    own = fit(activation=leaky)
    assert own.history_.tolist() != by_name.history_.tolist()
    assert own.summary().frame["activation"].tolist()[0] == "leaky"
    assert own.formula().startswith("h1 = leaky(X W1 + b1)")


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("kind", [pl.MLPClassifier, pl.MLPRegressor])
def test_the_first_batch_costs_what_the_formula_says(kind, target):
    """Of the drawn weights: normalised by the batch, dropped by masks, scaled."""
    model = fit(kind, target=target, max_iter=1, batch_size=60, shuffle=False,
                solver="sgd", learning_rate_init=1e-12, **BOTH)  # fmt: skip
    w = model._parameters | {"step": np.array(model._step - 1)}
    w["norms"] = [BatchNorm().parameters(None, (h,)) for h in (8, 6)]
    z, after = in_training(w, X, pl.activations.relu, 0.3)
    y = Y[:, None] * 1.0 if kind is pl.MLPClassifier else X[:, :1]
    loss = np.logaddexp(0, z) - y * z if kind is pl.MLPClassifier else (z - y) ** 2 / 2
    weights = sum(np.sum(W**2) for W in model.coefs_)
    J = np.mean(loss) + 0.0001 * weights / 2 / 60
    np.testing.assert_allclose(model.history_[0], J, rtol=1e-9)
    np.testing.assert_allclose(model.norms_[0]["mean"], after["norms"][0]["mean"])
    assert after["step"] == model._step


def test_predictions_take_the_running_statistics_and_drop_nothing():
    model = fit(**BOTH)
    h = X
    for W, b, own in zip(model.coefs_, model.intercepts_, model.norms_, strict=False):
        z = h @ W + b
        z = (z - own["mean"]) / np.sqrt(own["variance"] + 1e-5)
        h = np.maximum(own["scale"] * z + own["shift"], 0)
    z = h @ model.coefs_[-1] + model.intercepts_[-1]
    p = 1 / (1 + np.exp(-z[:, 0]))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], p, rtol=1e-9)
    assert model.summary().frame["parameters"].tolist() == [40 + 32, 54 + 24, 7]
    assert model.formula().startswith("h1 = relu(norm(X W1 + b1))")


def test_its_gradient_is_that_of_differences():
    w = fit(**BOTH)._parameters
    cost = Cost("tanh", "log_loss", 0.1, 0.3, moves=True)
    y = Y[:, None] * 1.0
    pl.check(lambda layers: cost({**w, "layers": layers}, X, y)[0], w["layers"])


def test_dropout_keeps_the_mean_of_what_it_drops():
    w = {"layers": [(np.eye(4), np.zeros(4))] * 2, "norms": []}
    ones = np.ones((500, 4))
    outputs = [in_training(w | {"step": np.array(t)}, ones, leaky, 0.25)[0]
               for t in (1.0, 2.0)]  # fmt: skip
    assert np.unique(outputs).round(6).tolist() == [0.0, 1.333333]
    np.testing.assert_allclose(np.mean(outputs), 1.0, atol=0.05)
    assert np.any(outputs[0] != outputs[1])
    np.testing.assert_array_equal(forward(w["layers"], ones, leaky), ones)


@pytest.mark.parametrize("more", [{"dropout": 0.3}, {"batch_norm": True}, BOTH])
def test_it_goes_on_in_parts_and_from_a_file(more, tmp_path):
    whole = fit(**more)
    parts = pl.MLPClassifier(**(OPTIONS | more))
    for _ in range(2):
        parts.partial_fit(X, Y, classes=[False, True])
    loaded = pl.load(pl.save(parts, tmp_path / "model"))
    np.testing.assert_array_equal(loaded.predict_proba(X), parts.predict_proba(X))
    parts.partial_fit(X, Y), loaded.partial_fit(X, Y)
    assert loaded.loss_curve_ == parts.loss_curve_
    assert fit(**more).loss_curve_ == whole.loss_curve_
    assert np.isfinite(parts.loss_curve_).all()
    early = fit(early_stopping=True, **more)
    assert len(early.validation_history_) == len(early.history_)
    assert early.graph_.nodes


def test_all_rows_at_once_are_refused():
    with pytest.raises(ModelError, match=r"lbfgs.*set solver='adam' for dropout and"):
        fit(solver="lbfgs", dropout=0.5)
    with pytest.raises(ModelError, match="dropout to be a number from 0 to below 1"):
        fit(dropout=1.0)
    with pytest.raises(ModelError, match=r"activation to be one of .* or a function"):
        fit(activation="swish")
