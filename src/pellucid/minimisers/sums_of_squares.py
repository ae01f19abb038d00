"""A cost that is a sum of squares, recognised in its graph: J = b + a sum_i c_i r_i^2.

The residuals r depend on the parameters; the weights c, the unit a and the rest b do
not. With the residuals, Gauss-Newton knows the curvature without second derivatives.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs import structure
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.rewriting import driver, passes
from pellucid.graphs.rewriting.stable import made_stable
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.trace import closed, resumed
from pellucid.graphs.tracing.traced import node_of
from pellucid.minimisers.reading_squares import Reader
from pellucid.minimisers.recording import graph_inputs, once_for
from pellucid.minimisers.task import Task
from pellucid.minimisers.terms import NoSquaresError

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class SumOfSquares:
    """J = rest + unit sum_i (root_i r_i)^2.

    Parameters
    ----------
    residuals : callable
        r (n,) as a function of the parameters and the data.
    root : array (n,)
        The root of the weight of each, beside that of the first term.
    unit : float
        The factor of the first term, as the 1/n of a mean.
    rest : float
        What does not depend on the parameters.
    direction : array (n,)
        Zeros of the dtype of r.
    """

    residuals: Callable[..., Any]
    root: Vector
    unit: float
    rest: float
    direction: NDArray[Any]

    @property
    def count(self) -> int:
        """How many residuals have a weight."""
        return int(np.count_nonzero(self.root))


def sum_of_squares(task: Task) -> SumOfSquares | None:
    """Read the cost of a task as a sum of squares; None where it is not seen as one.

    Examples
    --------
    >>> t, y = np.arange(3.0), np.ones(3)
    >>> task = Task(lambda w, t, y: np.mean((np.exp(w * t) - y) ** 2), 0.5, (t, y))
    >>> found = sum_of_squares(task)
    >>> found.count, round(found.unit, 4), found.residuals(0.0, t, y)
    (3, 0.3333, array([0., 0., 0.]))
    """
    if "squares" not in task.found:
        task.found["squares"] = _found(task)
    found: SumOfSquares | None = task.found["squares"]
    return found


def _found(task: Task) -> SumOfSquares | None:
    args = task.start, *task.data
    count = len(list(structure.leaves(task.start)))
    graphs = once_for(task, task.cost, "squares", args, lambda g: _graphs(g, count))
    if graphs is None:
        return None
    inner, fixed = graphs

    def residuals(*args: Any) -> Any:
        return inner(*graph_inputs(fixed, args))

    residuals.__name__ = f"{task.cost.__name__}_residuals"
    known = dict(zip(fixed.inputs, graph_inputs(fixed, args), strict=True))
    values = evaluate(fixed.order, known, fixed.outputs)
    weights, unit, rest = (values[node] for node in fixed.outputs)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(np.asarray(weights, float) / float(unit))
    if not (np.isfinite(root).all() and 0 < unit < np.inf and root.any()):
        return None  # a weight is negative: no sum of squares
    direction = np.zeros(len(root), inner.outputs[0].dtype)
    return SumOfSquares(residuals, root, float(unit), float(rest), direction)


def _graphs(graph: Graph, count: int) -> tuple[Graph, Graph] | None:
    """The graph of the residuals, a function of its inputs, and that of the weights."""
    if graph.guards:
        return None
    for form in (_shared(graph), _shared(unrolled(graph)), made_stable(graph)):
        found = _read(form, count)
        if found is not None:
            return found
    return None


def _shared(graph: Graph) -> Graph:
    """The graph, in which what is equal is one node, so that r r is seen as r^2."""
    recorder = resumed(graph)
    with recorder.running(), creation_recorded():
        ends = driver.rewritten(graph.ends, passes.SHARED)
    return closed(graph.ending(ends), recorder)


def _read(graph: Graph, count: int) -> tuple[Graph, Graph] | None:
    recorder = resumed(graph)
    with recorder.running(), creation_recorded():
        reader = Reader(graph.depending(graph.inputs[:count]), recorder)
        try:
            squares = reader.squares(graph.outputs[0])
        except NoSquaresError:
            return None
        terms = [term for term in squares.terms if term.r.size]
        if not terms:
            return None
        unit = _number(terms[0].scale)
        r = np.concatenate([np.reshape(term.r, (-1,)) for term in terms])
        weights = np.concatenate([term.all_weights() for term in terms])
        found = [node_of(x) for x in (r, weights, unit, _number(squares.rest))]
    inner = closed(_of_inputs(replace(graph, result=found[0])), recorder)
    return inner, closed(replace(graph, result=tuple(found[1:])), recorder)


def _number(x: Any) -> Any:
    return np.reshape(x, ()) * np.ones(())


def _of_inputs(graph: Graph) -> Graph:
    """The graph as a function of its inputs one after another."""
    kind = inspect.Parameter.POSITIONAL_ONLY
    parameters = [inspect.Parameter(node.name, kind) for node in graph.inputs]
    by_name = {node.name: node for node in graph.inputs}
    return replace(graph, parameters=by_name, signature=inspect.Signature(parameters))
