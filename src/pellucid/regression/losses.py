"""The loss of all rows as a function of their linear outputs, and its curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.objective import quiet
from pellucid.regression.row_costs import RowCost
from pellucid.regression.rows import visited

Array = NDArray[Any]


class Loss(Protocol):
    """A loss at outputs z (n,) or (n, k)."""

    @property
    def value(self) -> float:
        """The loss."""
        ...

    @property
    def g(self) -> Array:
        """Its gradient in z, of the shape of z."""
        ...

    @property
    def size(self) -> float:
        """What a fall of it is measured by: all of it, as a rule."""
        ...

    @property
    def is_diagonal(self) -> bool:
        """Whether Q, of one output, is the diagonal of that curvature."""
        ...

    def curvature(self) -> Array:
        """The curvature of each row alone (n,), about."""
        ...

    def turned(self, v: Array) -> Array:
        """Q v, Q being the Hessian in z or what stands for it."""
        ...


class Losses(Protocol):
    """A convex function of outputs z (n,) or (n, k), in which rows may meet."""

    def at(self, z: Array) -> Loss:
        """What it is at outputs."""
        ...


@dataclass(frozen=True)
class RowLosses:
    """The sum of the costs of rows, of each its own output alone.

    Parameters
    ----------
    cost : RowCost
        Of a row.
    y, s : array (n,) or (n, k), array (n,)
        Targets and weights.
    """

    cost: RowCost
    y: Array
    s: Array

    def at(self, z: Array) -> Loss:
        """What it is at outputs, of few rows with their curvature."""
        look = self.cost.bent if self.cost.few and z.ndim == 1 else self.cost.sloped
        costs, *others = zip(*self.by_blocks(look, z), strict=True)
        return RowLoss(float(sum(costs)), self, z, *map(np.concatenate, others))

    def by_blocks(self, what: Callable[..., Any], z: Array, *more: Array) -> list[Any]:
        """What the cost gives of each block of rows."""

        def part(blocks: list[slice]) -> list[Any]:
            with quiet():
                return [what(z[i], self.y[i], self.s[i], *(array[i] for array in more))
                        for i in blocks]  # fmt: skip

        parts = visited(part, len(z), z[0].size)
        return [found for part in parts for found in part]


@dataclass(frozen=True)
class RowLoss:
    """The sum of the costs of rows at outputs z; of one output Q is the diagonal q."""

    value: float
    losses: RowLosses
    z: Array
    g: Array
    q: Array | None = None

    @property
    def size(self) -> float:
        """All of it."""
        return self.value

    @property
    def is_diagonal(self) -> bool:
        """It is."""
        return True

    def curvature(self) -> Array:
        """The mean over outputs of the curvature of each row (n,)."""
        z, total = self.z, np.zeros(len(self.z))
        if z.ndim == 1:
            return self.bends
        for c in range(z.shape[1]):
            e = np.zeros_like(z)
            e[:, c] = 1.0
            total += self.turned(e)[:, c]
        return np.asarray(np.maximum(total, 0) / z.shape[1])

    def turned(self, v: Array) -> Array:
        """Q v."""
        return self.bends * v if v.ndim == 1 else self._turned(v)

    @cached_property
    def bends(self) -> Array:
        """The diagonal q (n,) of one output."""
        found = self._turned(np.ones_like(self.z)) if self.q is None else self.q
        return np.asarray(np.maximum(found, 0))

    def _turned(self, v: Array) -> Array:
        by_blocks, turned = self.losses.by_blocks, self.losses.cost.turned
        return np.concatenate(by_blocks(turned, self.z, v))
