"""Derivatives of matrix decompositions.

Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Townsend, "Differentiating the singular value decomposition"
(2016); Golub & Pereyra, "The differentiation of pseudo-inverses" (1973).

Vectors that belong to equal eigenvalues or singular values are any basis of a space,
and have no derivative: what depends on them gets nan. What is the same for any such
basis and signs of the vectors is right, as are functions of the values alone.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.derivatives.algebra import of_each, t
from pellucid.graphs.derivatives.table import derivative


def h(a: Any) -> Any:
    """The conjugate transpose."""
    return np.conj(t(a)) if np.iscomplexobj(a) else t(a)


def of_reals(z: Any, name: str) -> None:
    """Refuse what is differentiated for real matrices alone."""
    if np.iscomplexobj(z):
        file, line = z.node.line or ("", 0)
        where = f"{os.path.basename(file)}, line {line}: " if file else ""
        message = (
            f"{where}np.linalg.{name} of a complex matrix has no derivative here; "
            "write it with real matrices."
        )
        raise GradientError(message)


def differences(w: Any) -> Any:
    """w_j - w_i."""
    return w[..., None, :] - w[..., :, None]


def inverse_gaps(gaps: Any, g: Any) -> Any:
    """1/gap, 0 on the diagonal; nan for equal values whose vectors are depended on."""
    used = np.any(g != 0, axis=-2)
    mixed = (used[..., None, :] | used[..., :, None]) & ~np.eye(
        gaps.shape[-1], dtype=bool
    )
    equal = gaps == 0
    return np.where(equal, np.where(mixed, np.nan, 0.0), 1 / np.where(equal, 1.0, gaps))


# -- eigenvalues ----------------------------------------------------------------------


def on_triangle(S: Any, UPLO: Any = "L") -> Any:
    """A symmetric gradient, on the triangle that is read: each element counts twice."""
    if UPLO.upper() == "U":
        return np.triu(S) + np.triu(S, 1)
    return np.tril(S) + np.tril(S, -1)


def eigenvalues_of_symmetric(g: Any, z: Any, A: Any, UPLO: Any = "L") -> Any:
    """V diag(g) V', on a triangle."""
    V = np.linalg.eigh(A, UPLO)[1]
    return on_triangle((V * g[..., None, :]) @ h(V), UPLO)


def eigh(g: Any, z: Any, A: Any, part: int, UPLO: Any = "L") -> Any:
    """V (F o (V'G - G'V) / 2) V' with F_ij = 1 / (w_j - w_i), on a triangle."""
    if part == 0:
        return eigenvalues_of_symmetric(g, z, A, UPLO)
    of_reals(z, "eigh")
    w, V = np.linalg.eigh(A, UPLO)
    P = t(V) @ g
    S = V @ (inverse_gaps(differences(w), g) * (P - t(P)) / 2) @ t(V)
    return on_triangle(S, UPLO)


def eigenvalues(g: Any, z: Any, A: Any) -> Any:
    """V^-T diag(g) V'."""
    V = np.linalg.eig(A)[1]
    return np.linalg.solve(t(V), g[..., :, None] * t(V))


def eig(g: Any, z: Any, A: Any, part: int) -> Any:
    """V^-T (F o V'P) V', where P is G without what would change the lengths of V."""
    if part == 0:
        return eigenvalues(g, z, A)
    of_reals(z, "eig")
    w, V = np.linalg.eig(A)
    P = g - V * np.sum(V * g, axis=-2, keepdims=True)
    inner = inverse_gaps(differences(w), g) * (t(V) @ P)
    return np.linalg.solve(t(V), inner @ t(V))


# -- singular values ------------------------------------------------------------------


def singular_values(g: Any, z: Any, A: Any) -> Any:
    """U diag(g) V'."""
    U, _, Vh = np.linalg.svd(A, full_matrices=False)
    return (U * g[..., None, :]) @ Vh


def svd(g: Any, z: Any, A: Any, part: int, full_matrices: bool = True) -> Any:
    """As of U; that of V is the same with A transposed."""
    if part == 1:
        return singular_values(g, z, A)
    of_reals(z, "svd")
    U, s, Vh = np.linalg.svd(A, full_matrices)
    if part == 2:
        return t(left_vectors(t(g), t(Vh), s, U))
    return left_vectors(g, U, s, t(Vh))


def left_vectors(g: Any, U: Any, s: Any, V: Any) -> Any:
    """(U (F o (U'G - G'U)) S + (I - UU') G S^-1) V' with F_ij = 1 / (s_j^2 - s_i^2)."""
    k, rows = s.shape[-1], U.shape[-2]
    U1, V1, G1, S = U[..., :k], V[..., :k], g[..., :k], s[..., None, :]
    P = t(U1) @ G1
    gaps = differences(s) * (s[..., None, :] + s[..., :, None])
    d = U1 @ (inverse_gaps(gaps, G1) * (P - t(P)) * S)
    if rows > k:
        d = d + (G1 - U1 @ P - beyond(g, U, k)) / S
    return d @ t(V1)


def beyond(g: Any, U: Any, k: int) -> Any:
    """What columns behind the k-th, orthogonal to them, ask of them: U2 G2' U1."""
    if U.shape[-1] == k:
        return 0.0
    return U[..., k:] @ (t(g[..., k:]) @ U[..., :k])


# -- triangles ------------------------------------------------------------------------


def cholesky(g: Any, z: Any, A: Any) -> Any:
    """L^-T sym(P) L^-1, P the lower half of L'G; on the triangle that is read.

    Murray, "Differentiation of the Cholesky decomposition" (2016).
    """
    M = h(z) @ g.conjugate()
    P = np.tril(M, -1) + M * np.eye(z.shape[-1], dtype=z.dtype) / 2
    left = np.linalg.solve(h(z), P + h(P))
    return on_triangle((np.linalg.solve(h(z), h(left)) / 2).conjugate())


def mirrored(M: Any) -> Any:
    """The lower triangle and its mirror image."""
    return np.tril(M) + t(np.tril(M, -1))


def qr(g: Any, z: Any, A: Any, mode: str = "reduced", part: int = 1) -> Any:
    """(G + Q mirrored(M)) R^-T, M = -G'Q of Q and R G' of R, for at least as many rows.

    Walter, Lehmann & Lamour, "On evaluating higher-order derivatives of the QR
    decomposition of tall matrices" (2012).
    """
    of_reals(z, "qr")
    Q, R = np.linalg.qr(A, "complete" if mode == "complete" else "reduced")
    n = A.shape[-1]
    Q1, R1 = Q[..., :n], R[..., :n, :]
    if part == 1:
        B = Q1 @ mirrored(R1 @ t(np.triu(g[..., :n, :])))
    else:
        G1 = g[..., :n]
        B = G1 - Q1 @ mirrored(t(G1) @ Q1) - beyond(g, Q, n)
    return t(np.linalg.solve(R1, t(B)))


# -- determinants and least squares ---------------------------------------------------


def log_determinant(g: Any, z: Any, A: Any, part: int) -> Any:
    """A^-T of the logarithm; the sign is constant."""
    if part == 1:
        return of_each(g) * h(np.linalg.inv(A))
    of_reals(z, "slogdet")
    return None


def cofactors(g: Any, z: Any, A: Any) -> Any:
    """(sum(G C) C - C G' C) / det(A), where A is not singular."""
    inner = np.sum(g * z, axis=(-2, -1), keepdims=True)
    return (inner * z - z @ t(g) @ z) / np.linalg.det(A)[..., None, None]


def pinv(g: Any, z: Any, A: Any, **_: Any) -> Any:
    """-P'GP' + (I - AP) G'PP' + P'PG' (I - PA), for a rank that stays the same."""
    of_reals(z, "pinv")
    P, Pt, Gt = z, t(z), t(g)
    right = Gt @ P @ Pt
    left = Pt @ P @ Gt
    return -Pt @ g @ Pt + right - A @ (P @ right) + left - (left @ P) @ A


def least_squares_matrix(
    g: Any, z: Any, A: Any, b: Any, part: int, rcond: Any = None
) -> Any:
    """Of x = P b: -P'g x' + (b - Ax) (PP'g)' + P'x (g - A'P'g)'."""
    of_reals(z, "lstsq")
    if np.ndim(b) == 1:
        g, z, b = g[:, None], z[:, None], b[:, None]
    P = np.linalg.pinv(A, cutoff(A, rcond))
    y = t(P) @ g
    return -y @ t(z) + (b - A @ z) @ t(P @ y) + (t(P) @ z) @ t(g - t(A) @ y)


def least_squares_right(
    g: Any, z: Any, A: Any, b: Any, part: int, rcond: Any = None
) -> Any:
    """P'g."""
    of_reals(z, "lstsq")
    return t(np.linalg.pinv(A, cutoff(A, rcond))) @ g


def cutoff(A: Any, rcond: Any) -> Any:
    """What lstsq takes for 0, of the largest singular value."""
    return max(A.shape) * np.finfo(A.dtype).eps if rcond is None else rcond


# fmt: off
derivative("linalg.cholesky", cholesky)
derivative("cofactors",       cofactors)
derivative("linalg.slogdet",  log_determinant)
derivative("linalg.eigvalsh", eigenvalues_of_symmetric)
derivative("linalg.eigh",     eigh)
derivative("linalg.eigvals",  eigenvalues)
derivative("linalg.eig",      eig)
derivative("linalg.svdvals",  singular_values)
derivative("linalg.svd",      svd)
derivative("linalg.qr",       qr)
derivative("linalg.pinv",     pinv)
derivative("linalg.lstsq",    least_squares_matrix, least_squares_right)
# fmt: on
