"""What is loaded when a package is first met: what enters its functions into tables.

How a function of NumPy or SciPy is recorded is entered by the file that says it, and so
are the classes of stand-ins. Nobody asks such a file for a name, so that here is said
when it is loaded: NumPy's for the first record, SciPy's not before somebody uses SciPy.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterable
from types import ModuleType

MODULES = {
    "numpy": (
        "tracing.attributes",
        "tracing.labels.labelled",
        "tracing.element_functions",
        "functions",
    ),
    "scipy.linalg": ("functions.matrix_functions",),
    "scipy.special": ("operations.special", "functions.special", "derivatives.special"),
}
# Parts of packages that are loaded when they are first asked for.
LAZY = ("numpy.random", "scipy.linalg", "scipy.special")


def loaded(part: str) -> ModuleType:
    """The part of a package of that name."""
    return importlib.import_module(part)


@functools.cache
def meet(package: str) -> None:
    """Load what enters the functions of a package; once."""
    for module in MODULES[package]:
        importlib.import_module(f"pellucid.graphs.{module}")


def meet_loaded() -> None:
    """Meet the packages that the person has loaded."""
    for package in MODULES.keys() & sys.modules.keys():
        meet(package)


def meet_in(operations: Iterable[str]) -> None:
    """Meet the packages of operations that somebody else has recorded."""
    if any(name.startswith("special.") for name in operations):
        meet("scipy.special")
