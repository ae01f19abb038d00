"""Operations of the closed set that PyTorch lacks, or means otherwise, in its terms.

Options are called as torch calls them: `dim` for axis, `keepdim` for keepdims.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from pellucid.graphs.functions.quantiles import virtual_index
from pellucid.graphs.operations.closed_set import reduced_axes, reduced_shape

Tensor = torch.Tensor
Function = Callable[..., Any]

MANY = 1 << 12  # elements from which on memory counts more than the number of calls

# -- elementwise: where torch has no such function, or means another -------------------


def absolute(x: Tensor) -> Tensor:
    """The size |x|; of truth values, themselves."""
    return x.clone() if x.dtype == torch.bool else torch.abs(x)


def sign(x: Tensor) -> Tensor:
    """The sign -1, 0 or 1, and nan of nan, where torch has 0."""
    return torch.sgn(x) if x.is_complex() else torch.where(x != x, x, torch.sign(x))


def power(x: Any, y: Any) -> Tensor:
    """The power x^y; raise for integers to negative ones, which torch gives as 0."""
    is_integer = not any(torch.is_floating_point(t) or torch.is_complex(t)
                         for t in map(torch.as_tensor, (x, y)))  # fmt: skip
    if is_integer and bool(torch.any(torch.as_tensor(y) < 0)):
        raise ValueError("Integers to negative integer powers are not allowed.")
    return torch.pow(x, y)


def heaviside(x: Tensor, h: Tensor) -> Tensor:
    """The number 0 below 0, 1 above, h at 0, and nan of nan.

    On a CPU torch takes the elements one by one, thirty times slower than this: x times
    a power of 2 that brings the smallest number above 1, cut off at 0 and 1.
    """
    is_fast = x.device.type == "cpu" and x.is_floating_point() and h.ndim == 0
    if not is_fast or x.numel() < MANY or not 0 <= h <= 1:
        return torch.heaviside(x, h)
    largest = math.frexp(torch.finfo(x.dtype).max)[1] - 1
    z = (x * 2.0**largest).mul_(2.0**largest)
    return z.add_(h).clamp_(0, 1)


def cbrt(x: Tensor) -> Tensor:
    """The cube root: from a power, and one step of Newton's method."""
    y = torch.copysign(torch.abs(x) ** (1 / 3), x)
    better = y - (y - x / (y * y)) / 3
    return torch.where(torch.isfinite(better), better, y)


def bitwise_count(x: Tensor) -> Tensor:
    """How many bits of |x| are set."""
    size, bits = torch.abs(x.to(torch.int64)), torch.zeros_like(x, dtype=torch.uint8)
    for k in range(8 * x.element_size()):
        bits += ((size >> k) & 1).to(torch.uint8)
    return bits


def spacing(x: Tensor) -> Tensor:
    """The distance to the next number away from 0, with the sign of x."""
    size = torch.abs(x)
    beyond = torch.nextafter(size, torch.full_like(size, math.inf))
    return torch.copysign(beyond - size, x)


def reciprocal(x: Tensor) -> Tensor:
    """1 / x, which of integers is an integer."""
    return (1 / x).to(x.dtype)


def ldexp(x: Tensor, power: Tensor) -> Tensor:
    """The number x 2^power, in two halves, as 2^power may be out of range."""
    half = torch.div(power, 2, rounding_mode="floor")
    two = torch.full((), 2, dtype=x.dtype, device=x.device)
    return x * two**half * two ** (power - half)


def modf(x: Tensor, part: int) -> Tensor:
    """What is behind the point, and what is before it; both with the sign of x."""
    whole = torch.trunc(x)
    return whole if part else torch.copysign(torch.where(x == whole, 0, x - whole), x)


def frexp(x: Tensor, part: int) -> Tensor:
    """The fraction between 1/2 and 1, and the power of 2."""
    return torch.frexp(x)[part]


def quotient(x: Tensor, y: Tensor, part: int) -> Tensor:
    """The quotient rounded down, and what remains."""
    return remainder(x, y) if part else floor_divide(x, y)


def _as_tensors(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Two operands, of which one may be a Python number of the other's dtype."""
    like = x if isinstance(x, Tensor) else y
    make = functools.partial(torch.as_tensor, dtype=like.dtype, device=like.device)
    return make(x), make(y)


def floor_divide(x: Any, y: Any) -> Tensor:
    """The quotient rounded down; of integers by 0 it is 0, where torch raises."""
    x, y = _as_tensors(x, y)
    if x.is_floating_point():
        return torch.floor_divide(x, y)
    by_one = (y == 0) | (y == -1) if x.dtype.is_signed else y == 0
    quotient = torch.floor_divide(x, torch.where(by_one, 1, y))
    quotient = torch.where(y == 0, 0, quotient)
    return torch.where(y == -1, -x, quotient) if x.dtype.is_signed else quotient


def remainder(x: Any, y: Any) -> Tensor:
    """What the quotient leaves; of integers by 0 it is 0, where torch raises."""
    x, y = _as_tensors(x, y)
    if x.is_floating_point():
        return torch.remainder(x, y)
    by_one = (y == 0) | (y == -1) if x.dtype.is_signed else y == 0
    return torch.remainder(x, torch.where(by_one, 1, y))


def cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    """The numbers in another dtype."""
    x = x.real if x.is_complex() and not dtype.is_complex else x
    return x.to(dtype, copy=True)


def conjugate(x: Tensor) -> Tensor:
    """The imaginary part with the other sign; of real numbers a copy."""
    return torch.conj_physical(x) if x.is_complex() else x.clone()


def real(x: Tensor) -> Tensor:
    """The real part."""
    return x.real


def imag(x: Tensor) -> Tensor:
    """The imaginary part; of real numbers 0."""
    return x.imag if x.is_complex() else torch.zeros_like(x)


# -- along axes -----------------------------------------------------------------------


def prod(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The product, along one axis after another."""
    for axis in reversed(reduced_axes(x.ndim, dim)):
        x = torch.prod(x, axis, keepdim=keepdim)
    return x


def _place(
    function: Function, x: Tensor, dim: Any = None, keepdim: bool = False
) -> Any:
    """The place of the largest or smallest element, the first of several."""
    shape = reduced_shape(tuple(x.shape), dim, keepdim)
    x = x.to(torch.uint8) if x.dtype == torch.bool else x
    return function(x, dim).reshape(shape)


def argmax(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The place of the largest element."""
    return _place(torch.argmax, x, dim, keepdim)


def argmin(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The place of the smallest element."""
    return _place(torch.argmin, x, dim, keepdim)


def _numbers(x: Tensor, dim: Any) -> None:
    """Raise where a row holds nan alone, as NumPy does."""
    if bool(torch.isnan(x).all(dim).any() if dim is not None else torch.isnan(x).all()):
        raise ValueError("All-NaN slice encountered")


def nanargmax(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The place of the largest number."""
    _numbers(x, dim)
    return argmax(torch.where(x != x, -math.inf, x), dim, keepdim)


def nanargmin(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The place of the smallest number."""
    _numbers(x, dim)
    return argmin(torch.where(x != x, math.inf, x), dim, keepdim)


def fmax_reduce(x: Tensor, dim: Any = 0, keepdim: bool = False) -> Tensor:
    """The largest number; nan where there is none."""
    dim = reduced_axes(x.ndim, dim)
    none = torch.all(x != x, dim, keepdim=keepdim)
    largest = torch.amax(torch.where(x != x, -math.inf, x), dim, keepdim=keepdim)
    return torch.where(none, math.nan, largest)


def fmin_reduce(x: Tensor, dim: Any = 0, keepdim: bool = False) -> Tensor:
    """The smallest number; nan where there is none."""
    return -fmax_reduce(-x, dim, keepdim)


def cumsum(x: Tensor, dim: int) -> Tensor:
    """The sums of the first elements."""
    return torch.cumsum(torch.atleast_1d(x), dim)


def cumprod(x: Tensor, dim: int) -> Tensor:
    """The products of the first elements."""
    return torch.cumprod(torch.atleast_1d(x), dim)


def cummax(x: Tensor, dim: int = 0) -> Tensor:
    """The largest of the first elements."""
    return torch.cummax(x, dim).values


def cummin(x: Tensor, dim: int = 0) -> Tensor:
    """The smallest of the first elements."""
    return torch.cummin(x, dim).values


def argsort(x: Tensor, dim: int = -1, **_: Any) -> Tensor:
    """The places of the elements, from the smallest on; equal ones in their order."""
    return torch.argsort(x, dim=dim, stable=True)


def searchsorted(x: Tensor, v: Tensor, side: str = "left") -> Tensor:
    """Where the numbers v belong in the sorted x."""
    return torch.searchsorted(x.contiguous(), v.contiguous(), side=side)


def _rows(x: Tensor, dim: Any) -> Tensor:
    """The axes that are reduced made one, behind the others, and sorted along it."""
    axes = reduced_axes(x.ndim, dim)
    kept = [i for i in range(x.ndim) if i not in axes]
    n = math.prod(x.shape[i] for i in axes)
    rows = x.permute((*kept, *axes)).reshape((*(x.shape[i] for i in kept), n))
    return torch.sort(rows, dim=-1).values


def _between(rows: Tensor, place: float) -> Tensor:
    """The part of the way from one element of sorted rows to the next."""
    place = min(max(place, 0.0), rows.shape[-1] - 1.0)
    low, high = rows[..., math.floor(place)], rows[..., math.ceil(place)]
    weight = place - math.floor(place)
    return (
        torch.where(low == high, low, torch.lerp(low, high, weight)) if weight else low
    )


def quantile(
    x: Tensor, q: Any, dim: Any = None, keepdim: bool = False, method: str = "linear"
) -> Tensor:
    """The numbers that fractions q of the elements do not exceed; nan beside nan."""
    shape = np.shape(q) + reduced_shape(tuple(x.shape), dim, keepdim)
    rows = _rows(x, dim)
    n = rows.shape[-1]
    if n == 0:
        return torch.full(shape, math.nan, dtype=x.dtype, device=x.device)
    places = [float(virtual_index(method, n, part)) for part in np.ravel(q)]
    z = torch.stack([_between(rows, place) for place in places])
    z = torch.where(rows[..., -1] != rows[..., -1], rows[..., -1], z)
    return z.reshape(shape)


def median(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The middle element, or the mean of the two in the middle (torch: the lower)."""
    return quantile(x, 0.5, dim, keepdim, "midpoint")


def norm(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The root of the sum of squares, scaled, so that these stay in range."""
    dim = reduced_axes(x.ndim, dim)
    if 0 in x.shape or not dim:
        return torch.sum(
            torch.abs(x)[None], (0, *(d + 1 for d in dim)), keepdim=keepdim
        )
    size = torch.abs(x)
    m = torch.amax(size, dim, keepdim=True)
    m = torch.where((m > 0) & torch.isfinite(m), m, 1)
    z = torch.sqrt(torch.sum(torch.square(size / m), dim, keepdim=True)) * m
    return z if keepdim else torch.squeeze(z, dim)


# -- the robust operations ------------------------------------------------------------


def ratio(x: Tensor, y: Tensor) -> Tensor:
    """The quotient x / y, and 0 where y is 0."""
    return x / torch.where(y == 0, math.inf, y)


def softplus(x: Tensor) -> Tensor:
    """log(1 + e^x)."""
    return torch.logaddexp(x, torch.zeros_like(x))


def log1mexp(x: Tensor) -> Tensor:
    """log(1 - e^-x), from the smaller of e^-x and 1 - e^-x."""
    large = torch.log1p(-torch.exp(-torch.clamp_min(x, 0.5)))
    small = torch.log(-torch.expm1(-torch.clamp_max(x, 1.0)))
    return torch.where(x > 0.7, large, small)


def log_loss(z: Tensor, y: Tensor) -> Tensor:
    """-y log(p) - (1 - y) log(1 - p), where p = 1 / (1 + e^-z)."""
    size = torch.abs(z)
    return size * torch.where(z < 0, y, 1 - y) + torch.log1p(torch.exp(-size))


def offset(x: Tensor, dim: Any = None) -> Tensor:
    """The largest x, where some e^x could leave the range of floats; else 0."""
    axes = reduced_axes(x.ndim, dim)
    largest = torch.amax(x, axes, keepdim=True)
    reach = torch.amax(torch.abs(x), axes, keepdim=True)
    limit = 0.9 * math.log(torch.finfo(x.dtype).max)
    return torch.where((reach < limit) | torch.isinf(largest), 0, largest)


def logsumexp(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """log(sum(e^x))."""
    return torch.logsumexp(x, reduced_axes(x.ndim, dim), keepdim)


def log_weighted_sum(
    x: Tensor, w: Tensor, dim: Any = None, keepdim: bool = False
) -> Tensor:
    """log(sum(w e^x)), from e^(x - m), where m is the largest x of those that count."""
    dim = reduced_axes(x.ndim, dim)
    x = torch.where(w == 0, -math.inf, x)
    m = offset(x, dim)
    z = torch.log(torch.sum(w * torch.exp(x - m), dim, keepdim=True)) + m
    return z if keepdim else torch.squeeze(z, dim)


def _as_one(x: Tensor, dim: Any) -> tuple[Tensor, Any]:
    """The array and its axis; all in one row where there is none."""
    return (x.reshape(-1), 0) if dim is None else (x, dim)


def softmax(x: Tensor, dim: Any = None) -> Tensor:
    """e^x / sum(e^x)."""
    return torch.softmax(*_as_one(x, dim)).reshape(x.shape)


def log_softmax(x: Tensor, dim: Any = None) -> Tensor:
    """log(e^x / sum(e^x))."""
    return torch.log_softmax(*_as_one(x, dim)).reshape(x.shape)


def log_product(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """log(prod(x)); sum(log|x|), with the sign, where a product could leave range."""
    dim = reduced_axes(x.ndim, dim)
    logs = torch.sum(torch.log(torch.abs(x)), dim, keepdim=keepdim)
    signs = prod(torch.sign(x), dim, keepdim)
    return torch.where(signs > 0, logs, torch.log(signs))
