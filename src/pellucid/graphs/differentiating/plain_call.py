"""A function's own value, from a plain call, held against what was recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.graph import Graph

# What rounding may come to, of a value and of the largest number that goes in.
ROUNDING = {True: (1e-6, 1e-12), False: (1e-3, 1e-5)}  # by whether doubles


def difference(
    f: Callable[..., Any], graph: Graph, args: Any, kwargs: Any
) -> tuple[Any, Any] | None:
    """What a plain call and the graph as it was recorded give, where they differ.

    A function whose plain calls differ among themselves, as it draws random numbers,
    cannot be compared.
    """
    plain, recorded = on_copies(f, args, kwargs), on_copies(graph, args, kwargs)
    scale = max(map(_largest, structure.leaves((args, kwargs))), default=0)
    if _agree(plain, recorded, scale):
        return None
    if not _agree(plain, on_copies(f, args, kwargs), scale):
        return None
    return plain, recorded


def on_copies(f: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call a function, which may write into its arguments, on copies of them."""
    args, kwargs = structure.mapped(_copied, (tuple(args), dict(kwargs)))
    return f(*args, **kwargs)


def _copied(leaf: Any) -> Any:
    return leaf.copy(order="K") if type(leaf) is np.ndarray else leaf


def _is_numeric(leaf: Any) -> bool:
    return isinstance(leaf, (bool, int, float, complex, np.generic, np.ndarray)) and (
        np.asarray(leaf).dtype.kind in "biufc"
    )


def _largest(leaf: Any) -> float:
    if not (_is_numeric(leaf) and np.size(leaf)):
        return 0
    sizes = np.abs(np.asarray(leaf, complex if np.iscomplexobj(leaf) else float))
    return float(np.max(sizes, initial=0, where=np.isfinite(sizes)))


def _agree(one: Any, other: Any, scale: float) -> bool:
    """Whether two results have one structure and the same numbers, to rounding."""
    ours, theirs = dict(structure.paths(one)), dict(structure.paths(other))
    pairs = [(ours[path], theirs[path]) for path in ours.keys() & theirs.keys()]
    return ours.keys() == theirs.keys() and all(_close(*p, scale) for p in pairs)


def _close(one: Any, other: Any, scale: float) -> bool:
    if not (_is_numeric(one) and _is_numeric(other)):
        return True
    kinds = [np.asarray(x).dtype for x in (one, other)]
    doubles = all(kind.itemsize >= 8 or kind.kind in "biu" for kind in kinds)
    relative, absolute = ROUNDING[doubles]
    return np.shape(one) == np.shape(other) and np.allclose(
        one, other, relative, absolute * max(1.0, scale), equal_nan=True
    )
