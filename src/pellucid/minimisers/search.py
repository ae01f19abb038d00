"""How far to go along a direction: a step that meets the strong Wolfe conditions.

With phi(t) = J(w + t d),

    phi(t) <= phi(0) + C1 t phi'(0)    the cost falls by a part of what is promised, and
    |phi'(t)| <= C2 |phi'(0)|          the slope along d has become flat.

Nocedal & Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pellucid.minimisers.full_batch import Problem, State, Vector

C1, C2 = 1e-4, 0.9
TRIALS = 30  # places looked at, on the way out and again between two


@dataclass(frozen=True)
class Point:
    """A step t, the cost phi(t) and the slope phi'(t) there."""

    t: float
    cost: float
    slope: float
    state: State


@dataclass(frozen=True)
class Line:
    """The cost along d from a start."""

    problem: Problem
    start: Point
    d: Vector

    def at(self, t: float) -> Point:
        """Look at the cost after a step t."""
        state = self.problem.at(self.start.state.w + t * self.d)
        return Point(t, state.cost, float(state.g @ self.d), state)

    def falls(self, point: Point) -> bool:
        """The first condition; so near the minimum that costs are equal, by the slope.

        Hager & Zhang, "A new conjugate gradient method with guaranteed descent" (2005),
        their approximate Wolfe conditions.
        """
        start = self.start
        if point.cost <= start.cost + C1 * point.t * start.slope:
            return True
        rounding = 4 * self.problem.eps * abs(start.cost)
        near = abs(point.cost - start.cost) <= rounding
        return near and point.slope <= (2 * C1 - 1) * start.slope

    def is_flat(self, point: Point) -> bool:
        """The second condition."""
        return abs(point.slope) <= C2 * abs(self.start.slope)


def wolfe(problem: Problem, state: State, d: Vector, t: float) -> State | None:
    """The state after a step that meets both conditions; `t` is tried first.

    None where there is none: d does not lead down, or rounding hides the way.
    """
    slope = float(state.g @ d)
    if not slope < 0:
        return None
    line = Line(problem, Point(0.0, state.cost, slope, state), d)
    found = _bracketed(line, t)
    return found.state if found else None


def _bracketed(line: Line, t: float) -> Point | None:
    """Go further until good steps lie between two points (algorithm 3.5)."""
    before = line.start
    for _ in range(TRIALS):
        point = line.at(t)
        if not line.falls(point) or (before.t and point.cost >= before.cost):
            return _zoomed(line, before, point)
        if line.is_flat(point):
            return point
        if point.slope >= 0:
            return _zoomed(line, point, before)
        before, t = point, 4 * t
    return before  # it falls without end, as far as can be seen


def _zoomed(line: Line, low: Point, high: Point) -> Point | None:
    """Narrow the interval between two points, `low` the better one (algorithm 3.6)."""
    for _ in range(TRIALS):
        point = line.at(_between(low, high))
        if not line.falls(point) or point.cost > low.cost:
            high = point
        elif line.is_flat(point):
            return point
        else:
            high = low if point.slope * (high.t - low.t) >= 0 else high
            low = point
    return low if low.t else None


def _between(a: Point, b: Point) -> float:
    """The minimum of the cubic through two points and their slopes (3.59).

    The middle where that is none, or lies too near an end to narrow the interval.
    """
    middle, tenth = (a.t + b.t) / 2, abs(b.t - a.t) / 10
    d1 = a.slope + b.slope - 3 * (a.cost - b.cost) / (a.t - b.t)
    e = math.frexp(max(abs(d1), abs(a.slope), abs(b.slope)))[1]  # squares may overflow
    d, g, h = (math.ldexp(x, -e) for x in (d1, a.slope, b.slope))
    square = d**2 - g * h
    if not 0 <= square < math.inf:
        return middle
    d2 = math.copysign(math.ldexp(math.sqrt(square), e), b.t - a.t)
    divisor = b.slope - a.slope + 2 * d2
    t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / divisor if divisor else middle
    return t if abs(t - middle) <= 4 * tenth else middle
