"""Linear algebra that LAPACK computes: the operations, their shapes and dtypes.

An operation of several results gives the one that the option `part` names.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import Abstract, Result, Shape, operation
from pellucid.graphs.operations.elementwise import real_part
from pellucid.graphs.operations.kinds import GIVEN, LAPACK, RESULT, STEEP, mixes

COMPUTED = {"f": np.float32, "d": np.float64, "F": np.complex64, "D": np.complex128}


def computed_dtype(*dtypes: Any) -> np.dtype[Any]:
    """The dtype that LAPACK computes in: integers become double precision."""
    each = [COMPUTED.get(np.dtype(dtype).char, np.float64) for dtype in dtypes]
    return np.result_type(*each)


def matrices(shape: Shape) -> tuple[Shape, int, int]:
    """A stack of matrices: its shape, their rows and columns."""
    if len(shape) < 2:
        message = f"{len(shape)}-dimensional array given, at least two axes expected"
        raise np.linalg.LinAlgError(message)
    return shape[:-2], shape[-2], shape[-1]


def square(shape: Shape) -> tuple[Shape, int]:
    """A stack of square matrices: its shape, and their rows."""
    stack, rows, columns = matrices(shape)
    if rows != columns:
        raise np.linalg.LinAlgError(f"expected square matrices, got shape {shape}")
    return stack, rows


# -- shapes and dtypes ----------------------------------------------------------------


def _like_matrix(arguments: list[Abstract], **_: Any) -> Result:
    shape, dtype = arguments[0]
    square(shape)
    return shape, computed_dtype(dtype)


def _infer_det(arguments: list[Abstract]) -> Result:
    shape, dtype = arguments[0]
    return square(shape)[0], computed_dtype(dtype)


def _infer_slogdet(arguments: list[Abstract], part: int) -> Result:
    stack, dtype = _infer_det(arguments)
    return stack, real_part(dtype) if part else dtype


def _infer_solve(arguments: list[Abstract]) -> Result:
    (a, s), (b, t) = arguments
    stack, n = square(a)
    if not b or b[-2 if len(b) > 1 else -1] != n:
        message = f"solve: shapes {a} and {b} do not fit; the second needs {n} rows"
        raise ValueError(message)
    rest = b[-2:] if len(b) > 1 else b
    return (*np.broadcast_shapes(stack, b[:-2]), *rest), computed_dtype(s, t)


def _infer_eigvals(arguments: list[Abstract], **_: Any) -> Result:
    shape, dtype = arguments[0]
    stack, n = square(shape)
    return (*stack, n), computed_dtype(dtype)


def _infer_eigvalsh(arguments: list[Abstract], **_: Any) -> Result:
    shape, dtype = _infer_eigvals(arguments)
    return shape, real_part(dtype)


def _infer_eigh(arguments: list[Abstract], part: int, **_: Any) -> Result:
    return _like_matrix(arguments) if part else _infer_eigvalsh(arguments)


def _infer_eig(arguments: list[Abstract], part: int) -> Result:
    return _like_matrix(arguments) if part else _infer_eigvals(arguments)


def _infer_svdvals(arguments: list[Abstract]) -> Result:
    shape, dtype = arguments[0]
    stack, m, n = matrices(shape)
    return (*stack, min(m, n)), real_part(computed_dtype(dtype))


def _infer_svd(
    arguments: list[Abstract], part: int, full_matrices: bool = True
) -> Result:
    if part == 1:
        return _infer_svdvals(arguments)
    shape, dtype = arguments[0]
    stack, m, n = matrices(shape)
    k = min(m, n)
    left = (*stack, m, m if full_matrices else k)
    right = (*stack, n if full_matrices else k, n)
    return right if part else left, computed_dtype(dtype)


def _infer_qr(
    arguments: list[Abstract], mode: str = "reduced", part: int = 1
) -> Result:
    shape, dtype = arguments[0]
    stack, m, n = matrices(shape)
    k = m if mode == "complete" else min(m, n)
    return (*stack, k, n) if part else (*stack, m, k), computed_dtype(dtype)


def _infer_pinv(arguments: list[Abstract], **_: Any) -> Result:
    shape, dtype = arguments[0]
    stack, m, n = matrices(shape)
    return (*stack, n, m), computed_dtype(dtype)


def _infer_lstsq(arguments: list[Abstract], part: int, **_: Any) -> Result:
    (a, s), (b, t) = arguments
    if len(a) != 2 or len(b) not in (1, 2) or a[0] != b[0]:
        message = f"lstsq: shapes {a} and {b} do not fit; rows must be as many"
        raise np.linalg.LinAlgError(message)
    return ((), np.dtype(np.intc)) if part else ((a[1], *b[1:]), computed_dtype(s, t))


# -- the operations -------------------------------------------------------------------


def _part_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """One of several results."""

    @functools.wraps(function)
    def compute(*arrays: Any, part: int, **options: Any) -> Any:
        return function(*arrays, **options)[part]

    return compute


def _qr(a: Any, mode: Any = "reduced", part: int | None = None) -> Any:
    """R alone, or one of the two."""
    factors = np.linalg.qr(a, mode)
    return factors if part is None else factors[part]


def cofactors(A: Any) -> Any:
    """The gradient of the determinant, det(A) A^-T, which singular matrices have too.

    It is the transpose of the adjugate; with A = U diag(s) V' it is
    det(U) det(V) U diag(p) V', where p_i is the product of all s but s_i.
    """
    det = np.linalg.det(A)
    if np.all(det != 0):
        return det[..., None, None] * np.matrix_transpose(np.linalg.inv(A))
    U, s, Vh = np.linalg.svd(A)
    ones = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate([ones, s[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([ones, s[..., :0:-1]], -1), -1)[..., ::-1]
    factor = (np.linalg.det(U) * np.linalg.det(Vh))[..., None] * before * behind
    return np.conj(U) * factor[..., None, :] @ np.conj(Vh)


def expm(A: Any) -> Any:
    """e^A, as SciPy computes it."""
    from scipy import linalg  # it takes long to load

    return linalg.expm(A)


def _infer_expm(arguments: list[Abstract]) -> Result:
    shape, dtype = arguments[0]
    square(shape)
    dtype = np.dtype(dtype) if np.dtype(dtype).kind in "fc" else np.dtype(float)
    return shape, np.result_type(dtype, np.float32)  # SciPy widens half precision


def _infer_gaps(arguments: list[Abstract], place: str = "") -> Result:
    (w, dtype), (r, _), _, (error, _) = arguments[:4]
    return np.broadcast_shapes((*w[:-1], 1, w[-1]), (*r, 1), error), np.dtype(dtype)


def no_limit(place: str) -> str:
    """What is said where a derivative does not exist."""
    return (
        f"{place}a derivative depends on eigenvectors or singular vectors of equal "
        "values, which are not unique (or, of eig, not independent): it is nan. What "
        "is the same for each choice of them, such as V f(w) V', has a derivative."
    )


def inverse_gaps(
    w: Any, r: Any, equal: Any, error: Any, size: Any, place: str = ""
) -> Any:
    """1 / (w_j - r_i), by which a_ij is divided; 0 where its limit is to be taken.

    The limit l is taken where values agree to two fifths of their digits and the error
    |a - l (w_j - r_i)| is that of rounding in parts of this size. So nine digits are
    left in double precision, and four in single. Where values are equal but for their
    rounding errors, and the limit is not that of a, it is nan.
    """
    w, r = w[..., None, :], r[..., :, None]
    gaps, eps = w - r, np.finfo(w.dtype).eps
    close = equal | (np.abs(gaps) <= eps**0.4 * np.maximum(np.abs(w), np.abs(r)))
    agrees = error <= max(gaps.shape[-2:]) * eps**0.75 * size
    undefined = equal & ~agrees
    if np.any(undefined):
        import warnings  # here, so that the function can be read and run by itself

        warnings.warn(no_limit(place), RuntimeWarning, stacklevel=2)
    found = np.where(close & agrees, 0, 1 / np.where(equal, 1, gaps))
    return np.where(undefined, np.nan, found).astype(w.dtype)


def complex_eigenvalues(name: str) -> str:
    """What is said of a real matrix whose eigenvalues are not real."""
    return (
        f"np.linalg.{name}: a real matrix with complex eigenvalues needs complex "
        "arithmetic; pass A.astype(complex)"
    )


def _of_reals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Eigenvalues of real matrices that are real themselves."""

    @functools.wraps(function)
    def compute(a: Any, **options: Any) -> Any:
        result = function(a, **options)
        if np.iscomplexobj(result) and not np.iscomplexobj(a):
            raise np.linalg.LinAlgError(complex_eigenvalues(function.__name__))
        return result

    return compute


STEEPLY = mixes(STEEP, LAPACK)
operation("linalg.solve", np.linalg.solve, STEEPLY, _infer_solve)
operation("linalg.inv", np.linalg.inv, STEEPLY, _like_matrix)
operation("linalg.cholesky", np.linalg.cholesky, STEEPLY, _like_matrix)
operation("linalg.det", np.linalg.det, STEEPLY, _infer_det)
operation("cofactors", cofactors, STEEPLY, _like_matrix)
operation("inverse_gaps", inverse_gaps, mixes(STEEP, GIVEN), _infer_gaps)
operation("linalg.slogdet", _part_of(np.linalg.slogdet), STEEPLY, _infer_slogdet)
operation("linalg.eigvalsh", np.linalg.eigvalsh, STEEPLY, _infer_eigvalsh)
operation("linalg.eigh", _part_of(np.linalg.eigh), STEEPLY, _infer_eigh)
operation("linalg.eigvals", _of_reals(np.linalg.eigvals), STEEPLY, _infer_eigvals)
operation("linalg.eig", _of_reals(_part_of(np.linalg.eig)), STEEPLY, _infer_eig)
operation("linalg.svdvals", np.linalg.svdvals, STEEPLY, _infer_svdvals)
operation("linalg.svd", _part_of(np.linalg.svd), STEEPLY, _infer_svd)
operation("linalg.qr", _qr, STEEPLY, _infer_qr)
operation("scipy.linalg.expm", expm, mixes(STEEP, RESULT), _infer_expm)
operation("linalg.pinv", np.linalg.pinv, STEEPLY, _infer_pinv)
operation("linalg.lstsq", _part_of(np.linalg.lstsq), STEEPLY, _infer_lstsq)
