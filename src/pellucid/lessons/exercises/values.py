"""Values cross from a person's process as text and plain numbers: nothing is run."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 2_000_000  # bytes of an array that is looked at
LONGEST = 10_000  # items of a list that are looked at
DEEPEST = 6  # lists in lists in lists


@dataclass(frozen=True)
class Foreign:
    """A value that is neither a number nor made of numbers: what it was."""

    kind: str
    text: str


def encoded(value: Any, depth: int = 0) -> Any:
    """Write a value as JSON can hold it."""
    if isinstance(value, str):
        return value[:LONGEST]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | complex | np.generic | np.ndarray):
        return _array(value)
    if isinstance(value, tuple | list | dict):
        return _items(value, depth)
    return _foreign(value)


def decoded(text: Any) -> Any:
    """Read a value that `encoded` wrote."""
    if not isinstance(text, dict):
        return text
    items: Any = text.get("items")
    match text["is"]:
        case "tuple":
            return tuple(decoded(item) for item in items)
        case "list":
            return [decoded(item) for item in items]
        case "dict":
            return {name: decoded(item) for name, item in items.items()}
        case "foreign":
            return Foreign(text["kind"], text["text"])
    raw = base64.b64decode(text["bytes"])
    array = np.frombuffer(raw, np.dtype(text["dtype"])).reshape(text["shape"])
    if text["is"] == "number" and array.dtype.itemsize >= 8:
        return array.item()  # a float32 keeps its kind: it has fewer digits
    return array[()] if text["is"] == "number" else array.copy()


def _items(value: Any, depth: int) -> Any:
    """Write a tuple, a list or a dictionary by what is in it."""
    if depth > DEEPEST or len(value) > LONGEST:
        kind = type(value).__name__
        text = f"a {kind} of {len(value):,} items"
        return {"is": "foreign", "kind": kind, "text": text}
    if isinstance(value, dict):
        items = {str(name): encoded(item, depth + 1) for name, item in value.items()}
        return {"is": "dict", "items": items}
    kind = "tuple" if isinstance(value, tuple) else "list"
    return {"is": kind, "items": [encoded(item, depth + 1) for item in value]}


def _array(value: Any) -> Any:
    """Write a number or an array by its bytes."""
    try:
        array = np.asarray(value)
    except OverflowError:
        return _foreign(value)
    if array.dtype.kind not in "biufcU" or array.nbytes > LARGEST:
        return _foreign(value)
    return {
        "is": "array" if isinstance(value, np.ndarray) else "number",
        "dtype": array.dtype.str,
        "shape": array.shape,
        "bytes": base64.b64encode(array.tobytes()).decode(),
    }


def _foreign(value: Any) -> Any:
    """Tell what a value is that cannot cross."""
    try:
        big = isinstance(value, np.ndarray) and value.nbytes > LARGEST
        text = f"an array of shape {value.shape}" if big else repr(value)[:200]
    except BaseException:  # a person's own __repr__ may do anything
        text = "?"
    return {"is": "foreign", "kind": type(value).__name__, "text": text}
