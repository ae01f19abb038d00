"""Every rule of the table of derivatives: against differences, and at hard points."""

import derivative_cases
import mpmath
import numpy as np
import pytest
from comparison import assert_derivatives
from operation_examples import STRUCTURE

import pellucid as pl
from pellucid.errors import GradientError
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.differentiating.adjoint import with_zeros
from pellucid.graphs.operations import robust
from pellucid.graphs.operations.closed_set import OPERATIONS, is_elementwise
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.tracing.trace_warnings import unused_allowed
from pellucid.graphs.tracing.traced import recorded

X = np.array([[0.5, -1.25, 2.0], [0.75, -0.4, 3.0]])
Y = np.array([[1.5, 0.25, -2.0], [1.1, 0.6, -1.0]])
POSITIVE = np.abs(X) + 0.1
UNIT = np.array([[0.5, -0.25, 0.9], [0.75, -0.4, 0.1]])
V = np.array([0.7, -1.3, 2.2])
HALF = np.array([-1.0, 0.0, 2.0])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4) + 0.2
D = np.sin(np.arange(24.0) + 1).reshape(2, 4, 3)
S = np.array([[4.0, 1.0, 0.5], [0.7, 3.0, -0.25], [0.5, -0.3, 2.0]])
STACK = np.stack([S, S.T + np.eye(3)])
ZEROS = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 1.5]])
MASK = np.array([[True, False, True], [False, True, True]])


def gram(x):
    return x @ np.swapaxes(x, -1, -2) + np.eye(3)


def added(v, at, *indices):
    """What adds v to a copy of an array at a place, once for each time it is named."""
    return pl.graph(lambda x, v: recorded("add_at", x, v, *indices, at=at), X, v)


def written(at, value):
    def f(x, v):
        buffer = x * 1.0
        buffer[at] = value(v)
        return buffer

    return f


# operation: {case: (function, arguments)}; each is checked to the second order
RULES = {
    "add": {
        "arrays": (lambda x, y: (x + y) ** 2, X, Y),
        "broadcast": (lambda x, v: (x + v) ** 2, X, V),
        "column": (lambda x, v: (x + v[:2, None]) ** 2, X, V),
        "number": (lambda x, a: (x + a) ** 2, X, 0.3),
        "stretched both ways": (lambda x, y: (x[:, :1] + y[:1]) ** 3, X, Y),
    },
    "subtract": {
        "arrays": (lambda x, y: (x - y) ** 2, X, Y),
        "broadcast": (lambda x, v: (v - x) ** 2, X, V),
        "number": (lambda x, a: (a - x) ** 2, X, 0.3),
    },
    "multiply": {
        "arrays": (lambda x, y: x * y, X, Y),
        "broadcast": (lambda x, v: x * v, X, V),
        "outer": (lambda v: v[:, None] * v, V),
        "number": (lambda x, a: a * x, X, 0.3),
        "itself": (lambda x: x * x * x, X),
    },
    "divide": {
        "arrays": (lambda x, y: x / y, X, Y),
        "broadcast": (lambda x, v: x / v, X, V),
        "numbers": (lambda a, b: a / b, 0.7, -1.3),
        "number over": (lambda x: 2 / x, X),
    },
    "power": {
        "arrays": (lambda x, y: x**y, POSITIVE, Y),
        "exponent 3": (lambda x: x**3, X),
        "exponent 2.5": (lambda x: x**2.5, POSITIVE),
        "exponent -1": (lambda x: x**-1, X),
        "exponent 1": (lambda x: np.power(x, 1) * x, X),
        "exponent 0": (lambda x: x**0 * x, X),
        "exponents": (lambda x: x ** np.array([1, 2, 3]), X),
        "base": (lambda x: 2**x, X),
        "numbers": (lambda a, b: a**b, 0.7, 1.3),
    },
    "float_power": {
        "arrays": (lambda x, y: np.float_power(x, y), POSITIVE, Y),
        "exponent 3": (lambda x: np.float_power(x, 3), X),
    },
    "remainder": {
        "arrays": (lambda x, y: (x % y) ** 2, X, Y + 0.07),
        "number": (lambda x: (x % 0.37) ** 2, X),
    },
    "fmod": {"arrays": (lambda x, y: np.fmod(x, y) ** 2, X, Y + 0.07)},
    "negative": {"array": (lambda x: (-x) ** 3, X)},
    "positive": {"array": (lambda x: (+x) ** 3, X)},
    "copy": {"array": (lambda x: pl.gradient(lambda y: np.sum(y**3))(x), X)},
    "cast": {"array": (lambda x: np.add(x, 1, dtype=np.longdouble) ** 3, X)},
    "absolute": {"array": (lambda x: np.abs(x) ** 3, X)},
    "fabs": {"array": (lambda x: np.fabs(x) ** 3, X)},
    "reciprocal": {"array": (lambda x: np.reciprocal(x), X)},
    "square": {"array": (lambda x: np.square(x), X)},
    "sqrt": {"array": (lambda x: np.sqrt(x), POSITIVE)},
    "cbrt": {"array": (lambda x: np.cbrt(x), X)},
    "hypot": {
        "arrays": (lambda x, y: np.hypot(x, y), X, Y),
        "broadcast": (lambda x, v: np.hypot(v, x), X, V),
    },
    "exp": {"array": (lambda x: np.exp(x), X)},
    "exp2": {"array": (lambda x: np.exp2(x), X)},
    "expm1": {"array": (lambda x: np.expm1(x), X)},
    "log": {"array": (lambda x: np.log(x), POSITIVE)},
    "log2": {"array": (lambda x: np.log2(x), POSITIVE)},
    "log10": {"array": (lambda x: np.log10(x), POSITIVE)},
    "log1p": {"array": (lambda x: np.log1p(x), POSITIVE)},
    "logaddexp": {
        "arrays": (lambda x, y: np.logaddexp(x, y), X, Y),
        "number": (lambda x: np.logaddexp(0, x), X),
        "itself": (lambda x: np.logaddexp(x, x), X),
    },
    "logaddexp2": {"arrays": (lambda x, y: np.logaddexp2(x, y), X, Y)},
    "sin": {"array": (lambda x: np.sin(x), X)},
    "cos": {"array": (lambda x: np.cos(x), X)},
    "tan": {"array": (lambda x: np.tan(x), UNIT)},
    "arcsin": {"array": (lambda x: np.arcsin(x), UNIT)},
    "arccos": {"array": (lambda x: np.arccos(x), UNIT)},
    "arctan": {"array": (lambda x: np.arctan(x), X)},
    "arctan2": {
        "arrays": (lambda x, y: np.arctan2(x, y), X, Y),
        "number": (lambda x: np.arctan2(1.0, x), X),
    },
    "sinh": {"array": (lambda x: np.sinh(x), X)},
    "cosh": {"array": (lambda x: np.cosh(x), X)},
    "tanh": {"array": (lambda x: np.tanh(x), X)},
    "arcsinh": {"array": (lambda x: np.arcsinh(x), X)},
    "arccosh": {"array": (lambda x: np.arccosh(x), POSITIVE + 1)},
    "arctanh": {"array": (lambda x: np.arctanh(x), UNIT)},
    "deg2rad": {"array": (lambda x: np.deg2rad(x) ** 2, X)},
    "rad2deg": {"array": (lambda x: np.rad2deg(x) ** 2, X)},
    "radians": {"array": (lambda x: np.radians(x) ** 2, X)},
    "degrees": {"array": (lambda x: np.degrees(x) ** 2, X)},
    "maximum": {
        "arrays": (lambda x, y: np.maximum(x, y) ** 3, X, Y),
        "number": (lambda x: np.maximum(0, x) ** 3, X),
        "broadcast": (lambda x, v: np.maximum(x, v) ** 3, X, V),
    },
    "minimum": {
        "arrays": (lambda x, y: np.minimum(x, y) ** 3, X, Y),
        "number": (lambda x: np.minimum(0, x) ** 3, X),
    },
    "fmax": {"arrays": (lambda x, y: np.fmax(x, y) ** 3, X, Y)},
    "fmin": {"arrays": (lambda x, y: np.fmin(x, y) ** 3, X, Y)},
    "copysign": {"arrays": (lambda x, y: np.copysign(x, y) ** 3, X, Y)},
    "heaviside": {"arrays": (lambda v: np.heaviside(HALF, v) ** 2 * v, V)},
    "where": {
        "numbers": (lambda x: np.where(x > 0.6, x, 2.0), X),
        "arrays": (lambda x, y: np.where(x > y, x * y, x - y**2), X, Y),
        "broadcast": (lambda x, v: np.where(MASK, x, v) ** 2, X, V),
        "number": (lambda x, a: np.where(x > 0, a, x) ** 2, X, 0.3),
    },
    "sum": {
        "all": (lambda x: np.sum(x) ** 2, X),
        "axis": (lambda x: np.sum(x, axis=0) ** 2, X),
        "axis keepdims": (lambda x: x / np.sum(x, axis=1, keepdims=True), X),
        "tuple": (lambda x: np.sum(x, axis=(0, -1)) ** 2, C),
        "middle": (lambda x: np.sum(x, axis=1) ** 2, C),
        "where": (lambda x: np.sum(x, axis=0, where=MASK, initial=2.0) ** 2, X),
        "mean where": (lambda x: np.mean(x, axis=1, where=MASK) ** 2, X),
        "var where": (lambda x: np.var(x, axis=1, where=MASK), X),
    },
    "mean": {
        "all": (lambda x: np.mean(x) ** 2, X),
        "axis": (lambda x: np.mean(x, axis=-1) ** 2, C),
        "keepdims": (lambda x: (x - np.mean(x, axis=0, keepdims=True)) ** 2, X),
        "var": (lambda x: np.var(x, axis=0, ddof=1), X),
        "std": (lambda x: np.std(x, axis=1), X),
    },
    "prod": {
        "all": (lambda x: np.prod(x), X),
        "axis": (lambda x: np.prod(x, axis=0), X),
        "axes": (lambda x: np.prod(x, axis=(0, 2)), C),
        "keepdims": (lambda x: x * np.prod(x, axis=1, keepdims=True), X),
        "zeros": (lambda x: np.prod(x, axis=1), ZEROS),
        "one zero": (lambda x: np.prod(x, axis=0), ZEROS),
        "one": (lambda x: np.prod(x[:1]), V),
    },
    "max": {
        "all": (lambda x: np.max(x) ** 2, X),
        "axis": (lambda x: np.max(x, axis=1) ** 2, X),
        "keepdims": (lambda x: (x - np.max(x, axis=1, keepdims=True)) ** 2, X),
        "initial": (lambda x: np.max(x, axis=0, initial=1.0) ** 2, X),
        "ptp": (lambda x: np.ptp(x, axis=0) ** 2, X),
    },
    "min": {
        "all": (lambda x: np.min(x) ** 2, X),
        "axes": (lambda x: np.min(x, axis=(0, 1)) ** 2, C),
    },
    "cumsum": {
        "flat": (lambda x: np.cumsum(x) ** 2, X),
        "axis": (lambda x: np.cumsum(x, axis=1) ** 2, C),
    },
    "cumprod": {
        "flat": (lambda x: np.cumprod(x), X),
        "axis": (lambda x: np.cumprod(x, axis=0) ** 2, X),
        "middle": (lambda x: np.cumprod(x, axis=1), C),
        "zeros": (lambda x: np.cumprod(x, axis=1), ZEROS),
    },
    "reshape": {
        "array": (lambda x: x.reshape(3, -1) ** 2, X),
        "F": (lambda x: x.reshape(4, 6, order="F") ** 2, C),
    },
    "transpose": {
        "matrix": (lambda x: x.T**2, X),
        "axes": (lambda x: np.transpose(x, (1, 2, 0)) ** 2, C),
    },
    "diagonal": {
        "matrix": (lambda x: np.diagonal(x) ** 2, S),
        "offset": (lambda x: np.diagonal(x, -1) ** 2, S),
        "axes": (lambda x: np.diagonal(x, 1, 2, 0) ** 2, C),
    },
    "broadcast_to": {
        "new axis": (lambda v: np.broadcast_to(v, (2, 3)) * X * v, V),
        "stretched": (lambda x: np.broadcast_to(x[:, :1], (4, 2, 3)) ** 2, X),
    },
    "concatenate": {
        "two": (lambda x, y: np.concatenate([x, y, x]) ** 2, X, Y),
        "axis": (lambda x, y: np.concatenate([x, x * y], axis=-1) ** 2, X, Y),
    },
    "stack": {
        "two": (lambda x, y: np.stack([x, y]) ** 2, X, Y),
        "axis": (lambda x, y: np.stack([x, y, x * y], axis=-1) ** 2, X, Y),
        "list": (lambda x: np.array([[x[0, 0], 1.0], [x[1, 1], x[0, 0]]]) ** 2, X),
    },
    "index": {
        "number": (lambda x: x[1, 2] ** 2, X),
        "slices": (lambda x: x[:, ::2] ** 2, X),
        "backwards": (lambda x: x[::-1, 2:0:-1] ** 2, X),
        "new axis": (lambda x: x[..., None, 1] ** 2, X),
        "integers": (lambda x: x[[0, 1, 1, 0, 1]] ** 2, X),
        "pairs": (lambda x: x[[0, 1, 0], [2, 2, 2]] ** 2, X),
        "mixed": (lambda x: x[[1, 0, 1], :, 2] ** 2, C),
        "mask": (lambda x: x[MASK] ** 2, X),
        "computed": (lambda x: x[np.argmax(x, axis=0), [0, 1, 2]] ** 2, X),
        "sort": (lambda x: np.sort(x, axis=1) * X, X),
    },
    "assign": {
        "slice": (lambda x, v: written(np.s_[0], lambda v: v)(x, v) ** 2, X, V),
        "number": (lambda x, a: written(np.s_[:, 1], lambda a: a)(x, a) ** 2, X, 0.3),
        "broadcast": (lambda x, v: written(np.s_[:], lambda v: v)(x, v) ** 2, X, V),
        "integers": (lambda x, v: written([1, 0], lambda v: v)(x, v) ** 2, X, V),
        "mask": (lambda x, v: written(MASK, lambda v: v[0])(x, v) ** 2, X, V),
        "twice": (lambda x, v: written([0, 0], lambda v: X * v)(x, v) ** 2, X, V),
        "twice number": (lambda x, a: written([1, 1], lambda a: a)(x, a), X, 0.3),
        "columns": (
            lambda x, v: written(np.s_[:, [2, 0]], lambda v: v[:2, None])(x, v) ** 2,
            X,
            V,
        ),
    },
    "scatter": {
        "gradient": (lambda x: pl.gradient(lambda y: np.sum(y[[0, 0]] ** 3))(x), X),
        "at": (lambda x: (lambda b: (np.add.at(b, [0, 0], x), b)[1])(x * x) ** 2, X),
    },
    "add_at": {
        "slice": (lambda x, v: added(V, (0,))(x, v) ** 2, X, V),
        "broadcast": (lambda x, v: added(V, ([1, 1, 0],))(x, v) ** 2, X, V),
        "twice": (lambda x, v: added(V, ([0, 0],))(x, v) ** 2, X, V),
        "mask": (lambda x, v: added(0.3, (MASK,))(x, v) ** 2, X, 0.3),
        "computed": (lambda x, v: added(V, (Slot(0),), [1, 1])(x, v) ** 2, X, V),
    },
    "matmul": {
        "matrices": (lambda x, y: x @ y.T, X, Y),
        "vectors": (lambda v: v @ (v * v), V),
        "matrix vector": (lambda x, v: x @ v, X, V),
        "vector matrix": (lambda x, v: v @ x.T, X, V),
        "stacks": (lambda c, d: c @ d, C, D),
        "stack matrix": (lambda c, x: c @ np.concatenate([x, x]).T, D, X),
        "matrix stack": (lambda c, x: x @ c, C, X),
        "stack vector": (lambda c, v: c @ v, D, V),
        "vector stack": (lambda c, v: v @ c, C, V),
        "stretched stacks": (lambda c, d: c[:1] @ d, C, D),
        "both stretched": (lambda c, d: c[:, None] @ d[None, :1], C, D),
    },
    "dot": {
        "matrices": (lambda x, y: x.dot(y.T), X, Y),
        "vectors": (lambda v: v.dot(v * v), V),
        "matrix vector": (lambda x, v: np.dot(x, v), X, V),
        "vector matrix": (lambda x, v: np.dot(v, x.T), X, V),
        "number": (lambda x, a: np.dot(a, x) + np.dot(x, a), X, 0.3),
        "deep": (lambda c, d: np.dot(c, d), C, D),
        "deep vector": (lambda c, v: np.dot(c, v), D, V),
        "vector deep": (lambda c, v: np.dot(v, c), C, V),
        "deep matrix": (lambda c, x: np.dot(c, x.T), D, X),
    },
    "einsum": {
        "product": (lambda x, y: np.einsum("ij,kj->ik", x, y), X, Y),
        "trace": (lambda x: np.einsum("ii", x) ** 2, S),
        "diagonal": (lambda x: np.einsum("ii->i", x) ** 2, S),
        "sum": (lambda x: np.einsum("ij->j", x) ** 2, X),
        "lonely axis": (lambda x, y: np.einsum("ij,k->i", x, y[0]), X, Y),
        "three": (lambda x, y, v: np.einsum("ij,ij,j", x, y, v), X, Y, V),
        "ellipsis": (lambda c, d: np.einsum("...ij,...jk", c, d), C, D),
        "stretched": (lambda c, x: np.einsum("...ij,ij->...", c[:, :2, :3], x), C, X),
        "tensordot": (lambda c, d: np.tensordot(c, d, ([1, 2], [2, 1])), C, D),
    },
    "linalg.inv": {
        "matrix": (lambda s: np.linalg.inv(s), S),
        "stack": (lambda s: np.linalg.inv(s), STACK),
    },
    "linalg.det": {
        "matrix": (lambda s: np.linalg.det(s), S),
        "stack": (lambda s: np.linalg.det(s), STACK),
    },
    "linalg.solve": {
        "vector": (lambda s, v: np.linalg.solve(s, v), S, V),
        "matrix": (lambda s, x: np.linalg.solve(s, x.T), S, X),
        "stack": (lambda s, x: np.linalg.solve(s, x.T), STACK, X),
        "stack vector": (lambda s, v: np.linalg.solve(s, v), STACK, V),
        "matrix stack": (lambda s, c: np.linalg.solve(s, c), S, C),
    },
    "linalg.cholesky": {
        "matrix": (lambda s: np.linalg.cholesky(gram(s)), S),
        "stack": (lambda s: np.linalg.cholesky(gram(s)), STACK),
    },
    **derivative_cases.CASES,
}
CASES = [(operation, case) for operation, cases in RULES.items() for case in cases]

# Constant wherever they have a derivative: the gradient is 0.
STEPS = {
    "sign": lambda x: np.sign(x),
    "offset": lambda x: robust.offset(x, axis=1),
    "floor": lambda x: np.floor(x),
    "ceil": lambda x: np.ceil(x),
    "trunc": lambda x: np.trunc(x),
    "rint": lambda x: np.rint(x),
    "floor_divide": lambda x: x // 0.3,
    "spacing": lambda x: np.spacing(x),
    "less": lambda x: x < 1,
    "less_equal": lambda x: x <= 1,
    "greater": lambda x: x > 1,
    "greater_equal": lambda x: x >= 1,
    "equal": lambda x: x == 2,
    "not_equal": lambda x: x != 2,
    "logical_and": lambda x: np.logical_and(x > 0, x),
    "logical_or": lambda x: np.logical_or(x > 0, x),
    "logical_xor": lambda x: np.logical_xor(x > 0, x),
    "logical_not": lambda x: np.logical_not(x),
    "signbit": lambda x: np.signbit(x),
    "isnan": lambda x: np.isnan(x),
    "isinf": lambda x: np.isinf(x),
    "isfinite": lambda x: np.isfinite(x),
    "any": lambda x: np.any(x > 0, axis=0),
    "all": lambda x: np.all(x > 0, axis=0),
    "argmax": lambda x: np.argmax(x, axis=0),
    "argmin": lambda x: np.argmin(x, axis=0),
    "argsort": lambda x: np.argsort(x, axis=0),
    "cast": lambda x: x.astype(int),
    **derivative_cases.PLACES,
}

# They make arrays from nothing, or are about integers and single bits of floats.
NO_DERIVATIVE = {
    "zeros", "ones", "empty", "full", "eye", "arange",
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_count", "invert",
    "left_shift", "right_shift", "gcd", "lcm", "isnat",
}  # fmt: skip


@pytest.mark.parametrize(("operation", "case"), CASES)
def test_the_rule_agrees_with_differences(operation, case):
    f, *args = RULES[operation][case]
    assert_derivatives(f, *args)


def operations_in(graph):
    return {node.operation for node in graph.order}


@pytest.mark.parametrize(("operation", "case"), CASES)
def test_the_case_contains_the_operation(operation, case):
    f, *args = RULES[operation][case]
    with_gradient = pl.graph(pl.value_and_gradient(lambda *a: np.sum(f(*a))), *args)
    found = operations_in(pl.graph(f, *args)) | operations_in(with_gradient)
    assert operation in found | {"copy"}


@pytest.mark.parametrize("operation", STEPS)
def test_a_step_has_gradient_zero(operation):
    f = STEPS[operation]
    assert operation in operations_in(pl.graph(f, X))
    ours = pl.gradient(lambda x: np.sum(x) + np.sum(f(x) * 1.0))(X)
    np.testing.assert_array_equal(ours, np.ones_like(X))


# SciPy's, which are there once a function of SciPy was met, are in test_special.py; the
# derivative of a loop is made of those of its steps.
NUMPYS = [n for n in OPERATIONS if not n.startswith("special.") and n not in STRUCTURE]


@pytest.mark.parametrize("operation", NUMPYS)
def test_every_operation_has_a_derivative_or_is_known_to_have_none(operation):
    assert (operation in DERIVATIVES) != (operation in NO_DERIVATIVE)


# SciPy's rules, which are there once a function of SciPy was met, have their cases in
# test_special.py, which holds that none is left out.
RULED = [n for n in DERIVATIVES if not n.startswith("special.") and n not in STRUCTURE]


@pytest.mark.parametrize("operation", RULED)
def test_every_derivative_has_cases(operation):
    assert operation in RULES or operation in STEPS


@pytest.mark.parametrize("operation", DERIVATIVES)
def test_every_derivative_is_of_an_operation(operation):
    assert operation in OPERATIONS or operation == "copy"


# Complex steps: Im f(x + ih) / h is the derivative to the last digit.

ANALYTIC = {
    "power": lambda x: x**3.5, "reciprocal": np.reciprocal, "square": np.square,
    "sqrt": np.sqrt, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log,
    "log2": np.log2, "log10": np.log10, "log1p": np.log1p, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "arcsinh": np.arcsinh,
    "arctanh": np.arctanh,
}  # fmt: skip


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_rule_agrees_with_a_complex_step(name):
    f, x, h = ANALYTIC[name], np.array([0.1, 0.5, 0.9]), 1e-100
    ours = pl.gradient(lambda x: np.sum(f(x)))(x)
    np.testing.assert_allclose(ours, np.imag(f(x + 1j * h)) / h, rtol=1e-14)


# Points of trouble: where the true derivative is finite, ours is, and right.

HARD = {
    "exp": (np.exp, mpmath.exp, [0.0, -800.0, 1e-300, 700.0]),
    "expm1": (np.expm1, mpmath.expm1, [0.0, -40.0, 1e-300]),
    "log1p": (np.log1p, mpmath.log1p, [0.0, 1e-300, 1e300]),
    "log": (np.log, mpmath.log, [1e-300, 1e300]),
    "sqrt": (np.sqrt, mpmath.sqrt, [1e-300, 1e300]),
    "cbrt": (np.cbrt, mpmath.cbrt, [1e-190, 1e300]),
    "square": (np.square, lambda x: x**2, [0.0, 1e-300, 1e300]),
    "x**0": (lambda x: x**0, lambda x: x**0, [0.0, 2.0]),
    "x**1": (lambda x: np.power(x, 1), lambda x: x, [0.0, 1e-300]),
    "x**2": (lambda x: x**2, lambda x: x**2, [0.0, 1e-300, 1e150]),
    "x**3": (lambda x: x**3, lambda x: x**3, [0.0, 1e-100]),
    "x**array": (
        lambda x: x ** np.array([0.0, 1.0, 2.0]),
        lambda x: 1 + x + x**2,
        [0.0],
    ),
    "tanh": (np.tanh, mpmath.tanh, [0.0, 1e-300, 1.0]),
    "arctan": (np.arctan, mpmath.atan, [0.0, 1e-300, 1e150]),
    "arcsinh": (np.arcsinh, mpmath.asinh, [0.0, 1e-300, 1e300]),
    "arccosh": (np.arccosh, mpmath.acosh, [1.0000001, 1e300]),
    "arcsin": (np.arcsin, mpmath.asin, [0.0, 1e-300, 1 - 1e-9]),
    "arctanh": (np.arctanh, mpmath.atanh, [0.0, 1e-300, 1 - 1e-9]),
    "curvature of logaddexp": (
        pl.gradient(lambda x: np.sum(np.logaddexp(-x, x))),
        mpmath.tanh,
        [0.0, 1e-300, 1.0],
    ),
    "curvature of logaddexp2": (
        pl.gradient(lambda x: np.sum(np.logaddexp2(-x, x))),
        lambda x: mpmath.tanh(x * mpmath.log(2)),
        [0.0, 1.0],
    ),
    "slope of x**y at y = 0": (
        lambda x: pl.gradient(lambda y, x: np.sum(x**y))(np.zeros(1), x),
        mpmath.log,
        [0.5, 2.0],
    ),
    "slope of x**y at y = 0, the other way": (
        lambda y: pl.gradient(lambda x, y: np.sum(x**y))(np.full(1, 0.5), y),
        lambda y: y * mpmath.mpf(0.5) ** (y - 1),
        [0.0, 1.0],
    ),
    "logaddexp": (
        lambda x: np.logaddexp(0.0, x),
        lambda x: mpmath.log(1 + mpmath.exp(x)),
        [0.0, 36.0, 800.0, -800.0, 1e300, -1e300],
    ),
    "logaddexp2": (
        lambda x: np.logaddexp2(x, 0.0),
        lambda x: mpmath.log(1 + mpmath.mpf(2) ** x, 2),
        [0.0, 2000.0, -2000.0],
    ),
    "hypot": (
        lambda x: np.hypot(x, 1e-300),
        lambda x: mpmath.hypot(x, mpmath.mpf(1e-300)),
        [0.0, 1e-300, 1e300],
    ),
    "arctan2": (
        lambda x: np.arctan2(x, 1e-200),
        lambda x: mpmath.atan2(x, mpmath.mpf(1e-200)),
        [1e-200, -1e-200, 1.0],
    ),
    "remainder": (lambda x: x % 0.1, lambda x: x, [0.35, -0.35]),
    "remainder by": (lambda x: 1.0 % x, lambda x: -9 * x, [0.1]),
    "fmod by": (lambda x: np.fmod(1.0, x), lambda x: -9 * x, [0.1]),
    "exp2": (np.exp2, lambda x: mpmath.mpf(2) ** x, [0.0, -1000.0, 1e-300, 1000.0]),
    "log2": (np.log2, lambda x: mpmath.log(x, 2), [1e-300, 1e300]),
    "log10": (np.log10, mpmath.log10, [1e-300, 1e300]),
    "sinh": (np.sinh, mpmath.sinh, [0.0, 1e-300, -700.0]),
    "cosh": (np.cosh, mpmath.cosh, [0.0, 1e-300, -700.0]),
    "reciprocal": (np.reciprocal, lambda x: 1 / x, [1e-150, -1e150]),
    "divide": (lambda x: x / 1e-300, lambda x: x / mpmath.mpf(1e-300), [0.0, 1e-300]),
    "negative base": (lambda x: x**3.0, lambda x: x**3, [-2.0, -1e-100]),
    "negative exponent": (lambda x: x**-2, lambda x: x**-2, [-1e100, 1e-100]),
    "0**y": (lambda x: 0.0**x, lambda x: 0 * x, [1.0, 800.0]),
    "1**y": (lambda x: 1.0**x, lambda x: 0 * x, [0.0, 800.0]),
    "absolute": (np.abs, lambda x: abs(x), [1e-300, -800.0]),
    "copysign": (lambda x: np.copysign(x, -0.0), lambda x: -abs(x), [1e-300, -800.0]),
    "prod": (lambda x: x * np.prod(np.stack([x, x, 0 * x])), lambda x: 0 * x, [800.0]),
    "maximum": (lambda x: np.maximum(x, 0), lambda x: max(x, 0), [1e-300, -1e-300]),
    "minimum": (lambda x: np.minimum(x, 1), lambda x: min(x, 1), [1 - 1e-16, 800.0]),
    "where": (
        lambda x: np.where(x > 0, x**2, -x),
        lambda x: x**2 if x > 0 else -x,
        [800.0, -800.0, 1e-300],
    ),
    "sinc": (np.sinc, mpmath.sincpi, [1e-300, 1e-5, 0.1, 0.5, 1.0, 2.5]),
    "i0": (np.i0, lambda x: mpmath.besseli(0, x), [1e-300, 1e-5, -20.0, 700.0]),
    "cast": (lambda x: x.astype(np.float32), lambda x: x, [0.5, 1e-30]),
    "real": (lambda x: np.real(x * (1 + 2j)), lambda x: x, [1e-300]),
    "imag": (lambda x: np.imag(x * (1 + 2j)), lambda x: 2 * x, [1e-300]),
    **derivative_cases.HARD,
}  # fmt: skip
POINTS = [(name, x) for name, (*_, points) in HARD.items() for x in points]


@pytest.mark.parametrize(("name", "x"), POINTS)
def test_hard_points_are_right(name, x):
    f, exact, _ = HARD[name]
    ours = pl.gradient(lambda x: np.sum(f(x)))(np.array([x]))[0]
    with mpmath.workdps(450):
        theirs = float(mpmath.diff(exact, mpmath.mpf(x), h=mpmath.mpf(10) ** -330))
    np.testing.assert_allclose(ours, theirs, rtol=4e-15)


# Where a sign, or a conjugate, has a slope at all, the numbers are complex.
OF_COMPLEX = {"sign", "conjugate"}
AS_IT_IS = {"copy"}  # its slope is 1 everywhere
ELEMENTARY = [
    name for name in RULED
    if is_elementwise(name)
    and any(DERIVATIVES[name](position) for position in range(3))
]  # fmt: skip


@pytest.fixture(scope="module")
def with_hard_points():
    """The operations that occur among the points of trouble."""
    graphs = [pl.graph(f, np.array([0.5])) for f, *_ in HARD.values()]
    return {operation for graph in graphs for operation in operations_in(graph)}


@pytest.mark.parametrize("operation", sorted(set(ELEMENTARY) - OF_COMPLEX - AS_IT_IS))
def test_every_elementary_rule_has_hard_points(operation, with_hard_points):
    assert operation in with_hard_points


# There the curvature is larger than any float.
BEYOND = {
    ("log", 1e-300), ("log2", 1e-300), ("log10", 1e-300), ("sqrt", 1e-300),
    ("cbrt", 1e-190), ("arctan2", 1e-200), ("arctan2", -1e-200),
    ("reciprocal", 1e-150), ("negative exponent", 1e-100),
}  # fmt: skip


@pytest.mark.parametrize(("name", "x"), [p for p in POINTS if p not in BEYOND])
def test_the_curvature_is_right_at_hard_points(name, x):
    f, exact, _ = HARD[name]
    slope = pl.gradient(lambda x: np.sum(f(x)))
    with unused_allowed():
        ours = pl.gradient(lambda x: np.sum(slope(x)))(np.array([x]))[0]
    with mpmath.workdps(1000):
        h = mpmath.mpf(10) ** -330
        theirs = float(mpmath.diff(exact, mpmath.mpf(x), 2, h=h))
    np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-290)


# Conventions where there is no derivative, each stated once.

CONVENTIONS = {
    "abs at 0": (lambda x: np.abs(x), 0.0, 0.0),
    "abs at -0": (lambda x: np.abs(x), -0.0, 0.0),
    "copysign at 0": (lambda x: np.copysign(x, -1.0), 0.0, 0.0),
    "arctan2 at the origin": (lambda x: np.arctan2(x, 0.0), 0.0, 0.0),
    "relu at -inf": (lambda x: np.maximum(x, -np.inf), -np.inf, 0.5),
    "relu at inf": (lambda x: np.maximum(x, 0), np.inf, 1.0),
    "logaddexp at inf": (lambda x: np.logaddexp(x, 0.0), np.inf, 1.0),
    "logaddexp at -inf": (lambda x: np.logaddexp(x, 0.0), -np.inf, 0.0),
    "logaddexp of -inf": (lambda x: np.logaddexp(x, -np.inf), 2.0, 1.0),
    "logaddexp of two": (lambda x: np.logaddexp(x, 2 * x), -np.inf, 1.5),
    "arctan far out": (np.arctan, [1e200, -np.inf], [0.0, 0.0]),
    "norm of order 3 at 0": (lambda x: np.linalg.norm(x, 3), [0.0, 0.0], [0.0, 0.0]),
    "norm of order 3 beside 0": (
        lambda x: np.linalg.norm(x, 3),
        [0.0, 1.0],
        [0.0, 1.0],
    ),
    "std of one value": (np.std, [3.0, 3.0], [0.0, 0.0]),
    "root mean square at 0": (
        lambda x: np.sqrt(np.mean(x**2)),
        [0.0, 0.0],
        [0.0, 0.0],
    ),
    "length at 0": (lambda x: np.sqrt(np.sum(x**2)), [0.0, 0.0], [0.0, 0.0]),
    "hypot at the tip": (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    "relu at 0": (lambda x: np.maximum(x, 0), 0.0, 0.5),
    "minimum of itself": (lambda x: np.minimum(x, x), 0.7, 1.0),
    "sign at 0": (lambda x: np.sign(x), 0.0, 0.0),
    "floor at 1": (lambda x: np.floor(x), 1.0, 0.0),
    "clip at the bound": (lambda x: np.clip(x, 0, 1), 1.0, 0.5),
    "0 ** 0 in the exponent": (lambda x: 0.0**x, 0.0, 0.0),
    "0 ** 0 in the base": (lambda x: x**0.0, 0.0, 0.0),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_conventions_hold(name):
    f, x, slope = CONVENTIONS[name]
    np.testing.assert_array_equal(
        pl.gradient(lambda x: np.sum(f(x)))(np.array(x)), slope
    )


TIES = {
    "max": (lambda x: np.max(x), [1.0, 3.0, 3.0], [0, 0.5, 0.5]),
    "min": (lambda x: np.min(x), [1.0, 1.0, 1.0], [1 / 3, 1 / 3, 1 / 3]),
    "max axis": (lambda x: np.sum(np.max([x, x], axis=0)), [1.0, 2.0], [1, 1]),
    "maximum": (lambda x: np.maximum(x[0], x[1]), [2.0, 2.0], [0.5, 0.5]),
    "fmin": (lambda x: np.fmin(x[0], x[1]), [2.0, 2.0], [0.5, 0.5]),
    "sort": (lambda x: np.sort(x)[0], [2.0, 2.0], [1, 0]),
    "ptp": (lambda x: np.ptp(x), [1.0, 3.0, 3.0], [-1, 0.5, 0.5]),
    "quantile": (lambda x: np.quantile(x, 0.5), [2.0, 2.0, 3.0], [0.5, 0.5, 0]),
    "max of infinities": (lambda x: np.max(x), [np.inf, np.inf], [0.5, 0.5]),
    "maximum of numbers": (lambda x: np.sum(np.maximum(x, 2)), [2.0, 3.0], [0.5, 1]),
    "norm": (lambda x: np.linalg.norm(x), [0.0, 0.0], [0, 0]),
    "std": (lambda x: np.std(x), [2.0, 2.0], [0, 0]),
    "nanstd": (lambda x: np.nanstd(x), [2.0, np.nan, 2.0], [0, 0, 0]),
    "norm of order 1": (lambda x: np.linalg.norm(x, 1), [0.0, -2.0], [0, -1]),
    "norm of order inf": (
        lambda x: np.linalg.norm(x, np.inf),
        [1.0, -1.0],
        [0.5, -0.5],
    ),
    "median": (lambda x: np.median(x), [2.0, 2.0, 2.0, 3.0], [1 / 3, 1 / 3, 1 / 3, 0]),
}


@pytest.mark.parametrize("name", TIES)
def test_ties_share_equally(name):
    f, x, shares = TIES[name]
    np.testing.assert_allclose(pl.gradient(f)(np.array(x)), shares)


# Where a slope is infinite, or there is none, the gradient says so.

NOT_FINITE = {
    "sqrt at 0": (lambda x: np.sqrt(x), 0.0, np.inf),
    "cbrt at 0": (lambda x: np.cbrt(x), 0.0, np.inf),
    "x**0.5 at 0": (lambda x: x**0.5, 0.0, np.inf),
    "log at 0": (lambda x: np.log(x), 0.0, np.inf),
    "arctanh at 1": (lambda x: np.arctanh(x), 1.0, np.inf),
    "arccosh at 1": (lambda x: np.arccosh(x), 1.0, np.inf),
    "exponent of a negative number": (lambda y: np.power(-2.0, y), 2.0, np.nan),
    "relu of nan": (lambda x: np.maximum(x, 0), np.nan, np.nan),
}


@pytest.mark.parametrize("name", NOT_FINITE)
def test_a_slope_that_is_not_finite_is_not_hidden(name):
    f, x, slope = NOT_FINITE[name]
    with np.errstate(all="ignore"):
        ours = pl.gradient(lambda x: np.sum(f(x)), stable=False)(np.array(x))
    np.testing.assert_array_equal(ours, slope)


# Empty arrays, where NumPy allows them.

EMPTY = {
    "add": lambda x: np.sum(x + 1.0),
    "broadcast": lambda x: np.sum(x + np.ones((3, 1))),
    "sum": lambda x: np.sum(x**2),
    "prod": lambda x: np.prod(x),
    "cumsum": lambda x: np.sum(np.cumsum(x)),
    "cumprod": lambda x: np.sum(np.cumprod(x)),
    "reshape": lambda x: np.sum(x.reshape(0, 4)),
    "concatenate": lambda x: np.sum(np.concatenate([x, np.ones(2)])),
    "index": lambda x: np.sum(x[::-1]),
    "integers": lambda x: np.sum(x[[]]),
    "dot": lambda x: np.dot(x, x),
    "matmul": lambda x: np.sum(x[:, None] @ x[None, :]),
    "where": lambda x: np.sum(np.where(x > 0, x, 0)),
    "einsum": lambda x: np.einsum("i,i", x, x),
}


@pytest.mark.parametrize("name", EMPTY)
def test_empty_arrays_have_empty_gradients(name):
    value, slopes = pl.value_and_gradient(EMPTY[name])(np.zeros(0))
    assert value == EMPTY[name](np.zeros(0))
    assert slopes.shape == (0,)


# The gradient keeps single precision, through every rule.


@pytest.mark.parametrize(("operation", "case"), CASES)
def test_single_precision_stays(operation, case):
    f, *args = RULES[operation][case]
    singles = [a if isinstance(a, float) else a.astype(np.float32) for a in args]
    graph = pl.graph(pl.gradient(lambda *a: np.sum(f(*a))), *singles)
    assert graph.result.dtype == np.asarray(singles[0]).dtype


# The checker is checked: a rule that is wrong by 0.1 % is caught.


@pytest.mark.parametrize("operation", [name for name in RULES if name != "copy"])
def test_a_rule_wrong_by_a_thousandth_is_caught(operation, monkeypatch):
    right = DERIVATIVES[operation]
    wrong_one = 0 if right(0) else 1

    def rule_at(position):
        rule = right(position)
        wrong = lambda *args, **options: with_zeros(rule(*args, **options)) * 1.001  # noqa: E731
        return wrong if position == wrong_one else rule

    monkeypatch.setitem(DERIVATIVES, operation, rule_at)
    f, *args = next(iter(RULES[operation].values()))
    with pytest.raises(GradientError, match="differences give"):
        pl.check(f, *args, order=1)
