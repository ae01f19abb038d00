"""The steps of loops: the loop, what is asked of it, and what changes with its turn.

`loop` and `part` have no meaning by themselves: a loop is run for all of its parts at
once; see `evaluate`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import Abstract, Result, operation
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    GIVEN,
    MAKING,
    PLACED,
    STEEP,
    Takes,
    mixes,
    moves,
)
from pellucid.graphs.places import placed


def counter(value: Any) -> Any:
    """The number of a turn, as Python counts: `value` is a place."""
    return value


def entry(table: Any, at: tuple[Any, ...]) -> Any:
    """A Python number out of a table of numbers."""
    return np.asarray(table).item(at)


def _apart(*arguments: Any, **options: Any) -> Any:
    raise TypeError("a loop is run for its parts, and not by itself")


def _infer_counter(arguments: list[Abstract], value: Any) -> Result:
    return (), np.dtype(int)


def _infer_entry(arguments: list[Abstract], at: Any) -> Result:
    (shape, dtype) = arguments[0]
    return np.empty(shape)[placed(at)].shape, np.dtype(dtype)


def _infer_part(arguments: list[Abstract], of: Any, each: bool) -> Result:
    raise TypeError("a part is made by bodies.part")


operation("loop", _apart, mixes(STEEP, GIVEN), lambda a, body: ((), np.dtype(float)))
operation("part", _apart, mixes(BOUNDED, GIVEN), _infer_part)
operation("counter", counter, MAKING, _infer_counter)
READING = moves(view=False, reads=PLACED).choosing(Takes.SOME)
operation("entry", entry, READING, _infer_entry)
