"""What the state of a network of layers is, for `save` and `load`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.containers import layers_in, output_shape
from pellucid.layers.formula import Formula
from pellucid.models.files import parts
from pellucid.models.files.parts import NUMBER, Value, records, whole
from pellucid.models.networks.examples import is_network
from pellucid.models.networks.plain import unfit

State = Mapping[str, Any]
LARGEST = 2**31  # numbers of a row, on its way through a network of a file
NAMES = ["X", "y", "s", "lengths"]


@dataclass(frozen=True)
class LeftBehind:
    """What a file does not hold."""

    def check(self, where: str, value: Any, sizes: parts.Sizes) -> None:
        """Expect nothing."""
        if value is not None:
            raise unfit(where, "null", value)

    def to_plain(self, value: Any) -> None:
        """Nothing."""

    def from_plain(self, value: Any) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Batch:
    """The shapes and types of a batch that a network was fitted to."""

    def check(self, where: str, value: Any, sizes: parts.Sizes) -> None:
        """Check each shape, and that the rows are as many."""
        listed = isinstance(value, list) and 2 <= len(value) <= 4
        if not listed or not all(map(_is_kind, value)):
            raise unfit(where, "the shapes and types of a batch", value)
        counts = {shape[0] for shape, _ in value}
        if len(counts) != 1 or math.prod(value[0][0]) > LARGEST:
            raise unfit(where, "shapes of the same rows", value)

    to_plain = parts.Rows.to_plain
    from_plain = parts.Rows.from_plain


def _is_kind(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], list):
        return False
    shape, dtype = value
    whole = bool(shape) and all(type(n) is int and 0 < n <= parts.MOST for n in shape)
    return whole and dtype in ("float64", "float32", "int64")


def _are_parameters(value: Any) -> bool:
    """Whether these are lists and dicts of arrays of finite numbers."""
    if isinstance(value, list):
        return all(map(_are_parameters, value))
    if isinstance(value, dict):
        return all(map(_are_parameters, value.values()))
    is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return is_array and bool(np.isfinite(value).all())


def _is_shape(value: Any) -> bool:
    """Whether this is the shape of a row, None where it is any number of steps."""
    return isinstance(value, tuple) and all(
        (i == 0 and n is None) or (type(n) is int and 0 < n <= parts.MOST)
        for i, n in enumerate(value)
    )


NORMS = parts.Value(
    lambda value: isinstance(value, list) and all(map(_is_norm, value)),
    "a list of scale, shift, mean and variance",
)


def _is_norm(value: Any) -> bool:
    """Whether these are the parameters of a batch normalisation."""
    if not isinstance(value, dict) or [*value] != [
        "scale",
        "shift",
        "mean",
        "variance",
    ]:
        return False
    arrays = [*value.values()]
    real = all(isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in arrays)
    return (
        real
        and len({a.shape for a in arrays}) == 1
        and bool(np.isfinite(np.stack(arrays)).all() and (value["variance"] >= 0).all())
    )


NETWORK: dict[str, parts.Part] = {
    "n_features_in_": parts.Size("d"),
    "feature_names_in_": parts.Texts("d"),
    "network_": Value(is_network, "a layer"),
    "parameters_": Value(_are_parameters, "lists and dicts of arrays of numbers"),
    "input_shape_": Value(_is_shape, "the shape of a row"),
    "n_outputs_": whole(1),
    "n_iter_": whole(),
    "history_": records("t"),
    "validation_history_": records("v"),
    "validation_scores_": records("v"),
    "_seed": whole(),
    "_step": NUMBER,
    "_standing": LeftBehind(),
    "_rows": Batch(),
    "_rows_are": Value(
        lambda value: isinstance(value, list) and value[:2] == NAMES[:2]
        and value == [name for name in NAMES if name in value],
        "X, y and perhaps s and lengths",
    ),
}  # fmt: skip
CLASSIFIER = {**NETWORK, "classes_": parts.Labels()}
REGRESSOR = {**NETWORK, "_held_out_error": parts.SIZE}
OPTIONAL = frozenset(
    {
        "n_features_in_",
        "feature_names_in_",
        "validation_history_",
        "validation_scores_",
        "_held_out_error",
    }
)


# -- what must go together ------------------------------------------------------------


def of_network(state: State) -> str:
    """What of a network, its parameters and its rows does not go together."""
    kinds, expected = state["_rows"], state["input_shape_"]
    row = tuple(kinds[0][0][1:])
    if len(kinds) != len(state["_rows_are"]) or len(row) != len(expected):
        return "rows of the shape that it takes"
    if any(n not in (None, m) for n, m in zip(expected, row, strict=True)):
        return "rows of the shape that it takes"
    try:
        after = _fit(state["network_"], state["parameters_"], row)
    except ModelError as error:
        return f"layers that fit together: {error}"
    if after[-1:] != (state["n_outputs_"],):
        return "as many outputs as it tells"
    return ""


def of_classifier(state: State) -> str:
    """The same of a classifier, which has an output a class."""
    c, k = len(state["classes_"]), state["n_outputs_"]
    return of_network(state) if k == c or (c, k) == (2, 1) else "an output a class"


def _fit(layer: Any, p: Any, row: tuple[int, ...]) -> tuple[int, ...]:
    """What becomes of a row; ModelError where parameters are not those of a layer.

    Nothing as large as a layer that the file names is made before its weights are
    seen to be there.
    """
    if inside := layers_in(layer):
        if not isinstance(p, list) or len(p) != len(inside):
            raise ModelError(f"{layer} with parameters of each layer")
        for inner, own in zip(inside, p, strict=True):
            row = _fit(inner, own, row)
        return row
    wanted = layer.table(row) if isinstance(layer, Formula) else {}
    shapes = {name: shape for name, (_, shape) in wanted.items()}
    found = {name: np.shape(array) for name, array in p.items()} if p else {}
    if found != shapes:
        raise ModelError(f"{layer} with parameters of the shapes {shapes}")
    after = output_shape(layer, row)
    if math.prod(after) > LARGEST:
        raise ModelError(f"{layer} with rows of at most {LARGEST} numbers")
    return after
