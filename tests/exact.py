"""Numbers of hundreds of digits that NumPy's functions compute with, as judges."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

# e^-800 beside 1 needs 350 digits.
mpmath.mp.dps = 400


class Exact:
    """A number of mpmath in an array of objects: NumPy calls its methods."""

    def __init__(self, value: Any) -> None:
        plain = value.value if isinstance(value, Exact) else value
        self.value = mpmath.mpf(
            plain.item() if isinstance(plain, np.generic) else plain
        )

    def __float__(self) -> float:
        return float(self.value)

    def __repr__(self) -> str:
        return mpmath.nstr(self.value, 20)


def _binary(name: str) -> Any:
    def method(self: Exact, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented  # NumPy takes it element by element
        result = getattr(self.value, name)(Exact(other).value)
        return result if isinstance(result, bool) else Exact(result)

    return method


def _unary(function: Any) -> Any:
    return lambda self: Exact(function(self.value))


for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _prefix in ("__", "__r"):
        setattr(Exact, f"{_prefix}{_name}__", _binary(f"{_prefix}{_name}__"))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Exact, f"__{_name}__", _binary(f"__{_name}__"))
Exact.__hash__ = None  # type: ignore[assignment]
Exact.__neg__ = _unary(lambda x: -x)
Exact.__pos__ = _unary(lambda x: x)
Exact.__abs__ = _unary(abs)
for _name in (
    "exp",
    "log",
    "expm1",
    "log1p",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "sinh",
    "cosh",
):
    setattr(Exact, _name, _unary(getattr(mpmath, _name)))
Exact.log10 = _unary(mpmath.log10)
Exact.log2 = _unary(lambda x: mpmath.log(x, 2))
Exact.exp2 = _unary(lambda x: mpmath.mpf(2) ** x)


def exact(value: Any) -> Any:
    """An array of exact numbers, from floats."""
    return np.vectorize(Exact, otypes=[object])(value)


def units_off(computed: Any, truth: Any, scale: Any = 0.0) -> float:
    """The largest error, in units in the last place of the truth or the scale."""
    computed = np.asarray(computed)
    info = np.finfo(computed.dtype)
    worst = 0.0
    for c, t, s in np.broadcast(computed, truth, scale):
        size = max(
            abs(Exact(t).value), abs(mpmath.mpf(float(s))), mpmath.mpf(float(info.tiny))
        )
        unit = mpmath.mpf(float(info.eps)) * mpmath.mpf(2) ** mpmath.floor(
            mpmath.log(size, 2)
        )
        if np.isfinite(c):
            worst = max(worst, float(abs(mpmath.mpf(float(c)) - Exact(t).value) / unit))
        else:
            worst = float("inf")
    return worst


def correct_digits(computed: Any, truth: Any) -> int:
    """How many decimal digits are right, of the worst element; 16 are all."""
    worst = 16
    for c, t in np.broadcast(np.asarray(computed), truth):
        t = Exact(t).value
        if not np.isfinite(c):
            return 0
        if abs(t) < np.finfo(float).tiny:
            continue
        error = (
            abs(mpmath.mpf(float(c)) - t) / abs(t) if t else abs(mpmath.mpf(float(c)))
        )
        if error:
            worst = min(worst, max(0, int(mpmath.floor(-mpmath.log10(error) + 0.3))))
    return worst
