"""Derivatives of products and of linear algebra, as in Giles (2008)."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.table import derivative, for_each
from pellucid.graphs.traced import recorded


def t(a: Any) -> Any:
    """Transpose the last two axes."""
    return a.T if np.ndim(a) < 3 else np.swapaxes(a, -1, -2)


def unstacked(full: Any, shape: tuple[int, ...]) -> Any:
    """Sum over the stacks of matrices that were broadcast."""
    extra = np.ndim(full) - len(shape)
    full = np.sum(full, axis=tuple(range(extra))) if extra > 0 else full
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and full.shape[i] != 1)
    return np.sum(full, axis=axes, keepdims=True) if axes else full


def matmul_left(g: Any, z: Any, A: Any, B: Any) -> Any:
    """G B', with vectors as rows and columns."""
    if np.ndim(A) == 1 and np.ndim(B) == 1:
        return g * B
    if np.ndim(B) == 1:
        return unstacked(g[..., None] * B, A.shape)
    if np.ndim(A) == 1:
        return unstacked((B @ g[..., None])[..., 0], A.shape)
    return unstacked(g @ t(B), A.shape)


def matmul_right(g: Any, z: Any, A: Any, B: Any) -> Any:
    """A' G, with vectors as rows and columns."""
    if np.ndim(A) == 1 and np.ndim(B) == 1:
        return g * A
    if np.ndim(A) == 1:
        return unstacked(A[:, None] * g[..., None, :], B.shape)
    if np.ndim(B) == 1:
        return unstacked((t(A) @ g[..., None])[..., 0], B.shape) if A.ndim > 2 else t(A) @ g
    return unstacked(t(A) @ g, B.shape)


def dot_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    """As for matmul up to two axes; beyond, the sum over b's other axes."""
    if np.ndim(a) == 0:
        return np.sum(g * b)
    if np.ndim(b) == 0:
        return g * b
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return matmul_left(g, z, a, b)
    rest = list(range(a.ndim - 1, np.ndim(g)))
    axes = [i for i in range(b.ndim) if i != max(b.ndim - 2, 0)]
    return np.tensordot(g, b, axes=(rest, axes))


def dot_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    """As for matmul up to two axes; beyond, the sum over a's other axes."""
    if np.ndim(b) == 0:
        return np.sum(g * a)
    if np.ndim(a) == 0:
        return g * a
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return matmul_right(g, z, a, b)
    axes = list(range(a.ndim - 1))
    full = np.tensordot(a, g, axes=(axes, axes))  # (contracted, b's other axes)
    return np.moveaxis(full, 0, max(b.ndim - 2, 0))


def einsum(position: int) -> Any:
    """The term of this argument changes places with the result."""

    def rule(g: Any, z: Any, *arrays: Any, subscripts: str) -> Any:
        inputs, output = subscripts.split("->")
        terms = inputs.split(",")
        term, shape = terms[position], np.shape(arrays[position])
        letters = "".join(dict.fromkeys(term))
        others = [(s, a) for i, (s, a) in enumerate(zip(terms, arrays, strict=True)) if i != position]
        found = output + "".join(s for s, _ in others)
        # An axis that only this argument has was summed: each element gets the same.
        others += [(c, np.ones(shape[term.index(c)])) for c in letters if c not in found]
        left = ",".join([output, *(s for s, _ in others)])
        d = np.einsum(f"{left}->{letters}", g, *(a for _, a in others))
        return d if letters == term else _on_diagonal(d, term, letters, shape)

    return rule


def _on_diagonal(d: Any, term: str, letters: str, shape: tuple[int, ...]) -> Any:
    """Put the gradient of a repeated axis on the diagonal."""
    grid = np.ogrid[tuple(slice(shape[term.index(c)]) for c in letters)]
    at = tuple(grid[letters.index(c)] for c in term)
    return recorded("scatter", d, at=at, shape=shape)


def cholesky(g: Any, z: Any, A: Any) -> Any:
    """Murray (2016): L^-T sym(phi(L' G)) L^-1."""
    n = z.shape[-1]
    half = np.tril(np.ones((n, n))) - 0.5 * np.eye(n)
    p = half * (t(z) @ g)
    s = np.linalg.solve(t(z), t(np.linalg.solve(t(z), t(p + t(p)))))
    return 0.5 * s


def solved(g: Any, z: Any, A: Any, b: Any) -> Any:
    """-A^-T g x'."""
    y = np.linalg.solve(t(A), g)
    return -y[:, None] * z[None, :] if np.ndim(b) == 1 else -y @ t(z)


# fmt: off
derivative(np.matmul,          matmul_left, matmul_right)                      # G B', A' G
derivative(np.dot,             dot_left, dot_right)                            # G B', A' G
for_each(np.einsum,            einsum)
derivative(np.linalg.inv,      lambda g, z, A: -t(z) @ g @ t(z))               # -A^-T G A^-T
derivative(np.linalg.det,      lambda g, z, A: (g * z)[..., None, None] * t(np.linalg.inv(A)))
derivative(np.linalg.solve,    solved,
                               lambda g, z, A, b: np.linalg.solve(t(A), g))    # A^-T g
derivative(np.linalg.cholesky, cholesky)
# fmt: on
