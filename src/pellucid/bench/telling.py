"""Results told to a person: in a terminal, or as Markdown for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pellucid.bench.contest import Outcome, contest
from pellucid.bench.ratios import Sheet, tables
from pellucid.bench.results import Results

if TYPE_CHECKING:
    from rich.console import Console

RULES = (
    "Each rival runs in a process of its own, in rounds that are interleaved; the "
    "fastest warm run counts. theirs / ours: above 1 we are faster, or smaller."
)
ROOMY = 200  # columns, where nobody's terminal limits them


def where(results: Results) -> str:
    """The machine and the command, in a sentence.

    >>> where(Results("pellucid bench", {"date": "2026-11-22", "cores": "2"}, []))
    'Date 2026-11-22, cores 2; `pellucid bench`.'
    """
    told = ", ".join(f"{name} {value}" for name, value in results.machine.items())
    return f"{told[:1].upper()}{told[1:]}; `{results.command}`."


def left_out(outcome: Outcome) -> list[str]:
    """A sentence about the rivals that did not run, if any.

    >>> left_out(Outcome("first", absent={"JAX": "jax is not installed"}))
    ['Left out: JAX (jax is not installed).']
    """
    absent = ", ".join(f"{name} ({why})" for name, why in outcome.absent.items())
    return [f"Left out: {absent}."] if absent else []


def markdown(results: Results) -> str:
    """Write everything for a page."""
    sections = (section(outcome) for outcome in results.outcomes)
    return "\n\n".join([where(results), RULES, *sections])


def section(outcome: Outcome, measure: str = "") -> str:
    """Write a benchmark for a page, or the table of one of its measures."""
    wanted = [t for t in tables(outcome) if f": {measure}" in t.title or not measure]
    note = [] if measure else [contest(outcome.name).note]
    written = (table.markdown() for table in wanted)
    return "\n\n".join([*note, *left_out(outcome), *written])


def show(results: Results, console: Console | None = None) -> None:
    """Print everything, in colours where the terminal has them."""
    console = console or _console()
    console.print(where(results), RULES, sep="\n\n")
    for outcome in results.outcomes:
        event = contest(outcome.name)
        console.print(f"\n[bold]{event.title}[/]. {event.note}")
        for line in left_out(outcome):
            console.print(line)
        for table in tables(outcome):
            console.print(_laid_out(table))


def _console() -> Console:
    """A console as wide as its terminal; wide enough for any table in a file."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=ROOMY)


def _laid_out(table: Sheet) -> object:
    from rich import box
    from rich.table import Table

    laid = Table(title=table.title, box=box.SIMPLE, title_justify="left")
    for i, head in enumerate(table.heads):
        laid.add_column(head, justify="right" if i > 1 else "left")
    for row in table.rows:
        laid.add_row(*map(_coloured, row))
    return laid


def _coloured(cell: str) -> str:
    """A goal that is met is green, one that is not is red."""
    if " met)" not in cell:
        return cell
    return f"[{'red' if ' not met)' in cell else 'green'}]{cell}[/]"
