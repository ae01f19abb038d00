"""The PyTorch target: a graph as one function of tensors, with loops for its loops.

No autograd is involved: the graph holds its own derivative. What NumPy and torch see
differently (dtypes, numbers of no axes, indices) is settled when the program is made,
see `torch_wrapping` and `torch_places`; `torch_operations` is the table of operations.

Products of float32 matrices on CUDA are as exact as torch is told globally: a person
who wants TF32 says `torch.set_float32_matmul_precision("high")`.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from pellucid.graphs.graph import Graph
from pellucid.running import torch_steps
from pellucid.running.cache import Kept, structure_of
from pellucid.running.targets import rows_of
from pellucid.running.torch_arrays import device_of, given_back, taken, tensor_of
from pellucid.running.torch_steps import looks
from pellucid.running.torch_writing import Writer
from pellucid.running.writing import made

Array = NDArray[Any]
Tensor = torch.Tensor
# What torch raises of a singular matrix: a RuntimeError, there.
SINGULAR = torch.linalg.LinAlgError  # type: ignore[attr-defined]


@contextlib.contextmanager
def as_numpy_raises() -> Iterator[None]:
    """Raise NumPy's error of a singular matrix for that of torch."""
    try:
        yield
    except SINGULAR as error:
        raise np.linalg.LinAlgError(str(error)) from None


class Program:
    """A graph as source and as a function of the values of its inputs.

    Parameters
    ----------
    graph : Graph
        What to run.
    device : str or None
        Torch's name for it: "cpu" (None), "cuda", "cuda:1", "mps".

    Raises
    ------
    PellucidError
        For a device that there is not, and for an operation or dtype that torch lacks.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> program = Program(pl.graph(lambda x: np.exp(x) + 1.0, np.zeros(2)))
    >>> program.run(np.array([0.0, 1.0]))
    (array([2.        , 3.71828183]),)
    """

    def __init__(self, graph: Graph, device: str | None = None) -> None:
        self.graph = graph
        self.device = device_of(device)
        writer = Writer(graph, self.device)
        self.source = writer.written()
        self.function = made(self.source, graph.title, writer.names.fixed)
        self._looks = any(map(looks, writer.steps))
        self._inputs = [None if n.weak else n.dtype for n in graph.inputs]

    @property
    def is_capturable(self) -> bool:
        """Whether the host need not look at a value while it runs."""
        return self.device.type == "cuda" and not self._looks

    def run(self, *inputs: Any) -> tuple[Any, ...]:
        """The values of the outputs for values of the inputs."""
        given = zip(inputs, self._inputs, strict=True)
        with torch.inference_mode():
            tensors = [taken(value, dtype, self.device) for value, dtype in given]
            with as_numpy_raises():
                found = self.function(*tensors) or ()
            return tuple(map(given_back, found))


# -- training -------------------------------------------------------------------------

PROGRAMS: Kept[Program] = Kept(size=64)


def program_of(graph: Graph, device: str | None) -> Program:
    """The program of a graph, made once for graphs of equal structure."""
    key = structure_of(graph), device_of(device)
    return PROGRAMS.of(key, lambda: Program(graph, device))


class Training:
    """Epochs of steps, with parameters, state and data in tensors on the device.

    See `targets.Training`. On a GPU a step is captured once for each batch shape, and
    replayed; see `torch_steps`.

    Raises
    ------
    PellucidError
        For a device that there is not.
    """

    flat: ClassVar[bool] = True

    def __init__(
        self, step: Callable[[int], Graph], kept: Sequence[Array],
        data: Sequence[Any], device: str | None = None,
    ) -> None:  # fmt: skip
        self._step, self._device = step, device
        self._capture: torch_steps.Capture = torch_steps.captured
        self._on_gpu = device_of(device).type == "cuda"
        self._programs: dict[int, Program] = {}
        self._batches: dict[int, list[Tensor]] = {}
        self._steps: dict[int | None, torch_steps.Steps] = {}
        with torch.inference_mode():
            self._kept = [self._put(np.array(a)) for a in kept]
            self._data: list[Any] = [
                d if type(d) is float else self._put(d) for d in data
            ]

    def _put(self, array: Any) -> Tensor:
        return tensor_of(np.asarray(array), device_of(self._device))

    @property
    def kept(self) -> list[Array]:
        """The kept arrays now, as copies."""
        return self.first(len(self._kept))

    def first(self, count: int) -> list[Array]:
        """Copies of so many of the kept arrays, the parameters alone."""
        return [np.array(k.cpu().numpy()) for k in self._kept[:count]]

    def ended(self) -> list[Array]:
        """The kept arrays themselves; the training is over and holds no memory."""
        for memory in (self._programs, self._batches, self._steps):
            memory.clear()
        return [k.cpu().numpy() for k in self._kept]

    @property
    def source(self) -> str:
        """What runs, as Python."""
        return next(iter(self._programs.values())).source

    def over(self, data: Sequence[Any]) -> None:
        """Take batches from these data from now on, in the memory of those before."""
        with torch.inference_mode():
            for rows, now in zip(self._data, data, strict=True):
                rows.copy_(self._put(now))

    def epoch(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Take a step on each batch; gives the cost and the slope of each."""
        with torch.inference_mode(), as_numpy_raises():
            if self._on_gpu:
                with torch.cuda.device(device_of(self._device)):
                    return self._replayed(batches, rates, t)
            return self._called(batches, rates, t)

    def _program(self, rows: Array | None) -> Program:
        n = rows_of(rows, self._data)
        if n not in self._programs:
            self._programs[n] = program_of(self._step(n), self._device)
        return self._programs[n]

    # -- step by step -----------------------------------------------------------------

    def _called(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Look at each cost at once, which costs nothing on a CPU."""
        looks = []
        for i, (rows, rate) in enumerate(zip(batches, rates, strict=True), t + 1):
            step, batch = self._program(rows).function, self._batch(rows)
            cost, slope, *after = step(*self._kept, float(rate), float(i), *batch)
            looks.append((float(cost), float(slope)))
            if not math.isfinite(looks[-1][0]):
                break
            self._kept = after
        return np.array(looks).reshape(-1, 2)

    def _batch(self, rows: Array | None) -> list[Any]:
        """The rows of a batch, gathered into memory that is kept between steps."""
        if rows is None:
            return self._data
        n = len(rows)
        if n not in self._batches:
            self._batches[n] = [d.new_empty((n, *d.shape[1:])) for d in self._data]
        taken = tensor_of(np.asarray(rows, np.int64), device_of(self._device))
        for d, batch in zip(self._data, self._batches[n], strict=True):
            torch.index_select(d, 0, taken, out=batch)
        return self._batches[n]

    # -- on a GPU ---------------------------------------------------------------------

    def _replayed(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Look at the costs after the epoch; if one is not finite, go back to it."""
        before = [k.clone() for k in self._kept]
        looks = torch_steps.epoch(self._variant, batches, rates, t)
        bad = np.flatnonzero(~np.isfinite(looks[:, 0]))
        if not bad.size:
            return looks
        for k, b in zip(self._kept, before, strict=True):
            k.copy_(b)
        end = int(bad[0])
        torch_steps.epoch(self._variant, batches[:end], rates[:end], t)
        return looks[: end + 1]

    def _variant(self, rows: int | None, size: int) -> torch_steps.Steps:
        """The steps for batches of a length; recorded anew where they are more."""
        if rows not in self._steps or self._steps[rows].size < size:
            program = self._program(None if rows is None else np.empty(rows))
            capture = self._capture if program.is_capturable else torch_steps.called
            self._steps[rows] = torch_steps.Steps(
                program.function, self._kept, self._data, rows, size, capture
            )
        return self._steps[rows]
