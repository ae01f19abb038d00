"""One step of a method as a graph: the cost, its gradient and the update together.

The parameters lie in as few arrays as the target likes. On NumPy and PyTorch all
leaves of one dtype are slices of one vector, so that a method steps once for all of
them; on JAX each leaf is an array of its own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import MinimiseError, TraceError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.gradient import value_and_gradient
from pellucid.graphs.graph import Graph
from pellucid.graphs.rewriting.stable import written_out
from pellucid.graphs.tracing.trace import is_float, is_numeric, trace
from pellucid.minimisers.first_order import clipped
from pellucid.minimisers.recording import (
    OneWayError,
    as_constants,
    compiled_with,
    is_by_value,
    once,
    whole,
)
from pellucid.minimisers.task import Options, Task
from pellucid.running.kinds import inputs_of

Array = NDArray[Any]


class Packing:
    """Which leaves lie in which array.

    Examples
    --------
    >>> packing = Packing([np.ones((2, 2)), np.zeros(3)], flat=True)
    >>> packing.packed([np.ones((2, 2)), np.zeros(3)])
    [array([1., 1., 1., 1., 0., 0., 0.])]
    >>> [leaf.shape for leaf in packing.unpacked([np.arange(7.0)])]
    [(2, 2), (3,)]
    """

    def __init__(self, leaves: Sequence[Array], flat: bool) -> None:
        self.flat = flat
        self.shapes = [leaf.shape for leaf in leaves]
        places: dict[Hashable, list[int]] = {}
        for i, leaf in enumerate(leaves):
            places.setdefault(leaf.dtype if flat else i, []).append(i)
        self.places = list(places.values())

    def packed(self, leaves: Sequence[Any]) -> list[Any]:
        """The arrays in which these leaves lie; plain NumPy, which can be traced."""
        if not self.flat:
            return list(leaves)
        groups = [[leaves[i] for i in places] for places in self.places]
        return [_end_to_end(group) for group in groups]

    def unpacked(self, arrays: Sequence[Any]) -> list[Any]:
        """The leaves as slices of the arrays."""
        if not self.flat:
            return list(arrays)
        found = {}
        for theta, places in zip(arrays, self.places, strict=True):
            begin = 0
            for i in places:
                end = begin + int(np.prod(self.shapes[i]))
                found[i] = theta[begin:end].reshape(self.shapes[i])
                begin = end
        return [found[i] for i in range(len(self.shapes))]


def _end_to_end(group: list[Any]) -> Any:
    if len(group) == 1:
        return np.ravel(group[0])
    return np.concatenate([np.ravel(leaf) for leaf in group])


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a step does besides: whether it tells the slope, and clips the gradient."""

    measured: bool = False
    clip_norm: float | None = None


class Step:
    """One step of a method on a task, as a graph for each number of rows.

    Attributes
    ----------
    count : int
        How many arrays the parameters lie in, the first of those that are kept.
    learned : int
        How many of them the method learns; the cost itself moves the rest.
    data : list of arrays
        What batches are taken from.
    """

    def __init__(
        self, task: Task, method: Any, settings: Settings, flat: bool, batched: bool
    ) -> None:
        self.task, self.method, self.settings = task, method, settings
        self.batched = batched
        self.packing = Packing(parted(_as_arrays(task), task.moves)[0], flat)
        self.learned = len(self.packing.places)
        parameters, states = self._first()
        self.count = len(parameters)
        self._states = structure.mapped(lambda _: 0.0, states)  # the structure alone
        self._like = [(a.shape, a.dtype) for a in _together(parameters, states)]
        self._given = structure.mapped(_contiguous, task.data)
        self._inputs: Callable[[Any], bool] = is_numeric
        self._of_rows: dict[int, Graph] = {}
        self._ready = None if batched else self._tried()
        self.data = [d for d in structure.leaves(self._given) if self._inputs(d)]

    def _first(self) -> tuple[list[Array], list[Any]]:
        learned, moving = parted(_as_arrays(self.task), self.task.moves)
        parameters = self.packing.packed(learned)
        return parameters + moving, [self.method.start(w) for w in parameters]

    def started(self) -> list[Array]:
        """The parameters at the start, and the state of the method."""
        return _together(*self._first())

    def __call__(self, rows: int) -> Graph:
        """The graph of a step on so many rows."""
        if self._ready is not None:
            return self._ready
        if rows not in self._of_rows:
            self._of_rows[rows] = self._recorded(rows)
        return self._of_rows[rows]

    def _tried(self) -> Graph:
        """The graph of a step on all rows.

        Arrays of integers are inputs too, or constants where they choose what is done.
        Where the cost asks for numbers, all data are constants, and it is recorded on
        the way that it goes at the start: it is run once more, side effects too.
        """
        for inputs in inputs_of(self._given):
            self._inputs = inputs
            with contextlib.suppress(TraceError):
                return self._recorded(0)
        self._inputs = is_nothing
        return self._recorded(0)

    def branches(self, rows: int) -> bool:
        """Whether it branches on parameters, so that a graph is one way of several.

        `rows` are those of a batch. A branch on these is refused, as it would be
        recorded anew for most batches.
        """
        try:
            return bool(self(rows).guards)
        except OneWayError as found:
            of_rows = found.graph.depending(found.graph.inputs[len(self._like) + 2 :])
            if any(guard.node in of_rows for guard in found.graph.guards):
                self._refuse(rows, found)
            return True

    def _refuse(self, rows: int, found: TraceError) -> NoReturn:
        """Refuse a branch on the rows of a batch, with what to write in its place."""
        try:
            self._traced(rows, self._inputs, follow=False)
        except TraceError as advice:
            found = advice
        raise TraceError(f"{found}\n{BY_ROWS}") from None

    def _recorded(self, rows: int) -> Graph:
        """The graph of a step, made once for equal costs."""
        make = functools.partial(self._graph, rows, self._inputs)
        if not is_by_value(self.method) or self._inputs is not is_numeric:
            return make()
        method = dataclasses.replace(self.method, rate=0.0)
        settings = self.settings, self.packing.flat, self.batched, rows
        return once(self.task, (method, settings), self.task.data, make)

    def x(self, kept: Sequence[Array]) -> Any:
        """The parameters in these arrays, as views, in the structure of the start."""
        leaves = iter(self._leaves(kept))
        return structure.mapped(
            lambda leaf: _as_kind(next(leaves), leaf), self.task.start
        )

    def _leaves(self, kept: Sequence[Any]) -> list[Any]:
        """The leaves of the start in these arrays, as views; plain NumPy."""
        learned = iter(self.packing.unpacked(kept[: self.learned]))
        moving = iter(kept[self.learned : self.count])
        return [next(moving if moves else learned) for moves in self.task.moves]

    def _graph(self, rows: int, is_input: Callable[[Any], bool]) -> Graph:
        """The graph of a step: of one way alone where all data are constants."""
        graph = self._traced(rows, is_input)
        return written_out(graph if is_input is is_nothing else whole(graph))

    def _traced(
        self, rows: int, is_input: Callable[[Any], bool], follow: bool = True
    ) -> Graph:
        data = tuple(d[:rows] for d in self._given) if self.batched else self._given
        if is_input is is_nothing:
            data, is_input = as_constants(data), is_numeric
        kept, rate = self.started(), 0.5
        graph = trace(self._function(), (kept, rate, 1.0, *data), {}, is_input, follow)
        _same_kinds(kept, graph, self.method)
        return graph

    def _function(self) -> Callable[..., Any]:
        """The step as a plain function of what is kept, the rate, t and the data."""
        task, packing, method = self.task, self.packing, self.method
        slopes = self._slopes()
        count, states = self.count, self._states
        measured, clip_norm = self.settings.measured, self.settings.clip_norm

        def step(kept: Any, rate: Any, t: Any, *data: Any) -> Any:
            w, state = kept[: self.learned], iter(kept[count:])
            cost, moved, g = slopes(self._leaves(kept), *data)
            g = packing.packed(g)
            slope = steepest(w, g) if measured else 0.0
            g = g if clip_norm is None else clipped(g, clip_norm)
            before = structure.mapped(lambda _: next(state), states)
            steps = zip(w, g, before, strict=True)
            after = [method.step(*each, rate, t) for each in steps]
            after_w, after_state = [w for w, _ in after], [state for _, state in after]
            return cost, slope, after_w + moved, after_state

        step.__name__ = f"{task.cost.__name__}_step"
        return step

    def _slopes(self) -> Callable[..., Any]:
        """The cost, what it moves and its gradient, of the leaves and the data."""
        task, moves = self.task, self.task.moves
        if not any(moves):
            both = value_and_gradient(task.cost, **task.rewriting)

            def of_all(leaves: Sequence[Any], *data: Any) -> Any:
                cost, g = both(self._tree(leaves), *data)
                return cost, [], list(structure.leaves(g))

            return of_all

        def given(learned: Any, moving: Any, *data: Any) -> Any:
            parts = iter(learned), iter(moving)
            leaves = [next(parts[each]) for each in moves]
            return task.cost_and_moved(self._tree(leaves), *data)

        aside = value_and_gradient(given, has_aux=True, **task.rewriting)

        def of_learned(leaves: Sequence[Any], *data: Any) -> Any:
            (cost, moved), g = aside(*parted(leaves, moves), *data)
            return cost, moved, g

        return of_learned

    def _tree(self, leaves: Sequence[Any]) -> Any:
        """Leaves in the structure of the start."""
        each = iter(leaves)
        return structure.mapped(lambda _: next(each), self.task.start)

    def compiled(self, options: Options) -> Callable[..., Iterator[Any]]:
        """A step of what is kept, the batch, rate and t; each way is recorded."""
        step = self._function()

        def on_data(kept: Any, *more: Any) -> Any:
            *data, rate, t = more
            return step(kept, rate, t, *data)

        on_data.__name__ = step.__name__
        data = () if self.batched else self._given
        return compiled_with(on_data, data, options, {"stable": False})


def parted(leaves: Sequence[Any], moves: Sequence[bool]) -> tuple[list[Any], list[Any]]:
    """What is learned, and what moves by itself.

    >>> parted("abc", [False, True, False])
    (['a', 'c'], ['b'])
    """
    pairs = list(zip(leaves, moves, strict=True))
    return [a for a, moves in pairs if not moves], [a for a, moves in pairs if moves]


BY_ROWS = "On all rows at once, without batch_size, a cost may branch."


def _together(parameters: list[Array], states: list[Any]) -> list[Array]:
    return [*parameters, *(np.asarray(s) for s in structure.leaves(states))]


def steepest(w: Sequence[Any], g: Sequence[Any]) -> Any:
    """The largest |g| max(|w|, 1): what the cost would change if w changed by its size.

    Dennis & Schnabel, "Numerical Methods for Unconstrained Optimization" (1983), 7.2.5.
    """
    pairs = [(a, b) for a, b in zip(w, g, strict=True) if a.size]
    slopes = [np.max(np.abs(b) * np.maximum(np.abs(a), 1.0)) for a, b in pairs]
    return np.max(np.array(slopes)) if len(slopes) > 1 else sum(slopes)


def _as_arrays(task: Task) -> list[Array]:
    """The leaves of the start as arrays.

    Python's floats take the dtype of the arrays that they meet (NEP 50).
    """
    leaves = list(structure.leaves(task.start))
    met = [v.dtype for v in [*leaves, *structure.leaves(task.data)]
           if is_float(v) and not isinstance(v, float)]  # fmt: skip
    dtype = np.result_type(*met) if met else np.dtype(float)
    return [np.asarray(v, dtype) if isinstance(v, float) else v for v in leaves]


def _contiguous(leaf: Any) -> Any:
    """An array in one piece, from which rows are taken fastest."""
    return np.ascontiguousarray(leaf) if np.ndim(leaf) and is_numeric(leaf) else leaf


def _as_kind(value: Any, leaf: Any) -> Any:
    return float(value) if isinstance(leaf, float) else value


def is_nothing(leaf: Any) -> bool:
    """Whether data are an input, where none are."""
    return False


def _same_kinds(kept: Sequence[Array], graph: Graph, method: Any) -> None:
    """Refuse a step whose results could not be the next one's arguments."""
    for before, after in zip(kept, graph.outputs[2:], strict=True):
        if (before.shape, before.dtype) != (after.shape, after.dtype):
            message = (
                f"A step of {type(method).__name__} turns {before.dtype}{before.shape} "
                f"into {after.dtype}{after.shape}; both must be the same."
            )
            raise MinimiseError(message)
