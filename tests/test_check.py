"""The checker of gradients accepts what is right and catches what is slightly wrong.

That it catches each rule of the table when it is wrong by 0.1 % is tested beside the
rules, in test_derivatives.py.
"""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import GradientError
from pellucid.graphs.derivatives import DERIVATIVES

X = np.array([0.5, -1.25, 2.0])

RIGHT = {
    "scalar": (lambda x: np.sin(x) * x, 0.7),
    "vector": (lambda x: np.exp(x) * x, X),
    "single precision": (lambda x: np.sum(np.exp(x)), X.astype(np.float32)),
    "structure": (lambda p: np.sum(p["w"] ** 2) * p["b"][0], {"w": X, "b": [0.3]}),
    "several results": (lambda x: (x[0] * x, {"s": np.sum(x)}), X),
    "constants beside": (lambda x, n, kind: np.sum(x**n), X, 3, "cube"),
    "large": (lambda x: np.sum(np.log(x)), np.array([1e8, 3e9])),
    "small": (lambda x: np.sum(np.log(x)), np.array([1e-8, 3e-9])),
    "large and small": (lambda x: np.sum(x**2), np.array([1e5, 1e-5])),
    "zero": (lambda x: np.sum(np.cos(x) * x), np.zeros(3)),
    "no dependence": (lambda x: 3.0, X),
    "linear": (lambda x: np.sum(x), X),
    "one element": (lambda x: x[:1] ** 2, X),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_pass(name):
    pl.check(*RIGHT[name])


# The function, the operation whose rule is wrong, that rule, the order that shows it.
WRONG = {
    "factor": (np.exp, "exp", lambda g, z, x: g * z * 1.001, 1),
    "sign": (np.sin, "sin", lambda g, z, x: -g * np.cos(x), 1),
    "small": (np.log, "log", lambda g, z, x: g / x * 0.999, 1),
    "nan": (np.exp, "exp", lambda g, z, x: g * np.nan, 1),
    "second order": (np.sqrt, "divide", lambda g, z, x, y: g * z / y, 2),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_caught(name, monkeypatch):
    f, operation, rule, order = WRONG[name]
    monkeypatch.setitem(DERIVATIVES, operation, lambda position: rule)
    with pytest.raises(GradientError, match=f"derivative {order}: .* differences give"):
        pl.check(lambda x: f(x), np.abs(X))


def test_the_second_order_is_left_out_on_demand(monkeypatch):
    f, operation, rule, _ = WRONG["second order"]
    monkeypatch.setitem(DERIVATIVES, operation, lambda position: rule)
    pl.check(lambda x: f(x), np.abs(X), order=1)


def test_one_wrong_argument_among_many_is_caught(monkeypatch):
    right = DERIVATIVES["multiply"]
    wrong = lambda g, z, x, y: g * x * 1.001  # noqa: E731
    monkeypatch.setitem(DERIVATIVES, "multiply", lambda i: wrong if i else right(i))
    with pytest.raises(GradientError):
        pl.check(lambda x, y, u: np.sum(x * y) + np.sum(u), X, X + 1, X)


def test_the_message_has_both_numbers(monkeypatch):
    monkeypatch.setitem(DERIVATIVES, "exp", lambda position: lambda g, z, x: g * z * 2)
    with pytest.raises(GradientError, match=r"gradient .* is .*\d, .* give .*\d"):
        pl.check(lambda x: np.exp(x), 1.0)


def test_a_slope_of_zero_is_no_false_alarm():
    w = np.array([[0.3, 0.2], [0.1, 0.5]])
    pl.check(lambda x: np.sum((np.exp(x) @ w - w.sum(axis=0)) ** 2), np.zeros((2, 2)))
