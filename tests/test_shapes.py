"""Shapes, joining, splitting and margins under a trace: the judge is NumPy itself."""

import numpy as np
import pytest
from comparison import assert_as_numpy, assert_derivatives

import pellucid as pl

V = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 3.0])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])
B = np.array([[2.0, -1.0, 0.5], [1.5, 1.0, -2.5]])
S = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4)
N = np.float64(2.5)
E = np.zeros((0, 3))
windows = np.lib.stride_tricks.sliding_window_view

# name: (function, arguments); in float64, in float32 and, times 10, in integers
CASES = {
    "reshape of empty": (lambda a: np.reshape(a, (3, -1)), np.zeros((3, 0, 2))),
    "reshape A": (lambda a: np.reshape(a.T, (4, 6), order="A"), C),
    "reshape A of C": (lambda a: np.reshape(a, (4, 6), "A"), C),
    "reshape to number": (lambda a: np.reshape(a[:1, :1], ()), A),
    "reshape copy": (lambda a: np.reshape(a, (3, 2), copy=True) * 2, A),
    "reshape no copy": (lambda a: a.reshape(3, 2, copy=False), A),
    "reshape number": (lambda a: np.reshape(a, -1), N),
    "ravel A": (lambda a: np.ravel(a.T, "A"), C),
    "ravel K": (lambda a: a.transpose(1, 0, 2).ravel("K"), C),
    "ravel K of a slice": (lambda a: np.ravel(a[:, ::-1], order="K"), C),
    "ravel number": (lambda a: np.ravel(a), N),
    "transpose list": (lambda a: np.transpose(a, [0, 2, 1]), C),
    "transpose negative": (lambda a: a.transpose(-1, 0, 1), C),
    "transpose empty": (lambda a: a.T, E),
    "transpose number": (lambda a: np.transpose(a), N),
    "permute_dims": (lambda a: np.permute_dims(a, (2, 0, 1)), C),
    "mT": (lambda a: np.matrix_transpose(a) + np.swapaxes(a, -1, -2), C),
    "rollaxis": (lambda a: np.rollaxis(a, 2), C),
    "rollaxis start": (lambda a: np.rollaxis(a, 0, 3), C),
    "moveaxis list": (lambda a: np.moveaxis(a, [0, 1], [-1, -2]), C),
    "expand_dims number": (lambda a: np.expand_dims(a, (0, 1)), N),
    "expand_dims negative": (lambda a: np.expand_dims(a, -2), A),
    "squeeze several": (lambda a: np.squeeze(a[None, ..., None], axis=(0, -1)), A),
    "squeeze to number": (lambda a: np.squeeze(a[:1, :1]), A),
    "squeeze nothing": (lambda a: np.squeeze(a) * 1, A),
    "atleast_3d": (lambda a, b, c, d: np.atleast_3d(a, b, c, d), N, V, A, C),
    "atleast_2d several": (lambda a, b: np.atleast_2d(a, b), N, V),
    "atleast_1d constant": (lambda a: np.atleast_1d(a, 1.5), A),
    "broadcast_to integer": (lambda a: np.broadcast_to(a, 4), N),
    "broadcast_to empty": (lambda a: np.broadcast_to(a, (0, 2, 3)), A),
    "broadcast_arrays": (lambda a, b: np.broadcast_arrays(a, b, b[:, None, :1]), A, A),
    "broadcast_arrays constant": (lambda a: np.broadcast_arrays(a, [[1], [2]]), V),
    "flip empty": (lambda a: np.flip(a), E),
    "flip number": (lambda a: np.flip(a), N),
    "rot90 half": (lambda a: np.rot90(a, 2), A),
    "rot90 none": (lambda a: np.rot90(a, 4), A),
    "rot90 back": (lambda a: np.rot90(a, -1, axes=(2, 0)), C),
    "rot90 axes": (lambda a: np.rot90(a, axes=(1, 2)), C),
    "diagonal below": (lambda a: np.diagonal(a, -2, 2, 1), C),
    "diag empty": (lambda a: np.diag(a[:0]), V),
    "diag empty k": (lambda a: np.diag(a[:0], -2), V),
    "diag above": (lambda a: np.diag(a, 2), V),
    "diag below": (lambda a: np.diag(a, -1), V),
    "diag far": (lambda a: np.diag(a, 5), S),
    "diagflat": (lambda a: np.diagflat(a, 1), A),
    "diagflat number": (lambda a: np.diagflat(a), N),
    "diagflat list": (lambda a: np.diagflat([a[0], a[1]]), V),
    "trace axes": (lambda a: np.trace(a, 1, 2, 0), C),
    "trace out": (lambda a: np.trace(a, out=np.empty(4, a.dtype)), C),
    "tril vector": (lambda a: np.tril(a[:3]), V),
    "triu empty": (lambda a: np.triu(a), E),
    "triu wide": (lambda a: np.triu(a, -1), C),
    "windows": (lambda a: windows(a, 3), V),
    "windows of axis": (lambda a: windows(a, 2, axis=-1), C),
    "windows of axes": (lambda a: windows(a, (2, 2), axis=(0, 1)), S),
    "windows twice of an axis": (lambda a: windows(a, (2, 3), axis=(0, 0)), V),
    "astype": (lambda a: np.astype(a, np.float32), A),
    "astype same": (lambda a: np.astype(a, a.dtype, copy=False) * 2, A),
    "resize": (lambda a: np.resize(a, (3, 5)), A),
    "resize less": (lambda a: np.resize(a, 2), A),
    "resize empty": (lambda a: np.resize(a[:0], (2, 3)), V),
    "resize number": (lambda a: np.resize(a, 3), N),
    "concatenate dtype": (lambda a: np.concatenate([a, a], dtype=np.float64), A),
    "concatenate out": (
        lambda a: np.concatenate([a, a], out=np.empty((4, 3), a.dtype)),
        A,
    ),
    "concatenate promotes": (lambda a: np.concatenate([a, np.ones(1, np.float64)]), V),
    "concatenate empty": (lambda a: np.concatenate([a[:0], a, a[:0]]), V),
    "concatenate layers": (lambda a: np.concatenate(a, axis=1), C),
    "concat": (lambda a, b: np.concat([a, b], axis=1), A, B),
    "stack of layers": (lambda a: np.stack(a, axis=-1), C),
    "stack dtype": (lambda a: np.stack([a, a], dtype="f8", casting="safe"), A),
    "stack out": (lambda a: np.stack([a, a], 1, out=np.empty((2, 2, 3), a.dtype)), A),
    "hstack numbers": (lambda a: np.hstack([a[0], a[1]]), V),
    "vstack numbers": (lambda a: np.vstack([a[0], 1.5]), V),
    "stack of lists": (lambda a: np.stack([[a[0], a[1]], [2.0, a[2] ** 2]], axis=1), V),
    "hstack of lists": (lambda a: np.hstack(tup=([a[0], 1.5], [a[1]], a)), V),
    "vstack vectors": (lambda a: np.vstack([a, a**2, np.ones(a.shape)]), V),
    "vstack dtype": (lambda a: np.vstack([a, a], dtype=np.float64), A),
    "column_stack numbers": (lambda a: np.column_stack([a[0], a[1]]), V),
    "dstack numbers": (lambda a: np.dstack([a[0], a[1]]), V),
    "append list": (lambda a: np.append([1, 2], a), V),
    "append rows": (lambda a: np.append(a, [[1.0, 2.0, 3.0]], axis=0), A),
    "block": (lambda a, b: np.block([[a, b], [b, 2 * a]]), A, B),
    "block row": (lambda a: np.block([a, 1.0, a[:2]]), V),
    "block numbers": (lambda a: np.block([[a[0], a[1]], [1, 2]]), V),
    "block deep": (lambda a: np.block([[[a]], [[a]]]), A),
    "block mixed": (lambda a, c: np.block([[a, a], [a, a[:, :3]]]), A, C),
    "block alone": (lambda a: np.block(a), A),
    "split negative axis": (lambda a: np.split(a, 2, axis=-1), C),
    "array_split back": (lambda a: np.array_split(a, [4, 1]), V),
    "array_split negative": (lambda a: np.array_split(a, [-2]), V),
    "dsplit": (lambda a: np.dsplit(a, 2), C),
    "dsplit at": (lambda a: np.dsplit(a, [1]), C),
    "hsplit vector": (lambda a: np.hsplit(a, 2), V),
    "unstack": (lambda a: np.unstack(a), A),
    "unstack axis": (lambda a: np.unstack(a, axis=-1), C),
    "tile number": (lambda a: np.tile(a, (2, 3)), N),
    "tile once": (lambda a: np.tile(a, 1), A),
    "tile no axes": (lambda a: np.tile(a, ()), A),
    "tile none": (lambda a: np.tile(a, (0, 2)), A),
    "tile deep": (lambda a: np.tile(a, (2, 1)), C),
    "repeat none": (lambda a: np.repeat(a, 0, axis=1), A),
    "repeat rows": (lambda a: np.repeat(a, 3, axis=-2), A),
    "repeat number": (lambda a: np.repeat(a, 3), N),
    "repeat each": (lambda a: np.repeat(a, np.array([3, 1]), axis=0), A),
    "repeat each flat": (lambda a: a.repeat([1, 2, 0, 1, 0, 5]), A),
    "roll by none": (lambda a: np.roll(a, 0), V),
    "roll far": (lambda a: np.roll(a, -8, 0), V),
    "roll same axis": (lambda a: np.roll(a, (1, 1), axis=(1, 1)), A),
    "roll all axes": (lambda a: np.roll(a, 1, axis=(0, 1)), A),
    "roll empty": (lambda a: np.roll(a, 2, 0), E),
    "roll number": (lambda a: np.roll(a, 2), N),
    "delete": (lambda a: np.delete(a, 1), V),
    "delete row": (lambda a: np.delete(a, -1, axis=0), A),
    "delete slice": (lambda a: np.delete(a, np.s_[::2], axis=1), A),
    "delete list": (lambda a: np.delete(a, [0, 3, 3]), V),
    "delete mask": (lambda a: np.delete(a, np.arange(6) > 2), V),
    "delete flat": (lambda a: np.delete(a, [1, 2]), A),
    "delete none": (lambda a: np.delete(a, []), V),
    "insert": (lambda a: np.insert(a, 1, 5), V),
    "insert traced": (lambda a: np.insert(a, 2, a[0]), V),
    "insert several at one place": (lambda a: np.insert(a, -1, [5, 6]), V),
    "insert at several": (lambda a: np.insert(a, [1, 4, 1], [7, 8, 9]), V),
    "insert at a list of one": (lambda a: np.insert(a, [1], [[5], [6]], axis=1), A),
    "insert layer": (lambda a: np.insert(a, 1, [5, 6], axis=1), A),
    "insert row": (lambda a: np.insert(a, 2, a[0], axis=0), A),
    "insert slice": (lambda a: np.insert(a, np.s_[::2], 9), V),
    "insert mask": (lambda a: np.insert(a, np.arange(6) > 3, 9), V),
    "insert flat": (lambda a: np.insert(a, 1, 5), A),
    "insert into constant": (lambda a: np.insert(np.zeros(2, a.dtype), 1, a), V),
    "r_": (lambda a: np.r_[a, 1, 2:5, a[0]], V),
    "r_ rows": (lambda a: np.r_[a, a], A),
    "r_ axis": (lambda a: np.r_["1", a, a], A),
    "r_ raised": (lambda a: np.r_["0,2", a, a], V),
    "r_ raised last": (lambda a: np.r_["0,2,0", a, a], V),
    "c_": (lambda a: np.c_[a, a, np.ones(6)], V),
    "c_ numbers": (lambda a: np.c_[a[0], a[1]], V),
    "c_ matrices": (lambda a: np.c_[a, a], C),
    "meshgrid three": (lambda a: np.meshgrid(a, a[:2], a[:3]), V),
    "meshgrid views": (lambda a: np.meshgrid(a, [1, 2], copy=False), V),
    "meshgrid one": (lambda a: np.meshgrid(a), V),
    "meshgrid number": (lambda a: np.meshgrid(a[0], a), V),
    "ix_": (lambda a: np.ix_(a, a[:2], [1, 2]), V),
    "ix_ reads": (lambda a: a[np.ix_([0, 1], [2, 0])], A),
    "ix_ computed": (lambda a: a[np.ix_(np.argsort(a[:, 0]), [0, 2])] * a[0, 0], S),
    "vander": (lambda a: np.vander(a), V[:3]),
    "vander N": (lambda a: np.vander(a, 2, increasing=True), V),
    "logspace": (lambda a: np.logspace(a[0], a[1], 4), A[0]),
    "logspace base": (lambda a: np.logspace(a[0], 2, 3, base=2, endpoint=False), A[0]),
    "geomspace": (lambda a: np.geomspace(a[0], a[1], 5), A[0]),
    "geomspace down": (lambda a: np.geomspace(-a[1], -a[0], 5), A[0]),
    "ndenumerate": (lambda a: sum(i[0] * x for i, x in np.ndenumerate(a)), A),
    "ndindex": (lambda a: sum(a[i] * sum(i) for i in np.ndindex(a.shape)), A),
    "apply_along_axis": (lambda a: np.apply_along_axis(np.sum, 1, a), C),
    "apply_along_axis vectors": (
        lambda a: np.apply_along_axis(lambda r, k: k * np.cumsum(r), -2, a, 2),
        C,
    ),
    "apply_along_axis matrices": (lambda a: np.apply_along_axis(np.diag, 0, a), A),
    "apply_along_axis wider": (
        lambda a: np.apply_along_axis(lambda r: np.r_[r, r[0]], 0, a),
        A,
    ),
    "apply_over_axes": (lambda a: np.apply_over_axes(np.sum, a, [0, -1]), C),
    "require": (lambda a: np.require(a, np.float64, "W") * 2, A),
    "shares_memory": (lambda a: a * np.shares_memory(a, a.T), A),
    "may_share_memory": (lambda a: a * (1 + np.may_share_memory(a, a * 2)), A),
    "shape, size, ndim": (lambda a: a * (np.size(a) + np.ndim(a) + np.shape(a)[0]), A),
}  # fmt: skip


def cast(arguments, precision):
    scale = 10 if precision is np.int64 else 1
    return [(scale * a).astype(precision) for a in arguments]


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *cast(arrays, precision))


# Inside the function the argument becomes integers: only its floats are inputs.
FLOATS_ONLY = {"logspace", "logspace base", "geomspace", "geomspace down"}


@pytest.mark.parametrize("name", sorted(set(CASES) - FLOATS_ONLY))
def test_integers_stay_integers(name):
    f, *arrays = CASES[name]
    whole = lambda *args: f(*((10 * a).astype(np.int64) for a in args))  # noqa: E731
    assert_as_numpy(whole, *arrays)


# Margins, in every mode and on either side of every axis.

PADS = {
    "constant": lambda a: np.pad(a, 2),
    "constant values": lambda a: np.pad(a, (1, 2), constant_values=(3, 4)),
    "constant of axes": lambda a: np.pad(
        a, ((1, 0), (2, 1)), constant_values=((1, 2), (3, 4))
    ),
    "constant traced": lambda a: np.pad(a, 1, constant_values=a[0, 0]),
    "by axis": lambda a: np.pad(a, {-1: (1, 2)}),
    "edge": lambda a: np.pad(a, ((0, 3), (2, 0)), "edge"),
    "linear_ramp": lambda a: np.pad(a, 3, "linear_ramp"),
    "linear_ramp ends": lambda a: np.pad(a, 2, "linear_ramp", end_values=(5, -4)),
    "maximum": lambda a: np.pad(a, 2, "maximum"),
    "maximum near": lambda a: np.pad(a, 2, "maximum", stat_length=2),
    "minimum": lambda a: np.pad(a, ((1, 2), (3, 4)), "minimum", stat_length=((1, 2),)),
    "mean": lambda a: np.pad(a, 2, "mean"),
    "mean near": lambda a: np.pad(a, 2, "mean", stat_length=(2, 1)),
    "median": lambda a: np.pad(a, 1, "median"),
    "reflect": lambda a: np.pad(a, ((1, 1), (2, 2)), "reflect"),
    "reflect far": lambda a: np.pad(a, 7, "reflect"),
    "reflect odd": lambda a: np.pad(a, ((1, 1), (2, 1)), "reflect", reflect_type="odd"),
    "reflect odd far": lambda a: np.pad(a, 5, "reflect", reflect_type="odd"),
    "symmetric": lambda a: np.pad(a, 2, "symmetric"),
    "symmetric odd": lambda a: np.pad(a, (3, 7), "symmetric", reflect_type="odd"),
    "wrap": lambda a: np.pad(a, 1, mode="wrap"),
    "wrap far": lambda a: np.pad(a, (9, 4), mode="wrap"),
    "no margin": lambda a: np.pad(a, 0, "reflect") * 2,
    "empty": lambda a: np.pad(a, 1, "empty")[1:-1, 1:-1],
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", PADS)
def test_margins_are_numpys(name, precision):
    assert_as_numpy(PADS[name], A.astype(precision))


@pytest.mark.parametrize("name", PADS)
def test_margins_of_integers_are_numpys(name):
    assert_as_numpy(lambda a: PADS[name]((10 * a).astype(int)), A)


# What is a view in NumPy shares memory here: writing through it reaches the array.

VIEWS = {
    "reshape": lambda b: b.reshape(3, 2),
    "reshape of a step": lambda b: b[:, ::2].reshape(4),
    "reshape F": lambda b: b.reshape(3, 2, order="F"),
    "ravel": lambda b: np.ravel(b),
    "ravel F": lambda b: np.ravel(b, "F"),
    "ravel F of T": lambda b: np.ravel(b.T, "F"),
    "ravel K": lambda b: b.T.ravel("K"),
    "ravel of a step": lambda b: np.ravel(b[0, ::2]),
    "flatten": lambda b: b.flatten(),
    "T": lambda b: b.T,
    "swapaxes": lambda b: b.swapaxes(0, 1),
    "moveaxis": lambda b: np.moveaxis(b, 0, 1),
    "rollaxis": lambda b: np.rollaxis(b, 1),
    "matrix_transpose": lambda b: np.matrix_transpose(b),
    "expand_dims": lambda b: np.expand_dims(b, 1),
    "squeeze": lambda b: np.squeeze(b[:, None]),
    "atleast_3d": lambda b: np.atleast_3d(b),
    "flip": lambda b: np.flip(b),
    "rot90": lambda b: np.rot90(b),
    "rot90 thrice": lambda b: np.rot90(b, 3),
    "split": lambda b: np.split(b, 3, axis=1)[1],
    "array_split": lambda b: np.array_split(b, 2, axis=1)[0],
    "hsplit": lambda b: np.hsplit(b, 3)[2],
    "unstack": lambda b: np.unstack(b)[1],
    "copy": lambda b: np.copy(b),
    "astype": lambda b: np.astype(b, b.dtype),
    "astype no copy": lambda b: np.astype(b, b.dtype, copy=False),
    "tile once": lambda b: np.tile(b, 1),
    "roll by none": lambda b: np.roll(b, 0),
    "delete none": lambda b: np.delete(b, [], axis=1),
    "repeat once": lambda b: np.repeat(b, 1),
    "pad by none": lambda b: np.pad(b, 0),
    "concatenate one": lambda b: np.concatenate([b]),
    "meshgrid": lambda b: np.meshgrid(b[0], b[1])[0],
    "meshgrid views": lambda b: np.meshgrid(b[0], b, sparse=True, copy=False)[0],
    "ix_": lambda b: np.ix_(b[0], b[1])[1],
    "broadcast_arrays": lambda b: np.broadcast_arrays(b, b)[0],
}


def test_a_triangle_of_ones_can_be_written_to():
    def f(a):
        b = np.tri(3, k=-1)
        b[0] = a[0]
        return b

    assert_as_numpy(f, A)


@pytest.mark.parametrize("name", VIEWS)
def test_writing_through_it_reaches_what_it_reaches_in_numpy(name):
    def f(a):
        b = a * 1
        view = VIEWS[name](b)
        view[...] = np.arange(view.size).reshape(view.shape) * a[0, 0]
        return b

    assert_as_numpy(f, A)


READ_ONLY = {
    "broadcast_to": lambda b: np.broadcast_to(b, (2, 2, 3)),
    "diagonal": lambda b: np.diagonal(b),
    "diag": lambda b: np.diag(b),
    "windows": lambda b: windows(b, (1, 2)),
}


@pytest.mark.parametrize("name", READ_ONLY)
def test_it_sees_what_is_written_but_cannot_be_written_to(name):
    def f(a):
        b = a * 1
        view = READ_ONLY[name](b)
        b[0, 0] = a[1, 1]
        return view * 1

    def g(a):
        READ_ONLY[name](a * 1)[0] = 1.0

    assert_as_numpy(f, A)
    with pytest.raises(ValueError, match="read-only"):
        pl.graph(g, A)


# Derivatives, to the second order, against differences.

POSITIVE = np.array([[0.6, 1.3, 2.1], [0.9, 1.7, 0.4]])
SLOPES = {
    "windows": (lambda a: windows(a, 3) ** 2, V),
    "windows of axes": (lambda a: windows(a, (2, 2)) ** 3, S),
    "windows of an axis": (lambda a: windows(a, 2, axis=1) ** 2, A),
    "ravel K": (lambda a: a.T.ravel("K") ** 2 * V, A),
    "rollaxis": (lambda a: np.rollaxis(a, 2) ** 2, C),
    "atleast_3d": (lambda a: np.atleast_3d(a) ** 2, A),
    "rot90": (lambda a: np.rot90(a) ** 2, A),
    "diag": (lambda a: np.diag(a, 1) ** 2, V),
    "diagflat": (lambda a: np.diagflat(a, -1) ** 2, A),
    "resize": (lambda a: np.resize(a, (3, 5)) ** 2, A),
    "block": (lambda a, b: np.block([[a, b], [a * b, a]]) ** 2, A, B),
    "unstack": (lambda a: np.unstack(a)[0] * np.unstack(a)[1] ** 2, A),
    "tile": (lambda a: np.tile(a, (2, 1, 3)) ** 2, A),
    "repeat": (lambda a: np.repeat(a, 3, axis=1) ** 2, A),
    "repeat each": (lambda a: np.repeat(a, [3, 1], axis=0) ** 2, A),
    "roll": (lambda a: np.roll(a, (1, 2), (0, 1)) ** 2 * a, A),
    "delete": (lambda a: np.delete(a, [0, 2], axis=1) ** 2, A),
    "insert": (lambda a, b: np.insert(a, [0, 2], b, axis=0) ** 2, A, B),
    "r_": (lambda a: np.r_[a, 1.0, a[0] * a[1]] ** 2, V),
    "meshgrid": (lambda a, b: np.multiply(*np.meshgrid(a, b)) ** 2, V, A[0]),
    "vander": (lambda a: np.vander(a, 4), V),
    "logspace": (lambda a: np.logspace(a[0], a[1], 5), A[0]),
    "geomspace": (lambda a: np.geomspace(a[0], a[1], 5), POSITIVE[0]),
    "apply_along_axis": (
        lambda a: np.apply_along_axis(lambda r: r / np.sum(r), 1, a),
        POSITIVE,
    ),
    "apply_over_axes": (lambda a: np.apply_over_axes(np.prod, a, [0, 1]), POSITIVE),
    **{f"pad {name}": (f, POSITIVE * 1.1) for name, f in PADS.items()},
}


@pytest.mark.parametrize("name", SLOPES)
def test_gradients_agree_with_differences(name):
    f, *args = SLOPES[name]
    assert_derivatives(f, *args)


# What NumPy raises is raised while the function is recorded.

AXIS, VALUE, INDEX = np.exceptions.AxisError, ValueError, IndexError
WRONG = {
    "reshape": (lambda a: a.reshape(4, 2), VALUE),
    "reshape two unknown": (lambda a: a.reshape(-1, -1), VALUE),
    "reshape without a copy": (lambda a: a.T.reshape(6, copy=False), VALUE),
    "transpose too few": (lambda a: np.transpose(a, (0,)), VALUE),
    "transpose twice": (lambda a: np.transpose(a, (1, 1)), VALUE),
    "swapaxes": (lambda a: np.swapaxes(a, 0, 2), AXIS),
    "moveaxis": (lambda a: np.moveaxis(a, (0, 1), 0), VALUE),
    "expand_dims": (lambda a: np.expand_dims(a, 3), AXIS),
    "expand_dims twice": (lambda a: np.expand_dims(a, (0, 0)), VALUE),
    "squeeze": (lambda a: np.squeeze(a, 1), VALUE),
    "broadcast_to": (lambda a: np.broadcast_to(a, (3, 2)), VALUE),
    "broadcast_arrays": (lambda a: np.broadcast_arrays(a, np.ones(4)), VALUE),
    "flip": (lambda a: np.flip(a, 2), AXIS),
    "fliplr": (lambda a: np.fliplr(a[0]), VALUE),
    "flipud": (lambda a: np.flipud(np.sum(a)), VALUE),
    "rot90": (lambda a: np.rot90(a, axes=(0, 0)), VALUE),
    "rot90 axes": (lambda a: np.rot90(a, axes=(0, 5)), VALUE),
    "diag": (lambda a: np.diag(a[None]), VALUE),
    "diagonal": (lambda a: np.diagonal(a[0]), VALUE),
    "windows": (lambda a: windows(a, (3, 3)), VALUE),
    "windows axes": (lambda a: windows(a, 3), VALUE),
    "concatenate": (lambda a: np.concatenate([a, a.T]), VALUE),
    "concatenate axis": (lambda a: np.concatenate([a, a], axis=2), AXIS),
    "concatenate casting": (
        lambda a: np.concatenate([a, a], dtype=int, casting="safe"),
        TypeError,
    ),
    "stack": (lambda a: np.stack([a, a[:1]]), VALUE),
    "block depths": (lambda a: np.block([[a], a]), VALUE),
    "block tuple": (lambda a: np.block((a, a)), TypeError),
    "block shapes": (lambda a: np.block([[a, a], [a]]), VALUE),
    "split": (lambda a: np.split(a, 2, axis=1), VALUE),
    "split axis": (lambda a: np.split(a, 2, axis=2), INDEX),
    "hsplit": (lambda a: np.hsplit(np.sum(a), 1), VALUE),
    "vsplit": (lambda a: np.vsplit(a[0], 1), VALUE),
    "dsplit": (lambda a: np.dsplit(a, 1), VALUE),
    "unstack": (lambda a: np.unstack(np.sum(a)), VALUE),
    "tile": (lambda a: np.tile(a, -1), VALUE),
    "repeat": (lambda a: np.repeat(a, [1, 2], axis=1), VALUE),
    "repeat negative": (lambda a: np.repeat(a, -1), VALUE),
    "roll": (lambda a: np.roll(a, 1, axis=3), AXIS),
    "roll axes": (lambda a: np.roll(a, (1, 2, 3), axis=(0, 1)), VALUE),
    "delete": (lambda a: np.delete(a, 3, axis=1), INDEX),
    "insert": (lambda a: np.insert(a, 9, 1), INDEX),
    "insert axis": (lambda a: np.insert(a, 0, 1, axis=2), AXIS),
    "insert shape": (lambda a: np.insert(a, 1, [1, 2, 3], axis=1), VALUE),
    "resize": (lambda a: np.resize(a, (-1, 2)), VALUE),
    "pad negative": (lambda a: np.pad(a, -1), VALUE),
    "pad widths": (lambda a: np.pad(a, ((1, 1), (1, 1), (1, 1))), VALUE),
    "pad fraction": (lambda a: np.pad(a, 1.5), TypeError),
    "pad mode": (lambda a: np.pad(a, 1, "spam"), VALUE),
    "pad option": (lambda a: np.pad(a, 1, "edge", end_values=1), VALUE),
    "pad empty": (lambda a: np.pad(a[:0], 1, "edge"), VALUE),
    "meshgrid": (lambda a: np.meshgrid(a, indexing="spam"), VALUE),
    "ix_": (lambda a: np.ix_(a, a), VALUE),
    "vander": (lambda a: np.vander(a), VALUE),
    "apply_along_axis": (lambda a: np.apply_along_axis(np.sum, 2, a), AXIS),
    "apply_along_axis none": (lambda a: np.apply_along_axis(np.sum, 1, a[:0]), VALUE),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    f, error = WRONG[name]
    with pytest.raises(error):
        f(A)
    with pytest.raises(error):
        pl.graph(f, A)


REFUSED = {
    "trim_zeros": (lambda a: np.trim_zeros(a[0]), "depends on values"),
    "ix_ of a mask": (lambda a: np.ix_(a[0] > 0), "depends on values"),
    "pad function": (lambda a: np.pad(a, 1, lambda *_: None), "function as its mode"),
    "windows to write": (lambda a: windows(a, (1, 1), writeable=True), "writeable"),
    "as_strided": (lambda a: np.lib.stride_tricks.as_strided(a, (2,)), "line "),
    "nditer": (lambda a: list(np.nditer(a)), "line "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused(name):
    f, part = REFUSED[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, A)
    assert part in str(caught.value)
    assert "test_shapes.py, line " in str(caught.value)
