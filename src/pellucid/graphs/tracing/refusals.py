"""What cannot be recorded is refused in a sentence: where, why, and what works."""

from __future__ import annotations

import linecache
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.foreign import strange_call
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.advice import failure_advice, library_advice, number_advice
from pellucid.graphs.tracing.branches import branch_advice
from pellucid.graphs.tracing.frames import code, is_library, is_machinery, location
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.sites import Site, site, site_of
from pellucid.graphs.tracing.unrecorded import ATTRIBUTES, reason_for


def refuse(reason: str, kind: type[TraceError] = TraceError) -> NoReturn:
    """Raise; and remember it, because the function or C code may swallow the error."""
    error = kind(f"{location()}: {reason}")
    recorder = active.get()
    if recorder is not None:
        recorder.refusal = error
    raise error


def described(node: Node) -> str:
    """A traced value as a message names it."""
    recorder, source = active.get(), node
    if recorder:
        recorder.names.read()
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
    reason, at = reason_for(name), site()
    advice = library_advice(at, by_name=True) if at else ""
    if advice:
        refuse(f"{name} cannot be recorded. {advice}")
    why = f": {reason}." if reason else (
        ". Write it with other functions of NumPy, or apply it to a constant outside "
        "the function."
    )  # fmt: skip
    refuse(f"{name} cannot be recorded{why}")


def refused_attribute(node: Node, name: str) -> NoReturn:
    """Say that arrays have this, and traced ones have not."""
    _refuse_kept(node)
    at = site()
    if at and at.library:
        refused_in_library(node, at)
    _refuse_strange_call(node)
    reason = ATTRIBUTES.get(name, "write it with a function of NumPy")
    refuse(
        f"{code()} takes .{name} of a traced value ({described(node)}), which cannot "
        f"be recorded: {reason}."
    )


def refused_number(node: Node, needs: str = "needs") -> NoReturn:
    """Say that there is no number yet, and what to write instead."""
    _refuse_kept(node)
    at = site()
    if at and at.library:
        refused_in_library(node, at)
    _refuse_strange_call(node)
    refuse(
        f"{code()} {needs} the number in a traced value ({described(node)}), which has "
        f"none yet. {number_advice(at, node.dtype.kind)}"
    )


def _refuse_strange_call(node: Node) -> None:
    """Say that masked arrays, matrices and the like compute in a way of their own."""
    reason = strange_call(is_machinery)
    if reason:
        refuse(f"{code()} takes a traced value ({described(node)}) for {reason}.")


def refused_in_library(node: Node, at: Site) -> NoReturn:
    """Say that a library's own code computes with numbers, and how NumPy spells it."""
    refuse(
        f"{code()} hands a traced value ({described(node)}) to "
        f"{at.called_or_library}, which computes with numbers and cannot be recorded. "
        f"{library_advice(at)}"
    )


def refused_branch(node: Node) -> NoReturn:
    """Say that what is recorded once for many numbers has no branches."""
    _refuse_kept(node)
    at = site()
    if at and at.library and at.library not in sys.stdlib_module_names:
        refused_in_library(node, at)
    refuse(
        f"{code()} branches on a value that is being traced ({described(node)}), where "
        "one record serves many numbers, as for an epoch of mini-batches.\n"
        f"{branch_advice(at)}"
    )


def failure(error: BaseException, raised: BaseException) -> str:
    """What Python or a library says of a traced value, with the person's line."""
    sites = [found for found in map(site_of, (error, raised)) if found]
    own = [found for found in sites if not is_library(found.frame)]
    at = next(iter(own or sites), None)
    reason = STAND_INS.sub("a traced value", str(error)).strip().splitlines()[0]
    if at and not at.library and LACKS.search(str(error)):
        said = STAND_INS.sub(_kind, str(error)).rstrip(".")
        return f"{location(at.frame, at.line)}: {code(at.frame, at.line)}: {said}."
    if at is None:
        return f"in the traced function: {reason}. {failure_advice(at, reason)}"
    met = (
        f"hands a traced value to {at.called_or_library}, which cannot take it"
        if at.library
        else "needs a number, and a traced value has none yet"
    )
    of_slice = str(error).startswith("slice indices")
    advice = number_advice(at, "f") if of_slice else failure_advice(at, reason)
    return (
        f"{location(at.frame, at.line)}: {code(at.frame, at.line)} {met} "
        f"({reason.rstrip('.')}). {advice}"
    )


# As Python's own messages name what stands for an array.
STAND_INS = re.compile(
    r"(<class ')?'?\b(?:pellucid\.[\w.]+\.)?(Traced\w*|Selection|Flat)\b'?>?"
    r"|^slice indices must be"
)
# What the value itself will not have either.
LACKS = re.compile("has no len|not iterable|not subscriptable|item assignment|operand")
KINDS_OF_VALUES = {
    "TracedNumber": "float", "TracedInteger": "int", "TracedScalar": "numpy.floating",
    "TracedIndex": "numpy.integer", "TracedArray": "numpy.ndarray",
    "Selection": "numpy.ndarray", "Flat": "numpy.flatiter",
}  # fmt: skip


def _kind(name: re.Match[str]) -> str:
    """The class of the value, for that of its stand-in."""
    return f"'{KINDS_OF_VALUES[name[2]]}'" if name[2] else name[0]


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


def refused_elsewhere(memories: Iterable[Any]) -> NoReturn:
    """Say that a traced value is used after its trace, or in another thread."""
    held = list(memories)
    running = [m.recorder for m in held if m.recorder.thread is not None]
    if not running:
        refused_kept(*[memory._node for memory in held[:1]])
    error = TraceError(
        f"{location()}: {code()} uses a traced value in another thread than the traced "
        "function's; compute with it in that one."
    )
    for recorder in running:
        recorder.broken = error  # nobody may wait for the thread: the trace fails too
    raise error


def _refuse_kept(node: Node) -> None:
    """Say so where a value is used after its trace."""
    if active.get() is None:
        refused_kept(node)


def refused_kept(node: Node | None = None) -> NoReturn:
    """Say that a value which depends on the arguments has no number after its trace."""
    made = ""
    if node and node.line:
        file, number = node.line
        line = linecache.getline(file, number).strip()
        made = f" It was made in {os.path.basename(file)}, line {number}: `{line}`."
    what = f" ({described(node)})" if node else ""
    raise TraceError(
        f"{location()}: {code()} uses a traced value{what} that was kept after its "
        "trace ended; it depends on the arguments, so that it has no number."
        f"{made} Return it from the function, and keep what the call gives: with "
        "`value, gradient = pellucid.value_and_gradient(f)(x)`, "
        "`history.append(value)`."
    )
