"""Gradients, Jacobians and Hessians of plain NumPy functions.

Each is a function of traced values that calls the person's function and walks its nodes
backwards in the same trace. So a gradient inside a traced function, a gradient of a
gradient and a compiled gradient need nothing more. Called with numbers, it is traced
first and the graph is run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs import structure
from pellucid.graphs.backward import pulled_back
from pellucid.graphs.creation import creation_recorded
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.recorder import active
from pellucid.graphs.trace import closed, resumed, signature_of, title_of, trace
from pellucid.graphs.traced import Traced, current, lifted, node_of

Wrt = int | str | tuple[int | str, ...]
Function = Callable[..., Any]


@overload
def gradient(f: Graph, wrt: Wrt = 0) -> Graph: ...
@overload
def gradient(f: Function, wrt: Wrt = 0) -> Function: ...
def gradient(f: Function | Graph, wrt: Wrt = 0) -> Function | Graph:
    """Differentiate a cost: dJ/dx for every element of x, in one backward pass.

    Parameters
    ----------
    f : callable or Graph
        A function whose result has one element.
    wrt : int, str or tuple of them
        The argument, by position or name; a tuple gives a tuple of gradients.

    Returns
    -------
    callable or Graph
        For a function, one with the same arguments that returns the gradient in the
        structure, shapes and kinds of the argument (a float for a float). For a graph,
        the gradient as a graph with the same inputs.

    Raises
    ------
    GradientError
        When the result has more than one element, or an operation has no derivative.
    TraceError
        When the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.gradient(lambda a, b: np.sqrt(a**2 + b**2), wrt=("a", "b"))(3.0, 4.0)
    (0.6, 0.8)
    """
    if isinstance(f, Graph):
        return _gradient_graph(f, wrt)
    return _derived(f, wrt, _gradient, "gradient")


def value_and_gradient(f: Function, wrt: Wrt = 0) -> Function:
    """Return `(value, gradient)` of a cost in one pass; see `gradient`.

    Examples
    --------
    >>> import pellucid as pl
    >>> pl.value_and_gradient(lambda x: x**2)(3.0)
    (9.0, 6.0)
    """
    return _derived(f, wrt, _value_and_gradient, "value_and_gradient")


def jacobian(f: Function, wrt: Wrt = 0) -> Function:
    """Differentiate every element of a result: J[i..., j...] = dz[i...]/dx[j...].

    One backward pass for each element of the result.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    """
    return _derived(f, wrt, _jacobian, "jacobian")


def hessian(f: Function, wrt: int | str = 0) -> Function:
    """Differentiate a cost twice: H[i..., j...] = d2J/dx[i...]dx[j...].

    The Jacobian of the gradient with respect to one array.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return jacobian(gradient(f, wrt), wrt)


def vjp(f: Function, wrt: Wrt = 0) -> Function:
    """Multiply the Jacobian by a vector from the left: v'J.

    Called as `vjp(f)(*args, v)`; v has the structure and shape of the result.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.vjp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    return _derived(f, wrt, _vjp, "vjp", takes_vector=True)


def jvp(f: Function, wrt: Wrt = 0) -> Function:
    """Multiply the Jacobian by a vector from the right: J v.

    Called as `jvp(f)(*args, v)`; v has the structure and shape of the argument. Two
    backward passes: v'J is linear in v, and its derivative is J.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jvp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    return _derived(f, wrt, _jvp, "jvp", takes_vector=True)


def hvp(f: Function, wrt: Wrt = 0) -> Function:
    """Multiply the Hessian of a cost by a vector: H v, called as `hvp(f)(*args, v)`.

    The gradient of (gradient . v): Pearlmutter, "Fast exact multiplication by the
    Hessian" (1994), in reverse mode.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> cost = lambda x: x[0] ** 2 * x[1]
    >>> pl.hvp(cost)(np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    return _derived(f, wrt, _hvp, "hvp", takes_vector=True)


# -- on traced values: result, the inputs asked for, and a vector ----------------------


def _pull(result: Any, seeds: Any, inputs: Any) -> Any:
    """The gradient of every input, in their structure."""
    outputs = [node_of(leaf) for leaf in structure.leaves(result)]
    nodes = [leaf.node for leaf in structure.leaves(inputs) if isinstance(leaf, Traced)]
    pairs = dict(zip(outputs, structure.leaves(seeds), strict=True))
    gradients = iter(pulled_back(current(), pairs, nodes))
    return structure.mapped(
        lambda leaf: next(gradients) if isinstance(leaf, Traced) else None, inputs
    )


def _gradient(result: Any, inputs: Any, title: str) -> Any:
    return _pull(_cost(result, title), 1.0, inputs)


def _value_and_gradient(result: Any, inputs: Any, title: str) -> Any:
    return result, _gradient(result, inputs, title)


def _jacobian(result: Any, inputs: Any, title: str) -> Any:
    if not isinstance(result, Traced) and isinstance(result, (tuple, list, dict)):
        return structure.mapped(lambda part: _jacobian(part, inputs, title), result)
    shape = np.shape(result)
    size = int(np.prod(shape))
    if not size:
        return structure.mapped(lambda leaf: np.zeros(shape + np.shape(leaf)), inputs)
    rows = [_pull(result, seed, inputs) for seed in np.eye(size).reshape(size, *shape)]
    if not shape:
        return rows[0]
    return structure.mapped(
        lambda *parts: np.reshape(np.stack(parts), shape + np.shape(parts[0])), *rows
    )


def _vjp(result: Any, inputs: Any, title: str, v: Any) -> Any:
    return _pull(result, v, inputs)


def _jvp(result: Any, inputs: Any, title: str, v: Any) -> Any:
    u = structure.mapped(lambda leaf: _fresh(np.zeros(np.shape(leaf))), result)
    return _pull(_inner(_pull(result, u, inputs), v), 1.0, u)


def _hvp(result: Any, inputs: Any, title: str, v: Any) -> Any:
    return _gradient(_inner(_gradient(result, inputs, title), v), inputs, title)


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


# -- from numbers to traced values and back -------------------------------------------


def _derived(
    f: Function, wrt: Wrt, derive: Function, kind: str, takes_vector: bool = False
) -> Function:
    """The function that calls f on traced values and derives from its result."""
    title = title_of(f)

    def derived(*args: Any, **kwargs: Any) -> Any:
        if active.get() is None:
            return _run(derived, f, wrt, args, kwargs)
        v = (args[-1],) if takes_vector else ()
        args = args[: len(args) - len(v)]
        places = [_place(f, each, args, kwargs) for each in _each(wrt)]
        given: dict[str, Any] = {"args": list(args), "kwargs": dict(kwargs)}
        for room, key in dict.fromkeys(places):
            given[room][key] = structure.mapped(_fresh, given[room][key])
        asked = tuple(given[room][key] for room, key in places)
        # Taken before the call, because f may write into its arguments.
        inputs = structure.mapped(_as_it_stands, asked)
        result = f(*given["args"], **given["kwargs"])
        return derive(
            result, inputs if isinstance(wrt, tuple) else inputs[0], title, *v
        )

    derived.__name__ = f"{title}_{kind}"
    derived.__doc__ = f"The {kind} of {title} with respect to {wrt!r}."
    if not takes_vector:
        derived.__wrapped__ = f  # type: ignore[attr-defined]
    return derived


def _run(derived: Function, f: Function, wrt: Wrt, args: Any, kwargs: Any) -> Any:
    """Trace a derivative, run its graph, and give floats where floats came."""
    args, kwargs = list(args), dict(kwargs)
    asked = []
    for each in _each(wrt):
        room, key = _place(f, each, args, kwargs)
        given: Any = args if room == "args" else kwargs
        given[key] = structure.mapped(_as_float, given[key])
        asked.append(given[key])
    result = trace(derived, tuple(args), kwargs)(*args, **kwargs)
    return _like(
        result, tuple(asked) if isinstance(wrt, tuple) else asked[0], derived.__name__
    )


def _like(result: Any, asked: Any, title: str) -> Any:
    """Give a derivative with respect to a Python float as a Python float."""
    if title.endswith("value_and_gradient"):
        return result[0], _like(result[1], asked, "gradient")
    if [path for path, _ in structure.paths(result)] != [
        path for path, _ in structure.paths(asked)
    ]:
        return result
    return structure.mapped(_in_kind, result, asked)


def _in_kind(value: Any, given: Any) -> Any:
    return float(value) if type(given) is float and np.size(value) == 1 else value


def _each(wrt: Wrt) -> tuple[int | str, ...]:
    return wrt if isinstance(wrt, tuple) else (wrt,)


def _place(f: Function, wrt: int | str, args: Any, kwargs: Any) -> tuple[str, Any]:
    """Where an argument stands in a call: among the positions or the keywords."""
    names = list(signature_of(f, tuple(args)).parameters)
    if isinstance(wrt, str):
        if wrt in kwargs:
            return "kwargs", wrt
        if wrt not in names:
            raise GradientError(
                f"{title_of(f)} has no argument {wrt!r}; it has {', '.join(names)}."
            )
        wrt = names.index(wrt)
    if -len(args) <= wrt < len(args):
        return "args", wrt % len(args)
    if wrt < len(names) and names[wrt] in kwargs:
        return "kwargs", names[wrt]
    message = (
        f"{title_of(f)} was called with {len(args)} arguments; wrt={wrt!r} names none "
        "of them."
    )
    raise GradientError(message)


def _as_float(leaf: Any) -> Any:
    """An integer that is differentiated is taken as a float."""
    if isinstance(leaf, (int, np.integer)) and not isinstance(leaf, bool):
        return float(leaf)
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iu":
        return leaf.astype(float)
    return leaf


def _fresh(leaf: Any) -> Any:
    """A node of its own for an argument, so that only its uses here are followed."""
    leaf = _as_float(leaf)
    if not isinstance(leaf, (Traced, float, np.ndarray, np.floating)):
        return leaf
    recorder, node = current(), node_of(leaf)
    with recorder.on_behalf_of(node):
        return lifted(recorder.record("copy", (node,), weak=node.weak), recorder)


def _as_it_stands(leaf: Any) -> Any:
    return lifted(leaf.node, current()) if isinstance(leaf, Traced) else leaf


def _gradient_graph(graph: Graph, wrt: Wrt) -> Graph:
    """The gradient of a recorded cost, which continues the graph."""
    recorder = resumed(graph)
    asked = tuple(_parameter(graph, each) for each in _each(wrt))
    with recorder.running(), creation_recorded():
        inputs = structure.mapped(
            lambda leaf: lifted(leaf, recorder) if isinstance(leaf, Node) else leaf,
            asked,
        )
        cost = structure.mapped(lambda leaf: lifted(leaf, recorder), graph.result)
        pulled = _gradient(cost, inputs, graph.title)
        result = structure.mapped(node_of, pulled)
    made = result if isinstance(wrt, tuple) else result[0]
    return closed(
        Graph(f"{graph.title}_gradient", graph.parameters, made, graph.signature),
        recorder,
    )


def _parameter(graph: Graph, wrt: int | str) -> Any:
    """An argument of a graph by position or name, or an input by its name."""
    names = list(graph.parameters)
    if isinstance(wrt, int) and -len(names) <= wrt < len(names):
        return graph.parameters[names[wrt]]
    if wrt in graph.parameters:
        return graph.parameters[str(wrt)]
    for node in graph.inputs:
        if node.name == wrt:
            return node
    raise GradientError(
        f"{graph.title} has no argument {wrt!r}; it has {', '.join(names)}."
    )
