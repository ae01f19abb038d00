"""The record of one traced function: which operations it did, where, and on what.

While a function is traced, one `Recorder` is active in its context (a context variable,
so other threads see nothing). Every operation on a stand-in ends in `record`.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.calls import innermost
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.foreign import is_labelled, strange, unlabelled
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Call, Node, ancestors, constant
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.packages import meet
from pellucid.graphs.places import moves
from pellucid.graphs.tracing.captured import Captured
from pellucid.graphs.tracing.frames import (
    code,
    location,
    persons_step,
    source_line,
    told_frame,
)
from pellucid.graphs.tracing.naming import Names
from pellucid.graphs.tracing.settled import plain

active: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar(
    "active", default=None
)

MANY = 10_000  # guards


class Recorder:
    """The nodes of one trace, with the names and source lines found for them."""

    def __init__(self, follows: bool = False) -> None:
        meet("numpy")
        self.follows = follows  # the numbers of the inputs, where the function branches
        self.guards: dict[Node, Guard] = {}  # the ways that it went
        self.on_many_guards: Callable[[int], None] | None = None  # as it may not end
        self.names = Names()
        self.outside = Captured()
        self.simplify: Callable[[Node], Node | None] | None = None
        self.thread: int | None = None  # of the trace, while it runs
        self.refusal: Exception | None = None  # the last, which may have been swallowed
        self.broken: Exception | None = None  # raised where nobody waits for it
        self.quiet = False  # whether new nodes are computed without warnings
        self.derived = False  # whether new nodes are part of a derivative
        self.aside = 0  # derivatives under way that only serve others, without names
        self.differentiates = False  # something that depends on no input
        self.known_ones: dict[int, Any] = {}  # weakly: stand-ins whose value is known
        self._known: dict[Node, Any] = {}
        self._owner: Node | None = None
        self._owners_call: Call | None = None
        self._gradients: dict[Call, Call] = {}  # of calls of objects
        self.sources: list[tuple[Any, Any]] = []  # generators, and their states before
        self.on_capture: Callable[[], None] | None = None  # looks at these
        self.made: list[Node] = []  # every step, also what nobody reads
        self.is_inside = False  # whether new nodes are those of the body of a loop
        self.tells = False  # a number in a text, or something in a warning
        self.told: set[str] = set()  # the places that a warning has named

    @contextlib.contextmanager
    def running(self) -> Iterator[Recorder]:
        """Make this the record that operations in this context go to."""
        token = active.set(self)
        self.thread = threading.get_ident()
        try:
            yield self
        finally:
            self.names.end()
            self.thread = None
            active.reset(token)

    @contextlib.contextmanager
    def on_behalf_of(self, node: Node, call: Call | None = None) -> Iterator[None]:
        """Give new nodes the source line of the node they belong to, and no name.

        What belongs to a quiet node, or a derived one, is so too. What takes the place
        of a node is part of the same call of a helper; a derivative of the gradient of
        that of an object.
        """
        before = self._owner, self._owners_call, self.quiet, self.derived
        if call is None and self.derived:
            call = self._gradient_of(node.call)
        self._owner, self._owners_call = node, call
        self.quiet = self.quiet or node.quiet
        self.derived = self.derived or node.derived
        try:
            yield
        finally:
            self._owner, self._owners_call, self.quiet, self.derived = before

    def _gradient_of(self, call: Call | None) -> Call | None:
        """The gradient of the call of an object; of a helper that of what is around."""
        call = innermost(call)
        if call is not None and call not in self._gradients:
            around = self._gradient_of(call.around)
            self._gradients[call] = Call(
                f"gradient of {call.function}", None, (), around, call.of,
                gradient_of=call,
            )  # fmt: skip
        return call and self._gradients[call]

    @contextlib.contextmanager
    def marking(self, quiet: bool = False, derived: bool = False) -> Iterator[None]:
        """Let new nodes be computed without NumPy's warnings, or be of a derivative."""
        before = self.quiet, self.derived
        self.quiet, self.derived = self.quiet or quiet, self.derived or derived
        try:
            yield
        finally:
            self.quiet, self.derived = before

    @contextlib.contextmanager
    def inside(self, simplify: Callable[[Node], Node | None]) -> Iterator[None]:
        """Let new nodes be those of the body of a loop, and no steps of the record."""
        before = self.made, self.simplify, self.is_inside
        self.made, self.simplify, self.is_inside = [], simplify, True
        try:
            yield
        finally:
            self.made, self.simplify, self.is_inside = before

    def input(self, name: str, value: Any) -> Node:
        """Make the node of an argument."""
        if reason := strange(value):
            raise TraceError(f"the argument {name} is {reason}.")
        weak = type(value) is float
        array = np.asarray(value)
        node = Node("input", (), array.shape, array.dtype, weak=weak)
        self.names.christen(node, name)
        if self.follows:
            self._known[node] = value
        return node

    def captured(self, value: Any) -> Node:
        """Make the node of an outside value; an array that did not change has one."""
        if self.sources and self.on_capture:
            self.on_capture()
        value = plain(value)
        from_pandas = is_labelled(value)
        value, reason = unlabelled(value) if from_pandas else (value, strange(value))
        if reason:
            self.refusal = TraceError(f"{location()}: {code()} meets {reason}.")
            raise self.refusal
        if from_pandas:
            return self.outside.entries(value)
        is_array = isinstance(value, np.ndarray)
        return self.outside.constant(value) if is_array else constant(value)

    def record(
        self, name: str, arguments: tuple[Any, ...], weak: bool = False, **options: Any
    ) -> Node:
        """Make the node of one operation, whose arguments are nodes or values."""
        nodes = tuple([a if isinstance(a, Node) else self.captured(a)
                       for a in arguments])  # fmt: skip
        types = [(a.shape, a.promotes_as) for a in nodes]
        shape, dtype = OPERATIONS[name].infer(types, **options)
        frame, step = (None, None) if self._owner else persons_step()
        self.names.read()
        turns = self.names.turns
        if frame:
            call = self.names.call_of(frame)
            line = frame.f_code.co_filename, turns.line(frame)
            spot = turns.spot(frame, step)
        else:
            line, call, spot = None, self._owners_call, turns.beside
        # What is differentiated counts as an input, also where its value is known.
        is_known = all(a.known for a in nodes)
        if is_known and name == "copy":
            is_known, self.differentiates = False, True
        if is_known and any(map(moves, options.values())):
            is_known = False
        node = Node(
            name, nodes, shape, dtype, options, weak, line, call, known=is_known,
            quiet=self.quiet, derived=self.derived, spot=spot,
        )  # fmt: skip
        self.made.append(node)
        if frame:
            self.names.wait(node, frame)
        return node

    def taken(self, node: Node) -> Node:
        """A node that was put together elsewhere as a step of this record."""
        spot, order = self.names.turns.beside, node.order
        node = replace(node, spot=spot, derived=self.derived, order=order)
        self.made.append(node)
        return node

    def guarded(self, node: Node, answer: bool | int) -> None:
        """Note that what follows holds only where a node has this value."""
        if not node.known and node not in self.guards:
            frame = told_frame()
            line = (frame.f_code.co_filename, frame.f_lineno) if frame else None
            self.guards[node] = Guard(node, answer, line, source_line(frame))
            if len(self.guards) % MANY == 0 and self.on_many_guards:
                self.on_many_guards(len(self.guards))

    def value_of(self, node: Node) -> Any:
        """The value of a node that has one."""
        if node not in self._known:
            order = ancestors([node], stop=self._known)
            before = {a for n in order for a in n.arguments if a in self._known}
            values = {a: self._known[a] for a in before}
            self._known.update(evaluate(order, values, order))
        return self._known[node]
