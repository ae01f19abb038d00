"""What often goes wrong, said in the words of the subject."""

from __future__ import annotations

from typing import Any

from pellucid.lessons.exercises.exercise import Exercise
from pellucid.lessons.exercises.sandbox import Case, Failure, Outcome


def failed(failure: Failure, exercise: Exercise) -> str:
    """Say why code stopped."""
    line = f"Line {failure.line}: " if failure.line else ""
    match failure.kind:
        case "Timeout":
            return f"{line}it ran too long and was stopped: does a loop never end?"
        case "MemoryError":
            return f"{line}it asked for more memory than an exercise needs."
        case "TooMuchOutput":
            return f"{line}it printed too much and was stopped: does a loop never end?"
        case "Missing":
            other = f", only {failure.message}" if failure.message else ""
            return f"There is no function {exercise.name}{other}: keep the name."
    return f"{line}{failure.kind}: {failure.message}."


def different(
    exercise: Exercise,
    tries: list[tuple[Any, ...]],
    right: list[Case],
    outcome: Outcome,
) -> str:
    """Say how the values differ from the right ones."""
    came = outcome.cases[0].value
    return f"For the first input it gives {came!r}, and should give {right[0].value!r}."
