"""The calls of helpers and of layers that a graph is made of."""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.graphs.node import Call


def around(call: Call | None) -> Iterator[Call]:
    """A call and those around it, from the inside out."""
    while call is not None:
        yield call
        call = call.around


def titled(call: Call) -> str:
    """What stands above an opened call: of a layer with the number of parameters."""
    count = call.parameters
    several = f", {count:,} parameter{'s' * (count != 1)}" if count else ""
    return f"{call.function}{several}"


def innermost(call: Call | None) -> Call | None:
    """The innermost layer around; None outside of any."""
    return next((each for each in around(call) if each.of), None)
