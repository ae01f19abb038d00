"""Steps that stay on a GPU: recorded once for a batch shape, and replayed.

A kernel of a small network runs for less time than its launch takes. So one step is
captured as a CUDA graph, which the host then starts with a single call. What differs
from step to step (which rows, the rate, t) lies in tables on the device, read at a
position that the step itself moves on; so nothing is transferred while an epoch runs.

PyTorch's notes, "CUDA semantics: CUDA Graphs", say what a capture needs: inputs at
fixed addresses, a stream of its own, and a few runs beforehand on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import places
from pellucid.graphs.operations.kinds import LAPACK, PLACED

Array = NDArray[Any]
Tensor = torch.Tensor
Step = Callable[..., Sequence[Any]]
Capture = Callable[[Callable[[], None], Callable[[], None]], Callable[[], None]]

WARM_UPS = 3  # libraries choose their algorithms and allocate in their first runs


def looks(node: Node) -> bool:
    """Whether the host waits for a value: a mask, for example, tells the shape."""
    reads = facts_of(node.operation).reads
    if reads is PLACED:
        parts = [*places(node), *node.options["at"]]
        kinds = {getattr(part, "dtype", np.dtype(int)).kind for part in parts}
        return "b" in kinds
    if node.operation == "power":
        return node.dtype.kind == "i"
    named = node.operation in ("nanargmax", "nanargmin", "inverse_gaps")
    return named or reads is LAPACK


def captured(step: Callable[[], None], restart: Callable[[], None]) -> Any:
    """Record a step as a CUDA graph; what is given back replays it."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UPS):
            restart()
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    # Other threads may allocate meanwhile: only this thread's calls are watched.
    with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
        step()
    return graph.replay


def called(step: Callable[[], None], restart: Callable[[], None]) -> Any:
    """The step itself, for what cannot be captured."""
    return step


class Steps:
    """Steps on batches of one shape, with what they read and write at fixed addresses.

    Parameters
    ----------
    function : callable
        One step: kept arrays, rate, t and batch in; cost, slope and kept arrays out.
    kept : sequence of Tensor
        The parameters and the method's state, written in place.
    data : sequence of Tensor or float
        What batches are taken from.
    rows : int or None
        The length of a batch; None for all rows as they are.
    size : int
        How many steps an epoch may have.
    capture : callable
        `captured`, or `called`.
    """

    def __init__(
        self, function: Step, kept: Sequence[Tensor], data: Sequence[Any],
        rows: int | None, size: int, capture: Capture,
    ) -> None:  # fmt: skip
        device = kept[0].device
        self.size = size
        self.looks = torch.zeros((size, 2), dtype=torch.float64, device=device)
        self._function, self._kept, self._data = function, kept, data
        self._numbers = torch.zeros_like(self.looks)  # rate and t
        self._position = torch.zeros(1, dtype=torch.int64, device=device)
        self._order = None if rows is None else self._position.new_zeros(size, rows)
        before = [k.clone() for k in kept]
        self.take = capture(self._step, self._restart)
        self._restart()
        for k, b in zip(kept, before, strict=True):
            k.copy_(b)

    def begin(self, batches: Array | None, numbers: Array) -> None:
        """Put an epoch's rows (steps, rows), and its rates and t (steps, 2), there."""
        if self._order is not None and batches is not None:
            self._order[: len(batches)].copy_(torch.from_numpy(batches))
        self._numbers[: len(numbers)].copy_(torch.from_numpy(numbers))
        self._restart()

    def _restart(self) -> None:
        self._position.zero_()

    def _step(self) -> None:
        """One step, in calls that wait for nothing from the host."""
        rate, t = self._numbers.index_select(0, self._position)[0]
        cost, slope, *after = self._function(*self._kept, rate, t, *self._batch())
        look = self.looks.new_empty(1, 2)
        for place, value in zip(look[0], (cost, slope), strict=True):
            place.copy_(value) if isinstance(value, Tensor) else place.fill_(value)
        self.looks.index_copy_(0, self._position, look)
        for kept, value in zip(self._kept, after, strict=True):
            kept.copy_(value)
        self._position.add_(1)

    def _batch(self) -> list[Any]:
        if self._order is None:
            return list(self._data)
        rows = self._order.index_select(0, self._position)[0]
        return [d.index_select(0, rows) for d in self._data]


def epoch(
    variants: Callable[[int | None, int], Steps],
    batches: Sequence[Array | None], rates: Sequence[float], t: int,
) -> Array:  # fmt: skip
    """Take the steps of an epoch; the host only starts them and reads the costs.

    `variants` gives the steps for batches of so many rows, of which there are so many.
    """
    numbers = np.stack([np.asarray(rates, float), t + 1.0 + np.arange(len(rates))], 1)
    lengths = [None if b is None else len(b) for b in batches]
    places = {n: [i for i, m in enumerate(lengths) if m == n] for n in lengths}
    steps = {n: variants(n, len(where)) for n, where in places.items()}
    for n, where in places.items():
        rows = None if n is None else np.array([batches[i] for i in where], np.int64)
        steps[n].begin(rows, numbers[where])
    for n in lengths:
        steps[n].take()
    looks = np.empty((len(lengths), 2))
    for n, where in places.items():
        looks[where] = steps[n].looks[: len(where)].cpu().numpy()
    return looks
