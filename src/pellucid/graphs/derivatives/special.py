"""Derivatives of SciPy's special functions; loaded with them.

Abramowitz & Stegun, "Handbook of mathematical functions" (1964), and its successor, the
NIST Digital Library of Mathematical Functions (DLMF), https://dlmf.nist.gov. Densities
and the rules of polynomials, orders and elliptic integrals are in files beside this.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from pellucid.graphs.derivatives import special_distributions as distributions
from pellucid.graphs.derivatives import special_families as families
from pellucid.graphs.derivatives.entering import derivative, zero
from pellucid.graphs.derivatives.special_tables import parts, unknown

__all__ = ["distributions", "families"]

ROOT_PI, ROOT_2PI = math.sqrt(np.pi), math.sqrt(2 * np.pi)
DEGREE = np.pi / 180


def tail(t: Any) -> Any:
    """1 + 3t + 15t^2 + 105t^3 + ..., an asymptotic series in a small t."""
    total: Any = 1.0
    for k in (13, 11, 9, 7, 5, 3):
        total = 1.0 + k * t * total
    return total


FAR = 25.0  # beyond, the series is exact, and the formula has lost four digits


def dawson(g: Any, z: Any, x: Any) -> Any:
    """1 - 2xz, which is about -1/(2x^2) far out."""
    far = np.abs(x) > FAR
    t = 0.5 / np.where(far, x, FAR) / np.where(far, x, FAR)
    return g * np.where(far, -t * tail(t), 1.0 - 2.0 * x * z)


def scaled_erfc(g: Any, z: Any, x: Any) -> Any:
    """2xz - 2/sqrt(pi), which is about -1/(sqrt(pi) x^2) far out."""
    far = np.greater(x, FAR)
    t = 0.5 / np.where(far, x, FAR) / np.where(far, x, FAR)
    near = 2.0 * np.where(far, 0.0, x * z) - 2.0 / ROOT_PI
    return g * np.where(far, -2.0 / ROOT_PI * t * tail(-t), near)


def reciprocal_gamma(g: Any, z: Any, x: Any) -> Any:
    """-z psi(x); where gamma has a pole, (-1)^n n! with n = -x."""
    pole = np.less_equal(x, 0) & np.equal(x, np.floor(x))
    n = np.where(pole, -x, 0.0)
    sign = 1.0 - 2.0 * np.remainder(n, 2)
    regular = -z * sc.psi(np.where(pole, 1.0, x))
    return g * np.where(pole, sign * sc.gamma(n + 1.0), regular)


def rise(a: Any, b: Any) -> Any:
    """psi(a) - psi(b)."""
    return sc.psi(a) - sc.psi(b)


def over(numerator: Any, x: Any, limit: float) -> Any:
    """Numerator / x, and its limit where x is 0."""
    at_0 = np.equal(x, 0)
    return np.where(at_0, limit, numerator / np.where(at_0, 1.0, x))


def relative_rise(x: Any) -> Any:
    """The derivative of (e^x - 1)/x, without cancellation."""
    return 0.5 * sc.hyp1f1(2.0, 3.0, x)


def inverse_exponent(value: Any, y: Any, k: Any) -> Any:
    """The derivative of (1 + k y)^(1/k) in k."""
    return -0.5 * value * y**2 * sc.hyp2f1(2.0, 2.0, 3.0, -k * y)


def xovery(x: Any, y: Any) -> Any:
    """X / y, and 0 where x is 0."""
    return x / np.where(np.equal(x, 0), 1.0, y)


def errors(x: Any) -> Any:
    """2 e^(-x^2) / sqrt(pi), the slope of erf."""
    return 2 / ROOT_PI * np.exp(-(x**2))


def huber_width(g: Any, z: Any, d: Any, r: Any) -> Any:
    """|r| - d outside of [-d, d], 0 inside."""
    return g * np.maximum(np.abs(r) - d, 0.0)


def smooth_huber_width(g: Any, z: Any, d: Any, r: Any) -> Any:
    """(r^2/d) (s - 1)/(s (s + 1)), where s = sqrt(1 + (r/d)^2)."""
    s = np.hypot(1.0, r / d)
    return g * (r / d) ** 2 * r / d * r / (s * (s + 1.0) ** 2)


def exponential_integral(g: Any, z: Any, n: Any, x: Any) -> Any:
    """-E_{n-1}(x), where E_{-1}(x) = e^-x (1/x + 1/x^2)."""
    first = np.equal(n, 0)
    lower = sc.expn(np.maximum(np.subtract(n, 1), 0), x)
    return -g * np.where(first, np.exp(-x) * (1.0 + 1.0 / x) / x, lower)


def faddeeva(x: Any, w: Any) -> Any:
    """w'(x) = -2xw + 2i/sqrt(pi)."""
    return -2.0 * x * w + 2j / ROOT_PI


def voigt(position: int) -> Any:
    """Re w((x + i gamma)/(sigma sqrt 2)) / (sigma sqrt(2 pi)), in each of the three."""

    def rule(g: Any, v: Any, x: Any, sigma: Any, gamma: Any) -> Any:
        z = (x + 1j * gamma) / (sigma * math.sqrt(2.0))
        slope = faddeeva(z, sc.wofz(z)) / (2.0 * sigma**2 * ROOT_PI)
        dx, dgamma = slope.real, -slope.imag
        dsigma = -(v + x * dx + gamma * dgamma) / sigma
        return g * (dx, dsigma, dgamma)[position]

    return rule


# fmt: off
derivative(sc.expit,      lambda g, z, x: g * z * sc.expit(-x))     # z (1 - z)
derivative(sc.logit,      lambda g, z, x: g / (x * (1 - x)))
derivative(sc.log_expit,  lambda g, z, x: g * sc.expit(-x))         # 1 - e^z
derivative(sc.log1p,      lambda g, z, x: g / (1 + x))
derivative(sc.expm1,      lambda g, z, x: g * np.exp(x))
derivative(sc.exp2,       lambda g, z, x: g * z * math.log(2.0))
derivative(sc.exp10,      lambda g, z, x: g * z * math.log(10.0))
derivative(sc.cbrt,       lambda g, z, x: g / (3 * z**2))
derivative(sc.cosm1,      lambda g, z, x: -g * np.sin(x))
derivative(sc.sindg,      lambda g, z, x: g * (DEGREE * sc.cosdg(x)))
derivative(sc.cosdg,      lambda g, z, x: -g * (DEGREE * sc.sindg(x)))
derivative(sc.tandg,      lambda g, z, x: g * (DEGREE * (1 + z**2)))
derivative(sc.cotdg,      lambda g, z, x: -g * (DEGREE * (1 + z**2)))
derivative(sc.radian,     lambda g, z, d, m, s: g * DEGREE,
                          lambda g, z, d, m, s: g * (DEGREE / 60),
                          lambda g, z, d, m, s: g * (DEGREE / 3600))
derivative(sc.exprel,     lambda g, z, x: g * relative_rise(x))
derivative(sc.powm1,      lambda g, z, x, y: g * y * x ** (y - 1.0),
                          lambda g, z, x, y: g * sc.xlogy(x**y, x))
derivative(sc.boxcox,     lambda g, z, x, k: g * x ** (k - 1.0),
                          lambda g, z, x, k: g * np.log(x) ** 2
                          * relative_rise(k * np.log(x)))
derivative(sc.boxcox1p,   lambda g, z, x, k: g * (1.0 + x) ** (k - 1.0),
                          lambda g, z, x, k: g * np.log1p(x) ** 2
                          * relative_rise(k * np.log1p(x)))
derivative(sc.inv_boxcox,   lambda g, z, y, k: g * z ** (1.0 - k),
                          lambda g, z, y, k: g * inverse_exponent(z, y, k))
derivative(sc.inv_boxcox1p, lambda g, z, y, k: g * (z + 1.0) ** (1.0 - k),
                          lambda g, z, y, k: g * inverse_exponent(z + 1.0, y, k))
derivative(sc.xlogy,      lambda g, z, x, y: g * np.log(y),
                          lambda g, z, x, y: g * xovery(x, y))      # 0 log 0 = 0
derivative(sc.xlog1py,    lambda g, z, x, y: g * np.log1p(y),
                          lambda g, z, x, y: g * xovery(x, 1.0 + y))
derivative(sc.entr,       lambda g, z, x: -g * (np.log(x) + 1.0))
derivative(sc.rel_entr,   lambda g, z, x, y: g * (np.log(x / y) + 1.0),
                          lambda g, z, x, y: -g * xovery(x, y))
derivative(sc.kl_div,     lambda g, z, x, y: g * np.log(x / y),
                          lambda g, z, x, y: g * (1.0 - xovery(x, y)))
derivative(sc.huber,      huber_width,
                          lambda g, z, d, r: g * np.clip(r, -d, d))
derivative(sc.pseudo_huber, smooth_huber_width,
                          lambda g, z, d, r: g * (r / np.hypot(1.0, r / d)))
# -- errors and the normal distribution
derivative(sc.erf,        lambda g, z, x: g * errors(x))
derivative(sc.erfc,       lambda g, z, x: -g * errors(x))
derivative(sc.erfi,       lambda g, z, x: g * (2 / ROOT_PI * np.exp(x**2)))
derivative(sc.erfcx,      scaled_erfc)
derivative(sc.erfinv,     lambda g, z, x: g * (ROOT_PI / 2 * np.exp(z**2)))
derivative(sc.erfcinv,    lambda g, z, x: -g * (ROOT_PI / 2 * np.exp(z**2)))
derivative(sc.dawsn,      dawson)
derivative(sc.wofz,       lambda g, z, x: g * faddeeva(x, z))
derivative(sc.ndtr,       lambda g, z, x: g * (np.exp(-(x**2) / 2) / ROOT_2PI))
derivative(sc.log_ndtr,   lambda g, z, x: g * (math.sqrt(2 / np.pi)
                          / sc.erfcx(-x / math.sqrt(2.0))))
derivative(sc.ndtri,      lambda g, z, p: g * (ROOT_2PI * np.exp(z**2 / 2)))
derivative(sc.ndtri_exp,  lambda g, z, y: g * (ROOT_2PI * np.exp(z**2 / 2 + y)))
derivative(sc.owens_t,    lambda g, z, h, a: -g * (np.exp(-(h**2) / 2)
                          * sc.erf(a * h / math.sqrt(2.0)) / math.sqrt(8 * np.pi)),
                          lambda g, z, h, a: g * (np.exp(-(h**2) * (1 + a**2) / 2)
                          / (2 * np.pi * (1 + a**2))))
derivative(sc.voigt_profile, voigt(0), voigt(1), voigt(2))
# -- gamma and beta
derivative(sc.gamma,      lambda g, z, x: g * z * sc.psi(x))
derivative(sc.gammaln,    lambda g, z, x: g * sc.psi(x))
derivative(sc.loggamma,   lambda g, z, x: g * sc.psi(x))
derivative(sc.rgamma,     reciprocal_gamma)
derivative(sc.psi,        lambda g, z, x: g * sc.zeta(2, x))        # trigamma
derivative("special.zeta", unknown,
                          lambda g, z, s, q: -g * s * sc.zeta(s + 1, q))
derivative(sc.beta,       lambda g, z, a, b: g * z * rise(a, a + b),
                          lambda g, z, a, b: g * z * rise(b, a + b))
derivative(sc.betaln,     lambda g, z, a, b: g * rise(a, a + b),
                          lambda g, z, a, b: g * rise(b, a + b))
derivative(sc.binom,      lambda g, z, n, k: g * z * rise(n + 1.0, n - k + 1.0),
                          lambda g, z, n, k: g * z * rise(n - k + 1.0, k + 1.0))
derivative(sc.poch,       lambda g, z, a, m: g * z * rise(a + m, a),
                          lambda g, z, a, m: g * z * sc.psi(a + m))
# -- integrals
derivative(sc.expi,       lambda g, z, x: g * (np.exp(x) / x))
derivative(sc.exp1,       lambda g, z, x: -g * (np.exp(-x) / x))
derivative(sc.expn,       unknown, exponential_integral)
derivative(sc.spence,     lambda g, z, x: -g * over(np.log(x), x - 1.0, 1.0))
derivative("special.sici",    parts(lambda z, x: np.sinc(x / np.pi),
                                    lambda z, x: np.cos(x) / x))
derivative("special.shichi",  parts(lambda z, x: over(np.sinh(x), x, 1.0),
                                    lambda z, x: np.cosh(x) / x))
derivative("special.fresnel", parts(lambda z, x: np.sin(np.pi / 2 * x**2),
                                    lambda z, x: np.cos(np.pi / 2 * x**2)))
derivative(sc.wrightomega, lambda g, z, x: g * (z / (1.0 + z)))
derivative("special.lambertw", lambda g, z, x, *k: g * (np.exp(-z) / (1.0 + z)), None)
zero(sc.gammasgn, sc.round)
# fmt: on
