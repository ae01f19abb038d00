"""Derivatives of elementwise functions, as in a table of calculus."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.table import derivative, zero


def power_base(g: Any, z: Any, x: Any, y: Any) -> Any:
    """y x^(y-1), and 0 where y = 0."""
    if isinstance(y, (int, float)):
        return g * (y * x ** (y - 1)) if y != 2 else g * (2 * x)
    return g * (y * x ** np.where(y == 0, 1.0, y - 1))


def power_exponent(g: Any, z: Any, x: Any, y: Any) -> Any:
    """x^y log x, and 0 where x = 0, as the limit for y > 0."""
    return g * z * np.log(np.where(x == 0, 1.0, x))


def share(x: Any, y: Any, z: Any) -> Any:
    """1 where x alone attains z, 1/2 where x and y tie, else 0."""
    return (x == z) / (1.0 + (x == y))


# fmt: off        g = dJ/dz, z the result; sums over broadcast axes are taken by the backward pass
derivative(np.add,        lambda g, z, x, y: g,                              # d(x+y)/dx = 1
                          lambda g, z, x, y: g)
derivative(np.subtract,   lambda g, z, x, y: g,                              # d(x-y)/dx = 1
                          lambda g, z, x, y: -g)                             # d(x-y)/dy = -1
derivative(np.multiply,   lambda g, z, x, y: g * y,                          # d(xy)/dx = y
                          lambda g, z, x, y: g * x)                          # d(xy)/dy = x
derivative(np.divide,     lambda g, z, x, y: g / y,                          # d(x/y)/dx = 1/y
                          lambda g, z, x, y: -g * z / y)                     # d(x/y)/dy = -x/y^2
derivative(np.power,      power_base, power_exponent)
derivative(np.float_power, power_base, power_exponent)
derivative(np.remainder,  lambda g, z, x, y: g,                              # x - y floor(x/y)
                          lambda g, z, x, y: -g * np.floor(x / y))
derivative(np.fmod,       lambda g, z, x, y: g,                              # x - y trunc(x/y)
                          lambda g, z, x, y: -g * np.trunc(x / y))
derivative(np.negative,   lambda g, z, x: -g)                                # -1
derivative(np.positive,   lambda g, z, x: g)                                 # 1
derivative("copy",        lambda g, z, x: g)                                 # 1
derivative("cast",        lambda g, z, x, dtype: g)                          # 1
derivative(np.absolute,   lambda g, z, x: g * np.sign(x))                    # sign x, 0 at 0
derivative(np.fabs,       lambda g, z, x: g * np.sign(x))                    # sign x, 0 at 0
derivative(np.reciprocal, lambda g, z, x: -g * z**2)                         # -1/x^2
derivative(np.square,     lambda g, z, x: g * (2 * x))                       # 2x
derivative(np.sqrt,       lambda g, z, x: g / (2 * z))                       # 1/(2 sqrt x)
derivative(np.cbrt,       lambda g, z, x: g / (3 * z**2))                    # x^(-2/3) / 3
derivative(np.hypot,      lambda g, z, x, y: g * x / z,                      # x/z
                          lambda g, z, x, y: g * y / z)                      # y/z
derivative(np.exp,        lambda g, z, x: g * z)                             # e^x
derivative(np.exp2,       lambda g, z, x: g * z * np.log(2.0))               # 2^x log 2
derivative(np.expm1,      lambda g, z, x: g * (z + 1))                       # e^x
derivative(np.log,        lambda g, z, x: g / x)                             # 1/x
derivative(np.log2,       lambda g, z, x: g / (x * np.log(2.0)))             # 1/(x log 2)
derivative(np.log10,      lambda g, z, x: g / (x * np.log(10.0)))            # 1/(x log 10)
derivative(np.log1p,      lambda g, z, x: g / (1 + x))                       # 1/(1+x)
derivative(np.logaddexp,  lambda g, z, x, y: g * np.exp(x - z),              # e^x/(e^x+e^y)
                          lambda g, z, x, y: g * np.exp(y - z))              # e^y/(e^x+e^y)
derivative(np.logaddexp2, lambda g, z, x, y: g * np.exp2(x - z),             # 2^x/(2^x+2^y)
                          lambda g, z, x, y: g * np.exp2(y - z))             # 2^y/(2^x+2^y)
derivative(np.sin,        lambda g, z, x: g * np.cos(x))                     # cos x
derivative(np.cos,        lambda g, z, x: -g * np.sin(x))                    # -sin x
derivative(np.tan,        lambda g, z, x: g * (1 + z**2))                    # 1 + tan^2 x
derivative(np.arcsin,     lambda g, z, x: g / np.sqrt((1 - x) * (1 + x)))    # 1/sqrt(1-x^2)
derivative(np.arccos,     lambda g, z, x: -g / np.sqrt((1 - x) * (1 + x)))   # -1/sqrt(1-x^2)
derivative(np.arctan,     lambda g, z, x: g / (1 + x**2))                    # 1/(1+x^2)
derivative(np.arctan2,    lambda g, z, y, x: g * x / (x**2 + y**2),          # x/(x^2+y^2)
                          lambda g, z, y, x: -g * y / (x**2 + y**2))         # -y/(x^2+y^2)
derivative(np.sinh,       lambda g, z, x: g * np.cosh(x))                    # cosh x
derivative(np.cosh,       lambda g, z, x: g * np.sinh(x))                    # sinh x
derivative(np.tanh,       lambda g, z, x: g * (1 - z**2))                    # 1 - tanh^2 x
derivative(np.arcsinh,    lambda g, z, x: g / np.hypot(x, 1.0))              # 1/sqrt(x^2+1)
derivative(np.arccosh,    lambda g, z, x: g / np.sqrt((x - 1) * (x + 1)))    # 1/sqrt(x^2-1)
derivative(np.arctanh,    lambda g, z, x: g / ((1 - x) * (1 + x)))           # 1/(1-x^2)
derivative(np.deg2rad,    lambda g, z, x: g * (np.pi / 180))                 # pi/180
derivative(np.rad2deg,    lambda g, z, x: g * (180 / np.pi))                 # 180/pi
derivative(np.radians,    lambda g, z, x: g * (np.pi / 180))                 # pi/180
derivative(np.degrees,    lambda g, z, x: g * (180 / np.pi))                 # 180/pi
derivative(np.maximum,    lambda g, z, x, y: g * share(x, y, z),             # ties share equally
                          lambda g, z, x, y: g * share(y, x, z))
derivative(np.minimum,    lambda g, z, x, y: g * share(x, y, z),             # ties share equally
                          lambda g, z, x, y: g * share(y, x, z))
derivative(np.fmax,       lambda g, z, x, y: g * share(x, y, z),             # ties share equally
                          lambda g, z, x, y: g * share(y, x, z))
derivative(np.fmin,       lambda g, z, x, y: g * share(x, y, z),             # ties share equally
                          lambda g, z, x, y: g * share(y, x, z))
derivative(np.copysign,   lambda g, z, x, y: g * np.copysign(1.0, x) * np.copysign(1.0, y), None)
derivative("where",       None,                                              # the untaken side gets 0
                          lambda g, z, c, x, y: np.where(c, g, 0.0),
                          lambda g, z, c, x, y: np.where(c, 0.0, g))
zero(np.sign, np.floor, np.ceil, np.trunc, np.rint, np.floor_divide, np.heaviside, np.spacing,
     np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
     np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.signbit,
     np.isnan, np.isinf, np.isfinite,
     "any", "all", "argmax", "argmin", "argsort")
# fmt: on
