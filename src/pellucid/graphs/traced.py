"""The stand-in for an array while a function is traced.

A `Traced` has a shape and a dtype but no numbers. NumPy hands every call on it to
`__array_ufunc__` and `__array_function__` (NEP 13 and NEP 18), Python hands over the
operators, and each becomes a node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.buffers import Memory
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot, is_basic
from pellucid.graphs.operations.table import UFUNCS
from pellucid.graphs.recorder import Recorder, active, place
from pellucid.graphs.refusals import (
    name_of,
    refused,
    refused_attribute,
    refused_branch,
    refused_number,
    refused_shape,
)

# How NumPy's functions are recorded; filled by the modules in `operations`.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}


class Traced:
    """A traced array or number: a `Memory`, and NumPy's interface to it.

    `mutable` tells an array, which has memory to write to, from a number.
    """

    __slots__ = ("memory", "mutable")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, memory: Memory, mutable: bool = False) -> None:
        self.memory = memory
        self.mutable = mutable or memory._node.shape != ()

    # -- what it is -------------------------------------------------------------------

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees: the class that the value itself will have."""
        if self.mutable:
            return np.ndarray
        return float if self.memory._node.weak else self.dtype.type

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

    @property
    def itemsize(self) -> int:
        """Bytes an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def T(self) -> Any:  # noqa: N802
        """The transpose, a view."""
        return np.transpose(self)

    @property
    def real(self) -> Any:
        """The real part: of real numbers, themselves."""
        return self if self.dtype.kind != "c" else refused("the real part")

    def __getattr__(self, name: str) -> Any:
        """Refuse what an array has and a traced one has not."""
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a traced array has no attribute {name!r}")
        refused_attribute(self.memory.node, name)

    def __copy__(self) -> Any:
        return np.copy(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return np.copy(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        node = self.memory._node
        return (
            f"<traced {node.name or node.operation}, shape {self.shape}, {self.dtype}>"
        )

    # -- NumPy's protocols ------------------------------------------------------------

    def __array_ufunc__(
        self,
        ufunc: np.ufunc,
        method: str,
        *inputs: Any,
        out: Any = None,
        **options: Any,
    ) -> Any:
        if method != "__call__":
            result = called(method, (ufunc, *inputs), options)
        elif ufunc in UFUNCS:
            result = _elementwise(ufunc, inputs, out, **options)
        else:
            result = called(ufunc, inputs, options)
        return result if out is None else written(out, result)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        out = kwargs.pop("out", None)
        result = called(function, args, kwargs)
        return result if out is None else written(out, result)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        value = np.array(self._value())
        value.flags.writeable = False
        return value

    # -- Python's conversions, possible only where no input is involved ---------------

    def __float__(self) -> float:
        return float(self._value())

    def __int__(self) -> int:
        return int(self._value())

    def __complex__(self) -> complex:
        return complex(self._value())

    def __index__(self) -> int:
        value: int = self._value("needs, for an index or a range,").__index__()
        return value

    def __bool__(self) -> bool:
        if not self.node.known:
            refused_branch(self.node)
        return bool(self._value())

    def __format__(self, how: str) -> str:
        return format(self._value(), how) if how else str(self)

    def item(self, *args: int) -> Any:
        """The number itself; refused for a traced one."""
        return self._value().item(*args)

    def tolist(self) -> Any:
        """The numbers as a list; refused for traced ones."""
        return self._value().tolist()

    def _value(self, needs: str = "needs") -> Any:
        if not self.node.known:
            refused_number(self.node, needs)
        return self.memory.recorder.known_value(self.node)

    # -- items ------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        at, indices = index_of(key)
        if any(node.dtype == bool for node in indices):
            refused_shape("x[mask]", "np.where(mask, x, 0) keeps it")
        if is_basic(at):
            return viewed("index", self, at=at)
        return recorded("index", self, *indices, at=at)

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.mutable:
            raise TypeError("a traced number does not support item assignment")
        at, indices = index_of(key)
        if _is_that_view(value, self, at):
            return  # b[i] += x has written into the view already
        if any(node.dtype == bool for node in indices):
            content = _masked(self, at, indices, value)
        else:
            content = recorded("assign", self, value, *indices, at=at)
        self.memory.write(content.node)


def _elementwise(
    ufunc: np.ufunc, inputs: Any, out: Any = None, where: Any = True,
    dtype: Any = None, casting: Any = None, order: Any = None, subok: Any = None,
) -> Any:  # fmt: skip
    if dtype is not None:
        inputs = [recorded("cast", x, dtype=np.dtype(dtype)) for x in inputs]
    result = recorded(UFUNCS[ufunc], *inputs)
    if where is True:
        return result
    return np.where(where, result, np.zeros_like(result) if out is None else out[0])


# -- between nodes and stand-ins ------------------------------------------------------


def lifted(node: Node, recorder: Recorder, mutable: bool = False) -> Traced:
    """A stand-in for a node."""
    return Traced(Memory(recorder, node), mutable)


def current() -> Recorder:
    """The record that is being made."""
    recorder = active.get()
    if recorder is None:
        message = (
            "a traced value was kept after its trace ended; return it from the "
            "function instead."
        )
        raise TraceError(message)
    return recorder


def node_of(value: Any) -> Node:
    """The node of a traced value, or of a constant."""
    if isinstance(value, Traced):
        return value.memory.node
    if isinstance(value, Node):
        return value
    if isinstance(value, (list, tuple)):
        return node_of(FUNCTIONS["array"](value))
    return current().captured(value)


def recorded(name: str, *arguments: Any, weak: bool = False, **options: Any) -> Any:
    """Record an operation and stand in for its result."""
    recorder = current()
    nodes = tuple(node_of(a) for a in arguments)
    if recorder.simplify:
        simpler = recorder.simplify(name, nodes)
        if simpler is not None:
            return lifted(simpler, recorder) if isinstance(simpler, Node) else simpler
    return lifted(recorder.record(name, nodes, weak, **options), recorder)


def replayed(node: Node, arguments: list[Any]) -> Any:
    """Record a step of another graph on traced values, in the place of computing it."""
    if node.operation == "constant":
        return node.value
    return recorded(node.operation, *arguments, weak=node.weak, **node.options)


def viewed(step: str, x: Traced, **options: Any) -> Traced:
    """Take a step that gives a view of a traced array where NumPy's gives one."""
    if not x.mutable:
        return lifted(recorded(step, x, **options).node, current(), step != "index")
    memory = x.memory.taken(step, **options)
    return Traced(memory, mutable=memory.parent is not None)


def _is_that_view(value: Any, x: Traced, at: tuple[Any, ...]) -> bool:
    """Whether a value is x[at] itself."""
    if not isinstance(value, Traced) or value.memory.parent is not x.memory:
        return False
    return is_basic(at) and value.memory.options.get("at") == at


def called(key: Any, args: Any, kwargs: Any) -> Any:
    """Record a function of NumPy; refuse one, or an option, that is not known."""
    if key not in FUNCTIONS:
        refused(_name(key, args))
    try:
        return FUNCTIONS[key](*args, **kwargs)
    except TypeError as error:
        inside = error.__traceback__ and error.__traceback__.tb_next
        if inside:
            raise
        options = ", ".join([f"{len(args)} arguments", *(f"{k}=" for k in kwargs)])
        refused(f"{_name(key, args)} with {options}")


def _name(key: Any, args: Any) -> str:
    """A function, or the method of a ufunc, as a message names it."""
    return f"np.{args[0].__name__}.{key}" if isinstance(key, str) else name_of(key)


def written(out: Any, result: Any) -> Any:
    """Write a result into `out`, cast to its dtype; refuse an array from outside."""
    if isinstance(out, tuple):
        out = out[0]
    if not isinstance(out, Traced):
        message = (
            f"{place()}: a traced value is written into an array that was made outside "
            "the function; make it inside, with np.zeros, np.empty or np.array."
        )
        raise TraceError(message)
    if not np.can_cast(result.dtype, out.dtype, "same_kind"):
        message = f"cannot cast {result.dtype} to {out.dtype} in an in-place operation"
        raise TypeError(message)
    node = node_of(result)
    if (node.shape, node.dtype) != (out.shape, out.dtype):
        node = node_of(recorded("assign", out, node, at=(Ellipsis,)))
    out.memory.write(node)
    return out


def index_of(key: Any) -> tuple[tuple[Any, ...], list[Node]]:
    """An index as fixed parts and computed ones, which become slots."""
    indices: list[Node] = []
    at = tuple(
        _index_part(part, indices)
        for part in (key if isinstance(key, tuple) else (key,))
    )
    return at, indices


def _index_part(part: Any, indices: list[Node]) -> Any:
    if isinstance(part, slice):
        return slice(*(_plain(p) for p in (part.start, part.stop, part.step)))
    if isinstance(part, list):
        part = FUNCTIONS["array"](part, None if part else np.intp)
    part = _plain(part)
    if isinstance(part, Traced):
        indices.append(part.node)
        return Slot(len(indices) - 1)
    return part


def _plain(part: Any) -> Any:
    """A number or array for a traced value that depends on no input."""
    if isinstance(part, Traced) and part.node.known:
        value = part.memory.recorder.known_value(part.node)
        return int(value) if np.ndim(value) == 0 and value.dtype.kind in "iu" else value
    return part


def _masked(x: Traced, at: tuple[Any, ...], indices: list[Node], value: Any) -> Any:
    """Choose for each element: x after x[mask] = value, where the mask is computed."""
    mask = lifted(indices[0], x.memory.recorder)
    extra = x.ndim - mask.ndim
    if len(at) > 1 or np.ndim(value) > extra:
        message = (
            f"{place()}: x[mask] = values takes as many values as the mask has True; "
            "that is not known yet. Give one number, or use np.where(mask, values, x)."
        )
        raise TraceError(message)
    mask = mask[(..., *(None,) * extra)] if extra else mask
    chosen = recorded("where", mask, value, x)
    return (
        chosen if chosen.dtype == x.dtype else recorded("cast", chosen, dtype=x.dtype)
    )
