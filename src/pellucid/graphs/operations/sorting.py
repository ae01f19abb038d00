"""Order: the places of elements from the smallest on, which NumPy finds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import Abstract, Result, operation
from pellucid.graphs.operations.kinds import GIVEN, NONE, TOGETHER, along, mixes


def _infer_places(arguments: list[Abstract], axis: int = -1, **options: Any) -> Result:
    """As many places as elements; NumPy checks the options on a few."""
    shape, _ = arguments[0]
    np.lib.array_utils.normalize_axis_tuple(axis, len(shape))
    return shape, np.dtype(np.intp)


def _infer_partition(arguments: list[Abstract], kth: Any, axis: int = -1) -> Result:
    places = _infer_places(arguments, axis)
    if math.prod(places[0]):
        np.argpartition(np.zeros(places[0][axis]), kth)  # whether there is a kth
    return places


operation("argsort", np.argsort, along(NONE, GIVEN), _infer_places)
operation("argpartition", np.argpartition, along(NONE, GIVEN), _infer_partition)
operation("searchsorted", np.searchsorted, mixes(NONE, TOGETHER))
