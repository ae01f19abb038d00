"""The cost of logistic regression, for two classes or more, and how it is minimised."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.minimisers.methods import Newton
from pellucid.minimisers.minimise import minimise
from pellucid.minimisers.task import Fit
from pellucid.models import costs, penalties
from pellucid.models.base import Array

MANY = 1_000_000  # cells of X beyond which Newton does not form the Hessian

Cost = Callable[..., Any]


def mean_cost(k: int, Cn: float, lengths: Any = None) -> Cost:
    """J(w, b) = mean(log_loss(Xw + b, y)) + |w|^2 / (2 C n).

    Parameters
    ----------
    k : int
        How many classes; with more than two, cross_entropy takes the place of log_loss.
    Cn : float
        C times the number of rows; infinity for no penalty.
    lengths : array that broadcasts to w, optional
        By which the columns of X were divided, and so the weights multiplied.

    Returns
    -------
    callable
        J of w (d,) or (d, k), b () or (k,), X (n, d), y (n,) or one-hot (n, k), and the
        weights s (n,) where rows count differently.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> round(float(mean_cost(2, np.inf)(np.zeros(1), 0.0, X, y)), 6)
    0.693147
    """
    loss_of = costs.log_loss if k == 2 else costs.cross_entropy

    def cost(w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
        z = X @ w + b  # (n,) or (n, k)
        loss = loss_of(z, y)  # (n,)
        if np.isinf(Cn):
            J = np.average(loss, weights=s)
        else:
            penalty = penalties.l2(w if lengths is None else w / lengths) / Cn
            J = np.average(loss, weights=s) + penalty
        return J

    return cost


def minimised(
    cost: Cost, start: Any, rows: Any, *, intercept: bool, **options: Any
) -> Fit:
    """Minimise J over (w, b), or over w alone where there is no intercept."""
    if intercept:
        return minimise(cost, start, *rows, **options)

    def without_intercept(w: Any, *rows: Any) -> Any:
        return cost(w, 0.0, *rows)

    w, b = start
    fit = minimise(without_intercept, (w,), *rows, **options)
    return dataclasses.replace(fit, x=(*fit.x, 0.0 * b))


def newton(
    k: int, Cn: float, start: Any, rows: Any, *, intercept: bool, **options: Any
) -> Fit:
    """Minimise J by Newton's method, on columns that are centred and of like length.

    The lengths are such that the Hessian at w = 0 has ones on its diagonal: there every
    p is 1/k, and H_jj = mean(x_j^2) p (1 - p) + 1 / (C n). Cost and optimum stay as
    they are. Without a penalty it stops when the classes turn out to be separable.
    """
    (w, b), (X, y, *s) = start, rows
    weights = s[0] if s else None
    mean = np.average(X, axis=0, weights=weights) * intercept  # (d,)
    X = X - mean
    squares = np.average(X**2, axis=0, weights=weights) * (k - 1) / k**2 + 1 / Cn
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    X /= lengths
    lengths = lengths if w.ndim == 1 else lengths[:, None]  # as w: (d,) or (d, 1)

    def done(_: int, J: float, x: Any) -> bool:
        u, *b = x
        return np.isinf(Cn) and separates(X @ u + sum(b), y)

    fit = minimised(
        mean_cost(k, Cn, lengths),
        (w * lengths, b + mean @ w),
        (X, y, *s),
        intercept=intercept,
        method=Newton() if X.size <= MANY else Newton(dense=0),
        callback=done,
        **options,
    )
    w = fit.x[0] / lengths
    return dataclasses.replace(fit, x=(w, fit.x[1] - mean @ w))


def separates(z: Array, y: Array) -> bool:
    """Whether every row is on the right side of its border.

    Then larger weights always lower the cost, and without a penalty it has no minimum.
    Albert & Anderson, "On the existence of maximum likelihood estimates in logistic
    regression models" (1984).
    """
    if z.ndim == 1:
        return bool(np.all(np.where(y > 0, z, -z) > 0))
    true = y > 0
    return bool(np.all(z[true] > np.max(np.where(true, -np.inf, z), axis=1)))


def likeliest(z: Array) -> Array:
    """The number of the class of each row: of the greatest z, or of two where z > 0."""
    index: Array = (z > 0).astype(int) if z.ndim == 1 else np.argmax(z, axis=1)
    return index
