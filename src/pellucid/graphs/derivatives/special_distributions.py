"""Derivatives of distribution functions: densities, and 1/density for their inverses.

Johnson, Kotz & Balakrishnan, "Continuous univariate distributions" (1994-95).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sc

from pellucid.graphs.derivatives.entering import derivative
from pellucid.graphs.derivatives.special_tables import (
    beta_density,
    gamma_density,
    unknown,
)


def student_density(v: Any, t: Any) -> Any:
    """(1 + t^2/v)^(-(v+1)/2) / (sqrt(v) B(v/2, 1/2))."""
    logarithm = -0.5 * (v + 1.0) * np.log1p(t * t / v) - sc.betaln(0.5 * v, 0.5)
    return np.exp(logarithm) / np.sqrt(v)


def chi_square_density(v: Any, x: Any) -> Any:
    """(x/2)^(v/2 - 1) e^(-x/2) / (2 Gamma(v/2))."""
    return 0.5 * gamma_density(0.5 * v, 0.5 * x)


def f_density(n: Any, d: Any, x: Any) -> Any:
    """The density of w = nx/(nx + d), which is beta, times dw/dx."""
    whole = n * x + d
    return beta_density(0.5 * n, 0.5 * d, n * x / whole) * n * d / whole**2


def poisson_mass(k: Any, m: Any) -> Any:
    """m^k e^-m / k!."""
    return gamma_density(np.add(np.floor(k), 1.0), m)


def binomial_density(k: Any, n: Any, p: Any) -> Any:
    """The density of the (k+1)-th of n uniform numbers in order."""
    k = np.floor(k)
    return beta_density(k + 1.0, np.subtract(n, k), p)


def gamma_rate(g: Any, z: Any, a: Any, b: Any, x: Any) -> Any:
    """The slope in the rate a of P(b, a x)."""
    return g * x * gamma_density(b, a * x)


# fmt: off
derivative(sc.gammainc,     unknown, lambda g, z, a, x: g * gamma_density(a, x))
derivative(sc.gammaincc,    unknown, lambda g, z, a, x: -g * gamma_density(a, x))
derivative(sc.gammaincinv,  unknown, lambda g, z, a, p: g / gamma_density(a, z))
derivative(sc.gammainccinv, unknown, lambda g, z, a, p: -g / gamma_density(a, z))
derivative(sc.betainc,      unknown, unknown,
                            lambda g, z, a, b, x: g * beta_density(a, b, x))
derivative(sc.betaincc,     unknown, unknown,
                            lambda g, z, a, b, x: -g * beta_density(a, b, x))
derivative(sc.betaincinv,   unknown, unknown,
                            lambda g, z, a, b, p: g / beta_density(a, b, z))
derivative(sc.betainccinv,  unknown, unknown,
                            lambda g, z, a, b, p: -g / beta_density(a, b, z))
derivative(sc.chdtr,        unknown, lambda g, z, v, x: g * chi_square_density(v, x))
derivative(sc.chdtrc,       unknown, lambda g, z, v, x: -g * chi_square_density(v, x))
derivative(sc.chdtri,       unknown, lambda g, z, v, p: -g / chi_square_density(v, z))
derivative(sc.stdtr,        unknown, lambda g, z, v, t: g * student_density(v, t))
derivative(sc.stdtrit,      unknown, lambda g, z, v, p: g / student_density(v, z))
derivative(sc.fdtr,         unknown, unknown,
                            lambda g, z, n, d, x: g * f_density(n, d, x))
derivative(sc.fdtrc,        unknown, unknown,
                            lambda g, z, n, d, x: -g * f_density(n, d, x))
derivative(sc.fdtri,        unknown, unknown,
                            lambda g, z, n, d, p: g / f_density(n, d, z))
derivative(sc.gdtr,         gamma_rate, unknown,
                            lambda g, z, a, b, x: g * a * gamma_density(b, a * x))
derivative(sc.gdtrc,        lambda g, z, a, b, x: -gamma_rate(g, z, a, b, x), unknown,
                            lambda g, z, a, b, x: -g * a * gamma_density(b, a * x))
derivative(sc.pdtr,         unknown, lambda g, z, k, m: -g * poisson_mass(k, m))
derivative(sc.pdtrc,        unknown, lambda g, z, k, m: g * poisson_mass(k, m))
derivative(sc.bdtr,         unknown, unknown,
                            lambda g, z, k, n, p: -g * binomial_density(k, n, p))
derivative(sc.bdtrc,        unknown, unknown,
                            lambda g, z, k, n, p: g * binomial_density(k, n, p))
derivative(sc.nbdtr,        unknown, unknown,
                            lambda g, z, k, n, p: g * beta_density(n, k + 1.0, p))
derivative(sc.nbdtrc,       unknown, unknown,
                            lambda g, z, k, n, p: -g * beta_density(n, k + 1.0, p))
# fmt: on
