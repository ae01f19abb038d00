"""Norms of vectors and of matrices, and what is measured by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import axes_of, flag, given, recorded_as
from pellucid.graphs.operations.norms import real_dtype
from pellucid.graphs.tracing.traced import recorded


@recorded_as(np.linalg.norm)
def linalg_norm(
    x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False
) -> Any:
    """The length of a vector; of a matrix that of all its elements, or as `ord` says.

    A norm is that of vectors along one axis, or of matrices along two.
    """
    flat = {None: (x.ndim,), "fro": (2,), "f": (2,), 2: (1,)}
    if axis is None and ord in flat and x.ndim in flat[ord]:
        axes: Any = None
    else:
        axes = reduced_axes_in_order(x.ndim, axis)
    options = {"axis": axes, "keepdims": flag(keepdims)}
    if axes is None:
        return _euclidean(x, **options)
    if len(axes) == 1:
        return _of_vectors(x, ord, **options)
    if len(axes) == 2:
        return _of_matrices(x, ord, **options)
    raise ValueError("Improper number of dimensions to norm.")


def reduced_axes_in_order(ndim: int, axis: Any) -> tuple[int, ...]:
    """The axes counted from 0, in the order given: rows come before columns."""
    if axis is None:
        return tuple(range(ndim))
    axes: tuple[int, ...] = np.lib.array_utils.normalize_axis_tuple(axis, ndim)
    return axes


def _euclidean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axes_of(axis)
    return recorded("norm", x, **given(axis=axis, keepdims=keepdims))


def _of_vectors(x: Any, ord: Any, **options: Any) -> Any:
    """(sum |x|^ord)^(1/ord) and its limits."""
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    if ord is None or ord == 2:
        return _euclidean(x, **options)
    if ord == np.inf:
        return np.max(np.abs(x), **options, initial=0)
    if ord == -np.inf:
        return np.min(np.abs(x), **options)
    if ord == 0:
        return np.sum((x != 0).astype(real_dtype(x.dtype)), **options)
    if ord == 1:
        return np.sum(np.abs(x), **options)
    powers = np.sum(np.abs(x) ** ord, **options)
    if ord < 1:
        return powers ** (1 / ord)
    # At the origin the root has an infinite slope, and the norm the middle one, 0.
    is_origin = powers == 0
    return np.where(is_origin, 1, powers) ** (1 / ord) * np.logical_not(is_origin)


def number_or_array(value: Any) -> Any:
    """A result without axes as a number, which np.where gives as an array."""
    return value if value.ndim else value[()]


def _of_matrices(x: Any, ord: Any, axis: tuple[int, int], keepdims: bool) -> Any:
    """Of sums along rows or columns, or of singular values."""
    if ord in (None, "fro", "f"):
        return _euclidean(x, axis=axis, keepdims=keepdims)
    matrices = np.moveaxis(x, axis, (-2, -1))
    if ord not in MATRIX_NORMS:
        raise ValueError("Invalid norm order for matrices.")
    value = MATRIX_NORMS[ord](matrices)
    return np.expand_dims(value, tuple(sorted(axis))) if keepdims else value


def _sums(axis: int) -> Any:
    return lambda x: np.sum(np.abs(x), axis=axis)


def _largest(values: Any) -> Any:
    return lambda x: np.max(values(x), axis=-1, initial=0)


def _smallest(values: Any) -> Any:
    return lambda x: np.min(values(x), axis=-1)


def _singular(x: Any) -> Any:
    return np.linalg.svdvals(x)


MATRIX_NORMS: dict[Any, Any] = {
    1: _largest(_sums(-2)), -1: _smallest(_sums(-2)),
    np.inf: _largest(_sums(-1)), -np.inf: _smallest(_sums(-1)),
    2: lambda x: _largest(_singular)(x), -2: lambda x: _smallest(_singular)(x),
    "nuc": lambda x: np.sum(_singular(x), axis=-1),
}  # fmt: skip


@recorded_as(np.linalg.vector_norm)
def vector_norm(
    x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2
) -> Any:
    """The norm of all elements along the axes, taken as one vector."""
    axes = reduced_axes_in_order(x.ndim, axis)
    if ord == 2:
        axis = axes if axis is not None else None
        return _euclidean(x, axis=axis, keepdims=keepdims)
    return _of_vectors(x, ord, axis=axes, keepdims=keepdims)


@recorded_as(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    return np.linalg.norm(x, ord=ord, axis=(-2, -1), keepdims=keepdims)


@recorded_as(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The largest singular value over the smallest, or |A| |A^-1| in another norm."""
    if 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        value = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    else:
        options: Any = {"ord": p, "axis": (-2, -1)}
        value = np.linalg.norm(x, **options) * np.linalg.norm(
            np.linalg.inv(x), **options
        )
    known = np.logical_not(np.any(np.isnan(x), axis=(-2, -1)))
    return number_or_array(np.where(np.isnan(value) & known, np.inf, value))


@recorded_as(np.linalg.matrix_rank)
def matrix_rank(
    A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None
) -> Any:
    """How many singular values are larger than rounding errors of the largest."""
    if rtol is not None and tol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    if A.ndim < 2:
        return np.any(A != 0).astype(int)
    s = np.linalg.svd(A, compute_uv=False, hermitian=hermitian)
    if tol is None:
        share = max(A.shape[-2:]) * np.finfo(s.dtype).eps
        share = share if rtol is None else _column(rtol)
        tol = np.max(s, axis=-1, keepdims=True, initial=0) * share
    else:
        tol = _column(tol)
    return np.count_nonzero(s > tol, axis=-1)


def _column(tolerance: Any) -> Any:
    """A tolerance for each matrix, beside its singular values."""
    return tolerance[..., None] if np.ndim(tolerance) else tolerance
