"""Which variable holds a value: it gives the value its name.

The bytecode says where a result may go: to the variables that are assigned next. Which
of them holds what is then looked up where they are, once they are assigned. So an
element of `a, b = p` is found in a or in b, by whatever way it came there, and a
reading of the bytecode that is wrong costs a name but never gives that of another.
"""

from __future__ import annotations

import dis
import functools
import inspect
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, NamedTuple

from pellucid.graphs.node import Call, Node
from pellucid.graphs.stand_in import node_in
from pellucid.graphs.tracing.frames import is_machinery


class Holder(NamedTuple):
    """A variable, or an attribute or an item of one: h, self.h, d["h"]."""

    variable: str
    part: str | None = None

    @property
    def name(self) -> str:
        """What the content is called."""
        return self.part or self.variable

    def content(self, frame: FrameType, variables: Mapping[str, Any]) -> Any:
        """What stands there now; None where nothing does."""
        variable, part = self
        if variable in variables:
            held = variables[variable]
        else:
            held = frame.f_globals.get(variable)
        if part is None:
            return held
        parts = held if isinstance(held, dict) else getattr(held, "__dict__", {})
        return dict.get(parts, part)


class Assignment(NamedTuple):
    """The holders that are assigned one after the other, and by which instructions.

    Parameters
    ----------
    holders : tuple of Holder
        Those assigned.
    begin, end : int
        The first and the last instruction that assigns.
    jump : int
        The last before them that may go elsewhere.
    """

    holders: tuple[Holder, ...]
    begin: int
    end: int
    jump: int = -1

    def follows(self, seen: int, now: int) -> bool:
        """Whether one comes from one place to another without assigning anything.

        Not so in a loop that skips some of the way to it.
        """
        return self.jump < seen < now <= self.begin


NONE = Assignment((), -1, -1)
RETURNED = Assignment((), -2, -2)  # handed to the caller, who may assign it
JUMPS = {*dis.hasjrel, *dis.hasjabs}
GENERATING = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR

MOVES = {"SWAP", "COPY", "UNPACK_SEQUENCE", "UNPACK_EX", "EXTENDED_ARG", "NOP"}
PLAIN = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")


@functools.lru_cache(maxsize=512)
def assignments(code: CodeType) -> dict[int, Assignment]:
    """For each instruction the assignment that comes next."""
    found: dict[int, Assignment] = {}
    coming, goes_on, end = NONE, 0, len(code.co_code)
    instructions = list(dis.get_instructions(code))
    jumps = [each.offset for each in instructions if each.opcode in JUMPS]
    for i, each in reversed([*enumerate(instructions)]):
        holders = _assigned(instructions, i)
        if each.opname in ("RETURN_VALUE", "YIELD_VALUE"):
            coming, goes_on = RETURNED, 0
        elif holders is not None:
            last = coming if goes_on else Assignment((), each.offset, each.offset)
            jump = max((at for at in jumps if at < each.offset), default=-1)
            coming = Assignment(holders + last.holders, each.offset, last.end, jump)
            goes_on = 1 + LOADED.get(each.opname, 0)  # until the next is no part of it
        elif each.opname not in MOVES:
            goes_on = max(goes_on - 1, 0)
        # A frame may stand anywhere in an instruction's inline cache.
        found.update(dict.fromkeys(range(each.offset, end, 2), coming))
        end = each.offset
    return found


# How many instructions before it load what a store writes into.
LOADED = {"STORE_ATTR": 1, "STORE_SUBSCR": 2}


def _assigned(instructions: list[dis.Instruction], i: int) -> tuple[Holder, ...] | None:
    """The holders that an instruction assigns; None where it assigns nothing."""
    name, argument = instructions[i].opname, instructions[i].argval
    if name.startswith(PLAIN):
        both = argument if isinstance(argument, tuple) else (argument,)
        kept = both if name == "STORE_FAST_STORE_FAST" else both[:1]
        # pytest rewrites an assertion by variables that no person could write.
        return tuple(Holder(each) for each in kept if each.isidentifier())
    if name not in LOADED:
        return None
    owner = instructions[i - LOADED[name]]
    part = argument if name == "STORE_ATTR" else instructions[i - 1].argval
    variable = owner.argval[1] if isinstance(owner.argval, tuple) else owner.argval
    is_named = owner.opname.startswith(("LOAD_FAST", "LOAD_NAME", "LOAD_GLOBAL",
                                        "LOAD_DEREF", "STORE_FAST"))  # fmt: skip
    if is_named and isinstance(part, str) and part.isidentifier():
        return (Holder(variable, part),)
    return ()


def assigned(frame: FrameType | None) -> tuple[FrameType, Assignment] | None:
    """Whose variables the result of the frame's current instruction may go to."""
    while frame:
        coming = assignments(frame.f_code).get(frame.f_lasti)
        if coming is not RETURNED:
            return (frame, coming) if coming and coming.holders else None
        # `return a + b`: the name is given by whoever called.
        frame = frame.f_back
        if frame and is_machinery(frame):
            return None
    return None


def yields(frame: FrameType) -> bool:
    """Whether a frame may stop and go on when it is called again."""
    return bool(frame.f_code.co_flags & GENERATING)


def held(frame: FrameType, holders: Iterable[Holder]) -> Iterator[tuple[str, Node]]:
    """What each place is called, and the node that stands there; where one does."""
    variables = frame.f_locals
    for holder in holders:
        node = node_in(holder.content(frame, variables))
        # What pytest makes of an assert is in variables like @py_assert1.
        if node is not None and holder.name.isidentifier():
            yield holder.name, node


@functools.lru_cache(maxsize=512)
def targets(code: CodeType) -> tuple[Holder, ...]:
    """The variables that a variable is unpacked into, outside of loops."""
    instructions = list(dis.get_instructions(code))
    loops = [(each.argval, each.offset) for each in instructions
             if "JUMP_BACKWARD" in each.opname]  # fmt: skip
    found: list[Holder] = []
    for before, each in itertools.pairwise(instructions):
        once = not any(start <= each.offset <= end for start, end in loops)
        if once and "UNPACK" in each.opname and before.opname.startswith("LOAD"):
            found += assignments(code)[each.offset].holders
    return tuple(found)


@dataclass(eq=False, slots=True)
class Awaited:
    """What was made for an assignment that is not over yet."""

    frame: FrameType
    assignment: Assignment
    seen: int  # where the frame stood when its variables were last read
    nodes: set[Node] = field(default_factory=set)
    calls: set[Call] = field(default_factory=set)

    @property
    def is_unmoved(self) -> bool:
        """Whether the frame stands where it was seen, or has only gone on."""
        now = self.frame.f_lasti
        return now == self.seen or self.assignment.follows(self.seen, now)

    @property
    def is_over(self) -> bool:
        """Whether the frame is past the assignment, or has returned."""
        return self.frame.f_lasti > self.assignment.end or self.frame.f_back is None

    def found(self) -> Iterator[tuple[str, Node]]:
        """The variables that hold a node now."""
        self.seen = self.frame.f_lasti
        return held(self.frame, self.assignment.holders)

    def note_call(self, call: Call | None, name: str) -> None:
        """Note the variable that holds what a call gave, in it and those around it."""
        while call and self.calls:
            if call in self.calls:
                call.assigned_to(name)
                self.calls.remove(call)
            call = call.around
