"""The stand-in for an array while a function is traced.

A `Traced` has a shape and a dtype but no numbers. NumPy hands every call on it to
`__array_ufunc__` and `__array_function__` (NEP 13 and NEP 18), Python hands over the
operators, and each becomes a node.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.buffers import Memory
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot, is_basic
from pellucid.graphs.operations.table import UFUNCS
from pellucid.graphs.recorder import Recorder, active, persons_frame, place

# NumPy's functions on traced values; filled by `operations.functions`.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}


class Traced:
    """A traced array or number: a `Memory`, and NumPy's interface to it."""

    __slots__ = ("mutable", "memory")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, memory: Memory, mutable: bool = False) -> None:
        self.memory = memory
        self.mutable = mutable or memory._node.shape != ()

    # -- what it is -------------------------------------------------------------------

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
    def T(self) -> Any:
        """The transpose, a view."""
        return np.transpose(self)  # type: ignore[call-overload]

    @property
    def real(self) -> Any:
        """The real part: of real numbers, themselves."""
        return self

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        node = self.memory._node
        return f"<traced {node.name or node.operation}, shape {self.shape}, {self.dtype}>"

    # -- NumPy's protocols ------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        call = ufunc if method == "__call__" else getattr(ufunc, method)
        if method != "__call__":
            function = FUNCTIONS.get((ufunc, method)) or FUNCTIONS.get(method)  # type: ignore[call-overload]
            result = function(ufunc, *inputs, **options) if function else refused(call)
        elif ufunc in UFUNCS:
            result = _elementwise(ufunc, inputs, **options)
        else:
            result = FUNCTIONS.get(ufunc, lambda *_, **__: refused(ufunc))(*inputs, **options)
        return result if out is None else written(out[0], result)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        implementation = FUNCTIONS.get(function)
        if implementation is None:
            refused(function)
        result = implementation(*args, **kwargs)
        return result if out is None else written(out, result)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        value = np.array(self._value("np.array(x), or a function that is not NumPy's, reads"))
        value.flags.writeable = False
        return value

    # -- Python's conversions, possible only where no input is involved ---------------

    def __float__(self) -> float:
        return float(self._value("float(x) reads"))

    def __int__(self) -> int:
        return int(self._value("int(x) reads"))

    def __complex__(self) -> complex:
        return complex(self._value("complex(x) reads"))

    def __index__(self) -> int:
        value: int = self._value("an index or a range needs").__index__()
        return value

    def __bool__(self) -> bool:
        if not self.node.known:
            _refuse_branch(self)
        return bool(self._value("bool(x) reads"))

    def item(self, *args: int) -> Any:
        """The number itself; refused for a traced one."""
        return self._value("x.item() reads").item(*args)

    def tolist(self) -> Any:
        """The numbers as a list; refused for traced ones."""
        return self._value("x.tolist() reads").tolist()

    def _value(self, reader: str) -> Any:
        if self.node.known:
            return self.memory.recorder.known_value(self.node)
        message = (
            f"{place()}: {reader} the number in a traced value ({described(self)}), which "
            "has none yet. Stay with NumPy's functions, or compute it outside and pass it in."
        )
        raise TraceError(message)

    # -- items ------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        at, indices = index_of(key)
        if any(node.dtype == bool for node in indices):
            message = (
                f"{place()}: the shape of x[mask] depends on the values in the mask; "
                "np.where(mask, x, 0) keeps the shape and is recorded."
            )
            raise TraceError(message)
        if is_basic(at):
            return Traced(self.memory.taken("index", at=at))
        return recorded("index", self, *indices, at=at)

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self.mutable:
            raise TypeError("a traced number does not support item assignment")
        at, indices = index_of(key)
        if any(node.dtype == bool for node in indices):
            content = _masked(self, at, indices, value)
        else:
            content = recorded("assign", self, value, *indices, at=at)
        self.memory.write(content.node)

    # -- operators --------------------------------------------------------------------

    def __neg__(self) -> Any:
        return _operate(np.negative, self)

    def __pos__(self) -> Any:
        return _operate(np.positive, self)

    def __abs__(self) -> Any:
        return _operate(np.absolute, self)

    def __invert__(self) -> Any:
        return _operate(np.invert, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other


def _operate(ufunc: np.ufunc, *arguments: Any) -> Any:
    """An operator: between two Python numbers the result is one again (NEP 50)."""
    nodes = [node_of(a) for a in arguments]
    weak = all(node.weak for node in nodes)
    return recorded(UFUNCS[ufunc], *nodes, weak=weak)


def _elementwise(ufunc: np.ufunc, inputs: Any, where: Any = True, **options: Any) -> Any:
    dtype = options.pop("dtype", None)
    if dtype is not None:
        inputs = [recorded("cast", x, dtype=np.dtype(dtype)) for x in inputs]
    result = recorded(UFUNCS[ufunc], *inputs)
    return result if where is True else np.where(where, result, np.zeros_like(result))


def _binary(ufunc: np.ufunc) -> tuple[Callable[..., Any], ...]:
    """The operator, the operator with sides changed, and the one that writes in place."""

    def forward(self: Traced, other: Any) -> Any:
        return _operate(ufunc, self, other) if _is_operand(other) else NotImplemented

    def reflected(self: Traced, other: Any) -> Any:
        return _operate(ufunc, other, self) if _is_operand(other) else NotImplemented

    def in_place(self: Traced, other: Any) -> Any:
        result = forward(self, other)
        return written(self, result) if self.mutable else result

    return forward, reflected, in_place


def _is_operand(value: Any) -> bool:
    return isinstance(value, (Traced, int, float, complex, np.generic, np.ndarray, list, tuple))


_OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
for _name, _ufunc in _OPERATORS.items():
    for _prefix, _method in zip(("", "r", "i"), _binary(_ufunc), strict=True):
        setattr(Traced, f"__{_prefix}{_name}__", _method)

_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
for _name, _ufunc in _COMPARISONS.items():
    setattr(Traced, f"__{_name}__", _binary(_ufunc)[0])


def _matmul(self: Traced, other: Any) -> Any:
    return recorded("matmul", self, other)


def _rmatmul(self: Traced, other: Any) -> Any:
    return recorded("matmul", other, self)


Traced.__matmul__ = _matmul  # type: ignore[attr-defined]
Traced.__rmatmul__ = _rmatmul  # type: ignore[attr-defined]


# -- between nodes and stand-ins ------------------------------------------------------


def lifted(node: Node, recorder: Recorder, mutable: bool = False) -> Traced:
    """A stand-in for a node."""
    return Traced(Memory(recorder, node), mutable)


def current() -> Recorder:
    """The record that is being made."""
    recorder = active.get()
    if recorder is None:
        message = (
            "a traced value was kept after its trace ended; return it from the function "
            "instead."
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
        _index_part(part, indices) for part in (key if isinstance(key, tuple) else (key,))
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
    """x after x[mask] = value, where the mask is computed: a choice for each element."""
    mask = lifted(indices[0], x.memory.recorder)
    extra = x.ndim - mask.ndim
    if len(at) > 1 or np.ndim(value) > extra:
        message = (
            f"{place()}: x[mask] = values takes as many values as the mask has True; that "
            "is not known yet. Give one number, or use np.where(mask, values, x)."
        )
        raise TraceError(message)
    mask = mask[(..., *(None,) * extra)] if extra else mask
    chosen = recorded("where", mask, value, x)
    return chosen if chosen.dtype == x.dtype else recorded("cast", chosen, dtype=x.dtype)


# -- refusals -------------------------------------------------------------------------


def described(x: Traced) -> str:
    """A traced value as a message names it."""
    return f"{x.node.name or x.node.operation}, shape {x.shape}"


def refused(function: Any) -> NoReturn:
    """Say that a function is not recorded."""
    module = getattr(function, "__module__", "") or ""
    name = getattr(function, "__qualname__", getattr(function, "__name__", str(function)))
    message = (
        f"{place()}: {module}.{name} cannot be recorded. Write it with other functions of "
        "NumPy, or apply it to a constant outside the function."
    )
    raise TraceError(message)


def _refuse_branch(x: Traced) -> NoReturn:
    frame = persons_frame()
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno) if frame else ""
    code = f"`{line.strip()}`" if line.strip() else "the code"
    message = (
        f"{place()}: {code} branches on a value that is being traced ({described(x)}).\n"
        "A graph has no branches: use np.where(condition, ..., ...), which computes both "
        "sides and selects."
    )
    raise TraceError(message)
