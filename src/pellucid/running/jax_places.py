"""Indices in JAX: a slice that moves with a loop is a window of fixed size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pellucid.graphs.operations.indexing import is_all, with_arrays
from pellucid.graphs.places import Number, Place, moves, placed, plus
from pellucid.running.jax_checks import axes_used
from pellucid.running.loops import NotAsLoopError
from pellucid.running.writing import SourceNames


class Window(NamedTuple):
    """Where the slices of an index move: first places, sizes, and the rest of it."""

    starts: str
    sizes: tuple[int, ...]
    rest: tuple[Any, ...]


class Indices:
    """Writes indices.

    JAX takes a place that moves as an integer; a slice only where it stands still. One
    that moves is `lax.dynamic_slice`, in which the rest of the index is looked up.
    """

    def __init__(self, names: SourceNames) -> None:
        self._names = names

    def read(self, x: str, shape: tuple[int, ...], at: Any, given: list[str]) -> str:
        """Write x[at]."""
        window = self._window(shape, at)
        if window is None:
            return f"{x}[{self._names.index(at, given)}]"
        seen = f"lax.dynamic_slice({x}, {window.starts}, {window.sizes})"
        return (
            seen
            if _is_whole(window)
            else f"{seen}[{self._names.index(window.rest, given)}]"
        )

    def put(
        self, x: str, shape: tuple[int, ...], at: Any, given: list[str], act: str
    ) -> str:
        """Write x after x[at] is set, or added to, as `act` says."""
        window = self._window(shape, at)
        if window is None:
            return f"{x}.at[{self._names.index(at, given)}].{act}"
        seen = f"lax.dynamic_slice({x}, {window.starts}, {window.sizes})"
        new = f"{seen}.at[{self._names.index(window.rest, given)}].{act}"
        return f"lax.dynamic_update_slice({x}, {new}, {window.starts})"

    def _window(self, shape: tuple[int, ...], at: Any) -> Window | None:
        """The window in which the slices of an index move; None where none does."""
        if not any(isinstance(part, slice) and moves(part) for part in at):
            return None
        starts, sizes = ["0"] * len(shape), list(shape)
        rest = list(at)
        for i, axis in _axes(at, len(shape)):
            if isinstance(at[i], slice) and moves(at[i]):
                starts[axis], sizes[axis], rest[i] = self._span(at[i], shape[axis])
        comma = "," if len(starts) == 1 else ""
        return Window(f"({', '.join(starts)}{comma})", tuple(sizes), tuple(rest))

    def _span(self, part: slice, size: int) -> tuple[str, int, slice]:
        """Where a slice that moves begins, how far it reaches, and its steps in that.

        It is as long in each turn, as a shape does not change.
        """
        first = range(*placed(part).indices(size))
        reach = (len(first) - 1) * abs(first.step) + 1 if first else 0
        start = part.start if isinstance(part.start, Place) else first.start
        if reach and isinstance(start, Place):
            start = _counted(start, size)
        if first.step < 0:
            start = plus(start, 1 - reach)
        text = self._names.number(start) if reach else "0"
        if isinstance(start, Place) and reach and start.least < 0:
            text = f"({text}) % {size}"
        return text, reach, slice(None, None, part.step)


def _counted(start: Place, size: int) -> Number:
    """The begin of a slice, from the front where it is from the end in each turn."""
    if start.least < -size or start.most >= size:
        raise NotAsLoopError(f"a slice that begins at {start} is cut off")
    return plus(start, size) if start.most < 0 else start


def _axes(at: Sequence[Any], ndim: int) -> list[tuple[int, int]]:
    """The position in an index of each part that stands for axes, and the first."""
    arrays = with_arrays(tuple(at))
    used = sum(map(axes_used, arrays))
    found, axis = [], 0
    for i, part in enumerate(arrays):
        found.append((i, axis))
        axis += ndim - used if part is Ellipsis else axes_used(part)
    return found


def _is_whole(window: Window) -> bool:
    """Whether nothing is left to look up."""
    return all(map(is_all, window.rest))
