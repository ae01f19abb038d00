"""In which turn of which loops of the person's code a step was recorded.

The instructions of a code tell its loops: each jump backwards ends one. A frame is in a
new turn where it stands earlier than before; only there its variables are looked at,
for which of several loops has turned. What no loop repeats may still be repeated: by
`sum(list)`, `reduce` or a generator the same instruction is run again, by another frame
each time. Where a frame stands is rounded to the beginning of the instruction, since
Python moves it inside of what belongs to one.
"""

from __future__ import annotations

import dis
import functools
import itertools
from collections import Counter
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any

from pellucid.graphs.spots import Scope, Spot
from pellucid.graphs.tracing.frames import called_by


class CodeLoop:
    """A loop of a code.

    Parameters
    ----------
    begin, head, end : int
        Its first instruction, the last that assigns its variables, and its last.
    names : tuple of str
        The variables that its head assigns in each turn.
    own : tuple of str
        Those of them that nothing else in the loop assigns.
    line : (str, int)
        Where it begins.
    """

    __slots__ = ("begin", "end", "head", "line", "names", "own")

    def __init__(
        self, begin: int, head: int, end: int, names: tuple[str, ...],
        own: tuple[str, ...], line: tuple[str, int],
    ) -> None:  # fmt: skip
        self.begin, self.head, self.end, self.line = begin, head, end, line
        self.names, self.own = names, own


Nest = tuple[CodeLoop, ...]  # from the outmost

# Python 3.11 splits a call, and once it has made it quick runs it in the first half.
SECOND_HALF = "CALL" if "PRECALL" in dis.opmap else None


class Loops:
    """The loops of a code.

    Attributes
    ----------
    places : dict
        For each place in the code where its instruction begins, the loops that this is
        in, and its line; of equal nests there is one.
    """

    def __init__(self, code: CodeType) -> None:
        steps = [i for i in dis.get_instructions(code) if i.opname != SECOND_HALF]
        ends: dict[int, int] = {}
        for step in steps:
            if "JUMP_BACKWARD" in step.opname and "NO_INTERRUPT" not in step.opname:
                ends[step.argval] = max(ends.get(step.argval, 0), step.offset)
        spans = sorted(ends.items(), key=lambda span: (span[0], -span[1]))
        loops = [_loop(code, steps, begin, end) for begin, end in spans]
        self.places: dict[int, tuple[int, Nest, int]] = {}
        nests: dict[Nest, Nest] = {}
        stops = [*(step.offset for step in steps[1:]), len(code.co_code)]
        for step, stop in zip(steps, stops, strict=True):
            begin = step.offset
            nest = tuple([x for x in loops if x.begin <= begin <= x.end])
            line = (step.positions and step.positions.lineno) or 0
            place = begin, nests.setdefault(nest, nest), line
            self.places.update(dict.fromkeys(range(begin, stop, 2), place))

    def __reduce__(self) -> Any:
        """Once a function is recorded, only which code it was matters."""
        return object.__new__, (Loops,)


def _loop(
    code: CodeType, steps: list[dis.Instruction], begin: int, end: int
) -> CodeLoop:
    """The loop between two instructions of a code."""
    inside = [step for step in steps if begin <= step.offset <= end]
    names, head = _head([step for step in inside if step.opname != "EXTENDED_ARG"])
    stored = Counter(name for step in inside for name in _stored(step))
    own = tuple([name for name in names if stored[name] == 1])
    position = inside[0].positions
    line = (position and position.lineno) or 0
    return CodeLoop(begin, head, end, names, own, (code.co_filename, line))


def _head(steps: list[dis.Instruction]) -> tuple[tuple[str, ...], int]:
    """The variables that a `for` assigns in each turn, and the last step that does.

    Of a `while` there are none.
    """
    is_for = steps[0].opname == "FOR_ITER"
    names, left, last = list[str](), int(is_for), steps[0].offset if is_for else -1
    for step in steps[1:]:
        stored = _stored(step)
        if not left:
            break
        if step.opname == "UNPACK_SEQUENCE":
            left += (step.arg or 0) - 1
        elif step.opname == "UNPACK_EX":  # how many before the star, and after it
            left += sum(divmod(step.arg or 0, 256))
        elif stored:
            names += stored
            left -= len(stored)
        elif step.opname != "NOP":
            break
        last = step.offset
    return tuple(names), last


STORES = {"STORE_FAST", "STORE_NAME", "STORE_DEREF", "STORE_GLOBAL"}


def _stored(step: dis.Instruction) -> tuple[str, ...]:
    """The variables that an instruction assigns; those of Python 3.13 may be two."""
    if step.opname in STORES:
        return (step.argval,)
    if step.opname == "STORE_FAST_STORE_FAST":
        return tuple(step.argval)
    return step.argval[:1] if step.opname == "STORE_FAST_LOAD_FAST" else ()


@functools.lru_cache(maxsize=512)
def loops_of(code: CodeType) -> Loops:
    """The loops of a code; read once."""
    return Loops(code)


class Standing:
    """Where a frame stands: in which turn of each of its loops."""

    __slots__ = ("inside", "last", "loops", "nest", "read", "scope", "step", "turns")

    def __init__(self, inside: Scope, loops: Loops) -> None:
        self.inside, self.loops = inside, loops
        self.scope = inside  # the turn that it is in
        self.last, self.nest = -1, Nest()
        self.step: FrameType | None = None
        # Of each loop that it is in the turn, and its own variables there; of so many
        # they are read. At the head of a loop they are those of the turn before.
        self.turns: list[tuple[Scope, list[tuple[str, Any]]]] = []
        self.read = 0

    def move(self, frame: FrameType, at: int, nest: Nest) -> None:
        """Go on to other loops, or to a new turn.

        Who goes back is in one; who does the same again, only where a variable says so:
        `sum(list)` does it in one turn.
        """
        variables = frame.f_locals
        common = len(nest) if nest is self.nest else _alike(self.nest, nest)
        turned = self._turned(common, variables) if at <= self.last else common
        if turned == common and at < self.last:
            turned = max(common - 1, 0)
        again = self.turns[turned][0].around if turned < common else None
        del self.turns[turned:]
        for loop in nest[turned:]:
            inside = self.turns[-1][0] if self.turns else self.inside
            self.turns.append((Scope(again or Scope(inside, "loop", loop), "turn"), []))
            again = None
        for i in range(min(self.read, turned), len(nest)):
            _read(*self.turns[i], nest[i], variables)
        self.scope = self.turns[-1][0] if self.turns else self.inside
        is_head = bool(nest) and at <= nest[-1].head
        self.read = len(nest) - is_head
        self.nest = Nest([*nest]) if is_head else nest  # so that it moves at once

    def _turned(self, common: int, variables: Mapping[str, Any]) -> int:
        """The first loop whose variables have changed; `common` where none has."""
        for i, (_, before) in enumerate(self.turns[:common]):
            for name, value in before:
                if variables.get(name) is not value:
                    return i
        return common


def _read(
    turn: Scope, own: list[tuple[str, Any]], loop: CodeLoop, variables: Any
) -> None:
    """Note with a turn what the variables of its loop are in it."""
    values = [variables.get(name) for name in loop.names]
    turn.numbers = tuple([v if type(v) is int else None for v in values])
    own[:] = [(name, variables.get(name)) for name in loop.own]


def _alike(a: Nest, b: Nest) -> int:
    """How many of the outer loops are the same."""
    same = itertools.takewhile(lambda pair: pair[0] is pair[1], zip(a, b, strict=False))
    return sum(1 for _ in same)


_spot = functools.partial(tuple.__new__, Spot)  # in half the time


class Turns:
    """Where each of the frames stands that are running now."""

    def __init__(self) -> None:
        self.root = Scope(None, "root")
        self.last = self.root
        self._runs = 0
        self._standing: dict[FrameType, Standing] = {}

    def entered(self, frame: FrameType, caller: FrameType | None) -> None:
        """A frame has been called by another that is known."""
        inside = self.root
        if caller is not None:
            spot = self.spot(caller, called_by(caller))
            inside = Scope(spot.scope, "call", (spot.code, spot.at, spot.run))
        self._standing[frame] = Standing(inside, loops_of(frame.f_code))

    def left(self, frame: FrameType) -> None:
        """A frame is over."""
        self._standing.pop(frame, None)

    def clear(self) -> None:
        """Let go of all frames, which keep their variables."""
        self._standing.clear()

    @property
    def beside(self) -> Spot:
        """What is recorded by no code of the person's stands in the turn at hand."""
        return Spot(self.last, None, -1, self._runs)

    def line(self, frame: FrameType) -> int:
        """The line that a known frame is at: its `f_lineno`, which takes a search."""
        return self._standing[frame].loops.places[frame.f_lasti][2]

    def spot(self, frame: FrameType, step: FrameType | None) -> Spot:
        """Where a frame stands, and inside of which frame that it has called."""
        standing = self._standing[frame]
        at, nest, _ = standing.loops.places[frame.f_lasti]
        is_other = step is not standing.step
        is_back = at < standing.last or (at == standing.last and is_other)
        if (nest and is_back) or nest is not standing.nest:
            standing.move(frame, at, nest)
        if is_other:
            self._runs += 1
            standing.step = step
        standing.last = at
        self.last = standing.scope
        return _spot((self.last, standing.loops, at, self._runs))
