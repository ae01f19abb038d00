"""An array from outside, as a function is given it while it is traced.

In `X.dot(w)` of a plain X, C code would ask a traced w for its numbers. So a traced
function is given a view of X whose methods are those of X itself, or where an argument
depends on an input, those of what stands for X. What NumPy computes from such a view is
one too, for `(X - mu).T.dot(w)`. Where no function is traced, all of it is NumPy's own.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.refusals import refused_outside
from pellucid.graphs.tracing.settled import IN_PLACE, plain, within
from pellucid.graphs.tracing.traced import all_known, current, lifted

made: list[weakref.ref[Outside]] = []  # while there are traces


class Outside(np.ndarray[Any, Any]):
    """A view of an array; `memory` is the array itself."""

    memory: Any

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees."""
        return np.ndarray

    def __array_finalize__(self, of: Any) -> None:
        made.append(weakref.ref(self))

    def __getattr__(self, name: str) -> Any:
        """Find the array itself, once, where NumPy has made the view."""
        if name != "memory":
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        self.memory = np.ndarray.view(self, np.ndarray)
        return self.memory

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        result = getattr(ufunc, method)(*within(inputs), **within(options))
        out = options.get("out", ())
        return (
            out[0] if len(out) == 1 and result is plain(out[0]) else with_views(result)
        )

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return with_views(function(*within(args), **within(kwargs)))


IN_PLACE.add(Outside)


def is_plain(value: Any) -> bool:
    """Whether a value is an array of numbers and no more."""
    return type(value) is np.ndarray and value.dtype.kind in "biufc"


def with_views(value: Any) -> Any:
    """What a traced function is given for a value, or for the arrays in a list."""
    return structure.mapped(_with_view, value) if active.get() else value


def _with_view(value: Any) -> Any:
    return view_of(value) if is_plain(value) else value


def view_of(array: Any) -> Outside:
    """A view of an array in whose methods traced values are recorded."""
    view: Outside = array.view(Outside)
    view.memory = array
    return view


def _standing_for(array: Any) -> Any:
    """The stand-in for an array as a constant of the graph."""
    recorder = current()
    return lifted(recorder.captured(array), recorder, mutable=True, like=array)


def _method(name: str) -> Callable[..., Any]:
    def method(self: Outside, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = within(args), within(kwargs)
        depends = active.get() is not None and not all_known(args, kwargs)
        if depends and name in WRITERS:
            refused_outside()
        of = _standing_for(self.memory) if depends else self.memory
        return with_views(getattr(of, name)(*args, **kwargs))

    return method


def _attribute(name: str) -> property:
    def get(self: Outside) -> Any:
        return with_views(getattr(self.memory, name))

    def store(self: Outside, value: Any) -> None:
        setattr(self.memory, name, within(value))
        if name == "shape":
            getattr(np.ndarray, name).__set__(self, value)

    return property(get, store)


# Into a constant no traced value is written.
WRITERS = {"fill", "itemset", "partition", "put", "resize", "setfield", "sort"}
AS_TEXT = ("repr", "str", "format", "copy", "deepcopy", "reduce", "reduce_ex")
for _name in ("getitem", *AS_TEXT):
    setattr(Outside, f"__{_name}__", _method(f"__{_name}__"))
for _name, _value in vars(np.ndarray).items():
    if not _name.startswith("_"):
        _kind: Any = _method if callable(_value) else _attribute
        setattr(Outside, _name, _kind(_name))
