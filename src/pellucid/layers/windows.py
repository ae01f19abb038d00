"""Windows of an image, over which convolution sums and pooling looks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pellucid.errors import ModelError
from pellucid.layers.shapes import IMAGE, Pair, Shape, expected


def windows(x: Any, size: Pair, stride: Pair) -> Any:
    """Every window of images x (n, H, W, c), as a view (n, H', W', c, h, w)."""
    view = sliding_window_view(x, size, axis=(1, 2))
    return view[:, :: stride[0], :: stride[1]]


def padded(x: Any, size: Pair, stride: Pair) -> Any:
    """Images with zeros around, so that H' = ceil(H / stride); as in XLA.

    Where the zeros cannot lie evenly, there is one more below and to the right.
    """
    sides = [
        (total // 2, total - total // 2)
        for n, h, s in zip(x.shape[1:3], size, stride, strict=True)
        for total in [max((-(-n // s) - 1) * s + h - n, 0)]
    ]
    return np.pad(x, ((0, 0), *sides, (0, 0)))


def shape_after(
    layer: Any, shape: Shape, size: Pair, stride: Pair, padding: str = "valid"
) -> tuple[int, int, int]:
    """Height, width and channels after a window has gone over images of this shape."""
    height, width, channels = expected(layer, shape, *IMAGE)
    if padding == "same":
        return -(-height // stride[0]), -(-width // stride[1]), channels
    if height < size[0] or width < size[1]:
        message = f"{layer} has windows of {size}, too large for images of {shape}"
        raise ModelError(f"{message}, (height, width, channels): take smaller ones.")
    H, W = (
        (n - h) // s + 1 for n, h, s in zip((height, width), size, stride, strict=True)
    )
    return H, W, channels
