"""For the time of a trace, what holds an array of the person's holds a view of it.

A view takes traced values in its methods (`outside_arrays`). It stands in the globals,
closures, defaults, lists, dicts and attributes that the traced function can reach, and
each gets its own array back, unless the function has put something else there.
Traces that run at once share the views; the last gives back.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.tracing.instructions import (
    attributes_in,
    keywords_in,
    names_in,
)
from pellucid.graphs.tracing.namespaces import (
    LIBRARIES,
    LIMIT,
    LONGEST,
    Binding,
    Reached,
    class_with,
    is_ours,
    is_standard,
    own,
    reached,
)
from pellucid.graphs.tracing.outside_arrays import Outside, is_plain, made, view_of

# Who calls one of these methods of an array may hand it a traced value.
TAKING = {"choose", "clip", "compress", "dot", "repeat", "searchsorted", "take"}
# What gives whole numbers may give a traced index.
INDICES = {"argmax", "argmin", "argpartition", "argsort", "astype", "digitize", "int64",
           "intp"}  # fmt: skip
OPTIONS = {"initial", "where"}  # of X.sum(where=...), X.max(initial=...)
UNSEEN = INDICES | {"getattr", "attrgetter", "methodcaller"}


@dataclass
class Loan:
    """One place that holds a view, or what holds views, in the stead of its own."""

    place: Place
    own: Any
    lent: Any
    traces: int = 0


class Place:
    """Where a value is kept: an item, a cell, or an attribute."""

    __slots__ = ("_is_item", "_keeper", "_key", "id")

    def __init__(self, holder: Any, key: Any, is_item: bool) -> None:
        self._keeper, self._key, self._is_item = holder, key, is_item
        if not (is_item or isinstance(holder, (CellType, functools.partial))):
            self._find_attribute()
        self.id = id(self._keeper), key  # the same for the same place

    def _find_attribute(self) -> None:
        """An attribute is kept in the object itself, in a slot, or in a class."""
        holder, key = self._keeper, self._key
        kind, value = class_with(holder, key)
        if not isinstance(holder, type) and key in own(holder):
            self._keeper, self._is_item = own(holder), True
        elif kind is not None and not hasattr(type(value), "__set__"):
            self._keeper = kind

    def get(self) -> Any:
        """What is kept there now; None where nothing is."""
        keeper, key = self._keeper, self._key
        try:
            if self._is_item:
                return _class_of_items(keeper).__getitem__(keeper, key)
            if isinstance(keeper, type):
                return vars(keeper)[key]
            return object.__getattribute__(keeper, key or "cell_contents")
        except (LookupError, AttributeError, ValueError):
            return None

    def put(self, value: Any) -> None:
        """Keep another value there; no code of the person's runs."""
        keeper, key = self._keeper, self._key
        if self._is_item:
            _class_of_items(keeper).__setitem__(keeper, key, value)
        elif isinstance(keeper, CellType):
            keeper.cell_contents = value
        elif isinstance(keeper, functools.partial):
            state = (keeper.func, value, keeper.keywords, vars(keeper))
            keeper.__setstate__(state)  # type: ignore[attr-defined]
        elif isinstance(keeper, type):
            type.__setattr__(keeper, key, value)
        else:
            object.__setattr__(keeper, key, value)


def _class_of_items(keeper: Any) -> Any:
    """Whose items these are, whatever a class of the person's makes of them."""
    return dict if isinstance(keeper, dict) else list


_lock = threading.RLock()
_loans: dict[tuple[int, Any], Loan] = {}
_views: dict[int, Outside] = {}  # by the id of the array, which its view holds


def takes_arrays(found: Reached) -> bool:
    """Whether functions may hand traced values to arrays that they did not make."""
    return any(map(_takes_arrays, found.values))


def _takes_arrays(value: Any) -> bool:
    if type(value) is not FunctionType or is_ours(value) or is_standard(value):
        return _is_method(value)
    written = value.__code__
    names = set(names_in(written))
    if not (names.isdisjoint(UNSEEN) and OPTIONS.isdisjoint(keywords_in(written))):
        return True
    return not names.isdisjoint(TAKING) and any(
        name in TAKING and not isinstance(value.__globals__.get(owner), ModuleType)
        for name, owner in attributes_in(written)
    )


@contextlib.contextmanager
def lent(found: Reached, start: Iterable[Any]) -> Iterator[None]:
    """While this holds, what is reached from values by name are views of arrays."""
    loans: list[Loan] = []
    try:
        with _lock:
            others = bool(_loans)
            for binding in _places(found):
                if others or _may_hold_arrays(binding.value):
                    _lend(binding, loans)
        yield
    finally:
        with _lock:
            while loans:
                _give_back(loans.pop())
            if not _loans:
                _views.clear()
            if any(view() is not None for view in made):
                _return_kept(start)
            if not _loans:
                made.clear()


def _places(found: Reached) -> Iterator[Binding]:
    """What is bound: also in long lists of arrays, and in partial calls."""
    yield from found.bindings
    for value in found.values:
        if type(value) is functools.partial:
            yield Binding("", value.args, value, "args")
        elif _is_long_list_of_arrays(value):
            yield from (Binding("", x, value, i, True) for i, x in enumerate(value))


def _is_long_list_of_arrays(value: Any) -> bool:
    """Whether this is a list of arrays, or of pairs, whose items were not looked at."""
    is_long = type(value) is list and LONGEST < len(value) <= LIMIT
    return is_long and (is_plain(value[0]) or _is_tuple(value[0]))


def _lend(binding: Binding, loans: list[Loan]) -> None:
    holder = binding.holder
    root = type(holder).__module__.partition(".")[0]
    if isinstance(holder, tuple) or root in LIBRARIES:
        return
    place = Place(holder, binding.key, binding.is_item)
    loan = _loans.get(place.id)
    if loan is None:
        view = _lendable(binding.value)
        if view is binding.value or place.get() is not binding.value:
            return
        loan = _loans[place.id] = Loan(place, binding.value, view)
    loan.traces += 1
    loans.append(loan)
    if loan.traces == 1:
        with contextlib.suppress(TypeError, AttributeError):  # it cannot be written to
            place.put(loan.lent)


def _give_back(loan: Loan) -> None:
    loan.traces -= 1
    if loan.traces:
        return
    del _loans[loan.place.id]
    if loan.place.get() is loan.lent:
        loan.place.put(loan.own)


def _may_hold_arrays(value: Any) -> bool:
    return isinstance(value, (np.ndarray, tuple, BuiltinFunctionType))


def _lendable(value: Any) -> Any:
    """A view for an array, a tuple with views, a method of a view; or the value."""
    if is_plain(value):
        return shared_view(value)
    if _is_tuple(value) and len(value) <= LONGEST:
        return _with_each(_lendable, value)
    if _is_method(value):
        return getattr(shared_view(value.__self__), value.__name__)
    return value


def _is_tuple(value: Any) -> bool:
    """Whether a value is a tuple, or one with names."""
    is_named = isinstance(value, tuple) and hasattr(value, "_fields")
    return type(value) is tuple or is_named


def _is_method(value: Any) -> bool:
    """Whether a value is a method of an array, as in `predict = X.dot`."""
    return type(value) is BuiltinFunctionType and is_plain(value.__self__)


def _with_each(change: Callable[[Any], Any], value: Any) -> Any:
    """A tuple of the same class, its parts changed; itself where none is."""
    parts = [change(part) for part in value]
    same = all(map(operator.is_, parts, value))
    return value if same else tuple.__new__(type(value), parts)


def shared_view(array: Any) -> Any:
    """The one view of an array, so that what is the same stays the same."""
    if id(array) not in _views:
        _views[id(array)] = view_of(array)
    return _views[id(array)]


def _return_kept(start: Iterable[Any]) -> None:
    """Put arrays where a traced function has stored views of them."""
    for binding in reached(start).bindings:
        if isinstance(binding.holder, tuple):
            continue
        place = Place(binding.holder, binding.key, binding.is_item)
        value = place.get()
        plain = _without_views(value)
        if plain is not value and place.id not in _loans:
            place.put(plain)


def _without_views(value: Any) -> Any:
    if _is_tuple(value):
        return _with_each(_without_views, value)
    return value.memory if type(value) is Outside else value
