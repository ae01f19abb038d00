"""NumPy's linear algebra, recorded."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import given, into, recorded_as
from pellucid.graphs.operations.factorisations import matrices, square
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import recorded

# NumPy's named tuples, which are not public by name.
SlogdetResult = type(np.linalg.slogdet(np.eye(1)))
EighResult = type(np.linalg.eigh(np.eye(1)))
EigResult = type(np.linalg.eig(np.eye(1)))
SVDResult = type(np.linalg.svd(np.eye(1)))
QRResult = type(np.linalg.qr(np.eye(1)))


def _parts(kind: Any, count: int, name: str, a: Any, **options: Any) -> Any:
    """All results of an operation, in NumPy's named tuple."""
    return kind(*(recorded(name, a, **options, part=i) for i in range(count)))


def conjugate_transpose(a: Any) -> Any:
    """The last two axes changed, and the imaginary parts' signs."""
    return np.conj(np.matrix_transpose(a))


# -- equations and determinants -------------------------------------------------------


@recorded_as(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x of A x = b."""
    return recorded("linalg.solve", a, b)


@recorded_as(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse."""
    return recorded("linalg.inv", a)


@recorded_as(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant."""
    return recorded("linalg.det", a)


@recorded_as(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """The determinant's sign, and the logarithm of its size."""
    return _parts(SlogdetResult, 2, "linalg.slogdet", a)


@recorded_as(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x whose sums of products with the last axes of a give b."""
    if axes is not None:
        last = [axis % a.ndim for axis in axes]
        a = np.transpose(a, [i for i in range(a.ndim) if i not in last] + last)
    shape = np.shape(a)[-(np.ndim(a) - np.ndim(b)) :]
    n = int(np.prod(shape, dtype=int))
    if np.size(a) != n * n:
        message = (
            f"tensorsolve: shapes {np.shape(a)} and {np.shape(b)} do not fit; the "
            "equations must be as many as the unknowns"
        )
        raise np.linalg.LinAlgError(message)
    return np.reshape(np.linalg.solve(np.reshape(a, (n, n)), np.ravel(b)), shape)


@recorded_as(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse, where the first `ind` axes together count the rows."""
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    rows = int(np.prod(a.shape[ind:], dtype=int))
    inverse = np.linalg.inv(np.reshape(a, (rows, -1)))
    return np.reshape(inverse, a.shape[ind:] + a.shape[:ind])


# -- factors --------------------------------------------------------------------------


@recorded_as(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangle L of A = L L', or L'."""
    if not upper:
        return recorded("linalg.cholesky", a)
    # From the upper triangle alone, as NumPy reads it.
    return conjugate_transpose(recorded("linalg.cholesky", conjugate_transpose(a)))


@recorded_as(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Orthonormal columns Q times a triangle R."""
    if mode not in ("reduced", "complete", "r"):
        refused(f"np.linalg.qr with mode={mode!r}")
    _, rows, columns = matrices(a.shape)
    if rows < columns:
        return _wide_qr(a, mode)
    if mode == "r":
        return recorded("linalg.qr", a, mode="r")
    options = {} if mode == "reduced" else {"mode": mode}
    return _parts(QRResult, 2, "linalg.qr", a, **options)


def _wide_qr(a: Any, mode: str) -> Any:
    """Of [X Y] with X square: X = Q U, and R = [U Q'Y]."""
    rows = a.shape[-2]
    Q, U = np.linalg.qr(a[..., :rows])
    R = np.concatenate([U, conjugate_transpose(Q) @ a[..., rows:]], axis=-1)
    return R if mode == "r" else QRResult(Q, R)


@recorded_as(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix, of which half is read."""
    return _parts(EighResult, 2, "linalg.eigh", a, **_half(UPLO))


@recorded_as(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of a symmetric matrix, of which half is read."""
    return recorded("linalg.eigvalsh", a, **_half(UPLO))


def _half(UPLO: str) -> dict[str, Any]:
    """Which triangle is read, where it is not the lower one."""
    if UPLO.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return {"UPLO": "U"} if UPLO.upper() == "U" else {}


@recorded_as(np.linalg.eig)
def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors; real ones of a real matrix."""
    return _parts(EigResult, 2, "linalg.eig", a)


@recorded_as(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues; real ones of a real matrix."""
    return recorded("linalg.eigvals", a)


@recorded_as(np.linalg.svd)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """Singular values and vectors: A = U diag(s) V'."""
    if hermitian:
        return _svd_of_hermitian(a, compute_uv)
    if not compute_uv:
        return np.linalg.svdvals(a)
    options = {} if full_matrices else {"full_matrices": False}
    return _parts(SVDResult, 3, "linalg.svd", a, **options)


def _svd_of_hermitian(a: Any, compute_uv: bool) -> Any:
    """From eigenvalues: their sizes in falling order, the signs put into V."""
    if not compute_uv:
        return np.sort(np.abs(np.linalg.eigvalsh(a)))[..., ::-1]
    w, U = np.linalg.eigh(a)
    order = np.argsort(np.abs(w))[..., ::-1]
    w = np.take_along_axis(w, order, axis=-1)
    U = np.take_along_axis(U, order[..., None, :], axis=-1)
    return SVDResult(U, np.abs(w), conjugate_transpose(U * np.sign(w)[..., None, :]))


@recorded_as(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values, the largest first."""
    return recorded("linalg.svdvals", x)


# -- least squares --------------------------------------------------------------------


@recorded_as(np.linalg.pinv)
def pinv(
    a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue
) -> Any:
    """The pseudo-inverse; singular values up to rcond of the largest count as 0."""
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None and rtol is not np._NoValue:
        eps = np.finfo(a.dtype).eps
        rcond = max(a.shape[-2:]) * eps if rtol is None else rtol
    if hermitian:
        lower = np.tril(a)
        a = lower + conjugate_transpose(np.tril(a, -1))
    return recorded("linalg.pinv", a, **given(rcond=rcond))


@recorded_as(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x of least |b - A x|, with the squares left over, A's rank, and s.

    A's rank is not known while the function is recorded: what is left over is given as
    for full rank, where NumPy gives nothing for a lower one.
    """
    x = recorded("linalg.lstsq", a, b, **given(rcond=rcond), part=0)
    rank = recorded("linalg.lstsq", a, b, **given(rcond=rcond), part=2)
    left = b - a @ x
    left = left[:, None] if left.ndim == 1 else left
    rows, columns = a.shape
    squares = np.sum(np.abs(left) ** 2, axis=0)
    return x, squares if rows > columns else squares[:0], rank, np.linalg.svdvals(a)


# -- products of several matrices -----------------------------------------------------


@recorded_as(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A times itself, by squaring; of the inverse where n is negative."""
    _, rows = square(a.shape)
    n = operator.index(n)
    if n == 0:
        return np.zeros_like(a) + np.eye(rows, dtype=a.dtype)
    power = np.linalg.inv(a) if n < 0 else a
    result = None
    for bit in reversed(bin(abs(n))[2:]):
        if bit == "1":
            result = power if result is None else result @ power
        power = power @ power
    return result


@recorded_as(np.linalg.multi_dot)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """A product of many matrices, in the order that costs least."""
    arrays = list(arrays)
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, last = np.ndim(arrays[0]), np.ndim(arrays[-1])
    arrays[0], arrays[-1] = np.atleast_2d(arrays[0]), np.atleast_2d(arrays[-1])
    if last == 1:
        arrays[-1] = arrays[-1].T
    product = _product(arrays, cheapest([np.shape(a) for a in arrays]))
    column, row = (0 if ndim == 1 else slice(None) for ndim in (last, first))
    return into(out, product[row, column] if first == 1 or last == 1 else product)


def _product(arrays: list[Any], split: Any) -> Any:
    """The product as nested pairs of positions say."""
    if isinstance(split, int):
        return arrays[split]
    left, right = split
    return np.dot(_product(arrays, left), _product(arrays, right))


def cheapest(shapes: list[Any]) -> Any:
    """The order of fewest multiplications, as nested pairs of positions.

    Cormen, Leiserson, Rivest & Stein, "Introduction to algorithms", section 15.2.
    """
    n = len(shapes)
    best: dict[tuple[int, int], tuple[int, Any]] = {(i, i): (0, i) for i in range(n)}
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            best[i, j] = min(
                (_joined_cost(best, shapes, i, k, j) for k in range(i, j)),
                key=operator.itemgetter(0),
            )
    return best[0, n - 1][1]


def _joined_cost(best: Any, shapes: Any, i: int, k: int, j: int) -> tuple[int, Any]:
    """What it costs to multiply i..k by k+1..j, and the pair."""
    (left, one), (right, other) = best[i, k], best[k + 1, j]
    return left + right + shapes[i][0] * shapes[k][1] * shapes[j][1], (one, other)
