"""The NumPy target: a graph as one straight-line Python function with its own buffers.

The generated source is what runs, and it can be read: one statement an operation, in
the person's names, with shapes in comments. Values that depend on no input are computed
once. `out=` writes into buffers that are kept between calls (see `plan`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.evaluate import evaluate, meaning, quietly
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.running.plan import Plan, planned

SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**",
           "floor_divide": "//", "remainder": "%"}  # fmt: skip

# What np.sum and its kind call, after three microseconds of looking at their arguments.
REDUCTIONS = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}


class Program:
    """A graph as source and as a function of the values of its inputs."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        outputs = set(graph.outputs)
        order = [n for n in graph.order if not n.known or n in outputs]
        self.plan: Plan = planned(graph, order)
        self.fixed: dict[str, Any] = {}
        folded = [a for n in order for a in n.arguments if a.known]
        known = [n for n in graph.order if n.known]
        self._values = evaluate(known, {}, folded) if folded else {}
        self._is_quiet = any(node.quiet for node in order)
        self._lines = [self._line(node) for node in order if node.operation != "input"]
        self.source = self._source()
        self._code = compile(self.source, f"<compiled {graph.title}>", "exec")
        self._threads = threading.local()

    @property
    def run(self) -> Callable[..., tuple[Any, ...]]:
        """The function of this thread: inputs in, outputs out, as flat sequences."""
        if not hasattr(self._threads, "run"):
            self._threads.run = self._made()
        run: Callable[..., tuple[Any, ...]] = self._threads.run
        return run

    def _made(self) -> Callable[..., tuple[Any, ...]]:
        names: dict[str, Any] = {"np": np, **self.fixed}
        names |= {b.name: np.empty(b.shape, b.dtype) for b in self.plan.buffers}
        exec(self._code, names)
        run: Callable[..., tuple[Any, ...]] = names[self.graph.title]
        return quietly()(run) if self._is_quiet else run

    def _source(self) -> str:
        arguments = ", ".join(node.name for node in self.graph.inputs)
        returned = ", ".join(self._name(node) for node in self.graph.outputs)
        comma = "," if len(self.graph.outputs) == 1 else ""
        head = f"def {self.graph.title}({arguments}):"
        body = [f"    {line}" for line in self._lines]
        return "\n".join([head, *body, f"    return {returned}{comma}", ""])

    # -- one statement a node ---------------------------------------------------------

    def _line(self, node: Node) -> str:
        comment = f"  # {node.shape}" if node.shape else ""
        return f"{self._statement(node)}{comment}"

    def _statement(self, node: Node) -> str:
        if node.operation == "constant":
            return f"{node.name} = {self._bound(node.value)}"
        names = [self._name(argument) for argument in node.arguments]
        if node.operation == "assign":
            return self._assignment(node, names)
        if node.operation == "index":
            return f"{node.name} = {names[0]}[{self._index(node, names[1:])}]"
        out = self.plan.out.get(node)
        symbol = SYMBOLS.get(node.operation)
        if symbol and not out and not _may_raise(node):
            return f"{node.name} = {names[0]} {symbol} {names[1]}"
        given = dict(node.options)
        if node.operation in REDUCTIONS:
            given.setdefault("axis", None)
        options = [f"{key}={self._text(value)}" for key, value in given.items()]
        options += [f"out={out.name}"] if out else []
        return f"{node.name} = {self._function(node)}({', '.join(names + options)})"

    def _assignment(self, node: Node, names: list[str]) -> str:
        array, value, *indices = names
        at = self._index(node, indices)
        if node in self.plan.in_place:
            return f"{array}[{at}] = {value}; {node.name} = {array}"
        out = self.plan.out.get(node)
        copied = (
            f"{out.name}; np.copyto({out.name}, {array})"
            if out
            else f"np.array({array})"
        )
        return f"{node.name} = {copied}; {node.name}[{at}] = {value}"

    def _function(self, node: Node) -> str:
        if node.operation in REDUCTIONS:
            return f"np.{REDUCTIONS[node.operation]}.reduce"
        function = meaning(node)
        plain = node.operation.isidentifier() and getattr(np, node.operation, None)
        if plain is function:
            return f"np.{node.operation}"
        name = f"_{node.operation.replace('.', '_')}"
        self.fixed[name] = function
        return name

    def _name(self, node: Node) -> str:
        if node.is_literal and node.weak and np.isfinite(node.value):
            text = repr(node.value)
            return f"({text})" if text.startswith("-") else text
        if node.is_literal and node.weak:
            return self._bound(node.value)  # inf and nan cannot be written
        return self._bound(self._values[node]) if node in self._values else node.name

    def _index(self, node: Node, indices: list[str]) -> str:
        at = node.options["at"]
        parts = [
            indices[i.position] if isinstance(i, Slot) else self._text(i) for i in at
        ]
        return ", ".join(parts) if parts else "()"

    def _text(self, value: Any) -> str:
        """An option as it is written, or the name of what it is bound to."""
        if isinstance(value, slice):
            return self._slice(value)
        if value is None or isinstance(value, (bool, int, str)):
            return repr(value)
        if value is Ellipsis:
            return "..."
        if isinstance(value, tuple) and all(isinstance(v, int) for v in value):
            return repr(value)
        return self._bound(value)

    def _slice(self, value: slice) -> str:
        start, stop, step = (
            "" if v is None else repr(v) for v in (value.start, value.stop, value.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"

    def _bound(self, value: Any) -> str:
        for name, before in self.fixed.items():
            if before is value:
                return name
        name = f"constant{len(self.fixed) + 1}"
        self.fixed[name] = value
        return name


def _may_raise(node: Node) -> bool:
    """Whether a symbol stands for Python's arithmetic that can raise: 1 / 0.0."""
    if not node.weak or node.operation in {"add", "subtract", "multiply"}:
        return False
    divisor = node.arguments[-1]
    return node.operation == "power" or not (divisor.is_literal and divisor.value)


def run_on(program: Program, inputs: dict[Node, Any]) -> Any:
    """Run a program on values by input node and give the result in its structure."""
    outputs = program.run(*(inputs[node] for node in program.graph.inputs))
    values = iter(outputs)
    return structure.mapped(lambda _: next(values), program.graph.result)
