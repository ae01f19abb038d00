"""The way down to a minimum, whatever a step is: what ends it, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Options, Watch

Array = NDArray[Any]


@dataclass(frozen=True)
class Spot:
    """A place on the way: parameters, outputs, the cost and its slope."""

    u: Array
    z: Array
    cost: float
    r: Array


S = TypeVar("S", bound=Spot)


class Descent(Protocol[S]):
    """A way down; it has a reason where it ends."""

    reason: str

    def stepped(self, at: S) -> S | None:
        """Take a step; None where none lowers the cost any more."""
        ...


def descended(
    descent: Descent[S], at: S, options: Options, watch: Watch,
    found: Callable[[Array], Array] = np.asarray,
) -> tuple[S, list[float], str]:  # fmt: skip
    """Go down from a place; gives the last, the costs of all, and why it ends.

    Parameters
    ----------
    descent : Descent
        Takes the steps.
    at : Spot
        Where it begins.
    options : Options
        `limit` of steps.
    watch : Watch
        Is told of each step, and may stop it.
    found : callable
        Gives the parameters of which the watch is told from those of a place.
    """
    history: list[float] = []
    with watch.over(options.limit):
        for nit in range(options.limit + 1):
            history.append(at.cost)
            stopped = watch.told(nit, at.cost, lambda u=at.u: found(u))  # type: ignore[misc]
            reason = "stopped by the callback" if stopped else descent.reason
            if not reason and nit == options.limit:
                reason = f"reached max_iter, {options.limit}"
            after = None if reason else descent.stepped(at)
            if after is None:
                break
            at = after
    return at, history, reason or descent.reason
