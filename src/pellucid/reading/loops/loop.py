"""A loop as it is read: its variable, its head, and places in its variable."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.graphs.bodies import Body, body_of
from pellucid.graphs.node import Call, Node
from pellucid.graphs.places import Number, Place, Turn, plus, sum_text, with_places


@dataclass(frozen=True, eq=False)
class Loop:
    """A loop as it is read: its variable, and the loop around it."""

    node: Node
    around: Loop | None
    name: str  # of the variable
    call: Call  # what its nodes are part of, as those of a helper

    @property
    def body(self) -> Body:
        """What each turn does."""
        return body_of(self.node)

    def chain(self) -> Iterator[Loop]:
        """The loop and those around it, from the inside out."""
        loop: Loop | None = self
        while loop is not None:
            yield loop
            loop = loop.around

    @property
    def variables(self) -> dict[Turn, str]:
        """What the numbers of turns are called, here and around."""
        return {loop.body.turn: loop.name for loop in self.chain()}

    def value(self, turn: int | None) -> int:
        """What the variable is in a turn; None is the last that is taken."""
        step = self.step
        if turn is None:
            turn = 0 if self.body.is_reversed else self.body.most - 1
        return self.start + step * turn

    @property
    def start(self) -> int:
        """What the variable is in the turn of number 0."""
        return self.body.turn.start or 0

    @property
    def step(self) -> int:
        """How the variable changes with the number of the turn."""
        return 1 if self.body.turn.start is None else self.body.turn.step or 1

    @property
    def entered(self) -> int:
        """What the variable is in the first turn that is taken."""
        return self.value(self.body.most - 1 if self.body.is_reversed else 0)

    @property
    def forward(self) -> int:
        """How the variable moves from a turn to the next."""
        return -self.step if self.body.is_reversed else self.step

    @property
    def title(self) -> str:
        """The head of the loop: `for t in range(12)`; the person's, if none counts."""
        start, step = self.start, self.step
        stop = written_place(plus(start, self.body.count, step), self.variables)
        ends = [str(start), stop] if start or step != 1 else [stop]
        counted = f"range({', '.join(ends + [str(step)] * (step != 1))})"
        counted = f"reversed({counted})" if self.body.is_reversed else counted
        head = f"for {self.name} in {counted}"
        own = "" if self.body.turn.start is not None else _head(self.body.turn)
        return f"{head} ({own})" if own else head

    @property
    def times(self) -> str:
        """How often it turns: `12 times`."""
        most = "at most " * isinstance(self.body.count, Place)
        return f"{most}{self.body.most:,} time{'s' * (self.body.most != 1)}"


def _head(turn: Turn) -> str:
    """The person's own line where it is the head of a loop."""
    line = linecache.getline(*turn.line).strip() if turn.line else ""
    is_head = line.startswith("for ") and line.endswith(":")
    return line[:-1] if is_head else ""


def terms_of(
    place: Number, variables: Mapping[Turn, str]
) -> tuple[list[tuple[str, int]], int]:
    """A place in the variables of the loops: how often each, and the rest."""
    if not isinstance(place, Place):
        return [], int(place)
    terms, rest = [], place.offset
    for turn, times in place.terms:
        name = variables.get(turn, turn.name)
        start, step = turn.start or 0, 1 if turn.start is None else turn.step or 1
        if times % step:
            less = (
                f"({name} {'-' if start > 0 else '+'} {abs(start)})" if start else name
            )
            terms.append((f"{less} / {step}", times))
        else:
            terms.append((name, times // step))
            rest -= times // step * start
    return terms, rest


def written_place(place: Number, variables: Mapping[Turn, str]) -> str:
    """A place in the variables of the loops, as `2 * i + 1`."""
    return sum_text(*terms_of(place, variables))


class WrittenPlace(Place):
    """A place as it is written: in the variables of the loops, not in turns."""

    __slots__ = ("text",)

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(place.offset, place.terms)
        self.text = text

    def __repr__(self) -> str:
        return self.text


def written(value: Any, variables: Mapping[Turn, str]) -> Any:
    """An option of a step with places that are written so."""

    def become(place: Place) -> Place:
        return WrittenPlace(place, written_place(place, variables))

    return with_places(value, become)
