"""The values of one feature that say which polynomials are orthogonal over the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SEEN = 4096  # points of a feature at most


@dataclass(frozen=True, eq=False)
class Points:
    """Different values in order, and what the rows that each stands for weigh.

    Of many some are taken, the least and the largest with them. They are added by +.

    Parameters
    ----------
    x : array (points,)
        The values.
    mass : array (points,)
        The weights.

    Examples
    --------
    >>> some = Points.of(np.array([3.0, 1.0, 3.0])) + Points.of(np.array([2.0, 3.0]))
    >>> some.x, some.mass
    (array([1., 2., 3.]), array([1., 1., 3.]))
    """

    x: Array
    mass: Array

    @classmethod
    def of(cls, x: Array, s: Array | None = None) -> Points:
        """Those of numbers (n,), with weights (n,) where there are some."""
        order = np.argsort(x)
        x = x[order]
        mass = np.ones(len(x)) if s is None else s[order]
        first = np.flatnonzero(np.append(True, x[1:] > x[:-1]))
        if len(first) > SEEN:
            first = first[np.linspace(0, len(first) - 1, SEEN).astype(int)]
        return cls(x[first], np.add.reduceat(mass, first))

    def __add__(self, other: Points) -> Points:
        """Those of the numbers of both."""
        x = np.concatenate([self.x, other.x])
        return Points.of(x, np.concatenate([self.mass, other.mass]))

    @property
    def one(self) -> Points:
        """The first alone, as of a feature that does not vary."""
        return Points(self.x[:1], np.sum(self.mass, keepdims=True))
