"""Identities of powers, roots, products and cosines."""

from __future__ import annotations

import numpy as np

from pellucid.graphs.identities.identity import identity
from pellucid.graphs.operations.closed_set import count_along
from pellucid.graphs.operations.robust import log_product, norm

identity(
    "hypot",
    lambda x, y: np.sqrt(x**2 + y**2),
    stable=lambda x, y: np.hypot(x, y),
    proof="sqrt(x^2 + y^2) = m sqrt((x/m)^2 + (y/m)^2), where m is the larger",
    domain="every x and y; the slope at 0, where there is none, is 0",
    fails_at={"x": 3e200, "y": 4e200},
    digits=16,
)

identity(
    "hypot with 1",
    lambda x: np.sqrt(x**2 + 1),
    stable=lambda x: np.hypot(x, 1.0),
    proof="sqrt(x^2 + 1) = |x| sqrt(1 + (1/x)^2)",
    domain="every x",
    fails_at={"x": 3e200},
    digits=16,
)

identity(
    "norm",
    lambda x, axis, keepdims: np.sqrt(np.sum(x**2, axis, keepdims=keepdims)),
    lambda x, axis, keepdims: np.sqrt(np.sum(np.abs(x) ** 2, axis, keepdims=keepdims)),
    stable=lambda x, axis, keepdims: norm(x, axis, keepdims),
    proof="sqrt(sum(x^2)) = m sqrt(sum((x/m)^2)), where m is a power of 2 near max|x|",
    domain="every x; the slope at 0, where there is none, is 0",
    fails_at={"x": [3e200, 4e200]},
    digits=16,
)

identity(
    "root mean square",
    lambda x, axis, keepdims: np.sqrt(np.mean(x**2, axis, keepdims=keepdims)),
    lambda x, axis, keepdims: np.sqrt(np.mean(np.abs(x) ** 2, axis, keepdims=keepdims)),
    stable=lambda x, axis, keepdims: (
        norm(x, axis, keepdims) / count_along(x, axis) ** 0.5
    ),
    proof="sqrt(sum(x^2) / n) = sqrt(sum(x^2)) / sqrt(n)",
    domain="every x; the slope at 0, where there is none, is 0",
    fails_at={"x": [3e200, 4e200]},
    digits=16,
)

identity(
    "1 - cos",
    lambda x: 1 - np.cos(x),
    stable=lambda x: 2 * np.sin(x / 2) ** 2,
    proof="cos(2t) = 1 - 2 sin(t)^2, with t = x/2",
    domain="every x",
    fails_at={"x": 1e-9},
    digits=16,
)

identity(
    "difference of roots",
    lambda x, c: np.sqrt(x + c) - np.sqrt(x),
    stable=lambda x, c: c / (np.sqrt(x + c) + np.sqrt(x)),
    proof="(sqrt a - sqrt b) (sqrt a + sqrt b) = a - b",
    domain="x >= 0 and x + c >= 0, not both 0; nan elsewhere like the naive form",
    fails_at={"x": 1e16, "c": 1.0},
    digits=16,
)

identity(
    "log of a product",
    lambda x, axis, keepdims: np.log(np.prod(x, axis, keepdims=keepdims)),
    stable=lambda x, axis, keepdims: log_product(x, axis, keepdims),
    proof="log(x1 x2 ...) = log|x1| + log|x2| + ... where the product is positive",
    domain="every x; nan where the product is negative, like the naive form",
    fails_at={"x": [1e-200, 1e-200]},
    digits=16,
)

identity(
    "log of a power",
    lambda x, n: np.log(x**n),
    stable=lambda x, n: n * np.log(np.abs(x) if n % 2 == 0 else x),
    proof="x^n = e^(n log x); for an even n, x^n = |x|^n",
    domain="every x; nan for x < 0 and an n that is not even, like the naive form",
    fails_at={"x": 1e200},
    digits=16,
)
