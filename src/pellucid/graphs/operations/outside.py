"""Functions that are not recorded, of values that depend on no input."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.operations.entries import recorded_as
from pellucid.graphs.refusals import refused
from pellucid.graphs.traced import FUNCTIONS, WRITERS, Traced, named


@recorded_as("outside")
def outside(key: Any, args: Any, kwargs: Any) -> Any:
    """What NumPy itself gives for constants; refused for traced values."""
    values = [v for v in structure.leaves((args, kwargs)) if isinstance(v, Traced)]
    if isinstance(key, str) or key in WRITERS or not all(v.node.known for v in values):
        refused(named(key, args))
    args, kwargs = structure.mapped(_plain, (args, kwargs))
    return structure.mapped(_fixed, key(*args, **kwargs))


def _plain(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, Traced) else value


def _fixed(value: Any) -> Any:
    return FUNCTIONS["array"](value) if isinstance(value, np.ndarray) else value
