"""What is derived from a result: its gradient, Jacobian, and products with vectors.

Each takes what the person's function gave on traced values, the inputs that are asked
for, and the title of the function for messages; those with a vector take it last.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs import structure
from pellucid.graphs.backward import pulled_back
from pellucid.graphs.node import Node
from pellucid.graphs.traced import Traced, current, lifted, node_of


def pulled(result: Any, seeds: Any, inputs: Any) -> Any:
    """The gradient of every input, in their structure."""
    outputs = [node_of(leaf) for leaf in structure.leaves(result)]
    _check_real(outputs)
    nodes = [leaf.node for leaf in structure.leaves(inputs) if isinstance(leaf, Traced)]
    given: dict[Node, Any] = {}
    for node, seed in zip(outputs, structure.leaves(seeds), strict=True):
        # One value may be returned at two places.
        given[node] = given[node] + seed if node in given else seed
    gradients = iter(pulled_back(current(), given, nodes))
    return structure.mapped(
        lambda leaf: next(gradients) if isinstance(leaf, Traced) else None, inputs
    )


def _check_real(outputs: list[Node]) -> None:
    """Complex numbers may occur inside a function, but not as its result."""
    for node in outputs:
        if node.dtype.kind == "c":
            file, line = node.line or ("", 0)
            where = f"{os.path.basename(file)}, line {line}: " if file else ""
            message = (
                f"{where}a derivative needs a real result, and this one is complex; "
                "take np.real, np.imag or np.abs of it."
            )
            raise GradientError(message)


def slopes(result: Any, inputs: Any, title: str) -> Any:
    """The gradient of a cost: dJ/dx."""
    return pulled(_cost(result, title), 1.0, inputs)


def value_and_slopes(result: Any, inputs: Any, title: str) -> Any:
    """A cost and its gradient."""
    return result, slopes(result, inputs, title)


def result_and_inputs(result: Any, inputs: Any, title: str) -> Any:
    """What a derivative is taken of, and with respect to what."""
    return result, inputs


def rows(result: Any, inputs: Any, title: str) -> Any:
    """The Jacobian, one backward pass for each element of the result."""
    if not isinstance(result, Traced) and isinstance(result, (tuple, list, dict)):
        return structure.mapped(lambda part: rows(part, inputs, title), result)
    shape = np.shape(result)
    size = int(np.prod(shape))
    if not size:
        return structure.mapped(lambda leaf: np.zeros(shape + np.shape(leaf)), inputs)
    each = [pulled(result, seed, inputs) for seed in np.eye(size).reshape(size, *shape)]
    if not shape:
        return each[0]
    return structure.mapped(
        lambda *parts: np.reshape(np.stack(parts), shape + np.shape(parts[0])), *each
    )


def from_left(result: Any, inputs: Any, title: str, v: Any) -> Any:
    """v'J, by one backward pass."""
    _check_vector(v, result, f"the result of {title}")
    return pulled(result, v, inputs)


def from_right(result: Any, inputs: Any, title: str, v: Any) -> Any:
    """J v: v'J is linear in v, and its derivative is J."""
    _check_vector(v, inputs, f"the argument of {title}")
    u = structure.mapped(_no_direction, result)
    return pulled(_inner(pulled(result, u, inputs), v), 1.0, u)


def _no_direction(leaf: Any) -> Any:
    """Zeros like a result, in which a derivative can be taken."""
    dtype = np.dtype(getattr(leaf, "dtype", float))
    return fresh(np.zeros(np.shape(leaf), dtype if dtype.kind == "f" else float))


def curved(result: Any, inputs: Any, title: str, v: Any) -> Any:
    """H v, the gradient of (gradient . v)."""
    _check_vector(v, inputs, f"the argument of {title}")
    return slopes(_inner(slopes(result, inputs, title), v), inputs, title)


def _check_vector(v: Any, like: Any, name: str) -> None:
    """Check that a vector has the structure and shapes of what it multiplies."""
    ours, theirs = ([np.shape(x) for x in structure.leaves(tree)] for tree in (v, like))
    if ours != theirs:
        message = (
            f"The vector must have the shape of {name}, {_listed(theirs)}; it has "
            f"{_listed(ours)}."
        )
        raise GradientError(message)


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))


def _inner(a: Any, b: Any) -> Any:
    """The sum of the products of all elements."""
    pairs = zip(structure.leaves(a), structure.leaves(b), strict=True)
    return sum(np.sum(x * y) for x, y in pairs if x is not None)


def _cost(result: Any, title: str) -> Any:
    """Check that a result is a cost."""
    if not isinstance(result, (Traced, np.ndarray, np.number, int, float)):
        came = "None" if result is None else f"a {type(result).__name__}"
    elif np.size(result) != 1:
        came = f"shape {np.shape(result)}"
    else:
        return result
    message = (
        f"A gradient needs a cost with one element; {title} gives {came}. Use "
        "pellucid.jacobian, or sum it."
    )
    raise GradientError(message)


def fresh(leaf: Any) -> Any:
    """A node of its own for an argument, so that only its uses here are followed."""
    leaf = as_float(leaf)
    if not isinstance(leaf, (Traced, float, np.ndarray, np.floating)):
        return leaf
    recorder, node = current(), node_of(leaf)
    with recorder.on_behalf_of(node):
        fresh = recorder.record("copy", (node,), weak=node.weak)
    return lifted(fresh, recorder, isinstance(leaf, np.ndarray), like=leaf)


def inputs_of(argument: Any, title: str) -> Any:
    """An argument as what is differentiated; refuse one without a float."""
    made = structure.mapped(fresh, argument)
    leaves = list(structure.leaves(made))
    if leaves and not any(isinstance(leaf, Traced) for leaf in leaves):
        message = (
            f"{title} is differentiated with respect to floats and arrays of floats; "
            f"what came is {_described(argument)}. Pass np.asarray(x, float) of it, or "
            "name another argument with wrt=."
        )
        raise GradientError(message)
    return made


def _described(argument: Any) -> str:
    kind = type(argument).__name__
    if isinstance(argument, (np.ndarray, list, tuple, dict)):
        dtype = getattr(argument, "dtype", None)
        return f"of kind {kind} of {dtype}" if dtype else f"a {kind} without floats"
    return f"{argument!r}, of kind {kind}" if np.ndim(argument) == 0 else f"a {kind}"


def as_float(leaf: Any) -> Any:
    """An integer that is differentiated is taken as a float."""
    if isinstance(leaf, (int, np.integer)) and not isinstance(leaf, bool):
        return float(leaf)
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iu":
        return leaf.astype(float)
    return leaf
