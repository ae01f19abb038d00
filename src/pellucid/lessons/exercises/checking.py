"""A person's code is judged: by what it gives, and in the words of the subject."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.lessons.exercises import telling
from pellucid.lessons.exercises.child import Job
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise, Mistake
from pellucid.lessons.exercises.sandbox import SANDBOX, Case, Failure, Outcome

State = Literal["right", "wrong", "not tried yet"]


@dataclass(frozen=True)
class Verdict:
    """What is said of a person's code: a state, one sentence, and where."""

    state: State
    sentence: str
    line: int = 0
    printed: str = ""


def check(
    exercise: Exercise, code: str, *, seed: int = 0, seconds: float = 3.0
) -> Verdict:
    """Run a person's code on random inputs, and say what is right or wrong with it.

    The code runs in a process of its own. Its results are held against the solution's,
    then against those of each known mistake, then against what often goes wrong (a
    sign, a factor, a shape).
    """
    if untried(exercise, code):
        return Verdict("not tried yet", "Replace the ... by your own code, then check.")
    tries = exercise.tries(seed)
    outcome = SANDBOX.run(
        Job(code, exercise.name, tries, tuple(exercise.lines), seconds)
    )
    wrong = judged(exercise, code, tries, outcome)
    if wrong is None:
        return Verdict("right", "Right.", printed=outcome.printed)
    sentence, line = wrong
    return Verdict("wrong", sentence, line, outcome.printed)


def untried(exercise: Exercise, code: str) -> bool:
    """Tell whether nothing has been written yet: it is the start, or only `...`."""
    if code.strip() == exercise.starter.strip() or not code.strip():
        return True
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return False
    named = [
        n
        for n in tree.body
        if isinstance(n, ast.FunctionDef) and n.name == exercise.name
    ]
    return bool(named) and all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in named[0].body
    )


def judged(
    exercise: Exercise, code: str, tries: list[tuple[Any, ...]], outcome: Outcome
) -> tuple[str, int] | None:
    """Give the sentence and the line for what is wrong; None when nothing is."""
    if outcome.failure:
        return telling.failed(outcome.failure, exercise), outcome.failure.line
    right = [given(exercise.function, args) for args in tries]
    for mistake in exercise.mistakes:
        if mistake.seen and mistake.seen(ast.parse(code)):
            return mistake.sentence, 0
    bad = [i for i, case in enumerate(outcome.cases)
           if not agrees(case, right[i], exercise.rtol)]  # fmt: skip
    if not bad:
        return None
    for mistake in exercise.mistakes:
        if not mistake.seen and made(mistake, exercise, tries, outcome.cases):
            return mistake.sentence, 0
    first = outcome.cases[bad[0]]
    if first.failure:
        return telling.failed(first.failure, exercise), first.failure.line
    return telling.different(exercise, tries, right, outcome), 0


def given(function: Any, args: tuple[Any, ...]) -> Case:
    """Call one of our own functions as the person's is called."""
    try:
        with np.errstate(all="ignore"):
            return Case(function(*copy.deepcopy(args)))
    except Exception as error:
        return Case(failure=Failure(type(error).__name__, str(error)))


def agrees(case: Case, right: Case, rtol: float) -> bool:
    """Tell whether a call came to the same: the same value, or the same error."""
    if case.failure or right.failure:
        kinds = [
            c.failure and (c.failure.kind, c.failure.message) for c in (case, right)
        ]
        return kinds[0] == kinds[1]
    return same(case.value, right.value, rtol)


def made(
    mistake: Mistake,
    exercise: Exercise,
    tries: list[tuple[Any, ...]],
    cases: list[Case],
) -> bool:
    """Tell whether a person's code gives on all inputs what the mistake gives."""
    theirs = [given(mistake.function, args) for args in tries]
    return all(
        agrees(case, wrong, exercise.rtol)
        for case, wrong in zip(cases, theirs, strict=True)
    )
