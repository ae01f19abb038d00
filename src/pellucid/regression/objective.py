"""The cost of a linear model over all rows: value, slope and curvature in one visit.

    F(w, b) = sum_i s_i loss(z_i, y_i) + sum(ridge w^2) / 2,    z = Z w + b

With A = [Z 1] the gradient is A'g + ridge w and the Hessian A'Q A + ridge, where g and
Q are the derivatives of the loss in z, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.design import Design
from pellucid.regression.row_costs import RowCost
from pellucid.regression.rows import visited

Array = NDArray[Any]


@dataclass(frozen=True)
class Place:
    """The cost at parameters u = [w; b] (d + 1,) or (d + 1, k), and its slope there.

    `H` is the Hessian where it was asked for.
    """

    u: Array
    cost: float
    g: Array
    H: Array | None = None


@dataclass(frozen=True)
class Objective:
    """The cost of a linear model; see above.

    Parameters
    ----------
    design : Design
        Z (n, d).
    y : array (n,) or (n, k)
        Targets, as the loss takes them.
    s : array (n,)
        Weights of rows, whose sum is 1 for a mean.
    cost : RowCost
        The loss.
    ridge : array (d + 1,) or (d + 1, k)
        Of w and, as a rule 0, of b.
    """

    design: Design
    y: Array
    s: Array
    cost: RowCost
    ridge: Array

    def at(self, u: Array, *, curved: bool = False) -> Place:
        """The cost and its slope; with `curved`, of one output, the Hessian too."""
        found = visited(lambda blocks: self._part(u, blocks, curved), *self._size)
        J, g, H = (sum(parts) for parts in zip(*found, strict=True))
        pull = self.ridge * u
        if curved:
            H = np.asarray(H)
            H.flat[:: len(H) + 1] += self.ridge
        J, g = float(J + np.sum(pull * u) / 2), np.asarray(g + pull)
        return Place(u, J, g, H if curved else None)

    def product(self, u: Array, v: Array) -> Array:
        """The Hessian at u times v, both of the shape of u."""

        def part(blocks: list[slice]) -> Any:
            total: Any = 0.0
            for rows in blocks:
                Z = self.design.block(rows)
                z, dz = Z @ u[:-1] + u[-1], Z @ v[:-1] + v[-1]
                total = total + _across(Z, self._turned(z, dz, rows))
            return total

        return np.asarray(sum(visited(part, *self._size)) + self.ridge * v)

    @property
    def _size(self) -> tuple[int, int]:
        return self.design.shape[0], self.design.width

    def _turned(self, z: Array, dz: Array, rows: slice) -> Array:
        return self.cost.turned(z, self.y[rows], self.s[rows], dz)

    def _part(self, u: Array, blocks: list[slice], curved: bool) -> tuple[Any, ...]:
        """Cost, slope and Hessian of some blocks."""
        J: Any = 0.0
        g: Any = 0.0
        H: Any = 0.0
        look = self.cost.curved if curved else self.cost.sloped
        for rows in blocks:
            Z = self.design.block(rows)
            cost, slope, *q = look(Z @ u[:-1] + u[-1], self.y[rows], self.s[rows])
            J, g = J + cost, g + _across(Z, slope)
            if curved:
                A = np.column_stack([Z, np.ones(len(Z))])
                H = H + A.T @ (q[0][:, None] * A)
        return J, g, H

    def with_cost(self, cost: RowCost) -> Objective:
        """The same rows with another cost."""
        return replace(self, cost=cost)


def _across(Z: Any, g: Array) -> Array:
    """A'g with A = [Z 1]."""
    return np.concatenate([Z.T @ g, np.sum(g, axis=0)[None]])
