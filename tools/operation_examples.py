"""For each operation of the closed set a program of three numbers that records it."""

import importlib

import numpy as np
import scipy.linalg
import scipy.special as sc

from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.derivatives.special_tables import unknown
from pellucid.graphs.operations.closed_set import OPERATIONS, UFUNCS
from pellucid.graphs.tracing.traced import recorded

X = np.array([0.5, 0.25, 0.75])
D = np.diag([1.0, 2.0, 3.0])
WHOLE_NUMBERS = {"gcd", "lcm", "invert"}


def square(x):
    """A matrix that is symmetric, positive definite and far from singular."""
    return x * x[:, None] + D.astype(x.dtype)


def rows(x):
    """A matrix whose rows are in different orders."""
    return x[:, None] * np.array([1.0, -2.0, 4.0], x.dtype)


def buffer(x):
    """An array that is assigned to."""
    b = np.zeros(3)
    b[0] = x[0] ** 2
    return b.sum()


def scattered(x):
    """What the derivative of an index is made of."""
    return recorded("scatter", x[:2], at=(slice(0, 2),), shape=(3,))


def added(x):
    """What sums over the turns of a loop are made of, when they go to their places."""
    return recorded("add_at", rows(x), x[:2], at=(slice(0, 2), 1))


EXAMPLES = {
    "ldexp": lambda x: np.ldexp(x, (4 * x).astype(int)),
    "divmod": lambda x: np.divmod(x, 0.3)[1],
    "arccosh": lambda x: np.arccosh(x + 1),
    "acosh": lambda x: np.acosh(x + 1),
    "where": lambda x: np.where(x > 0, x, 0),
    "cast": lambda x: x.astype(np.float32),
    "reshape": lambda x: rows(x).reshape(9),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3)),
    "transpose": lambda x: rows(x)[None].transpose(1, 0, 2),
    "diagonal": lambda x: np.diagonal(rows(x), 1),
    "concatenate": lambda x: np.concatenate([rows(x), rows(x)], axis=1),
    "stack": lambda x: np.stack([x] * 9, axis=1),
    "index": lambda x: x[::-1] + x[[0, 2, 1]] + x[..., None].T,
    "assign": buffer,
    "scatter": scattered,
    "add_at": added,
    "einsum": lambda x: np.einsum("i,j->ij", x, x),
    "matmul": lambda x: x @ rows(x),
    "dot": lambda x: np.dot(np.ones((2, 2, 3)), x),
    "linalg.solve": lambda x: np.linalg.solve(square(x), x),
    "cofactors": lambda x: recorded("cofactors", square(x)),
    "inverse_gaps": lambda x: recorded(
        "inverse_gaps", x, -x, np.zeros((3, 3), bool), np.zeros((3, 3)), 1.0
    ),
    "scipy.linalg.expm": lambda x: scipy.linalg.expm(rows(x)),
    "linalg.slogdet": lambda x: np.linalg.slogdet(square(x))[1],
    "linalg.lstsq": lambda x: np.linalg.lstsq(square(x), x)[0],
    "zeros": lambda x: x + np.zeros(3),
    "ones": lambda x: x + np.ones(3),
    "empty": lambda x: x + np.sum(recorded("empty", shape=(0, 3)), axis=0),
    "full": lambda x: x + np.full(3, 2.5),
    "eye": lambda x: np.sum(np.eye(3) * x) + np.eye(3) @ x,
    "arange": lambda x: np.sum(np.arange(3) * x) + np.arange(9)[0],
    "argpartition": lambda x: np.argpartition(x, 1),
    "searchsorted": lambda x: np.searchsorted(np.sort(x), x + 0.1),
    "convolve": lambda x: np.convolve(x, x[:2], "same"),
    "quantile": lambda x: np.quantile(rows(x), 0.3, axis=1),
    "median": lambda x: np.median(rows(x), axis=0),
    "norm": lambda x: np.linalg.norm(rows(x), axis=1),
    "real": lambda x: np.fft.rfft(x).real,
    "imag": lambda x: np.fft.rfft(x).imag,
    "fft.irfft": lambda x: np.fft.irfft(np.fft.rfft(x), 3),
    "fft.ifft": lambda x: np.fft.ifft(x).real,
    "fft.fft": lambda x: np.fft.fft(x, axis=-1).real,
    "linalg.eig": lambda x: np.linalg.eig(square(x))[0],
    "lib.stride_tricks.sliding_window_view": lambda x: (
        np.lib.stride_tricks.sliding_window_view(x, 2)
    ),
    "overlap_add": lambda x: recorded("overlap_add", rows(x), shape=(5,), axis=(0,)),
    "special.bdtr": lambda x: sc.bdtr(2.0, 5, x),
    "special.bdtrc": lambda x: sc.bdtrc(2.0, 5, x),
    "special.eval_hermite": lambda x: sc.eval_hermite(2, x),
    "special.eval_hermitenorm": lambda x: sc.eval_hermitenorm(2, x),
    "special.lambertw": lambda x: sc.lambertw(x).real,
    "special.spherical_in": lambda x: sc.spherical_in(1, x),
    "special.spherical_jn": lambda x: sc.spherical_jn(1, x),
    "special.spherical_kn": lambda x: sc.spherical_kn(1, x),
    "special.spherical_yn": lambda x: sc.spherical_yn(1, x),
    "special.wofz": lambda x: sc.wofz(x).imag,
    "special.zeta": lambda x: sc.zeta(2.5, x),
    "special.ellipj": lambda x: sc.ellipj(x, 0.6)[0],
    "log_loss": lambda x: robust("log_loss")(x, x),
    "log_weighted_sum": lambda x: robust("log_weighted_sum")(x, x),
    "ratio": lambda x: robust("ratio")(x, np.exp(x)),
}


def robust(name):
    """An operation that NumPy lacks."""
    module = importlib.import_module("pellucid.graphs.operations.robust")
    return getattr(module, name)


def example(name):
    """The program for an operation: its own, or that of NumPy's or SciPy's function."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    if name.startswith("special."):
        return _of_scipy(name.removeprefix("special."))
    if name in UFUNCS.values():
        return _of_ufunc(name)
    if name.startswith("linalg."):
        return lambda x: first(getattr(np.linalg, name[7:])(square(x)))
    if name.startswith("fft."):
        return lambda x: np.real(getattr(np.fft, name[4:])(x))
    if name.endswith((".reduce", ".accumulate")):
        ufunc, method = name.split(".")
        return lambda x: getattr(getattr(np, ufunc), method)(rows(x), axis=1)
    if hasattr(np, name):
        return lambda x: first(getattr(np, name)(x))
    return lambda x: robust(name)(x)


def first(result):
    """The first of several results."""
    return result[0] if isinstance(result, tuple) else result


def _of_ufunc(name):
    ufunc = getattr(np, name)
    whole = name.startswith("bitwise") or name in WHOLE_NUMBERS or "shift" in name
    return lambda x: ufunc(*[x.astype(int) if whole else x] * ufunc.nin)


def _of_scipy(name):
    """A ufunc of x, and of constants where no formula for the derivative is known."""
    ufunc, rule = getattr(sc, name), DERIVATIVES.get(f"special.{name}")
    free = [rule is None or rule(i) is not unknown for i in range(ufunc.nin)]
    return lambda x: first(ufunc(*[x if is_free else X for is_free in free]))


importlib.import_module("pellucid.graphs.functions.special")  # enters SciPy's

# Loops and what is in them are the structure of a graph: no program records them, and
# each table reads the steps of their bodies.
STRUCTURE = {"loop", "part", "counter", "entry"}
# Dates are not traced, and copies are gone from a finished graph.
NAMES = sorted(set(OPERATIONS) - {"isnat", "copy"} - STRUCTURE)
