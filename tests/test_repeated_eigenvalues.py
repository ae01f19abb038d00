"""Gradients at equal eigenvalues and singular values: right, or nan with a warning."""

import functools

import numpy as np
import pytest
from comparison import on_target

import pellucid as pl

linalg = np.linalg
C = np.arange(9.0).reshape(3, 3) / 4
ROTATION = linalg.qr(np.cos(np.arange(9.0) ** 2).reshape(3, 3))[0]
TURNED = ROTATION @ np.diag([1.0, 1.0, 4.0]) @ ROTATION.T  # split by rounding


def symmetric(a):
    return (a + a.T) / 2


def weighted(a):
    return np.sum(a * np.cos(np.arange(a.size)).reshape(a.shape))


def spectral(f):
    """The sum of the elements of a function of a matrix, each with a weight."""

    def cost(a):
        w, V = linalg.eigh(symmetric(a))
        return weighted((V * f(w)) @ V.T)

    return cost


def off_diagonal_of_log(A):
    w, V = np.linalg.eigh((A + A.T) / 2)
    return ((V * np.log(w)) @ V.T)[0, 1]


def by_diag(a):
    w, V = linalg.eigh(symmetric(a))
    return weighted(V @ np.diag(np.exp(w)) @ V.T)


def by_einsum(a):
    w, V = linalg.eigh(symmetric(a))
    return weighted(np.einsum("ik,k,jk->ij", V, np.sqrt(w), V))


def by_eig(a):
    w, V = linalg.eig(symmetric(a))
    return weighted(V @ np.diag(w**3) @ linalg.inv(V))


def upper(a):
    w, V = linalg.eigh(symmetric(a), UPLO="U")
    return weighted((V / w) @ V.T)


def projection(a):
    V = linalg.eigh(symmetric(a))[1][:, :2]
    return weighted(V @ V.T)


def of_stack(a):
    w, V = linalg.eigh(np.stack([symmetric(a), 2 * np.eye(3) + symmetric(a)]))
    return np.sum(((V * np.log(w)[:, None, :]) @ V.transpose(0, 2, 1))[:, :2] * C[:2])


def whitened(x):
    x = x - x.mean(axis=0)
    w, V = linalg.eigh(x.T @ x / len(x))
    return weighted(x @ V @ np.diag(1 / np.sqrt(w)) @ V.T)


def put_together(a):
    U, S, Vt = linalg.svd(a, full_matrices=False)
    return weighted((U * S) @ Vt)


def norm_put_together(a):
    U, S, Vt = linalg.svd(a)
    return linalg.norm((U * S) @ Vt)


def polar(a):
    U, _, Vt = linalg.svd(a)
    return weighted(U @ Vt)


def kabsch(a):
    U, _, Vt = linalg.svd(a)
    sign = np.sign(linalg.det(U @ Vt))
    return weighted(Vt.T @ np.diag(np.array([1.0, 1.0, 1.0]) * sign) @ U.T)


def fidelity(a):
    w, V = linalg.eigh(symmetric(a))
    root = (V * np.sqrt(w)) @ V.T
    return np.sum(np.sqrt(linalg.eigvalsh(root @ np.diag([0.25, 0.25, 0.5]) @ root)))


def entropy(a):
    w = linalg.eigvalsh(a)
    return -np.sum(w * np.log(w))


CROSS = np.repeat(np.eye(3), 2, axis=0) * np.resize([1.0, -1.0], 6)[:, None]
DEFINED = {
    "the example of the logarithm": (off_diagonal_of_log, np.eye(2)),
    "log at the identity": (spectral(np.log), np.eye(3)),
    "sqrt at 1, 1, 4": (spectral(np.sqrt), np.diag([1.0, 1.0, 4.0])),
    "sqrt split by rounding": (spectral(np.sqrt), TURNED),
    "log split by rounding": (spectral(np.log), TURNED),
    "exp at zero": (spectral(np.exp), np.zeros((3, 3))),
    "exp of a Laplacian": (spectral(np.exp), 3 * np.eye(3) - np.ones((3, 3))),
    "large": (spectral(np.sqrt), 1e8 * np.eye(3)),
    "squares of the large": (spectral(np.square), 1e8 * TURNED),
    "1 x 1": (spectral(np.log), np.array([[2.0]])),
    "diag": (by_diag, np.eye(3)),
    "einsum": (by_einsum, np.diag([1.0, 1.0, 4.0])),
    "eig": (by_eig, np.diag([2.0, 2.0, 5.0])),
    "upper": (upper, np.eye(3)),
    "projection": (projection, np.diag([1.0, 1.0, 4.0])),
    "stack": (of_stack, np.eye(3)),
    "whitening": (whitened, CROSS),
    "svd put together": (put_together, np.eye(3)),
    "svd of zeros": (put_together, np.zeros((3, 3))),
    "svd tall": (put_together, np.eye(4, 3)),
    "svd wide": (put_together, np.eye(3, 4)),
    "svd of rank 1": (put_together, np.ones((4, 3))),
    "norm of svd": (norm_put_together, 2 * np.eye(3)),
    "polar factor": (polar, 2 * np.eye(3)),
    "Kabsch": (kabsch, ROTATION),
    "entropy": (
        lambda a: -np.sum((w := linalg.eigvalsh(a)) * np.log(w)),
        np.eye(3) / 3,
    ),
}


# XLA takes long for each: these see every change of what JAX has for inverse_gaps.
ON_JAX = [
    "sqrt split by rounding", "exp at zero", "large", "squares of the large", "eig",
    "stack", "whitening", "svd wide", "svd of rank 1", "Kabsch",
]  # fmt: skip
ON_TARGETS = [(name, target) for name in DEFINED for target in ("numpy", "torch")]
ON_TARGETS += [(name, "jax") for name in ON_JAX]


@functools.cache
def slopes_on(target):
    names = [name for name, its in ON_TARGETS if its == target]
    return on_target(
        target, {n: (pl.gradient(DEFINED[n][0]), DEFINED[n][1:]) for n in names}
    )


@pytest.mark.parametrize(("name", "target"), ON_TARGETS)
def test_what_is_the_same_for_each_basis_has_its_gradient(name, target):
    slopes, right = slopes_on(target)[name], differences(*DEFINED[name])
    np.testing.assert_allclose(slopes, right, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", DEFINED)
def test_the_change_along_a_direction_is_the_gradient_times_it(name):
    f, a = DEFINED[name]
    v = np.cos(np.arange(a.size)).reshape(a.shape)
    right = np.sum(slopes_on("numpy")[name] * v)
    np.testing.assert_allclose(pl.jvp(f)(a, v), right, rtol=1e-9, atol=1e-9)


def differences(f, a):
    """Central differences with steps for each element."""
    step = 1e-4 * max(np.max(np.abs(a)), 1)
    units = np.eye(a.size).reshape(a.size, *a.shape) * step
    far = [f(a + 2 * e) - f(a - 2 * e) for e in units]
    near = [f(a + e) - f(a - e) for e in units]
    return ((8 * np.array(near) - np.array(far)) / (12 * step)).reshape(a.shape)


def test_the_derivative_of_the_logarithm_at_the_identity_is_the_identity():
    np.testing.assert_allclose(
        pl.gradient(off_diagonal_of_log)(np.eye(2)), [[0, 0.5], [0.5, 0]], rtol=1e-15
    )


UNDEFINED = {
    "a vector": lambda a: linalg.eigh(symmetric(a))[1][0, 0] ** 2,
    "fourth powers": lambda a: np.sum(linalg.eigh(symmetric(a))[1] ** 4),
    "a cut": lambda a: weighted((V := linalg.eigh(symmetric(a))[1][:, :1]) @ V.T),
    "left": lambda a: np.sum(linalg.svd(a)[0] ** 4),
    "another weight": lambda a: weighted(
        (V := linalg.eigh(symmetric(a))[1]) @ np.diag([1.0, 2.0, 3.0]) @ V.T
    ),
    "values of the matrix before": lambda a: weighted(
        (V := linalg.eigh(symmetric(a))[1]) @ np.diag(np.diag(V.T @ a @ V) ** 2) @ V.T
    ),
    "eig": lambda a: linalg.eig(symmetric(a))[1][0, 0] ** 2,
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_depends_on_the_basis_is_nan_with_a_warning(name):
    with pytest.warns(RuntimeWarning, match=r"test_repeated.*\.py, line .*not unique"):
        slopes = pl.gradient(UNDEFINED[name])(np.eye(3))
    assert np.isnan(slopes).any()


@functools.cache
def undefined_on(target):
    names = ["a vector", "left", "another weight"]
    cases = {n: (pl.gradient(UNDEFINED[n]), [np.eye(3)]) for n in names}
    return on_target(target, cases)


@pytest.mark.filterwarnings("ignore:.*not unique:RuntimeWarning")
@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("name", ["a vector", "left", "another weight"])
def test_what_depends_on_the_basis_is_nan_on_targets(name, target):
    assert np.isnan(undefined_on(target)[name]).any()


def test_a_decomposition_in_another_is_nan_with_a_warning_where_values_are_equal():
    with pytest.warns(RuntimeWarning, match="not unique"):
        assert np.isnan(pl.gradient(fidelity)(np.eye(3) / 3)).any()
    apart = np.diag([0.2, 0.3, 0.5]) + 0.01
    ours, theirs = pl.gradient(fidelity)(apart), differences(fidelity, apart)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)


def test_a_matrix_without_all_eigenvectors_gives_nan_with_a_warning():
    jordan = np.array([[1.0, 1.0], [0.0, 1.0]])
    with pytest.warns(RuntimeWarning, match="not independent"):
        slopes = pl.gradient(lambda a: np.sum(linalg.eigvals(a) ** 2))(jordan)
    assert np.isnan(slopes).all()


def of_matrix(function, then):
    """A function that is not linear in f(A)."""

    def composed(a):
        w, V = linalg.eigh(symmetric(a))
        return then((V * function(w)) @ V.T)

    return composed


B = np.array([0.3, -0.7, 0.5])
TWICE = {
    "the example of the logarithm": DEFINED["the example of the logarithm"],
    "sqrt at 1, 1, 4": DEFINED["sqrt at 1, 1, 4"],
    "exp at zero": DEFINED["exp at zero"],
    "squared": (of_matrix(np.exp, lambda E: E[0, 1] ** 2), np.zeros((2, 2))),
    "log of a form": (of_matrix(np.exp, lambda E: np.log(B @ E @ B)), np.eye(3)),
    "sine": (of_matrix(np.sqrt, lambda E: weighted(np.sin(E))), np.diag([1.0, 1, 4])),
    "cubed": (of_matrix(np.log, lambda E: weighted(E**3)), 2 * np.eye(3)),
    "norm": (lambda a: linalg.norm(put(a) - C[:3, :3]), 2 * np.eye(3)),
    "polar squared": (lambda a: polar(a) ** 2, np.diag([1.0, 1.0, 2.0])),
}


def put(a):
    U, S, Vt = linalg.svd(a)
    return (U * S) @ Vt


@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives_at_equal_values_are_right(name):
    f, a = TWICE[name]
    v = np.cos(np.arange(a.size)).reshape(a.shape)
    slope = pl.gradient(f)
    ours = pl.hvp(f)(a, v)
    theirs = (slope(a + 1e-5 * v) - slope(a - 1e-5 * v)) / 2e-5
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("gap", [1e-15, 1e-13, 1e-11, 1e-9, 1e-7, 1e-5, 1e-3])
def test_nearly_equal_eigenvalues_keep_nine_digits(gap):
    a = ROTATION @ np.diag([1.0, 1.0 + gap, 4.0]) @ ROTATION.T
    theirs = differences(spectral(np.exp), a)
    np.testing.assert_allclose(pl.gradient(spectral(np.exp))(a), theirs, rtol=1e-8)


@functools.cache
def slope_of_exp_on(target):
    return pl.compile(pl.gradient(spectral(np.exp)), target=target)


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("gap", [1e-13, 1e-11, 1e-9, 1e-7, 1e-3])
def test_nearly_equal_eigenvalues_keep_nine_digits_on_targets(gap, target):
    a = ROTATION @ np.diag([1.0, 1.0 + gap, 4.0]) @ ROTATION.T
    theirs = pl.gradient(spectral(np.exp))(a)
    np.testing.assert_allclose(slope_of_exp_on(target)(a), theirs, rtol=1e-8)


def test_single_precision_keeps_four_digits():
    a = TURNED.astype(np.float32)
    slopes = pl.gradient(spectral(np.sqrt))(a)
    assert slopes.dtype == np.float32
    theirs = differences(spectral(np.sqrt), a.astype(float))
    np.testing.assert_allclose(slopes, theirs, rtol=1e-4, atol=1e-4)
