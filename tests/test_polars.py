"""Columns of polars meet traced values: what comes out is as in polars."""

import numpy as np
import polars  # noqa: ICN001 (pl is Pellucid here)
import pytest
from numpy.testing import assert_allclose

import pellucid as pl
from pellucid.errors import TraceError

df = polars.DataFrame({"a": [1.0, -2.0, 4.0], "b": [1.0, 0.5, 1.5], "n": [1, 2, 3]})
s, n = df["a"], df["n"]
v, b = np.array([0.7, -0.4, 1.1]), 1.3

# Costs of an array of three and a float, which plain polars computes too.
COSTS = {
    "column times number": lambda v, b: ((s * b - n) ** 2).sum() + v[0],
    "number times column": lambda v, b: ((b * s - n) ** 2).mean() + v[0],
    "column times array": lambda v, b: (s * v).sum() * b,
    "array times column": lambda v, b: (v * s).sum() * b,
    "array minus column": lambda v, b: ((v - s) ** 2).mean() + b,
    "every operator": lambda v, b: (
        (
            ((s + b) / (2 + b) - (b - n) / 3 - b / (s**2 + 1)) ** 2 + 2**s * b + n**b
        ).sum()
        + v[0]
    ),
    "remainders": lambda v, b: (s % b + s // b * v + -abs(s * v)).sum(),
    "column @ array": lambda v, b: (s @ v) ** 2 * b,
    "column.dot": lambda v, b: s.dot(v) * b,
    "ufuncs": lambda v, b: (np.exp(s * b) + np.multiply(s, v) + np.add(v, s)).sum(),
    "of a plain column": lambda v, b: (np.sqrt(n) * v + np.exp(s) * b).sum(),
    "deviation by n - 1": lambda v, b: (s * v).std() + (s * b).var(),
    "deviation by n": lambda v, b: (s * v).std(ddof=0) * b,
    "its array": lambda v, b: (s * b).to_numpy().std() + v[0],
    "compared": lambda v, b: ((s > b) * v).sum() + ((s <= b) * v).sum() * b,
    "branch on entries": lambda v, b: sum(x * b if x > b else v[0] for x in s * b),
    "sliced": lambda v, b: (s[:2] * v[:2]).sum() * (s * b)[1] * len(s * b),
    "methods": lambda v, b: ((s * v).abs().sqrt() + (s * b).exp()).sum(),
    "array of a table": lambda v, b: np.sum((df.to_numpy() @ v - b) ** 2),
    "method of its array": lambda v, b: df.to_numpy().dot(v).sum() * b,
    "method of a column's array": lambda v, b: s.to_numpy().dot(v) * b,
    "table @ array": lambda v, b: np.sum((df @ v - b) ** 2),
    "array @ table": lambda v, b: np.sum((v @ df - b) ** 2),
    "np.dot": lambda v, b: np.sum((np.dot(df, v) - b) ** 2),
    "np.where": lambda v, b: np.sum(np.where(s > 0, v, b) * s.to_numpy()),
    "rows": lambda v, b: sum(v[0] * x + b * y for x, y, _ in df.iter_rows()),
}


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)
def test_costs_are_those_of_polars(cost):
    value, _ = pl.value_and_gradient(cost, wrt=(0, 1))(v, b)
    assert_allclose(value, cost(v, b), rtol=1e-12)
    pl.check(cost, v, b)


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)
def test_polars_is_as_before(cost):
    before = dict(vars(polars.Series)), dict(vars(polars.DataFrame))
    pl.gradient(cost)(v, b)
    assert (dict(vars(polars.Series)), dict(vars(polars.DataFrame))) == before


def test_a_column_may_be_an_argument():
    cost = lambda v, s, df: ((s * v - df["b"]) ** 2).sum()  # noqa: E731
    _, gradient = pl.value_and_gradient(cost)(v, s, df)
    a, c = s.to_numpy(), df["b"].to_numpy()
    assert_allclose(gradient, 2 * (a * v - c) * a)


def test_a_column_is_an_array_in_a_graph_and_its_results():
    f = lambda v: s * v  # noqa: E731
    assert type(pl.graph(f, v)(v)) is np.ndarray
    assert_allclose(pl.compile(f)(v), s.to_numpy() * v)
    assert_allclose(pl.jacobian(f)(v), np.diag(s.to_numpy()))


def test_it_is_a_series_of_polars():
    def cost(v):
        z = s * v
        assert isinstance(z, polars.Series)
        assert not isinstance(z, np.ndarray)
        return z.sum()

    assert_allclose(pl.gradient(cost)(v), s)


HOLED = polars.Series("h", [1.0, None, 2.0])
TEXTS = polars.Series("t", ["x", "y", "z"])
REFUSED = {
    "table * number": (lambda b: (df * b)["a"].sum(), "df.to_numpy()"),
    "number * table": (lambda b: (b * df)["a"].sum(), "df.to_numpy()"),
    "expression": (lambda b: df.select(polars.col("a") * b)["a"].sum(), ".to_numpy()"),
    "number * expression": (
        lambda b: df.select(b * polars.col("a"))["a"].sum(), ".to_numpy()"),
    "new column": (lambda b: df.with_columns(c=s * b)["c"].sum(), ".to_numpy()"),
    "filter": (lambda b: (s.filter(s > b) * b).sum(), ".to_numpy()"),
    "method of a column": (lambda b: s.clip(b, 3.0).sum(), ".to_numpy()"),
    "method of what comes out": (lambda b: (s * b).max(), ".to_numpy()"),
    "more axes": (lambda b: np.sum(s * (b * np.ones((3, 1)))), ".to_numpy()"),
    "missing values": (lambda b: (HOLED * b).sum(), ".fill_null(0)"),
    "joined columns": (lambda b: polars.concat([s, s * b]).sum(), ".to_numpy()"),
    "texts": (lambda b: (TEXTS * b).sum(), ".cast(pl.Float64)"),
}  # fmt: skip


@pytest.mark.parametrize(("cost", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_recorded_is_refused_with_what_works(cost, said):
    with pytest.raises(TraceError) as error:
        pl.gradient(cost)(b)
    assert said in str(error.value)
    assert "test_polars.py, line " in str(error.value)


def test_another_column_under_the_name_is_seen():
    column = s
    cost = lambda b: (column * b).sum()  # noqa: E731
    gradient, compiled = pl.gradient(cost), pl.compile(cost)
    assert gradient(b) == gradient(b) == 3.0
    assert_allclose(compiled(b), 3 * b)
    column = n
    assert gradient(b) == 6.0
    assert_allclose(compiled(b), 6 * b)


def squares(w, x, y):
    return ((x * w - y) ** 2).mean()


@pytest.mark.parametrize("options", [{}, {"batch_size": 2, "max_iter": 5}])
def test_columns_are_data_of_minimise(options):
    found = pl.minimise(squares, 1.0, s, df["b"], random_state=0, **options)
    same = pl.minimise(
        squares, 1.0, s.to_numpy(), df["b"].to_numpy(), random_state=0, **options
    )
    assert found.x == same.x


def test_a_cost_of_columns_divides_by_n_minus_1_in_minimise():
    found = pl.minimise(lambda w, x: (x * w).std() + 3 * (w - 1) ** 2, 0.5, s)
    assert_allclose(found.x, 1 - s.std() / 6, rtol=1e-6)
