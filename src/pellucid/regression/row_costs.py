"""The cost of a row as a function of its linear output, differentiated by its graph.

A cost of rows, such as `pl.costs.log_loss`, is a plain NumPy function of outputs z
(m,) or (m, k) and targets y that gives a number a row. What a method wants of it is
recorded and compiled once for all fits, for blocks of a few sizes: rows are filled up
with rows of weight 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import hvp, value_and_gradient
from pellucid.running.compiled import Compiled

Array = NDArray[Any]
Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class RowCost:
    """sum_i s_i loss(z_i, y_i) over a block of rows, and its derivatives in z.

    Parameters
    ----------
    loss : callable
        (z, y) -> a cost a row; a value, such as a function of a module or a frozen
        dataclass, for which programs are kept.
    target, device : str
        What computes, and where.
    few : bool
        Whether rows are few, so that to record a program takes longer than to compute
        what nobody asked for: then one gives all.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> one = np.ones(1)
    >>> J, g, q = RowCost(costs.log_loss).bent(0 * one, one, one)
    >>> J.round(4), g, q
    (np.float64(0.6931), array([-0.5]), array([0.25]))
    """

    loss: Loss
    target: str = "numpy"
    device: str | None = None
    few: bool = False

    def sloped(self, z: Array, y: Array, s: Array) -> tuple[Any, Array]:
        """The cost, and its gradient in z, of the shape of z."""
        if self.few:
            return self.along(z, y, s, np.ones(z.shape))[:2]
        found: tuple[Any, Array] = self._run(_sloped, z, y, s)
        return found

    def turned(self, z: Array, y: Array, s: Array, v: Array) -> Array:
        """Q v: what the gradient in z changes by along v, of the shape of z."""
        if self.few:
            return self.along(z, y, s, v)[2]
        found: Array = self._run(_turned, z, y, s, v)
        return found

    def along(self, z: Array, y: Array, s: Array, v: Array) -> tuple[Any, Array, Array]:
        """Cost, gradient and Q v, which have much in common."""
        found: tuple[Any, Array, Array] = self._run(_along, z, y, s, v)
        return found

    def bent(self, z: Array, y: Array, s: Array) -> tuple[Any, Array, Array]:
        """Cost, gradient and the second derivatives in each output alone, as z (m, k).

        Of k outputs they are the mean of v Q v over signs v, each row's its own, so
        that what is wrong with one row is not with the next: Bekas, Kokiopoulou & Saad,
        "An estimator for the diagonal of a matrix" (2007).
        """
        first, *others = np.ones((1, *z.shape)) if z.ndim == 1 else _signs(*z.shape)
        J, g, turned = self.along(z, y, s, first)
        q = first * turned + sum(v * self.turned(z, y, s, v) for v in others)
        return J, g, np.maximum(q / (1 + len(others)), 0)

    def curvature(self, z: Array, y: Array, s: Array) -> Array:
        """The second derivatives (m, k, k) of k outputs."""
        ways = np.eye(z.shape[1])
        turned = [self.turned(z, y, s, np.broadcast_to(e, z.shape)) for e in ways]
        return np.stack(turned, axis=-1)

    def _run(self, what: Callable[[Loss], Any], z: Array, *more: Array) -> Any:
        program, m = _program(what, self.loss, self.target, self.device), len(z)
        size = _size(m)
        if size == m:
            return program(z, *more)
        filled = program(*(_filled(array, size) for array in (z, *more)))
        if not isinstance(filled, tuple):
            return filled[:m]
        J, *others = filled
        return J, *(array[:m] for array in others)


def _sloped(loss: Loss) -> Any:
    return value_and_gradient(_summed(loss))


def _along(loss: Loss) -> Any:
    total = _summed(loss)

    def along(z: Any, y: Any, s: Any, v: Any) -> Any:
        return *value_and_gradient(total)(z, y, s), hvp(total)(z, y, s, v)

    return along


def _turned(loss: Loss) -> Any:
    return hvp(_summed(loss))


def _summed(loss: Loss) -> Any:
    def total(z: Any, y: Any, s: Any) -> Any:
        return np.sum(s * loss(z, y))

    return total


@cache
def _program(what: Any, loss: Loss, target: str, device: str | None) -> Compiled:
    return Compiled(what(loss), target, device)


@lru_cache(8)
def _signs(m: int, k: int) -> Array:
    """Two signs for each of k outputs of m rows, drawn; always the same.

    Of about half the pairs of outputs the product of the second is minus that of the
    first, so that in their mean nothing is left of what the pair shares.
    """
    first, second = np.random.default_rng(0).choice([-1.0, 1.0], (2, m, k))
    return np.stack([first, first * second])


def _size(m: int) -> int:
    """The next power of two, from 64 on."""
    return max(64, 1 << (m - 1).bit_length())


def _filled(array: Array, size: int) -> Array:
    """Rows of zeros behind: with them as weights, rows that count for nothing."""
    filled = np.zeros((size, *array.shape[1:]), array.dtype)
    filled[: len(array)] = array
    return filled
