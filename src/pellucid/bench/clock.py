"""How long work takes: its first run, and the fastest of those after it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from pellucid.bench.contest import Mark

READABLE = 0.002  # seconds: shorter work is repeated between two looks at the clock


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """The mean time of a run, of so many in a row.

    >>> seconds(lambda: time.sleep(0.01)) >= 0.01
    True
    """
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) / times


def mark(
    work: Callable[[], Any], *, least: int = 2, budget: float = 0.5,
    patience: float = math.inf,
) -> Mark:  # fmt: skip
    """Time the first run, then runs until there are `least` and the budget is spent.

    Work that took longer than `patience` at first is not run again: that counts.

    >>> measured = mark(lambda: None, budget=0.0)
    >>> measured.best <= measured.cold
    True
    """
    cold = seconds(work)
    if cold > patience:
        return Mark(cold, cold)
    warm = seconds(work)
    times = max(1, round(READABLE / max(warm, 1e-9)))
    until = time.perf_counter() + budget
    best, runs = warm, 1
    while runs < least or time.perf_counter() < until:
        best, runs = min(best, seconds(work, times)), runs + 1
    return Mark(best, cold)


def fastest(marks: list[Mark], near: float) -> Mark:
    """The fastest of those whose check is near the least, as a part of it.

    >>> slow, wrong = (
    ...     Mark(2.0, check=1.0, way="slow"),
    ...     Mark(1.0, check=1.1, way="wrong"),
    ... )
    >>> fastest([slow, wrong], 0.01).way, fastest([slow, wrong], 0.2).way
    ('slow', 'wrong')
    """
    least = min(each.check or 0.0 for each in marks)
    arrived = [m for m in marks if (m.check or 0.0) <= least * (1 + near)]
    return min(arrived, key=lambda each: each.best)
