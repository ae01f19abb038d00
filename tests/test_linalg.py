"""Linear algebra: values are NumPy's, gradients agree with differences and with JAX."""

import jax
import numpy as np
import pytest
import scipy.linalg
from comparison import (
    assert_as_numpy,
    assert_derivatives,
    gradient_of_jax,
    in_precision,
)

import pellucid as pl

linalg = np.linalg


def waves(*shape, phase=0.0):
    """Numbers without pattern, of any shape."""
    n = int(np.prod(shape))
    return np.cos(np.arange(n) ** 2 * 0.77 + phase).reshape(shape) * 1.5 + 0.2


S = np.array([[4.0, 1.0, 0.5], [0.7, 3.0, -0.25], [0.5, -0.3, 2.0]])
K = np.stack([S, S.T + waves(3, 3)])
TALL, WIDE, STACK = waves(5, 3), waves(3, 5, phase=1), waves(2, 5, 3, phase=2)
B, V, U = waves(5, 4), waves(5), waves(3)
X = waves(2, 3, 4)
NOTHING = np.zeros((0, 3))
NO_MATRICES = np.zeros((0, 3, 3))


def t(a):
    return np.swapaxes(a, -1, -2)


def symmetric(a):
    return a + t(a)


def gram(a):
    return a @ t(a) + np.eye(a.shape[-2], dtype=a.dtype)


def span(q, k=0):
    """What a basis spans, from its k-th vector on: the same for any signs."""
    q = q[..., k:]
    return q @ t(q)


def vectors(result):
    """Eigenvectors up to their signs."""
    w, v = result
    return w, v**2, v[..., :1, :] * v[..., 1:2, :]


def factors(result, k):
    """Singular vectors up to signs, and the spaces behind the k-th."""
    u, s, vh = result
    one, other = u[..., :k], vh[..., :k, :]
    weights = np.arange(1, k + 1, dtype=s.dtype)
    product = (one * weights) @ other
    return one**2, s, other**2, product, span(u, k), span(t(vh), k)


EQUATIONS = {
    "solve vector": (lambda s, u: linalg.solve(s, u), S, U),
    "solve matrix": (lambda s, w: linalg.solve(s, w), S, WIDE),
    "solve stack": (lambda k, w: linalg.solve(k, w), K, WIDE),
    "solve vector by stack": (lambda k, u: linalg.solve(k, u), K, U),
    "solve nothing": (lambda s, n: linalg.solve(s, n.T), S, NOTHING),
    "inv": (lambda k: linalg.inv(k), K),
    "inv of none": (lambda k: linalg.inv(k), NO_MATRICES),
    "det": (lambda k: linalg.det(k), K),
    "det of nothing": (lambda n: linalg.det(n[:, :0]) + np.sum(n), NOTHING),
    "slogdet": (lambda k: linalg.slogdet(-k), K),
    "logabsdet": (lambda s: linalg.slogdet(s).logabsdet, S),
    "tensorsolve": (linalg.tensorsolve, waves(2, 3, 6), waves(2, 3)),
    "tensorsolve axes": (
        lambda a, b: linalg.tensorsolve(a, b, axes=(1,)),
        waves(2, 6, 3, phase=2),
        waves(2, 3),
    ),
    "tensorinv": (lambda a: linalg.tensorinv(a), waves(2, 3, 3, 2)),
    "tensorinv 1": (lambda a: linalg.tensorinv(a, ind=1), waves(6, 3, 2)),
    "pinv": (lambda a: linalg.pinv(a), STACK),
    "pinv wide": (lambda a: linalg.pinv(a, rcond=1e-5), WIDE),
    "pinv rtol": (lambda a: linalg.pinv(a, rtol=1e-5), TALL),
    "pinv rtol None": (lambda a: linalg.pinv(a, rtol=None), TALL),
    "pinv hermitian": (lambda a: linalg.pinv(symmetric(a), hermitian=True), K),
    "lstsq": (lambda a, b: linalg.lstsq(a, b)[:2], TALL, B),
    "lstsq vector": (lambda a, v: linalg.lstsq(a, v)[:2], TALL, V),
    "lstsq wide": (lambda a, u: linalg.lstsq(a, u, rcond=1e-5)[:2], WIDE, U),
}

FACTORS = {
    "cholesky": (lambda k: linalg.cholesky(gram(k)), K),
    "cholesky upper": (lambda k: linalg.cholesky(gram(k), upper=True), K),
    "cholesky of none": (lambda k: linalg.cholesky(k), NO_MATRICES),
    "eigvalsh": (lambda k: linalg.eigvalsh(symmetric(k)), K),
    "eigvalsh U": (lambda k: linalg.eigvalsh(symmetric(k), UPLO="U"), K),
    "eigenvalues": (lambda k: linalg.eigh(symmetric(k)).eigenvalues, K),
    "eigh": (lambda k: vectors(linalg.eigh(symmetric(k))), K),
    "eigh U": (lambda k: vectors(linalg.eigh(symmetric(k), "U")), K),
    "one eigenvector": (lambda s: linalg.eigh(symmetric(s))[1][:, 2] ** 2, S),
    "eigvals": (lambda s: linalg.eigvals(s), S),
    "eig": (lambda s: vectors(linalg.eig(s)), S),
    "svdvals": (lambda a: linalg.svdvals(a), STACK),
    "svdvals wide": (lambda a: linalg.svdvals(a), WIDE),
    "svd square": (lambda k: factors(linalg.svd(k), 3), K),
    "svd tall": (lambda a: factors(linalg.svd(a), 3), STACK),
    "svd wide": (lambda a: factors(linalg.svd(a), 3), WIDE),
    "svd reduced": (lambda a: factors(linalg.svd(a, full_matrices=False), 3), STACK),
    "svd reduced wide": (lambda a: factors(linalg.svd(a, False), 3), WIDE),
    "svd without vectors": (lambda a: linalg.svd(a, compute_uv=False), WIDE),
    "svd hermitian": (
        lambda k: factors(linalg.svd(symmetric(k), hermitian=True), 3),
        K,
    ),
    "svd hermitian values": (
        lambda k: linalg.svd(symmetric(k), compute_uv=False, hermitian=True),
        K,
    ),
    "svd by name": (lambda k: linalg.svd(k).S + linalg.svd(k).Vh[..., 0] ** 2, K),
    "qr": (lambda a: linalg.qr(a), STACK),
    "qr square": (lambda k: linalg.qr(k), K),
    "qr wide": (lambda a: linalg.qr(a), WIDE),
    "qr r": (lambda a: linalg.qr(a, "r"), STACK),
    "qr r wide": (lambda a: linalg.qr(a, mode="r"), WIDE),
    "qr complete": (lambda a: span(linalg.qr(a, mode="complete").Q, 3), STACK),
    "qr complete R": (lambda a: linalg.qr(a, "complete").R, STACK),
    "qr complete Q": (lambda a: linalg.qr(a, "complete").Q[..., :3], STACK),
    "qr complete wide": (lambda a: linalg.qr(a, "complete"), WIDE),
}


def norm(*args, **options):
    return lambda a: linalg.norm(a, *args, **options)


NORMS = (
    {
        f"matrix {order}": (norm(order), WIDE)
        for order in (None, "fro", "f", "nuc", np.inf, -np.inf, 1, -1, 2, -2)
    }
    | {
        f"matrices {order}": (norm(order, axis=(2, 0), keepdims=True), X)
        for order in (None, "fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2)
    }
    | {
        f"matrix_norm {order}": (lambda x, o=order: linalg.matrix_norm(x, ord=o), X)
        for order in ("fro", "nuc", np.inf, 1, 2)
    }
    | {
        f"vector {order}": (norm(order), V)
        for order in (None, 0, 1, -1, 2, 3, 2.5, 0.5, -2, np.inf, -np.inf)
    }
    | {
        f"vectors {order}": (norm(order, axis=-2, keepdims=True), X)
        for order in (None, 0, 1, 2, 3, np.inf, -np.inf)
    }
    | {
        f"vector_norm {order}": (
            lambda x, o=order: linalg.vector_norm(x, ord=o, axis=(0, 2)),
            X,
        )
        for order in (0, 1, 2, 3, np.inf, -np.inf)
    }
    | {
        "three axes": (norm(), X),
        "three axes keepdims": (norm(keepdims=True), X),
        "axis tuple of one": (norm(axis=(1,)), X),
        "vector_norm of all": (lambda x: linalg.vector_norm(x, keepdims=True), X),
        "matrix_norm keepdims": (lambda x: linalg.matrix_norm(x, keepdims=True), X),
        "empty": (norm(axis=0), NOTHING),
        "of list": (lambda u: linalg.norm([u[0], 2 * u[1]]), U),
    }
    | {
        f"cond {order}": (lambda k, o=order: linalg.cond(k, o), K)
        for order in (None, 2, -2, 1, -1, "fro", np.inf)
    }
    | {"cond tall": (lambda a: linalg.cond(a), STACK)}
)

GATHERED = EQUATIONS | FACTORS | NORMS

COUNTS = {
    "matrix_rank": (lambda a: linalg.matrix_rank(a), STACK),
    "matrix_rank of lower rank": (lambda u: linalg.matrix_rank(np.outer(u, u)), U),
    "matrix_rank tol": (lambda a: linalg.matrix_rank(a, tol=3.0), STACK),
    "matrix_rank rtol": (
        lambda k: linalg.matrix_rank(
            symmetric(k), hermitian=True, rtol=np.array([0.5, 0.1])
        ),
        K,
    ),
    "matrix_rank of a vector": (lambda u: linalg.matrix_rank(u), U),
    "lstsq": (lambda a, b: linalg.lstsq(a, b), TALL, B),
    "lstsq wide": (lambda a, u: linalg.lstsq(a, u), WIDE, U),
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", GATHERED)
def test_the_value_is_numpys(name, precision):
    f, *arrays = GATHERED[name]
    assert_as_numpy(f, *in_precision(precision, arrays), ulps=512)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", COUNTS)
def test_the_count_is_numpys(name, precision):
    f, *arrays = COUNTS[name]
    assert_as_numpy(f, *in_precision(precision, arrays), ulps=512)


@pytest.mark.parametrize("kind", "?bBhlefdgFD")
def test_the_exponential_of_a_matrix_has_the_dtype_of_scipys(kind):
    a = np.eye(2).astype(kind)

    def f(x):
        return scipy.linalg.expm(x.astype(kind))

    kinds = [pl.graph(f, np.eye(2)).nodes[-1].dtype]
    targets = ["numpy"] if kind == "g" else ["numpy", "torch", "jax"]
    kinds += [pl.compile(f, target)(np.eye(2)).dtype for target in targets]
    assert set(kinds) == {scipy.linalg.expm(a).dtype}


@pytest.mark.parametrize("name", GATHERED)
def test_the_gradient_agrees_with_differences(name):
    f, *arrays = GATHERED[name]
    assert_derivatives(f, *arrays)


JAX = {
    "slogdet": lambda np, k: np.linalg.slogdet(k)[1],
    "eigh": lambda np, k: np.linalg.eigh(k + k.T)[1] ** 2 @ np.arange(3.0),
    "eigvalsh": lambda np, k: np.linalg.eigvalsh(k + k.T) ** 3,
    "svd": lambda np, k: np.linalg.svd(k, full_matrices=False)[0] ** 2,
    "qr": lambda np, k: np.linalg.qr(k)[1] ** 3,
    "cholesky": lambda np, k: np.linalg.cholesky(k @ k.T + np.eye(3)) ** 2,
    "pinv": lambda np, k: np.linalg.pinv(k) ** 2,
    "nuclear norm": lambda np, k: np.linalg.norm(k, "nuc"),
    "matrix_power": lambda np, k: np.linalg.matrix_power(k, 5),
    "inv": lambda np, k: np.linalg.inv(k) ** 2,
    "det": lambda np, k: np.linalg.det(k) ** 2,
}


@pytest.mark.parametrize("name", JAX)
def test_the_gradient_is_that_of_jax(name):
    f = JAX[name]
    ours = pl.gradient(lambda k: np.sum(f(np, k)))(S)
    theirs = gradient_of_jax(lambda k: jax.numpy.sum(f(jax.numpy, k)), S)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


ONE_TRIANGLE = {
    "eigvalsh": lambda s: linalg.eigvalsh(s) @ np.arange(3.0),
    "eigvalsh U": lambda s: linalg.eigvalsh(s, "U") @ np.arange(3.0),
    "eigh": lambda s: np.sum(linalg.eigh(s)[1][:, 1] ** 4),
    "eigh U": lambda s: np.sum(linalg.eigh(s, "U")[1][:, 1] ** 4),
    "cholesky": lambda s: np.sum(linalg.cholesky(s) ** 3),
    "cholesky upper": lambda s: np.sum(linalg.cholesky(s, upper=True) ** 3),
}


@pytest.mark.parametrize("name", ONE_TRIANGLE)
def test_the_gradient_is_that_of_the_triangle_that_numpy_reads(name):
    assert_derivatives(ONE_TRIANGLE[name], gram(S) + np.arange(9.0).reshape(3, 3) / 50)


@pytest.mark.parametrize("name", ONE_TRIANGLE)
def test_the_gradient_of_a_matrix_made_symmetric_is_symmetric(name):
    slopes = pl.gradient(lambda s: ONE_TRIANGLE[name](s + s.T))(gram(S))
    np.testing.assert_allclose(slopes, slopes.T, rtol=1e-12, atol=1e-12)


# Points of trouble.

EQUAL = np.diag([2.0, 2.0, 5.0])
DEFINED = {
    "sum of eigenvalues": lambda a: np.sum(linalg.eigvalsh(a) ** 2),
    "sum of eigh's": lambda a: np.sum(linalg.eigh(a)[0] ** 2),
    "Frobenius by svd": lambda a: np.sum(linalg.svdvals(a) ** 2),
    "log determinant": lambda a: np.sum(np.log(linalg.eigvalsh(a))),
    "the vector apart": lambda a: np.sum(linalg.eigh(a)[1][:, 2] ** 4),
}


@pytest.mark.parametrize("name", DEFINED)
def test_what_is_defined_for_equal_eigenvalues_is_right(name):
    assert_derivatives(lambda a: DEFINED[name](symmetric(a) / 2), EQUAL, order=1)


UNDEFINED = {
    "eigh": lambda a: np.sum(linalg.eigh(a)[1] ** 4),
    "svd": lambda a: np.sum(linalg.svd(a)[0] ** 4),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_vectors_of_equal_eigenvalues_have_no_derivative(name):
    with pytest.warns(RuntimeWarning, match="not unique"):
        slopes = pl.gradient(UNDEFINED[name])(EQUAL)
    assert np.isnan(slopes).any()


SINGULAR = {
    "rank 2": np.outer(U, U) + np.outer(WIDE[:, 0], WIDE[1, :3]),
    "rank 1": np.outer(U, V[2:]),
    "cofactors 0, 6, 0": np.diag([2.0, 0.0, 3.0]),
    "zeros": np.zeros((3, 3)),
    "one of a stack": np.stack([S, np.diag([2.0, 0.0, 3.0])]),
    "exact": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]),
    "1 x 1": np.zeros((1, 1)),
}


@pytest.mark.parametrize("name", SINGULAR)
def test_the_determinant_of_a_singular_matrix_has_a_gradient(name):
    assert_derivatives(lambda a: 1 + linalg.det(a), SINGULAR[name], order=1)


def test_the_gradient_of_the_determinant_is_the_cofactors():
    slopes = pl.gradient(linalg.det)(np.diag([2.0, 0.0, 3.0]))
    np.testing.assert_allclose(slopes, np.diag([0.0, 6.0, 0.0]), atol=1e-14)


LARGE = {
    "overflow": [3e200, 4e200],
    "underflow": [3e-200, 4e-200],
    "subnormal": [3e-320, 4e-320],
    "zero": [0.0, -0.0],
    "one side": [0.0, 1e-300],
    "inf": [np.inf, 1.0],
    "nan": [np.nan, 1.0],
}


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 0, "keepdims": True}])
def test_the_norm_stays_in_range(name, options):
    x = np.array(LARGE[name])
    ours = pl.graph(lambda x: linalg.norm(x, **options), x)(x)
    np.testing.assert_allclose(ours, np.hypot(*x)[..., None][..., 0], rtol=1e-15)


@pytest.mark.parametrize("name", ["overflow", "underflow", "zero", "one side"])
def test_the_gradient_of_the_norm_is_a_direction(name):
    x = np.array(LARGE[name])
    r = np.hypot(*x)
    slopes = pl.gradient(linalg.norm)(x)
    np.testing.assert_allclose(slopes, x / r if r else [0, 0], rtol=1e-15)


def test_the_norm_of_single_precision_stays_in_range():
    x = np.array([3e30, 4e30], np.float32)
    value, slopes = pl.value_and_gradient(linalg.norm)(x)
    assert value.dtype == slopes.dtype == np.float32
    np.testing.assert_allclose(value, np.float32(5e30), rtol=1e-6)
    np.testing.assert_allclose(slopes, [0.6, 0.8], rtol=1e-6)


# Complex matrices inside.

COMPLEX = {
    "solve": lambda x, y: np.abs(linalg.solve(x + 1j * y, y)),
    "inv": lambda x, y: np.abs(linalg.inv(x + 1j * y)),
    "det": lambda x, y: np.abs(linalg.det(x + 1j * y)),
    "slogdet": lambda x, y: linalg.slogdet(x + 1j * y)[1],
    "svdvals": lambda x, y: linalg.svdvals(x + 1j * y),
    "nuclear norm": lambda x, y: linalg.norm(x + 1j * y, "nuc"),
    "cholesky": lambda x, y: np.abs(
        linalg.cholesky((x + 1j * y) @ (x - 1j * y).T + 0j)
    ),
    "eigvalsh": lambda x, y: linalg.eigvalsh(x + x.T + 1j * (y - y.T)),
    "eigvals": lambda x, y: np.abs(linalg.eigvals(x + 1j * y)),
    "eigvals of reals": lambda x, y: np.abs(
        linalg.eigvals((x - 2 * y).astype(complex))
    ),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_matrices_have_values_and_gradients(name):
    x, y = K[0], waves(3, 3, phase=1)
    assert_as_numpy(COMPLEX[name], x, y, ulps=512)
    assert_derivatives(COMPLEX[name], x, y, order=1)


NOT_COMPLEX = {
    "eigh": lambda a: np.abs(linalg.eigh(a)[1]),
    "eig": lambda a: np.abs(linalg.eig(a)[1]),
    "svd": lambda a: np.abs(linalg.svd(a)[0]),
    "qr": lambda a: np.abs(linalg.qr(a)[0]),
    "pinv": lambda a: np.abs(linalg.pinv(a)),
}


@pytest.mark.parametrize("name", NOT_COMPLEX)
def test_what_is_not_differentiated_for_complex_matrices_is_refused(name):
    with pytest.raises(pl.PellucidError, match=rf"linalg\.{name} of a complex matrix"):
        pl.gradient(lambda s: np.sum(NOT_COMPLEX[name](s + 1j * s.T)))(S)


# What NumPy refuses is refused.

WRONG = {
    "inv": lambda a: linalg.inv(a),
    "inv of a vector": lambda a: linalg.inv(a[0]),
    "det": lambda a: linalg.det(a),
    "slogdet": lambda a: linalg.slogdet(a),
    "eigh": lambda a: linalg.eigh(a),
    "eigvals": lambda a: linalg.eigvals(a),
    "cholesky": lambda a: linalg.cholesky(a),
    "svd of a vector": lambda a: linalg.svd(a[0]),
    "solve": lambda a: linalg.solve(a, a),
    "lstsq": lambda a: linalg.lstsq(a, a.T),
    "tensorsolve": lambda a: linalg.tensorsolve(a, a[0]),
    "matrix_power": lambda a: linalg.matrix_power(a, 2),
    "cond of nothing": lambda a: linalg.cond(a[:, :0]),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_shapes_raise_as_in_numpy(name):
    with pytest.raises(linalg.LinAlgError):
        WRONG[name](TALL)
    with pytest.raises(linalg.LinAlgError):
        pl.graph(WRONG[name], TALL)


VALUES = {
    "norm order": lambda a: linalg.norm(a, "spam"),
    "norm axes": lambda a: linalg.norm(a, 1, axis=(0, 0)),
    "norm of three axes": lambda a: linalg.norm(a[None], 1),
    "norm of vectors": lambda a: linalg.norm(a, "fro", axis=0),
    "half": lambda a: linalg.eigh(a @ a.T, "X"),
    "solve vector": lambda a: linalg.solve(a.T @ a, a[:, 0]),
    "pinv": lambda a: linalg.pinv(a, rcond=0.1, rtol=0.1),
    "rank": lambda a: linalg.matrix_rank(a, tol=0.1, rtol=0.1),
    "tensorinv": lambda a: linalg.tensorinv(a, ind=0),
}


@pytest.mark.parametrize("name", VALUES)
def test_wrong_arguments_raise_as_in_numpy(name):
    with pytest.raises((ValueError, TypeError)):
        VALUES[name](TALL)
    with pytest.raises((ValueError, TypeError)):
        pl.graph(VALUES[name], TALL)


def test_singular_matrices_raise_when_the_graph_runs():
    graph = pl.graph(linalg.inv, S)
    with pytest.raises(linalg.LinAlgError):
        graph(np.ones((3, 3)))


def test_complex_eigenvalues_of_a_real_matrix_say_what_to_write():
    graph = pl.graph(linalg.eigvals, S)
    with pytest.raises(linalg.LinAlgError, match=r"A\.astype\(complex\)"):
        graph(np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]))


def test_the_raw_form_of_qr_is_refused():
    with pytest.raises(pl.TraceError, match=r"test_linalg\.py, line .*mode='raw'"):
        pl.graph(lambda a: linalg.qr(a, "raw"), S)
