"""Tables and columns of pandas meet traced values: what comes out is as in pandas."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import pellucid as pl
from pellucid.errors import GradientError, MinimiseError, PellucidError, TraceError

N = 12
rng = np.random.default_rng(3)
SHUFFLED = rng.permutation(N)
X = pd.DataFrame(rng.normal(size=(N, 3)), columns=list("abc"), index=SHUFFLED)
y = pd.Series(rng.normal(size=N), index=SHUFFLED, name="y")
GROUPS = pd.Series(np.arange(N) % 3, index=SHUFFLED)
HOLED = X["a"].where(X["a"] > -0.5)
w, b = np.array([0.7, -0.4, 1.1]), 0.3


class Line:
    """An object that holds its data."""

    def __init__(self):
        self.X, self.y = X, y

    def cost(self, w, b):
        return ((self.y - self.X @ w - b) ** 2).mean()


def in_place(w, b):
    z = X @ w
    z += y
    z -= b
    z *= w[0]
    return (z**2).sum()


# Costs of w and b, each by a way in which people write them.
COSTS = {
    "column times number": lambda w, b: ((X["a"] * b - y) ** 2).sum(),
    "number times column": lambda w, b: ((b * X["a"] - y) ** 2).mean(),
    "every operator": lambda w, b: (
        ((X["a"] + b) / (2 + b - y**2) - (b - X["b"]) / 3 - b / (X["c"] ** 2 + 1)) ** 2
    ).sum() + (2**X["a"] * b).sum(),
    "table @ array": lambda w, b: ((y - X @ w - b) ** 2).mean(),
    "table.dot": lambda w, b: ((X.dot(w) - y * b) ** 2).sum(),
    "column.dot": lambda w, b: (X["a"].iloc[:3].dot(w) - b) ** 2,
    "array @ table": lambda w, b: ((w @ X.T - y * b) ** 2).sum(),
    "transposed": lambda w, b: (((X - b).T @ (y - X @ w)) ** 2).sum(),
    "column @ column": lambda w, b: (X @ w) @ y * b,
    "function of each entry": lambda w, b: (
        X["a"].apply(lambda v: v * b if v > w[0] else w[1] * v) - y).std(),
    "function of each that is there": lambda w, b: (
        (HOLED.map(lambda v: v * b) * w[0]).mean()),
    "function of each row": lambda w, b: (
        (X.apply(lambda row: row.values @ w + row["a"] * b, axis=1) - y) ** 2).sum(),
    "function of each column": lambda w, b: (
        X.apply(lambda column: (column * b - w[0]).sum()) @ w),
    "function of each of a table": lambda w, b: (
        (X.map(lambda v: v * b - w[0]) @ w - y) ** 2).sum(),
    "plain function": lambda w, b: (X["a"].map(np.exp) * b).sum() * w[0],
    "np.dot": lambda w, b: np.sum((np.dot(X, w) - b) ** 2),
    "np.matmul": lambda w, b: np.sum((np.matmul(X, w) - b) ** 2),
    "np.multiply": lambda w, b: np.multiply(X["a"], b).sum() * w[0],
    "np.log": lambda w, b: (np.log(X["a"] ** 2 + 1) * b).sum() * w[0],
    "values": lambda w, b: np.sum((X.values @ w - b) ** 2),
    "to_numpy": lambda w, b: np.sum(((X @ w).to_numpy() - y.to_numpy()[::-1] * b) ** 2),
    "methods of arrays": lambda w, b: (
        (X.values.dot(w) - X["a"].to_numpy() * b) ** 2).sum()
        + X["a"].values.dot(X.to_numpy().T.dot(y.values) @ w * y.to_numpy()) * b,
    "mean of data": lambda w, b: (X["a"].mean() * b) ** 2 + X.mean() @ w**2,
    "some columns": lambda w, b: np.sum((X[["a", "b"]] @ w[:2] - b) ** 2),
    "sum of rows": lambda w, b: ((X * w).sum(axis=1) * y - b).sum() ** 2,
    "sums of columns": lambda w, b: (((X * w).sum() - b) ** 2).sum(),
    "means of columns": lambda w, b: (
        (((X * w) - (X * w).mean()) ** 2).mean() * b).max(),
    "deviation by n - 1": lambda w, b: (y - X @ w * b).std(),
    "variance by n - 1": lambda w, b: ((y * b - X @ w).var() + (X * w).var().sum()),
    "np.std is by n": lambda w, b: np.std(y - X @ w * b) + np.var(X * w),
    "np.mean of a table": lambda w, b: np.mean((X * w) ** 2) * b,
    "np.sum along an axis": lambda w, b: (np.sum(X * w, axis=1) ** 2).sum() * b,
    "median": lambda w, b: (X @ w).median() * b,
    "extremes": lambda w, b: (X @ w).max() - (X * w).min().sum() * b,
    "missing values": lambda w, b: (HOLED * b).mean() + (HOLED - w[0]).std() * w[1],
    "np.mean of missing": lambda w, b: np.mean(HOLED * b - w[0]) * w[1],
    "filled": lambda w, b: (HOLED.fillna(0) * b - w[0]).var() * w[1],
    "sigmoid": lambda w, b: -(y * np.log(1 / (1 + np.exp(-(X @ w + b))))).mean(),
    "scipy": lambda w, b: (y * expit(X @ w + b)).mean(),
    "np.where": lambda w, b: np.where(X["a"] > 0, X @ w, b).sum() ** 2,
    "comparison": lambda w, b: (np.where(X["a"] > b, X["a"] * b, b * b) * w[0]).sum(),
    "maximum": lambda w, b: np.maximum(X @ w, 0).mean() * b,
    "clip": lambda w, b: ((X @ w).clip(-1, 1) * y * b + (X @ w).clip(upper=0)).sum(),
    "abs and power": lambda w, b: ((X["a"] * b - w[0]).abs() ** 1.5).sum(),
    "mask of data": lambda w, b: ((X @ w)[X["a"] > 0] ** 2).sum() * b,
    "loc": lambda w, b: ((X * w).loc[X["a"] > 0, "b"] ** 2).sum() * b,
    "iloc": lambda w, b: ((X @ w).iloc[3:7] ** 2).sum() * b - (X @ w).iloc[-1],
    "by name": lambda w, b: ((X * w)["a"] * (X * w).c).sum() * b + (X @ w)[3],
    "brought into order": lambda w, b: (
        (y.sort_index() - (X @ w).sort_index() * b) ** 2).sum(),
    "renumbered": lambda w, b: (
        ((X @ w).reset_index(drop=True) - y.reset_index(drop=True) * b) ** 2).sum(),
    "halves": lambda w, b: ((X @ w).head(5).sum() - (X @ w).tail(5).sum() * b) ** 2,
    "cumulative": lambda w, b: ((X @ w).cumsum() * y).sum() * b,
    "along rows": lambda w, b: (X.mul(X @ w, axis=0) ** 2).sum().sum() * b,
    "named operators": lambda w, b: (
        X["a"].mul(b).sub(X @ w).pow(2).add(1).rdiv(y)).sum(),
    "in place": in_place,
    "of an object": Line().cost,
    "column by column": lambda w, b: (
        sum((X[c] * w[i] - b).sum() ** 2 for i, c in enumerate(X))),
    "row by row": lambda w, b: sum((r @ w - b) ** 2 for _, r in X.iterrows()),
    "tuples": lambda w, b: sum((r.a * b - w[0]) ** 2 for r in X.itertuples()),
    "pairs": lambda w, b: sum((p - q * b) ** 2 for p, q in zip(y, X @ w, strict=True)),
    "groups": lambda w, b: sum(
        ((g["b"] - g["a"] * w[0]) ** 2).mean() for _, g in X.groupby(X["a"] > 0)) * b,
    "apply": lambda w, b: X.apply(lambda r: ((r * w).sum() - b) ** 2, axis=1).sum(),
    "asks for the class": lambda w, b: (
        ((X @ w) ** 2).sum() * b
        if isinstance(X @ w, pd.Series) and type(X * w) is pd.DataFrame else b),
    "stacked": lambda w, b: np.column_stack([X @ w, y * b]).std(),
    "listed": lambda w, b: np.array([(X @ w).mean(), (X @ w).std() * b]).prod(),
    "chosen by a column": lambda w, b: (
        (w[GROUPS] * b - y) ** 2).sum() + (X.to_numpy() @ w)[X["a"] > 0].sum()
        + (X.to_numpy() @ w)[GROUPS == 1].sum() * b,
    "np.vectorize": lambda w, b: np.vectorize(
        lambda r, a: r**2 / 2 if abs(r) < a + 2 else abs(r))(
        y - X @ w * b, X["a"]).sum(),
    "a portfolio": lambda w, b: (
        -(X.mean().dot(w) - b) / np.sqrt(np.dot(w.T, np.dot(X.cov(), w)))),
    "growth": lambda w, b: (1 + 0.1 * (X @ w) * b).cumprod().iloc[-1],
    "an index": lambda w, b: ((X.index * b - X @ w) ** 2).sum(),
    "asked along": lambda w, b: (X @ w).pipe(lambda z: (z - z.mean()) * b).var(),
    "several levels": lambda w, b: (
        (X.set_index(["a", "b"])["c"] * b - w[0]) ** 2).sum(),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.filterwarnings("ignore:.*does not depend on")
def test_a_cost_is_that_of_a_plain_call(name):
    value, _ = pl.value_and_gradient(COSTS[name])(w, b)
    assert_allclose(value, COSTS[name](w, b), rtol=1e-12)


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.filterwarnings("ignore:.*does not depend on")
def test_slopes_and_curvatures_are_those_of_differences(name):
    def of_both(p):
        return COSTS[name](p[:3], p[3])

    pl.check(of_both, np.array([*w, b]), order=2)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", ["table @ array", "deviation by n - 1", "loc",
                                  "missing values"])  # fmt: skip
def test_on_every_target(name, target):
    pytest.importorskip(target)
    assert_allclose(pl.compile(COSTS[name], target=target)(w, b), COSTS[name](w, b))
    slope = pl.compile(pl.gradient(COSTS[name]), target=target)(w, b)
    assert_allclose(slope, pl.gradient(COSTS[name])(w, b), atol=1e-14)


# -- entries --------------------------------------------------------------------------

ENTRIES = {
    "whole numbers": pd.Series([1, 2, 4]),
    "single precision": pd.Series([1, 2, 4], dtype="float32"),
    "booleans": pd.Series([True, False, True]),
    "nullable whole numbers": pd.Series([1, 2, 4], dtype="Int64"),
    "nullable floats": pd.Series([1.5, 2, 4], dtype="Float32"),
    "nullable booleans": pd.Series([True, False, True], dtype="boolean"),
    "nullable with a hole": pd.Series([1, None, 4], dtype="Int64"),
    "of arrow": pd.Series([1.5, 2, 4], dtype="double[pyarrow]"),
    "of arrow with a hole": pd.Series([1, None, 4], dtype="int64[pyarrow]"),
    "sparse": pd.Series(pd.arrays.SparseArray([0.0, 0.0, 1.0])),
    "numbers as objects": pd.Series([1, 2.5, 4], dtype=object),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_that_are_numbers_are_taken(name):
    numbers = ENTRIES[name].astype(float)
    found = pl.gradient(lambda w: (ENTRIES[name] * w).mean())(w)
    assert_allclose(found, numbers.fillna(0) / numbers.count(), rtol=1e-6)


def test_a_table_of_numbers_and_booleans_is_taken():
    table = X.assign(c=X["c"] > 0, b=range(N))
    found = pl.gradient(lambda w: (table * w).sum(axis=1).sum())(w)
    assert_allclose(found, table.astype(float).sum())


OTHER_ENTRIES = {
    "texts": pd.Series(list("abc")),
    "categories": pd.Series(list("abc"), dtype="category"),
    "dates": pd.Series(pd.date_range("2020-01-01", periods=3)),
    "times": pd.Series(pd.to_timedelta([1, 2, 3], "s")),
    "a column of texts": pd.DataFrame({"a": [1.0, 2, 3], "b": list("xyz")}),
}


@pytest.mark.parametrize("name", OTHER_ENTRIES)
def test_entries_that_are_no_numbers_are_refused_in_a_sentence(name):
    with pytest.raises(TraceError, match=r"test_pandas.py, line \d+: .* no number"):
        pl.gradient(lambda w: OTHER_ENTRIES[name] * w[0])(w)


# -- labels ---------------------------------------------------------------------------

SORTED = y.sort_index()
SQUARE = X.iloc[:3]
MISALIGNED = {
    "column minus product": lambda w: ((SORTED - X @ w) ** 2).sum(),
    "product minus column": lambda w: ((X @ w - SORTED) ** 2).sum(),
    "both computed": lambda w: ((SORTED * w[0] - X @ w) ** 2).sum(),
    "by a ufunc": lambda w: np.sum(np.subtract(X @ w, SORTED) ** 2),
    "through a function": lambda w: (np.exp(X @ w) * SORTED).sum(),
    "in place": lambda w: (X @ w).__iadd__(SORTED).sum(),
    "a shorter column": lambda w: (X @ w - y.iloc[:5]).sum(),
    "a table by rows": lambda w: (SQUARE * (SQUARE @ w)).sum().sum(),
    "columns in another order": lambda w: (X[["b", "a", "c"]] @ (X * w).sum()).sum(),
    "named operator": lambda w: X.mul(SORTED * w[0], axis=0).sum().sum(),
    "comparison": lambda w: ((X @ w > SORTED * w[0]) * 1.0).sum() * w[0],
}


@pytest.mark.parametrize("name", MISALIGNED)
def test_what_pandas_would_align_is_refused(name):
    with pytest.raises(TraceError, match="labels that differ"):
        pl.gradient(MISALIGNED[name])(w)


REFUSED = {
    "a row for a column": (
        lambda w: (y - X.to_numpy() @ w[:, None]).sum(), "does not compute"),
    "groups of traced": (lambda w: (X @ w).groupby(X["a"] > 0).mean(), r"\.groupby"),
    "np.flip keeps labels": (lambda w: (y - np.flip(X @ w)).sum(), r"np\.flip"),
    "a new column": (lambda w: X.copy().__setitem__("d", X @ w), "writes a traced"),
    "into a column": (lambda w: y.copy().__iadd__(X @ w), "writes a traced"),
    "into a traced column": (lambda w: (X @ w).__setitem__(3, 0.0), "writes into"),
    "a table of traced": (lambda w: pd.Series(X.to_numpy() @ w).mean(), "pandas"),
    "put together": (lambda w: pd.concat([X @ w, X @ w]).sum(), "pandas"),
    "not there": (lambda w: (X @ w).shift().sum(), r"\.shift"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused_in_a_sentence(name):
    cost, reason = REFUSED[name]
    with pytest.raises(TraceError, match=reason):
        pl.gradient(cost)(w)


def test_a_column_has_the_attributes_of_a_column():
    seen = {}

    def cost(w):
        z, table = X @ w, X * w
        seen["same"] = (
            z.index is X.index or z.index.equals(X.index),
            list(table.columns),
            hasattr(z, "columns"),
            hasattr(table, "dtype"),
            hasattr(z, "unheard_of"),
            len(z) == len(table) == N,
            z.shape + table.shape,
            list(table),
        )
        return z.sum()

    pl.gradient(cost)(w)
    expected = (True, list("abc"), False, False, False, True, (N, N, 3), list("abc"))
    assert seen["same"] == expected


def test_tracing_leaves_no_mark_on_pandas():
    before = [dict(vars(kind)) for kind in (pd.Series, pd.DataFrame)]
    pl.gradient(Line().cost)(w, b)
    with pytest.raises(TraceError):
        pl.gradient(REFUSED["groups of traced"][0])(w)
    assert before == [dict(vars(kind)) for kind in (pd.Series, pd.DataFrame)]


# -- arguments ------------------------------------------------------------------------


def squares(w, X, y):
    return ((y - X[["a", "b", "c"]] @ w) ** 2).mean()


def test_tables_are_arguments_of_a_gradient():
    expected = -2 * X.T @ (y - X @ w) / N
    assert_allclose(pl.gradient(squares)(w, X, y), expected)
    assert_allclose(pl.hessian(squares)(w, X, y), 2 * X.T @ X / N)
    pl.check(squares, w, X, y)


def test_a_result_with_labels_comes_without():
    assert_allclose(pl.jacobian(lambda w: X @ w)(w), X)
    assert_allclose(pl.graph(lambda w: X @ w, w)(w), X @ w)
    assert_allclose(pl.vjp(lambda w: X @ w)(w, np.ones(N)), X.sum())


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_compiled_function_sees_a_table_that_was_changed(target):
    pytest.importorskip(target)
    run, table = pl.compile(squares, target=target), X.copy()
    assert_allclose(run(w, table, y), squares(w, table, y))
    table.loc[table.index[0], "a"] += 5
    assert_allclose(run(w, table, y), squares(w, table, y))
    assert_allclose(run(w, table.sort_index(), SORTED), squares(w, table, y))
    with pytest.raises(TraceError, match="labels that differ"):
        run(w, table.sort_index(), y)


def test_a_graph_is_of_the_table_it_was_recorded_with():
    table = X.copy()
    graph = pl.graph(squares, w, table, y)
    assert_allclose(graph(w, table, y), squares(w, table, y))
    table.loc[table.index[0], "a"] += 5
    with pytest.raises(PellucidError, match="another DataFrame"):
        graph(w, table, y)
    with pytest.raises(PellucidError, match="another Series"):
        graph(w, X, SORTED)


def test_a_table_is_not_differentiated():
    with pytest.raises(GradientError, match=r"np.asarray\(x, float\)"):
        pl.gradient(lambda s: (s**2).sum())(y)


def test_minimise_takes_tables():
    expected = np.linalg.lstsq(X.to_numpy(), y.to_numpy())[0]
    assert_allclose(pl.minimise(squares, w, X, y).x, expected, rtol=1e-6)
    assert_allclose(pl.minimise(lambda w: squares(w, X, y), w).x, expected, rtol=1e-6)


def test_minimise_refuses_what_pandas_would_align():
    with pytest.raises(TraceError, match="labels that differ"):
        pl.minimise(lambda w, X, y: ((y - X @ w) ** 2).mean(), w, X, SORTED)


@pytest.mark.parametrize("start", [w, np.zeros(3)], ids=["a place", "zeros"])
def test_minimise_takes_the_mean_that_pandas_takes(start):
    def deviation(w, X, y):
        return (y - X @ w).std()

    fit = pl.minimise(deviation, start, X, y)
    assert_allclose(fit.fun, deviation(fit.x, X, y))

    def of_columns(w, X):
        return ((X * w).mean() ** 2).sum() + w @ w

    fit = pl.minimise(of_columns, start, X, max_iter=3)
    assert_allclose(fit.fun, of_columns(fit.x, X), atol=1e-12)


def test_mini_batches_are_not_cut_from_what_labels_change():
    with pytest.raises(MinimiseError, match="Mini-batches are cut"):
        pl.minimise(lambda w, X, y: (y - X @ w).std(), w, X, y, batch_size=4)


def test_one_table_is_one_constant():
    def descended(w):
        for _ in range(5):
            w = w + 0.01 * X.T @ (y - X @ w)
        return (w**2).sum()

    constants = [n for n in pl.graph(descended, w).nodes if n.is_constant]
    assert len(constants) == 3  # X, its transpose and y
    assert_allclose(pl.value_and_gradient(descended)(w)[0], descended(w))
