"""What the rules of SciPy's special functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import scipy.special as sc

from pellucid.errors import GradientError
from pellucid.graphs.functions import special as special
from pellucid.graphs.node import location_of

Slope = Callable[..., Any]


def parts(*slopes: Slope | None) -> Callable[..., Any]:
    """The rule of an operation of several results: a slope (z, x) for each."""

    def rule(g: Any, z: Any, *arguments: Any, part: int) -> Any:
        slope = slopes[part]
        return None if slope is None else g * slope(z, *arguments)

    return rule


def unknown(g: Any, z: Any, *arguments: Any, **options: Any) -> NoReturn:
    """Refuse an argument in which no formula for the derivative is known."""
    message = (
        f"{location_of(z.node)}scipy.{z.node.operation} has no known derivative in "
        "this argument; make it a constant."
    )
    raise GradientError(message)


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a-1) e^-x / Gamma(a), through its logarithm."""
    return np.exp(sc.xlogy(a - 1.0, x) - x - sc.gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b), through its logarithm."""
    logarithm = sc.xlogy(a - 1.0, x) + sc.xlog1py(b - 1.0, -x) - sc.betaln(a, b)
    return np.exp(logarithm)
