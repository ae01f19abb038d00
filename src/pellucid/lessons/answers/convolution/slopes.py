"""Convolution: the gradient by the kernel and by the picture."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def picture_and_slopes(rng):
    h, w = int(rng.integers(2, 4)), int(rng.integers(2, 4))
    H, W = h + int(rng.integers(2, 4)), w + int(rng.integers(5, 7))
    return rng.normal(size=(H, W)), rng.normal(size=(H - h + 1, W - w + 1))


@exercise(
    picture_and_slopes,
    hints=(
        "k[u, v] is multiplied by x[i + u, j + v] at every place (i, j), and there "
        "the slope is G[i, j]: sum the products over i and j.",
        "For one (u, v) these x are a window as large as G: `x[u : u + G.shape[0], v "
        ": v + G.shape[1]]`.",
    ),
)
def kernel_slopes(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    dK = np.zeros((h, w))
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.sum(x[u : u + G.shape[0], v : v + G.shape[1]] * G)
    return dK


@kernel_slopes.mistake(
    "You turned the result round (or G and x, which is the same): K was not flipped "
    "on the way forward, so nothing is flipped in its gradient."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    dK = np.zeros((h, w))
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.sum(x[u : u + G.shape[0], v : v + G.shape[1]] * G)
    return dK[::-1, ::-1]


@kernel_slopes.mistake(
    "You turned G round, as a convolution of mathematics would. The gradient by the "
    "kernel is a plain correlation: x and G lie on each other as they are."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    dK, F = np.zeros((h, w)), G[::-1, ::-1]
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.sum(x[u : u + G.shape[0], v : v + G.shape[1]] * F)
    return dK


@kernel_slopes.mistake(
    "You took the mean over the places. A weight of the kernel acts at each of them, "
    "and what it does there adds up: sum."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    dK = np.zeros((h, w))
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.mean(x[u : u + G.shape[0], v : v + G.shape[1]] * G)
    return dK


@kernel_slopes.mistake(
    "All weights got the same slope, as if each saw the same part of x. For k[u, v] "
    "the part of x begins at row u and column v."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    return np.full((h, w), np.sum(x[: G.shape[0], : G.shape[1]] * G))


@kernel_slopes.mistake(
    "G is not in it: these are sums of x alone, right only where every slope of z is "
    "1. Multiply by G before the sum."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0] + 1, x.shape[1] - G.shape[1] + 1
    dK = np.zeros((h, w))
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.sum(x[u : u + G.shape[0], v : v + G.shape[1]])
    return dK


@kernel_slopes.mistake(
    "Your result has the shape of G. A gradient has the shape of what it is taken by, "
    "here the kernel: H less the height of G, plus 1, and so it is across."
)
def _(x, G):
    return x[: G.shape[0], : G.shape[1]] * G


@kernel_slopes.mistake(
    "The last row and the last column are missing: the kernel has H - H' + 1 rows and"
    " W - W' + 1 columns."
)
def _(x, G):
    h, w = x.shape[0] - G.shape[0], x.shape[1] - G.shape[1]
    dK = np.zeros((h, w))
    for u in range(h):
        for v in range(w):
            dK[u, v] = np.sum(x[u : u + G.shape[0], v : v + G.shape[1]] * G)
    return dK


def slopes_and_kernel(rng):
    h, w = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    H, W = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    return rng.normal(size=(H, W)), rng.normal(size=(h, w))


@exercise(
    slopes_and_kernel,
    edges=((np.ones((1, 1)), np.arange(6.0).reshape(2, 3)),),
    hints=(
        "Begin with zeros of the shape of x, (H' + h - 1, W' + w - 1), and give back "
        "what each place of z had taken.",
        "z[i, j] took the window at (i, j) times K. So add G[i, j] * K to that window "
        "of dx: windows overlap, hence `+=`.",
    ),
)
def input_slopes(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] += G[i, j] * K
    return dx


@input_slopes.mistake(
    "Windows overlap, and a later one wrote over what an earlier one had brought. "
    "Slopes of several uses add up: += instead of =."
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] = G[i, j] * K
    return dx


@input_slopes.mistake(
    "You turned K round before adding it. Seen from a place of z nothing is turned: "
    "it gives its window back G[i, j] times K as it is. (Seen from a place of x, as a "
    "correlation of the padded G, K is turned: once, not twice.)"
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] += G[i, j] * K[::-1, ::-1]
    return dx


@input_slopes.mistake(
    "K is not in it: each window got G[i, j] everywhere. What x[i + u, j + v] gave to "
    "z was weighed by K[u, v], so its slope is too."
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] += G[i, j]
    return dx


@input_slopes.mistake(
    "The last row and column of windows gave nothing back: the loops go over all "
    "places of G."
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H - 1):
        for j in range(W - 1):
            dx[i : i + h, j : j + w] += G[i, j] * K
    return dx


@input_slopes.mistake(
    "You correlated G with K inside of it, and the edges of x are missing: x is "
    "larger than z, h - 1 rows and w - 1 columns. Begin with zeros of the shape of x."
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx = np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] += G[i, j] * K
    return dx[:H, :W]


@input_slopes.mistake(
    "You divided by how many windows a number of x lies in. Its slope is the sum of "
    "what they say, not their mean."
)
def _(G, K):
    (H, W), (h, w) = G.shape, K.shape
    dx, times = np.zeros((H + h - 1, W + w - 1)), np.zeros((H + h - 1, W + w - 1))
    for i in range(H):
        for j in range(W):
            dx[i : i + h, j : j + w] += G[i, j] * K
            times[i : i + h, j : j + w] += 1
    return dx / times
