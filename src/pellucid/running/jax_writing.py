"""A graph as the source of a function of jax.numpy.

The source is written while it runs on shapes and dtypes alone, so that each statement
gives what its node promises: JAX's own rules of promotion differ from NumPy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.bodies import asked, with_bodies
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.dtypes import reads
from pellucid.graphs.operations.indexing import with_arrays
from pellucid.graphs.operations.kinds import PLACED
from pellucid.graphs.places import moves
from pellucid.running.jax_checks import Failure, Limit, checks_of
from pellucid.running.jax_loops import Loop
from pellucid.running.jax_operations import phrase, spelling
from pellucid.running.jax_places import Indices
from pellucid.running.loops import (
    NotAsLoopError,
    Wishes,
    read_by,
    settled,
    spared,
    untransposed,
    values_of,
)
from pellucid.running.writing import SourceNames, function, made, shaped

UNWRITTEN = ("input", "loop", "part")  # as steps of their own
BAKED = 1024  # elements up to which a constant is part of the code; else an argument


class Written:
    """A graph as source, and as the function that it defines.

    The function takes the inputs and the `constants`, and gives the outputs and for
    each of the `checks` the number that tells whether a step fails.
    """

    def __init__(self, graph: Graph, outputs: Sequence[Node]) -> None:
        order = [n for n in graph.order if not n.known and not n.is_input]
        steps = list(with_bodies(order))
        known = {*graph.known, *settled(steps)}
        values = values_of(known, [*read_by(steps), *outputs])
        blank = {n for n, v in values.items() if _is_blank(v)}
        filled = {n: v for n, v in values.items() if n not in blank}
        large = {n: v for n, v in filled.items() if np.size(v) > BAKED}
        small = {n: v for n, v in filled.items() if n not in large}
        self.constants = list(large.values())
        given = {node.name for node in (*graph.order, *steps)}
        fixed = {"jnp": jnp, "lax": jax.lax}
        names = SourceNames(small, fixed, {graph.title, *given})
        wishes = Wishes(order, outputs, set(), names)
        for node in blank:
            names.call(node, f"jnp.zeros({node.shape}, {dtype_text(node.dtype)})")
        self._block = block = Block(names, known, wishes)
        arguments = [*graph.inputs, *large]
        self._arguments = [self._argument(node) for node in arguments]
        jax.eval_shape(self._write(order, outputs), *map(shape_of, arguments))
        self.checks = [check for check, _ in block.checks]
        results = [block.name(node) for node in outputs]
        results += [text for _, text in block.checks]
        asked = [asked_for(block.name(g.node), g) for g in graph.guards]
        lines = [*block.lines, *asked]
        self.source = function(graph.title, self._arguments, lines, results)
        self.function = made(self.source, graph.title, names.fixed)

    def _argument(self, node: Node) -> str:
        """The name of an input, or of a large constant."""
        wish = node.name or "constant"
        return self._block.christened(node, -1, wish)

    def _write(
        self, order: Sequence[Node], ends: Sequence[Node]
    ) -> Callable[..., None]:
        """What writes the statements while it runs on shapes."""

        def run(*arguments: Any) -> None:
            self._block.values |= zip(self._arguments, arguments, strict=True)
            self._block.write(order, ends)

        return run


class Block:
    """Statements, each written after those before it have been run on shapes.

    Parameters
    ----------
    names : SourceNames
        Those of the whole source.
    known : set of Node
        What is not written, as its value is had at once.
    wishes : Wishes
        What is called how.

    Attributes
    ----------
    values : dict
        What each name holds, without elements.
    behind : dict
        What the inputs of a turn stand for.
    checks : list
        What is to be checked, and how the number for it is written.
    """

    def __init__(self, names: SourceNames, known: set[Node], wishes: Wishes) -> None:
        self.names, self.known, self.wishes = names, known, wishes
        self.values: dict[str, Any] = {}
        self.behind: dict[Node, Node] = {}
        self.indices = Indices(names)
        self.lines: list[str] = []
        self.checks: list[tuple[Limit | Failure, str]] = []

    def inside(
        self, order: Sequence[Node], ends: Sequence[Node], fixed: Mapping[Node, Node]
    ) -> Block:
        """The statements of a turn, in which inputs stand for what is fixed."""
        read = set(map(self.name, fixed.values()))
        wishes = Wishes(order, ends, self.wishes.barred | read, self.names)
        inner = Block(self.names, self.known, wishes)
        inner.values.update(self.values)
        inner.behind = {i: self.behind.get(a, a) for i, a in fixed.items()}
        return inner

    def write(self, order: Sequence[Node], ends: Sequence[Node]) -> None:
        """Write steps, and their checks."""
        parts = asked(order)
        without = self.known | spared(order, ends)
        for place, node in enumerate(order):
            if node in parts:
                Loop(self, node, parts[node], place).write()
            elif not (node in without or node.operation in UNWRITTEN):
                self._step(node, place)
        ways = self.name, self._given, self.names.bound
        self.checks += [(check, check.call(*ways)) for check in checks_of(order)]

    def _step(self, node: Node, place: int) -> None:
        text = self._expression(node)
        value = attempted(node, text, self.names.fixed, self.values)
        # A float has no dtype, and an array of NumPy takes no index of JAX's.
        exact = isinstance(value, jax.Array) and value.dtype == node.dtype
        if not exact or getattr(value, "weak_type", False):
            text = f"jnp.asarray({text}, {dtype_text(node.dtype)})"
            value = jnp.asarray(value, node.dtype)
        if value.shape != node.shape:
            raise refused(node, f"its shape is {value.shape}, not {node.shape}")
        name = self.christened(node, place)
        self.values[name] = value
        self.lines.append(shaped(f"{name} = {text}", node))

    def evaluated(self, text: str) -> Any:
        """What an expression is, without elements."""
        return eval(text, self.names.fixed, self.values)

    # -- names ------------------------------------------------------------------------

    def christened(self, node: Node, place: int, wish: str = "") -> str:
        """The name of what is made at this place in the order."""
        self.wishes.take(node, place, wish)
        return self.name(node)

    def name(self, node: Node) -> str:
        """What stands for a value; the person's jnp makes way for the module."""
        node = self.behind.get(node, node)
        name = self.names.of(node)
        return f"{name}_" if name in ("jnp", "lax") else name

    def typed(self, node: Node, other: Node) -> str:
        """A value as an array of the shape and the dtype of another."""
        real = self.behind.get(node, node)
        text = self.argument(real, other.dtype)
        if real.is_literal and np.isfinite(real.value):
            text = f"{dtype_text(other.dtype)}({np.asarray(real.value).item()!r})"
        same = real.shape == other.shape
        return text if same else f"jnp.broadcast_to({text}, {other.shape})"

    def dtype(self, node: Node) -> str:
        """The dtype of a node as it is written."""
        return dtype_text(supported(node))

    # -- one expression a node --------------------------------------------------------

    def _expression(self, node: Node) -> str:
        supported(node)
        if node.operation == "counter":
            return self.names.number(node.options["value"])
        matrix = untransposed(node)
        if matrix:  # XLA is faster at v A than at A' v
            pairs = zip((matrix, node.arguments[1]), reads(node), strict=True)
            A, v = (self.argument(argument, dtype) for argument, dtype in pairs)
            return f"{v} @ {A}"
        names = self._given(node)
        if node.operation == "cast":
            return converted(names[0], node.arguments[0].dtype, node.dtype)
        if facts_of(node.operation).reads is PLACED:
            return self._selection(node, names)
        options = {key: self._option(value) for key, value in node.options.items()}
        return phrase(node, names, options, self._function(node))

    def _given(self, node: Node) -> list[str]:
        """The arguments of an operation, each in the dtype in which it takes it."""
        pairs = zip(node.arguments, reads(node), strict=True)
        return [self.argument(argument, dtype) for argument, dtype in pairs]

    def argument(self, node: Node, dtype: np.dtype[Any]) -> str:
        """The name of a value in the dtype in which an operation takes it."""
        node = self.behind.get(node, node)
        if node.dtype == dtype or (node.is_literal and node.weak):
            return self.name(node)
        if self.is_known(node):
            value = node.value if node.is_literal else self.names.values[node]
            return self.names.bound(np.asarray(value).astype(dtype)[()])
        return converted(self.name(node), node.dtype, dtype)

    def is_known(self, node: Node) -> bool:
        """Whether a name of NumPy's own values stands for a value, or a number."""
        node = self.behind.get(node, node)
        return node.is_literal or node in self.names.values

    def _selection(self, node: Node, names: list[str]) -> str:
        """An index, an assignment, or the sum into places that an index reads."""
        at = with_arrays(node.options["at"])
        put = self.indices.put
        if node.operation == "scatter":
            is_truth = node.dtype == bool  # which JAX does not add: it is counted
            kind = "jnp.int32" if is_truth else dtype_text(node.dtype)
            zeros = f"jnp.zeros({node.shape}, {kind})"
            total = put(zeros, node.shape, at, names[1:], f"add({names[0]})")
            return f"({total}) != 0" if is_truth else total
        array = node.arguments[0]
        x = f"jnp.asarray({names[0]})" if self.is_known(array) else names[0]
        if node.operation in ("index", "entry"):
            return self.indices.read(x, array.shape, at, names[1:])
        adds = "max" if node.dtype == bool else "add"  # a sum of truths is any of them
        act = "set" if node.operation == "assign" else adds
        return put(x, node.shape, at, names[2:], f"{act}({names[1]})")

    def _function(self, node: Node) -> str:
        """The name of what computes an operation; raise where JAX has nothing."""
        found = spelling(node.operation)
        if found is None:
            raise refused(node, "it has no such function")
        room, _, name = node.operation.rpartition(".")
        plain = f"jnp.{node.operation}"
        module = getattr(jnp, room, None) if room else jnp
        if getattr(module, name, None) is found:
            return plain
        return self.names.bound(found, node.operation.replace(".", "_"))

    def _option(self, value: Any) -> str:
        if moves(value):
            raise NotAsLoopError(f"an option moves: {value}")
        if isinstance(value, np.dtype):
            return dtype_text(value)
        return self.names.text(value)


def _is_blank(value: Any) -> bool:
    """Whether a value is an array of zeros, which is sooner made than given."""
    is_number = isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    return is_number and value.ndim > 0 and not (value.any() or np.signbit(value).any())


def asked_for(name: str, guard: Guard) -> str:
    """A comment that says what is returned to be compared with the recorded answer."""
    return f"# {name} is {guard.answer}: {guard.place}{guard.code}"


def known_values(graph: Graph) -> dict[Node, Any]:
    """The values of the outputs that depend on no input."""
    return values_of(set(graph.known), graph.outputs)


def dtype_text(dtype: np.dtype[Any]) -> str:
    """A dtype as it is written."""
    return "jnp.bool_" if dtype.kind == "b" else f"jnp.{dtype.name}"


def converted(text: str, given: np.dtype[Any], dtype: np.dtype[Any]) -> str:
    """A value in a dtype; of a truth 1 or 0, so that XLA leaves its products.

    It would make a choice of a converted truth times x, in which 0 * nan is 0.
    """
    kind = dtype_text(dtype)
    if given.kind == "b" and dtype.kind != "b":
        return f"jnp.where({text}, {kind}(1), {kind}(0))"
    return f"{text}.astype({kind})"


def supported(node: Node) -> np.dtype[Any]:
    """The dtype of a node; raise where JAX has no such numbers."""
    if node.dtype.char in "gGO":
        raise refused(node, f"it has no {node.dtype.name}")
    return node.dtype


def shape_of(node: Node) -> Any:
    """What JAX knows of a node before it has a value."""
    struct: Any = jax.ShapeDtypeStruct
    return struct(node.shape, supported(node))


def attempted(node: Node, text: str, fixed: Any, values: Any) -> Any:
    """The value of an expression; raise and say for which node there is none."""
    try:
        return eval(text, fixed, values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise refused(node, str(error)) from error


def refused(node: Node, reason: str) -> PellucidError:
    """The error for a node that JAX cannot run."""
    where = f"{node.line[0]}, line {node.line[1]}: " if node.line else ""
    return PellucidError(
        f"{where}JAX cannot run {node.operation} ({node.name}): "
        f'{reason.rstrip(".")}; use target="numpy".'
    )
