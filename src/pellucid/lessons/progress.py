"""What a person has done in the lessons, kept in a file of theirs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from pellucid.files import write_whole


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


def kept() -> dict[str, Any]:
    """Everything that is kept; a file that cannot be read counts as empty."""
    try:
        found = json.loads(place().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def done(exercise: str) -> Done:
    """How far the person is with an exercise."""
    found = kept().get("exercises", {}).get(exercise, {})
    known = {name: found[name] for name in asdict(Done()) if name in found}
    return Done(**known)


def note(exercise: str, **changes: Any) -> Done:
    """Keep what changed in an exercise, and give how far the person is now."""
    now = replace(done(exercise), **changes)
    everything = kept()
    everything.setdefault("exercises", {})[exercise] = asdict(now)
    write_whole(place(), json.dumps(everything, indent=1))
    return now


def note_lesson(name: str) -> None:
    """Keep which lesson was opened last."""
    write_whole(place(), json.dumps(kept() | {"last": name}, indent=1))


def reset() -> None:
    """Forget everything."""
    place().unlink(missing_ok=True)
