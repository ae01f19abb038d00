"""Whether two results are the same to a person: values, shapes, and what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lessons.exercises.values import Foreign

FLOOR = 1e-13  # what is left where numbers of ordinary size cancel


class Digits(float):
    """A relative tolerance that knows no floor: with it, 1e-300 is not nearly 0.

    Examples
    --------
    >>> same(0.0, 1e-300, 1e-6), same(0.0, 1e-300, Digits(1e-6))
    (True, False)
    """


def same(came: Any, right: Any, rtol: float) -> bool:
    """Tell whether a result is the right one, up to rounding.

    A Python number, a NumPy number and an array without axes are the same, and so are a
    list and a tuple; (n, 1) and (n,) are not, nor are a list and an array, nor True and
    1. Numbers of few digits (float32) are compared by the digits they have.
    """
    if isinstance(right, tuple | list):
        parts = len(came) if isinstance(came, tuple | list) or several(came) else -1
        return parts == len(right) and all(
            same(c, r, rtol) for c, r in zip(came, right, strict=True)
        )
    if isinstance(right, dict):
        alike = isinstance(came, dict) and came.keys() == right.keys()
        return alike and all(same(came[name], right[name], rtol) for name in right)
    if right is None or isinstance(right, str | Foreign):
        return type(came) is type(right) and bool(came == right)
    if isinstance(came, Foreign | str | tuple | list | dict) or came is None:
        return False
    return close(np.asarray(came), np.asarray(right), rtol)


def close(came: Any, right: Any, rtol: float) -> bool:
    """Tell whether two arrays are the same in shape, kind and value."""
    if came.shape != right.shape or family(came) != family(right):
        return False
    if family(right) != "number":
        return bool(np.array_equal(came, right))
    single = any(each.dtype.kind == "f" and each.itemsize < 8 for each in (came, right))
    rtol = max(rtol, 1e-4) if single else rtol
    with np.errstate(all="ignore"):
        size = np.abs(right)
        scale = float(np.max(size, where=np.isfinite(size), initial=0.0))
        floor = 0.0 if isinstance(rtol, Digits) else FLOOR
        atol = floor + rtol * (1e-1 if single else 1e-3) * scale
        return bool(np.allclose(came, right, rtol=rtol, atol=atol, equal_nan=True))


def several(value: Any) -> bool:
    """Tell whether a value is an array with parts along a first axis."""
    return isinstance(value, np.ndarray) and value.ndim > 0


def family(array: Any) -> str:
    """What an array holds: numbers, complex ones, True and False, or words."""
    kinds = {"b": "truth", "U": "word", "c": "complex"}
    return kinds.get(array.dtype.kind, "number")
