"""Logistic regression: the tutorial's figures, and the optimum by other roads."""

import pickle
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn.linear_model
from scipy import optimize, sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

import pellucid as pl
from pellucid.errors import ModelError

SOLVERS = ["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"]


# -- the textbook: gradient descent on the sign digits --------------------------------


@pytest.fixture(scope="module")
def signs(data):
    """The hands that sign 0 and 1, split as in the tutorial."""
    X = np.load(data / "sign-language-digits" / "X.npy")
    X = np.concatenate([X[204:409], X[822:1027]]).reshape(410, -1)  # (410, 4096)
    y = np.repeat([0, 1], 205)
    return train_test_split(X, y, test_size=0.15, random_state=42)


AT = [0, 10, 20, 50, 100, 140]


@pytest.mark.parametrize(
    ("rate", "iterations", "costs", "train", "test"),
    [
        (0.009, 200, [14.011472, 1.905189, 1.730997, 1.429719, 0.568155, 0.220914],
         93.3908, 95.1613),
        (0.01, 150, [14.011472, 2.560023, 2.592445, 1.954026, 0.636526, 0.209659],
         91.9540, 93.5484),
    ],
    ids=["rate 0.009", "rate 0.01"],
)  # fmt: skip
def test_the_figures_of_the_sign_digits(rate, iterations, costs, train, test, signs):
    X, X_test, y, y_test = signs
    model = pl.LogisticRegression(
        C=np.inf,
        solver="gradient-descent",
        learning_rate=rate,
        max_iter=iterations,
        start=0.01,
        tol=0,
    ).fit(X, y)
    np.testing.assert_allclose(model.history_[AT], costs, rtol=1e-5)
    assert len(model.history_) == iterations + 1
    assert 100 * model.score(X, y) == pytest.approx(train, abs=1e-4)
    assert 100 * model.score(X_test, y_test) == pytest.approx(test, abs=1e-4)


def test_newton_on_4097_parameters(signs):
    X, X_test, y, y_test = signs
    model = pl.LogisticRegression().fit(X, y)
    z, p = model.decision_function(X), model.predict_proba(X)[:, 1]
    slope = X.T.astype(float) @ (p - y) + model.coef_[0]
    np.testing.assert_allclose(slope, 0, atol=1e-6)
    assert np.array_equal(model.predict(X), z > 0)
    assert model.score(X_test, y_test) == 1


def test_verbose_tells_the_cost(capsys):
    X, y = pl.datasets.breast_cancer()
    pl.LogisticRegression(
        solver="gradient-descent", learning_rate=1e-6, max_iter=25, tol=0, verbose=10
    ).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["iteration", i, "cost"] for i in ("0", "10", "20")
    ]


def test_gradient_descent_reaches_newtons_optimum(rng):
    X, y = rng.normal(size=(80, 3)), rng.integers(0, 3, 80)
    settings = {"learning_rate": 1.0, "max_iter": 2000, "tol": 1e-9}
    slow = pl.LogisticRegression(solver="gradient-descent", **settings).fit(X, y)
    newton = pl.LogisticRegression().fit(X, y)
    np.testing.assert_allclose(slow.coef_, newton.coef_, atol=1e-6)


# -- the optimum ----------------------------------------------------------------------


def tight(X, y, s=None, **settings):
    """scikit-learn's model, as near to the optimum as it goes."""
    options = {"tol": 1e-10, "max_iter": 5000, "solver": "newton-cg"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sklearn.linear_model.LogisticRegression(**(options | settings))
        return model.fit(X, y, s)


def assert_same_model(ours, theirs, rtol=1e-6):
    size = np.abs(theirs.coef_).max()
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=rtol, atol=rtol * size)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=rtol, atol=rtol)
    assert ours.coef_.shape == theirs.coef_.shape
    assert np.array_equal(ours.classes_, theirs.classes_)


@pytest.mark.parametrize("C", [0.01, 1.0, 100.0])
@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine"])
def test_the_optimum_is_scikit_learns_without_scaling(name, C):
    X, y = getattr(pl.datasets, name)()
    ours, theirs = pl.LogisticRegression(C=C).fit(X, y), tight(X, y, C=C)
    assert_same_model(ours, theirs, rtol=1e-5)
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6
    )


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "settings",
    [{}, {"fit_intercept": False}, {"class_weight": "balanced"},
     {"class_weight": {0: 2.0, 1: 0.5}}, {"C": np.inf}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_every_setting_means_the_same(settings, classes, weighted, rng):
    X = rng.normal(size=(200, 4)) * [1, 10, 0.1, 1] + [0, 5, 0, 0]
    y = rng.integers(0, classes, 200)
    s = rng.uniform(0, 2, 200) if weighted else None
    ours = pl.LogisticRegression(**settings).fit(X, y, s)
    assert_same_model(ours, tight(X, y, s, **settings))


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_reaches_the_same_optimum(solver, rng):
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    auto, named = (pl.LogisticRegression(solver=s).fit(X, y) for s in ("auto", solver))
    np.testing.assert_allclose(named.coef_, auto.coef_, rtol=1e-6)


# -- the elastic net ------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
@pytest.mark.parametrize("C", [0.1, 1.0])
@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
def test_the_elastic_net_is_sagas(classes, l1_ratio, C, intercept, rng):
    X = rng.normal(size=(150, 8)) + rng.normal(size=8)
    y = np.digitize(
        X[:, 0] - X[:, 1] + rng.logistic(size=150), [0.0, 1.5][: classes - 1]
    )
    settings = {"l1_ratio": l1_ratio, "C": C, "fit_intercept": intercept}
    s = rng.uniform(0.5, 2, 150)
    ours = pl.LogisticRegression(**settings).fit(X, y, s)
    theirs = tight(X, y, s, solver="saga", **settings)
    assert_same_model(ours, theirs, rtol=1e-6)
    assert np.array_equal(ours.coef_ == 0, np.abs(theirs.coef_) < 1e-9)


def test_lasso_on_columns_of_unlike_scales(rng):
    X, y = pl.datasets.breast_cancer()
    model = pl.LogisticRegression(l1_ratio=1.0).fit(X, y)
    slope = X.T @ (y - model.predict_proba(X)[:, 1])  # = sign(w) where w is not 0
    w = model.coef_[0]
    np.testing.assert_allclose(slope[w != 0], np.sign(w[w != 0]), atol=1e-6)
    assert np.all(np.abs(slope[w == 0]) <= 1)
    assert 0 < np.sum(w == 0) < 30
    assert (np.diff(model.history_) <= 0).all()


def test_lasso_on_more_features_than_rows(rng):
    X = rng.normal(size=(60, 2000))
    y = X[:, 0] + X[:, 1] > 0
    model = pl.LogisticRegression(l1_ratio=1.0, C=0.1).fit(X, y)
    assert np.flatnonzero(model.coef_[0]).size < 20
    assert model.coef_[0, :2].min() > 0


def test_an_infinite_C_leaves_no_penalty(rng):
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    net, none = (pl.LogisticRegression(C=np.inf, l1_ratio=r).fit(X, y) for r in (1, 0))
    np.testing.assert_allclose(net.coef_, none.coef_)


def test_the_likelihood_itself_agrees(rng):
    X, y = rng.normal(size=(100, 2)), rng.integers(0, 2, 100)

    def negative_log_likelihood(w):
        z = X @ w[:2] + w[2]
        return np.sum(np.logaddexp(0, z) - y * z)

    best = optimize.minimize(negative_log_likelihood, np.zeros(3), tol=1e-10).x
    model = pl.LogisticRegression(C=np.inf).fit(X, y)
    np.testing.assert_allclose([*model.coef_[0], *model.intercept_], best, atol=1e-5)


def test_columns_of_unlike_scales_converge(rng):
    X = rng.normal(size=(400, 150))
    y = X[:, :5].sum(axis=1) + rng.logistic(size=400) > 0
    scales = 10 ** rng.uniform(-3, 3, 150)
    model = pl.LogisticRegression(C=1e4).fit(X * scales + scales, y)
    p = model.predict_proba(X * scales + scales)[:, 1]
    slope = (X * scales + scales).T @ (p - y) + model.coef_[0] / 1e4
    np.testing.assert_allclose(slope / scales, 0, atol=1e-5)


def test_weights_mean_repetition(rng):
    X, y, s = rng.normal(size=(40, 3)), rng.integers(0, 3, 40), rng.integers(0, 4, 40)
    weighted = pl.LogisticRegression().fit(X, y, s)
    repeated = pl.LogisticRegression().fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-8)


def test_a_warm_start_begins_at_the_solution(rng):
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    model = pl.LogisticRegression(warm_start=True).fit(X, y)
    cost = model.history_[-1]
    model.fit(X, y)
    assert model.n_iter_[0] <= 1
    assert model.history_[0] == pytest.approx(cost)


def test_sparse_and_dense_and_float32_agree(rng):
    X = np.round(rng.normal(size=(50, 4)), 2) * (rng.random((50, 4)) < 0.4)
    y = rng.integers(0, 2, 50)
    dense = pl.LogisticRegression().fit(X, y)
    thin = pl.LogisticRegression().fit(sparse.csr_array(X), y)
    single = pl.LogisticRegression().fit(X.astype(np.float32), y)
    np.testing.assert_allclose(thin.coef_, dense.coef_, rtol=1e-12)
    np.testing.assert_allclose(single.coef_, dense.coef_, rtol=1e-5)


# -- probabilities --------------------------------------------------------------------


def test_probabilities_keep_their_digits_in_the_tails():
    model = pl.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    X = [[-2000.0], [-100.0], [101.0], [2001.0]]
    p, logs = model.predict_proba(X), model.predict_log_proba(X)
    np.testing.assert_allclose(np.log(p[1:3]), logs[1:3], rtol=1e-12, atol=1e-18)
    np.testing.assert_allclose(p, p[::-1, ::-1], rtol=1e-9, atol=1e-300)
    assert np.isfinite(logs).all()


def test_probabilities_of_three_classes_sum_to_one():
    X, y = pl.datasets.iris()
    model = pl.LogisticRegression().fit(X, y)
    p = model.predict_proba(X * 1000)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(
        np.exp(model.predict_log_proba(X)), model.predict_proba(X)
    )
    np.testing.assert_allclose(model.coef_.sum(axis=0), 0, atol=1e-12)


# -- when there is no optimum, or it was not reached ----------------------------------


@pytest.mark.parametrize(
    "y", [[0, 0, 1, 1], [0, 0, 1, 2], ["a", "b", "b", "b"]], ids=str
)
def test_separable_classes_without_a_penalty_end_with_a_sentence(y):
    with pytest.warns(ConvergenceWarning, match="the classes are separable"):
        model = pl.LogisticRegression(C=np.inf).fit([[0.0], [1], [2], [3]], y)
    assert model.score([[0.0], [1], [2], [3]], y) == 1


def test_few_iterations_end_with_a_sentence():
    with pytest.warns(ConvergenceWarning, match="stopped before the optimum .* raise"):
        pl.LogisticRegression(max_iter=2).fit(*pl.datasets.breast_cancer())


def test_tol_0_runs_every_iteration_in_silence(rng):
    X, y = rng.normal(size=(20, 2)), rng.integers(0, 2, 20)
    model = pl.LogisticRegression(solver="gradient-descent", max_iter=7, tol=0)
    assert model.fit(X, y).n_iter_.tolist() == [7]


# -- members --------------------------------------------------------------------------


@pytest.fixture
def frame(rng):
    X = pd.DataFrame(rng.normal(size=(40, 3)), columns=["age", "blood sugar", "x3"])
    z = 2 * X["age"] - X["x3"] + rng.normal(size=40)
    return X, pd.Series(np.where(z > 0, "ill", "well"), name="state")


def test_the_graph_is_the_cost_and_flat_at_the_solution(frame):
    model = pl.LogisticRegression().fit(*frame)
    X, y = frame[0].to_numpy(), (frame[1] == "well").to_numpy(float)
    where = model.coef_[0], model.intercept_[0], X, y
    assert [node.name for node in model.graph_.inputs] == ["w", "b", "X", "y"]
    assert {"z", "loss", "penalty", "J"} <= {node.name for node in model.graph_.nodes}
    assert model.graph_(*where) == pytest.approx(model.history_[-1], rel=1e-12)
    slopes = pl.gradient(model.graph_, wrt=("w", "b"))(*where)
    np.testing.assert_allclose(np.append(*slopes), 0, atol=1e-10)


def test_history_falls_from_the_start(frame):
    history = pl.LogisticRegression().fit(*frame).history_
    assert history[0] == pytest.approx(np.log(2))
    assert (np.diff(history) <= 0).all()


def test_formula(frame):
    model = pl.LogisticRegression().fit(*frame)
    z, p = model.formula().splitlines()
    assert re.fullmatch(r"z = -\S+ age [+-] \S+ \(blood sugar\) \+ \S+ x3 [+-] \S+", z)
    assert p == "p(state = well) = 1 / (1 + exp(-z))"
    assert r"\frac{1}{1 + e^{-z}}" in model.formula("latex")


def test_formulas_are_latex_that_can_be_shown(frame):
    report = pytest.importorskip("pellucid.report")
    models = [
        pl.LogisticRegression().fit(*frame),
        pl.LogisticRegression().fit(*pl.datasets.iris()),
    ]
    assert all("<math" in report.mathml(model.formula("latex")) for model in models)


def test_summary(frame):
    summary = pl.LogisticRegression().fit(*frame).summary()
    assert summary.frame.index.tolist() == ["intercept", "age", "blood sugar", "x3"]
    columns = ["estimate", "standard error", "z", "p", "lower", "upper"]
    assert summary.frame.columns.tolist() == columns
    assert str(summary).startswith(
        "LogisticRegression of state = well\nrows 40   features 3   degrees of freedom "
    )


def test_summary_of_three_classes():
    frame = pl.LogisticRegression().fit(*pl.datasets.iris()).summary().frame
    assert frame.index[:2].tolist() == [("1", "intercept"), ("1", "x1")]
    assert len(frame) == 10


@pytest.mark.parametrize(
    ("columns", "classes", "label"),
    [([2], 2, "x"), ([2], 3, "x"), ([2, 3], 2, "x1"), ([2, 3], 3, "x1"),
     ([0, 1, 2], 2, "probability of y = 1"),
     ([0, 1, 2], 3, "probability of the right class")],
    ids=["curve", "curves", "border", "borders", "two classes", "three classes"],
)  # fmt: skip
def test_plot(columns, classes, label):
    pytest.importorskip("matplotlib")
    X, y = pl.datasets.iris()
    rows = y < classes
    model = pl.LogisticRegression().fit(X[rows][:, columns], y[rows])
    assert model.plot().axes[0].get_xlabel() == label


def test_a_pickled_model_leaves_the_rows_behind(frame):
    model = pl.LogisticRegression().fit(*frame)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(frame[0]), model.predict(frame[0]))
    assert str(again.graph_) == str(model.graph_)


# -- what cannot be fitted ------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "y", "message"),
    [
        ({}, [1, 1, 1], "two classes or more in y, found one class, 1, in all 3"),
        ({}, ["a", "b"], "expected a value of y for each row of X, got 2 values for 3"),
        ({"C": 0}, [0, 1, 1], "expected C to be a positive number, or infinity"),
        ({"solver": "adam"}, [0, 1, 1], "expected solver to be one of 'auto'"),
        ({"l1_ratio": 1.5}, [0, 1, 1], "expected l1_ratio to be a number from 0 to 1"),
        ({"max_iter": 1.5}, [0, 1, 1], "expected max_iter to be a whole number from 0"),
    ],
    ids=["one class", "lengths", "C", "solver", "l1", "max_iter"],
)  # fmt: skip
def test_what_is_wrong_is_said(settings, y, message):
    with pytest.raises(ModelError, match=message):
        pl.LogisticRegression(**settings).fit([[0.0], [1.0], [2.0]], y)


def test_the_parameters_are_scikit_learns():
    theirs = sklearn.linear_model.LogisticRegression().get_params()
    ours = pl.LogisticRegression().get_params()
    new = {"learning_rate": 0.01, "start": 0.0, "target": "numpy", "device": None}
    new |= {"standardise": False}
    expected = theirs | {"solver": "auto"} | new
    assert ours == expected
