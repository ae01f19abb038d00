"""Recordings of derivatives that are run again where nothing can have changed.

`pl.gradient(cost)(w)` in a loop would record the cost anew in each turn. A recording is
kept from the second call on, where all that the function can read is known to the
bottom (see `surroundings`), where recording it changed none of that and said nothing,
and where its path holds. Everything else is recorded anew at each call.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.at_numbers import (
    Derivation,
    Recording,
    numbered_leaves,
)
from pellucid.graphs.differentiating.pullbacks import as_float
from pellucid.graphs.tracing.inspection import metadata_of
from pellucid.graphs.tracing.instructions import instructions_of
from pellucid.graphs.tracing.patching import is_traced_elsewhere
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.surroundings import Surroundings, UnknownError
from pellucid.graphs.tracing.trace import is_float, is_numeric
from pellucid.graphs.tracing.traced import raised_at_once
from pellucid.graphs.warned import noting, showing, warning_settings

CODES = 256  # functions of which recordings are kept
KINDS = 8  # of arguments, for each
PATHS = 6  # for each kind: other constants, other sides of branches
TOLD = {"warn", "ignore", "raise"}  # what NumPy does at a division by 0 that is seen


class Kept(NamedTuple):
    """A recording, and what it holds for."""

    recording: Recording
    outside: Surroundings  # of the function, and of arguments that are objects
    data: Surroundings | None  # of those that are arrays; None where they are inputs
    fixed: list[int]  # the leaves of a call that are constants, objects or data
    warning_settings: Any  # how warnings are shown

    def is_of(self, call: Call) -> bool:
        """Whether all but data is as it was where the recording was made."""
        others, _ = call.told_apart(self.fixed)
        return self.warning_settings == warning_settings() and self.outside.same(
            [call.f, *others]
        )

    def has_same(self, call: Call) -> bool:
        """Whether data is as it was."""
        return self.data is None or self.data.same(call.told_apart(self.fixed)[1])


class Entry:
    """What is kept of one function for arguments of one kind."""

    def __init__(self) -> None:
        self.kept: tuple[Kept, ...] = ()
        self.is_unknown = False  # what the function reads or does cannot be told
        self.in_vain = 0  # recordings since one was of use
        self.is_closed = False  # it needs the numbers of what is not differentiated


class Call(NamedTuple):
    """A call of a derivative, with the innermost function and the arguments' leaves."""

    how: Derivation
    f: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    leaves: list[Any]

    def told_apart(self, places: Sequence[int]) -> tuple[list[Any], list[Any]]:
        """The leaves at these places that are objects, and those that are data."""
        others: list[Any] = []
        data: list[Any] = []
        for i in places:
            (data if is_data(self.leaves[i]) else others).append(self.leaves[i])
        return others, data

    def constants(self, is_open: bool) -> list[int]:
        """The places of the leaves that are no inputs; nor data, where it is open."""
        asked = self.how.asked_leaves(self.args, self.kwargs)
        unread = self._unread()
        return [i for i, leaf in enumerate(self.leaves)
                if not (is_float(as_float(leaf)) and i in asked) and i not in unread
                and not (is_open and is_data(leaf))]  # fmt: skip

    def _unread(self) -> set[int]:
        """The places of the leaves that the function does not look at."""
        if type(self.f) is not FunctionType:
            return set()
        given = numbered_leaves(self.args, self.kwargs)["args"]
        unread = instructions_of(self.f.__code__).unread
        return set(structure.leaves([given[i] for i in unread if i < len(given)]))

    def recorded(
        self, recorder: Recorder | None = None, is_open: bool = False
    ) -> Recording:
        """Record it."""
        recorder = recorder or Recorder(follows=True)
        return Recording(self.how, self.args, self.kwargs, recorder, is_open)

    def run(self, recording: Recording) -> Any:
        """Run a recording of it."""
        return recording(self.leaves, self.args, self.kwargs)

    def run_now(self, recording: Recording) -> Any:
        """Run what was just recorded; what NumPy raises, the function may catch."""
        try:
            return self.run(recording)
        except np.linalg.LinAlgError:
            with raised_at_once():
                return self.run(self.recorded())


def result_of(
    how: Derivation, f: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """What a derivative gives at numbers, by a recording that is kept or made now."""
    leaves: list[Any] = []
    kind = kind_of((args, kwargs), leaves)
    call = Call(how, f, args, kwargs, leaves)
    entry = _entry(f, (how.way, kind))
    if entry is None or entry.is_unknown or is_traced_elsewhere():
        return call.run_now(call.recorded())
    varies = False
    for kept in filter(lambda kept: kept.is_of(call), entry.kept):
        if not kept.has_same(call):
            varies = True
        elif found := _run_again(kept.recording, call, kept.data is None):
            entry.in_vain = 0
            return found[0]
    entry.in_vain += 1
    if entry.in_vain > PATHS and entry.in_vain % PATHS:
        return call.run_now(call.recorded())  # what changes each time is not kept
    if varies and not entry.is_closed:
        if found := _opened(entry, call):
            return found[0]
        entry.is_closed = True
    return call.run_now(_recorded_and_kept(entry, call))


def _run_again(recording: Recording, call: Call, is_open: bool) -> tuple[Any] | None:
    """What a recording gives; None where it has more to say than numbers.

    A path that is not taken, a warning and an error come from recording it anew.
    """
    try:
        with noting() as noted:
            result = call.run(recording)
    except Exception:
        return None
    is_sound = not noted.anything and not (is_open and not _is_finite(result))
    return (result,) if is_sound else None


def _is_finite(result: Any) -> bool:
    """Whether no product with a 0 that is now an input came out as nan."""
    numbers = (leaf for leaf in structure.leaves(result) if is_numeric(leaf))
    return all(np.all(np.isfinite(leaf)) for leaf in numbers)


def _opened(entry: Entry, call: Call) -> tuple[Any] | None:
    """What a call gives when its data are inputs; None where they cannot be."""
    try:
        recording = _recorded_and_kept(entry, call, is_open=True)
    except PellucidError:
        return None
    return _run_again(recording, call, is_open=True)


def _recorded_and_kept(entry: Entry, call: Call, is_open: bool = False) -> Recording:
    """Record a call, and keep the recording where nothing else came of it."""
    recorder, fixed = Recorder(follows=True), call.constants(is_open)
    before = _around(call, fixed)
    if before is None:
        entry.is_unknown = True
        return call.recorded()
    with showing() as shown:
        recording = call.recorded(recorder, is_open)
    if shown or recorder.tells or not _is_unchanged(before, call, fixed):
        entry.is_unknown = not is_traced_elsewhere()
    elif set(np.geterr().values()) <= TOLD:
        outside, data = before
        kept = Kept(
            recording, outside, None if is_open else data, fixed, warning_settings()
        )
        entry.kept = (kept, *entry.kept)[:PATHS]
    for around in before:
        around.settle()
    return recording


def _around(
    call: Call, fixed: Sequence[int]
) -> tuple[Surroundings, Surroundings] | None:
    """What a function can read, and the data that it is given; None if unknown."""
    others, data = call.told_apart(fixed)
    try:
        outside, given = Surroundings([call.f, *others]), Surroundings(data)
    except (UnknownError, RecursionError):  # what is nested deeply is not known either
        return None
    # Arrays of integers are handed on as they are, the others are stood in for.
    whole = any(np.asarray(leaf).dtype.kind != "f" for leaf in data)
    given.writes = outside.writes and whole
    return outside, given


def _is_unchanged(before: Sequence[Any], call: Call, fixed: Sequence[int]) -> bool:
    """Whether a recording has changed nothing: the same things hold the same."""
    others, data = call.told_apart(fixed)
    after = _around(call, fixed)
    return after is not None and all(
        one.ids == other.ids and one.same(start)
        for one, other, start in zip(before, after, ([call.f, *others], data),
                                     strict=True)
    )  # fmt: skip


def is_data(leaf: Any) -> bool:
    """Whether a constant is data, which may be other data in another call."""
    return type(leaf) is float or (type(leaf) is np.ndarray and is_numeric(leaf))


# -- where recordings are kept: with the code of the function, as long as it lives -----

_codes: OrderedDict[int, tuple[Any, OrderedDict[Hashable, Entry]]] = OrderedDict()
_lock = threading.Lock()


def kind_of(tree: Any, leaves: list[Any]) -> Any:
    """What a recording depends on of arguments, but for the numbers; and the leaves.

    A compiled function has its constants in the key, too (`running.kinds`); here they
    are held against what they were.
    """
    kind = type(tree)
    if isinstance(tree, np.ndarray):
        leaves.append(tree)
        return kind, metadata_of(tree)
    if isinstance(tree, dict):
        return kind, tuple(tree), tuple([kind_of(tree[key], leaves) for key in tree])
    if isinstance(tree, (list, tuple)):
        return kind, tuple([kind_of(part, leaves) for part in tree])
    leaves.append(tree)
    return kind


def _entry(f: Any, key: Hashable) -> Entry | None:
    """What is kept for calls of a kind; None for the first, which may be the only."""
    code = _code_of(f)
    if code is None or not _has_hash(key):
        return None
    with _lock:
        held, kinds = _codes.get(id(code), (None, OrderedDict()))
        if held is None or held() is not code:
            kinds = OrderedDict()
            forget = functools.partial(_forgotten, id(code))
            _codes[id(code)] = weakref.ref(code, forget), kinds
        entry = kinds.get(key)
        kinds[key] = entry or Entry()
        kinds.move_to_end(key)
        for things, size in ((kinds, KINDS), (_codes, CODES)):
            if len(things) > size:
                things.popitem(last=False)
    return entry


def _has_hash(key: Any) -> bool:
    """Whether a key can be looked for; what holds a list is refused elsewhere."""
    try:
        hash(key)
    except TypeError:
        return False
    return True


def _forgotten(number: int, reference: Any) -> None:
    if _codes.get(number, (None,))[0] is reference:
        _codes.pop(number, None)


def _code_of(f: Any) -> CodeType | None:
    """The code of a function, which outlives a closure that is made in each turn."""
    if type(f) is functools.partial:
        return _code_of(f.func)
    if type(f) is MethodType:
        return _code_of(f.__func__)
    if type(f) is not FunctionType:
        f = vars(type(f)).get("__call__")
    return f.__code__ if type(f) is FunctionType else None
