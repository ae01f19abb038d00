"""NumPy's array functions on traced values, as compositions of the closed set.

Each has NumPy's own signature. What is not here is refused by name when it is met.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs import creation
from pellucid.graphs.operations.subscripts import explicit
from pellucid.graphs.operations.table import reduced_axes
from pellucid.graphs.traced import FUNCTIONS, Traced, lifted, recorded

Function = Callable[..., Any]


def recorded_as(*functions: Any) -> Callable[[Function], Function]:
    """Enter how NumPy functions are recorded."""

    def enter(implementation: Function) -> Function:
        for function in functions:
            FUNCTIONS[function] = implementation
        return implementation

    return enter


def given(**options: Any) -> dict[str, Any]:
    """The options that are not left at their defaults."""
    return {k: v for k, v in options.items() if v is not None and v is not False}


def as_array(a: Any) -> Any:
    """A traced value or plain array with a shape."""
    return creation.array(a) if isinstance(a, (list, tuple)) else a


# -- reductions -----------------------------------------------------------------------


def _axes(axis: Any) -> Any:
    return tuple(int(i) for i in axis) if isinstance(axis, (tuple, list)) else (
        None if axis is None else int(axis))  # fmt: skip


def _reduction(function: Any, name: str, neutral: Any = None) -> None:
    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
        keepdims: Any = False, initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        a = as_array(a)
        if dtype is not None:
            a = recorded("cast", a, dtype=np.dtype(dtype))
        if where is not True:
            a = np.where(where, a, neutral if initial is np._NoValue else initial)
        keepdims = keepdims is not np._NoValue and bool(keepdims)
        result = recorded(name, a, **given(axis=_axes(axis), keepdims=keepdims))
        return result if initial is np._NoValue else COMBINED[name](result, initial)

    FUNCTIONS[function] = implementation


COMBINED = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}
_reduction(np.sum, "sum", 0)
_reduction(np.prod, "prod", 1)
_reduction(np.max, "max", -np.inf)
_reduction(np.min, "min", np.inf)
FUNCTIONS[np.amax], FUNCTIONS[np.amin] = FUNCTIONS[np.max], FUNCTIONS[np.min]


@recorded_as(np.any)
def any(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **_: Any) -> Any:
    return recorded("any", a, **given(axis=_axes(axis), keepdims=keepdims is True))


@recorded_as(np.all)
def all(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, **_: Any) -> Any:
    return recorded("all", a, **given(axis=_axes(axis), keepdims=keepdims is True))


def count(a: Any, axis: Any) -> int:
    """How many elements a reduction over the axes takes together."""
    return int(np.prod([a.shape[i] for i in reduced_axes(a.ndim, axis)], dtype=int))


@recorded_as(np.mean)
def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
         keepdims: Any = False, *, where: Any = True) -> Any:  # fmt: skip
    a = as_array(a)
    if where is not True:
        chosen = np.broadcast_to(where, a.shape).astype(a.dtype)
        total = np.sum(np.where(where, a, 0), axis=axis, keepdims=keepdims)
        return total / np.sum(chosen, axis=axis, keepdims=keepdims)
    a = a if dtype is None else recorded("cast", a, dtype=np.dtype(dtype))
    return recorded("mean", a, **given(axis=_axes(axis), keepdims=keepdims is True))


@recorded_as(np.var)
def var(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
        keepdims: Any = False, **_: Any) -> Any:  # fmt: skip
    d = a - np.mean(a, axis=axis, keepdims=True)
    return np.sum(d**2, axis=axis, keepdims=keepdims is True) / (count(a, axis) - ddof)


@recorded_as(np.std)
def std(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
        keepdims: Any = False, **_: Any) -> Any:  # fmt: skip
    return np.sqrt(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@recorded_as(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: Any = False) -> Any:
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims is True)
    total = np.sum(weights * a, axis=axis, keepdims=keepdims is True)
    return total / np.sum(np.broadcast_to(weights, np.shape(a)), axis=axis)


def _along_axis(name: str, flattens: bool) -> Function:
    def implementation(a: Any, axis: Any = None if flattens else -1, *_: Any, **__: Any) -> Any:
        return recorded(name, np.ravel(a) if axis is None else a,
                        axis=0 if axis is None else int(axis))  # fmt: skip

    return implementation


for _name in ("argmax", "argmin", "cumsum", "cumprod"):
    FUNCTIONS[getattr(np, _name)] = _along_axis(_name, flattens=True)
FUNCTIONS[np.argsort] = _along_axis("argsort", flattens=False)


@recorded_as(np.sort)
def sort(a: Any, axis: Any = -1, **_: Any) -> Any:
    order = np.argsort(a, axis=axis)
    return np.take_along_axis(np.ravel(a) if axis is None else a, order, axis=axis or 0)


@recorded_as(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@recorded_as("reduce")
def reduce(ufunc: np.ufunc, array: Any, axis: Any = 0, *args: Any, **options: Any) -> Any:
    function = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max,
                np.minimum: np.min, np.logical_and: np.all, np.logical_or: np.any}  # fmt: skip
    return FUNCTIONS[function[ufunc]](array, axis, *args, **options)


@recorded_as("accumulate")
def accumulate(ufunc: np.ufunc, array: Any, axis: Any = 0, *_: Any, **__: Any) -> Any:
    function = {np.add: np.cumsum, np.multiply: np.cumprod}
    return function[ufunc](array, axis=axis)


@recorded_as("outer")
def ufunc_outer(ufunc: np.ufunc, a: Any, b: Any, **_: Any) -> Any:
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)


# -- shapes: views where NumPy gives views --------------------------------------------


def view(name: str, a: Any, **options: Any) -> Any:
    """Take a step that may share memory with a traced array."""
    return Traced(a.memory.taken(name, **options), mutable=True)


def _full_shape(size: int, shape: Any) -> tuple[int, ...]:
    sizes = [int(n) for n in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    if -1 in sizes:
        rest = int(np.prod([n for n in sizes if n != -1], dtype=int))
        sizes[sizes.index(-1)] = size // rest if rest else 0
    return tuple(sizes)


@recorded_as(np.reshape)
def reshape(a: Any, /, shape: Any = None, order: str = "C", *, copy: Any = None) -> Any:
    if order == "F":
        backwards = tuple(reversed(_full_shape(a.size, shape)))
        return np.transpose(np.reshape(np.transpose(a), backwards))
    full = _full_shape(a.size, shape)
    if np.prod(full, dtype=int) != a.size:
        message = f"cannot reshape array of size {a.size} into shape {shape}"
        raise ValueError(message)
    return view("reshape", a, shape=full)


@recorded_as(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    return np.reshape(a, -1, order=order)


@recorded_as(np.transpose, np.matrix_transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    if a.ndim < 2 and axes is None:
        return a
    axes = axes if axes is None else tuple(int(i) % a.ndim for i in axes)
    return view("transpose", a, **given(axes=axes))


@recorded_as(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    axes = list(range(a.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return np.transpose(a, axes)


@recorded_as(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    from_axes = [int(i) % a.ndim for i in np.atleast_1d(source)]
    to_axes = [int(i) % a.ndim for i in np.atleast_1d(destination)]
    order = [i for i in range(a.ndim) if i not in from_axes]
    for to_axis, from_axis in sorted(zip(to_axes, from_axes, strict=True)):
        order.insert(to_axis, from_axis)
    return np.transpose(a, order)


@recorded_as(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    trial = np.expand_dims(np.broadcast_to(0.0, a.shape), axis)
    return np.reshape(a, trial.shape)


@recorded_as(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    trial = np.squeeze(np.broadcast_to(0.0, a.shape), axis)
    return np.reshape(a, trial.shape)


@recorded_as(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (int(shape),)
    return array if np.shape(array) == shape else view("broadcast_to", array, shape=shape)


@recorded_as(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    made = tuple(np.reshape(a, 1) if np.ndim(a) == 0 else a for a in arrays)
    return made[0] if len(made) == 1 else made


@recorded_as(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    made = tuple(np.reshape(a, (1, -1)) if np.ndim(a) < 2 else a for a in arrays)
    return made[0] if len(made) == 1 else made


@recorded_as(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    axes = reduced_axes(m.ndim, axis)
    return m[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(m.ndim))]


@recorded_as(np.fliplr)
def fliplr(m: Any) -> Any:
    return np.flip(m, 1)


@recorded_as(np.flipud)
def flipud(m: Any) -> Any:
    return np.flip(m, 0)


@recorded_as(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return view("diagonal", a, offset=offset, axis1=axis1, axis2=axis2)


@recorded_as(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    if v.ndim == 2:
        return np.copy(np.diagonal(v, k))
    n = len(v) + abs(k)
    made = creation.zeros((n, n), v.dtype)
    rows = np.arange(len(v))
    made[rows + max(-k, 0), rows + max(k, 0)] = v
    return made


@recorded_as(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


@recorded_as(np.copy)
def copy(a: Any, *_: Any, **__: Any) -> Any:
    return lifted(a.node, a.memory.recorder, mutable=True)


for _name in ("zeros_like", "ones_like", "empty_like", "full_like"):
    FUNCTIONS[getattr(np, _name)] = creation.CREATORS[_name]


# -- joining and splitting ------------------------------------------------------------


@recorded_as(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0, *, dtype: Any = None, **_: Any) -> Any:
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    made = recorded("concatenate", *arrays, axis=int(axis))
    return made if dtype is None else made.astype(dtype)


@recorded_as(np.stack)
def stack(arrays: Any, axis: int = 0, **_: Any) -> Any:
    return recorded("stack", *arrays, **({} if axis == 0 else {"axis": int(axis)}))


@recorded_as(np.vstack)
def vstack(tup: Any, **_: Any) -> Any:
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0)


@recorded_as(np.hstack)
def hstack(tup: Any, **_: Any) -> Any:
    parts = [np.atleast_1d(a) for a in tup]
    return np.concatenate(parts, axis=0 if np.ndim(parts[0]) == 1 else 1)


@recorded_as(np.column_stack)
def column_stack(tup: Any) -> Any:
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup]
    return np.concatenate(columns, axis=1)


@recorded_as(np.dstack)
def dstack(tup: Any, **_: Any) -> Any:
    parts = [a[None, :, None] if np.ndim(a) == 1 else a[:, :, None] if np.ndim(a) == 2 else a
             for a in tup]  # fmt: skip
    return np.concatenate(parts, axis=2)


@recorded_as(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return np.concatenate([arr, values], axis=axis)


@recorded_as(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    parts = np.array_split(np.arange(ary.shape[axis]), indices_or_sections)
    before = (slice(None),) * (axis % ary.ndim)
    sizes = np.cumsum([0] + [len(part) for part in parts])
    return [ary[(*before, slice(int(a), int(b)))] for a, b in zip(sizes, sizes[1:], strict=False)]


@recorded_as(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    if np.ndim(indices_or_sections) == 0 and ary.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return np.array_split(ary, indices_or_sections, axis)


@recorded_as(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(ary, indices_or_sections, axis=1 if ary.ndim > 1 else 0)


@recorded_as(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    return np.split(ary, indices_or_sections, axis=0)


@recorded_as(np.tile)
def tile(A: Any, reps: Any) -> Any:
    reps = (reps,) if isinstance(reps, int) else tuple(reps)
    places = np.tile(np.arange(A.size).reshape(A.shape), reps)
    return np.ravel(A)[places]


@recorded_as(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis=axis)


@recorded_as(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    places = np.roll(np.arange(a.size).reshape(a.shape), shift, axis)
    return np.ravel(a)[places]


@recorded_as(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    places = np.arange(1, array.size + 1).reshape(array.shape)
    if mode != "constant":
        return np.ravel(array)[np.pad(places, pad_width, mode, **options) - 1]
    value = options.get("constant_values", 0)
    inside = np.argwhere(np.pad(places, pad_width) > 0)
    made = creation.full(np.pad(places, pad_width).shape, value, dtype=array.dtype)
    corner = zip(inside.min(axis=0), inside.max(axis=0), strict=True) if len(inside) else ()
    made[tuple(slice(int(a), int(b) + 1) for a, b in corner)] = array
    return made


# -- selection ------------------------------------------------------------------------


@recorded_as(np.where)
def where(condition: Any, *choices: Any) -> Any:
    if len(choices) != 2:
        raise ValueError("np.where(mask) alone has a shape that depends on values")
    return recorded("where", condition, *choices)


@recorded_as(np.take)
def take(a: Any, indices: Any, axis: Any = None, *_: Any, **__: Any) -> Any:
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis % a.ndim)
    return a[(slice(None),) * axis + (indices,)]


@recorded_as(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        return np.ravel(arr)[indices]
    axis = axis % arr.ndim
    at: list[Any] = []
    for i in range(arr.ndim):
        shape = [1] * arr.ndim
        shape[i] = -1
        at.append(indices if i == axis else np.arange(indices.shape[i]).reshape(shape))
    return arr[tuple(at)]


@recorded_as(np.clip)
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None,
         **_: Any) -> Any:  # fmt: skip
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    a = a if low is None else np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


@recorded_as(np.round, np.around)
def round(a: Any, decimals: int = 0, *_: Any) -> Any:
    return np.rint(a) if decimals == 0 else np.rint(a * 10.0**decimals) / 10.0**decimals


@recorded_as(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    return np.where(np.tri(*m.shape[-2:], k=k, dtype=bool), m, np.zeros((), m.dtype))


@recorded_as(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    return np.where(np.tri(*m.shape[-2:], k=k - 1, dtype=bool), np.zeros((), m.dtype), m)


@recorded_as(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    for _ in range(n):
        a = np.swapaxes(np.swapaxes(a, 0, axis)[1:] - np.swapaxes(a, 0, axis)[:-1], 0, axis)
    return a


@recorded_as(np.meshgrid)
def meshgrid(*xi: Any, indexing: str = "xy", **_: Any) -> Any:
    places = np.meshgrid(*(np.arange(np.size(x)) for x in xi), indexing=indexing)
    return tuple(np.ravel(x)[place] for x, place in zip(xi, places, strict=True))


# -- products -------------------------------------------------------------------------


@recorded_as(np.dot)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    return recorded("dot", as_array(a), as_array(b))


@recorded_as(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    return recorded("matmul", a, b)


@recorded_as(np.vdot)
def vdot(a: Any, b: Any) -> Any:
    return np.dot(np.ravel(a), np.ravel(b))


@recorded_as(np.inner)
def inner(a: Any, b: Any) -> Any:
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else np.tensordot(a, b, axes=(-1, -1))


@recorded_as(np.outer)
def outer(a: Any, b: Any) -> Any:
    return np.ravel(a)[:, None] * np.ravel(b)[None, :]


@recorded_as(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if isinstance(axes, int):
        axes = list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    left, right = (np.atleast_1d(pair).tolist() for pair in axes)
    first = list(range(np.ndim(a)))
    second = list(range(np.ndim(a), np.ndim(a) + np.ndim(b)))
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    kept = [k for k in first + second if (first + second).count(k) == 1]
    return np.einsum(a, first, b, second, kept)


@recorded_as(np.einsum)
def einsum(*operands: Any, **_: Any) -> Any:
    subscripts, arrays = explicit(operands)
    return recorded("einsum", *arrays, subscripts=subscripts)


for _name in ("solve", "inv", "det", "cholesky"):
    FUNCTIONS[getattr(np.linalg, _name)] = functools.partial(recorded, f"linalg.{_name}")


@recorded_as(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord not in (None, 2, "fro", 1, np.inf) or (ord in (1, 2, np.inf) and axis is None
                                                  and x.ndim > 1):  # fmt: skip
        raise ValueError("only the vector norms 1, 2 and inf and the Frobenius norm are recorded")
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    return np.sqrt(np.sum(x**2, axis=axis, keepdims=keepdims))


# -- questions about shapes, which need no numbers ------------------------------------

FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.size] = lambda a, axis=None: a.size if axis is None else a.shape[axis]
FUNCTIONS[np.isscalar] = lambda a: not a.mutable
FUNCTIONS[np.result_type] = lambda *a: np.result_type(*(x.dtype if isinstance(x, Traced) else x
                                                        for x in a))  # fmt: skip
FUNCTIONS[np.iscomplexobj] = lambda a: a.dtype.kind == "c"
FUNCTIONS[np.isrealobj] = lambda a: a.dtype.kind != "c"
FUNCTIONS[np.real] = lambda a: a


# -- the same as methods --------------------------------------------------------------


def _method(function: Any) -> Function:
    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


for _name in ("all any argmax argmin argsort clip cumprod cumsum diagonal dot max mean min prod "
              "ptp ravel repeat round squeeze std sum swapaxes take trace var").split():  # fmt: skip
    setattr(Traced, _name, _method(getattr(np, _name)))


def _reshape(self: Traced, *shape: Any, order: str = "C", copy: Any = None) -> Any:
    return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]


def _transpose(self: Traced, *axes: Any) -> Any:
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = axes[0]
    return np.transpose(self, axes or None)  # type: ignore[call-overload]


def _astype(self: Traced, dtype: Any, *_: Any, copy: bool = True, **__: Any) -> Any:
    if np.dtype(dtype) == self.dtype:
        return np.copy(self) if copy else self  # type: ignore[call-overload]
    return recorded("cast", self, dtype=np.dtype(dtype))


def _fill(self: Traced, value: Any) -> None:
    self[...] = value


def _sort(self: Traced, axis: int = -1, **_: Any) -> None:
    self[...] = np.sort(self, axis=axis)  # type: ignore[call-overload]


for _name, _function in {
    "reshape": _reshape, "transpose": _transpose, "astype": _astype, "fill": _fill,
    "sort": _sort, "copy": _method(np.copy), "conj": lambda self: self,
    "flatten": lambda self, order="C": np.copy(np.reshape(self, -1, order=order)),
}.items():  # fmt: skip
    setattr(Traced, _name, _function)
