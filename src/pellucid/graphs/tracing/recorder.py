"""The record of one traced function: which operations it did, where, and on what.

While a function is traced, one `Recorder` is active in its context (a context variable,
so other threads see nothing). Every operation on a stand-in ends in `record`.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import threading
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

import numpy as np

from pellucid.errors import TraceError, TraceWarning
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.foreign import strange
from pellucid.graphs.node import Call, Node, ancestors, constant
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.packages import meet
from pellucid.graphs.stand_in import node_in
from pellucid.graphs.tracing.frames import BEGINNING as BEGINNING
from pellucid.graphs.tracing.frames import HERE as HERE
from pellucid.graphs.tracing.frames import MACHINERY as MACHINERY
from pellucid.graphs.tracing.frames import code as code
from pellucid.graphs.tracing.frames import is_machinery as is_machinery
from pellucid.graphs.tracing.frames import persons_frame as persons_frame
from pellucid.graphs.tracing.frames import place as place
from pellucid.graphs.tracing.settled import plain
from pellucid.graphs.tracing.variables import (
    RETURNED,
    Assignment,
    Awaited,
    assignments,
    held,
    unpacked,
)

active: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar(
    "active", default=None
)


# Outside arrays up to so many bytes are copied, so that later writes do not reach them.
SMALL = 1 << 20


def checksum(array: Any) -> int:
    """A number that changes when an array does, at a gigabyte in a quarter second."""
    total = 1
    flags: Any = ["external_loop", "buffered", "zerosize_ok"]
    chunks: Any = np.nditer(array, flags, buffersize=1 << 16)
    for chunk in chunks:
        total = zlib.adler32(chunk, total)
    return total


def _same(one: Any, other: Any) -> bool:
    """Whether two arrays hold the same bytes: nan is nan, and -0 is not 0."""
    alike = (one.shape, one.dtype) == (other.shape, other.dtype)
    return alike and bool(one.tobytes() == other.tobytes())


def warn(message: str) -> None:
    """Warn at the line of the person who asked for the trace."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and (is_machinery(frame) or _is_ours(frame)):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, TraceWarning, stacklevel=level + 1)


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("pellucid.")


class Recorder:
    """The nodes of one trace, and the names and source lines found for them."""

    def __init__(self) -> None:
        meet("numpy")
        self.names: dict[str, str] = {}  # each name given, and the one that was wanted
        self._numbers: dict[str, int] = {}
        self.simplify: Callable[[str, tuple[Any, ...]], Any] | None = None
        self.refusal: Exception | None = None  # the last, which may have been swallowed
        self.broken: Exception | None = None  # raised where nobody waits for it
        self.thread: int | None = None  # of the trace, while it runs
        self.quiet = False  # whether new nodes are computed without warnings
        self.derived = False  # whether new nodes are part of a derivative
        self.aside = 0  # derivatives under way that only serve others, without names
        self.differentiates = False  # something that depends on no input
        self.known_ones: dict[int, Any] = {}  # weakly: stand-ins whose value is known
        self._owner: Node | None = None
        self._owners_call: Call | None = None
        self._calls: dict[FrameType, Call | None] = {}  # inmost last
        self._frame: FrameType | None = None  # the last of these
        self._awaited: list[Awaited] = []  # what no variable holds yet
        self.elements: set[Node] = set()  # of arguments; named by their place
        self._known: dict[Node, Any] = {}
        self._captured: dict[int, tuple[Any, Node]] = {}
        self.told: set[str] = set()  # the places that a warning has named
        self.on_capture: Callable[[], None] | None = None
        self.sources: list[tuple[Any, Any]] = []  # generators, and their states before
        self._large: list[tuple[Any, str, int]] = []

    @contextlib.contextmanager
    def running(self) -> Iterator[Recorder]:
        """Make this the record that operations in this context go to."""
        token = active.set(self)
        self.thread = threading.get_ident()
        try:
            yield self
        finally:
            self.read_names()
            for frame in self._calls:
                self._name_elements(frame)
            self.thread = self._frame = None
            self._calls.clear()  # a frame keeps all of its variables
            self._awaited.clear()
            active.reset(token)

    @contextlib.contextmanager
    def on_behalf_of(self, node: Node, call: Call | None = None) -> Iterator[None]:
        """Give new nodes the source line of the node they belong to, and no name.

        What belongs to a quiet node, or a derived one, is so too. What takes the place
        of a node is part of the same call of a helper; a derivative is not.
        """
        before = self._owner, self._owners_call, self.quiet, self.derived
        self._owner, self._owners_call = node, call
        self.quiet, self.derived = (
            self.quiet or node.quiet,
            self.derived or node.derived,
        )
        try:
            yield
        finally:
            self._owner, self._owners_call, self.quiet, self.derived = before

    @contextlib.contextmanager
    def marking(self, quiet: bool = False, derived: bool = False) -> Iterator[None]:
        """Let new nodes be computed without NumPy's warnings, or be of a derivative."""
        before = self.quiet, self.derived
        self.quiet, self.derived = self.quiet or quiet, self.derived or derived
        try:
            yield
        finally:
            self.quiet, self.derived = before

    def input(self, name: str, value: Any) -> Node:
        """Make the node of an argument."""
        if reason := strange(value):
            raise TraceError(f"the argument {name} is {reason}.")
        weak = type(value) is float
        array = np.asarray(value)
        node = Node("input", (), array.shape, array.dtype, weak=weak)
        self.christen(node, name)
        return node

    def captured(self, value: Any) -> Node:
        """Make the node of an outside value; an array that did not change has one."""
        if self.sources and self.on_capture:
            self.on_capture()
        value = plain(value)
        if reason := strange(value):
            self.refusal = TraceError(f"{place()}: {code()} meets {reason}.")
            raise self.refusal
        if not isinstance(value, np.ndarray):
            return constant(value)
        _, node = self._captured.get(id(value), (None, None))
        if node is None or (value.nbytes <= SMALL and not _same(node.value, value)):
            if value.nbytes > SMALL:
                self._large.append((value, place(), checksum(value)))
            node = constant(value if value.nbytes > SMALL else value.copy(order="K"))
            # Holding the array keeps its id from being given to another.
            self._captured[id(value)] = value, node
        return node

    def finish(self) -> None:
        """Raise or warn where the record is not what the function does."""
        if self.broken is not None:
            raise self.broken
        for value, where, before in self._large:
            if checksum(value) != before:
                raise TraceError(
                    f"{where}: an array of {value.nbytes:,} bytes from outside was "
                    "changed while the function was traced; copy it before it is used, "
                    "or write into an array made inside."
                )
        if self.refusal is not None:
            warn(
                f"{self.refusal} The error was caught; the graph holds what was done "
                "instead."
            )

    def record(
        self, name: str, arguments: tuple[Any, ...], weak: bool = False, **options: Any
    ) -> Node:
        """Make the node of one operation, whose arguments are nodes or values."""
        nodes = tuple([a if isinstance(a, Node) else self.captured(a)
                       for a in arguments])  # fmt: skip
        known = [(a.shape, a.promotes_as) for a in nodes]
        shape, dtype = OPERATIONS[name].known(known, **options)
        frame = None if self._owner else persons_frame()
        self.read_names()
        line = (frame.f_code.co_filename, frame.f_lineno) if frame else None
        call = self._call_of(frame) if frame else self._owners_call
        # What is differentiated counts as an input, also where its value is known.
        is_known = all(a.known for a in nodes)
        if is_known and name == "copy":
            is_known, self.differentiates = False, True
        node = Node(
            name, nodes, shape, dtype, options, weak, line, call, known=is_known,
            quiet=self.quiet, derived=self.derived,
        )  # fmt: skip
        awaited = self._await(frame) if frame else None
        if awaited:
            awaited.nodes.add(node)
        return node

    def _await(self, frame: FrameType) -> Awaited | None:
        """What is kept for the assignment that a frame is about to do."""
        found = assigned(frame)
        if found is None:
            return None
        holder, coming = found
        for each in reversed(self._awaited):
            if each.frame is holder and each.assignment is coming:
                self._read(each)  # in a loop it may have been done
                return each
        self._awaited.append(Awaited(holder, coming, holder.f_lasti))
        return self._awaited[-1]

    def read_names(self) -> None:
        """Give each new node the name of the variable that holds it by now."""
        for each in self._awaited:
            if each.frame.f_lasti != each.seen:
                self._read(each)
        if self._awaited and any(each.is_over for each in self._awaited):
            self._awaited = [each for each in self._awaited if not each.is_over]

    def _name_elements(self, frame: FrameType) -> None:
        """Call elements of arguments as the variables they were unpacked into."""
        for name, node in held(frame, unpacked(frame.f_code)) if self.elements else ():
            if node in self.elements:
                self.elements.remove(node)
                del self.names[node.name]
                node.christen("")
                self.christen(node, name)

    def _read(self, awaited: Awaited) -> None:
        for name, node in awaited.found():
            if node in awaited.nodes:
                awaited.nodes.remove(node)
                self.christen(node, name)
            awaited.note_call(node.call, name)

    def _call_of(self, frame: FrameType) -> Call | None:
        """The call of a helper that a frame runs; None in the recorded function."""
        if frame is not self._frame:
            self._enter(frame)
            self._frame = frame
        return self._calls[frame]

    def _enter(self, frame: FrameType) -> None:
        """Let the calls be those that are running now, with a frame as the inmost."""
        entered, outer = [], frame
        while outer not in self._calls and outer.f_code.co_filename != BEGINNING:
            if not (outer.f_code.co_filename.startswith(HERE) or is_machinery(outer)):
                entered.append(outer)
            if outer.f_back is None:
                break
            outer = outer.f_back
        while self._calls and next(reversed(self._calls)) is not outer:
            self._name_elements(self._calls.popitem()[0])
        for each in reversed(entered):
            around = next(reversed(self._calls.values()), None)
            self._calls[each] = self._called(each, around) if self._calls else None

    def _called(self, frame: FrameType, around: Call | None) -> Call | None:
        """The call that a frame runs; a lambda is part of its caller."""
        code, caller = frame.f_code, frame.f_back
        if code.co_name.startswith("<"):
            return around
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        nodes = [node_in(frame.f_locals.get(name)) for name in parameters]
        call = Call(code.co_name, None, tuple(filter(None, nodes)), around)
        if caller and not is_machinery(caller):
            awaited = self._await(caller)
            if awaited:
                awaited.calls.add(call)
        return call

    def christen(self, node: Node, name: str | None) -> None:
        """Give a node a name of its own: the one wanted, or that with a number."""
        if not name or node.name:
            return
        unique, number = name, self._numbers.get(name, 1)
        while unique in self.names:
            number += 1
            unique = type(name)(f"{name}_{number}")
        self._numbers[name] = number
        self.names[unique] = name
        node.christen(unique)

    def rechristen(self, node: Node, before: Node) -> None:
        """Call the new content of a variable as the content before."""
        self.christen(node, self.names.get(before.name))

    def christen_all(self, nodes: Iterable[Node]) -> None:
        """Number the nodes that have no name yet: t1, t2, ..."""
        number, given = 0, set[str]()
        for node in nodes:
            if node.name in given:  # of two that a rewriting left with one name
                wanted = self.names.get(node.name, node.name)
                node.christen("")
                self.christen(node, wanted)
            given.add(node.name)
            if not node.name:
                number += 1
                while f"t{number}" in self.names:
                    number += 1
                self.christen(node, Numbered(f"t{number}"))

    def known_value(self, node: Node) -> Any:
        """The value of a node that depends on no input."""
        if node not in self._known:
            order = ancestors([node], stop=self._known)
            before = {a for n in order for a in n.arguments if a in self._known}
            values = {a: self._known[a] for a in before}
            self._known.update(evaluate(order, values, order))
        return self._known[node]


class Numbered(str):
    """A name that the trace gave, not the person: t1, t2, ..."""

    __slots__ = ()


def counted(types: Sequence[Any]) -> Sequence[Any]:
    """Types for a ufunc: Python integers alone, which it takes as objects, as int64."""
    return [np.dtype(np.int64)] * len(types) if set(types) == {int} else types


def is_numbered(name: str) -> bool:
    """Whether a name is none of the person's, or not given yet."""
    return not name or isinstance(name, Numbered)


# -- the person's variable -------------------------------------------------


def assigned(frame: FrameType | None) -> tuple[FrameType, Assignment] | None:
    """Whose variables the result of the frame's current instruction may go to."""
    while frame:
        coming = assignments(frame.f_code).get(frame.f_lasti)
        if coming is not RETURNED:
            return (frame, coming) if coming and coming.places else None
        # `return a + b`: the name is given by whoever called.
        frame = frame.f_back
        if frame and is_machinery(frame):
            return None
    return None
