"""Ufuncs called with options, and ufuncs of several results.

`where=` leaves what it does not choose alone: there the operation is not done, so that
it neither warns nor has a slope.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.operations.closed_set import PARTED, UFUNCS, facts_of
from pellucid.graphs.operations.kinds import CONSTANT, KINKED, NONE
from pellucid.graphs.tracing.traced import FUNCTIONS, node_of, recorded


@recorded_as("elementwise")
def elementwise(
    ufunc: np.ufunc, inputs: Sequence[Any], out: Any = None, *, where: Any = True,
    dtype: Any = None, signature: Any = None, casting: Any = "same_kind",
    order: Any = "K", subok: bool = True,
) -> Any:  # fmt: skip
    """A ufunc of one result with NumPy's options; where it is not done, `out` stays."""
    inputs = [asked(x) for x in inputs]
    if dtype is not None or signature is not None or casting != "same_kind":
        inputs = cast_for(ufunc, inputs, dtype, signature, casting)
    if where is True:
        return recorded(UFUNCS[ufunc], *inputs)
    result = recorded(UFUNCS[ufunc], *safely(UFUNCS[ufunc], inputs, where))
    return np.where(where, result, np.zeros_like(result) if out is None else out[0])


def asked(x: Any) -> Any:
    """An argument with a dtype: lists become arrays."""
    return FUNCTIONS["array"](x) if isinstance(x, (list, tuple)) else x


def cast_for(
    ufunc: np.ufunc, inputs: Sequence[Any], dtype: Any, signature: Any, casting: Any
) -> list[Any]:
    """The arguments in the dtypes of the loop that NumPy would run."""
    if dtype is not None:
        signature = (None,) * ufunc.nin + (np.dtype(dtype),) * ufunc.nout
    types = (*(node_of(x).promotes_as for x in inputs), *(None,) * ufunc.nout)
    asked_for = {} if signature is None else {"signature": signature}
    loop = ufunc.resolve_dtypes(types, **asked_for, casting=casting)
    return [
        x if node_of(x).dtype == kind else recorded("cast", x, dtype=kind)
        for x, kind in zip(inputs, loop, strict=False)
    ]


# Of such a slope an operation is finite, and silent, wherever its arguments are.
TAME = CONSTANT | KINKED | NONE


def safely(name: str, inputs: Sequence[Any], where: Any) -> list[Any]:
    """The arguments, the last array harmless where the operation is not to be done."""
    safe = list(inputs)
    arrays = [i for i, x in enumerate(inputs) if np.ndim(x)]
    if arrays and facts_of(name).slope not in TAME:
        x = inputs[arrays[-1]]
        harmless = np.zeros if name == "arctanh" else np.ones
        safe[arrays[-1]] = np.where(where, x, harmless((), x.dtype))
    return safe


# -- several results ------------------------------------------------------------------


def all_parts(
    name: str, ufunc: np.ufunc, *inputs: Any, where: Any = True, dtype: Any = None,
    signature: Any = None, casting: Any = "same_kind", order: Any = "K",
    subok: bool = True,
) -> tuple[Any, ...]:  # fmt: skip
    """All results of a ufunc, one node each."""
    given = [asked(x) for x in inputs]
    if dtype is not None or signature is not None or casting != "same_kind":
        given = cast_for(ufunc, given, dtype, signature, casting)
    given = given if where is True else safely(name, given, where)
    return tuple(recorded(name, *given, part=i) for i in range(ufunc.nout))


for _ufunc, _name in PARTED.items():
    FUNCTIONS[_ufunc] = functools.partial(all_parts, _name, _ufunc)
