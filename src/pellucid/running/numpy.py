"""The NumPy target: a graph as one Python function with its own memory.

The generated source is what runs, and it can be read: one statement an operation, in
the person's names, with shapes in comments; loops are loops (see `numpy_loops`). Values
that depend on no input are computed once. `out=` writes into memory that is kept
between calls (see `plan`), and views of such memory are made once, above the function.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.bodies import body_of, with_bodies
from pellucid.graphs.evaluate import quietly
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import is_view
from pellucid.graphs.node import Node, ancestors
from pellucid.running import writing
from pellucid.running.arena import Arena, size_of
from pellucid.running.cache import Kept, structure_of
from pellucid.running.numpy_loops import Block
from pellucid.running.numpy_statements import Memory
from pellucid.running.plan import planned
from pellucid.running.targets import Array, rows_of
from pellucid.running.tuning import tuned
from pellucid.running.writing import SourceNames

_codes: Kept[_Code]


class Program:
    """A graph as source and as a function of the values of its inputs.

    Each thread has its own memory, so that threads may call it at once.
    """

    def __init__(self, graph: Graph, device: str | None = None) -> None:
        _check_cpu(device)
        self.graph = graph
        self._code = _code_of(graph, {})
        self._thread = _OfThread(self._code)

    @property
    def source(self) -> str:
        """What runs."""
        return self._code.source

    @property
    def run(self) -> Callable[..., tuple[Any, ...]]:
        """The function of this thread: inputs in, outputs out, as flat sequences."""
        return self._thread.run


class _OfThread(threading.local):
    """What each thread has of its own; made when it first asks."""

    def __init__(self, code: _Code) -> None:
        run = code.made({})
        self.run = quietly()(run) if code.is_quiet else run


def _check_cpu(device: str | None) -> None:
    if device not in (None, "cpu"):
        message = f"The NumPy target runs on the CPU, not on {device!r}"
        raise PellucidError(f'{message}: take target="jax" or "torch".')


def _code_of(graph: Graph, staying: Mapping[Node, Node | None]) -> _Code:
    """The code of a graph, made once for graphs of equal structure."""
    place = {node: i for i, node in enumerate(graph.order)}
    stays = tuple((place[a], b and place[b]) for a, b in staying.items())
    key = structure_of(graph), stays
    return _codes.of(key, lambda: _Code(*tuned(graph, staying)))


class Training:
    """Steps of a method on mini-batches, in memory that stays; see `targets`."""

    flat: ClassVar[bool] = True

    def __init__(
        self, step: Callable[[int], Graph], kept: Sequence[Array],
        data: Sequence[Any], device: str | None = None,
    ) -> None:  # fmt: skip
        _check_cpu(device)
        self._graph_of = step
        self._arena = Arena()
        self._kept = _copied(kept, Arena().cut(size_of(kept)))
        self._data: list[Any] = [
            np.ascontiguousarray(d) if np.ndim(d) else d for d in data
        ]
        self._steps: dict[Any, tuple[Callable[..., Any], list[Array]]] = {}
        self.source = ""

    @property
    def kept(self) -> list[Array]:
        """The parameters and the method's state now, as copies."""
        return self.first(len(self._kept))

    def first(self, count: int) -> list[Array]:
        """Copies of so many of the kept arrays, the parameters alone."""
        return [array.copy() for array in self._kept[:count]]

    def ended(self) -> list[Array]:
        """The kept arrays themselves; the training is over and holds no memory."""
        kept, self._kept = self._kept, []
        self._steps.clear()
        self._arena = Arena()
        return kept

    def over(self, data: Sequence[Any]) -> None:
        """Take batches from these data from now on; see `targets.Training`."""
        self._data = [np.ascontiguousarray(d) for d in data]

    def epoch(
        self, batches: Sequence[Array | None], rates: Sequence[float], t: int
    ) -> Array:
        """Take a step on each batch; see `targets.Training`."""
        figures = np.zeros((len(batches), 2))
        _check_rows(batches, rows_of(None, self._data))
        with quietly():
            for i, (batch, rate) in enumerate(zip(batches, rates, strict=True)):
                run, gathered = self._step(batch)
                for rows, part in zip(self._data, gathered, strict=False):
                    rows.take(batch, 0, part, "wrap")
                figures[i] = cost, _ = run(rate, float(t + i + 1))
                if not math.isfinite(cost):
                    return figures[: i + 1]
        return figures

    def _step(self, batch: Array | None) -> Any:
        """The function of one step, and where it reads the rows of a batch."""
        key = batch if batch is None else len(batch)
        if key not in self._steps:
            self._steps[key] = self._made(batch)
        return self._steps[key]

    def _made(self, batch: Array | None) -> Any:
        graph = self._graph_of(rows_of(batch, self._data))
        count = len(self._kept)
        before, data = graph.inputs[:count], graph.inputs[count + 2 :]
        staying: dict[Node, Node | None] = dict(
            zip(before, graph.outputs[2:], strict=True)
        )
        values, gathered = list(self._data), []
        if batch is not None:
            values = [np.empty((len(batch), *d.shape[1:]), d.dtype) for d in values]
            gathered = values
        code = _code_of(graph, staying | dict.fromkeys(data))
        pairs = zip((*before, *data), (*self._kept, *values), strict=True)
        memory = {node.name: value for node, value in pairs}
        self.source = code.source
        # Steps on other numbers of rows take turns, in the same memory.
        return code.made(memory | {"empty": self._arena.cut(code.size)}), gathered


def _copied(arrays: Sequence[Array], empty: Callable[..., Array]) -> list[Array]:
    copies = [empty(array.shape, array.dtype) for array in arrays]
    for copy, array in zip(copies, arrays, strict=True):
        copy[...] = array
    return copies


def _check_rows(batches: Sequence[Array | None], n: int) -> None:
    """Once an epoch, so that no batch needs to be looked at."""
    rows = [batch for batch in batches if batch is not None and batch.size]
    if rows and not 0 <= min(map(np.min, rows)) <= max(map(np.max, rows)) < n:
        raise IndexError(f"A batch names rows beyond the {n} of the data.")


class _Code:
    """The source of a graph, and what its names are bound to.

    `staying` are the inputs that keep their memory, and the outputs that replace them.
    """

    def __init__(self, graph: Graph, staying: Mapping[Node, Node | None]) -> None:
        self.graph, self.staying = graph, staying
        order, values = writing.to_run(graph)
        replacing = {now for now in staying.values() if now}
        self.results = [n for n in graph.outputs if n not in replacing]
        first = set(ancestors(self.results)) if staying else set(order)
        self.first = [n for n in order if n in first]
        self.rest = [n for n in order if n not in first]
        taken = {graph.title, *(node.name for node in graph.order)}
        fixed = {"np": np, "empty": np.empty, "isfinite": math.isfinite}
        self.names = SourceNames(values, fixed, taken, names_within(order))
        run = [*self.first, *self.rest]
        for node in run:  # a view stands above the function, beside its name
            if node.name == graph.title and is_view(node):
                self.names.call(node, self.names.unique(node.name))
        over = {a: b for a, b in staying.items() if b not in first}
        self.plan = planned(graph, run, over, self.names.numbered)
        self.memory = Memory(self.names)
        stays = {n: n.name for n in staying if n.shape}
        self.block = Block(self.names, self.memory, self.plan, run, stays)
        self.is_quiet = any(node.quiet for node in with_bodies(order))
        self.source = self._source()
        self.size = size_of(buffer for buffer in self.memory.buffers if buffer.is_new)
        self._compiled = compile(self.source, f"<compiled {graph.title}>", "exec")

    def made(self, memory: Mapping[str, Any]) -> Callable[..., tuple[Any, ...]]:
        """The function, with memory of its own and that which is given."""
        names = {**self.names.fixed, **memory}
        exec(self._compiled, names)
        run: Callable[..., tuple[Any, ...]] = names[self.graph.title]
        return run

    def _source(self) -> str:
        lines = self._lines(self.first)
        results = self._owned()
        if self.staying:
            lines.append(f"if not isfinite({results[0]}): return {', '.join(results)}")
            lines += [*self._lines(self.rest), *self._put_back()]
        inputs = [n.name for n in self.graph.inputs if n not in self.staying]
        text = writing.function(self.graph.title, inputs, lines, results)
        made = self.memory.lines
        return "\n".join([*self._imports(), "", *made, *([""] if made else []), text])

    def _imports(self) -> list[str]:
        """What the source needs; the memory of a training is given to it."""
        own = self.memory.buffers and not self.staying
        return ["import numpy as np", *(["from numpy import empty"] if own else [])]

    def _owned(self) -> list[str]:
        """The results, copied where they would show the memory of something else."""
        root, shown, texts = self.plan.root, set(), []
        for node in self.results:
            owner, text = root[node], self.names.of(node)
            given = owner.is_input or owner.known or owner in shown
            texts.append(f"np.array({text})" if given and node.shape else text)
            shown.add(owner)
        return texts

    def _lines(self, nodes: Sequence[Node]) -> list[str]:
        return self.block.lines(
            writing.with_guards(nodes, self.graph.guards, self.names)
        )

    def _put_back(self) -> list[str]:
        """Copies of what could not be written over the input that it replaces."""
        moved = [
            (before, now)
            for before, now in self.staying.items()
            if now and now is not before and not self._is_over(before, now)
        ]
        saved = [f"{b.name}_next = np.copy({self.names.of(n)})" for b, n in moved]
        return saved + [f"np.copyto({b.name}, {b.name}_next)" for b, _ in moved]

    def _is_over(self, before: Node, now: Node) -> bool:
        return now in self.plan.out and self.plan.out[now].name == before.name


def names_within(order: Sequence[Node]) -> set[str]:
    """What is called somehow in the bodies of loops."""
    loops = [body_of(node) for node in with_bodies(order) if node.operation == "loop"]
    inputs = {node.name for body in loops for node in body.inputs}
    return inputs | {node.name for node in with_bodies(order)}


_codes = Kept(size=64)
