"""The NumPy target, one step: what it calls, on what, and into which memory."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graphs.evaluate import meaning
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.dtypes import reads
from pellucid.graphs.operations.indexing import (
    WRITING,
    is_basic,
    is_element,
    may_repeat,
)
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT
from pellucid.graphs.places import Place, moves
from pellucid.running import writing
from pellucid.running.numpy_adding import add_into
from pellucid.running.numpy_convolutions import BY_PRODUCTS
from pellucid.running.numpy_lists import (
    as_float,
    asks_python,
    element,
    is_float,
    spelled,
)
from pellucid.running.numpy_windows import BY_SLICES
from pellucid.running.plan import Buffer, Plan
from pellucid.running.tuning import QUICK
from pellucid.running.writing import ARITHMETIC, SourceNames

# What np.sum and its kind call, after three microseconds of looking at their arguments.
REDUCTIONS = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum",
              "any": "logical_or", "all": "logical_and"}  # fmt: skip

# What arrays do themselves, sooner than NumPy's function of that name looks for it.
METHODS = {"dot", "reshape", "transpose"}

# What is not computed as the reference does it, or is this target's alone.
OWN = {**QUICK, **BY_PRODUCTS, **BY_SLICES}

# What takes a number sooner as an array, which NumPy need not make in each call.
BY_NUMBER = {"add", "subtract", "multiply", "divide", "power", "maximum", "minimum",
             "greater", "greater_equal", "less", "less_equal"}  # fmt: skip
PYTHONS = {*ARITHMETIC, "real", "imag"}  # what gives a number of Python's for such
LARGEST_FULL = 1 << 20  # elements up to which a number may be a whole array


@dataclass
class Memory:
    """What is made once, above the function, and kept between calls.

    `rows` are lists of the rows of buffers; `local` those of arrays in the function, by
    the names of both. `lists` are the arrays that are lists of numbers, `tables` the
    lists of those that are known beforehand.
    """

    names: SourceNames
    buffers: list[Buffer] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    views: dict[Node, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    lists: set[Node] = field(default_factory=set)
    tables: dict[Node, list[Any]] = field(default_factory=dict)

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

    `out` is the memory that values are written to, beside what the plan says. Where
    `by_python`, floats are computed by Python.
    """

    def __init__(
        self, names: SourceNames, memory: Memory, plan: Plan, by_python: bool = False
    ) -> None:
        self.names, self.memory, self.plan = names, memory, plan
        self.by_python = by_python
        self.out = {node: buffer.name for node, buffer in plan.out.items()}
        self._pythons: dict[Node, bool] = {}

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
        if node.operation in WRITING:
            return self._assignment(node, name, arguments)
        at = node.options.get("at", ())
        if node.operation == "scatter" and (is_basic(at) or moves(at)):
            return self._scattered(node, name, arguments)
        if node.operation == "where" and node in self.out:
            return f"{self._chosen(node, arguments)}; {name} = {self.out[node]}"
        return f"{name} = {self.call(node, arguments)}"

    def call(self, node: Node, names: list[str]) -> str:
        """The operation on arguments of these names."""
        if node.operation == "index":
            read = self._read(node, names)
            return f"np.array({read})" if node in self.plan.apart else read
        if node.operation == "counter":
            return self.names.text(node.options["value"])
        if node.operation == "entry":
            return self._entry(node, names[0])
        if node.operation == "stack" and _is_joined(node):
            return f"np.array(({', '.join(names)},))"
        out = self.out.get(node)
        symbol = ARITHMETIC.get(node.operation)
        if self.by_python and (text := spelled(node, names)):
            return text
        if self.by_python and asks_python(node):
            test = getattr(math, node.operation)
            return f"{self.names.bound(test, node.operation)}({names[0]})"
        if symbol and not out and not self._may_raise(node):
            return f"{names[0]} {symbol} {names[1]}"
        given, to = dict(node.options), [f"out={out}"] if out else []
        if node.operation in METHODS and node.arguments[0].shape:
            rest = [*names[1:], *map(self.names.text, given.values()), *to]
            return f"{names[0]}.{node.operation}({', '.join(rest)})"
        if node.operation in REDUCTIONS:
            given.setdefault("axis", None)
        options = [*self.names.options(given), *to]
        return f"{self._function(node)}({', '.join(names + options)})"

    def _read(self, node: Node, names: list[str]) -> str:
        at, (array, *_) = node.options["at"], node.arguments
        if array in self.memory.lists:
            return f"{names[0]}{element(node, self.names)}"
        is_number = self.by_python and is_float(node) and is_element(node)
        if is_number and array in self.names.values:
            return f"{self._table(array)}{element(node, self.names)}"
        if not array.shape:  # it may be a number of Python's
            names = [f"np.asarray({names[0]})", *names[1:]]
        is_row = len(at) == 1 and isinstance(at[0], Place)
        of = self.memory.local.get(names[0], names[0]) if is_row else names[0]
        return f"{of}[{self.names.index(at, names[1:])}]"

    def _entry(self, node: Node, name: str) -> str:
        (table,) = node.arguments
        if table in self.names.values and is_element(node):
            return f"{self._table(table)}{element(node, self.names)}"
        return f"{name}[{self.names.index(node.options['at'], [])}].item()"

    def _table(self, node: Node) -> str:
        """The name of the list of what is known beforehand."""
        if node not in self.memory.tables:
            self.memory.tables[node] = np.asarray(self.names.values[node]).tolist()
        return self.names.bound(self.memory.tables[node], "table")

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
        if not out:
            return f"{name} = np.array({array}); {put(name)}"
        # The name comes last: in a loop it may be that of what is read.
        return f"np.copyto({out}, {array}); {put(out)}; {name} = {out}"

    def _put(self, node: Node, indices: list[str], value: str) -> Any:
        """How a value is put, or added, at its place of an array of some name."""
        at = self.names.index(node.options["at"], indices)
        symbol = "=" if node.operation == "assign" else "+="
        if node.arguments[0] in self.memory.lists:
            number = as_float(node.arguments[1], value)
            return lambda name: f"{name}{element(node, self.names)} {symbol} {number}"
        if symbol == "+=" and may_repeat(node.options["at"], node.shape):
            add = self.names.bound(add_into)
            return lambda name: f"{add}({name}, np.s_[{at}], {value})"
        return lambda name: f"{name}[{at}] {symbol} {value}"

    def _scattered(self, node: Node, name: str, names: list[str]) -> str:
        """Zeros with a value at a place."""
        value, *indices = names
        at = self.names.index(node.options["at"], indices)
        out = self.out.get(node)
        zeros = f"np.zeros({node.shape}, np.{node.dtype.name})"
        made = f"{name} = {out}; {name}.fill(0)" if out else f"{name} = {zeros}"
        if may_repeat(node.options["at"], node.shape):
            add = self.names.bound(add_into)
            return f"{made}; {add}({name}, np.s_[{at}], {value})"
        return f"{made}; {name}[{at}] = {value}"

    def _chosen(self, node: Node, names: list[str]) -> str:
        """What is taken elsewhere, and over it what is taken where a mask holds."""
        mask, taken, other = names
        taken = self._argument(node, node.arguments[1], node.dtype)
        out = self.out[node]
        put = f"np.copyto({out}, {taken}, where={mask})"
        if not node.arguments[2].shape:
            return f"{out}.fill({other}); {put}"
        if self.out.get(node.arguments[2]) == out:
            return put
        return f"np.copyto({out}, {other}); {put}"

    def _may_raise(self, node: Node) -> bool:
        """Whether a symbol stands for Python's arithmetic that can raise: 1 / 0.0."""
        is_python = self._is_pythons(node) or (self.by_python and not node.shape)
        if not is_python or facts_of(node.operation).slope & (CONSTANT | BY_EACH):
            return False
        divisor = node.arguments[-1]
        return node.operation == "power" or not (divisor.is_literal and divisor.value)

    def _is_pythons(self, node: Node) -> bool:
        """Whether a value may be a number of Python's, which others are made of too."""
        if node not in self._pythons:
            given = node.weak or node.is_input
            made = node.operation in PYTHONS and all(
                map(self._is_pythons, node.arguments)
            )
            self._pythons[node] = not node.shape and (given or made)
        return self._pythons[node]

    def _function(self, node: Node) -> str:
        if node.operation in REDUCTIONS:
            return f"np.{REDUCTIONS[node.operation]}.reduce"
        function = OWN.get(node.operation) or meaning(node)
        plain = node.operation.isidentifier() and getattr(np, node.operation, None)
        if plain is function:
            return f"np.{node.operation}"
        return self.names.bound(function, f"_{node.operation.replace('.', '_')}")


def _is_joined(stack: Node) -> bool:
    """Whether np.array stacks the same, as all are alike and lie along a first axis."""
    first = stack.arguments[0]
    alike = all(
        (a.shape, a.dtype) == (first.shape, stack.dtype) for a in stack.arguments
    )
    return not first.shape or (alike and not stack.options.get("axis"))


def _written(value: Any) -> str:
    return repr(value) if np.isfinite(value) else f"float('{value}')"
