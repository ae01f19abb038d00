"""Fourier transforms and complex numbers inside real functions."""

import jax
import numpy as np
import pytest
from comparison import (
    assert_as_numpy,
    assert_derivatives,
    gradient_of_jax,
    in_precision,
)

import pellucid as pl

X = np.cos(np.arange(72.0) ** 2 * 0.7).reshape(3, 4, 6) * 1.5 + 0.2
Y = np.sin(np.arange(72.0) ** 2 * 0.9).reshape(3, 4, 6) + 0.1
ROW, OTHER = X[0, 0], Y[0, 0]

LINES = {
    "plain": {},
    "shorter": {"n": 4},
    "longer": {"n": 9},
    "one point": {"n": 1},
    "axis": {"axis": 0},
    "negative axis, ortho": {"axis": -2, "norm": "ortho"},
    "forward": {"n": 5, "norm": "forward"},
    "backward": {"norm": "backward"},
}
PLANES = {
    "plain": {},
    "axes": {"axes": (2, 0)},
    "sizes": {"s": (4, 5), "axes": (0, 2)},
    "whole axis": {"s": (5, -1), "axes": (-3, -1), "norm": "forward"},
    "ortho": {"norm": "ortho"},
}
SHIFTS = {"all": {}, "one": {"axes": 1}, "two": {"axes": (0, -1)}}

OF_REALS = ("fft", "ifft", "rfft", "ihfft", "irfft", "hfft")
OF_COMPLEX = ("fft", "ifft", "irfft", "hfft")
OF_PLANES = ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn", "irfft2", "irfftn")


def transform(name, **options):
    return lambda x: getattr(np.fft, name)(x, **options)


def transform_of_complex(name, **options):
    return lambda x, y: getattr(np.fft, name)(x + 1j * y, **options)


def into_buffer(x):
    out = np.empty(x.shape, np.result_type(x, 1j))
    np.fft.fft(x, out=out)
    return out


CASES = (
    {
        f"{name} {how}": (transform(name, **o), X)
        for name in OF_REALS
        for how, o in LINES.items()
    }
    | {
        f"{name} of complex, {how}": (transform_of_complex(name, **o), X, Y)
        for name in OF_COMPLEX
        for how, o in LINES.items()
    }
    | {
        f"{name} {how}": (transform(name, **o), X)
        for name in OF_PLANES
        for how, o in PLANES.items()
    }
    | {
        f"{name} {how}": (transform(name, **o), X)
        for name in ("fftshift", "ifftshift")
        for how, o in SHIFTS.items()
    }
    | {
        "shift of odd length": (lambda x: np.fft.ifftshift(x[:, :3]), X),
        "out": (into_buffer, X),
        "list": (lambda x: np.fft.fft([x[0], 2 * x[1], x[2]]), ROW),
        "fftfreq": (lambda x: x * np.fft.fftfreq(6).astype(x.dtype), ROW),
        "rfftfreq": (lambda x: x[:4] * np.fft.rfftfreq(6, 0.1).astype(x.dtype), ROW),
        "real": (lambda x, y: np.real(x + 1j * y) + (x * 1j).real, X, Y),
        "imag": (lambda x, y: np.imag(x * (y + 2j)) + x.imag + np.imag(y), X, Y),
        "conjugate": (lambda x, y: np.conj(x + 1j * y) * x.conj(), X, Y),
        "conjugate method": (lambda x, y: (x - 1j * y).conjugate(), X, Y),
        "angle": (lambda x, y: np.angle(x + 1j * y), X, Y),
        "angle of reals": (lambda x: np.angle(x) * 2, X),
        "angle in degrees": (lambda x, y: np.angle(y + 1j * x, deg=True), X, Y),
        "absolute": (lambda x, y: abs(x + 1j * y), X, Y),
        "sign": (lambda x, y: np.sign(x + 1j * y), X, Y),
        "sum": (lambda x, y: np.sum(x + 1j * y, axis=1), X, Y),
        "prod": (lambda x, y: np.prod(x[0] + 1j * y[0], axis=1), X, Y),
        "cumprod": (lambda x, y: np.cumprod(x[0] + 1j * y[0], axis=1), X, Y),
        "mean": (lambda x, y: np.mean(x + 1j * y), X, Y),
        "index": (lambda x, y: (x + 1j * y)[::2, [0, 2, 0]], X, Y),
        "where": (lambda x, y: np.where(x > 0, x * 1j, y), X, Y),
        "number": (lambda x: 1j * x[0] + 3, ROW),
        "norm": (lambda x, y: np.linalg.norm(x + 1j * y, axis=-1), X, Y),
        "isreal": (lambda x: np.where(np.isreal(x), x, 2 * x), X),
        "iscomplex": (lambda x, y: np.where(np.iscomplex(x + 1j * y), x, y), X, Y),
        "iscomplexobj": (lambda x: x * np.iscomplexobj(1j * x), X),
        "isrealobj": (lambda x: x * np.isrealobj(1j * x) + x, X),
    }
)


def weighed(result):
    """A real number that every part of a result counts in."""
    return np.real(result) ** 2 + 3 * np.imag(result) + np.real(result * result)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *in_precision(precision, arrays))


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_agrees_with_differences(name):
    f, *arrays = CASES[name]
    assert_derivatives(lambda *a: weighed(f(*a)), *arrays)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "fft2", "rfftn"])
def test_transforms_have_the_gradient_of_jax(name):
    def cost(numpy):
        return lambda x: numpy.sum(numpy.abs(getattr(numpy.fft, name)(x)) ** 3)

    theirs = gradient_of_jax(cost(jax.numpy), X)
    np.testing.assert_allclose(pl.gradient(cost(np))(X), theirs, rtol=1e-12)


# Every elementwise rule holds for complex arguments.

ANALYTIC = {
    "add": lambda z: z + z.T, "subtract": lambda z: z - 2j, "multiply": lambda z: z * z,
    "divide": lambda z: z / (1 + z * z), "negative": lambda z: -z,
    "positive": np.positive, "power": lambda z: z**2.5, "exponent": lambda z: 2**z,
    "both": lambda z: z**z,
    "reciprocal": np.reciprocal, "square": np.square, "sqrt": np.sqrt, "exp": np.exp,
    "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log2": np.log2,
    "log10": np.log10, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "arcsinh": np.arcsinh, "arccosh": np.arccosh,
    "arctanh": np.arctanh,
}  # fmt: skip
Z = np.array([0.4 + 0.3j, -1.2 + 0.5j, 2.5 - 0.7j, -0.3 - 2j])


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_rule_holds_for_complex_numbers(name):
    f = ANALYTIC[name]
    cost = lambda x, y: weighed(f(x + 1j * y))  # noqa: E731
    assert_derivatives(cost, Z.real.copy(), Z.imag.copy())


@pytest.mark.parametrize("name", ANALYTIC)
def test_analytic_functions_obey_cauchy_and_riemann(name):
    f = ANALYTIC[name]
    of_x, of_y = pl.gradient(lambda x, y: np.sum(np.real(f(x + 1j * y))), wrt=(0, 1))(
        Z.real.copy(), Z.imag.copy()
    )
    by_x, by_y = pl.gradient(lambda x, y: np.sum(np.imag(f(x + 1j * y))), wrt=(0, 1))(
        Z.real.copy(), Z.imag.copy()
    )
    np.testing.assert_allclose([of_x, of_y], [by_y, -by_x], rtol=1e-12, atol=1e-14)


# Parts that are written to.


def parts(x, y):
    z = np.zeros(x.shape, complex)
    z.real = x
    z.imag = x * y
    z.imag[1] = y[0]
    z.real += 1
    return np.exp(z)


def view(x, y):
    z = x + 1j * y
    half = z.real[::2]
    half *= 3
    return z * half[0]


@pytest.mark.parametrize("f", [parts, view])
def test_parts_of_complex_arrays_can_be_written(f):
    assert_as_numpy(f, ROW, OTHER)
    assert_derivatives(lambda x, y: weighed(f(x, y)), ROW, OTHER)


@pytest.mark.parametrize("name", ["number", "absolute", "fft of complex, plain"])
def test_compiled_code_computes_with_complex_numbers(name):
    f, *arrays = CASES[name]
    np.testing.assert_allclose(pl.compile(f)(*arrays), f(*arrays), rtol=1e-14)


# Points of trouble.

ORIGIN = {
    "absolute": lambda x: np.abs(x + 1j * x),
    "norm": lambda x: np.linalg.norm(x + 1j * x),
    "sign": lambda x: np.real(np.sign(x * (1 + 1j))),
}


@pytest.mark.parametrize("name", ORIGIN)
def test_the_gradient_at_the_origin_is_zero(name):
    assert pl.gradient(ORIGIN[name])(0.0) == 0


def test_a_complex_cost_is_refused():
    with pytest.raises(pl.PellucidError, match="complex"):
        pl.gradient(lambda x: np.sum(x * 1j))(ROW)


@pytest.mark.parametrize("verb", [pl.jacobian, pl.hessian])
def test_a_complex_result_has_no_derivative(verb):
    with pytest.raises(pl.PellucidError, match="complex"):
        verb(lambda x: np.sum(x * 1j))(ROW)


# What NumPy refuses is refused while the function is recorded.

WRONG = {
    "no points": lambda x: np.fft.fft(x, 0),
    "norm": lambda x: np.fft.fft(x, norm="spam"),
    "axis": lambda x: np.fft.fft(x, axis=3),
    "sizes": lambda x: np.fft.fftn(x, s=(2, 3), axes=(0,)),
    "empty": lambda x: np.fft.rfft(x[..., :0]),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    with pytest.raises((ValueError, IndexError)):
        WRONG[name](X)
    with pytest.raises((ValueError, IndexError)):
        pl.graph(WRONG[name], X)
