"""What runs in the process of a person's code: `python -m` this, jobs on stdin.

The parent sends one pickled job and reads one line of JSON; the process then ends. It
is ended earlier by its own limits, which the parent sets and watches too.
"""

from __future__ import annotations

import copy
import ctypes  # noqa: F401  # NumPy and SciPy ask for it, and later it is refused
import faulthandler
import io
import json
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pellucid.lessons.exercises import fence
from pellucid.lessons.exercises.values import encoded
from pellucid.lessons.exercises.walking import walked

FILE = "<your code>"
READY = b"ready\n"
WALKS = 3  # tries that are walked line by line


@dataclass(frozen=True)
class Job:
    """What a process is asked to run, and how much it may take."""

    code: str
    name: str
    cases: list[tuple[Any, ...]]
    lines: tuple[str, ...] = ()
    seconds: float = 3.0
    megabytes: int = 1000
    letters: int = 20_000
    others: tuple[str, ...] = ()  # programs that are run instead of `code`, if any
    mark: str = ""  # stands before the answer: what else is written is not one


class TooMuchOutput(BaseException):
    """More was printed than anybody reads."""


@dataclass
class Paper(io.TextIOBase):
    """What a person's code prints on; it ends."""

    most: int
    text: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, text: str) -> int:
        """Take a piece of text, while there is room."""
        self.length += len(text)
        if self.length > self.most:
            raise TooMuchOutput
        self.text.append(text)
        return len(text)


def main() -> None:
    """Wait for a job, run it, tell what came."""
    answer, said = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(2), "w")
    end = os._exit
    try:
        job: Job = pickle.load(sys.stdin.buffer)
    except EOFError:  # the parent has ended, and needs nothing
        end(0)
    silence()
    answer.write(READY)
    answer.flush()
    faulthandler.enable(said)
    faulthandler.dump_traceback_later(job.seconds, exit=True, file=said)
    paper = sys.stdout = sys.stderr = Paper(job.letters)
    fence.shut(job.megabytes)
    outcome = run(job, fence.restore)
    text = "".join(paper.text).encode("utf-8", "replace").decode()
    told = job.mark + json.dumps(outcome | {"printed": text})
    faulthandler.cancel_dump_traceback_later()
    answer.write(told.encode())
    answer.close()
    end(0)


def silence() -> None:
    """Keep what is written past `print` from the answer, and ask nobody anything."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.stdin = io.StringIO()


def nothing() -> None:
    """Do nothing: there is no fence around code that is our own."""


def run(job: Job, after: Callable[[], None] = nothing) -> dict[str, Any]:
    """Run the code, then its function on every case, and on the first one again.

    `after` is called after each step of the person's code, before anything else.
    """
    if job.others:
        jobs = [replace(job, code=code, others=()) for code in job.others]
        return {"others": [run(each, after) for each in jobs]}
    space: dict[str, Any] = {"__name__": "your_code"}

    failure = ended(lambda: exec(compile(job.code, FILE, "exec"), space), after)
    if failure:
        return {"error": failure}
    function = space.get(job.name)
    if not callable(function):
        names = [
            name
            for name, value in space.items()
            if callable(value) and getattr(value, "__module__", "") == "your_code"
        ]
        return {"error": {"type": "missing", "message": ", ".join(names), "line": 0}}
    cases = [called(function, args, after) for args in job.cases]
    again = called(function, job.cases[0], after)
    walks = [walked(function, args, job.lines) for args in job.cases[:WALKS]]
    return {"cases": cases, "again": again, "walks": walks}


def ended(step: Callable[[], object], after: Callable[[], None]) -> Any:
    """Take a step of a person's code; tell the error that it ends with, if it does."""
    try:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what comes of it is told instead
                step()
        finally:
            after()
    except BaseException as error:
        return told(error)
    return None


def called(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    after: Callable[[], None] = nothing,
) -> dict[str, Any]:
    """Call the function on a copy of the arguments, and look at these afterwards."""
    own = copy.deepcopy(args)
    given: list[Any] = []
    failure = ended(lambda: given.append(function(*own)), after)
    if failure:
        return {"error": failure}
    changed = [i for i, (now, was) in enumerate(zip(own, args, strict=True))
               if not unchanged(now, was)]  # fmt: skip
    return {"value": encoded(given[0]), "changed": changed}


def unchanged(now: Any, was: Any) -> bool:
    """Tell whether an argument is after the call what it was before."""
    if isinstance(was, tuple | list):
        return len(now) == len(was) and all(map(unchanged, now, was))
    if isinstance(was, dict):
        return list(now) == list(was) and all(
            unchanged(now[name], was[name]) for name in was
        )
    if isinstance(was, np.ndarray):
        alike = now.shape == was.shape and now.dtype == was.dtype
        return bool(alike and now.tobytes() == was.tobytes())
    return True


def told(error: BaseException) -> dict[str, Any]:
    """Tell an error: its kind, its words, the last line of the person's code."""
    if isinstance(error, SyntaxError):
        kind = type(error).__name__
        return {"type": kind, "message": error.msg, "line": error.lineno or 0}
    line, step = 0, error.__traceback__
    while step:
        if step.tb_frame.f_code.co_filename == FILE:
            line = step.tb_lineno
        step = step.tb_next
    try:
        message = str(error)[:500]
    except BaseException:  # a person's own error may do anything
        message = ""
    kind = "output" if isinstance(error, TooMuchOutput) else type(error).__name__
    return {"type": kind, "message": message, "line": line}


if __name__ == "__main__":
    main()
