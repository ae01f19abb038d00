"""Shapes: the same elements along other axes, joined, and arrays that are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    Abstract,
    Inference,
    Result,
    Shape,
    operation,
)
from pellucid.graphs.operations.kinds import (
    CONSTANT,
    MAKING,
    PART,
    RESULT,
    Takes,
    Zero,
    mixes,
    moves,
)


def _infer_reshape(arguments: list[Abstract], shape: Shape) -> Result:
    return shape, np.dtype(arguments[0][1])


def _infer_transpose(arguments: list[Abstract], axes: Any = None) -> Result:
    shape, dtype = arguments[0]
    order = reversed(range(len(shape))) if axes is None else axes
    return tuple(shape[i] for i in order), np.dtype(dtype)


def _concatenate(*parts: Any, axis: int = 0) -> Any:
    return np.concatenate(parts, axis=axis)


def _stack(*parts: Any, axis: int = 0) -> Any:
    return np.stack(parts, axis=axis)


VIEW, NEW = moves(view=True, reads=RESULT), moves(view=False, reads=RESULT)
operation("copy", lambda x: x, PART,
          lambda arguments: (arguments[0][0], np.dtype(arguments[0][1])))  # fmt: skip
operation("reshape", np.reshape, VIEW, _infer_reshape)
operation("broadcast_to", np.broadcast_to, VIEW, _infer_reshape)
operation("transpose", np.transpose, VIEW, _infer_transpose)
operation("diagonal", np.diagonal, VIEW.choosing(Takes.SOME))
operation("concatenate", _concatenate, NEW)
operation("stack", _stack, NEW)


# -- windows --------------------------------------------------------------------------


def _windows(x: Any, window_shape: Any, axis: Any = None) -> Any:
    return np.lib.stride_tricks.sliding_window_view(x, window_shape, axis)


def overlap_add(windows: Any, shape: Shape, axis: Any) -> Any:
    """Add windows up where they were seen: the transpose of sliding_window_view."""
    x = np.zeros_like(windows, shape=shape)
    for place in np.ndindex(windows.shape[len(shape) :]):
        start = np.zeros(len(shape), int)
        np.add.at(start, list(axis), place)
        at = [slice(i, i + n) for i, n in zip(start, windows.shape, strict=False)]
        x[tuple(at)] += windows[(..., *place)]
    return x


def _infer_overlap_add(arguments: list[Abstract], shape: Shape, axis: Any) -> Result:
    return shape, np.dtype(arguments[0][1])


WINDOWS = "lib.stride_tricks.sliding_window_view"
operation(WINDOWS, _windows, VIEW)
operation(
    "overlap_add", overlap_add, mixes(CONSTANT, RESULT).with_zero(Zero.TERMS),
    _infer_overlap_add,
)  # fmt: skip


# -- arrays made inside the function --------------------------------------------------


def _made(function: Callable[..., Any]) -> Inference:
    def infer(arguments: list[Abstract], **options: Any) -> Result:
        trial = function(**options)
        return trial.shape, trial.dtype

    return infer


for _name in ("zeros", "ones", "empty", "full", "eye", "arange"):
    operation(_name, getattr(np, _name), MAKING, _made(getattr(np, _name)))
