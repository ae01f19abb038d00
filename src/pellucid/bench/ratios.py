"""What came of the races, as tables of ratios: theirs / ours, higher is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pellucid.bench.contest import DIGITS, Contest, Outcome, Record, contest

SCALES = {
    "s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "B": ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")),
    "lines": ((1, "lines"),),
    "fits": ((1, "fits"),),
    "passes": ((1, "passes"),),
    DIGITS: ((1, DIGITS),),
}
RESOLVED = 3  # digits; more are noise


@dataclass(frozen=True)
class Sheet:
    """A heading, the heads of the columns, and rows of text."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Write it for a page.

        >>> print(Sheet("Speed", ["", "JAX"], [["a fit", "2.0"]]).markdown())
        **Speed**
        <BLANKLINE>
        |  | JAX |
        | --- | ---: |
        | a fit | 2.0 |
        """
        rule = ["---", *["---:"] * (len(self.heads) - 1)]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.heads, rule, *self.rows)]
        return "\n".join([f"**{self.title}**", "", *lines])


def tables(outcome: Outcome) -> list[Sheet]:
    """The tables of a benchmark: one a measure, one of costs, one of the cold runs.

    A row is a case and one of ours: what it took, and what each rival took for that.
    """
    event = contest(outcome.name)
    measures = dict.fromkeys(record.measure for record in outcome.records)
    if len(event.rivals) == 1:
        return [_figures(event, outcome.records)]
    ratios = [_ratios(event, outcome, measure) for measure in measures]
    costs = [_excess(event, outcome.records)] if event.excess else []
    return [*ratios, *costs, *_cold(event, outcome.records)]


def quantity(value: float, unit: str) -> str:
    """Write seconds or bytes with a prefix.

    >>> quantity(0.00123, "s"), quantity(3 * 2**20, "B"), quantity(0, "B")
    ('1.23 ms', '3 MiB', '0 KiB')
    """
    scales = SCALES[unit]
    size, name = next((s for s in scales if value >= s[0]), scales[-1])
    return f"{_rounded(value / size)} {name}"


def _rounded(value: float) -> str:
    """Three digits, and no exponent.

    >>> _rounded(17.84), _rounded(1234.5), _rounded(0.951)
    ('17.8', '1234', '0.951')
    """
    if not math.isfinite(value):
        return str(value)
    return f"{value:.0f}" if value >= 100 else f"{value:.{RESOLVED}g}"


@dataclass(frozen=True)
class Board:
    """The records of one measure of a benchmark, by case and rival."""

    event: Contest
    measure: str
    records: Mapping[tuple[str, str], Record]

    def names(self, ours: bool) -> list[str]:
        """Our entrants, or theirs, as far as they were measured."""
        present = {rival for _, rival in self.records}
        entrants = self.event.rivals.items()
        return [name for name, r in entrants if r.ours == ours and name in present]

    def rows(self) -> list[list[str]]:
        """A row a case and one of ours: what it takes, and the ratios."""
        return [
            [case, ours, self.figure(case, ours),
             *(self.ratio(case, ours, rival) for rival in self.names(ours=False))]
            for case in self.event.cases
            for ours in self.names(ours=True)
            if (case, ours) in self.records
        ]  # fmt: skip

    def figure(self, case: str, ours: str) -> str:
        """What ours takes, and whether that is little enough."""
        best, unit = self.records[case, ours].best, self.event.unit_of(self.measure)
        most = self.event.limits.get((self.measure, case, ours))
        told = quantity(best, unit)
        return told + (f" ({within(best, most, unit)})" if most else "")

    def ratio(self, case: str, ours: str, rival: str) -> str:
        """Theirs / ours, and whether it is what was aimed at; of digits theirs."""
        if (case, rival) not in self.records:
            return "–"
        if (unit := self.event.unit_of(self.measure)) == DIGITS:
            return quantity(self.records[case, rival].best, unit)
        mine = self.records[case, ours].best
        ratio = self.records[case, rival].best / mine if mine else math.inf
        goal = self.event.goals.get((self.measure, case, ours, rival))
        return _rounded(ratio) + (f" ({verdict(ratio, goal)})" if goal else "")


def _ratios(event: Contest, outcome: Outcome, measure: str) -> Sheet:
    """One measure: theirs / ours, with the goal where there is one."""
    found = {(r.case, r.rival): r for r in outcome.records if r.measure == measure}
    board = Board(event, measure, found)
    theirs = board.names(ours=False)
    digits = event.unit_of(measure) == DIGITS
    compared = ", theirs / ours" if theirs and not digits else ""
    heads = ["", "ours", "has" if digits else "takes", *theirs]
    return Sheet(f"{event.title}: {measure}{compared}", heads, board.rows())


def verdict(ratio: float, goal: float) -> str:
    """Say whether a goal is met.

    >>> verdict(1.5, 1.4), verdict(1.3, 1.4)
    ('1.4 met', '1.4 not met')
    """
    return f"{goal:g} {'met' if ratio >= goal else 'not met'}"


def within(value: float, most: float, unit: str) -> str:
    """Say whether a limit is kept.

    >>> within(2.5, 3.0, "s"), within(120, 100, "lines"), within(15, 13, "digits")
    ('3 s met', '100 lines not met', '13 digits met')
    """
    kept = value >= most if unit == DIGITS else value <= most
    return f"{quantity(most, unit)} {'met' if kept else 'not met'}"


def _figures(event: Contest, records: Sequence[Record]) -> Sheet:
    """Plain figures where there is nobody to compare with."""
    rows = [
        [r.case, r.measure, quantity(r.best, event.unit_of(r.measure))] for r in records
    ]
    return Sheet(event.title, ["", "", "takes"], rows)


def _excess(event: Contest, records: Sequence[Record]) -> Sheet:
    """How far the check of each rival lies above the least, and by which way."""
    checked = [r for r in records if r.check is not None]
    found = {(r.case, r.rival): r for r in checked}
    rivals = [name for name in event.rivals if any(name == r for _, r in found)]
    rows = [
        [case, *(above(found.get((case, rival)), own) for rival in rivals)]
        for case in event.cases
        if (own := [r.check for r in checked if r.case == case and r.check is not None])
    ]
    return Sheet(f"{event.title}: {event.excess}", ["", *rivals], rows)


def above(record: Record | None, checks: Sequence[float]) -> str:
    """How far a check lies above the least of all, as a part of it.

    >>> above(Record("", "", "", 1.0, check=1.001, way="saga"), [1.0, 1.001])
    '1e-03 saga'
    """
    if record is None or record.check is None:
        return "–"
    least = min(checks)
    if record.check == least < math.inf:
        return f"0 {record.way}".rstrip()
    excess = (record.check - least) / abs(least) if least else math.inf
    return f"{excess:.0e} {record.way}".rstrip()


def _cold(event: Contest, records: Sequence[Record]) -> list[Sheet]:
    """The first runs of all, which compile and load what the others find ready."""
    cold = {(r.case, r.rival): r.cold for r in records if r.cold is not None}
    rivals = [name for name in event.rivals if any(name == r for _, r in cold)]
    rows = [
        [case, *(_time(cold.get((case, rival)), event.unit) for rival in rivals)]
        for case in event.cases
        if any(case == c for c, _ in cold)
    ]
    title = f"{event.title}: the first run, compiling included"
    return [Sheet(title, ["", *rivals], rows)] if rows else []


def _time(value: float | None, unit: str) -> str:
    return "–" if value is None else quantity(value, unit)
