"""One argument is changed and the others are not: and the result is to notice."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise
from pellucid.lessons.exercises.sandbox import called
from pellucid.lessons.exercises.telling.evidence import Arguments, Evidence, Probe
from pellucid.lessons.exercises.telling.sizes import number


def probes(exercise: Exercise, tries: Sequence[Arguments]) -> list[Probe]:
    """For each argument the first try with it changed, so that the result changes."""
    base = tries[0]
    right = called(child.called(exercise.function, base))
    found = []
    for i, name in enumerate(inspect.signature(exercise.function).parameters):
        for value in others(base[i]):
            args = (*base[:i], value, *copy.deepcopy(base[i + 1 :]))
            now = called(child.called(exercise.function, args))
            if not now.failure and not same(now.value, right.value, 1e-3):
                found.append(Probe(args, name))
                break
    return found


def others(value: Any) -> Iterator[Any]:
    """Other values of the same kind: in another order, or a little smaller."""
    if isinstance(value, np.ndarray):
        if value.ndim and len(value) > 1:
            yield np.roll(value, 1, 0)
        if value.dtype.kind == "f":
            yield 0.9 * value
    elif number(value) and not isinstance(value, int):
        yield 0.9 * value


def unused(evidence: Evidence) -> str:
    """Say which argument makes no difference, though it should."""
    cases = evidence.outcome.cases
    base, probed = cases[0], cases[len(evidence.tries) :]
    if base.failure:
        return ""
    rtol = evidence.exercise.rtol
    for probe, case in zip(evidence.probes, probed, strict=False):
        if not case.failure and same(case.value, base.value, rtol):
            name = f"`{probe.name}`"
            return (f"The result stays the same when only {name} is changed: it must "
                    f"depend on {name}.")  # fmt: skip
    return ""
