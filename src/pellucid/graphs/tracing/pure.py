"""Pure functions of Python, NumPy and SciPy: the same for the same, and no more.

They keep no state and look nowhere else: not at a clock, a file, the environment or
random numbers. Those that write into an array that they are given tell by their name.
"""

from __future__ import annotations

import builtins
import cmath
import functools
import itertools
import math
import operator
import sys
from collections import OrderedDict, defaultdict, deque
from types import FunctionType
from typing import Any

import numpy as np

from pellucid.graphs.tracing.creation import CREATORS, JOINED
from pellucid.graphs.tracing.namespaces import is_ours, is_standard
from pellucid.graphs.tracing.traced import is_recorded

# Modules in which a name may be looked up; what is found there is looked at by itself.
MODULES = {"numpy", "numpy.linalg", "numpy.fft", "numpy.lib",
           "numpy.lib.stride_tricks", "scipy", "scipy.special",
           "scipy.linalg", "math", "cmath", "operator", "itertools",
           "functools", "collections"}  # fmt: skip
# Our own: the verbs, which are followed into what they are given, and plain formulas.
VERBS = {
    "pellucid.graphs.differentiating.gradient",
    "pellucid.graphs.operations.robust",
}
FORMULAS = {"pellucid.layers.activations", "pellucid.models.costs",
            "pellucid.models.penalties", "pellucid.bench.functions"}  # fmt: skip
MODULES |= {"pellucid", *FORMULAS}
_BUILTINS = {
    "abs", "all", "any", "bool", "bytes", "callable", "complex", "dict", "divmod",
    "enumerate", "filter", "float", "frozenset", "int", "isinstance", "issubclass",
    "iter", "len", "list", "map", "max", "min", "next", "pow", "range", "repr",
    "reversed", "round", "set", "slice", "sorted", "str", "sum", "super", "tuple",
    "type", "zip",
}  # fmt: skip
_CHANGING = {"setitem", "delitem", "attrgetter", "methodcaller", "call", "is_",
             "is_not"}  # fmt: skip
_ASKING = {"array2string", "array_repr", "array_str", "may_share_memory",
           "shares_memory", "require"}  # fmt: skip
# NumPy's functions that are not recorded, and say what an array is.
_QUESTIONS = {"isscalar", "issubdtype", "promote_types", "finfo", "iinfo", "dtype",
              "broadcast_shapes", "diag_indices", "indices", "tril_indices",
              "triu_indices", "ndindex", "bartlett", "blackman", "hamming", "hanning",
              "kaiser", "ndarray"}  # fmt: skip


def is_persons(function: FunctionType) -> bool:
    """Whether a function is the person's, or written as one."""
    if is_ours(function):
        return function.__module__ in FORMULAS
    return not is_standard(function)


def is_pure(value: Any) -> bool:
    """Whether a value is a pure function, a type like one, or a ufunc of NumPy's."""
    if isinstance(value, np.ufunc):
        return any(_named(value, module) for module in (np, _special()))
    if isinstance(value, type):
        kinds = (np.generic, BaseException)
        return (issubclass(value, kinds) and _is_builtin(value)) or value in _known()
    if isinstance(value, np.dtype):
        return True
    if type(value) is FunctionType and value.__module__ in VERBS:
        return True
    try:
        if value in _known():
            return True
        named = getattr(value, "__name__", "")
        return named not in _ASKING and is_recorded(value)
    except (TypeError, ValueError):  # it has no hash, as a memoryview may have none
        return False


def _is_builtin(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in {"builtins", "numpy"}


def _named(value: Any, module: Any) -> bool:
    return vars(module).get(value.__name__) is value


def _special() -> Any:
    """SciPy's special functions, where somebody has loaded them."""
    return sys.modules.get("scipy.special", np)


@functools.cache
def _known() -> frozenset[Any]:
    """Those that no table of ours names."""
    found = {getattr(builtins, name) for name in _BUILTINS}
    for module in (math, cmath, operator, itertools):
        found |= {value for name, value in vars(module).items() if callable(value)
                  and name[0] != "_" and name not in _CHANGING | _IN_PLACE}  # fmt: skip
    found |= {functools.reduce, functools.partial, defaultdict, deque, OrderedDict}
    names = CREATORS.keys() | JOINED.keys() | _QUESTIONS
    return frozenset(found | {vars(np)[name] for name in names - _ASKING})


_IN_PLACE = {f"i{name}" for name in vars(operator)}  # iadd of add
