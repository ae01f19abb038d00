"""Places that move with the turns of loops: 2 t + 1, as they stand in an index.

A place is no integer, and nothing that takes integers takes one: who reads an index
either knows places, or asks for that of one turn (`placed`), or fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
        return sum_text([(turn.name, times) for turn, times in self.terms], self.offset)


Number = int | Place


def sum_text(
    terms: Iterable[tuple[str, int]], rest: int, many: str = " * ", space: str = " "
) -> str:
    """A sum of variables, each so many times, and a number; what is added comes first.

    >>> sum_text([("i", 1), ("k", 2)], -1), sum_text([("i", -1)], 7), sum_text([], 3)
    ('i + 2 * k - 1', '7 - i', '3')
    """

    def size(times: int, name: str) -> str:
        if abs(times) == 1:
            return name
        return f"{abs(times)}{many}" + (f"({name})" if " " in name else name)

    sizes = [(times, size(times, name)) for name, times in terms if times]
    sizes += [(rest, str(abs(rest)))] if rest or not sizes else []
    (first, begin), *others = sorted(sizes, key=lambda each: each[0] < 0)
    rests = [f"{space}{'-' if c < 0 else '+'}{space}{text}" for c, text in others]
    return "".join([f"-{begin}" if first < 0 else begin, *rests])


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


def least(number: Number) -> int:
    """The smallest that a number can be."""
    return number.least if isinstance(number, Place) else int(number)


def most(number: Number) -> int:
    """The largest that a number can be."""
    return number.most if isinstance(number, Place) else int(number)


def places_in(value: Any) -> Iterator[Place]:
    """The places in an index, a slice, or any other option."""
    if isinstance(value, Place):
        yield value
    elif isinstance(value, slice):
        yield from places_in((value.start, value.stop, value.step))
    elif type(value) is tuple:
        for part in value:
            yield from places_in(part)


def moves(value: Any) -> bool:
    """Whether there is a place in an option."""
    return any(True for _ in places_in(value))


def with_places(value: Any, becomes: Callable[[Place], Any]) -> Any:
    """An option in which each place has become something else."""
    if isinstance(value, Place):
        return becomes(value)
    if isinstance(value, slice):
        parts = value.start, value.stop, value.step
        return slice(*[with_places(part, becomes) for part in parts])
    if type(value) is tuple:
        return tuple([with_places(part, becomes) for part in value])
    return value


def placed(value: Any, turns: Mapping[Turn, int] | None = None) -> Any:
    """An option with integers for places: in these turns, or in the first of all."""
    if turns is None:
        return with_places(value, lambda place: place.offset)
    return with_places(value, lambda place: place.at(turns))


def is_whole(value: Any) -> bool:
    """Whether one element of an axis stands there: an integer, or a place."""
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, np.integer, Place))
