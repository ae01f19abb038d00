"""A graph as the source of a function of jax.numpy.

The source is written while it runs on shapes and dtypes alone, so that each statement
gives what its node promises: JAX's own rules of promotion differ from NumPy's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.dtypes import reads
from pellucid.graphs.operations.indexing import with_arrays
from pellucid.graphs.operations.kinds import PLACED
from pellucid.running.jax_checks import checks_of
from pellucid.running.jax_operations import phrase, spelling
from pellucid.running.writing import SourceNames, function, made, shaped

BAKED = 1024  # elements up to which a constant is part of the code; else an argument


class Written:
    """A graph as source, and as the function that it defines.

    The function takes the inputs and the `constants`, and gives the outputs and for
    each of the `checks` the number that tells whether a step fails.
    """

    def __init__(self, graph: Graph, outputs: Sequence[Node]) -> None:
        self._order = [n for n in graph.order if not n.known and not n.is_input]
        values = known_values(graph, self._order, outputs)
        large = {n: v for n, v in values.items() if np.size(v) > BAKED}
        small = {n: v for n, v in values.items() if n not in large}
        self.constants = list(large.values())
        self.checks = checks_of(self._order)
        taken = {graph.title, *(node.name for node in graph.order)}
        self._names = SourceNames(small, {"jnp": jnp}, taken)
        self._arguments = [*graph.inputs, *large]
        specs = [shape_of(n) for n in self._arguments]
        self._lines: list[str] = []
        jax.eval_shape(self._write, *specs)
        results = [self._name(node) for node in outputs]
        parts = self._name, self._given, self._names.bound
        results += [check.call(*parts) for check in self.checks]
        self._lines += [asked_for(self._name(g.node), g) for g in graph.guards]
        arguments = [self._name(node) for node in self._arguments]
        self.source = function(graph.title, arguments, self._lines, results)
        self.function = made(self.source, graph.title, self._names.fixed)

    def _write(self, *arguments: Any) -> None:
        """Write the statements, each after those before it have been run on shapes."""
        names = map(self._name, self._arguments)
        values = dict(zip(names, arguments, strict=True))
        for node in self._order:
            text = self._expression(node)
            value = attempted(node, text, self._names.fixed, values)
            # A float has no dtype, and an array of NumPy takes no index of JAX's.
            exact = isinstance(value, jax.Array) and value.dtype == node.dtype
            if not exact or getattr(value, "weak_type", False):
                text = f"jnp.asarray({text}, {dtype_text(node.dtype)})"
                value = jnp.asarray(value, node.dtype)
            values[self._name(node)] = value
            self._lines.append(shaped(f"{self._name(node)} = {text}", node))

    def _name(self, node: Node) -> str:
        """What stands for a value; the person's jnp makes way for the module."""
        name = self._names.of(node)
        return "jnp_" if name == "jnp" else name

    # -- one expression a node --------------------------------------------------------

    def _expression(self, node: Node) -> str:
        supported(node)
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
        return [self._argument(argument, dtype) for argument, dtype in pairs]

    def _argument(self, node: Node, dtype: np.dtype[Any]) -> str:
        """The name of a value in the dtype in which an operation takes it."""
        if node.dtype == dtype or (node.is_literal and node.weak):
            return self._name(node)
        if node.is_literal or node in self._names.values:
            value = node.value if node.is_literal else self._names.values[node]
            return self._names.bound(np.asarray(value).astype(dtype)[()])
        return converted(self._name(node), node.dtype, dtype)

    def _selection(self, node: Node, names: list[str]) -> str:
        """An index, an assignment, or the sum into places that an index reads."""
        at = with_arrays(node.options["at"])
        if node.operation == "scatter":
            place = self._names.index(at, names[1:])
            is_truth = node.dtype == bool  # which JAX does not add: it is counted
            kind = "jnp.int32" if is_truth else dtype_text(node.dtype)
            total = f"jnp.zeros({node.shape}, {kind}).at[{place}].add({names[0]})"
            return f"{total} != 0" if is_truth else total
        x = f"jnp.asarray({names[0]})" if node.arguments[0].known else names[0]
        if node.operation == "index":
            return f"{x}[{self._names.index(at, names[1:])}]"
        return f"{x}.at[{self._names.index(at, names[2:])}].set({names[1]})"

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
        return self._names.bound(found, node.operation.replace(".", "_"))

    def _option(self, value: Any) -> str:
        if isinstance(value, np.dtype):
            return dtype_text(value)
        return self._names.text(value)


def asked_for(name: str, guard: Guard) -> str:
    """A comment that says what is returned to be compared with the recorded answer."""
    return f"# {name} is {guard.answer}: {guard.place}{guard.code}"


def known_values(
    graph: Graph, order: Sequence[Node], outputs: Sequence[Node]
) -> dict[Node, Any]:
    """The values, that depend on no input, of arguments and outputs."""
    wanted = [a for n in order for a in n.arguments if a.known]
    wanted += [n for n in outputs if n.known]
    values = evaluate(graph.known, {}, wanted)
    return {node: values[node] for node in wanted}


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
