"""Integers, booleans and mixed dtypes: every way of running gives what NumPy gives."""

import functools
import re

import numpy as np
import pytest
from comparison import Together, assert_same
from integer_programs import INPUTS, expression

import pellucid as pl

X = np.array([[0, 3, 200], [255, 7, 128]], np.uint8)
W = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
S = np.array([[-128, 127, -1], [3, 0, -7]], np.int8)
I = np.array([[-(2**31), 65537, 3], [0, -1, 2**31 - 1]], np.int32)  # noqa: E741
L = np.array([[-(2**63), 2**63 - 1, 3], [0, -1, 3_037_000_500]])
B = np.array([[True, False, True], [False, False, True]])

SPELLINGS = {
    "minus in exp": (lambda w, X: np.sum(w * np.exp(-X / 255)), X),
    "minus before a product": (lambda w, X: (-X) * w, X),
    "minus behind a product": (lambda w, X: w * (-X), X),
    "less a minus": (lambda w, X: w - (-X), X),
    "plus a minus": (lambda w, X: w + -X, X),
    "mean of a minus": (lambda w, X: np.mean(-X) * w, X),
    "quotient of minuses": (lambda w, X: (-w) / (1.5 + -X), X),
    "minus a quotient": (lambda w, X: -(-X / 255 * w), X),
    "twice and twice": (lambda w, X: 0.5 * X - 0.5 * X[::-1] + w, X),
    "softplus": (lambda w, X: w * np.log(1 + np.exp(-X / 32)), X),
    "softplus of a wrapped sum": (lambda w, X: w * np.log(1 + np.exp((X + X) / 64)), X),
    "log loss": (lambda w, y: -(y * np.log(1 / (1 + np.exp(-w)))
                                + (1 - y) * np.log(1 - 1 / (1 + np.exp(-w)))), X),
    "labels of int64": (lambda w, y: -(y * np.log(1 / (1 + np.exp(-w)))
                                       + (1 - y) * np.log(1 - 1 / (1 + np.exp(-w)))),
                        L),
    "root of squares": (lambda w, X: w * np.sqrt(np.sum(X**2, axis=1,
                                                        keepdims=True)), I),
    "root of a product": (lambda w, X: w * np.sqrt(np.abs(X[0] @ X[1])), S),
    "variance": (lambda w, X: w * (np.mean(X * X) - np.mean(X) ** 2), S),
    "log of a square": (lambda w, X: w * np.log(1.0 + X**2), I),
    "minus the smallest": (lambda w, X: w * np.log(1 + np.exp(-X / 64)), S),
    "float times the smallest": (lambda w, X: w * np.logaddexp(0, -1.0 * L / 2**60), L),
    "minus of truth": (lambda w, b: w * np.log(1 + np.exp(-1.0 * b)), B),
    "not": (lambda w, b: w * ~b - w * (b * (b > 0)), B),
    "or": (lambda w, b: (b + b) * w + np.sum(b + b), B),
    "square of truth": (lambda w, b: np.sum(b**2 * w, axis=0), B),
}  # fmt: skip
spellings = pytest.mark.parametrize(("f", "x"), SPELLINGS.values(), ids=SPELLINGS)
RUNS = {
    "graph": lambda f, *args: pl.graph(f, *args)(*args),
    "stable": lambda f, *args: pl.stable(f, *args)(*args),
    "numpy": lambda f, *args: pl.compile(f)(*args),
    "jax": lambda f, *args: pl.compile(f, target="jax")(*args),
    "torch": lambda f, *args: pl.compile(f, target="torch")(*args),
}
runs = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())


@pytest.fixture(autouse=True)
def _without_warnings():
    """Integers that wrap around, and are divided by 0, are what is tried here."""
    with np.errstate(all="ignore"):
        yield


# Units in the last place, by the bytes of a float; what is whole is the same.
ULPS = {2: 2, 4: 168, 8: 4096}


def assert_numpys(ours, plain):
    assert_same(ours, plain, ULPS.get(np.asarray(plain).dtype.itemsize, 0), size=1)


@runs
@spellings
def test_a_spelling_gives_what_numpy_gives(run, f, x):
    assert_numpys(run(f, W, x), f(W, x))


@spellings
@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_gradients_are_those_beside_the_numbers_as_they_are(target, f, x):
    ours = pl.compile(pl.gradient(lambda w: np.sum(f(w, x))), target=target)(W)
    assert ours.dtype == np.float64
    np.testing.assert_allclose(ours, slopes(f, x), rtol=1e-7, atol=1e-7)


def slopes(f, x):
    """Central differences, of a function that is smooth in w."""
    steps = 1e-5 * np.eye(W.size).reshape(W.size, *W.shape)
    found = [np.sum(f(W + h, x) - f(W - h, x)) / 2e-5 for h in steps]
    return np.reshape(found, W.shape)


def program_of(seed):
    """A function of all inputs, which NumPy runs."""
    texts, _ = expression(seed)
    return eval(f"lambda {', '.join(INPUTS)}: [{', '.join(texts)}]", {"np": np})


def assert_all_same(ours, plain):
    assert len(ours) == len(plain)
    [assert_numpys(a, b) for a, b in zip(ours, plain, strict=True)]


PROGRAMS = {seed: program_of(seed) for seed in range(120)}


@functools.cache
def every_program(way):
    """What each program gives."""
    args = list(INPUTS.values())
    return Together(RUNS[way], {seed: (f, args) for seed, f in PROGRAMS.items()})


@pytest.mark.parametrize("seed", PROGRAMS)
@pytest.mark.parametrize("way", ["graph", "stable", "numpy", "jax"])
def test_random_expressions(way, seed):
    assert_all_same(every_program(way)[seed], PROGRAMS[seed](*INPUTS.values()))


@functools.cache
def refusal_of(f):
    """What torch refuses of a program; none where it runs it."""
    try:
        pl.compile(f, target="torch").program(*INPUTS.values())
    except pl.PellucidError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", PROGRAMS)
def test_torch_runs_random_expressions_or_names_what_it_cannot_compute(seed):
    f = PROGRAMS[seed]
    if refusal := refusal_of(f):
        assert re.search(r"PyTorch cannot compute \w+ of uint64; pass", refusal)
    else:
        assert_all_same(RUNS["torch"](f, *INPUTS.values()), f(*INPUTS.values()))


def test_torch_runs_most_random_expressions():
    refused = list(filter(refusal_of, PROGRAMS.values()))
    assert 0 < len(refused) < len(PROGRAMS) / 4


def shifted(x):
    return x - 7, -x, x * x, ~x, x << 3, x >> 1, x // 3, x % 5, np.maximum(x, 9), x > 2


@pytest.mark.parametrize("name", ["u8", "u16", "u32"])
def test_unsigned_integers_on_torch(name):
    x = INPUTS[name]
    assert_all_same(RUNS["torch"](shifted, x), shifted(x))


# -- whole numbers of a derivative beside an array of small integers -------------------

SMALL = np.array([100, 120], dtype=np.int8)
TIMES_WHOLE = {
    "numbers behind": lambda w: np.sum(SMALL * w * 3),
    "a number before": lambda w: 3 * np.sum(SMALL * w),
    "a negative number": lambda w: np.sum(SMALL.astype(np.uint8) * w * -1),
    "an entry": lambda w: SMALL[0] * w * 3,
    "dot": lambda w: 3 * np.dot(SMALL, w * np.ones(2)),
    "matmul": lambda w: 3 * (SMALL @ (w * np.ones(2))),
    "einsum": lambda w: 3 * np.einsum("i,i->", SMALL, w * np.ones(2)),
    "outer": lambda w: 3 * np.sum(np.outer(SMALL, w * np.ones(2))),
    "convolve": lambda w: 3 * np.sum(np.convolve(SMALL, w * np.ones(2))),
    "sum of three": lambda w: np.sum(SMALL * w + SMALL * w + SMALL * w),
    "large": lambda w: np.sum(np.array([2**62, 3]) * w * 4),
}


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("cost", TIMES_WHOLE.values(), ids=TIMES_WHOLE)
def test_a_whole_number_of_a_derivative_does_not_wrap_around(cost, stable):
    w = 1.25
    slope = (cost(w + 0.25) - cost(w - 0.25)) / 0.5  # the costs are linear
    gradient = pl.gradient(cost, stable=stable)
    np.testing.assert_allclose(gradient(w), slope, rtol=1e-12)
    np.testing.assert_allclose(pl.compile(gradient)(w), slope, rtol=1e-12)
