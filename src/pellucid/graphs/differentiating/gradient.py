"""Gradients, Jacobians and Hessians of plain NumPy functions.

Each is a function of traced values that calls the person's function and walks its nodes
backwards in the same trace. So a gradient inside a traced function, a gradient of a
gradient and a compiled gradient need nothing more. Called with numbers, it is traced
first and the graph is run.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable, Sequence
from inspect import Parameter
from types import FunctionType
from typing import Any, overload

from pellucid.errors import GradientError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.at_numbers import Record, Run, at_numbers, like
from pellucid.graphs.differentiating.jacobians import jacobian_at
from pellucid.graphs.differentiating.pullbacks import (
    curved,
    from_left,
    from_right,
    inputs_of,
    result_and_inputs,
    rows,
    slopes,
    value_and_slopes,
)
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, now
from pellucid.graphs.rewriting.stable import Rewriting, rewritten
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.trace import closed, resumed, signature_of, title_of
from pellucid.graphs.tracing.trace_warnings import notice_unused
from pellucid.graphs.tracing.traced import Traced, current, lifted, node_of

Wrt = int | str | tuple[int | str, ...]
Function = Callable[..., Any]
Names = Sequence[str]


@overload
def gradient(
    f: Graph, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Graph: ...
@overload
def gradient(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function: ...
def gradient(
    f: Function | Graph, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function | Graph:
    """Differentiate a cost: dJ/dx for every element of x, in one backward pass.

    Parameters
    ----------
    f : callable or Graph
        A function whose result has one element.
    wrt : int, str or tuple of them
        The argument, by position or name; a tuple gives a tuple of gradients.
    stable : bool
        Whether naive formulas are replaced first; see `pellucid.stable`.
    without : sequence of str
        Identities that are not used for that, by name.

    Returns
    -------
    callable or Graph
        For a function, one with the same arguments that returns the gradient in the
        structure, shapes and kinds of the argument (a float for a float). At numbers
        the other arguments are constants: f may branch on them, loop over them and hand
        them to SciPy. For a graph, the gradient as a graph with the same inputs.

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
        return _gradient_graph(f, wrt, stable, without)
    return _derived(f, wrt, slopes, "gradient", Rewriting(stable, without))


def value_and_gradient(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Return `(value, gradient)` of a cost in one pass; see `gradient`.

    Examples
    --------
    >>> import pellucid as pl
    >>> pl.value_and_gradient(lambda x: x**2)(3.0)
    (9.0, 6.0)
    """
    rewriting = Rewriting(stable, without)
    return _derived(f, wrt, value_and_slopes, "value_and_gradient", rewriting)


def jacobian(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Differentiate every element of a result: J[i..., j...] = dz[i...]/dx[j...].

    One backward pass for each element of the result; at numbers it is recorded once,
    and where the argument has fewer elements, one forward pass for each of these.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    """
    rewriting = Rewriting(stable, without)
    both = _derived(f, wrt, result_and_inputs, "jacobian", rewriting)

    def run(record: Record, args: Any, kwargs: Any) -> Any:
        graph = record(both)
        return jacobian_at(graph, graph.bind(*args, **kwargs), rewriting)

    return _derived(f, wrt, rows, "jacobian", rewriting, run=run)


def hessian(
    f: Function, wrt: int | str = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Differentiate a cost twice: H[i..., j...] = d2J/dx[i...]dx[j...].

    The Jacobian of the gradient with respect to one array.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    options: dict[str, Any] = {"stable": stable, "without": without}
    return jacobian(gradient(f, wrt, **options), wrt, **options)


def vjp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Multiply the Jacobian by a vector from the left: v'J.

    Called as `vjp(f)(*args, v)`; v has the structure and shape of the result.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.vjp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    rewriting = Rewriting(stable, without)
    return _derived(f, wrt, from_left, "vjp", rewriting, takes_vector=True)


def jvp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Multiply the Jacobian by a vector from the right: J v.

    Called as `jvp(f)(*args, v)`; v has the structure and shape of the argument. Two
    backward passes: v'J is linear in v, and its derivative is J.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jvp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    rewriting = Rewriting(stable, without)
    return _derived(f, wrt, from_right, "jvp", rewriting, takes_vector=True)


def hvp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
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
    rewriting = Rewriting(stable, without)
    return _derived(f, wrt, curved, "hvp", rewriting, takes_vector=True)


# -- from numbers to traced values and back -------------------------------------------


def _derived(
    f: Function, wrt: Wrt, derive: Function, kind: str, rewriting: Rewriting,
    takes_vector: bool = False, run: Run | None = None,
) -> Function:  # fmt: skip
    """The function that calls f on traced values and derives from its result.

    On numbers it is run by `run`, or else by tracing it and running the graph.
    """
    title = title_of(f)

    def derived(*args: Any, **kwargs: Any) -> Any:
        if active.get() is None:
            how = run or _traced_first(derived)
            return _at_numbers(how, f, wrt, kind, takes_vector, args, kwargs)
        v = (args[-1],) if takes_vector else ()
        args = args[: len(args) - len(v)]
        places = [_place(f, each, args, kwargs) for each in _each(wrt)]
        given: dict[str, Any] = {"args": list(args), "kwargs": dict(kwargs)}
        for room, key in dict.fromkeys(places):
            given[room][key] = inputs_of(given[room][key], title)
        asked = tuple(given[room][key] for room, key in places)
        # Taken before the call, because f may write into its arguments.
        inputs = structure.mapped(_as_it_stands, asked)
        since = now()
        result = f(*given["args"], **given["kwargs"])
        stable, settled = rewriting.of(result, since), now()
        derivative = derive(
            stable,
            inputs if isinstance(wrt, tuple) else inputs[0],
            title,
            *v,
        )
        if kind in NOTICED and f not in _derivatives:
            names = [_name(f, each, args) for each in _each(wrt)]
            notice_unused(title, result, dict(zip(names, inputs, strict=True)))
        return rewriting.of(derivative, since, settled)

    derived.__name__ = f"{title}_{kind}"
    derived.__doc__ = f"The {kind} of {title} with respect to {wrt!r}."
    if not takes_vector:
        derived.__wrapped__ = f  # type: ignore[attr-defined]
    _derivatives[derived] = Recipe(kind, f, wrt, rewriting.stable, rewriting.without)
    return derived


def _at_numbers(
    run: Run, f: Function, wrt: Wrt, kind: str, takes_vector: bool, args: Any,
    kwargs: Any,
) -> Any:  # fmt: skip
    """Run a derivative, and give floats where floats came."""
    count = len(args) - takes_vector
    places = [_place(f, each, args[:count], kwargs) for each in _each(wrt)]
    vector = [("args", i) for i in range(count, len(args))]
    result, inputs = at_numbers(run, [*places, *vector], args, kwargs)
    asked = inputs[: len(places)] if isinstance(wrt, tuple) else inputs[0]
    return like(result, asked, kind)


# The derivative of a linear function is constant: this is nothing to warn of.
NOTICED = {"gradient", "value_and_gradient", "jacobian"}
_derivatives: weakref.WeakKeyDictionary[Any, Recipe] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a derivative was made from, for pickle, which writes functions by name."""

    kind: str
    f: Any
    wrt: Wrt
    stable: bool
    without: Names

    def made(self) -> Function:
        """The derivative again."""
        verb: Function = globals()[self.kind]
        f = self.f.made() if isinstance(self.f, Recipe) else self.f
        made: Function = verb(f, self.wrt, stable=self.stable, without=self.without)
        return made


def packed(f: Any) -> Any:
    """A derivative as its recipe; any other function is itself."""
    recipe = _derivatives.get(f) if isinstance(f, FunctionType) else None
    return dataclasses.replace(recipe, f=packed(recipe.f)) if recipe else f


def differentiated(f: Any) -> Any:
    """The function of which a derivative is taken; any other is its own."""
    while isinstance(f, FunctionType) and f in _derivatives:
        f = getattr(f, "__wrapped__", None)
    return f


def _name(f: Function, wrt: int | str, args: Any) -> str:
    """An argument as the person calls it."""
    names = list(signature_of(f, tuple(args)).parameters)
    known = isinstance(wrt, int) and -len(args) <= wrt < len(args)
    place = wrt % len(args) if known and isinstance(wrt, int) else len(names)
    return names[place] if place < len(names) else str(wrt)


def _traced_first(derived: Function) -> Run:
    """How a derivative is run: it is traced, and then the graph is run."""
    return lambda record, args, kwargs: record(derived)(*args, **kwargs)


def _each(wrt: Wrt) -> tuple[int | str, ...]:
    return wrt if isinstance(wrt, tuple) else (wrt,)


def _place(f: Function, wrt: int | str, args: Any, kwargs: Any) -> tuple[str, Any]:
    """Where an argument stands in a call: among the positions or the keywords."""
    names = list(signature_of(f, tuple(args)).parameters)
    if not isinstance(wrt, (int, str)):
        raise GradientError(
            f"wrt= takes a position, a name or a tuple of them, not {wrt!r}."
        )
    asked = wrt
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
        f"{title_of(f)} was called with {len(args)} arguments; wrt={asked!r} names "
        "none of them. What is differentiated is given in the call."
    )
    raise GradientError(message)


def _as_it_stands(leaf: Any) -> Any:
    return lifted(leaf.node, current()) if isinstance(leaf, Traced) else leaf


def _gradient_graph(graph: Graph, wrt: Wrt, stable: bool, without: Names) -> Graph:
    """The gradient of a recorded cost, which continues the graph."""
    graph, settled = rewritten(graph, without) if stable else graph, now()
    recorder = resumed(graph)
    asked = tuple(_parameter(graph, each) for each in _each(wrt))
    with recorder.running(), creation_recorded():
        inputs = structure.mapped(
            lambda leaf: lifted(leaf, recorder) if isinstance(leaf, Node) else leaf,
            asked,
        )
        cost = structure.mapped(lambda leaf: lifted(leaf, recorder), graph.result)
        names = [_parameter_name(graph, each) for each in _each(wrt)]
        notice_unused(graph.title, cost, dict(zip(names, inputs, strict=True)))
        pulled = slopes(cost, inputs, graph.title)
        result = structure.mapped(node_of, pulled)
    made = result if isinstance(wrt, tuple) else result[0]
    title = f"{graph.title}_gradient"
    made = dataclasses.replace(graph, title=title, result=made)
    made = closed(made, recorder)
    return rewritten(made, without, settled) if stable else made


def _parameter_name(graph: Graph, wrt: int | str) -> str:
    return _places(graph)[wrt][0] if isinstance(wrt, int) else wrt


def _places(graph: Graph) -> list[tuple[str, Any]]:
    """Name and content of each argument by position; each of *args has its own."""
    places: list[tuple[str, Any]] = []
    for name, given in graph.parameters.items():
        many = graph.signature.parameters[name].kind is Parameter.VAR_POSITIONAL
        places += [(name, each) for each in given] if many else [(name, given)]
    return places


def _parameter(graph: Graph, wrt: int | str) -> Any:
    """An argument of a graph by position or name, or an input by its name."""
    places = _places(graph)
    if isinstance(wrt, int) and -len(places) <= wrt < len(places):
        return places[wrt][1]
    if wrt in graph.parameters:
        return graph.parameters[str(wrt)]
    for node in graph.inputs:
        if node.name == wrt:
            return node
    raise GradientError(
        f"{graph.title} has no argument {wrt!r}; it has {', '.join(graph.parameters)}."
    )
