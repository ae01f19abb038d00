"""A graph written as one straight-line function of tensors."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch

from pellucid.errors import PellucidError
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import Lives, is_view
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, reduced_axes
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.operations.indexing import Slot, places
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT
from pellucid.running import torch_wrapping as wrapping
from pellucid.running.torch_arrays import sized, tensor_of, torch_dtype
from pellucid.running.torch_functions import MANY
from pellucid.running.torch_operations import spelling
from pellucid.running.torch_places import as_index, cut
from pellucid.running.writing import (
    ARITHMETIC,
    COMPARISONS,
    SourceNames,
    function,
    in_turn,
    shaped,
    with_guards,
)

SYMBOLS = {**ARITHMETIC, **COMPARISONS, "matmul": "@"}
# Of these kinds torch's symbol raises, or does not where NumPy raises: ours is called.
CALLED = {"floor_divide": "iu", "remainder": "iu", "matmul": "b", "power": "i"}
IN_PLACE = ARITHMETIC.keys() - CALLED
RENAMED = {"axis": "dim", "keepdims": "keepdim", "axes": "dims"}


class Writer:
    """Writes each node of a graph as a statement."""

    def __init__(self, graph: Graph, device: torch.device) -> None:
        self.graph = graph
        self.device = device
        self.order = [n for n in in_turn(graph) if not n.known]
        self._lives = Lives(graph, self.order)
        self._taken = {graph.title, *(node.name for node in graph.order)}
        self._torch = self._free("torch")
        self._scalar = functools.partial(sized, device)
        self._constants: dict[Any, torch.Tensor] = {}
        self.names = SourceNames(self._known(), {self._torch: torch}, self._taken)

    def _known(self) -> dict[Node, Any]:
        """The values of what depends on no input."""
        read = [a for n in self.order for a in n.arguments]
        wanted = [n for n in (*read, *self.graph.outputs) if n.known]
        return evaluate(self.graph.known, {}, wanted)

    def _free(self, name: str) -> str:
        """The name, or a longer one if the person uses it."""
        return self._free(f"_{name}") if name in self._taken else name

    def source(self) -> str:
        """The whole function."""
        lines = []
        for step in with_guards(self.order, self.graph.guards, self.names):
            if isinstance(step, str):
                lines.append(step)
            elif not step.is_input:
                lines.append(self._line(step))
        inputs = [node.name for node in self.graph.inputs]
        return function(self.graph.title, inputs, lines, self._results())

    def _results(self) -> list[str]:
        """The outputs, each with memory of its own."""
        results: list[str] = []
        for node in self.graph.outputs:
            is_object = node.known and node.dtype.kind not in "biufc"  # a text
            name = self._argument(node, node.dtype, node.weak or is_object)
            shared = node.known or node.is_input or is_view(node)
            copied = (shared or name in results) and not (node.weak or is_object)
            results.append(f"{name}.clone()" if copied else name)
        return results

    def _line(self, node: Node) -> str:
        if not node.weak and spelling(node.operation) is None:
            raise PellucidError(_refusal(node))
        return shaped(f"{self._statement(node)}", node)

    def _statement(self, node: Node) -> str:
        if node.operation == "assign":
            return self._assignment(node)
        return f"{node.name} = {self._expression(node)}"

    def _expression(self, node: Node) -> str:
        """The operation; of unsigned integers in int64, and wrapped around."""
        text = self._computed(node)
        if not wrapping.is_widened(node) or node.dtype not in wrapping.WIDE:
            return text
        return f"({text}).to({self._dtype(node.dtype, node)})"

    def _computed(self, node: Node) -> str:
        arguments = self._arguments(node)
        if node.weak:
            return self._weak(node, arguments)
        if _changes_nothing(node):
            return arguments[0]
        is_symbol = node.dtype.kind not in CALLED.get(node.operation, "")
        if node.operation in SYMBOLS and self._has_strong(node) and is_symbol:
            out = self._ending(node)
            if out:
                return self._into(node, arguments, out)
            return f"{arguments[0]} {SYMBOLS[node.operation]} {arguments[1]}"
        if node.options.get("axis") == ():
            return f"{arguments[0]}.clone()"  # for torch, no axes are all axes
        if node.operation == "index":
            at, is_plain = self._place(node, node.arguments[0].shape)
            if is_plain:
                return f"{arguments[0]}[{self._brackets(node, arguments[1:])}]"
            return self._call(node, [*arguments, f"at={at}"])
        if node.operation == "scatter":
            at, _ = self._place(node, node.options["shape"])
            shape = self.names.text(node.options["shape"])
            return self._call(node, [*arguments, f"at={at}", f"shape={shape}"])
        return self._call(node, [*arguments, *self._options(node)])

    def _weak(self, node: Node, arguments: list[str]) -> str:
        """Between Python numbers: as Python computes, where that does not raise."""
        is_total = facts_of(node.operation).slope & (CONSTANT | BY_EACH)
        if node.operation in SYMBOLS and is_total:
            return f"{arguments[0]} {SYMBOLS[node.operation]} {arguments[1]}"
        if node.operation == "cast":
            return f"{self._bound(node.promotes_as, 'number')}({arguments[0]})"
        name = self._bound(OPERATORS[node.operation], node.operation)
        return f"{name}({', '.join(arguments)})"

    def _ending(self, node: Node) -> str:
        """A large argument that is read for the last time, whose memory can be used."""
        swaps = facts_of(node.operation).commutes
        if node.operation not in IN_PLACE or node.size < MANY or node.dtype.kind == "u":
            return ""
        if node.arguments[0].weak and not swaps:
            return ""  # torch takes a number as the second argument alone
        ending = self._lives.ending(node)
        for a in node.arguments:
            mine = a in ending and not a.is_input and not a.known
            if mine and (a.shape, a.dtype) == (node.shape, node.dtype):
                return a.name
        return ""

    def _into(self, node: Node, arguments: list[str], out: str) -> str:
        """Written into memory that is read no more."""
        if node.arguments[0].weak:
            arguments = arguments[::-1]
        name = f"{self._torch}.{node.operation}"
        return f"{name}({', '.join(arguments)}, out={out})"

    def _call(self, node: Node, arguments: list[str]) -> str:
        found = spelling(node.operation)
        if callable(found):
            name = self._bound(found, found.__name__.lstrip("_"))
        else:
            name = str(found).replace("torch", self._torch, 1)
        return f"{name}({', '.join(arguments)})"

    def _bound(self, value: Any, wish: str) -> str:
        return self.names.bound(value, self._free(wish))

    def _assignment(self, node: Node) -> str:
        array, value, *indices = self._arguments(node)
        at, is_plain = self._place(node, node.shape)
        if not is_plain:
            call = self._call(node, [array, value, *indices, f"at={at}"])
            return f"{node.name} = {call}"
        brackets = self._brackets(node, indices)
        old = node.arguments[0]
        if self._lives.may_write(node) and not old.known:
            return f"{array}[{brackets}] = {value}; {node.name} = {array}"
        return f"{node.name} = {array}.clone(); {node.name}[{brackets}] = {value}"

    # -- arguments and options --------------------------------------------------------

    def _has_strong(self, node: Node) -> bool:
        return not all(argument.weak for argument in node.arguments)

    def _arguments(self, node: Node) -> list[str]:
        if node.weak:
            return [self.names.of(argument) for argument in node.arguments]
        pairs = zip(node.arguments, wrapping.signed_reads(node), strict=True)
        return [self._argument(a, dtype, self._is_bare(node, a)) for a, dtype in pairs]

    def _is_bare(self, node: Node, argument: Node) -> bool:
        """Whether torch takes a Python number as it is, and its dtype is the other's.

        On a GPU it may be a tensor of no axes, which gives way to arrays alone.
        """
        if not argument.weak or node.operation not in SYMBOLS:
            return False
        return self._has_strong(node) and (argument.known or node.shape != ())

    def _argument(self, node: Node, dtype: Any, is_bare: bool) -> str:
        """What stands for a value, read in a dtype (None: in its own)."""
        if is_bare:
            return self.names.of(node)
        dtype = node.dtype if dtype is None else dtype
        if node.known:
            return self._constant(node, dtype)
        if node.weak:
            name = self._bound(self._scalar, "scalar")
            return f"{name}({node.name}, {self._dtype(dtype, node)})"
        if dtype == node.dtype:
            return node.name
        return f"{node.name}.to({self._dtype(dtype, node)})"

    def _constant(self, node: Node, dtype: np.dtype[Any]) -> str:
        """The name of a tensor with a value that is known beforehand."""
        key = node, dtype
        if key not in self._constants:
            value = self.names.values.get(node, node.options.get("value"))
            torch_dtype(dtype, node)
            array = np.array(value).astype(dtype)
            self._constants[key] = tensor_of(array, self.device)
        return self.names.bound(self._constants[key])

    def _dtype(self, dtype: np.dtype[Any], node: Node) -> str:
        return str(torch_dtype(dtype, node)).replace("torch", self._torch, 1)

    def _options(self, node: Node) -> list[str]:
        options = dict(node.options)
        if options.get("keepdims") and options.get("axis") is None:
            options["axis"] = reduced_axes(node.arguments[0].ndim, None)
        if node.operation == "transpose" and options.get("axes") is None:
            options["axes"] = tuple(reversed(range(node.ndim)))
        dtype = options.pop("dtype", None)
        texts = self.names.options({RENAMED.get(k, k): v for k, v in options.items()})
        return [*texts, f"dtype={self._dtype(dtype, node)}"] if dtype else texts

    # -- indices ----------------------------------------------------------------------

    def _place(self, node: Node, shape: tuple[int, ...]) -> tuple[str, bool]:
        """The name of an index cut in three; whether brackets mean the same."""
        at = node.options["at"]
        slots = places(node)
        masks = {i: s.ndim for i, s in enumerate(slots) if s.dtype == bool}
        found = cut(at, shape, masks, self.device)
        mixed = any(not isinstance(i, (slice, np.ndarray, Slot)) for i in at)
        mixed = mixed or any(s.shape == () for s in slots)
        is_plain = not found.flips and not (found.picks and mixed)
        return ("" if is_plain and node.operation != "scatter"
                else self.names.bound(found)), is_plain  # fmt: skip

    def _brackets(self, node: Node, indices: list[str]) -> str:
        return self.names.index(map(self._part, node.options["at"]), indices)

    def _part(self, part: Any) -> Any:
        """A part of an index as torch takes it."""
        if isinstance(part, np.ndarray):
            return as_index(part, self.device)
        return int(part) if isinstance(part, np.integer) else part


def _changes_nothing(node: Node) -> bool:
    """Whether the result is the argument: one of no axes transposed, for example."""
    if node.operation == "transpose":
        return node.ndim < 2
    same = node.operation in {"reshape", "broadcast_to"}
    return same and node.shape == node.arguments[0].shape


def _refusal(node: Node) -> str:
    where = f"{node.line[0]}, line {node.line[1]}: " if node.line else ""
    return f'{where}PyTorch has no {node.operation}; run it with target="numpy".'
