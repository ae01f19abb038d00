"""A person's code is judged: by what it gives, and in the words of the subject."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pellucid.lessons.exercises import child, telling
from pellucid.lessons.exercises.child import Job
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise, Function, Mistake
from pellucid.lessons.exercises.lines import first_wrong
from pellucid.lessons.exercises.sandbox import SANDBOX, Case, Outcome, called
from pellucid.lessons.exercises.telling.evidence import Evidence

State = Literal["right", "wrong", "not tried yet"]
SECONDS = 3.0  # that a person's code may take, all tries together


@dataclass(frozen=True)
class Verdict:
    """What is said of a person's code: a state, one sentence, and where."""

    state: State
    sentence: str
    line: int = 0
    printed: str = ""


def check(
    exercise: Exercise,
    code: str,
    *,
    seed: int = 0,
    seconds: float | None = None,
    run: Callable[[Job], Outcome] = SANDBOX.run,
) -> Verdict:
    """Run a person's code on random inputs, and say what is right or wrong with it.

    The code runs in a process of its own. Its results are held against the solution's,
    then against those of each known mistake, then against what often goes wrong (a
    sign, a factor, a shape).
    """
    if unwritten := untried(exercise, code):
        return Verdict("not tried yet", unwritten)
    if seconds is None:
        seconds = float(os.environ.get("PELLUCID_EXERCISE_SECONDS", SECONDS))
    tries = exercise.tries(seed)
    probes = telling.probes(exercise, tries)
    cases = [*tries, *(probe.args for probe in probes)]
    outcome = run(Job(code, exercise.name, cases, tuple(exercise.lines), seconds))
    if outcome.failure:
        sentence = telling.failed(outcome.failure, exercise, code, outcome.printed)
        return Verdict("wrong", sentence, outcome.failure.line, outcome.printed)
    right = [given(exercise.function, args) for args in tries]
    evidence = Evidence(exercise, code, tries, right, outcome, probes, run)
    sentence, line = judged(evidence)
    state: State = "wrong" if sentence else "right"
    return Verdict(state, sentence or "Right.", line, outcome.printed)


def untried(exercise: Exercise, code: str) -> str:
    """Say what is still to be written, when nothing has been; else nothing."""
    start = "Replace the ... by your own code, then check."
    if "..." not in exercise.starter:  # it is a whole program, to be mended
        start = "Change the program, then check."
    if not code.strip() or code.strip() == exercise.starter.strip():
        return start
    try:
        tree, starter = ast.parse(code), ast.parse(exercise.starter)
    except SyntaxError:
        return ""
    imports = all(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
    if imports or ast.dump(tree) == ast.dump(starter):
        return start
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise.name:
            if all(map(empty, node.body)):
                return start
            if line := left_open(node):
                return f"Line {line} still holds a ...: replace it, then check."
    return ""


def empty(line: ast.stmt) -> bool:
    """Tell whether a line does nothing: `pass`, a docstring, `...`."""
    return isinstance(line, ast.Pass) or (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    )


def left_open(function: ast.FunctionDef) -> int:
    """Find the line of a `...` that stands for code; within brackets it is an index."""
    indices = {
        id(inner)
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        for inner in ast.walk(node.slice)
    }
    for node in ast.walk(function):
        dots = isinstance(node, ast.Constant) and node.value is ...
        if dots and id(node) not in indices:
            return int(getattr(node, "lineno", 0))
    return 0


def judged(evidence: Evidence) -> tuple[str, int]:
    """Give the sentence and the line for what is wrong; no sentence if nothing is."""
    exercise, cases = evidence.exercise, evidence.outcome.cases
    tree = ast.parse(evidence.code)
    seen = [each for each in exercise.mistakes if each.seen and each.seen(tree)]
    for mistake in seen:
        if made(mistake, evidence, len(evidence.tries)):
            return mistake.sentence, 0
    rtol = exercise.rtol
    bad = [i for i, right in enumerate(evidence.right)
           if not agrees(cases[i], right, rtol, exact=False)]  # fmt: skip
    if not bad:
        return telling.unsteady(evidence), 0
    wrong = first_wrong(exercise, evidence.tries, evidence.outcome)
    where = telling.line(wrong) if wrong else ""
    known = recognised(evidence, bad)
    if known:
        return where + known.sentence, wrong.line if wrong else 0
    stops = [i for i in bad if cases[i].failure]
    if stops and (stops[0] == bad[0] or 2 * len(stops) > len(bad)):
        failure = cases[stops[0]].failure
        return where + telling.stopped(evidence, stops), failure.line if failure else 0
    if wrong:
        why = (
            telling.within(evidence, wrong) or telling.repaired(evidence, wrong.line)[0]
        )
        return (where + why).strip(), wrong.line
    return telling.different(evidence, bad)


def recognised(evidence: Evidence, bad: list[int]) -> Mistake | None:
    """Find the mistake that the person's results come from, if it is a known one."""
    ordinary = len(evidence.tries) - len(evidence.exercise.edges)
    counts = [len(evidence.tries)] + [ordinary] * (bad[0] < ordinary)
    for count in counts:
        for mistake in evidence.exercise.mistakes:
            if not mistake.seen and made(mistake, evidence, count):
                return mistake
    return None


def made(mistake: Mistake, evidence: Evidence, count: int) -> bool:
    """Tell whether a person's code gives on all inputs what the mistake gives."""
    return all(
        agrees(case, given(mistake.function, args), evidence.exercise.rtol)
        for args, case in zip(
            evidence.tries[:count], evidence.outcome.cases, strict=False
        )
    )


def given(function: Function, args: tuple[Any, ...]) -> Case:
    """Call one of our own functions as the person's is called."""
    return called(child.called(function, args))


def agrees(case: Case, right: Case, rtol: float, *, exact: bool = True) -> bool:
    """Tell whether a call came to the same: the same value, or the same error.

    An error that is asked for may have other words than the solution's.
    """
    if case.failure and right.failure:
        alike = case.failure.kind == right.failure.kind
        return alike and (not exact or case.failure.message == right.failure.message)
    if case.failure or right.failure:
        return False
    return same(case.value, right.value, rtol)
