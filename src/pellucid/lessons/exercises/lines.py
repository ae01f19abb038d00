"""A backward pass by hand, held against the solution's line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise, Function
from pellucid.lessons.exercises.sandbox import Outcome
from pellucid.lessons.exercises.values import decoded
from pellucid.lessons.exercises.walking import walked

Walk = list[tuple[int, str, Any]]


@dataclass(frozen=True)
class Wrong:
    """The first value of a person's own lines that is not the solution's.

    `all` holds the same variable over all tries that were walked: number of the try,
    what came, what is right. `unseen` are the variables before it that the person named
    otherwise: they may be wrong as well.
    """

    line: int
    name: str
    came: Any
    right: Any
    all: list[tuple[int, Any, Any]]
    unseen: Sequence[str] = ()


def first_wrong(
    exercise: Exercise, tries: Sequence[tuple[Any, ...]], outcome: Outcome
) -> Wrong | None:
    """Find the first line whose variable has a value that it should not have.

    A variable that the person named otherwise is passed over.
    """
    walks = [(theirs, walk_of(exercise, exercise.function, args))
             for args, theirs in zip(tries, outcome.walks, strict=False)]  # fmt: skip
    for theirs, ours in walks:
        wrong = [
            differing(theirs, ours, name, exercise.rtol) for name in exercise.lines
        ]
        found = [each for each in wrong if each]
        if found:
            at, right = min(found, key=lambda each: each[0])
            line, name, came = theirs[at]
            every = [
                (number, a, b)
                for number, pair in enumerate(walks)
                for a, b in [(last(pair[0], name), last(pair[1], name))]
                if a is not None and b is not None
            ]
            before = exercise.lines[: exercise.lines.index(name)]
            unseen = [each for each in before if last(theirs, each) is None]
            return Wrong(line, name, came, right, every, unseen)
    return None


def walk_of(exercise: Exercise, function: Function, args: tuple[Any, ...]) -> Walk:
    """The values that the variables of one of our own functions get."""
    walk = walked(function, args, exercise.lines)
    return [(line, name, decoded(value)) for line, name, value in walk]


def last(walk: Walk, asked: str) -> Any:
    """The last value of a variable."""
    values = [value for _, name, value in walk if name == asked]
    return values[-1] if values else None


def differing(
    theirs: Walk, ours: Walk, asked: str, rtol: float
) -> tuple[int, Any] | None:
    """Find where a variable first differs: which note of theirs, and what is right."""
    came = [(at, value) for at, (_, name, value) in enumerate(theirs) if name == asked]
    right = [value for _, name, value in ours if name == asked]
    if not came or not right:
        return None
    if len(came) != len(right):  # made in other steps: only the last value counts
        if any(same(came[-1][1], value, rtol) for value in right[:-1]):
            return None  # it is right as far as it goes
        came, right = came[-1:], right[-1:]
    for (at, value), expected in zip(came, right, strict=True):
        if not same(value, expected, rtol):
            return at, expected
    return None
