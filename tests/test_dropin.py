"""Linear and logistic regression in the place of scikit-learn's: nobody notices.

The judge is scikit-learn: its parameters, its warnings and errors word for word, its
callbacks, and the meta-estimators that people put such models into.
"""

import copy
import inspect
import pickle
import re
import warnings

import numpy as np
import pytest
import sklearn
import sklearn.linear_model as theirs
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.callback import ScoringMonitor
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.errors import ModelError

CLASSES = ["LinearRegression", "LogisticRegression"]
SOLVERS = ["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"]
X = np.array([[0.0, 1], [1, 1], [2, 0], [3, 1], [4, 0], [5, 2]])
Y = np.array([0, 1, 0, 1, 0, 1])


def both(name, **settings):
    """scikit-learn's model of a name, and ours."""
    return getattr(theirs, name)(**settings), getattr(pl, name)(**settings)


def told(model, X=X, y=Y, s=None):
    """The warnings of a fit, (category, text), and the error it ends with."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(X, y, s)
        except ValueError as error:
            return [(ValueError, str(error))]
    return [(w.category, " ".join(str(w.message).split())) for w in caught]


@pytest.fixture
def flowers():
    return pl.datasets.iris()


# -- parameters -----------------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSES)
def test_parameters_come_in_the_same_order_with_the_same_defaults(name):
    known, ours = (inspect.signature(type(m).__init__) for m in both(name))
    first = list(ours.parameters.values())[: len(known.parameters)]
    assert [(p.name, p.kind) for p in first] == [
        (p.name, p.kind) for p in known.parameters.values()
    ]
    changed = {p.name: p.default for p in first} | {"solver": "lbfgs"}
    assert (
        changed.items()
        >= {p.name: p.default for p in known.parameters.values()}.items()
    )


VALUES = {
    "penalty": ["l3", 1], "C": [0, -1.0, "1"], "l1_ratio": [-0.1, 1.5, "x"],
    "dual": [1, None], "tol": [-1e-9, None], "fit_intercept": ["yes", 1],
    "intercept_scaling": [0], "class_weight": ["fair", [1, 2]], "random_state": [-1],
    "solver": ["adam", None], "max_iter": [-1, 1.5], "verbose": [-1, "loud"],
    "warm_start": [0], "n_jobs": ["all", 1.5],
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameter", "value"),
    [(name, value) for name, values in VALUES.items() for value in values],
    ids=str,
)
def test_what_is_no_value_there_is_none_here(parameter, value):
    for model in both("LogisticRegression", **{parameter: value}):
        [(category, message)] = told(model)
        assert category is ValueError
        assert parameter in message


@pytest.mark.parametrize(
    "settings",
    [{"tol": -1}, {"copy_X": 1}, {"positive": "no"}, {"n_jobs": 0.5}],
    ids=str,
)
def test_nor_in_linear_regression(settings):
    for model in both("LinearRegression", **settings):
        [(category, message)] = told(model)
        assert category is ValueError
        assert next(iter(settings)) in message


# -- warnings and errors, word for word -----------------------------------------------

SETTINGS = [
    {"penalty": "l1", "l1_ratio": 1},
    {"penalty": "l1"},
    {"penalty": "l1", "l1_ratio": 0.5},
    {"penalty": "l2"},
    {"penalty": "l2", "l1_ratio": 1.0},
    {"penalty": "elasticnet", "l1_ratio": 0.3},
    {"penalty": None},
    {"penalty": None, "C": 2.0},
    {"l1_ratio": None},
    {"l1_ratio": 0.5, "C": np.inf},
    {"n_jobs": 2},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_same_warnings_in_the_same_words(settings):
    y = np.array([0, 1, 0, 0, 1, 1])  # not separable
    known, ours = both(
        "LogisticRegression", solver="saga", max_iter=100_000, tol=1e-3, **settings
    )
    assert told(ours, y=y) == told(known, y=y)


WRONG = [
    *({"solver": solver, "l1_ratio": r} for solver in SOLVERS for r in (0.5, 1)
      if solver not in ("liblinear", "saga")),
    *({"solver": solver, "dual": True} for solver in SOLVERS if solver != "liblinear"),
    {"solver": "liblinear", "l1_ratio": 0.5},
    {"solver": "liblinear", "C": np.inf},
    {"solver": "saga", "penalty": "elasticnet", "l1_ratio": None},
    {"solver": "newton-cholesky", "penalty": "l1"},
]  # fmt: skip


@pytest.mark.parametrize("settings", WRONG, ids=str)
def test_the_same_settings_are_refused_in_the_same_words(settings):
    known, ours = both("LogisticRegression", **settings)
    [(_, first)], [(_, second)] = told(known), told(ours)
    assert second.startswith("LogisticRegression: ")
    assert first.rstrip(".") in second


@pytest.mark.parametrize("solver", ["auto", "newton"])
@pytest.mark.parametrize(
    "settings", [{"l1_ratio": 1.0}, {"l1_ratio": 0.5}, {"dual": True}], ids=str
)
def test_our_solvers_take_all_of_that(solver, settings):
    assert told(pl.LogisticRegression(solver=solver, **settings)) == []


ROWS = {
    "liblinear, three classes": ("liblinear", X, [0, 1, 2, 0, 1, 2]),
    "liblinear, beyond 1e30": ("liblinear", X * 1e31, Y),
    "long indices": ("saga", "long", Y),
    "nan": ("lbfgs", np.where(X == 5, np.nan, X), Y),
    "inf": ("lbfgs", np.where(X == 5, np.inf, X), Y),
    "lengths": ("lbfgs", X, Y[:-1]),
    "one class": ("lbfgs", X, np.ones(6, int)),
    "numbers for classes": ("lbfgs", X, np.linspace(0, 1, 6)),
    "two targets": ("lbfgs", X, np.column_stack([Y, Y])),
}


def long_indices():
    """A sparse matrix whose indices have 64 bits."""
    rows = sparse.csr_array(X)
    rows.indices, rows.indptr = (a.astype("int64") for a in (rows.indices, rows.indptr))
    return rows


@pytest.mark.parametrize("case", ROWS)
def test_the_same_rows_are_refused_in_the_same_words(case):
    solver, rows, y = ROWS[case]
    rows = long_indices() if case == "long indices" else rows
    known, ours = both("LogisticRegression", solver=solver)
    [(_, first)], [(_, second)] = told(known, rows, y), told(ours, rows, y)
    stem = re.split(r"\.\s|: |\.$", first)[0]
    assert stem in second


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_fit_cut_short_is_told_in_the_name_of_the_solver(solver):
    """People filter warnings by how they begin."""
    rows, y = pl.datasets.breast_cancer()
    known, ours = both("LogisticRegression", solver=solver, max_iter=1, tol=1e-12)
    first, second = (dict(told(m, rows, y))[ConvergenceWarning] for m in (known, ours))
    assert second.startswith(re.split(r"[0-9]|= ", first)[0])
    assert "stopped before the optimum" in second
    assert ours.n_iter_.tolist() == [1]


def test_warnings_come_from_our_module():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", module=r"pellucid\.")
        pl.LogisticRegression(max_iter=1).fit(*pl.datasets.breast_cancer())
    assert [w.category for w in caught] == [ConvergenceWarning]


# -- what the settings mean -----------------------------------------------------------

MEANINGS = [
    ({"penalty": "l1", "C": 0.5}, {"l1_ratio": 1.0, "C": 0.5}),
    ({"penalty": "l2", "l1_ratio": 1.0}, {"l1_ratio": 0.0}),
    ({"penalty": "elasticnet", "l1_ratio": 0.4}, {"l1_ratio": 0.4}),
    ({"penalty": None, "C": 0.1, "l1_ratio": 1.0}, {"C": np.inf}),
    ({"penalty": "l1", "C": np.inf}, {"C": np.inf}),
    ({"l1_ratio": None}, {"l1_ratio": 0.0}),
]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("solver", ["saga", "auto"])
@pytest.mark.parametrize(("old", "new"), MEANINGS, ids=str)
def test_penalty_means_what_C_and_l1_ratio_mean(old, new, solver, rng):
    rows, y = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    first, second = (pl.LogisticRegression(solver=solver, **s) for s in (old, new))
    assert np.array_equal(first.fit(rows, y).coef_, second.fit(rows, y).coef_)
    known = theirs.LogisticRegression(solver="saga", tol=1e-9, max_iter=10_000, **old)
    np.testing.assert_allclose(first.coef_, known.fit(rows, y).coef_, atol=1e-6)


def test_penalty_can_be_given_by_place():
    with pytest.warns(FutureWarning, match="^'penalty' was deprecated"):
        assert pl.LogisticRegression(None).fit(X, [0, 1, 0, 0, 1, 1]).C == 1


@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_coefficients_have_the_precision_of_the_rows(dtype, classes, as_sparse, rng):
    rows, y = rng.normal(size=(60, 4)).astype(dtype), rng.integers(0, classes, 60)
    known, ours = both("LogisticRegression", tol=1e-8)
    given = sparse.csr_matrix(rows) if as_sparse else rows
    known, ours = known.fit(given, y), ours.fit(given, y)
    for name in ("coef_", "intercept_", "classes_", "n_iter_"):
        first, second = getattr(known, name), getattr(ours, name)
        assert (first.dtype, first.shape) == (second.dtype, second.shape)
    np.testing.assert_allclose(ours.coef_, known.coef_, atol=1e-3)
    exact = pl.LogisticRegression().fit(rows.astype(float), y)
    p, q = ours.predict_proba(given), exact.predict_proba(rows.astype(float))
    np.testing.assert_allclose(p, q, atol=1e-6)


@pytest.mark.parametrize("solver", ["auto", "newton-cholesky", "lbfgs"])
@pytest.mark.parametrize("C", [1e10, 1e20, 1e30])
def test_next_to_no_penalty_on_fewer_rows_than_columns(C, solver, rng):
    rows, y = rng.normal(size=(10, 20)), rng.integers(0, 2, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = pl.LogisticRegression(C=C, solver=solver).fit(rows, y)
    assert model.score(rows, y) == 1
    assert model.history_[-1] < 1e-6


def test_a_weight_beyond_float32_is_said():
    rows = np.array([[1e-39], [2e-39], [3e-39], [4e-39]], np.float32)
    with pytest.raises(ModelError, match="coef_ to be numbers that float32 holds"):
        pl.LogisticRegression(C=1e300).fit(rows, [0, 1, 0, 1])


def test_sparse_rows_and_positive_weights_do_not_go_together():
    for model in both("LinearRegression", positive=True):
        with pytest.raises(TypeError, match="Sparse data was passed"):
            model.fit(sparse.csr_matrix(X), Y)


def test_sparse_rows_are_not_filled_out_to_predict(rng, monkeypatch):
    rows, y = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)
    model = pl.LogisticRegression().fit(rows, y)
    expected = model.decision_function(rows)
    given = [kind(rows) for kind in (sparse.csr_matrix, sparse.coo_array)]
    monkeypatch.setattr(sparse.csr_array, "toarray", None)
    monkeypatch.setattr(sparse.csr_matrix, "toarray", None)
    for X in given:
        np.testing.assert_allclose(model.decision_function(X), expected, rtol=1e-12)


# -- sparse weights -------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("interface", ["spmatrix", "sparray"])
def test_weights_can_be_kept_sparse(classes, interface, rng):
    rows, y = rng.normal(size=(90, 6)), rng.integers(0, classes, 90)
    dense = pl.LogisticRegression(l1_ratio=1.0, C=0.1).fit(rows, y)
    with sklearn.config_context(sparse_interface=interface):
        model = copy.deepcopy(dense).sparsify()
    assert sparse.issparse(model.coef_)
    assert model.coef_.format == "csr"
    assert isinstance(model.coef_, sparse.sparray) == (interface == "sparray")
    assert model.coef_.nnz == np.count_nonzero(dense.coef_)
    for given in (rows, sparse.csr_matrix(rows), sparse.coo_array(rows)):
        np.testing.assert_allclose(
            model.predict_proba(given), dense.predict_proba(rows), atol=1e-15
        )
    assert model.formula() == dense.formula()
    assert str(model.summary()) == str(dense.summary())
    assert str(model.graph_) == str(dense.graph_)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(rows),
                          dense.predict(rows))  # fmt: skip
    assert np.array_equal(model.densify().coef_, dense.coef_)
    assert model.densify() is model


@pytest.mark.parametrize("method", ["sparsify", "densify"])
def test_only_a_fitted_model_has_weights(method):
    for model in both("LogisticRegression"):
        with pytest.raises(sklearn.exceptions.NotFittedError):
            getattr(model, method)()


def test_a_sparsified_model_can_be_saved_and_fitted_on(tmp_path):
    model = pl.LogisticRegression(warm_start=True).fit(X, Y)
    p = model.predict_proba(X)
    model.sparsify()
    again = pl.load(pl.save(model, tmp_path / "m.safetensors"))
    np.testing.assert_allclose(again.predict_proba(X), p, rtol=1e-15)
    np.testing.assert_allclose(model.fit(X, Y).predict_proba(X), p, rtol=1e-9)


def test_a_model_put_together_by_hand_predicts():
    for model in both("LogisticRegression"):
        model.classes_, model.coef_, model.intercept_ = np.array([0, 1]), X[1], 0.0
        assert model.decision_function(X).tolist() == (X @ X[1]).tolist()
        model.coef_, model.intercept_ = X[[1]], np.array([-2.0])
        model.coef_[:] = 0
        assert model.decision_function(X).tolist() == [-2.0] * 6


# -- callbacks ------------------------------------------------------------------------


class Recorder:
    """A callback that keeps what it hears, and stops after so many iterations."""

    def __init__(self, stop=np.inf):
        self.heard, self.stop = [], stop

    def setup(self, estimator, context):
        self.heard.append(("setup", context.task_name, None, None))

    def teardown(self, estimator, context):
        self.heard.append(("teardown", context.task_name, None, None))

    def on_fit_task_begin(self, estimator, context, *, X, metadata, fitted_estimator):
        self.heard.append(("begin", context.task_name, fitted_estimator, X))

    def on_fit_task_end(self, estimator, context, *, metadata, fitted_estimator):
        self.heard.append(("end", context.task_name, fitted_estimator, metadata))
        return context.task_name != "fit" and context.task_id + 1 >= self.stop


SOME = [{}, {"fit_intercept": False}, {"solver": "lbfgs"}, {"solver": "newton"},
        {"l1_ratio": 1.0}, {"solver": "gradient-descent", "max_iter": 5, "tol": 0},
        {"solver": "gradient-descent", "fit_intercept": False, "max_iter": 5,
         "tol": 0}]  # fmt: skip


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("settings", SOME, ids=str)
def test_callbacks_hear_of_each_iteration(settings, classes, rng):
    rows, y = rng.normal(size=(60, 3)), rng.integers(0, classes, 60)
    recorder, s = Recorder(), rng.uniform(1, 2, 60)
    model = pl.LogisticRegression(**settings).set_callbacks(recorder).fit(rows, y, s)
    n = int(model.n_iter_[0])
    kinds = [(kind, task == "fit") for kind, task, *_ in recorder.heard]
    one = [("begin", False), ("end", False)]
    assert kinds == [
        ("setup", True), ("begin", True), *(one * (n + 1)), ("end", True),
        ("teardown", True),
    ]  # fmt: skip
    ends = [fitted for kind, _, fitted, _ in recorder.heard if kind == "end"]
    assert ends[n] is None  # the iteration that was begun in vain
    np.testing.assert_allclose(ends[n - 1].coef_, model.coef_, rtol=1e-7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = pl.LogisticRegression(**settings | {"max_iter": 2}).fit(rows, y, s)
    np.testing.assert_allclose(ends[1].coef_, short.coef_)
    np.testing.assert_allclose(ends[1].intercept_, short.intercept_)
    assert np.array_equal(ends[1].predict(rows), short.predict(rows))
    assert np.array_equal(recorder.heard[1][3], rows)
    assert np.array_equal(recorder.heard[-2][3]["sample_weight"], s)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("max_iter", [0, 1, 3])
def test_as_many_tasks_as_scikit_learn_tells_of(max_iter):
    counts = []
    for model in both("LogisticRegression", max_iter=max_iter):
        recorder = Recorder()
        model.set_callbacks(recorder).set_params(solver="lbfgs").fit(X, Y)
        counts.append([kind for kind, *_ in recorder.heard])
    assert counts[0] == counts[1]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_callback_may_stop_the_fit():
    model = pl.LogisticRegression().set_callbacks(Recorder(stop=2)).fit(X, Y)
    assert model.n_iter_.tolist() == [2]


def test_callbacks_are_taken_down_when_a_fit_fails():
    recorder = Recorder()
    model = pl.LogisticRegression(solver="gradient-descent", learning_rate=1e300)
    with pytest.raises(ModelError), np.errstate(all="ignore"):
        model.set_callbacks(recorder).fit(X, Y)
    assert recorder.heard[-1][0] == "teardown"
    assert not [name for name in vars(model) if "callback_fit" in name]


def test_callbacks_go_with_clones_and_can_be_taken_away():
    recorder = Recorder()
    model = clone(pl.LogisticRegression().set_callbacks(recorder))
    model.fit(X, Y)
    assert recorder.heard
    recorder.heard.clear()
    model.set_callbacks().fit(X, Y)
    assert recorder.heard == []
    with pytest.raises(TypeError, match="FitCallback protocol"):
        model.set_callbacks(print)


def test_solvers_whose_steps_nobody_hears_of_there_say_so():
    for model in both("LogisticRegression", solver="saga"):
        with pytest.warns(UserWarning, match="^Callbacks are only supported in Log"):
            model.set_callbacks(Recorder())


class Everywhere(Recorder):
    """A callback that goes from a search into all that it fits."""

    max_propagation_depth = None


def test_the_tree_of_tasks_goes_on_from_a_search_into_the_fit():
    heard = []
    for model in both("LogisticRegression", max_iter=5000):
        model.solver = "lbfgs"
        recorder = Everywhere()
        pipe = make_pipeline(StandardScaler(), model)
        grid = GridSearchCV(pipe, {"logisticregression__C": [0.1, 1.0]}, cv=2)
        grid.set_callbacks(recorder).fit(X, Y)
        heard.append([task for _, task, *_ in recorder.heard if "iter" not in task])
    assert heard[0] == heard[1]


def test_scores_are_monitored(flowers):
    monitor = ScoringMonitor(scoring="accuracy")
    model = pl.LogisticRegression().set_callbacks(monitor).fit(*flowers)
    scores = [row["accuracy"] for row in monitor.get_logs().data]
    assert len(scores) == model.n_iter_[0] + 1
    assert scores[-1] == model.score(*flowers)


# -- inside scikit-learn's other estimators -------------------------------------------


META = {
    "OneVsRest": lambda m: OneVsRestClassifier(m),
    "calibrated": lambda m: CalibratedClassifierCV(m, cv=3),
    "isotonic": lambda m: CalibratedClassifierCV(m, cv=3, method="isotonic"),
    "bagging": lambda m: BaggingClassifier(m, n_estimators=5, random_state=0),
    "stacking": lambda m: StackingClassifier([("a", m), ("b", clone(m))], m, cv=3),
    "SelectFromModel": lambda m: make_pipeline(SelectFromModel(m), clone(m)),
    "RFE": lambda m: RFE(m, n_features_to_select=2),
}


@pytest.mark.parametrize("name", META)
def test_meta_estimators_give_what_they_give_there(name, flowers):
    known, ours = both("LogisticRegression", max_iter=5000, tol=1e-8)
    p, q = (
        META[name](m).fit(*flowers).predict_proba(flowers[0]) for m in (known, ours)
    )
    np.testing.assert_allclose(q, p, atol=1e-4)


@pytest.mark.filterwarnings("ignore:'penalty' was deprecated:FutureWarning")
def test_a_search_over_penalties(flowers):
    grids = [
        GridSearchCV(
            m, {"penalty": ["l1", "l2"], "l1_ratio": [0.0], "C": [0.1, 1.0]}, cv=3,
            error_score="raise",
        )
        for m in both("LogisticRegression", solver="saga", max_iter=5000, tol=1e-4)
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        known, ours = (grid.fit(*flowers) for grid in grids)
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"], known.cv_results_["mean_test_score"]
    )
    assert ours.best_params_ == known.best_params_


@pytest.mark.parametrize("weighted", [True, False])
def test_bagging_on_a_class_so_rare_that_samples_lack_it(weighted, rng):
    rows = rng.normal(size=(60, 3))
    y = np.repeat(["common", "other", "rare"], [36, 22, 2])
    kind = pl.LogisticRegression if weighted else WithoutWeights
    bag = BaggingClassifier(kind(), n_estimators=12, random_state=0).fit(rows, y)
    p = bag.predict_proba(rows)
    assert p.shape == (60, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    known = theirs.LogisticRegression if weighted else TheirsWithoutWeights
    known = BaggingClassifier(known(tol=1e-8), n_estimators=12, random_state=0)
    np.testing.assert_allclose(p, known.fit(rows, y).predict_proba(rows), atol=1e-5)


class WithoutWeights(pl.LogisticRegression):
    """Bagging draws rows where a fit takes no weights."""

    def fit(self, X, y):
        return super().fit(X, y)


class TheirsWithoutWeights(theirs.LogisticRegression):
    def fit(self, X, y):
        return super().fit(X, y)


@pytest.mark.parametrize("least", [None, 0.5])
def test_consensus_of_random_samples(least, rng):
    rows = rng.normal(size=(60, 2))
    y = rows @ [2.0, -1.0] + 3
    y[:12] += 50
    options = {"random_state": 0, "min_samples": least}
    known, ours = (
        theirs.RANSACRegressor(m, **options).fit(rows, y)
        for m in both("LinearRegression")
    )
    assert np.array_equal(ours.inlier_mask_, known.inlier_mask_)
    np.testing.assert_allclose(ours.estimator_.coef_, [2, -1], rtol=1e-12)


@pytest.mark.parametrize("name", CLASSES)
def test_weights_are_routed(name):
    with sklearn.config_context(enable_metadata_routing=True):
        model = getattr(pl, name)().set_fit_request(sample_weight=True)
        model = model.set_score_request(sample_weight=True)
        grid = GridSearchCV(model, {"fit_intercept": [True, False]}, cv=2)
        grid.fit(X, Y, sample_weight=np.ones(6))
        routed = grid.get_metadata_routing().consumes("fit", {"sample_weight"})
    assert routed == {"sample_weight"}


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("settings", [{}, {"solver": "liblinear"}, {"positive": True}])
def test_tags_are_the_same(name, settings):
    model = getattr(theirs, name)()
    settings = {k: v for k, v in settings.items() if k in model.get_params()}
    first, second = (sklearn.utils.get_tags(m) for m in both(name, **settings))
    second.array_api_support = first.array_api_support
    assert first == second
