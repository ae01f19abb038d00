"""Least squares, exact: certified by NIST, and by other roads to the same answer."""

import pickle
import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import sklearn.linear_model
from scipy import sparse

import pellucid as pl
from pellucid.errors import ModelError

DIGITS = {
    "Longley": 14,
    "NoInt1": 14,
    "NoInt2": 15,
    "Norris": 13,
    "Wampler1": 13,
    "Wampler2": 13,
    "Wampler3": 13,
}


# -- certified values -----------------------------------------------------------------


def certified(path):
    """The rows (y first) and the certified coefficients of a NIST file."""
    lines = path.read_text().splitlines()
    header = " ".join(lines[:12])
    first, last = re.search(r"Data\s+\(lines\s+(\d+) to\s+(\d+)\)", header).groups()
    rows = [
        list(map(float, line.split())) for line in lines[int(first) - 1 : int(last)]
    ]
    estimates = re.findall(r"^\s*B\d+\s+(-?\d\S*)", "\n".join(lines), re.M)
    return np.array([row for row in rows if row]), np.array(estimates, float)


@pytest.mark.parametrize("name", DIGITS)
def test_nist_certifies_the_coefficients(name, data):
    rows, expected = certified(data / "nist" / f"{name}.dat")
    y, X = rows[:, 0], rows[:, 1:]
    if name.startswith("Wampler"):
        X = X ** np.arange(1, 6)  # raw powers, of condition 1e10
    model = pl.LinearRegression(fit_intercept=not name.startswith("NoInt")).fit(X, y)
    found = [model.intercept_, *model.coef_][not model.fit_intercept :]
    np.testing.assert_allclose(found, expected, rtol=10.0 ** -DIGITS[name])


@pytest.mark.parametrize(
    ("file", "columns", "w", "b", "r2"),
    [
        ("data_1d.csv", 1, [1.9726121674845993], 2.864424075660138, 0.9911838202977805),
        ("data_2d.csv", 2, [2.01666793, 2.96985048], 1.46191241, 0.9980040612475777),
        ("data_poly.csv", "square", [1.00542875, 0.09961723], 4.27775141,
         0.9991412296366858),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_reference_figures(file, columns, w, b, r2, data):
    rows = np.loadtxt(data / "linear" / file, delimiter=",")
    X, y = rows[:, :-1], rows[:, -1]
    X = np.hstack([X, X**2]) if columns == "square" else X
    model = pl.LinearRegression().fit(X, y)
    np.testing.assert_allclose(model.coef_, w, rtol=1e-7)
    assert model.intercept_ == pytest.approx(b, rel=1e-7)
    assert model.score(X, y) == pytest.approx(r2, rel=1e-13)


def test_exact_arithmetic_agrees(rng):
    X, y = rng.integers(-9, 9, (12, 2)), rng.integers(-99, 99, 12)
    a, b, c = normal_equations(np.column_stack([np.ones(12, int), X]), y)
    model = pl.LinearRegression().fit(X, y)
    found = [model.intercept_, *model.coef_]
    np.testing.assert_allclose(found, [float(a), float(b), float(c)], rtol=1e-15)


def normal_equations(A, y):
    """A'A w = A'y in fractions, by elimination."""
    rows = [[Fraction(int(v)) for v in (*row, t)]
            for row, t in zip(A.T @ A, A.T @ y, strict=True)]  # fmt: skip
    for i in range(len(rows)):
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [
                    a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)
                ]
    return [row[-1] for row in rows]


# -- scikit-learn beside it -----------------------------------------------------------

VARIANTS = [{}, {"fit_intercept": False}, {"positive": True}]
WEIGHTS = [None, "weights"]


@pytest.mark.parametrize("settings", VARIANTS, ids=str)
@pytest.mark.parametrize("weights", WEIGHTS, ids=["", "weighted"])
@pytest.mark.parametrize("targets", [1, 3])
def test_it_agrees_with_scikit_learn(settings, weights, targets, rng):
    X, y = pl.datasets.diabetes()
    y = y if targets == 1 else np.column_stack([y, y**2, -y])
    s = None if weights is None else rng.uniform(size=len(X))
    ours = pl.LinearRegression(**settings).fit(X, y, s)
    theirs = sklearn.linear_model.LinearRegression(**settings, tol=1e-14).fit(X, y, s)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-12)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y), rel=1e-12)


@pytest.mark.parametrize("n", [30, 5], ids=["collinear", "fewer rows than features"])
def test_of_many_solutions_the_shortest_is_taken(n, rng):
    A = rng.normal(size=(n, 7))
    X = np.column_stack([A, A[:, 0] + A[:, 1], np.full(n, 0.1)])
    y = rng.normal(size=n)
    ours = pl.LinearRegression().fit(X, y)
    theirs = sklearn.linear_model.LinearRegression(tol=1e-12).fit(X, y)
    assert ours.rank_ == theirs.rank_ == min(7, n - 1)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-12)
    np.testing.assert_allclose(ours.singular_, theirs.singular_, atol=1e-12)


def test_weights_mean_repetition(rng):
    X, y, s = rng.normal(size=(20, 3)), rng.normal(size=20), rng.integers(0, 4, 20)
    weighted = pl.LinearRegression().fit(X, y, s)
    repeated = pl.LinearRegression().fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-14)
    assert weighted.history_ == pytest.approx(repeated.history_, rel=1e-14)


@pytest.mark.parametrize("offset", [1e3, 1e6, 1e9, 1e12])
def test_a_large_offset_loses_nothing(offset, rng):
    X = rng.integers(0, 1000, (200, 2)).astype(float)
    y = 3 * X[:, 0] - 2 * X[:, 1] + 5
    model = pl.LinearRegression().fit(X + offset, y)
    np.testing.assert_allclose(model.coef_, [3, -2], rtol=1e-12)
    np.testing.assert_allclose(model.predict(X + offset), y, atol=1e-15 * offset)


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_scales_do_not_matter(scale, rng):
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    plain = pl.LinearRegression().fit(X, y)
    scaled = pl.LinearRegression().fit(X * [1, scale], y)
    np.testing.assert_allclose(scaled.coef_ * [1, scale], plain.coef_, rtol=1e-14)


def test_sparse_and_dense_agree(rng):
    X, y = rng.normal(size=(30, 4)) * (rng.random((30, 4)) < 0.3), rng.normal(size=30)
    dense, thin = (pl.LinearRegression().fit(A, y) for A in (X, sparse.csr_array(X)))
    assert np.array_equal(dense.coef_, thin.coef_)
    assert np.array_equal(dense.predict(X), thin.predict(sparse.csc_array(X)))


# -- members --------------------------------------------------------------------------


@pytest.fixture
def frame(rng):
    X = pd.DataFrame(rng.normal(size=(40, 3)), columns=["age", "blood sugar", "x3"])
    y = pd.Series(2 * X["age"] - X["x3"] + rng.normal(size=40), name="risk")
    return X, y


def test_history_is_the_cost_at_zero_and_at_the_solution(frame):
    X, y = frame
    model = pl.LinearRegression().fit(X, y)
    expected = [np.mean(y**2), np.mean((y - model.predict(X)) ** 2)]
    np.testing.assert_allclose(model.history_, expected)


def test_the_graph_is_the_cost_and_flat_at_the_solution(frame):
    X, y = frame
    model = pl.LinearRegression().fit(X, y)
    where = model.coef_, model.intercept_, X.to_numpy(), y.to_numpy()
    assert [node.name for node in model.graph_.inputs] == ["w", "b", "X", "y"]
    assert {"z", "loss", "J"} <= {node.name for node in model.graph_.nodes}
    assert model.graph_(*where) == pytest.approx(model.history_[-1])
    slopes = pl.gradient(model.graph_, wrt=("w", "b"))(*where)
    np.testing.assert_allclose(np.append(*slopes), 0, atol=1e-14)


def test_the_graph_has_the_weights_and_the_targets(frame):
    X, y = frame
    model = pl.LinearRegression().fit(X, np.column_stack([y, y]), np.ones(40))
    shapes = {node.name: node.shape for node in model.graph_.inputs}
    assert shapes == {"w": (3, 2), "b": (2,), "X": (40, 3), "y": (40, 2), "s": (40,)}


def test_formula():
    model = pl.LinearRegression().fit([[0.0, 0], [1, 0], [0, 1]], [1.0, 3.0, 0.5])
    assert model.formula() == "y = 2 x1 - 0.5 x2 + 1"
    assert model.formula("latex") == r"\hat{y} = 2\,x_{1} - 0.5\,x_{2} + 1"
    with pytest.raises(ModelError, match='expected format="text" or format="latex"'):
        model.formula("word")


def test_formula_in_names(frame):
    text = pl.LinearRegression().fit(*frame).formula()
    assert re.fullmatch(
        r"risk = \S+ age [+-] \S+ \(blood sugar\) - \S+ x3 [+-] \S+", text
    )


def test_formulas_are_latex_that_can_be_shown(frame, rng):
    report = pytest.importorskip("pellucid.report")
    X = rng.normal(size=(90, 60))
    models = [
        pl.LinearRegression().fit(*frame),
        pl.LinearRegression().fit(frame[0], np.column_stack([frame[1]] * 2)),
        pl.LinearRegression().fit(X, X[:, 0]),
    ]
    assert all("<math" in report.mathml(model.formula("latex")) for model in models)


def test_summary(frame):
    summary = pl.LinearRegression().fit(*frame).summary()
    assert summary.frame.index.tolist() == ["intercept", "age", "blood sugar", "x3"]
    columns = ["estimate", "standard error", "t", "p", "lower", "upper"]
    assert summary.frame.columns.tolist() == columns
    assert str(summary).startswith(
        "LinearRegression of risk\nrows 40   features 3   r2 "
    )
    assert "<td>blood sugar</td>" in summary._repr_html_()


def test_summary_of_several_targets(frame):
    X, y = frame
    model = pl.LinearRegression(fit_intercept=False).fit(X, np.column_stack([y, y]))
    index = model.summary().frame.index
    assert index.names == ["target", "coefficient"]
    assert index.tolist()[2:4] == [("y1", "x3"), ("y2", "age")]


def test_a_long_summary_is_cut_but_not_its_frame(rng):
    summary = (
        pl.LinearRegression().fit(rng.normal(size=(99, 60)), np.ones(99)).summary()
    )
    assert len(summary.frame) == 61
    assert "... and 21 more rows in .frame" in str(summary).splitlines()


@pytest.mark.parametrize(
    ("d", "label"),
    [(1, "x"), (2, "x1"), (3, "predicted")],
    ids=["line", "plane", "many"],
)
def test_plot(d, label, rng):
    pytest.importorskip("matplotlib")
    X = rng.normal(size=(20, d))
    figure = pl.LinearRegression().fit(X, X.sum(axis=1)).plot()
    assert figure.axes[0].get_xlabel() == label


def test_a_pickled_model_leaves_the_rows_behind(frame):
    model = pl.LinearRegression().fit(*frame)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(frame[0]), model.predict(frame[0]))
    assert str(again.graph_) == str(model.graph_)
    assert str(again.summary()) == str(model.summary())
    with pytest.raises(ModelError, match="got one from a file; fit it again"):
        again.plot()


# -- what cannot be fitted ------------------------------------------------------------

SOME = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        (SOME, [1, 2], {}, "a value of y for each row of X, got 2 values for 3 rows"),
        (np.where(SOME == 3, np.nan, SOME), [1, 2, 3], {},
         "in X, found NaN in row 2, column 2 (1 such cell in 3 rows); fill"),
        (SOME, [1, 2, -np.inf], {}, "in y, found -inf in row 3 (1 such cell"),
        (pd.DataFrame(SOME, columns=["a", "b"]).replace(5.0, np.nan), [1, 2, 3], {},
         "row 3, column 2 (b) (1 such cell"),
        (SOME, [1, 2, 3], {"sample_weight": [1, -1, 1]}, "got weights from -1 to 1"),
    ],
    ids=["lengths", "nan", "inf in y", "column", "negative"],
)  # fmt: skip
def test_what_is_wrong_is_said(X, y, options, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        pl.LinearRegression().fit(X, y, **options)


@pytest.mark.parametrize("name", ["fit_intercept", "copy_X", "tol", "positive"])
def test_a_parameter_is_checked_by_name(name):
    with pytest.raises(ModelError, match=f"expected {name} to be .*, got 'x'"):
        pl.LinearRegression(**{name: "x"}).fit(SOME, [1, 2, 3])


def test_the_parameters_are_scikit_learns():
    ours, theirs = pl.LinearRegression(), sklearn.linear_model.LinearRegression()
    assert ours.get_params() == theirs.get_params()


def test_a_table_is_fitted_and_keeps_its_names():
    table = pl.rows([[1.0, 2.0, 5.0], [2.0, 1.0, 4.0], [4.0, 3.0, 10.0]], target=3)
    model = pl.LinearRegression().fit(table)
    assert list(model.feature_names_in_) == ["x1", "x2"]
    np.testing.assert_allclose(model.predict(table), table.y)


@pytest.mark.parametrize("made", [pl.LinearRegression, pl.PolynomialRegression])
@pytest.mark.parametrize(("y", "called"), {
    "a series": (pd.Series([1.0, 3.0, 4.0], name="price"), "price"),
    "a frame": (pd.DataFrame({"price": [1.0, 3.0, 4.0]}), "price"),
    "a number for a name": (pd.Series([1.0, 3.0, 4.0], name=0), "y"),
    "a frame of numbered columns": (pd.DataFrame([1.0, 3.0, 4.0]), "y"),
    "no name": (pd.DataFrame({" ": [1.0, 3.0, 4.0]}), "y"),
    "several": (pd.DataFrame({"a": [1.0, 3.0, 4.0], "b": 0.0}), "y1, y2"),
}.values())  # fmt: skip
def test_a_target_has_the_name_of_its_column(made, y, called):
    model = made().fit([[0.0], [1.0], [2.0]], y)
    assert model.summary().title.endswith(f" of {called}")
    assert model.formula().startswith(called.split(",")[0])
