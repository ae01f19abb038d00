"""Gradients held against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import GradientError, PellucidError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.gradient import value_and_gradient
from pellucid.graphs.differentiating.plain_call import difference, on_copies
from pellucid.graphs.guards import held
from pellucid.graphs.tracing.trace import graph, is_float, title_of
from pellucid.graphs.tracing.trace_warnings import unused_allowed

Cost = Callable[..., Any]

DIRECTIONS = 3
STEP = 1e-3
SMALLEST = 1e-6  # where a larger step crosses a branch
TOLERANCE = 1e-6  # of the slope: the extrapolated difference is far more exact
NOISE = 1e-11  # of the cost: its rounding errors, divided by the step


def check(f: Callable[..., Any], *args: Any, order: int = 2) -> None:
    """Compare gradients with central differences in random directions.

    For a direction v and a step h, (J(x + h v) - J(x - h v)) / 2h must equal dJ/dx . v;
    Richardson's extrapolation of two steps leaves an error of h^4. With `order=2` the
    gradient of (dJ/dx . u) is compared too, for a random u. Before that, the recorded
    function must give the value of a plain call: it may have gone another way.

    Parameters
    ----------
    f : callable
        A function of floats and arrays of floats, compared in double precision; a
        result of many elements is summed with random weights.
    *args
        Where to compare; keep away from kinks. Steps are in proportion to each element,
        and of size h where it is 0; they get smaller where one crosses a branch.
    order : int
        How many times to differentiate.

    Raises
    ------
    GradientError
        When they differ by more than a millionth, or the recorded value from that of a
        plain call, with both numbers.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.check(lambda x: np.sum(np.sin(x)), np.array([0.3, 2.0]))

    See Nocedal & Wright, "Numerical Optimization" (2006), section 8.1.
    """
    rng = np.random.default_rng(0)
    args = structure.mapped(_in_double, args)
    wrt = tuple(
        i for i, arg in enumerate(args) if any(map(is_float, structure.leaves(arg)))
    )
    _check_value(f, args)
    cost = _weighted(f, args, rng)
    with unused_allowed():
        for degree in range(1, order + 1):
            for _ in range(DIRECTIONS):
                _compare(cost, args, wrt, rng, f"{title_of(f)}, derivative {degree}")
            cost = _directional(cost, args, wrt, rng)


def _check_value(f: Callable[..., Any], args: Any) -> None:
    """Hold the value of the recorded function against that of a plain call."""
    found = difference(f, graph(f, *args), args, {})
    if found:
        plain, recorded = found
        raise GradientError(
            f"{title_of(f)}: a plain call gives {plain!r}, the recorded function "
            f"{recorded!r}: while it is recorded it goes another way. Let it ask for "
            "np.ndim(x) or isinstance(x, float) rather than how x is made."
        )


def _in_double(leaf: Any) -> Any:
    return np.asarray(leaf, float)[()] if _is_single(leaf) else leaf


def _is_single(leaf: Any) -> bool:
    return is_float(leaf) and getattr(leaf, "dtype", np.float64) != np.float64


def _weighted(f: Callable[..., Any], args: Any, rng: np.random.Generator) -> Cost:
    """The sum of all results with random weights: every element counts."""
    results = list(structure.leaves(on_copies(f, args, {})))
    weights = [rng.normal(size=np.shape(r)) for r in results]
    if len(results) == 1 and np.size(results[0]) == 1:
        return f

    def cost(*args: Any) -> Any:
        parts = zip(structure.leaves(f(*args)), weights, strict=True)
        return sum(np.sum(part * weight) for part, weight in parts)

    return cost


def _directional(
    cost: Cost, args: Any, wrt: tuple[int, ...], rng: np.random.Generator
) -> Cost:
    """The derivative of a cost along a random direction, itself a cost."""
    u = _direction(args, wrt, rng)
    slopes = value_and_gradient(cost, wrt)

    def along(*args: Any) -> Any:
        return _inner(slopes(*args)[1], [u[i] for i in wrt])

    return along


def _compare(
    cost: Cost, args: Any, wrt: tuple[int, ...], rng: np.random.Generator, title: str
) -> None:
    """One direction, in smaller steps where these cross a branch of the function."""
    v = _direction(args, wrt, rng)
    steps = [v[i] for i in wrt]
    value, slopes = value_and_gradient(cost, wrt)(*args)
    ours = _number(_inner(slopes, steps))
    scale = _number(_inner(*structure.mapped(_size, (list(slopes), steps))))
    h, crossed = STEP, ""
    while h >= SMALLEST:
        theirs, secant = _difference(cost, args, v, h, _number(value))
        noise = NOISE * STEP / h * abs(_number(value))
        if abs(ours - theirs) <= TOLERANCE * max(scale, secant) + noise:
            return
        crossed = _crossed(cost, args, v, h)
        h = h / 10 if crossed else 0.0
    raise GradientError(
        f"{title}: the gradient along a random direction is {ours!r}, differences give "
        f"{theirs!r}.{crossed}"
    )


def _difference(
    cost: Cost, args: Any, v: Any, h: float, now: float
) -> tuple[float, float]:
    """The extrapolated central difference, and a secant where the slope itself is 0."""
    ends = [_ends(cost, args, v, each) for each in (h, h / 2)]
    coarse, fine = (
        (ahead - behind) / (2 * each)
        for each, (ahead, behind) in zip((h, h / 2), ends, strict=True)
    )
    return (4 * fine - coarse) / 3, max(abs(end - now) for end in ends[0]) / h


def _crossed(cost: Cost, args: Any, v: Any, h: float) -> str:
    """The branch that goes another way a step ahead or behind; "" where none does."""
    recorded = graph(cost, *args)
    for step in (h, -h, h / 2, -h / 2) if recorded.guards else ():
        moved = (_moved(a, d, step) for a, d in zip(args, v, strict=True))
        try:
            held(recorded.guards, recorded.bind(*moved), recorded.title)
        except PellucidError as error:
            return f" A step crosses a branch: {error}"
    return ""


def _ends(cost: Cost, args: Any, v: Any, h: float) -> tuple[float, float]:
    """The cost a step ahead and a step behind."""
    ahead = cost(*(_moved(a, d, h) for a, d in zip(args, v, strict=True)))
    behind = cost(*(_moved(a, d, -h) for a, d in zip(args, v, strict=True)))
    return _number(ahead), _number(behind)


def _number(x: Any) -> float:
    return float(np.reshape(x, ()))


def _size(leaf: Any) -> Any:
    return None if leaf is None else np.abs(leaf)


def _direction(args: Any, wrt: tuple[int, ...], rng: np.random.Generator) -> list[Any]:
    """A random step for every float, in proportion to it; None for the rest."""

    def step(leaf: Any) -> Any:
        if not is_float(leaf):
            return None
        return rng.normal(size=np.shape(leaf)) * np.where(leaf == 0, 1.0, np.abs(leaf))

    return [
        structure.mapped(step, arg) if i in wrt else None for i, arg in enumerate(args)
    ]


def _moved(arg: Any, direction: Any, h: float) -> Any:
    if direction is None:
        return arg
    return structure.mapped(lambda x, d: x if d is None else x + h * d, arg, direction)


def _inner(a: Any, b: Any) -> Any:
    pairs = zip(structure.leaves(a), structure.leaves(b), strict=True)
    return sum(np.sum(x * y) for x, y in pairs if y is not None)
