"""Functions that are not recorded, of values that depend on no input."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.tracing.conversions import numbers_of
from pellucid.graphs.tracing.refusals import refused, refused_outside
from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    WRITERS,
    all_known,
    name_of_call,
    writes_outside,
)


@recorded_as("outside")
def outside(key: Any, args: Any, kwargs: Any, name: str = "") -> Any:
    """What NumPy itself gives for known values; refused for others."""
    known, outside = all_known(args, kwargs), writes_outside(key, args)
    if outside and not known:
        refused_outside()
    if not known or (key in WRITERS and not outside):
        refused(name or name_of_call(key, args))
    args, kwargs = structure.mapped(numbers_of, (args, kwargs))
    if isinstance(key, str):  # a method of a ufunc
        key, args = getattr(args[0], key), args[1:]
    return structure.mapped(_fixed, key(*args, **kwargs))


def _fixed(value: Any) -> Any:
    return FUNCTIONS["array"](value) if isinstance(value, np.ndarray) else value
