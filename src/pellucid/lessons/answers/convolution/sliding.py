"""Convolution: a weighted sum of the window at each place."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def row_and_kernel(rng):
    m = int(rng.integers(2, 5))
    n = m + int(rng.integers(2, 8))
    return rng.normal(size=n), rng.normal(size=m)


@exercise(
    row_and_kernel,
    edges=((np.array([1.0, 2.0, 4.0]), np.array([-1.0, 0.5, 3.0])),),
    hints=(
        "There are n - m + 1 windows: the first begins at 0, the last at n - m.",
        "The window at i is `x[i : i + m]`; one number of it is `np.sum(x[i : i + m] "
        "* k)`.",
    ),
)
def slide(x, k):
    n, m = len(x), len(k)
    return np.array([np.sum(x[i : i + m] * k) for i in range(n - m + 1)])


@slide.mistake(
    "You turned the kernel round: that is the convolution of mathematics, what "
    "np.convolve gives. In the sum above x[i + u] meets k[u], in the same order."
)
def _(x, k):
    return np.convolve(x, k, mode="valid")


@slide.mistake(
    "The last window is missing: it begins at n - m, so there are n - m + 1 of them."
)
def _(x, k):
    n, m = len(x), len(k)
    return np.array([np.sum(x[i : i + m] * k) for i in range(n - m)])


@slide.mistake(
    "You added zeros at the ends, so that as many numbers come out as go in. Here "
    "only windows that lie inside x count: n - m + 1 numbers."
)
def _(x, k):
    full = np.convolve(x, k[::-1])
    start = (len(k) - 1) // 2
    return full[start : start + len(x)]


@slide.mistake(
    "You let the kernel hang over the ends: that is the full correlation, n + m - 1 "
    "numbers. Here only windows that lie inside x count."
)
def _(x, k):
    return np.convolve(x, k[::-1])


@slide.mistake(
    "You took the mean of the products in a window. A kernel holds the weights "
    "already: take their sum."
)
def _(x, k):
    n, m = len(x), len(k)
    return np.array([np.mean(x[i : i + m] * k) for i in range(n - m + 1)])


@slide.mistake(
    "Your windows stand side by side: the next one begins m further. They overlap "
    "here: it begins 1 further."
)
def _(x, k):
    n, m = len(x), len(k)
    return np.array([np.sum(x[i : i + m] * k) for i in range(0, n - m + 1, m)])


@slide.mistake(
    "All weights of the kernel met the same x[i]. Weight k[u] belongs to x[i + u], u "
    "places further."
)
def _(x, k):
    return x[: len(x) - len(k) + 1] * np.sum(k)


def picture_and_kernel(rng):
    h, w = int(rng.integers(1, 4)), int(rng.integers(2, 4))
    H, W = h + int(rng.integers(1, 4)), w + int(rng.integers(4, 7))
    return rng.normal(size=(H, W)), rng.normal(size=(h, w))


def picture_and_square_kernel(rng):
    return rng.normal(size=(6, 9)), rng.normal(size=(3, 3))


@exercise(
    picture_and_kernel,
    edges=(picture_and_square_kernel(np.random.default_rng(1)),),
    hints=(
        "Make room first: `z = np.zeros((H - h + 1, W - w + 1))`.",
        "Two loops, over i and j. The window is `x[i : i + h, j : j + w]`; multiply "
        "it by K number by number, and sum.",
    ),
)
def correlated(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.sum(x[i : i + h, j : j + w] * K)
    return z


@correlated.mistake(
    "You turned the kernel upside down and left to right: that is the convolution of "
    "mathematics. Here the window and K lie on each other as they are."
)
def _(x, K):
    (H, W), (h, w), F = x.shape, K.shape, K[::-1, ::-1]
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.sum(x[i : i + h, j : j + w] * F)
    return z


@correlated.mistake(
    "The last row and the last column are missing: windows begin at 0, 1, ..., H - h, "
    "which is H - h + 1 of them, and so it is across."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h, W - w))
    for i in range(H - h):
        for j in range(W - w):
            z[i, j] = np.sum(x[i : i + h, j : j + w] * K)
    return z


@correlated.mistake(
    "Room is there for all windows, but your loops end one early: the last row and "
    "column of z stayed 0. range(H - h + 1) goes to H - h."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h):
        for j in range(W - w):
            z[i, j] = np.sum(x[i : i + h, j : j + w] * K)
    return z


@correlated.mistake(
    "You took the mean of the products in a window. A kernel holds the weights "
    "already: take their sum."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.mean(x[i : i + h, j : j + w] * K)
    return z


@correlated.mistake(
    "You summed the windows, without the weights: multiply each by K, number by "
    "number, before the sum."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.sum(x[i : i + h, j : j + w])
    return z


@correlated.mistake(
    "You multiplied the window by K as matrices (@), and that adds products of the "
    "wrong pairs. Each number of the window meets the number of K that lies on it: *."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.sum(x[i : i + h, j : j + w] @ K)
    return z


@correlated.mistake(
    "Height and width are exchanged in what you return: row i and column j of the "
    "windows belong to z[i, j]."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((W - w + 1, H - h + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[j, i] = np.sum(x[i : i + h, j : j + w] * K)
    return z


@correlated.mistake(
    "You summed the window and the kernel each by itself and multiplied the sums. "
    "Multiply number by number first, then sum."
)
def _(x, K):
    (H, W), (h, w) = x.shape, K.shape
    z = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            z[i, j] = np.sum(x[i : i + h, j : j + w]) * np.sum(K)
    return z
