"""Stable rewriting of loops: bodies once, and what stands on both sides of a border."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.bodies import body_of, loop, part, with_bodies
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import made_stable, written_out


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def operations(graph):
    """The names of all steps, those in bodies too, sorted."""
    return sorted(node.operation for node in with_bodies(graph.order))


def loops(graph):
    return [n for n in with_bodies(graph.order) if n.operation == "loop"]


def gated(W, U, X, h):
    for x in X:
        i, f = sigmoid(W @ x), sigmoid(U @ h)
        h = f * h + i * np.tanh(x)
    return np.sum(h**2)


def nested(X, h):
    total = 0.0
    for n in range(4):
        for t in range(5):
            h = sigmoid(X[n, t] + h)
        total += np.sum(h)
    return total


@pytest.fixture
def gates(rng):
    N = rng.normal
    return N(size=(3, 3)), N(size=(3, 3)), N(size=(9, 3)), N(size=3)


def test_a_body_is_rewritten_once_and_each_rewrite_is_listed_once(gates):
    g = made_stable(folded(pl.graph(gated, *gates)))
    assert [r.rule for r in g.rewrites] == ["sigmoid", "sigmoid"]
    assert all(r.line and r.line[1] for r in g.rewrites)
    assert "exp" not in operations(g)
    assert operations(g).count("sigmoid") == 2
    np.testing.assert_array_equal(g(*gates), made_stable(unrolled(g))(*gates))


def test_what_a_rewrite_says_of_a_step_in_a_body(gates):
    g = made_stable(folded(pl.graph(gated, *gates)))
    assert {r.after for r in g.rewrites} == {"sigmoid(W @ x)", "sigmoid(U @ h)"}


def test_the_bodies_of_loops_in_bodies_are_rewritten_too(rng):
    args = rng.normal(size=(4, 5, 3)), np.zeros(3)
    g = folded(pl.graph(nested, *args))
    assert len(loops(g)) == 2
    assert [r.rule for r in made_stable(g).rewrites] == ["sigmoid"]
    np.testing.assert_allclose(made_stable(g)(*args), nested(*args), rtol=1e-15)


def test_sigmoids_in_bodies_are_written_out_for_a_compiler(gates):
    g = written_out(made_stable(folded(pl.graph(gated, *gates))))
    assert "sigmoid" not in operations(g)
    np.testing.assert_allclose(g(*gates), gated(*gates), rtol=1e-15)


def test_a_graph_with_nothing_to_rewrite_keeps_its_loop():
    def f(x):
        for _ in range(9):
            x = np.sin(x) * 0.5
        return x

    g = folded(pl.graph(f, np.ones(3)))
    assert loops(made_stable(g)) == loops(g)


def test_equal_loops_are_one(gates):
    def twice(W, U, X, h):
        return gated(W, U, X, h) * gated(W, U, X, h)

    g = folded(pl.graph(twice, *gates))
    assert len(loops(g)) == 2
    one = made_stable(g)
    assert len(loops(one)) == 1
    np.testing.assert_allclose(one(*gates), twice(*gates), rtol=1e-14)


def test_loops_that_differ_by_a_number_stay_two():
    def f(x):
        y = x
        for _ in range(9):
            x = np.sin(x) * 0.5
        for _ in range(9):
            y = np.sin(y) * 0.25
        return x + y

    g = folded(pl.graph(f, np.ones(3)))
    assert len(loops(made_stable(g))) == 2
    np.testing.assert_array_equal(made_stable(g)(np.ones(3)), f(np.ones(3)))


def test_what_nothing_asks_for_leaves_the_body(gates):
    g = pl.graph(gated, *gates)
    steps = folded(g)
    one = loops(steps)[0]
    body = body_of(one)
    extra = Node("input", (), (3,), np.dtype(float))
    more = body.__class__(
        body.turn, body.count, (*body.carried, (extra, extra)), body.fixed
    )
    given = body.given(one)
    starts = [given[before] for before, _ in body.carried]
    wider = loop(more, [*starts, steps.inputs[-1], *(given[i] for i in body.fixed)])
    last = part(wider, body.carried[0][1], each=False)
    made = made_stable(steps.ending([last]))
    assert len(body_of(loops(made)[0]).carried) == len(body.carried)


def test_a_table_that_is_read_at_a_place_is_no_number_that_is_known():
    table = np.arange(9.0) + 1

    def f(x):
        s = 0.0
        for t in range(9):
            s = s + np.log(np.exp(x) * table[t])
        return s

    g = made_stable(folded(pl.graph(f, 0.5)))
    assert len(loops(g)) == 1
    assert float(g(0.5)) == pytest.approx(f(0.5), rel=1e-14)
    assert np.isfinite(float(g(800.0)))


def test_guards_stay_as_they_are_written(gates):
    def f(W, U, X, h):
        cost = gated(W, U, X, h)
        return cost if np.log(1 + cost) > 0 else -cost

    g = folded(pl.graph(f, *gates))
    made = made_stable(g)
    assert [guard.node.operation for guard in made.guards] == [
        guard.node.operation for guard in g.guards
    ]
    np.testing.assert_allclose(made(*gates), f(*gates), rtol=1e-14)
