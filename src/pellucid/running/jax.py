"""The JAX target: a graph as one readable function of jax.numpy, compiled by XLA.

All runs in a local context with 64 bits; the settings of the process stay as they are.
An epoch is one compiled call with a `lax.scan` over its batches. It takes data, kept
arrays and batches as arguments, so that fits of the same network share it. How the
source is written: `jax_writing`; how JAX spells each operation: `jax_operations`.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import PellucidError
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.running.cache import Kept, structure_of
from pellucid.running.convolutions import convolved
from pellucid.running.jax_checks import check
from pellucid.running.jax_fusion import options
from pellucid.running.jax_writing import Written, known_values
from pellucid.running.targets import rows_of

Array = NDArray[Any]


# -- where it runs --------------------------------------------------------------------


def device_of(device: str | None) -> Any:
    """The device of JAX for a name; the default one for none."""
    if device is None:
        return None
    kind = {"cuda": "gpu"}.get(device, device)
    try:
        return jax.devices(kind)[0]
    except RuntimeError as error:
        there = ", ".join(sorted({d.platform for d in jax.devices()}))
        message = (
            f"JAX finds no device {device!r}; here it has {there}: leave device= out, "
            "or install a JAX for that device."
        )
        raise PellucidError(message) from error


@contextlib.contextmanager
def on(device: Any) -> Iterator[None]:
    """With 64 bits and on a device, for this thread and as long as it lasts."""
    with jax.enable_x64(True), jax.default_device(device):
        yield


def plain(node: Node, value: Any) -> Any:
    """A result as NumPy gives it: an array, a NumPy scalar, or a Python number."""
    array = np.array(value)
    if node.weak:
        return array.item()
    return array if node.shape else array[()]


def written_as(
    graph: Graph, outputs: Callable[[Graph], Sequence[Node]]
) -> tuple[Graph, Written]:
    """A graph as source, and as it was written: without loops, if JAX refuses them."""
    graph = convolved(graph)
    try:
        return graph, Written(graph, outputs(graph))
    except PellucidError:
        without = unrolled(graph)
        if without is graph:
            raise
        return without, Written(without, outputs(without))


def unknown(nodes: Iterable[Node]) -> list[Node]:
    """Those of the nodes that are to be computed."""
    return [node for node in nodes if not node.known]


class Program:
    """A graph as source and as a compiled function of the values of its inputs."""

    def __init__(self, graph: Graph, device: str | None = None) -> None:
        self._device = device_of(device)
        with on(self._device):
            graph, written = written_as(graph, lambda g: unknown(g.ends))
            self._constants = [jnp.asarray(value) for value in written.constants]
        self.graph = graph
        self._known = known_values(graph)
        self._checks = written.checks
        self._function = jax.jit(written.function, **options([graph], self._device))
        self.source = written.source

    def run(self, *inputs: Any) -> tuple[Any, ...]:
        """The values of the outputs for values of the inputs."""
        pairs = zip(inputs, self.graph.inputs, strict=True)
        arrays = [np.asarray(value, node.dtype) for value, node in pairs]
        with on(self._device):
            found = self._function(*arrays, *self._constants) or ()
        guards, checks = self.graph.guards, self._checks
        if guards or checks:
            count = len(found) - len(checks)
            answers = found[count - len(guards) : count]
            for place, guard in enumerate(guards):
                guard.ask(place, np.asarray(answers[place]))
            for each, number in zip(checks, found[count:], strict=True):
                each.settle(number)
        outputs = iter(found)
        return tuple([self._value(node, outputs) for node in self.graph.outputs])

    def _value(self, node: Node, found: Iterator[Any]) -> Any:
        """The value of an output: one that is known, or the next that is found."""
        if node.known:
            value = self._known[node]
            return value.copy() if isinstance(value, np.ndarray) else value
        return plain(node, next(found))


# -- training -------------------------------------------------------------------------


class Group(NamedTuple):
    """Steps on batches of one size: row numbers (steps, rows) or None, rates, t."""

    rows: Array | None
    rates: Array
    t: Array


class Epoch:
    """Groups of steps, one after the other, as one compiled function."""

    def __init__(self, graphs: Sequence[Graph], device: Any) -> None:
        pairs = [written_as(graph, lambda g: g.outputs) for graph in graphs]
        graphs, written = [g for g, _ in pairs], [w for _, w in pairs]
        self.source = "\n".join(dict.fromkeys(w.source for w in written))
        self._checks = [w.checks for w in written]
        self._constants = [[jnp.asarray(v) for v in w.constants] for w in written]
        steps = [_step(g, w.function) for g, w in zip(graphs, written, strict=True)]
        run = functools.partial(_epoch, steps)
        self._run = jax.jit(run, **options(graphs, device))

    def __call__(
        self, kept: list[Any], data: list[Any], groups: list[Group]
    ) -> tuple[list[Any], Array]:
        """The kept arrays after all steps, and (steps, 2): cost and slope of each."""
        kept, given, numbers = self._run(kept, data, self._constants, groups)
        found, begin = np.asarray(given), 0
        bad = np.flatnonzero(~np.isfinite(found[:, 0]))
        end = bad[0] + 1 if bad.size else len(found)  # no step is taken after that
        for checks, group, each in zip(self._checks, groups, numbers, strict=True):
            for one, number in zip(checks, each, strict=True):
                one.settle(number[: max(end - begin, 0)])
            begin += len(group.rates)
        return kept, found


def _step(graph: Graph, run: Callable[..., Any]) -> Callable[..., Any]:
    """A step as a scan takes it, from what is kept to what is kept."""
    dtypes = [node.dtype for node in graph.inputs]

    def step(data: Any, constants: Any, kept: Any, batch: Group) -> Any:
        given = [*kept, batch.rates, batch.t, *(rows(d, batch.rows) for d in data)]
        given = [jnp.asarray(g, kind) for g, kind in zip(given, dtypes, strict=True)]
        cost, slope, *after = run(*given, *constants)
        return after[: len(kept)], (cost, slope, after[len(kept) :])

    return step


def _epoch(steps: Any, kept: Any, data: Any, constants: Any, groups: Any) -> Any:
    """Scan over the steps of each group; costs and slopes come back as one array."""
    found, numbers = [], []
    for step, further, group in zip(steps, constants, groups, strict=True):
        one = functools.partial(step, data, further)
        kept, (cost, slope, number) = jax.lax.scan(one, kept, group)
        found.append(jnp.stack([cost, slope], axis=1).astype(jnp.float64))
        numbers.append(number)
    return kept, jnp.concatenate(found), numbers


def rows(d: Any, numbers: Any) -> Any:
    """The rows of these numbers, which are known to be there; or all."""
    return d if numbers is None else d.at[numbers].get(mode="promise_in_bounds")


EPOCHS: Kept[Epoch] = Kept(size=32)


class Training:
    """Epochs of steps inside JAX; see `targets.Training`."""

    flat: ClassVar[bool] = False

    def __init__(
        self, step: Callable[[int], Graph], kept: Sequence[Array],
        data: Sequence[Any], device: str | None = None,
    ) -> None:  # fmt: skip
        self._device = device_of(device)
        self._step = functools.cache(step)
        self._epoch = functools.cache(self._of)
        self._rows = rows_of(None, data)
        self._latest: Epoch | None = None
        with on(self._device):
            self._kept = [jnp.array(a) for a in kept]
            self._data = [jnp.asarray(d) for d in data]

    @property
    def kept(self) -> list[Array]:
        """The kept arrays now, as copies."""
        return self.first(len(self._kept))

    def first(self, count: int) -> list[Array]:
        """Copies of so many of the kept arrays, the parameters alone."""
        return [np.array(a) for a in self._kept[:count]]

    def ended(self) -> list[Array]:
        """The kept arrays themselves; the training is over."""
        return self.kept

    @property
    def source(self) -> str:
        """The step that ran last, as Python; of each size of batches one."""
        return self._latest.source if self._latest else ""

    def over(self, data: Sequence[Any]) -> None:
        """Take batches from these data from now on; see `targets.Training`."""
        with on(self._device):
            self._data = [jnp.array(d) for d in data]

    def epoch(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Take a step on each batch; see `targets.Training.epoch`."""
        with on(self._device):
            kept, found = self._taken(batches, rates, t)
            bad = np.flatnonzero(~np.isfinite(found[:, 0]))
            if bad.size:  # take the steps before it again
                found = found[: bad[0] + 1]
                kept, _ = self._taken(batches[: bad[0]], rates[: bad[0]], t)
        self._kept = kept
        return found

    def _taken(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> tuple[list[Any], Array]:
        """What is kept after the steps, from what is kept now; costs and slopes."""
        if not len(batches):
            return self._kept, np.empty((0, 2))
        sizes, groups, begin = [], [], 0
        each, ts = np.array(rates, float), np.arange(t + 1.0, t + 1 + len(rates))
        counts = [None if batch is None else len(batch) for batch in batches]
        for size, same in itertools.groupby(counts):
            end = begin + len(list(same))
            numbers = None if size is None else self._checked(batches[begin:end], size)
            sizes.append(self._rows if size is None else size)
            groups.append(Group(numbers, each[begin:end], ts[begin:end]))
            begin = end
        self._latest = self._epoch(*sizes)
        return self._latest(self._kept, self._data, groups)

    def _of(self, *sizes: int) -> Epoch:
        """The function of an epoch of steps on so many rows; fits share it."""
        graphs = [self._step(size) for size in sizes]
        key = self._device, *map(structure_of, graphs)
        return EPOCHS.of(key, lambda: Epoch(graphs, self._device))

    def _checked(self, batches: Sequence[Any], size: int) -> Array:
        """Row numbers from 0 on, a batch a row; raise for one that there is not."""
        numbers = np.concatenate(batches)
        check(numbers, 0, self._rows)
        counted = np.where(numbers < 0, numbers + self._rows, numbers)
        return counted.reshape(-1, size).astype(np.int32)
