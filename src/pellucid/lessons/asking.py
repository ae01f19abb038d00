"""An exercise on a page: the question, an editor, three buttons, and what is answered.

A check runs beside the page, in a thread: whoever waits for it goes on reading, and
moves sliders, meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

import marimo as mo

from pellucid.errors import PellucidError
from pellucid.lessons import progress
from pellucid.lessons.exercises.checking import Verdict, check
from pellucid.lessons.exercises.exercise import Exercise, found
from pellucid.lessons.exercises.sandbox import SANDBOX
from pellucid.lessons.prose import prose
from pellucid.lessons.road import exercises

Wish = Literal["nothing", "check", "hint", "solution"]
Kind = Literal["neutral", "success"]
KEYS = "Ctrl-Enter checks your code. Esc, then Tab, leaves the editor."
PRINTED = 40  # lines of what a person's code printed that are shown
WIDEST = 300  # letters of such a line
STATES = {"right": "Right", "tried": "Not right yet", "not tried yet": "Not tried yet"}


@dataclass(frozen=True)
class Asked:
    """What a person asked of an exercise, and the verdict once there is one."""

    path: str
    wish: Wish = "nothing"
    code: str = ""
    number: int = 0
    verdict: Verdict | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Told:
    """What stands below an exercise: a kind, a headline, and more."""

    kind: str
    state: str
    more: str = ""


def exercise(path: str, question: str) -> tuple[mo.Html, Callable[[], Asked]]:
    """Show an exercise: the question, an editor, and Check, Hint, Solution.

    Give the view, and what the person asks; another cell answers it with `answer`.
    """
    task, so_far = found(path), progress.done(path)
    SANDBOX.warm()
    asked, ask = mo.state(Asked(path))
    place = exercises(path.partition("/")[0]).index(path) + 1

    def typed(code: str) -> None:
        kept(path, code=code)

    editor = mo.ui.code_editor(
        so_far.code or task.starter,
        label=KEYS if place == 1 else "",
        on_change=typed,
        show_copy_button=False,
    )

    def button(label: str, wish: Wish, kind: Kind = "neutral") -> mo.ui.button:
        def pressed(presses: int) -> int:
            now = Asked(path, wish, editor.value, asked().number + 1)
            ask(now if wish == "check" else noted(now, task))
            if wish == "check":
                mo.Thread(target=judge, args=(now, task, asked, ask)).start()
            return presses + 1

        name = f'{label}<span class="sr-only"> {task.name}</span>'
        return mo.ui.button(value=0, on_click=pressed, label=name, kind=kind)

    buttons = [button("Check", "check", "success"), button("Hint", "hint"),
               button("Solution", "solution")]  # fmt: skip
    row = mo.hstack(buttons, justify="start", wrap=True)
    view = section(path, place, question, [editor, row])
    view.kept = editor, buttons  # type: ignore[attr-defined]  # else they are forgotten
    return view, asked


def section(path: str, place: int, question: str, parts: list[Any]) -> mo.Html:
    """Frame an exercise: its place on the page, its title, the question, the rest."""
    name = path.partition("/")[2]
    title, question = titled(question, f"`{name}`")
    return mo.Html(
        f'<section class="exercise" data-exercise="{path}" data-name="{name}" '
        f'aria-label="Exercise {place}, {name}"><h3>Exercise {place}: '
        f"{plain(title)}</h3>{mo.vstack([prose(question), *parts]).text}</section>"
    )


def titled(question: str, name: str) -> tuple[str, str]:
    """Take the title from a question that begins with one in bold.

    Examples
    --------
    >>> titled("**2. The cost.** Write `cost(x, y)`.", "`cost`")
    ('The cost', 'Write `cost(x, y)`.')
    >>> titled("Write `cost(x, y)`.", "`cost`")
    ('`cost`', 'Write `cost(x, y)`.')
    """
    bold = re.match(r"\s*\*\*(?:\d+\. )?([^*$]+?)\.?\*\*\s+", question)
    return (bold[1], question[bold.end() :]) if bold else (name, question)


def judge(
    now: Asked, task: Exercise, asked: Callable[[], Asked], ask: Callable[[Asked], None]
) -> None:
    """Check a person's code, keep how it went, and tell it unless more was asked."""
    judged = noted(replace(now, verdict=check(task, now.code)), task)
    if asked().number == now.number:
        ask(judged)


def noted(now: Asked, task: Exercise) -> Asked:
    """Keep what was asked and how it went."""
    so_far = progress.done(now.path)
    changes: dict[str, Any] = {"code": now.code}
    if now.verdict:
        changes["tries"] = so_far.tries + (now.verdict.state != "not tried yet")
        changes["right"] = so_far.right or now.verdict.state == "right"
    elif now.wish == "hint":
        changes["hints"] = min(so_far.hints + 1, len(task.hints))
    elif so_far.tries and not so_far.right:
        changes["seen"] = True
    return replace(now, trouble=kept(now.path, **changes))


def kept(path: str, **changes: Any) -> str:
    """Keep what changed; where that cannot be, a sentence says so."""
    try:
        progress.note(path, **changes)
    except PellucidError as error:
        return f"Your progress is not kept. {error}"
    return ""


def answer(asked: Callable[[], Asked]) -> mo.Html:
    """Answer what a person asked of an exercise; at first, how far they are with it."""
    now = asked()
    task, so_far = found(now.path), progress.done(now.path)
    match now.wish:
        case "check" if now.verdict is None:
            told = Told("checking", "Checking …")
        case "check":
            told = judged(now.verdict)  # type: ignore[arg-type]
        case "hint":
            told = hinted(task, so_far)
        case "solution":
            told = solved(task, so_far)
        case _:
            told = Told(so_far.state.replace(" ", "-"), STATES[so_far.state])
    return region(now, told)


def region(now: Asked, told: Told) -> mo.Html:
    """What stands below an exercise, which a screen reader reads when it changes."""
    far = progress.how_far(now.path.partition("/")[0])
    trouble = f"<p>{plain(now.trouble)}</p>" if now.trouble else ""
    return mo.Html(
        f'<div class="answer {told.kind}" role="status" aria-live="polite" '
        f'data-exercise="{now.path}" data-number="{now.number}" '
        f'data-state="{told.kind}" data-how-far="{far}">'
        f'<p class="state">{told.state}</p>{told.more}{trouble}</div>'
    )


def judged(verdict: Verdict) -> Told:
    """Tell a verdict, and what the code printed."""
    states = {"right": "Right", "wrong": "Not right yet"}
    more = "" if verdict.sentence == "Right." else f"<p>{plain(verdict.sentence)}</p>"
    if verdict.printed.strip():
        text = escape(cut(verdict.printed))
        more += f'<p>It printed:</p><pre tabindex="0">{text}</pre>'
    state = states.get(verdict.state, "Not tried yet")
    return Told(verdict.state.replace(" ", "-"), state, more)


def plain(sentence: str) -> str:
    """A sentence as HTML: all of it is text, and code between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence, quote=False))


def cut(printed: str) -> str:
    """What a person's code printed, as far as anybody reads it."""
    lines = printed.rstrip().splitlines()
    shown = [line if len(line) <= WIDEST else f"{line[:WIDEST]} …"
             for line in lines[:PRINTED]]  # fmt: skip
    more = len(lines) - PRINTED
    return "\n".join(shown + [f"… and {more} more lines"] * (more > 0))


def hinted(task: Exercise, so_far: progress.Done) -> Told:
    """Give the hints so far, the newest last, and say when there are no more."""
    of = f"Hint {so_far.hints} of {len(task.hints)}"
    last = so_far.hints == len(task.hints)
    more = "".join(mo.md(literal(hint)).text for hint in task.hints[: so_far.hints])
    return Told("hint", f"{of}; there are no more" if last else of, more)


def literal(hint: str) -> str:
    r"""Keep stars and underscores of a hint: they are Python, and no emphasis.

    Examples
    --------
    >>> print(literal("Divide by 1 - 0.9**t and `x**t`, of $a_t$."))
    Divide by 1 - 0.9\*\*t and `x**t`, of $a_t$.
    """
    pieces = re.split(r"(`[^`]*`|\$[^$]*\$)", hint)
    pieces[::2] = [re.sub(r"([*_])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def solved(task: Exercise, so_far: progress.Done) -> Told:
    """Show the solution, after a try."""
    if not so_far.tries:
        return Told("wait", "Try first: the solution comes after a check")
    more = mo.md(f"```python\n{task.solution}```").text
    return Told("solution", "One solution", more)
