"""A graph written as one function of tensors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from pellucid.errors import PellucidError
from pellucid.graphs.bodies import asked, with_bodies
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import Lives, is_view
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, reduced_axes
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.operations.indexing import (
    WRITING,
    Slot,
    is_basic,
    may_repeat,
    places,
)
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT
from pellucid.graphs.places import moves, placed
from pellucid.running import torch_wrapping as wrapping
from pellucid.running.convolutions import convolved
from pellucid.running.loops import Wishes, read_by, settled, values_of
from pellucid.running.torch_functions import MANY
from pellucid.running.torch_loops import Loop
from pellucid.running.torch_operations import spelling
from pellucid.running.torch_places import as_index, cut, moving
from pellucid.running.torch_source import Source
from pellucid.running.writing import (
    ARITHMETIC,
    COMPARISONS,
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
    """Writes a graph as a function."""

    def __init__(self, graph: Graph, device: torch.device) -> None:
        self.graph = graph = convolved(graph)
        self.order = [n for n in in_turn(graph) if not n.known]
        self.steps = list(with_bodies(self.order))
        known = {*graph.known, *settled(self.steps)}
        values = values_of(known, [*read_by(self.steps), *graph.outputs])
        given = {node.name for node in (*graph.order, *self.steps)}
        self.source = Source(values, {graph.title, *given}, device)
        self.names = self.source.names
        wishes = Wishes(self.order, graph.ends, set(), self.names)
        lives = Lives(graph, self.order)
        self._block = Block(self.source, self.order, known, lives, wishes)

    def written(self) -> str:
        """The whole function."""
        inputs = [self._block.christened(node, -1) for node in self.graph.inputs]
        steps = with_guards(self.order, self.graph.guards, self.names)
        lines = self._block.lines(steps)
        return function(self.graph.title, inputs, lines, self._results())

    def _results(self) -> list[str]:
        """The outputs, each with memory of its own."""
        results: list[str] = []
        for node in self.graph.outputs:
            is_object = node.known and node.dtype.kind not in "biufc"  # a text
            name = self._block.argument(node, node.dtype, node.weak or is_object)
            shared = node.known or node.is_input or is_view(node)
            copied = (shared or name in results) and not (node.weak or is_object)
            results.append(f"{name}.clone()" if copied else name)
        return results


class Block:
    """Statements that run one after another: those of a function, or of a turn.

    Parameters
    ----------
    source : Source
        What they share with others.
    order : sequence of Node
        The steps.
    known : set of Node
        What has its value at once.
    lives : Lives
        Who reads which memory last.
    wishes : Wishes
        What is called how.

    Attributes
    ----------
    behind : dict
        What the inputs of a turn stand for.
    """

    def __init__(
        self, source: Source, order: Sequence[Node], known: set[Node], lives: Lives,
        wishes: Wishes,
    ) -> None:  # fmt: skip
        self.source, self.names, self.order = source, source.names, order
        self.known, self.lives, self.wishes = known, lives, wishes
        self.parts = asked(order)
        self.places = {node: place for place, node in enumerate(order)}
        self.behind: dict[Node, Node] = {}

    def lines(self, steps: Iterable[Node | str]) -> list[str]:
        """The lines of steps; a line among them stays as it is."""
        lines: list[str] = []
        for step in steps:
            if isinstance(step, str):
                lines.append(step)
            elif step in self.parts:
                lines += Loop(self, step, self.parts[step]).lines()
            elif step.operation not in ("input", "loop", "part"):
                lines.append(self._line(step))
        return lines

    def inside(
        self, order: Sequence[Node], lives: Lives, wishes: Wishes,
        behind: Mapping[Node, Node],
    ) -> Block:  # fmt: skip
        """The statements of a turn, in which inputs stand for what is fixed."""
        inner = Block(self.source, order, self.known, lives, wishes)
        inner.behind = {i: self.real(node) for i, node in behind.items()}
        return inner

    def real(self, node: Node) -> Node:
        """What an input stands for, or the node itself."""
        return self.behind.get(node, node)

    def is_known(self, node: Node) -> bool:
        """Whether the value of a node is had at once."""
        return self.real(node) in self.known

    def christened(self, node: Node, place: int, wish: str = "") -> str:
        """The name of what is made at this place in the order."""
        return self.wishes.take(node, place, wish)

    def name(self, node: Node) -> str:
        """What stands for a value."""
        return self.names.of(self.real(node))

    def like(self, node: Node, other: Node) -> str:
        """A value in the dtype and the shape of another."""
        if other.weak:
            return self.name(node)
        text = self.argument(node, other.dtype)
        same = self.real(node).shape == other.shape
        return text if same else f"{text}.expand({other.shape})"

    # -- one statement a node ---------------------------------------------------------

    def _line(self, node: Node) -> str:
        if not node.weak and spelling(node.operation) is None:
            raise PellucidError(_refusal(node))
        return shaped(self._statement(node), node)

    def _statement(self, node: Node) -> str:
        if node.operation in WRITING:
            return self._assignment(node)
        if node.operation == "scatter" and self._is_put(node):
            return self._scattered(node)
        text = self._expression(node)
        return f"{self.christened(node, self.places[node])} = {text}"

    def _expression(self, node: Node) -> str:
        """The operation; of unsigned integers in signed ones, and wrapped around."""
        text = self._computed(node)
        if not wrapping.is_widened(node) or node.dtype not in wrapping.WIDE:
            return text
        made = "view" if wrapping.is_of_32_bits(node) else "to"
        return f"({text}).{made}({self.source.dtype(node.dtype, node)})"

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
        if node.operation == "counter":
            return self.names.number(node.options["value"])
        if node.operation == "entry":
            table = self.name(node.arguments[0])
            return f"{table}[{self.names.index(node.options['at'], [])}].item()"
        is_total = facts_of(node.operation).slope & (CONSTANT | BY_EACH)
        if node.operation in SYMBOLS and is_total:
            return f"{arguments[0]} {SYMBOLS[node.operation]} {arguments[1]}"
        if node.operation == "cast":
            return f"{self.source.bound(node.promotes_as, 'number')}({arguments[0]})"
        name = self.source.bound(OPERATORS[node.operation], node.operation)
        return f"{name}({', '.join(arguments)})"

    def _ending(self, node: Node) -> str:
        """A large argument that is read for the last time, whose memory can be used."""
        swaps = facts_of(node.operation).commutes
        if node.operation not in IN_PLACE or node.size < MANY or node.dtype.kind == "u":
            return ""
        if node.arguments[0].weak and not swaps:
            return ""  # torch takes a number as the second argument alone
        ending = self.lives.ending(node)
        for a in node.arguments:
            mine = a in ending and not a.is_input and not self.is_known(a)
            if mine and (a.shape, a.dtype) == (node.shape, node.dtype):
                return self.names.of(a)
        return ""

    def _into(self, node: Node, arguments: list[str], out: str) -> str:
        """Written into memory that is read no more."""
        if node.arguments[0].weak:
            arguments = arguments[::-1]
        name = f"{self.source.torch}.{node.operation}"
        return f"{name}({', '.join(arguments)}, out={out})"

    def _call(self, node: Node, arguments: list[str]) -> str:
        found = spelling(node.operation)
        if callable(found):
            name = self.source.bound(found, found.__name__.lstrip("_"))
        else:
            name = str(found).replace("torch", self.source.torch, 1)
        return f"{name}({', '.join(arguments)})"

    def _assignment(self, node: Node) -> str:
        """A value put, or added, at its place: in place where nobody reads the old."""
        array, value, *indices = self._arguments(node)
        at, is_plain = self._place(node, node.shape)
        place, old = self.places[node], node.arguments[0]
        adds = node.operation == "add_at"
        if not is_plain:
            call = self._call(node, [array, value, *indices, f"at={at}"])
            return f"{self.christened(node, place)} = {call}"
        put = f"[{self._brackets(node, indices)}] {'+=' if adds else '='} {value}"
        if self.lives.may_write(node) and not self.is_known(old):
            self.wishes.keep(node, array)
            return f"{array}{put}"
        name = self.christened(node, place - 1)  # what is put has its name still
        return f"{name} = {array}.clone(); {name}{put}"

    def _is_put(self, node: Node) -> bool:
        """Whether what is added into zeros is put there, as no place is named twice."""
        is_plain = is_basic(node.options["at"]) and self._place(node, node.shape)[1]
        return is_plain and not wrapping.is_widened(node)

    def _scattered(self, node: Node) -> str:
        """Zeros in which a value is put at its place."""
        value, *indices = self._arguments(node)
        name = self.christened(node, self.places[node] - 1)
        made = f"{name} = {value}.new_zeros({node.shape})"
        return f"{made}; {name}[{self._brackets(node, indices)}] = {value}"

    # -- arguments and options --------------------------------------------------------

    def _has_strong(self, node: Node) -> bool:
        return not all(argument.weak for argument in node.arguments)

    def _arguments(self, node: Node) -> list[str]:
        if node.weak:
            return [self.name(argument) for argument in node.arguments]
        pairs = zip(node.arguments, wrapping.signed_reads(node), strict=True)
        return [self.argument(a, dtype, self._is_bare(node, a)) for a, dtype in pairs]

    def _is_bare(self, node: Node, argument: Node) -> bool:
        """Whether torch takes a Python number as it is, and its dtype is the other's.

        On a GPU it may be a tensor of no axes, which gives way to arrays alone.
        """
        if not argument.weak or node.operation not in SYMBOLS:
            return False
        return self._has_strong(node) and (self.is_known(argument) or node.shape != ())

    def argument(self, node: Node, dtype: Any, is_bare: bool = False) -> str:
        """What stands for a value, read in a dtype (None: in its own)."""
        node = self.real(node)
        if is_bare:
            return self.names.of(node)
        dtype = node.dtype if dtype is None else dtype
        if node in self.known:
            return self.source.constant(node, dtype)
        name = self.names.of(node)
        if node.weak:
            return self.source.scalar(name, dtype, node)
        if dtype == node.dtype:
            return name
        seen = (node.dtype, dtype) == (wrapping.UNSIGNED_32, wrapping.SIGNED_32)
        made = "view" if seen else "to"
        return f"{name}.{made}({self.source.dtype(dtype, node)})"

    def _options(self, node: Node) -> list[str]:
        options = dict(node.options)
        if options.get("keepdims") and options.get("axis") is None:
            options["axis"] = reduced_axes(node.arguments[0].ndim, None)
        if node.operation == "transpose" and options.get("axes") is None:
            options["axes"] = tuple(reversed(range(node.ndim)))
        dtype = options.pop("dtype", None)
        texts = self.names.options({RENAMED.get(k, k): v for k, v in options.items()})
        return [*texts, f"dtype={self.source.dtype(dtype, node)}"] if dtype else texts

    # -- indices ----------------------------------------------------------------------

    def _place(self, node: Node, shape: tuple[int, ...]) -> tuple[str, bool]:
        """The name of an index cut in three; whether brackets mean the same."""
        at = node.options["at"]
        slots = places(node)
        masks = {i: s.ndim for i, s in enumerate(slots) if s.dtype == bool}
        found = cut(placed(at), shape, masks, self.source.device)
        mixed = any(not isinstance(i, (slice, np.ndarray, Slot)) for i in at)
        mixed = mixed or any(s.shape == () for s in slots)
        is_plain = not found.flips and not (found.picks and mixed)
        is_plain = is_plain and not (node.operation == "add_at" and _may_miss(node))
        if is_plain and node.operation != "scatter":
            return "", True
        if not moves(at):
            return self.names.bound(found), is_plain
        turns, place = moving(at, shape, masks, self.source.device)
        numbers = ", ".join(self.names.turns[turn] for turn in turns)
        return f"{self.source.bound(place, 'place')}({numbers})", is_plain

    def _brackets(self, node: Node, indices: list[str]) -> str:
        return self.names.index(map(self._part, node.options["at"]), indices)

    def _part(self, part: Any) -> Any:
        """A part of an index as torch takes it."""
        if isinstance(part, np.ndarray):
            return as_index(part, self.source.device)
        return int(part) if isinstance(part, np.integer) else part


def _may_miss(node: Node) -> bool:
    """Whether += counts a place once that is named twice, or torch cannot add so."""
    unlike = node.dtype.kind == "b" or node.dtype in wrapping.WIDE
    return unlike or may_repeat(node.options["at"], node.shape)


def _changes_nothing(node: Node) -> bool:
    """Whether the result is the argument: one of no axes transposed, for example."""
    if node.operation == "transpose":
        return node.ndim < 2
    same = node.operation in {"reshape", "broadcast_to"}
    return same and node.shape == node.arguments[0].shape


def _refusal(node: Node) -> str:
    where = f"{node.line[0]}, line {node.line[1]}: " if node.line else ""
    return f'{where}PyTorch has no {node.operation}; run it with target="numpy".'
