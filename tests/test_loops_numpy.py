"""Loops on the NumPy target: equal to the function, in memory of their own."""

import functools
import re
import threading

import numpy as np
import pytest
import random_loops
from loop_comparisons import COMPARISONS
from loops_on_targets import graph_of, inputs, step

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.bodies import Body, loop, part, with_bodies
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.node import Node, constant
from pellucid.graphs.places import Place, Turn, of_turn
from pellucid.running.cache import structure_of
from pellucid.running.numpy import Program

N = np.random.default_rng(0).normal
T, H, D = 9, 4, 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn(W, U, X, h):
    for t in range(len(X)):
        h = np.tanh(W @ X[t] + U @ h)
    return h


def lstm_states(W, U, b, X):
    n = U.shape[1]
    h, c, states = np.zeros(n), np.zeros(n), []
    for x in X:
        i, f, o, g = np.split(W @ x + U @ h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states), h, c


def kalman(F, zs, x, P):
    loss = 0.0
    for z in zs:
        x, P = F @ x, F @ P @ F.T + 0.1 * np.eye(2)
        S = P[:1, :1] + 1.0
        K = P[:, :1] @ np.linalg.inv(S)
        loss = loss + np.log(np.linalg.det(S))
        x, P = x + K @ (z - x[:1]), (np.eye(2) - K @ np.eye(2)[:1]) @ P
    return loss, x, P


def runge_kutta(y, k):
    def slope(t, y):
        return np.stack([y[1], -k * np.sin(y[0]) * np.cos(t)])

    t = 0.0
    for _ in range(15):
        k1 = slope(t, y)
        k2 = slope(t + 0.05, y + 0.05 * k1)
        y = y + 0.1 * k2
        t += 0.1
    return y


def convolution(x, w):
    out = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(3):
                for m in range(3):
                    s += x[i + k, j + m] * w[k, m]
            out[i, j] = s
    return out


def windows(x, w):
    out = np.zeros((6, 6))
    for i in range(6):
        for j in range(6):
            out[i, j] = np.sum(x[i : i + 3, j : j + 3] * w)
    return out


def warping(x, y):
    n, m = len(x), len(y)
    d = np.full((n + 1, m + 1), np.inf)
    d[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best = np.minimum(np.minimum(d[i - 1, j], d[i, j - 1]), d[i - 1, j - 1])
            d[i, j] = (x[i - 1] - y[j - 1]) ** 2 + best
    return d


def thomas(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0], dp[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def cholesky(A):
    n = len(A)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s = s - L[i, k] * L[j, k]
            L[i, j] = np.sqrt(s) if i == j else s / L[j, j]
    return L


def shortest_paths(d):
    d = d.copy()
    for k in range(len(d)):
        for i in range(len(d)):
            for j in range(len(d)):
                d[i, j] = np.minimum(d[i, j], d[i, k] + d[k, j])
    return d


def stencil(u):
    for _ in range(7):
        u = u.copy()
        inner = u[1:-1, 1:-1]
        u[1:-1, 1:-1] = inner + 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] - 2 * inner)
    return u


def elimination(A):
    A = A.copy()
    for k in range(len(A) - 1):
        for i in range(k + 1, len(A)):
            A[i] = A[i] - A[i, k] / A[k, k] * A[k]
    return A


def swaps(x):
    x = x.copy()
    for i in range(len(x) - 1):
        x[i], x[i + 1] = x[i + 1] * 1.0, x[i] * 0.5
    return x


def lags(a, b):
    xs = [a, b]
    for t in range(2, 14):
        xs.append(np.sin(xs[t - 1]) + np.cos(xs[t - 2]))
    return xs[-1], xs[-2]


def lagged_vectors(a, b):
    for _ in range(8):
        a, b = b, np.tanh(a + 0.5 * b)
    return a, b


def decaying_descent(w, X, y):
    for t in range(12):
        w = w - 0.1 / (1 + t) * (X.T @ (X @ w - y))
    return w


def reversed_list(X, V):
    g, back = np.zeros(H), [None] * len(X)
    for t in reversed(range(len(X))):
        g = np.tanh(V @ g + X[t])
        back[t] = g
    return np.array(back)


def batch_and_time(X, W, U):
    total, states = 0.0, []
    for n in range(len(X)):
        h = np.zeros(H)
        for t in range(X.shape[1]):
            h = np.tanh(W @ X[n, t] + U @ h)
        states.append(h)
        total += np.sum(h**2)
    return total, np.stack(states)


def histogram(x, places):
    count = np.zeros(4)
    for i in range(len(x)):
        count[places[i]] += x[i]
    return count


def extremes(x):
    low, high = x[0], x[0]
    for v in x[1:]:
        low, high = np.minimum(low, v), np.maximum(high, 0.1 * v)
    return low, high, -low / high


def quotients(x):
    s = 1.0
    for v in x:
        s = np.abs(s / v) ** 0.5 + v**2
    return s


def prefix_products(x):
    p, out = 1.0, []
    for v in x:
        p = p * v
        out.append(p)
    return np.array(out)


PROGRAMS = {
    rnn: (N(size=(H, D)), N(size=(H, H)), N(size=(T, D)), N(size=H)),
    lstm_states: (N(size=(4 * H, D)), N(size=(4 * H, H)), N(size=4 * H),
                  N(size=(T, D))),
    kalman: (N(size=(2, 2)) / 2, N(size=(T, 1)), N(size=2), np.eye(2)),
    runge_kutta: (np.array([1.0, 0.5]), 0.7),
    convolution: (N(size=(8, 8)), N(size=(3, 3))),
    windows: (N(size=(8, 8)), N(size=(3, 3))),
    warping: (N(size=6), N(size=7)),
    thomas: (N(size=T) / 9, 3 + N(size=T) / 9, N(size=T) / 9, N(size=T)),
    cholesky: (np.cov(N(size=(6, 30))) + np.eye(6),),
    shortest_paths: (np.abs(N(size=(6, 6))),),
    stencil: (N(size=(6, 7)),),
    elimination: (N(size=(5, 5)) + 5 * np.eye(5),),
    swaps: (N(size=(6, 3)),),
    lags: (2.0, 3.0),
    lagged_vectors: (N(size=3), N(size=3)),
    decaying_descent: (N(size=H), N(size=(20, H)) / 9, N(size=20)),
    reversed_list: (N(size=(T, H)), N(size=(H, H))),
    batch_and_time: (N(size=(4, 5, D)), N(size=(H, D)), N(size=(H, H))),
    extremes: (N(size=T),),
    quotients: (N(size=T),),
    prefix_products: (N(size=T),),
}  # fmt: skip


def looped(f, args):
    """A function as a graph with loops, of which there must be one."""
    graph = folded(pl.graph(f, *args))
    assert any(node.operation == "loop" for node in graph.order)
    return graph


def leaves(result):
    return [np.asarray(value) for value in structure.leaves(result)]


def assert_near(found, wanted):
    for a, b in zip(leaves(found), leaves(wanted), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=3e-14, atol=1e-15)


def run(graph, args):
    """The outputs of a program of this graph, a flat list."""
    inputs = graph.bind(*args)
    return list(Program(graph).run(*(inputs[node] for node in graph.inputs)))


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_a_loop_runs_as_the_function_does(f):
    args = PROGRAMS[f]
    compiled = pl.compile(looped(f, args), stable=False)
    assert_near(compiled(*args), f(*args))
    assert "for " in compiled.source


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_arguments_and_results_are_nobody_elses(f):
    args = tuple(np.array(a) if np.ndim(a) else a for a in PROGRAMS[f])
    before = [np.array(a) for a in args]
    compiled = pl.compile(looped(f, args), stable=False)
    first = leaves(compiled(*args))
    kept = [np.array(a) for a in first]
    others = tuple(1.01 * a for a in args)
    second = leaves(compiled(*others))
    for a, b in zip([*first, *args], [*kept, *before], strict=True):
        np.testing.assert_array_equal(a, b)
    for i, a in enumerate(first):
        for b in (*second, *args, *first[:i]):
            assert not np.may_share_memory(a, b) or a.ndim == 0
    assert_near(compiled(*args), f(*args))


@pytest.mark.parametrize("f", [rnn, thomas, stencil, windows, quotients, extremes])
def test_floats_of_four_bytes_are_promoted_as_in_numpy(f):
    args = tuple(np.float32(a) for a in PROGRAMS[f])
    found = leaves(pl.compile(looped(f, args), stable=False)(*args))
    for a, b in zip(found, leaves(f(*args)), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_numbers_of_python_take_the_dtype_of_what_they_meet():
    def f(x, rate):
        step = 1.0
        for _ in range(6):
            step = step * rate
            x = x - step * np.sin(x)
        return x

    args = np.float32(N(size=3)), 0.5
    found = pl.compile(looped(f, args), stable=False)(*args)
    assert found.dtype == f(*args).dtype == np.float32
    np.testing.assert_allclose(found, f(*args), rtol=1e-6)


def test_a_number_divided_by_zero_is_as_in_numpy():
    def f(x):
        s = 1.0
        for v in x:
            s = v / s
        return s

    x = np.array([1.0, 0.0, 2.0, -1.0, 3.0])
    compiled = pl.compile(looped(f, (x,)), stable=False)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(x), f(x))
    with pytest.raises(FloatingPointError, match="divide by zero"):
        compiled(x)


@pytest.mark.parametrize("value", [np.nan, -0.0, np.inf, -np.inf])
def test_numbers_that_are_none_go_through_as_in_numpy(value):
    x = np.array([1.0, value, 2.0, -1.0, value])
    compiled = pl.compile(looped(extremes, (x,)), stable=False)
    with np.errstate(all="ignore"):
        for a, b in zip(leaves(compiled(x)), leaves(extremes(x)), strict=True):
            np.testing.assert_array_equal(a, b)


def test_places_from_a_table_count_as_often_as_they_come():
    places = np.array([0, 1, 1, 3, 0, 1, 2, 1, 0])
    f = functools.partial(histogram, places=places)
    assert_near(pl.compile(looped(f, (N(size=T),)))(np.arange(9.0)), f(np.arange(9.0)))


def test_threads_have_memory_of_their_own():
    args = PROGRAMS[lstm_states]
    compiled = pl.compile(looped(lstm_states, args), stable=False)
    wrong = []

    def call(seed):
        X = np.random.default_rng(seed).normal(size=(T, D))
        expected = lstm_states(*args[:3], X)
        for _ in range(40):
            found = compiled(*args[:3], X)
            near = map(np.allclose, found, expected)
            wrong.extend(ok for ok in near if not ok)

    threads = [threading.Thread(target=call, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_long_loop_is_compiled_as_a_loop_and_verified(rng):
    N = rng.normal
    args = N(size=(4 * H, D)), N(size=(4 * H, H)), N(size=4 * H), N(size=(60, D))
    compiled = pl.compile(lstm_states, verify=True)
    for a, b in zip(compiled(*args), lstm_states(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    assert "in range(60):" in compiled.source
    assert len(compiled.source.splitlines()) < 70


def test_a_short_loop_is_compiled_step_by_step():
    compiled = pl.compile(rnn)
    assert_near(compiled(*PROGRAMS[rnn]), rnn(*PROGRAMS[rnn]))
    assert "for " not in compiled.source


def test_constants_in_bodies_are_shown():
    table = np.arange(12.0).reshape(4, 3)

    def f(x):
        for _ in range(5):
            x = np.tanh(table @ (table.T @ x))
        return x

    compiled = pl.compile(looped(f, (N(size=4),)))
    compiled(np.ones(4))
    assert any(np.array_equal(c, table) for c in compiled.constants.values())


@pytest.mark.parametrize("seed", range(26))
def test_random_programs_run_as_their_graphs_do(seed):
    random_loops.checked(seed, random_loops.programs)


# -- memory, in loops that are made by hand -------------------------------------------


def assert_same(graph, *args):
    """A program gives what the reference gives, twice, and leaves arguments alone."""
    before = [np.array(a) for a in args]
    wanted = leaves(graph(*args))
    program = Program(graph)
    first = program.run(*args)
    kept = [np.array(a) for a in first]
    again = program.run(*args)
    for found in (first, kept, again):
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(a, b)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)
    memories = [*first, *again, *args]
    for i, a in enumerate(memories):
        assert not any(np.may_share_memory(a, b) for b in memories[:i] if b is not a)


def test_two_carried_values_that_begin_as_one_array():
    a, x = N(size=3), N(size=3)
    (start, other), (p, q, fixed) = inputs(a, x), inputs(a, a, x)
    put = Node("assign", (p, constant(1.0)), p.shape, p.dtype, {"at": (0,)})
    body = Body(Turn(("t",), 4), 4, ((p, put), (q, step("add", q, fixed))), (fixed,))
    made = loop(body, (start, start, other))
    ends = [part(made, node, each=False) for node in (put, body.carried[1][1])]
    assert_same(graph_of([start, other], [*ends, start]), a, x)


def test_what_is_written_into_is_kept_where_it_is_read_later():
    a = N(size=(4, 3))
    (outer,), (p,) = inputs(a), inputs(a)
    turn = Turn(("t",), 4)
    at = (of_turn(turn),)
    row = Node("index", (p,), (3,), p.dtype, {"at": at})
    put = Node("assign", (p, constant(np.zeros(3))), p.shape, p.dtype, {"at": at})
    late = step("add", row, Node("index", (put,), (3,), p.dtype, {"at": (0,)}))
    body = Body(turn, 4, ((p, put),), ())
    made = loop(body, (outer,))
    ends = [part(made, late, True), part(made, p, True), part(made, p, False),
            part(made, put, False), part(made, row, False)]  # fmt: skip
    assert_same(graph_of([outer], ends), a)


def test_values_that_are_asked_for_of_all_turns_and_written_into_later():
    a = N(size=3)
    (outer,), (p,) = inputs(a), inputs(a)
    turn = Turn(("t",), 5)
    now = step("sin", p)
    made = loop(Body(turn, 5, ((p, now),), ()), (outer,))
    each, last = part(made, now, True), part(made, now, False)
    put = Node("assign", (each, last), each.shape, each.dtype, {"at": (0,)})
    put2 = Node("assign", (last, constant(7.0)), last.shape, last.dtype, {"at": (0,)})
    assert_same(graph_of([outer], [put, put2]), a)
    assert_same(graph_of([outer], [each, last, put2]), a)


def test_a_value_that_goes_from_one_carried_input_to_another():
    a, x = N(size=3), N(size=3)
    (start, other), (p, q, r) = inputs(a, x), inputs(a, a, a)
    body = Body(Turn(("t",), 6), 6, ((p, step("sin", r)), (q, p), (r, q)), ())
    made = loop(body, (start, other, other))
    ends = [part(made, node, False) for node in (body.carried[0][1], p, q, r)]
    ends += [part(made, node, True) for node in (p, r)]
    assert_same(graph_of([start, other], ends), a, x)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_loop_that_may_not_turn_gives_its_start(is_reversed):
    a, x = N(size=3), N(size=(4, 3))
    (start, other), (p, rows), (q, table) = inputs(a, x), inputs(a, x), inputs(a, x)
    outer, inner = Turn(("i",), 4), Turn(("j",), 3)
    row = Node("index", (table,), (3,), a.dtype, {"at": (of_turn(inner),)})
    now = step("add", step("sin", q), row)
    count = Place(0, [(outer, 1)])
    inside = Body(inner, count, ((q, now),), (table,), is_reversed)
    nest = loop(inside, (p, rows))
    end, all_of_them = part(nest, now, False), part(nest, now, True)
    body = Body(outer, 4, ((p, end),), (rows,), is_reversed)
    made = loop(body, (start, other))
    ends = [
        part(made, end, False),
        part(made, end, True),
        part(made, all_of_them, True),
    ]
    assert_same(graph_of([start, other], ends), a, x)


def test_views_of_what_is_carried():
    a = N(size=6)
    (start,), (p,) = inputs(a), inputs(a[:3])
    twice = Node("concatenate", (p, step("cos", p)), (6,), p.dtype, {"axis": 0})
    whole = step("tanh", twice)
    half = Node("index", (whole,), (3,), p.dtype, {"at": (slice(2, 5),)})
    begin = Node("index", (start,), (3,), p.dtype, {"at": (slice(0, 3),)})
    made = loop(Body(Turn(("t",), 5), 5, ((p, half),), ()), (begin,))
    ends = [part(made, node, each) for node in (half, whole, p) for each in (0, 1)]
    assert_same(graph_of([start], ends), a)


def test_what_is_read_of_an_array_after_it_was_written_into():
    a = N(size=4)
    (start,), (p, q) = inputs(a), inputs(a, a)
    outer, inner = Turn(("i",), 3), Turn(("j",), 4)
    at = (of_turn(inner),)
    twice = Node("index", (q,), (), q.dtype, {"at": (0,)})
    add = Node("add_at", (q, twice), q.shape, q.dtype, {"at": at})
    nest = loop(Body(inner, 4, ((q, add),), ()), (p,))
    end = part(nest, add, False)
    put = Node("assign", (end, constant(0.5)), p.shape, p.dtype, {"at": (1,)})
    late = Node("index", (end,), (2,), p.dtype, {"at": (slice(0, 2),)})
    made = loop(Body(outer, 3, ((p, put),), ()), (start,))
    assert_same(graph_of([start], [part(made, put, False), part(made, late, True)]), a)


def test_what_is_written_into_before_it_is_carried():
    a = N(size=4)
    (start,), (p,) = inputs(a), inputs(a)
    view = Node("index", (p,), (2,), p.dtype, {"at": (slice(0, 2),)})
    turned = step("sin", p)
    put = Node("add_at", (turned, view), p.shape, p.dtype, {"at": (slice(1, 3),)})
    made = loop(Body(Turn(("t",), 5), 5, ((p, put),), ()), (start,))
    ends = [part(made, put, False), part(made, put, True), part(made, p, False)]
    assert_same(graph_of([start], ends), a)
    assert_same(graph_of([start], ends[:1]), a)


def test_a_row_at_a_computed_place_is_read_before_it_is_written_into():
    def f(X):
        M = np.zeros((8, 8))
        for i in range(10):
            M[(2 * i) % 8, :3] = np.sum(X[i % 8 : i % 8 + 3], axis=0)
        return np.sum(np.sin(M))

    X = N(size=(12, 3))
    slope = pl.gradient(folded(pl.graph(f, X)))
    expected = pl.gradient(pl.graph(f, X), stable=False)(X)
    np.testing.assert_allclose(pl.compile(slope)(X), expected, rtol=1e-12)


def test_a_number_of_pythons_is_put_before_those_of_a_loop():
    def f(p, x):
        z, ends = p + 0.5j, [p]
        for t in range(9):
            ends.append(np.real(z))
            z = z if t < 2 else p + 0.5j
            p = np.sin(p + x[t])
        return sum(ends)

    x = np.linspace(0.1, 1.0, 9)
    assert_near(pl.compile(looped(f, (0.3, x)))(0.3, x), f(0.3, x))


# -- equal structures -----------------------------------------------------------------


def test_equal_loops_are_compiled_once():
    args = PROGRAMS[convolution]
    one, two = (looped(convolution, args) for _ in range(2))
    assert structure_of(one) == structure_of(two)


def read_at(t0, step, count, offset):
    def f(x, s):
        for t in range(count):
            s = s + x[t0 + step * t] * offset
        return s

    return looped(f, (N(size=40), 0.0))


def test_loops_that_differ_in_a_number_are_not_equal():
    graphs = [read_at(0, 1, 9, 1.5), read_at(1, 1, 9, 1.5), read_at(0, 2, 9, 1.5),
              read_at(0, 1, 10, 1.5), read_at(0, 1, 9, 2.5)]  # fmt: skip
    assert len({structure_of(graph) for graph in graphs}) == len(graphs)
    assert structure_of(graphs[0]) == structure_of(read_at(0, 1, 9, 1.5))


def test_nodes_of_loops_are_found_within():
    graph = looped(convolution, PROGRAMS[convolution])
    assert [n.operation for n in with_bodies(graph.order)].count("loop") == 4


def test_a_loop_that_needs_no_argument_is_run_beforehand():
    def f(x):
        x = x.copy()
        for i in range(len(x) - 1):
            x[i], x[i + 1] = x[i + 1] * 1.0, x[i] * 0.5
        return np.sum(x * np.arange(1.0, 1.0 + len(x)))

    x = np.linspace(-1.0, 1.0, 200)
    slopes = pl.compile(pl.gradient(f))
    np.testing.assert_allclose(slopes(x), pl.gradient(f)(x), rtol=1e-14)
    assert "for " not in slopes.source
    slopes(x)[:] = 0.0  # a result is nobody else's
    np.testing.assert_allclose(slopes(x), pl.gradient(f)(x), rtol=1e-14)


def test_a_part_that_is_read_too_late_is_copied_and_not_the_whole():
    def f(x, w):
        x = x * w
        for i in range(len(x) - 1):
            x[i], x[i + 1] = x[i + 1] * w, x[i]
        return np.sum(np.sin(x))

    x, w = np.linspace(-1.0, 1.0, 900).reshape(300, 3), 0.9
    slopes = pl.compile(pl.gradient(f, ("x", "w")))
    ours, plain = slopes(x, w), pl.gradient(f, ("x", "w"))(x, w)
    for a, b in zip(ours, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    turns = slopes.source.partition("for ")[2]
    assert "np.copyto" not in turns
    assert "(300, 3)" not in "".join(re.findall(r"np.array\(v\d+\).*", turns))


def test_states_that_are_chosen_turn_by_turn_stay_what_they_were(rng):
    def ragged(x, W, U, lengths):
        h = c = np.zeros((len(x), 4))
        for t in range(8):
            i, f, g, o = np.split(np.tanh(x[:, t] @ W + h @ U), 4, axis=1)
            within = (t < lengths)[:, np.newaxis]
            c = np.where(within, f * c + i * g, c)
            h = np.where(within, o * np.tanh(c), h)
        return h

    x, W, U = (rng.normal(size=size) for size in ((3, 8, 5), (5, 16), (4, 16)))
    compiled = pl.compile(ragged)
    for lengths in np.array([[8, 8, 8], [1, 2, 3], [4, 8, 6]]):
        expected = ragged(x, W, U, lengths)
        np.testing.assert_allclose(compiled(x, W, U, lengths), expected, rtol=1e-13)


def test_a_list_of_one_loop_is_none_in_another_that_has_its_nodes():
    hessian = COMPARISONS["hessian"]  # whose loops are made of the same nodes
    assert random_loops.checked(40240, hessian, 350)["programs"]
