"""What is a data frame, and whether rows are numbers already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np


def is_frame(source: object) -> bool:
    """Whether narwhals reads it: a pandas, polars or pyarrow table.

    It asks its plugins too, for which it reads what is installed: not of an array.
    """
    plain = isinstance(source, np.ndarray | list | tuple)
    return not plain and nw.dependencies.is_into_dataframe(source)


def is_made(source: Any, names: Sequence[str]) -> bool:
    """Whether rows are numbers already, under these names where they have names.

    >>> is_made(np.eye(2), ["a", "b"]), is_made([["north", 1]], ["a", "b"])
    (True, False)
    """
    if not is_frame(source):
        try:
            array = source if hasattr(source, "dtype") else np.asarray(source)
        except ValueError:  # rows of different lengths
            return True
        return bool(array.dtype.kind in "biufc")
    frame = nw.from_native(source, eager_only=True)
    numeric = all(dtype.is_numeric() for dtype in frame.schema.values())
    return numeric and list(map(str, frame.columns)) == list(names)
