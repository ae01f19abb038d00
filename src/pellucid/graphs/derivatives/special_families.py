"""Derivatives of Bessel functions, polynomials, elliptic and hypergeometric functions.

Each family is closed under differentiation: the slope of one member is another member,
so that every order of derivative is at hand. Numbers such as 10.6.1 are those of DLMF.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc

from pellucid.graphs.derivatives.entering import derivative
from pellucid.graphs.derivatives.special_tables import parts, unknown
from pellucid.graphs.tracing.traced import recorded

Slope = Callable[..., Any]


def beside(f: Slope, v: Any, x: Any, sign: float = 1.0) -> Any:
    """(f_{v-1} + sign f_{v+1}) / 2, at x. 10.6.1, 10.29.1."""
    return 0.5 * (f(v - 1.0, x) + sign * f(v + 1.0, x))


def struve_slope(f: Slope, sign: float) -> Slope:
    """The same, and (x/2)^v / (2 sqrt(pi) Gamma(v + 3/2)). 11.4.24, 11.4.30."""

    def rule(g: Any, z: Any, v: Any, x: Any) -> Any:
        extra = (0.5 * x) ** v * (0.5 / math.sqrt(np.pi) * sc.rgamma(v + 1.5))
        return g * (beside(f, v, x, sign) + extra)

    return rule


def spherical(name: str, sign: float) -> Slope:
    """SciPy's own first derivative; the next from the equation of the function.

    x^2 y'' + 2 x y' + (sign x^2 - n (n + 1)) y = 0. 10.47.1, 10.47.2.
    """

    def rule(g: Any, z: Any, n: Any, x: Any, derivative: bool = False) -> Any:
        if not derivative:
            return g * recorded(name, n, x, derivative=True)
        curvature = n * (n + 1) / x / x - sign
        return g * (curvature * recorded(name, n, x) - 2.0 / x * z)

    return rule


def legendre(g: Any, z: Any, m: Any, v: Any, x: Any) -> Any:
    """(v x P_v - (v + m) P_{v-1}) / (x^2 - 1). 14.10.5."""
    return -g * (v * x * z - (v + m) * sc.lpmv(m, v - 1, x)) / ((1.0 - x) * (1.0 + x))


def first_kind(m: Any) -> Any:
    """dK/dm = pi/8 F(3/2, 3/2; 2; m). 19.5.1."""
    return np.pi / 8 * sc.hyp2f1(1.5, 1.5, 2.0, m)


def second_kind(m: Any) -> Any:
    """dE/dm = -pi/8 F(1/2, 3/2; 2; m). 19.5.2."""
    return -np.pi / 8 * sc.hyp2f1(0.5, 1.5, 2.0, m)


def first_kind_near_1(g: Any, z: Any, p: Any) -> Any:
    """-(E/p - K) / (2 (1 - p)), and by the series where p is not small. 19.4.1."""
    small = np.less(p, 0.5)
    inside = np.where(small, p, 0.25)
    closed = (sc.ellipe(1.0 - inside) / inside - sc.ellipkm1(inside)) / (1.0 - inside)
    series = first_kind(1.0 - np.where(small, 0.75, p))
    return -g * np.where(small, 0.5 * closed, series)


def amplitude(phi: Any, m: Any) -> Any:
    """sqrt(1 - m sin^2 phi)."""
    return np.sqrt(1.0 - m * np.sin(phi) ** 2)


def incomplete_first(g: Any, z: Any, phi: Any, m: Any) -> Any:
    """E/(2m(1-m)) - F/(2m) - sin 2phi/(4 (1-m) delta); at m = 0 its limit. 19.4.4."""
    some = np.where(np.equal(m, 0), 0.5, m)
    rest = 0.5 * np.sin(2.0 * phi) / amplitude(phi, some)
    slope = (sc.ellipeinc(phi, some) / some - rest) / (1.0 - some)
    slope = 0.5 * (slope - sc.ellipkinc(phi, some) / some)
    return g * np.where(np.equal(m, 0), 0.25 * phi - 0.125 * np.sin(2.0 * phi), slope)


def incomplete_second(g: Any, z: Any, phi: Any, m: Any) -> Any:
    """(E - F) / (2m); at m = 0 its limit. 19.4.6."""
    some = np.where(np.equal(m, 0), 0.5, m)
    slope = 0.5 * (sc.ellipeinc(phi, some) - sc.ellipkinc(phi, some)) / some
    return g * np.where(np.equal(m, 0), 0.125 * np.sin(2.0 * phi) - 0.25 * phi, slope)


def jacobian_functions(g: Any, z: Any, u: Any, m: Any, part: int) -> Any:
    """In u: sn' = cn dn, cn' = -sn dn, dn' = -m sn cn, phi' = dn. 22.13.1."""
    sn, cn, dn, _ = sc.ellipj(u, m)
    return g * (cn * dn, -sn * dn, -m * sn * cn, dn)[part]


def mean_slope(g: Any, z: Any, a: Any, b: Any) -> Any:
    """In a, of agm(a, b) = pi (a+b) / (4 K(m)) with m = ((a-b)/(a+b))^2. 19.8.5."""
    m = ((a - b) / (a + b)) ** 2
    dm = 4.0 * b * (a - b) / (a + b) ** 3
    return g * z * (1.0 / (a + b) - dm * first_kind(m) / sc.ellipk(m))


def cylinder(sign: float) -> Any:
    """Parabolic cylinder functions: f and f', with f'' from the equation. 12.2.2."""

    def rule(g: Any, z: Any, v: Any, x: Any, part: int) -> Any:
        f = sc.pbdv if sign > 0 else sc.pbvv
        value, slope = f(v, x)
        return g * (slope if part == 0 else (0.25 * x**2 - v - 0.5) * value)

    return rule


def weber(g: Any, z: Any, a: Any, x: Any, part: int) -> Any:
    """W' and W'' = (a - x^2/4) W. 12.14.2."""
    value, slope = sc.pbwa(a, x)
    return g * (slope if part == 0 else (a - 0.25 * x**2) * value)


def integrals_of_airy(position: int, sign: int) -> Slope:
    """Ai or Bi at x or -x."""
    return lambda z, x: sc.airy(sign * x)[position]


def gegenbauer(n: Any, a: Any, x: Any) -> Any:
    """C_n^(a)(x)."""
    return sc.eval_gegenbauer(n, a, x)


def polynomial(f: np.ufunc, slope: Slope) -> None:
    """Enter a polynomial of degree n: its slope in x is 0 where n is 0."""

    def rule(g: Any, z: Any, n: Any, *rest: Any) -> Any:
        return g * np.where(np.equal(n, 0), 0.0, slope(n, *rest))

    derivative(f, *(unknown,) * (f.nin - 1), rule)


# fmt: off
for _f in (sc.jv, sc.jve, sc.yv, sc.yve):
    derivative(_f,  unknown, lambda g, z, v, x, f=_f: g * beside(f, v, x, -1.0))
derivative(sc.yn,   unknown, lambda g, z, n, x: g * beside(sc.yv, n, x, -1.0))
derivative(sc.iv,   unknown, lambda g, z, v, x: g * beside(sc.iv, v, x))
derivative(sc.kv,   unknown, lambda g, z, v, x: -g * beside(sc.kv, v, x))
derivative(sc.kn,   unknown, lambda g, z, n, x: -g * beside(sc.kv, n, x))
derivative(sc.kve,  unknown, lambda g, z, v, x: g * (z - beside(sc.kve, v, x)))
derivative(sc.ive,  unknown,
           lambda g, z, v, x: g * (beside(sc.ive, v, x) - np.sign(x) * z))
derivative(sc.j0,  lambda g, z, x: -g * sc.j1(x))
derivative(sc.j1,  lambda g, z, x: g * 0.5 * (sc.j0(x) - sc.jv(2, x)))
derivative(sc.y0,  lambda g, z, x: -g * sc.y1(x))
derivative(sc.y1,  lambda g, z, x: g * (sc.y0(x) - z / x))
derivative(sc.i0,  lambda g, z, x: g * sc.i1(x))
derivative(sc.i1,  lambda g, z, x: g * 0.5 * (sc.i0(x) + sc.iv(2, x)))
derivative(sc.i0e, lambda g, z, x: g * (sc.i1e(x) - np.sign(x) * z))
derivative(sc.i1e, lambda g, z, x: g * (beside(sc.ive, 1, x) - np.sign(x) * z))
derivative(sc.k0,  lambda g, z, x: -g * sc.k1(x))
derivative(sc.k1,  lambda g, z, x: -g * (sc.k0(x) + z / x))
derivative(sc.k0e, lambda g, z, x: g * (z - sc.k1e(x)))
derivative(sc.k1e, lambda g, z, x: g * (z - sc.k0e(x) - z / x))
for _name, _sign in (("jn", 1.0), ("yn", 1.0), ("in", -1.0), ("kn", -1.0)):
    _name = f"special.spherical_{_name}"
    derivative(_name, unknown, spherical(_name, _sign))
derivative(sc.struve,    unknown, struve_slope(sc.struve, -1.0))
derivative(sc.modstruve, unknown, struve_slope(sc.modstruve, 1.0))
derivative(sc.ber,  lambda g, z, x: g * sc.berp(x))
derivative(sc.bei,  lambda g, z, x: g * sc.beip(x))
derivative(sc.ker,  lambda g, z, x: g * sc.kerp(x))
derivative(sc.kei,  lambda g, z, x: g * sc.keip(x))
derivative(sc.berp, lambda g, z, x: -g * (sc.bei(x) + z / x))      # 10.61.3
derivative(sc.beip, lambda g, z, x: g * (sc.ber(x) - z / x))
derivative(sc.kerp, lambda g, z, x: -g * (sc.kei(x) + z / x))
derivative(sc.keip, lambda g, z, x: g * (sc.ker(x) - z / x))
derivative("special.airy", parts(lambda z, x: sc.airy(x)[1],
                                 lambda z, x: x * sc.airy(x)[0],
                                 lambda z, x: sc.airy(x)[3],
                                 lambda z, x: x * sc.airy(x)[2]))
derivative("special.itairy", parts(integrals_of_airy(0, 1), integrals_of_airy(2, 1),
                                   integrals_of_airy(0, -1), integrals_of_airy(2, -1)))
derivative("special.itj0y0", parts(lambda z, x: sc.j0(x), lambda z, x: sc.y0(x)))
derivative("special.iti0k0", parts(lambda z, x: sc.i0(x), lambda z, x: sc.k0(x)))
derivative("special.it2j0y0", parts(lambda z, x: (1.0 - sc.j0(x)) / x,
                                    lambda z, x: -sc.y0(x) / x))
derivative("special.it2i0k0", parts(lambda z, x: (sc.i0(x) - 1.0) / x,
                                    lambda z, x: -sc.k0(x) / x))
derivative(sc.itstruve0,    lambda g, z, x: g * sc.struve(0, x))
derivative(sc.itmodstruve0, lambda g, z, x: g * sc.modstruve(0, x))
derivative(sc.it2struve0,   lambda g, z, x: -g * sc.struve(0, x) / x)
derivative("special.pbdv",  unknown, cylinder(1.0))
derivative("special.pbvv",  unknown, cylinder(-1.0))
derivative("special.pbwa",  unknown, weber)
# -- elliptic integrals and functions, of the parameter m
derivative(sc.ellipk,    lambda g, z, m: g * first_kind(m))
derivative(sc.ellipe,    lambda g, z, m: g * second_kind(m))
derivative(sc.ellipkm1,  first_kind_near_1)
derivative(sc.ellipkinc, lambda g, z, phi, m: g / amplitude(phi, m), incomplete_first)
derivative(sc.ellipeinc, lambda g, z, phi, m: g * amplitude(phi, m), incomplete_second)
derivative("special.ellipj", jacobian_functions, unknown)
derivative(sc.elliprf,   lambda g, z, x, y, w: -g * sc.elliprd(y, w, x) / 6,   # 19.18.1
                         lambda g, z, x, y, w: -g * sc.elliprd(w, x, y) / 6,
                         lambda g, z, x, y, w: -g * sc.elliprd(x, y, w) / 6)
derivative(sc.agm,       mean_slope, lambda g, z, a, b: mean_slope(g, z, b, a))
# -- hypergeometric functions, in the last argument
derivative(sc.hyp0f1, unknown, lambda g, z, b, x: g * sc.hyp0f1(b + 1.0, x) / b)
derivative(sc.hyp1f1, unknown, unknown,
           lambda g, z, a, b, x: g * a / b * sc.hyp1f1(a + 1.0, b + 1.0, x))
derivative(sc.hyp2f1, unknown, unknown, unknown,
           lambda g, z, a, b, c, x: g * a * b / c
           * sc.hyp2f1(a + 1.0, b + 1.0, c + 1.0, x))
derivative(sc.hyperu, unknown, unknown,
           lambda g, z, a, b, x: -g * a * sc.hyperu(a + 1.0, b + 1.0, x))
derivative(sc.wright_bessel, unknown, unknown,
           lambda g, z, a, b, x: g * sc.wright_bessel(a, a + b, x))
derivative(sc.log_wright_bessel, unknown, unknown,
           lambda g, z, a, b, x: g * np.exp(sc.log_wright_bessel(a, a + b, x) - z))
# -- orthogonal polynomials. 18.9
derivative(sc.lpmv, unknown, unknown, legendre)
polynomial(sc.eval_legendre,    lambda n, x: gegenbauer(n - 1, 1.5, x))
polynomial(sc.eval_sh_legendre, lambda n, x: 2.0 * gegenbauer(n - 1, 1.5, 2.0 * x - 1))
polynomial(sc.eval_chebyt,      lambda n, x: n * sc.eval_chebyu(n - 1, x))
polynomial(sc.eval_chebyu,      lambda n, x: 2.0 * gegenbauer(n - 1, 2.0, x))
polynomial(sc.eval_chebyc,      lambda n, x: n * sc.eval_chebyu(n - 1, 0.5 * x))
polynomial(sc.eval_chebys,      lambda n, x: gegenbauer(n - 1, 2.0, 0.5 * x))
polynomial(sc.eval_sh_chebyt,   lambda n, x: 2 * n * sc.eval_chebyu(n - 1, 2.0 * x - 1))
polynomial(sc.eval_sh_chebyu,   lambda n, x: 4.0 * gegenbauer(n - 1, 2.0, 2.0 * x - 1))
polynomial(sc.eval_hermite,     lambda n, x: 2 * n * sc.eval_hermite(n - 1, x))
polynomial(sc.eval_hermitenorm, lambda n, x: n * sc.eval_hermitenorm(n - 1, x))
polynomial(sc.eval_laguerre,    lambda n, x: -sc.eval_genlaguerre(n - 1, 1.0, x))
polynomial(sc.eval_genlaguerre, lambda n, a, x: -sc.eval_genlaguerre(n - 1, a + 1, x))
polynomial(sc.eval_gegenbauer,  lambda n, a, x: 2.0 * a * gegenbauer(n - 1, a + 1, x))
polynomial(sc.eval_jacobi,      lambda n, a, b, x: 0.5 * (n + a + b + 1)
                                * sc.eval_jacobi(n - 1, a + 1, b + 1, x))
# fmt: on
