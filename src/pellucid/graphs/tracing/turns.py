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
from types import CodeType, FrameType
from typing import Any, NamedTuple

from pellucid.graphs.tracing.frames import called_by


class Scope:
    """The function, one call in it, one run of a loop, or one turn of it.

    Parameters
    ----------
    around : Scope or None
        What it is inside of.
    kind : str
        "root", "call", "loop" or "turn".
    key : hashable
        Which: the place of the call, the loop of the code.
    """

    __slots__ = ("around", "key", "kind", "numbers")

    def __init__(self, around: Scope | None, kind: str, key: Any = None) -> None:
        self.around, self.kind, self.key = around, kind, key
        self.numbers: tuple[int | None, ...] = ()  # of the variables of a loop


class Spot(NamedTuple):
    """Where a step was recorded: in which turn, by which instruction, at which run."""

    scope: Scope
    code: CodeType | None
    at: int
    run: int


class CodeLoop:
    """A loop of a code: its first and last instruction, its variables and its line."""

    __slots__ = ("begin", "end", "line", "names")

    def __init__(
        self, begin: int, end: int, names: tuple[str, ...], line: tuple[str, int]
    ) -> None:
        self.begin, self.end, self.names, self.line = begin, end, names, line


class Loops:
    """The loops of a code, and which of them each instruction is in."""

    def __init__(self, code: CodeType) -> None:
        steps = list(dis.get_instructions(code))
        starts = [step.offset for step in steps]
        self.begin: dict[int, int] = {}  # of the instruction that a place is in
        for start, end in zip(starts, [*starts[1:], len(code.co_code)], strict=True):
            self.begin.update(dict.fromkeys(range(start, end, 2), start))
        ends: dict[int, int] = {}
        for step in steps:
            if "JUMP_BACKWARD" in step.opname:
                ends[step.argval] = max(ends.get(step.argval, 0), step.offset)
        heads = {s.offset: _stored(steps, i + 1) for i, s in enumerate(steps)
                 if s.opname == "FOR_ITER"}  # fmt: skip
        lines = {s.offset: s.positions.lineno if s.positions else 0 for s in steps}
        spans = sorted(ends.items(), key=lambda span: (span[0], -span[1]))
        self.loops = [
            CodeLoop(a, b, heads.get(a, ()), (code.co_filename, lines[a] or 0))
            for a, b in spans
        ]
        self._nests: dict[int, list[CodeLoop]] = {}

    def around(self, at: int) -> list[CodeLoop]:
        """The loops that an instruction is in, from the outmost."""
        if at not in self._nests:
            self._nests[at] = [x for x in self.loops if x.begin <= at <= x.end]
        return self._nests[at]


STORES = {"STORE_FAST", "STORE_NAME", "STORE_DEREF", "STORE_GLOBAL"}


def _stored(steps: list[dis.Instruction], i: int) -> tuple[str, ...]:
    """The variables that a `for` assigns in each turn."""
    names, left = [], 1
    while left and i < len(steps):
        step = steps[i]
        if step.opname == "UNPACK_SEQUENCE":
            left += (step.arg or 1) - 1
        elif step.opname in STORES:
            names.append(step.argval)
            left -= 1
        elif step.opname == "STORE_FAST_STORE_FAST":
            names += list(step.argval)
            left -= 2
        elif step.opname == "STORE_FAST_LOAD_FAST":
            names.append(step.argval[0])
            left -= 1
        elif step.opname not in ("CACHE", "EXTENDED_ARG", "NOP"):
            break
        i += 1
    return tuple(names)


@functools.lru_cache(maxsize=512)
def loops_of(code: CodeType) -> Loops:
    """The loops of a code; read once."""
    return Loops(code)


class Standing:
    """Where a frame stands: in which turn of each of its loops."""

    __slots__ = ("inside", "last", "open", "step")

    def __init__(self, inside: Scope) -> None:
        self.inside, self.last = inside, -1
        self.step: FrameType | None = None
        # The loops that it is in, each with its turn and the variables there.
        self.open: list[tuple[CodeLoop, Scope, dict[str, Any]]] = []

    @property
    def scope(self) -> Scope:
        """The turn that it is in."""
        return self.open[-1][1] if self.open else self.inside

    def move(self, frame: FrameType, at: int, step: Any) -> None:
        """Go on to an instruction, perhaps in a new turn."""
        nest = loops_of(frame.f_code).around(at)
        common = 0
        for (loop, _, _), now in zip(self.open, nest, strict=False):
            if loop is not now:
                break
            common += 1
        back = at < self.last or (at == self.last and step is not self.step)
        if back and common:
            common = self._turn(frame, common)
        del self.open[common:]
        for loop in nest[common:]:
            self.open.append((loop, *_turned(frame, Scope(self.scope, "loop", loop))))

    def _turn(self, frame: FrameType, common: int) -> int:
        """Begin a new turn of the loop whose variables have changed, or the inmost."""
        values = frame.f_locals
        which = common - 1
        for i, (loop, _, before) in enumerate(self.open[:common]):
            if any(values.get(name) is not before.get(name) for name in loop.names):
                which = i
                break
        loop, turn, _ = self.open[which]
        run: Any = turn.around
        self.open[which] = (loop, *_turned(frame, run))
        return which + 1


def _turned(frame: FrameType, run: Scope) -> tuple[Scope, dict[str, Any]]:
    """A new turn of a run of a loop, and its variables."""
    names = run.key.names
    values = {name: frame.f_locals.get(name) for name in names} if names else {}
    turn = Scope(run, "turn")
    turn.numbers = tuple([
        v if type(v) is int else None for v in values.values()
    ])  # fmt: skip
    return turn, values


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
        self._standing[frame] = Standing(inside)

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

    def spot(self, frame: FrameType, step: FrameType | None) -> Spot:
        """Where a frame stands, and inside of which frame that it has called."""
        standing, code = self._standing[frame], frame.f_code
        loops = loops_of(code)
        at = loops.begin[frame.f_lasti]
        if loops.loops:
            standing.move(frame, at, step)
        if step is not standing.step:
            self._runs += 1
        standing.last, standing.step = at, step
        self.last = standing.scope
        return Spot(self.last, code, at, self._runs)
