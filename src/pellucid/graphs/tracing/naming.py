"""The names of nodes, found while a function is traced.

A node is called as the variable that holds it, an element of an argument as the one
that it was unpacked into, and all else by a number. `variables` says what a frame will
assign next; what is made until then waits here for the name. Helpers are followed, so
that a node knows the call that it is part of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import FrameType
from typing import Any

from pellucid.graphs.calls import around
from pellucid.graphs.node import Call, Node
from pellucid.graphs.stand_in import node_in
from pellucid.graphs.tracing.frames import BEGINNING, is_machinery
from pellucid.graphs.tracing.things import Thing, thing_of
from pellucid.graphs.tracing.turns import Turns
from pellucid.graphs.tracing.variables import (
    Awaited,
    assigned,
    held,
    targets,
    yields,
)

ALL_TURNS = "_at"  # h_at[t] is h in turn t of a loop


class Numbered(str):
    """A name that the trace gave, not the person: t1, t2, ..."""

    __slots__ = ()


def is_numbered(name: str) -> bool:
    """Whether a name is none of the person's, or not given yet."""
    return not name or isinstance(name, Numbered)


def stem(name: str) -> str:
    """A name without the number that made it unique; "" for a number alone."""
    return "" if is_numbered(name) else re.sub(r"_\d+$", "", name)


class Names:
    """The names of one record: those given, and what still waits for one."""

    def __init__(self, elements: Iterable[Node] = ()) -> None:
        self.given: dict[str, str] = {}  # each name, and the one that was wanted
        self.elements = set(elements)  # of arguments; named by their position yet
        self._numbers: dict[str, int] = {}
        self._awaited: list[Awaited] = []  # what no variable holds yet
        self._calls: dict[FrameType, Call | None] = {}  # inmost last
        self._owners: dict[Call, Any] = {}  # the objects whose calls these are
        self._frame: FrameType | None = None  # the last of these
        self._waiting: FrameType | None = None  # that of the last node that waits
        self.turns = Turns()

    # -- a name for a node ------------------------------------------------------------

    def christen(self, node: Node, name: str | None) -> None:
        """Give a node a name of its own: the one wanted, or that with a number."""
        if not name or node.name:
            return
        unique, number = name, self._numbers.get(name, 1)
        while unique in self.given:
            number += 1
            unique = type(name)(f"{name}_{number}")
        self._numbers[name] = number
        self.given[unique] = name
        node.christen(unique)

    def release(self, nodes: Iterable[Node]) -> None:
        """Let the names be given again of steps that others have taken the place of."""
        for node in nodes:
            wanted = self.given.pop(node.name, None)
            if wanted is not None:
                self._numbers.pop(wanted, None)

    def rechristen(self, node: Node, before: Node) -> None:
        """Call the new content of a variable as the content before."""
        self.christen(node, self.given.get(before.name))

    def christen_all(self, nodes: Iterable[Node]) -> None:
        """Number the nodes that have no name yet: t1, t2, ..."""
        number, met = 0, set[str]()
        for node in nodes:
            if node.name in met:  # of two that a rewriting left with one name
                wanted = self.given.get(node.name, node.name)
                node.christen("")
                self.christen(node, wanted)
            met.add(node.name)
            if not node.name:
                number += 1
                while f"t{number}" in self.given:
                    number += 1
                self.christen(node, Numbered(f"t{number}"))

    # -- variables --------------------------------------------------------------------

    def wait(self, node: Node, frame: FrameType) -> None:
        """Let a node that a frame has made wait for the variable that will hold it."""
        awaited = self._coming(frame)
        if awaited:
            awaited.nodes.add(node)
        self._waiting = frame

    def _coming(self, frame: FrameType) -> Awaited | None:
        """What is kept for the assignment that a frame is about to do."""
        found = assigned(frame)
        if found is None:
            return None
        caller, coming = found
        # While one call goes on, its caller stands still.
        stands = frame is self._waiting and frame is not caller and not yields(frame)
        for each in reversed(self._awaited):
            if each.frame is caller and each.assignment is coming:
                if not (stands or coming.follows(each.seen, caller.f_lasti)):
                    self._read(each)  # in a loop it may have been done
                each.seen = caller.f_lasti
                return each
        self._awaited.append(Awaited(caller, coming, caller.f_lasti))
        return self._awaited[-1]

    def read(self) -> None:
        """Give each new node the name of the variable that holds it by now."""
        for each in self._awaited:
            if not each.is_unmoved:
                self._read(each)
        if self._awaited and any(each.is_over for each in self._awaited):
            self._awaited = [each for each in self._awaited if not each.is_over]

    def _read(self, awaited: Awaited) -> None:
        for name, node in awaited.found():
            if node in awaited.nodes:
                awaited.nodes.remove(node)
                self.christen(node, name)
            awaited.note_call(node.call, name)

    def _name_elements(self, frame: FrameType) -> None:
        """Call elements of arguments as the variables they were unpacked into."""
        for name, node in held(frame, targets(frame.f_code)) if self.elements else ():
            if node in self.elements:
                self.elements.remove(node)
                del self.given[node.name]
                node.christen("")
                self.christen(node, name)

    def end(self) -> None:
        """Read what can be read still, and let go of frames, which keep variables."""
        self.read()
        for frame in self._calls:
            self._name_elements(frame)
        self._frame = self._waiting = None
        self._calls.clear()
        self._owners.clear()
        self.turns.clear()
        self._awaited.clear()

    # -- calls of helpers -------------------------------------------------------------

    def call_of(self, frame: FrameType) -> Call | None:
        """The call of a helper that a frame runs; None in the recorded function."""
        if frame is not self._frame:
            self._enter(frame)
            self._frame = frame
        return self._calls[frame]

    def _enter(self, frame: FrameType) -> None:
        """Let the calls be those that are running now, with a frame as the inmost."""
        entered, outer = [], frame
        while outer not in self._calls and outer.f_code.co_filename != BEGINNING:
            if not is_machinery(outer):
                entered.append(outer)
            if outer.f_back is None:
                break
            outer = outer.f_back
        while self._calls and next(reversed(self._calls)) is not outer:
            over, _ = self._calls.popitem()
            self._name_elements(over)
            self.turns.left(over)
        for each in reversed(entered):
            caller, around = next(reversed(self._calls.items()), (None, None))
            self._calls[each] = self._called(each, around) if self._calls else None
            self.turns.entered(each, caller)

    def _called(self, frame: FrameType, around: Call | None) -> Call | None:
        """The call that a frame runs; a lambda is part of its caller."""
        code, caller = frame.f_code, frame.f_back
        if code.co_name.startswith("<"):
            return around
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = [frame.f_locals.get(name) for name in parameters]
        thing = thing_of(frame, given)
        if self._is_within(thing.owner, around):
            if code.co_name == "__call__":  # as that of a class that it extends
                return around
            thing = Thing(code.co_name)
        nodes = tuple(filter(None, map(node_in, given)))
        call = Call(thing.function, None, nodes, around, thing.of, thing.parameters)
        self._owners[call] = thing.owner
        if caller and not is_machinery(caller):
            awaited = self._coming(caller)
            if awaited:
                awaited.calls.add(call)
        return call

    def _is_within(self, owner: Any, call: Call | None) -> bool:
        """Whether an object is called by itself."""
        known = owner is not None
        return known and any(self._owners[each] is owner for each in around(call))
