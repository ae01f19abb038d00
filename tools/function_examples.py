"""For each function of NumPy that is recorded a small call of that very function.

`EXAMPLES[name]` are the arguments; `program(name)` is the function that makes the call,
with NumPy's name written out as a person writes it, and `inputs(name)` what it takes:
the floats and arrays of floats, wherever they stand in the arguments. Whole and complex
numbers are made from floats; plain whole numbers, masks and functions are fixed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import covered
import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.tracing.trace import is_float
from pellucid.graphs.tracing.traced import WRITERS


@dataclass(frozen=True)
class Made:
    """An argument that is computed from floats before the call."""

    by: Callable[..., Any]
    floats: list[Any]


def whole(*floats: float) -> Made:
    """Whole numbers that an input decides."""
    return Made(lambda x: x.astype(int), [np.array(floats)])


X = np.array([0.55, -1.2, 2.1])
Y = np.array([1.45, 0.35, -0.8])
Z = Made(lambda x, y: x + 1j * y, [X, Y])
U = np.array([0.2, 0.7, 0.4])
P = np.array([0.8, 1.7, 2.9, 0.6])
A = np.array([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]])
B = np.array([[2.0, -1.0, 0.25], [0.6, 1.3, -2.5]])
S = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])
C = np.cos(np.arange(8.0)).reshape(2, 2, 2)
HOLES = np.array([[0.5, np.nan, 2.0], [1.5, 0.75, -0.5]])
MASK = np.array([[True, False, True], [False, True, True]])
N = whole(6.5, 4.5, 1.5)
PICK = whole(1.5, 0.5, 1.5)
ONE = np.float64(0.75)


class Call(NamedTuple):
    """The arguments of one call."""

    arguments: tuple[Any, ...]
    options: dict[str, Any]


def call(*arguments: Any, **options: Any) -> Call:
    """Write a call down without making it."""
    return Call(arguments, options)


def squares(row: Any) -> Any:
    """A function to apply along an axis."""
    return np.sum(row**2)


_ELEMENTWISE = {
    "conjugate": call(Z),
    **dict.fromkeys(("arccos", "arcsin", "arctanh"), call(U)),
    **dict.fromkeys(("log", "log10", "log1p", "log2", "sqrt"), call(P)),
    "arccosh": call(P + 1),
    **dict.fromkeys(("float_power", "power"), call(U, X)),
    "heaviside": call(np.array([1, 0, -1]), X),
    "ldexp": call(X, N),
    **dict.fromkeys(("matmul",), call(A, S)),
    "matvec": call(A, X),
    "vecmat": call(X, S),
    **dict.fromkeys(
        ("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "left_shift",
         "right_shift"),
        call(N, 2),
    ),
    **dict.fromkeys(("bitwise_count", "invert"), call(N)),
}  # fmt: skip

_SHAPES = {
    "append": call(A, B, axis=0),
    "array": call([[X[0], 1.0], [Y[1], 2.0]]),
    "array_split": call(X, 2),
    **dict.fromkeys(
        ("asanyarray", "asarray", "ascontiguousarray", "asfortranarray", "copy",
         "fliplr", "flipud", "matrix_transpose", "linalg.matrix_transpose", "ravel",
         "rot90", "transpose", "real_if_close", "unstack"),
        call(A),
    ),
    "astype": call(A, np.longdouble),
    **dict.fromkeys(("atleast_1d", "atleast_2d", "atleast_3d"), call(X)),
    "block": call([[A, A], [B, B]]),
    "broadcast_arrays": call(A, X),
    "broadcast_to": call(X, (2, 3)),
    **dict.fromkeys(("column_stack", "dstack", "hstack", "vstack"), call([X, Y])),
    **dict.fromkeys(("concatenate", "stack"), call([A, B], axis=1)),
    "delete": call(A, 1, axis=1),
    **dict.fromkeys(("diag", "diagflat"), call(X, 1)),
    **dict.fromkeys(("diagonal", "tril", "triu"), call(S, 1)),
    "linalg.diagonal": call(S, offset=1),
    **dict.fromkeys(("dsplit", "hsplit", "split", "vsplit"), call(C, 2)),
    "expand_dims": call(A, (0, -1)),
    "flip": call(A, axis=1),
    "fromfunction": call(lambda i, x: i * x, (3,), x=ONE),
    "full": call((2, 2), ONE),
    "full_like": call(X, ONE, float),
    "geomspace": call(ONE, np.float64(3.0), 4),
    "insert": call(X, [1, 2], Y[:2]),
    "lib.stride_tricks.sliding_window_view": call(X, 2),
    **dict.fromkeys(("linspace", "logspace"), call(ONE, np.float64(3.0), 4)),
    "meshgrid": call(X, Y[:2]),
    "moveaxis": call(C, 0, -1),
    "pad": call(X, 2, mode="reflect"),
    "repeat": call(A, [1, 0, 2], axis=1),
    "require": call(A, float, "C"),
    **dict.fromkeys(("reshape", "resize"), call(A, (3, 2))),
    "roll": call(A, 1, axis=1),
    "rollaxis": call(C, 2),
    "squeeze": call(A[None]),
    "swapaxes": call(C, 0, 2),
    "tile": call(A, (2, 1)),
}  # fmt: skip

_SELECTION = {
    "choose": call(PICK, [X, Y]),
    "clip": call(A, -1.0, 1.25),
    "compress": call([True, False, True], X),
    "copyto": call(A, X),
    "extract": call(MASK, A),
    "fill_diagonal": call(S, ONE),
    "interp": call(U, np.array([0.0, 0.5, 1.0]), X),
    "nan_to_num": call(HOLES),
    "partition": call(P, 2),
    "piecewise": call(X, [X < 0, X >= 0], [np.sin, np.exp]),
    **dict.fromkeys(("place", "putmask"), call(A, MASK, Y)),
    "put": call(X, [0, 2], Y[:2]),
    "put_along_axis": call(A, np.array([[1], [0]]), Y[:2, None], axis=1),
    "select": call([X < 0, X < 1], [X**2, Y], -1.0),
    **dict.fromkeys(("sort", "sort_complex"), call(X)),
    "take": call(A, [2, 0], axis=1),
    "take_along_axis": call(A, np.array([[1], [0]]), axis=1),
    "where": call(MASK, A, B),
}

_REDUCTIONS = {
    **dict.fromkeys(
        ("amax", "amin", "max", "min", "mean", "median", "prod", "ptp", "std", "sum",
         "var", "cumprod", "cumsum", "cumulative_prod", "cumulative_sum"),
        call(A, axis=1),
    ),
    **dict.fromkeys(
        ("nanmax", "nanmin", "nanmean", "nanmedian", "nanprod", "nanstd", "nansum",
         "nanvar", "nancumprod", "nancumsum"),
        call(HOLES, axis=1),
    ),
    "average": call(A, axis=0, weights=P[:2]),
    "corrcoef": call(A, B),
    "cov": call(A, B),
    "histogram": call(X, 2, (-2, 3), weights=Y),
    "histogram2d": call(X, Y, 2, [(-2, 3), (-2, 3)], weights=P[:3]),
    "histogramdd": call(A.T, 3, [(-2, 3), (-2, 3)], weights=Y),
    "bincount": call(np.array([0, 2, 2]), weights=X),
    **dict.fromkeys(("nanquantile",), call(HOLES, 0.3, axis=1)),
    "nanpercentile": call(HOLES, 30, axis=1),
    "percentile": call(A, 30, axis=1),
    "quantile": call(A, 0.3, axis=1),
    "trace": call(S),
    "linalg.trace": call(S),
    "apply_along_axis": call(squares, 1, A),
    "apply_over_axes": call(np.sum, C, [0, 2]),
}  # fmt: skip

_PRODUCTS = {
    **dict.fromkeys(
        ("inner", "vdot", "linalg.vecdot", "kron", "outer"),
        call(A, B),
    ),
    **dict.fromkeys(("cross", "linalg.cross", "linalg.outer"), call(X, Y)),
    **dict.fromkeys(("dot", "linalg.matmul"), call(A, S)),
    **dict.fromkeys(("convolve", "correlate"), call(X, Y[:2], "full")),
    "einsum": call("ij,kj->ik", A, B),
    **dict.fromkeys(("tensordot", "linalg.tensordot"), call(A, B, axes=([1], [1]))),
    "linalg.multi_dot": call([A, S, B.T]),
}

_LINEAR_ALGEBRA = {
    **dict.fromkeys(
        ("cholesky", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv",
         "matrix_norm", "pinv", "qr", "slogdet"),
        call(S),
    ),
    **dict.fromkeys(("svd",), call(A, full_matrices=False)),
    "svdvals": call(A),
    "lstsq": call(A.T, X),
    "matrix_power": call(S, 3),
    **dict.fromkeys(("norm", "vector_norm"), call(A, axis=1)),
    **dict.fromkeys(("solve", "tensorsolve"), call(S, X)),
    "tensorinv": call(S, ind=1),
}  # fmt: skip

_NUMERICAL = {
    "angle": call(Z, deg=True),
    "diff": call(A, axis=1),
    "ediff1d": call(X, to_end=Y[:1]),
    "gradient": call(P, 0.5),
    **dict.fromkeys(("imag", "real"), call(Z)),
    **dict.fromkeys(("i0", "sinc"), call(X)),
    **dict.fromkeys(("around", "round"), call(X / 3, 1)),
    "poly": call(X),
    **dict.fromkeys(("polyadd", "polymul", "polysub"), call(X, Y[:2])),
    **dict.fromkeys(("polyder", "polyint", "fix"), call(X)),
    "polyfit": call(P, np.sin(P), 2),
    "polyval": call(X, Y),
    "trapezoid": call(A, X),
    "unwrap": call(4 * X),
    "vander": call(X, 4),
}

_QUESTIONS = {
    **dict.fromkeys(
        ("array2string", "array_repr", "array_str", "iscomplexobj", "isneginf",
         "isposinf", "isreal", "iscomplex", "isrealobj", "min_scalar_type", "ndim",
         "shape", "size", "common_type"),
        call(X),
    ),
    **dict.fromkeys(("all", "any", "count_nonzero"), call(X, axis=0)),
    **dict.fromkeys(("allclose", "array_equal", "array_equiv", "isclose"), call(X, Y)),
    **dict.fromkeys(("argmax", "argmin", "argsort"), call(A, axis=1)),
    **dict.fromkeys(("nanargmax", "nanargmin"), call(HOLES, axis=1)),
    "argpartition": call(P, 2),
    "can_cast": call(X, np.float64),
    "digitize": call(X, np.array([0, 1])),
    "einsum_path": call("i,i", X, Y),
    "histogram_bin_edges": call(X, 2),
    "isin": call(X, [2.0, 0.5]),
    "ix_": call(PICK, [2]),
    "lexsort": call((X, Y)),
    "linalg.matrix_rank": call(S),
    **dict.fromkeys(("may_share_memory", "shares_memory"), call(X, Y)),
    "ravel_multi_index": call((N, N), (7, 7)),
    "unravel_index": call(N, (7, 7)),
    "result_type": call(X, np.float32),
    "searchsorted": call(np.array([0, 1]), X),
}  # fmt: skip

_MADE = {
    "arange": call(3),
    **dict.fromkeys(("diag_indices_from", "tril_indices_from", "triu_indices_from"),
                    call(S)),
    **dict.fromkeys(("empty", "ones", "zeros"), call((0, 2))),
    **dict.fromkeys(("empty_like",), call(X[:0])),
    **dict.fromkeys(("ones_like", "zeros_like"), call(X)),
    **dict.fromkeys(("eye", "identity", "tri"), call(3)),
}  # fmt: skip

_FOURIER = {
    **dict.fromkeys(
        ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fftshift", "ifftshift"),
        call(P),
    ),
    **dict.fromkeys(
        ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "irfft2", "rfftn", "irfftn"),
        call(A),
    ),
    **dict.fromkeys(("fftfreq", "rfftfreq"), call(5, ONE)),
}

# The methods of arrays; the first argument is the array.
_METHODS: dict[str, Call] = {
    **dict.fromkeys(
        ("all", "any", "argmax", "argmin", "argsort", "cumprod", "cumsum", "max",
         "mean", "min", "prod", "std", "sum", "var"),
        call(A, axis=1),
    ),
    **dict.fromkeys(("conj", "conjugate"), call(Z)),
    **dict.fromkeys(("copy", "flatten", "ravel", "transpose"), call(A)),
    **dict.fromkeys(("argpartition", "partition"), call(P, 2)),
    **dict.fromkeys(("diagonal", "trace"), call(S, 1)),
    "astype": call(A, np.longdouble),
    "choose": call(PICK, [X, Y]),
    "clip": call(A, -1.0, 1.25),
    "compress": call(X, [True, False, True]),
    "dot": call(A, S),
    "fill": call(A, ONE),
    "put": call(X, [0, 2], Y[:2]),
    "repeat": call(A, [1, 0, 2], axis=1),
    "reshape": call(A, 3, 2),
    "round": call(X / 3, 1),
    "searchsorted": call(np.sort(X), Y),
    "sort": call(X),
    "squeeze": call(A[None]),
    "swapaxes": call(C, 0, 2),
    "take": call(A, [2, 0], axis=1),
}  # fmt: skip

EXAMPLES: dict[str, Call] = {
    **_SHAPES, **_SELECTION, **_REDUCTIONS, **_PRODUCTS, **_NUMERICAL, **_QUESTIONS,
    **_MADE, **{f"linalg.{name}": c for name, c in _LINEAR_ALGEBRA.items()},
    **{f"fft.{name}": c for name, c in _FOURIER.items()},
    **{f"ndarray.{name}": c for name, c in _METHODS.items()},
}  # fmt: skip
for _entry in covered.ufuncs():
    _name = _entry.name.removeprefix("np.")
    if _entry.reason is None:
        _ufunc = covered.public(_name)
        EXAMPLES[_name] = _ELEMENTWISE.get(_name, call(*(X, Y)[: _ufunc.nin]))


def inputs(name: str) -> list[Any]:
    """The floats of an example."""
    found = (floats_of(leaf) for leaf in structure.leaves(EXAMPLES[name]))
    return [value for floats in found for value in floats]


def floats_of(leaf: Any) -> list[Any]:
    """What of an argument is input."""
    if isinstance(leaf, Made):
        return leaf.floats
    return [leaf] if is_float(leaf) else []


def program(name: str) -> Callable[[list[Any]], Any]:
    """The function of its inputs that makes the call of an example."""
    called = caller(name)

    def f(inputs: list[Any]) -> Any:
        values = iter(inputs)
        filled = structure.mapped(lambda leaf: _filled(leaf, values), EXAMPLES[name])
        return called(filled)

    return f


def _filled(leaf: Any, values: Iterator[Any]) -> Any:
    """An argument with these values for its floats."""
    if isinstance(leaf, Made):
        return leaf.by(*(next(values) for _ in leaf.floats))
    return next(values) if is_float(leaf) else leaf


IN_PLACE = {f"ndarray.{name}" for name in ("fill", "partition", "put", "sort")}


def caller(name: str) -> Callable[[Call], Any]:
    """What calls NumPy's function of this name; it gives the array written into."""
    kind, _, method = name.rpartition(".")
    made = f"c[0][0].{method}(" if kind == "ndarray" else f"np.{name}(c[0][0], "
    made += "*c[0][1:], **c[1])"
    if name in IN_PLACE or covered.public(name) in WRITERS:
        made = f"(b := np.array(c[0][0]), {made.replace('c[0][0]', 'b', 1)})[0]"
    f: Callable[[Call], Any] = eval(f"lambda c: {made}", {"np": np})
    return f
