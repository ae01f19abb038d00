"""Cases for the derivatives of whole subjects: linear algebra, Fourier, statistics."""

import mpmath
import numpy as np
import scipy.linalg

import pellucid as pl
from pellucid.graphs.operations import robust

X = np.array([[0.5, -1.25, 2.0], [0.75, -0.4, 3.0]])
Y = np.array([[1.5, 0.25, -2.0], [1.1, 0.6, -1.0]])
V = np.array([0.7, -1.3, 2.2])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4) + 0.2
S = np.array([[4.0, 1.0, 0.5], [0.7, 3.0, -0.25], [0.5, -0.3, 2.0]])
STACK = np.stack([S, S.T + np.eye(3)])
TALL = np.array([[1.0, 0.4], [-0.3, 2.0], [0.6, -1.1]])


def symmetric(s):
    return s + np.swapaxes(s, -1, -2)


def parts(z):
    """Both parts of complex numbers, in one array of floats."""
    return np.concatenate([np.real(z), np.imag(z)], axis=-1)


LINEAR_ALGEBRA = {
    "norm": {
        "all": (lambda x: np.linalg.norm(x), X),
        "axis": (lambda x: np.linalg.norm(x, axis=1) ** 3, X),
        "keepdims": (lambda x: x / np.linalg.norm(x, axis=0, keepdims=True), X),
        "axes": (lambda c: np.linalg.norm(c, axis=(0, 2)), C),
        "complex": (lambda x, y: np.linalg.norm(x + 1j * y, axis=0), X, Y),
    },
    "cofactors": {
        "matrix": (lambda s: pl.gradient(lambda s: np.linalg.det(s))(s) * s, S),
        "of det": (lambda s: np.linalg.det(s) ** 2, STACK),
        "stack": (lambda s: pl.gradient(lambda s: np.sum(np.linalg.det(s)))(s), STACK),
    },
    "scipy.linalg.expm": {
        "matrix": (lambda s: scipy.linalg.expm(s) ** 2, S),
        "stack": (lambda s: scipy.linalg.expm(s), STACK),
        "complex": (lambda s: parts(scipy.linalg.expm(1j * s)), S),
        "a Jordan block": (lambda s: scipy.linalg.expm(s), np.eye(3, k=1)),
    },
    "linalg.slogdet": {
        "matrix": (lambda s: np.linalg.slogdet(s)[1], S),
        "negative": (lambda s: np.linalg.slogdet(-s)[1] ** 2, S),
        "stack": (lambda s: np.linalg.slogdet(s)[1] ** 2, STACK),
    },
    "linalg.eigvalsh": {
        "matrix": (lambda s: np.linalg.eigvalsh(symmetric(s)) ** 2, S),
        "stack": (lambda s: np.linalg.eigvalsh(symmetric(s)) ** 2, STACK),
    },
    "linalg.eigh": {
        "values": (lambda s: np.linalg.eigh(symmetric(s))[0] ** 2, S),
        "vectors": (lambda s: np.linalg.eigh(symmetric(s))[1] ** 2, S),
        "stack": (lambda s: np.linalg.eigh(symmetric(s))[1] ** 2, STACK),
    },
    "inverse_gaps": {
        "of eigh": (
            lambda s: pl.gradient(
                lambda s: np.sum(np.linalg.eigh(symmetric(s))[1] ** 4)
            )(s),
            S,
        ),
        "of svd": (
            lambda s: pl.gradient(lambda s: np.sum(np.linalg.svd(s)[0] ** 4))(s),
            S,
        ),
    },
    "linalg.eigvals": {"matrix": (lambda s: np.linalg.eigvals(s) ** 2, S)},
    "linalg.eig": {
        "values": (lambda s: np.linalg.eig(s)[0] ** 2, S),
        "vectors": (lambda s: np.linalg.eig(s)[1] ** 2, S),
    },
    "linalg.svdvals": {
        "wide": (lambda x: np.linalg.svdvals(x) ** 2, X),
        "stack": (lambda s: np.linalg.svdvals(s), STACK),
    },
    "linalg.svd": {
        "values": (lambda x: np.linalg.svd(x, full_matrices=False)[1] ** 2, X),
        "left": (lambda x: np.linalg.svd(x, full_matrices=False)[0] ** 2, X),
        "right": (lambda x: np.linalg.svd(x, full_matrices=False)[2] ** 2, X),
        "stack": (lambda s: np.linalg.svd(s)[0] ** 2, STACK),
    },
    "linalg.qr": {
        "triangle": (lambda x: np.linalg.qr(x)[1] ** 2, TALL),
        "columns": (lambda x: np.linalg.qr(x)[0] ** 2, TALL),
        "stack": (lambda s: np.linalg.qr(s)[1] ** 2, STACK),
    },
    "linalg.pinv": {
        "tall": (lambda x: np.linalg.pinv(x), TALL),
        "wide": (lambda x: np.linalg.pinv(x), X),
        "stack": (lambda s: np.linalg.pinv(s), STACK),
    },
    "linalg.lstsq": {
        "vector": (lambda a, b: np.linalg.lstsq(a, b)[0], TALL, V),
        "columns": (lambda a, b: np.linalg.lstsq(a, b)[0], TALL, S),
        "wide": (lambda a, b: np.linalg.lstsq(a, b)[0], X, V[:2]),
    },
}

COMPLEX = {
    "real": {"parts": (lambda x, y: np.real((x + 1j * y) ** 3), X, Y)},
    "imag": {"parts": (lambda x, y: np.imag((x + 1j * y) ** 3), X, Y)},
    "conjugate": {"parts": (lambda x, y: parts(np.conj(x + 1j * y) ** 3), X, Y)},
    "sign": {"complex": (lambda x, y: parts(np.sign(x + 1j * y)) ** 2, X, Y)},
    "fft.fft": {
        "last": (lambda x: parts(np.fft.fft(x)) ** 2, X),
        "axis": (lambda x: parts(np.fft.fft(x, axis=0)) ** 2, X),
        "cut": (lambda x: parts(np.fft.fft(x, 2)) ** 2, X),
        "filled": (lambda x: parts(np.fft.fft(x, 5, norm="ortho")) ** 2, X),
        "complex": (lambda x, y: parts(np.fft.fft(x + 1j * y)) ** 2, X, Y),
    },
    "fft.ifft": {
        "last": (lambda x: parts(np.fft.ifft(x)) ** 2, X),
        "forward": (lambda x: parts(np.fft.ifft(x, 4, norm="forward")) ** 2, X),
    },
    "fft.rfft": {
        "odd": (lambda x: parts(np.fft.rfft(x)) ** 2, X),
        "even": (lambda x: parts(np.fft.rfft(x, axis=0)) ** 2, X),
        "filled": (lambda x: parts(np.fft.rfft(x, 6)) ** 2, X),
    },
    "fft.irfft": {
        "even": (lambda x, y: np.fft.irfft(x + 1j * y) ** 2, X, Y),
        "odd": (lambda x, y: np.fft.irfft(x + 1j * y, 5) ** 2, X, Y),
        "cut": (lambda x, y: np.fft.irfft(x + 1j * y, 2, norm="ortho") ** 2, X, Y),
    },
}

FLOATING = {
    "modf": {
        "rest": (lambda x: np.modf(x)[0] ** 2, X + 0.07),
        "both": (lambda x: np.modf(x)[0] * np.modf(x)[1], X + 0.07),
    },
    "frexp": {"mantissa": (lambda x: np.frexp(x)[0] ** 3, X + 0.07)},
    "divmod": {
        "rest": (lambda x, y: np.divmod(x, y)[1] ** 2, X, Y + 0.07),
        "broadcast": (lambda x, v: np.divmod(x, v)[1] ** 2, X, V + 0.07),
    },
    "ldexp": {"array": (lambda x: np.ldexp(x, np.array([1, -2, 3])) ** 2, X)},
    "nextafter": {"array": (lambda x: np.nextafter(x, 9.0) ** 3, X)},
}


def slope_through_windows(*windows):
    seen = np.lib.stride_tricks.sliding_window_view
    return pl.gradient(lambda x: np.sum(seen(x, *windows) ** 3))


NUMERICAL = {
    "convolve": {
        mode: (lambda v, x, mode=mode: np.convolve(v, x[0, :2] * x[1, :2], mode), V, X)
        for mode in ("full", "same", "valid")
    },
    "lib.stride_tricks.sliding_window_view": {
        "vector": (lambda v: np.lib.stride_tricks.sliding_window_view(v, 2) ** 2, V),
        "matrix": (
            lambda c: np.lib.stride_tricks.sliding_window_view(c, (2, 3), (1, 2)) ** 2,
            C,
        ),
    },
    "overlap_add": {
        "vector": (slope_through_windows(2), V),
        "matrix": (slope_through_windows((2, 3), (1, 2)), C),
    },
    "sinc": {
        "array": (lambda x: np.sinc(x), X),
        "at 0": (lambda v: np.sinc(v), np.array([0.0, 1e-9, 0.3])),
    },
    "i0": {"array": (lambda x: np.i0(x), X)},
}

STATISTICS = {
    "quantile": {
        "all": (lambda x: np.quantile(x, 0.3) ** 2, X),
        "axis": (lambda x: np.quantile(x, [0.3, 0.6], axis=1) ** 2, X),
        "keepdims": (lambda x: x * np.quantile(x, 0.7, axis=0, keepdims=True), X),
        "method": (lambda x: np.quantile(x, 0.3, method="hazen") ** 2, X),
    },
    "median": {
        "all": (lambda x: np.median(x) ** 2, X),
        "axis": (lambda x: np.median(x, axis=1, keepdims=True) * x, X),
    },
    "root": {"axis": (lambda x: np.std(x, axis=1), X)},
    "fmax.reduce": {"axis": (lambda x: np.fmax.reduce(x, axis=1) ** 2, X)},
    "fmin.reduce": {"axis": (lambda x: np.fmin.reduce(x, axis=0) ** 2, X)},
    "maximum.accumulate": {
        "first": (lambda x: np.maximum.accumulate(x) ** 2, X),
        "last": (lambda x: np.maximum.accumulate(x, axis=1) ** 2, X),
    },
    "minimum.accumulate": {
        "last": (lambda c: np.minimum.accumulate(c, axis=1) ** 2, C),
    },
}


def reductions(f):
    """The cases of a robust operation that reduces, or keeps the shape."""
    return {
        "all": (lambda x: f(x) ** 2, X),
        "axis": (lambda x: f(x, axis=0) ** 2, X),
        "last": (lambda c: f(c, axis=-1) ** 2, C),
    }


ROBUST = {
    "ratio": {
        "arrays": (lambda x, y: robust.ratio(x, y), X, Y),
        "broadcast": (lambda x, v: robust.ratio(v, x), X, V),
    },
    "sigmoid": {"array": (lambda x: robust.sigmoid(x), X)},
    "softplus": {"array": (lambda x: robust.softplus(x), X)},
    "log1mexp": {"array": (lambda x: robust.log1mexp(x), np.abs(X) + 0.1)},
    "log_loss": {
        "arrays": (lambda x, y: robust.log_loss(x, y) ** 2, X, Y),
        "broadcast": (lambda x, v: robust.log_loss(x, v) ** 2, X, V),
    },
    "log_weighted_sum": {
        "all": (lambda x, y: robust.log_weighted_sum(x, y * y) ** 2, X, Y),
        "last": (lambda c: robust.log_weighted_sum(c, c * c, axis=-1) ** 2, C),
        "broadcast": (lambda x, v: robust.log_weighted_sum(x, v * v, axis=0), X, V),
    },
    "logsumexp": reductions(robust.logsumexp),
    "softmax": reductions(robust.softmax),
    "log_softmax": reductions(robust.log_softmax),
    "log_product": {
        "all": (lambda x: robust.log_product(x * x) ** 2, X),
        "axis": (lambda x: robust.log_product(x * x, axis=0) ** 2, X),
    },
}

CASES = {
    **LINEAR_ALGEBRA, **COMPLEX, **FLOATING, **NUMERICAL, **STATISTICS, **ROBUST,
}  # fmt: skip

# Places, which are whole numbers: constant wherever they have a derivative.
PLACES = {
    "argpartition": lambda x: np.argpartition(x, 1),
    "nanargmax": lambda x: np.nanargmax(x, axis=1),
    "nanargmin": lambda x: np.nanargmin(x, axis=1),
    "searchsorted": lambda x: np.searchsorted(np.sort(x[0]), x),
}

# name: (function, the same in mpmath, points of trouble); see test_derivatives.py for
# those of powers, exponentials and logarithms.
HARD = {
    "add": (lambda x: x + 1e300, lambda x: x + mpmath.mpf(1e300), [0.0, 1e-300]),
    "positive": (lambda x: +x, lambda x: x, [0.0, -800.0]),
    "float_power": (
        lambda x: np.float_power(x, 3.0),
        lambda x: x**3,
        [0.0, 1e-100, -2.0],
    ),
    "fabs": (np.fabs, abs, [1e-300, -800.0]),
    "sin": (np.sin, mpmath.sin, [0.0, 1e-300, 800.0, 1e8]),
    "cos": (np.cos, mpmath.cos, [0.0, 1e-300, 800.0, 1e8]),
    "tan": (np.tan, mpmath.tan, [0.0, 1e-300, 1.57, 800.0]),
    "arccos": (np.arccos, mpmath.acos, [0.0, 1e-300, 1 - 1e-9]),
    **{
        name: (getattr(np, name), mpmath.radians, [1e-300, 800.0])
        for name in ("deg2rad", "radians")
    },
    **{
        name: (getattr(np, name), mpmath.degrees, [1e-300, 800.0])
        for name in ("rad2deg", "degrees")
    },
    "fmax": (lambda x: np.fmax(x, 0.0), lambda x: max(x, 0), [1e-300, -1e-300]),
    "fmin": (lambda x: np.fmin(x, 0.0), lambda x: min(x, 0), [1e-300, -1e-300]),
    "heaviside": (
        lambda x: x * np.heaviside(x, 0.5),
        lambda x: max(x, 0),
        [1e-300, -800.0],
    ),
    "modf": (lambda x: np.modf(x)[0], lambda x: x, [0.35, -0.35, 1e-300]),
    "frexp": (
        lambda x: np.frexp(x)[0],
        lambda x: mpmath.frexp(x)[0],
        [3.0, 1e-300, -800.0],
    ),
    "divmod": (lambda x: np.divmod(x, 0.1)[1], lambda x: x, [0.35, -0.35, 1e-300]),
    "ldexp": (lambda x: np.ldexp(x, 10), lambda x: 1024 * x, [0.0, 1e-300]),
    "nextafter": (lambda x: np.nextafter(x, 9.0), lambda x: x, [0.0, -800.0]),
    "ratio": (
        lambda x: robust.ratio(1.0, x),
        lambda x: 1 / x,
        [1e-100, -1e100, 800.0],
    ),
    "root": (lambda x: robust.root(x), mpmath.sqrt, [1e-100, 1e300]),
    "sigmoid": (
        lambda x: robust.sigmoid(x),
        lambda x: 1 / (1 + mpmath.exp(-x)),
        [0.0, 1e-300, 40.0, -40.0, 800.0, -800.0],
    ),
    "softplus": (
        lambda x: robust.softplus(x),
        lambda x: mpmath.log(1 + mpmath.exp(x)),
        [0.0, 1e-300, 36.0, 800.0, -800.0],
    ),
    "log1mexp": (
        lambda x: robust.log1mexp(x),
        lambda x: mpmath.log(1 - mpmath.exp(-x)),
        [1e-100, 0.7, 40.0, 800.0],
    ),
    "log_loss": (
        lambda x: robust.log_loss(x, 0.25),
        lambda x: mpmath.log(1 + mpmath.exp(x)) - x / 4,
        [0.0, 1e-300, 36.0, 800.0, -800.0],
    ),
}
