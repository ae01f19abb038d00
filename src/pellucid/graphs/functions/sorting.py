"""Sorting: the places come from NumPy, the elements are taken from there.

So each sorted element passes its gradient on to the place that it came from. Of equal
elements each goes where the sort puts it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, given, recorded_as
from pellucid.graphs.functions.shapes import fixed
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import copied, recorded


def flat_or(a: Any, axis: Any) -> tuple[Any, int]:
    """The array and the axis; all in one row where there is none."""
    a = as_traced(a)
    return (np.ravel(a), 0) if axis is None else (a, int(axis))


@recorded_as(np.argsort)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The places of the elements, from the smallest on."""
    np.argsort(np.zeros(1), kind=kind, order=order, stable=stable)  # checks the options
    a, axis = flat_or(a if np.ndim(a) else np.reshape(as_traced(a), 1), axis)
    kind = "stable" if stable else kind
    return recorded("argsort", a, axis=axis, **given(kind=kind))


@recorded_as(np.sort)
def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """What stands at those places."""
    a, axis = flat_or(a, axis)
    places = argsort(a, axis, kind, order, stable=stable)
    return copied(a, content=np.take_along_axis(a, places, axis))


def places_of(kth: Any) -> Any:
    """One place or several as plain integers."""
    kth = np.asarray(fixed(kth))
    if kth.dtype.kind not in "iu":
        raise TypeError("Partition index must be integer")
    return int(kth) if kth.ndim == 0 else tuple(kth.tolist())


@recorded_as(np.argpartition)
def argpartition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The places of the elements, those of the smaller ones before the kth."""
    if order is not None:
        refused("np.argpartition with order=")
    checked: dict[str, Any] = {"kind": kind}
    np.argpartition(np.zeros(1), 0, **checked)
    a, axis = flat_or(a, axis)
    return recorded("argpartition", a, kth=places_of(kth), axis=axis)


@recorded_as(np.partition)
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """What stands at those places."""
    a, axis = flat_or(a, axis)
    places = argpartition(a, kth, axis, kind, order)
    return copied(a, content=np.take_along_axis(a, places, axis))


@recorded_as(np.lexsort)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """The places by the last key; where that ties, by the one before, and so on."""
    first, *others = [as_traced(key) for key in keys]
    places = np.argsort(first, axis=axis, kind="stable")
    for key in others:
        within = np.argsort(
            np.take_along_axis(key, places, axis), axis=axis, kind="stable"
        )
        places = np.take_along_axis(places, within, axis)
    return places
