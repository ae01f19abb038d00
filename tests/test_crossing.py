"""Every function of NumPy that is recorded, crossed with what may stand around it."""

import function_examples as functions
import numpy as np
import pytest

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
# Transforms that only move elements.
EXEMPT = PRODUCTS | ALGEBRA | TRANSFORMS - {"fft.fftshift", "fft.ifftshift"}
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
@pytest.mark.parametrize("name", functions.EXAMPLES.keys() - EXEMPT)
def test_a_choice_that_takes_nothing_gives_0(name):
    with np.errstate(all="ignore"):
        cost, x = of_nothing(name)
        for slope in structure.leaves(pl.gradient(cost)(x)):
            np.testing.assert_array_equal(slope, np.zeros_like(slope))


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
