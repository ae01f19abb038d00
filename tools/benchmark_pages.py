"""Put the tables of a real run into the pages: `python tools/benchmark_pages.py`.

A page says with two comments where a table goes, and which:

    <!-- bench: training, a whole fit -->
    <!-- bench: end -->

The first names a benchmark, and perhaps one of its measures; or `machine`. The figures
are those that `pellucid bench --out benchmarks/results/two-cores.json` left.
A file of one benchmark, run later and named behind the command, takes the place of that
benchmark's figures among them.
"""

import re
import sys
from dataclasses import replace
from pathlib import Path

from pellucid.bench.results import Results
from pellucid.bench.telling import section, where

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "two-cores.json"
PAGES = (ROOT / "README.md", ROOT / "docs" / "benchmarks.md")
PLACE = re.compile(r"(<!-- bench: (.*?) -->\n).*?(<!-- bench: end -->)", re.DOTALL)


def filled(page: str, results: Results) -> str:
    r"""Write a page anew, with the tables that it asks for.

    >>> results = Results("pellucid bench", {"cores": "2"}, [])
    >>> filled("<!-- bench: machine -->\nold\n<!-- bench: end -->", results)
    '<!-- bench: machine -->\n\nCores 2; `pellucid bench`.\n\n<!-- bench: end -->'
    """

    def tables(place: re.Match[str]) -> str:
        begin, asked, end = place.groups()
        return f"{begin}\n{written(asked, results)}\n\n{end}"

    return PLACE.sub(tables, page)


def written(asked: str, results: Results) -> str:
    """Write what one place asks for; nothing where it was not measured."""
    name, _, measure = asked.partition(", ")
    if name == "machine":
        return where(results)
    found = [section(o, measure) for o in results.outcomes if o.name == name]
    return "\n\n".join(found)


def renewed(results: Results, later: Results) -> Results:
    """The results with the outcomes of a later run in the place of theirs.

    >>> from pellucid.bench.contest import Outcome
    >>> old = Results("pellucid bench", {}, [Outcome("first"), Outcome("engine")])
    >>> new = Outcome("first", absent={"JAX": "jax is not installed"})
    >>> renewed(old, Results("pellucid bench first", {}, [new])).outcomes[0] == new
    True
    """
    outcomes = {outcome.name: outcome for outcome in results.outcomes}
    outcomes |= {outcome.name: outcome for outcome in later.outcomes}
    return replace(results, outcomes=list(outcomes.values()))


def main() -> None:
    """Fill every page."""
    results = Results.load(RESULTS)
    for path in sys.argv[1:]:
        results = renewed(results, Results.load(Path(path)))
        results.save(RESULTS)
    for path in PAGES:
        path.write_text(filled(path.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main()
