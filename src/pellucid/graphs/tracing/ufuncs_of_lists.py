"""Ufuncs that take lists of traced values: np.exp([a, b]), np.maximum.reduce([a, b]).

A list offers NumPy's protocols nothing to dispatch on. So where the person's code looks
a ufunc up and calls it at once, or a method of it, it finds what stands here; where it
hands the ufunc on, or compares it, it finds the ufunc itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.tracing.creation import without_lists

METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")


class TakingLists:
    """Calls of a ufunc and of its methods, of lists that may hold traced values."""

    def __init__(self, ufunc: np.ufunc) -> None:
        self._ufunc = ufunc
        for name in METHODS:
            setattr(self, name, _of_lists(getattr(ufunc, name)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the ufunc on an array in the place of each such list."""
        return self._ufunc(*map(without_lists, args), **kwargs)


def _of_lists(call: Callable[..., Any]) -> Callable[..., Any]:
    def of_lists(*args: Any, **kwargs: Any) -> Any:
        return call(*map(without_lists, args), **kwargs)

    return of_lists
