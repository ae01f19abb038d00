"""Products of vectors, matrices and arrays: NumPy and differences are the judges."""

import jax
import numpy as np
import pytest
from comparison import (
    assert_as_numpy,
    assert_derivatives,
    gradient_of_jax,
    in_precision,
)

import pellucid as pl


def waves(*shape, phase=0.0):
    """Numbers without pattern, of any shape."""
    n = int(np.prod(shape))
    return np.cos(np.arange(n) ** 2 * 0.7 + phase).reshape(shape) * 1.5 + 0.2


N = np.array(1.5)
U, V = waves(3), waves(3, phase=1)
A, B = waves(2, 3), waves(3, 4, phase=1)
P = waves(2, 3, phase=2)
C, D = waves(2, 3, 4), waves(2, 4, 3, phase=1)
S, K = waves(3, 3), waves(2, 3, 3, phase=3)
X, Y = waves(4, 3), waves(4, 3, phase=2)
TALL, WIDE, E5 = waves(5, 3), waves(3, 5, phase=1), waves(5)
EMPTY = np.zeros((0, 3))


def into_buffer(a, b):
    out = np.empty((2, 4), a.dtype)
    np.einsum("ij,jk->ik", a, b, out=out)
    return out


def along_path(a, b):
    path, _ = np.einsum_path("ij,jk,kl", a, b, b.T, optimize="optimal")
    return np.einsum("ij,jk,kl", a, b, b.T, optimize=path)


PRODUCTS = {
    "dot out": (lambda a, b: np.dot(a, b, out=np.empty((2, 4), a.dtype)), A, B),
    "dot 0-d": (lambda n, a: np.dot(n, a), N, A),
    "dot empty": (lambda e, a: np.dot(e, a.T), EMPTY, A),
    "dot nothing": (lambda a, b: np.dot(a[:, :0], b[:0]), A, B),
    "matmul": (lambda c, d: np.matmul(c, d), C, D),
    "matmul out": (lambda a, b: np.matmul(a, b, out=np.empty((2, 4), a.dtype)), A, B),
    "matmul axes": (
        lambda c, d: np.matmul(c, d, axes=[(0, 1), (1, 2), (0, 1)]),
        waves(3, 4, 2),
        waves(2, 4, 3),
    ),
    "matmul dtype": (lambda a, b: np.matmul(a, b, dtype=np.float64), A, B),
    "vdot": (lambda a, p: np.vdot(a, p), A, P),
    "vdot 0-d": (lambda n: np.vdot(n, n), N),
    "inner": (lambda a, p: np.inner(a, p), A, P),
    "inner of vectors": (lambda u, v: np.inner(u, v), U, V),
    "inner of stacks": (lambda d, a: np.inner(d, a), D, A),
    "inner with number": (lambda a, n: np.inner(a, n), A, N),
    "outer": (lambda a, u: np.outer(a, u), A, U),
    "outer out": (lambda u, v: np.outer(u, v, out=np.empty((3, 3), u.dtype)), U, V),
    "kron": (lambda a, b: np.kron(a, b), A, B),
    "kron fewer axes": (lambda u, c: np.kron(u, c), U, C),
    "kron more axes": (lambda c, u: np.kron(c, u), C, U),
    "kron 0-d": (lambda n, a: np.kron(n, a), N, A),
    "kron empty": (lambda e, a: np.kron(e, a), EMPTY, A),
    "tensordot": (
        lambda c, d: np.tensordot(c, d[:, 0]),
        waves(2, 3, 4),
        waves(3, 2, 4),
    ),
    "tensordot 0": (lambda a, b: np.tensordot(a, b, axes=0), A, B),
    "tensordot 1": (lambda a, b: np.tensordot(a, b, 1), A, B),
    "tensordot pair": (lambda c, d: np.tensordot(c, d, (-1, -2)), C, D),
    "tensordot lists": (lambda c, d: np.tensordot(c, d, [[1, 2], [2, 1]]), C, D),
    "tensordot to number": (lambda a, p: np.tensordot(a, p) * 2, A, P),
    "cross": (lambda x, y: np.cross(x, y), X, Y),
    "cross broadcast": (lambda x, v: np.cross(x, v), X, V),
    "cross axis": (lambda x, y: np.cross(x.T, y.T, axis=0), X, Y),
    "cross three axes": (lambda x, y: np.cross(x.T, y, axisa=0, axisc=0), X, Y),
    "vecdot": (lambda x, y: np.vecdot(x, y), X, Y),
    "vecdot axis": (lambda x, y: np.vecdot(x, y, axis=0), X, Y),
    "vecdot axes": (lambda x, y: np.vecdot(x.T, y, axes=[0, 1, ()]), X, Y),
    "vecdot keepdims": (lambda x, y: np.vecdot(x, y, axis=0, keepdims=True), X, Y),
    "matvec": (lambda c, v: np.matvec(c, v), C, waves(4)),
    "matvec stack": (lambda c, v: np.matvec(c, v), C, waves(2, 4)),
    "matvec axes": (
        lambda c, v: np.matvec(c, v, axes=[(0, 1), (0,), (0,)]),
        C,
        waves(3, 4),
    ),
    "vecmat": (lambda u, c: np.vecmat(u, c), U, C),
    "vecmat stack": (lambda a, c: np.vecmat(a, c), A, C),
    "linalg.outer": (lambda u, v: np.linalg.outer(u, v), U, V),
    "linalg.cross": (lambda x, y: np.linalg.cross(x, y), X, Y),
    "linalg.cross axis": (lambda x, y: np.linalg.cross(x.T, y.T, axis=0), X, Y),
    "linalg.matmul": (lambda a, b: np.linalg.matmul(a, b), A, B),
    "linalg.tensordot": (lambda a, b: np.linalg.tensordot(a, b, axes=1), A, B),
    "linalg.vecdot": (lambda x, y: np.linalg.vecdot(x, y, axis=0), X, Y),
    "linalg.trace": (lambda c: np.linalg.trace(c, offset=-1), C),
    "linalg.trace dtype": (lambda c: np.linalg.trace(c, dtype=np.float64), C),
    "linalg.diagonal": (lambda c: np.linalg.diagonal(c, offset=1) ** 2, C),
    "linalg.matrix_transpose": (lambda c: np.linalg.matrix_transpose(c) ** 2, C),
    "trace axes": (lambda c: np.trace(c, 1, 2, 0), C),
    "trace outside": (lambda a: np.trace(a, 7), A),
    "multi_dot": (lambda a, b: np.linalg.multi_dot([a, b]), A, B),
    "multi_dot vectors": (
        lambda e, a, b: np.linalg.multi_dot([e, a, b, e]),
        E5,
        TALL,
        WIDE,
    ),
    "multi_dot many": (
        lambda a, b, s: np.linalg.multi_dot([a, b, a, s, b]),
        TALL,
        WIDE,
        S,
    ),
    "multi_dot out": (
        lambda a, b: np.linalg.multi_dot([a, b], out=np.empty((2, 4), a.dtype)),
        A,
        B,
    ),
    **{
        f"matrix_power {n}": (lambda k, n=n: np.linalg.matrix_power(k, n), K)
        for n in (-3, -1, 0, 1, 2, 3, 7)
    },
}

EINSUMS = {
    "implicit": ("ij,jk", A, B),
    "sorted output": ("ba", A),
    "spaces": (" ij , jk -> k i ", A, B),
    "trace": ("ii", S),
    "diagonal": ("ii->i", S),
    "diagonals of a stack": ("...ii->...i", K),
    "diagonal around": ("i...i->...", waves(3, 2, 3)),
    "repeated thrice": ("iii->i", waves(2, 2, 2)),
    "repeated and shared": ("iji,ij->i", waves(3, 2, 3), waves(3, 2)),
    "sum": ("ij->", A),
    "sum of an ellipsis": ("i...->...", C),
    "number": (",ij", N, A),
    "numbers": (",", N, N),
    "number alone": ("", N),
    "ellipsis": ("...ij,...jk", C, D),
    "ellipsis explicit": ("...ij,...jk->...ki", C, D),
    "ellipsis of unequal length": ("...,...", C, waves(4)),
    "ellipsis behind": ("ij...,j...->...i", C, B),
    "ellipsis of nothing": ("...i,i->...", U, V),
    "broadcast": ("ij,ij->ij", A, A[:1]),
    "inner": ("i,i", U, V),
    "outer": ("i,j->ij", U, V),
    "capital letters": ("iJ,Jk", A, B),
    "lonely axes": ("ij,kl->ik", A, B),
    "three": ("ij,jk,kl->il", A, B, waves(4, 2)),
    "empty": ("ij,kj->ik", EMPTY, A),
}

SUBLISTS = {
    "implicit": (lambda a, b: np.einsum(a, [0, 1], b, [1, 2]), A, B),
    "explicit": (lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), A, B),
    "ellipsis": (
        lambda c, d: np.einsum(c, [..., 0, 1], d, [..., 1, 2], [..., 2, 0]),
        C,
        D,
    ),
    "out": (into_buffer, A, B),
    "dtype": (lambda a, b: np.einsum("ij,jk", a, b, dtype=np.float64), A, B),
    "path": (along_path, A, B),
}


def einsum(subscripts, optimize=False):
    return lambda *arrays: np.einsum(subscripts, *arrays, optimize=optimize)


CASES = (
    PRODUCTS
    | {f"einsum {k}": (einsum(s), *a) for k, (s, *a) in EINSUMS.items()}
    | {f"einsum fast {k}": (einsum(s, True), *a) for k, (s, *a) in EINSUMS.items()}
    | {f"einsum of sublists {k}": case for k, case in SUBLISTS.items()}
)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *in_precision(precision, arrays))


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_agrees_with_differences(name):
    f, *arrays = CASES[name]
    assert_derivatives(f, *arrays)


@pytest.mark.parametrize("name", EINSUMS)
def test_einsum_has_the_gradient_of_jax(name):
    subscripts, *arrays = EINSUMS[name]
    every = tuple(range(len(arrays)))

    def cost(numpy):
        return lambda *a: numpy.sum(numpy.einsum(subscripts, *a) ** 2)

    ours = pl.gradient(cost(np), wrt=every)(*arrays)
    theirs = gradient_of_jax(cost(jax.numpy), *arrays, wrt=every)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-12)


# Vectors of the plane: NumPy warns, and so does the trace.

PLANE = {
    "both": (lambda x, y: np.cross(x, y), X[:, :2], Y[:, :2]),
    "first": (lambda x, y: np.cross(x, y), X[:, :2], Y),
    "second": (lambda x, y: np.cross(x, y), X, Y[:, :2]),
}


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize("name", PLANE)
def test_cross_products_of_the_plane_are_numpys(name):
    f, *arrays = PLANE[name]
    assert_as_numpy(f, *arrays)
    assert_derivatives(f, *arrays)


# Complex inside.

COMPLEX = {
    "vdot": lambda x, y: np.abs(np.vdot(x + 1j * y, y + 1j * x)),
    "vecdot": lambda x, y: np.abs(np.vecdot(x + 1j * y, y - 1j * x)),
    "matmul": lambda x, y: np.abs((x + 1j * y) @ (y + 1j * x).T),
    "dot of real and complex": lambda x, y: np.angle(np.dot(x, (y + 2j * x).T)),
    "einsum": lambda x, y: np.real(np.einsum("ij,kj", x + 1j * y, y) ** 2),
    "vecmat": lambda x, y: np.abs(np.vecmat(x[:3, 0] + 1j * y[:3, 0], x[:3] * 2j)),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_products_have_values_and_gradients(name):
    assert_as_numpy(COMPLEX[name], X, Y)
    assert_derivatives(COMPLEX[name], X, Y)


# What NumPy refuses is refused while the function is recorded.

WRONG = {
    "dot": lambda a: np.dot(a, a),
    "matmul": lambda a: np.matmul(a, 2.0),
    "tensordot": lambda a: np.tensordot(a, a, 1),
    "cross": lambda a: np.cross(np.ones(4), a[0]),
    "linalg.cross": lambda a: np.linalg.cross(a[:, :2], a[:, :2]),
    "linalg.outer": lambda a: np.linalg.outer(a, a),
    "einsum letters": lambda a: np.einsum("ijk", a),
    "einsum terms": lambda a: np.einsum("ij,jk", a),
    "einsum lengths": lambda a: np.einsum("ij,jk", a, a),
    "multi_dot of one": lambda a: np.linalg.multi_dot([a]),
    "multi_dot": lambda a: np.linalg.multi_dot([a, a, a]),
    "matrix_power": lambda a: np.linalg.matrix_power(a, 2),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    with pytest.raises((ValueError, TypeError)):
        WRONG[name](A)
    with pytest.raises((ValueError, TypeError)):
        pl.graph(WRONG[name], A)
