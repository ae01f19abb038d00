"""What is loaded when a package is first met: the rooms that enter its functions.

A function of NumPy or SciPy is entered into the tables by the file that defines how it
is recorded. Nobody asks such a file for a name, so that here is said when it is loaded:
NumPy's for the first trace, SciPy's not before somebody uses SciPy.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterable

ROOMS = {
    "numpy": ("functions",),
    "scipy.special": ("functions.special", "derivatives.special"),
}


@functools.cache
def meet(package: str) -> None:
    """Load what enters the functions of a package; once."""
    for room in ROOMS[package]:
        importlib.import_module(f"pellucid.graphs.{room}")


def meet_loaded() -> None:
    """Meet the packages that the person has loaded."""
    for package in ROOMS.keys() & sys.modules.keys():
        meet(package)


def meet_in(operations: Iterable[str]) -> None:
    """Meet the packages of operations that somebody else has recorded."""
    meet("numpy")
    if any(name.startswith("special.") for name in operations):
        meet("scipy.special")
