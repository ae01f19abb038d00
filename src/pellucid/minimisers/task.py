"""What is minimised, who watches, and what was found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError
from pellucid.graphs import structure
from pellucid.graphs.trace import is_float, title_of
from pellucid.show.progress import is_watched, progress

Callback = Callable[[int, float, Any], Any]


@dataclass(frozen=True)
class Fit:
    """What a minimisation found.

    Parameters
    ----------
    x : structure of `start`
        The parameters.
    fun : float
        The cost there.
    history : array
        Entry i is the cost at iteration i, from 0, the start; with mini-batches the
        mean cost of the batches of epoch i.
    nit : int
        Iterations, or epochs, that were taken.
    success : bool
        Whether it stopped because it had converged.
    message : str
        Which method, and why it stopped.
    """

    x: Any
    fun: float
    history: NDArray[np.float64]
    nit: int
    success: bool
    message: str


def fitted(x: Any, history: list[float], nit: int, message: str) -> Fit:
    """Sum up a minimisation; its message says whether it converged."""
    return Fit(x, history[-1], np.array(history), nit, "converged" in message, message)


class Task:
    """A cost as a function of one structure of parameters, which are floats."""

    def __init__(
        self, cost: Callable[..., Any], start: Any, data: tuple[Any, ...],
        rewriting: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.rewriting = dict(rewriting or {})
        spread = isinstance(start, tuple) and not hasattr(start, "_fields")
        self.start = structure.mapped(_as_float, start)
        self.data = tuple(_as_array(d) for d in data)

        def of_one(w: Any, *data: Any) -> Any:
            value = cost(*w, *data) if spread else cost(w, *data)
            if np.size(value) != 1:
                message = f"The cost has shape {np.shape(value)}; it is one number"
                raise MinimiseError(f"{message}: take np.sum or np.mean of it.")
            return np.reshape(value, ()) if np.ndim(value) else value

        of_one.__name__ = title_of(cost)
        self.cost = of_one

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(np.size(leaf) for leaf in structure.leaves(self.start))

    def parts(self, vector: NDArray[np.float64]) -> list[Any]:
        """The leaves of `start` filled from a flat vector."""
        leaves = list(structure.leaves(self.start))
        ends = list(itertools.accumulate(np.size(leaf) for leaf in leaves))
        return [
            _like(vector[end - np.size(leaf) : end], leaf)
            for leaf, end in zip(leaves, ends, strict=True)
        ]

    def rebuilt(self, vector: NDArray[np.float64]) -> Any:
        """The structure of `start` filled from a flat vector."""
        parts = iter(self.parts(vector))
        return structure.mapped(lambda _: next(parts), self.start)


class Watch:
    """Tells the person, and asks the callback, as the iterations go by."""

    def __init__(
        self, callback: Callback | None, verbose: bool | int, title: str
    ) -> None:
        self.callback = callback
        self.every = 0 if isinstance(verbose, bool) else int(verbose)
        self.bar = verbose is True and is_watched()
        self.tenths = verbose is True and not self.bar
        self.title = title

    def over(self, limit: int) -> Iterator[int]:
        """Count iterations from 1, under a bar where one is wanted and can be seen."""
        self.every = max(1, limit // 10) if self.tenths else self.every
        if not self.bar:
            yield from range(1, limit + 1)
            return
        with progress(f"minimise {self.title}", total=limit) as bar:
            for iteration in range(1, limit + 1):
                yield iteration
                bar.advance(figure=f"cost {self.cost:.6g}")

    def told(self, iteration: int, cost: float, x: Callable[[], Any]) -> bool:
        """Report one iteration; True when the callback wants to stop."""
        self.cost = cost
        if self.every and iteration % self.every == 0:
            print(f"iteration {iteration:>5}   cost {cost:.6f}")
        return bool(self.callback and iteration and self.callback(iteration, cost, x()))


def _as_array(data: Any) -> Any:
    """Lists and data frames as arrays; the rest as it is."""
    return np.asarray(data) if isinstance(data, list) or hasattr(data, "iloc") else data


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, (bool, np.bool_, str)) or leaf is None:
        raise MinimiseError(
            f"start holds {leaf!r}; it holds numbers and arrays of numbers."
        )
    if isinstance(leaf, (int, float, np.number)):
        return float(leaf)
    array = np.asarray(leaf)
    return array if is_float(array) else array.astype(float)


def _like(part: NDArray[np.float64], leaf: Any) -> Any:
    """A piece of the flat vector in the shape and kind of a leaf."""
    return (
        float(part[0])
        if isinstance(leaf, float)
        else part.reshape(leaf.shape).astype(leaf.dtype)
    )
