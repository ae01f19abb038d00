"""The gradient of a loop is a loop: equal to that of its turns written out."""

import inspect

import numpy as np
import pytest
import random_loops
from loop_programs import PROGRAMS

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.bodies import Body, body_of, loop, part, with_bodies
from pellucid.graphs.differentiating import by_turns
from pellucid.graphs.folding import recorded
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.places import Place, Turn
from pellucid.graphs.tracing.trace import closed, resumed

N = np.random.default_rng(1).normal
programs = pytest.mark.parametrize(("f", "args"), PROGRAMS.values(), ids=PROGRAMS)


@pytest.fixture
def always(monkeypatch):
    """A function that says whether loops are folded before a derivative, or never."""

    def fold(wanted=True):
        saving = 0 if wanted else 10**9
        monkeypatch.setattr(recorded, "SAVING", saving)

    fold()
    return fold


def every(args):
    return tuple(range(len(args)))


def leaves(tree):
    return [np.asarray(leaf) for leaf in structure.leaves(tree) if leaf is not None]


def like(args):
    """Numbers of any kind in the structure of some arguments."""
    normal = np.random.default_rng(5).normal
    return structure.mapped(
        lambda x: normal(size=np.shape(x)) if np.shape(x) else float(normal()), args
    )


def assert_same(came, expected, digits=1e-12):
    """Equal in kind, and nearly so relative to the largest element."""
    for a, b in zip(leaves(came), leaves(expected), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        atol = digits * np.max(np.abs(b), initial=0, where=np.isfinite(b))
        np.testing.assert_allclose(a, b, rtol=digits, atol=atol)


def assert_unrolled_agrees(always, derivative, args, digits=1e-12):
    """What a derivative gives with loops is what it gives without."""
    by_loops = pl.graph(derivative, *args)
    always(False)
    assert_same(by_loops(*args), pl.graph(derivative, *args)(*args), digits)
    return by_loops


def loops(graph):
    return [node for node in with_bodies(graph.order) if node.operation == "loop"]


# -- programs -------------------------------------------------------------------------


@programs
def test_first_gradients(f, args, always):
    derivative = pl.value_and_gradient(f, every(args))
    assert_unrolled_agrees(always, derivative, args)


@programs
def test_second_derivatives(f, args, always):
    product = pl.hvp(f, every(args), stable=False)
    assert_unrolled_agrees(always, product, (*args, like(args)), 1e-11)


@programs
def test_products_from_the_right(f, args, always):
    product = pl.jvp(f, every(args), stable=False)
    assert_unrolled_agrees(always, product, (*args, like(args)), 1e-11)


UNFOLDED = {"forward substitution slices", "attention causal slices",
            "branch by outside mask"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - UNFOLDED))
def test_the_gradient_of_a_loop_is_a_loop(name):
    f, args = PROGRAMS[name]
    forward = folded(pl.graph(f, *args))
    graph = pl.gradient(forward, every(args), stable=False)
    ways = [body_of(node).is_reversed for node in loops(graph)]
    assert any(ways)
    assert len(ways) <= 3 * len(loops(forward))


SMOOTH = ["rnn", "lstm", "kalman", "rk4 with time", "convolution four loops", "thomas",
          "cholesky loops", "fibonacci lags", "swap in place",
          "log sum exp stream", "gauss elimination rows"]  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_central_differences_agree(name, always):
    f, args = PROGRAMS[name]
    always()
    pl.check(f, *args)


@pytest.mark.parametrize("name", ["euler", "horner", "swap in place", "newton root"])
def test_hessians(name, always):
    f, args = PROGRAMS[name]
    assert_unrolled_agrees(always, pl.hessian(f), args, 1e-11)


def recurrent(W, U, X):
    h = np.zeros(U.shape[0])
    for x in X:
        h = np.tanh(W @ x + U @ h)
    return np.sum(h**2)


def batched(W, U, X):
    total = 0.0
    for sequence in X:
        h = np.zeros(U.shape[0])
        for x in sequence:
            h = np.tanh(W @ x + U @ h)
        total += np.sum(h**2)
    return total


@pytest.mark.parametrize(("f", "shape"), [(recurrent, ()), (batched, (4,))])
def test_a_gradient_is_as_long_for_any_number_of_turns(f, shape, always):
    weights = N(size=(4, 3)), N(size=(4, 4)) / 3
    sizes = [len(list(with_bodies(pl.graph(pl.gradient(f, (0, 1)), *weights,
                                           N(size=(*shape, n, 3))).order)))
             for n in (5, 50)]  # fmt: skip
    assert sizes[0] == sizes[1]


def test_a_value_with_its_gradient_takes_one_pass_forward(always):
    args = N(size=(4, 3)), N(size=(4, 4)) / 3, N(size=(9, 3))
    graph = pl.graph(pl.value_and_gradient(recurrent, (0, 1)), *args)
    assert sorted(body_of(n).is_reversed for n in loops(graph)) == [False, True]


def test_a_sum_of_an_inner_loop_goes_on_from_the_outer_sum(always):
    args = N(size=(4, 3)), N(size=(4, 4)) / 3, N(size=(4, 5, 3))
    graph = pl.graph(pl.gradient(batched, (0, 1), stable=False), *args)
    (outer,) = [n for n in graph.order if n.operation == "loop" and body_of(n).sums]
    body, inner = body_of(outer), set()
    for total in body.sums:  # the loops inside add to it, and nothing else
        now = dict(body.carried)[total]
        while now is not total:
            assert now.operation == "part"
            (summing,) = now.arguments
            inner.add(summing)
            before = {after: i for i, after in body_of(summing).carried}
            now = body_of(summing).given(summing)[before[now.options["of"]]]
    assert len(body.sums) == 2
    assert inner <= set(ancestors(now for _, now in body.carried))


# -- masks across turns ---------------------------------------------------------------

MASKED = {}


def masked(*args):
    """Enter a function in which a zero that was chosen could meet a pole."""

    def enter(f):
        MASKED[f.__name__.replace("_", " ")] = f, args
        return f

    return enter


@masked(0.0, 1.0)
def choice_after_roots(a, h):
    for _ in range(6):
        h = np.sqrt(a * h)
    return np.where(h > 0, h, 0.0)


@masked(np.zeros(4), np.array([0.0, 1.0, 2.0, 0.0]))
def choice_after_roots_of_arrays(a, h):
    for _ in range(6):
        h = np.sqrt(a * h)
    return np.sum(np.where(h > 0, h, 0.0))


@masked(np.array([0.0, 1.0, 2.0, 4.0]))
def limit_before_roots(h):
    for _ in range(6):
        h = np.sqrt(np.maximum(h - 0.5, 0))
    return np.sum(h)


@masked(np.array([0.0, 1.0, 2.0, 4.0]), np.array([1.0, 0.0, 1.0, 1.0]))
def choice_in_turns(h, m):
    for _ in range(6):
        h = np.where(h > 0.3, np.sqrt(h - 0.2 * m), 0.1 * h)
    return np.sum(h)


@masked(np.array([0.0, 1.0, 2.0, 4.0]))
def element_of_roots(h):
    for _ in range(6):
        h = np.sqrt(h)
    return h[1]


@masked(np.array([0.0, 1.0, 2.0, 4.0]))
def last_value_unused(h):
    total = 0.0
    for _ in range(6):
        total = total + np.sum(h**2)
        h = np.sqrt(h - h)
    return total


@masked(np.array([0.0, 0.5, -0.3]), np.array([0.0, 0.2, 1.0]))
def roots_that_hand_only_signs_on(u, w):
    for t in range(6):
        u = np.tanh(0.1 * t + u)
        w = np.sqrt(np.abs(np.sign(w) * u))
    return np.sum(u * w)


@masked(np.zeros((6, 3)))
def choice_among_collected(X):
    kept = []
    for x in X:
        kept.append(np.sqrt(x))
    H = np.stack(kept)
    return np.sum(np.where(H > 0, H, 0.0))


@masked(np.zeros((6, 3)), np.zeros(3))
def norms_of_zeros(X, w):
    total = 0.0
    for x in X:
        r = np.sqrt(x @ x + np.sum(w * w))
        total = total + np.where(r > 1e-9, r, 0.0)
    return total


@masked(np.zeros((4, 3)))
def distances_of_zeros(X):
    total = 0.0
    for i in range(4):
        for j in range(4):
            d = np.sqrt(np.sum((X[i] - X[j]) ** 2))
            total = total + np.where(d > 0, d, 0.0)
    return total


@masked(np.zeros((5, 5)))
def choice_of_a_buffer(X):
    D = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            D[i, j] = np.sqrt(np.sum((X[i] - X[j]) ** 2))
    return np.sum(np.where(D > 0, D, 0.0))


@masked(0.0, np.arange(6.0))
def turns_that_do_not_count(x, y):
    total = 0.0
    for t in range(6):
        total = total + (t > 2) * np.sqrt(x + y[t])
    return total


@masked(0.0)
def number_of_the_turn_as_a_factor(x):
    total = 0.0
    for t in range(6):
        total = total + t * np.sqrt(x + t)
    return total


@masked(np.array([0.0, 0.0, 2.0, 4.0]), 2.0)
def inner_roots_and_a_choice(h, a):
    total = 0.0
    for i in range(4):
        z = h[i]
        for _ in range(3):
            z = np.sqrt(z * a)
        total = total + np.where(z > 0, z, 0.0)
    return total


@masked(np.array([0.0, 0.0, 2.0, 4.0]), 2.0)
def inner_roots_and_a_choice_after_both(h, a):
    kept = []
    for i in range(4):
        z = h[i]
        for _ in range(3):
            z = np.sqrt(z * a)
        kept.append(z)
    z = np.array(kept)
    return np.sum(np.where(z > 0, z, 0.0))


@masked(np.array([0.0, 0.0, 2.0, 4.0]), 2.0)
def roots_of_absolutes(h, a):
    for _ in range(4):
        h = np.sqrt(np.abs(h * a))
    return np.sum(np.abs(h))


@masked(np.array([0.0, 0.0, 2.0, 4.0]))
def entropy(p):
    total = 0.0
    for k in range(4):
        total = total + np.where(p[k] > 0, p[k] * np.log(p[k]), 0.0)
    return total


@masked(np.array([0.0, 1.0, 2.0]), N(size=3))
def zeros_that_are_carried(u, w):
    for _ in range(5):
        u, w = np.sqrt(u * 0.0), np.tanh(w * u) + w
    return np.sum(u * w)


@masked(np.array([0.5, -0.3, 0.7]), np.array([0.4, 0.5, 0.6]))
def zeros_that_come_in_turn(u, w):
    for _ in range(5):
        u = np.concatenate([(w * u)[1:], np.zeros(1)])
        u = np.sqrt(np.maximum(u, 0))
    return np.sum(u)


@masked(np.linspace(0.1, 0.6, 6), 0.3)
def zeros_until_they_are_written(x, a):
    B, s = np.zeros(8), 0.0
    for i in range(6):
        s = s + np.sqrt(np.abs(B[7 - i] * x[i]))
        B[i] = np.sin(a) * x[i]
    return s + np.sum(B)


@masked(np.array([0.3, 0.0, 0.2, 0.4]), 0.7)
def zeros_that_are_moved_out(x, a):
    p, s = np.zeros(4), 0.0
    for _ in range(7):
        s = s + np.sum(np.sqrt(np.abs(p * x)))
        p = np.concatenate([np.array([a]), p[:-1]])
    return s


masked_programs = pytest.mark.parametrize(("f", "args"), MASKED.values(), ids=MASKED)


@masked_programs
def test_masks_cross_turns(f, args, always):
    """Finite, or infinite, where the turns written out are."""
    derivative = pl.gradient(f, every(args), stable=False)
    with np.errstate(all="ignore"):  # some poles are real
        made = assert_unrolled_agrees(always, derivative, args)
    assert loops(made)


def test_a_choice_behind_a_loop_is_finite(always):
    f, args = MASKED["choice after roots"]
    assert pl.gradient(f, (0, 1), stable=False)(*args) == (0.0, 0.0)
    f, args = MASKED["choice among collected"]
    assert not np.any(pl.gradient(f)(*args))


# -- loops made by hand ---------------------------------------------------------------


def numbers(names):
    return [Node("input", (), (), np.dtype(float), name=name) for name in names]


def sum_of(*nodes):
    return Node("add", nodes, (), np.dtype(float))


def triangular(turns):
    """In turn t of y += a + b the loop a, b = a + b, s (a + b) turns t times."""
    x, y, s, a, b, fixed = numbers("xysabs")
    outer = Turn(("t",), turns)
    total = sum_of(a, b)
    scaled = Node("multiply", (total, fixed), (), np.dtype(float))
    count = Place(0, [(outer, 1)])
    inner = Body(Turn(("k",), turns), count, ((a, total), (b, scaled)), (fixed,))
    made = loop(inner, (s, y, s))
    ends = part(made, total, each=False), part(made, scaled, each=False)
    now = sum_of(y, sum_of(*ends))
    made = loop(Body(outer, turns, ((y, now),), (s,)), (constant(2.0), x))
    result = part(made, now, each=False)
    graph = Graph("by_hand", {"x": x}, result, inspect.signature(lambda x: x))
    return closed(graph, resumed(graph))


@pytest.mark.parametrize("turns", [1, 2, 4])
def test_inner_loops_of_no_turn_and_of_few(turns):
    def plain(x):
        y = 2.0
        for t in range(turns):
            a, b = x, y
            for _ in range(t):
                a, b = a + b, x * (a + b)
            y = y + (a + b)
        return y

    graph = triangular(turns)
    assert graph(0.5) == plain(0.5)
    slope = (plain(0.5 + 1e-6) - plain(0.5 - 1e-6)) / 2e-6
    np.testing.assert_allclose(pl.gradient(graph)(0.5), slope, rtol=1e-8)


# -- one pass for each element ---------------------------------------------------------


def mixed(x, A):
    y = np.tanh(A @ x)
    return np.where(y > 0.1, y * x, np.sin(x)) * np.sum(y**2)


MANY = {
    "jacobian": pl.jacobian(mixed),
    "hessian": pl.hessian(lambda x, A: np.sum(mixed(x, A) ** 2)),
    "gradient of one": pl.gradient(lambda x, A: np.sum(pl.jacobian(mixed)(x, A) ** 2)),
    "of a pair": lambda x, A: pl.jacobian(lambda x, A: (mixed(x, A), x**3))(x, A)[0],
}


@pytest.mark.parametrize("derivative", MANY.values(), ids=MANY)
def test_one_pass_for_each_element_is_a_loop_of_one(derivative, monkeypatch):
    x, A = np.linspace(0.1, 1.0, 8), N(size=(8, 8))
    graphs = []
    for saving in (0, 10**9):
        monkeypatch.setattr(by_turns, "SAVING", saving)
        graphs.append(pl.graph(derivative, x, A))
    turned, written = graphs
    assert loops(turned)
    assert not loops(written)
    assert len(list(with_bodies(turned.order))) < len(written.order)
    assert_same(turned(x, A), written(x, A))


def test_what_lies_by_columns_is_written_at_places_that_move(always):
    def f(v, X):
        T = np.zeros((8, 8)).T
        for t in range(1, 11):
            T[t % 5 : t % 5 + 3, (t + 1) % 8] = v * X[t]
        return np.sum(np.sin(T))

    args = N(size=3), N(size=12)
    assert_unrolled_agrees(always, pl.gradient(f, (0, 1), stable=False), args)
    slope = pl.gradient(folded(pl.graph(f, *args)), (0, 1))
    assert loops(slope)
    assert_same(slope(*args), pl.gradient(f, (0, 1))(*args))


# -- random programs ------------------------------------------------------------------


@pytest.mark.parametrize("start", range(0, 80, 8))
def test_random_programs(start):
    for seed in range(start, start + 8):
        random_loops.checked(seed, random_loops.gradients)
