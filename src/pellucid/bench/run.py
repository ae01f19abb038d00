"""All that `pellucid bench` does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pellucid.bench.benchmarks import BENCHMARKS
from pellucid.bench.contest import Outcome, contest
from pellucid.bench.machine import machine
from pellucid.bench.race import heats, race
from pellucid.bench.results import Results
from pellucid.bench.telling import markdown, show
from pellucid.show.progress import progress


def run(
    name: str | None, *, tiny: bool = False, out: Path | None = None,
    as_markdown: bool = False, tell: Callable[[str], object] = print,
) -> Results:  # fmt: skip
    """Run one benchmark, or all; tell what came of it, and keep it.

    Parameters
    ----------
    name
        One of `BENCHMARKS`, or `None` for all of them.
    tiny
        A few seconds each, to see that it runs; the figures mean nothing.
    out
        The file for the figures, as JSON.
    as_markdown
        Tell it as Markdown.
    tell
        What takes the Markdown.

    Raises
    ------
    PellucidError
        When a rival's process fails, or the file cannot be written.
    """
    names = [name] if name else list(BENCHMARKS)
    words = ["pellucid", "bench", *([name] if name else []), *["--tiny"] * tiny]
    before = machine()  # with the load that others put on it
    outcomes = [raced(each, tiny) for each in names]
    results = Results(" ".join(words), before, outcomes)
    if as_markdown:
        tell(markdown(results))
    else:
        show(results)
    if out is not None:
        results.save(out)
    return results


def raced(name: str, tiny: bool) -> Outcome:
    """Run one benchmark under a bar."""
    total = len(heats(contest(name), tiny))
    with progress(f"bench {name}", total) as bar:
        return race(name, tiny, lambda rival: bar.advance(figure=rival))
