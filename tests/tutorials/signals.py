"""Signals, images, curves, and functions that optimisers are tried on."""

import numpy as np
from tutorials.data import normal, uniform, whole

# -- signals -------------------------------------------------------------------------


def moving_average(x, n=3):
    ret = np.cumsum(x)
    ret[n:] = ret[n:] - ret[:-n]
    return ret[n - 1 :] / n


def smooth(x, width):
    window = np.exp(-0.5 * (np.arange(-2, 3) / width) ** 2)
    s = np.r_[x[2:0:-1], x, x[-2:-4:-1]]
    return np.convolve(window / window.sum(), s, mode="valid")


def exponential_smoothing(x, alpha):
    out = [x[0]]
    for value in x[1:]:
        out.append(alpha * value + (1 - alpha) * out[-1])
    return np.asarray(out)


def biquad(b, a, x):
    y = np.zeros(len(x))
    for n in range(len(x)):
        y[n] = b[0] * x[n]
        for k in range(1, 3):
            if n - k >= 0:
                y[n] += b[k] * x[n - k] - a[k - 1] * y[n - k]
    return y


def fft_convolution(x, h):
    n = len(x) + len(h) - 1
    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)


def power_spectrum(x, window):
    X = np.fft.rfft(x * window)
    return np.log(np.abs(X) ** 2 + 1e-3)


def dft_matrix(x):
    N = len(x)
    n = np.arange(N)
    M = np.exp(-2j * np.pi * n.reshape((N, 1)) * n / N)
    X = np.dot(M, x)
    return X.real**2 + X.imag**2


def recursive_fft(x):
    def fft(x):
        N = len(x)
        if N <= 1:
            return x
        even, odd = fft(x[0::2]), fft(x[1::2])
        T = [np.exp(-2j * np.pi * k / N) * odd[k] for k in range(N // 2)]
        left = [even[k] + T[k] for k in range(N // 2)]
        right = [even[k] - T[k] for k in range(N // 2)]
        return left + right

    return np.abs(np.array(fft(x)))


def haar(x):
    detail = []
    while len(x) > 1:
        a, d = (x[::2] + x[1::2]) / np.sqrt(2), (x[::2] - x[1::2]) / np.sqrt(2)
        detail.append(d)
        x = a
    return np.concatenate([x, *detail[::-1]])


def segment_sums(values, segments):
    sums = np.zeros(segments.max() + 1)
    np.add.at(sums, segments, values)
    counts = np.bincount(segments)
    return sums / counts


def calibration(p, y, bins=4):
    """The expected error of calibration: in each bin, confidence against share."""
    edges = np.linspace(0, 1, bins + 1)
    ids = np.digitize(p, edges[1:-1])
    error = 0.0
    for b in range(bins):
        inside = (ids == b).astype(float)
        n = np.maximum(inside.sum(), 1)
        error += np.square(np.sum(inside * (p - y)) / n) * n / len(p)
    return error


def order_statistics(x, weights):
    ordered = np.sort(x)[::-1]
    lorenz = np.cumsum(ordered) / np.sum(ordered)
    trimmed = ordered[1:-1].mean()
    return np.dot(weights, lorenz) + trimmed + np.median(x) + np.percentile(x, 30)


def gini(x):
    order = x.argsort()
    x = x[order]
    index = np.arange(1, x.shape[0] + 1)
    return np.sum((2 * index - len(x) - 1) * x) / (len(x) * np.sum(x))


def masked_means(x, mask):
    inside = x[mask].mean()
    outside = x[~mask].mean()
    return inside - outside + (x[mask] ** 2).sum()


# -- images --------------------------------------------------------------------------


def sobel(image):
    Kx = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    padded = np.pad(image, 1, mode="edge")
    H, W = image.shape
    gx, gy = np.zeros((H, W)), np.zeros((H, W))
    for i, j in np.ndindex(H, W):
        patch = padded[i : i + 3, j : j + 3]
        gx[i, j] = (patch * Kx).sum()
        gy[i, j] = np.vdot(patch, Kx.T)
    return np.sqrt(gx**2 + gy**2 + 1e-6)


def unsharp(image, amount):
    p = np.pad(image, ((1, 1), (1, 1)), "reflect")
    blur = (
        sum(
            p[i : i + image.shape[0], j : j + image.shape[1]]
            for i in range(3)
            for j in range(3)
        )
        / 9
    )
    return np.clip(image + amount * (image - blur), 0.3, 1.6)


def total_variation(x, y, weight):
    dx = x[:, 1:] - x[:, :-1]
    dy = x[1:, :] - x[:-1, :]
    tv = np.sqrt(dx[:-1] ** 2 + dy[:, :-1] ** 2 + 1e-8).sum()
    return 0.5 * ((x - y) ** 2).sum() + weight * tv


def structural_similarity(x, y, C1=1e-2, C2=3e-2):
    mx, my = x.mean(), y.mean()
    cov = ((x - mx) * (y - my)).mean()
    return ((2 * mx * my + C1) * (2 * cov + C2)) / (
        (mx**2 + my**2 + C1) * (x.var() + y.var() + C2)
    )


def histogram_matching(source, template):
    order = np.argsort(source, axis=None)
    matched = np.empty(source.size)
    matched[order] = np.sort(template.ravel())
    return matched.reshape(source.shape)


def bilinear(image, u, v):
    i, j = np.floor(u).astype(int), np.floor(v).astype(int)
    a, b = u - i, v - j
    return (
        (1 - a) * (1 - b) * image[i, j]
        + a * (1 - b) * image[i + 1, j]
        + (1 - a) * b * image[i, j + 1]
        + a * b * image[i + 1, j + 1]
    )


def gram_style(features):
    C, H, W = features.shape
    F = features.reshape(C, H * W)
    return F @ F.T / (C * H * W)


# -- curves --------------------------------------------------------------------------


def bezier(points, t):
    points = list(points)
    while len(points) > 1:
        points = [
            np.outer(1 - t, p) + np.outer(t, q) if p.ndim == 1 else
            (1 - t)[:, None] * p + t[:, None] * q
            for p, q in zip(points[:-1], points[1:], strict=True)
        ]  # fmt: skip
    return points[0]


def natural_spline(x, y, at):
    n = len(x)
    h = np.diff(x)
    A, r = np.eye(n), np.zeros(n)
    for i in range(1, n - 1):
        A[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        r[i] = 3 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    c = np.linalg.solve(A, r)
    b = np.diff(y) / h - h * (2 * c[:-1] + c[1:]) / 3
    d = np.diff(c) / (3 * h)
    k = np.searchsorted(x, at) - 1
    s = at - x[k]
    return y[k] + b[k] * s + c[k] * s**2 + d[k] * s**3


def lagrange(xs, ys, at):
    total = 0.0
    for i, (xi, yi) in enumerate(zip(xs, ys, strict=True)):
        others = np.delete(xs, i)
        total = total + yi * np.prod((at - others) / (xi - others))
    return total


def trapezoid_and_simpson(a, x):
    f = np.exp(-a * x**2) * np.cos(x)
    h = x[1] - x[0]
    simpson = h / 3 * (f[0] + 4 * f[1:-1:2].sum() + 2 * f[2:-1:2].sum() + f[-1])
    return np.trapezoid(f, x) + simpson + np.interp(0.33, x, f)


def polygon_area(P):
    x, y = P[:, 0], P[:, 1]
    return 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))


# -- functions that optimisers are tried on ------------------------------------------


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def himmelblau(p):
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def ackley(x, y):
    return (
        -20.0 * np.exp(-0.2 * np.sqrt(0.5 * (x**2 + y**2)))
        - np.exp(0.5 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)))
        + np.e + 20
    )  # fmt: skip


def rastrigin(*X, A=10):
    return A * len(X) + sum(x**2 - A * np.cos(2 * np.pi * x) for x in X)


def griewank(x):
    i = np.arange(1, x.size + 1)
    return 1 + np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(i)))


def travelling_penalty(x, g):
    """A cost with constraints by penalties and a barrier."""
    inequality = [x[0] + x[1] - 1, -x[0]]
    penalty = sum(np.maximum(c, 0) ** 2 for c in inequality)
    barrier = -np.log(4 - x @ x)
    return g @ x + 10 * penalty + 0.1 * barrier


x8, PICTURE = normal(8), uniform(4, 5)
GRID = np.linspace(0, 1, 9)

CASES = {
    "moving average": (moving_average, x8),
    "smoothing": (smooth, x8, 1.1),
    "exponential smoothing": (exponential_smoothing, x8, 0.3),
    "biquad": (biquad, normal(3), normal(2), x8),
    "fft convolution": (fft_convolution, x8, normal(3)),
    "power spectrum": (power_spectrum, x8, np.hanning(8)),
    "dft by matrix": (dft_matrix, x8),
    "fft by recursion": (recursive_fft, x8),
    "haar": (haar, x8),
    "segment sums": (segment_sums, x8, np.array([0, 2, 1, 0, 2, 2, 1, 0])),
    "calibration": (calibration, uniform(9, low=0.05, high=0.95), whole(9, below=2)),
    "order statistics": (order_statistics, uniform(7), normal(7)),
    "gini": (gini, uniform(7)),
    "masked means": (masked_means, x8, whole(8, below=2).astype(bool)),
    "sobel": (sobel, PICTURE),
    "unsharp mask": (unsharp, PICTURE, 0.7),
    "total variation": (total_variation, PICTURE, uniform(4, 5, seed=1), 0.3),
    "structural similarity": (structural_similarity, PICTURE, uniform(4, 5, seed=1)),
    "histogram matching": (
        histogram_matching, whole(3, 4, below=99), uniform(3, 4),
    ),
    "bilinear": (bilinear, PICTURE, uniform(3) + 0.9, uniform(3, seed=1) + 1),
    "gram matrix": (gram_style, normal(3, 2, 4)),
    "bezier": (bezier, normal(4, 2), GRID),
    "natural spline": (
        natural_spline, np.array([0.0, 0.4, 1.1, 1.5]), normal(4), uniform(3, high=1.4),
    ),
    "lagrange": (lagrange, np.array([0.0, 0.4, 1.1, 1.5]), normal(4), 0.7),
    "trapezoid and simpson": (trapezoid_and_simpson, 0.8, GRID),
    "polygon": (polygon_area, np.array([[0.0, 0], [2, 0.3], [1.5, 2], [0.2, 1]])),
    "rosenbrock": (rosenbrock, normal(4)),
    "himmelblau": (himmelblau, normal(2)),
    "ackley": (ackley, 0.7, -1.2),
    "rastrigin": (rastrigin, 0.3, -0.6, 1.2),
    "griewank": (griewank, normal(4)),
    "penalties": (travelling_penalty, np.array([0.8, 0.7]), normal(2)),
}  # fmt: skip
