"""Everything that a function can read beside its arguments, and whether it is the same.

Here is for proving: a walk goes over all that code can reach by names, and ends at the
first thing that it does not know to the bottom. What it has gone over wholly can be
held against a later state, by content, so that an array that was written into, another
closure of equal values and a helper that was defined anew are told apart. (The walk of
`namespaces` is for finding: it goes as far as it knows, and runs nothing either.)
"""

from __future__ import annotations

import functools
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.tracing.inspection import (
    HOOKS,
    KEYED,
    MADE_OF,
    Absent,
    bytes_of,
    fields_compared,
    insides_of,
    is_container,
    is_key,
    is_same_number,
    is_special,
    is_unchanging,
    meaning_in,
    metadata_of,
    parts_of,
)
from pellucid.graphs.tracing.instructions import instructions_of
from pellucid.graphs.tracing.namespaces import (
    LONGEST,
    is_closed,
    is_library,
)
from pellucid.graphs.tracing.pure import MODULES, is_persons, is_pure

MANY = 1000  # things that are looked at
LARGE = 1 << 22  # bytes of arrays that are held
Seen = dict[int, Any]  # what was held against each test already
Same = Callable[[Any, Seen], bool]  # whether a value is now what it was


class UnknownError(Exception):
    """Something is reached that may change, or do something, unnoticed."""


class Surroundings:
    """What values to start with can reach: a function, and arguments that are objects.

    Raises UnknownError where that cannot be told.

    Examples
    --------
    >>> around = Surroundings([{"rate": 2.0}])
    >>> around.same([{"rate": 2.0}]), around.same([{"rate": 3.0}])
    (True, False)
    """

    def __init__(self, start: Sequence[Any]) -> None:
        self.writes = False  # whether some code may write into what is reached
        self.attributes: set[str] = set()
        self.ids: list[int] = []  # of what is reached, in order
        self._held: list[Any] = []  # so that no id is given again
        self._known: dict[int, Snapshot] = {}
        self._holders: list[Holder] = []
        self._bytes = 0
        self._start = [self.entered(value) for value in start]
        self._ask()

    def same(self, start: Iterable[Any]) -> bool:
        """Whether these reach equal values now, and would do the same."""
        seen: Seen = {}
        return all(test(v, seen) for test, v in zip(self._start, start, strict=True))

    def settle(self) -> None:
        """Hold no more than is needed to tell."""
        for test in self._known.values():
            test.forget()
        self._held.clear()
        self._known.clear()
        self._holders.clear()

    def _ask(self) -> None:
        """Look for every attribute that some code names, on every holder."""
        asked: Any = None
        while asked != (self.attributes, len(self._holders)):
            asked = set(self.attributes), len(self._holders)
            for holder in list(self._holders):
                holder.look_for(sorted(asked[0]))

    def entered(self, value: Any) -> Same:
        """The test for a value, made once."""
        if is_unchanging(value):
            return functools.partial(is_same_number, value)
        if id(value) not in self._known:
            if len(self.ids) > MANY:
                raise UnknownError("more than can be looked at")
            self.ids.append(id(value))
            self._held.append(value)
            self._known[id(value)] = test = _snapshot_of(value)(value, self)
            test.enter()
        return self._known[id(value)]

    def follow(self, code: Any) -> list[str]:
        """Note what a code does, if it can be followed; the names that it looks up."""
        does = instructions_of(code)
        if does.hidden:
            raise UnknownError(does.hidden)
        self.writes |= does.writes
        self.attributes |= does.attributes
        return sorted(does.names)

    def weigh(self, array: Any) -> None:
        """Refuse arrays that are too large to be held."""
        self._bytes += array.nbytes
        if array.dtype.hasobject or self._bytes > LARGE:
            raise UnknownError("an array that is large or holds objects")

    def hold(self, holder: Holder) -> None:
        """Ask a holder for attributes, those of code that is met later too."""
        self._holders.append(holder)

    def entered_class(self, kind: type) -> Same:
        """The test for the class of an instance, which is not called itself."""
        if id(kind) not in self._known:
            self._known[id(kind)] = test = OfClass(kind, self)
            self._held.append(kind)
            test.enter()
        return self._known[id(kind)]


class Snapshot(ABC):
    """What a value was when it was entered, to hold a later one against."""

    def __init__(self, value: Any, around: Surroundings) -> None:
        self.value = value
        self.around = around

    @abstractmethod
    def enter(self) -> None:
        """Go on from the value."""

    def forget(self) -> None:
        """Hold the value no longer, where it is told by what was noted."""
        self.value = None

    @abstractmethod
    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether a value is what it was."""

    def __call__(self, now: Any, seen: Seen) -> bool:
        """The same, looked at once: functions call one another."""
        if id(self) in seen:
            return seen[id(self)] is now
        seen[id(self)] = now
        return self.holds(now, seen)


class OfItself(Snapshot):
    """A function or type that does no harm: no other is the same."""

    def enter(self) -> None:
        """Nothing is behind it."""

    def forget(self) -> None:
        """It is held: it belongs to a library."""

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether it is the very one."""
        return now is self.value


class OfArray(Snapshot):
    """An array: the same bytes, laid out the same."""

    def enter(self) -> None:
        """Hold a copy of its bytes."""
        self.around.weigh(self.value)
        self.metadata = metadata_of(self.value)
        self.content = bytearray(bytes_of(self.value))
        self.itself = weakref.ref(self.value)

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether an array holds the same; the very one where it may be written to."""
        if type(now) is not np.ndarray or (
            self.around.writes and now is not self.itself()
        ):
            return False
        return metadata_of(now) == self.metadata and bytearray.__eq__(
            self.content, bytes_of(now)
        )


class OfContainer(Snapshot):
    """A list, tuple, dict or set, part by part."""

    def forget(self) -> None:
        """It is held only where it may be written to."""
        self.value = self.value if self.around.writes else None

    def enter(self) -> None:
        """Go on from the parts."""
        value = self.value
        self.kind, self.length = type(value), len(value)
        self.keys = list(value) if isinstance(value, KEYED) else []
        if self.length > LONGEST or not all(map(is_key, self.keys)):
            raise UnknownError("a long list, or keys that are objects")
        self.around.attributes.update(getattr(self.kind, "_fields", ()))
        self.parts = [self.around.entered(part) for part in parts_of(value)]

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether one of the same kind holds the same."""
        if type(now) is not self.kind or len(now) != self.length:
            return False
        if self.around.writes and self.kind is not tuple and now is not self.value:
            return False
        keys = zip(self.keys, now, strict=False)
        return all(is_same_number(key, new, seen) for key, new in keys) and all(
            test(part, seen)
            for test, part in zip(self.parts, parts_of(now), strict=True)
        )


class OfFunction(Snapshot):
    """A function of the person's: its code, closure and defaults, and its globals."""

    def enter(self) -> None:
        """Go on from what it can reach."""
        function = self.value
        if not is_persons(function) or vars(function):
            raise UnknownError(f"{function.__name__}, which is not known")
        self.code = weakref.ref(function.__code__)
        names = self.around.follow(function.__code__)
        self.inside = [self.around.entered(part) for part in insides_of(function)]
        self.outside = [(name, self.around.entered(meaning_in(function, name)))
                        for name in names]  # fmt: skip

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether one of the same code has the same in its closure, and so on."""
        if type(now) is not FunctionType or now.__code__ is not self.code():
            return False
        if now.__dict__:
            return False
        for test, part in zip(self.inside, insides_of(now), strict=True):
            if not test(part, seen):
                return False
        return all(test(meaning_in(now, name), seen) for name, test in self.outside)


class OfParts(Snapshot):
    """A bound method, a partial, a property: what it is made of."""

    def enter(self) -> None:
        """Go on from what it is made of."""
        self.kind = type(self.value)
        self.parts = [self.around.entered(p) for p in MADE_OF[self.kind](self.value)]

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether one of the same kind is made of the same."""
        return type(now) is self.kind and all(
            test(part, seen)
            for test, part in zip(self.parts, MADE_OF[self.kind](now), strict=True)
        )


class Holder(Snapshot):
    """What is asked for attributes: those that some code names."""

    def __init__(self, value: Any, around: Surroundings) -> None:
        super().__init__(value, around)
        self.attributes: dict[str, Same] = {}

    def enter(self) -> None:
        """Wait until the names are known that it is asked for."""
        self.itself = weakref.ref(self.value)
        self.around.hold(self)

    def look_for(self, names: Iterable[str]) -> None:
        """Note what stands under these names, also where nothing does."""
        own = vars(self.value)
        for name in names:
            if name not in self.attributes:
                self.attributes[name] = self.around.entered(own.get(name, Absent))

    def has_the_same(self, now: Any, seen: Seen) -> bool:
        """Whether the same stands under each name."""
        own = vars(now)
        found = self.attributes.items()
        return all(test(own.get(name, Absent), seen) for name, test in found)


class OfModule(Holder):
    """A module: one of NumPy's kind, or the person's own."""

    def enter(self) -> None:
        """Refuse the others, which do anything."""
        name = self.value.__name__
        if name not in MODULES and is_library(self.value):
            raise UnknownError(f"the module {name}")
        super().enter()
        if name not in MODULES:
            self.look_for(["__getattr__"])

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether it is the very module, with the same in it."""
        return now is self.itself() and self.has_the_same(now, seen)


class OfClass(Holder):
    """A class of the person's, for what its instances find there."""

    def enter(self) -> None:
        """Go on from the methods that Python calls by itself."""
        kind = self.value
        own = vars(kind)
        if type(kind) is not type or is_closed(kind) or HOOKS & own.keys():
            raise UnknownError(f"the class {kind.__name__}")
        super().enter()
        self.names = tuple(own)
        for name in filter(is_special, own):
            if read := fields_compared(own, name):
                self.attributes[name] = _only(own[name])
                self.around.attributes.update(read)
            else:
                self.look_for([name])

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether it is the very class, with the same in it, and no more."""
        is_it = now is self.itself() and tuple(vars(now)) == self.names
        return is_it and self.has_the_same(now, seen)


def _only(value: Any) -> Same:
    """The test that only a value itself passes, which is not held."""
    itself = weakref.ref(value)
    return lambda now, seen: now is itself()


class OfInstance(Holder):
    """An object of a class of the person's."""

    def enter(self) -> None:
        """Go on from its classes; it is not held itself."""
        kind = type(self.value)
        if kind.__dictoffset__ == 0 or kind.__weakrefoffset__ == 0:
            raise UnknownError(f"a {kind.__name__}, which has no attributes")
        classes = kind.__mro__[:-1]
        self.classes = [self.around.entered_class(kind) for kind in classes]
        super().enter()

    def holds(self, now: Any, seen: Seen) -> bool:
        """Whether one of the same class has the same attributes."""
        if self.around.writes and now is not self.itself():
            return False
        classes = type(now).__mro__[:-1]
        return (
            len(classes) == len(self.classes)
            and all(
                test(kind, seen)
                for test, kind in zip(self.classes, classes, strict=True)
            )
            and self.has_the_same(now, seen)
        )


def _snapshot_of(value: Any) -> type[Snapshot]:
    """How a value is looked at; UnknownError for what is not known to the bottom."""
    kind = type(value)
    if kind is np.ndarray:
        return OfArray
    if is_container(kind):
        return OfContainer
    if not is_closed(kind):
        if type(kind) is type:
            return OfInstance
        raise UnknownError(f"a {kind.__name__}")
    if value is Absent or is_pure(value):
        return OfItself
    if kind is FunctionType:
        return OfFunction
    if kind in MADE_OF:
        return OfParts
    if issubclass(kind, ModuleType):
        return OfModule
    raise UnknownError(f"a {kind.__name__}")
