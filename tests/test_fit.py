"""Which model is chosen for a target, how it is fitted, and how it is judged."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from sklearn import datasets, metrics
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models import judging
from pellucid.models.choosing import chosen, labels, learned
from pellucid.tour.fit import run
from pellucid.tour.predict import run as predict

rng = np.random.default_rng(20261129)
ALONE = np.arange(40.0)
SPARE = rng.normal(size=200)
NOISE = SPARE + rng.logistic(size=200)
RARELY = (rng.random(200) < 0.1).astype(float)


# -- which model ----------------------------------------------------------------------

TARGETS = {
    "decimals": (ALONE / 7, "linear", ""),
    "whole numbers of many values": (ALONE % 20, "linear", "logistic"),
    "each whole number once": (ALONE, "linear", ""),
    "0 and 1": (ALONE % 2, "logistic", "linear"),
    "-1 and 1": (ALONE % 2 * 2 - 1, "logistic", "linear"),
    "two decimals": (ALONE % 2 / 2, "linear", ""),
    "1, 2, 3 alike": (ALONE % 3 + 1, "logistic", "linear"),
    "digits": (ALONE % 10, "logistic", "linear"),
    "eleven in turn": (np.arange(110.0) % 11, "linear", "logistic"),
    "with gaps": (ALONE % 3 * 2 + 4, "linear", "logistic"),
    "from 3 on": (ALONE % 3 + 3, "linear", "logistic"),
    "a count that thins out": (np.repeat([0.0, 1, 2, 3], [60, 30, 9, 2]), "linear",
                               "logistic"),
    "text": (np.array(["a", "b", "c"] * 9), "logistic", ""),
    "text with numbers": (np.array(["1", "2", "none"] * 9), "logistic", ""),
}  # fmt: skip


@pytest.mark.parametrize(("y", "kind", "other"), TARGETS.values(), ids=TARGETS)
def test_the_model_follows_the_target(y, kind, other):
    choice = chosen(y)
    assert (choice.kind, choice.other) == (kind, other)


@pytest.mark.parametrize(
    ("y", "other"),
    [(y, other) for y, _, other in TARGETS.values() if other],
    ids=[name for name, (_, _, other) in TARGETS.items() if other],
)
def test_the_other_model_can_be_had(y, other):
    assert chosen(y, other).kind == other


@pytest.mark.parametrize(
    ("y", "classes"),
    [(ALONE / 7, False), (ALONE % 3, True), (np.array(["a", "b"] * 9), True)],
    ids=["numbers", "classes", "text"],
)
def test_a_network_takes_either(y, classes):
    assert chosen(y, "network").classes is classes


def test_text_is_no_number():
    with pytest.raises(ModelError, match="found text; use --model logistic"):
        chosen(np.array(["a", "b"] * 9), "linear")


def test_classes_are_called_as_they_came():
    assert labels(np.array([1.0, 2.0])).tolist() == [1, 2]
    assert labels(np.array([0.5, 2.0])).tolist() == ["0.5", "2.0"]
    assert labels(np.array(["a"])).tolist() == ["a"]


# -- whether classes are separable ----------------------------------------------------

BOTH = np.column_stack([SPARE, RARELY])
ABOVE = (NOISE > 0).astype(int)
SEPARABLE = {
    "completely": (SPARE[:, None], SPARE > 0.5),
    "by a level of a category": (BOTH, np.where(RARELY > 0, 1, ABOVE)),
    "by a border with rows on it": ([[1], [2], [3], [3], [4]], [0, 0, 0, 1, 1]),
    "one class of three": (BOTH, np.where(RARELY > 0, 2, ABOVE)),
    "a class that a level lacks": (
        BOTH, np.where(RARELY > 0, ABOVE + 1, np.arange(200) % 3)
    ),
    "by columns of unlike size": (
        BOTH * [1e6, 1e-5], np.where(RARELY > 0, 1, ABOVE)
    ),
    "by collinear columns": (
        np.column_stack([BOTH, SPARE + RARELY]), np.where(RARELY > 0, 1, ABOVE)
    ),
    "more columns than rows": (rng.normal(size=(20, 30)), np.arange(20) % 2),
}  # fmt: skip
TOGETHER = {
    "two classes": (BOTH, ABOVE),
    "three classes": (BOTH, np.arange(200) % 3),
    "collinear columns": (np.column_stack([BOTH, SPARE + RARELY]), ABOVE),
    "a large offset": (BOTH + 1e6, ABOVE),
    "one row of 200 on the wrong side": (
        BOTH, np.where(RARELY > 0, np.arange(200) != np.argmax(RARELY), ABOVE)
    ),
}  # fmt: skip


@pytest.mark.parametrize(("X", "y"), SEPARABLE.values(), ids=SEPARABLE)
def test_separable_classes_are_seen(X, y):
    with pytest.warns(UserWarning, match="the classes are separable"):
        model = pl.LogisticRegression(C=np.inf).fit(X, y)
    assert model.separable_


@pytest.mark.parametrize(("X", "y"), TOGETHER.values(), ids=TOGETHER)
def test_other_classes_have_likeliest_coefficients(X, y):
    model = pl.LogisticRegression(C=np.inf).fit(X, y)
    assert not model.separable_


@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
def test_a_penalty_of_standardised_columns(k, l1_ratio):
    X, y = BOTH * [1000.0, 0.01], np.arange(200) % k + ABOVE
    scaler = StandardScaler().fit(X)
    options = {"C": 0.3, "l1_ratio": l1_ratio}
    ours = pl.LogisticRegression(**options, standardise=True).fit(X, y)
    plain = pl.LogisticRegression(**options).fit(scaler.transform(X), y)
    np.testing.assert_allclose(ours.coef_ * scaler.scale_, plain.coef_, atol=1e-9)
    np.testing.assert_allclose(
        ours.predict_proba(X), plain.predict_proba(scaler.transform(X)), atol=1e-9
    )


def test_units_do_not_matter_to_a_standardised_penalty():
    y = np.where(RARELY > 0, 1, ABOVE)
    one = pl.LogisticRegression(standardise=True).fit(BOTH, y)
    other = pl.LogisticRegression(standardise=True).fit(BOTH * [1e3, 1e-3], y)
    np.testing.assert_allclose(
        one.predict_proba(BOTH), other.predict_proba(BOTH * [1e3, 1e-3]), rtol=1e-7
    )


# -- how it is fitted -----------------------------------------------------------------


def test_coefficients_are_the_likeliest_where_there_are_such():
    X, y = datasets.load_breast_cancer(return_X_y=True)
    X = X[:, [1, 4]]
    model = learned(chosen(y.astype(float)), 0, X, y)
    z = 2.0 * y - 1

    def cost(v):
        return np.sum(np.logaddexp(0, -z * (X @ v[:2] + v[2])))

    best = minimize(cost, np.append(model.coef_[0], model.intercept_), tol=1e-14)
    assert np.isinf(model.C)
    np.testing.assert_allclose([*model.coef_[0], *model.intercept_], best.x, rtol=1e-3)
    assert cost(np.append(model.coef_[0], model.intercept_)) <= best.fun + 1e-9


def test_a_penalty_is_chosen_by_rows_held_out():
    X, y = datasets.load_iris(return_X_y=True)
    model = learned(chosen(y.astype(float)), 0, X, y)
    fold = judging.folds(y, True, 0)
    Z = StandardScaler().fit_transform(X)
    folds = [(fold != k, fold == k) for k in range(5)]
    losses = {
        C: metrics.log_loss(
            y, cross_val_predict(Theirs(C=C, max_iter=9999), Z, y, cv=_cuts(folds),
                                 method="predict_proba"))
        for C in 10.0 ** np.arange(-3, 4)
    }  # fmt: skip
    assert model.standardise
    assert losses[model.C] == min(losses.values())


def _cuts(folds):
    return [(np.flatnonzero(a), np.flatnonzero(b)) for a, b in folds]


@pytest.mark.parametrize("classes", [False, True])
def test_a_network_takes_the_units_of_the_columns_in(classes):
    X, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    y = (y > 140).astype(int) if classes else y
    choice = chosen(y.astype(float), "network")
    model = learned(choice, 0, X, y)
    assert model.score(X, y) > (0.7 if classes else 0.4)
    metres = learned(choice, 0, X / 1000, y)
    np.testing.assert_allclose(metres.predict(X / 1000), model.predict(X), rtol=1e-6)


@pytest.mark.parametrize(("target", "d"), [("network", 1), ("network", 2)])
def test_the_picture_of_a_network_shows_the_rows_as_they_are(target, d):
    X = pd.DataFrame(BOTH[:, :d] * 1000 + 5000, columns=["a", "b"][:d])
    y = ABOVE if d == 2 else NOISE * 100
    model = learned(chosen(y.astype(float), target), 0, X, pd.Series(y, name="t"))
    axes = model.plot().axes[0]
    low, high = axes.get_xlim()
    assert low < 5000 < high
    assert low > 0


# -- how it is judged -----------------------------------------------------------------


def test_folds_have_their_part_of_each_class():
    y = np.array(["a"] * 50 + ["b"] * 10 + ["c"] * 3)
    fold = judging.folds(y, True, 1)
    counts = np.array([[np.sum(fold[y == c] == k) for k in range(5)] for c in "abc"])
    assert np.ptp(counts, axis=1).max() <= 1


class Nearest:
    """A model that remembers."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def predict(self, X):
        return np.array([self.y[np.argmin(np.abs(self.X[:, 0] - x))] for x in X[:, 0]])


def test_no_row_is_predicted_by_a_model_that_knows_it():
    X = np.repeat(np.arange(20.0), 1)[:, None]
    fold = judging.folds(X[:, 0], False, 0)
    output = judging.predictions(Nearest, X, X[:, 0], fold)
    assert np.all(output != X[:, 0])


def test_measures_of_classes_are_those_of_scikit_learn():
    y = rng.integers(0, 3, 90)
    p = rng.dirichlet([1, 1, 1], 90)
    assert judging.accuracy(y, p) == metrics.accuracy_score(y, p.argmax(axis=1))
    assert judging.log_loss(y, p) == metrics.log_loss(y, p)
    assert judging.auc(y, p) == pytest.approx(
        metrics.roc_auc_score(y, p, multi_class="ovr")
    )


def test_rows_of_one_probability_are_calibrated_together():
    p = np.repeat([0.25, 0.75], 100)
    y = np.concatenate([np.arange(100) < 25, np.arange(100) < 75]).astype(int)
    said, true, rows = judging.calibration(y, np.column_stack([1 - p, p]))
    assert said.tolist() == true.tolist() == [0.25, 0.75]
    assert rows.tolist() == [100, 100]
    assert judging.calibration_error(said, true, rows) == 0


# -- the whole ------------------------------------------------------------------------


def told(tmp_path, text, target, **options):
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    lines = []
    figures = run(path, target, tmp_path / "out", tell=lines.append, **options)
    return figures, " ".join("\n".join(lines).split())


def as_csv(names, *columns):
    rows = zip(*columns, strict=True)
    return "\n".join([",".join(names), *(",".join(map(str, row)) for row in rows)])


YES = np.where(ABOVE > 0, "yes", "no")


def test_a_fit_is_judged_beside_the_baseline(tmp_path):
    text = as_csv(["a", "b", "bought"], SPARE, RARELY, YES)
    figures, words = told(tmp_path, text, "bought")
    judged = figures["judged"]
    assert judged["accuracy"] > judged["accuracy baseline"]
    assert judged["log loss"] < judged["log loss baseline"]
    assert judged["AUC baseline"] == 0.5
    assert judged["accuracy spread"] > 0
    assert np.sum(judged["confusion"]) == 200
    assert "no penalty" in words
    assert "log odds of bought = yes against bought = no" in words
    assert "it calls each row" in words


def test_notes_begin_as_sentences_do(tmp_path):
    """With a capital, of the table and of the fit; a name stays as it is."""
    y = SPARE**2 + rng.normal(size=200)
    text = as_csv(["a", "", "y"], SPARE, rng.normal(size=200), y)
    words = told(tmp_path, text, "y")[1]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for note in (
        "Column 2 has no name and is called",
        "What is left of y bends with a, as a bowl",
    ):
        assert f"Note: {note}" in words
        assert f"<li>{note}" in page


def test_a_penalty_is_told(tmp_path):
    text = as_csv(["a", "bought"], SPARE, np.where(SPARE > 0, "yes", "no"))
    figures, words = told(tmp_path, text, "bought")
    assert np.isfinite(figures["fit"]["C"])
    assert "The classes are separable" in words
    assert f"C = {figures['fit']['C']:g}" in words


@pytest.mark.parametrize(
    ("cells", "y", "once", "never"),
    [
        (np.where(SPARE > 0, 7, 8), np.where(SPARE > 0, "yes", "no"),
         ["gives the target exactly", "are separable: c gives y exactly."],
         ["alone tells", "rows are yes", "Leave out"]),
        (SPARE, np.where(SPARE > 0, "yes", "no"),
         ["rows are yes. So no", "known no sooner than y"],
         ["alone tells", "gives the target"]),
        (SPARE, np.digitize(SPARE, [-1.0, 1.0]).astype(str),
         ["alone tells 0, 1 and 2 apart without a mistake", "known no sooner than y"],
         ["gives the target"]),
        (2 * SPARE, SPARE, ["gives the target exactly"], ["alone gives", "sooner"]),
    ],
    ids=["copy", "two classes", "three classes", "numbers"],
)  # fmt: skip
def test_a_column_that_gives_the_target_is_told_once(tmp_path, cells, y, once, never):
    words = told(tmp_path, as_csv(["c", "x", "y"], cells, RARELY, y), "y")[1]
    assert [words.count(each) for each in once] == [1] * len(once)
    assert not [each for each in never if each in words]


def test_lengths_in_another_unit_give_the_same_model(tmp_path):
    y = np.where(SPARE > 0, "yes", "no")
    metres = told(tmp_path, as_csv(["a", "y"], SPARE, y), "y")[0]
    millimetres = told(tmp_path, as_csv(["a", "y"], SPARE * 1000, y), "y")[0]
    assert metres["judged"]["log loss"] == pytest.approx(
        millimetres["judged"]["log loss"], rel=1e-6
    )
    assert metres["fit"]["estimates"]["a"] == pytest.approx(
        1000 * millimetres["fit"]["estimates"]["a"], rel=1e-6
    )


def test_a_class_of_one_row_is_told(tmp_path):
    y = np.array(["a", "b"] * 20 + ["c"])
    figures, words = told(tmp_path, as_csv(["x", "y"], np.arange(41.0) % 7, y), "y")
    assert "1 class of one row (c) cannot be predicted" in words
    assert figures["judged"]["by class"]["c"][0] == 1


def test_columns_that_are_combinations_are_left_out(tmp_path):
    other = rng.normal(size=200)
    text = as_csv(["a", "b", "c", "y"], SPARE, other, SPARE + other, NOISE)
    words = told(tmp_path, text, "y")[1]
    assert "c = a + b; c left out." in words


def test_a_network_can_be_asked_for(tmp_path):
    text = as_csv(["a", "b", "y"], SPARE, RARELY, NOISE)
    figures, words = told(tmp_path, text, "y", model="network")
    assert "One hidden layer of 50 units" in words
    assert figures["judged"]["r2"] > 0
    assert Path(tmp_path, "out", "report.html").exists()


SAVED = {
    "linear": ("y", "linear", ["predicted y", "lower", "upper"]),
    "logistic": ("bought", "logistic", ["predicted bought", "p(bought = no)"]),
    "network of numbers": ("y", "network", ["predicted y", "lower", "upper"]),
    "network of classes": ("bought", "network", ["predicted bought"]),
}


@pytest.mark.parametrize(("target", "model", "made"), SAVED.values(), ids=SAVED)
def test_the_model_predicts_other_rows(tmp_path, target, model, made):
    kind = np.array(["a", "b"])[RARELY.astype(int)]
    text = as_csv(["x", "kind", "y", "bought"], SPARE, kind, NOISE, YES)
    other = "bought" if target == "y" else "y"
    told(tmp_path, text, target, model=model, reading={"drop": [other]})
    new = tmp_path / "new.csv"
    new.write_text("kind,x\na,0.5\nc,1\nb,\nb,-1\n", "utf-8")
    out = tmp_path / "predicted.csv"
    found = predict(tmp_path / "out" / "model.safetensors", new, out, sys.stdout.buffer)
    table = pd.read_csv(out)
    assert found.predicted == 2
    assert table["kind"].tolist() == ["a", "c", "b", "b"]
    assert set(made) <= set(table.columns)
    assert table[made].notna().all(axis=1).tolist() == [True, False, False, True]
