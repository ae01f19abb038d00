"""One change in a person's own code would make every result right: which one."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.lessons.exercises.child import Job
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.sandbox import Outcome
from pellucid.lessons.exercises.telling.changes import changes
from pellucid.lessons.exercises.telling.evidence import Evidence

SECONDS = 2.0  # that are spent on trying changes
ALL_RIGHT = "; with this changed, all is right."
MOST_RIGHT = "; with this changed, ordinary inputs are right, and extreme ones not yet."


def repaired(evidence: Evidence, only: int = 0) -> tuple[str, int]:
    """Say which one change in the code makes all results right, and on which line.

    The changed programs are a person's code as well, and run where it does: first all
    of them on two inputs, then those that are right there on all.
    """
    cases = evidence.outcome.cases
    told = [i for i, each in enumerate(evidence.right) if not each.failure]
    bad = [i for i in told if cases[i].failure or not same(
        cases[i].value, evidence.right[i].value, evidence.exercise.rtol)]  # fmt: skip
    if not bad:
        return "", 0
    known = changes(evidence.code, only)
    alike = [i for i in bad if i < evidence.ordinary] or bad
    few = alike[0], alike[-1]
    hits = fitting(evidence, [code for code, _, _ in known], few)
    left = [known[hit] for hit in hits][:20]
    usual = [i for i in told if i < evidence.ordinary]
    ends = [(told, ALL_RIGHT)] + [(usual, MOST_RIGHT)] * (bad[0] < evidence.ordinary)
    for which, end in ends:
        for hit in fitting(evidence, [code for code, _, _ in left], which)[:1]:
            _, line, words = left[hit]
            return f"Line {line}: {words}{end}", line
    return "", 0


def fitting(
    evidence: Evidence, codes: Sequence[str], which: Sequence[int]
) -> list[int]:
    """The numbers of those programs that are right for the inputs that are asked."""
    if not codes:
        return []
    tries = [evidence.tries[i] for i in which]
    name = evidence.exercise.name
    outcome = evidence.run(Job("", name, tries, (), SECONDS, others=tuple(codes)))
    return [number for number, each in enumerate(outcome.others)
            if fits(evidence, each, which)]  # fmt: skip


def fits(evidence: Evidence, outcome: Outcome, which: Sequence[int]) -> bool:
    """Tell whether all results of a changed program are right."""
    right = [evidence.right[i].value for i in which]
    return len(outcome.cases) == len(right) and all(
        not case.failure and same(case.value, value, evidence.exercise.rtol)
        for case, value in zip(outcome.cases, right, strict=True)
    )
