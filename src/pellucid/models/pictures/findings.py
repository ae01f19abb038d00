"""What pictures of a fit show, as sentences that are computed, never claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.models.base import Array
from pellucid.show.estimates import probability
from pellucid.show.plain_text import number

if TYPE_CHECKING:
    from pellucid.statistics.curvature import Curvature
    from pellucid.statistics.normality import Shape
    from pellucid.statistics.spread_of_residuals import UnequalSpread

ALPHA = 0.05  # p above it: an interval of 95 % holds 0
SURE = 0.01  # p below it: not by chance
BENDS = 0.02  # of what is left, what a square explains that the eye can see
SPREADS = 1.5  # times as far
NORMAL = 0.5  # skewness, and half of the kurtosis, that does no harm
OF_SKEWNESS = 2.5  # times its square is kurtosis that a long tail on one side brings
PULLS, MOVES = 0.5, 1.0  # Cook's distances
TURNS = 5  # classes that are named one after another


def percent(share: float) -> str:
    r"""A share in per cent, to two digits; never 0 or 100 but where it is.

    >>> [
    ...     percent(p).replace("\N{NO-BREAK SPACE}", " ")
    ...     for p in (0.951, 1e-5, 1 - 1e-5, 1)
    ... ]
    ['95 %', '<0.1 %', '>99.9 %', '100 %']
    """
    if 0 < share < 0.001:
        shown = "<0.1"
    elif 0.999 < share < 1:
        shown = ">99.9"
    else:
        decimals = 1 if share < 0.0995 or share > 0.9905 else 0
        shown = f"{100 * share:.{decimals}f}".removesuffix(".0")
    return f"{shown}\N{NO-BREAK SPACE}%"


def curve(found: Curvature | None, name: str) -> str:
    """Whether a curve is left, along the prediction or a column."""
    if found is None:
        return "No clear curve is left in the residuals"
    form = "sag" if found.upward else "bulge"
    return (
        f"Residuals {form} along {name}: its square would explain "
        f"{percent(found.share)} of what is left"
    )


def spread(found: UnequalSpread | None) -> str:
    """Whether residuals spread as far everywhere."""
    if found is None:
        return "How far residuals spread along the predictions"
    times = f"{number(found.ratio, 2)} times as far"
    if found.p > SURE and found.ratio >= SPREADS:
        return "How far residuals spread may be the same at all predictions"
    if found.ratio < SPREADS:
        return "Residuals spread about as far at low as at high predictions"
    low, _, high = found.typical
    if found.grows:
        return f"Residuals fan out: at high predictions {times} as at low ones"
    if low == max(found.typical) and high == min(found.typical):
        return f"Residuals draw in: at low predictions {times} as at high ones"
    return f"Residuals spread {times} in one third of the predictions as in another"


def shape(found: Shape | None) -> str:
    """Whether residuals are like draws from a normal distribution."""
    if found is None:
        return "Residuals in order of size, beside normal ones"
    skewed = found.p_skewness < SURE and abs(found.skewness) > NORMAL
    tailed = found.p_kurtosis < SURE and abs(found.kurtosis) > 2 * NORMAL
    if skewed and found.kurtosis <= OF_SKEWNESS * found.skewness**2:
        side = "high" if found.skewness > 0 else "low"
        how = f"skewness {number(found.skewness, 2)}"
        return f"Residuals have a long tail to the {side} side ({how})"
    if tailed or skewed:
        how = f"excess kurtosis {number(found.kurtosis, 2)}"
        return (
            f"Residuals have {'heavy' if found.kurtosis > 0 else 'light'} tails ({how})"
        )
    if min(found.p_skewness, found.p_kurtosis) < SURE:
        return "Residuals differ little from normal ones"
    return "Residuals show neither a long tail nor heavy ones"


def influence(cook: Array, rows: Sequence[str]) -> str:
    """Whether single rows move the fit, and what they are called."""
    if not np.isfinite(cook).any():
        return "Which rows pull at the fit"
    row = int(np.nanargmax(cook))
    many = int(np.sum(cook > MOVES))
    most = f"Cook's distance {number(float(cook[row]), 2)}"
    if many > 1:
        return f"{many} rows move the fit, row {rows[row]} the most ({most})"
    if many:
        return f"Row {rows[row]} alone moves the fit ({most})"
    if cook[row] > PULLS:
        return f"Row {rows[row]} pulls at the fit the most ({most})"
    return f"No row alone moves the fit: at most {most}, row {rows[row]}"


def effects(
    names: list[str], estimate: Array, told: Array, what: str = "effect", none: int = 0
) -> str:
    """How many effects differ from none beyond chance, and which of them the most.

    >>> effects(["age", "bmi"], np.array([1.0, -3.0]), np.array([True, True]))
    'Both effects differ from 0 beyond chance, that of bmi the most'
    """
    sure, d = np.flatnonzero(told), len(names)
    beyond = f"from {none} beyond chance"
    if d == 1:
        verb = "differs" if sure.size else "does not differ"
        return f"The {what} of {names[0]} {verb} {beyond}"
    if not sure.size:
        return f"No {what} differs {beyond}"
    largest = names[int(sure[np.argmax(np.abs(estimate[sure]))])]
    if sure.size == 1:
        return f"Of {d} {what}s only that of {largest} differs {beyond}"
    count = f"{sure.size} of {d}"
    if sure.size == d:
        count = "Both" if sure.size == 2 else f"All {sure.size}"
    return f"{count} {what}s differ {beyond}, that of {largest} the most"


def likeliest(p: Array, labels: list[str], name: str) -> str:
    """Which class is the likeliest along a column (m, k), from the least value on.

    >>> likeliest(np.array([[0.8, 0.2], [0.4, 0.6]]), ["Dem", "Rep"], "age")
    'As age rises, the likeliest is Dem, then Rep'
    """
    best = p.argmax(axis=1)
    turns = [labels[k] for k in best[np.diff(best, prepend=-1) != 0]]
    if len(turns) == 1:
        return f"{turns[0]} is likeliest at every {name}"
    if len(turns) > TURNS:
        turns = [turns[0], f"{len(turns) - 2} others", turns[-1]]
    return f"As {name} rises, the likeliest is {', then '.join(turns)}"


def likeliest_at(p: Array, labels: list[str], name: str, levels: list[str]) -> str:
    """Which class is the likeliest at the levels of a category (m, k).

    >>> likeliest_at(np.array([[0.8, 0.2], [0.4, 0.6]]), ["a", "b"], "sex", ["f", "m"])
    'By sex, a is likeliest for f, b for m'
    """
    best = p.argmax(axis=1)
    if len(np.unique(best)) == 1:
        one = p[:, best[0]]
        top, bottom = (f"{levels[i]} ({percent(one[i])})"
                       for i in (one.argmax(), one.argmin()))  # fmt: skip
        most = f"most for {top}, least for {bottom}"
        return f"{labels[best[0]]} is likeliest at every {name}: {most}"
    parts: list[str] = []
    for k in dict.fromkeys(best):
        there = [level for level, of in zip(levels, best, strict=True) if of == k]
        said = " and ".join(there) if len(there) < 3 else f"{len(there)} levels"
        parts.append(f"{labels[k]} {'' if parts else 'is likeliest '}for {said}")
    return f"By {name}, {', '.join(parts)}"


def untold(name: str, event: str, p: float) -> str:
    """Of a column whose effect may be chance, that it may; else nothing."""
    if not p > ALPHA:
        return ""
    return f"The effect of {name} on {event} may be chance (p = {probability(p)})"


def levels(name: str, event: str, most: tuple[str, str], least: tuple[str, str]) -> str:
    """For which level of a category a prediction is highest, and lowest."""
    (top, high), (bottom, low) = most, least
    return (
        f"By {name}, {event} is highest for {top} ({high}), lowest for {bottom} ({low})"
    )


def slope(y: str, name: str, w: float) -> str:
    """By how much a target goes with a column."""
    verb = "grows" if w > 0 else "falls"
    return f"{y} {verb} by {number(abs(w), 3)} with 1 more of {name}"


def course(event: str, name: str, at: Array, height: tuple[str, str], up: bool) -> str:
    """How a prediction goes from the least value of a column to the greatest.

    >>> course("p(ill)", "age", np.array([20, 70]), ("50 %", "90 %"), up=True)
    'p(ill) rises from 50 % to 90 % as age goes from 20 to 70'
    """
    ends = f"as {name} goes from {number(at[0], 3)} to {number(at[-1], 3)}"
    first, last = height
    if first == last:
        return f"{event} stays at {first} {ends}"
    return f"{event} {'rises' if up else 'falls'} from {first} to {last} {ends}"
