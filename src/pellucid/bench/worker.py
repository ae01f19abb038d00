"""A rival's own process: `python -m pellucid.bench.worker '["training", ...]'`.

It reads the benchmark, the rival, whether the run is tiny, and the cases; it writes one
line of JSON: the marks of each case, or why the rival cannot run here.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pellucid.bench.contest import AbsentError, contest


def answer(name: str, rival: str, tiny: bool, cases: Sequence[str]) -> dict[str, Any]:
    """Measure a rival on some cases, here and now."""
    measure = contest(name).rivals[rival].measure
    try:
        return {"marks": {case: _written(measure(case, tiny)) for case in cases}}
    except AbsentError as error:
        return {"absent": str(error)}


def _written(measured: Any) -> dict[str, Any]:
    return {what: asdict(mark) for what, mark in measured.items()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of epochs that end before the cost has
    print(json.dumps(answer(*json.loads(sys.argv[1]))))
