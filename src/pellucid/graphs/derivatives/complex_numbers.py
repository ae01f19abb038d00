"""Derivatives of what is no analytic function: parts, conjugate, length and direction.

The adjoint of a complex z is dJ/dRe z + i dJ/dIm z. The rule of a real result is given
it, and gives it, as it is; that of a complex result is given its conjugate, and what it
gives is conjugated again (`adjoint.conjugated`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.arrays import spread
from pellucid.graphs.derivatives.entering import derivative
from pellucid.graphs.operations.robust import ratio


def direction(g: Any, z: Any, x: Any) -> Any:
    """Of z = x/|x| only the part across z counts; a sign is constant."""
    if not np.iscomplexobj(x):
        return None
    r = np.abs(x)
    across = g - z.conjugate() * (z * g).real
    return np.where(r == 0, 0.0, across / np.where(r == 0, 1.0, r))


def length(g: Any, z: Any, x: Any, **options: Any) -> Any:
    """x/z, and 0 at 0."""
    return spread(g, x, **options) * ratio(x, spread(z, x, **options))


# fmt: off
derivative("real",      lambda g, z, x: g)
derivative("imag",      lambda g, z, x: 1j * g)
derivative("conjugate", lambda g, z, x: g.conjugate())
derivative("sign",      direction)
derivative("norm",      length)                         # x/|x|
# fmt: on
