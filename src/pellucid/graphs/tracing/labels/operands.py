"""What functions of several operands give where some of them have labels.

They compute by position, and only where pandas would: operands whose labels differ,
which pandas would align, are refused.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.foreign import is_labelled, is_of_polars, is_table_or_column
from pellucid.graphs.stand_in import is_stand_in
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.labels.operators import ARITHMETIC, COMPARING
from pellucid.graphs.tracing.labels.polars import (
    Column,
    entries,
    is_column,
    of_columns,
)
from pellucid.graphs.tracing.labels.under_labels import (
    NAMES,
    LabelsError,
    UnderLabels,
    without_labels,
)
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import FUNCTIONS, KINDS, current, lifted


def labelled(value: Any) -> Any:
    """A table or column as traced entries under their labels; others as they are."""
    if not is_labelled(value):
        return value
    if is_of_polars(value):
        return Column(entries(value))
    node = current().captured(value)
    array = lifted(node, current(), mutable=True, like=node.value)
    if not is_table_or_column(value):
        return array
    missing = node.dtype.kind in "fc" and bool(np.isnan(node.value).any())
    return KINDS["labelled"](array, value.axes, missing)


def gathered(made: Any, of: Any) -> Any:
    """What a function gave for each entry or row; traced where these are."""
    entries = np.asarray(made)
    if entries.dtype != object or not any(map(is_stand_in, entries.flat)):
        return made
    array = FUNCTIONS["array"](entries.ravel().tolist()).reshape(entries.shape)
    return KINDS["labelled"](array, made.axes, bool(np.any(of.isna())))


def joined(function: Callable[..., Any], *operands: Any) -> Any:
    """What an elementwise function gives of operands, some of them labelled."""
    sides = [FUNCTIONS["array"](x) if isinstance(x, (list, tuple)) else labelled(x)
             for x in operands]  # fmt: skip
    having = [x for x in sides if isinstance(x, UnderLabels)]
    if not having:
        return function(*sides)  # of an index, which is an array here
    widest = max(having, key=lambda x: x.ndim)
    for side in sides:
        _fits(side, widest)
    missing = any(x.missing for x in having)
    made = function(*without_labels(sides))
    return structure.mapped(
        lambda array: KINDS["labelled"](array, widest.axes, missing), made
    )


def _fits(side: Any, widest: UnderLabels) -> None:
    """Refuse an operand that pandas would align, or would not take."""
    if isinstance(side, UnderLabels):
        for ours, theirs in zip(side.axes[::-1], widest.axes[::-1], strict=False):
            _same_labels(ours, theirs)
        return
    shape = np.shape(side)
    if tuple(shape) not in _shapes_taken(*widest.shape):
        refuse(
            f"{code()}: pandas does not compute a {NAMES[widest.ndim]} of shape "
            f"{widest.shape} with an array of shape {tuple(shape)}; take .to_numpy() "
            "of it, and let NumPy do so."
        )


def _shapes_taken(rows: int, *columns: int) -> set[tuple[int, ...]]:
    """The shapes of arrays that pandas takes for the operands of a table or column."""
    if not columns:
        return {(), (rows,), (1,)}
    (count,) = columns
    return {(), (count,), (rows, count), (1, count), (rows, 1)}


def _same_labels(ours: Any, theirs: Any) -> None:
    """Refuse labels by which pandas would align."""
    if not ours.equals(theirs):
        refuse(
            f"{code()}: two operands have labels that differ, by which pandas would "
            "align them, and a graph does not: bring them into one order, "
            "b.loc[a.index], or go by position, with .to_numpy() of each.",
            LabelsError,
        )


def product(*sides: Any) -> Any:
    """The product of matrices, one of which has labels."""
    left, right = map(labelled, sides)
    if isinstance(left, UnderLabels) and isinstance(right, UnderLabels):
        _same_labels(left.axes[-1], right.axes[0])
    made = np.matmul(*without_labels((left, right)))
    having = [x for x in (left, right) if isinstance(x, UnderLabels)]
    if not np.ndim(made) or all(x.ndim == 1 for x in having):
        return made
    axes = _labels_of(left, 0) + _labels_of(right, 1)
    return KINDS["labelled"](made, axes, any(x.missing for x in having))


def _labels_of(side: Any, axis: int) -> list[Any]:
    """The labels of a factor's rows or columns, where it has these; or their count."""
    if np.ndim(side) < 2:
        return []
    if isinstance(side, UnderLabels):
        return [side.axes[axis]]
    return [sys.modules["pandas"].RangeIndex(side.shape[axis])]


def flexible(
    name: str, x: Any, other: Any, axis: Any = "columns", level: Any = None,
    fill_value: Any = None,
) -> Any:  # fmt: skip
    """What the named operators do, `x.mul(other, axis=0)`."""
    if level is not None or fill_value is not None:
        refuse(f"{code()}: .{name} of traced entries takes no level= or fill_value=.")
    x, other = labelled(x), labelled(other)
    if x.ndim > 1 and axis in (0, "index") and np.ndim(other) == 1:
        if isinstance(other, UnderLabels):
            _same_labels(other.index, x.index)
        other = without_labels(other)[:, None]
    return joined(OPERATORS[name], x, other)


def _reversed(ufunc: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: ufunc(y, x)


# By the names that pandas has for them, `.add` and `.radd`.
OPERATORS: dict[str, Callable[..., Any]] = {
    **ARITHMETIC, **COMPARING, "div": np.divide, "divide": np.divide,
    "subtract": np.subtract, "multiply": np.multiply,
}  # fmt: skip
for _name in (*ARITHMETIC, "div"):
    OPERATORS[f"r{_name}"] = _reversed(OPERATORS[_name])


def with_labels(ufunc: np.ufunc, *sides: Any, **options: Any) -> Any:
    """A ufunc of operands of which some are tables or columns."""
    if any(map(is_column, sides)) and not options:
        return of_columns(ufunc, *sides)
    if ufunc is np.matmul:
        return product(*sides)
    return joined(functools.partial(ufunc, **without_labels(options)), *sides)


FUNCTIONS["labelled"] = with_labels
