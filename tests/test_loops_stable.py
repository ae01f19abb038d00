"""Stable rewriting of loops: bodies once, and what stands on both sides of a border."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid.graphs.bodies import Body, body_of, loop, part, with_bodies
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.node import Node, constant
from pellucid.graphs.places import Turn
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


def test_loops_that_are_asked_for_other_numbers_stay_two():
    def f(x):
        return x

    g = pl.graph(f, 1.0)
    parts = []
    for number in (2.0, 4.0):
        turn = Turn(("t",), 3, 0, 1)
        parts.append(part(loop(Body(turn, 3, (), ()), []), constant(number), each=True))
    total = Node("add", tuple(parts), (3,), np.dtype(float), known=True)
    made = written_out(replace(g, result=total))
    np.testing.assert_array_equal(made(1.0), [6, 6, 6])


def test_a_number_that_moves_with_the_loop_around_is_not_known():
    def f(x):
        s = 0.0
        for i in range(6):
            for j in range(4):
                s = s + (i + j)
            s = s * x
        return s

    g = folded(pl.graph(f, 0.9))
    assert len(loops(g)) == 2
    for made in (made_stable(g), written_out(g)):
        assert float(made(0.9)) == pytest.approx(f(0.9), rel=1e-14)


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


# -- formulas on both sides of a border ------------------------------------------------

T = 9
STEEP = np.array([-900.0, 40.0, 3.0, -2.0, 900.0, -41.0, -800.0, 1.0, 0.5])
ROWS = np.outer(STEEP, [1.0, -0.7, 0.3])
LABELS = np.arange(T) % 3
HUGE = np.array([3.0, -4.0, 1.0, 2.0, 0.5, -1.0, 2.5, 0.1, -0.3]) * 1e200
HIGH = 800 + np.linspace(0, 5, T)
LOW = -HIGH
TINY = np.linspace(0.1, 1, T) * 1e-60


def softmax_in_a_buffer(Z):
    P = np.zeros(Z.shape)
    for t in range(len(Z)):
        e = np.exp(Z[t])
        P[t] = e / np.sum(e)
    return -np.sum(np.log(P[np.arange(T), LABELS]))


def softmax_in_a_list(Z):
    ps = []
    for z in Z:
        e = np.exp(z)
        ps.append(e / np.sum(e))
    return np.log(np.stack(ps))


def softmax_by_two_loops(z):
    s = 0.0
    for v in z:
        s += np.exp(v)
    p = np.zeros(len(z))
    for i in range(len(z)):
        p[i] = np.exp(z[i]) / s
    return p


def softmax_by_loops_in_a_loop(Z):
    P = np.zeros(Z.shape)
    for i in range(len(Z)):
        s = 0.0
        for j in range(3):
            s += np.exp(Z[i, j])
        for j in range(3):
            P[i, j] = np.exp(Z[i, j]) / s
    return np.log(P)


def sigmoids_in_a_list(z):
    return np.log(np.stack([sigmoid(v) for v in z]))


def the_rest_of_sigmoids(z):
    ps = []
    for v in z:
        ps.append(sigmoid(v))
    return np.log(1 - np.stack(ps))


def log_loss_after_the_loop(z, y):
    p = np.zeros(len(z))
    for t in range(len(z)):
        p[t] = sigmoid(z[t])
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def log_of_a_sum(z):
    s = 0.0
    for v in z:
        s += np.exp(v)
    return np.log(s)


def log_of_a_sum_from_its_first(z):
    s = np.exp(z[0])
    for v in z[1:]:
        s = s + np.exp(v)
    return np.log(s)


def log_of_a_mean(z):
    s = 0.0
    for v in z:
        s += np.exp(v)
    return np.log(s / len(z))


def log_of_a_weighted_sum(z, w):
    s = 0.0
    for i in range(len(z)):
        s += w[i] * np.exp(z[i])
    return np.log(s)


def logs_of_running_sums(z):
    s, out = 0.0, []
    for v in z:
        s = s + np.exp(v)
        out.append(s)
    return np.log(np.stack(out))


def logs_of_running_sums_inside(z):
    s, out = 0.0, []
    for v in z:
        s = s + np.exp(v)
        out.append(np.log(s))
    return np.stack(out)


def log_of_sums_of_rows(z):
    s = np.zeros(3)
    for i in range(3):
        s += np.exp(z.reshape(3, 3)[i])
    return np.log(s)


def mean_under_weights(z, w):
    s = a = 0.0
    for i in range(len(z)):
        e = np.exp(z[i])
        s += e
        a += w[i] * e
    return a / s


def log_of_a_product(x):
    p = 1.0
    for v in x:
        p *= v
    return np.log(p)


def likelihood_of_sigmoids(z):
    p = 1.0
    for v in z:
        p *= sigmoid(v)
    return np.log(p)


def running_likelihood(z):
    p, out = 1.0, []
    for v in z:
        p = p * sigmoid(v)
        out.append(p)
    return np.log(np.stack(out))


def gaussian_likelihood(x, c):
    p = 1.0
    for v in x:
        p = p * c * np.exp(-(v**2) / 2)
    return np.log(p)


def norm(x):
    s = 0.0
    for v in x:
        s += v**2
    return np.sqrt(s)


def norm_by_two_loops(x):
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += x[3 * i + j] ** 2
    return np.sqrt(s)


def norms_of_rows(x):
    A, out = x.reshape(3, 3), np.zeros(3)
    for i in range(3):
        s = 0.0
        for j in range(3):
            s += A[i, j] * A[i, j]
        out[i] = np.sqrt(s)
    return out


def distance(x):
    s = 0.0
    for i in range(len(x)):
        s += (x[i] - x[-1 - i]) ** 2
    return np.sqrt(s)


def exponentials_from_outside(z):
    E, s = np.exp(z), 0.0
    for t in range(len(z)):
        s += np.log(1 + E[t])
    return s


def log_of_shares_of_a_sum(z):
    S, s = np.sum(np.exp(z)), 0.0
    for t in range(len(z)):
        s += np.log(np.exp(z[t]) / S)
    return s


def exponentials_that_a_recurrence_reads(z):
    E, h = np.exp(z), 1.0
    for t in range(len(z)):
        h = h / 2 + np.log(1 + E[t])
    return h


def half_and(terms):
    h = 1.0
    for term in terms:
        h = h / 2 + term
    return h


def logs_of_the_turn_before(z):
    p, s = sigmoid(z[0]), 0.0
    for t in range(1, len(z)):
        s += np.log(p)
        p = sigmoid(z[t])
    return s


def lse(z, axis=None):
    return special.logsumexp(z, axis=axis)


WEIGHTS = np.arange(T) + 1.0
ACROSS = [
    (softmax_in_a_buffer, (ROWS,), lambda Z: -np.sum(
        special.log_softmax(Z, 1)[np.arange(T), LABELS])),
    (softmax_in_a_list, (ROWS,), lambda Z: special.log_softmax(Z, 1)),
    (softmax_by_two_loops, (HIGH,), special.softmax),
    (softmax_by_loops_in_a_loop, (ROWS,), lambda Z: special.log_softmax(Z, 1)),
    (sigmoids_in_a_list, (STEEP,), special.log_expit),
    (the_rest_of_sigmoids, (STEEP,), lambda z: special.log_expit(-z)),
    (log_loss_after_the_loop, (STEEP, LABELS > 0), lambda z, y: -np.sum(
        np.where(y, special.log_expit(z), special.log_expit(-z)))),
    (log_of_a_sum, (LOW,), lse),
    (log_of_a_sum_from_its_first, (HIGH,), lse),
    (log_of_a_mean, (HIGH,), lambda z: lse(z) - np.log(T)),
    (log_of_a_weighted_sum, (LOW, WEIGHTS), lambda z, w: lse(z + np.log(w))),
    (logs_of_running_sums, (HIGH,), np.logaddexp.accumulate),
    (logs_of_running_sums_inside, (LOW,), np.logaddexp.accumulate),
    (log_of_sums_of_rows, (HIGH,), lambda z: lse(z.reshape(3, 3), 0)),
    (mean_under_weights, (HIGH, WEIGHTS), lambda z, w: special.softmax(z) @ w),
    (log_of_a_product, (TINY,), lambda x: np.sum(np.log(x))),
    (likelihood_of_sigmoids, (STEEP,), lambda z: np.sum(special.log_expit(z))),
    (running_likelihood, (STEEP,), lambda z: np.cumsum(special.log_expit(z))),
    (gaussian_likelihood, (STEEP, 0.3), lambda x, c: np.sum(np.log(c) - x**2 / 2)),
    (norm, (HUGE,), lambda x: np.hypot.reduce(x)),
    (norm_by_two_loops, (HUGE,), lambda x: np.hypot.reduce(x)),
    (norms_of_rows, (HUGE,), lambda x: np.hypot.reduce(x.reshape(3, 3), axis=1)),
    (distance, (HUGE,), lambda x: np.hypot.reduce(x - x[::-1])),
    (exponentials_from_outside, (HIGH,), lambda z: np.sum(np.logaddexp(0, z))),
    (exponentials_that_a_recurrence_reads, (HIGH,),
     lambda z: half_and(np.logaddexp(0, z))),
    (logs_of_the_turn_before, (STEEP,), lambda z: np.sum(special.log_expit(z[:-1]))),
    (log_of_shares_of_a_sum, (HIGH,), lambda z: np.sum(special.log_softmax(z))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("f", "args", "right"), ACROSS, ids=[f.__name__ for f, *_ in ACROSS]
)
def test_formulas_are_stable_across_the_border_of_a_loop(f, args, right):
    g = folded(pl.graph(f, *args))
    assert loops(g)
    with np.errstate(all="ignore"):
        naive = f(*args)
    assert not np.allclose(naive, right(*args), rtol=1e-12)
    made = made_stable(g)
    np.testing.assert_allclose(made(*args), right(*args), rtol=1e-12, atol=1e-15)
    assert made.rewrites


@pytest.mark.parametrize(
    ("f", "args", "right"), ACROSS, ids=[f.__name__ for f, *_ in ACROSS]
)
def test_gradients_across_the_border_are_those_of_the_formula(f, args, right):
    args = tuple(a / np.max(np.abs(a)) for a in map(np.array, args))
    g = folded(pl.graph(lambda *given: np.sum(f(*given)), *args))
    by_loop = pl.gradient(g)(*args)
    by_turns = pl.gradient(unrolled(g), stable=False)(*args)
    np.testing.assert_allclose(by_loop, by_turns, rtol=1e-8, atol=1e-12)


def test_what_is_recurrent_stays_and_its_outputs_are_stable(rng):
    def f(W, X, h):
        hs = []
        for x in X:
            h = sigmoid(W @ h + x)
            hs.append(h)
        return np.log(1 - np.stack(hs))

    args = rng.normal(size=(3, 3)) * 300, rng.normal(size=(T, 3)) + 50, np.zeros(3)
    g = made_stable(folded(pl.graph(f, *args)))
    assert len(loops(g)) == 1
    h, right = args[2], []
    for x in args[1]:
        z = args[0] @ h + x
        right.append(special.log_expit(-z))
        h = special.expit(z)
    np.testing.assert_allclose(g(*args), right, rtol=1e-12)


def test_a_loop_in_which_nothing_is_found_stays_as_it_is():
    def f(x):
        s, out = 0.0, np.zeros(len(x))
        for t in range(len(x)):
            s += np.cos(x[t])
            out[t] = s * x[t]
        return np.sum(out) * s

    g = folded(pl.graph(f, STEEP))
    made = made_stable(g)
    assert len(loops(made)) == 1
    assert not made.rewrites
    np.testing.assert_array_equal(made(STEEP), f(STEEP))
