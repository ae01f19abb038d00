"""Derivatives of what takes floating-point numbers apart and puts them together."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.entering import derivative, for_each


def fraction(g: Any, z: Any, x: Any, part: int) -> Any:
    """1 for the fraction, 0 for the whole number."""
    return g if part == 0 else None


def mantissa(g: Any, z: Any, x: Any, part: int) -> Any:
    """2^-e, where x = z 2^e."""
    return np.ldexp(g, -np.frexp(x)[1])


def quotient_or_rest(position: int) -> Any:
    """X - y floor(x/y) in x and in y; the quotient is a step."""

    def rule(g: Any, z: Any, x: Any, y: Any, part: int) -> Any:
        if part == 0:
            return None
        return g if position == 0 else -g * np.floor_divide(x, y)

    return rule


# fmt: off
derivative("modf",       fraction)
derivative("frexp",      mantissa)
for_each("divmod",       quotient_or_rest)
derivative(np.ldexp,     lambda g, z, x, n: np.ldexp(g, n), None)   # 2^n
derivative(np.nextafter, lambda g, z, x, y: g, None)                # one step from x
# fmt: on
