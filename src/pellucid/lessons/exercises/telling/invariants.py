"""What is right has a property for every input, and what came has not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import View, simplest
from pellucid.lessons.exercises.telling.shown import given, shown

Holds = Callable[[Any], Any]


def near(a: Any, b: Any) -> bool:
    """Tell whether numbers are the same, up to rounding."""
    return bool(np.allclose(a, b, atol=1e-7))


def square(a: Any) -> bool:
    """Tell whether it is a matrix with as many rows as columns, more than one."""
    return bool(a.ndim == 2 and a.shape[0] == a.shape[1] > 1)


PROPERTIES: tuple[tuple[Holds, str], ...] = (
    (lambda a: np.all((a == 0) | (a == 1)), "only 0 and 1"),
    (lambda a: a.ndim == 2 and near(a.sum(1), 1), "rows that add up to 1"),
    (lambda a: a.ndim == 1 and near(a.sum(), 1), "numbers that add up to 1"),
    (lambda a: a.ndim == 2 and near((a**2).sum(1), 1), "rows of length 1"),
    (lambda a: a.ndim == 1 and near((a**2).sum(), 1), "a length of 1"),
    (lambda a: a.ndim == 2 and near(a.mean(0), 0), "columns whose mean is 0"),
    (lambda a: a.ndim == 2 and near(a.sum(1), 0), "rows that add up to 0"),
    (lambda a: a.ndim == 1 and near(a.sum(), 0), "numbers that add up to 0"),
    (lambda a: a.ndim == 2 and near(a.std(0), 1), "columns whose spread is 1"),
    (lambda a: square(a) and near(a, a.T), "a symmetric matrix"),
    (lambda a: square(a) and near(np.diagonal(a), 0), "a diagonal of 0"),
    (lambda a: np.all((a >= 0) & (a <= 1)), "nothing outside 0 to 1"),
    (lambda a: np.all(a > 0), "only positive numbers"),
    (lambda a: np.all(a >= 0), "no negative numbers"),
    (lambda a: np.all(a <= 0), "no positive numbers"),
    (lambda a: np.all(a <= 1 + 1e-12), "nothing above 1"),
    (lambda a: np.all(np.abs(a) <= 1), "nothing beyond -1 to 1"),
    (lambda a: a.ndim == 1 and np.all(np.diff(a) >= 0), "numbers that never fall"),
    (lambda a: a.ndim == 1 and np.all(np.diff(a) <= 0), "numbers that never rise"),
    (lambda a: np.all(a == np.round(a)), "whole numbers"),
)


def inputs(view: View) -> list[Any]:
    """More inputs, ordinary ones and larger ones: what holds by chance fails there."""
    more = view.exercise.tries(99, 12)[:12]
    which = ((1, 0), (0, 1), (1, 1))  # of the arrays every second one, or all
    return [*more, *(larger(args, cycle(these)) for args in more for these in which)]


def larger(value: Any, which: Iterator[int]) -> Any:
    """The same with some arrays of decimals ten times as large, also within lists."""
    if isinstance(value, list | tuple):
        return type(value)(larger(each, which) for each in value)
    decimal = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return 10 * value if decimal and next(which) else value


def always(view: View, holds: Holds) -> bool:
    """Tell whether what is right has a property for inputs of every size."""
    for args in inputs(view):
        try:
            with np.errstate(all="ignore"):
                right = np.asarray(view.solve(args), float)
            if right.size and not holds(right):
                return False
        except Exception:  # an input that the solution does not take
            continue
    return True


def property_lost(view: View) -> str:
    """Say which property the result lacks, and show an input where it does."""
    if not view.whole:
        return ""
    sized = [p for p in view.pairs if np.size(p.right)]
    several = any(np.size(p.right) > 1 for p in sized)
    for holds, words in PROPERTIES:
        if not all(holds(np.asarray(pair.right, float)) for pair in sized):
            continue
        without = [p for p in sized if not holds(np.asarray(p.came, float))]
        much = len(without) > len(sized) // 3 and (several or "number" in words)
        if much and always(view, holds):
            pair = simplest(without)
            return (f"{view.it} should have {words} for every input, and has not: for "
                    f"{given(view.names, pair.args)} it is {shown(pair.came)}, and "
                    f"should be {shown(pair.right)}.")  # fmt: skip
    return ""


def direction(view: View) -> str:
    """Say that the result is too large, or too small, for every input."""
    if not view.whole:
        return ""
    gaps = [np.asarray(p.came, float) - np.asarray(p.right, float) for p in view.pairs]
    if len(gaps) > 3 and all(gap.size and np.all(gap > 0) for gap in gaps):
        return f" {view.it} is too large in every try."
    if len(gaps) > 3 and all(gap.size and np.all(gap < 0) for gap in gaps):
        return f" {view.it} is too small in every try."
    return ""
