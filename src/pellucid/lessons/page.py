"""What the cells of a lesson are made of: texts, exercises, predictions, pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

import marimo as mo

from pellucid.lessons import progress
from pellucid.lessons.exercises.checking import Verdict, check
from pellucid.lessons.exercises.exercise import Exercise, found
from pellucid.lessons.exercises.sandbox import SANDBOX
from pellucid.show.inline import inline_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Wish = Literal["nothing", "check", "hint", "solution"]
_names = (f"drawing-{number}" for number in count(1))


@dataclass(frozen=True)
class Asked:
    """What a person asked of an exercise: a check, a hint, the solution."""

    path: str
    wish: Wish = "nothing"
    code: str = ""


def text(markdown: str) -> mo.Html:
    """Write a piece of text, with formulas between dollars."""
    return mo.md(markdown)


def exercise(path: str, question: str) -> tuple[mo.Html, Callable[[], Asked]]:
    """Show an exercise: the question, an editor, and Check, Hint, Solution.

    Give the view, and what the person asks; another cell answers it with `answer`.
    """
    task, so_far = found(path), progress.done(path)
    SANDBOX.warm()
    asked, ask = mo.state(Asked(path))
    editor = mo.ui.code_editor(
        so_far.code or task.starter, label=f"Your code for {task.name}"
    )

    def button(label: str, wish: Wish, kind: str = "neutral") -> mo.ui.button:
        def pressed(presses: int) -> int:
            ask(Asked(path, wish, editor.value))
            return presses + 1

        return mo.ui.button(value=0, on_click=pressed, label=label, kind=kind)

    buttons = [button("Check", "check", "success"), button("Hint", "hint"),
               button("Solution", "solution")]  # fmt: skip
    parts = [mo.md(question), editor, mo.hstack(buttons, justify="start", wrap=True)]
    view = mo.Html(f'<section aria-label="Exercise {escape(task.name)}">'
                   f"{mo.vstack(parts).text}</section>")  # fmt: skip
    view.kept = parts, buttons  # type: ignore[attr-defined]  # else they are forgotten
    return view, asked


def answer(asked: Callable[[], Asked]) -> mo.Html | None:
    """Answer what a person asked of an exercise."""
    now = asked()
    task = found(now.path)
    match now.wish:
        case "check":
            with mo.status.spinner("Checking"):
                verdict = check(task, now.code)
            return told(now, verdict)
        case "hint":
            return hinted(now, task)
        case "solution":
            return solved(now, task)
    return None


def told(asked: Asked, verdict: Verdict) -> mo.Html:
    """Tell a verdict, and keep it."""
    so_far = progress.done(asked.path)
    right = verdict.state == "right"
    tried = verdict.state != "not tried yet"
    progress.note(
        asked.path, code=asked.code, tries=so_far.tries + tried,
        right=so_far.right or right,
    )  # fmt: skip
    kind = {"right": "success", "wrong": "warn"}.get(verdict.state, "neutral")
    printed = f"\n\nIt printed:\n```text\n{verdict.printed}\n```" * bool(
        verdict.printed
    )
    return mo.callout(mo.md(verdict.sentence + printed), kind=kind)


def hinted(asked: Asked, task: Exercise) -> mo.Html:
    """Give the next hint, with those before it."""
    so_far = progress.done(asked.path)
    given = min(so_far.hints + 1, len(task.hints))
    progress.note(asked.path, hints=given, code=asked.code)
    return mo.callout(mo.md("\n\n".join(task.hints[:given])), kind="info")


def solved(asked: Asked, task: Exercise) -> mo.Html:
    """Show the solution, after a try."""
    so_far = progress.done(asked.path)
    if not so_far.tries:
        return mo.callout(mo.md("Try first: the solution comes after a check."))
    progress.note(asked.path, seen=True)
    return mo.md(f"```python\n{task.solution}```")


def predict(question: str, options: Sequence[str]) -> tuple[mo.ui.radio, mo.ui.radio]:
    """Ask what a person expects before a picture shows it."""
    return mo.ui.radio(options, label=question)


def revealed(guess: mo.ui.radio, right: str, why: str, shown: Any) -> mo.Html:
    """Show a picture once the person has said what they expect."""
    if guess.value is None:
        return mo.callout(mo.md("Say what you expect first; the picture follows."))
    verdict = "Yes." if guess.value == right else f"It is another one: {right}."
    return mo.vstack([mo.md(f"**{verdict}** {why}"), shown])


def picture(figure: Figure | str, label: str) -> mo.Html:
    """Show a figure or an SVG, with what a screen reader says of it."""
    from pellucid.show.canvas import svg

    drawn, width = inline_svg(
        figure if isinstance(figure, str) else svg(figure), next(_names), label
    )
    return mo.Html(
        f'<div class="drawing" style="overflow-x:auto;max-width:{width:.0f}px">{drawn}</div>'
    )
