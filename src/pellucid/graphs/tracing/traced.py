"""The stand-in for an array while a function is traced.

A `Traced` has a shape and a dtype but no numbers. NumPy hands every call on it to
`__array_ufunc__` and `__array_function__` (NEP 13 and NEP 18), Python hands over the
operators, and each becomes a node.
"""

from __future__ import annotations

import contextlib
import contextvars
import weakref
from collections.abc import Callable, Iterator
from threading import get_ident
from types import FunctionType
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.foreign import is_labelled
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import UFUNCS
from pellucid.graphs.packages import meet_loaded
from pellucid.graphs.stand_in import StandIn, array_in
from pellucid.graphs.tracing.frames import is_tried
from pellucid.graphs.tracing.layout import ORDERED, MemoryLayout
from pellucid.graphs.tracing.memory import Memory, layout_of
from pellucid.graphs.tracing.recorder import Recorder, active
from pellucid.graphs.tracing.refusals import (
    name_of,
    refused_elsewhere,
    refused_objects,
    refused_outside,
)

# How NumPy's functions are recorded; filled by the modules in `functions`.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}
# The classes of stand-ins: of arrays, and of numbers by whether Python's, and integers;
# filled where these are put together.
KINDS: dict[Any, type[Any]] = {}


class Traced(StandIn):
    """A traced array or number: a `Memory`, and NumPy's interface to it.

    `mutable` tells an array, which has memory to write to, from a number. What else
    each kind of value has is put together in `attributes`.
    """

    __slots__ = ("memory", "mutable")
    __hash__ = None  # type: ignore[assignment]
    memory: Memory
    mutable: bool
    is_number = False  # of Python's, which takes the dtype of the array that it meets

    def __new__(cls, memory: Memory, mutable: bool = False) -> Traced:
        """Make a stand-in of the kind of the value."""
        node = memory._node
        mutable = mutable or node.shape != ()
        kind = "array" if mutable else (node.weak, node.dtype.kind in "iu")
        made: Traced = object.__new__(KINDS[kind])
        made.memory = memory
        made.mutable = mutable
        if node.known or memory.recorder.differentiates:
            memory.recorder.known_ones[id(made)] = weakref.ref(made)
        return made

    # -- what it is -------------------------------------------------------------------

    @property
    def _content(self) -> Node:
        return self.memory._node

    @staticmethod
    def _replay(node: Node, arguments: list[Any]) -> Any:
        """Record a step of another graph, in the place of computing it."""
        if node.is_constant:
            return node.value
        with current().marking(node.quiet, node.derived):
            return recorded(node.operation, *arguments, weak=node.weak, **node.options)

    @property
    def node(self) -> Node:
        """Its content now."""
        return self.memory.node

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self.memory._node.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of an element."""
        return self.memory._node.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.memory._node.size

    def __dir__(self) -> list[str]:
        return dir(self.__class__)

    # -- NumPy's protocols ------------------------------------------------------------

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: str,
        *inputs: Any,
        out: Any = None,
        **options: Any,
    ) -> Any:
        if method == "__call__" and any(map(has_labels, inputs)):
            return FUNCTIONS["labelled"](ufunc, *inputs, **options)
        if out is None and ufunc not in UFUNCS and not is_recorded(ufunc):
            made = FUNCTIONS["frompyfunc"](ufunc, method, inputs, options)
            if made is not NotImplemented:
                return made
        if method != "__call__":
            result = called(method, (ufunc, *inputs), options)
        elif is_one_step(ufunc) and options:
            result = FUNCTIONS["elementwise"](ufunc, inputs, out, **options)
        elif ufunc in UFUNCS:
            result = recorded(UFUNCS[ufunc], *inputs)
        else:
            result = called(ufunc, inputs, options)
        if out is None:
            return result
        return stored(out, result, options.get("casting", "same_kind"))

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        out = kwargs.pop("out", None)
        result = called(function, args, kwargs)
        return result if out is None else stored(out, result)

    def __array_operation__(self, name: str, arrays: Any, options: Any) -> Any:
        kept = {k: v for k, v in options.items() if v is not None and v is not False}
        return recorded(name, *arrays, **kept)


def has_labels(value: Any) -> bool:
    """Whether a value is a table or column of pandas, or stands for one."""
    return is_labelled(value) or array_in(value) is not value


def is_one_step(ufunc: np.ufunc) -> bool:
    """Whether a ufunc is an operation."""
    return ufunc in UFUNCS or (not is_recorded(ufunc) and ufunc in UFUNCS)


def is_recorded(function: Any) -> bool:
    """Whether there is an entry for a function; SciPy's are entered when first met."""
    if function in FUNCTIONS:
        return True
    is_written = isinstance(function, FunctionType)
    if isinstance(function, np.ufunc) or (
        is_written and str(function.__module__).startswith("scipy.")
    ):
        meet_loaded()
    return function in FUNCTIONS


def truth(compared: Traced) -> Any:
    """A comparison of two Python numbers, which is a bool and counts as an integer."""
    made: Any = object.__new__(KINDS[True, True])
    made.memory, made.mutable = compared.memory, False
    return made


# -- between nodes and stand-ins ------------------------------------------------------


def lifted(
    node: Node, recorder: Recorder, mutable: bool = False, like: Any = None
) -> Any:
    """A stand-in for a node, laid out like an array where one is given."""
    shadow = like.memory.shadow if isinstance(like, Traced) else like
    shadow = shadow if isinstance(shadow, np.ndarray) else None
    return Traced(Memory(recorder, node, shadow=shadow), mutable)


def copied(x: Traced, order: Any = "K", content: Any = None) -> Traced:
    """An array of its own, with the same content or another, laid out as asked."""
    layout = None
    if order == "F" or not (order == "C" or x.memory.by_rows):
        layout = MemoryLayout(ORDERED, (x.memory,), {"order": order or "K"})
    node = (x if content is None else content).node
    return Traced(Memory(current(x), node, layout=layout), mutable=True)


def current(*values: Any) -> Recorder:
    """The record that is being made, in the thread that makes it."""
    recorder = active.get()
    if recorder is None or recorder.thread != get_ident():
        refused_elsewhere([v.memory for v in values if isinstance(v, Traced)])
    return recorder


def node_of(value: Any) -> Node:
    """The node of a traced value, or of a constant."""
    if isinstance(value, Traced):
        return value.memory.node
    if isinstance(value, Node):
        return value
    if isinstance(value, (list, tuple)):
        return node_of(FUNCTIONS["array"](value))
    held = array_in(value)
    return current().captured(value) if held is value else node_of(held)


def recorded(name: str, *arguments: Any, weak: bool = False, **options: Any) -> Any:
    """Record an operation and stand in for its result."""
    recorder = current(*arguments)
    nodes = tuple([node_of(a) for a in arguments])
    node = recorder.record(name, nodes, weak, **options)
    simpler = recorder.simplify(node) if recorder.simplify else None
    if simpler is not None:
        is_number = simpler.is_literal and simpler.weak
        return simpler.value if is_number else lifted(simpler, recorder)
    if node.dtype.hasobject and not node.known:
        refused_objects()
    if name in RAISING and (node.known or (raising.get() and recorder.follows)):
        recorder.value_of(node)
    elif name in RAISING and recorder.follows and is_tried():
        _tried(node, recorder)
    layout = None
    if len(node.shape) > 1:
        operands = tuple(map(_operand, arguments, nodes))
        layout = layout_of(name, operands, options)
    return Traced(Memory(recorder, node, layout=layout))


# For some numbers these raise, so that the function can catch it: those of which this
# does not hold.
RAISING: dict[str, Callable[[Any], Any]] = {
    "linalg.cholesky": lambda A: np.all(np.linalg.eigvalsh(A) > 0),
    "linalg.inv": lambda A: np.all(np.linalg.det(A) != 0),
    "linalg.solve": lambda A: np.all(np.linalg.det(A) != 0),
}
raising = contextvars.ContextVar("raising", default=False)


@contextlib.contextmanager
def raised_at_once() -> Iterator[None]:
    """While this holds, they raise for the numbers of the inputs that are followed."""
    token = raising.set(True)
    try:
        yield
    finally:
        raising.reset(token)


def _tried(node: Node, recorder: Recorder) -> None:
    """Raise what the function catches, and leave a guard either way.

    Where nothing is raised, the guard sees to it that what may raise is computed again.
    Where rounding alone decides, what runs the graph will raise.
    """
    try:
        recorder.value_of(node)
    except np.linalg.LinAlgError:
        holds = RAISING[node.operation](lifted(node.arguments[0], recorder)).node
        if not recorder.value_of(holds):
            recorder.guarded(holds, False)
            raise
    else:
        finite: Any = np.all(np.isfinite(lifted(node, recorder)))
        recorder.guarded(finite.node, bool(recorder.value_of(finite.node)))


def _operand(value: Any, node: Node) -> Any:
    """What tells how an argument lies in memory."""
    if isinstance(value, Traced):
        return value.memory
    return value if isinstance(value, np.ndarray) else node


def viewed(step: str, x: Traced, *places: Traced, **options: Any) -> Any:
    """Take a step that gives a view of a traced array where NumPy's gives one."""
    if not x.mutable:
        node = recorded(step, x, *places, **options).node
        is_number = node.ndim == 0 and not x.node.weak  # np.float64's own methods
        return lifted(node, current(), step != "index" and not is_number)
    current(x, *places)
    memory = x.memory.taken(step, [place.node for place in places], **options)
    return Traced(memory, mutable=memory.parent is not None)


def called(key: Any, args: Any, kwargs: Any) -> Any:
    """Record a function of NumPy; compute it where it cannot be but all is known."""
    outside: Callable[..., Any] = FUNCTIONS["outside"]
    if key not in FUNCTIONS or writes_outside(key, args):
        return outside(key, args, kwargs)
    recorder = current(*args)
    before = recorder.refusal
    try:
        return FUNCTIONS[key](*args, **kwargs)
    except TraceError:
        if key in WRITERS or not all_known(args, kwargs):
            raise
        recorder.refusal = before
        return outside(key, args, kwargs)
    except TypeError as error:
        inside = error.__traceback__ and error.__traceback__.tb_next
        if inside:
            raise
        options = ", ".join([f"{len(args)} arguments", *(f"{k}=" for k in kwargs)])
        return outside(key, args, kwargs, f"{name_of_call(key, args)} with {options}")


# These write into their first argument; so does the method `at` of a ufunc.
WRITERS = {np.put, np.copyto, np.place, np.putmask, np.fill_diagonal,
           np.put_along_axis, "at"}  # fmt: skip


def writes_outside(key: Any, args: Any) -> bool:
    """Whether a function writes into an array without a trace."""
    first = args[key == "at" :][:1]
    return key in WRITERS and bool(first) and not isinstance(first[0], Traced)


def all_known(*trees: Any) -> bool:
    """Whether nothing in these arguments depends on an input."""
    leaves = structure.leaves(trees)
    return all(leaf.node.known for leaf in leaves if isinstance(leaf, Traced))


def name_of_call(key: Any, args: Any) -> str:
    """A function, or the method of a ufunc, as a message names it."""
    return f"np.{args[0].__name__}.{key}" if isinstance(key, str) else name_of(key)


def stored(out: Any, result: Any, casting: Any = "same_kind") -> Any:
    """Write a result into `out`, cast to its dtype; refuse an array from outside."""
    if isinstance(result, tuple):  # of a ufunc of several results
        return tuple(
            r if o is None else stored(o, r, casting)
            for o, r in zip(out, result, strict=True)
        )
    if isinstance(out, tuple):
        out = out[0]
    if not isinstance(out, Traced):
        if not all_known(result):
            refused_outside()
        np.copyto(out, np.asarray(result), casting)
        return out
    if not np.can_cast(result.dtype, out.dtype, casting):
        message = f"cannot cast {result.dtype} to {out.dtype} in an in-place operation"
        raise TypeError(message)
    node = node_of(result)
    if (node.shape, node.dtype) != (out.shape, out.dtype):
        node = node_of(recorded("assign", out, node, at=(Ellipsis,)))
    out.memory.write(node)
    return out
