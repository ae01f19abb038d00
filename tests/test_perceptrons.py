"""The perceptrons are scikit-learn's: parameters, steps, attributes, partial fits."""

import inspect
import pickle
import warnings

import numpy as np
import pytest
import sklearn.neural_network
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.minimisers import steps
from pellucid.models.networks import network

OURS = {
    "MLPClassifier": ["class_weight", "dropout", "batch_norm", "target", "device"],
    "MLPRegressor": ["dropout", "batch_norm", "target", "device"],
}


# -- parameters -----------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_the_parameters_are_scikit_learns(name):
    theirs = inspect.signature(getattr(sklearn.neural_network, name)).parameters
    ours = inspect.signature(getattr(pl, name)).parameters
    assert list(ours) == [*theirs, *OURS[name]]
    shared = [p.replace(annotation=p.empty) for p in ours.values()][: len(theirs)]
    assert shared == list(theirs.values())


# -- every step is scikit-learn's -----------------------------------------------------

TARGETS = {
    "two classes": lambda X, rng: (X[:, 0] > 0).astype(int),
    "three classes": lambda X, rng: np.digitize(X[:, 0], [-0.5, 0.5]),
    "three labels": lambda X, rng: (X[:, :3] > 0).astype(int),
    "numbers": lambda X, rng: 2 * X[:, 0] + 1,
    "counts": lambda X, rng: rng.poisson(np.exp(X[:, 0] / 2)),
}

SETTINGS = {
    "adam": {},
    "adam to the end": {"learning_rate_init": 0.02, "max_iter": 150, "tol": 1e-3},
    "unshuffled": {"shuffle": False, "activation": "logistic"},
    "alpha": {"alpha": 1.0, "epsilon": 1e-4, "beta_1": 0.5, "beta_2": 0.9},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.1},
    "sgd unshuffled": {"solver": "sgd", "shuffle": False, "activation": "identity"},
    "no momentum": {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.1},
    "plain momentum": {"solver": "sgd", "nesterovs_momentum": False},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling",
                   "learning_rate_init": 0.5, "power_t": 0.3},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 1e-2,
                 "learning_rate_init": 0.1, "n_iter_no_change": 1, "max_iter": 100},
    "early stopping": {"early_stopping": True, "learning_rate_init": 0.02,
                       "activation": "tanh", "max_iter": 100},
}  # fmt: skip

ATTRIBUTES = ["n_iter_", "t_", "n_layers_", "n_outputs_", "n_features_in_",
              "loss_", "best_loss_", "best_validation_score_",
              "validation_scores_", "loss_curve_"]  # fmt: skip


def both(target, **settings):
    """Our model and scikit-learn's for a target."""
    settings = {"hidden_layer_sizes": (7, 5), "random_state": 3, "max_iter": 20,
                "batch_size": 32} | settings  # fmt: skip
    name = "MLPClassifier"
    if target in ("numbers", "counts"):
        name = "MLPRegressor"
        settings["loss"] = "poisson" if target == "counts" else "squared_error"
    return (
        getattr(module, name)(**settings) for module in (pl, sklearn.neural_network)
    )


def assert_same_network(ours, theirs, X):
    """The attributes, and the parameters to many digits."""
    for name in ATTRIBUTES:
        found, expected = getattr(ours, name), getattr(theirs, name)
        assert found == (expected and pytest.approx(expected, rel=1e-10)), name
    assert ours.out_activation_ == theirs.out_activation_
    pairs = zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_,
                strict=True)  # fmt: skip
    apart = [np.max(np.abs(a - b)) for a, b in pairs]
    assert max(apart) < 1e-9
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-8)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("target", TARGETS)
def test_every_epoch_is_scikit_learns(target, settings, rng):
    X = rng.normal(size=(150, 4))
    y = TARGETS[target](X, rng)
    ours, theirs = both(target, **settings)
    assert_same_network(ours.fit(X, y), theirs.fit(X, y), X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", ["adam", "sgd", "early stopping"])
@pytest.mark.parametrize("target", ["three classes", "numbers"])
def test_weighted_epochs_are_scikit_learns(target, settings, rng):
    X, s = rng.normal(size=(150, 4)), rng.uniform(0.1, 3, 150)
    y = TARGETS[target](X, rng)
    ours, theirs = both(target, **SETTINGS[settings])
    assert_same_network(ours.fit(X, y, s), theirs.fit(X, y, s), X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", ["adam", "sgd", "invscaling", "adaptive"])
@pytest.mark.parametrize("target", TARGETS)
def test_partial_fits_are_scikit_learns(target, settings, rng):
    X = rng.normal(size=(120, 4))
    y = TARGETS[target](X, rng)
    classes = {"two classes": [0, 1], "three classes": [0, 1, 2],
               "three labels": [0, 1, 2]}  # fmt: skip
    ours, theirs = both(target, **SETTINGS[settings])
    options = {"classes": classes[target]} if target in classes else {}
    for rows in np.split(np.arange(120), 3):
        ours.partial_fit(X[rows], y[rows], **options)
        theirs.partial_fit(X[rows], y[rows], **options)
    assert_same_network(ours, theirs, X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", ["adam", "sgd", "adaptive"])
def test_warm_starts_are_scikit_learns(settings, rng):
    X = rng.normal(size=(120, 4))
    y = TARGETS["three classes"](X, rng)
    ours, theirs = both("three classes", warm_start=True, **SETTINGS[settings])
    assert_same_network(ours.fit(X, y).fit(X, y), theirs.fit(X, y).fit(X, y), X)


@pytest.mark.parametrize("target", ["two classes", "three labels", "counts"])
def test_lbfgs_reaches_scikit_learns_optimum(target, rng):
    X = rng.normal(size=(150, 4))
    y = TARGETS[target](X + 0.5 * rng.normal(size=X.shape), rng)
    settings = {"solver": "lbfgs", "alpha": 1.0, "max_iter": 2000, "tol": 1e-7}
    ours, theirs = both(target, activation="tanh", hidden_layer_sizes=(), **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours.fit(X, y), theirs.fit(X, y)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-8)
    np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], atol=1e-3)
    assert not hasattr(ours, "loss_curve_")
    assert not hasattr(ours, "partial_fit")


# -- one trace for all fits -----------------------------------------------------------


def test_equal_settings_are_traced_once(rng, monkeypatch):
    X, y = rng.normal(size=(64, 3)), rng.integers(0, 2, 64)
    settings = {"hidden_layer_sizes": (6,), "batch_size": 32, "tol": 1.0}
    pl.MLPClassifier(**settings).fit(X, y)
    calls = []
    log_loss = network.log_loss
    counted = network.LOSSES | {
        "log_loss": lambda z, y: calls.append(z) or log_loss(z, y)
    }
    monkeypatch.setattr(network, "LOSSES", counted)
    pl.MLPClassifier(**settings, random_state=1).fit(X, y)
    assert calls == []
    pl.MLPClassifier(**settings, alpha=1.0).fit(X, y)
    assert len(calls) > 0


def test_costs_without_weights_do_not_pay_for_them(rng):
    X, y = rng.normal(size=(8, 3)), np.eye(2)[rng.integers(0, 2, 8)]
    cost = network.Cost("relu", "cross_entropy", 1e-4)
    layers = network.glorot([3, 4, 2], 6, np.random.RandomState(0), float)
    plain, weighted = (pl.graph(cost, layers, X, y, *s) for s in ([], [np.ones(8)]))
    assert len(plain.nodes) < len(weighted.nodes)
    assert plain(layers, X, y) == pytest.approx(weighted(layers, X, y, np.ones(8)))
    assert cost == network.Cost("relu", "cross_entropy", 1e-4)
    assert steps.is_by_value(cost)


# -- classes and labels ---------------------------------------------------------------


def test_classes_may_be_words_and_weighted(rng):
    X = rng.normal(size=(200, 2))
    y = np.where(X[:, 0] > 1, "rare", "common")
    settings = {"max_iter": 30, "random_state": 0, "tol": 1e-9}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        plain = pl.MLPClassifier(**settings).fit(X, y)
        even = pl.MLPClassifier(class_weight="balanced", **settings).fit(X, y)
        s = np.where(
            y == "rare", 200 / 2 / sum(y == "rare"), 200 / 2 / sum(y != "rare")
        )
        weighted = pl.MLPClassifier(**settings).fit(X, y, s)
    assert np.mean(even.predict(X) == "rare") > np.mean(plain.predict(X) == "rare")
    np.testing.assert_allclose(even.coefs_[0], weighted.coefs_[0])


def test_many_labels_have_a_probability_each(rng):
    X = rng.normal(size=(100, 3))
    Y = (X > 0).astype(int)
    settings = {"learning_rate_init": 0.05, "tol": 0.1, "random_state": 0}
    model = pl.MLPClassifier((8,), **settings).fit(X, Y)
    p = model.predict_proba(X)
    assert p.shape == (100, 3)
    np.testing.assert_allclose(np.log(p), model.predict_log_proba(X))
    np.testing.assert_array_equal(model.predict(X), p > 0.5)
    thin = clone(model).fit(X, sparse.csr_array(Y))
    np.testing.assert_array_equal(thin.coefs_[0], model.coefs_[0])


def test_a_column_of_targets_is_flattened_with_a_warning(rng):
    X = rng.normal(size=(20, 2))
    with pytest.warns(DataConversionWarning):
        model = pl.MLPRegressor(tol=1.0).fit(X, X[:, :1])
    assert model.predict(X).shape == (20,)


def test_a_pickled_model_goes_on(rng):
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    model = pl.MLPClassifier((4,), random_state=0).partial_fit(X, y, classes=[0, 1])
    again = pickle.loads(pickle.dumps(model))
    a, b = (m.partial_fit(X, y).coefs_[0] for m in (model, again))
    np.testing.assert_array_equal(a, b)
    assert str(again.graph_) == str(model.graph_)


def test_verbose_tells_the_cost_of_epochs(capsys, rng):
    X = rng.normal(size=(20, 2))
    pl.MLPRegressor(tol=1.0, verbose=2, random_state=0).fit(X, X[:, 0])
    said = capsys.readouterr().out.splitlines()
    assert said[0].split()[:3] == ["iteration", "2", "cost"]
    assert said[-1].startswith("Iteration 12, loss = ")  # as scikit-learn says it


def test_early_stopping_keeps_the_best_weights_of_a_fit_that_explodes(rng):
    X = rng.normal(size=(100, 4)) * 4
    settings = {"solver": "sgd", "learning_rate_init": 1.0, "activation": "identity",
                "early_stopping": True, "random_state": 0}  # fmt: skip
    with pytest.warns(ConvergenceWarning, match=r"cost is nan .* best weights stay"):
        model = pl.MLPRegressor(**settings).fit(X, X @ [1.0, 2.0, 3.0, 4.0])
    assert np.isfinite(model.predict(X)).all()
    scores = model.validation_scores_
    assert np.isnan(scores[-1])
    assert model.best_validation_score_ == np.nanmax(scores)
    assert len(scores) == len(model.loss_curve_) == len(model.validation_history_)


def test_weights_that_a_person_set_are_gone_on_from():
    model = pl.MLPClassifier((2,), activation="tanh", learning_rate_init=0.1)
    model.coefs_ = [np.array([[1.0, 2.0]]), np.array([[1.0], [-1.0]])]
    model.intercepts_ = [np.zeros(2), np.zeros(1)]
    model.n_features_in_, model.t_ = 1, 0
    model.n_layers_, model.n_outputs_, model.out_activation_ = 3, 1, "logistic"
    model.partial_fit([[1.0], [0.0]], [1, 0], classes=[0, 1])
    for W, start in zip(model.coefs_, ([1.0, 2.0], [1.0, -1.0]), strict=True):
        np.testing.assert_allclose(np.abs(W.ravel() - start), 0.1, rtol=1e-3)  # Adam


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("kind", TARGETS)
def test_every_target_takes_the_same_steps(target, kind, rng):
    pytest.importorskip(target)
    X = rng.normal(size=(60, 4))
    y = TARGETS[kind](X, rng)
    settings = {"max_iter": 3, "tol": 0.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours, other = (next(both(kind, **settings)) for _ in "ab")
        ours.fit(X, y)
        other.set_params(target=target).fit(X, y)
    np.testing.assert_allclose(other.loss_curve_, ours.loss_curve_, rtol=1e-9)


# -- what cannot be learned -----------------------------------------------------------

BAD = {
    "early": ({"early_stopping": True}, [0, 1, 2], "does not take early_stopping=True"),
    "even": (
        {"class_weight": "balanced"},
        [0, 1, 2],
        'not take class_weight="balanced"',
    ),
    "new class": ({}, [0, 1], "expected classes among .0 1., found 2"),
}


@pytest.mark.parametrize(("settings", "classes", "sentence"), BAD.values(), ids=BAD)
def test_bad_partial_fits_are_a_sentence(settings, classes, sentence):
    model = pl.MLPClassifier(**settings)
    with pytest.raises(ModelError, match=sentence):
        model.partial_fit(np.eye(3), [0, 1, 2], classes=classes)


def test_other_classes_after_a_warm_start_are_a_sentence(rng):
    X = rng.normal(size=(20, 2))
    model = pl.MLPClassifier(warm_start=True, tol=1.0).fit(X, np.arange(20) % 2)
    with pytest.raises(ModelError, match="expected the classes of the last fit"):
        model.fit(X, np.arange(20) % 3)


def test_counts_below_zero_are_a_sentence():
    with pytest.raises(ModelError, match="expected counts of at least 0"):
        pl.MLPRegressor("poisson").fit(np.eye(3), [1, 2, -1])
