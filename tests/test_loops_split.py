"""Loops are split: what does not need the turn before is computed as whole arrays."""

from fractions import Fraction

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.bodies import body_of, living, part, with_bodies
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.node import ancestors
from pellucid.graphs.rewriting.last_turn import LastTurn
from pellucid.graphs.rewriting.stable import written_out
from pellucid.graphs.rewriting.whole import Whole, can_be_whole
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.trace import resumed

rng = np.random.default_rng(5)
W, U, V = (rng.normal(size=(4, 4)) / 2 for _ in range(3))
X, h0, x = rng.normal(size=(9, 4)), rng.normal(size=4), rng.normal(size=9)
M = rng.normal(size=(9, 5, 4))
ORDER = np.random.default_rng(1).permutation(9)


def loops(graph):
    return [n for n in with_bodies(graph.order) if n.operation == "loop"]


def inside(graph):
    """The operations that are left in loops."""
    top = set(graph.order)
    return [n.operation for n in with_bodies(graph.order) if n not in top]


def rnn(W, U, V, X, h):
    out = []
    for x in X:
        h = np.tanh(W @ x + U @ h)
        out.append(V @ h)
    return np.sum(np.stack(out) ** 2)


def rnn_of_batches(W, U, M, H):
    loss = 0.0
    for t in range(len(M)):
        H = np.tanh(M[t] @ W + H @ U)
        loss += np.mean(H**2)
    return loss


def dense(W, X):
    out = np.zeros((len(X), 4))
    for t in range(len(X)):
        out[t] = np.tanh(W @ X[t])
    return out


def backwards(W, X):
    out = np.zeros((len(X), 4))
    for t in range(len(X) - 1, -1, -1):
        out[t] = X[t] @ W - X[t]
    return out


def every_second(X):
    out = np.ones((len(X) + 10, 4))
    for t in range(0, len(X), 2):
        out[t + 1] = X[t] * t
    return out


def columns(X):
    out = np.zeros((3, 4, len(X)))
    for t in range(len(X)):
        out[1, :, t] = X[t] + X[t, 2]
    return out


def permuted(X):
    s = np.zeros(4)
    for i in ORDER:
        s = s + X[i] * X[i]
    return s


def product(x):
    p = 2.0
    for v in x:
        p = p * np.cos(v) / 3
    return p


def same_each_turn(W, U, X):
    s = np.zeros(4)
    for t in range(len(X)):
        s = (W @ U.T) @ s + X[t]
    return s


def matrix_product(X, M):
    C = np.zeros((4, 4))
    for t in range(len(X)):
        C = C + M[t].T @ (M[t] * X[t])
    return C


def outer_products(X, V):
    C = np.eye(4)
    for x in X:
        C -= np.outer(np.sin(x), V @ x)
    return C


def running_sums(X):
    s, out = np.ones(4), []
    for x in X:
        s = s + x * x
        out.append(s)
    return np.stack(out)


def distances(X, M):
    d = np.zeros((len(X), len(M)))
    for i in range(len(X)):
        for j in range(len(M)):
            d[i, j] = np.sqrt(np.sum((X[i] - M[j, 0]) ** 2))
    return d


def polynomial(x):
    y = 0.0
    for k in range(len(x)):
        y += x[k] * 0.3**k / (k + 1)
    return y


def last_only(W, V, X, h):
    for x in X:
        h = np.tanh(W @ h + x)
        logits = V @ h + np.sum(x)
    return logits


def lagged(X):
    a, b = X[0], X[1]
    for t in range(2, len(X)):
        a, b = b, np.sin(a) + X[t] * 2
    return a * b


def never_changes(W, X, h):
    s = np.zeros(4)
    for t in range(len(X)):
        s = np.tanh(s + h * X[t])
        h = np.array(h)
    return s


# The function, its arguments, and how many loops and matrix products are left in loops.
PROGRAMS = [
    (rnn, (W, U, V, X, h0), 1, 1),
    (rnn_of_batches, (W, U, M, rng.normal(size=(5, 4))), 1, 1),
    (dense, (W, X), 0, 0),
    (backwards, (W, X), 0, 0),
    (every_second, (X,), 0, 0),
    (columns, (X,), 0, 0),
    (permuted, (X,), 0, 0),
    (product, (x,), 1, 0),
    (same_each_turn, (W, U, X), 1, 1),
    (matrix_product, (X, M), 0, 0),
    (outer_products, (X, V), 0, 0),
    (running_sums, (X,), 0, 0),
    (distances, (X, M), None, 0),
    (polynomial, (x,), 0, 0),
    (last_only, (W, V, X, h0), 1, 1),
    (lagged, (X,), 1, 0),
    (never_changes, (W, X, h0), 1, 0),
]
NAMES = [f.__name__ for f, *_ in PROGRAMS]


@pytest.mark.parametrize(("f", "args", "left", "products"), PROGRAMS, ids=NAMES)
def test_what_is_left_in_loops_needs_the_turn_before(f, args, left, products):
    g = folded(pl.graph(f, *args))
    assert loops(g)
    made = written_out(g)
    np.testing.assert_allclose(made(*args), f(*args), rtol=1e-12)
    assert left is None or len(loops(made)) == left
    assert inside(made).count("matmul") == products


@pytest.mark.parametrize(("f", "args", "left", "products"), PROGRAMS, ids=NAMES)
def test_split_gradients_are_those_of_the_turns(f, args, left, products):
    def cost(*given):
        return np.sum(np.cos(f(*given)))

    g = folded(pl.graph(cost, *args))
    every = tuple(range(len(args)))
    by_turns = pl.gradient(pl.graph(cost, *args), every, stable=False)(*args)
    made = written_out(pl.gradient(g, every))
    for a, b in zip(made(*args), by_turns, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("f", "args", "left", "products"), PROGRAMS, ids=NAMES)
@pytest.mark.parametrize("splits", [False, True])
def test_each_step_of_a_body_as_a_whole_array(f, args, left, products, splits):
    g = folded(pl.graph(f, *args))
    given = g.bind(*args)
    checked = 0
    for loop in [n for n in g.order if n.operation == "loop" and can_be_whole(n)]:
        parts = [n for n in g.order if n.operation == "part" and n.arguments == (loop,)]
        order, _ = living(body_of(loop), [p.options["of"] for p in parts])
        with resumed(g).running(), creation_recorded():
            whole = Whole(loop, *[lambda n: n] * 3, set() if splits else None)
            last = LastTurn(whole)
            steps = [n for n in order if n.operation != "loop"]
            pairs = [(whole.each(n), part(loop, n, each=True)) for n in steps]
            pairs += [(last.of(n), part(loop, n, each=False)) for n in steps]
        for came, expected in pairs:
            values = evaluate(ancestors([came, expected]), given, [came, expected])
            assert (came.shape, came.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(values[came], values[expected], rtol=1e-11,
                                       atol=1e-14)  # fmt: skip
            checked += came.operation != "part"
    assert checked


def test_sums_of_outer_products_are_one_product_after_the_loop():
    args = W, U, V, X, h0
    g = folded(pl.graph(rnn, *args))
    made = written_out(pl.gradient(g, ("W", "U", "V")))
    outside = [n.operation for n in made.order]
    assert outside.count("matmul") == 6  # W X', V H', V' dO', and the three gradients
    assert "add_at" not in inside(made)
    assert sorted(set(inside(made)) & {"matmul", "tanh"}) == ["matmul", "tanh"]
    assert inside(made).count("matmul") == 2


def test_slices_that_are_added_back_are_one_array():
    def f(W, X, h):
        for x in X:
            s = W @ np.concatenate([x[:2], h[:2]])
            h = np.tanh(s[:1] * s[1:2]) * np.concatenate([s[2:], s[:2]])
        return np.sum(h)

    args = W, X, h0
    made = written_out(pl.gradient(folded(pl.graph(f, *args)), ("W", "X", "h")))
    by_turns = pl.gradient(pl.graph(f, *args), ("W", "X", "h"), stable=False)(*args)
    for a, b in zip(made(*args), by_turns, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-13)


def test_large_arrays_are_not_kept_of_all_turns():
    def f(A, x):
        s = 0.0
        for t in range(len(x)):
            s += np.sum(np.sin(A * x[t]))
        return s

    args = np.ones((60, 60)), x
    made = written_out(folded(pl.graph(f, *args)))
    assert "sin" in inside(made)
    np.testing.assert_allclose(made(*args), f(*args), rtol=1e-12)


def test_a_loop_that_turns_as_often_as_another_says_is_not_split():
    def f(A):
        out = np.zeros(9)
        for i in range(9):
            s = A[i, 0]
            for j in range(i):
                s = s + np.sin(A[i, j] * A[j, i])
            out[i] = s
        return out

    A = rng.normal(size=(9, 9))
    made = written_out(folded(pl.graph(f, A)))
    np.testing.assert_allclose(made(A), f(A), rtol=1e-12)


def test_all_columns_are_the_rows_of_the_transpose():
    def of_square(A, x):
        for j in range(4):
            x = np.tanh(x + np.exp(A[:, j]))
        return x

    def of_cube(A, x):
        for j in range(4):
            x = np.tanh(x + np.exp(A[:, j]) @ W + np.exp(A[:, :, j]))
        return x

    for f, A in ((of_square, U), (of_cube, rng.normal(size=(4, 4, 4)))):
        made = written_out(folded(pl.graph(f, A, h0)))
        np.testing.assert_allclose(made(A, h0), f(A, h0), rtol=1e-12)
        assert "exp" not in inside(made)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_each_target_runs_what_is_split(target):
    pytest.importorskip(target)
    args = W, U, V, X, h0
    gradient = pl.gradient(folded(pl.graph(rnn, *args)), ("W", "U", "V", "X"))
    by_turns = pl.gradient(pl.graph(rnn, *args), ("W", "U", "V", "X"))(*args)
    came = pl.compile(gradient, target=target)(*args)
    for a, b in zip(structure.leaves(came), by_turns, strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_product_of_large_and_small_numbers_in_turn_does_not_overflow(target):
    def f(a, x, y):
        s = a
        for v, w in zip(x, y, strict=True):
            s = np.sin(s * v) * w
        return s

    args = 1e-3, np.full(200, 1e3), np.full(200, 1e-3)
    slope = pl.compile(pl.gradient(f), target=target)(*args)
    np.testing.assert_allclose(slope, pl.gradient(f, stable=False)(*args), rtol=1e-10)
    assert slope > 1e-3


def test_what_cancels_in_a_turn_is_not_added_up_by_itself():
    def f(a, x, y):
        s = a
        for v, w in zip(x, y, strict=True):
            s = s + v - w
        return s

    y = np.random.default_rng(0).normal(size=300)
    x = 1e12 * np.arange(300.0)
    given = 1.0, x + y, x
    exact = 1 + sum(Fraction(v) - Fraction(w) for v, w in zip(*given[1:], strict=True))
    assert abs(Fraction(float(pl.compile(f)(*given))) - exact) < 1e-11


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
def test_numbers_of_turns_give_way_to_small_floats_also_where_a_loop_is_split(target):
    def f(w):
        p, kept = w[0], []
        for i in reversed(range(9)):
            kept.append(np.tanh(p))
            p = np.clip(p, -0.5, 0.5) * 0.9**i
        return np.sum(np.cos(np.array(kept))) + p

    pytest.importorskip(target)
    w = np.array([0.1, 0.2], np.float32)
    slope = pl.gradient(folded(pl.graph(f, w)))
    assert loops(written_out(slope))
    found = pl.compile(slope, target)(w)
    wanted = pl.gradient(f, stable=False)(w.astype(float))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def blocks(X):
    total = np.zeros(3)
    for start in range(2, 42, 4):
        total = total + np.sin(X[start : start + 4]).sum(axis=0) * start
    return total


def written_blocks(X):
    Y = np.zeros((44, 3))
    for i in range(8):
        Y[4 * i + 3 : 4 * i + 7] = np.cos(X[4 * i + 2 : 4 * i + 6])
    return Y


def overlapping_blocks(X):
    Y = np.zeros((44, 3))
    for i in range(8):
        Y[3 * i + 3 : 3 * i + 7] += np.cos(X[3 * i + 2 : 3 * i + 6])
    return Y


def blocks_with_gaps(X):
    Y = np.zeros((44, 3))
    for i in range(6):
        Y[5 * i : 5 * i + 3, :] += np.cos(X[5 * i + 1 : 5 * i + 4, :])
    return Y


@pytest.mark.parametrize(
    ("f", "left"),
    [(blocks, 0), (written_blocks, 0), (overlapping_blocks, 1), (blocks_with_gaps, 1)],
)
def test_rows_that_go_on_block_by_block_are_one_array(f, left):
    X = rng.normal(size=(43, 3))
    graph = folded(pl.graph(f, X))
    made = written_out(graph)
    assert len(loops(made)) == left
    np.testing.assert_allclose(made(X), f(X), rtol=1e-14, atol=1e-14)

    def cost(X):
        return np.sum(np.sin(f(X)))

    slope = written_out(pl.gradient(folded(pl.graph(cost, X))))
    wanted = pl.gradient(cost, stable=False)(X)
    np.testing.assert_allclose(slope(X), wanted, rtol=1e-13, atol=1e-14)


def test_a_product_of_matrices_by_three_loops_over_lists_is_one_of_arrays():
    def product(A, B):
        C = [[0 for _ in range(B.shape[1])] for _ in range(A.shape[0])]
        for i in range(len(A)):
            for j in range(len(B[0])):
                for k in range(len(B)):
                    C[i][j] += A[i][k] * B[k][j]
        return np.sum(np.sin(np.array(C)))

    A, B = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    graph = folded(pl.graph(product, A, B))
    assert loops(graph)
    assert not loops(written_out(graph))
    np.testing.assert_allclose(written_out(graph)(A, B), product(A, B), rtol=1e-14)
    slopes = pl.compile(pl.gradient(graph, (0, 1)))(A, B)
    C = np.cos(A @ B)
    for slope, wanted in zip(slopes, (C @ B.T, A.T @ C), strict=True):
        np.testing.assert_allclose(slope, wanted, rtol=1e-13)


def test_a_value_of_one_and_of_two_turns_ago_is_carried_once():
    def lags(a, b):
        xs = [a, b]
        for t in range(2, 30):
            xs.append(np.sin(xs[t - 1]) + np.cos(xs[t - 2]) - 0.1 * xs[t - 1])
        return xs[-1]

    graph = folded(pl.graph(lags, 2.0, 3.0))
    (loop,) = loops(graph)
    assert len(body_of(loop).carried) == 2
    assert graph(2.0, 3.0) == lags(2.0, 3.0)


def test_adjoints_of_rows_are_added_at_their_places_and_settled_there():
    def eliminated(A):
        A = A.copy()
        for k in range(5):
            for i in range(k + 1, 6):
                A[i] = A[i] - A[i, k] / A[k, k] * A[k]
        return np.sum(np.log(np.abs(np.diag(A))))

    A = rng.normal(size=(6, 6)) + 6 * np.eye(6)
    slope = pl.compile(pl.gradient(folded(pl.graph(eliminated, A))))
    np.testing.assert_allclose(slope(A), np.linalg.inv(A).T, rtol=1e-12)
    turns = slope.source.partition("reversed")[2]
    chosen = [line for line in turns.splitlines() if "where" in line]
    assert chosen
    assert not any(line.endswith("# (6, 6)") for line in chosen)
