"""Derivatives of products and of linear algebra, as in Giles (2008).

Where matrices are stacked and broadcast, the backward pass sums over the stacks.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.entering import derivative, for_each
from pellucid.graphs.tracing.traced import recorded


def t(a: Any) -> Any:
    """Transpose the last two axes."""
    return a.T if np.ndim(a) < 3 else np.swapaxes(a, -1, -2)


def of_each(g: Any) -> Any:
    """A number for each matrix of a stack, to be multiplied with its elements."""
    return g[..., None, None] if np.ndim(g) else g


def matmul_left(g: Any, z: Any, A: Any, B: Any) -> Any:
    """G B', with vectors as rows and columns."""
    if B.ndim == 1:
        return g * B if A.ndim == 1 else g[..., None] * B
    if A.ndim == 1:
        return (B @ g[..., None])[..., 0]
    return g @ t(B)


def matmul_right(g: Any, z: Any, A: Any, B: Any) -> Any:
    """A' G, with vectors as rows and columns."""
    if A.ndim == 1:
        return g * A if B.ndim == 1 else A[:, None] * g[..., None, :]
    if B.ndim == 1 and A.ndim > 2:
        return (t(A) @ g[..., None])[..., 0]
    if B.ndim == 2 and A.ndim > 2:  # one matrix for all rows
        A, g = rows(A), rows(g)
    return t(A) @ g


def rows(A: Any) -> Any:
    """The rows of a stack of matrices, as one matrix."""
    return np.reshape(A, (math.prod(A.shape[:-1]), A.shape[-1]))


def dot_left(g: Any, z: Any, a: Any, b: Any) -> Any:
    """As for matmul up to two axes; beyond, the sum over b's other axes."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return g * b
    if a.ndim <= 2 and b.ndim <= 2:
        return matmul_left(g, z, a, b)
    rest = list(range(a.ndim - 1, np.ndim(g)))
    axes = [i for i in range(b.ndim) if i != max(b.ndim - 2, 0)]
    return np.tensordot(g, b, axes=(rest, axes))


def dot_right(g: Any, z: Any, a: Any, b: Any) -> Any:
    """As for matmul up to two axes; beyond, the sum over a's other axes."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return g * a
    if a.ndim <= 2 and b.ndim <= 2:
        return matmul_right(g, z, a, b)
    axes = list(range(a.ndim - 1))
    full = np.tensordot(a, g, axes=(axes, axes))  # (contracted, b's other axes)
    return np.moveaxis(full, 0, max(b.ndim - 2, 0))


def einsum(position: int) -> Any:
    """The term of this argument changes places with the result."""

    def rule(
        g: Any, z: Any, *arrays: Any, subscripts: str, optimize: Any = False
    ) -> Any:
        inputs, output = subscripts.split("->")
        terms = inputs.split(",")
        term, shape = terms.pop(position), np.shape(arrays[position])
        others = [*arrays[:position], *arrays[position + 1 :]]
        letters = "".join(dict.fromkeys(term))
        # An axis that only this argument has was summed: each element gets the same.
        summed = [c for c in letters if c not in output + "".join(terms)]
        ones = [np.ones(shape[term.index(c)]) for c in summed]
        left = ",".join([output, *terms, *summed])
        d = np.einsum(f"{left}->{letters}", g, *others, *ones, optimize=bool(optimize))
        return d if letters == term else on_repeated_axes(d, term, letters, shape)

    return rule


def on_repeated_axes(d: Any, term: str, letters: str, shape: tuple[int, ...]) -> Any:
    """Put the gradient of a repeated axis on the diagonal."""
    grid = np.ogrid[tuple(slice(shape[term.index(c)]) for c in letters)]
    at = tuple(grid[letters.index(c)] for c in term)
    return recorded("scatter", d, at=at, shape=shape)


def solved_matrix(g: Any, z: Any, A: Any, b: Any) -> Any:
    """-A^-T G x'."""
    y = solved_right(g, z, A, b)
    return -y[..., None] * z[..., None, :] if b.ndim == 1 else -y @ t(z)


def solved_right(g: Any, z: Any, A: Any, b: Any) -> Any:
    """A^-T G, with a vector as a column."""
    if b.ndim == 1 and A.ndim > 2:
        return np.linalg.solve(t(A), g[..., None])[..., 0]
    return np.linalg.solve(t(A), g)


def exponential(g: Any, z: Any, A: Any) -> Any:
    """The upper right block of e^[[A', G], [0, A']]: Van Loan (1978)."""
    n, zero = A.shape[-1], np.zeros_like(A)
    above = np.concatenate([t(A), g], axis=-1)
    below = np.concatenate([zero, t(A)], axis=-1)
    both = np.concatenate([above, below], axis=-2)
    return recorded("scipy.linalg.expm", both)[..., :n, n:]


def determinant(g: Any, z: Any, A: Any) -> Any:
    """Jacobi's formula: det(A) A^-T, the cofactors."""
    return of_each(g) * recorded("cofactors", A)


# fmt: off
derivative(np.matmul,          matmul_left, matmul_right)         # G B', A' G
derivative(np.dot,             dot_left, dot_right)               # G B', A' G
for_each(np.einsum,            einsum)
derivative(np.linalg.inv,      lambda g, z, A: -t(z) @ g @ t(z))  # -A^-T G A^-T
derivative(np.linalg.det,      determinant)                       # det(A) A^-T
derivative("scipy.linalg.expm", exponential)       # sum of A'^j G A'^k / (j + k + 1)!
derivative(np.linalg.solve,    solved_matrix, solved_right)       # -A^-T G x', A^-T G
# fmt: on
