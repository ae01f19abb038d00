"""Gradients on JAX and torch: right, or one sentence of ours; see also test_jax.py."""

import functools

import function_examples as functions
import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs import structure

targets = pytest.mark.parametrize("target", ["jax", "torch"])


def cost_of(f):
    """The sum of squares of all numbers that a function gives."""
    return lambda x: sum(map(squares, structure.leaves(f(x))))


def squares(leaf):
    is_number = not isinstance(leaf, (type, str)) and leaf is not None
    kind = np.dtype(getattr(leaf, "dtype", type(leaf))).kind if is_number else ""
    return np.sum(np.abs(leaf) ** 2) if kind and kind in "fciu" else 0.0


def gradient_of(name):
    return pl.gradient(cost_of(functions.program(name)))


@functools.cache
def reference(name):
    """The gradient of a function's example; None where there is none."""
    try:
        return gradient_of(name)(functions.inputs(name))
    except pl.PellucidError:  # as of what is computed in extended precision
        return None


TOO_WIDE = {"astype", "ndarray.astype"}  # to np.longdouble
NAMES = sorted(functions.EXAMPLES.keys() - TOO_WIDE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_gradient_of_every_function_on_torch(name):
    with np.errstate(all="ignore"):
        if reference(name) is not None:
            came = pl.compile(gradient_of(name), target="torch")(functions.inputs(name))
            structure.mapped(assert_close, came, reference(name))


def assert_close(came, expected):
    np.testing.assert_allclose(came, expected, rtol=1e-6, atol=1e-8)


def painted(x):
    """Pixels that are hit take a colour."""
    img = np.zeros((3, 3))
    hit = x.reshape(3, 3) > 0.5
    img[hit] = 2.0
    img[0] = x[:3]
    return np.sum(img**2)


BOOLEAN = {
    "corrcoef": lambda x: np.corrcoef(x[:4], x[4:8] ** 2)[0, 1],
    "painted": painted,
    "places of an interpolation": lambda x: np.interp(0.37, np.cumsum(x**2 + 0.1),
                                                      np.arange(9.0) ** 2),
}  # fmt: skip
X = np.array([0.2, 0.9, 0.4, 0.7, 0.1, 0.8, 0.3, 0.6, 0.55])


@targets
@pytest.mark.parametrize("f", BOOLEAN.values(), ids=BOOLEAN.keys())
def test_truth_values_are_scattered(f, target):
    steps = 1e-6 * np.eye(9)
    slopes = [(f(X + h) - f(X - h)) / 2e-6 for h in steps]
    ours = pl.compile(pl.gradient(f), target=target)(X)
    np.testing.assert_allclose(ours, slopes, rtol=1e-6, atol=1e-7)


SINGULAR = {
    "solve": lambda A: np.linalg.solve(A, np.ones(2)),
    "inv": np.linalg.inv,
    "cholesky": lambda A: np.linalg.cholesky(A - 2 * np.eye(2)),
}


@pytest.mark.parametrize("f", SINGULAR.values(), ids=SINGULAR.keys())
def test_torch_raises_numpys_error_of_a_singular_matrix(f):
    A = np.ones((2, 2))
    with pytest.raises(np.linalg.LinAlgError):
        f(A)
    with pytest.raises(np.linalg.LinAlgError):
        pl.compile(lambda A: np.sum(f(A)), target="torch")(A)


RANGES = {
    "all": lambda x: np.sum(x[range(9)] ** 2),
    "some": lambda x: x[range(1, 9, 3)] @ x[range(3)],
    "of columns": lambda x: np.sum(x.reshape(3, 3)[:, range(1, 3)] ** 2),
    "beside places": lambda x: np.sum(x.reshape(3, 3)[range(3), [0, 2, 1]] ** 2),
}


@targets
@pytest.mark.parametrize("f", RANGES.values(), ids=RANGES.keys())
def test_a_range_is_an_index(f, target):
    slopes = pl.gradient(f)
    np.testing.assert_allclose(pl.compile(f, target)(X), f(X), rtol=1e-14)
    np.testing.assert_allclose(pl.compile(slopes, target)(X), slopes(X), rtol=1e-14)
