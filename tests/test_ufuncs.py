"""Every ufunc that is recorded: value, shape, dtype and warnings are NumPy's.

The tests are made from the registry, over kinds of numbers, shapes and options, so that
a new ufunc is held to the same.
"""

import warnings

import numpy as np
import pytest
from comparison import assert_derivatives, assert_same

import pellucid as pl
from pellucid.errors import TraceError
from pellucid.graphs.operations.closed_set import UFUNCS
from pellucid.graphs.packages import meet
from pellucid.graphs.tracing.trace import trace as recorded_with
from pellucid.graphs.tracing.traced import FUNCTIONS

ONE = [u for u in UFUNCS if UFUNCS[u] == u.__name__]
SEVERAL = [np.modf, np.frexp, np.divmod]
ALL = {u.__name__: u for u in [*ONE, *SEVERAL]}

HARD = [0.0, -0.0, 0.5, -1.5, 1.0, 2.0, 1e-300, -800.0, np.inf, -np.inf, np.nan]
FLOATS = np.array(HARD)
SINGLES = np.array([0.0, -0.0, 0.5, -1.5, 1.0, 2.0, 1e-30, -80.0, np.inf, np.nan], "f4")
INTEGERS = np.array([-7, -1, 0, 1, 2, 5])
BYTES, UNSIGNED = INTEGERS.astype("i1"), np.array([0, 3, 200], "u1")
BOOLEANS = np.array([True, False])
COMPLEX = np.array([0.5 + 2j, -1j])

# kind: (the argument of one, the arguments of two)
KINDS = {
    "float64": (FLOATS, (FLOATS[:, None], FLOATS)),
    "float32": (SINGLES, (SINGLES[:, None], SINGLES)),
    "integers": (INTEGERS, (INTEGERS[:, None], INTEGERS)),
    "int8": (BYTES, (BYTES, BYTES[::-1])),
    "unsigned": (UNSIGNED, (UNSIGNED, np.uint8(3))),
    "booleans": (BOOLEANS, (BOOLEANS[:, None], BOOLEANS)),
    "complex": (COMPLEX, (COMPLEX, np.array([2.0]))),
    "number and array": (np.float64(0.5), (SINGLES, 2.0)),
    "array and integer": (np.float32(0.5), (3, SINGLES)),
    "numbers": (0.5, (0.5, 2)),
    "integer and float": (2.5, (INTEGERS, 0.5)),
    "float and integers": (np.array(2.5), (FLOATS[:6], INTEGERS)),
    "two precisions": (np.array([[0.5]], "f4"), (FLOATS[:5], SINGLES[5:])),
    "0-d": (np.array(0.75), (np.array(0.75), np.array(2.0))),
    "empty": (np.zeros((0, 3)), (np.zeros((0, 3)), np.ones(3))),
    "broadcast": (np.ones((2, 1, 3)), (np.ones((2, 1, 3)), np.full((4, 1), 2.0))),
}  # fmt: skip
CASES = [(name, kind) for name in ALL for kind in KINDS]


def outcome(f, *args):
    """What a function gives, or the kind of its error; and what it warns of."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        try:
            result = f(*args)
        except TypeError:
            result = TypeError
        except ValueError:
            result = ValueError
    return result, {(w.category, str(w.message)) for w in caught}


def assert_same_outcome(ours, theirs):
    if isinstance(theirs, type):
        assert ours is theirs
    else:
        assert_same(ours, theirs, ulps=0)


def is_array_or_number(value):
    return isinstance(value, (float, int, np.ndarray, np.generic))


def traced(f, *args):
    """Trace with every argument as an input, whatever its kind, and run."""
    graph = recorded_with(f, args, {}, is_array_or_number)
    return graph(*args)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_value_shape_dtype_and_warnings_are_numpys(name, kind):
    f = ALL[name]
    args = (KINDS[kind][0],) if f.nin == 1 else KINDS[kind][1]
    call = lambda *a: f(*a)  # noqa: E731
    theirs, warned = outcome(call, *args)
    ours, warned_too = outcome(traced, call, *args)
    assert_same_outcome(ours, theirs)
    assert warned_too == warned


# Options.

X = np.array([[0.5, 2.0, 0.25], [3.0, 1.0, 0.125]])
Y = np.array([[1.5, 0.0, 2.0], [0.0, 4.0, 1.0]])
MASK = np.array([[True, False, True], [False, True, True]])


def into(shape, call, dtype=float):
    def f(*args):
        out = np.full(shape, 7.0).astype(dtype)
        call(*args, out)
        return out

    return f


def both(x):
    whole, rest = np.zeros(x.shape), np.zeros(x.shape)
    np.modf(x, out=(rest, whole))
    return whole, rest


def one_of_two(x):
    rest = np.zeros(x.shape)
    result = np.modf(x, rest, None)
    return result[0], result[1], rest


OPTIONS = {
    "dtype": (lambda x, y: np.add(x, y, dtype=np.float32), X, Y),
    "dtype name": (lambda x: np.multiply(x, 2, dtype="f4"), X),
    "dtype of integers": (lambda x: np.true_divide(np.arange(3), 2, dtype="f4") * x, X),
    "dtype of a comparison": (lambda x, y: np.less(x, y, dtype=bool), X, Y),
    "signature": (
        lambda x, y: np.add(x, y, signature="ff->f", casting="same_kind"),
        X,
        Y,
    ),
    "signature of types": (lambda x: np.exp(x, sig=(np.float32, None)), X),
    "casting": (lambda x: np.add(x, 1, casting="safe"), X),
    "order": (lambda x: np.exp(x, order="F"), X),
    "subok": (lambda x: np.exp(x, subok=False), X),
    "list": (lambda x: np.add(x, [1, 2, 3]), X),
    "list with dtype": (lambda x: np.add(x, [1, 2, 3], dtype="f4"), X),
    "positional out": (into((2, 3), lambda x, y, out: np.add(x, y, out)), X, Y),
    "out": (into((2, 3), lambda x, y, out: np.hypot(x, y, out=out)), X, Y),
    "out tuple": (into((2, 3), lambda x, y, out: np.hypot(x, y, out=(out,))), X, Y),
    "out single": (into((2, 3), lambda x, y, out: np.add(x, y, out=out), "f4"), X, Y),
    "out broadcast": (into((2, 3), lambda x, out: np.exp(x[0], out=out)), X),
    "out unsafe": (
        into((2, 3), lambda x, out: np.add(x, 1, out=out, casting="unsafe"), int),
        X,
    ),
    "out where": (into((2, 3), lambda x, out: np.exp(x, out=out, where=MASK)), X),
    "where tame": (into((2, 3), lambda x, out: np.add(x, x, out=out, where=MASK)), X),
    "where row": (into((2, 3), lambda x, out: np.exp(x, out=out, where=MASK[0])), X),
    "where widens": (
        into((2, 3), lambda x, out: np.exp(x[0], out=out, where=MASK)),
        X,
    ),
    "division where": (
        into((2, 3), lambda x, y, out: np.divide(x, y, out=out, where=y != 0)),
        X,
        Y,
    ),
    "log where": (into((2, 3), lambda y, out: np.log(y, out=out, where=y > 0)), Y),
    "power where": (
        into((2, 3), lambda y, out: np.power(y, -1.0, out=out, where=y > 0)),
        Y,
    ),
    "arctanh where": (
        into((2, 3), lambda x, out: np.arctanh(x, out=out, where=x < 1)),
        X,
    ),
    "single where": (
        into((2, 3), lambda y, out: np.log(y, out=out, where=y > 0), "f4"),
        Y.astype("f4"),
    ),
    "two outs": (both, X),
    "one of two outs": (one_of_two, X),
    "frexp": (lambda x: np.ldexp(*np.frexp(x)), X),
    "divmod": (lambda x: divmod(x, 0.3), X),
    "divmod of number": (lambda x: divmod(2, x), X),
    "divmod dtype": (lambda x: np.divmod(x, 0.3, dtype="f4"), X),
    "modf dtype": (lambda x: np.modf(x, dtype="f4"), X),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_options_are_numpys(option):
    f, *args = OPTIONS[option]
    assert_same(pl.graph(f, *args)(*args), f(*args), ulps=0)


WITHOUT_OUT = {
    "log": lambda y: np.log(y, where=y > 0, out=None),
    "division": lambda y: np.divide(1.0, y, where=y != 0, out=None),
}


@pytest.mark.parametrize("name", WITHOUT_OUT)
def test_where_without_out_is_right_where_it_is_done(name):
    f = WITHOUT_OUT[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = f(Y)
    np.testing.assert_array_equal(pl.graph(f, Y)(Y)[Y > 0], theirs[Y > 0])


# Refused as NumPy refuses.

OUTSIDE = np.zeros((2, 3))

ERRORS = {
    "casting": (lambda x: np.add(x, 1, dtype=int), TypeError),
    "out casting": (into((2, 3), lambda x, out: np.add(x, 1, out=out), int), TypeError),
    "shape": (lambda x: np.add(x, np.ones(4)), ValueError),
    "bits of floats": (lambda x: np.bitwise_and(x, 1), TypeError),
    "outside": (lambda x: np.add(x, 1, out=OUTSIDE), TraceError),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_numpys(name):
    f, error = ERRORS[name]
    with pytest.raises(error):
        pl.graph(f, X)


# Derivatives, also through options.

SLOPES = {
    "modf": (lambda x: np.modf(x)[0] ** 2 + np.modf(x)[1], X + 0.3),
    "frexp": (lambda x: np.frexp(x)[0] ** 3, X + 0.3),
    "ldexp": (lambda x: np.ldexp(x, np.array([1, -2, 3])) ** 2, X),
    "nextafter": (lambda x: np.nextafter(x, 9.0) ** 3, X),
    "divmod": (lambda x: np.divmod(x, 0.37)[1] ** 2, X),
    "divmod by": (lambda x: np.divmod(2.3, x)[1] ** 2, X),
    "division where": (
        into((2, 3), lambda x, y, out: np.divide(x, y, out=out, where=Y != 0)),
        X,
        Y,
    ),
    "log where": (into((2, 3), lambda y, out: np.log(y, out=out, where=Y > 0)), Y),
    "single": (lambda x: np.exp(x, dtype=float) ** 2, X),
}


@pytest.mark.parametrize("name", SLOPES)
def test_derivatives_agree_with_differences(name):
    f, *args = SLOPES[name]
    assert_derivatives(f, *args)


def test_the_parts_of_a_number_are_not_mixed_up():
    f = lambda x: np.sum(np.modf(x)[0] * np.modf(x)[1] * np.modf(x)[0])  # noqa: E731
    whole, rest = np.trunc(X), X - np.trunc(X)
    np.testing.assert_allclose(pl.gradient(f)(X), 2 * rest * whole)


def test_several_results_are_written_as_numpy_writes_them():
    assert "np.modf(x)[1]" in pl.source(lambda x: np.modf(x)[1], X)


def test_several_results_are_compiled():
    f = lambda x: np.modf(x)[0] * np.frexp(x)[0]  # noqa: E731
    np.testing.assert_array_equal(pl.compile(f)(X), f(X))


def test_the_registry_holds_what_is_tested():
    meet("numpy")
    assert len(ALL) >= 85
    assert all(u in UFUNCS or u in FUNCTIONS for u in ALL.values())
