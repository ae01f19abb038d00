"""A person's code runs in a process of its own, with limits of time, memory, output."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

from pellucid.lessons.exercises.child import FILE, Job
from pellucid.lessons.exercises.values import decoded

LINE = re.compile(rf'File "{re.escape(FILE)}", line (\d+)')
GRACE = 2.0  # seconds that a process has beyond its own limit, to say where it is


@dataclass(frozen=True)
class Failure:
    """Why a run ended: the kind of error, its words, the line of the person's code."""

    kind: str
    message: str = ""
    line: int = 0


@dataclass(frozen=True)
class Case:
    """What the function gave for one input, or why it gave nothing."""

    value: Any = None
    after: Any = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of running a person's code."""

    failure: Failure | None = None
    cases: list[Case] = field(default_factory=list)
    lines: list[tuple[int, str, Any]] = field(default_factory=list)
    printed: str = ""


class Sandbox:
    """A place where code is run; the next process is started while one waits."""

    def __init__(self) -> None:
        self._spare: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, job: Job) -> Outcome:
        """Run a job in a fresh process; whatever it does, an outcome comes."""
        process = self._taken()
        deadline = job.seconds + GRACE
        try:
            out, said = process.communicate(pickle.dumps(job), timeout=deadline)
        except subprocess.TimeoutExpired:
            process.kill()
            out, said = process.communicate()
        self.warm()
        return read(out, said.decode("utf-8", "replace"), process.returncode)

    def warm(self) -> None:
        """Have a process ready, with NumPy loaded."""
        with self._lock:
            if self._spare is None or self._spare.poll() is not None:
                self._spare = started()

    def _taken(self) -> subprocess.Popen[bytes]:
        """Take the process that waits, or a new one."""
        with self._lock:
            spare, self._spare = self._spare, None
        return spare if spare and spare.poll() is None else started()

    def close(self) -> None:
        """End the process that waits."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare:
            spare.kill()
            spare.communicate()


def started() -> subprocess.Popen[bytes]:
    """Start a process that waits for a job."""
    command = [sys.executable, "-m", "pellucid.lessons.exercises.child"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )


def read(out: bytes, said: str, status: int) -> Outcome:
    """Read what a process told, or what its end tells."""
    try:
        told = json.loads(out)
    except ValueError:
        line = LINE.search(said)
        timed = "Timeout" in said
        kind = "Timeout" if timed or status == -9 else "Died"
        return Outcome(Failure(kind, said[-500:], int(line[1]) if line else 0))
    return Outcome(
        _failure(told),
        [Case(decoded(c.get("value")), decoded(c.get("after")), _failure(c))
         for c in told.get("cases", [])],
        [(line, name, decoded(value)) for line, name, value in told.get("lines", [])],
        told["printed"],
    )  # fmt: skip


def _failure(told: dict[str, Any]) -> Failure | None:
    """Read an error."""
    error = told.get("error")
    return error and Failure(error["type"], error["message"], error["line"] or 0)


SANDBOX = Sandbox()
