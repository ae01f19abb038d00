"""Shapes, products and linear algebra in PyTorch's terms, where NumPy's differ."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from pellucid.graphs.operations.factorisations import no_limit

Tensor = torch.Tensor
Function = Callable[..., Any]


def broadcast_to(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The same elements again along new axes, and along those of length 1."""
    return x.expand(shape)


def cat(*parts: Tensor, dim: int = 0) -> Tensor:
    """Arrays one behind the other."""
    return torch.cat(parts, dim)


def stack(*parts: Tensor, dim: int = 0) -> Tensor:
    """Arrays along a new axis."""
    return torch.stack(parts, dim)


def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonal of two axes, as a last axis."""
    return torch.diagonal(x, offset, axis1, axis2)


def unfold(x: Tensor, window_shape: tuple[int, ...], dim: Any = None) -> Tensor:
    """Every window of a shape, along new last axes."""
    axes = range(x.ndim) if dim is None else np.atleast_1d(dim).tolist()
    for axis, size in zip(axes, np.atleast_1d(window_shape).tolist(), strict=True):
        x = x.unfold(axis if axis >= 0 else x.ndim + axis, size, 1)
    return x


def overlap_add(windows: Tensor, shape: tuple[int, ...], dim: Any) -> Tensor:
    """Add windows up where they were seen, along one axis after another."""
    for axis in reversed(dim):
        *_, size = windows.shape
        n = windows.shape[axis]
        whole = list(windows.shape[:-1])
        whole[axis] += size - 1
        x = windows.new_zeros(whole)
        for i in range(size):
            x.narrow(axis, i, n).add_(windows[..., i])
        windows = x
    return windows


def matmul(x: Tensor, y: Tensor) -> Tensor:
    """The matrix product; of truth values, whether any product is true."""
    if x.dtype == torch.bool:
        return torch.matmul(x.to(torch.int64), y.to(torch.int64)) != 0
    return torch.matmul(x, y)


def dot(x: Tensor, y: Tensor) -> Tensor:
    """The sums of products along the last axis of x and the last but one of y."""
    if x.dtype == torch.bool:
        return dot(x.to(torch.int64), y.to(torch.int64)) != 0
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    if x.ndim <= 2 and y.ndim <= 2:
        return x @ y
    return torch.tensordot(x, y, ([x.ndim - 1], [max(y.ndim - 2, 0)]))


def einsum(*parts: Tensor, subscripts: str, optimize: Any = False) -> Tensor:
    """Sums of products, written with an index letter for each axis."""
    return torch.einsum(subscripts, *parts)


def convolve(x: Tensor, v: Tensor, mode: str = "full") -> Tensor:
    """The sums of products x[k] v[n - k]."""
    x, v = (x, v) if len(x) >= len(v) else (v, x)
    m = len(v)
    left, right = {"full": (m - 1, m - 1), "same": (m // 2, m - 1 - m // 2),
                   "valid": (0, 0)}[mode]  # fmt: skip
    zeros = x.new_zeros
    return torch.cat([zeros(left), x, zeros(right)]).unfold(0, m, 1) @ v.flip(0)


# -- linear algebra -------------------------------------------------------------------


def solve(A: Tensor, b: Tensor) -> Tensor:
    """The x of A x = b; b is a vector only if it has one axis, as NumPy has it."""
    if b.ndim == 1:
        return torch.linalg.solve(A, b[:, None])[..., 0]
    stack = torch.broadcast_shapes(A.shape[:-2], b.shape[:-2])
    return torch.linalg.solve(A.expand(*stack, -1, -1), b.expand(*stack, -1, -1))


def cofactors(A: Tensor) -> Tensor:
    """The gradient of the determinant, from the singular values; see the reference."""
    U, s, Vh = torch.linalg.svd(A)
    ones = torch.ones_like(s[..., :1])
    before = torch.cumprod(torch.cat([ones, s[..., :-1]], -1), -1)
    behind = torch.cumprod(torch.cat([ones, s[..., 1:].flip(-1)], -1), -1).flip(-1)
    factor = (torch.linalg.det(U) * torch.linalg.det(Vh))[..., None] * before * behind
    return (U.conj() * factor[..., None, :]) @ Vh.conj()


def inverse_gaps(
    w: Tensor, r: Tensor, equal: Tensor, error: Tensor, size: Any, place: str = ""
) -> Tensor:
    """1 / (w_j - r_i), 0 where a limit is to be taken; see the reference."""
    w, r = w[..., None, :], r[..., :, None]
    gaps, eps = w - r, torch.finfo(w.dtype).eps
    close = equal | (gaps.abs() <= eps**0.4 * torch.maximum(w.abs(), r.abs()))
    agrees = error <= max(gaps.shape[-2:]) * eps**0.75 * size
    undefined = equal & ~agrees
    if bool(torch.any(undefined)):
        warnings.warn(no_limit(place), RuntimeWarning, stacklevel=2)
    found = torch.where(close & agrees, 0.0, 1 / torch.where(equal, 1.0, gaps))
    return torch.where(undefined, torch.nan, found).to(w.dtype)


def part_of(function: Function) -> Function:
    """One of several results."""

    @functools.wraps(function)
    def compute(*arrays: Tensor, part: int, **options: Any) -> Any:
        return function(*arrays, **options)[part]

    return compute


def qr(A: Tensor, mode: str = "reduced", part: int = 1) -> Tensor:
    """One of the factors; R alone for the mode "r"."""
    factors: Tensor = torch.linalg.qr(A, mode)[part]
    return factors


def _as_reals(z: Tensor, A: Tensor) -> Tensor:
    """The eigenvalues of a real matrix, which are to be real."""
    if A.is_complex():
        return z
    if bool(torch.any(z.imag != 0)):
        message = "a real matrix has complex eigenvalues; pass A.astype(complex)"
        raise np.linalg.LinAlgError(message)
    return z.real


def eigvals(A: Tensor) -> Tensor:
    """The eigenvalues."""
    return _as_reals(torch.linalg.eigvals(A), A)


def eig(A: Tensor, part: int) -> Tensor:
    """The eigenvalues, or the eigenvectors in columns."""
    return _as_reals(torch.linalg.eig(A)[part], A)


def pinv(A: Tensor, rcond: Any = None) -> Tensor:
    """The pseudo-inverse; singular values below rcond times the largest are 0."""
    return torch.linalg.pinv(A, rtol=1e-15 if rcond is None else rcond)


def lstsq(A: Tensor, b: Tensor, rcond: Any = None, part: int = 0) -> Tensor:
    """The x that brings A x nearest to b, or the rank of A."""
    columns = b[:, None] if b.ndim == 1 else b
    driver = "gelsd" if A.device.type == "cpu" else "gels"
    found = torch.linalg.lstsq(A, columns, rcond=rcond, driver=driver)
    if part:
        return found.rank.to(torch.int32)
    return found.solution.reshape(A.shape[1], *b.shape[1:])
