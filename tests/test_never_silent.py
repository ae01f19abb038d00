"""What cannot be recorded is refused with file, line, reason and a spelling that works;
what is recorded, but perhaps not as meant, is said in a warning."""

# ruff: noqa: NPY002 (people draw so)

import array
import bisect
import cmath
import copy
import decimal
import fractions
import math
import operator
import pickle
import random
import re
import statistics
import struct
import subprocess
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from random import gauss

import numpy as np
import pytest
from numpy import zeros
from numpy.random import normal

import pellucid as pl
from pellucid.errors import TraceWarning
from pellucid.graphs.tracing.trace import trace

V = np.array([0.5, -1.25, 2.0, 0.75, -0.4, 3.0])
TABLE = np.arange(36.0).reshape(6, 6)
OUTSIDE = np.zeros(6)
GENERATOR = np.random.default_rng(1)


def unnamed(A):
    """An equal array that no name reaches."""
    return pickle.loads(pickle.dumps(A))


def place_of(f):
    """File and line as messages begin, for a function of one line."""
    return f"test_never_silent.py, line {f.__code__.co_firstlineno}: "


# -- a number is needed ---------------------------------------------------------------

NUMBERS = {
    "float": lambda x: float(x[0]),
    "float of an array": lambda x: float(x[:1]),
    "complex": lambda x: complex(x[0]),
    "item": lambda x: x[0].item(),
    "item of an array": lambda x: x.item(2),
    "tolist": lambda x: x.tolist(),
    "math.exp": lambda x: math.exp(x[0]),
    "math.fsum": lambda x: math.fsum(x),
    "math.hypot": lambda x: math.hypot(x[0], x[1]),
    "math.isclose": lambda x: math.isclose(x[0], 1.0),
    "math.isnan of a float": lambda x: math.isnan(float(x[0])),
    "map of math.isnan": lambda x: any(map(math.isnan, x)),
    "cmath.exp": lambda x: cmath.exp(x[0]),
    "is_integer": lambda x: x[0].is_integer(),
    "hex": lambda x: x[0].hex(),
    "statistics.mean": lambda x: statistics.mean(x),
    "statistics.fmean": lambda x: statistics.fmean(x),
    "statistics.stdev": lambda x: statistics.stdev(list(x)),
    "Fraction": lambda x: fractions.Fraction(x[0]),
    "Decimal": lambda x: decimal.Decimal(x[0]),
    "times a Decimal": lambda x: decimal.Decimal("0.5") * x[0],
    "array.array": lambda x: array.array("d", x),
    "struct.pack": lambda x: struct.pack("d", x[0]),
    "memoryview": lambda x: memoryview(x),
    "bytes": lambda x: bytes(x),
    "range": lambda x: range(x[0]),
    "times a text": lambda x: "a" * x[0],
    "slice of a list": lambda x: [1, 2, 3][: x[0]],
    "len of a number": lambda x: len(x[0]),
    "iteration over a number": lambda x: list(x[0]),
    "hash": lambda x: hash(x),
    "dictionary key": lambda x: {x[0]: 1},
    "pow with a modulus": lambda x: pow(x, 2, 3),
    "pickle": lambda x: pickle.dumps(x),
    "method of an array without a name": lambda x: unnamed(TABLE).dot(x),
    "index of an array without a name": lambda x: unnamed(TABLE)[x.astype(int)],
    "searchsorted of one": lambda x: unnamed(V).searchsorted(x),
    "take of one": lambda x: unnamed(V).take(x.astype(int)),
    "frombuffer": lambda x: np.frombuffer(x),
    "fromiter": lambda x: np.fromiter(x, float),
    "imported scalar type": lambda x, kind=np.float32: kind(x),
    "scalar type of the dtype": lambda x: x.dtype.type(x),
    "array of objects": lambda x: np.array([x[0], None]),
    "asked for objects": lambda x: np.asarray(x, dtype=object),
    "buffer of objects": lambda x: operator.setitem(np.empty(2, object), 0, x[0]),
    "random by a parameter": lambda x: np.random.normal(x),
    "generator by a parameter": lambda x: GENERATOR.normal(x[0]),
    "shuffle": lambda x: np.random.shuffle(x),
    "random.choice": lambda x: random.choice(x),
    "tobytes": lambda x: x.tobytes(),
    "tofile": lambda x: x.tofile("never"),
    "dumps": lambda x: x.dumps(),
    "data": lambda x: x.data,
    "view": lambda x: x.view(np.int64),
    "byteswap": lambda x: x.byteswap(),
    "flags": lambda x: x.flags,
    "strides": lambda x: x.strides,
    "setflags": lambda x: x.setflags(write=False),
    "resize": lambda x: x.resize(3),
    "nonzero": lambda x: x.nonzero(),
    "array of a flat": lambda x: np.array(x.flat),
    "save": lambda x: np.save("never", x),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_what_needs_a_number_is_refused(name):
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(NUMBERS[name], V)
    assert str(caught.value).startswith(place_of(NUMBERS[name]))


@pytest.mark.parametrize("name", NUMBERS)
def test_what_needs_a_number_has_no_gradient(name):
    with pytest.raises(pl.TraceError, match=r"test_never_silent\.py, line"):
        pl.gradient(NUMBERS[name])(V)


SPELLINGS = {
    "math.exp": (lambda x: math.exp(x[0]), "np.exp(x)"),
    "statistics": (lambda x: statistics.mean(x), "np.mean(x)"),
    "dot": (lambda x: unnamed(TABLE).dot(x), "np.dot(unnamed(TABLE), x)"),
    "index": (
        lambda x: unnamed(TABLE)[x.astype(int)],
        "np.array(unnamed(TABLE))[x.astype(int)]",
    ),
    "range": (lambda x: range(x[0]), "a whole number, int(n)"),
    "slice": (lambda x: [1, 2, 3][: x[0]], "its ends as integers, int(n)"),
    "scalar type": (lambda x: x.dtype.type(x), "x.astype(dtype)"),
    "view": (lambda x: x.view(np.int64), "x.astype(dtype)"),
    "partition": (lambda x: x.resize(3), "np.reshape"),
    "objects": (lambda x: np.array([x[0], None]), "an array of floats, or a list"),
    "random": (lambda x: np.random.normal(x), "mean + deviation * noise"),
    "mask": (lambda x: x[x > 0] @ x[x > 0], "np.where(mask, x, 0)"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_refusal_names_the_spelling_that_works(name):
    f, spelling = SPELLINGS[name]
    with pytest.raises(pl.TraceError, match=re.escape(spelling)):
        pl.graph(f, V)


OF_MANY = {
    "int": (lambda x: int(x[0]), "np.trunc(x[0])"),
    "math.floor": (lambda x: math.floor(x[0]), "np.floor(x)"),
    "range": (lambda x: range(int(x[0])), "as an integer argument"),
    "format": (lambda x: f"{x[0]:.2f}", "print what comes back"),
    "percent format": (lambda x: "%.2f" % x[0], "print what comes back"),  # noqa: UP031
    "max": (lambda x: max(x[0], x[1]), "np.maximum(x[0], x[1])"),
    "min": (lambda x: min(x[0], x[1]), "np.minimum(x[0], x[1])"),
    "max of an array": (lambda x: max(x), "np.max(np.array([*x]))"),
    "sorted": (lambda x: sorted([x[0], x[1]]), "np.sort("),
    "list sort": (lambda x: [x[0], x[1]].sort(), "np.sort("),
    "any": (lambda x: any(x > 0), "np.any(x > 0)"),
    "if": (lambda x: 1 if x[0] > 0 else 2, "np.where"),
}


@pytest.mark.parametrize("name", OF_MANY)
def test_a_record_that_serves_many_numbers_follows_none(name):
    f, spelling = OF_MANY[name]
    with pytest.raises(pl.TraceError, match=re.escape(spelling)) as caught:
        trace(f, (V,), {})
    assert str(caught.value).startswith(place_of(f))


AS_NUMPY = {
    "range of an array": lambda x: range(x),
    "format of an array": lambda x: format(x, ".2f"),
}


@pytest.mark.parametrize("name", AS_NUMPY)
def test_what_numpy_cannot_do_raises_as_numpy_does(name):
    with pytest.raises(TypeError) as plain:
        AS_NUMPY[name](V)
    with pytest.raises(TypeError, match=re.escape(str(plain.value))):
        pl.graph(AS_NUMPY[name], V)


# -- branches -------------------------------------------------------------------------


def loop_until(x):
    while x.sum() < 100:
        x = x * 2
    return x


BRANCHES = {
    "bool": lambda x: bool(x[0]),
    "if": lambda x: x if x[0] > 0 else -x,
    "and": lambda x: x[0] and x[1],
    "not": lambda x: not x[0],
    "chained comparison": lambda x: 0 < x[0] < 1,
    "max": lambda x: max(x[0], x[1]),
    "min": lambda x: min(x),
    "sorted": lambda x: sorted([x[0], x[1]]),
    "sort of a list": lambda x: [x[0], x[1]].sort(),
    "bisect": lambda x: bisect.bisect([1.0, 2.0], x[0]),
    "any": lambda x: any(x > 0),
    "all": lambda x: all(x > 0),
    "filter": lambda x: list(filter(None, x)),
    "in a list": lambda x: x[0] in [1.0, 2.0],
    "equal to an array": lambda x: x if (x == V).all() else -x,
}


@pytest.mark.parametrize("name", BRANCHES)
def test_branches_are_refused_in_a_record_for_many_numbers(name):
    with pytest.raises(pl.TraceError, match="one record serves many") as caught:
        trace(BRANCHES[name], (V,), {})
    assert str(caught.value).startswith(place_of(BRANCHES[name]))


@pytest.mark.parametrize("name", BRANCHES)
def test_branches_at_numbers_leave_a_guard_with_their_line(name):
    f = BRANCHES[name]
    guards = trace(lambda x: (f(x), np.sum(x))[1], (V,), {}, follow=True).guards
    assert {guard.line for guard in guards} == {(__file__, f.__code__.co_firstlineno)}


def test_a_loop_until_a_value_is_refused_in_a_record_for_many_numbers():
    with pytest.raises(pl.TraceError, match=r"`while x\.sum\(\) < 100:` branches"):
        trace(loop_until, (V,), {})


# -- arrays made outside --------------------------------------------------------------

OUTSIDES = {
    "item": lambda x: operator.setitem(OUTSIDE, 0, x[0]),
    "slice": lambda x: operator.setitem(OUTSIDE, slice(None), x),
    "mask": lambda x: operator.setitem(OUTSIDE, OUTSIDE == 0, x),
    "integers": lambda x: operator.setitem(OUTSIDE, [0, 1], x[:2]),
    "flat item": lambda x: operator.setitem(OUTSIDE.flat, 0, x[0]),
    "flat slice": lambda x: operator.setitem(OUTSIDE.flat, slice(None), x),
    "in place": lambda x: operator.iadd(OUTSIDE, x),
    "in place product": lambda x: operator.imatmul(TABLE, TABLE * x),
    "out": lambda x: np.exp(x, out=OUTSIDE),
    "out by position": lambda x: np.add(x, 1, OUTSIDE),
    "out of a sum": lambda x: np.sum(x, out=OUTSIDE[:1].reshape(())),
    "out of clip": lambda x: np.clip(x, 0, 1, out=OUTSIDE),
    "put": lambda x: np.put(OUTSIDE, [0], x[:1]),
    "put as method": lambda x: OUTSIDE.put([0], x[:1]),
    "copyto": lambda x: np.copyto(OUTSIDE, x),
    "copyto where": lambda x: np.copyto(OUTSIDE, x, where=x > 0),
    "add.at": lambda x: np.add.at(OUTSIDE, [0], x[:1]),
    "add.at of a number": lambda x: np.add.at(OUTSIDE, [0], x[0]),
    "fill": lambda x: OUTSIDE.fill(x[0]),
    "fill_diagonal": lambda x: np.fill_diagonal(TABLE, x),
    "place": lambda x: np.place(OUTSIDE, OUTSIDE == 0, x),
    "putmask": lambda x: np.putmask(OUTSIDE, OUTSIDE == 0, x),
    "put_along_axis": lambda x: np.put_along_axis(
        TABLE, np.zeros((6, 1), int), x[:, None], 1
    ),
}


@pytest.mark.parametrize("name", OUTSIDES)
def test_writing_into_an_outside_array_is_refused(name):
    before = OUTSIDE.copy(), TABLE.copy()
    with pytest.raises(pl.TraceError, match=r"test_never_silent\.py, line"):
        pl.graph(OUTSIDES[name], V)
    np.testing.assert_array_equal(OUTSIDE, before[0])
    np.testing.assert_array_equal(TABLE, before[1])


def uses_imported_zeros(x):
    b = zeros(6)
    b[0] = x[0]
    return b.sum()


def test_an_imported_creator_makes_an_array_that_can_be_written_to():
    slope = pl.gradient(uses_imported_zeros)(V)
    np.testing.assert_array_equal(slope, [1, 0, 0, 0, 0, 0])
    assert zeros is np.zeros


def test_an_imported_creator_of_a_helpers_module_does_too():
    module = types.ModuleType("helpers")
    code = (
        "from numpy import *\ndef two(a):\n    b = empty(2)\n    b[:] = a\n    return b"
    )
    exec(code, vars(module))
    before = dict(vars(module))
    slope = pl.gradient(lambda x: np.sum(module.two(x[0]) * x[1]))(V)
    np.testing.assert_array_equal(slope, [2 * V[1], 2 * V[0], 0, 0, 0, 0])
    assert vars(module) == before


def test_an_imported_creator_is_numpys_when_the_function_raises():
    with pytest.raises(ZeroDivisionError):
        pl.graph(lambda x: zeros(3) + x / (1 // 0), V)
    assert zeros is np.zeros


def test_an_imported_creator_makes_plain_arrays_in_other_threads():
    made = []

    def f(x):
        thread = threading.Thread(target=lambda: made.append(type(zeros(2))))
        thread.start()
        thread.join()
        return x * zeros(6)

    pl.graph(f, V)
    assert made == [np.ndarray]


def test_a_creator_that_is_found_elsewhere_is_refused_by_name():
    makers = [np.zeros]

    def f(x):
        b = makers[0](6)
        b[0] = x[0]
        return b.sum()

    with pytest.raises(pl.TraceError, match=r"b = np\.copy\(b\)") as caught:
        pl.graph(f, V)
    assert "b[0] = x[0]" in str(caught.value)


def test_a_large_outside_array_may_not_change_meanwhile():
    large = np.ones(200_000)

    def f(x):
        before = np.sum(large * x)
        large[7] = 2.0
        return before + x * np.sum(large * x)

    with pytest.raises(pl.TraceError, match="changed while the function was traced"):
        pl.graph(f, 2.0)


def test_a_large_outside_array_is_not_copied():
    large = np.ones(200_000)
    graph = pl.graph(lambda x: np.sum(x * large), 2.0)
    assert any(node.is_constant and node.value is large
               for node in graph.order)  # fmt: skip


# -- errors that are caught or replaced ------------------------------------------------


def falls_back(x):
    try:
        return math.exp(x[0])
    except TypeError:
        return np.exp(x[1])


def test_a_refusal_that_the_function_catches_is_said():
    with pytest.warns(TraceWarning, match=r"math\.exp.*caught"):
        pl.graph(falls_back, V)


def length_of(v):
    try:
        return len(v)
    except TypeError:
        return 1


def test_what_numpy_refuses_too_may_be_caught():
    assert pl.graph(lambda x: x * length_of(x[0]), V)(V)[0] == V[0]


def test_an_error_of_the_functions_own_passes():
    with pytest.raises(ZeroDivisionError):
        pl.graph(lambda x: x / (1 // 0), V)


# -- threads --------------------------------------------------------------------------


def in_a_thread(x):
    b = np.zeros(2)

    def work(i):
        b[i] = x[i] * 2

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    _ = [t.start() for t in threads], [t.join() for t in threads]
    return b.sum()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_threads_inside_the_function_are_refused():
    with pytest.raises(pl.TraceError, match="in another thread"):
        pl.graph(in_a_thread, V)


def in_a_pool(x):
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda v: np.sin(v), x))


def test_a_pool_inside_the_function_is_refused():
    with pytest.raises(pl.TraceError, match=r"test_never_silent\.py.*another thread"):
        pl.graph(in_a_pool, V)


# -- what looks like a trap and works --------------------------------------------------

WORKING = {
    "abs": lambda x: abs(x),
    "sum": lambda x: sum(x) * x,
    "round": lambda x: round(x[0], 1) * x,
    "divmod": lambda x: divmod(x, 2.0)[1],
    "divmod by": lambda x: divmod(2.0, x)[0] * x,
    "pow": lambda x: pow(x, 2),
    "power of a number": lambda x: 2**x,
    "times a Fraction": lambda x: fractions.Fraction(1, 2) * x[0] * x,
    "math.prod": lambda x: math.prod(x) * x,
    "is None": lambda x: x if x is not None else 2 * x,
    "== None": lambda x: np.where(x == None, 0.0, x),  # noqa: E711
    "!= None": lambda x: x * (x != None),  # noqa: E711
    "== text": lambda x: x * (x[0] == "relu") + x,
    "text": lambda x: (f"{x}", str(x), repr(x[0]), "%s" % x) and x * 2,  # noqa: UP031
    "copy.copy": lambda x: copy.copy(x) * x,
    "copy.deepcopy": lambda x: copy.deepcopy([x])[0] * x,
    "nested lists": lambda x: np.array([[x[0], 1.0], [2, x[1]]]) @ x[:2],
    "list item": lambda x: np.array([v * 2 for v in [*x]]),
    "method of an outside array": lambda x: TABLE.dot(x) + TABLE[x.astype(int)].dot(x),
    "searched outside array": lambda x: (
        np.sort(V).searchsorted(x) * x + V.take([0, 1])[1]
    ),
    "outside array on the left": lambda x: TABLE @ x + TABLE.__mul__(x)[0],
    "float32": lambda x: np.float32(x) * 2,
    "float64": lambda x: np.float64(x) * np.float64(x[0]) * np.float64(2.0),
    "float64 of a list": lambda x: np.float64([x[0], x[1]]) * 2,
    "int64": lambda x: x * np.int64(x + 0.1),
    "bool_": lambda x: x * np.bool_(x > 0),
    "scalar type as a value": lambda x: x * np.zeros(6, dtype=np.float32),
    "scalar type compared": lambda x: x * (2 if x.dtype == np.float64 else 3),
    "scalar type of a number": lambda x: x * np.float32(0.5),
    "isinstance": lambda x: x * (2 if isinstance(x[0], np.floating) else 3),
}


@pytest.mark.parametrize("name", WORKING)
def test_what_works_gives_numpys_value(name):
    f = WORKING[name]
    np.testing.assert_array_equal(pl.graph(f, V)(V), f(V), strict=True)


def test_a_traced_value_says_that_it_is_traced():
    seen = []
    trace(lambda x: seen.append(f"{x} {x[0]!r}") or x, (V,), {})
    assert seen == ["<traced x, shape (6,), float64> <traced index, shape (), float64>"]


# -- inputs without effect ------------------------------------------------------------


def unused(w, b):
    return np.sum(w**2)


def by_index(w, p):
    return w[np.argmax(p["a"])] ** 2


UNUSED = {
    "argument": (unused, "b", (V, 2.0), "does not depend on b"),
    "one of several": (unused, ("w", "b"), (V, 2.0), "does not depend on b"),
    "by position": (unused, 1, (V, 2.0), "does not depend on b"),
    "through an index": (by_index, "p", (V, {"a": V}), r"depend on p\['a'\]"),
    "through a comparison": (
        lambda x, t: np.sum(np.where(x > t, x, 0)), "t", (V, 0.3), "depend on t",
    ),
    "through integers": (
        lambda x: np.sum(x.astype(int) * 2.0), 0, (V,), "integers and booleans",
    ),
    "constant": (lambda x: 3.0, 0, (V,), "does not depend on x"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSED)
@pytest.mark.parametrize("verb", [pl.gradient, pl.value_and_gradient, pl.jacobian])
def test_an_input_without_effect_is_named(verb, name):
    f, wrt, args, message = UNUSED[name]
    with pytest.warns(TraceWarning, match=message) as caught:
        verb(f, wrt)(*args)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_its_gradient_is_zero():
    with pytest.warns(TraceWarning):
        slope = pl.gradient(unused, "b")(V, 2.0)
    assert slope == 0.0


def test_an_input_without_effect_on_a_graph_is_named():
    graph = pl.graph(unused, V, 2.0)
    with pytest.warns(TraceWarning, match="does not depend on b"):
        pl.gradient(graph, "b")


def test_a_start_without_effect_is_named_once():
    with pytest.warns(TraceWarning, match=r"\['b'\]") as caught:
        pl.minimise(
            lambda p: (p["a"] - 1.0) ** 2, {"a": 0.5, "b": 2.0}, max_iter=5,
            method=pl.methods.GradientDescent(rate=0.1),
        )  # fmt: skip
    assert len(caught) == 1


SILENT = {
    "not asked for": lambda: pl.gradient(unused, "w")(V, 2.0),
    "second derivative": lambda: pl.hessian(np.sum)(V),
    "twice": lambda: pl.gradient(pl.gradient(lambda x: 3 * x))(2.0),
    "check": lambda: pl.check(unused, V, 2.0),
    "jvp": lambda: pl.jvp(lambda x: 2 * x)(V, V),
    "zero slope": lambda: pl.gradient(lambda x: np.sum(np.sign(x)))(V),
    "empty": lambda: pl.gradient(lambda x, y: np.sum(x), 1)(V, np.zeros(0)),
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_where_all_is_well(name):
    SILENT[name]()  # a warning would be an error


# -- random numbers -------------------------------------------------------------------


class Noise:
    """A layer with a generator of its own."""

    def __init__(self):
        self.rng = np.random.default_rng(3)

    def __call__(self, x):
        return x + self.rng.normal(size=6)


def helper(x):
    return x * normal()


NOISE = Noise()
STATE = np.random.RandomState(2)
DRAWN = {
    "np.random.normal": lambda x: x * np.random.normal(size=6),
    "np.random.rand": lambda x: x * np.random.rand(),
    "permutation": lambda x: x[np.random.permutation(6)],
    "default_rng": lambda x: x * np.random.default_rng().normal(),
    "seeded": lambda x: x * np.random.default_rng(0).normal(size=6),
    "random.random": lambda x: x * random.random(),
    "imported from numpy.random": lambda x: x * normal(),
    "imported from random": lambda x: x * gauss(0, 1),
    "global generator": lambda x: x * GENERATOR.normal(),
    "global state": lambda x: x * STATE.rand(6),
    "default argument": lambda x, rng=GENERATOR: x * rng.normal(),
    "in a helper": lambda x: helper(x),
    "in an object": lambda x: NOISE(x),
    "never used": lambda x: (GENERATOR.normal(), x * 2)[1],
}


@pytest.mark.parametrize("name", DRAWN)
def test_random_numbers_become_constants_and_that_is_said(name):
    with pytest.warns(TraceWarning, match=r"test_never_silent\.py, line \d+: random"):
        graph = pl.graph(DRAWN[name], V)
    np.testing.assert_array_equal(graph(V), graph(V))


def test_random_numbers_of_an_argument_are_said():
    with pytest.warns(TraceWarning, match="random numbers are drawn"):
        pl.gradient(lambda x, rng: x * rng.normal())(2.0, GENERATOR)


def test_random_numbers_of_a_closure_are_said():
    rng = np.random.default_rng(5)
    with pytest.warns(TraceWarning, match="random numbers are drawn"):
        pl.gradient(lambda x: x * rng.normal())(2.0)


def test_the_line_of_the_drawing_is_named_once():
    def f(x):
        for _ in range(3):
            x = x * np.random.normal()
        return x

    line = f.__code__.co_firstlineno + 2
    with pytest.warns(TraceWarning, match=f"line {line}: ") as caught:
        pl.graph(f, 2.0)
    assert len(caught) == 1


def test_a_generator_that_is_not_used_is_not_mentioned():
    pl.graph(lambda x, rng: x * 2 + (rng is GENERATOR), V, GENERATOR)


# -- no mark is left ------------------------------------------------------------------

MODULES = {
    "numpy": np,
    "linalg": np.linalg,
    "numpy.random": np.random,
    "random": random,
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_the_same_after_a_trace(name):
    module = MODULES[name]
    before = dict(vars(module))
    pl.gradient(lambda x: np.sum(np.zeros(6) + np.float64(x)))(V)
    assert type(module) is types.ModuleType
    assert vars(module) == before


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_the_same_when_the_function_raises(name):
    with pytest.raises(pl.TraceError):
        pl.graph(lambda x: float(np.zeros(2)[0] + x[0]), V)
    assert type(MODULES[name]) is types.ModuleType


FIRST_LOADED_INSIDE = """
import sys, warnings
import numpy as np, pellucid as pl
assert "numpy.random" not in sys.modules
warnings.simplefilter("error")
try:
    pl.graph(lambda x: x * np.random.normal(), 2.0)
except pl.TraceWarning as warning:
    print(warning)
print(type(np.random).__name__, np.random.default_rng(0).normal())
"""


def test_a_module_that_the_function_loads_first_is_watched_too():
    run = [sys.executable, "-c", FIRST_LOADED_INSIDE]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "random numbers are drawn" in lines
    assert "module 0.12573" in lines


def test_scalar_types_are_numpys_in_other_threads():
    kinds = []

    def f(x):
        thread = threading.Thread(target=lambda: kinds.append(type(np.float32(1.5))))
        thread.start()
        thread.join()
        return np.float32(x)

    pl.graph(f, V)
    assert kinds == [np.float32]


def test_gradients_inside_traced_functions_run_in_many_threads():
    def f(x):
        b = np.zeros(6)
        b[:] = pl.gradient(lambda u: np.sum(u**3))(x)
        return b.sum()

    with ThreadPoolExecutor(4) as pool:
        slopes = list(pool.map(lambda _: pl.gradient(f)(V), range(16)))
    np.testing.assert_allclose(slopes, np.broadcast_to(6 * V, (16, 6)))


def test_numpys_own_code_makes_its_own_arrays_meanwhile():
    made = []

    def f(x):
        made.append(np.histogram(OUTSIDE)[0])
        made.append(np.broadcast_shapes((2, 1), (3,)))
        made.append(np.cov(TABLE))
        return x * made[-1][0, 0]

    pl.graph(f, V)
    assert [type(value) for value in made] == [np.ndarray, tuple, np.ndarray]
