"""What cannot be recorded is refused in a sentence: where, why, and what works."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.node import Node
from pellucid.graphs.operations.refused import ATTRIBUTES, instead_of, reason_for
from pellucid.graphs.recorder import (
    Recorder,
    active,
    code,
    instruction,
    is_machinery,
    persons_frame,
    place,
)


def refuse(reason: str) -> NoReturn:
    """Raise; and remember it, because the function or C code may swallow the error."""
    error = TraceError(f"{place()}: {reason}")
    recorder = active.get()
    if recorder is not None:
        recorder.refusal = error
    raise error


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
    """Say that a function is not recorded, and why where there is a reason."""
    reason = reason_for(name)
    why = f": {reason}." if reason else (
        ". Write it with other functions of NumPy, or apply it to a constant outside "
        "the function."
    )  # fmt: skip
    refuse(f"{name} cannot be recorded{why}")


def refused_attribute(node: Node, name: str) -> NoReturn:
    """Say that arrays have this, and traced ones have not."""
    reason = ATTRIBUTES.get(name, "write it with a function of NumPy")
    refuse(
        f"{code()} takes .{name} of a traced value ({described(node)}), which cannot "
        f"be recorded: {reason}."
    )


def refused_number(node: Node, needs: str = "needs") -> NoReturn:
    """Say that there is no number yet, and what to write instead."""
    library = library_function()
    if library:
        refused_in_library(node, *library)
    refuse(
        f"{code()} {needs} the number in a traced value ({described(node)}), which has "
        f"none yet. {_advice()}"
    )


def library_function() -> tuple[str, str] | None:
    """The package and name of SciPy's function that the person called, if any."""
    frame: FrameType | None = sys._getframe(1)
    inner = None
    while frame and is_machinery(frame):
        inner, frame = frame, frame.f_back
    module = inner.f_globals.get("__name__", "") if inner else ""
    if inner is None or not module.startswith("scipy."):
        return None
    public = [part for part in module.split(".") if not part.startswith("_")]
    return ".".join(public), inner.f_code.co_name


def refused_in_library(node: Node, package: str, name: str) -> NoReturn:
    """Say that SciPy's own code computes with numbers, and how NumPy spells it."""
    refuse(
        f"{code()} hands a traced value ({described(node)}) to {package}.{name}, which "
        f"computes with numbers and cannot be recorded. {instead_of(package, name)}"
    )


def _advice() -> str:
    """What to write where a number is needed that there is not."""
    if instruction(persons_frame()) == "STORE_SUBSCR":
        return (
            "If it writes into an array that was made outside the function, make that "
            "inside, with np.zeros, np.empty, np.array or np.copy, looked up as "
            "np.zeros: a name bound by `from numpy import zeros` makes a plain array."
        )
    return (
        "Stay with NumPy's functions: np.exp(x) for math.exp(x), np.dot(A, x) and "
        "np.take(A, i) for A.dot(x) and A[i] of an array A from outside, "
        "np.array([x, y]) for a list, x.astype(dtype) for np.float32(x), np.mean(x) "
        "for statistics.mean(x); or compute it outside and pass it in."
    )


# What Python does by comparing numbers one by one, and NumPy at once.
_INSTEAD = {
    "max(": "np.maximum(a, b) for max(a, b), np.max(x) for max(x)",
    "min(": "np.minimum(a, b) for min(a, b), np.min(x) for min(x)",
    "sorted(": "np.sort(np.array(values)) for sorted(values)",
    ".sort(": "np.sort(np.array(values)) for values.sort()",
    "any(": "np.any(x) for any(x)",
    "all(": "np.all(x) for all(x)",
}


def refused_branch(node: Node) -> NoReturn:
    """Say that a graph has no branches."""
    line = code()
    instead = [spelling for call, spelling in _INSTEAD.items() if call in line]
    choice = "np.where(condition, ..., ...), which computes both sides and selects"
    refuse(
        f"{line} branches on a value that is being traced ({described(node)}).\n"
        f"A graph has no branches: use {'; '.join([*instead, choice])}."
    )


def refused_shape(call: str, instead: str) -> NoReturn:
    """Say that the shape of a result depends on values."""
    refuse(f"the shape of {call} depends on values; {instead}.")


def refused_outside() -> NoReturn:
    """Say that a traced value cannot be written into an array without a trace."""
    refuse(
        f"{code()} writes a traced value into an array that was made outside the "
        "function; make it inside, with np.zeros, np.empty, np.array or np.copy."
    )


def refused_objects() -> NoReturn:
    """Say that an array of Python objects holds no numbers."""
    refuse(
        f"{code()} puts a traced value into an array of objects, through which no "
        "gradient passes; use an array of floats, or a list."
    )


def refused_elsewhere(recorders: Iterable[Recorder]) -> NoReturn:
    """Say that a traced value is used after its trace, or in another thread."""
    running = [recorder for recorder in recorders if recorder.thread is not None]
    if not running:
        message = (
            "a traced value was kept after its trace ended; return it from the "
            "function instead."
        )
        raise TraceError(message)
    error = TraceError(
        f"{place()}: {code()} uses a traced value in another thread than the traced "
        "function's; compute with it in that one."
    )
    for recorder in running:
        recorder.broken = error  # nobody may wait for the thread: the trace fails too
    raise error
