"""Derivatives of triangular factors, determinants and least squares.

Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Golub & Pereyra, "The differentiation of pseudo-inverses"
(1973).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.algebra import of_each, t
from pellucid.graphs.derivatives.entering import derivative
from pellucid.graphs.derivatives.spectral import beyond, h, of_reals, on_triangle

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
derivative("linalg.qr",       qr)
derivative("linalg.pinv",     pinv)
derivative("linalg.lstsq",    least_squares_matrix, least_squares_right)
# fmt: on
