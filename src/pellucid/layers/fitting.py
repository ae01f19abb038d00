"""Whether rows, parameters and lengths fit a layer that is called on them.

Layers are recorded: shapes are looked at, and numbers only where they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.stand_in import is_stand_in
from pellucid.layers.formula import Formula


def refuse_misfits(layer: Formula, p: Any, x: Any) -> None:
    """Refuse rows and parameters that do not fit a layer; only shapes are looked at."""
    if isinstance(x, (list, tuple)):
        raise ModelError(f"{layer} expects an array x, got a list: give np.array(x).")
    if np.ndim(x) == 0:
        raise ModelError(f"{layer} expects an array x of n rows, got one number.")
    rows = np.shape(x)[1:]
    try:
        layer.output_shape(rows)
    except ModelError as error:
        message = f"x of shape {np.shape(x)} does not fit, its axis of rows first"
        raise ModelError(f"{message}: {error}") from None
    wanted, given = layer.table(rows), {} if p is None else p
    if not isinstance(given, Mapping) or given.keys() != wanted.keys():
        message = f"{layer} has parameters {_listed(wanted)}, got {_of(given)}"
        raise ModelError(
            f"{message}: give those that its parameters(rng, shape) draws."
        )
    for name, (_, shape) in wanted.items():
        if np.shape(given[name]) != shape:
            message = f"{layer} needs {name} of shape {shape} for rows of shape {rows}"
            got = f"got {np.shape(given[name])}"
            raise ModelError(f"{message}, {got}: draw parameters for such rows.")


def _of(p: Any) -> str:
    return _listed(p) if isinstance(p, Mapping) else f"a {type(p).__name__}"


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(map(str, names)) or "none"


def fitting(layer: Any, lengths: Any, x: Any) -> Any:
    """The lengths of sequences x (n, t, ...), which lie from 1 to t, as an array."""
    if lengths is None:
        return None
    lengths = lengths if is_stand_in(lengths) else np.asarray(lengths)
    n, t = x.shape[:2]
    if lengths.shape != (n,):
        message = f"{layer} expects lengths of shape ({n},), one for each row of x"
        raise ModelError(f"{message}, got {lengths.shape}.")
    if is_stand_in(lengths) or not n:
        return lengths
    if lengths.dtype.kind not in "iu" or lengths.min() < 1 or lengths.max() > t:
        span = f"{lengths.min()} to {lengths.max()} ({lengths.dtype})"
        message = f"{layer} expects whole lengths from 1 to {t}, the steps of x"
        raise ModelError(f"{message}, got {span}: leave empty sequences out.")
    return lengths


def within(lengths: Any, x: Any) -> Any:
    """Which steps of sequences x (n, t, ...) lie before their end, (n, t)."""
    return np.arange(x.shape[1]) < lengths[:, np.newaxis]
