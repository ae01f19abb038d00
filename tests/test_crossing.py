"""Every function of NumPy that is recorded, crossed with what may stand around it."""

import functools
import re
from pathlib import Path

import function_examples as functions
import numpy as np
import pytest
from comparison import on_target

import pellucid as pl
from pellucid.graphs import structure
from pellucid.minimisers.degree import character

# Where every element of a row takes part in every element of the result, a choice
# behind it does not count: docs/conventions.md, "What is not taken".
PRODUCTS = {"inner", "vdot", "linalg.vecdot", "dot", "linalg.matmul", "convolve",
            "correlate", "einsum", "tensordot", "linalg.tensordot", "linalg.multi_dot",
            "ndarray.dot", "matmul", "matvec", "vecdot", "vecmat", "cov", "corrcoef",
            "poly", "polymul"}  # fmt: skip
ALGEBRA = {"polyfit", "linalg.cholesky", "linalg.cond", "linalg.det", "linalg.eig",
           "linalg.eigh", "linalg.eigvals", "linalg.eigvalsh", "linalg.inv",
           "linalg.pinv", "linalg.qr", "linalg.slogdet", "linalg.svd",
           "linalg.svdvals", "linalg.lstsq", "linalg.matrix_power", "linalg.solve",
           "linalg.tensorsolve", "linalg.tensorinv"}  # fmt: skip
STEPS = 0.04 * np.arange(4)
TRANSFORMS = {name for name in functions.EXAMPLES if name.startswith("fft.")}
# Those that only move elements, or give none of their argument.
TRANSFORMS -= {"fft.fftshift", "fft.ifftshift", "fft.fftfreq", "fft.rfftfreq"}
EXEMPT = PRODUCTS | ALGEBRA | TRANSFORMS
WIDE = {"astype", "ndarray.astype"}  # to np.longdouble

each = pytest.mark.parametrize("name", functions.EXAMPLES)


def floats(result):
    """The floats and complex numbers that a function gives."""
    return [leaf for leaf in structure.leaves(result) if is_float(leaf)]


def is_float(leaf):
    return (
        not isinstance(leaf, type)
        and getattr(leaf, "dtype", np.dtype("O")).kind in "fc"
    )


def weighted(part):
    """A sum of all elements in which each has a weight of its own."""
    weights = np.cos(1 + np.arange(np.size(part))).reshape(np.shape(part))
    return np.sum(np.real(part) * weights)


def cost_of(name):
    f = functions.program(name)
    return lambda x: sum(map(weighted, floats(f(x))))


def of_nothing(name):
    """A choice that takes nothing, of a function of a root at 0, where it is steep."""
    f, at = functions.program(name), functions.inputs(name)

    def cost(x):
        taken = sum(np.sum(part) for part in x) > 1
        moved = [a + np.sqrt(part) for a, part in zip(at, x, strict=True)]
        return sum(np.sum(np.where(taken, np.real(z), 0.0)) for z in floats(f(moved)))

    return cost, [0.0 * a for a in at]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [n for n in functions.EXAMPLES if n not in EXEMPT])
def test_a_choice_that_takes_nothing_gives_0(name):
    with np.errstate(all="ignore"):
        cost, x = of_nothing(name)
        for slope in structure.leaves(pl.gradient(cost)(x)):
            np.testing.assert_array_equal(slope, np.zeros_like(slope))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(EXEMPT))
def test_what_is_exempt_has_nan(name):
    with np.errstate(all="ignore"):
        cost, x = of_nothing(name)
        slopes = list(structure.leaves(pl.gradient(cost)(x)))
    assert any(np.isnan(slope).any() for slope in slopes)


def test_the_conventions_list_what_is_exempt():
    text = (Path(__file__).parents[1] / "docs" / "conventions.md").read_text("utf-8")
    listed = text.partition("These are\n")[2].partition("\n\nA choice may")[0]
    names = {name.rpartition(".")[2] for name in PRODUCTS | ALGEBRA}
    assert set(re.findall(r"`(\w+)`", listed)) == names
    assert "`np.fft`" in listed


def written(shape, value):
    """An array that a root at 0 is written into, in a shape of its own."""

    def cost(x):
        b = np.ones(shape)
        b[1:] = np.sqrt(x).reshape(value)
        return np.sum(np.where(np.sum(x) > 1, b, 0.0))

    return cost


@pytest.mark.parametrize(
    ("shape", "value"),
    [((3,), ()), ((3,), (1,)), ((3,), (1, 1)), ((3, 2), (1, 1)), ((3, 2), (1, 1, 1))],
)
def test_a_number_written_to_many_places_counts_where_one_of_them_does(shape, value):
    slopes = pl.gradient(written(shape, value))(np.zeros(1))
    np.testing.assert_array_equal(slopes, [0.0])


@pytest.mark.filterwarnings("ignore")
@each
def test_what_is_read_twice_has_both_slopes(name):
    cost, at = cost_of(name), functions.inputs(name)
    places = [np.arange(np.size(a)) // 2 for a in at]

    def spread(x):
        pairs = zip(at, x, places, strict=True)
        return cost([a + part[i].reshape(np.shape(a)) for a, part, i in pairs])

    with np.errstate(all="ignore"):
        ours = pl.gradient(spread)([np.zeros(-(-np.size(a) // 2)) for a in at])
        slopes = pl.gradient(cost)(at)
    right = [np.bincount(i, np.ravel(g)) for i, g in zip(places, slopes, strict=True)]
    structure.mapped(assert_close, ours, right)


def assert_close(ours, right):
    np.testing.assert_allclose(ours, right, rtol=1e-9, atol=1e-10)


@pytest.mark.filterwarnings("ignore")
@each
def test_what_is_called_a_polynomial_is_one(name):
    """The differences of one order more than the degree are 0."""
    cost, at = cost_of(name), functions.inputs(name)
    with np.errstate(all="ignore"):
        degree, _ = character(pl.graph(cost, at), len(at))
        along = [cost([a + t * np.cos(3 + a) for a in at]) for t in STEPS]
    if degree <= 2:
        left = np.diff(along, int(degree) + 1)
        np.testing.assert_allclose(left, 0, atol=1e-12 * np.max(np.abs(along)))


# -- a choice that takes the second of two rows --------------------------------------

X = np.array([[0.0, 2.0, 3.0, 0.0], [1.25, 0.5, 4.0, 2.5]])
SECOND = np.array([False, True])
BELOW = SECOND[:, None]


def written_over(u):
    b = np.zeros((2, 4))
    b[:] = u[1]
    b[0] = np.sum(u[0])
    return b


def with_a_border(u):
    return np.pad(u, ((0, 0), (1, 1)), mode="edge")


PARTS = {
    "median": lambda u: np.where(SECOND, np.median(u, axis=1), 0),
    "median that stays": lambda u: np.where(
        BELOW, np.median(u, axis=1, keepdims=True) * u, 0
    ),
    "quantiles": lambda u: np.where(SECOND, np.quantile(u, [0.3, 0.6], axis=1), 0),
    "one of two quantiles": lambda u: np.where(
        BELOW & SECOND, np.quantile(u, [0.3, 0.6], axis=1), 0
    ),
    "nanmax": lambda u: np.where(SECOND, np.nanmax(u, axis=1), 0),
    "prod": lambda u: np.where(SECOND, np.prod(u, axis=1), 0),
    "std": lambda u: np.where(SECOND, np.std(u, axis=1), 0),
    "ptp": lambda u: np.where(SECOND, np.ptp(u, axis=1), 0),
    "norm": lambda u: np.where(SECOND, np.linalg.norm(u, axis=1), 0),
    "log-softmax": lambda u: np.where(
        BELOW, u - np.log(np.sum(np.exp(u), axis=1, keepdims=True)), 0
    ),
    "running max": lambda u: np.where(BELOW, np.maximum.accumulate(u, axis=1), 0),
    "cumsum": lambda u: np.where(BELOW, np.cumsum(u, axis=1), 0),
    "cumprod": lambda u: np.where(BELOW, np.cumprod(u, axis=1), 0),
    "sort": lambda u: np.where(BELOW, np.sort(u, axis=1) * [1, 2, 3, 4], 0),
    "windows": lambda u: np.where(
        BELOW, np.lib.stride_tricks.sliding_window_view(u, 2, axis=1).mean(-1), 0
    ),
    "border": lambda u: np.where(BELOW, with_a_border(u), 0),
    "sinc": lambda u: np.where(BELOW, np.sinc(u), 0),
    "i0": lambda u: np.where(BELOW, np.i0(u), 0),
    "written to more places": lambda u: np.where(BELOW, written_over(u), 0),
}
POLES = {"log": np.log, "sqrt": np.sqrt, "reciprocal": np.reciprocal}


def differences(cost, x):
    """The slope of each element by central differences, extrapolated."""

    def slope(i):
        step = 1e-3 * np.eye(x.size)[i].reshape(x.shape)
        near, far = ((cost(x + h) - cost(x - h)) / 2 for h in (step / 2, step))
        return (8 * near - far) / 3e-3

    return np.reshape([slope(i) for i in range(x.size)], x.shape)


@pytest.mark.parametrize("pole", POLES)
@pytest.mark.parametrize("name", PARTS)
def test_the_slope_is_that_of_what_is_taken(name, pole):
    def cost(x):
        return np.sum(PARTS[name](POLES[pole](x)))

    right = differences(cost, np.where(BELOW, X, 1.5 + np.arange(4)))
    with np.errstate(all="ignore"):
        ours = pl.gradient(cost)(X)
    np.testing.assert_allclose(ours, right, rtol=1e-7, atol=1e-9)


def slopes_behind_roots(name):
    return pl.gradient(lambda x: np.sum(PARTS[name](np.sqrt(x))))


@functools.cache
def slopes_on(target):
    return on_target(target, {name: (slopes_behind_roots(name), [X]) for name in PARTS})


@pytest.mark.parametrize("target", ["torch", "jax"])
@pytest.mark.parametrize("name", PARTS)
def test_the_slope_on_targets(name, target):
    with np.errstate(all="ignore"):
        ours, right = slopes_on(target)[name], slopes_behind_roots(name)(X)
    np.testing.assert_allclose(ours, right, rtol=1e-12, atol=1e-14)
