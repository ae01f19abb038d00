"""Places that move with the turns of loops: 2 t + 1, as they stand in an index.

A place is no integer, and nothing that takes integers takes one: who reads an index
either knows places, or asks for that of one turn (`placed`), or fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np


class Turn:
    """The number of the turn of one loop: 0, 1, 2, ...

    Parameters
    ----------
    names : tuple of str
        The variables of the loop in the person's code; its own name is the first.
    count : int
        How often the loop turns at most.
    start, step : int or None
        What the variable counts, where it counts: start + step t.
    line : (str, int) or None
        Where the loop begins in the person's code.
    """

    __slots__ = ("count", "line", "names", "start", "step")

    def __init__(
        self, names: tuple[str, ...] = (), count: int = 0, start: int | None = None,
        step: int | None = None, line: tuple[str, int] | None = None,
    ) -> None:  # fmt: skip
        self.names, self.count, self.line = names, count, line
        self.start, self.step = start, step

    @property
    def name(self) -> str:
        """What the number of the turn is called: as the variable, if that counts."""
        counts = self.start is not None and self.names[0].strip("_")
        return self.names[0] if counts else "k"

    def __repr__(self) -> str:
        return self.name


class Place:
    """offset + sum of coefficient times turn, over some loops."""

    __slots__ = ("offset", "terms")

    def __init__(self, offset: int, terms: Iterable[tuple[Turn, int]] = ()) -> None:
        self.offset = offset
        self.terms = tuple((turn, times) for turn, times in terms if times)

    def at(self, turns: Mapping[Turn, int]) -> int:
        """The number in these turns."""
        return self.offset + sum(times * turns[turn] for turn, times in self.terms)

    @property
    def least(self) -> int:
        """The smallest that it can be."""
        return self.offset + sum(min(0, c * (t.count - 1)) for t, c in self.terms)

    @property
    def most(self) -> int:
        """The largest that it can be."""
        return self.offset + sum(max(0, c * (t.count - 1)) for t, c in self.terms)

    def times(self, turn: Turn) -> int:
        """How fast it moves with one loop."""
        return dict(self.terms).get(turn, 0)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Place)
            and self.offset == other.offset
            and dict(self.terms) == dict(other.terms)
        )

    def __hash__(self) -> int:
        return hash((self.offset, frozenset(self.terms)))

    def __repr__(self) -> str:
        text = ""
        for turn, times in self.terms:
            sign = " - " if times < 0 else " + "
            many = f"{abs(times)} * " if abs(times) != 1 else ""
            text += f"{sign}{many}{turn.name}"
        if self.offset:
            text += f" {'-' if self.offset < 0 else '+'} {abs(self.offset)}"
        return text[3:] if text.startswith(" + ") else f"-{text[3:]}"


Number = int | Place


def of_turn(turn: Turn, offset: int = 0, times: int = 1) -> Place:
    """The place offset + times t."""
    return Place(offset, [(turn, times)])


def plus(a: Number, b: Number, times: int = 1) -> Number:
    """A + times b, an integer where nothing moves."""
    terms: dict[Turn, int] = {}
    offset = 0
    for number, factor in ((a, 1), (b, times)):
        if isinstance(number, Place):
            offset += factor * number.offset
            for turn, each in number.terms:
                terms[turn] = terms.get(turn, 0) + factor * each
        else:
            offset += factor * int(number)
    made = Place(offset, terms.items())
    return made if made.terms else made.offset


def most(number: Number) -> int:
    """The largest that a number can be."""
    return number.most if isinstance(number, Place) else int(number)


def moves(value: Any) -> bool:
    """Whether there is a place in an index, a slice, or any other option."""
    if isinstance(value, (Place, tuple)):
        return isinstance(value, Place) or any(map(moves, value))
    return isinstance(value, slice) and any(
        isinstance(part, Place) for part in (value.start, value.stop, value.step)
    )


def turns_in(value: Any) -> Iterator[Turn]:
    """The turns that the places in an option move with."""
    if isinstance(value, Place):
        yield from (turn for turn, _ in value.terms)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from turns_in(part)
    elif isinstance(value, slice):
        yield from turns_in((value.start, value.stop, value.step))


def placed(value: Any, turns: Mapping[Turn, int] | None = None) -> Any:
    """An option with integers for places: in these turns, or in the first of all."""
    if isinstance(value, Place):
        return value.offset if turns is None else value.at(turns)
    if type(value) is tuple:
        return tuple([placed(part, turns) for part in value])
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        return slice(*(placed(part, turns) for part in parts))
    return value


def is_whole(value: Any) -> bool:
    """Whether one element of an axis stands there: an integer, or a place."""
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, np.integer, Place))
