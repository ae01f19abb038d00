"""What runs in the process of a person's code: `python -m` this, jobs on stdin.

The parent sends one pickled job and reads one line of JSON; the process then ends. It
is ended earlier by its own limits, which the parent sets and watches too.
"""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import io
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.lessons.exercises.values import encoded

FILE = "<your code>"
FORBIDDEN = (
    "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system", "os.kill",
    "subprocess.Popen", "socket.", "os.remove", "os.rename", "os.rmdir", "os.mkdir",
    "shutil.", "ctypes.", "os.truncate", "os.chmod", "os.link", "os.symlink",
    "_thread.start_new_thread",
)  # fmt: skip


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
    """Read a job, run it, tell what came."""
    answer = os.fdopen(os.dup(1), "w")
    job: Job = pickle.load(sys.stdin.buffer)
    paper = Paper(job.letters)
    fence(job.megabytes)
    faulthandler.dump_traceback_later(job.seconds, exit=True, file=sys.__stderr__)
    with contextlib.redirect_stdout(paper), contextlib.redirect_stderr(paper):
        outcome = run(job)
    faulthandler.cancel_dump_traceback_later()
    json.dump(outcome | {"printed": "".join(paper.text)}, answer)
    answer.close()
    os._exit(0)


def fence(megabytes: int) -> None:
    """Limit the memory, and refuse other processes, files and the network."""
    try:
        import resource

        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        most = taken + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass  # the parent watches the memory as well
    sys.addaudithook(refuse)


def refuse(event: str, args: tuple[Any, ...]) -> None:
    """Stop what an exercise never needs."""
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or event.startswith(FORBIDDEN):
        raise PermissionError(f"an exercise cannot use {event}")


def run(job: Job) -> dict[str, Any]:
    """Run the code, then its function on every case."""
    space: dict[str, Any] = {"__name__": "your_code", "np": np}
    try:
        exec(compile(job.code, FILE, "exec"), space)
    except BaseException as error:
        return {"error": told(error)}
    function = space.get(job.name)
    if not callable(function):
        names = [
            name
            for name, value in space.items()
            if callable(value) and getattr(value, "__module__", "") == "your_code"
        ]
        return {"error": {"type": "Missing", "message": ", ".join(names), "line": 0}}
    return {"cases": [called(function, args) for args in job.cases],
            "lines": walked(function, job.cases[0], job.lines) if job.lines else []}  # fmt: skip


def called(function: Callable[..., Any], args: tuple[Any, ...]) -> dict[str, Any]:
    """Call the function on a copy of the arguments, and look at these afterwards."""
    own = copy.deepcopy(args)
    try:
        value = function(*own)
    except BaseException as error:
        return {"error": told(error)}
    return {"value": encoded(value), "after": encoded(own)}


def told(error: BaseException) -> dict[str, Any]:
    """Tell an error: its kind, its words, the last line of the person's code."""
    if isinstance(error, SyntaxError):
        return {
            "type": type(error).__name__,
            "message": error.msg,
            "line": error.lineno,
        }
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == FILE]
    return {"type": type(error).__name__, "message": str(error)[:500],
            "line": lines[-1] if lines else 0}  # fmt: skip


def walked(
    function: Callable[..., Any], args: tuple[Any, ...], names: tuple[str, ...]
) -> list[Any]:
    """Note, line after line, which of the named variables got which value."""
    seen: list[Any] = []
    code = function.__code__
    state: dict[str, Any] = {"line": code.co_firstlineno, "ids": {}}

    def look(frame: Any, event: str, value: Any) -> Any:
        if frame.f_code is not code:
            return None
        for name in names:
            if name in frame.f_locals:
                now = frame.f_locals[name]
                if state["ids"].get(name) is not now:
                    state["ids"][name] = now
                    seen.append([state["line"], name, encoded(now)])
        state["line"] = frame.f_lineno
        return look

    sys.settrace(look)
    try:
        function(*copy.deepcopy(args))
    except BaseException:
        return seen
    finally:
        sys.settrace(None)
    return seen


if __name__ == "__main__":
    main()
