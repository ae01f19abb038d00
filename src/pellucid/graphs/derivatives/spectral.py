"""Derivatives of eigenvalues, singular values and their vectors.

Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Townsend, "Differentiating the singular value decomposition"
(2016).

All divide by differences of values. Vectors that belong to equal values are any basis
of a space and have no derivative, but what is the same for each basis has one: a
function of a matrix, V f(w) V', the polar factor U V', a projection. There the quotient
is 0/0, and its limit is taken by L'Hopital's rule (see `equal_eigenvalues`), as the
divided difference f[w, w] is f'(w) in the formula of Daleckii & Krein (Higham,
"Functions of Matrices" (2008), theorem 3.11). What depends on the basis gets nan and a
warning.

A rule is given the adjoints of all parts together, `{part: g}`, as those of U and of V
may be finite only in their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.derivatives.algebra import t
from pellucid.graphs.derivatives.entering import derivative, joint
from pellucid.graphs.node import location_of
from pellucid.graphs.tracing.traced import recorded

Parts = Sequence[Any]


class Movement(NamedTuple):
    """What the values, the matrix and the vectors, by part, change by."""

    values: Any = None
    matrix: Any = None
    vectors: Mapping[int, Any] = {}


class Rates(NamedTuple):
    """The rates of change along each movement; None where they are 0.

    `known` says whether they are right.
    """

    moved: list[Parts | None]
    known: bool = True


Ways = list[Movement]
Moved = Callable[[Parts, Ways], Rates]


def h(a: Any) -> Any:
    """The conjugate transpose."""
    return np.conj(t(a)) if np.iscomplexobj(a) else t(a)


def of_reals(z: Any, name: str) -> None:
    """Refuse what is differentiated for real matrices alone."""
    if np.iscomplexobj(z):
        message = (
            f"{location_of(z.node)}np.linalg.{name} of a complex matrix has no "
            "derivative here; write it with real matrices."
        )
        raise GradientError(message)


def on_triangle(S: Any, UPLO: Any = "L") -> Any:
    """A symmetric gradient, on the triangle that is read: each element counts twice."""
    if UPLO.upper() == "U":
        return np.triu(S) + np.triu(S, 1)
    return np.tril(S) + np.tril(S, -1)


# -- quotients that may be 0/0 --------------------------------------------------------


class Quotient:
    """What is divided by gaps, and its rates of change.

    The parts are linear in the adjoints. The rates, first and second, are along `ways`
    that move the values, and along a turn of the vectors of equal values, the last.
    """

    def __init__(self, z: Any, parts: Parts, moved: Moved, ways: Ways) -> None:
        self.place = location_of(z.node)
        self.parts, (found, self.known) = parts, moved(parts, ways)
        *first, self.turned = (each or () for each in found)
        second = [moved(each, [way]).moved[0] if each else ()
                  for each, way in zip(first, ways, strict=False)]  # fmt: skip
        self.along = list(zip(first, [each or () for each in second], strict=True))

    def of(self, a: Callable[..., Any], w: Any, r: Any, limit: Any) -> Any:
        """a(parts)_ij / (w_j - r_i), or the limit of it from the rates of a(parts)."""
        above, size, turned = a(*self.parts), largest(self.parts), self.turned
        moving = [(a(*p), a(*q) if q else 0.0) for p, q in self.along if p]
        at_once = limit(*moving) if moving else 0.0
        error = np.abs(above - gaps(w, r) * at_once)
        if turned:
            error = error + np.where(equal(w, r), np.abs(a(*turned)), 0.0)
            size = size + largest(turned)
        if not self.known:
            off = a(
                *(
                    None if M is None else wave(M.shape[-2], M.shape[-1], i)
                    for i, M in enumerate(self.parts)
                )
            )
            error = error + np.where(off == 0, 0.0, np.inf)
        F = recorded("inverse_gaps", w, r, equal(w, r), error, size, place=self.place)
        return F * above + np.where(F == 0, at_once, 0.0)


def largest(parts: Parts) -> Any:
    """The size of the parts, a number for each matrix."""
    sizes = (np.max(np.abs(M), axis=(-2, -1), keepdims=True, initial=0)
             for M in parts if M is not None)  # fmt: skip
    return sum(sizes)


def gaps(w: Any, r: Any) -> Any:
    """w_j - r_i."""
    return w[..., None, :] - r[..., :, None]


def equal(w: Any, r: Any) -> Any:
    """Where w_j and r_i differ by no more than the rounding errors of the values w."""
    n, eps = max(w.shape[-1], r.shape[-1]), np.finfo(w.dtype).eps
    bound = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)[..., None]
    return np.abs(gaps(w, r)) <= 4 * n * float(eps) * bound


def wave(rows: int, columns: int, phase: float) -> Any:
    """Numbers without pattern."""
    i, j = np.ogrid[:rows, :columns]
    return np.cos(phase + 1.3 * i + 0.7 * j**2)


def turn(w: Any, r: Any, phase: float) -> Any:
    """An antisymmetric matrix without pattern among equal values."""
    n = w.shape[-1]
    K = wave(n, n, phase).astype(w.dtype)
    return np.where(equal(w, r), K - K.T, 0.0)


def fan(w: Any) -> Any:
    """Different steps for all values."""
    n = w.shape[-1]
    return (np.arange(n) - (n - 1) / 2).astype(w.dtype)


def limit(gap: Any, step: Any, rate: Any, rate_of_rate: Any) -> Any:
    """The limit of a / gap for a gap of 0, with its first derivatives.

    While the values move, a gap grows by `step`. Where a = gap b, the rate of a is
    step b + gap b', and that of the rate 2 step b' + gap b'', so that
    b = rate / step - gap (rate of rate) / (2 step^2), up to gap^2.
    """
    return rate / step - gap * rate_of_rate / (2 * step**2)


def apart(w: Any) -> Callable[..., Any]:
    """The limit of a_ij / (w_j - w_i)."""
    d = fan(w)
    steps = d - d[:, None] + np.eye(len(d), dtype=w.dtype)
    return lambda fanned, *_: limit(gaps(w, w), steps, *fanned)


def together(w: Any, r: Any, step: float) -> Callable[..., Any]:
    """The limit of a_ij / (w_j - r_i) where all values move alike."""
    return lambda _, shifted: limit(gaps(w, r), step, *shifted)


def half_difference(M: Any) -> Any:
    """(M - M') / 2."""
    return (M - t(M)) / 2


# -- eigenvalues ----------------------------------------------------------------------


def eigenvalues_of_symmetric(g: Any, z: Any, A: Any, UPLO: Any = "L") -> Any:
    """V diag(g) V', on a triangle."""
    V = np.linalg.eigh(A, UPLO)[1]
    return on_triangle((V * g[..., None, :]) @ h(V), UPLO)


def eigh(g: dict[int, Any], z: Any, A: Any, moved: Moved, UPLO: Any = "L") -> Any:
    """V (diag(g_w) + (M - M') / 2 / (w_j - w_i)) V' with M = V'G, on a triangle."""
    if 1 not in g:
        return eigenvalues_of_symmetric(g[0], z, A, UPLO)
    of_reals(z, "eigh")
    w, V = np.linalg.eigh(A, UPLO)
    d = fan(w)
    ways = [Movement(d, (V * d) @ t(V)), Movement(vectors={1: V @ turn(w, w, 0)})]
    quotient = Quotient(z, [t(V) @ g[1]], moved, ways)
    P = quotient.of(half_difference, w, w, apart(w))
    return on_triangle(V @ with_diagonal(P, g.get(0)) @ t(V), UPLO)


def with_diagonal(P: Any, g: Any) -> Any:
    """P + diag(g)."""
    return P if g is None else P + g[..., None, :] * np.eye(P.shape[-1], dtype=P.dtype)


def eigenvalues(g: Any, z: Any, A: Any) -> Any:
    """V^-T diag(g) V'."""
    V = np.linalg.eig(A)[1]
    return independent(z, V, np.linalg.solve(t(V), g[..., :, None] * t(V)))


def independent(z: Any, V: Any, d_A: Any) -> Any:
    """A gradient that V^-1 is part of; nan where three digits would not be left."""
    least = np.linalg.svdvals(V)[..., -1:]
    is_lost = (least**2 <= 1000 * float(np.finfo(V.dtype).eps))[..., None]
    error, zero = np.where(is_lost, np.inf, 0.0), np.zeros(1, least.dtype)
    F = recorded(
        "inverse_gaps", least, zero, is_lost, error, 1.0, place=location_of(z.node)
    )
    return np.where(np.isnan(F), np.nan, d_A)


def eig(g: dict[int, Any], z: Any, A: Any, moved: Moved) -> Any:
    """V^-T (diag(g_w) + V'P / (w_j - w_i)) V'.

    P is G without what would change the lengths of the vectors.
    """
    if 1 not in g:
        return eigenvalues(g[0], z, A)
    of_reals(z, "eig")
    w, V = np.linalg.eig(A)
    d, one = fan(w), np.eye(w.shape[-1], dtype=w.dtype)
    along_d = t(np.linalg.solve(t(V), d[:, None] * t(V)))
    ways = [Movement(d, along_d), Movement(vectors={1: V @ turn(w, w, 0)})]
    P = g[1] - V * np.sum(V * g[1], axis=-2, keepdims=True)
    quotient = Quotient(z, [t(V) @ P], moved, ways)
    inner = quotient.of(lambda M: M * (1 - one), w, w, apart(w))
    inner = with_diagonal(inner, g.get(0))
    return independent(z, V, np.linalg.solve(t(V), inner @ t(V)))


# -- singular values ------------------------------------------------------------------


def singular_values(g: Any, z: Any, A: Any) -> Any:
    """U diag(g) V'."""
    U, _, Vh = np.linalg.svd(A, full_matrices=False)
    return (U * g[..., None, :]) @ Vh


def svd(
    g: dict[int, Any], z: Any, A: Any, moved: Moved, full_matrices: bool = True
) -> Any:
    """U (diag(g_s) + (K + L) / (s_j - s_i) + (K - L) / (s_j + s_i)) V', and more.

    K and L are the halves (M - M') / 2 of M = U'G_U and of M = V'G_V: dU = U X and
    dV = V Y have X + Y = (dP + dP') / (s_j - s_i) and X - Y = (dP - dP') / (s_j + s_i)
    with dP = U'dA V. Where A is not square, what is orthogonal to U adds R S^-1 V' with
    R = (I - UU') G_U, and V likewise.
    """
    if not {0, 2} & g.keys():
        return singular_values(g[1], z, A)
    of_reals(z, "svd")
    U, s, Vh = np.linalg.svd(A, full_matrices)
    V, k = t(Vh), s.shape[-1]
    U1, V1 = U[..., :k], V[..., :k]
    of_U, of_V = of_side(g.get(0), U, k), of_side(None if 2 not in g else t(g[2]), V, k)
    d, one = fan(s), np.ones_like(fan(s))
    turned = {0: turned_vectors(U, s, apart=True), 2: t(turned_vectors(V, s))}
    ways = [Movement(d, (U1 * d) @ t(V1)), Movement(one, U1 @ t(V1)),
            Movement(vectors=turned)]  # fmt: skip
    quotient = Quotient(z, [*of_U, *of_V], moved, ways)

    def halves(sign: int) -> Callable[..., Any]:
        return lambda *M: half(M[0]) + sign * half(M[3])

    P = quotient.of(halves(1), s, s, apart(s))
    P = P + quotient.of(halves(-1), s, -s, together(s, -s, 2))
    d_A, zero = U1 @ with_diagonal(P, g.get(1)) @ t(V1), np.zeros(1, s.dtype)
    alone = together(s, zero, 1)
    if of_U[1] is not None:
        d_A = d_A + quotient.of(lambda *M: M[1], s, zero, alone) @ t(V1)
    if of_V[1] is not None:
        d_A = d_A + U1 @ t(quotient.of(lambda *M: M[4], s, zero, alone))
    for i in (2, 5):
        N = quotient.parts[i]
        if N is not None:  # nothing may depend on how these columns are turned
            none = np.zeros(N.shape[-1], s.dtype)
            free = quotient.of(lambda *M, i=i: half(M[i]), none, none, apart(none))
            d_A = d_A + np.sum(free, axis=(-2, -1), keepdims=True)
    return d_A


def half(M: Any) -> Any:
    """(M - M') / 2 of what there is."""
    return 0.0 if M is None else half_difference(M)


def of_side(G: Any, Q: Any, k: int) -> list[Any]:
    """Of U or V: its M = Q'G, what is orthogonal to it, and M of the columns beyond."""
    if G is None:
        return [None, None, None]
    rows, columns = Q.shape[-2:]
    M = t(Q[..., :k]) @ G[..., :k]
    R = orthogonal(G, Q, k) if rows > k else None
    N = t(Q[..., k:]) @ G[..., k:] if columns > k + 1 else None
    return [M, R, N]


def turned_vectors(Q: Any, s: Any, apart: bool = False) -> Any:
    """A turn of those of equal singular values, also apart from the others' at 0."""
    (rows, columns), k = Q.shape[-2:], s.shape[-1]
    zeros = np.zeros((*s.shape[:-1], columns - k), s.dtype)
    values = np.concatenate([s, zeros], axis=-1) if columns > k else s
    K = turn(values, values, 0)
    K = K + turn(values, -values, 1) if apart else K
    if rows == columns:
        return Q @ K
    W = wave(rows, columns, 2).astype(s.dtype)
    at_zero = equal(values, np.zeros(1, s.dtype))
    return Q @ K + np.where(at_zero, W - Q @ (t(Q) @ W), 0.0)


def orthogonal(G: Any, U: Any, k: int) -> Any:
    """G without its part along the first k columns of U, and less U2 G2'U1.

    The latter is what columns behind the k-th, orthogonal to them, ask of them.
    """
    U1, G1 = U[..., :k], G[..., :k]
    return G1 - U1 @ (t(U1) @ G1) - beyond(G, U, k)


def beyond(G: Any, U: Any, k: int) -> Any:
    """What columns behind the k-th, orthogonal to them, ask of them: U2 G2'U1."""
    if U.shape[-1] == k:
        return 0.0
    return U[..., k:] @ (t(G[..., k:]) @ U[..., :k])


def gaps_right(g: Any, z: Any, w: Any, r: Any, *_: Any, **__: Any) -> Any:
    """Of 1 / (w_j - r_i) for r."""
    return np.sum(g * z**2, axis=-1)


# fmt: off
derivative("linalg.eigvalsh", eigenvalues_of_symmetric)
derivative("linalg.eigvals",  eigenvalues)
derivative("linalg.svdvals",  singular_values)
derivative("inverse_gaps",    lambda g, z, *_, **__: -np.sum(g * z**2, axis=-2),
                              gaps_right, None)                      # -1/(w_j - r_i)^2
joint("linalg.eigh", eigh)
joint("linalg.eig",  eig)
joint("linalg.svd",  svd)
# fmt: on
