"""A constant of each kind is read right: text, source, formula, drawing, story."""

import warnings

import numpy as np
import pytest

import pellucid as pl

CONSTANTS = {
    "0-d true": np.array(True),
    "0-d false": np.array(False),
    "true of NumPy": np.bool_(True),
    "true of Python": True,
    "0-d integer": np.array(3),
    "0-d negative integer": np.array(-3),
    "integer of NumPy": np.int64(7),
    "least int8": np.int8(-128),
    "uint8": np.uint8(200),
    "0-d complex": np.array(1 - 2j),
    "complex of NumPy": np.complex128(1 - 2j),
    "complex of Python": 2 - 0.5j,
    "complex nan": complex(np.nan, -np.inf),
    "complex array with nan": np.array([1, complex(np.nan, np.inf)]),
    "empty": np.array([]),
    "empty of integers": np.empty(0, int),
    "empty of two axes": np.empty((0, 3)),
    "nan": np.nan,
    "infinite": np.inf,
    "minus infinite": -np.inf,
    "0-d nan": np.array(np.nan),
    "some nan and inf": np.array([np.nan, np.inf, -np.inf]),
    "float32": np.float32(0.1),
    "0-d float32": np.array(0.1, np.float32),
    "float16": np.float16(0.1),
    "minus zero": -0.0,
    "0-d minus zero": np.array(-0.0),
    "one boolean": np.array([True]),
    "booleans": np.array([[True, False]]),
    "int8s": np.array([-128, 127], np.int8),
    "large": 10**18,
}
X = 1.5


def function(name):
    c = CONSTANTS[name]

    def f(x):
        return np.sum(np.abs(x * np.sin(x) * c))

    return f


@pytest.fixture(autouse=True)
def nan_and_inf_allowed():
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_source_makes_the_same_number(name):
    f, scope = function(name), {}
    exec(pl.source(f, X), scope)
    made = scope["f"](X)
    assert made.dtype == f(X).dtype
    np.testing.assert_array_equal(made, f(X))


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_constant_itself_is_written_as_it_is(name):
    c, scope = CONSTANTS[name], {}
    exec(pl.source(lambda x: (x, np.multiply(c, 1)), X), scope)
    made = scope["f"](X)[1]
    assert np.asarray(made).dtype == np.multiply(c, 1).dtype
    np.testing.assert_array_equal(made, c)


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("name", CONSTANTS)
def test_a_formula_is_written(name, gradient):
    assert "array" not in str(pl.formula(function(name), X, gradient=gradient))


@pytest.mark.parametrize("reading", [pl.graph, pl.explain, pl.draw])
@pytest.mark.parametrize("name", CONSTANTS)
def test_it_is_read(name, reading):
    assert str(reading(function(name), X))


FORMULAS = {
    "0-d true": "1",
    "0-d negative integer": "3",
    "least int8": "128",
    "0-d complex": "(1 - 2 i)",
    "0-d float32": "0.1",
    "float16": "0.1",
    "minus infinite": r"\infty",
    "one boolean": "1",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_formula_has_the_number(name):
    assert FORMULAS[name] in str(pl.formula(function(name), X))
