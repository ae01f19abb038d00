"""Values of a model as JSON and arrays, and back.

JSON has no nan, no tuples, no types of NumPy, and no arrays. Each of them is an object
with one key, which says what it is: {"float": "nan"}, {"tuple": [...]}, {"array":
"coef_"}, where the array of that name stands beside the JSON. Numbers, texts, lists
and null are themselves. Nothing that is read can name code: methods, schedules, layers
and functions are found in tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from types import FunctionType
from typing import Any

import numpy as np

from pellucid.minimisers import methods, schedules
from pellucid.models.base import Array
from pellucid.models.networks.plain_layers import (
    FUNCTIONS,
    LAYERS,
    function_name,
    is_named,
    made,
    parts_of,
)

RECORDS = {
    name: getattr(home, name) for home in (methods, schedules) for name in home.__all__
}
NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64",
)  # fmt: skip
SCALARS = {name: np.dtype(name).type for name in NAMES}
ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
TWISTER = 624  # words of the state of a RandomState


class Unfit(ValueError):  # noqa: N818 (it never leaves the package)
    """Something is no part of a model: what was expected, and what was found."""


def unfit(where: str, expected: str, found: Any) -> Unfit:
    """Say that something in a model is not what it has to be."""
    text = found if isinstance(found, str) else repr(found)
    where, shown = (" ".join(t.split()) for t in (where, text))  # on one line
    shown = shown if len(shown) <= 80 else f"{shown[:80]}..."
    return Unfit(f"{where[:80]} to be {expected}, found {shown}")


# -- written --------------------------------------------------------------------------


def to_json(value: Any, where: str, arrays: dict[str, Array]) -> Any:
    """Turn a value into JSON; its arrays go into a dict, by names that begin as given.

    Raises
    ------
    Unfit
        For what is no data, such as a function.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic) and not isinstance(value, str):
        return _scalar(value, where)
    if isinstance(value, str | int):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, np.ndarray):
        return _array(value, where, arrays)
    if isinstance(value, list | tuple):
        items = [to_json(v, f"{where}.{i}", arrays) for i, v in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        return _dict(value, where, arrays)
    if isinstance(value, np.random.RandomState):
        return {"random": to_json(_words(value, where), where, arrays)}
    if type(value).__name__ in RECORDS and type(value) is RECORDS[type(value).__name__]:
        own = {f.name: getattr(value, f.name) for f in fields(value)}
        return {"method": [type(value).__name__, _dict(own, where, arrays)]}
    if is_named(value):
        parts = _dict(parts_of(value), where, arrays)
        return {"layer": [type(value).__name__, parts]}
    if name := function_name(value):
        return {"function": name}
    kind = f"{type(value).__name__}, which is no data"
    kind = f"{value.__name__}, {kind}" if isinstance(value, FunctionType) else kind
    raise unfit(where, "numbers, text, arrays, or lists and dicts of them", kind)


def _scalar(value: np.generic, where: str) -> Any:
    if value.dtype.name not in SCALARS:
        raise unfit(where, "a number of at most 64 bits", value.dtype.name)
    item = value.item()
    return {"scalar": [value.dtype.name, to_json(item, where, {})]}


def _words(rng: np.random.RandomState, where: str) -> list[Any]:
    """Where a Mersenne twister stands: its words, the next of them, and a spare."""
    name, *state = rng.get_state(legacy=True)
    if name != "MT19937":
        raise unfit(where, "a seed, or a RandomState of MT19937", f"one of {name}")
    return state


def _dict(value: Mapping[Any, Any], where: str, arrays: dict[str, Array]) -> Any:
    """Texts as keys where all of them are, else pairs."""
    if all(type(key) is str for key in value):
        return {"dict": {k: to_json(v, f"{where}.{k}", arrays)
                         for k, v in value.items()}}  # fmt: skip
    pairs = [to_json(list(pair), f"{where}.{i}", arrays)
             for i, pair in enumerate(value.items())]  # fmt: skip
    return {"pairs": pairs}


def _array(value: Array, where: str, arrays: dict[str, Array]) -> Any:
    """Numbers beside the JSON, in rows or columns as they lie; texts in it."""
    if _are_texts(value):
        kind = "object" if value.dtype.kind == "O" else "text"
        return {"texts": [kind, list(map(str, value.tolist()))]}
    if value.dtype.newbyteorder("=").name not in SCALARS:
        expected = "an array of numbers of at most 64 bits, or of text"
        raise unfit(where, expected, f"one of {value.dtype}")
    by_column = value.flags.f_contiguous and not value.flags.c_contiguous
    laid = value.T if by_column else value
    arrays[where] = np.array(laid, laid.dtype.newbyteorder("="), order="C")
    return {"columns" if by_column else "array": where}


def _are_texts(value: Array) -> bool:
    if value.ndim != 1 or value.dtype.kind not in "UO":
        return False
    return all(isinstance(cell, str) for cell in value)


# -- read -----------------------------------------------------------------------------


def from_json(value: Any, where: str, arrays: dict[str, Array]) -> Any:
    """The value that was written; each array is taken out of the dict.

    Raises
    ------
    Unfit
        For what `to_json` does not write.
    """
    if isinstance(value, list):
        return [from_json(v, f"{where}.{i}", arrays) for i, v in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kind, *more = value
    if more or kind not in READERS:
        raise unfit(where, f"one of {', '.join(READERS)}", f"{[*value]}")
    return READERS[kind](value[kind], where, arrays)


def _tuple(value: Any, where: str, arrays: dict[str, Array]) -> tuple[Any, ...]:
    return tuple(from_json(_list(value, where), where, arrays))


def _list(value: Any, where: str, n: int | None = None) -> list[Any]:
    if not isinstance(value, list) or len(value) != (len(value) if n is None else n):
        raise unfit(where, "a list" + (f" of {n}" if n else ""), value)
    return value


def _float(value: Any, where: str, _: dict[str, Array]) -> float:
    if not isinstance(value, str) or value not in ODD:
        raise unfit(where, "nan, inf or -inf", value)
    return ODD[value]


def _number(value: Any, where: str, arrays: dict[str, Array]) -> Any:
    name, item = _list(value, where, 2)
    number = from_json(item, where, arrays)
    if name not in SCALARS or not isinstance(number, bool | int | float):
        raise unfit(where, "a number of a type of NumPy", value)
    with np.errstate(over="ignore"):
        made = SCALARS[name](number)
    if type(made.item()) is not type(number) or repr(made.item()) != repr(number):
        raise unfit(where, f"a number of the type {name}", number)
    return made


def _mapping(value: Any, where: str, arrays: dict[str, Array]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise unfit(where, "an object", value)
    return {k: from_json(v, f"{where}.{k}", arrays) for k, v in value.items()}


def _pairs(value: Any, where: str, arrays: dict[str, Array]) -> dict[Any, Any]:
    pairs = [_list(pair, where, 2) for pair in _list(value, where)]
    keys = [from_json(key, where, arrays) for key, _ in pairs]
    if not all(isinstance(k, str | int | float | np.generic) for k in keys):
        raise unfit(where, "a dict with numbers or text as keys", value)
    values = [from_json(v, f"{where}.{i}.1", arrays) for i, (_, v) in enumerate(pairs)]
    found = dict(zip(keys, values, strict=True))
    if len(found) < len(keys):
        raise unfit(where, "a dict whose keys differ", keys)
    return found


def _beside(value: Any, where: str, arrays: dict[str, Array]) -> Array:
    if not isinstance(value, str) or value not in arrays:
        raise unfit(where, "the name of an array of its own", value)
    return arrays.pop(value)


def _by_column(value: Any, where: str, arrays: dict[str, Array]) -> Array:
    return _beside(value, where, arrays).T


def _texts(value: Any, where: str, _: dict[str, Array]) -> Array:
    kind, texts = _list(value, where, 2)
    texts = _list(texts, where)
    known = kind in ("text", "object") and all(isinstance(t, str) for t in texts)
    if not known:
        raise unfit(where, "a list of texts", value)
    return np.array(texts, dtype=object if kind == "object" else str)


def _random(value: Any, where: str, arrays: dict[str, Array]) -> np.random.RandomState:
    key, at, *spare = _list(from_json(value, where, arrays), where, 4)
    words = isinstance(key, np.ndarray) and key.shape == (TWISTER,)
    # One word too far would be read from beyond the array.
    if (
        not words
        or key.dtype != np.uint32
        or type(at) is not int
        or not 0 <= at <= TWISTER
    ):
        raise unfit(where, "the state of a RandomState", value)
    rng = np.random.RandomState()
    rng.set_state(("MT19937", key, at, int(spare[0]), float(spare[1])))
    return rng


def _method(value: Any, where: str, arrays: dict[str, Array]) -> Any:
    name, own = _list(value, where, 2)
    if not isinstance(name, str) or name not in RECORDS:
        raise unfit(where, f"one of {', '.join(RECORDS)}", name)
    given = from_json(own, where, arrays)
    expected = {f.name for f in fields(RECORDS[name])}
    if not isinstance(given, dict) or set(given) != expected:
        raise unfit(where, f"{name} with {', '.join(sorted(expected))}", value)
    return RECORDS[name](**given)


def _layer(value: Any, where: str, arrays: dict[str, Array]) -> Any:
    name, own = _list(value, where, 2)
    if not isinstance(name, str) or name not in LAYERS:
        raise unfit(where, f"one of {', '.join(LAYERS)}", name)
    parts = from_json(own, where, arrays)
    try:
        return made(name, parts)
    except (TypeError, KeyError) as error:
        raise unfit(where, f"{name} with its settings", str(error)) from None


def _function(value: Any, where: str, _: dict[str, Array]) -> Any:
    if not isinstance(value, str) or value not in FUNCTIONS:
        raise unfit(where, "a function of pellucid or NumPy", value)
    return FUNCTIONS[value]


READERS: dict[str, Callable[[Any, str, dict[str, Array]], Any]] = {
    "float": _float,
    "scalar": _number,
    "tuple": _tuple,
    "dict": _mapping,
    "pairs": _pairs,
    "array": _beside,
    "columns": _by_column,
    "texts": _texts,
    "random": _random,
    "method": _method,
    "layer": _layer,
    "function": _function,
}
