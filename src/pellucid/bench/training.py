"""Training three perceptrons: whole fits, and bare steps."""

from __future__ import annotations

from functools import partial

from pellucid.bench.clock import mark
from pellucid.bench.contest import Contest, Mark, Rival
from pellucid.bench.perceptrons import PERCEPTRONS, data
from pellucid.bench.trainers.trainers import (
    EAGER,
    FUSED,
    JAX,
    NUMPY,
    OURS,
    SCAN,
    SKLEARN,
    TRAINERS,
    WHOLE,
)

AIMED_AT = EAGER, FUSED, SKLEARN, SCAN
GOALS = {  # what a fit and a step of theirs shall take for one of ours, in that order
    ("20-32-32-3", NUMPY): (10, 7, 4),
    ("20-32-32-3", JAX): (10, 7, 5, 0.95),
    ("50-128-64-5", NUMPY): (3, 2.4, 2.3),
    ("50-128-64-5", JAX): (3, 2.5, 2.5, 0.95),
    ("784-512-256-10", NUMPY): (1.4, 1.1, 1.6),
    ("784-512-256-10", JAX): (1.4, 1.1, 1.6, 0.95),
}
FIT, STEP, COSTLESS = "a whole fit", "a step with its cost", "a step without"


def measured(trainer: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Time whole fits, then the steps of single epochs."""
    task = PERCEPTRONS[case].tiny() if tiny else PERCEPTRONS[case]
    X, y = data(task)
    runner = TRAINERS[trainer](task)
    costs: list[float] = []
    budget = 0.0 if tiny else 0.4
    fits = mark(lambda: costs.append(runner.fit(X, y)), budget=budget)
    marks = {FIT: Mark(fits.best, fits.cold, costs[-1])}
    for name, costed in ((STEP, True), (COSTLESS, False)):
        if seconds := runner.step(X, y, costed, budget):
            marks[name] = Mark(seconds)
    return marks


CONTEST = Contest(
    title="Training",
    note="Adam in float32 on 3,000, 20,000 and 20,000 rows, in batches of 32, 128 and "
    "128, for 20, 5 and 2 epochs, the cost of each recorded. A whole fit begins with "
    "arrays and ends with the last cost; a step is one of the training loop alone.",
    cases=tuple(PERCEPTRONS),
    rivals={
        name: Rival(partial(measured, name), name in OURS, name == WHOLE)
        for name in TRAINERS
    },
    apart=True,
    rounds=2,
    goals={
        (measure, case, ours, rival): ratio
        for measure in (FIT, STEP)
        for (case, ours), ratios in GOALS.items()
        for rival, ratio in zip(AIMED_AT, ratios, strict=False)
    },
)
