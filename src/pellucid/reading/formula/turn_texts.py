"""The turns of loops as they stand in subscripts, below sums and beside equations."""

from __future__ import annotations

import re

from pellucid.graphs.places import plus, sum_text
from pellucid.reading.formula import latex
from pellucid.reading.formula.selection import place_text
from pellucid.reading.loops.loop import Loop, written_place

NEXT = r", \; "  # between the loops that an equation is in


NAME = r"\\mathrm\{\w+\}|[A-Za-z]"
TERM = re.compile(rf"([+-]?)(\d*)({NAME})|([+-]?\d+)")


def in_turns(place: str, loop: Loop) -> str | None:
    """The variable in the turn of a number; None where that is no plain one."""
    if (loop.start, loop.step) == (0, 1):
        return place
    left, rest = re.sub(TERM, "", place), 0
    terms: dict[str, int] = {}
    for sign, size, name, number in TERM.findall(place):
        if name:
            times = int(f"{sign}{size or 1}")
            terms[name] = terms.get(name, 0) + times * loop.step
        else:
            rest += int(number)
    if left:
        return None
    return sum_text(terms.items(), loop.start + loop.step * rest, many="", space="")


def moved(turn: str, by: int) -> str:
    """A turn some turns on: t as t-1, 11 as 10."""
    if re.fullmatch(r"-?\d+", turn):
        return str(int(turn) + by)
    base, sign, number = re.fullmatch(r"(.*?)(?:([+-])(\d+))?", turn).groups()  # type: ignore[union-attr]
    by += int(f"{sign}{number}") if sign else 0
    return f"{base}{by:+d}" if by else base


def last_of(loop: Loop, at_end: bool = False) -> str:
    """The variable in the last turn that is taken; or in the one with most."""
    count = loop.body.count
    if isinstance(count, int):
        return str(loop.value(count - 1 if at_end else None))
    if loop.body.is_reversed and not at_end:
        return str(loop.value(0))
    last = plus(loop.start, plus(count, -1), loop.step)
    return place_text(written_place(last, loop.variables))


def limits(loop: Loop) -> tuple[str, str]:
    """What stands below and above the sign of a sum: t=0 and 11."""
    first, last = str(loop.value(0)), last_of(loop, at_end=True)
    if abs(loop.step) != 1:
        return f"{variable(loop)}={turns_text(first, last, loop.step)}", ""
    low, high = (first, last) if loop.step > 0 else (last, first)
    return f"{variable(loop)}={low}", high


def variable(loop: Loop) -> str:
    """The variable of a loop as LaTeX."""
    return latex.symbol(loop.name).text


def turns_text(first: str, last: str, step: int) -> str:
    r"""The turns of a loop: 0, \ldots, 11; in steps of 8 as 0, 8, \ldots, 32."""
    if first == last:
        return first
    second = f"{moved(first, step)}, " if abs(step) != 1 else ""
    return rf"{first}, {second}\ldots, {last}"


def for_all(loop: Loop) -> str:
    r"""For which turns equations hold: \text{for } i = 0, \ldots, 5, \; j = ..."""
    said = []
    for each in [*loop.chain()][::-1]:
        first, last = str(each.value(0)), last_of(each, at_end=True)
        first, last = (last, first) if each.body.is_reversed else (first, last)
        said.append(f"{variable(each)} = {turns_text(first, last, each.forward)}")
    return rf"\text{{for }} {NEXT.join(said)}"
