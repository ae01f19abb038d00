"""What cannot be recorded is refused in a sentence: where, why, and what works."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.node import Node
from pellucid.graphs.recorder import code, instruction, persons_frame, place


def described(node: Node) -> str:
    """A traced value as a message names it."""
    source = node
    while source.operation == "copy" and not source.name:
        source = source.arguments[0]
    return f"{source.name or source.operation}, shape {node.shape}"


def name_of(function: Any) -> str:
    """A function as a message names it: `np.median`."""
    module = (getattr(function, "__module__", "") or "").replace("numpy", "np", 1)
    in_numpy = getattr(np, function.__name__, None) is function
    return f"{'np' if in_numpy else module}.{function.__name__}".removeprefix(".")


def refused(name: str) -> NoReturn:
    """Say that a function is not recorded."""
    message = (
        f"{place()}: {name} cannot be recorded. Write it with other functions of "
        "NumPy, or apply it to a constant outside the function."
    )
    raise TraceError(message)


def refused_attribute(node: Node, name: str) -> NoReturn:
    """Say that arrays have this, and traced ones have not."""
    message = (
        f"{place()}: {code()} takes .{name} of a traced value ({described(node)}), "
        "which cannot be recorded. Write it with a function of NumPy."
    )
    raise TraceError(message)


def refused_number(node: Node, needs: str = "needs") -> NoReturn:
    """Say that there is no number yet, and what to write instead."""
    message = (
        f"{place()}: {code()} {needs} the number in a traced value "
        f"({described(node)}), which has none yet. {_advice()}"
    )
    raise TraceError(message)


def _advice() -> str:
    """What to write where a number is needed that there is not."""
    if instruction(persons_frame()) == "STORE_SUBSCR":
        return (
            "If it writes into an array that was made outside the function, make that "
            "inside, with np.zeros, np.empty, np.array or np.copy."
        )
    return (
        "Stay with NumPy's functions: np.exp(x) for math.exp(x), np.dot(A, x) and "
        "np.take(A, i) for A.dot(x) and A[i] of an array A from outside, "
        "np.array([x, y]) for a list; or compute it outside and pass it in."
    )


def refused_branch(node: Node) -> NoReturn:
    """Say that a graph has no branches."""
    message = (
        f"{place()}: {code()} branches on a value that is being traced "
        f"({described(node)}).\n"
        "A graph has no branches: use np.where(condition, ..., ...), which computes "
        "both sides and selects."
    )
    raise TraceError(message)


def refused_shape(call: str, instead: str) -> NoReturn:
    """Say that the shape of a result depends on values."""
    message = f"{place()}: the shape of {call} depends on values; {instead}."
    raise TraceError(message)
