"""What is said of code that stops: Python's and NumPy's words in a learner's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pellucid.lessons.exercises.exercise import Exercise
from pellucid.lessons.exercises.sandbox import Failure
from pellucid.lessons.exercises.telling.errors import ERRORS, Context
from pellucid.lessons.exercises.telling.evidence import Evidence
from pellucid.lessons.exercises.telling.shown import given
from pellucid.lessons.exercises.telling.syntax import UNREADABLE

LIMITS = {
    "time": "it ran too long and was stopped: does a loop never end?",
    "memory": "it asked for more memory than an exercise needs: look at the shapes.",
    "output": "it printed too much and was stopped: does a loop never end?",
    "died": "the process broke down in the midst of it: does a function call itself "
    "without end?",
    "MemoryError": "it asked for more memory than an exercise needs: look at the "
    "shapes, and whether a list grows without end.",
}


def failed(failure: Failure, exercise: Exercise, code: str, printed: str = "") -> str:
    """Say why code stopped before or within its function."""
    if failure.kind == "missing":
        return missing(exercise, failure.message)
    sentence = reason(failure, exercise, code)
    where = place(failure, code)
    return where + (sentence if where else sentence[:1].upper() + sentence[1:])


def stopped(evidence: Evidence, bad: Sequence[int]) -> str:
    """Say why the function stopped, and for which input if not for all."""
    cases = evidence.outcome.cases[: len(evidence.tries)]
    failure = cases[bad[0]].failure
    if failure is None:
        return ""
    sentence = failed(failure, evidence.exercise, evidence.code)
    ordinary = [bool(case.failure) for case in cases[: evidence.ordinary]]
    if 2 * sum(ordinary) > len(ordinary):  # the others fit by chance
        return sentence
    stops = [i for i, case in enumerate(cases) if case.failure]
    smallest = min(stops, key=lambda i: len(repr(evidence.tries[i])))
    example = given(evidence.names, evidence.tries[smallest])
    if bad[0] >= evidence.ordinary:
        return f"Right for ordinary inputs, but not for {example}. {sentence}"
    return f"{sentence} It stops for some inputs only, such as {example}."


def place(failure: Failure, code: str) -> str:
    """Name the line of the person's code, and show it."""
    if not failure.line:
        return ""
    lines = code.splitlines()
    text = lines[failure.line - 1].strip() if failure.line <= len(lines) else ""
    quoted = f", `{text}`" if text and "`" not in text and len(text) < 70 else ""
    return f"Line {failure.line}{quoted}: "


def missing(exercise: Exercise, others: str) -> str:
    """Say that the function that is asked for is not there."""
    found = f", only `{others}`" if others else ""
    return f"There is no function `{exercise.name}`{found}: keep the name."


def reason(failure: Failure, exercise: Exercise, code: str) -> str:
    """Say why code stopped, in a learner's words if they are known."""
    if failure.kind in LIMITS:
        return LIMITS[failure.kind]
    context = Context(failure, exercise, code)
    for kind, pattern, words in (*UNREADABLE, *ERRORS):
        match = re.fullmatch(kind, failure.kind) and re.search(pattern, failure.message)
        if match:
            return filled(words, match, context)
    words = f"{failure.kind}: {failure.message}" if failure.message else failure.kind
    return f"{words.rstrip('.')}."


def filled(words: Any, match: re.Match[str], context: Context) -> str:
    """Put what the message names into the sentence."""
    if callable(words):
        return str(words(context, *match.groups()))
    return str(words).format(*match.groups(), name=context.exercise.name)
