"""What a person has done in the lessons, kept in a file of theirs.

Many may write at once (two pages, two servers): each takes the lock beside the file,
reads what is there, changes its own part, and writes the file whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from pellucid.errors import PellucidError
from pellucid.files import write_whole
from pellucid.lessons import road

PATIENCE = 5.0  # seconds for which another writer is waited for
_THREADS = threading.Lock()


@dataclass(frozen=True)
class Done:
    """How far a person is with one exercise, and their code."""

    code: str = ""
    tries: int = 0
    hints: int = 0
    right: bool = False
    seen: bool = False  # the solution, before it was right

    @property
    def state(self) -> str:
        """Whether it is right, was tried, or neither."""
        return "right" if self.right else "tried" if self.tries else "not tried yet"


def place() -> Path:
    """Where progress is kept: PELLUCID_PROGRESS, else among the person's settings."""
    chosen = os.environ.get("PELLUCID_PROGRESS")
    return Path(chosen or Path(click.get_app_dir("pellucid")) / "progress.json")


def aside() -> Path:
    """Where a file goes that could not be read, and one that was forgotten."""
    return place().with_suffix(".before.json")


def kept() -> dict[str, Any]:
    """Everything that is kept; a file that cannot be read counts as empty."""
    return _read()[0]


def _read() -> tuple[dict[str, Any], bool]:
    """What is kept, and whether the file that is there can be read."""
    try:
        text = place().read_text("utf-8")
    except FileNotFoundError:
        return {}, True
    except (OSError, ValueError):
        return {}, False
    try:
        found = json.loads(text)
    except ValueError:
        return {}, False
    sound = isinstance(found, dict) and isinstance(found.get("exercises", {}), dict)
    return (found, True) if sound else ({}, False)


def trouble() -> str:
    """Say that the file cannot be read, and where it will be kept."""
    if _read()[1]:
        return ""
    return f"{place()} cannot be read, and will be kept as {aside().name}."


def done(exercise: str) -> Done:
    """How far the person is with an exercise."""
    return _done(kept(), exercise)


def _done(everything: dict[str, Any], exercise: str) -> Done:
    """How far the person is, as far as the file makes sense."""
    found = everything.get("exercises", {}).get(exercise, {})
    found = found if isinstance(found, dict) else {}
    usual = asdict(Done())
    known = {name: found[name] for name in usual
             if isinstance(found.get(name), type(usual[name]))}  # fmt: skip
    return Done(**known)


def note(exercise: str, **changes: Any) -> Done:
    """Keep what changed in an exercise, and give how far the person is now.

    Raises
    ------
    PellucidError
        When the place cannot be written.
    """
    with _changed() as everything:
        now = replace(_done(everything, exercise), **changes)
        everything.setdefault("exercises", {})[exercise] = asdict(now)
    return now


def note_lesson(name: str) -> None:
    """Keep which lesson was opened last."""
    with _changed() as everything:
        everything["last"] = name


def last() -> str:
    """The name of the lesson that was opened last; nothing where none was."""
    name = kept().get("last")
    return name if name in {lesson.name for lesson in road.LESSONS} else ""


def reset() -> Path | None:
    """Forget everything; what there was is kept beside it, and its path given.

    Raises
    ------
    PellucidError
        When the place cannot be written.
    """
    with _locked():
        if not place().exists():
            return None
        _set_aside()
    return aside()


def counted(lesson: str) -> tuple[int, int]:
    """How many exercises of a lesson are right, and how many there are."""
    everything = kept()
    paths = road.exercises(lesson)
    return sum(_done(everything, path).right for path in paths), len(paths)


def how_far(lesson: str) -> str:
    """How far a person is with a lesson, in words."""
    right, of = counted(lesson)
    return f"{right} of {of} exercises done"


@contextlib.contextmanager
def _changed() -> Iterator[dict[str, Any]]:
    """Lend what is kept, and write it when it has been changed."""
    with _locked():
        everything, sound = _read()
        if not sound:
            _set_aside()
        yield everything
        write_whole(place(), json.dumps(everything, indent=1))


def _set_aside() -> None:
    """Move the file to where nobody overwrites it before the next of its kind."""
    with _telling():
        place().replace(aside())


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Hold the lock beside the file: one writer at a time, of all processes."""
    lock = place().with_suffix(".lock")
    with _THREADS:
        with _telling():
            lock.parent.mkdir(parents=True, exist_ok=True)
            _take(lock)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.unlink()


def _take(lock: Path) -> None:
    """Make the file that is the lock, waiting while another process has it.

    One that stands for long was left by a process that died, and is taken.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            time.sleep(0.01)
        else:
            return


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Say in one sentence why the place cannot be written."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"Cannot write {place()} ({reason}): set PELLUCID_PROGRESS to "
        raise PellucidError(f"{message}a file that can be written.") from error
