"""Convolution: the whole layer, many pictures, channels and kernels at once."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def pictures_and_kernels(rng):
    n, c, f = (int(rng.integers(*ends)) for ends in ((2, 4), (2, 4), (2, 5)))
    h, w = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    x = rng.normal(size=(n, h + int(rng.integers(1, 4)), w + 3, c))
    return x, rng.normal(size=(h, w, c, f)), rng.normal(size=f)


@exercise(
    pictures_and_kernels,
    hints=(
        "Loop over the places i and j only. The windows of all pictures at (i, j) are "
        "`x[:, i : i + h, j : j + w]`, (n, h, w, c).",
        "`np.tensordot(windows, W, axes=3)` sums over the last three axes of the one "
        "and the first three of the other: (n, f).",
    ),
)
def convolved(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w]  # (n, h, w, c)
            z[:, i, j] = np.tensordot(windows, W, axes=3) + b
    return z


@convolved.mistake("The bias is missing: b[f] is added to every place of output f.")
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            z[:, i, j] = np.tensordot(x[:, i : i + h, j : j + w], W, axes=3)
    return z


@convolved.mistake(
    "You took the mean over the channels. Each channel has weights of its own, and "
    "their products are summed like those of the window."
)
def _(x, W, b):
    n, height, width, c = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            z[:, i, j] = np.tensordot(x[:, i : i + h, j : j + w], W, axes=3) / c + b
    return z


@convolved.mistake(
    "Your kernels are turned upside down and left to right. In the field's "
    "convolution window and kernel lie on each other as they are."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w]
            z[:, i, j] = np.tensordot(windows, W[::-1, ::-1], axes=3) + b
    return z


@convolved.mistake(
    "Only the first channel was looked at: the sum goes over all channels of the "
    "window."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w, 0]
            z[:, i, j] = np.tensordot(windows, W[:, :, 0], axes=2) + b
    return z


@convolved.mistake(
    "The bias was added to each product of the window, h w c times. It is added once "
    "to each sum."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, c, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w]
            z[:, i, j] = np.tensordot(windows, W, axes=3) + h * w * c * b
    return z


@convolved.mistake(
    "The kernels stand where the places should: asked is (n, H', W', f), the kernels "
    "last, as the channels of x stand last."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, f, height - h + 1, width - w + 1))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            z[:, :, i, j] = np.tensordot(x[:, i : i + h, j : j + w], W, axes=3) + b
    return z


@convolved.mistake(
    "The bias was added once for each channel, c times in all. It is added once, to "
    "the sum over window and channels."
)
def _(x, W, b):
    n, height, width, c = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w]
            z[:, i, j] = np.tensordot(windows, W, axes=3) + c * b
    return z


@convolved.mistake(
    "Only the last channel is in it: each round over the channels writes over the one"
    " before, instead of adding to it."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            windows = x[:, i : i + h, j : j + w]
            z[:, i, j] = np.tensordot(windows[..., -1], W[:, :, -1], axes=2) + b
    return z


@convolved.mistake(
    "Room is there for all places, but your loops end one early: the last row and "
    "column of z stayed 0."
)
def _(x, W, b):
    n, height, width, _ = x.shape
    h, w, _, f = W.shape
    z = np.zeros((n, height - h + 1, width - w + 1, f))
    for i in range(height - h):
        for j in range(width - w):
            windows = x[:, i : i + h, j : j + w]
            z[:, i, j] = np.tensordot(windows, W, axes=3) + b
    return z
