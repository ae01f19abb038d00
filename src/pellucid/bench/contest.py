"""What a benchmark is: rivals, cases, and goals for theirs / ours."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

DIGITS = "digits"  # the unit of which more is better

Measured = Mapping[str, "Mark"]  # what was measured -> the mark


class AbsentError(Exception):
    """A rival cannot run here; the message says why."""


@dataclass(frozen=True)
class Mark:
    """What a rival was measured to take: seconds or bytes, the less the better.

    Parameters
    ----------
    best : float
        The least of the warm runs; of digits, those that are right.
    cold : float or None
        The first run of all, which compiles and loads what the others find ready.
    check : float or None
        A figure that rivals who compute the same agree on, such as the final cost.
    way : str
        Which of several ways of the rival's was the best.
    """

    best: float
    cold: float | None = None
    check: float | None = None
    way: str = ""


@dataclass(frozen=True)
class Rival:
    """One that runs in a benchmark, in a process of its own.

    `measure(case, tiny)` measures it there; `slow` ones are left out of tiny runs.
    """

    measure: Callable[[str, bool], Measured]
    ours: bool = False
    slow: bool = False


@dataclass(frozen=True)
class Contest:
    """A benchmark: each rival measured on each case.

    Parameters
    ----------
    title : str
        What is measured, as a heading.
    note : str
        How it is measured, in a sentence or two.
    cases : sequence of str
        What each rival is measured on.
    rivals : mapping of str to Rival
        Ours come first.
    unit : str
        "s", "B", "lines", "fits" or `DIGITS`.
    units : mapping of str to str
        The units of measures that have another.
    apart : bool
        Whether each case has a process of its own; else a rival has one for all.
    rounds : int
        How often all rivals run, one after the other.
    goals : mapping
        (measure, case, ours, rival) -> the least ratio theirs / ours that is aimed at.
    limits : mapping
        (measure, case, ours) -> the most that ours shall take; the least of digits.
    agreement : float or None
        How far the checks of rivals may lie from that of the first, relative to it.
    excess : str
        The heading of a table of checks, of which less is better: how far each lies
        above the least, as a part of it.
    tried : int
        How many of the cases a tiny run takes, from the first on.
    """

    title: str
    note: str
    cases: Sequence[str]
    rivals: Mapping[str, Rival]
    unit: str = "s"
    apart: bool = False
    rounds: int = 3
    goals: Mapping[tuple[str, str, str, str], float] = field(default_factory=dict)
    limits: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    agreement: float | None = None
    excess: str = ""
    tried: int = 1

    def unit_of(self, measure: str) -> str:
        """The unit of a measure.

        >>> Contest("", "", (), {}, units={"its length": "lines"}).unit_of("its length")
        'lines'
        """
        return self.units.get(measure, self.unit)


@dataclass(frozen=True)
class Record:
    """The mark of one rival for one measure of one case, over all rounds."""

    case: str
    measure: str
    rival: str
    best: float
    cold: float | None = None
    check: float | None = None
    way: str = ""


@dataclass
class Outcome:
    """All records of a benchmark, and the rivals that were left out, with the reason.

    Examples
    --------
    >>> outcome = Outcome("first", absent={"JAX": "jax is not installed"})
    >>> Outcome.read(outcome.as_dict()) == outcome
    True
    """

    name: str
    records: list[Record] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return asdict(self)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Outcome:
        """Read what `as_dict` gave."""
        records = [Record(**record) for record in written["records"]]
        return cls(written["name"], records, dict(written["absent"]))


def contest(name: str) -> Contest:
    """Load the benchmark of a name.

    >>> contest("engine").unit
    's'
    """
    found: Contest = importlib.import_module(f"pellucid.bench.{name}").CONTEST
    return found


def library(name: str) -> Any:
    """Import the library of a rival.

    Raises
    ------
    AbsentError
        When it is not installed.

    Examples
    --------
    >>> library("math").sqrt(9.0)
    3.0
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise AbsentError(f"{error.name} is not installed") from error
