"""`np.vectorize` and `np.frompyfunc`: a function of elements, over traced arrays.

It is called on one element after the other, and branches follow each. Where the first
two gave the same elementwise steps, nothing was asked for its number, and the function
can neither keep something from call to call nor meet what does, these steps are taken
of the whole arrays.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import _function_base_impl as numpys

from pellucid.graphs import structure
from pellucid.graphs.node import Node, ancestors, depending
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.stand_in import array_in
from pellucid.graphs.tracing.creation import CREATORS, without_lists
from pellucid.graphs.tracing.frames import is_machinery
from pellucid.graphs.tracing.namespaces import function_of
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.surroundings import Surroundings, UnknownError
from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    Traced,
    current,
    lifted,
    node_of,
    recorded,
)

Function = Callable[..., Any]
PLACES = {"b": bool, "i": int, "u": int, "f": float, "c": complex}  # of one element


def over(function: Function, arrays: Sequence[Any], otypes: Any = None) -> Any:
    """A function of elements over broadcast arrays, as arrays of numbers.

    Without dtypes to give, a result has that of its first element, as np.vectorize has
    it; "O", as np.frompyfunc has it, becomes one for all.
    """
    arrays = [x if isinstance(x, Traced) else np.asarray(x)
              for x in map(without_lists, arrays)]  # fmt: skip
    made = _called(function, arrays, not otypes)
    many = isinstance(made, tuple)
    kinds = otypes or "O" * (len(made) if many else 1)
    made = made if many else (made,)
    found = [_as_asked(x, kind) for x, kind in zip(made, kinds, strict=True)]
    return tuple(found) if many else found[0]


def _as_asked(made: Any, otype: str) -> Any:
    """An array of its own in the dtype that is asked for; O is any."""
    made = CREATORS["array"](made)
    return made if otype == "O" else made.astype(np.dtype(otype))


def _called(function: Function, arrays: Sequence[Any], as_first: bool) -> Any:
    """A function of each element, or its steps taken of the whole arrays."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    rows = zip(*[_numbers(np.broadcast_to(x, shape)) for x in arrays], strict=True)
    recorder = current()
    guards = len(recorder.guards)
    first = [_One(row, function(*row)) for row in itertools.islice(rows, 2)]
    is_followed = len(recorder.guards) > guards
    if len(first) == 2 and not is_followed and _alike(*first) and _forgets(function):
        whole = _whole(first[0], arrays, shape)
        if whole is not None:
            return whole
    found = [one.result for one in first] + [function(*row) for row in rows]
    return _together(found, shape, as_first)


def _forgets(function: Function) -> bool:
    """Whether no call hands something on to the next: a count, a list, an iterator."""
    try:
        return not Surroundings([function]).writes
    except (UnknownError, RecursionError):
        return False


class _One(NamedTuple):
    """One element of each array, and what the function gives of them."""

    given: tuple[Any, ...]
    result: Any

    @property
    def outputs(self) -> list[Node]:
        """The nodes of the results."""
        return [node_of(leaf) for leaf in structure.leaves(self.result)]

    @property
    def elements(self) -> list[Node]:
        """The nodes of the elements."""
        return [node_of(x) for x in self.given if isinstance(x, Traced)]


def _alike(one: _One, other: _One) -> bool:
    """Whether two calls have recorded the same, of elements that are not known."""
    elements = one.elements, other.elements
    if len(elements[0]) < len(one.given) or any(n.known for n in elements[0]):
        return False
    ours = ancestors(one.outputs, stop=elements[0])
    theirs = ancestors(other.outputs, stop=elements[1])
    twin = dict(zip(*elements, strict=True))
    for a, b in zip(ours, theirs, strict=False):
        if a is not b and not _same_step(a, b, twin):
            return False
        twin[a] = b
    outputs = [twin.get(node) for node in one.outputs]
    return len(ours) == len(theirs) and outputs == other.outputs


def _same_step(a: Node, b: Node, twin: dict[Node, Node]) -> bool:
    """Whether two nodes are the same operation on what is the same."""
    facts = [(n.operation, n.shape, n.dtype, repr(n.options)) for n in (a, b)]
    return facts[0] == facts[1] and [twin.get(x) for x in a.arguments] == [*b.arguments]


def _whole(one: _One, arrays: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """The steps of one element taken of whole arrays; None where that is not all."""
    values: dict[Node, Any] = {
        element: recorded("cast", x, dtype=element.dtype)
        for element, x in zip(one.elements, arrays, strict=True)
    }
    before = ancestors(one.outputs, stop=values)
    for node in (n for n in before if n in depending(before, values)):
        if node.shape or not is_elementwise(node.operation):
            return None
        given = [values[a] if a in values else lifted(a, current())
                 for a in node.arguments]  # fmt: skip
        with current().marking(node.quiet, node.derived):
            made = recorded(node.operation, *given, **node.options)
        if node_of(made).dtype != node.dtype:
            return None
        values[node] = made
    if any(n.shape for n in one.outputs):
        return None

    def whole(leaf: Any) -> Any:
        made: Any = values.get(node_of(leaf), leaf)
        return np.broadcast_to(made, shape)

    return structure.mapped(whole, one.result)


def _numbers(array: Any) -> Iterator[Any]:
    """The elements as numbers of Python's, as NumPy gives them to the function."""
    flat: Any = array.ravel()
    if not isinstance(array, Traced):
        return iter(flat.tolist())
    dtype = np.dtype(PLACES[array.dtype.kind])
    return (recorded("cast", flat[i], weak=True, dtype=dtype) for i in range(flat.size))


def _together(found: list[Any], shape: tuple[int, ...], as_first: bool) -> Any:
    """The results of all calls as one array, or as several."""
    if found and isinstance(found[0], tuple):
        parts = zip(*found, strict=True)
        return tuple(_together([*part], shape, as_first) for part in parts)
    made = CREATORS["array"](found)
    made = np.reshape(made, shape + made.shape[1:])
    return made.astype(node_of(found[0]).dtype) if as_first else made


# -- np.vectorize ---------------------------------------------------------------------

_NUMPYS: Any = np.vectorize._vectorize_call  # type: ignore[attr-defined]


def vectorized(self: Any, func: Function, args: Any) -> Any:
    """What stands for np.vectorize's own call while functions are traced."""
    if active.get() is None or not args:
        return _NUMPYS(self, func, args)
    given = [without_lists(array_in(x)) for x in args]
    if not (any(isinstance(x, Traced) for x in given) or _is_persons()):
        return _NUMPYS(self, func, args)
    shells = [np.broadcast_to(0.0, np.shape(x)) for x in given]
    if self.signature is not None:
        return _by_signature(self, func, given, shells)
    if not np.broadcast(*shells).size:
        return _NUMPYS(self, func, shells)
    return over(func, given, self.otypes or _types_of_first(func, given))


def _types_of_first(func: Function, args: Sequence[Any]) -> str | None:
    """The dtypes of what the first elements give, where these are no numbers of Python.

    NumPy calls the function on them once more, as numbers of its own.
    """
    arrays: list[Any] = [x if isinstance(x, Traced) else np.asarray(x) for x in args]
    if all(x.dtype.char in "dlqD?OU" for x in arrays):
        return None
    first = func(*[x.ravel()[0] for x in arrays])
    return "".join(node_of(leaf).dtype.char for leaf in structure.leaves(first))


def _by_signature(self: Any, func: Function, args: Any, shells: Any) -> Any:
    """A function of vectors or matrices, over the axes before them."""
    given, _ = self._in_and_out_core_dims
    loops, _ = numpys._parse_input_dimensions(tuple(shells), given)  # type: ignore[attr-defined]
    if not all(loops):
        return _NUMPYS(self, func, shells)
    arrays = [
        np.broadcast_to(x, loops + np.shape(x)[np.ndim(x) - len(core) :])
        for x, core in zip(args, given, strict=True)
    ]
    found = [func(*[x[index] for x in arrays]) for index in np.ndindex(*loops)]
    made = _together(found, loops, not self.otypes)
    kinds = iter(self.otypes or "")
    return structure.mapped(lambda x: _as_asked(x, next(kinds, "O")), made)


def of_frompyfunc(ufunc: np.ufunc, method: str, inputs: Any, options: Any) -> Any:
    """A call of what np.frompyfunc made, or of its methods; refused with options."""
    function = function_of(ufunc)
    if method == "__call__" and function and not options:
        return over(function, inputs, "O" * ufunc.nout)
    if method in ("reduce", "accumulate") and function:
        return _in_turn(function, method, *inputs, **options)
    return NotImplemented


def _in_turn(function: Function, method: str, x: Any, axis: int = 0) -> Any:
    """The elements along an axis put together one after the other."""
    rows = np.moveaxis(x, axis, 0)
    found = [rows[0]]
    for row in rows[1:]:
        found.append(over(function, (found[-1], row), "O"))
    return found[-1] if method == "reduce" else np.stack(found, axis)


FUNCTIONS["frompyfunc"] = of_frompyfunc


def let_vectorize_record(under_trace: bool) -> None:
    """Let np.vectorize record, or be NumPy's own."""
    np.vectorize._vectorize_call = (  # type: ignore[attr-defined]
        vectorized if under_trace else _NUMPYS
    )


def _is_persons() -> bool:
    """Whether the person's own code has called np.vectorize."""
    frame: Any = sys._getframe(2)
    while frame.f_code.co_filename == _NUMPYS.__code__.co_filename:
        frame = frame.f_back
    return not is_machinery(frame)
