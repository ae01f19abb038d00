"""Rows of weight 0 are no rows, but the classes they name are still classes."""

import re
import warnings

import numpy as np
import pytest
import sklearn.linear_model
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score

import pellucid as pl
from pellucid.errors import ModelError

QUICK = {
    "hidden_layer_sizes": (3,), "learning_rate_init": 0.1, "max_iter": 500, "tol": 1e-3,
    "random_state": 0,
}  # fmt: skip
CLASSIFIERS = {
    "logistic": pl.LogisticRegression(),
    "logistic, balanced": pl.LogisticRegression(class_weight="balanced"),
    "lasso": pl.LogisticRegression(l1_ratio=1.0),
    "network": pl.MLPClassifier(**QUICK),
    "network, balanced": pl.MLPClassifier(**QUICK, class_weight="balanced"),
    "network, lbfgs": pl.MLPClassifier(**QUICK | {"solver": "lbfgs", "tol": 0.02}),
}
WEIGHTED = {  # which of the three classes have weight
    "all": [1, 1, 1],
    "all but the last": [1, 1, 0],
    "all but the first": [0, 1, 1],
    "one": [0, 1, 0],
}


@pytest.fixture
def rows(rng):
    X = rng.normal(size=(60, 2))
    y = np.digitize(X[:, 0] + rng.logistic(size=60) / 2, [-0.5, 0.8])
    return X, np.array(["a", "b", "c"])[y]


def weights(y, kept):
    return np.array(kept, float)[np.searchsorted(["a", "b", "c"], y)]


@pytest.mark.parametrize("kept", WEIGHTED)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_class_of_y_is_one_of_the_model(name, kept, rows):
    X, y = rows
    s = weights(y, WEIGHTED[kept])
    model = sklearn.base.clone(CLASSIFIERS[name]).fit(X, y, s)
    assert model.classes_.tolist() == ["a", "b", "c"]
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    least = p[:, np.array(WEIGHTED[kept]) == 0]
    assert (least < (0.35 if name.startswith("network") else 1e-6)).all()


@pytest.mark.parametrize("kept", [[0, 1], [1, 0], [1, 1]], ids=str)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_two_classes_one_of_them_without_weight(name, kept, rows):
    X, y = rows[0], (rows[1] == "c").astype(int)
    model = sklearn.base.clone(CLASSIFIERS[name]).fit(X, y, np.array(kept)[y])
    assert model.classes_.tolist() == [0, 1]
    assert model.predict_proba(X).shape == (60, 2)
    assert kept == [1, 1] or (model.predict(X) == kept.index(1)).all()


@pytest.mark.parametrize("kept", WEIGHTED)
@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
def test_the_optimum_is_scikit_learns(kept, intercept, rows):
    (X, y), settings = rows, {"fit_intercept": intercept}
    s = weights(y, WEIGHTED[kept])
    ours = pl.LogisticRegression(**settings).fit(X, y, s)
    options = {"tol": 1e-10, "max_iter": 5000, "solver": "newton-cg"}
    theirs = sklearn.linear_model.LogisticRegression(**options, **settings).fit(X, y, s)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    p, q = ours.predict_proba(X), theirs.predict_proba(X)
    np.testing.assert_allclose(p, q, atol=1e-6)


@pytest.mark.parametrize(
    "class_weight", [{"c": 0, "a": 1, "b": 2}, {"a": 0, "b": 0, "c": 3}], ids=str
)
def test_a_class_weight_of_0_is_a_weight_of_0(class_weight, rows):
    X, y = rows
    model = pl.LogisticRegression(class_weight=class_weight).fit(X, y)
    s = np.array([class_weight[label] for label in y], float)
    same = pl.LogisticRegression().fit(X, y, s)
    assert np.array_equal(model.coef_, same.coef_)
    assert np.array_equal(model.classes_, same.classes_)


def test_balanced_leaves_a_class_without_weight_out(rows):
    X, y = rows
    s, some = weights(y, [1, 1, 0]), y != "c"
    ours = pl.LogisticRegression(class_weight="balanced").fit(X, y, s)
    alone = pl.LogisticRegression(class_weight="balanced").fit(X[some], y[some])
    p, q = ours.predict_proba(X)[:, :2], alone.predict_proba(X)
    assert np.array_equal(p[:, 0] > 0.5, q[:, 0] > 0.5)


def test_without_a_penalty_it_is_told_once(rows):
    X, y = rows
    model = pl.LogisticRegression(C=np.inf)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(X, y, weights(y, [1, 1, 0]))
    assert [w.category for w in told] == [ConvergenceWarning]
    assert "no row of the class 'c' has weight" in str(told[0].message)
    assert (model.predict_proba(X)[:, 2] < 1e-6).all()


def test_many_labels_of_which_one_has_no_weight(rng):
    X, Y = rng.normal(size=(40, 2)), rng.integers(0, 2, (40, 3))
    model = pl.MLPClassifier(**QUICK).fit(X, Y, 1.0 - Y[:, 2])
    assert model.predict(X).shape == (40, 3)


def test_partial_fit_knows_the_classes_of_rows_without_weight(rows):
    X, y = rows
    model = pl.MLPClassifier(**QUICK)
    model.partial_fit(X, y, weights(y, [1, 0, 1]), classes=["a", "b", "c"])
    model.partial_fit(X, y, weights(y, [0, 1, 0]))
    assert model.predict_proba(X).shape == (60, 3)


@pytest.mark.parametrize(
    "model", [pl.LinearRegression(), pl.MLPRegressor(**QUICK)], ids=["line", "network"]
)
def test_a_row_of_weight_0_is_no_row_of_a_regression(model, rng):
    X, s = rng.normal(size=(40, 2)), np.repeat([0.0, 1.0], 20)
    y = np.where(s > 0, X[:, 0], 1e9)
    weighted = sklearn.base.clone(model).fit(X, y, s)
    without = sklearn.base.clone(model).fit(X[20:], y[20:], s[20:])
    assert np.array_equal(weighted.predict(X), without.predict(X))


# -- scikit-learn's ensembles on a rare class -----------------------------------------

RARE = {
    "bagging": lambda model: BaggingClassifier(model, 5, random_state=0),
    "boosting": lambda model: AdaBoostClassifier(model, n_estimators=3, random_state=0),
    "calibrated": lambda model: CalibratedClassifierCV(model, cv=2),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("ensemble", RARE)
@pytest.mark.parametrize("name", ["logistic", "logistic, balanced", "network"])
@pytest.mark.parametrize("classes", [2, 3])
def test_ensembles_of_rare_classes_run(ensemble, name, classes, rows):
    X = rows[0]
    y = np.repeat(np.arange(3)[-classes:], [56 if classes > 2 else 58, 2, 2][-classes:])
    y = np.resize(y, 60)
    y[:2], y[2:4] = classes - 1, 3 - classes
    s = np.where(y == y[0], 0.5, 1.0)
    model = RARE[ensemble](sklearn.base.clone(CLASSIFIERS[name])).fit(X, y, s)
    assert model.predict_proba(X).shape == (60, len(np.unique(y)))


def test_cross_validation_with_weights(rows):
    X, y = rows
    s = weights(y, [1, 1, 0])
    scores = cross_val_score(
        pl.LogisticRegression(), X, y, params={"sample_weight": s}, error_score="raise"
    )
    assert np.isfinite(scores).all()


# -- weights that are none -------------------------------------------------------------

MODELS = [
    pl.LinearRegression(), pl.LogisticRegression(), pl.MLPClassifier(),
    pl.MLPRegressor(),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize(
    ("s", "message"),
    [
        ([0, 0, 0, 0], "expected a weight above 0 for some row, got none"),
        ([1, np.nan, 1, 1], "finite numbers in sample_weight, found NaN in row 2"),
        ([1, 1, np.inf, 1], "finite numbers in sample_weight, found inf in row 3"),
        ([1, 1, -2, 1], "expected weights of at least 0, got weights from -2 to 1"),
    ],
    ids=["all 0", "nan", "inf", "negative"],
)
def test_weights_that_are_none_are_refused(model, s, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        model.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], s)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({0: 0, 1: 0}, "expected a weight above 0 for some row"),
        ({0: -1, 1: 1}, "expected class weights from 0 up, got -1 for 0"),
        ({0: 1, 1: np.nan}, "expected class weights from 0 up, got nan for 1"),
    ],
    ids=["all 0", "negative", "nan"],
)
@pytest.mark.parametrize("kind", [pl.LogisticRegression, pl.MLPClassifier])
def test_class_weights_that_are_none_are_refused(kind, class_weight, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        kind(class_weight=class_weight).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
