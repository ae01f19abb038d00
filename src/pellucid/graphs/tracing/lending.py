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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    ModuleType,
)
from typing import Any

from pellucid.graphs.tracing.namespaces import (
    LIBRARIES,
    LONGEST,
    Binding,
    Reached,
    attributes_in,
    class_with,
    is_ours,
    is_standard,
    names_in,
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

    def __init__(self, holder: Any, key: Any, is_item: bool) -> None:
        self._keeper, self._key, self._is_item = holder, key, is_item
        if is_item or isinstance(holder, (CellType, functools.partial)):
            return
        kind, value = class_with(holder, key)
        if not isinstance(holder, type) and key in own(holder):
            self._keeper, self._is_item = own(holder), True
        elif kind is not None and not hasattr(type(value), "__set__"):
            self._keeper = kind

    @property
    def id(self) -> tuple[int, Any]:
        """The same for the same place."""
        return id(self._keeper), self._key

    def get(self) -> Any:
        """What is kept there now; None where nothing is."""
        keeper, key = self._keeper, self._key
        try:
            if self._is_item:
                return _kind_of(keeper).__getitem__(keeper, key)
            if isinstance(keeper, type):
                return vars(keeper)[key]
            return object.__getattribute__(keeper, key or "cell_contents")
        except (LookupError, AttributeError, ValueError):
            return None

    def put(self, value: Any) -> None:
        """Keep another value there; no code of the person's runs."""
        keeper, key = self._keeper, self._key
        if self._is_item:
            _kind_of(keeper).__setitem__(keeper, key, value)
        elif isinstance(keeper, CellType):
            keeper.cell_contents = value
        elif isinstance(keeper, functools.partial):
            state = (keeper.func, value, keeper.keywords, vars(keeper))
            keeper.__setstate__(state)  # type: ignore[attr-defined]
        elif isinstance(keeper, type):
            type.__setattr__(keeper, key, value)
        else:
            object.__setattr__(keeper, key, value)


def _kind_of(keeper: Any) -> Any:
    """Whose items these are, whatever a class of the person's makes of them."""
    return next(kind for kind in (dict, list, tuple) if isinstance(keeper, kind))


_lock = threading.RLock()
_loans: dict[tuple[int, Any], Loan] = {}
_views: dict[int, Outside] = {}  # by the id of the array, which its view holds


def takes_arrays(found: Reached) -> bool:
    """Whether functions may hand traced values to arrays that they did not make."""
    return any(map(_takes_arrays, found.values))


def _takes_arrays(value: Any) -> bool:
    if type(value) is not FunctionType or is_ours(value) or is_standard(value):
        return _is_method(value)
    names = set(names_in(value.__code__))
    if not (names.isdisjoint(UNSEEN) and OPTIONS.isdisjoint(_keywords(value.__code__))):
        return True
    return not names.isdisjoint(TAKING) and any(
        name in TAKING and not isinstance(value.__globals__.get(owner), ModuleType)
        for name, owner in attributes_in(value.__code__)
    )


@functools.lru_cache(maxsize=512)
def _keywords(code: CodeType) -> set[Any]:
    """The names by which a code gives keyword arguments, and other constants."""
    found: set[Any] = set()
    for constant in code.co_consts:
        if isinstance(constant, tuple):
            found.update(constant)
        elif isinstance(constant, CodeType):
            found |= _keywords(constant)
    return found


@contextlib.contextmanager
def lent(found: Reached, start: Iterable[Any]) -> Iterator[None]:
    """While this holds, what is reached from values by name are views of arrays."""
    loans: list[Loan] = []
    try:
        with _lock:
            for binding in (*found.bindings, *_whole_tuples(found.values)):
                _lend(binding, loans)
        yield
    finally:
        with _lock:
            for loan in loans:
                _give_back(loan)
            if not _loans:
                _views.clear()
            if any(view() is not None for view in made):
                _return_kept(start)
            if not _loans:
                made.clear()


def _whole_tuples(values: Iterable[Any]) -> Iterator[Binding]:
    """The defaults of functions, and what is bound in partial calls of them."""
    for value in values:
        if type(value) is FunctionType and value.__defaults__:
            if not (is_ours(value) or is_standard(value)):
                yield Binding("", value.__defaults__, value, "__defaults__")
        elif type(value) is functools.partial:
            yield Binding("", value.args, value, "args")


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
        place.put(loan.lent)


def _give_back(loan: Loan) -> None:
    loan.traces -= 1
    if loan.traces:
        return
    del _loans[loan.place.id]
    if loan.place.get() is loan.lent:
        loan.place.put(loan.own)


def _lendable(value: Any) -> Any:
    """A view for an array, a tuple with views, a method of a view; or the value."""
    if is_plain(value):
        return shared_view(value)
    if _is_tuple(value) and len(value) <= LONGEST:
        parts = [_lendable(part) for part in value]
        same = all(map(operator.is_, parts, value))
        return value if same else _tuple_like(value, parts)
    if _is_method(value):
        return getattr(shared_view(value.__self__), value.__name__)
    return value


def _is_tuple(value: Any) -> bool:
    """Whether a value is a tuple, or one with names."""
    return type(value) is tuple or (
        isinstance(value, tuple) and hasattr(value, "_fields")
    )


def _is_method(value: Any) -> bool:
    """Whether a value is a method of an array, as in `predict = X.dot`."""
    return type(value) is BuiltinFunctionType and is_plain(value.__self__)


def _tuple_like(value: Any, parts: list[Any]) -> Any:
    """A tuple of the same class."""
    return tuple.__new__(type(value), parts)


def shared_view(array: Any) -> Any:
    """The one view of an array, so that what is the same stays the same."""
    if id(array) not in _views:
        _views[id(array)] = view_of(array)
    return _views[id(array)]


def _return_kept(start: Iterable[Any]) -> None:
    """Put arrays where a traced function has stored views of them."""
    for binding in reached(start).bindings:
        place = Place(binding.holder, binding.key, binding.is_item)
        value = place.get()
        plain = _without_views(value)
        may_write = place.id not in _loans and not isinstance(binding.holder, tuple)
        if plain is not value and may_write:
            place.put(plain)


def _without_views(value: Any) -> Any:
    if _is_tuple(value):
        parts = [_without_views(part) for part in value]
        return (
            value if all(map(operator.is_, parts, value)) else _tuple_like(value, parts)
        )
    return value.memory if type(value) is Outside else value
