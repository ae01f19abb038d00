"""Stretch 4: vectorised, not looped."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.running.compiled import Compiled
from pellucid.tour.data import Data
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]

LENGTH = 1_000_000


def looped(a: Array, b: Array) -> Any:
    """The dot product, one product after another."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def dot(a: Array, b: Array) -> Any:
    """The dot product by NumPy."""
    return np.dot(a, b)


def walk(guide: Guide, data: Data) -> None:
    """One dot product in three ways, timed side by side."""
    guide.stretch("vectors", "Vectorised, not looped")
    guide.say(
        "Everything from here on is sums of products. The dot product of two vectors "
        f"of {LENGTH:,} numbers as a loop in Python, as one call of NumPy, and as a "
        "graph that Pellucid has compiled:"
    )
    guide.code(as_typed(looped))
    guide.code("np.dot(a, b)\npl.compile(dot)(a, b)")
    a, b = np.random.default_rng(0).standard_normal((2, LENGTH))
    compiled = Compiled(dot)
    results = {
        "loop": measured(looped, a, b, times=1),
        "NumPy": measured(dot, a, b, times=20),
        "compiled graph": measured(compiled, a, b, times=20),
    }
    slowest = results["loop"][0]
    rows = [
        (name, round(1e6 * seconds), round(slowest / seconds), product)
        for name, (seconds, product) in results.items()
    ]
    guide.table(rows, ("", "microseconds", "times as fast", "result"))
    guide.keep(results)


def measured(
    f: Callable[..., Any], a: Array, b: Array, times: int
) -> tuple[float, float]:
    """Seconds of the quickest of so many calls, and the result."""
    result = float(f(a, b))
    return min(timeit.repeat(lambda: f(a, b), number=1, repeat=times)), result
