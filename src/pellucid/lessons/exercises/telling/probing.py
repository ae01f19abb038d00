"""One argument is changed and the others are not: and the result is to notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise
from pellucid.lessons.exercises.sandbox import called
from pellucid.lessons.exercises.telling.evidence import (
    Arguments,
    Evidence,
    Probe,
    may_not_end,
)
from pellucid.lessons.exercises.telling.sizes import number


def probes(exercise: Exercise, tries: Sequence[Arguments]) -> list[Probe]:
    """For each argument the first try with it changed, so that the result changes."""
    if may_not_end(exercise):
        return []
    base = tries[0]
    right = called(child.called(exercise.function, base))
    found = []
    for i, name in enumerate(exercise.arguments):
        for value in others(base[i], np.random.default_rng(i)):
            args = (*base[:i], value, *copy.deepcopy(base[i + 1 :]))
            now = called(child.called(exercise.function, args))
            if not now.failure and not same(now.value, right.value, 1e-3):
                found.append(Probe(args, name))
    return found


def others(value: Any, rng: np.random.Generator) -> Iterator[Any]:
    """Other values of the same kind: drawn from its own, or a little smaller."""
    if isinstance(value, np.ndarray) and value.size:
        yield from (rng.choice(value.ravel(), value.shape) for _ in range(3))
        if value.dtype.kind == "f":
            yield value * rng.uniform(0.6, 1, value.shape)
    elif number(value) and not isinstance(value, int):
        yield from (share * value for share in (0.9, 0.7, 0.5, 0.3))


def unused(evidence: Evidence) -> str:
    """Say which argument makes no difference, though it should."""
    cases = evidence.outcome.cases
    base, probed = cases[0], cases[len(evidence.tries) :]
    if base.failure:
        return ""
    rtol = evidence.exercise.rtol
    noticed: dict[str, list[bool]] = {}
    for probe, case in zip(evidence.probes, probed, strict=False):
        changed = bool(case.failure) or not same(case.value, base.value, rtol)
        noticed.setdefault(probe.name, []).append(changed)
    for name, changes in noticed.items():
        if len(changes) > 2 and not any(changes):
            return (f"The result stays the same when only `{name}` is changed: it must "
                    f"depend on `{name}`.")  # fmt: skip
    return ""
