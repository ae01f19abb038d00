"""How certain the parameters of a sum of squares are: covariance, errors, summary.

With the Jacobian A of n residuals q in p parameters, of rank r, at the minimum,

    s^2 = q'q / (n - r)      the variance of a residual, and
    C   = s^2 (A'A)^-1       the covariance of the parameters,

to first order. The scale of the residuals is found from the residuals themselves (as
`scipy.optimize.curve_fit` does by default, R's nls, and NIST's certified values), so
that weights count as relative: a factor of all of them changes nothing.

Seber & Wild, "Nonlinear Regression" (1989), section 2.1.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.tracing.trace import signature_of
from pellucid.minimisers.full_batch import Vector, flat
from pellucid.minimisers.residuals import Factors, Place, Residuals, residuals_of
from pellucid.minimisers.sums_of_squares import sum_of_squares
from pellucid.minimisers.task import Options, Task

if TYPE_CHECKING:
    from pellucid.show.summary import Summary


@dataclass(frozen=True)
class Certainty:
    """What the residuals say of the parameters.

    Parameters
    ----------
    names : sequence of str
        The parameters, p of them.
    w : array (p,)
        Their values.
    covariance : array (p, p)
        C; a parameter that the data do not determine has the variance inf, and nan
        beside the others. All of it is nan where no residual is left over, n = r.
    rank : int
        How many directions of the parameters the residuals determine, r.
    count : int
        How many residuals have a weight, n.
    squares : float
        q'q.
    standard_errors : structure of the parameters
        sqrt(C_ii).
    """

    names: Sequence[str]
    w: Vector
    covariance: Vector
    rank: int
    count: int
    squares: float
    standard_errors: Any

    @classmethod
    def at(cls, task: Task, residuals: Residuals, place: Place) -> Certainty:
        """What the residuals say at a place."""
        D, count = place.lengths, residuals.squares.count
        factors = Factors.of(place, D, residuals.eps)
        rank, squares = factors.rank, float(place.q @ place.q)
        variance = squares / (count - rank) if count > rank else np.nan
        known, unknown = factors.Vt[:rank], _null_space(factors.Vt[:rank])
        T = known.T / factors.S[:rank] / D[:, None]  # (p, r), C = s^2 T T'
        C = variance * (T @ T.T)
        free = np.linalg.norm(unknown, axis=0) > 1e-7
        C[free, :] = C[:, free] = np.nan
        C[free, free] = np.inf
        like_x = task.rebuilt(np.sqrt(np.diag(C)))
        return cls(names_of(task), place.w, C, rank, count, squares, like_x)

    @property
    def freedom(self) -> int:
        """Residuals that are left over, n - r."""
        return max(self.count - self.rank, 0)

    @property
    def scale(self) -> float:
        """The residual standard error s, in the unit of the residuals."""
        return float(np.sqrt(self.squares / self.freedom)) if self.freedom else np.nan

    @property
    def errors(self) -> Vector:
        """The standard error of each parameter."""
        found: Vector = np.sqrt(np.diag(self.covariance))
        return found

    def summary(self, title: str) -> Summary:
        """A row a parameter, and the figures of the fit."""
        import pandas as pd

        from pellucid.show.estimates import estimates
        from pellucid.show.summary import Summary

        index = pd.Index(self.names, name="parameter")
        figures: dict[str, Any] = {
            "residuals": self.count,
            "parameters": len(self.w),
            "degrees of freedom": self.freedom,
            "residual standard error": self.scale,
            "sum of squares": self.squares,
        }
        if self.rank < len(self.w):
            figures["rank"] = self.rank
        freedom = max(self.freedom, 1)
        return Summary(title, figures, estimates(self.w, self.errors, freedom, index))


def certainty_of(task: Task, x: Any, options: Options) -> Certainty | None:
    """What the residuals say at x; None where the cost is not seen as their squares."""
    squares = sum_of_squares(task)
    if squares is None:
        return None
    residuals = residuals_of(task, squares, options)
    place = residuals.place(flat(list(structure.leaves(x))))
    return Certainty.at(task, residuals, place) if place.is_finite else None


def names_of(task: Task) -> list[str]:
    """A name for each number of the start, as the cost calls it.

    Examples
    --------
    >>> names_of(Task(lambda a, b: a + b @ b, (1.0, np.ones(2)), ()))
    ['a', 'b[0]', 'b[1]']
    """
    given = list(signature_of(task.given, (task.start,)).parameters)
    start = task.start if task.spread else (task.start,)
    names = [*given, *(f"x{i}" for i in range(len(given), len(start)))]
    found = []
    for (i, *path), leaf in structure.paths(tuple(start)):
        at_root = path and isinstance(path[0], str)
        name = structure.path_text(tuple(path) if at_root else (names[i], *path))
        places = np.ndindex(np.shape(leaf))
        found += [name + (f"{list(place)}" if place else "") for place in places]
    return found


def _null_space(known: Vector) -> Vector:
    """Directions (p - r, p) at right angles to those that are known."""
    return np.linalg.svd(known)[2][len(known) :]
