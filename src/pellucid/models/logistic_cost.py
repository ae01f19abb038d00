"""The cost of logistic regression, for two classes or more, and how it is minimised."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.operations.robust import log_loss
from pellucid.minimisers.task import Callback, Fit, Options, Watch
from pellucid.models import costs, penalties
from pellucid.models.base import Array
from pellucid.regression.by_passes import margins, reach
from pellucid.regression.columns import Columns, Moments
from pellucid.regression.generalised import Generalised
from pellucid.regression.objective import Objective, Place
from pellucid.regression.row_costs import RowCost
from pellucid.statistics.separation import are_separable

SEPARABLE = (
    "LogisticRegression: the classes are separable, wholly or in part, so that larger "
    "weights always lower the cost, and without a penalty it has no minimum; give a "
    "finite C, as C=1."
)
MOVED = 0.1  # by which the next step of Newton's moves no output of an optimum
FAR = 25.0  # between outputs, where curvature is lost beside that of other rows


def loss_of(k: int) -> Callable[[Any, Any], Any]:
    """The cost of a row of k classes, from its linear output."""
    return log_loss if k == 2 else costs.cross_entropy


@dataclass(frozen=True)
class MeanCost:
    """J(w, b) = mean(loss(Xw + b, y)) + ((1 - r) |v|^2 / 2 + r |v|_1) / (C n).

    Parameters
    ----------
    k : int
        How many classes: log loss of two, cross-entropy of more.
    Cn : float
        C times the rows, or the sum of their weights; infinity for no penalty.
    l1_ratio : float
        r.
    scale : array (d,) or (d, 1), optional
        v = scale w: the weights of columns divided by their scales; v = w without.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    >>> round(float(MeanCost(2, np.inf)(np.zeros(1), 0.0, X, y)), 6)
    0.693147
    """

    k: int
    Cn: float
    l1_ratio: float = 0.0
    scale: Array | None = None

    def __call__(self, w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of w (d,) or (d, k), b () or (k,), X (n, d), y (n,) or (n, k), s (n,)."""
        z = X @ w + b  # (n,) or (n, k)
        loss = loss_of(self.k)(z, y)  # (n,)
        J = np.average(loss, weights=s)
        if np.isfinite(self.Cn):
            v = w if self.scale is None else self.scale * w
            penalty = elastic(v, self.l1_ratio)
            J = J + penalty / self.Cn
        return J

    def columns(self, moments: Moments) -> Columns:
        """Columns, scaled so that a Hessian at w = 0 has ones on its diagonal."""
        soft = self.Cn**-0.5 * (1.0 if self.scale is None else self.scale.ravel())
        bend = (self.k - 1) / self.k**2  # at w = 0, where every p is 1 / k
        return Columns.of(moments, soft, bend)


def elastic(w: Any, l1_ratio: float) -> Any:
    """The penalty (1 - r) |w|^2 / 2 + r |w|_1 (Zou & Hastie 2005)."""
    if not l1_ratio:
        return penalties.l2(w)
    return (1 - l1_ratio) * penalties.l2(w) + l1_ratio * penalties.l1(w)


def descended(
    cost: Any, start: Any, rows: Any, *, intercept: bool, **options: Any
) -> Fit:
    """Minimise J over (w, b), or over w alone where there is no intercept."""
    from pellucid.minimisers.minimise import minimise

    if intercept:
        return finite(minimise(cost, start, *rows, **options))

    w, b = start
    follow = options.pop("callback", None)

    def without_intercept(w: Any, *rows: Any) -> Any:
        return cost(w, 0.0, *rows)

    def callback(count: int, J: float, x: Any) -> Any:
        return follow and follow(count, J, (*x, 0.0 * b))

    fit = minimise(without_intercept, (w,), *rows, callback=callback, **options)
    return dataclasses.replace(finite(fit), x=(*fit.x, 0.0 * b))


def finite(fit: Fit) -> Fit:
    """The fit; one that came to nan or inf is refused."""
    if np.isfinite(fit.fun) and np.isfinite(fit.x[0]).all():
        return fit
    reason = fit.message.partition(";")[0]
    raise ModelError(
        f"LogisticRegression: {reason}; lower learning_rate or start, bring the "
        'features to like scales, or take solver="auto".'
    )


def solved(
    cost: MeanCost, start: Any, rows: Any, options: Options, *,
    intercept: bool, verbose: bool | int, callback: Callback | None = None,
    method: str = "auto",
) -> tuple[Fit, bool]:  # fmt: skip
    """Minimise J, on columns that are centred and of like length.

    Cost and optimum stay as they are, whatever the scale of a column. Also says whether
    the classes are separable, wholly or in part, so that without a penalty there is no
    optimum; where all rows show that, it stops.
    """
    X, y, *s = rows
    columns = cost.columns(Moments.of(X, s[0] if s else None, intercept))
    free = np.isinf(cost.Cn)
    loss = RowCost(loss_of(cost.k), options.target, options.device)
    l1 = cost.l1_ratio, cost.Cn**-0.5
    model = Generalised.of(loss, columns, X, y, *s, intercept=intercept, l1=l1)

    def apart(u: Array) -> bool:
        return free and separates(model.objective.outputs(u), y)

    def done(count: int, J: float, u: Array) -> bool:
        return bool(callback and callback(count, J, columns.outside(u))) or apart(u)

    watch = Watch(done if callback or free else None, verbose, "J")
    fit, at = model.minimised(start, options, watch, method)
    separable = apart(at.u)
    if free and not separable and is_doubtful(model, at):
        of = likeliest(y)
        separable = are_separable(X, of, cost.k, intercept=intercept)
    return finite(fit), separable


def deviations(X: Array, s: Array | None = None) -> Array:
    """The standard deviation of each column (d,), 1 where it does not vary."""
    return Moments.of(X, s).deviation


def is_doubtful(model: Generalised[Objective], at: Place) -> bool:
    """Whether there may be no optimum near.

    Where some rows can be told apart for ever, the next step of Newton's moves their
    outputs by 1 at least, wherever one is; from an optimum it moves none.
    """
    step = model.objective.outputs(model.onward(at))
    return bool(
        reach(step).max() > MOVED or reach(model.objective.outputs(at.u)).max() > FAR
    )


def separates(z: Array, y: Array) -> bool:
    """Whether every row is on the right side of its border.

    Larger parameters then always lower the cost, and without a penalty it has no
    minimum: Albert & Anderson, "On the existence of maximum likelihood estimates in
    logistic regression models" (1984).
    """
    return bool(np.min(margins(z, y)) > 0)


def likeliest(z: Array) -> Array:
    """The number of the class of each row: of the greatest z, or of two where z > 0."""
    index: Array = (z > 0).astype(int) if z.ndim == 1 else np.argmax(z, axis=1)
    return index
