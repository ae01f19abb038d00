"""NumPy's functions and methods under a trace: value, shape and dtype are NumPy's.

That every name has an example is held in test_names.py; here are their options.
"""

import copy

import numpy as np
import pytest
from comparison import assert_as_numpy, in_precision

import pellucid as pl

V = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 3.0])
W = np.array([1.5, 0.25, -2.0, 1.0, 0.5, -1.0])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])
B = np.array([[2.0, -1.0, 0.5], [1.5, 1.0, -2.5]])
S = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]])
C = np.arange(24.0).reshape(2, 3, 4) / 7 - 1.3
D = np.cos(np.arange(24.0)).reshape(2, 4, 3)
MASK = np.array([[True, False, True], [False, True, True]])
TIES = np.array([1.0, 3.0, 3.0, -2.0])


def added_at(a):
    """Add a list of traced values to places of a new array."""
    b = np.zeros(3, a.dtype)
    np.add.at(b, [0, 2, 0], [a[0], a[1], 2 * a[2]])
    return b


# name: (function, arguments); each is run in float64 and in float32
CASES = {
    "sum": (lambda a: np.sum(a), A),
    "sum axis": (lambda a: np.sum(a, axis=0), A),
    "sum negative axis": (lambda a: np.sum(a, axis=-1), C),
    "sum tuple of axes": (lambda a: np.sum(a, axis=(0, -1)), C),
    "sum no axes": (lambda a: np.sum(a, axis=()), A),
    "sum keepdims": (lambda a: np.sum(a, axis=1, keepdims=True), A),
    "sum keepdims all": (lambda a: a.sum(keepdims=True), A),
    "sum where": (lambda a: np.sum(a, where=MASK), A),
    "sum where initial": (lambda a: np.sum(a, axis=0, where=MASK, initial=10), A),
    "sum initial": (lambda a: np.sum(a, initial=2.5), A),
    "sum dtype": (lambda a: np.sum(a, dtype=np.float32), A),
    "sum positional dtype": (lambda a: a.sum(0, np.float64), A),
    "sum empty": (lambda a: np.sum(a[:0]), V),
    "sum of number": (lambda a: np.sum(a), np.float64(2.5)),
    "sum of list": (lambda a: np.sum([a[0], a[1] * 2]), V),
    "prod": (lambda a: np.prod(a), V),
    "prod axis where": (lambda a: np.prod(a, axis=1, where=MASK), A),
    "prod initial": (lambda a: a.prod(axis=0, initial=3), A),
    "mean": (lambda a: np.mean(a), A),
    "mean axis keepdims": (lambda a: a.mean(axis=0, keepdims=True), A),
    "mean tuple": (lambda a: np.mean(a, (1, 2)), C),
    "mean where": (lambda a: np.mean(a, axis=0, where=MASK), A),
    "mean where all": (lambda a: np.mean(a, where=MASK), A),
    "mean of list": (lambda a: np.mean([a[0], a[3], a[5]]), V),
    "mean of list of rows": (lambda a: np.mean([a[0], a[1]], axis=0), A),
    "max": (lambda a: np.max(a), A),
    "max axis keepdims": (lambda a: np.max(a, axis=1, keepdims=True), A),
    "max initial": (lambda a: np.max(a, axis=0, initial=1.0), A),
    "max where initial": (lambda a: np.max(a, axis=0, where=MASK, initial=-9), A),
    "amax": (lambda a: np.amax(a, 0), A),
    "min": (lambda a: a.min(), A),
    "min where initial": (lambda a: np.min(a, where=MASK, initial=9.0), A),
    "amin": (lambda a: np.amin(a), A),
    "ptp": (lambda a: np.ptp(a, axis=1), A),
    "ptp keepdims": (lambda a: np.ptp(a, axis=0, keepdims=True), A),
    "any": (lambda a: np.any(a > 2, axis=0), A),
    "any where": (lambda a: np.any(a > 2, where=MASK), A),
    "all": (lambda a: np.all(a > -4), A),
    "all keepdims": (lambda a: (a > 0).all(axis=1, keepdims=True), A),
    "all where": (lambda a: np.all(a > 0, axis=1, where=MASK), A),
    "var": (lambda a: np.var(a), A),
    "var axis ddof": (lambda a: np.var(a, axis=0, ddof=1), A),
    "var correction": (lambda a: np.var(a, axis=1, correction=1), A),
    "var keepdims": (lambda a: a.var(axis=1, keepdims=True), A),
    "var where": (lambda a: np.var(a, where=MASK), A),
    "var mean": (lambda a: np.var(a, mean=np.mean(a, keepdims=True)), A),
    "std": (lambda a: np.std(a), A),
    "std axis ddof": (lambda a: a.std(axis=1, ddof=1), A),
    "std tuple keepdims": (lambda a: np.std(a, axis=(0, 2), keepdims=True), C),
    "average": (lambda a: np.average(a), A),
    "average weights": (lambda a, b: np.average(a, weights=b**2), V, W),
    "average weights axis": (
        lambda a: np.average(a, axis=0, weights=np.array([1.0, 3.0])),
        A,
    ),
    "average weights keepdims": (
        lambda a, b: np.average(a, axis=1, weights=b**2, keepdims=True),
        A,
        B,
    ),
    "average returned": (
        lambda a, b: np.average(a, axis=1, weights=b**2, returned=True),
        A,
        B,
    ),
    "argmax": (lambda a: np.argmax(a), A),
    "argmax axis": (lambda a: a.argmax(axis=1), A),
    "argmax keepdims": (lambda a: np.argmax(a, axis=1, keepdims=True), A),
    "argmax ties": (lambda a: np.argmax(a), TIES),
    "argmin": (lambda a: np.argmin(a, axis=0), A),
    "argsort": (lambda a: np.argsort(a), V),
    "argsort axis": (lambda a: a.argsort(axis=0), A),
    "argsort all": (lambda a: np.argsort(a, axis=None), A),
    "argsort stable": (lambda a: np.argsort(a, kind="stable"), TIES),
    "sort": (lambda a: np.sort(a), V),
    "sort axis": (lambda a: np.sort(a, axis=0), A),
    "sort all": (lambda a: np.sort(a, axis=None), A),
    "cumsum": (lambda a: np.cumsum(a), A),
    "cumsum axis": (lambda a: a.cumsum(axis=-1), C),
    "cumsum dtype": (lambda a: np.cumsum(a, dtype=np.float64), V),
    "cumprod": (lambda a: np.cumprod(a), V),
    "cumprod axis": (lambda a: np.cumprod(a, 0), A),
    "count_nonzero": (lambda a: np.count_nonzero(a > 0), A),
    "count_nonzero axis": (lambda a: np.count_nonzero(a > 0, axis=0), A),
    "add.reduce": (lambda a: np.add.reduce(a), A),
    "add.reduce all": (lambda a: np.add.reduce(a, axis=None), A),
    "multiply.reduce": (lambda a: np.multiply.reduce(a, axis=1), A),
    "maximum.reduce": (lambda a: np.maximum.reduce(a, axis=1, keepdims=True), A),
    "minimum.reduce": (lambda a: np.minimum.reduce(a), A),
    "logical_and.reduce": (lambda a: np.logical_and.reduce(a > -9), A),
    "add.accumulate": (lambda a: np.add.accumulate(a), A),
    "multiply.accumulate": (lambda a: np.multiply.accumulate(a, axis=1), A),
    "subtract.outer": (lambda a, b: np.subtract.outer(a, b), V, W),
    "maximum.outer": (lambda a, b: np.maximum.outer(a, b), V, A),
    "reshape": (lambda a: np.reshape(a, (3, 2)), A),
    "reshape -1": (lambda a: a.reshape(4, -1), C),
    "reshape tuple": (lambda a: a.reshape((6, 4)), C),
    "reshape F": (lambda a: np.reshape(a, (4, 6), order="F"), C),
    "reshape -1 F": (lambda a: a.reshape(3, -1, order="F"), C),
    "reshape number": (lambda a: np.reshape(a, (1, 1)), np.float64(2.5)),
    "ravel": (lambda a: np.ravel(a), C),
    "ravel F": (lambda a: a.ravel("F"), C),
    "flatten": (lambda a: a.flatten(), C),
    "flatten F": (lambda a: a.flatten(order="F"), C),
    "transpose": (lambda a: np.transpose(a), C),
    "transpose axes": (lambda a: np.transpose(a, (1, -1, 0)), C),
    "transpose method": (lambda a: a.transpose(2, 0, 1), C),
    "transpose None": (lambda a: a.transpose(None), C),
    "T": (lambda a: a.T, A),
    "T of vector": (lambda a: a.T, V),
    "matrix_transpose": (lambda a: np.matrix_transpose(a), C),
    "swapaxes": (lambda a: a.swapaxes(0, -1), C),
    "moveaxis": (lambda a: np.moveaxis(a, 0, -1), C),
    "moveaxis tuples": (lambda a: np.moveaxis(a, (0, 2), (-1, 0)), C),
    "expand_dims": (lambda a: np.expand_dims(a, (0, -1)), A),
    "squeeze": (lambda a: np.squeeze(a[None, :, None]), A),
    "squeeze axis": (lambda a: a[None, :, None].squeeze(axis=0), A),
    "broadcast_to": (lambda a: np.broadcast_to(a, (4, 2, 3)), A),
    "broadcast_to same": (lambda a: np.broadcast_to(a, (2, 3)), A),
    "atleast_1d": (lambda a: np.atleast_1d(a), np.float64(2.5)),
    "atleast_1d two": (lambda a, b: np.atleast_1d(a[0], b), V, A),
    "atleast_2d": (lambda a: np.atleast_2d(a), V),
    "flip": (lambda a: np.flip(a), C),
    "flip axis": (lambda a: np.flip(a, axis=(0, -1)), C),
    "fliplr": (lambda a: np.fliplr(a), A),
    "flipud": (lambda a: np.flipud(a), A),
    "diagonal": (lambda a: np.diagonal(a, offset=1), S),
    "diagonal axes": (lambda a: a.diagonal(0, 1, 2), C),
    "diag of vector": (lambda a: np.diag(a, k=-2), V),
    "diag of matrix": (lambda a: np.diag(a, 1), S),
    "trace": (lambda a: np.trace(a), S),
    "trace offset": (lambda a: a.trace(offset=-1), S),
    "copy": (lambda a: np.copy(a) * 2, A),
    "copy method": (lambda a: a.copy(), A),
    "copy.copy": (lambda a: copy.copy(a) * 2, A),
    "copy.deepcopy": (lambda a: copy.deepcopy({"a": [a]})["a"][0] * 2, A),
    "concatenate": (lambda a, b: np.concatenate([a, b]), A, B),
    "concatenate axis": (lambda a, b: np.concatenate((a, b), axis=-1), A, B),
    "concatenate flat": (lambda a, b: np.concatenate([a, b], axis=None), A, V),
    "concatenate with constant": (lambda a: np.concatenate([a, np.ones(2)]), V),
    "concatenate with list": (lambda a: np.concatenate([a, [1.0, 2.0]]), V),
    "stack": (lambda a, b: np.stack([a, b]), A, B),
    "stack axis": (lambda a, b: np.stack((a, b), axis=-1), A, B),
    "stack numbers": (lambda a: np.stack([a[0], a[1]]), V),
    "vstack": (lambda a, b: np.vstack([a, b]), V, W),
    "vstack mixed": (lambda a, b: np.vstack([a, b[0]]), A, B),
    "hstack": (lambda a, b: np.hstack([a, b]), A, B),
    "hstack vectors": (lambda a, b: np.hstack((a, b, 1.5)), V, W),
    "column_stack": (lambda a, b: np.column_stack([a, b]), V, W),
    "column_stack mixed": (lambda a: np.column_stack([np.ones(2), a]), A),
    "dstack": (lambda a, b: np.dstack([a, b]), A, B),
    "dstack vectors": (lambda a, b: np.dstack([a, b]), V, W),
    "append": (lambda a: np.append(a, 3.0), V),
    "append axis": (lambda a, b: np.append(a, b, axis=1), A, B),
    "split": (lambda a: np.split(a, 3), V),
    "split axis": (lambda a: np.split(a, 2, axis=-1), C),
    "split at": (lambda a: np.split(a, [1, 4]), V),
    "array_split": (lambda a: np.array_split(a, 4), V),
    "array_split at": (lambda a: np.array_split(a, [2, 2, 9]), V),
    "hsplit": (lambda a: np.hsplit(a, 3), A),
    "vsplit": (lambda a: np.vsplit(a, 2), A),
    "tile": (lambda a: np.tile(a, 2), A),
    "tile tuple": (lambda a: np.tile(a, (2, 1, 3)), A),
    "repeat": (lambda a: np.repeat(a, 2), A),
    "repeat axis": (lambda a: a.repeat([1, 0, 2], axis=1), A),
    "roll": (lambda a: np.roll(a, 2), V),
    "roll axis": (lambda a: np.roll(a, -1, axis=0), A),
    "roll axes": (lambda a: np.roll(a, (1, 2), axis=(0, 1)), A),
    "rot90": (lambda a: np.rot90(a), A),
    "rot90 thrice": (lambda a: np.rot90(a, k=3), A),
    "pad": (lambda a: np.pad(a, 2), A),
    "pad widths": (lambda a: np.pad(a, ((0, 1), (2, 0)), constant_values=7), A),
    "pad edge": (lambda a: np.pad(a, 1, mode="edge"), A),
    "pad reflect": (lambda a: np.pad(a, ((0, 0), (1, 2)), "reflect"), A),
    "pad wrap": (lambda a: np.pad(a, 1, mode="wrap"), V),
    "where": (lambda a, b: np.where(a > b, a, b), A, B),
    "where numbers": (lambda a: np.where(a > 0, 1.0, 0.0), A),
    "where number": (lambda a: np.where(a > 0, a, 0), A),
    "where fixed": (lambda a: np.where(MASK, a, np.nan), A),
    "take": (lambda a: np.take(a, [0, 2, 2]), A),
    "take axis": (lambda a: a.take([2, 0], axis=1), A),
    "take number": (lambda a: np.take(a, 1, axis=0), A),
    "take traced": (lambda a: np.take(a, np.argmax(a)), V),
    "take constant by traced": (lambda a: np.take(W, np.argsort(a)), V),
    "take_along_axis": (
        lambda a: np.take_along_axis(a, np.argsort(a, axis=1), axis=1),
        A,
    ),
    "take_along_axis flat": (
        lambda a: np.take_along_axis(a, np.array([3, 0]), axis=None),
        A,
    ),
    "clip": (lambda a: np.clip(a, -1, 1.5), A),
    "clip below": (lambda a: np.clip(a, 0, None), A),
    "clip method": (lambda a: a.clip(max=1), A),
    "clip keywords": (lambda a: np.clip(a, min=-0.5, max=0.5), A),
    "clip arrays": (lambda a, b: np.clip(a, b - 1, b + 1), A, B),
    "round": (lambda a: np.round(a), V),
    "round decimals": (lambda a: np.round(a / 3, 2), V),
    "round negative decimals": (lambda a: np.round(a * 37, -1), V),
    "round builtin": (lambda a: round(a[0] / 3, 1), V),
    "tril": (lambda a: np.tril(a), S),
    "tril k": (lambda a: np.tril(a, k=-1), C),
    "triu": (lambda a: np.triu(a, 1), S),
    "diff": (lambda a: np.diff(a), V),
    "diff twice axis": (lambda a: np.diff(a, n=2, axis=1), C),
    "meshgrid": (lambda a, b: np.meshgrid(a, b), V, W[:2]),
    "meshgrid ij": (lambda a, b: np.meshgrid(a, b, indexing="ij"), V, W[:2]),
    "meshgrid sparse": (lambda a, b: np.meshgrid(a, b, sparse=True), V, W[:2]),
    "dot vectors": (lambda a, b: np.dot(a, b), V, W),
    "dot matrices": (lambda a, b: a.dot(b.T), A, B),
    "dot matrix vector": (lambda a, b: np.dot(a, b[:3]), A, V),
    "dot number": (lambda a: np.dot(a, 2.0), A),
    "dot deep": (lambda a, b: np.dot(a, b), C, D),
    "dot constant": (lambda a: np.dot(S, a), S[0]),
    "matmul": (lambda a, b: a @ b.T, A, B),
    "matmul stacks": (lambda a, b: np.matmul(a, b), C, D),
    "matmul vector": (lambda a, b: a @ b, S, S[1]),
    "rmatmul": (lambda a: S @ a, S[0]),
    "matmul list": (lambda a: [1.0, 2.0] @ a, A),
    "vdot": (lambda a, b: np.vdot(a, b), A, B),
    "inner vectors": (lambda a, b: np.inner(a, b), V, W),
    "inner matrices": (lambda a, b: np.inner(a, b), A, B),
    "outer": (lambda a, b: np.outer(a, b), V, A),
    "tensordot": (lambda a, b: np.tensordot(a, b, axes=([1, 2], [2, 1])), C, D),
    "tensordot number": (lambda a, b: np.tensordot(a, b[0], axes=1), C, D),
    "tensordot outer": (lambda a, b: np.tensordot(a, b, axes=0), A, V),
    "einsum": (lambda a, b: np.einsum("ij,kj->ik", a, b), A, B),
    "einsum implicit": (lambda a, b: np.einsum("ij,kj", a, b), A, B),
    "einsum trace": (lambda a: np.einsum("ii", a), S),
    "einsum diagonal": (lambda a: np.einsum("ii->i", a), S),
    "einsum ellipsis": (lambda a, b: np.einsum("...ij,...jk->...ik", a, b), C, D),
    "einsum lists": (lambda a, b: np.einsum(a, [0, 1], b, [2, 1], [0, 2]), A, B),
    "einsum of three": (lambda a, b: np.einsum("ij,j,ij->i", a, b[0], b), A, B),
    "einsum optimize": (lambda a, b: np.einsum("ij,ij->i", a, b, optimize=True), A, B),
    "linalg.solve": (lambda a, b: np.linalg.solve(a, b), S, S[1]),
    "linalg.solve matrix": (lambda a, b: np.linalg.solve(a, b.T), S, A),
    "linalg.inv": (lambda a: np.linalg.inv(a), S),
    "linalg.det": (lambda a: np.linalg.det(a), S),
    "linalg.cholesky": (lambda a: np.linalg.cholesky(a), S),
    "linalg.solve stack": (
        lambda a: np.linalg.solve(np.stack([a, 2 * a]), a[0]),
        S,
    ),
    "linalg.norm": (lambda a: np.linalg.norm(a), A),
    "linalg.norm axis": (lambda a: np.linalg.norm(a, axis=1), A),
    "linalg.norm keepdims": (
        lambda a: np.linalg.norm(a, axis=0, keepdims=True),
        A,
    ),
    "linalg.norm 1": (lambda a: np.linalg.norm(a, 1), V),
    "linalg.norm inf": (lambda a: np.linalg.norm(a, np.inf), V),
    "linalg.norm -inf": (lambda a: np.linalg.norm(a, -np.inf), V),
    "linalg.norm 0": (lambda a: np.linalg.norm(a, 0), V),
    "linalg.norm 3": (lambda a: np.linalg.norm(a, 3), V),
    "linalg.norm 1 axis": (lambda a: np.linalg.norm(a, ord=1, axis=-1), A),
    "linalg.norm fro": (lambda a: np.linalg.norm(a, "fro"), A),
    "linalg.norm of list": (lambda a: np.linalg.norm([a[0], a[1]]), V),
    "linspace": (lambda a: np.linspace(a[0], a[2], 5), V),
    "linspace open": (lambda a: np.linspace(0, a, 4, endpoint=False), V),
    "linspace axis": (lambda a: np.linspace(a, 2 * a, 4, axis=-1), V),
    "shape": (lambda a: a * np.shape(a)[0] + np.ndim(a), C),
    "size": (lambda a: a / np.size(a) - np.size(a, 1) + a.size, C),
    "len": (lambda a: a * len(a), A),
    "dtype": (lambda a: np.zeros(2, dtype=a.dtype) + a[0], V),
    "result_type": (lambda a: np.zeros(2, np.result_type(a, np.float32)), V),
    "real": (lambda a: np.real(a) + a.real + a.conj(), A),
    "astype": (lambda a: a.astype(np.float32) * 2, A),
    "astype int": (lambda a: a.astype(int) + 1, V),
    "astype same": (lambda a: a.astype(a.dtype, copy=False), V),
    "iter": (lambda a: [row * 2 for row in a], A),
    "unpack": (lambda a: (lambda p, q: p - q)(*a), A),
    "builtin sum": (lambda a: sum(a), A),
    "builtin abs": (lambda a: abs(a), A),
    "builtin reversed": (lambda a: list(reversed(a)), V),
    "divmod": (lambda a: divmod(a, 0.75), V),
    "rdivmod": (lambda a: divmod(2.0, a), V),
    "operators": (lambda a, b: +a - -b * a / b + a // b + a % b, A, B),
    "comparisons": (lambda a, b: ((a < b) | (a >= b)) & (a != b) ^ (a == 0), A, B),
    "invert": (lambda a: ~(a > 0), A),
    "power": (lambda a: a**2 + 2**a + abs(a) ** 0.5 + abs(a) ** a, A),
    "negative integer power": (lambda a: a**-1, A),
    "numbers keep float32": (lambda a: 2 * a + 0.5 - np.pi / a, A),
    "numpy scalars": (lambda a: np.float64(2) * a + np.float32(0.5), A),
    "list operand": (lambda a: a * [1.0, 2.0, 3.0], A),
    "integer array operand": (lambda a: a * np.arange(3), A),
    "bool operand": (lambda a: a * (a > 0), A),
    "ufunc dtype": (lambda a: np.add(a, 1, dtype=np.float64), A),
    "ufunc where out": (
        lambda a: np.add(a, 1, out=np.ones((2, 3), a.dtype), where=MASK),
        A,
    ),
    "ufunc out": (lambda a: np.exp(a, out=np.empty((2, 3), a.dtype)), A),
    "ufunc of list": (lambda a: np.exp([a[0], 1.0]), V),
    "ufunc of lists": (lambda a: np.add([a[0], 1.0], [[2.0, a[1]]]), V),
    "ufunc of rows": (lambda a: np.maximum([a[0], a[1]], 0.5), A),
    "maximum.reduce of list": (lambda a: np.maximum.reduce([a[0], a[1], -a[0]]), A),
    "add.reduce of tuple": (lambda a: np.add.reduce((a[0], a[1]), axis=-1), A),
    "minimum.accumulate of list": (lambda a: np.minimum.accumulate([a[0], a[1]]), V),
    "multiply.outer of list": (lambda a: np.multiply.outer([a[0], 2.0], a), V),
    "add.at of list": (added_at, V),
    "index": (lambda a: a[1, ::2] + a[..., 0], A),
    "index list": (lambda a: a[[0, 1, 0], [2, 0, 1]], A),
    "index mask": (lambda a: a[MASK], A),
    "index mixed": (lambda a: a[:, [0, 2], None], A),
    "index traced": (lambda a: a[np.argmax(a)], V),
    "index negative step": (lambda a: a[::-1, -1:0:-1], A),
    "index numpy integer": (lambda a: a[np.int64(1)], A),
    "index from shape": (lambda a: a[a.shape[0] // 2], A),
    "arctan2": (lambda a, b: np.arctan2(a, b), A, B),
    "maximum": (lambda a: np.maximum(a, 0), A),
    "isfinite": (lambda a: np.isfinite(a / a), A),
}


def in_single(value):
    return value.astype(np.float32)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *in_precision(precision, arrays), ulps=4)


# What Python numbers do stays what Python does (NEP 50).

NUMBERS = {
    "add": lambda x, y: x + y,
    "divide": lambda x, y: x / y,
    "floor divide": lambda x, y: x // y,
    "remainder": lambda x, y: x % y,
    "power": lambda x, y: abs(x) ** y,
    "stays weak": lambda x, y: (x * y + 1) * np.ones(2, np.float32),
    "ufunc is strong": lambda x, y: np.exp(x) * np.ones(2, np.float32),
    "comparison is not a number": lambda x, y: (x > y) * np.arange(3),
    "where of numbers": lambda x, y: np.where(x > y, 1, 0.5),
    "minimum with integer": lambda x, y: np.minimum(x, 1) + y,
    "list": lambda x, y: np.array([x, y, 1]),
    "full": lambda x, y: np.full((2, 2), x * y),
    "round": lambda x, y: round(x, 1) + y,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_floats_are_pythons(name):
    f, args = NUMBERS[name], (-0.75, 1.5)
    assert_as_numpy(f, *args, ulps=4)


# What NumPy raises is raised while the function is recorded.

WRONG = {
    "shapes": (lambda a: a + np.ones(4), ValueError),
    "matmul": (lambda a: a @ a, ValueError),
    "matmul of a number": (lambda a: a @ 2.0, ValueError),
    "dot": (lambda a: np.dot(a, np.ones(2)), ValueError),
    "reshape": (lambda a: a.reshape(4, 2), ValueError),
    "index": (lambda a: a[2], IndexError),
    "too many indices": (lambda a: a[0, 0, 0], IndexError),
    "axis": (lambda a: a.sum(axis=2), np.exceptions.AxisError),
    "concatenate": (lambda a: np.concatenate([a, np.ones((2, 2))]), ValueError),
    "split": (lambda a: np.split(a, 2, axis=1), ValueError),
    "squeeze": (lambda a: np.squeeze(a, 0), ValueError),
    "solve": (lambda a: np.linalg.solve(a, a), np.linalg.LinAlgError),
    "transpose": (lambda a: a.transpose(0, 0), ValueError),
    "len of a number": (lambda a: len(a[0, 0]), TypeError),
    "mask": (lambda a: a[np.array([True, False, True])], IndexError),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    f, error = WRONG[name]
    with pytest.raises(error):
        f(A)
    with pytest.raises(error):
        pl.graph(f, A)


# A ufunc that is called at once takes lists; one that is handed on is NumPy's own.

HANDED_ON = {
    "by name": lambda x: (f := np.tanh) and f,
    "in a list": lambda x: [np.tanh, x][0],
    "attribute": lambda x: np.tanh.nin and np.tanh,
    "in a call": lambda x: (lambda act: act)(np.tanh),
}


@pytest.mark.parametrize("case", HANDED_ON)
def test_a_ufunc_that_is_handed_on_is_numpys(case):
    seen = []
    pl.graph(lambda x: (seen.append(HANDED_ON[case](x)), x)[1], V)
    assert seen == [np.tanh]


# What is not recorded is refused, options included.

REFUSED = {
    "unknown option": (lambda a: np.diff(a, spam=1), "spam"),
    "bytes": (lambda a: np.packbits(a > 0), "np.packbits"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused_by_name(name):
    f, part = REFUSED[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, A)
    assert part in str(caught.value)
    assert "test_functions.py, line " in str(caught.value)
