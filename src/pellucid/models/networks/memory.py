"""Memory that will not be enough: said with the sizes, before any of it is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers.containers import count, layers_in, output_shape
from pellucid.running.memory import available

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def expect_room(model: Any, needed: Mapping[str, float], advice: str) -> None:
    """Refuse what needs more memory than there is.

    Parameters
    ----------
    model : estimator
        For whom.
    needed : mapping
        From what is needed to its bytes.
    advice : str
        How less is needed.
    """
    total, free = sum(needed.values()), available()
    if total <= free:
        return
    told = ", ".join(f"{size(n)} for {what}" for what, n in needed.items())
    message = f"expected {size(total)} of memory, {told}, found {size(free)} free"
    raise ModelError(f"{type(model).__name__}: {message}; {advice}.")


def size(n: float) -> str:
    """Write a number of bytes.

    >>> size(512), size(3.2e9), size(4e25)
    ('512 bytes', '3.2 GB', '4e+10 PB')
    """
    power = min(int(math.log10(max(n, 1)) // 3), len(UNITS) - 1)
    return f"{n / 1000**power:.3g} {UNITS[power]}"


def of_training(
    network: Any, shape: tuple[int, ...], dtype: Any, method: Any
) -> dict[str, float]:
    """What training on batches (n, ...) needs at least, by shapes alone, in bytes.

    The parameters, their gradient and the method's state; and of a batch, what each
    layer gives, with its gradient.
    """
    n, *row = shape
    units, parameters = sizes(network, tuple(row))
    kept = 2 + len(list(structure.leaves(method.start(np.zeros(1)))))
    each = np.dtype(dtype).itemsize
    return {
        f"{parameters:,} parameters with the method's state": kept * each * parameters,
        f"a batch of {n:,} rows in the layers": 2.0 * each * units * n,
    }


def sizes(layer: Any, row: tuple[int, ...]) -> tuple[int, int]:
    """The numbers that the layers give for a row, and those of their parameters."""
    if not layers_in(layer):
        return math.prod(output_shape(layer, row)), count(layer, row)
    units = parameters = 0
    for inner in layers_in(layer):
        more = sizes(inner, row)
        units, parameters = units + more[0], parameters + more[1]
        row = output_shape(inner, row)
    return units, parameters
