"""Convolutions and pooling in PyTorch's terms; see `convolutions` and `pooling`.

Channels stand before places, there; the memory stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from pellucid.running.bands import taps_of
from pellucid.running.window_slices import slices_of

Tensor = torch.Tensor
Sizes = Sequence[int]

FUNCTIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "add": torch.add,
}


def _first(x: Tensor) -> Tensor:
    """Channels before places."""
    return x.movedim(-1, 1)


def _last(x: Tensor) -> Tensor:
    """Channels behind places."""
    return x.movedim(1, -1)


def _filters(w: Tensor) -> Tensor:
    """Weights (u, c, f) as (f, c, u)."""
    return w.movedim((-1, -2), (0, 1))


def convolution(x: Tensor, w: Tensor, step: Sizes, dilation: Sizes) -> Tensor:
    """The sum of x[n, s i + d u, c] w[u, c, f] over u and c."""
    convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[len(step) - 1]
    return _last(convolve(_first(x), _filters(w), None, step, 0, dilation))


def convolution_weights(x: Tensor, g: Tensor, step: Sizes, dilation: Sizes) -> Tensor:
    """The sum of x[n, s i + d u, c] g[n, i, f] over n and i."""
    taps = taps_of(x.shape[1:-1], g.shape[1:-1], step, dilation)
    w = x.new_empty((g.shape[-1], x.shape[-1], *taps))
    _, found, _ = _backward(_first(g), _first(x), w, step, dilation, 1)
    return found.movedim((0, 1), (-1, -2))


def convolution_input(
    g: Tensor, w: Tensor, size: Sizes, step: Sizes, dilation: Sizes
) -> Tensor:
    """The sum of g[n, i, f] w[u, c, f] where s i + d u = p."""
    seen = [
        s * (n - 1) + d * (k - 1) + 1
        for n, k, s, d in zip(g.shape[1:], w.shape, step, dilation, strict=False)
    ]
    x = g.new_empty((g.shape[0], w.shape[-2], *seen))
    found, _, _ = _backward(_first(g), x, _filters(w), step, dilation, 0)
    after = [m for n, k in zip(size, seen, strict=True) for m in (n - k, 0)]
    return _last(functional.pad(found, after[::-1]) if any(after) else found)


def _backward(
    g: Tensor, x: Tensor, w: Tensor, step: Sizes, dilation: Sizes, wanted: int
) -> tuple[Tensor, Tensor, Tensor]:
    zeros, mask = [0] * len(step), [i == wanted for i in range(3)]
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        g, x, w, None, step, zeros, dilation, False, zeros, 1, mask
    )
    return found


# -- pooling --------------------------------------------------------------------------


def window_reduction(x: Tensor, function: str, **ways: tuple[int, ...]) -> Tensor:
    """The largest, the smallest or the sum of each window."""
    first, *rest = [x[at] for at in slices_of(tuple(x.shape), **ways)]
    return functools.reduce(FUNCTIONS[function], rest, first)


def window_count(x: Tensor, z: Tensor, **ways: tuple[int, ...]) -> Tensor:
    """How many elements of each window are z."""
    count = torch.zeros_like(z)
    for at in slices_of(tuple(x.shape), **ways):
        count += x[at] == z
    return count


def window_share(
    x: Tensor, z: Tensor, share: Tensor, **ways: tuple[int, ...]
) -> Tensor:
    """The share of each window for the elements of it that are z."""
    found = torch.zeros_like(x)
    for at in slices_of(tuple(x.shape), **ways):
        found[at] += torch.where(x[at] == z, share, 0)
    return found


def window_spread(
    share: Tensor, shape: tuple[int, ...], **ways: tuple[int, ...]
) -> Tensor:
    """The share of each window for all elements of it."""
    found = share.new_zeros(shape)
    for at in slices_of(shape, **ways):
        found[at] += share
    return found
