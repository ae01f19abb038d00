"""Branches follow the numbers: every kind of branch, on both sides of it.

At each point the value is that of a plain call, the first two derivatives agree with
differences, and a guard keeps the way. A graph that is called with the numbers of
another side says so by the line of the branch, and gives no number.
"""

import bisect
import copy
import dataclasses
import functools
import heapq
import importlib.util
import itertools
import linecache
import logging
import math
import pickle
import threading
from math import isinf

import branches
import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError, TraceWarning
from pellucid.graphs.tracing.recorder import Recorder

V = np.array([0.5, -1.25, 2.3, 0.75])
W = np.array([-0.3, 0.8, 0.4, 1.6])
UP = np.array([0.5, 1.25, 2.0, 3.0])
LIST = [1.5, -2.0, 0.5, 3.0]


# -- statements -----------------------------------------------------------------------


def if_else(x):
    y = x[0] ** 2
    if x[0] > 0:
        y = y * x[1]
    else:
        y += x[1] ** 3
    return y * x[2]


def elif_chain(x):
    s = np.sum(x)
    if s > 2.2:
        return s**2
    elif s > 1:  # noqa: RET505
        return s**3
    else:
        return np.exp(s)


def while_with_a_tolerance(x):
    a = z = np.sum(x**2)
    while abs(z * z - a) > 1e-6 * a:
        z = 0.5 * (z + a / z)
    return z


def while_with_a_count(x):
    n, z = 0, x[2]
    while z < 20 and n < 50:
        z, n = z * x[2] + 1, n + 1
    return z / (n + 1)


def for_with_a_break(x):
    total = 0.0
    for v in x:
        total = total + v**2
        if total > 1.7:
            break
    return total


def for_with_continue(x):
    total = 0.0
    for v in x:
        if v < 0:
            continue
        total = total + np.sin(v)
    return total


def for_else(x):
    for v in x:
        if v > 1.8:
            return v**2
    else:
        return np.sum(x**3)


def early_return(x):
    if np.linalg.norm(x) < 2:
        return np.sum(x**2)
    return np.sum(x / np.linalg.norm(x) ** 3)


def recursion(x):
    def halved(z):
        return z**2 if abs(z) < 0.6 else halved(z / 2) + z

    return halved(x[2])


def checks(x):
    assert np.all(np.isfinite(x)), "finite numbers only"
    if np.any(x > 10):
        raise ValueError("too large")
    return np.sum(np.sin(x) if x[0] > 0 else np.cos(x))


def tries(x):
    try:
        if x[1] < 0:
            raise ValueError
        return np.sum(np.sqrt(x**2 + 1))
    except ValueError:
        return np.sum(x**2)
    finally:
        pass


def matches(x):
    match int(x[2]):
        case 2:
            return x[0] ** 2
        case 0 | 1:
            return x[0] * x[1]
        case n if n < 0:
            return x[3] ** 2
        case _:
            return np.sum(x**2)


def matches_a_value(x):
    match x[0]:
        case 0.5:
            return x[1] ** 2
        case _:
            return x[2] ** 2 * x[0]


def generator(x):
    def positive():
        for v in x:
            if v > 0:
                yield v**2

    return sum(positive())


def walrus(x):
    return y**2 if (y := np.sum(x)) > 1.5 else np.exp(y)


def nested_functions(x):
    def outer(z):
        def inner(u):
            return u**2 if u > 1 else u**3

        return inner(z) + inner(z / 3)

    return sum(outer(v) for v in x)


def changes_an_array(x):
    b = np.zeros(4)
    for i in range(4):
        if x[i] > 0.6:
            b[i] = x[i] ** 2
        else:
            b[:i] += x[i]
    return np.sum(b**2)


# -- classes --------------------------------------------------------------------------


@dataclasses.dataclass
class Hinge:
    margin: float = 1.0

    @property
    def is_wide(self):
        return self.margin > 0.5

    def __call__(self, z):
        return (self.margin - z) ** 2 if self.is_wide and z < self.margin else z * 0.1


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    @property
    def is_stiff(self):
        return self.stiffness > 1

    def energy(self, x):
        return self.stiffness * x**2 if self.is_stiff else self.stiffness**2 * x**4


def dataclass_called(x):
    return sum(map(Hinge(), x))


def dataclass_of_a_value(x):
    return Hinge(x[0])(x[1]) + x[2]


def property_of_a_value(x):
    return Spring(x[2]).energy(x[0])


# -- indices --------------------------------------------------------------------------

TABLE = {0: 1.5, 1: -2.0, 2: 0.5, 3: 4.0}


def int_of(x):
    return x[0] * int(x[2]) + x[1] ** int(x[2])


def range_of_int(x):
    return sum((k + 1) * x[k] ** 2 for k in range(int(x[2]) + 1))


def number_of_steps(x):
    z = x[0]
    for _ in range(math.ceil(x[2] / 0.75)):
        z = z + 0.75 * np.cos(z)
    return z


def count_of_a_selection(x):
    return np.sum(x**2) / len(x[x > 0.6]) + np.sum(x) * x[x > 0.6].size


KINDS = {
    "if": (if_else, V, W),
    "elif": (elif_chain, V, V - 0.1, V / 4),
    "while with a tolerance": (while_with_a_tolerance, V, V * 40),
    "while with a count": (while_with_a_count, V, W + 1),
    "break": (for_with_a_break, V, W),
    "continue": (for_with_continue, V, -V),
    "for else": (for_else, V, W),
    "early return": (early_return, V, W),
    "recursion": (recursion, V, W, V * 3),
    "assert and raise": (checks, V, W),
    "try": (tries, V, UP),
    "match": (matches, V, W, -V, UP * 2),
    "generator": (generator, V, W),
    "walrus": (walrus, V, W / 2),
    "nested functions": (nested_functions, V, W),
    "changed array": (changes_an_array, V, W),
    "dataclass": (dataclass_called, V, W),
    "dataclass of a value": (dataclass_of_a_value, V + 0.1, W),
    "property": (property_of_a_value, V, W),
    # expressions
    "conditional": (lambda x: x[0] if x[0] > x[1] else x[1] ** 2, V, W),
    "and": (lambda x: x[0] ** 2 if x[0] > 0 and x[1] < 1 else x[2] ** 2, V, W, UP),
    "or": (lambda x: x[0] ** 2 if x[0] > 0 or x[1] > 1 else x[2] ** 2, V, W),
    "not": (lambda x: x[0] ** 2 if not x[0] > 0 else x[2] ** 2, V, W),
    "or value": (lambda x: (max(x[0], 0) or x[1]) * x[2], V, W),
    "chained comparison": (lambda x: x[1] ** 2 if 0 < x[0] < 1 else x[2] ** 2, V, W),
    "bool": (lambda x: bool(x[0] > 0) * x[1] ** 2 + x[2], V, W),
    "equal": (lambda x: x[1] ** 2 if round(x[0]) == 0 else x[2] ** 2, W, UP[::-1]),
    "comprehension": (lambda x: sum([v**2 for v in x if v > 0]), V, W),
    "any of a generator": (
        lambda x: x[0] ** 2 if any(v > 1.7 for v in x) else x[1] ** 2, V, W),
    "all of a generator": (
        lambda x: x[0] ** 2 if all(v > 0 for v in x) else x[1] ** 2, V, UP),
    "in": (lambda x: x[1] ** 2 if round(x[0]) in [0, 1] else x[2] ** 2, W, UP[::-1]),
    "in an array": (lambda x: x[1] ** 2 if 0.5 in x[:0] else x[2] * max(x), V, W),
    "lambda": (lambda x: (lambda t: t**2 if t > 0 else -t)(x[0]), V, W),
    # functions of Python
    "min": (lambda x: min(x[0], x[1]) ** 2, V, W),
    "max of many": (lambda x: max(x) ** 2 + min(x[1], 0.5, x[0]), V, W),
    "hinge": (lambda x: sum(max(0, 1 - v) for v in x), V, W),
    "max by a key": (lambda x: max(x, key=lambda v: -(v**2)) ** 2, V, UP[::-1]),
    "sorted": (lambda x: sorted(x)[1] * sorted(x, reverse=True)[0], V, W),
    "sorted by a key": (lambda x: sorted(x, key=abs)[0] ** 3 * x[1], V, UP[::-1]),
    "sorted indices": (
        lambda x: sorted(range(4), key=lambda i: x[i])[0] * x[0] ** 2, V, W),
    "sorted tuples": (
        lambda x: min((v**2, i) for i, v in enumerate(x))[0] * x[1], V, UP[::-1]),
    "sort of a list": (lambda x: (a := list(x), a.sort(), a[0] ** 2)[-1], V, W),
    "list.index": (lambda x: [2, 1, 0].index(int(x[2])) * x[1] ** 2 + x[0], V, W),
    "list.count": (lambda x: [2, 1, 2].count(int(x[2])) * x[1] ** 2 + x[0], V, W),
    "filter": (lambda x: sum(v**2 for v in filter(lambda v: v > 0, x)), V, W),
    "reduce": (
        lambda x: functools.reduce(lambda a, b: a if a > b else b, x) ** 2, V, W),
    "takewhile": (
        lambda x: sum(v**2 for v in itertools.takewhile(lambda v: v < 1, x)), V, W),
    "groupby": (lambda x: sum(k * sum(g) ** 2 for k, g in
                              itertools.groupby(x, lambda v: int(v > 0))), V, W),
    "accumulate": (lambda x: sum(v**2 for v in itertools.accumulate(x, max)), V, W),
    "bisect": (lambda x: x[bisect.bisect([0.6, 1.5], x[0])] ** 2, V, V[[3, 1, 2, 0]]),
    "heapq": (lambda x: heapq.nsmallest(2, x)[1] ** 2, V, W),
    # whole numbers
    "int": (int_of, V, W),
    "round": (lambda x: x[1] ** 2 * [3, 1, 2][round(x[2])] + x[0], V, W),
    "math.floor": (lambda x: (x[2] - math.floor(x[2])) ** 2 * x[1], W, V + 0.1),
    "math.ceil": (lambda x: (math.ceil(x[0]) - x[0]) ** 2 * x[1], W, V),
    "math.trunc": (lambda x: math.trunc(x[2] + 0.1) * x[1] ** 2 + x[0], V, W),
    "divmod": (lambda x: divmod(x[2] + 0.1, 0.75)[1] * x[int(x[2] // 0.75)], V, W),
    "range of int": (range_of_int, V + 0.1, W),
    "number of steps": (number_of_steps, V + 0.1, W),
    "power": (lambda x: x[0] ** int(x[2] + 0.1) + x[1] ** 2, V, W),
    # indices
    "index of a list": (lambda x: LIST[np.argmax(x)] * x[0] ** 2, V, W),
    "index of an array": (
        lambda x: np.array(LIST)[int(np.argmax(x))] * x[0] ** 2, V, W),
    "index of a list by argsort": (lambda x: LIST[np.argsort(x)[0]] * x[0] ** 2, V, W),
    "index of a list by searchsorted": (
        lambda x: LIST[np.searchsorted([0.0, 1.0], x[2])] * x[0] ** 2, V, -V),
    "dictionary": (lambda x: TABLE[np.argmax(x)] * x[0] ** 2, V, W),
    "dictionary of int": (lambda x: TABLE[int(x[2] + 0.1)] * x[0] ** 2, V, W),
    "dictionary of truths": (
        lambda x: {True: x[1], False: x[2] ** 2}[x[0] > 0] * x[3], V, W),
    "slice": (lambda x: np.sum(x[int(x[2] + 0.1):] ** 2) + x[0], V, W),
    "slice to argmax": (lambda x: np.sum(x[:np.argmax(x)] ** 2) + x[3], V, W),
    "slice of a list": (lambda x: sum(LIST[:np.argmax(x)]) * x[0] ** 2, V, W),
    "item": (lambda x: np.argmax(x).item() * x[0] ** 2 + x[1], V, W),
    "tolist": (lambda x: sum(LIST[i] * v**2 for i, v in
                             zip(np.argsort(x).tolist(), x, strict=True)), V, W),
    "where": (lambda x: np.sum(x[np.where(x > 0.6)[0]] ** 2), V, W),
    "nonzero": (lambda x: np.sum(x[np.nonzero(x > 0.6)] ** 2), V, W),
    "flatnonzero": (lambda x: np.sum(x[np.flatnonzero(x > 0.6)] ** 3), V, W),
    "compress": (lambda x: np.sum(np.compress(x > 0.6, x) ** 2), V, W),
    "length of a selection": (count_of_a_selection, V, UP),
    "roll": (lambda x: np.sum(np.roll(x, np.argmax(x)) * UP) ** 2, V, W),
    "repeat": (lambda x: np.sum(np.repeat(x, np.argmax(x)) ** 2), V, W),
    "tile": (lambda x: np.sum(np.tile(x, np.argmax(x)) ** 2), V, W),
    "shape": (lambda x: np.sum(np.ones((np.argmax(x), 2)) * x[0] ** 2), V, W),
    # conditions that are functions of arrays
    "array of one element": (lambda x: x[1] ** 2 if x[:1] > 0 else x[2] ** 2, V, W),
    "np.any": (lambda x: np.sum(x**2) if np.any(x < -1) else np.sum(x**3), V, W),
    "all": (lambda x: np.sum(x**2) if (x > 0).all() else np.sum(x**3), V, UP),
    "np.allclose": (
        lambda x: np.sum(x**2) if np.allclose(x, V, atol=0.1) else np.sum(x**3), V, W),
    "np.array_equal": (
        lambda x: np.sum(x**2) if np.array_equal(x > 0, V > 0) else np.sum(x**3), V, W),
    "np.isfinite": (
        lambda x: x[1] ** 2 if np.isfinite(np.where(x[0] > 0, x[0], np.inf))
        else x[2] ** 2, V, W),
    "math.isnan": (
        lambda x: x[1] ** 2 if math.isnan(np.where(x[0] > 0, np.nan, 1))
        else x[2], V, W),
    "math.isfinite": (lambda x: math.isfinite(np.where(x[0] > 0, np.nan, 1)) * x[1] ** 2
                      + x[2], V, W),
    "math.isinf": (
        lambda x: next(v**2 for v in x if not (isinf(v) or v < 0.6)), V, W),
    "np.sign": (lambda x: x[1] ** 2 if np.sign(x[0]) == 1 else x[2] ** 2, V, W),
    "size of a complex number": (
        lambda x: x[0] ** 2 if abs(x[0] + 1j * x[1]) > 1 else x[1] ** 3, V, W),
    "truth of a number": (lambda x: x[1] ** 2 if np.floor(x[0]) else x[2] ** 2, V, W),
}  # fmt: skip
CASES = [(name, i) for name, (_, *points) in KINDS.items() for i in range(len(points))]


@pytest.mark.parametrize(("name", "side"), CASES)
def test_a_branch_is_followed(name, side):
    f, *points = KINDS[name]
    x = points[side]
    graph = pl.graph(f, x)
    assert graph.guards
    assert graph(x) == pytest.approx(f(x), rel=1e-15)
    assert pl.stable(graph)(x) == pytest.approx(f(x), rel=1e-12)
    with np.errstate(all="ignore"):
        pl.check(f, x)


@pytest.mark.parametrize(("name", "side"), CASES)
def test_a_graph_says_where_it_goes_another_way(name, side):
    f, *points = KINDS[name]
    graph = pl.graph(f, points[side])
    for run in (graph, graph.values, pl.stable(graph), pl.gradient(graph)):
        with pytest.raises(PellucidError, match="goes another way") as caught:
            run(points[side - 1])
        assert str(caught.value).startswith("test_following.py, line ")


@pytest.mark.parametrize("name", KINDS)
def test_single_precision_follows_too(name):
    f, *points = KINDS[name]
    x = points[0].astype(np.float32)
    slope = pl.gradient(f)(x)
    assert slope.dtype == np.float32
    whole = pl.gradient(f)(x.astype(float))
    np.testing.assert_allclose(slope, whole, rtol=2e-4, atol=2e-4)


FEW = ["if", "elif", "recursion", "hinge", "sorted", "math.floor", "where"]


@pytest.mark.parametrize("name", FEW)
def test_every_derivative_follows(name):
    f, *points = KINDS[name]
    for x in points:
        slope, v = pl.gradient(f)(x), np.array([0.3, -1.0, 0.7, 0.2])
        whole = pl.hessian(f)(x)
        value, also = pl.value_and_gradient(f)(x)
        assert value == pytest.approx(f(x))
        close = functools.partial(np.testing.assert_allclose, rtol=1e-12, atol=1e-12)
        close(also, slope)
        close(pl.jacobian(f)(x), slope)
        close(pl.jvp(f)(x, v), slope @ v)
        close(pl.vjp(f)(x, 2.0), 2 * slope)
        close(pl.hvp(f)(x, v), whole @ v)
        twice = pl.gradient(lambda x, v=v: pl.gradient(f)(x) @ v)
        close(twice(x), whole @ v)
        close(pl.gradient(pl.graph(f, x))(x), slope)
        close(pl.graph(pl.gradient(f), x)(x), slope)


# -- of numbers of Python, and of both ------------------------------------------------


def test_floats_are_followed_on_both_sides():
    f = lambda x, y: x * y if x > y else x**3 - y  # noqa: E731
    pl.check(f, 2.0, 1.0)
    pl.check(f, 1.0, 2.0)
    assert pl.gradient(f)(2.0, 1.0) == 1.0
    assert pl.gradient(f)(1.0, 2.0) == 3.0


def test_integers_are_constants_of_a_record_and_leave_no_guard():
    f = lambda x, n: x**2 if n > 2 else x**3  # noqa: E731
    assert not pl.graph(f, 2.0, 3).guards
    assert [pl.gradient(f)(2.0, n) for n in (3, 1)] == [4.0, 12.0]


def test_at_a_kink_the_side_that_is_taken_counts():
    relu = lambda x: x if x > 0 else 0.0  # noqa: E731
    other = lambda x: x if x >= 0 else 0.0  # noqa: E731
    assert [pl.gradient(f)(0.0) for f in (relu, other)] == [0.0, 1.0]


def test_nan_goes_the_way_that_python_goes():
    f = lambda x: x[1] ** 2 if x[0] > 0 else x[1] ** 3  # noqa: E731
    x = np.array([np.nan, 2.0])
    np.testing.assert_array_equal(pl.gradient(f)(x), [0, 12])
    with pytest.raises(ValueError, match="NaN"):
        pl.graph(lambda x: x[1] * int(x[0]), x)


def test_an_array_has_no_truth():
    with pytest.raises(ValueError, match="ambiguous"):
        pl.gradient(lambda x: x[0] if x > 0 else x[1])(V)


def test_an_input_that_decides_is_used():
    assert pl.gradient(lambda w: max(0.0, 1 - w))(3.0) == 0
    with pytest.warns(TraceWarning, match="does not depend on w"):
        pl.gradient(lambda w: int(w) * 2.0)(3.0)


def test_errors_of_the_function_are_its_own():
    with pytest.raises(AssertionError, match="finite numbers only"):
        pl.gradient(checks)(np.array([np.nan, 1, 1, 1]))
    with pytest.raises(ValueError, match="too large"):
        pl.gradient(checks)(np.array([20.0, 1, 1, 1]))
    with pytest.raises(ZeroDivisionError):
        pl.gradient(lambda x: x if x > 1 / 0 else x**2)(2.0)


# -- guards ---------------------------------------------------------------------------


def test_a_guard_tells_its_line_and_its_answer():
    guards = pl.graph(if_else, V).guards
    line = if_else.__code__.co_firstlineno + 2
    assert [(g.line, g.code, g.answer) for g in guards] == [
        ((__file__, line), "if x[0] > 0:", True)
    ]
    with pytest.raises(PellucidError) as caught:
        pl.graph(if_else, V)(W)
    assert str(caught.value).startswith(
        f"test_following.py, line {line}: `if x[0] > 0:` goes another way"
    )


def test_a_guard_is_checked_before_what_it_keeps_away():
    def root(x):
        return np.sqrt(x) if x >= 0 else np.sqrt(-x)

    with pytest.raises(PellucidError, match="goes another way"):
        pl.graph(root, 4.0)(-4.0)  # and NumPy does not warn of the root


def test_guards_are_met_in_order():
    f = lambda x: x if x > 0 and x < 3 and x != 2 else -x  # noqa: E731
    asked = [g.node.operation for g in pl.graph(f, 1.0).guards]
    assert asked == ["greater", "less", "not_equal"]


def test_a_condition_that_is_asked_twice_has_one_guard():
    def f(x):
        large = x > 1
        return (x if large else -x) + (x**2 if large else 1.0)

    assert len(pl.graph(f, 2.0).guards) == 1


def test_guards_stay_as_they_are_written():
    def f(x):
        return x if np.log(1 + x) > 0.1 else -x

    graph, stable = pl.graph(f, 1.0), pl.stable(f, 1.0)
    operations = [[n.operation for n in g.guards[0].node.arguments]
                  for g in (graph, stable)]  # fmt: skip
    assert operations == [["log", "constant"]] * 2


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))],
    ids=["copy", "deepcopy", "pickle"],
)  # fmt: skip
def test_a_copy_keeps_its_guards(again):
    graph = pl.graph(elif_chain, V)
    made = again(graph)
    assert made(V) == graph(V)
    assert [g.answer for g in made.guards] == [g.answer for g in graph.guards]
    with pytest.raises(PellucidError, match="goes another way"):
        made(V / 4)


def test_a_graph_inside_a_function_hands_its_guards_on():
    inner = pl.graph(if_else, V)

    def outer(x):
        return inner(x * 2) + x[0]

    slope = pl.gradient(if_else)(2 * V) * 2 + [1, 0, 0, 0]
    np.testing.assert_allclose(pl.gradient(outer)(V), slope)
    graph = pl.graph(outer, V)
    for run, x in ((graph, W), (lambda x: pl.graph(outer, x), W)):
        with pytest.raises(PellucidError, match="goes another way"):
            run(x)


def test_a_gradient_inside_a_function_leaves_its_guards_outside():
    def step(x):
        return np.sum((x - 0.1 * pl.gradient(if_else)(x)) ** 2)

    for x in (V, W):
        assert pl.graph(step, x)(x) == pytest.approx(step(x))
        pl.check(step, x)
    graph = pl.graph(step, V)
    assert {g.line[1] for g in graph.guards} == {if_else.__code__.co_firstlineno + 2}
    with pytest.raises(PellucidError, match="goes another way"):
        graph(W)


def test_a_branch_on_a_gradient_is_followed():
    def f(x):
        slope = pl.gradient(lambda z: np.sum(z**2))(x)
        return np.sum(x**2) if slope[0] > 0 else np.sum(slope**3)

    pl.check(f, V)
    pl.check(f, W)


def test_a_helper_of_another_module_is_named(tmp_path):
    file = tmp_path / "helpers.py"
    file.write_text("def relu(x):\n    if x > 0:\n        return x\n    return 0 * x\n")
    spec = importlib.util.spec_from_file_location("helpers_of_a_test", file)
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)

    def f(x):
        return sum(helpers.relu(v) * v for v in x)

    pl.check(f, V)
    with pytest.raises(PellucidError, match=r"^helpers\.py, line 2: `if x > 0:`"):
        pl.graph(f, V)(W)


def test_code_without_source_is_followed_too():
    space = {}
    exec("def f(x):\n    return x if x > 0 else -x * 2", space)
    linecache.clearcache()
    assert [pl.gradient(space["f"])(x) for x in (1.0, -1.0)] == [1.0, -2.0]
    with pytest.raises(PellucidError, match=r"^<string>, line 2: goes another way"):
        pl.graph(space["f"], 1.0)(-1.0)


def test_each_thread_goes_its_own_way():
    points = [V, W, UP, -V] * 4
    found = [None] * len(points)
    begin = threading.Barrier(len(points))

    def work(i):
        begin.wait()
        found[i] = pl.gradient(elif_chain)(points[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(points))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for x, slope in zip(points, found, strict=True):
        np.testing.assert_array_equal(slope, pl.gradient(elif_chain)(x))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_another_thread_does_not_branch_on_a_value():
    def f(x):
        def work():
            if x[0] > 0:
                pass

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return np.sum(x)

    with pytest.raises(pl.TraceError, match="in another thread"):
        pl.gradient(f)(V)


def test_a_value_that_is_kept_does_not_branch():
    kept = []
    pl.graph(lambda x: kept.append(x[0]) or np.sum(x), V)
    for ask in (
        bool,
        int,
        lambda x: LIST[x > 0],
        lambda x: x > 0,
        lambda x: f"{x:.1f}",
    ):
        with pytest.raises(pl.TraceError, match="kept after its trace ended"):
            ask(kept[0])


# -- text -----------------------------------------------------------------------------

TEXTS = {
    "str": str,
    "repr": repr,
    "f-string": lambda v: f"{v} {v:.3f} {v!r:>20} {v:10.2e}",
    "format": lambda v: format(v, ".4g"),
    "str.format": "{0:.3f} {0}".format,
    "percent": lambda v: "%.3f %d %s %r %g" % (v, v, v, v, v),  # noqa: UP031
    "percent of one": lambda v: "%.3f" % v,  # noqa: UP031
    "join": lambda v: ", ".join(map(str, [v, v])),
    "list": lambda v: str([v, {"v": v}]),
    "rounded": lambda v: f"{round(v, 1)} {v * 2:.1f}",
}
VALUES = {"float": 2.375, "scalar": np.float64(-0.125), "single": np.float32(0.3)}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", TEXTS)
def test_text_shows_the_number_and_leaves_no_guard(name, value):
    shown, x = [], VALUES[value]
    graph = pl.graph(lambda x: (shown.append(TEXTS[name](x)), x * 2)[1], x)
    assert shown == [TEXTS[name](x)]
    assert not graph.guards


NAMED = {"a1": 2.0, "a2": 3.0}


@pytest.mark.parametrize("name", [
    lambda i: f"a{i}",
    lambda i: "a%d" % i,  # noqa: UP031
    lambda i: "a%s" % i,  # noqa: UP031
    "a{}".format,
    lambda i: "a" + str(i),
    lambda i: "".join(["a", str(i)]),
    lambda i: chr(97) + chr(48 + i),
], ids=["f-string", "%d", "%s", "format", "+", "join", "chr"])  # fmt: skip
def test_a_whole_number_in_a_name_leaves_a_guard(name):
    def f(x):
        return NAMED[name(np.argmax(x))] * np.sum(x**2)

    compiled = pl.compile(f)
    for x in (V, V[::-1].copy()) * 2:
        assert compiled(x) == f(x)
        np.testing.assert_allclose(pl.gradient(f)(x), 2 * x * NAMED[name(np.argmax(x))])


ARRAYS = {
    "str": str,
    "repr": repr,
    "f-string": lambda a: f"{a}",
    "array2string": lambda a: np.array2string(a, precision=2),
    "part": lambda a: f"{a[0]:.2f} {a.sum():.1f} {a.shape}",
    "percent": lambda a: "%s" % a,  # noqa: UP031
    "column": lambda a: str(a[:, None] > 0),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_text_of_an_array_is_numpys(name):
    shown = []
    with np.printoptions(precision=3):
        pl.graph(lambda x: (shown.append(ARRAYS[name](x)), x)[1], V)
        assert shown == [ARRAYS[name](V)]


def test_text_is_of_the_moment():
    shown = []

    def f(x):
        b = np.zeros(2)
        for i in range(2):
            b[i] = x * (i + 1)
            shown.append(str(b))
        return b.sum()

    pl.gradient(f)(1.5)
    assert shown == ["[1.5 0. ]", "[1.5 3. ]"]


def test_a_log_shows_the_number(caplog):
    log = logging.getLogger("test_following")

    def f(x):
        loss = np.sum(x**2)
        log.warning("loss %.3f of %s, %d", loss, x[:2], loss)
        return loss

    pl.gradient(f)(V)
    assert "loss 7.665 of [ 0.5  -1.25], 7" in caplog.text


ASKED_TEXTS = {
    "compared": lambda x: 3 * x if f"{x:.1f}" == "1.0" else x,
    "a key": lambda x: {"1.0": 3 * x}.get(str(x), x * x),
    "read": lambda x: float(f"{x:.1f}") * x + int(f"{x:.0f}"),
    "measured": lambda x: len(repr(x)) * x,
    "searched": lambda x: x if "." in str(x)[1:3] and str(x).endswith("5") else x * x,
    "padded": lambda x: x if str(x).rjust(9) < f"{2 * x}".zfill(9) else x * x,
}


@pytest.mark.parametrize("name", ASKED_TEXTS)
def test_a_text_that_is_asked_leaves_a_guard(name):
    f = ASKED_TEXTS[name]
    compiled = pl.compile(f)
    for x in (1.0, 2.0, 1.25, 0.75, 1.0):
        assert compiled(x) == pytest.approx(f(x), rel=1e-15)
    assert pl.graph(f, 1.0).guards


def test_a_text_that_is_shown_leaves_none_and_is_kept_as_a_plain_one():
    kept = []

    def f(x):
        kept.append(str(x[0]))
        print("x", x, str(x) + " m", "m " + str(x), repr(x).rjust(30), f"{x[0]:.2f}")
        return np.sum(x**2)

    assert not pl.graph(f, V).guards
    assert kept[0] == str(V[0])
    assert hash(kept[0]) == hash(str(V[0]))
    assert type(pickle.loads(pickle.dumps(kept[0]))) is str


def test_print_shows_the_number(capsys):
    def f(x):
        print("x =", x[0], f"{x.sum():.2f}", round(x[1], 1), round(x[2]))
        return np.sum(x)

    f(V)
    plain = capsys.readouterr().out
    pl.gradient(f)(V)
    assert capsys.readouterr().out == plain


def test_a_loop_of_many_turns_is_told():
    def f(x):
        turns = 0
        while x + turns < 10_001:
            turns += 1
        return x * turns

    with pytest.warns(pl.TraceWarning, match=r"line \d+: `while .*10,000 answers"):
        assert pl.gradient(f)(1.0) == 10_000.0


# -- errors that are caught -----------------------------------------------------------


def jitters(x):
    K = np.outer(x, x) + np.diag(x[::-1])
    try:
        L = np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        L = np.linalg.cholesky(K + 3 * np.eye(4))
    return np.sum(np.log(np.diag(L)))


def only_checks(x):
    try:
        np.linalg.cholesky(np.diag(x))
    except np.linalg.LinAlgError:
        return np.sum(x**2)
    return np.sum(x**3)


def singular(x):
    with np.errstate(all="ignore"):
        A = np.array([[x[0], x[1]], [max(x[2], 1.0), 2.0]])
    try:
        return np.sum(np.linalg.solve(A * max(x[3], 0), x[:2]))
    except np.linalg.LinAlgError:
        return np.sum(x**2)


CAUGHT = {"jitter": jitters, "only a check": only_checks, "singular": singular}
BAD = np.array([0.5, -1.25, 2.3, -0.75])


@pytest.mark.parametrize("name", CAUGHT)
def test_an_error_that_is_caught_is_a_branch(name):
    f = CAUGHT[name]
    for x in (UP, BAD):
        assert pl.graph(f, x)(x) == pytest.approx(f(x), rel=1e-14)
        pl.check(f, x)
    with pytest.raises((np.linalg.LinAlgError, PellucidError)):
        pl.graph(f, UP)(BAD)
    with pytest.raises(PellucidError, match="goes another way"):
        pl.graph(f, BAD)(UP)


def test_an_error_that_nobody_catches_is_left_to_the_run():
    def f(x):
        with np.errstate(all="ignore"):
            return np.sum(np.linalg.cholesky(np.diag(x)))

    assert not pl.graph(f, UP).guards
    with pytest.raises(np.linalg.LinAlgError):
        pl.gradient(f)(BAD)


@pytest.mark.parametrize("scale", [2.0, 3.0, 1 / 3])
def test_what_only_rounding_decides_is_decided_by_a_run(scale):
    A = np.outer(np.arange(1.0, 4), np.arange(1.0, 4))  # of rank 1

    def logs(scale, jitter):
        L = np.linalg.cholesky(A * scale + jitter * np.eye(3))
        return np.sum(np.log(np.diag(L)))

    def f(scale):
        try:
            return logs(scale, 0.0)
        except np.linalg.LinAlgError:
            return logs(scale, 0.5)

    with np.errstate(all="ignore"):
        jitter = 0.5 if f(scale) == logs(scale, 0.5) else 0.0
        assert pl.gradient(f)(scale) == pl.gradient(logs)(scale, jitter)
        assert pl.compile(f)(scale) == pytest.approx(f(scale), rel=1e-14)


# -- random programs ------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20261130, 20261160))
def test_a_random_program_is_followed(seed):
    assert branches.assert_followed(seed)["guards"]


def test_a_guard_that_is_lost_is_noticed(monkeypatch):
    def all_of_them():
        for seed in range(20261130, 20261140):
            branches.assert_followed(seed)

    monkeypatch.setattr(Recorder, "guarded", lambda *asked: None)
    with pytest.raises(AssertionError):
        all_of_them()
