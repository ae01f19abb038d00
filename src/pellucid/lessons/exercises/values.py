"""Values cross from a person's process as text and plain numbers: nothing is run."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 20_000_000  # bytes of an array that is looked at


@dataclass(frozen=True)
class Foreign:
    """A value that is neither a number nor made of numbers: what it was."""

    kind: str
    text: str


def encoded(value: Any) -> Any:
    """Write a value as JSON can hold it."""
    match value:
        case None | bool() | str():
            return value
        case tuple() | list():
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {"is": kind, "items": [encoded(item) for item in value]}
        case dict() if all(isinstance(name, str) for name in value):
            items = {name: encoded(item) for name, item in value.items()}
            return {"is": "dict", "items": items}
        case int() | float() | complex() | np.generic() | np.ndarray():
            return _array(value)
    return _foreign(value)


def decoded(text: Any) -> Any:
    """Read a value that `encoded` wrote."""
    if not isinstance(text, dict):
        return text
    items = text.get("items")
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
    return array.item() if text["is"] == "number" else array.copy()


def _array(value: Any) -> Any:
    """Write a number or an array by its bytes."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc" or array.nbytes > LARGEST:
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
        text = repr(value)[:200]
    except Exception:
        text = "?"
    return {"is": "foreign", "kind": type(value).__name__, "text": text}
