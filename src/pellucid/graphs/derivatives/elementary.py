"""Derivatives of elementwise functions, as in a table of calculus."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.choices import Choice, at_kink, outside, under
from pellucid.graphs.derivatives.entering import derivative, zero
from pellucid.graphs.operations.robust import ratio
from pellucid.graphs.tracing.traced import current, recorded


def power_base(g: Any, z: Any, x: Any, y: Any) -> Any:
    """Give y x^(y-1), and 0 where y = 0, for x = 0 too."""
    if type(y) not in (int, float):
        return g * (y * x ** np.where((y == 0) & (x == 0), 1.0, y - 1))
    return g * (2 * x if y == 2 else y * x ** (y - 1) if y else 0.0)


def power_exponent(g: Any, z: Any, x: Any, y: Any) -> Any:
    """x^y log x, and 0 where x = 0, as the limit for y > 0."""
    return g * z * np.log(np.where(x == 0, 1.0, x))


def larger(g: Any, z: Any, x: Any, y: Any) -> Any:
    """1 where x alone is the larger, 1/2 where x and y tie, else 0."""
    return Choice(
        lambda: step(g, x - y) if is_finite_number(y) else chosen(g, z, x, y),
        lambda: under(x >= y, halved(g, x == y)),
    )


def smaller(g: Any, z: Any, x: Any, y: Any) -> Any:
    """1 where x alone is the smaller, 1/2 where x and y tie, else 0."""
    return Choice(
        lambda: step(g, y - x) if is_finite_number(y) else chosen(g, z, x, y),
        lambda: under(x <= y, halved(g, x == y)),
    )


def attained(g: Any, z: Any, x: Any, y: Any) -> Any:
    """The same where nan is passed over."""
    return Choice(lambda: chosen(g, z, x, y), lambda: under(x == z, halved(g, x == y)))


def step(g: Any, d: Any) -> Any:
    """0 below 0, 1/2 there, 1 above."""
    return g * np.heaviside(d, 0.5)


def is_finite_number(y: Any) -> bool:
    """Whether x - y has a sign for every x; inf - inf has none."""
    return type(y) in (int, float) and math.isfinite(y)


def chosen(g: Any, z: Any, x: Any, y: Any) -> Any:
    """1 where x alone attains z, 1/2 where x and y tie, else 0."""
    return np.where(x == y, 0.5 * g, np.where(x == z, g, 0.0))


def halved(g: Any, tie: Any) -> Any:
    """Half of g at a tie, where the half of an infinite slope is none."""
    return np.where(tie, at_kink(0.5 * g), g)


def hypot(g: Any, z: Any, x: Any, y: Any) -> Any:
    """x/z, and 0 at the tip of the cone."""
    return g * ratio(x, z)


def arcsinh(g: Any, z: Any, x: Any) -> Any:
    """1/sqrt(x^2+1), where x^2 itself may be out of range."""
    return g / (np.sqrt(x * x + 1) if np.iscomplexobj(x) else np.hypot(x, 1.0))


def witch(g: Any, z: Any, x: Any) -> Any:
    """1/(1+x^2), which is 0 where the square is infinite; Agnesi's curve."""
    with current().marking(quiet=True):
        square = x * x
    return g / (1 + square)


def share(x: Any, y: Any, base: float = math.e) -> Any:
    """The share of b^x in b^x + b^y: sigmoid((x - y) log b); 1/2 where x = y = inf."""
    if is_finite_number(x) or is_finite_number(y):
        d = x - y
    else:
        with current().marking(quiet=True):
            # Not for all x == y: the curvature there counts.
            d = np.where((x == y) & np.isinf(x), 0.0, x - y)
    return recorded("sigmoid", d if base == math.e else d * math.log(base))


def angle(g: Any, x: Any, y: Any) -> Any:
    """x/r^2, where r^2 itself may be out of range; 0 where there is no angle."""
    r = np.hypot(x, y)
    return g * ratio(ratio(x, r), r)


def root(g: Any, z: Any, x: Any) -> Any:
    """1/(2 sqrt x), and 0 where x is 0: what it is the mean square of is 0 there."""
    return np.where(z == 0, 0.0, g / np.where(z == 0, 1.0, 2 * z))


# g = dJ/dz, z the result; sums over broadcast axes are taken by the backward pass.
# fmt: off
derivative(np.add,        lambda g, z, x, y: g,                    # d(x+y)/dx = 1
                          lambda g, z, x, y: g)
derivative(np.subtract,   lambda g, z, x, y: g,                    # d(x-y)/dx = 1
                          lambda g, z, x, y: -g)                   # d(x-y)/dy = -1
derivative(np.multiply,   lambda g, z, x, y: g * y,                # d(xy)/dx = y
                          lambda g, z, x, y: g * x)                # d(xy)/dy = x
derivative(np.divide,     lambda g, z, x, y: g / y,                # d(x/y)/dx = 1/y
                          lambda g, z, x, y: -g * z / y)           # d(x/y)/dy = -x/y^2
derivative(np.power,      power_base, power_exponent)
derivative(np.float_power, power_base, power_exponent)
derivative(np.remainder,  lambda g, z, x, y: g,                    # x - y floor(x/y)
                          lambda g, z, x, y: -g * np.floor_divide(x, y))
derivative(np.fmod,       lambda g, z, x, y: g,                    # x - y trunc(x/y)
                          lambda g, z, x, y: -g * np.rint((x - z) / y))
derivative(np.negative,   lambda g, z, x: -g)                      # -1
derivative(np.positive,   lambda g, z, x: g)                       # 1
derivative("copy",        lambda g, z, x: g)                       # 1
derivative("cast",        lambda g, z, x, dtype: g)                # 1
derivative(np.absolute,   lambda g, z, x: g * np.sign(x))          # sign x, 0 at 0
derivative(np.fabs,       lambda g, z, x: g * np.sign(x))          # sign x, 0 at 0
derivative(np.reciprocal, lambda g, z, x: -g * z**2)               # -1/x^2
derivative(np.square,     lambda g, z, x: g * (2 * x))             # 2x
derivative(np.sqrt,       lambda g, z, x: g / (2 * z))             # 1/(2 sqrt x)
derivative("root",        root)                                    # and 0 where x is 0
derivative(np.cbrt,       lambda g, z, x: g / (3 * z**2))          # x^(-2/3) / 3
derivative(np.hypot,      hypot, lambda g, z, x, y: hypot(g, z, y, x))
derivative(np.exp,        lambda g, z, x: g * z)                   # e^x
derivative(np.exp2,       lambda g, z, x: g * z * math.log(2))     # 2^x log 2
derivative(np.expm1,      lambda g, z, x: g * np.exp(x))           # e^x
derivative(np.log,        lambda g, z, x: g / x)                   # 1/x
derivative(np.log2,       lambda g, z, x: g / (x * math.log(2)))   # 1/(x log 2)
derivative(np.log10,      lambda g, z, x: g / (x * math.log(10)))  # 1/(x log 10)
derivative(np.log1p,      lambda g, z, x: g / (1 + x))             # 1/(1+x)
derivative(np.logaddexp,  lambda g, z, x, y: g * share(x, y),      # e^x/(e^x+e^y)
                          lambda g, z, x, y: g * share(y, x))      # e^y/(e^x+e^y)
derivative(np.logaddexp2, lambda g, z, x, y: g * share(x, y, 2),   # 2^x/(2^x+2^y)
                          lambda g, z, x, y: g * share(y, x, 2))   # 2^y/(2^x+2^y)
derivative(np.sin,        lambda g, z, x: g * np.cos(x))           # cos x
derivative(np.cos,        lambda g, z, x: -g * np.sin(x))          # -sin x
derivative(np.tan,        lambda g, z, x: g * (1 + z**2))          # 1 + tan^2 x
derivative(np.arcsin,     lambda g, z, x: g / np.sqrt((1 - x) * (1 + x)))
derivative(np.arccos,     lambda g, z, x: -g / np.sqrt((1 - x) * (1 + x)))
derivative(np.arctan,     witch)                                   # 1/(1+x^2)
derivative(np.arctan2,    lambda g, z, y, x: angle(g, x, y),       # x/(x^2+y^2)
                          lambda g, z, y, x: -angle(g, y, x))      # -y/(x^2+y^2)
derivative(np.sinh,       lambda g, z, x: g * np.cosh(x))          # cosh x
derivative(np.cosh,       lambda g, z, x: g * np.sinh(x))          # sinh x
derivative(np.tanh,       lambda g, z, x: g * (1 - z**2))          # 1 - tanh^2 x
derivative(np.arcsinh,    arcsinh)                                 # 1/sqrt(x^2+1)
derivative(np.arccosh,    lambda g, z, x: g / (np.sqrt(x - 1) * np.sqrt(x + 1)))
derivative(np.arctanh,    lambda g, z, x: g / ((1 - x) * (1 + x))) # 1/(1-x^2)
derivative(np.deg2rad,    lambda g, z, x: g * (np.pi / 180))       # pi/180
derivative(np.rad2deg,    lambda g, z, x: g * (180 / np.pi))       # 180/pi
derivative(np.radians,    lambda g, z, x: g * (np.pi / 180))       # pi/180
derivative(np.degrees,    lambda g, z, x: g * (180 / np.pi))       # 180/pi
derivative(np.maximum,    larger, lambda g, z, x, y: larger(g, z, y, x))
derivative(np.minimum,    smaller, lambda g, z, x, y: smaller(g, z, y, x))
derivative(np.fmax,       attained, lambda g, z, x, y: attained(g, z, y, x))
derivative(np.fmin,       attained, lambda g, z, x, y: attained(g, z, y, x))
derivative(np.copysign,   lambda g, z, x, y: g * np.sign(x) * np.copysign(1.0, y), None)
derivative(np.heaviside,  None, lambda g, z, x, h: under(x == 0, g))
derivative("where",       None,                                    # the untaken side: 0
                          lambda g, z, c, x, y: under(c, g),
                          lambda g, z, c, x, y: outside(c, g))
zero(np.floor, np.ceil, np.trunc, np.rint, np.floor_divide, np.spacing,
     np.less, np.less_equal, np.greater, np.greater_equal, np.equal,
     np.not_equal, np.logical_and, np.logical_or, np.logical_xor, np.logical_not,
     np.signbit, np.isnan, np.isinf, np.isfinite,
     "any", "all", "argmax", "argmin", "argsort")
# fmt: on
