"""What a choice gives to one of its arguments: an adjoint under a condition.

Of z = where(c, x, y), dJ/dx is g where c holds, and 0 elsewhere, whatever g is there.
Whether and where these zeros are put in is left to the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.tracing.traced import node_of


class Mask(NamedTuple):
    """Where a condition holds, or where it does not."""

    condition: Any
    holds: bool = True

    @property
    def array(self) -> Any:
        """The mask as one array of booleans."""
        return self.condition if self.holds else np.logical_not(self.condition)

    def selected(self, g: Any) -> Any:
        """G with zeros put in where it does not count."""
        c, holds = self
        return np.where(c, g, 0.0) if holds else np.where(c, 0.0, g)

    def is_same(self, other: Mask) -> bool:
        """Whether two masks are one."""
        nodes = [node_of(mask.condition) for mask in (self, other)]
        return self.holds == other.holds and nodes[0] is nodes[1]

    def __and__(self, other: Mask | None) -> Mask:
        """Where both hold."""
        if other is None or self.is_same(other):
            return self
        return Mask(self.array & other.array)

    def __or__(self, other: Mask) -> Mask:
        """Where any of them holds."""
        return self if self.is_same(other) else Mask(self.array | other.array)


class Under(NamedTuple):
    """An adjoint that is g where it counts, and 0 elsewhere, whatever g is there."""

    g: Any
    mask: Mask


class Choice(NamedTuple):
    """How an adjoint is had with its zeros, and under a condition where poles are."""

    plain: Callable[[], Any]
    at_poles: Callable[[], Under]


def under(condition: Any, g: Any) -> Under:
    """G where a condition holds."""
    return Under(g, Mask(condition))


def outside(condition: Any, g: Any) -> Under:
    """G where a condition does not hold."""
    return Under(g, Mask(condition, holds=False))


def at_kink(share: Any) -> Any:
    """A share of a slope; of an infinite slope and 0, the 0."""
    return np.where(np.isinf(share), 0.0, share)
