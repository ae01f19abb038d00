"""The time of a step as batch, width and depth grow."""

from __future__ import annotations

from functools import partial

from pellucid.bench.contest import Contest, Mark, Rival
from pellucid.bench.perceptrons import Perceptron, data
from pellucid.bench.trainers.trainers import EAGER, OURS, SCAN, TRAINERS

FEATURES, CLASSES, STEPS = 64, 10, 8  # steps an epoch


def perceptron(batch: int = 128, width: int = 128, depth: int = 3) -> Perceptron:
    """A perceptron of so many layers of weights, and a few batches for it.

    >>> perceptron(depth=2)
    Perceptron(sizes=(64, 128, 10), batch=128, rows=1024, epochs=1)
    """
    sizes = (FEATURES, *[width] * (depth - 1), CLASSES)
    return Perceptron(sizes, batch, STEPS * batch, 1)


CASES = {
    **{f"batch {n}": perceptron(batch=n) for n in (32, 128, 512, 2048)},
    **{f"width {n}": perceptron(width=n) for n in (32, 128, 512, 1024)},
    **{f"depth {n}": perceptron(depth=n) for n in (2, 4, 8, 16)},
}


def measured(trainer: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Time a step; where it grows, a tiny run is as long as another."""
    task = CASES[case]
    seconds = TRAINERS[trainer](task).step(*data(task), costed=True, budget=0.1)
    return {"a step with its cost": Mark(seconds)} if seconds else {}


CONTEST = Contest(
    title="Growth",
    note=f"A step of a perceptron with {FEATURES} features, {CLASSES} classes and, "
    "unless said otherwise, 3 layers of weights, 128 units a layer and 128 rows.",
    cases=tuple(CASES),
    rivals={
        name: Rival(partial(measured, name), name in OURS, name == SCAN)
        for name in (*OURS, EAGER, SCAN)
    },
    rounds=2,
)
