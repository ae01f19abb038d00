"""A race: every rival in a process of its own, round after round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pellucid.bench.contest import Contest, Outcome, Record, contest
from pellucid.errors import PellucidError

WORKER = [sys.executable, "-P", "-m", "pellucid.bench.worker"]
SCRATCH = "PELLUCID_BENCH_SCRATCH"  # the folder of files that all rivals read
Marks = dict[tuple[str, str, str], list[dict[str, Any]]]


def race(name: str, tiny: bool, told: Callable[[str], object]) -> Outcome:
    """Run a benchmark: in each round every rival, one after the other.

    Rounds are interleaved, so that a slow minute of the machine falls on all. The first
    round begins with an empty cache of compiled code, as on the first day.

    Parameters
    ----------
    name
        The name of the benchmark.
    tiny
        One round, the cases that are tried, little data.
    told
        Called after each process with the rival that ran.

    Raises
    ------
    PellucidError
        When a process of ours fails, or when not all find the same; a rival that fails
        is left out.
    """
    event = contest(name)
    outcome = Outcome(name, absent=left_out(event) if tiny else {})
    marks: Marks = {}
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": cache, SCRATCH: cache}
        for rival, cases in heats(event, tiny):
            if rival not in outcome.absent:
                answer = run([name, rival, tiny, cases], environment)
                if "failed" in answer and event.rivals[rival].ours:
                    raise PellucidError(failure(name, rival, answer["failed"]))
                note(outcome, marks, rival, answer)
            told(rival)
    outcome.records = [record(*key, found) for key, found in marks.items()]
    if event.agreement is not None:
        refuse_dispute(outcome, event.agreement)
    return outcome


def refuse_dispute(outcome: Outcome, agreement: float) -> None:
    """Refuse figures of rivals that do not compute the same."""
    first: dict[tuple[str, str], tuple[str, float]] = {}
    for found in outcome.records:
        if found.check is None:
            continue
        key, own = (found.case, found.measure), (found.rival, found.check)
        rival, check = first.setdefault(key, own)
        if not abs(found.check - check) <= agreement * abs(check):
            raise PellucidError(
                f"{outcome.name}: expected all to compute the same in {found.measure} "
                f"of {found.case}, found {check:.7g} by {rival} and "
                f"{found.check:.7g} by {found.rival}."
            )


def left_out(event: Contest) -> dict[str, str]:
    """The rivals that a tiny run leaves out."""
    slow = (name for name, rival in event.rivals.items() if rival.slow)
    return dict.fromkeys(slow, "not in a tiny run")


def heats(event: Contest, tiny: bool) -> list[tuple[str, Sequence[str]]]:
    """The processes of a race in their order: a rival and its cases each.

    >>> heats(Contest("", "", ("a", "b"), {"x": None, "y": None}, rounds=1), False)
    [('x', ('a', 'b')), ('y', ('a', 'b'))]
    """
    cases = tuple(event.cases[: event.tried] if tiny else event.cases)
    apart = event.apart and not tiny
    groups = [(case,) for case in cases] if apart else [cases]
    rounds = 1 if tiny else event.rounds
    return [
        (rival, group)
        for _ in range(rounds)
        for group in groups
        for rival in event.rivals
    ]


def run(words: Sequence[Any], environment: dict[str, str]) -> dict[str, Any]:
    """Let a worker measure, and read its answer."""
    command = [*WORKER, json.dumps(words)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2] or f"exit {done.returncode}"
        return {"failed": last}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def failure(name: str, rival: str, last: str) -> str:
    """Say that one of ours has failed.

    >>> failure("first", "Pellucid", "KeyError: 1")
    'first: expected figures from Pellucid, its process ended with KeyError: 1.'
    """
    ended = f"its process ended with {last.rstrip('.')}."
    return f"{name}: expected figures from {rival}, {ended}"


def note(outcome: Outcome, marks: Marks, rival: str, answer: dict[str, Any]) -> None:
    """Add what a worker answered to what is known."""
    if set(answer) & {"absent", "failed"}:
        outcome.absent[rival] = answer.get("absent") or f"failed: {answer['failed']}"
        return
    for case, measured in answer["marks"].items():
        for measure, mark in measured.items():
            marks.setdefault((case, measure, rival), []).append(mark)


def record(
    case: str, measure: str, rival: str, marks: Iterable[dict[str, Any]]
) -> Record:
    """The least of all rounds and its way, with the cold run and check of the first."""
    first, *rest = marks
    best = min([first, *rest], key=lambda mark: mark["best"])
    found = best["best"], first["cold"], first["check"], best["way"]
    return Record(case, measure, rival, *found)
