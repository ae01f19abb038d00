"""Derivatives of the operations that NumPy lacks; see `operations.robust`."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.arrays import spread
from pellucid.graphs.derivatives.entering import derivative, zero
from pellucid.graphs.operations.robust import ratio, sigmoid, softmax


def log_sum(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The derivative of log-sum-exp is softmax."""
    return spread(g, x, axis, keepdims) * softmax(x, axis=axis)


def weight_share(g: Any, z: Any, x: Any, w: Any, **options: Any) -> Any:
    """The derivative of log(sum(w e^x)) by w: e^(x - z)."""
    whole = x + 0 * w
    return spread(g, whole, **options) * np.exp(whole - spread(z, whole, **options))


def weighted_share(g: Any, z: Any, x: Any, w: Any, **options: Any) -> Any:
    """The derivative of log(sum(w e^x)) by x: w e^(x - z), 0 where w is 0."""
    counted = np.where(w == 0, -np.inf, x)
    shares = w * np.exp(counted - spread(z, counted, **options))
    return spread(g, counted, **options) * shares


def softened(g: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """P (g - sum(g p))."""
    return z * (g - np.sum(g * z, axis=axis, keepdims=True))


def log_softened(g: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """G - p sum(g), where p = softmax(x)."""
    return g - softmax(x, axis=axis) * np.sum(g, axis=axis, keepdims=True)


# fmt: off
derivative("ratio",       lambda g, z, x, y: ratio(g, y),              # 1/y
                          lambda g, z, x, y: -ratio(g * z, y))        # -x/y^2
derivative("sigmoid",     lambda g, z, x: g * (z * (1 - z)))          # p (1 - p)
derivative("softplus",    lambda g, z, x: g * sigmoid(x))             # p
derivative("log1mexp",    lambda g, z, x: g * np.exp(-x) / -np.expm1(-x))  # 1/(e^x - 1)
derivative("log_loss",    lambda g, J, z, y: g * (sigmoid(z) - y),    # p - y
                          lambda g, J, z, y: -g * z)                  # -z
derivative("logsumexp",   log_sum)
derivative("log_weighted_sum", weighted_share, weight_share)
derivative("softmax",     softened)
derivative("log_softmax", log_softened)
zero("offset")
derivative("log_product", lambda g, z, x, **o: spread(g, x, **o) / x)  # 1/x
# fmt: on
