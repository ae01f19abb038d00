"""Bars for work that takes a while, told to a person and to nobody else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Item = TypeVar("Item")


def _unseen(done: int, figure: str) -> None:
    """Show a bar to nobody."""


class Bar:
    """Counts the steps of some work, and shows each count.

    Parameters
    ----------
    show
        Called with the steps done so far and the figure to put beside the bar.

    Examples
    --------
    >>> bar = Bar(lambda done, figure: print(done, figure))
    >>> bar.advance(10, figure="cost 0.221")
    10 cost 0.221
    """

    def __init__(self, show: Callable[[int, str], None] = _unseen) -> None:
        self.done = 0
        self._show = show

    def advance(self, steps: int = 1, figure: str = "") -> None:
        """Tell that so many more steps are done, and a figure to show beside the bar.

        Examples
        --------
        >>> bar = Bar()
        >>> bar.advance(10, figure="cost 0.221")
        >>> bar.done
        10
        """
        self.done += steps
        self._show(self.done, figure)


@contextmanager
def progress(
    description: str, total: int | None = None, patience: float = 0.0
) -> Iterator[Bar]:
    """Show a bar while the block runs; it goes away when the block ends.

    Nothing is written, and rich is not even loaded, when standard error is not a
    terminal.

    Parameters
    ----------
    description
        What is being done, such as ``"gradient descent"``.
    total
        How many steps there are; ``None`` when nobody knows.
    patience
        For how many seconds nothing is shown, since the work may be done by then.

    Yields
    ------
    A `Bar`: call its `advance` after each step.

    Examples
    --------
    >>> with progress("gradient descent", total=200) as bar:
    ...     for iteration in range(200):
    ...         bar.advance(figure=f"cost {1 / (1 + iteration):.3f}")
    >>> bar.done
    200
    """
    if not is_watched():
        yield Bar()
        return
    begin = time.monotonic()
    with ExitStack() as shown:
        bars = _bars()
        task = bars.add_task(description, total=total, figure="")

        def show(done: int, figure: str) -> None:
            if not bars.live.is_started and time.monotonic() - begin >= patience:
                shown.enter_context(bars)
            bars.update(task, completed=done, figure=figure)

        if not patience:
            shown.enter_context(bars)
        yield Bar(show)


def each(items: Iterable[Item], description: str) -> Iterator[Item]:
    """Go through items with a bar that counts them.

    Parameters
    ----------
    items
        What to go through; the bar has an end when their number is known.
    description
        What is being done.

    Examples
    --------
    >>> sum(each([1, 2, 3], "adding"))
    6
    """
    total = len(items) if isinstance(items, Sized) else None
    with progress(description, total) as bar:
        for item in items:
            yield item
            bar.advance()


def is_watched() -> bool:
    """Whether a person looks at standard error: a terminal that can redraw a line.

    Examples
    --------
    >>> import io, contextlib
    >>> with contextlib.redirect_stderr(io.StringIO()):
    ...     is_watched()
    False
    """
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    return os.environ.get("TERM", "") not in ("dumb", "unknown")


@cache
def _console() -> Console:
    """Give the one console on standard error, so that bars can stand in bars."""
    from rich.console import Console

    return Console(stderr=True)


def _bars() -> Progress:
    """Lay out a bar: what, how far, how many, how long, and the figure."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        Elapsed(),
        TextColumn("{task.fields[figure]}", markup=False, style="bold"),
        console=_console(),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # else what is printed would go astray
    )
