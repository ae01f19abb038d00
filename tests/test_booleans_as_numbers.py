"""A boolean in a product is 1 or 0: 0 times what is not finite is nan, everywhere."""

import numpy as np
import pytest

import pellucid as pl

pytest.importorskip("jax")
pytest.importorskip("torch")

x = np.array([np.nan, np.inf, -np.inf, 2.0, -3.0])

PRODUCTS = {
    "a comparison": lambda x: (x < -1e9) * x,
    "from the right": lambda x: x * (x > 5),
    "as floats": lambda x: (x > 5).astype(x.dtype) * x,
    "as integers": lambda x: (x > 5).astype(int) * x,
    "as small integers": lambda x: (x > 5).astype(np.int8) * x,
    "as complex numbers": lambda x: (x == 2).astype(complex) * x.astype(complex),
    "with another": lambda x: (x > 5) * x * (x < 0),
    "with a number": lambda x: (x > 5) * 1.0 * x,
    "negated": lambda x: ~(x < 5) * x,
    "in a sum": lambda x: np.sum(np.isnan(x) * x),
    "in a product of vectors": lambda x: (x > 5) @ x,
    "of a leaky rectifier": lambda x: (x > 0) * x + 0.1 * (x <= 0) * x,
}


@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("f", PRODUCTS.values(), ids=PRODUCTS)
def test_zero_times_what_is_not_finite(f, target, precision):
    given = x.astype(precision)
    with np.errstate(all="ignore"):
        expected, found = f(given), pl.compile(f, target=target)(given)
    np.testing.assert_array_equal(found, expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
