"""Products of matrices and linear algebra."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.graphs.operations.entries import cast, into, recorded_as
from pellucid.graphs.operations.subscripts import explicit
from pellucid.graphs.refusals import refused
from pellucid.graphs.traced import FUNCTIONS, recorded


@recorded_as(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Rows times columns, or a number times an array."""
    return into(out, recorded("dot", a, b))


@recorded_as(np.matmul)
def matmul(a: Any, b: Any, dtype: Any = None) -> Any:
    """Rows times columns, matrix by matrix."""
    return recorded("matmul", cast(a, dtype), b)


@recorded_as(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The sum of the products of all elements."""
    return np.dot(np.ravel(a), np.ravel(b))


@recorded_as(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """Sums of products over the last axes."""
    if np.ndim(a) < 2 and np.ndim(b) < 2:
        return np.dot(a, b)
    scale = np.ndim(a) == 0 or np.ndim(b) == 0
    return a * b if scale else np.tensordot(a, b, axes=(-1, -1))


@recorded_as(np.outer)
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Every product of two elements."""
    return into(out, np.ravel(a)[:, None] * np.ravel(b)[None, :])


@recorded_as(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over pairs of axes."""
    if isinstance(axes, int):
        axes = list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    left, right = (np.atleast_1d(pair).tolist() for pair in axes)
    first = list(range(np.ndim(a)))
    second = list(range(np.ndim(a), np.ndim(a) + np.ndim(b)))
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    kept = [k for k in first + second if (first + second).count(k) == 1]
    return np.einsum(a, first, b, second, kept)


@recorded_as(np.einsum)
def einsum(*operands: Any, out: Any = None, optimize: Any = False) -> Any:
    """Sums of products, written with an index letter for each axis."""
    subscripts, arrays = explicit(operands)
    return into(out, recorded("einsum", *arrays, subscripts=subscripts))


for _name in ("solve", "inv", "det", "cholesky"):
    _function = functools.partial(recorded, f"linalg.{_name}")
    FUNCTIONS[getattr(np.linalg, _name)] = _function


@recorded_as(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The length of a vector; of a matrix, that of all its elements."""
    of_matrix = x.ndim == 2 if axis is None else np.size(axis) == 2
    euclidean = ord is None or (ord == "fro" if of_matrix else ord == 2)
    if not euclidean and (
        of_matrix or isinstance(ord, str) or (x.ndim != 1 and axis is None)
    ):
        refused(f"np.linalg.norm of a matrix with ord={ord!r}")
    options = {"axis": axis, "keepdims": keepdims}
    if euclidean and axis is None and not keepdims:
        return np.sqrt(np.dot(np.ravel(x), np.ravel(x)))
    if euclidean:
        return np.sqrt(np.sum(x * x, **options))
    if abs(ord) == np.inf:
        return (np.max if ord > 0 else np.min)(np.abs(x), **options)
    if ord == 0:
        return np.sum((x != 0).astype(x.dtype), **options)
    if ord == 1:
        return np.sum(np.abs(x), **options)
    return np.sum(np.abs(x) ** ord, **options) ** (1 / ord)
