"""A compiled function goes, in each call, the way that the plain function goes."""

import copy
import math
import threading
import warnings

import numpy as np
import pytest
from comparison import assert_close

import pellucid as pl
from pellucid.running.paths import PATHS

TARGETS = pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
X = np.array([0.5, -1.25, 2.0, 0.75])


def sides(x):
    if np.sum(x) > 0:
        return np.sum(np.exp(x))
    return -3.0 * np.sum(x**3)


def elifs(x, a):
    if a < -1.0:
        y = x * a
    elif a < 1.0 and not np.any(x > 2.5):
        y = np.sin(x) + a
    else:
        y = np.sqrt(1.0 + x * x) / a
    return np.mean(y * y)


def root(a):
    x = a
    while abs(x * x - a) > 1e-3 * a:
        x = 0.5 * (x + a / x)
    return x


def huber(r):
    return sum(0.5 * e * e if abs(e) < 1.0 else abs(e) - 0.5 for e in r)


def largest(a, b, c):
    low, middle, high = sorted([a, b, c])
    return max(a, b) * high + min(b, c) * middle - low * abs(a)


def whole(x, t):
    i = int(t)
    return x[i] * (t - i) + x[i + 1] * (1 - t + i) + np.sum(x[: math.floor(t) + 1])


def from_largest(x):
    i = np.argmax(x)
    return x[i] ** 2 + np.sum(x[i:])


def helper(z):
    assert np.all(np.isfinite(z))
    return z if np.max(z) < 1 else z / np.max(z)


def helped(x):
    return np.sum(helper(x) ** 2) + np.sum(helper(x * 0.125))


def buffers(x):
    out = np.zeros(x.size)
    for i in range(x.size):
        out[i] = x[i] * 2.0 if x[i] > 0 else x[i] ** 2
        if i and out[i] > out[i - 1]:
            out[i] += out[i - 1]
    return np.sum(out * x)


PROGRAMS = {
    "if": (sides, [(X,), (-X,), (X + 1.0,)]),
    "elif": (elifs, [(X, -2.0), (X, 0.5), (X, 3.0), (X + 1.0, 0.5)]),
    "while": (root, [(2.0,), (3.0,), (100.0,), (0.01,), (4.0,), (1.0,)]),
    "huber": (huber, [(X,), (X * 0.25,), (-X * 4.0,)]),
    "sorted": (largest, [(1.0, 2.0, 3.0), (3.0, -2.0, 1.0), (-1.0, 3.0, 2.0)]),
    "int": (whole, [(X, 0.25), (X, 1.5), (X, 2.75)]),
    "argmax": (from_largest, [(X,), (X[::-1].copy(),), (-X,)]),
    "helpers": (helped, [(X,), (X * 0.25,), (X * 16.0,)]),
    "buffers": (buffers, [(X,), (-X,), (X[::-1].copy(),)]),
}
BY_PROGRAM = pytest.mark.parametrize("name", PROGRAMS)


def in_dtype(dtype, args):
    return tuple(a.astype(dtype) if isinstance(a, np.ndarray) else a for a in args)


@TARGETS
@DTYPES
@BY_PROGRAM
def test_each_call_goes_its_own_way(name, dtype, target):
    f, cases = PROGRAMS[name]
    cases = [in_dtype(dtype, args) for args in cases]
    compiled = pl.compile(f, target)
    rounding = 1e-5 if dtype == np.float32 else 1e-12
    for args in (*cases, *reversed(cases)):
        np.testing.assert_allclose(compiled(*args), f(*args), rtol=rounding)


@TARGETS
@BY_PROGRAM
def test_compiled_gradients_go_the_way_of_the_arguments(name, target):
    f, cases = PROGRAMS[name]
    wrt = tuple(range(len(cases[0])))
    compiled = pl.compile(pl.gradient(f, wrt), target)
    for args in (*cases, *reversed(cases)):
        slopes = compiled(*args)
        assert_close(slopes, pl.gradient(f, wrt)(*args))
        for i in wrt:
            np.testing.assert_allclose(slopes[i], differences(f, args, i), rtol=1e-6)


def differences(f, args, i):
    """Central differences of f with respect to argument i."""
    x, step = np.asarray(args[i], float), 1e-6
    slope = np.empty(x.shape)
    for at in np.ndindex(x.shape):
        d = np.zeros(x.shape)
        d[at] = step
        ends = [f(*args[:i], (x + s * d)[()], *args[i + 1 :]) for s in (1, -1)]
        slope[at] = (ends[0] - ends[1]) / (2 * step)
    return slope


@pytest.mark.parametrize("name", ["if", "huber", "buffers", "while"])
def test_compiled_second_derivatives_follow_too(name):
    f, cases = PROGRAMS[name]
    compiled, slope = pl.compile(pl.hessian(f)), pl.gradient(f)
    for args in (*cases, *cases):
        expected = differences(lambda x: np.sum(slope(x) * V(x)), args, 0)
        product = np.dot(compiled(*args), V(args[0]))
        np.testing.assert_allclose(product, expected, rtol=1e-5, atol=1e-5)


def V(x):
    return np.cos(np.arange(np.size(x))).reshape(np.shape(x))


@TARGETS
def test_what_follows_a_guard_that_fails_is_not_computed(target):
    def solved(A, b):
        if np.abs(np.trace(A)) < 1e-9:
            return np.sum(b)
        if np.min(b) <= 0:
            return np.sum(np.linalg.solve(A, b))
        return np.sum(np.log(b)) + np.sum(np.linalg.solve(A, b))

    A, b = np.eye(2), np.array([1.0, 2.0])
    cases = [(A, b), (np.zeros((2, 2)), b), (A, -b), (np.zeros((2, 2)), -b)]
    compiled = pl.compile(solved, target)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for args in (*cases, *reversed(cases)):
            assert_close(compiled(*args), solved(*args))


def test_an_error_of_the_path_that_is_taken_is_raised():
    def inverse(A):
        if np.sum(A) > 10:
            return A
        return np.linalg.inv(A)

    compiled = pl.compile(inverse)
    compiled(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        compiled(np.zeros((2, 2)))
    assert_close(compiled(np.full((2, 2), 5.0)), np.full((2, 2), 5.0))


def test_an_assertion_that_fails_fails():
    compiled = pl.compile(helped)
    compiled(X)
    with pytest.raises(AssertionError):
        compiled(X * np.nan)
    assert_close(compiled(X), helped(X))


@TARGETS
def test_integers_of_arrays_are_asked_in_each_call(target):
    def cut(x, n):
        return np.sum(x[: n[0]]) if n[1] else np.prod(x)

    compiled = pl.compile(cut, target)
    for n in ([1, 1], [3, 1], [2, 0], [3, 0], [1, 1]):
        assert_close(compiled(X, np.array(n)), cut(X, np.array(n)))


def test_division_is_exact_where_an_integer_is_taken_of_it():
    compiled = pl.compile(lambda x: x * int(x[0] / 0.1))
    for x in (0.3, 0.6, 0.7, 0.29999999999999999, 0.30000000000000004):
        assert_close(compiled(np.array([x])), np.array([x]) * int(x / 0.1))


@TARGETS
def test_where_rounding_decides_the_recording_has_decided(target):
    def close(x):
        return np.sum(x) if np.sum(x * x) / 3.0 > 1.0 / 3.0 * 0.3 else -np.sum(x)

    compiled = pl.compile(close, target)
    for x in np.nextafter(0.1, [0.0, 0.1, 1.0]) * np.ones((100, 3)):
        assert abs(compiled(x)) == pytest.approx(0.1 * 3)


def test_a_thousand_paths_stay_right_and_few_are_kept():
    def bits(x):
        total = x[0]
        for i in range(10):
            if x[i] > 0:
                total = total + 2.0**i
        return total

    compiled = pl.compile(bits)
    for k in range(1024):
        x = np.array([1.5 if k >> i & 1 else -0.5 for i in range(10)])
        assert compiled(x) == bits(x)
    (paths,) = compiled._programs[next(iter(compiled._programs))]
    assert len(paths.kept) == PATHS


def test_a_path_is_recorded_once():
    calls = []

    def counted(a):
        calls.append(a)
        return root(a)

    compiled = pl.compile(counted)
    numbers = [2.0, 3.0, 100.0, 0.01, 4.0, 1e6, 1.0, 50.0]
    expected = [root(a) for a in numbers]
    assert [compiled(a) for a in numbers] == pytest.approx(expected)
    count = len(calls)
    assert [compiled(a) for a in 5 * numbers] == pytest.approx(5 * expected)
    assert len(calls) == count <= len(numbers)


@TARGETS
def test_threads_take_different_paths_at_once(target):
    compiled, wrong = pl.compile(pl.gradient(buffers), target), []
    inputs = [X, -X, X[::-1].copy(), np.abs(X), np.roll(X, 1)]
    expected = [pl.gradient(buffers)(x) for x in inputs]

    def work(k):
        for i in range(40):
            j = (i * (k + 1)) % len(inputs)
            if not np.allclose(compiled(inputs[j]), expected[j], rtol=1e-12):
                wrong.append((k, j))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert wrong == []


@BY_PROGRAM
def test_each_path_is_verified(name):
    f, cases = PROGRAMS[name]
    compiled = pl.compile(f, verify=True)
    for args in (*cases, *reversed(cases)):
        assert_close(compiled(*args), f(*args))


def test_verify_notices_a_captured_array_that_was_changed_in_place():
    scale = np.array([2.0, 3.0])
    compiled = pl.compile(
        lambda x: np.sum(x * scale) if x[0] > 0 else np.sum(x), verify=True
    )
    assert compiled(np.ones(2)) == 5.0
    assert compiled(-np.ones(2)) == -2.0
    scale[0] = 7.0
    assert compiled(-np.ones(2)) == -2.0
    with pytest.raises(pl.PellucidError, match="changed in place"):
        compiled(np.ones(2))


def test_another_captured_value_is_noticed_on_every_path():
    rate = 2.0

    def scaled(x):
        return rate * x if x > 0 else -rate * x * x

    compiled = pl.compile(scaled)
    assert [compiled(1.5), compiled(-1.5)] == [3.0, -4.5]
    rate = 4.0
    assert [compiled(1.5), compiled(-1.5)] == [6.0, -9.0]


def test_the_source_shows_each_guard_in_its_place():
    compiled = pl.compile(sides)
    compiled(-X)
    assert compiled.source.count("raise OtherPath") == 1
    assert "if t2: raise OtherPath(0, True)" in compiled.source
    assert "test_compiled_branches.py" in compiled.source
    assert "if np.sum(x) > 0:" in compiled.source
    assert "exp" not in compiled.source
    compiled(X)
    assert "if not t2: raise OtherPath(0, False)" in compiled.source
    assert "exp" in compiled.source


def test_a_path_may_give_another_structure():
    compiled = pl.compile(lambda x: (x, x * 2) if x > 0 else {"minus": -x})
    assert compiled(1.0) == (1.0, 2.0)
    assert compiled(-1.0) == {"minus": 1.0}
    assert compiled(3.0) == (3.0, 6.0)


def test_results_of_a_path_are_not_overwritten_by_another():
    def scaled(x):
        y = x * 2.0 + 1.0
        return y - 1.0 if np.max(y) > 0 else y * y

    compiled = pl.compile(scaled)
    results = [compiled(x) for x in (X, -X, -X - 9.0, X * 2.0)]
    for x, result in zip((X, -X, -X - 9.0, X * 2.0), results, strict=True):
        assert_close(result, scaled(x))


def test_a_function_of_branches_is_a_part_of_another():
    inner = pl.compile(sides)
    outer = pl.compile(lambda x: inner(x) + inner(-x))
    for x in (X, -X, X * 0):
        assert_close(outer(x), sides(x) + sides(-x))
    assert_close(pl.gradient(inner)(-X), 9.0 * X**2 * -1.0)


def test_a_compiled_graph_says_where_it_goes_another_way():
    compiled = pl.compile(pl.graph(sides, X))
    assert_close(compiled(X), sides(X))
    with pytest.raises(pl.PellucidError, match=r"line \d+.*goes another way"):
        compiled(-X)
    assert_close(compiled(X), sides(X))


def test_a_copy_goes_each_way():
    compiled = pl.compile(sides)
    compiled(X)
    assert_close(copy.deepcopy(compiled)(-X), sides(-X))


def test_a_later_path_may_take_integers_for_constants():
    def picked(x, k):
        return np.sum(x[k]) if np.sum(x) > 0 else np.sum(x[np.unique(k)])

    compiled = pl.compile(picked)
    for sign, k in [(1, [0, 0]), (-1, [0, 0]), (-1, [1, 2]), (1, [1, 1]), (-1, [3, 3])]:
        args = sign * X, np.array(k)
        assert_close(compiled(*args), picked(*args))


STEPS = [np.tanh, np.sin, lambda y: y * 0.5 + 1.0, lambda y: y[::-1] * y, np.cumsum,
         lambda y: np.where(y > 0, y, y * y), lambda y: y - np.mean(y)]  # fmt: skip
QUESTIONS = [lambda y: y[0] > 0, lambda y: np.sum(y) > np.max(y), lambda y: y[1] < y[2],
             lambda y: np.argmax(y) == 1, lambda y: int(3 * y[-1]) % 2,
             lambda y: max(y) > 0.5]  # fmt: skip


def random_program(seed):
    """Six times one of two steps, and a question that chooses; the seed is the name."""
    rng = np.random.default_rng(seed)
    turns = [(*rng.choice(len(STEPS), 2), rng.choice(len(QUESTIONS))) for _ in range(6)]

    def program(x):
        y = x
        for one, other, question in turns:
            y = STEPS[one](y) if QUESTIONS[question](y) else STEPS[other](y)
        return np.sum(y * np.arange(1.0, 5.0))

    return program


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_with_branches_equal_numpy(seed):
    f, rng = random_program(seed), np.random.default_rng(1000 + seed)
    compiled, slope = pl.compile(f), pl.compile(pl.gradient(f))
    for x in np.repeat(rng.normal(size=(12, 4)), 2, axis=0)[rng.permutation(24)]:
        assert_close(compiled(x), f(x))
        assert_close(slope(x), pl.gradient(f)(x))
