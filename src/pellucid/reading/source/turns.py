"""How the turns of loops are written: heads of loops, and places in the variables.

A place counts turns 0, 1, 2, ...; the person's variable counts start + step t. Numbers
are written in the person's variable where they come out whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.graphs.bodies import places_within
from pellucid.graphs.node import Node
from pellucid.graphs.places import (
    Number,
    Place,
    Turn,
    of_turn,
    plus,
    sum_text,
    with_places,
)
from pellucid.reading.loops.loop import WrittenPlace


class Words:
    """Numbers in the variables of loops."""

    def __init__(self) -> None:
        self.names: dict[Turn, str] = {}
        self.base: dict[Turn, Number] = {}
        self.step: dict[Turn, int] = {}

    def name(self, turn: Turn, name: str) -> None:
        """Let the variable of a loop be called so."""
        self.names[turn] = name

    def count(self, turn: Turn, base: Number, step: int) -> None:
        """Let a variable count base + step t, in the loop that is inmost now."""
        self.step.pop(turn, None)
        self.base[turn], self.step[turn] = base, step

    def leave(self, turn: Turn) -> None:
        """Let a variable be known no more, as its loop is over."""
        self.step.pop(turn, None)

    def number(self, value: Number) -> str:
        """A number in the variables: `i - 1`, `2 * i + k`, `7 - i`."""
        found: dict[str, int] = {}
        while isinstance(value, Place):
            turn = max(value.terms, key=lambda term: self._depth(term[0]))[0]
            times, step = value.times(turn), self.step[turn]
            value = plus(value, of_turn(turn, times=times), -1)
            if times % step:
                found[self._turns(turn)] = times
            else:
                found[self.names[turn]] = times // step
                value = plus(value, self.base[turn], -(times // step))
        return sum_text(reversed(found.items()), value)

    def _turns(self, turn: Turn) -> str:
        """How often a loop has turned, by a variable that counts in larger steps."""
        name, base, step = self.names[turn], self.base[turn], self.step[turn]
        counted = name if base == 0 else f"({name} - {self.number(base)})"
        if step < 0:
            counted = f"({self.number(base)} - {name})"
        return f"{counted} // {abs(step)}"

    def _depth(self, turn: Turn) -> int:
        return [*self.step].index(turn)

    def written(self, value: Any) -> Any:
        """An option in which places are written."""
        return with_places(value, lambda place: WrittenPlace(place, self.number(place)))

    def span(self, turn: Turn, count: Number, is_reversed: bool) -> str:
        """What a loop counts: `range(1, 7)`, `reversed(range(i))`."""
        base, step = self.base[turn], self.step[turn]
        last = plus(base, plus(count, -1), step)
        low, past = (last, plus(base, 1)) if step < 0 else (base, plus(last, step))
        numbers = [low, past, abs(step)]
        if abs(step) == 1:
            numbers = numbers[1:2] if low == 0 else numbers[:2]
        text = f"range({', '.join(map(self.number, numbers))})"
        return text if (step < 0) == is_reversed else f"reversed({text})"


def counting(
    words: Words, turn: Turn, count: Number, order: Iterable[Node]
) -> tuple[Number, int]:
    """What a variable counts from, and its step, so that numbers read well."""
    found = [place for place in places_within(order) if place.times(turn)]
    step = turn.step or 1
    start = turn.start
    if start is None:
        return 0, 1
    choices: dict[Number, None] = {start: None}
    whole = not any(place.times(turn) % step for place in found)
    for place in found if whole else ():
        rest = plus(place, of_turn(turn, times=step), -1)
        if not isinstance(rest, Place) or not _is_known(words, rest):
            continue
        if place.times(turn) == step and rest.offset == start:
            choices.setdefault(rest)

    def length(base: Number) -> int:
        words.count(turn, base, step)
        shown = [place for place in found if _is_known(words, place)]
        return len(words.span(turn, count, False) + "".join(map(words.number, shown)))

    return min(choices, key=length), step


def _is_known(words: Words, place: Place) -> bool:
    return all(turn in words.step for turn, _ in place.terms)
