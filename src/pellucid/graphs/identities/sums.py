"""Identities of sums along axes: log-sum-exp, softmax, cross-entropy, variance.

Here `total`, `average` and `largest` keep the axes that they reduce, so that what is
reduced can be broadcast against what is not.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from pellucid.graphs.identities.identity import identity
from pellucid.graphs.operations.closed_set import count_along
from pellucid.graphs.operations.robust import (
    log_loss,
    log_softmax,
    log_weighted_sum,
    logsumexp,
    sigmoid,
    softmax,
    softplus,
)

total = partial(np.sum, keepdims=True)
average = partial(np.mean, keepdims=True)
largest = partial(np.max, keepdims=True)


def accumulated(z: Any, axis: Any) -> Any:
    """The running log(e^z1 + e^z2 + ...); None stands for the only long axis."""
    along = int(np.argmax(np.shape(z))) if axis is None else axis
    return np.logaddexp.accumulate(z, along)


identity(
    "log-sum-exp",
    lambda z, axis, keepdims: np.log(np.sum(np.exp(z), axis, keepdims=keepdims)),
    lambda z, axis, keepdims: (
        np.max(z, axis, keepdims=keepdims)
        + np.log(np.sum(np.exp(z - largest(z, axis)), axis, keepdims=keepdims))
    ),
    stable=lambda z, axis, keepdims: logsumexp(z, axis, keepdims),
    between=(
        lambda z, axis, keepdims: (
            np.max(z, axis, keepdims=keepdims)
            + logsumexp(z - largest(z, axis), axis, keepdims)
        ),
    ),
    proof="log(sum(e^z)) = m + log(sum(e^(z - m))), where m = max(z)",
    domain="every z",
    fails_at={"z": [-800.0, -801.0]},
    digits=16,
)

identity(
    "log of 1 and a sum of exp",
    lambda z, axis, keepdims: np.log(1 + np.sum(np.exp(z), axis, keepdims=keepdims)),
    lambda z, axis, keepdims: np.log1p(np.sum(np.exp(z), axis, keepdims=keepdims)),
    stable=lambda z, axis, keepdims: softplus(logsumexp(z, axis, keepdims)),
    proof="sum(e^z) = e^s, where s = log(sum(e^z))",
    domain="every z; rounding is that of the result times the largest |z|, or 1",
    fails_at={"z": [800.0, 800.0]},
    digits=16,
)

identity(
    "log of a running sum of exp",
    lambda z, axis: np.log(np.cumsum(np.exp(z), axis)),
    stable=lambda z, axis: accumulated(z, axis),
    proof="each partial sum is the one before it plus e^z",
    domain="every z; rounding is that of the largest |z|, and of each partial sum",
    fails_at={"z": [-800.0, -801.0]},
    digits=16,
)

identity(
    "log of a multiple of a running sum of exp",
    lambda z, y, axis: np.log(y * np.cumsum(np.exp(z), axis)),
    stable=lambda z, y, axis: np.log(y) + accumulated(z, axis),
    proof="log(y s) = log y + log s",
    domain="every z, y > 0; nan for y < 0 like the naive form; rounding is that of the "
    "largest |z| and |log y|, and of each partial sum",
    fails_at={"z": [-800.0, -801.0], "y": [1.0, 2.0]},
    digits=16,
)

identity(
    "log10 of a sum of powers",
    lambda z, axis, keepdims: np.log10(np.sum(10**z, axis, keepdims=keepdims)),
    lambda z, axis, keepdims: np.log10(np.sum(10.0**z, axis, keepdims=keepdims)),
    stable=lambda z, axis, keepdims: (
        logsumexp(z * math.log(10), axis, keepdims) / math.log(10)
    ),
    proof="10^z = e^(z log 10), and log10(s) = log(s) / log 10",
    domain="every z; rounding is that of the largest |z|, or of log10 of n",
    fails_at={"z": [-800.0, -801.0]},
    digits=16,
)

identity(
    "log2 of a sum of powers",
    lambda z, axis, keepdims: np.log2(np.sum(2**z, axis, keepdims=keepdims)),
    lambda z, axis, keepdims: np.log2(np.sum(2.0**z, axis, keepdims=keepdims)),
    lambda z, axis, keepdims: np.log2(np.sum(np.exp2(z), axis, keepdims=keepdims)),
    stable=lambda z, axis, keepdims: (
        logsumexp(z * math.log(2), axis, keepdims) / math.log(2)
    ),
    proof="2^z = e^(z log 2), and log2(s) = log(s) / log 2",
    domain="every z; rounding is that of the largest |z|, or of log2 of n",
    fails_at={"z": [-1100.0, -1101.0]},
    digits=16,
)

identity(
    "log of a weighted sum of exp",
    lambda z, w, axis, keepdims: np.log(np.sum(w * np.exp(z), axis, keepdims=keepdims)),
    stable=lambda z, w, axis, keepdims: log_weighted_sum(z, w, axis, keepdims),
    proof="log(sum(w e^z)) = m + log(sum(w e^(z - m))), m = max(z) of those that count",
    domain="every z and w; nan where the sum is negative, like the naive form; "
    "rounding is that of the largest |z| and |log|w||",
    fails_at={"z": [-800.0, -801.0], "w": [1.0, 2.0]},
    digits=16,
)

identity(
    "log of a mean of exp",
    lambda z, axis, keepdims: np.log(np.mean(np.exp(z), axis, keepdims=keepdims)),
    stable=lambda z, axis, keepdims: log_weighted_sum(
        z, 1 / count_along(z, axis), axis, keepdims
    ),
    proof="the mean is the sum of e^z / n",
    domain="every z; rounding is that of the largest |z|, or of log n",
    fails_at={"z": [-800.0, -801.0]},
    digits=16,
)

identity(
    "log of a mean under softmax",
    lambda z, w, axis, keepdims: np.log(
        np.sum(w * np.exp(z), axis, keepdims=keepdims)
        / np.sum(np.exp(z), axis, keepdims=keepdims)
    ),
    lambda z, w, axis, keepdims: np.log(
        np.sum(w * softmax(z, axis), axis, keepdims=keepdims)
    ),
    stable=lambda z, w, axis, keepdims: log_weighted_sum(
        log_softmax(z, axis), w, axis, keepdims
    ),
    proof="the sum of w e^u, where u = log(e^z / sum(e^z))",
    domain="every z and w; nan where the sum is negative, like the naive form; "
    "rounding is that of 1, or of the largest |u| and |log|w||",
    fails_at={"z": [800.0, 0.0], "w": [0.0, 1.0]},
    digits=16,
)

identity(
    "softmax",
    lambda z, axis: np.exp(z) / total(np.exp(z), axis),
    lambda z, axis: (
        np.exp(z - largest(z, axis)) / total(np.exp(z - largest(z, axis)), axis)
    ),
    stable=lambda z, axis: softmax(z, axis),
    proof="e^z / sum(e^z) = e^(z - m) / sum(e^(z - m)), where m = max(z)",
    domain="every z",
    fails_at={"z": [800.0, 801.0]},
    digits=16,
)

identity(
    "softmax of two",
    lambda x, y: np.exp(x) / (np.exp(x) + np.exp(y)),
    stable=lambda x, y: softmax(np.stack([x, y]), 0)[0],
    proof="e^x / (e^x + e^y) = e^(x - m) / (e^(x - m) + e^(y - m)), m = max(x, y)",
    domain="every x and y",
    fails_at={"x": 800.0, "y": 801.0},
    digits=16,
    costly=True,
)

identity(
    "mean under softmax",
    lambda w, z, axis, keepdims: (
        np.sum(w * np.exp(z), axis, keepdims=keepdims)
        / np.sum(np.exp(z), axis, keepdims=keepdims)
    ),
    stable=lambda w, z, axis, keepdims: np.sum(
        w * softmax(z, axis), axis, keepdims=keepdims
    ),
    proof="the sum of w times e^z / sum(e^z)",
    domain="every w and z; rounding is that of the largest |w|",
    fails_at={"w": [1.0, 2.0], "z": [800.0, 801.0]},
    digits=16,
)

identity(
    "log softmax",
    lambda z, axis: np.log(np.exp(z) / total(np.exp(z), axis)),
    lambda z, axis: np.log(softmax(z, axis)),
    lambda z, axis: z - logsumexp(z, axis, keepdims=True),
    lambda z, axis: (
        z - largest(z, axis) - np.log(total(np.exp(z - largest(z, axis)), axis))
    ),
    stable=lambda z, axis: log_softmax(z, axis),
    between=(
        lambda z, axis: (
            z - largest(z, axis) - logsumexp(z - largest(z, axis), axis, keepdims=True)
        ),
    ),
    proof="log(e^z / sum(e^z)) = d - log(sum(e^d)), where d = z - max(z)",
    domain="every z",
    fails_at={"z": [800.0, 0.0]},
    digits=16,
)

identity(
    "log of a multiple of softmax",
    lambda z, y, axis: np.log(y * np.exp(z) / total(np.exp(z), axis)),
    lambda z, y, axis: np.log(y * softmax(z, axis)),
    stable=lambda z, y, axis: np.log(y) + log_softmax(z, axis),
    proof="log(y p) = log y + log p",
    domain="every z, y > 0; nan for y < 0 like the naive form; rounding is that of the "
    "larger of log y and log p",
    fails_at={"z": [800.0, 0.0], "y": [1.0, 2.0]},
    digits=16,
    costly=True,
)

identity(
    "log softmax at places",
    lambda z, axis, at: np.log((np.exp(z) / total(np.exp(z), axis))[at]),
    lambda z, axis, at: np.log(softmax(z, axis)[at]),
    stable=lambda z, axis, at: log_softmax(z, axis)[at],
    proof="the logarithm goes element by element, before the picking or after it",
    domain="every z",
    fails_at={"z": [800.0, 0.0]},
    digits=16,
)

identity(
    "summed log loss",
    lambda z, y, axis, keepdims: (
        np.sum(y * np.log(sigmoid(z)), axis, keepdims=keepdims)
        + np.sum((1 - y) * np.log(sigmoid(-z)), axis, keepdims=keepdims)
    ),
    stable=lambda z, y, axis, keepdims: (
        -np.sum(log_loss(z, y), axis, keepdims=keepdims)
    ),
    between=(
        lambda z, y, axis, keepdims: (
            -np.sum(y * softplus(-z), axis, keepdims=keepdims)
            - np.sum((1 - y) * softplus(z), axis, keepdims=keepdims)
        ),
    ),
    proof="the sums of the two logarithms, term by term",
    domain="every finite z; labels y are 0, 1 or between",
    fails_at={"z": [800.0, 800.0], "y": [0.0, 0.0]},
    digits=16,
)

identity(
    "variance",
    lambda x, axis, keepdims: (
        np.mean(x**2, axis, keepdims=keepdims)
        - np.mean(x, axis, keepdims=keepdims) ** 2
    ),
    stable=lambda x, axis, keepdims: np.mean(
        (x - average(x, axis)) ** 2, axis, keepdims=keepdims
    ),
    proof="mean((x - m)^2) = mean(x^2) - 2 m mean(x) + m^2, where m = mean(x)",
    domain="every x",
    fails_at={"x": [1e9, 1e9 + 1.0]},
    digits=16,
)
