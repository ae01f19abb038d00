"""What is recorded, but perhaps not as meant, is said in a warning.

Random numbers that the function draws become constants of its graph. They are noticed
where a generator that the function can reach has another state than before.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

import numpy as np

from pellucid.errors import TraceWarning
from pellucid.graphs import structure
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.conversions import numbers_of
from pellucid.graphs.tracing.elsewhere import drawn as drawn_outside
from pellucid.graphs.tracing.frames import code, is_machinery, location
from pellucid.graphs.tracing.recorder import Recorder, active
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import Traced, all_known, current

# By name, so that nothing is loaded that the person does not use.
GENERATORS = {("numpy.random._generator", "Generator"), ("random", "Random"),
              ("numpy.random.mtrand", "RandomState")}  # fmt: skip


def warn(message: str) -> None:
    """Warn at the line of the person who asked for the trace."""
    recorder = active.get()
    if recorder is not None:
        recorder.tells = True
    level, frame = 1, sys._getframe(1)
    while frame.f_back and (is_machinery(frame) or _is_ours(frame)):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, TraceWarning, stacklevel=level + 1)


def notice_many_guards(count: int) -> None:
    """Warn of a loop that may have no end, and fills the memory meanwhile."""
    warn(
        f"{location()}: {code()} has {count:,} answers recorded before it, each a step "
        "of the graph: let a loop of that many turns take fewer, and see that it ends."
    )


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("pellucid.")


@contextlib.contextmanager
def drawing_noticed(
    recorder: Recorder, f: Callable[..., Any], values: Iterable[Any]
) -> Iterator[None]:
    """Warn when a generator among the values that f can reach was used meanwhile."""
    for value in values:
        if is_generator(value):
            recorder.sources.append((value, state_of(value)))
    recorder.on_capture = functools.partial(notice_drawing, recorder)
    yield
    code = getattr(inspect.unwrap(f), "__code__", None)
    notice_drawing(recorder, beginning_of(code) if code else "in the traced function")


def beginning_of(code: Any) -> str:
    """Where a function begins, as a message begins: `cost.py, line 12`."""
    return f"{os.path.basename(code.co_filename)}, line {code.co_firstlineno}"


def is_generator(value: Any) -> bool:
    """Whether random numbers can be drawn from a value, and its state be read."""
    kinds = {(kind.__module__, kind.__name__) for kind in type(value).__mro__}
    return bool(kinds & GENERATORS) and ("random", "SystemRandom") not in kinds


def state_of(generator: Any) -> Any:
    """The state of a generator as plain values that compare."""
    if hasattr(generator, "bit_generator"):
        return _plain(generator.bit_generator.state)
    if hasattr(generator, "get_state"):
        return _plain(generator.get_state(legacy=False))
    return generator.getstate()


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state


def notice_drawing(recorder: Recorder, where: str = "") -> None:
    """Warn once of each generator that was used since it was looked at."""
    for source in list(recorder.sources):
        generator, before = source
        if state_of(generator) != before:
            recorder.sources.remove(source)
            warn_of_drawing(recorder, where or location())


def warn_of_drawing(recorder: Recorder, where: str) -> None:
    """Say once for each line that random numbers become constants."""
    if where in recorder.told:
        return
    recorder.told.add(where)
    warn(
        f"{where}: random numbers are drawn inside the traced function; they "
        "become constants of its graph. Draw them outside and pass them as an argument."
    )


# -- functions of `np.random` and `random`, as they are found under a trace ------------

SETTINGS = {"seed", "getstate", "setstate", "get_state", "set_state", "default_rng"}


def is_drawn_from(name: str, original: Any) -> bool:
    """Whether a function of a module draws numbers, or makes what draws them."""
    owner = getattr(original, "__self__", None)
    drawing = is_generator(owner) and name not in SETTINGS
    return drawing or getattr(original, "__name__", "") == "default_rng"


def draws(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which says what its numbers become."""
    return _making(original) if name == "default_rng" else _drawing(name, original)


def _making(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def make(*args: Any, **kwargs: Any) -> Any:
        generator = original(*args, **kwargs)
        recorder = active.get()
        if recorder is not None:
            recorder.sources.append((generator, state_of(generator)))
        return generator

    return make


def _drawing(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def draw(*args: Any, **kwargs: Any) -> Any:
        if not all_known(args, kwargs):
            refuse(
                f"{name} draws random numbers by a traced value: {drawn_outside(name)}."
            )
        args, kwargs = structure.mapped(numbers_of, (args, kwargs))
        drawn = original(*args, **kwargs)
        recorder = active.get()
        if recorder is not None:
            notice_drawing(recorder)
            warn_of_drawing(recorder, location())
        return drawn

    return draw


# -- inputs without effect ------------------------------------------------------------

_silent = contextvars.ContextVar("silent", default=False)


@contextlib.contextmanager
def unused_allowed() -> Iterator[None]:
    """While this holds, nothing is said of inputs without effect."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def notice_unused(
    title: str, result: Any, inputs: Mapping[str, Any], guards: Iterable[Guard]
) -> None:
    """Warn of each input that reaches the result by no floats: its gradient is zero.

    One that decides a branch may have a slope on the other side: of it nothing is said.
    """
    if _silent.get():
        current().tells = True  # it might, another time
        return
    decided = [g.node for g in guards if g.is_boolean]
    used = _reached_by_floats(structure.leaves(result)).union(ancestors(decided))
    leaves = structure.paths(dict(inputs))
    unused = [
        structure.path_text(path)
        for path, leaf in leaves
        if isinstance(leaf, Traced) and leaf.node not in used and leaf.size
    ]
    if unused:
        warn(
            f"{title}: the result does not depend on {', '.join(unused)}, or only by "
            "way of integers and booleans, which have no slope: the gradient is zero."
        )


def _reached_by_floats(results: Iterable[Any]) -> set[Node]:
    """The nodes from which a result is computed without an integer in between."""
    waiting = [leaf.node for leaf in results if isinstance(leaf, Traced)]
    found: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node.dtype.kind in "fc" and node not in found:
            found.add(node)
            waiting.extend(node.arguments)
    return found
