"""The figures of some benchmarks on one machine, kept as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pellucid.bench.contest import Outcome
from pellucid.files import write_whole


@dataclass(frozen=True)
class Results:
    """What was measured, by which command and on which machine.

    Examples
    --------
    >>> import tempfile
    >>> results = Results("pellucid bench first", {"cores": "2"}, [Outcome("first")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     results.save(Path(folder) / "two-cores.json")
    ...     Results.load(Path(folder) / "two-cores.json") == results
    True
    """

    command: str
    machine: dict[str, str]
    outcomes: list[Outcome]

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        write_whole(path, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read what `save` wrote."""
        held = json.loads(path.read_text("utf-8"))
        outcomes = [Outcome.read(outcome) for outcome in held["outcomes"]]
        return cls(held["command"], held["machine"], outcomes)
