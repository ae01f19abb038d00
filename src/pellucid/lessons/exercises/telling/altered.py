"""The result is right for other inputs: rows left out, arguments exchanged."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import (
    Change,
    Changes,
    Pair,
    View,
    may_not_end,
)
from pellucid.lessons.exercises.telling.sizes import number

PATIENCE = 1.0  # seconds of work that are spent on asking the solution

# an argument that was taken as this
TAKEN: Changes = (
    (lambda a: -a, "`-{a}` stood in the place of `{a}`: a sign before it is wrong"),
    (lambda a: 0 * a, "`{a}` were 0: it is not used as it should be"),
    (lambda a: 0 * a + 1, "`{a}` were 1: it is not used as it should be"),
    (lambda a: 2 * a, "`{a}` were twice as large: a factor 2 too much, or a 1/2 is "
     "missing"),
    (lambda a: a / 2, "`{a}` were half as large: a factor 2 is missing, or a 1/2 too "
     "much"),
    (lambda a: a**2, "`{a}` were squared: a square too much"),
    (np.sqrt, "`{a}` were its root: a square is missing"),
    (lambda a: 1 / a, "`{a}` were 1/`{a}`: multiplied for divided, or the other way"),
    (np.abs, "`{a}` had no sign: an absolute value too much"),
    (np.exp, "`{a}` were its exponential: `exp` once too often"),
    (np.log, "`{a}` were its logarithm"),
    (lambda a: 1 - a, "`1 - {a}` stood in the place of `{a}`"),
    (lambda a: a + 1, "`{a}` were 1 larger: one too many"),
    (lambda a: a - 1, "`{a}` were 1 smaller: one too few"),
    (lambda a: a.T if a.ndim == 2 else None, "`{a}` were transposed"),
    (lambda a: a[::-1] if a.ndim else None, "`{a}` were in the reverse order"),
    (lambda a: a[..., ::-1] if a.ndim > 1 else None, "the last axis of `{a}` were in "
     "the reverse order"),
    (lambda a: a[..., ::-1, ::-1], "`{a}` were turned by half a turn: both axes "
     "reversed (or it should be, and is not)"),
    (lambda a: np.roll(a, 1, 0) if a.ndim else None, "`{a}` were shifted by one"),
    (lambda a: np.roll(a, -1, 0) if a.ndim else None, "`{a}` were shifted by one"),
    (np.sort, "`{a}` were sorted"),
    (lambda a: a - np.mean(a, 0), "the mean were subtracted from `{a}` first"),
    (lambda a: a - np.mean(a), "the mean were subtracted from `{a}` first"),
    (lambda a: np.full_like(a, np.mean(a)), "`{a}` were its mean everywhere"),
    (lambda a: a / a.shape[0], "`{a}` were divided by its length"),
    (lambda a: a * a.shape[0], "`{a}` were multiplied by its length"),
    (np.trunc, "`{a}` had no decimals"),
    (np.round, "`{a}` were rounded"),
    (lambda a: np.maximum(a, 0), "`{a}` were cut at 0: negative numbers are left out"),
    (lambda a: a > 0, "`{a}` were only asked whether it is positive"),
)  # fmt: skip

# a count, such as a number of steps, that was taken as this
COUNTED: Changes = (
    (lambda a: a + 1, "`{a}` were 1 larger: one too many"),
    (lambda a: a - 1, "`{a}` were 1 smaller: one too few"),
    (lambda a: 0 * a + 1, "`{a}` were 1: does the loop end in its first round?"),
    (lambda a: 0 * a, "`{a}` were 0: it is not used"),
)

# rows that were left out, of all arguments that have them
LEFT: Changes = (
    (lambda a: a[1:], "without the first {row}: the loop or the slice begins one too "
     "late"),
    (lambda a: a[:-1], "without the last {row}: the loop or the slice ends one too "
     "early"),
    (lambda a: a[:1], "for the first {row} alone: does the loop end in its first "
     "round?"),
    (lambda a: a[-1:], "for the last {row} alone: does each round of the loop write "
     "over the one before?"),
    (lambda a: a[1:-1], "without the first and the last {row}"),
    (lambda a: a[::2], "for every second {row} alone"),
)  # fmt: skip


def altered(view: View) -> str:
    """Say for which other inputs the result would be right."""
    if may_not_end(view.exercise):
        return ""
    return exchanged(view) or left_out(view) or taken(view)


def taken(view: View) -> str:
    """Say that one argument was taken as something else."""
    latest = time.thread_time() + PATIENCE
    for i, name in enumerate(view.names):
        if not all(numeric(pair.args[i]) for pair in view.pairs):
            continue
        count = isinstance(view.pairs[0].args[i], int)
        for change, words in COUNTED if count else TAKEN:
            if time.thread_time() > latest:
                return ""
            if solves(view, with_one, i, change):
                return sentence(view, f"if {words.format(a=name)}")
    return ""


def exchanged(view: View) -> str:
    """Say that two arguments stand in each other's place."""
    for i, j in itertools.combinations(range(len(view.names)), 2):
        if solves(view, swapped, i, j):
            return (f"{view.it} is right for `{view.names[i]}` and `{view.names[j]}` "
                    "exchanged: each stands in the other's place.")  # fmt: skip
    return ""


def left_out(view: View) -> str:
    """Say that some rows of the inputs were left out."""
    first = view.pairs[0].args
    lengths = [len(a) if isinstance(a, np.ndarray) and a.ndim else -1 for a in first]
    for length in dict.fromkeys(n for n in lengths if n > 0):
        among = [i for i, n in enumerate(lengths) if n == length]
        names = ", ".join(f"`{view.names[i]}`" for i in among)
        kind = "row" if any(np.ndim(first[i]) > 1 for i in among) else "entry"
        for change, words in LEFT:
            if solves(view, cut, among, change):
                return sentence(view, words.format(row=f"{kind} of {names}"))
    return ""


def sentence(view: View, condition: str) -> str:
    """Say under which condition the result would be right."""
    end = "" if condition.endswith("?") else "."
    return f"{view.it} is what is right {condition}{end}"


def solves(view: View, change: Callable[..., tuple[Any, ...]], *how: Any) -> bool:
    """Tell whether the solution gives for changed inputs what came for these."""

    def asked(pair: Pair) -> Any:
        with np.errstate(all="ignore"):
            return view.solve(change(pair.args, *how))

    return view.holds(asked)


def with_one(args: tuple[Any, ...], i: int, change: Change) -> tuple[Any, ...]:
    """The arguments with one changed."""
    value = args[i] if number(args[i]) else np.array(args[i])
    now = change(np.asarray(value))
    if now is None:
        raise ValueError("not for this shape")
    return (*args[:i], now[()] if number(args[i]) else now, *args[i + 1 :])


def swapped(args: tuple[Any, ...], i: int, j: int) -> tuple[Any, ...]:
    """The arguments with two exchanged, if both are of one kind."""
    if number(args[i]) != number(args[j]) or np.ndim(args[i]) != np.ndim(args[j]):
        raise ValueError("of two kinds")
    changed = list(args)
    changed[i], changed[j] = args[j], args[i]
    return tuple(changed)


def cut(args: tuple[Any, ...], among: list[int], change: Change) -> tuple[Any, ...]:
    """The arguments with rows left out of those that have them."""
    return tuple(change(a) if i in among else a for i, a in enumerate(args))


def numeric(value: Any) -> bool:
    """Tell whether an argument is a number or an array of numbers."""
    array = isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
    return array or (number(value) and not isinstance(value, np.bool_))
