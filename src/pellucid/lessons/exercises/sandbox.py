"""A person's code runs in a process of its own, with limits of time, memory, output."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import pickle
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from pellucid.lessons.exercises.child import FILE, READY, Job
from pellucid.lessons.exercises.values import decoded

LINE = re.compile(rf'File "{re.escape(FILE)}", line (\d+)')
START = 60.0  # seconds that a process may take to load NumPy, on a busy machine
GRACE = 1.0  # seconds that it has beyond its own limit, to say where it is
MOST = 32_000_000  # bytes that are read from a process
TICK = 0.02  # seconds between two looks at it
ROOM = Path(__file__).parents[3]  # where the package lies


@dataclass(frozen=True)
class Failure:
    """Why a run ended: the kind of error, its words, the line of the person's code.

    An error of Python has the name of its class; the others are "time", "memory",
    "output", "missing" (no such function) and "died".
    """

    kind: str
    message: str = ""
    line: int = 0


@dataclass(frozen=True)
class Case:
    """What the function gave for one input, or why it gave nothing."""

    value: Any = None
    changed: tuple[int, ...] = ()  # the arguments that it wrote into
    failure: Failure | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of running a person's code."""

    failure: Failure | None = None
    cases: list[Case] = field(default_factory=list)
    again: Case | None = None  # the first case once more, after all others
    walks: list[list[tuple[int, str, Any]]] = field(default_factory=list)
    printed: str = ""
    others: list[Outcome] = field(default_factory=list)


class Sandbox:
    """A place where code is run; the next process is started while one waits."""

    def __init__(self) -> None:
        self._spare: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def run(self, job: Job) -> Outcome:
        """Run a job in a fresh process; whatever it does, an outcome comes."""
        job = replace(job, mark=secrets.token_hex(8))
        process = self._taken()
        try:
            out, said, ending = watched(process, job)
        finally:
            end(process)
        self.warm()
        return read(out.rpartition(job.mark.encode())[2], said, ending)

    def warm(self) -> None:
        """Have a process ready, with NumPy loaded."""
        with self._lock:
            if self._spare and self._spare.poll() is not None:
                end(self._spare)
                self._spare = None
            self._spare = self._spare or started()

    def close(self) -> None:
        """End the process that waits."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare:
            end(spare)

    def _taken(self) -> subprocess.Popen[bytes]:
        """Take the process that waits, or a new one."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare and spare.poll() is not None:
            end(spare)
            spare = None
        return spare or started()


def started() -> subprocess.Popen[bytes]:
    """Start a process that waits for a job."""
    paths = [str(ROOM), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-m", "pellucid.lessons.exercises.child"],
        stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True,
        env={**os.environ, **own, **threads},
    )  # fmt: skip


def killed(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with contextlib.suppress(OSError, AttributeError):  # Windows knows no groups
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and what connects it with this one."""
    killed(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if pipe:
                pipe.close()


def watched(process: subprocess.Popen[bytes], job: Job) -> tuple[bytes, str, str]:
    """Hand over a job and watch it: what was answered, said, and how it ended."""
    out, said = Ear(process.stdout), Ear(process.stderr)
    with contextlib.suppress(OSError):
        if process.stdin:
            process.stdin.write(pickle.dumps(job))
            process.stdin.close()
    latest, begun, ending = time.monotonic() + START, False, ""
    while out.thread.is_alive():
        out.thread.join(TICK)
        if not begun and READY in out.heard:
            begun, latest = True, time.monotonic() + job.seconds + GRACE
        ending = stopped(process, job, latest, max(out.size, said.size))
        if ending:
            break
    killed(process)
    return out.closed(), said.closed().decode("utf-8", "replace"), ending or "died"


def stopped(
    process: subprocess.Popen[bytes], job: Job, latest: float, size: int
) -> str:
    """Say why a process is to be stopped now; nothing when it may go on."""
    if time.monotonic() > latest:
        return "time"
    if size > MOST:
        return "output"
    if resident(process.pid) > 2 * job.megabytes * 2**20:
        return "memory"
    return ""


def resident(pid: int) -> int:
    """Count the bytes that a process holds: not every system limits them itself."""
    try:
        import psutil  # type: ignore[import-untyped]

        return int(psutil.Process(pid).memory_info().rss)
    except Exception:  # it has just ended, or there is no psutil
        return 0


class Ear:
    """Listens to a pipe in a thread of its own, as far as it goes and no further."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self.heard = b""
        self.size = 0
        self._pieces: list[bytes] = []
        self._pipe = pipe
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        """Take what comes until it ends or is too much."""
        with contextlib.suppress(OSError, ValueError):
            while self._pipe and self.size <= MOST:
                piece = os.read(self._pipe.fileno(), 2**16)
                if not piece:
                    break
                self._pieces.append(piece)
                self.size += len(piece)
                self.heard = self.heard or piece

    def closed(self) -> bytes:
        """What was heard, after the process has ended."""
        self.thread.join(1.0)
        return b"".join(self._pieces)


def read(out: bytes, said: str, ending: str) -> Outcome:
    """Read what a process told, or what its end tells."""
    try:
        told = json.loads(out)
    except ValueError:
        line = LINE.search(said)
        kind = "time" if "Timeout (" in said else ending
        kind = "memory" if "Memory allocation" in said else kind
        return Outcome(Failure(kind, said[-500:], int(line[1]) if line else 0))
    return outcome(told)


def outcome(told: dict[str, Any]) -> Outcome:
    """Read what the process of a person's code told."""
    return Outcome(
        failed(told),
        [called(case) for case in told.get("cases", [])],
        called(told["again"]) if "again" in told else None,
        [[(line, name, decoded(value)) for line, name, value in walk]
         for walk in told.get("walks", [])],
        told.get("printed", ""),
        [outcome(other) for other in told.get("others", [])],
    )  # fmt: skip


def called(told: dict[str, Any]) -> Case:
    """Read what came of one call."""
    changed = tuple(told.get("changed", ()))
    return Case(decoded(told.get("value")), changed, failed(told))


def failed(told: dict[str, Any]) -> Failure | None:
    """Read an error."""
    error = told.get("error")
    return Failure(error["type"], error["message"], error["line"]) if error else None


SANDBOX = Sandbox()
