"""The NumPy target, one step: what it calls, on what, and into which memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graphs.evaluate import meaning
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.dtypes import reads
from pellucid.graphs.operations.indexing import may_repeat
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT
from pellucid.graphs.places import Place, moves
from pellucid.running import writing
from pellucid.running.plan import Buffer, Plan
from pellucid.running.tuning import QUICK
from pellucid.running.writing import ARITHMETIC, SourceNames

# What np.sum and its kind call, after three microseconds of looking at their arguments.
REDUCTIONS = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}

# What takes a number sooner as an array, which NumPy need not make in each call.
BY_NUMBER = {"add", "subtract", "multiply", "divide", "power", "maximum", "minimum",
             "greater", "greater_equal", "less", "less_equal"}  # fmt: skip
LARGEST_FULL = 1 << 20  # elements up to which a number may be a whole array


@dataclass
class Memory:
    """What is made once, above the function, and kept between calls."""

    names: SourceNames
    buffers: list[Buffer] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    views: dict[Node, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The source of it."""
        made = [f"{buffer.name} = {buffer.source}" for buffer in self.buffers]
        lists = self.names.bound(list, "list") if self.rows else ""
        rows = [f"{name} = {lists}({of})" for of, name in self.rows.items()]
        return [*made, *rows, *self.numbers.values(), *self.views.values()]

    def buffer(self, node: Node) -> str:
        """The name of new memory for such a value."""
        name = self.names.numbered("buffer")
        made = f"empty({node.shape}, np.{node.dtype.name})"
        self.buffers.append(Buffer(name, node.shape, node.dtype, made, is_new=True))
        return name

    def rows_of(self, buffer: str) -> str:
        """The name of a list of the rows of a buffer, made once."""
        if buffer not in self.rows:
            self.rows[buffer] = self.names.numbered("rows")
        return self.rows[buffer]

    def number(self, value: Any, shape: tuple[int, ...], dtype: Any) -> str:
        """The name of a number as an array."""
        source = f"np.full({shape}, {_written(value)}, np.{dtype.name})"
        if source not in self.numbers:
            name = self.names.numbered("number")
            self.numbers[source] = f"{name} = {source}"
        return self.numbers[source].partition(" ")[0]


class Statements:
    """The steps of a block as statements.

    `out` is the memory that values are written to, beside what the plan says; `rows`
    the lists of the rows of arrays, by the names of both.
    """

    def __init__(
        self, names: SourceNames, memory: Memory, plan: Plan,
        rows: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.names, self.memory, self.plan = names, memory, plan
        self.rows = {} if rows is None else rows
        self.out = {node: buffer.name for node, buffer in plan.out.items()}

    def of(self, node: Node) -> list[str]:
        """The statements of one step."""
        if node.operation == "concatenate" and node in self.out:
            copied = self.plan.copied.get(node, [])
            lines = [f"{rows} = {self.names.of(a)}" for rows, a in copied]
            return [*lines, f"{self.names.called(node)} = {self.out[node]}"]
        return [writing.shaped(self._statement(node), node)]

    def _statement(self, node: Node) -> str:
        name = self.names.called(node)
        if node.is_constant:
            return f"{name} = {self.names.bound(node.value)}"
        arguments = self._arguments(node)
        if node.operation in ("assign", "add_at"):
            return self._assignment(node, name, arguments)
        if node.operation == "scatter" and moves(node.options["at"]):
            return self._scattered(node, name, arguments)
        return f"{name} = {self.call(node, arguments)}"

    def call(self, node: Node, names: list[str]) -> str:
        """The operation on arguments of these names."""
        if node.operation == "index":
            return self._read(node, names)
        if node.operation == "counter":
            return self.names.text(node.options["value"])
        if node.operation == "entry":
            return f"{names[0]}[{self.names.index(node.options['at'], [])}].item()"
        out = self.out.get(node)
        symbol = ARITHMETIC.get(node.operation)
        if symbol and not out and not _may_raise(node):
            return f"{names[0]} {symbol} {names[1]}"
        given = dict(node.options)
        if node.operation in REDUCTIONS:
            given.setdefault("axis", None)
        options = self.names.options(given)
        options += [f"out={out}"] if out else []
        return f"{self._function(node)}({', '.join(names + options)})"

    def _read(self, node: Node, names: list[str]) -> str:
        at = node.options["at"]
        is_row = len(at) == 1 and isinstance(at[0], Place)
        array = self.rows.get(names[0], names[0]) if is_row else names[0]
        return f"{array}[{self.names.index(at, names[1:])}]"

    def _arguments(self, node: Node) -> list[str]:
        """The names of the arguments; a number that meets an array is one, too."""
        if node not in self.out or node.operation not in BY_NUMBER:
            return [self.names.of(a) for a in node.arguments]
        pairs = zip(node.arguments, reads(node), strict=True)
        return [self._argument(node, a, dtype) for a, dtype in pairs]

    def _argument(self, node: Node, argument: Node, dtype: Any) -> str:
        real = argument.is_literal and isinstance(argument.value, (int, float))
        if not (real and argument.weak and dtype.kind == "f"):
            return self.names.of(argument)
        # With a whole array NumPy is three times as fast here.
        full = node.operation in ("maximum", "minimum") and node.size <= LARGEST_FULL
        return self.memory.number(argument.value, node.shape if full else (), dtype)

    def _assignment(self, node: Node, name: str, names: list[str]) -> str:
        array, value, *indices = names
        put = self._put(node, indices, value)
        if node in self.plan.in_place:
            again = "" if name == array else f"; {name} = {array}"
            return f"{put(array)}{again}"
        out = self.out.get(node)
        copied = f"{out}; np.copyto({out}, {array})" if out else f"np.array({array})"
        return f"{name} = {copied}; {put(name)}"

    def _put(self, node: Node, indices: list[str], value: str) -> Any:
        """How a value is put, or added, at its place of an array of some name."""
        at = self.names.index(node.options["at"], indices)
        if node.operation == "assign":
            return lambda array: f"{array}[{at}] = {value}"
        if may_repeat(node.options["at"], node.shape):
            return lambda array: f"np.add.at({array}, np.s_[{at}], {value})"
        return lambda array: f"{array}[{at}] += {value}"

    def _scattered(self, node: Node, name: str, names: list[str]) -> str:
        """Zeros with a value added at a place that moves."""
        value, *indices = names
        at = self.names.index(node.options["at"], indices)
        zeros = f"{name} = np.zeros({node.shape}, np.{node.dtype.name})"
        if may_repeat(node.options["at"], node.shape):
            return f"{zeros}; np.add.at({name}, np.s_[{at}], {value})"
        return f"{zeros}; {name}[{at}] = {value}"

    def _function(self, node: Node) -> str:
        if node.operation in REDUCTIONS:
            return f"np.{REDUCTIONS[node.operation]}.reduce"
        function = QUICK.get(node.operation) or meaning(node)
        plain = node.operation.isidentifier() and getattr(np, node.operation, None)
        if plain is function:
            return f"np.{node.operation}"
        return self.names.bound(function, f"_{node.operation.replace('.', '_')}")


def _written(value: Any) -> str:
    return repr(value) if np.isfinite(value) else f"float('{value}')"


def _may_raise(node: Node) -> bool:
    """Whether a symbol stands for Python's arithmetic that can raise: 1 / 0.0."""
    if not node.weak or facts_of(node.operation).slope & (CONSTANT | BY_EACH):
        return False
    divisor = node.arguments[-1]
    return node.operation == "power" or not (divisor.is_literal and divisor.value)
