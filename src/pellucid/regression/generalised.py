"""Generalised linear models: a cost of rows is all that one needs.

    J(w, b) = sum_i s_i loss(x_i w + b, y_i) / sum(s) + |soft w|^2 / 2

The loss is a plain NumPy function, convex in its output; see `RowCost`. The columns are
centred and scaled inside, so that their units have no say in how w and b are found.

McCullagh & Nelder, "Generalized linear models" (1989).
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.regression import quasi_newton
from pellucid.regression.by_passes import Part, StreamedObjective, StreamedRows
from pellucid.regression.columns import Columns
from pellucid.regression.curvature import Curvature
from pellucid.regression.objective import Form, Objective, Place
from pellucid.regression.powers import near_one
from pellucid.regression.row_costs import RowCost

Array = NDArray[Any]

FEW = 1024  # outputs, of which the derivatives take less time than a recording
LARGE = 1000  # parameters, beyond which the Hessian is not formed


Cost = TypeVar("Cost", bound=Objective | StreamedObjective)


@dataclass(frozen=True)
class Generalised(Generic[Cost]):
    """A generalised linear model of some rows, in columns that are centred and scaled.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> from pellucid.regression.columns import Moments
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 4.0])
    >>> columns = Columns.of(Moments.of(X), soft=0.1, bend=1.0)
    >>> model = Generalised.of(RowCost(costs.poisson), columns, X, y)
    >>> watch = Watch(None, False, "J")
    >>> fit, _ = model.minimised((np.zeros(1), 0.0), Options(100, 1e-4), watch)
    >>> fit.x[0].round(4)
    array([0.6876])
    """

    columns: Columns
    objective: Cost
    lam: Array | None = None

    @classmethod
    def of(
        cls, cost: RowCost, columns: Columns, X: Array, y: Array,
        s: Array | None = None, *, intercept: bool = True, constant: Any = 0.0,
        l1: tuple[float, float] = (0.0, 0.0),
    ) -> Generalised[Objective]:  # fmt: skip
        """Rows X (n, d), y (n,) or (n, k), weights s (n,), and whether there is a b.

        The constant (n,) is added to the losses: it is what they lack to be least at 0.
        With l1 = (r, c) the penalty is (1 - r) |soft w|^2 / 2 + r c |soft w|_1.
        """
        s = np.ones(len(y)) if s is None else near_one(s)
        s = s / np.sum(s)
        cost = dataclasses.replace(cost, few=y.size <= FEW)
        ridge, lam = penalties(columns, y.ndim, l1)
        design = columns.design(X)
        added = float(np.sum(s * constant))
        objective = Objective(design, y, s, cost, ridge, intercept, added)
        return Generalised(columns, objective, lam)

    @classmethod
    def streamed(
        cls, cost: RowCost, columns: Columns, rows: StreamedRows, *,
        intercept: bool = True, l1: tuple[float, float] = (0.0, 0.0),
        beside: float = 0.0, watched: bool = False,
    ) -> Generalised[StreamedObjective]:  # fmt: skip
        """Rows that are read anew at each visit; see `StreamedObjective`."""
        y, s = rows.middle
        cost = dataclasses.replace(cost, few=rows.stream.n * y[0].size <= FEW)
        ridge, lam = penalties(columns, y.ndim, l1)
        design = columns.design(np.zeros((len(y), len(columns.mean))) + columns.middle)
        like = Objective(design, y, s, cost, ridge, intercept)
        part = Part(like, columns, rows.rows, rows.total)
        sample = part.of(*rows.sample)
        if sample is not None:
            sample = dataclasses.replace(sample, s=sample.s / np.sum(sample.s))
        objective = StreamedObjective(rows.stream, part, sample, beside, watched)
        return Generalised(columns, objective, lam)

    def minimised(
        self, start: tuple[Array, Any], options: Options, watch: Watch,
        method: str = "auto",
    ) -> tuple[Fit, Place]:  # fmt: skip
        """Find w and b, x of the Fit; and the place inside of the scaled columns.

        The method is "lbfgs", or Newton's.
        """
        w, b = start
        u = self.columns.inside(w, b)
        if isinstance(self.objective, StreamedObjective):
            fit, at = self._by_passes(self.objective, u, options, watch, method)
        elif self.lam is not None:
            from pellucid.regression import proximal

            fit, at = proximal.minimised(self.objective, self.lam, u, options, watch)
        elif self.is_large and method != "lbfgs":
            from pellucid.regression import conjugate

            fit, at = conjugate.minimised(self.objective, u, options, watch)
        else:
            fit, at = quasi_newton.minimised(self.objective, u, options, watch, method)
        return dataclasses.replace(fit, x=self.columns.outside(at.u)), at

    def _by_passes(
        self, objective: StreamedObjective, u: Array, options: Options, watch: Watch,
        method: str,
    ) -> tuple[Fit, Place]:  # fmt: skip
        """The same of a stream, of which each look at the cost is a pass."""
        if self.lam is not None:
            from pellucid.regression import proximal_passes

            return proximal_passes.minimised(objective, self.lam, u, options, watch)
        method = "lbfgs" if self.is_large else method
        return quasi_newton.minimised(objective, u, options, watch, method)

    @property
    def is_large(self) -> bool:
        """Whether products with the Hessian cost less than the Hessian."""
        if isinstance(self.objective, StreamedObjective):
            return math.prod(self.objective.shape) > LARGE
        n, d = self.objective.design.shape
        return n < d or (d + 1) * math.prod(self.objective.y.shape[1:]) > LARGE

    def onward(self, at: Place) -> Array:
        """Where Newton's next step would go, with the Hessian of the very place."""
        if self.is_large and isinstance(self.objective, Objective):
            from pellucid.regression import conjugate

            return conjugate.onward(self.objective, at)
        at = self.objective.at(at.u, Form())
        return Curvature.of(self.objective, at, Form()).step(at.g)


def penalties(
    columns: Columns, ndim: int, l1: tuple[float, float]
) -> tuple[Array, Array | None]:
    """The ridge, and the weights of absolute values, where there are some.

    Of targets (n,) they are (d + 1,), and (d + 1, 1) of targets (n, k).
    """
    soft = np.append(columns.softness, 0.0)  # (d + 1,)
    soft = soft if ndim == 1 else soft[:, None]
    ratio, strength = l1
    return (1 - ratio) * soft**2, ratio * strength * soft if ratio else None
