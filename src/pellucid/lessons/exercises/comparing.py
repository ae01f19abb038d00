"""Whether two results are the same to a person: values, shapes, and what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lessons.exercises.values import Foreign


def same(came: Any, right: Any, rtol: float) -> bool:
    """Tell whether a result is the right one, up to rounding.

    A Python number, a NumPy number and an array without axes are the same; (n, 1) and
    (n,) are not, nor are a list and an array.
    """
    if isinstance(right, tuple | list):
        alike = isinstance(came, tuple | list) and len(came) == len(right)
        return alike and all(same(c, r, rtol) for c, r in zip(came, right, strict=True))
    if isinstance(right, dict):
        alike = isinstance(came, dict) and came.keys() == right.keys()
        return alike and all(same(came[name], right[name], rtol) for name in right)
    if right is None or isinstance(right, str | bool):
        return type(came) is type(right) and bool(came == right)
    if isinstance(came, Foreign | str | tuple | list | dict) or came is None:
        return False
    c, r = np.asarray(came), np.asarray(right)
    if c.shape != r.shape:
        return False
    finite = np.abs(r[np.isfinite(r)]) if r.dtype.kind in "fc" else np.abs(r)
    scale = float(np.max(finite, initial=0.0))
    return bool(np.allclose(c, r, rtol=rtol, atol=rtol * 1e-3 * scale, equal_nan=True))
