"""At the end of a trace: what went wrong is said, and stand-ins become their arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.tracing.memory import Memory
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.settled import Settled
from pellucid.graphs.tracing.trace_warnings import warn
from pellucid.graphs.tracing.traced import Traced

_turn: Any = vars(object)["__class__"].__set__  # Traced has a property of that name


def finish(recorder: Recorder) -> None:
    """Raise or warn where the record is not what the function does."""
    if recorder.broken is not None:
        raise recorder.broken
    recorder.outside.check()
    if recorder.refusal is not None:
        warn(
            f"{recorder.refusal} The error was caught; the graph holds what was done "
            "instead."
        )


def settle(recorder: Recorder) -> None:
    """Turn each stand-in that is still held and depends on no input into its array.

    Those whose value cannot be computed stay, and are refused where they are used.
    """
    held = [reference() for reference in recorder.known_ones.values()]
    recorder.known_ones.clear()
    arrays: dict[Memory, Any] = {}
    for x in filter(_is_known, held):
        try:
            with np.errstate(all="ignore"):
                value = _value_of(x, arrays)
        except Exception:  # NumPy would have raised it where the person wrote it
            continue
        _turn(x, Settled)
        object.__setattr__(x, "memory", value)


def _is_known(x: Traced | None) -> bool:
    """Whether a stand-in is held, and depends on no input."""
    if x is None:
        return False
    node: Node = x.memory.root._node
    return node.known or not any(n.is_input for n in ancestors([node]))


def _value_of(x: Traced, arrays: dict[Memory, Any]) -> Any:
    """What a stand-in has become: an array, or a number."""
    if x.mutable:
        return _array_of(x.memory, arrays)
    node = x.memory.node
    value = x.memory.recorder.value_of(node)
    return value if node.weak else node.dtype.type(value)


def _array_of(memory: Memory, arrays: dict[Memory, Any]) -> Any:
    """The array of a memory, made once; what shared memory shares it still."""
    way = [memory]
    while way[-1] not in arrays and way[-1].parent is not None:
        way.append(way[-1].parent)
    root = way.pop()
    if root not in arrays:
        value = root.recorder.value_of(root._node)
        arrays[root] = np.empty_like(root.shadow, root._node.dtype, subok=False)
        arrays[root][...] = value
    found = arrays[root]
    for view in reversed(way):
        places = map(view.recorder.value_of, view.places)
        function = OPERATIONS[view.step].function
        found = arrays[view] = function(found, *places, **view.options)
    return found
