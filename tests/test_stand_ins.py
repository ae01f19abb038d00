"""A stand-in looks like its value, and arrays of other kinds are refused."""

import copy
import functools
import numbers
import operator
import warnings
from collections.abc import Iterable, Sequence, Sized

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import pellucid as pl
from pellucid.errors import GradientError, PellucidError, TraceError

VALUES = {
    "float": 2.0,
    "np.float64": np.float64(2.0),
    "np.float32": np.float32(2.0),
    "array without axes": np.array(2.0),
    "array": np.array([2.0, 3.0]),
}


def raises_on(call):
    """Ask whether a value refuses a call with a TypeError."""

    def question(x):
        try:
            call(x)
        except TypeError:
            return True
        return False

    return question


@functools.singledispatch
def dispatched(x):
    return "other"


dispatched.register(float, lambda x: "float")
dispatched.register(np.ndarray, lambda x: "array")

ATTRIBUTES = (
    "shape", "ndim", "dtype", "size", "T", "astype", "sum", "mean", "item", "copy",
    "tolist", "reshape", "real", "imag", "conjugate", "is_integer", "hex", "flat",
    "as_integer_ratio", "__len__", "__iter__", "__array__", "__array_ufunc__",
    "__array_function__", "__setitem__", "__contains__", "__iadd__", "__and__",
)  # fmt: skip
QUESTIONS = {
    **{f"hasattr {n}": lambda x, n=n: hasattr(x, n) for n in ATTRIBUTES},
    "type": lambda x: type(x),
    "type is float": lambda x: type(x) is float,
    "type == float": lambda x: type(x) == float,  # noqa: E721
    "type is np.ndarray": lambda x: type(x) is np.ndarray,
    "type in": lambda x: type(x) in (list, np.ndarray),
    "type name": lambda x: type(x).__name__,
    "class": lambda x: x.__class__,
    "dir": lambda x: dir(x),
    "Number": lambda x: isinstance(x, numbers.Number),
    "Real": lambda x: isinstance(x, numbers.Real),
    "np.isscalar": lambda x: np.isscalar(x),
    "np.ndim": lambda x: np.ndim(x),
    "np.iterable": lambda x: np.iterable(x),
    "callable": lambda x: callable(x),
    "list, tuple, array": lambda x: isinstance(x, (list, tuple, np.ndarray)),
    "singledispatch": dispatched,
    "is None": lambda x: x is None,
    "Iterable": lambda x: isinstance(x, Iterable),
    "Sized": lambda x: isinstance(x, Sized),
    "Sequence": lambda x: isinstance(x, Sequence),
    "length_hint": lambda x: operator.length_hint(x),
    "len": raises_on(len),
    "list": raises_on(list),
    "type of a sum": lambda x: type(x + 1.0),
    "type of a power": lambda x: type(x**2),
    "type of exp": lambda x: type(np.exp(x)),
    "type of a comparison": lambda x: type(x > 1.0),
    "type of a copy": lambda x: type(copy.copy(x)),
}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stand_in_answers_as_the_value(question, value):
    answers = []

    def f(x):
        answers.append(QUESTIONS[question](x))
        return np.sum(x)

    pl.graph(f, VALUES[value])
    f(VALUES[value])
    assert answers[0] == answers[1]


class Model:
    def cleaned(self, p):
        return p**3 if type(p) is float else p

    def cost(self, p):
        return self.cleaned(p) * 1.0


BRANCHES = {
    "shape": (lambda p: np.sum(p) if hasattr(p, "shape") else p**3, 12.0),
    "ndim": (lambda p: np.sum(p) if hasattr(p, "ndim") else p**3, 12.0),
    "len": (lambda p: p * 1 if hasattr(p, "__len__") else p**3, 12.0),
    "item": (lambda p: p[0] if hasattr(p, "__getitem__") else p**3, 12.0),
    "type": (lambda p: p**3 if type(p) is float else p, 12.0),
    "type in a method": (Model().cost, 12.0),
    "both comparisons": (lambda p: ((p > 0) + (p > 1)) * p, 2.0),
    "sign": (lambda p: ((p > 0) - (p < 0)) * p, 1.0),
    "not of a bool": (lambda p: (~(p > 0)) * p, -2.0),
    "round is an integer": (
        lambda p: p**3 if isinstance(round(p), int) else p, 12.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", BRANCHES)
def test_a_number_takes_the_branch_of_a_number(name, target):
    pytest.importorskip(target)
    f, slope = BRANCHES[name]
    assert pl.gradient(f)(2.0) == slope
    value, gradient = pl.compile(pl.value_and_gradient(f), target)(2.0)
    assert (float(value), float(gradient)) == (f(2.0), slope)
    assert pl.compile(f, target, verify=True)(2.0) == f(2.0)


AS_PYTHON = {
    "len": (lambda p: len(p), "object of type 'float' has no len()"),
    "index": (lambda p: p[0], "'float' object is not subscriptable"),
    "iteration": (lambda p: list(p), "'float' object is not iterable"),
}


@pytest.mark.parametrize("name", AS_PYTHON)
def test_what_a_number_lacks_reads_as_in_python(name):
    f, message = AS_PYTHON[name]
    with pytest.raises(TraceError) as caught:
        pl.graph(f, 2.0)
    assert str(caught.value).startswith("test_stand_ins.py, line ")
    assert message in str(caught.value)
    with pytest.raises(AttributeError, match="'float' object has no attribute 'shape'"):
        pl.graph(lambda p: p.shape, 2.0)


def asks_type(v):
    class Made(type):
        pass

    match v:
        case type():
            raise AssertionError
    assert isinstance(int, type)
    assert isinstance(Made, type)
    assert Made.__mro__[1:] == (type, object)
    assert type("C", (int,), {"a": 1})(3).a == 1
    assert type[int]
    assert type(int) is type
    return v * 2.0


def test_type_stays_what_it_is_beside():
    assert pl.gradient(asks_type)(3.0) == 2.0
    assert "type" not in globals()


def hidden(p, kind=type):
    return p**3 if kind(p) is float else p


def test_a_plain_call_shows_what_slips_through():
    with pytest.raises(GradientError, match=r"plain call gives 8\.0.* 2\.0"):
        pl.check(hidden, 2.0)
    with pytest.raises(PellucidError, match=r"plain call gives 8\.0.* 2\.0"):
        pl.compile(hidden, verify=True)(2.0)
    with pytest.raises(PellucidError, match=r"plain call gives 8\.0.* 2\.0"):
        pl.compile(pl.value_and_gradient(hidden), verify=True)(2.0)


def test_a_plain_call_writes_into_copies():
    def f(x):
        x *= 2
        return np.sum(x)

    x = np.ones(3)
    pl.check(f, x)
    assert pl.compile(f, verify=True)(x) == 6.0
    assert x.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.filterwarnings("ignore::pellucid.errors.TraceWarning")
def test_random_numbers_are_not_held_against_a_plain_call():
    rng = np.random.default_rng(0)
    pl.compile(lambda x: np.sum(x * rng.normal(size=3)), verify=True)(np.ones(3))


# -- arrays that compute in a way of their own ----------------------------------------

W = np.array([2.0, 3.0, 4.0])
MASKED = np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0])
with warnings.catch_warnings(action="ignore"):
    MATRIX = np.asmatrix(np.arange(9.0).reshape(3, 3))
SPARSE = scipy.sparse.csr_array(np.arange(9.0).reshape(3, 3))
SERIES = pd.Series([1.0, 2.0, 3.0], index=[1, 2, 3])


class Doubling(np.ndarray):
    """Computes in a way of its own."""


STRANGE = {
    "masked, right": (lambda w: np.mean(w * MASKED), "m.filled"),
    "masked, left": (lambda w: np.mean(MASKED * w), "m.filled"),
    "masked, dot": (lambda w: np.dot(w, MASKED), "m.filled"),
    "masked in a list": (lambda w: np.sum(w * [MASKED][0]), "m.filled"),
    "masked, asanyarray": (lambda w: np.sum(w * np.asanyarray(MASKED)), "m.filled"),
    "masked, ones_like": (lambda w: np.sum(w * np.ones_like(MASKED)), "m.filled"),
    "masked_where": (lambda w: np.sum(np.ma.masked_where(w > 2, w)), "m.filled"),
    "masked_invalid": (lambda w: np.mean(np.ma.masked_invalid(w)), "m.filled"),
    "np.ma.array": (lambda w: np.mean(np.ma.array(w, mask=[0, 1, 0])), "m.filled"),
    "matrix, right": (lambda w: np.sum(w * MATRIX), "np.asarray"),
    "matrix, left": (lambda w: np.sum(MATRIX * w), "np.asarray"),
    "np.matrix": (lambda w: np.sum(np.matrix(w) * MATRIX), "np.asarray"),
    "np.bmat": (lambda w: np.sum(np.bmat([[w]])), "np.asarray"),
    "sparse @": (lambda w: np.sum(SPARSE @ w), "X.toarray"),
    "@ sparse": (lambda w: np.sum(w @ SPARSE), "X.toarray"),
    "sparse, np.dot": (lambda w: np.sum(np.dot(SPARSE, w)), "X.toarray"),
    "subclass": (lambda w: np.sum(w * np.ones(3).view(Doubling)), "np.asarray"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("name", STRANGE)
def test_arrays_of_other_kinds_are_refused_with_a_spelling(name):
    f, spelling = STRANGE[name]
    with pytest.raises(TraceError, match=r"^test_stand_ins\.py, line \d+: ") as caught:
        pl.gradient(f)(W)
    assert spelling in str(caught.value)
    with pytest.raises(TraceError, match=spelling.replace(".", r"\.")):
        pl.compile(f)(W)


KEEP, DATA = ~np.ma.getmaskarray(MASKED), MASKED.filled(0)
TABLE = np.array([(1.0, 2.0), (3.0, 4.0)], dtype=[("x", float), ("y", float)])
DATES = np.array(["2020-01-01", "2020-01-03", "2020-02-01"], dtype="datetime64[D]")
SPELLED = {
    "masked": (
        lambda w: np.sum(np.where(KEEP, w * DATA, 0)) / np.sum(KEEP), [0.5, 0, 1.5],
    ),
    "matrix": (lambda w: np.sum(np.asarray(MATRIX) @ w), [9, 12, 15]),
    "sparse": (lambda w: np.sum(SPARSE.toarray() @ w), [9, 12, 15]),
    "pandas": (lambda w: np.sum(w * SERIES.to_numpy()), [1, 2, 3]),
    "fields": (lambda w: np.sum(w[:2] * TABLE["y"]), [2, 4, 0]),
    "fields made inside": (
        lambda w: np.sum(w[:2] * np.array([(1.0, 5.0)] * 2, dtype=TABLE.dtype)["y"]),
        [5, 5, 0],
    ),
    "objects": (lambda w: np.sum(w * np.array([1, 2, 3], object).astype(float)),
                [1, 2, 3]),
    "texts made inside": (
        lambda w: np.sum(w * (np.array(["a", "b", "a"]) == "a")), [1, 0, 1],
    ),
    "objects made inside": (
        lambda w: np.sum(w * (np.array(["a", "b", "a"], object) == "a")), [1, 0, 1],
    ),
    "dates": (lambda w: np.sum(w * ((DATES - DATES[0]) / np.timedelta64(1, "D"))),
              [0, 2, 31]),
    "dates made inside": (
        lambda w: np.sum(w * (np.arange("2020-01-01", "2020-01-04",
                                        dtype="datetime64[D]") - DATES[0])
                         .astype(float)), [0, 1, 2],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLED)
def test_the_spellings_that_are_named_work(name):
    f, slope = SPELLED[name]
    np.testing.assert_allclose(pl.gradient(f)(W), slope)
    np.testing.assert_allclose(pl.compile(f, verify=True)(W), f(W))


GIVEN = {
    "gradient": lambda: pl.gradient(lambda x: np.mean(x))(MASKED),
    "gradient, matrix": lambda: pl.gradient(lambda x: np.sum(x * x))(MATRIX),
    "in a list": lambda: pl.gradient(lambda p: np.sum(p[0]))([MASKED]),
    "in a dict": lambda: pl.gradient(lambda p: np.sum(p["a"]))({"a": MASKED}),
    "beside": lambda: pl.gradient(lambda w, m: np.mean(w * m))(W, MASKED),
    "graph called": lambda: pl.graph(lambda x: np.mean(x), W)(MASKED),
    "values": lambda: pl.graph(lambda x: np.mean(x), W).values(MASKED),
    "minimise": lambda: pl.minimise(lambda w, m: np.mean((w - m) ** 2), 0.0, MASKED),
}


@pytest.mark.parametrize("name", GIVEN)
def test_arguments_of_other_kinds_are_refused(name):
    with pytest.raises(PellucidError, match=r"masked array|np\.matrix"):
        GIVEN[name]()


def test_a_compiled_function_refuses_a_masked_array_where_it_had_a_plain_one():
    mean = pl.compile(lambda x: np.mean(x))
    mean(W)
    with pytest.raises(PellucidError, match="masked array"):
        mean(MASKED)


def test_memory_maps_are_arrays(tmp_path):
    kept = np.memmap(tmp_path / "a", dtype=float, mode="w+", shape=3)
    kept[:] = [1, 2, 3]
    assert pl.gradient(lambda w: np.sum(w * kept))(W).tolist() == [1, 2, 3]
    assert pl.gradient(lambda w, x: np.sum(w * x))(W, kept).tolist() == [1, 2, 3]


def test_a_structured_array_is_differentiated_by_its_fields():
    x = np.array([(1.0, 2.0), (3.0, 4.0)], dtype=[("a", float), ("b", float)])
    with pytest.raises(GradientError, match="dict of its fields"):
        pl.gradient(lambda x: np.sum(x["a"] ** 2))(x)
    fields = {name: x[name] for name in x.dtype.names}
    slopes = pl.gradient(lambda x: np.sum(x["a"] ** 2 * x["b"]))(fields)
    np.testing.assert_array_equal(slopes["a"], [4.0, 24.0])
