"""A Python number takes the dtype of the array that it meets, whatever made it."""

import numpy as np
import pytest
from comparison import assert_as_numpy

import pellucid as pl

SINGLE = np.array([2.0, -3.0], np.float32)
BYTES = np.array([2, 3], np.int8)
TARGETS = ("numpy", "torch", "jax")

CASES = {
    "complex times float32, unsafe": (
        lambda a: np.abs(np.multiply(a * 1j, SINGLE, casting="unsafe")), 2.0,
    ),
    "complex plus float32, unsafe": (
        lambda a: np.abs(np.add(SINGLE, a + 2j, casting="unsafe")), 2.0,
    ),
    "complex less complex, as complex64": (
        lambda a: np.imag(np.subtract(a * 3j, SINGLE, dtype=np.complex64)), 2.0,
    ),
    "complex, where": (
        lambda a: np.abs(
            np.multiply(a * 1j, SINGLE, out=np.zeros(2) + 0j, where=SINGLE > 0)
        ),
        2.0,
    ),
    "float times float32, unsafe": (
        lambda a: np.multiply(a * 2, SINGLE, casting="unsafe"), 2.0,
    ),
    "whole number times int8, unsafe": (
        lambda a: np.multiply(3, BYTES, casting="unsafe") * a, 2.0,
    ),
    "result_type of a complex number": (
        lambda a: np.zeros(2, np.result_type(a * 1j, SINGLE)).real + a, 2.0,
    ),
    "result_type of a float": (
        lambda a: np.ones(2, np.result_type(a * 2, SINGLE)) * a, 2.0,
    ),
    "divmod of a float and float32, unsafe": (
        lambda a: np.divmod(a * 2, SINGLE, casting="unsafe")[1], 2.0,
    ),
}  # fmt: skip
each = pytest.mark.parametrize("name", CASES)


@each
def test_as_numpy(name):
    assert_as_numpy(*CASES[name])


@each
@pytest.mark.parametrize("target", TARGETS)
def test_compiled(name, target):
    if target != "numpy":
        pytest.importorskip(target)
    f, a = CASES[name]
    ours, theirs = pl.compile(f, target)(a), f(a)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
