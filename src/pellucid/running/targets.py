"""The targets: what a graph can be made runnable on."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import PellucidError, needs
from pellucid.graphs.graph import Graph

TARGETS = ("numpy", "jax", "torch")  # each a library, and the extra that brings it

Array = NDArray[Any]


class Program(Protocol):
    """A graph made runnable: flat inputs in, flat outputs out.

    Where a guard of the graph does not hold, `run` raises `guards.OtherPath`.
    """

    graph: Graph
    source: str

    def __init__(self, graph: Graph, device: str | None = None) -> None: ...

    def run(self, *inputs: Any) -> tuple[Any, ...]:
        """The values of the outputs for values of the inputs."""
        ...


class Training(Protocol):
    """Steps of a method on mini-batches, with the parameters kept inside the target.

    `step(rows)` gives the graph of one step on so many rows. Its inputs are the arrays
    that are kept, the learning rate, the number t of the step and the batch; its
    outputs the cost, the slope, and the kept arrays after the step. `data` is what
    batches are taken from, along the first axis.
    """

    flat: ClassVar[bool]  # whether parameters come as one vector a dtype
    source: str

    def __init__(
        self, step: Callable[[int], Graph], kept: Sequence[Array],
        data: Sequence[Any], device: str | None = None,
    ) -> None: ...  # fmt: skip

    @property
    def kept(self) -> list[Array]:
        """The kept arrays now, as copies."""
        ...

    def first(self, count: int) -> list[Array]:
        """Copies of so many of the kept arrays, the parameters alone."""
        ...

    def ended(self) -> list[Array]:
        """The kept arrays themselves; the training is over and holds no memory."""
        ...

    def over(self, data: Sequence[Any]) -> None:
        """Take batches from these data from now on: arrays like those before."""
        ...

    def epoch(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Take a step on each batch (row numbers, or None for all rows).

        Gives (steps, 2): the cost and the slope of each. A cost that is not finite ends
        the epoch: its row is the last, and the kept arrays are as before its step.
        """
        ...


class Target(Protocol):
    """A module with a `Program` and a `Training`."""

    Program: type[Program]
    Training: type[Training]


def target(name: str) -> Target:
    """The module of a target; its library is imported now.

    Raises
    ------
    PellucidError
        For a target that there is not.
    MissingExtraError
        For one whose library is not installed.
    """
    if name not in TARGETS:
        message = f"There is no target {name!r}; there are {', '.join(TARGETS)}."
        raise PellucidError(message)
    needs(name, extra=name)
    return cast(Target, importlib.import_module(f"pellucid.running.{name}"))


def rows_of(batch: Array | None, data: Sequence[Any]) -> int:
    """How many rows a step takes: those of its batch, or all."""
    if batch is not None:
        return len(batch)
    return next((len(d) for d in data if np.ndim(d)), 0)
