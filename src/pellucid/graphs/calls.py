"""The calls of helpers and of objects that a graph is made of, one around the other."""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.graphs.node import Call


def around(call: Call | None) -> Iterator[Call]:
    """A call and those around it, from the inside out."""
    while call is not None:
        yield call
        call = call.around


def innermost(call: Call | None) -> Call | None:
    """The innermost call of an object, as a layer; None outside of any."""
    return next((each for each in around(call) if each.of), None)
