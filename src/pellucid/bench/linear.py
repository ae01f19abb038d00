"""Linear models: fits of every shape, what they cost, and their digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from pellucid.bench.clock import fastest, mark
from pellucid.bench.contest import DIGITS, Contest, Mark, Measured, Rival
from pellucid.bench.regressions import (
    beginnings,
    exactness,
    glum,
    multilayer,
    ours,
    products,
    sklearn,
)
from pellucid.bench.regressions.tasks import (
    LARGE,
    LONG,
    ODDS,
    PICTURES,
    SCALED,
    SHAPES,
    TASKS,
    Array,
    Fit,
    Fits,
    Task,
    nowhere,
)

PELLUCID, CLAIMED, SKLEARN = "Pellucid", "digits_ claims", "scikit-learn"
CONVERGED, GLUM = "scikit-learn, converged", "glum"
GELS, GRAM, LSTSQ = "PyTorch, gels", "X'X alone", "NumPy, lstsq"

FIT, WARNED, RIGHT = "a fit", "fits that warn", "digits that are right"
NEAR = 1e-6  # of the least cost: so far above it a way may end, and wins if it is fast
PATIENCE = 3.0  # seconds: work that takes longer is done once
CERTAIN = 13.0  # digits, up to a condition of 1e9


@dataclass(frozen=True)
class Entrant:
    """How a library fits tasks, and the modules where its estimators are, if it has.

    `digits` says of how many digits of the least squares of X and y are right.
    """

    ways: Callable[[Task], Fits]
    digits: Callable[[Array, Array], float] | None = None
    lines: str = ""
    perceptrons: str = ""


def fitted(task: Task, entrant: Entrant, tiny: bool) -> Measured:
    """The fastest way of the entrant whose cost is near the least of them."""
    task = task.tiny() if tiny else task
    if not (ways := entrant.ways(task)):
        return {}
    X, y = task.data()
    marks = [
        replace(timed(task, fit, X, y, 0.0 if tiny else 0.5), way=way)
        for way, fit in ways.items()
    ]
    return {FIT: fastest(marks, NEAR)}


def timed(task: Task, fit: Fit, X: Array, y: Array, budget: float) -> Mark:
    """Time a fit, and judge what it found."""
    found = None

    def work() -> None:
        nonlocal found
        found = fit(X, y)

    seconds = mark(work, budget=budget, patience=PATIENCE)
    if found is None:
        return seconds
    cost = task.cost(X, y, *found)
    return replace(seconds, check=cost if math.isfinite(cost) else math.inf)


def propagated(entrant: Entrant, tiny: bool) -> Measured:
    """Perceptrons of the entrant: the time of all, and how many of them warn."""
    if not entrant.perceptrons:
        return {}
    seconds, warned = multilayer.fits(entrant.perceptrons, tiny)
    return {FIT: seconds, WARNED: Mark(warned)}


def begun(estimator: str, entrant: Entrant, tiny: bool) -> Measured:
    """The first fit of a program."""
    if not entrant.lines:
        return {}
    return {FIT: Mark(beginnings.first(entrant.lines, estimator))}


def judged(condition: float, entrant: Entrant, tiny: bool) -> Measured:
    """The digits of the entrant's least squares, those of the worst design."""
    if not entrant.digits:
        return {}
    designs = exactness.designs(condition, 1 if tiny else 10)
    return {RIGHT: Mark(min(entrant.digits(X, y) for X, y in designs))}


PERCEPTRONS = "27 perceptrons by L-BFGS"
FIRST = {
    "import, and a first line": "LinearRegression",
    "import, and first odds": "LogisticRegression",
}
CONDITIONS = {f"condition 1e{power}": 10.0**power for power in (0, 3, 6, 9, 12)}
CASES: Mapping[str, Callable[[Entrant, bool], Measured]] = {
    **{name: partial(fitted, task) for name, task in TASKS.items()},
    PERCEPTRONS: propagated,
    **{name: partial(begun, estimator) for name, estimator in FIRST.items()},
    **{name: partial(judged, condition) for name, condition in CONDITIONS.items()},
}
ENTRANTS = {
    PELLUCID: Entrant(
        ours.ways, exactness.judge(ours.ways), lines="pellucid", perceptrons="pellucid"
    ),
    CLAIMED: Entrant(nowhere, ours.claimed),
    SKLEARN: Entrant(
        sklearn.ways,
        exactness.judge(sklearn.ways),
        lines="sklearn.linear_model",
        perceptrons="sklearn.neural_network",
    ),
    CONVERGED: Entrant(sklearn.converged),
    GLUM: Entrant(glum.ways, exactness.judge(glum.ways)),
    GELS: Entrant(products.gels, exactness.judge(products.gels)),
    GRAM: Entrant(products.gram),
    LSTSQ: Entrant(products.pseudoinverse, exactness.judge(products.pseudoinverse)),
}
GOALS: Mapping[str, Mapping[str, float]] = {  # of a fit
    SKLEARN: {
        LARGE: 8, ODDS: 2, SCALED: 5, PICTURES: 2, PERCEPTRONS: 1,
        **dict.fromkeys(SHAPES, 0.9), **dict.fromkeys(FIRST, 1),
    },
    GELS: {LARGE: 2.5},
    GRAM: {LARGE: 0.5},
    GLUM: {LONG: 1, SCALED: 1},
}  # fmt: skip


def measured(rival: str, case: str, tiny: bool) -> Measured:
    """Measure a rival on a case; nothing where it takes no part."""
    return CASES[case](ENTRANTS[rival], tiny)


CONTEST = Contest(
    title="Linear models",
    note="Estimators as they come, in float64, with all cores; C = 1. scikit-learn "
    "fits by its default solver; 300,000 rows by the fastest of those that come within "
    "a millionth of the least cost, 60,000 pictures by lbfgs with tol=1e-6. Converged "
    "is newton-cholesky with tol=1e-10. A program's first fit has 80 rows, imports "
    "included. Perceptrons: moons, circles, breast cancer; alpha 1e-4, 1e-2, 1; relu, "
    "tanh, logistic; the cost is a geometric mean. Digits are those of the worst "
    "coefficient of 20 random designs, 40 x 5, with noise of 1e-8 and 1, by exact "
    "rational arithmetic; digits_ is what our model says of its own. Work of more than "
    "3 s is done once.",
    cases=tuple(CASES),
    rivals={
        name: Rival(partial(measured, name), ours=name == PELLUCID) for name in ENTRANTS
    },
    apart=True,
    rounds=1,
    goals={
        **{
            (FIT, case, PELLUCID, rival): ratio
            for rival, ratios in GOALS.items()
            for case, ratio in ratios.items()
        },
        (WARNED, PERCEPTRONS, PELLUCID, SKLEARN): 1,
    },
    units={WARNED: "fits", RIGHT: DIGITS},
    limits={
        (RIGHT, name, PELLUCID): CERTAIN
        for name, condition in CONDITIONS.items()
        if condition <= 1e9
    },
    excess="the cost above the least found, as a part of it",
    tried=len(CASES),
)
