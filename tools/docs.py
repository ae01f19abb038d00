"""Write the pages of docs/ that are generated from tables: `python tools/docs.py`.

`python tools/docs.py --check` writes nothing and fails where a page is out of date.
"""

import sys
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

import identity_page

from pellucid.graphs.operations import coverage as table

DOCS = Path(__file__).parents[1] / "docs"


def coverage() -> str:
    """What of NumPy and SciPy is recorded, differentiated or refused, and why."""
    numpys = table.ufuncs() + table.array_functions()
    recorded = [entry for entry in numpys if entry.reason is None]
    parts = [
        "# What is recorded",
        "This page is written by `tools/docs.py`, from the tables that say how each "
        "function is recorded.",
        f"Of the {len(numpys)} functions that NumPy lets other packages override, "
        f"**{len(recorded)} are recorded** and {len(numpys) - len(recorded)} are "
        "refused with a reason. Of constants, what is refused works inside a traced "
        "function as anywhere. *Differentiable* functions have derivatives of any "
        "order; those without a slope give integers, booleans or steps, whose "
        "derivative is 0.",
        section("Ufuncs", table.ufuncs()),
        section("Array functions", table.array_functions()),
        section("numpy.fft", table.fourier()),
        section("scipy.special", table.scipys()),
    ]
    return "\n\n".join(parts) + "\n"


def section(title: str, entries: list[table.Entry]) -> str:
    """One family: what is recorded, by derivative, and what is refused, by reason."""
    recorded = [entry for entry in entries if entry.reason is None]
    lines = [f"## {title}", f"{len(recorded)} of {len(entries)} are recorded."]
    for slope in ("differentiable", "no slope", "not differentiated"):
        names = [entry.name for entry in recorded if entry.slope == slope]
        if names:
            lines.append(f"**{SLOPES[slope]}** ({len(names)}): {listed(names)}.")
    refused = sorted((e.reason, e.name) for e in entries if e.reason is not None)
    for reason, group in groupby(refused, key=lambda pair: pair[0]):
        names = [name for _, name in group]
        lines.append(f"*Refused, because {reason}* ({len(names)}): {listed(names)}.")
    return "\n\n".join(lines)


SLOPES = {
    "differentiable": "Differentiable",
    "no slope": "Without a slope",
    "not differentiated": "Recorded, but no formula for the derivative is known",
}


def listed(names: Iterable[str]) -> str:
    """Names as code, one after the other; one of two functions is named once."""
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


PAGES: dict[str, Callable[[], str]] = {
    "coverage.md": coverage,
    "identities.md": identity_page.page,
}


def outdated() -> list[str]:
    """The pages that are not what the tables say."""
    return [
        name
        for name, page in PAGES.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text("utf-8") != page()
    ]


def main() -> None:
    """Write every page, or check them."""
    if "--check" in sys.argv:
        if outdated():
            sys.exit(f"out of date: {', '.join(outdated())}; run python tools/docs.py")
        return
    DOCS.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
