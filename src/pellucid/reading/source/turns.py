"""How the turns of loops are written: heads of loops, and places in the variables.

A place counts turns 0, 1, 2, ...; the person's variable counts start + step t. Numbers
are written in the person's variable where they come out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pellucid.graphs.bodies import asked, body_of, living
from pellucid.graphs.node import Node
from pellucid.graphs.places import Number, Place, Turn, plus


class Written(str):
    """A number as it stands in the program."""

    __slots__ = ()


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

    def number(self, value: Number) -> str:
        """A number in the variables: `i - 1`, `2 * i + k`, `7 - i`."""
        found: dict[str, int] = {}
        while isinstance(value, Place):
            turn = max(value.terms, key=lambda term: self._depth(term[0]))[0]
            times, step = value.times(turn), self.step[turn]
            value = plus(value, Place(0, [(turn, times)]), -1)
            if times % step:
                found[self._turns(turn)] = times
            else:
                found[self.names[turn]] = times // step
                value = plus(value, self.base[turn], -(times // step))
        return linear(dict(reversed(found.items())), value)

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
        if isinstance(value, Place):
            return Written(self.number(value))
        if type(value) is tuple:
            return tuple([self.written(part) for part in value])
        if isinstance(value, slice):
            return slice(*map(self.written, (value.start, value.stop, value.step)))
        return value

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


def linear(terms: Mapping[str, int], offset: int) -> str:
    """A sum of variables and a number, what is added first.

    >>> linear({"i": 1, "k": 2}, -1), linear({"i": -1}, 7), linear({}, 3)
    ('i + 2 * k - 1', '7 - i', '3')
    """
    parts = [(times, multiple(abs(times), name))
             for name, times in terms.items() if times]  # fmt: skip
    parts += [(offset, str(abs(offset)))] if offset or not parts else []
    ordered = sorted(parts, key=lambda part: part[0] < 0)
    text = "".join(f" {'-' if sign < 0 else '+'} {word}" for sign, word in ordered)
    return text[3:] if text.startswith(" + ") else f"-{text[3:]}"


def multiple(times: int, name: str) -> str:
    """A number times a variable, or what is said of it."""
    if times == 1:
        return name
    return f"{times} * ({name})" if " " in name else f"{times} * {name}"


def places_in(order: Iterable[Node]) -> Iterator[Place]:
    """The places in steps, in inner loops, and in how often those turn."""
    order = list(order)
    for node in order:
        for value in node.options.values():
            yield from _in_option(value)
    for loop, parts in asked(order).items():
        body = body_of(loop)
        inner, _ = living(body, [part.options["of"] for part in parts])
        yield from _in_option(body.count)
        yield from places_in(inner)


def _in_option(value: Any) -> Iterator[Place]:
    if isinstance(value, Place):
        yield value
    elif type(value) is tuple:
        for part in value:
            yield from _in_option(part)
    elif isinstance(value, slice):
        for part in (value.start, value.stop, value.step):
            yield from _in_option(part)


def counting(
    words: Words, turn: Turn, count: Number, order: Iterable[Node]
) -> tuple[Number, int]:
    """What a variable counts from, and its step, so that numbers read well."""
    found = [place for place in places_in(order) if place.times(turn)]
    step = turn.step or 1
    start = turn.start
    if start is None:
        return 0, 1
    choices: dict[Number, None] = {start: None}
    whole = not any(place.times(turn) % step for place in found)
    for place in found if whole else ():
        rest = plus(place, Place(0, [(turn, step)]), -1)
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
