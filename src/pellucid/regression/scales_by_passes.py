"""Huber's loss with its scale, of rows that are read anew at each step; see `scales`.

    F(w, b, sigma) = sum_i s_i (sigma + H(r_i / sigma) sigma) + sum(ridge w^2) / 2

It is convex in all three together. With a = r / sigma and A = [Z 1 -a] its Hessian is
(2 / sigma) A' S A over the rows with |a| <= epsilon: one pass has it with the slope,
and Newton's method from the minimum of a sample is near in a few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.by_passes import Part
from pellucid.regression.design import with_ones
from pellucid.regression.objective import Form, Objective, Place
from pellucid.regression.row_costs import RowCost
from pellucid.regression.rows import rows_a_block, visited
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class StreamedHuber:
    """F of u = [w; b; sigma] (d + 2,) over the rows of a stream.

    Parameters
    ----------
    stream : Stream
        The rows.
    part : Part
        How they are seen.
    epsilon : float
        At how many sigma a residual is one of an outlier.
    """

    stream: Stream
    part: Part
    epsilon: float
    is_vast = False
    is_shifted = False

    @property
    def ridge(self) -> Array:
        """Of w; 0 of b and sigma."""
        return np.append(self.part.like.ridge, 0.0)

    @property
    def cost(self) -> RowCost:
        """The loss."""
        return self.part.like.cost

    def at(self, u: Array, form: Form | None = None) -> Place:
        """The cost, its slope and its Hessian, in one pass."""
        p = len(u)
        if not u[-1] > 0:
            return Place(u, np.inf, np.full(p, np.nan), np.full((p, p), np.nan))
        work = partial(_summed, self.part, self.epsilon, u)
        J, g, H = self.stream.summed(work, "Newton step")
        pull = self.ridge * u
        J, g = float(J + np.sum(pull * u) / 2), np.asarray(g + pull)
        H = H + np.diag(self.ridge)
        if not self.part.like.intercept:
            g[-2] = H[-2] = H[:, -2] = 0.0
        return Place(u, J, g, H)

    def value(self, u: Array) -> float:
        """The cost alone."""
        return self.at(u).cost if u[-1] > 0 else np.inf

    def slope(self, u: Array) -> Array:
        """The slope."""
        return self.at(u.astype(float)).g

    def sampled(self, u: Array) -> tuple[Objective, float] | None:
        """None: the start is near."""
        return None

    def worth(self, form: Form) -> float:
        """A Hessian costs no visit more."""
        return 1.0


def _summed(part: Part, epsilon: float, u: Array, chunk: Chunk) -> Several | None:
    """Cost, slope and Hessian of a chunk."""
    here = part(chunk)
    return None if here is None else Several(sums(here, epsilon, u))


def sums(rows: Objective, epsilon: float, u: Array) -> tuple[Any, Any, Any]:
    """Cost, slope and Hessian of rows in memory, without the ridge.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> from pellucid.regression.design import Dense
    >>> design = Dense(np.array([[-1.0], [1.0]]), np.zeros(1), np.ones(1))
    >>> y, s = np.array([-1.0, 9.0]), np.full(2, 0.5)
    >>> objective = Objective(design, y, s, RowCost(costs.huber), np.zeros(2))
    >>> J, g, H = sums(objective, 2.0, np.array([1.0, 0.0, 1.0]))
    >>> J, g
    (np.float64(15.0), array([-2., -2., -1.]))
    """
    sigma, n, d = u[-1], *rows.design.shape

    def of(block: slice) -> tuple[Any, Any, Any]:
        A, s = np.empty((block.stop - block.start, d + 2)), rows.s[block]
        A[:, :-1] = with_ones(rows.design, block)
        a = (A[:, :-1] @ u[:-1] - rows.y[block]) / sigma
        A[:, -1] = -a
        near = np.clip(a, -epsilon, epsilon)
        squares = near**2
        J = sigma * (s @ (1 + 2 * near * a - squares))
        g = np.append(A[:, :-1].T @ (2 * s * near), s @ (1 - squares))
        A *= np.sqrt((2 / sigma) * s * (np.abs(a) <= epsilon))[:, None]
        return J, g, A.T @ A

    def some(blocks: list[slice]) -> tuple[Any, Any, Any]:
        J, g, H = (sum(each) for each in zip(*map(of, blocks), strict=True))
        return J, g, H

    found = visited(some, n, d + 2, 4 * rows_a_block(d + 2))
    J, g, H = (sum(each) for each in zip(*found, strict=True))
    return J, g, H


def without_rows(objective: Objective) -> Objective:
    """The same of no rows, as what chunks are like."""
    none = objective.design.some(np.zeros(0, int))
    return replace(objective, design=none, y=objective.y[:0], s=objective.s[:0])
