"""The most memory that training takes, above what its imports took."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from pellucid.bench.contest import Contest, Mark, Rival
from pellucid.bench.perceptrons import PERCEPTRONS, Perceptron, data
from pellucid.bench.trainers.trainers import EAGER, OURS, SCAN, SKLEARN, TRAINERS

CASES = {
    "784-512-256-10": PERCEPTRONS["784-512-256-10"],
    "784-2048-1024-10": Perceptron((784, 2048, 1024, 10), 128, 2_000, 1),
}
PEAK = "at the peak of a fit"
TOY = Perceptron((4, 3, 2), 4, 8, 1)
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak() -> int:
    """The most bytes of memory that this process has had.

    Linux's own figure where there is one: `ru_maxrss` counts the parent process too.
    """
    if STATUS.exists():
        lines = STATUS.read_text("utf-8").splitlines()
        found = next(line for line in lines if line.startswith("VmHWM"))
        return 1024 * int(found.split()[1])
    import resource  # Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def forget() -> None:
    """Let the peak begin anew at what is held now, where the system can do that."""
    if RESET.exists():
        RESET.write_text("5")


def measured(trainer: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Fit a toy to load what is loaded late, then watch a whole fit."""
    task = CASES[case].tiny() if tiny else CASES[case]
    TRAINERS[trainer](TOY).fit(*data(TOY))
    X, y = data(task)
    runner = TRAINERS[trainer](task)
    forget()
    before = peak()
    runner.fit(X, y)
    return {PEAK: Mark(float(peak() - before))}


CONTEST = Contest(
    title="Memory",
    note="The most memory of a whole fit above what the process held before: imports, "
    "data, and a first fit of a toy network.",
    cases=tuple(CASES),
    rivals={
        name: Rival(partial(measured, name), name in OURS, name in (SCAN, SKLEARN))
        for name in (*OURS, EAGER, SCAN, SKLEARN)
    },
    unit="B",
    goals={(PEAK, case, ours, EAGER): 1 for case in CASES for ours in OURS},
    apart=True,
    rounds=1,
)
