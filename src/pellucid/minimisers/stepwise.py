"""Steps on a cost that branches on its parameters: each goes its own way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.steps import Step
from pellucid.minimisers.task import Options

Array = NDArray[Any]


class Stepwise:
    """Steps that are one call each, so that each may go another way.

    A `running.targets.Training`, and slower than those of the targets: these record one
    step and run a whole epoch inside, where nothing can go another way.
    """

    flat: ClassVar[bool] = True
    source = ""

    def __init__(self, step: Step, kept: Sequence[Array], options: Options) -> None:
        self._run, self._data = step.compiled(options), step.data
        self._kept = [np.array(array) for array in kept]

    @property
    def kept(self) -> list[Array]:
        """The parameters and the method's state now, as copies."""
        return self.first(len(self._kept))

    def first(self, count: int) -> list[Array]:
        """Copies of so many of the kept arrays, the parameters alone."""
        return [array.copy() for array in self._kept[:count]]

    def ended(self) -> list[Array]:
        """The kept arrays themselves; the training is over."""
        return self._kept

    def over(self, data: Sequence[Any]) -> None:
        """Take batches from these data from now on; see `running.targets.Training`."""
        self._data = list(data)

    def epoch(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Take a step on each batch; see `running.targets.Training.epoch`."""
        looks = []
        for i, (batch, rate) in enumerate(zip(batches, rates, strict=True), t + 1):
            rows = () if batch is None else [d[batch] for d in self._data]
            cost, slope, *after = self._run(self._kept, *rows, float(rate), float(i))
            looks.append((float(cost), float(slope)))
            if not math.isfinite(cost):
                break
            pairs = zip(after, self._kept, strict=True)
            self._kept = [np.asarray(now, before.dtype) for now, before in pairs]
        return np.array(looks).reshape(-1, 2)
