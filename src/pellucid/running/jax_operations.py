"""How JAX spells each operation of the closed set, and what it lacks.

Most operations have NumPy's name in `jax.numpy`, or SciPy's in `jax.scipy.special`;
here are those that differ, and the reasons of those that are refused. Where NumPy
raises because of a value (a singular matrix, complex eigenvalues of a real one), see
`jax_checks`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations import robust
from pellucid.graphs.operations.closed_set import facts_of, reduced_axes
from pellucid.graphs.operations.kinds import PLACED
from pellucid.running.jax_convolutions import BY_PRODUCTS
from pellucid.running.jax_windows import BY_SLICES, overlap_add, sliding_window_view
from pellucid.running.writing import ARITHMETIC

Function = Callable[..., Any]


# -- the robust operations, in their own words, with jnp for np -----------------------


class _Numpy:
    """`jax.numpy` under the name np, and NumPy's error states."""

    errstate = np.errstate

    def __getattr__(self, name: str) -> Any:
        return getattr(jnp, name)


def _in_jax(name: str) -> Function:
    """A function of `operations.robust` whose np is jax.numpy."""
    recording: Any = getattr(robust, name)
    plain = recording.__wrapped__
    return FunctionType(plain.__code__, _SCOPE, name, plain.__defaults__)


def offset(x: Any, axis: Any = None) -> Any:
    """The largest x, where it is finite; NumPy's spares it where no e^x overflows."""
    largest = jnp.max(x, axis=axis, keepdims=True)
    return jnp.where(jnp.abs(largest) == jnp.inf, 0, largest)


_SCOPE: dict[str, Any] = {"np": _Numpy(), "offset": offset}
IN_JAX = {name: _in_jax(name) for name in robust.NAMES - _SCOPE.keys()}


def norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The root of the sum of squares, scaled only where these are out of range."""
    z = jnp.sqrt(jnp.sum(jnp.square(jnp.abs(x)), axis=axis, keepdims=keepdims))
    if not x.size:
        return z
    info = np.finfo(z.dtype)
    fits = (z > np.sqrt(info.tiny) / info.eps) & (z < np.inf)

    def scaled() -> Any:
        return jnp.where(fits, z, _scaled_norm(x, axis, keepdims))

    return jax.lax.cond(jnp.all(fits), lambda: z, scaled)


def _scaled_norm(x: Any, axis: Any, keepdims: bool) -> Any:
    """The norm with the largest element scaled to about 1, by a power of 2."""
    largest = jnp.max(jnp.abs(x), axis=axis, keepdims=True)
    usual = (largest > 0) & (largest < np.inf)
    power = jnp.frexp(jnp.where(usual, largest, 1))[1]
    half = power // 2  # the power itself may be out of range
    one = jnp.ones((), largest.dtype)
    near = x * jnp.ldexp(one, -half) * jnp.ldexp(one, half - power)
    z = jnp.sqrt(jnp.sum(jnp.square(jnp.abs(near)), axis=axis, keepdims=True))
    z = z * jnp.ldexp(one, half) * jnp.ldexp(one, power - half)
    return z if keepdims else jnp.squeeze(z, reduced_axes(x.ndim, axis))


def cofactors(A: Any) -> Any:
    """The gradient of the determinant, det(A) A^-T; of singular matrices by the SVD."""
    det = jnp.linalg.det(A)

    def regular() -> Any:
        return det[..., None, None] * jnp.matrix_transpose(jnp.linalg.inv(A))

    return jax.lax.cond(jnp.all(det != 0), regular, lambda: _cofactors_by_svd(A))


def _cofactors_by_svd(A: Any) -> Any:
    """det(U) det(V) U diag(p) V', where p_i is the product of all s but s_i."""
    U, s, Vh = jnp.linalg.svd(A)
    ones = jnp.ones_like(s[..., :1])
    before = jnp.cumprod(jnp.concatenate([ones, s[..., :-1]], -1), -1)
    behind = jnp.cumprod(jnp.concatenate([ones, s[..., :0:-1]], -1), -1)[..., ::-1]
    factor = (jnp.linalg.det(U) * jnp.linalg.det(Vh))[..., None] * before * behind
    return jnp.conj(U) * factor[..., None, :] @ jnp.conj(Vh)


def inverse_gaps(
    w: Any, r: Any, equal: Any, error: Any, size: Any, place: str = ""
) -> Any:
    """1 / (w_j - r_i), 0 where a limit is to be taken; nan without a warning here."""
    w, r = w[..., None, :], r[..., :, None]
    gaps, eps = w - r, float(np.finfo(w.dtype).eps)
    close = equal | (jnp.abs(gaps) <= eps**0.4 * jnp.maximum(jnp.abs(w), jnp.abs(r)))
    agrees = error <= max(gaps.shape[-2:]) * eps**0.75 * size
    found = jnp.where(close & agrees, 0, 1 / jnp.where(equal, 1, gaps))
    return jnp.where(equal & ~agrees, jnp.nan, found).astype(w.dtype)


# -- what jax.numpy names or calls otherwise ------------------------------------------


def floor_divide(x: Any, y: Any) -> Any:
    """The quotient rounded down; of integers by 0 it is 0."""
    if jnp.issubdtype(jnp.result_type(x, y), jnp.floating):
        return jnp.floor_divide(x, y)
    return jnp.where(y == 0, 0, jnp.floor_divide(x, jnp.where(y == 0, 1, y)))


def divmod_(x: Any, y: Any) -> Any:
    """The quotient rounded down, and the remainder."""
    return floor_divide(x, y), remainder(x, y)


def remainder(x: Any, y: Any) -> Any:
    """What the quotient leaves; of integers by 0 it is 0."""
    if jnp.issubdtype(jnp.result_type(x, y), jnp.floating):
        return jnp.remainder(x, y)
    return jnp.where(y == 0, 0, jnp.remainder(x, jnp.where(y == 0, 1, y)))


def power(x: Any, y: Any) -> Any:
    """The power; of integers by squaring, and wrapped around (JAX's is not)."""
    if not jnp.issubdtype(jnp.result_type(x, y), jnp.integer):
        return x**y
    base, exponent = jnp.broadcast_arrays(x, jnp.asarray(y, jnp.result_type(x)))
    result = jnp.ones_like(base)
    for _ in range(8 * base.dtype.itemsize):
        result = jnp.where(exponent & 1, result * base, result)
        base, exponent = base * base, exponent >> 1
    return result


def argsort(x: Any, axis: int = -1, kind: Any = None) -> Any:
    """The places of the elements; every kind of sort is stable here."""
    return jnp.argsort(x, axis=axis)


def argpartition(x: Any, kth: Any, axis: int = -1) -> Any:
    """The places of sorted elements, which are partitioned at each kth."""
    return jnp.argsort(x, axis=axis)


def fmax_reduce(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """The largest element that is a number."""
    return jnp.nanmax(x, axis=axis, keepdims=keepdims)


def fmin_reduce(x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """The smallest element that is a number."""
    return jnp.nanmin(x, axis=axis, keepdims=keepdims)


def maximum_accumulate(x: Any, axis: int = 0) -> Any:
    """The largest element so far."""
    return jax.lax.cummax(x, axis % x.ndim)


def minimum_accumulate(x: Any, axis: int = 0) -> Any:
    """The smallest element so far."""
    return jax.lax.cummin(x, axis % x.ndim)


def eigvals(A: Any) -> Any:
    """Eigenvalues; those of a real matrix are real, or nan."""
    return _real_if(A, jnp.linalg.eigvals(A))


def eig(A: Any) -> Any:
    """Eigenvalues and eigenvectors; those of a real matrix are real, or nan."""
    return tuple(_real_if(A, found) for found in jnp.linalg.eig(A))


def _real_if(A: Any, found: Any) -> Any:
    if jnp.iscomplexobj(A):
        return found
    return jnp.where(found.imag == 0, found.real, jnp.nan)


def eigh(A: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors, from one triangle alone, as NumPy does."""
    return jnp.linalg.eigh(A, UPLO, symmetrize_input=False)


def eigvalsh(A: Any, UPLO: str = "L") -> Any:
    """Eigenvalues, from one triangle alone, as NumPy does."""
    return jnp.linalg.eigvalsh(A, UPLO, symmetrize_input=False)


def cholesky(A: Any, upper: bool = False) -> Any:
    """The factor, from the triangle that it fills alone, as NumPy does."""
    lower = jnp.conj(jnp.matrix_transpose(A)) if upper else A
    return jnp.linalg.cholesky(lower, upper=upper, symmetrize_input=False)


def pinv(A: Any, rcond: Any = 1e-15) -> Any:
    """The pseudo-inverse, with NumPy's limit below which a singular value is 0."""
    return jnp.linalg.pinv(A, rtol=rcond)


def quantile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, method: str = "linear"
) -> Any:
    """One quantile or several; the nearest as NumPy rounds, ties to even."""
    if method == "nearest":
        axes = reduced_axes(x.ndim, axis)
        last = max(math.prod(x.shape[i] for i in axes) - 1, 1)
        q = np.around(np.multiply(q, last)) / last
    q = jnp.asarray(q)
    return jnp.quantile(x, q, axis=axis, keepdims=keepdims, method=method)


# -- functions of SciPy that are formulas of others -----------------------------------


def _exprel(x: Any) -> Any:
    safe = jnp.where(x == 0, 1, x)
    return jnp.where(x == 0, 1, jnp.expm1(safe) / safe)


def _huber(delta: Any, r: Any) -> Any:
    size = jnp.abs(r)
    value = jnp.where(size <= delta, r * r / 2, delta * (size - delta / 2))
    return jnp.where(delta < 0, jnp.inf, value)


def _pseudo_huber(delta: Any, r: Any) -> Any:
    t = r / jnp.where(delta == 0, 1, delta)
    value = delta**2 * t**2 / (jnp.sqrt(1 + t**2) + 1)
    return jnp.where(delta < 0, jnp.inf, jnp.where((delta == 0) | (r == 0), 0, value))


SPECIAL: dict[str, Function] = {
    "psi": special.digamma,
    "cbrt": jnp.cbrt, "exp2": jnp.exp2, "expm1": jnp.expm1, "log1p": jnp.log1p,
    "round": jnp.round,
    "exp10": lambda x: 10.0**x,
    "exprel": _exprel,
    "cosm1": lambda x: -2 * jnp.sin(x / 2) ** 2,
    "log_expit": lambda x: -jnp.logaddexp(0, -x),
    "rgamma": lambda x: 1 / special.gamma(x),
    "erfcinv": lambda x: -special.ndtri(x / 2) / np.sqrt(2).astype(x.dtype),
    "betaincc": lambda a, b, x: special.betainc(b, a, 1 - x),
    "chdtr": lambda v, x: special.gammainc(v / 2, x / 2),
    "chdtrc": lambda v, x: special.gammaincc(v / 2, x / 2),
    "gdtr": lambda a, b, x: special.gammainc(b, a * x),
    "gdtrc": lambda a, b, x: special.gammaincc(b, a * x),
    "pdtr": lambda k, m: special.gammaincc(jnp.floor(k) + 1, m),
    "pdtrc": lambda k, m: special.gammainc(jnp.floor(k) + 1, m),
    "fdtr": lambda m, n, x: special.betainc(m / 2, n / 2, m * x / (n + m * x)),
    "fdtrc": lambda m, n, x: special.betainc(n / 2, m / 2, n / (n + m * x)),
    "inv_boxcox": lambda y, a: jnp.where(
        a == 0, jnp.exp(y), (1 + a * y) ** (1 / jnp.where(a == 0, 1, a))),
    "huber": _huber, "pseudo_huber": _pseudo_huber,
    "expn": lambda n, x: special.expn(jnp.trunc(n), x),
}  # fmt: skip


# -- the table ------------------------------------------------------------------------

SPELLINGS: dict[str, Function] = {
    "cast": lambda x, dtype: x.astype(dtype),
    "copy": jnp.positive,
    "root": jnp.sqrt,
    "norm": norm,
    "cofactors": cofactors,
    "inverse_gaps": inverse_gaps,
    "floor_divide": floor_divide,
    "divmod": divmod_,
    "remainder": remainder,
    "power": power,
    "quantile": quantile,
    "argsort": argsort,
    "argpartition": argpartition,
    "fmax.reduce": fmax_reduce,
    "fmin.reduce": fmin_reduce,
    "maximum.accumulate": maximum_accumulate,
    "minimum.accumulate": minimum_accumulate,
    "lib.stride_tricks.sliding_window_view": sliding_window_view,
    "overlap_add": overlap_add,
    "linalg.eigvals": eigvals,
    "linalg.eig": eig,
    "linalg.eigh": eigh,
    "linalg.eigvalsh": eigvalsh,
    "linalg.cholesky": cholesky,
    "linalg.pinv": pinv,
    "scipy.linalg.expm": jax.scipy.linalg.expm,
    "offset": offset,
    **BY_PRODUCTS,
    **BY_SLICES,
    **IN_JAX,
    **{f"special.{name}": function for name, function in SPECIAL.items()},
}

Phrase = Callable[[list[str], Mapping[str, str]], str]


def _between(symbol: str) -> Phrase:
    return lambda names, options: f" {symbol} ".join(names)


def _of_list(function: str, names: list[str], options: Mapping[str, str]) -> str:
    return _call(function, [f"[{', '.join(names)}]"], options)


def _call(function: str, names: list[str], options: Mapping[str, str]) -> str:
    keywords = [f"{key}={text}" for key, text in options.items()]
    return f"{function}({', '.join([*names, *keywords])})"


# What reads better as something else than a call: of the names of the arguments, and
# of the options as text.
PHRASES: dict[str, Phrase] = {
    "copy": lambda names, options: names[0],
    "concatenate": lambda names, options: _of_list("jnp.concatenate", names, options),
    "stack": lambda names, options: _of_list("jnp.stack", names, options),
    "einsum": lambda names, options: _call(
        "jnp.einsum", [options["subscripts"], *names], {}
    ),
    "matmul": _between("@"),
    **{name: _between(ARITHMETIC[name]) for name in ARITHMETIC.keys() - SPELLINGS},
}


def phrase(
    node: Node, names: list[str], options: Mapping[str, str], function: str
) -> str:
    """An operation on these names as an expression in Python."""
    if node.operation == "power" and node.dtype.kind not in "iu":
        return _between("**")(names, options)
    if node.operation in PHRASES:
        return PHRASES[node.operation](names, options)
    keywords = {key: text for key, text in options.items() if key != "part"}
    part = f"[{options['part']}]" if "part" in options else ""  # of several results
    return _call(function, names, keywords) + part


def lacks(name: str) -> bool:
    """Whether JAX has nothing for an operation; what is placed stands in brackets."""
    return facts_of(name).reads is not PLACED and spelling(name) is None


def spelling(name: str) -> Function | None:
    """What computes an operation in JAX; None where nothing does."""
    if name in SPELLINGS:
        return SPELLINGS[name]
    room = special if name.startswith("special.") else jnp
    try:
        found: Function = operator.attrgetter(name.removeprefix("special."))(room)
    except AttributeError:
        return None
    return found
