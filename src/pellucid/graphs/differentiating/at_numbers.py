"""A derivative at numbers: what is not differentiated is a constant of its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.differentiating.pullbacks import as_float
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import Constant, trace

Record = Callable[[Callable[..., Any]], Graph]  # a function at the numbers of one call
Run = Callable[[Record, Any, Any], Any]


def at_numbers(
    run: Run, places: Sequence[tuple[str, Any]], args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> tuple[Any, tuple[Any, ...]]:  # fmt: skip
    """Run what is recorded for these numbers alone; gives the inputs too, as floats.

    `places` tell which arguments are inputs: those that are differentiated, and a
    vector that multiplies the derivative.
    """
    given: dict[str, Any] = {"args": list(args), "kwargs": dict(kwargs)}
    held = structure.mapped(Constant, given)
    for room, key in places:
        given[room][key] = structure.mapped(as_float, given[room][key])
        held[room][key] = given[room][key]

    def record(f: Callable[..., Any]) -> Graph:
        return trace(f, tuple(held["args"]), held["kwargs"], follow=True)

    inputs = tuple(given[room][key] for room, key in places)
    return run(record, tuple(given["args"]), given["kwargs"]), inputs


def like(result: Any, asked: Any, kind: str) -> Any:
    """Give a derivative with respect to a Python float as a Python float."""
    if kind == "value_and_gradient":
        return result[0], like(result[1], asked, "gradient")
    if [path for path, _ in structure.paths(result)] != [
        path for path, _ in structure.paths(asked)
    ]:
        return result
    return structure.mapped(_in_kind, result, asked)


def _in_kind(value: Any, given: Any) -> Any:
    return float(value) if type(given) is float and np.size(value) == 1 else value
