"""What is derived from a result: its gradient, Jacobian, and products with vectors.

Each takes what the person's function gave on traced values, the inputs that are asked
for, and the title of the function for messages; those with a vector take it last.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.backward import pulled_back
from pellucid.graphs.differentiating.by_turns import for_each
from pellucid.graphs.node import Node, location_of
from pellucid.graphs.tracing.traced import Traced, current, lifted, node_of


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
            message = (
                f"{location_of(node)}a derivative needs a real result, and this one is "
                "complex; take np.real, np.imag or np.abs of it."
            )
            raise GradientError(message)


def cost_gradient(result: Any, inputs: Any, title: str) -> Any:
    """The gradient of a cost: dJ/dx."""
    return pulled(_cost(result, title), 1.0, inputs)


def value_and_slopes(result: Any, inputs: Any, title: str) -> Any:
    """A cost and its gradient."""
    return result, cost_gradient(result, inputs, title)


def value_aux_and_slopes(result: Any, inputs: Any, title: str) -> Any:
    """A cost with what comes beside it, and its gradient."""
    if not isinstance(result, tuple) or len(result) != 2:
        message = f"{title} is to give (cost, aux), as has_aux=True says"
        raise GradientError(f"{message}; it gives a {type(result).__name__}.")
    return result, cost_gradient(result[0], inputs, title)


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
    seeds = np.eye(size).reshape(size, *shape)
    stacked = for_each(lambda seed: pulled(result, seed, inputs), seeds)
    if stacked is None:
        each = [pulled(result, seed, inputs) for seed in seeds]
        if not shape:
            return each[0]
        stacked = structure.mapped(_stacked, *each)
    return structure.mapped(
        lambda x: None if x is None else np.reshape(x, shape + x.shape[1:]), stacked
    )


def _stacked(*rows: Any) -> Any:
    """The rows of one input; None where it is not differentiated."""
    return None if rows[0] is None else np.stack(rows)


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
    return cost_gradient(_inner(cost_gradient(result, inputs, title), v), inputs, title)


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
    numbers: Any = (Traced, np.ndarray, np.number, int, float)
    if isinstance(result, numbers):
        if np.size(result) == 1:
            return result
        came = f"shape {np.shape(result)}. Use pellucid.jacobian, or sum it."
    else:
        came = _no_cost(result, title)
    message = f"A gradient needs a cost with one element; {title} gives {came}"
    raise GradientError(message)


def _no_cost(result: Any, title: str) -> str:
    """What came instead of a number, and what gives one."""
    kind = type(result).__name__
    if result is None:
        return "None: does it end in `return`?"
    if isinstance(result, (tuple, list)) and result:
        return (
            f"a {kind} of {len(result)}. Use lambda *args: {title}(*args)[0] for the "
            "first of them alone, or pellucid.jacobian for all."
        )
    if isinstance(result, dict) and result:
        key = next(iter(result))
        return (
            f"a dict. Use lambda *args: {title}(*args)[{key!r}] for one of its values, "
            "or pellucid.jacobian for all."
        )
    if inspect.isgenerator(result):
        return "a generator, as it has `yield`. Return the cost, sum(...) of the terms."
    if inspect.iscoroutine(result):
        result.close()
        return "a coroutine, as it is `async`. Write a plain `def`."
    if kind == "Selection":
        return "x[mask], whose length depends on values. Return np.sum of it."
    if dataclasses.is_dataclass(result):
        field = dataclasses.fields(result)[0].name
        return f"a {kind}. Use lambda *args: {title}(*args).{field}, a number."
    return f"a {kind}. Return a number or an array with one element."


def fresh(leaf: Any) -> Any:
    """A node of its own for an argument, so that only its uses here are followed."""
    leaf = as_float(leaf)
    if not isinstance(leaf, (Traced, float, np.ndarray, np.floating)):
        return leaf
    if isinstance(leaf, np.ndarray) and np.dtype(leaf.dtype).kind not in "fc":
        return leaf  # of booleans, texts, dates or objects, which have no slope
    recorder, node = current(), node_of(leaf)
    with recorder.on_behalf_of(node):
        fresh = recorder.record("copy", (node,), weak=node.weak)
    return lifted(fresh, recorder, isinstance(leaf, np.ndarray), like=leaf)


def inputs_of(argument: Any, title: str) -> Any:
    """An argument as what is differentiated; refuse one without a float."""
    made = structure.mapped(fresh, argument)
    leaves = list(structure.leaves(made))
    wrong = [leaf for leaf in structure.leaves(argument) if _is_complex(leaf)]
    if wrong or (leaves and not any(isinstance(leaf, Traced) for leaf in leaves)):
        argument = wrong[0] if wrong else argument
        message = (
            f"{title} is differentiated with respect to floats and arrays of floats; "
            f"what came is {_described(argument)}. {_as_floats(argument, title)}, or "
            "name another argument with wrt=."
        )
        raise GradientError(message)
    return made


def _is_complex(leaf: Any) -> bool:
    """Whether this is an array of complex numbers; a traced value may be one."""
    traced = isinstance(leaf, Traced)
    return not traced and isinstance(leaf, np.ndarray) and leaf.dtype.kind == "c"


def _described(argument: Any) -> str:
    kind = type(argument).__name__
    if isinstance(argument, (np.ndarray, list, tuple, dict)):
        dtype = getattr(argument, "dtype", None)
        return f"of kind {kind} of {dtype}" if dtype else f"a {kind} without floats"
    if dataclasses.is_dataclass(argument):
        return f"a {kind}, which is a dataclass"
    if _is_object(argument):
        return f"an object of the class {kind}"
    return f"{argument!r}, of kind {kind}" if np.ndim(argument) == 0 else f"a {kind}"


def _is_object(argument: Any) -> bool:
    """Whether this is an instance of a class of Python, no number and no array."""
    return hasattr(argument, "__dict__") and not (
        callable(argument) or hasattr(argument, "__array__") or np.ndim(argument)
    )


def _as_floats(argument: Any, title: str) -> str:
    """How an argument of another kind is passed as floats."""
    kind = type(argument).__name__
    if dataclasses.is_dataclass(argument):
        return (
            f"Differentiate lambda fields: {title}({kind}(**fields)) at "
            "dataclasses.asdict(p), a dict of the fields of p"
        )
    if kind == "DataFrame":
        return "Pass {name: np.asarray(column, float) for name, column in df.items()}"
    if isinstance(argument, (complex, np.complexfloating)) or _is_complex(argument):
        return "Pass the real and the imaginary part, and write x + 1j * y inside"
    if hasattr(argument, "toarray"):
        return "Pass x.toarray()"
    if getattr(getattr(argument, "dtype", None), "fields", None):
        return "Pass {name: x[name] for name in x.dtype.names}, a dict of its fields"
    if isinstance(argument, (set, frozenset)):
        return "Pass np.array(sorted(x), float)"
    if _is_object(argument) and not hasattr(argument, "__float__"):
        return 'Pass vars(p), a dict of its attributes, and write p["name"] for p.name'
    return "Pass np.asarray(x, float) of it"


def as_float(leaf: Any) -> Any:
    """An integer that is differentiated is taken as a float."""
    if isinstance(leaf, (int, np.integer)) and not isinstance(leaf, bool):
        return float(leaf)
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iu":
        return leaf.astype(float)
    return leaf
