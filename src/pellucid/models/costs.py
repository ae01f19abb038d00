"""Costs: how wrong each output is, a number a row, neither summed nor averaged.

Each is the negative logarithm of a likelihood, up to a constant and a factor, so that
the smallest mean cost is the greatest likelihood:

- `squared_error`: the target is Gaussian about the output, with a fixed variance;
- `absolute_error`: Laplacian about the output; `huber`: Gaussian with Laplacian tails;
- `log_loss`: Bernoulli, true with probability sigmoid(z);
- `cross_entropy`: categorical, of class j with probability softmax(z)[j];
- `poisson`: a count with mean exp(z).

Where a row has several outputs, their costs are summed over the row. The formulas are
written so that nothing overflows or cancels; dtypes are kept.

Bishop, "Pattern Recognition and Machine Learning" (2006), sections 1.2.5 and 4.3;
Nelder & Wedderburn, "Generalized linear models" (1972).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.operations.robust import logsumexp

__all__ = [
    "absolute_error",
    "cross_entropy",
    "huber",
    "log_loss",
    "poisson",
    "squared_error",
]


def squared_error(output: Any, target: Any) -> Any:
    """Gaussian: (z - t)^2, without 1/2, summed over the outputs of a row.

    -log N(t; z, s^2) = (z - t)^2 / (2 s^2) + constant.

    Parameters
    ----------
    output : array (n,) or (n, k)
        z, what the model says.
    target : array of that shape
        t, what is true.

    Returns
    -------
    array (n,)
        The cost of each row.

    Raises
    ------
    ModelError
        When the shapes differ: (n, 1) against (n,) would compare all pairs of rows.

    References
    ----------
    Gauss, "Theoria motus corporum coelestium" (1809), section 175.

    Examples
    --------
    >>> squared_error(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 5.0]))
    array([0.  , 0.25, 4.  ])
    """
    target = _matched("squared_error", output, target)
    loss = (output - target) ** 2
    return _by_row(loss)


def absolute_error(output: Any, target: Any) -> Any:
    """Laplacian: |z - t|, summed over the outputs of a row.

    -log of exp(-|z - t| / s) / (2 s) = |z - t| / s + constant. The slope at z = t is 0.

    Parameters
    ----------
    output : array (n,) or (n, k)
        z, what the model says.
    target : array of that shape
        t, what is true.

    Returns
    -------
    array (n,)
        The cost of each row.

    Raises
    ------
    ModelError
        When the shapes differ.

    References
    ----------
    Laplace, "Mémoire sur la probabilité des causes par les évènements" (1774).

    Examples
    --------
    >>> absolute_error(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 5.0]))
    array([0. , 0.5, 2. ])
    """
    target = _matched("absolute_error", output, target)
    loss = np.abs(output - target)
    return _by_row(loss)


def huber(output: Any, target: Any, delta: float = 1.0) -> Any:
    """Gaussian near, Laplacian far: r^2 / 2 up to |r| = delta, a straight line beyond.

    With r = z - t, and c = r clipped to [-delta, delta], it is c (r - c / 2).

    Parameters
    ----------
    output : array (n,) or (n, k)
        z, what the model says.
    target : array of that shape
        t, what is true.
    delta : float
        Where the square ends, in the target's units.

    Returns
    -------
    array (n,)
        The cost of each row, with 1/2, as Huber has it; summed over a row's outputs.

    Raises
    ------
    ModelError
        When the shapes differ.

    References
    ----------
    Huber, "Robust estimation of a location parameter" (1964).

    Examples
    --------
    >>> huber(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 5.0]))
    array([0.   , 0.125, 1.5  ])
    """
    target = _matched("huber", output, target)
    r = output - target
    c = np.clip(r, -delta, delta)
    loss = c * (r - c / 2)
    return _by_row(loss)


def log_loss(output: Any, target: Any) -> Any:
    """Bernoulli: -t log p - (1 - t) log(1 - p) with p = sigmoid(z), from z itself.

    = log(1 + e^z) - t z = log(e^(-t z) + e^((1 - t) z)), where nothing cancels, nor in
    the gradient, which is p - t.

    Parameters
    ----------
    output : array (n,) or (n, k)
        z, the linear output, the logarithm of p / (1 - p).
    target : array of that shape
        t, 0 or 1, or the probability of 1.

    Returns
    -------
    array (n,)
        The cost of each row in nats; of k outputs, k independent events, the sum.

    Raises
    ------
    ModelError
        When the shapes differ.

    References
    ----------
    Cox, "The regression analysis of binary sequences" (1958).

    Examples
    --------
    >>> log_loss(np.array([0.0, 2.0, -800.0]), np.array([1.0, 1.0, 1.0]))
    array([6.93147181e-01, 1.26928011e-01, 8.00000000e+02])
    """
    target = _matched("log_loss", output, target)
    loss = np.logaddexp(-(target * output), (1 - target) * output)
    return _by_row(loss)


def cross_entropy(output: Any, target: Any) -> Any:
    """Categorical: -log p[j] for the true class j with p = softmax(z), from z itself.

    = log sum_i e^(z_i) - z_j; of probabilities t, log sum_i e^(z_i) - t . z.

    Parameters
    ----------
    output : array (n, k)
        z, the linear outputs, a row of k classes for each of n examples.
    target : array (n,) or (n, k)
        The index of the true class, or a row with 1 at the true class (one-hot).

    Returns
    -------
    array (n,)
        The cost of each row, in nats.

    Raises
    ------
    ModelError
        When the target is neither (n,) nor (n, k).

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs"
    (1990).

    Examples
    --------
    >>> z = np.array([[0.0, 0.0, 0.0], [800.0, 0.0, 0.0]])
    >>> cross_entropy(z, np.array([2, 1]))
    array([  1.09861229, 800.        ])
    """
    if np.ndim(target) == np.ndim(output) - 1:
        _compare("cross_entropy", output[..., 0], target)
        classes = np.arange(np.shape(output)[-1])
        target = np.expand_dims(target, -1) == classes  # (n, k)
    target = _matched("cross_entropy", output, target)
    return logsumexp(output, axis=-1) - np.sum(target * output, axis=-1)  # (n,)


def poisson(output: Any, target: Any) -> Any:
    """Count: e^z - t z, without the constant log t!, summed over the outputs of a row.

    -log of l^t e^(-l) / t! with l = e^z is e^z - t z + log t!.

    Parameters
    ----------
    output : array (n,) or (n, k)
        z, the linear output, the logarithm of the expected count.
    target : array of that shape
        t, the count.

    Returns
    -------
    array (n,)
        The cost of each row, in nats.

    Raises
    ------
    ModelError
        When the shapes differ.

    References
    ----------
    Nelder & Wedderburn, "Generalized linear models" (1972), section 3.2.

    Examples
    --------
    >>> poisson(np.array([0.0, 1.0]), np.array([3.0, 2.0]))
    array([1.        , 0.71828183])
    """
    target = _matched("poisson", output, target)
    loss = np.exp(output) - target * output
    return _by_row(loss)


def _by_row(loss: Any) -> Any:
    """Sum over the outputs of each row."""
    outputs = tuple(range(1, np.ndim(loss)))
    return np.sum(loss, axis=outputs) if outputs else loss  # (n,)


def _matched(cost: str, output: Any, target: Any) -> Any:
    """Give the target in the dtype of the output; refuse one of another shape."""
    _compare(cost, output, target)
    whole = isinstance(target, np.ndarray) and target.dtype.kind in "iub"
    return target.astype(output.dtype) if whole and np.ndim(output) else target


def _compare(cost: str, output: Any, target: Any) -> None:
    """Refuse a target that NumPy would stretch the output to."""
    z, t = np.shape(output), np.shape(target)
    fits = all(b in (1, a) for a, b in zip(z[::-1], t[::-1], strict=False))
    if len(t) > len(z) or not fits:
        message = (
            f"{cost}: expected a target for each output, got outputs of shape {z} and "
            f"targets of shape {t}; reshape one to the other."
        )
        raise ModelError(message)
