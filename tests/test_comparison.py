"""The tests' own judges accept what is right and catch what is slightly wrong."""

import comparison
import numpy as np
import pytest
from comparison import Together, assert_close, assert_derivatives, assert_same

import pellucid as pl
from pellucid.graphs.derivatives import DERIVATIVES

X = np.array([0.5, -1.25, 2.0])
# The function, the operation whose rule is wrong, that rule, the order that shows it.
WRONG = {
    "factor": (np.exp, "exp", lambda g, z, x: g * z * 1.001, 1),
    "sign": (np.sin, "sin", lambda g, z, x: -g * np.cos(x), 1),
    "second order": (np.sqrt, "divide", lambda g, z, x, y: g * z / y, 2),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_seen_by_differences(name, monkeypatch):
    f, operation, rule, order = WRONG[name]
    monkeypatch.setitem(DERIVATIVES, operation, lambda position: rule)
    with pytest.raises(AssertionError, match=f"derivative {order}"):
        assert_derivatives(lambda x: f(x), np.abs(X))


RIGHT = {
    "numbers": (lambda a, b: a**b, 0.7, 1.3),
    "structure": (lambda p: np.sum(p["w"] ** 2) * p["b"][0], {"w": X, "b": [0.3]}),
    "constants beside": (lambda x, n, kind: np.sum(x**n), X, 3, "cube"),
    "single precision": (lambda x: np.exp(x) * x, X.astype(np.float32)),
    "several results": (lambda x: (x[0] * x, {"s": np.sum(x)}), X),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_pass(name):
    assert_derivatives(*RIGHT[name])


def test_a_function_that_is_recorded_otherwise_is_seen(monkeypatch):
    recorded = pl.value_and_gradient
    other = lambda f, wrt: recorded(lambda *a: f(*a) + 1.0, wrt)  # noqa: E731
    monkeypatch.setattr(comparison.pl, "value_and_gradient", other)
    with pytest.raises(AssertionError, match="derivative 1"):
        assert_derivatives(lambda x: np.sum(x**2), X)


OTHERS = {
    "value": X * (1 + 1e-12),
    "dtype": X.astype(np.float32),
    "shape": X[None],
    "class": list(X),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_differs_is_not_the_same(other):
    with pytest.raises(AssertionError):
        assert_same(other, X)


def test_the_sign_of_zero_counts_where_nothing_may_differ():
    assert_same(np.zeros(1), -np.zeros(1))
    with pytest.raises(AssertionError):
        assert_same(np.zeros(1), -np.zeros(1), ulps=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_what_is_not_close_is_seen(dtype):
    theirs = np.array([1, 2, 3], dtype)
    off = {np.float32: 2e-4, np.float64: 1e-11, np.int64: 1}[dtype]
    assert_close(theirs.copy(), theirs)
    with pytest.raises(AssertionError):
        assert_close(theirs + np.array(off, dtype), theirs)


# Many programs in one.


def refused(x):
    raise ValueError("of this one")


def compiled(f, *args):
    return pl.compile(f)(*args)


def test_each_of_many_gives_its_own():
    programs = {k: (lambda x, k=k: x * k, [X]) for k in range(5)}
    together = Together(compiled, programs, size=2)
    found = [together[k] for k in range(5)]
    np.testing.assert_array_equal(found, np.outer(range(5), X))


def test_the_one_at_fault_among_many_is_named():
    together = Together(compiled, {"right": (np.exp, [X]), "wrong": (refused, [X])})
    np.testing.assert_allclose(together["right"], np.exp(X))
    with pytest.raises(ValueError, match="of this one"):
        together["wrong"]


def test_a_fault_that_only_many_have_is_raised():
    def alone(f, *args):
        if f.__name__ == "every":
            raise ValueError("of many")
        return f(*args)

    together = Together(alone, {"exp": (np.exp, [X]), "sin": (np.sin, [X])})
    with pytest.raises(ValueError, match="of many"):
        together["exp"]
