"""The sizes and numbers that a factor may come from: n, d, a rate, a sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import View

AXES = {1: ("length",), 2: ("number of rows", "number of columns")}


def sizes(view: View) -> dict[str, list[int]]:
    """The sizes of the arguments by their names, one for each input."""
    found: dict[str, list[int]] = {}
    for i, name in enumerate(view.names):
        shapes = [shape(p.args[i]) for p in view.pairs]
        axes = {len(shape) for shape in shapes}
        if len(axes) != 1:
            continue
        count = axes.pop()
        words = AXES.get(count, [f"size of axis {axis}" for axis in range(count)])
        for axis, word in enumerate(words[:count]):
            add(found, f"the {word} of `{name}`", [shape[axis] for shape in shapes])
        if count > 1:
            sizes = [int(np.prod(shape)) for shape in shapes]
            add(found, f"the number of entries of `{name}`", sizes)
    return found


def scalars(view: View) -> dict[str, list[Any]]:
    """The numbers among the arguments, and the sums of arrays, one for each input."""
    found: dict[str, list[Any]] = {}
    for i, name in enumerate(view.names):
        values = [p.args[i] for p in view.pairs]
        if all(number(value) for value in values):
            add(found, f"`{name}`", [float(value) for value in values])
        elif all(isinstance(v, np.ndarray) and v.dtype.kind in "fiu" for v in values):
            for word, of in (("sum", np.sum), ("mean", np.mean), ("length", norm),
                             ("standard deviation", np.std)):  # fmt: skip
                add(found, f"the {word} of `{name}`", [float(of(v)) for v in values])
    return found


def add(found: dict[str, list[Any]], label: str, values: list[Any]) -> None:
    """Keep a quantity, unless another is the same on all inputs."""
    if values not in found.values():
        found[label] = values


def norm(array: Any) -> Any:
    """The length of a vector, in the sense of geometry."""
    return np.sqrt(np.sum(np.asarray(array, float) ** 2))


def number(value: Any) -> bool:
    """Tell whether an argument is one number."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def shape(value: Any) -> tuple[int, ...]:
    """The sizes of an argument; of a list its length, whatever it holds."""
    if isinstance(value, list | tuple):
        return (len(value),)
    return value.shape if isinstance(value, np.ndarray) else ()
