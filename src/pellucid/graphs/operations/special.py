"""SciPy's special functions; loaded when a function of SciPy is first met."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc
from scipy.special import _ufuncs

from pellucid.graphs.operations.closed_set import (
    UFUNCS,
    Abstract,
    Result,
    elementwise,
    in_parts,
    operation,
)
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    LOOP,
    NONE,
    RESULT,
    STEEP,
    by_element,
)

# Most have a pole, or grow without bounds.
SLOPES = {
    **dict.fromkeys(("special.expit", "special.log_expit", "special.erf",
                     "special.ndtr"), BOUNDED),
    **dict.fromkeys(("special.round", "special.gammasgn"), NONE),
}  # fmt: skip


def _enter(name: str, ufunc: np.ufunc) -> None:
    if ufunc.nout > 1:
        in_parts(name, ufunc, by_element(STEEP, LOOP))
    else:
        elementwise(name, ufunc, by_element(SLOPES.get(name, STEEP), LOOP))
        UFUNCS[ufunc] = name


for _ufunc in vars(sc).values():
    if isinstance(_ufunc, np.ufunc):
        _enter(f"special.{_ufunc.__name__}", _ufunc)


# -- functions of Python around a ufunc that has no name in public ---------------------


@functools.lru_cache(maxsize=256)
def _dtype_of_ones(
    function: Callable[..., Any], types: tuple[Any, ...], options: tuple[Any, ...]
) -> np.dtype[Any]:
    ones = [t(1) if isinstance(t, type) else np.ones((), t) for t in types]
    return np.asarray(function(*ones, **dict(options))).dtype


def _infer(
    function: Callable[..., Any], arguments: list[Abstract], **options: Any
) -> Result:
    shape = np.broadcast_shapes(*(shape for shape, _ in arguments))
    types = tuple(dtype for _, dtype in arguments)
    return shape, _dtype_of_ones(function, types, tuple(options.items()))


def _wrapped(function: Callable[..., Any], *ufuncs: np.ufunc) -> None:
    """Enter a function that works element by element, and the ufuncs that it calls."""
    name = f"special.{function.__name__}"
    infer = functools.partial(_infer, function)
    operation(name, function, by_element(STEEP, RESULT), infer)
    UFUNCS.update(dict.fromkeys(ufuncs, name))


_wrapped(sc.zeta, _ufuncs._zeta, _ufuncs._riemann_zeta)
_wrapped(sc.lambertw, _ufuncs._lambertw)
for _function in (sc.spherical_jn, sc.spherical_yn, sc.spherical_in, sc.spherical_kn):
    _wrapped(_function)
