"""What of NumPy and SciPy is recorded, differentiated or refused, and why.

Read off the tables that say how: `FUNCTIONS`, `UFUNCS`, `DERIVATIVES`, and the reasons
in `unrecorded`. A name that NumPy adds is in none of them, and a test says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sc
from numpy.testing import overrides

from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.operations.closed_set import OPERATIONS, UFUNCS
from pellucid.graphs.packages import meet
from pellucid.graphs.tracing.creation import CREATORS
from pellucid.graphs.tracing.refusals import name_of
from pellucid.graphs.tracing.traced import FUNCTIONS
from pellucid.graphs.tracing.unrecorded import reason_for

meet("numpy")
meet("scipy.special")

# Their results are integers, booleans, steps, dtypes, text or fixed arrays: there is no
# slope. tests/test_names.py sees that it is so, and that all others have one.
_WITHOUT_SLOPE = """
    all allclose any arange argmax argmin argpartition argsort around array2string
    array_equal array_equiv array_repr array_str can_cast common_type count_nonzero
    diag_indices_from digitize einsum_path empty empty_like eye fix
    identity isclose iscomplex iscomplexobj isin isneginf isposinf
    isreal isrealobj ix_ lexsort linalg.matrix_rank may_share_memory min_scalar_type
    nanargmax nanargmin ndim ones ones_like ravel_multi_index result_type round
    searchsorted shape shares_memory sign size tri tril_indices_from triu_indices_from
    unravel_index zeros zeros_like
"""
WITHOUT_SLOPE = frozenset(_WITHOUT_SLOPE.split())
# Their functions are overridable too, once somebody has asked for them.
LOADED_LATER = ("numpy.fft", "numpy.char", "numpy.strings", "numpy.polynomial")
# These take sizes and a number; what they compute with it is recorded by itself.
OF_SIZES = {"fft.fftfreq", "fft.rfftfreq"}


class Entry(NamedTuple):
    """One function: its name, and why it is refused; None where it is recorded."""

    name: str
    reason: str | None
    slope: str


def ufuncs() -> list[Entry]:
    """The 127 ufuncs of NumPy that other packages may override."""
    return _entries(overrides.get_overridable_numpy_ufuncs())


def array_functions() -> list[Entry]:
    """The 302 array functions of NumPy that other packages may override."""
    found = overrides.get_overridable_numpy_array_functions()
    return _entries(f for f in found if not f.__module__.startswith(LOADED_LATER))


def fourier() -> list[Entry]:
    """The functions of numpy.fft."""
    return _entries(getattr(np.fft, name) for name in np.fft.__all__ if name != "test")


def scipys() -> list[Entry]:
    """The ufuncs of scipy.special."""
    found = {f for f in vars(sc).values() if isinstance(f, np.ufunc)}
    return sorted(
        Entry(f"scipy.special.{f.__name__}", None, slope_of(f"special.{f.__name__}"))
        for f in found
    )


def _entries(functions: Iterable[Any]) -> list[Entry]:
    return sorted(
        (entry_of(function) for function in functions), key=lambda entry: entry.name
    )


def entry_of(function: Any) -> Entry:
    """Where a function of NumPy stands."""
    name = name_of(function).removeprefix("np.")
    private = isinstance(function, np.ufunc) and public(name) is not function
    shown = f"ufunc {name}" if private else f"np.{name}"
    reason = reason_for(shown)  # some are entered to say it in a better way
    if reason or not is_recorded(function, name):
        return Entry(shown, reason or "", "")
    return Entry(shown, None, _slope(function, name))


def _slope(function: Any, name: str) -> str:
    if name in WITHOUT_SLOPE:
        return "no slope"
    in_set = name if name in OPERATIONS else UFUNCS.get(function)
    if in_set is None or name in CREATORS:
        return "differentiable"  # a composition
    return slope_of(in_set) if in_set in DERIVATIVES else "no slope"  # of integers


def is_recorded(function: Any, name: str) -> bool:
    """Whether it is in a table that says how; NumPy has two functions of some names."""
    known = {*FUNCTIONS, *UFUNCS}
    if isinstance(function, np.ufunc):
        return function in known
    named = name in OF_SIZES or name in CREATORS
    return named or bool({function, public(name)} & known)


def public(name: str) -> Any:
    """What NumPy has under a name."""
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def slope_of(operation: str) -> str:
    """Whether an operation has a derivative: one that is not 0 all along."""
    if operation not in DERIVATIVES:
        return "not differentiated"
    rules = [DERIVATIVES[operation](position) for position in range(3)]
    return "differentiable" if any(rules) else "no slope"
