"""The record of one traced function: which operations it did, where, and on what.

While a function is traced, one `Recorder` is active in its context (a context variable,
so other threads see nothing). Every operation on a stand-in ends in `record`.
"""

from __future__ import annotations

import contextlib
import contextvars
import dis
import functools
import linecache
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np

from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.operations.table import OPERATIONS

active: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar(
    "active", default=None
)

# Frames of this folder and of these packages are machinery, not the person's code.
HERE = os.path.dirname(__file__)
MACHINERY = {"numpy", "scipy", "sklearn", "pandas", "contextlib", "functools", "copy"}


def is_machinery(frame: FrameType) -> bool:
    """Whether a frame runs NumPy's code or ours."""
    return _is_machinery(frame.f_globals.get("__name__", ""), frame.f_code.co_filename)


@functools.lru_cache(maxsize=4096)
def _is_machinery(module: str, file: str) -> bool:
    return module.partition(".")[0] in MACHINERY or file.startswith(HERE)


# Outside arrays up to so many bytes are copied, so that later writes do not reach them.
SMALL = 1 << 20


class Recorder:
    """The nodes of one trace, and the names and source lines found for them."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}  # each name given, and the one that was wanted
        self._numbers: dict[str, int] = {}
        self.simplify: Callable[[str, tuple[Any, ...]], Any] | None = None
        self._owner: Node | None = None
        self._known: dict[Node, Any] = {}
        self._captured: dict[int, tuple[Any, Node]] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[Recorder]:
        """Make this the record that operations in this context go to."""
        token = active.set(self)
        try:
            yield self
        finally:
            active.reset(token)

    @contextlib.contextmanager
    def on_behalf_of(self, node: Node) -> Iterator[None]:
        """Give new nodes the source line of the node they belong to, and no name."""
        before, self._owner = self._owner, node
        try:
            yield
        finally:
            self._owner = before

    def input(self, name: str, value: Any) -> Node:
        """Make the node of an argument."""
        weak = type(value) is float
        array = np.asarray(value)
        node = Node("input", (), array.shape, array.dtype, weak=weak)
        self.christen(node, name)
        return node

    def captured(self, value: Any) -> Node:
        """Make the node of an outside value; an array that did not change has one."""
        if not isinstance(value, np.ndarray):
            return constant(value)
        _, node = self._captured.get(id(value), (None, None))
        if node is None or not np.array_equal(node.value, value):
            node = constant(value.copy() if value.nbytes <= SMALL else value)
            # Holding the array keeps its id from being given to another.
            self._captured[id(value)] = value, node
        return node

    def record(
        self, name: str, arguments: tuple[Any, ...], weak: bool = False, **options: Any
    ) -> Node:
        """Make the node of one operation, whose arguments are nodes or values."""
        nodes = tuple(a if isinstance(a, Node) else self.captured(a) for a in arguments)
        known = [(a.shape, type(a.options.get("value", 0.0)) if a.weak else a.dtype)
                 for a in nodes]  # fmt: skip
        shape, dtype = OPERATIONS[name].known(known, **options)
        frame = None if self._owner else persons_frame()
        line = (frame.f_code.co_filename, frame.f_lineno) if frame else None
        line = self._owner.line if self._owner else line
        is_known = all(a.known for a in nodes)
        node = Node(name, nodes, shape, dtype, options, weak, line, known=is_known)
        if frame:
            self.christen(node, target(frame))
        return node

    def christen(self, node: Node, name: str | None) -> None:
        """Give a node a name of its own: the one wanted, or that with a number."""
        if not name or node.name:
            return
        unique, number = name, self._numbers.get(name, 1)
        while unique in self.names:
            number += 1
            unique = f"{name}_{number}"
        self._numbers[name] = number
        self.names[unique] = name
        node.christen(unique)

    def rechristen(self, node: Node, before: Node) -> None:
        """Call the new content of a variable as the content before."""
        self.christen(node, self.names.get(before.name))

    def christen_all(self, nodes: Iterable[Node]) -> None:
        """Number the nodes that have no name yet: t1, t2, ..."""
        number = 0
        for node in nodes:
            if not node.name:
                number += 1
                while f"t{number}" in self.names:
                    number += 1
                self.christen(node, f"t{number}")

    def known_value(self, node: Node) -> Any:
        """The value of a node that depends on no input."""
        order = ancestors([node], stop=self._known)
        self._known.update(evaluate(order, self._known, order))
        return self._known[node]


def is_numbered(name: str) -> bool:
    """Whether a name is none of the person's: t1, t2, ... or not given yet."""
    return not name or bool(re.fullmatch(r"t\d+", name))


# -- the person's line and variable ---------------------------------------------------


def persons_frame() -> FrameType | None:
    """The innermost frame that runs the person's own code."""
    frame: FrameType | None = sys._getframe(1)
    while frame and is_machinery(frame):
        if frame.f_globals.get("__name__") == "pellucid.graphs.trace":
            return None  # beyond it is who asked for the trace
        frame = frame.f_back
    return frame


def place() -> str:
    """Where the person's code stands, as a message begins: `cost.py, line 12`."""
    frame = persons_frame()
    if frame is None:
        return "in the traced function"
    return f"{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}"


def code() -> str:
    """The line of the person's code, as a message quotes it."""
    frame = persons_frame()
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno) if frame else ""
    return f"`{line.strip()}`" if line.strip() else "the code"


def instruction(frame: FrameType | None) -> str:
    """The instruction that a frame is running."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] if frame else ""


def target(frame: FrameType | None) -> str | None:
    """The variable that the result of the frame's current call is assigned to."""
    while frame:
        name = _targets(frame.f_code).get(frame.f_lasti)
        if name != RETURNED:
            return name
        # `return a + b`: the name is given by whoever called.
        frame = frame.f_back
        if frame and is_machinery(frame):
            return None
    return None


RETURNED = "<returned>"
PASSED_OVER = {"CACHE", "EXTENDED_ARG", "COPY", "NOP"}
STORES = {"STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF",
          "STORE_FAST_STORE_FAST", "STORE_FAST_LOAD_FAST"}  # fmt: skip


@functools.lru_cache(maxsize=512)
def _targets(code: CodeType) -> dict[int, str]:
    """For each instruction whose result is assigned at once: to which variable."""
    found: dict[int, str] = {}
    following = after_call = None
    end = len(code.co_code)
    for instruction in reversed(list(dis.get_instructions(code))):
        kind = instruction.opname
        if kind == "CALL":
            after_call = following
        elif kind == "PRECALL":  # Python 3.11 makes a call in two instructions
            following = after_call
        if following:
            # A frame may stand anywhere in an instruction's inline cache.
            found.update(dict.fromkeys(range(instruction.offset, end, 2), following))
        end = instruction.offset
        if kind == "RETURN_VALUE":
            following = RETURNED
        elif kind in STORES:
            stored = instruction.argval
            following = stored if isinstance(stored, str) else stored[0]
        elif kind not in PASSED_OVER:
            following = None
    return found
