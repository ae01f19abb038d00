"""How many digits of least squares are right, by exact rational arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from pellucid.bench.regressions.tasks import SQUARES, Array, Fits, Pair, Task, line

ROWS, COLUMNS = 40, 5
ALL = 16.0  # digits of a float64 that is as near to the truth as any
NOISES = (1e-8, 1.0)  # of y, beside a line of size 1

Exact = list[Fraction]


def judge(ways: Callable[[Task], Fits]) -> Callable[[Array, Array], float]:
    """A function of X and y that counts the digits of the worst coefficient."""

    def digits(X: Array, y: Array) -> float:
        (fit,) = ways(Task(SQUARES, ROWS, COLUMNS, line)).values()
        return right(fit(X, y), solved(X, y))

    return digits


def designs(condition: float, each: int) -> Iterator[Pair]:
    """So many random designs of a condition for each noise."""
    rng = np.random.default_rng(0)
    return (design(condition, noise, rng) for noise in NOISES for _ in range(each))


def design(condition: float, noise: float, rng: np.random.Generator) -> Pair:
    """X (n, d) with singular values from 1 down to 1 / condition, and a line in it."""
    U = np.linalg.qr(rng.standard_normal((ROWS, COLUMNS))).Q
    V = np.linalg.qr(rng.standard_normal((COLUMNS, COLUMNS))).Q
    X = U * np.geomspace(1, 1 / condition, COLUMNS) @ V
    y = X @ rng.standard_normal(COLUMNS) + 1 + noise * rng.standard_normal(ROWS)
    return X, y


def solved(X: Array, y: Array) -> Exact:
    """Solve A'A w = A'y exactly, A = [X 1]: the weights, then the intercept.

    >>> solved(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))
    [Fraction(2, 1), Fraction(1, 1)]
    """
    A = [[*map(Fraction, row), Fraction(1)] for row in X.tolist()]  # n rows of d + 1
    columns = [*zip(*A, strict=True), tuple(map(Fraction, y.tolist()))]
    rows = [[_inner(a, b) for b in columns] for a in columns[:-1]]  # [A'A | A'y]
    for i, pivot in enumerate(rows):
        pivot[:] = [value / pivot[i] for value in pivot]
        for other in rows:
            if other is not pivot:
                other[:] = [o - other[i] * p for o, p in zip(other, pivot, strict=True)]
    return [row[-1] for row in rows]


def _inner(a: Any, b: Any) -> Fraction:
    return sum((x * z for x, z in zip(a, b, strict=True)), Fraction())


def right(found: tuple[Array, Any], truth: Exact) -> float:
    """The digits of the worst of all coefficients, 16 where each is right.

    >>> right((np.array([2.0, 3.03]), 1.0), [Fraction(2), Fraction(3), Fraction(1)])
    2.0
    """
    w, b = found
    parts = map(Fraction, [*np.ravel(w).tolist(), *np.ravel(b).tolist()])
    errors = [abs(part / t - 1) for part, t in zip(parts, truth, strict=True)]
    worst = float(max(errors))
    return round(min(ALL, max(0.0, -math.log10(worst))) if worst else ALL, 1)
