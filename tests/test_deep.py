"""Long computations: walks are loops, and time grows in proportion."""

import sys

import numpy as np
import pytest

import pellucid as pl

N = 10_000


def chain(x, n=N):
    for _ in range(n):
        x = x + np.sin(x) / n
    return x


def sum_of_terms(x, n=N // 2):
    total = 0.0
    for i in range(n):
        total = total + x * i
    return total


def product(x, n):
    for _ in range(n):
        x = x * np.exp(-x)
    return x


def quotients(x, n):
    for _ in range(n):
        x = np.sin(x) / (1 + np.exp(x))
    return x


def inverses(x, n):
    for _ in range(n):
        x = 2 / x
    return x


def many_assignments(x, n):
    b = np.zeros(n)
    b[0] = x
    for i in range(1, n):
        b[i] = 0.999 * b[i - 1] + x / n
    return b.sum()


def views_of_views(x, n=2000):
    b = x.copy()
    view = b
    for _ in range(n):
        view = view[:]
    view[0] = 2 * x[1]
    return (b * x).sum()


def written_views(x, n=300):
    b = x.copy()
    view = b[1:]
    for _ in range(n):
        view *= 1.01
        b[0] += view[0]
    return b.sum()


def test_a_chain_of_ten_thousand_nodes():
    graph = pl.graph(lambda x: chain(x, N // 3), 0.5)
    assert len(graph.nodes) > N - 5
    assert graph(0.5) == chain(0.5, N // 3)
    slopes = pl.gradient(graph)
    h = 1e-6
    expected = (chain(0.5 + h, N // 3) - chain(0.5 - h, N // 3)) / (2 * h)
    assert slopes(0.5) == pytest.approx(expected, rel=1e-8)


def test_a_sum_of_thousands_of_terms():
    assert pl.gradient(sum_of_terms)(2.0) == sum(range(N // 2))


def test_three_thousand_assignments_to_one_buffer():
    slope = pl.gradient(lambda x: many_assignments(x, 3000))(1.0)
    assert slope == pytest.approx(many_assignments(1.0, 3000), rel=1e-12)


def test_views_of_views_of_views():
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(pl.gradient(views_of_views)(x), [4, 6, 6])


def test_hundreds_of_written_views():
    x = np.array([1.0, 2.0, 3.0])
    graph = pl.graph(written_views, x)
    assert graph(x) == written_views(x)
    assert len(graph.nodes) < 3000


def test_a_nested_structure_of_a_thousand_leaves():
    tree = {f"w{i}": float(i) for i in range(1000)}
    slopes = pl.gradient(lambda p: sum(v**2 for v in p.values()))(tree)
    assert slopes["w7"] == 14


TASKS = {
    "trace": lambda n: pl.graph(lambda x: chain(x, n), 0.5),
    "differentiate": lambda n: pl.gradient(pl.graph(lambda x: chain(x, n), 0.5)),
    "rewrite": lambda n: pl.stable(pl.graph(lambda x: chain(x, n), 0.5)),
    "rewrite products": lambda n: pl.stable(pl.graph(lambda x: product(x, n), 0.5)),
    "rewrite quotients": lambda n: pl.stable(pl.graph(lambda x: quotients(x, n), 0.5)),
    "rewrite numbers": lambda n: pl.stable(pl.graph(lambda x: inverses(x, n), 0.5)),
    "differentiate products": lambda n: pl.gradient(
        pl.graph(lambda x: product(x, n), 0.5)
    ),
    "assign": lambda n: pl.graph(lambda x: many_assignments(x, n), 0.5),
    "sum": lambda n: pl.gradient(pl.graph(lambda x: sum_of_terms(x, n), 0.5)),
}


def calls(task, n):
    """How many functions are called: work that is the same on every machine."""
    count = 0

    def counted(*_):
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        task(n)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", TASKS)
def test_work_grows_in_proportion(name):
    task = TASKS[name]
    task(10)  # fills what is kept from trace to trace
    assert calls(task, 600) < 4.2 * calls(task, 150)
