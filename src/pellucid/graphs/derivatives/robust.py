"""Derivatives of the operations that NumPy lacks; see `operations.robust`."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.arrays import spread
from pellucid.graphs.derivatives.table import derivative
from pellucid.graphs.operations.robust import sigmoid, softmax


def log_sum(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The derivative of log-sum-exp is softmax."""
    return spread(g, x, axis, keepdims) * softmax(x, axis=axis)


def softened(g: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """P (g - sum(g p))."""
    return z * (g - np.sum(g * z, axis=axis, keepdims=True))


def log_softened(g: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """G - p sum(g), where p = softmax(x)."""
    return g - softmax(x, axis=axis) * np.sum(g, axis=axis, keepdims=True)


# fmt: off
derivative("sigmoid",     lambda g, z, x: g * (z * (1 - z)))          # p (1 - p)
derivative("softplus",    lambda g, z, x: g * sigmoid(x))             # p
derivative("log_loss",    lambda g, J, z, y: g * (sigmoid(z) - y),    # p - y
                          lambda g, J, z, y: -g * z)                  # -z
derivative("logsumexp",   log_sum)
derivative("softmax",     softened)
derivative("log_softmax", log_softened)
derivative("log_product", lambda g, z, x, **o: spread(g, x, **o) / x)  # 1/x
# fmt: on
