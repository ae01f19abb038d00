"""Perceptrons by L-BFGS on all rows: the steps and the words of scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.tracing.trace import title_of
from pellucid.minimisers.lbfgsb import Ended, lbfgsb
from pellucid.minimisers.task import Options, Task, Watch
from pellucid.models.base import Array
from pellucid.models.networks.network import Cost

SCALING = "https://scikit-learn.org/stable/modules/preprocessing.html"


@dataclass(frozen=True)
class CostOfAlpha:
    """A cost as a function of alpha too, so that it is recorded once for all alphas."""

    cost: Cost

    def __call__(self, layers: Any, alpha: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of the layers."""
        return replace(self.cost, alpha=alpha)(layers, X, y, s)


def learned(model: Any, rows: list[Array]) -> Ended:
    """The layers that a perceptron learns of rows, in float64 as in scikit-learn."""
    layers, *arrays = _doubled([model._layers, *rows])
    cost = CostOfAlpha(replace(model.cost, alpha=0.0))
    task = Task(cost, layers, (float(model.alpha), *arrays))
    where = {"target": model.target, "device": model.device}
    options = Options(model.max_iter, model.tol, **where)
    watch = Watch(None, model.verbose, title_of(model.cost))
    return lbfgsb(task, options, watch, model.max_fun)


def _doubled(tree: Any) -> Any:
    return structure.mapped(lambda a: a.astype(float, copy=False), tree)


def complaint(end: Ended, max_iter: int) -> str:
    """Why L-BFGS did not converge, in scikit-learn's words."""
    fit = end.fit
    message = (
        f"lbfgs failed to converge after {fit.nit} iteration(s) "
        f"(status={end.status}):\n{fit.message}\n"
    )
    if fit.nit == max_iter:
        message += (
            "\nIncrease the number of iterations to improve the "
            f"convergence (max_iter={max_iter})."
        )
    scaling = f"\nYou might also want to scale the data as shown in:\n    {SCALING}"
    return message + scaling
