"""Products of vectors, matrices and arrays."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    Function,
    as_traced,
    cast,
    into,
    recorded_as,
)
from pellucid.graphs.operations.closed_set import weightless
from pellucid.graphs.operations.subscripts import explicit
from pellucid.graphs.tracing.traced import FUNCTIONS, recorded, viewed


@recorded_as(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Rows times columns, or a number times an array."""
    return into(out, recorded("dot", a, b))


@recorded_as(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The sum of the products of all elements, the first ones conjugated."""
    return np.dot(np.conj(np.ravel(a)), np.ravel(b))


@recorded_as(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """Sums of products over the last axes."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return np.dot(a, b)
    return np.tensordot(a, b, axes=(-1, -1))


@recorded_as(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Every product of two elements."""
    return into(out, np.ravel(a)[:, None] * np.ravel(b)[None, :])


@recorded_as(np.kron)
def kron(a: Any, b: Any) -> Any:
    """Every element of the first array times the whole of the second, side by side."""
    ndim = max(np.ndim(a), np.ndim(b))
    first = (1,) * (ndim - np.ndim(a)) + np.shape(a)
    second = (1,) * (ndim - np.ndim(b)) + np.shape(b)
    blocks = np.reshape(a, tuple(size for n in first for size in (n, 1)))
    within = np.reshape(b, tuple(size for n in second for size in (1, n)))
    shape = tuple(n * m for n, m in zip(first, second, strict=True))
    return np.reshape(blocks * within, shape)


# -- sums of products over named axes -------------------------------------------------


@recorded_as(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over pairs of axes."""
    if np.ndim(axes) == 0:
        n = int(axes)
        axes = list(range(np.ndim(a) - n, np.ndim(a))), list(range(n))
    left, right = (np.atleast_1d(np.asarray(side, int)).tolist() for side in axes)
    _same_lengths(a, b, left, right)
    first = list(range(np.ndim(a)))
    second = list(range(np.ndim(a), np.ndim(a) + np.ndim(b)))
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    kept = [k for k in first + second if (first + second).count(k) == 1]
    return np.copy(np.einsum(a, first, b, second, kept), order="C")


def _same_lengths(a: Any, b: Any, left: list[int], right: list[int]) -> None:
    """Axes that are summed together are as many, and as long."""
    lengths = [np.shape(a)[i] for i in left], [np.shape(b)[j] for j in right]
    if lengths[0] != lengths[1]:
        raise ValueError(
            f"shape-mismatch for sum: tensordot of axes {left} and {right} of shapes "
            f"{np.shape(a)} and {np.shape(b)}"
        )


@recorded_as(np.einsum)
def einsum(
    *operands: Any, out: Any = None, optimize: Any = False, dtype: Any = None,
    order: str = "K", casting: str = "safe",
) -> Any:  # fmt: skip
    """Sums of products, written with an index letter for each axis."""
    subscripts, arrays = explicit(operands)
    if len(arrays) == 1 and out is None:  # NumPy gives a view if nothing is summed
        return viewed("einsum", as_traced(arrays[0]), subscripts=subscripts)
    arrays = [cast(a, dtype) for a in arrays]
    options = {"optimize": optimize} if optimize is not False else {}
    return into(out, recorded("einsum", *arrays, subscripts=subscripts, **options))


@recorded_as(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy", **options: Any) -> Any:
    """The order in which einsum multiplies: it depends on shapes alone."""
    subscripts, arrays = explicit(operands)
    trial = [weightless(np.shape(a), float) for a in arrays]
    return np.einsum_path(subscripts, *trial, optimize=optimize, **options)


# -- cross products -------------------------------------------------------------------


@recorded_as(np.cross)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The vector at right angles to two of space; of two in the plane its length."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    x = _components(np.moveaxis(a, axisa, -1))
    y = _components(np.moveaxis(b, axisb, -1))
    if x[2] is None and y[2] is None:
        return x[0] * y[1] - x[1] * y[0]
    pairs = ((1, 2), (2, 0), (0, 1))
    z = [_less(_times(x[i], y[j]), _times(x[j], y[i])) for i, j in pairs]
    return np.moveaxis(np.stack(np.broadcast_arrays(*z), axis=-1), -1, axisc)


def _components(a: Any) -> list[Any]:
    """The components of vectors; the third of one in the plane is None, for 0."""
    if a.shape[-1] not in (2, 3):
        raise ValueError(
            "incompatible dimensions for cross product\n(dimension must be 2 or 3)"
        )
    if a.shape[-1] == 2:
        message = (
            "Arrays of 2-dimensional vectors are deprecated. Use arrays of "
            "3-dimensional vectors instead. (deprecated in NumPy 2.0)"
        )
        warnings.warn(message, DeprecationWarning, stacklevel=4)
    return [a[..., i] for i in range(a.shape[-1])] + [None] * (3 - a.shape[-1])


def _times(x: Any, y: Any) -> Any:
    """A product in which None is 0."""
    return None if x is None or y is None else x * y


def _less(x: Any, y: Any) -> Any:
    """A difference in which None is 0."""
    if x is None:
        return -y
    return x if y is None else x - y


@recorded_as(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector at right angles to two of space."""
    if np.shape(x1)[axis] != 3 or np.shape(x2)[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{np.shape(x1)[axis]} and {np.shape(x2)[axis]} dimensional instead."
        )
    return np.cross(x1, x2, axis=axis)


# -- the array API's names in numpy.linalg --------------------------------------------


@recorded_as(np.linalg.outer)
def linalg_outer(x1: Any, x2: Any, /) -> Any:
    """Every product of two elements of two vectors."""
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are "
            f"x1.ndim={np.ndim(x1)} and x2.ndim={np.ndim(x2)}."
        )
    return np.outer(x1, x2)


@recorded_as(np.linalg.tensordot)
def linalg_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """Sums of products over pairs of axes."""
    return np.tensordot(x1, x2, axes=axes)


@recorded_as(np.linalg.matmul)
def linalg_matmul(x1: Any, x2: Any, /) -> Any:
    """Rows times columns, matrix by matrix."""
    return np.matmul(x1, x2)


@recorded_as(np.linalg.vecdot)
def linalg_vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Sums of products along an axis, the first ones conjugated."""
    return FUNCTIONS[np.vecdot](x1, x2, axis=axis)


@recorded_as(np.linalg.matrix_transpose)
def linalg_matrix_transpose(x: Any, /) -> Any:
    """The last two axes changed."""
    return np.matrix_transpose(x)


@recorded_as(np.linalg.diagonal)
def linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the matrices in the last two axes."""
    return np.diagonal(x, offset, axis1=-2, axis2=-1)


@recorded_as(np.linalg.trace)
def linalg_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of those diagonals."""
    return np.trace(x, offset, axis1=-2, axis2=-1, dtype=dtype)


# -- generalised ufuncs: products of the last axes, unless told of other ones ---------


def _matmul(a: Any, b: Any) -> Any:
    return recorded("matmul", a, b)


def _vecdot(a: Any, b: Any) -> Any:
    """Vector by vector: a row times a column."""
    if a.ndim == b.ndim == 1:
        return _matmul(np.conj(a), b)
    return _matmul(np.conj(a)[..., None, :], b[..., :, None])[..., 0, 0]


def _matvec(a: Any, b: Any) -> Any:
    """Matrix by vector, which is a column."""
    return _matmul(a, b[..., :, None])[..., 0]


def _vecmat(a: Any, b: Any) -> Any:
    """Vector by matrix: a conjugated row from the left."""
    return _matmul(np.conj(a)[..., None, :], b)[..., 0, :]


def _generalised(
    product: Callable[[Any, Any], Any], cores: tuple[int, int, int]
) -> Function:
    """A product whose core axes, so many of each array, may be told by `axes=`."""

    def implementation(
        a: Any, b: Any, axes: Any = None, axis: Any = None, keepdims: bool = False,
        dtype: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        a, b = cast(a, dtype), cast(b, dtype)
        if axis is not None:
            axes = [(axis,), (axis,), ()]
        if axes is not None:
            a, b = (_core_last(x, at) for x, at in zip((a, b), axes, strict=False))
        result = product(a, b)
        if keepdims:
            return np.expand_dims(result, -1 if axes is None else _only(axes[0]))
        if axes is None or cores[2] == 0:
            return result
        return _core_back(result, axes[2] if len(axes) > 2 else (), cores[2])

    return implementation


def _tuple(at: Any) -> tuple[int, ...]:
    return tuple(at) if isinstance(at, (tuple, list)) else (int(at),)


def _only(at: Any) -> int:
    return _tuple(at)[0]


def _core_last(x: Any, at: Any) -> Any:
    """The core axes moved to the end."""
    at = _tuple(at)
    return np.moveaxis(x, at, tuple(range(-len(at), 0)))


def _core_back(x: Any, at: Any, core: int) -> Any:
    """The core axes of a result moved to where they are wanted."""
    at = _tuple(at) if at != () else tuple(range(-core, 0))
    return np.moveaxis(x, tuple(range(-len(at), 0)), at)


FUNCTIONS[np.matmul] = _generalised(_matmul, (2, 2, 2))
FUNCTIONS[np.vecdot] = _generalised(_vecdot, (1, 1, 0))
FUNCTIONS[np.matvec] = _generalised(_matvec, (2, 1, 1))
FUNCTIONS[np.vecmat] = _generalised(_vecmat, (1, 2, 1))
