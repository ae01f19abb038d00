"""Selecting, writing at places, rounding under a trace: the judge is NumPy itself."""

import numpy as np
import pytest
from comparison import assert_as_numpy, assert_derivatives

import pellucid as pl
from pellucid.graphs.tracing.trace import trace

V = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 3.0])
W = np.array([1.5, 0.25, -2.0, 1.0, 0.5, -1.0])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])
B = np.array([[2.0, -1.0, 0.5], [1.5, 1.0, -2.5]])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4)
N = np.float64(2.5)
E = np.zeros((0, 3))
MASK = np.array([[True, False, True], [False, True, True]])
ODD = np.array([0.0, np.nan, np.inf, -np.inf, 1.5, -0.0])


def whole(a):
    """Integers that are computed from what is traced."""
    return np.floor(np.abs(a)).astype(int)


# name: (function, arguments); each in float64 and in float32
CASES = {
    "where of empty": (lambda a: np.where(a > 0, a, 1), E),
    "where integers": (lambda a: np.where(a > 0, whole(a), 7), A),
    "where integers and floats": (lambda a: np.where(a > 0, whole(a), a), A),
    "where lists": (lambda a: np.where([True, False], [a[0], a[1]], 0.5), V),
    "where known": (lambda a: a[np.where([True, False, True])], V[:3]),
    "select": (lambda a: np.select([a > 1, a > 0], [a, a**2], -1), A),
    "select default": (lambda a: np.select([a > 1], [a]), A),
    "select broadcast": (lambda a: np.select([a[:1] > 1, a > 9], [a, a[:, :1]]), A),
    "select constants": (lambda a: np.select([a > 1, MASK], [1, 2], 3), A),
    "select arrays": (lambda a: np.select([MASK, ~MASK], [a, [1.0, 2.0, 3.0]]), A),
    "choose": (lambda a: np.choose([0, 1, 0], [a[0], a[1]]), A),
    "choose computed": (lambda a: np.choose(whole(a) % 2, [a, -a]), A),
    "choose wrap": (lambda a: np.choose(whole(a), (a, 2, a[0]), mode="wrap"), A),
    "choose clip": (lambda a: whole(a).choose([a, 1.5], mode="clip"), A),
    "choose layers": (lambda a: np.choose([[1], [0]], a), A),
    "piecewise": (lambda a: np.piecewise(a, [a < 0, a > 1], [np.square, np.exp]), A),
    "piecewise otherwise": (
        lambda a: np.piecewise(a, [a < 0], [-1, lambda x: x**2]),
        A,
    ),
    "piecewise domains": (
        lambda a: np.piecewise(a, [a > 0, a < 0], [np.log, lambda x: np.sqrt(-x)]),
        A,
    ),
    "piecewise rows": (
        lambda a: np.piecewise(a, [np.array([True, False])], [np.exp, 2]),
        A,
    ),
    "piecewise number": (lambda a: np.piecewise(a, [a > 0], [np.log, -1]), N),
    "piecewise empty": (lambda a: np.piecewise(a, [a > 0], [np.log, -1]), E),
    "piecewise alone": (lambda a: np.piecewise(a, a < 0, [np.abs, np.cos]), V),
    "piecewise mask": (lambda a: np.piecewise(a, [MASK], [5, 6]), A),
    "piecewise arguments": (
        lambda a: np.piecewise(a, [a < 0], [lambda x, k: k * x, 0], 3.0),
        V,
    ),
    "compress": (lambda a: np.compress([True, False, True], a, axis=1), A),
    "compress flat": (lambda a: a.compress([0, 1, 1, 0]), A),
    "compress out": (
        lambda a: np.compress([1], a, axis=0, out=np.empty((1, 3), a.dtype)),
        A,
    ),
    "extract": (lambda a: np.extract(MASK, a), A),
    "take wrap": (lambda a: np.take(a, [-1, 7, 4], mode="wrap"), A),
    "take clip": (lambda a: np.take(a, [-1, 7, 1], axis=1, mode="clip"), A),
    "take shaped": (lambda a: np.take(a, [[0, 1], [2, 2]], axis=-1), A),
    "take booleans": (lambda a: np.take(a, np.array([True, False])), V),
    "take none": (lambda a: np.take(a, np.zeros((0, 2), int), axis=0), A),
    "take out": (
        lambda a: np.take(a, [0, 1], out=np.empty(2, a.dtype), mode="clip"),
        V,
    ),
    "take computed wrap": (lambda a: np.take(a, whole(a) + 4, 0, mode="wrap"), V),
    "take computed clip": (lambda a: np.take(a, whole(a) + 4, 0, mode="clip"), V),
    "take of a list": (lambda a: np.take([a[0], a[1]], [1, 1, 0]), V),
    "take_along_axis rows": (
        lambda a: np.take_along_axis(a, np.argmax(a, 0, keepdims=True), axis=0),
        C,
    ),
    "take_along_axis stretched": (
        lambda a: np.take_along_axis(a, np.array([[1], [0]]), axis=-1),
        A,
    ),
    "take_along_axis of one": (
        lambda a: np.take_along_axis(a, np.array([[2, 0, 2]]), axis=1),
        A,
    ),
    "searchsorted": (lambda a: np.searchsorted([-1.0, 0.0, 2.0], a), A),
    "searchsorted right": (lambda a: np.searchsorted(np.sort(a), [0, 2], "right"), V),
    "searchsorted sorter": (
        lambda a: np.searchsorted(a, 0.6, sorter=np.argsort(a)),
        V,
    ),
    "searchsorted method": (lambda a: np.sort(a).searchsorted(a, side="right"), V),
    "isin": (lambda a: np.isin(a, [0.5, 2.0, 7.0]), V),
    "isin invert": (lambda a: np.isin(whole(a), [0, 3], invert=True), A),
    "isin none": (lambda a: np.isin(a, []), A),
    "isin computed": (lambda a: np.isin([0.0, 1.5], a), A),
    "unravel_index": (lambda a: np.unravel_index(np.argmax(a), (2, 3)), A),
    "unravel_index F": (lambda a: np.unravel_index(whole(a), (3, 2), order="F"), A),
    "unravel_index reads": (lambda a: a[np.unravel_index(np.argmax(a), a.shape)], C),
    "ravel_multi_index": (
        lambda a: np.ravel_multi_index((whole(a) % 2, whole(a) % 3), (2, 3)),
        A,
    ),
    "ravel_multi_index modes": (
        lambda a: np.ravel_multi_index(
            (whole(a), whole(a)), (2, 3), mode=("wrap", "clip"), order="F"
        ),
        A,
    ),
    "nonzero of shapes": (lambda a: a[np.nonzero(np.arange(6) % 2)], V),
    "argwhere known": (lambda a: a[np.argwhere(np.eye(2))], V),
    "flatnonzero known": (lambda a: a[np.flatnonzero(np.eye(2))], V),
    "unique known": (lambda a: a[np.unique(np.array([3, 1, 1]))], V),
    "triu_indices": (lambda a: a[np.triu_indices(2, m=3)], A),
    "diag_indices": (lambda a: a[:, :2][np.diag_indices(2)], A),
    "triu_indices_from": (lambda a: a[:, :2][np.triu_indices_from(a[:, :2])], A),
    "tril_indices_from": (lambda a: a[:, :2][np.tril_indices_from(a[:, :2])], A),
    "diag_indices_from": (lambda a: a[:, :2][np.diag_indices_from(a[:, :2])], A),
    # -- rounding and bounds
    "clip nothing": (lambda a: np.clip(a, None, None) * 2, A),
    "clip above": (lambda a: np.clip(a, None, 1), A),
    "clip method below": (lambda a: a.clip(0), A),
    "clip no bounds": (lambda a: np.clip(a), A),
    "clip crossed": (lambda a: np.clip(a, 1, -1), A),
    "clip out": (lambda a: np.clip(a, 0, 1, out=np.empty((2, 3), a.dtype)), A),
    "clip positional out": (lambda a: np.clip(a, 0, 1, np.empty((2, 3), a.dtype)), A),
    "clip integers": (lambda a: np.clip(whole(a), 1, 2), A),
    "clip by traced": (lambda a: np.clip([0.0, 1.0, 2.0], a[0], a[0] + 1), A),
    "clip number": (lambda a: np.clip(a, 0, 1), N),
    "clip nan": (lambda a: np.clip(a, -1, 1), ODD),
    "around": (lambda a: np.around(a * 7 / 3, 1), A),
    "round integers": (lambda a: np.round(whole(a * 37), -1), A),
    "round integers to ones": (lambda a: whole(a).round(2), A),
    "round out": (lambda a: np.round(a, 1, out=np.empty((2, 3), a.dtype)), A),
    "fix": (lambda a: np.fix(a), A),
    "trunc": (lambda a: np.trunc(a) + np.floor(a) - np.ceil(a), A),
    "nan_to_num": (lambda a: np.nan_to_num(a), ODD),
    "nan_to_num values": (lambda a: np.nan_to_num(a, nan=7, posinf=8, neginf=9), ODD),
    "nan_to_num integers": (lambda a: np.nan_to_num(whole(a)), A),
    "real_if_close": (lambda a: np.real_if_close(a), A),
    "isclose": (lambda a: np.isclose(a, [0.5, -1.25001, 2, 1, 1, 3]), V),
    "isclose odd": (lambda a: np.isclose(a, a), ODD),
    "isclose equal_nan": (lambda a: np.isclose(a, a, equal_nan=True), ODD),
    "isclose infinite": (lambda a: np.isclose(a, -a), ODD),
    "isclose tolerances": (lambda a, b: np.isclose(a, b, 0.5, atol=0.5), A, B),
}  # fmt: skip


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *(a.astype(precision) for a in arrays))


# NumPy gives a bool of Python, which a trace cannot: its value is the same.

ANSWERS = {
    "allclose": lambda a, b: np.allclose(a, b),
    "allclose tolerance": lambda a, b: np.allclose(a, b, atol=9),
    "array_equal": lambda a, b: np.array_equal(a, b),
    "array_equal itself": lambda a, b: np.array_equal(a, a * 1),
    "array_equal nan": lambda a, b: np.array_equal(a / b, a / b, equal_nan=True),
    "array_equiv": lambda a, b: np.array_equiv(a, np.stack([a, a])),
    "array_equiv no": lambda a, b: np.array_equiv(a, b),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_numpys(name):
    f = ANSWERS[name]
    assert pl.graph(f, A, B)(A, B) == f(A, B)


def test_arrays_of_different_shapes_are_never_equal():
    def f(a):
        return a * (1 if np.array_equal(a, a[:1]) else 2)

    assert_as_numpy(f, A)


# Written in place: b is an array made inside, a is traced.


def putting(**options):
    def f(b, a):
        np.put(b, [-1, 7, 4], a[0], **options)

    return f


WRITES = {
    "put": lambda b, a: np.put(b, [0, -1], a[0, :2]),
    "put cycle": lambda b, a: np.put(b, [0, 1, 2, 4], a[0, :2]),
    "put more than places": lambda b, a: np.put(b, [3], a[0]),
    "put number": lambda b, a: b.put([1, 1, 4], a[0, 0]),
    "put nothing": lambda b, a: np.put(b, [], a),
    "put no values": lambda b, a: np.put(b, [1], a[:0]),
    "put clip": putting(mode="clip"),
    "put wrap": putting(mode="wrap"),
    "put computed": lambda b, a: np.put(b, np.argmax(a), 9),
    "put into view": lambda b, a: np.put(b.T, [0, 1, 5], a[1]),
    "put_along_axis": lambda b, a: np.put_along_axis(
        b, np.argmax(a, 1, keepdims=True), 9, axis=1
    ),
    "put_along_axis flat": lambda b, a: np.put_along_axis(
        b, np.array([1, 5]), a[0, :2], axis=None
    ),
    "putmask": lambda b, a: np.putmask(b, a > 0, a * 2),
    "putmask cycle": lambda b, a: np.putmask(b, a > 0, a[0, :2]),
    "putmask number": lambda b, a: np.putmask(b, MASK, a[0, 0]),
    "place": lambda b, a: np.place(b, MASK, a[0, :2]),
    "place number": lambda b, a: np.place(b, a > 0, [a[0, 0]]),
    "copyto": lambda b, a: np.copyto(b, a),
    "copyto where": lambda b, a: np.copyto(b, a[:1], where=a > 0),
    "copyto number": lambda b, a: np.copyto(b, 3, where=MASK),
    "copyto unsafe": lambda b, a: np.copyto(b, a.astype(np.float64), casting="unsafe"),
    "fill_diagonal": lambda b, a: np.fill_diagonal(b, a[0, 0]),
    "fill_diagonal values": lambda b, a: np.fill_diagonal(b, a[0]),
    "fill_diagonal wide": lambda b, a: np.fill_diagonal(b.T, a[0, 0]),
    "fill_diagonal wrap": lambda b, a: np.fill_diagonal(b.T, a[0], wrap=True),
    "nan_to_num in place": lambda b, a: np.nan_to_num(b, copy=False),
    "clip in place": lambda b, a: np.clip(b, 0, a, out=b),
    "round in place": lambda b, a: np.round(b, 0, b),
    "take out": lambda b, a: np.take(a, [0, 1], axis=0, out=b, mode="clip"),
    # -- assignment by indices of every kind
    "slice": lambda b, a: b.__setitem__(np.s_[:, 1:], a[:, :2]),
    "integer": lambda b, a: b.__setitem__(-1, a[0]),
    "Ellipsis": lambda b, a: b.__setitem__((..., 0), a[:, 1]),
    "newaxis": lambda b, a: b.__setitem__(np.s_[None, :, None], a[None, :, None]),
    "list": lambda b, a: b.__setitem__(np.s_[:, [2, 0]], a[:, :2]),
    "repeated": lambda b, a: b.__setitem__([0, 0], a),
    "pairs": lambda b, a: b.__setitem__(([0, 1], [2, 2]), a[0, :2]),
    "mask": lambda b, a: b.__setitem__(MASK, a[0, 0]),
    "mask vector": lambda b, a: b.__setitem__(MASK, np.ravel(a)[:4]),
    "mask rows": lambda b, a: b.__setitem__(np.array([False, True]), a[:1]),
    "mask of axis": lambda b, a: b.__setitem__(
        np.s_[:, np.array([True, False, True])], a[:, :2]
    ),
    "computed": lambda b, a: b.__setitem__(np.argmax(a[:, 0]), a[0] * 2),
    "computed places": lambda b, a: b.__setitem__(np.argsort(a[:, 0]), a),
    "computed and slice": lambda b, a: b.__setitem__(np.s_[:, np.argmin(a[0])], 9),
    "computed mask": lambda b, a: b.__setitem__(a > 0, 9),
    "computed mask of rows": lambda b, a: b.__setitem__(a[:, 0] > 0.5, 9),
    "ix_": lambda b, a: b.__setitem__(np.ix_([1, 0], [0, 2]), a[:, :2]),
    "number arrays": lambda b, a: b.__setitem__((np.array(1), np.array(2)), a[0, 0]),
    "True": lambda b, a: b.__setitem__(True, a),
    "no rows": lambda b, a: b.__setitem__([], 1.0),
    "broadcast": lambda b, a: b.__setitem__(np.s_[:], a[0]),
    "leading ones": lambda b, a: b.__setitem__(np.s_[0], a[None, 1:]),
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_is_what_numpy_writes(name, precision):
    def f(a):
        b = np.cos(a)
        WRITES[name](b, a)
        return b

    assert_as_numpy(f, A.astype(precision))


@pytest.mark.parametrize("name", WRITES)
def test_gradients_of_what_is_written_agree_with_differences(name):
    def f(a):
        b = np.cos(a)
        WRITES[name](b, a**2)
        return b

    assert_derivatives(f, A + 0.03)


def added(at):
    def f(a):
        b = np.cos(a)
        b[at(a)] += a[0, 0]
        b[at(a)] *= 2
        return b

    return f


IN_PLACE = {
    "slice": lambda a: np.s_[:, ::2],
    "list": lambda a: np.s_[:, [0, 2]],
    "repeated": lambda a: [0, 0, 1],
    "mask": lambda a: MASK,
    "computed": lambda a: np.argsort(a[:, 0]),
    "pairs": lambda a: ([0, 1], [-1, 2]),
    "transposed": lambda a: ([0, 1], slice(None), None),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_updates_in_place_are_numpys(name):
    assert_as_numpy(added(IN_PLACE[name]), A)
    assert_derivatives(added(IN_PLACE[name]), A)


READS = {
    "integer": lambda a: a[-1],
    "numpy integer": lambda a: a[np.int32(1), np.uint8(2)],
    "slices": lambda a: a[::-1, :2, 3:0:-2],
    "Ellipsis and None": lambda a: a[..., None, 1],
    "list": lambda a: a[[1, 0, 1]],
    "shaped": lambda a: a[np.array([[1, 0], [0, 0]])],
    "apart": lambda a: a[[0, 1], :, [1, 2]],
    "together": lambda a: a[:, [0, 2], [1, 3]],
    "with integer": lambda a: a[0, :, [1, 2, 1]],
    "with None": lambda a: a[[0, 1], None, [1, 2]],
    "broadcast": lambda a: a[np.array([[0], [1]]), [0, 2]],
    "number array": lambda a: a[np.array(1)],
    "mask": lambda a: a[a[..., :1].shape[0] * [True]],
    "mask of two axes": lambda a: a[:, np.arange(12).reshape(3, 4) % 3 == 0],
    "mask and integers": lambda a: a[np.array([True, True]), [0, 2]],
    "False": lambda a: a[False],
    "True": lambda a: a[True],
    "empty": lambda a: a[[], 1:],
    "empty tuple": lambda a: a[()],
    "computed": lambda a: a[np.argmax(a, axis=0), 0, 0],
    "computed twice": lambda a: a[np.argmin(a[:, 0, 0]), :, np.argmax(a[0, 0])],
    "computed and slice": lambda a: a[:, np.argsort(a[0, :, 0])],
    "computed and list": lambda a: a[0, np.argsort(a[0, :, 0]), [0, 1, 2]],
    "computed negative": lambda a: a[:, -np.argmax(a[0, :, 0])],
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", READS)
def test_what_is_read_is_what_numpy_reads(name, precision):
    assert_as_numpy(READS[name], C.astype(precision))


@pytest.mark.parametrize("name", READS)
def test_gradients_of_what_is_read_agree_with_differences(name):
    assert_derivatives(lambda a: READS[name](a) ** 2, C)


SLOPES = {
    "select": (lambda a: np.select([a > 1, a > 0], [a**3, a**2], -a), A),
    "choose": (lambda a: np.choose(whole(a) % 2, [a**2, a**3]), A),
    "piecewise": (
        lambda a: np.piecewise(a, [a < 0, a > 1], [np.square, np.exp, np.sin]),
        A,
    ),
    "piecewise out of domain": (
        lambda a: np.piecewise(a, [a > 0, a < 0], [np.log, lambda x: np.sqrt(-x)]),
        A,
    ),
    "compress": (lambda a: np.compress([1, 0, 1], a, axis=1) ** 2, A),
    "extract": (lambda a: np.extract(MASK, a) ** 2, A),
    "take wrap": (lambda a: np.take(a, [-1, 7, 4], mode="wrap") ** 2, A),
    "take_along_axis": (
        lambda a: np.take_along_axis(a, np.argsort(a, axis=1), axis=1) ** 2 * B,
        A,
    ),
    "clip": (lambda a, b: np.clip(a, b - 1.1, b + 1) ** 3, A, B),
    "nan_to_num": (lambda a: np.nan_to_num(a) ** 3, A),
}


@pytest.mark.parametrize("name", SLOPES)
def test_gradients_agree_with_differences(name):
    f, *args = SLOPES[name]
    assert_derivatives(f, *(a + 0.03 for a in args))


def test_the_gradient_of_a_number_that_was_replaced_is_zero():
    slopes = pl.gradient(lambda x: np.sum(np.nan_to_num(x)[np.array([0, 1, 4])]))(ODD)
    np.testing.assert_array_equal(slopes, [1, 0, 0, 0, 1, 0])


WRONG = {
    "select lengths": (lambda a: np.select([a > 0], [a, a]), ValueError),
    "select condition": (lambda a: np.select([a], [a]), TypeError),
    "choose mode": (lambda a: np.choose([0, 1], [a, a], mode="spam"), ValueError),
    "piecewise": (lambda a: np.piecewise(a, [a > 0], [1, 2, 3]), ValueError),
    "piecewise shape": (lambda a: np.piecewise(a, [a[:, :1] > 0], [1]), IndexError),
    "take": (lambda a: np.take(a, 9), IndexError),
    "take axis": (lambda a: np.take(a, 0, axis=2), np.exceptions.AxisError),
    "take fractions": (lambda a: np.take(a, np.array([0.5])), TypeError),
    "take mode": (lambda a: np.take(a, 0, mode="spam"), ValueError),
    "take_along_axis": (
        lambda a: np.take_along_axis(a, np.array([0]), axis=1),
        ValueError,
    ),
    "put": (lambda a: np.put(a * 1, 9, 1), IndexError),
    "copyto": (lambda a: np.copyto(np.zeros(3, int), a[0]), TypeError),
    "copyto shape": (lambda a: np.copyto(np.zeros(2), a), ValueError),
    "fill_diagonal": (lambda a: np.fill_diagonal(a[0] * 1, 1), ValueError),
    "fill_diagonal deep": (lambda a: np.fill_diagonal(a[None] * 1, 1), ValueError),
    "clip one bound": (lambda a: np.clip(a, 0), TypeError),
    "clip four bounds": (lambda a: np.clip(a, 0, 1, min=0), ValueError),
    "compress": (lambda a: np.compress([1, 1, 1, 1], a, axis=1), IndexError),
    "index": (lambda a: a[[0, 5]], IndexError),
    "fraction": (lambda a: a[0.5], IndexError),
    "mask": (lambda a: a[np.array([[True, False]])], IndexError),
    "assigned shape": (
        lambda a: (a * 1).__setitem__(np.s_[:, [0, 1]], np.ones(3)),
        ValueError,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    f, error = WRONG[name]
    with pytest.raises(error):
        f(A)
    with pytest.raises(error):
        pl.graph(f, A)


SHAPED = "depends on values"
OF_ONE_CALL = {  # they are followed at the numbers of one call
    "where alone": lambda a: np.where(a > 0),
    "flatnonzero": lambda a: np.flatnonzero(a > 0),
    "compress": lambda a: np.compress(a[0] > 0, a, axis=1),
    "extract": lambda a: np.extract(a > 0, a),
    "place": lambda a: np.place(a * 1, a > 0, [1.0, 2.0]),
}
REFUSED = {
    "nonzero": (lambda a: np.nonzero(a), SHAPED),
    "nonzero method": (lambda a: a.nonzero(), SHAPED),
    "argwhere": (lambda a: np.argwhere(a), SHAPED),
    "unique": (lambda a: np.unique(a), SHAPED),
    "union1d": (lambda a: np.union1d(a, [1.0]), SHAPED),
    "piecewise of sums": (
        lambda a: np.piecewise(a, [a > 0], [lambda x: x - np.mean(x)]),
        "not elementwise",
    ),
    "outside": (lambda a: np.put(B, [0], a[0, 0]), "outside"),
}


@pytest.mark.parametrize("name", OF_ONE_CALL)
def test_a_shape_that_depends_on_values_is_refused_in_a_record_for_many(name):
    with pytest.raises(pl.TraceError, match=SHAPED):
        trace(OF_ONE_CALL[name], (A,), {})


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused(name):
    f, part = REFUSED[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, A)
    assert part in str(caught.value)
    assert "test_selection.py, line " in str(caught.value)
