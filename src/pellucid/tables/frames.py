"""What is a data frame, and whether rows are numbers already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray


def is_frame(source: object) -> bool:
    """Whether narwhals reads it: a pandas, polars or pyarrow table.

    It asks its plugins too, for which it reads what is installed: not of an array.
    """
    plain = isinstance(source, np.ndarray | list | tuple)
    return not plain and nw.dependencies.is_into_dataframe(source)


def labels_of(source: Any) -> Any:
    """What a pandas frame calls its rows; None where it only counts them from 0.

    Labels that come twice call no row, and those of several levels become one.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"kg": [4.0, 9.0, 5.0]}, index=["cat", "dog", "hen"])
    >>> list(labels_of(frame)), labels_of(frame.reset_index())
    (['cat', 'dog', 'hen'], None)
    """
    if not nw.dependencies.is_pandas_dataframe(source):
        return None
    index: Any = source.index
    counts = type(index).__name__ == "RangeIndex" and index.start == 0
    if (counts and index.step == 1) or not index.is_unique:
        return None
    if index.nlevels > 1:
        return index.map(lambda levels: ", ".join(map(str, levels)))
    return index


def kept_labels(labels: Any, kept: NDArray[np.bool_]) -> Any:
    """What the rows are called of which some are kept: by labels, else from 1.

    >>> kept_labels(None, np.array([True, False, True])).tolist()
    [1, 3]
    """
    if labels is not None:
        return labels[kept]
    return None if kept.all() else np.flatnonzero(kept) + 1


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
