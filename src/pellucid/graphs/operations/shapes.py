"""Shapes: views where NumPy gives views; joining and splitting."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs import creation
from pellucid.graphs.operations.entries import cast, given, into, recorded_as
from pellucid.graphs.operations.table import reduced_axes
from pellucid.graphs.refusals import refused
from pellucid.graphs.traced import FUNCTIONS, recorded, viewed


def _full_shape(size: int, shape: Any) -> tuple[int, ...]:
    """The shape with -1 replaced by what is left."""
    sizes = [int(n) for n in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    if -1 in sizes:
        rest = int(np.prod([n for n in sizes if n != -1], dtype=int))
        sizes[sizes.index(-1)] = size // rest if rest else 0
    if np.prod(sizes, dtype=int) != size:
        raise ValueError(f"cannot reshape array of size {size} into shape {shape}")
    return tuple(sizes)


@recorded_as(np.reshape)
def reshape(
    a: Any, /, shape: Any = None, order: str = "C", *, copy: bool | None = None
) -> Any:
    """The same elements in another shape."""
    full = _full_shape(a.size, shape)
    if order == "F":
        return np.transpose(np.reshape(np.transpose(a), full[::-1]))
    if order != "C":
        refused(f"np.reshape with order={order!r}")
    return viewed("reshape", a.copy() if copy else a, shape=full)


@recorded_as(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements in one row."""
    a = np.transpose(a) if order == "F" else a
    return np.reshape(a, -1)


@recorded_as(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order."""
    if axes is not None:
        axes = np.lib.array_utils.normalize_axis_tuple(axes, a.ndim)
    return viewed("transpose", a, **given(axes=axes))


@recorded_as(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes changed."""
    return np.swapaxes(x, -1, -2)


@recorded_as(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes changed."""
    axes = list(range(a.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return np.transpose(a, axes)


@recorded_as(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes put into other places, the rest in order."""
    from_axes = np.lib.array_utils.normalize_axis_tuple(source, a.ndim)
    to_axes = np.lib.array_utils.normalize_axis_tuple(destination, a.ndim)
    order = [i for i in range(a.ndim) if i not in from_axes]
    for to_axis, from_axis in sorted(zip(to_axes, from_axes, strict=True)):
        order.insert(to_axis, from_axis)
    return np.transpose(a, order)


@recorded_as(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """Axes of length 1 put in."""
    return np.reshape(a, np.expand_dims(np.broadcast_to(0.0, a.shape), axis).shape)


@recorded_as(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Axes of length 1 left out."""
    return np.reshape(a, np.squeeze(np.broadcast_to(0.0, a.shape), axis).shape)


@recorded_as(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array repeated along new and short axes, without memory of its own."""
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (int(shape),)
    return viewed("broadcast_to", array, shape=shape)


@recorded_as(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    """A number as an array of one."""
    made = tuple(np.reshape(a, 1) if np.ndim(a) == 0 else a for a in arrays)
    return made[0] if len(made) == 1 else made


@recorded_as(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    """A row as a matrix of one row."""
    made = tuple(np.reshape(a, (1, -1)) if np.ndim(a) < 2 else a for a in arrays)
    return made[0] if len(made) == 1 else made


@recorded_as(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """The axes backwards."""
    axes = reduced_axes(m.ndim, axis)
    back, on = slice(None, None, -1), slice(None)
    return m[tuple(back if i in axes else on for i in range(m.ndim))]


@recorded_as(np.fliplr)
def fliplr(m: Any) -> Any:
    """Columns backwards."""
    return np.flip(m, 1)


@recorded_as(np.flipud)
def flipud(m: Any) -> Any:
    """Rows backwards."""
    return np.flip(m, 0)


@recorded_as(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal, a view that cannot be written to."""
    return viewed("diagonal", a, offset=offset, axis1=axis1, axis2=axis2)


@recorded_as(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with that diagonal."""
    if v.ndim == 2:
        return np.diagonal(v, k)
    n = len(v) + abs(k)
    made = creation.zeros((n, n), v.dtype)
    rows = np.arange(len(v))
    made[rows + max(-k, 0), rows + max(k, 0)] = v
    return made


@recorded_as(np.trace)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None,
    out: Any = None,
) -> Any:  # fmt: skip
    """The sum of the diagonal."""
    total = np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)
    return into(out, total)


for _name in ("copy", "zeros_like", "ones_like", "empty_like", "full_like", "linspace"):
    FUNCTIONS[getattr(np, _name)] = creation.CREATORS[_name]


# -- joining and splitting ------------------------------------------------------------


@recorded_as(np.concatenate)
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None,
    casting: str = "same_kind",
) -> Any:  # fmt: skip
    """Arrays behind one another along an axis."""
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    made = recorded("concatenate", *arrays, axis=int(axis))
    return into(out, cast(made, dtype))


@recorded_as(np.stack)
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None,
    casting: str = "same_kind",
) -> Any:  # fmt: skip
    """Arrays of one shape along a new axis."""
    options: dict[str, Any] = {} if axis == 0 else {"axis": int(axis)}
    made = recorded("stack", *arrays, **options)
    return into(out, cast(made, dtype))


@recorded_as(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Rows below one another."""
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0, dtype=dtype)


@recorded_as(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Columns beside one another."""
    parts = [np.atleast_1d(a) for a in tup]
    axis = 0 if np.ndim(parts[0]) == 1 else 1
    return np.concatenate(parts, axis=axis, dtype=dtype)


@recorded_as(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Vectors as columns beside one another."""
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup]
    return np.concatenate(columns, axis=1)


@recorded_as(np.dstack)
def dstack(tup: Any) -> Any:
    """Matrices behind one another along a third axis."""
    parts = [np.atleast_2d(a) for a in tup]
    parts = [a[:, :, None] if np.ndim(a) == 2 else a for a in parts]
    return np.concatenate(parts, axis=2)


@recorded_as(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Values behind an array."""
    return np.concatenate([arr, values], axis=axis)


@recorded_as(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts along an axis, the first ones longer where it does not divide."""
    parts = np.array_split(np.arange(ary.shape[axis]), indices_or_sections)
    before = (slice(None),) * (axis % ary.ndim)
    ends = [0, *np.cumsum([len(part) for part in parts]).tolist()]
    return [ary[(*before, slice(*ends[i : i + 2]))] for i in range(len(parts))]


@recorded_as(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Equal parts along an axis."""
    if np.ndim(indices_or_sections) == 0 and ary.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return np.array_split(ary, indices_or_sections, axis)


@recorded_as(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts beside one another."""
    return np.split(ary, indices_or_sections, axis=1 if ary.ndim > 1 else 0)


@recorded_as(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts below one another."""
    return np.split(ary, indices_or_sections, axis=0)


def _places(a: Any) -> Any:
    """The numbers of the elements, in the shape of the array."""
    return np.arange(a.size).reshape(a.shape)


@recorded_as(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The array set beside itself."""
    return np.ravel(A)[np.tile(_places(A), reps)]


@recorded_as(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times."""
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis=axis)


@recorded_as(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """The elements moved on, the last ones to the front."""
    return np.ravel(a)[np.roll(_places(a), shift, axis)]


@recorded_as(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """A quarter turn, k times."""
    return np.ravel(m)[np.rot90(_places(m), k, axes)]


@recorded_as(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """A margin around the array: a number, or its own elements."""
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return np.ravel(array)[np.pad(_places(array), pad_width, mode, **options)]
    if mode != "constant":
        refused(f"np.pad with mode={mode!r}")
    value = options.pop("constant_values", 0)
    inside = np.pad(np.ones(array.shape, bool), pad_width, **options)
    made = creation.full(inside.shape, value, dtype=array.dtype)
    ends = [
        np.flatnonzero(inside.any(axis=_others(inside, i))) for i in range(array.ndim)
    ]
    made[tuple(slice(int(e[0]), int(e[-1]) + 1) for e in ends if e.size)] = array
    return made


def _others(a: Any, axis: int) -> tuple[int, ...]:
    return tuple(i for i in range(a.ndim) if i != axis)
