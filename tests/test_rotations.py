"""Rotations, matrix functions and correlation factors, where a formula goes by 0 / 0.

What does not depend on how equal singular values or eigenvalues are split has a finite
slope there; and so has a product with a zero that depends on no input.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import pellucid as pl

rng = np.random.default_rng(0)
M, C = rng.normal(size=(2, 3, 3))
EYE = np.eye(3)


def rebuilt(A):
    U, S, Vt = np.linalg.svd(A)
    return np.sum(C * ((U * S) @ Vt))


def rotation(A):
    U, _, Vt = np.linalg.svd(A)
    return np.sum(C * (U @ Vt))


def kabsch_by_diag(P, Q):
    U, _, Vt = np.linalg.svd(P.T @ Q)
    d = np.sign(np.linalg.det(U @ Vt))
    return U @ np.diag([1, 1, d]) @ Vt


def kabsch_transposed(P, Q):
    U, _, Vt = np.linalg.svd(P.T @ Q)
    d = np.sign(np.linalg.det(Vt.T @ U.T))
    return (Vt.T @ np.diag(np.array([1.0, 1.0, d])) @ U.T).T


def kabsch_by_branch(P, Q):
    U, _, Vt = np.linalg.svd(P.T @ Q)
    if np.linalg.det(U) * np.linalg.det(Vt) < 0:
        U = U.copy()
        U[:, -1] = -U[:, -1]
    return U @ Vt


def fitted(kabsch, P):
    return lambda Q: np.sum((P @ kabsch(P, Q) - Q) ** 2) + np.sum(C * kabsch(P, Q))


def of_matrix(function):
    def f(A):
        w, V = np.linalg.eigh((A + A.T) / 2)
        return np.sum(C * ((V * function(w)) @ V.T))

    return f


CLOUD = rng.normal(size=(6, 3))
CROSS = np.vstack([EYE, -EYE])  # whose singular values are equal
TURN = np.linalg.qr(M)[0]
TURN = TURN * np.sign(np.linalg.det(TURN))
MATRICES = {"any": M, "identity": EYE, "two equal": np.diag([1.0, 1.0, 2.0]),
            "turned": TURN}  # fmt: skip
KABSCH = [kabsch_by_diag, kabsch_transposed, kabsch_by_branch]
FUNCTIONS = [np.exp, np.log, np.sqrt, np.reciprocal, np.square]
CASES = {
    **{f"{f.__name__} of {name}": (f, A)
       for f in (rebuilt, rotation) for name, A in MATRICES.items()},
    **{f"{k.__name__} of a {name}": (fitted(k, P), P @ TURN + 0.05 * moved)
       for k in KABSCH
       for name, P, moved in (("cloud", CLOUD, CLOUD[::-1]), ("cross", CROSS, 0))},
    **{f"{g.__name__} of {name}": (of_matrix(g), MATRICES[name])
       for g in FUNCTIONS for name in ("identity", "two equal")},
}  # fmt: skip


# -- factors of correlations ----------------------------------------------------------


def by_columns(z):
    L = np.zeros((3, 3))
    L[np.tril_indices(3, -1)] = z
    L[0, 0] = 1.0
    for i in range(1, 3):
        L[:, i] = L[:, i] * np.sqrt(1 - np.sum(L[:, :i] ** 2, axis=1))
    return np.sum(C * L)


def with_the_rest(z):
    Z = np.zeros((3, 3))
    Z[1, 0], Z[2, 0], Z[2, 1] = z
    L = np.zeros((3, 3))
    L[:, 0] = np.array([1.0, 0, 0]) + Z[:, 0]
    for i in range(1, 3):
        rest = np.sqrt(1 - np.sum(L[:, :i] ** 2, axis=1))
        L[:, i] = Z[:, i] * rest + EYE[:, i] * rest
    return np.sum(C * (L @ L.T))


def by_elements(z):
    """As Stan's manual has it, from partial correlations."""
    L, k = np.zeros((3, 3)), 0
    L[0, 0] = 1.0
    for i in range(1, 3):
        s = 0.0
        for j in range(i):
            L[i, j] = z[k] * np.sqrt(1 - s)
            s, k = s + L[i, j] ** 2, k + 1
        L[i, i] = np.sqrt(1 - s)
    return np.sum(C * (L @ L.T))


def by_products(z):
    """As TensorFlow Probability has it: a cumulated product of what is left."""
    Z = np.zeros((3, 3))
    Z[np.tril_indices(3, -1)] = z
    left = np.cumprod(np.sqrt(1 - Z**2), axis=1)
    L = (Z + EYE) * np.hstack([np.ones((3, 1)), left[:, :-1]])
    return np.sum(C * (L @ L.T))


def by_mask(z):
    L = np.tril(np.outer(np.tanh(z), np.ones(3)), -1) + EYE
    rest = np.sqrt(1 - np.cumsum(L**2, axis=1) * np.tril(np.ones((3, 3)), -1))
    return np.sum(C * np.tril(L * rest, -1))


def by_steps(z):
    L = np.zeros((3, 3))
    L[np.tril_indices(3, -1)] = z
    L = L + EYE
    columns = [L[:, 0]]
    for i in range(1, 3):
        above = np.stack(columns, axis=1)
        columns.append(L[:, i] * np.sqrt(1 - np.sum(above**2, axis=1)))
    R = np.stack(columns, axis=1)
    return np.sum(C * (R @ R.T))


PARTIAL = np.array([0.3, -0.4, 0.2])
FACTORS = [by_columns, with_the_rest, by_elements, by_products, by_mask, by_steps]
CASES |= {f"factor {f.__name__}": (f, PARTIAL) for f in FACTORS}
CASES |= {f"factor {f.__name__} of no correlation": (f, np.zeros(3))
          for f in FACTORS}  # fmt: skip


def differences(f, x, h=1e-6):
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    found = [(f(x + step) - f(x - step)) / (2 * h) for step in steps]
    return np.array(found).reshape(x.shape + np.shape(found[0]))


@pytest.mark.parametrize("name", CASES)
def test_slopes_are_those_of_differences(name):
    f, x = CASES[name]
    assert_allclose(pl.gradient(f)(x), differences(f, x), atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_curvatures_are_those_of_differences(name):
    f, x = CASES[name]
    found = pl.hessian(f)(x)
    assert_allclose(found, differences(pl.gradient(f), x, 1e-5), atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_slopes_in_single_precision(name):
    f, x = CASES[name]
    found = pl.gradient(f)(x.astype(np.float32))
    assert_allclose(found, pl.gradient(f)(x), atol=1e-2)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", CASES)
def test_slopes_on_every_target(name, target):
    pytest.importorskip(target)
    f, x = CASES[name]
    found = pl.compile(pl.gradient(f), target=target)(x)
    assert_allclose(found, pl.gradient(f)(x), atol=1e-6)
