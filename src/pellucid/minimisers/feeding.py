"""Where mini-batches come from: rows in memory, or rows that pass through a buffer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError

Array = NDArray[Any]


@dataclass(frozen=True)
class Window:
    """Mini-batches of rows that are in memory together.

    Parameters
    ----------
    batches : list of arrays of int
        The numbers of the rows of each batch, among those in memory.
    fresh : bool
        Whether the rows in memory are others than those of the window before.
    """

    batches: list[Array]
    fresh: bool


class Feed(ABC):
    """Rows that steps are taken on, and the order in which they come.

    `arrays` are what is in memory: the batches of a window are rows of them. They stay
    where they are, while a feed may put other rows into them between two windows.
    """

    arrays: tuple[Any, ...]

    @property
    @abstractmethod
    def n(self) -> int:
        """How many rows an epoch has, about."""

    @abstractmethod
    def epoch(self, rng: np.random.Generator, size: int) -> Iterator[Window]:
        """Go through all rows once, in batches of a size, shuffled by a generator."""


@dataclass(frozen=True, eq=False)
class InMemory(Feed):
    """Rows that are all there: one window an epoch.

    Examples
    --------
    >>> feed = InMemory((np.arange(5.0),), 5)
    >>> (window,) = feed.epoch(np.random.default_rng(0), size=2)
    >>> [len(batch) for batch in window.batches], window.fresh
    ([2, 2, 1], False)
    """

    arrays: tuple[Any, ...]
    rows: int

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.rows

    def epoch(self, rng: np.random.Generator, size: int) -> Iterator[Window]:
        """Go through all rows once."""
        yield Window(cut(rng.permutation(self.rows), size), fresh=False)


def cut(order: Array, size: int) -> list[Array]:
    """Cut an order of rows into batches.

    >>> [batch.tolist() for batch in cut(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    return [order[begin : begin + size] for begin in range(0, len(order), size)]


def fed(data: Sequence[Any], batch_size: int | None) -> Feed | None:
    """The feed that data are, where they are one; it gives mini-batches.

    >>> fed((np.ones(3),), batch_size=None) is None
    True
    """
    if len(data) != 1 or not isinstance(data[0], Feed):
        return None
    if batch_size is None:
        raise MinimiseError("A feed gives mini-batches: give a batch_size with it.")
    return data[0]
