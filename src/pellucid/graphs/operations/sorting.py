"""Order: the places of elements from the smallest on, which NumPy finds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import Known, Result, operation
from pellucid.graphs.operations.kinds import GIVEN, NONE, TOGETHER, along, mixes


def _places_known(arguments: list[Known], axis: int = -1, **options: Any) -> Result:
    """As many places as elements; NumPy checks the options on a few."""
    shape, _ = arguments[0]
    np.lib.array_utils.normalize_axis_tuple(axis, len(shape))
    return shape, np.dtype(np.intp)


def _partition_known(arguments: list[Known], kth: Any, axis: int = -1) -> Result:
    known = _places_known(arguments, axis)
    if math.prod(known[0]):
        np.argpartition(np.zeros(known[0][axis]), kth)  # whether there is a kth
    return known


operation("argsort", np.argsort, along(NONE, GIVEN), _places_known)
operation("argpartition", np.argpartition, along(NONE, GIVEN), _partition_known)
operation("searchsorted", np.searchsorted, mixes(NONE, TOGETHER))
