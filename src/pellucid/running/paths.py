"""The paths that a function takes, a program each; guards tell which one fits.

A guard that fails tells its answer. What is recorded depends on answers alone, so that
only a path with the same answers before, and this one, can fit: the paths are a tree,
which is walked from guard to guard, and a new path is recorded where it ends.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import OtherPath
from pellucid.graphs.tracing.traced import raised_at_once
from pellucid.running.calls import Give
from pellucid.running.captures import Captures
from pellucid.running.targets import Program

PATHS = 64  # that are kept, for arguments of a kind


@dataclass(frozen=True, eq=False)
class Path:
    """The program of a path, its guards' answers, and the path as it was written."""

    program: Program
    give: Give
    answers: tuple[Any, ...]
    graph: Graph


class Paths:
    """The last paths that were taken with arguments of a kind.

    Parameters
    ----------
    first : Path
        The path of the arguments that came first.
    captures : Captures
        What all of them hold only for.
    record : callable
        The path that arguments take.
    """

    def __init__(
        self, first: Path, captures: Captures, record: Callable[..., Path]
    ) -> None:
        self.latest, self.captures, self._record = first, captures, record
        self._kept = OrderedDict({first.answers: first})
        self._lock = threading.Lock()

    @property
    def kept(self) -> list[Path]:
        """The paths, the one that was taken last at the end."""
        with self._lock:
            return list(self._kept.values())

    def taken(
        self, inputs: Sequence[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Path, Any]:
        """The path that arguments take, and the result.

        What NumPy raises on the way the function may catch: then it is recorded once
        more, and raises where it was written.
        """
        try:
            return self._walked(inputs, args, kwargs)
        except np.linalg.LinAlgError:
            with raised_at_once():
                path = self._record(args, kwargs)
            return path, path.program.graph.unguarded(*args, **kwargs)

    def _walked(
        self, inputs: Sequence[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Path, Any]:
        """The path that fits, and the result; no path is tried twice."""
        path: Path | None = self.latest
        tried: tuple[Path, ...] = ()
        while path is not None:
            try:
                result = path.give(path.program.run(*inputs))
            except OtherPath as other:
                tried = (*tried, path)
                before = path.answers[: other.place]
                path = self._fitting((*before, other.answer), tried)
            else:
                if tried:
                    self._keep(path)
                return path, result
        return self._new(len(inputs), args, kwargs)

    def _fitting(
        self, answers: tuple[Any, ...], tried: tuple[Path, ...]
    ) -> Path | None:
        """The path that was taken last of those whose guards begin with these."""
        for path in reversed(self.kept):
            if path.answers[: len(answers)] == answers and path not in tried:
                return path
        return None

    def _new(self, count: int, args: Any, kwargs: Any) -> tuple[Path, Any]:
        """Record the path of these arguments, which has so many inputs."""
        path = self._record(args, kwargs)
        graph = path.program.graph
        if len(graph.inputs) == count:  # else an array is a constant of it
            self._keep(path)
        values = graph.bind(*args, **kwargs)
        try:
            found = path.program.run(*(values[node] for node in graph.inputs))
        except OtherPath:
            # Where rounding decides, a recording has decided for these arguments.
            return path, graph.unguarded(*args, **kwargs)
        return path, path.give(found)

    def _keep(self, path: Path) -> None:
        with self._lock:
            self._kept[path.answers] = self.latest = path
            self._kept.move_to_end(path.answers)
            if len(self._kept) > PATHS:
                self._kept.popitem(last=False)
