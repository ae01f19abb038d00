"""Rows that no memory holds: what a fit takes beside reading them, and on workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from pellucid.bench.contest import DIGITS, Contest, Measured, Rival
from pellucid.bench.streaming import ours, theirs
from pellucid.bench.streaming.measures import (
    AGREEING,
    ALONE,
    FIT,
    KILLED,
    LEAST_SQUARES,
    LOGISTIC,
    LOGISTIC_ON_WORKERS,
    MEMORY,
    ON_WORKERS,
    PASS,
    PASSES,
    TASKS,
    TEXT,
    Task,
)

PELLUCID = "Pellucid"
DATASET, MAPPED = "pyarrow, reading alone", "pyarrow, mapped"
SLOW = GLM, ML, LSTSQ, SGD = "dask-glm", "dask-ml", "Dask, lstsq", "SGD, partial_fit"

FILES, WORKERS = (LEAST_SQUARES, LOGISTIC), (ON_WORKERS, LOGISTIC_ON_WORKERS)
MEASURES: Mapping[str, Mapping[str, Callable[[Task], Measured]]] = {
    PELLUCID: {
        **dict.fromkeys(FILES, ours.from_parquet),
        **dict.fromkeys(WORKERS, ours.on_workers),
        KILLED: ours.killed,
        TEXT: ours.from_text,
    },
    DATASET: dict.fromkeys(FILES, partial(theirs.reading, theirs.dataset)),
    MAPPED: dict.fromkeys(FILES, partial(theirs.reading, theirs.mapped)),
    GLM: dict.fromkeys(WORKERS, theirs.glm),
    ML: dict.fromkeys(WORKERS, theirs.ml),
    LSTSQ: {ON_WORKERS: theirs.lstsq},
    SGD: dict.fromkeys(WORKERS, theirs.partial_fit),
}


def measured(rival: str, case: str, tiny: bool) -> Measured:
    """Measure a rival on a case; nothing where it takes no part."""
    if case not in MEASURES[rival]:
        return {}
    return MEASURES[rival][case](TASKS[case].tiny() if tiny else TASKS[case])


CONTEST = Contest(
    title="Rows without end",
    note="From a Parquet file of 3.6 GB to the summary of its model, in the first run "
    "of a process, beside pyarrow, which only reads the same columns: by "
    "dataset.to_batches, and by iter_batches of a mapped file. A pass is the best of "
    "two runs, of which the second finds its memory there. Two workers of Dask hold "
    "the rows that they fit; dask-glm and dask-ml take the faster of newton and lbfgs; "
    "averaged SGD with eta0 = 0.1, the best we found, goes through at most "
    f"{theirs.MOST} epochs to a millionth above the least cost. A worker is killed "
    "when half of the file is summed. pellucid fit reads a CSV file of numbers, text, "
    "dates and missing cells, cross-validates, and writes its report. The most memory "
    "of the process has the libraries in it, and pages that are mapped. Work of more "
    "than 10 s on workers is done once.",
    cases=tuple(TASKS),
    rivals={
        name: Rival(partial(measured, name), ours=name == PELLUCID, slow=name in SLOW)
        for name in MEASURES
    },
    apart=True,
    rounds=1,
    goals={
        **{(ALONE, LEAST_SQUARES, PELLUCID, r): 0.5 for r in (DATASET, MAPPED)},
        **{(PASS, LOGISTIC, PELLUCID, r): 0.5 for r in (DATASET, MAPPED)},
        **{(FIT, c, PELLUCID, r): 1 for c in WORKERS for r in (GLM, ML, SGD)},
    },
    limits={
        (MEMORY, LEAST_SQUARES, PELLUCID): 500e6,
        (PASSES, LOGISTIC, PELLUCID): 10,
        **{(AGREEING, case, PELLUCID): 10 for case in (*WORKERS, KILLED)},
        (FIT, TEXT, PELLUCID): 120,
        (MEMORY, TEXT, PELLUCID): 1e9,
    },
    units={MEMORY: "B", PASSES: "passes", AGREEING: DIGITS},
    excess="the cost above the least found, as a part of it",
    tried=3,
)
