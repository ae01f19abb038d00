"""What `pellucid learn` does: open the lessons, list them, or begin anew."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable

from pellucid.errors import needs
from pellucid.lessons import progress
from pellucid.lessons.road import EXTRA, LESSONS, page
from pellucid.show.plain_text import table

Tell = Callable[[str], object]


def run(asked: str | None, *, port: int | None, browser: bool, tell: Tell) -> None:
    """Serve the lessons until Ctrl-C, and open them, or the one that was asked for.

    Raises
    ------
    PellucidError
        When there is no such lesson, the port is taken, or marimo is missing.
    """
    where = f"{page(asked).name}/" if asked else ""
    needs("marimo", extra="learn")
    from pellucid.lessons.server import serve

    def ready(address: str) -> None:
        tell(f"Pellucid's lessons: {address}{where} (Ctrl-C stops)")
        if browser:
            opens = webbrowser.open
            threading.Thread(target=opens, args=(address + where,), daemon=True).start()

    serve(port, ready)


def listed(tell: Tell) -> None:
    """List the lessons and how far the person is with each."""
    rows = []
    for lesson in LESSONS:
        right, of = progress.counted(lesson.name)
        rows.append((lesson.number, lesson.name, lesson.title, f"{right} of {of}"))
    tell(table(rows, ("", "name", "lesson", "exercises")))
    tell("")
    for extra in EXTRA:
        tell(f"pellucid learn {extra.name:<12}{extra.title}: {extra.question}")
    if progress.last():
        tell(f"\nThe last one that you opened: {progress.last()}.")
    if progress.trouble():
        tell(f"\n{progress.trouble()}")


def forgot(tell: Tell) -> None:
    """Forget the person's progress, and say what became of it."""
    before = progress.reset()
    tell(
        f"Forgotten. Your code up to now is kept in {before}, until the next --reset."
        if before
        else f"There is nothing to forget: {progress.place()} does not exist."
    )
