"""Loops of a recording are folded: each kind by name, what must not fold, and traps.

The judge is the graph as it was recorded, without loops, to the last bit.
"""

import functools
import gc
import itertools
import operator
import pickle
import subprocess
import sys
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import random_loops
from loop_programs import PROGRAMS

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.bodies import body_of, with_bodies
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import Place, Turn, moves
from pellucid.graphs.prepared import Prepared
from pellucid.graphs.tracing.turns import _head, _stored, loops_of


def loops_in(graph):
    """The loops of a graph, those inside of others too."""
    return [n for n in with_bodies(graph.order) if n.operation == "loop"]


def counts_in(graph):
    """How often each loop turns, by the outer ones first."""
    return sorted(str(body_of(loop).count) for loop in loops_in(graph))


def assert_same(came, expected):
    """The same kind of number, of the same dtype, to the last bit."""
    for a, b in zip(structure.leaves(came), structure.leaves(expected), strict=True):
        assert type(a) is type(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


def assert_folds(f, *args):
    """Fold the recording of a function, which must stay the same; it has loops."""
    recorded = pl.graph(f, *args)
    graph = folded(recorded)
    expected = recorded(*args)
    assert_same(graph(*args), expected)
    assert_same(unrolled(graph)(*args), expected)
    assert_same(Prepared(graph)(numbers(args)), expected)
    assert loops_in(unrolled(graph)) == []
    return graph


def numbers(args):
    """The values of the inputs among the arguments."""
    return [v for v in structure.leaves(args) if isinstance(v, (float, np.ndarray))]


# -- programs as people write them ----------------------------------------------------

# Slices that grow, and a branch by an irregular mask.
UNROLLED = {"forward substitution slices", "attention causal slices",
            "branch by outside mask"}  # fmt: skip
each = pytest.mark.parametrize("name", PROGRAMS)


@each
@np.errstate(all="ignore")
def test_a_program_folds_and_computes_the_same(name):
    f, args = PROGRAMS[name]
    graph = assert_folds(f, *args)
    assert bool(loops_in(graph)) == (name not in UNROLLED)


@each
@np.errstate(all="ignore")
def test_a_folded_program_is_recorded_in_another(name):
    f, args = PROGRAMS[name]
    graph = folded(pl.graph(f, *args))
    around = pl.graph(lambda *args: graph(*args) * 2.0, *args)
    assert_same(around(*args), graph(*args) * 2.0)


@each
@np.errstate(all="ignore")
def test_a_folded_program_is_pickled_with_its_loops(name):
    f, args = PROGRAMS[name]
    graph = folded(pl.graph(f, *args))
    read = pickle.loads(pickle.dumps(graph))
    assert counts_in(read) == counts_in(graph)
    assert_same(read(*args), graph(*args))


@each
def test_a_recording_folds_as_well_when_it_has_been_pickled(name):
    f, args = PROGRAMS[name]
    graph = pl.graph(f, *args)
    read = pickle.loads(pickle.dumps(graph))
    assert counts_in(folded(read)) == counts_in(folded(graph))


def test_another_process_reads_a_graph_with_loops():
    f, args = PROGRAMS["convolution four loops"]
    graph = folded(pl.graph(f, *args))
    script = (
        "import pickle, sys\n"
        "graph, args = pickle.load(sys.stdin.buffer)\n"
        "sys.stdout.buffer.write(pickle.dumps(graph(*args)))\n"
    )
    given = pickle.dumps((graph, args))
    run = subprocess.run([sys.executable, "-c", script], input=given,
                         capture_output=True, check=True)  # fmt: skip
    assert_same(pickle.loads(run.stdout), graph(*args))


# -- kinds of loops, and what they become ---------------------------------------------

x5 = np.linspace(0.1, 0.9, 5)
X = np.cos(np.arange(24.0)).reshape(8, 3)


def recurrence(x):
    for _ in range(8):
        x = np.sin(x) + 0.5
    return x


def two_in_a_row(x):
    for _ in range(8):
        x = np.sin(x) + 0.5
    for _ in range(7):
        x = np.cos(x) * 0.5
    return x


def nested(x):
    for i in range(4):
        for j in range(5):
            x = np.sin(x * i) + j
        x = x * 0.5
    return x


def triangular(x):
    s = x[0]
    for i in range(1, 5):
        for j in range(i):
            s = s + x[i] * x[j]
    return s


def counts_down(x):
    s = x[0]
    for t in range(4, -1, -1):
        s = s * 0.5 + x[t]
    return s


def by_steps(x):
    s = x[0]
    for t in range(0, 5, 2):
        s = s * 0.5 + x[t]
    return s


def last_turn_special(x):
    s = x[0]
    for t in range(8):
        s = np.sin(s)
        if t < 7:
            s = s * 0.5
    return s


def every_second(x):
    for t in range(8):
        x = np.sin(x)
        if t % 2:
            x = x * 0.5
    return x


def every_fifth(x):
    for t in range(15):
        x = np.sin(x)
        if t % 5 == 0:
            x = x * 0.5
    return x


def helper_in_a_loop(x):
    def steps(x, n):
        for _ in range(n):
            x = np.cos(x)
        return x

    for _ in range(4):
        x = steps(x * 0.5, 6)
    return x


def while_by_a_counter(x):
    t, s = 0, x[0]
    while t < 5:
        s = s * 0.5 + x[t]
        t += 1
    return s


def enumerated(x):
    s = x[0]
    for k, v in enumerate(x, start=1):
        s = s / k + v
    return s


def zipped(X):
    s = X[0]
    for a, b in zip(X[1:], X[:-1], strict=True):
        s = s * 0.5 + a * b
    return s


def star_unpacked(X):
    s = X[0, 0]
    for a, *_b, c in X:
        s = s * 0.5 + a * c
    return s


def generated(x):
    def states(h):
        for k in range(6):
            h = np.tanh(h) + k
            yield h

    return sum(v * 2 for v in states(x))


def sent(x):
    def accumulator():
        total = 0.0
        while True:
            total = total + (yield total) * 0.5

    sums = accumulator()
    next(sums)
    for v in x:
        s = sums.send(v)
    return s


def awaited(x):
    async def step(h):
        return np.tanh(h) + 0.1

    async def states(h):
        for _ in range(6):
            h = await step(h)
        return h

    with pytest.raises(StopIteration) as stopped:
        states(x).send(None)
    return stopped.value.value


def comprehended(x):
    return sum([np.exp(-(v**2)) for v in x])


def comprehension_of_comprehensions(x):
    return sum([sum([np.sin(x[i] * j) for j in range(4)]) for i in range(5)])


def reduced(X):
    return functools.reduce(lambda h, v: np.tanh(h + v), X, np.zeros(3))


def accumulated(x):
    return sum(itertools.accumulate(x, lambda a, b: np.sin(a) + b))


def lagged(x):
    xs = [x, x * 2]
    for t in range(2, 12):
        xs.append(np.sin(xs[t - 1]) + np.cos(xs[t - 2]))
    return xs[-1]


def swapped(x):
    a, b = x, x * 0.5
    for _ in range(6):
        a, b = b, np.sin(a)
    return a + b


def buffered(x):
    s = np.zeros(5)
    s[0] = x[0]
    for i in range(1, 5):
        s[i] = np.sin(s[i - 1]) + x[i]
    return s


def tried(x):
    for k in range(6):
        try:
            x = np.sin(x) + k
        finally:
            x = x + 0.5
    return x


def continued(x):
    s = x * 0.0
    for k in range(12):
        if k % 3 == 1:
            continue
        s = s + np.sin(x * k)
    return s


def wrapped(x):
    def noted(f):
        @functools.wraps(f)
        def inner(*args):
            return f(*args)

        return inner

    @noted
    def step(x):
        return np.sin(x) + 0.1

    for _ in range(6):
        x = step(x)
    return x


class Cell:
    """A recurrence as an object."""

    def __init__(self, h):
        self.h = h

    def step(self, x):
        self.h = np.tanh(self.h * 0.5 + x)
        return self.h


def methods(x):
    cell = Cell(0.1)
    for v in x:
        cell.step(v)
    return cell.h


def closures(x):
    h = x[0]

    def step(v):
        nonlocal h
        h = np.tanh(h * 0.5 + v)

    for v in x:
        step(v)
    return h


def at_the_top(x):
    names = {"np": np, "x": x, "s": x[0]}
    exec("for t in range(5):\n    s = s * 0.5 + x[t]", names)  # as in a script
    return names["s"]


def numbers_of_numpy(x):
    s = x[0]
    for t in np.arange(5):
        s = s + np.sin(x[t]) * t
    return s


def over_a_product(x):
    for a, b in itertools.product(range(3), range(4)):
        x = np.sin(x) * a + b
    return x


def over_a_dict(x):
    rates = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 3.5}
    for rate in rates.values():
        x = np.sin(x) * rate
    return x


def over_an_array(x):
    for v in np.nditer(np.arange(4.0)):
        x = np.sin(x) + float(v)
    return x


def variable_assigned_inside(X):
    h = [X[0] * 0.1, X[0] * 0.2, X[0] * 0.3]
    for x in X:
        new = []
        for g in h:
            x = np.tanh(x + g)
            new.append(x)
        h = new
    return sum(h)


def rows_and_their_elements(X):
    h = 0.0
    for row in X:
        for j in range(3):
            h = np.tanh(h + row[j])
    return h


def rows_of_two_and_a_sum(X):
    out = []
    for a, b in X[:, :2]:
        out.append(sum(a * x + b for x in X[0]))
    return np.stack(out)


def seasons(x):
    s = [x * 0.1, x * 0.2, x * 0.3, x * 0.4, x * 0.5]
    for i in range(14):
        s.append(0.5 * s[i] + np.sin(s[-1]))
    return s[-1]


def reversed_with_a_first(x):
    hs = [x]
    for _ in range(7):
        hs.append(np.sin(hs[-1]))
    return np.stack(hs[::-1]) * np.stack(hs[::2] + hs[1::2])


KINDS = {
    recurrence: (x5, ["8"]),
    two_in_a_row: (x5, ["7", "8"]),
    nested: (x5, ["4", "5"]),
    triangular: (x5, ["4", "i + 1"]),
    counts_down: (x5, ["5"]),
    by_steps: (x5, ["3"]),
    last_turn_special: (x5, ["7"]),
    every_second: (x5, ["4"]),
    every_fifth: (x5, ["3"]),
    helper_in_a_loop: (x5, ["4", "6"]),
    while_by_a_counter: (x5, ["5"]),
    enumerated: (x5, ["5"]),
    zipped: (X, ["7"]),
    star_unpacked: (X, ["8"]),
    generated: (x5, ["6"]),
    sent: (x5, ["5"]),
    awaited: (x5, ["6"]),
    comprehended: (x5, ["5", "5"]),
    comprehension_of_comprehensions: (x5, ["5", "5", "4", "4"]),
    reduced: (X, ["8"]),
    accumulated: (x5, ["4"]),  # summed up in between
    lagged: (x5, ["10"]),
    swapped: (x5, ["6"]),
    buffered: (x5, ["4"]),
    tried: (x5, ["6"]),
    continued: (x5, ["8"]),
    wrapped: (x5, ["6"]),
    methods: (x5, ["4"]),
    closures: (x5, ["5"]),
    at_the_top: (x5, ["5"]),
    numbers_of_numpy: (x5, ["5"]),
    over_a_product: (x5, ["12"]),
    over_a_dict: (x5, ["4"]),
    over_an_array: (x5, ["4"]),
    variable_assigned_inside: (X, ["3", "3", "8"]),
    rows_and_their_elements: (X, ["3", "8"]),
    rows_of_two_and_a_sum: (X, ["3", "8"]),
    seasons: (x5, ["14"]),
    reversed_with_a_first: (x5, ["7"]),
}


def test_values_read_in_another_order_are_slices_of_all():
    order = [node.operation for node in assert_folds(reversed_with_a_first, x5).order]
    assert order.count("index") == 5  # three slices in steps, and x twice


def test_what_an_inner_loop_appends_is_its_array_in_the_outer_too():
    def f(X):
        total = 0.0  # a number in the first turn
        for row in X:
            total = total + np.sum(np.array([np.sin(total + v) for v in row]) ** 2)
        return total

    graph = assert_folds(f, X)
    assert counts_in(graph) == ["3", "8"]
    assert all(node.operation != "stack" for node in with_bodies(graph.order))


@pytest.mark.parametrize("f", KINDS, ids=lambda f: f.__name__)
def test_a_kind_of_loop(f):
    x, counts = KINDS[f]
    assert counts_in(assert_folds(f, x)) == sorted(counts)


def test_the_source_of_turns_is_told_by_names_and_lines():
    (loop,) = loops_in(folded(pl.graph(by_steps, x5)))
    turn = body_of(loop).turn
    assert (turn.names, turn.start, turn.step, turn.count) == (("t",), 0, 2, 3)
    assert turn.line == (__file__, by_steps.__code__.co_firstlineno + 2)


def test_the_carried_value_is_called_as_the_variable():
    (loop,) = loops_in(folded(pl.graph(by_steps, x5)))
    ((before, after),) = body_of(loop).carried
    assert (before.name, after.name) == ("s", "s")


def test_a_long_body_knows_its_variables():
    steps = "".join(f"        x = np.sin(x) + {k / 99}\n" for k in range(99))
    names = {"np": np}
    exec(f"def f(x):\n    for row in range(4):\n{steps}    return x", names)
    (loop,) = loops_in(assert_folds(names["f"], x5))
    assert body_of(loop).turn.names == ("row",)


# -- what must not fold ---------------------------------------------------------------


def growing(x):
    s = x[:1]
    for t in range(1, 5):
        s = np.concatenate([s, x[t : t + 1] * np.sum(s)])
    return s


MASK = [True, False, False, True, True, False, True, False, True, True, False, False]


def irregular(x):
    for t in range(12):
        x = np.sin(x)
        if MASK[t]:
            x = x + 1.0
    return x


def written_at_the_ends(x):
    b = np.zeros(8)
    for t in range(8):
        b[t - 2 : t + 3] += 0.5 * x[0]  # fewer elements in the first and last turns
    return b


def alike_on_one_line(x):
    a, b, c = np.exp(-x), np.exp(-x * 2), np.exp(-x * 3)
    return a, b, c


@pytest.mark.parametrize(("f", "counts"), [
    (growing, []), (irregular, []), (written_at_the_ends, ["4"]),
    (alike_on_one_line, []),
], ids=lambda value: getattr(value, "__name__", ""))  # fmt: skip
def test_what_changes_from_turn_to_turn_is_left_as_it_is(f, counts):
    assert counts_in(assert_folds(f, x5)) == counts


def guarded(x):
    for k in range(6):
        x = np.sin(x) + 0.5
        if x > 0.9:
            x = x * (0.5 + k)
    return x


def test_a_guard_inside_of_a_loop_stays_apart():
    recorded = pl.graph(guarded, 0.5)
    graph = folded(recorded)
    assert [g.answer for g in graph.guards] == [g.answer for g in recorded.guards]
    assert {g.node for g in graph.guards} <= set(graph.order)
    assert_same(graph(0.5), recorded(0.5))
    with pytest.raises(PellucidError, match="goes another way"):
        graph(-9.0)


def guard_between_loops(x):
    for _ in range(5):
        x = np.sin(x) + 0.5
    if x > 0.1:
        for _ in range(6):
            x = np.cos(x)
    return x


def test_a_guard_between_loops_is_asked_of_what_the_first_gives():
    x = np.float64(0.5)
    graph = folded(pl.graph(guard_between_loops, x))
    assert counts_in(graph) == ["5", "6"]
    assert_same(graph(x), guard_between_loops(x))
    assert_same(Prepared(graph)([x]), guard_between_loops(x))


# -- traps ----------------------------------------------------------------------------

TURN = Turn(("t",), count=5)
PLACE = Place(1, [(TURN, 2)])
NO_INTEGER = {
    "index": lambda: np.arange(9.0)[PLACE],
    "list": lambda: [1, 2, 3][PLACE],
    "int": lambda: int(PLACE),
    "operator.index": lambda: operator.index(PLACE),
    "range": lambda: range(PLACE),
    "sum": lambda: PLACE + 1,
    "comparison": lambda: PLACE < 3,
    "array": lambda: np.zeros(PLACE),
}


@pytest.mark.parametrize("use", NO_INTEGER.values(), ids=NO_INTEGER.keys())
def test_a_place_is_no_integer(use):
    with pytest.raises((TypeError, IndexError)):
        use()


ROWS = np.random.default_rng(1).permutation(8)


def rows_of_a_table(X):
    w = X[0]
    for i in ROWS:
        w = np.tanh(w + X[i])
    return w


def test_a_table_of_integers_is_a_further_argument_of_an_index():
    graph = assert_folds(rows_of_a_table, X)
    (index,) = [n for n in with_bodies(graph.order)
                if n.operation == "index" and len(n.arguments) == 2]  # fmt: skip
    assert index.options["at"] == (Slot(0),)
    (row,) = [n for n in index.arguments if n.operation == "index"]
    assert moves(row.options["at"])


def by_zeros(x):
    for k in (0.0, -0.0, 1.0, -0.0, 0.0):
        x = np.copysign(x, k)
    return x


def by_nans(x):
    for k in (1.0, float("nan"), 2.0, float("nan")):
        x = np.fmax(x * 0.5, k)
    return x


def by_numbers_that_are_equal(x):
    for k in (1, 1.0, True, 1, 1.0, True, 1, 1.0, True):
        x = np.sin(x) * k
    return x


def by_wide_numbers(x):
    for k in (2**70, 2**70 + 5, 2**71, 2**72, 3 * 2**69):
        x = x * 0.5 + k
    return x


def by_numbers_around_64_bits(x):
    for k in range(2**63 - 2, 2**63 + 3):
        x = x * 0.5 + k
    return x


def beginning_as_a_number(x):
    m = 0.1
    for _ in range(5):
        m = m + x * 0.3
    return m


def weak_in_a_loop(x):
    rate = 1.0
    for _ in range(6):
        rate = rate * 0.3
        x = x + rate
    return x


def weak_from_outside(x, rate):
    for _ in range(6):
        rate = rate * 0.3
        x = x + rate
    return x


def weak_of_an_earlier_loop(x, rate):
    rates = []
    for _ in range(6):
        rate = rate * 0.3
        rates.append(rate)
    for k in range(6):
        x = x + rates[5 - k]
    return x, rates[2] * x


def read_by_few(x):
    for n in (1, 4, 1, 1, 4, 4):
        a, b = x, x * 0.5
        for _ in range(n):
            a, b = b, np.sin(a)
        x = a + b
    return x


def own_calls(x, n=3):
    for k in range(3):
        x = x * k + 0.5
        if n and k == 1:
            x = own_calls(x, n - 1)
        for j in range(4):
            x = np.cos(x) + j
    return x


def at_two_depths(x):
    def inner(x, deep):
        for k in range(4):
            x = x + k
            if not deep:
                for j in range(5):
                    x = np.sin(x) * j
        return x

    for _ in range(3):
        for _ in range(3):
            x = inner(x, deep=True)
    return inner(x, deep=False)


def broken_off(x):
    s = x * 0.0
    for k in range(20):
        s = s + np.sin(x * k)
        if k == 13:
            break
    else:
        s = s * 2
    return s


def raised_and_caught(x):
    for k in range(6):
        try:
            x = np.sin(x) + k
            if k == 4:
                raise ValueError
        except ValueError:
            x = x * 2
    return x


def over_a_set(x):
    for k in {1, 2, 3, 4}:
        x = np.sin(x) * k
    return x


single = np.float32([0.1, 0.25, 0.7])
TRAPS = {
    by_zeros: (x5,), by_nans: (x5,), by_numbers_that_are_equal: (single,),
    by_wide_numbers: (x5,), by_numbers_around_64_bits: (x5,),
    beginning_as_a_number: (single,), weak_in_a_loop: (single,),
    weak_from_outside: (single, 1.1), weak_of_an_earlier_loop: (single, 1.1),
    read_by_few: (x5,), own_calls: (x5,), at_two_depths: (x5,), broken_off: (x5,),
    raised_and_caught: (x5,), over_a_set: (x5,),
}  # fmt: skip


@pytest.mark.parametrize("f", TRAPS, ids=lambda f: f.__name__)
def test_a_trap(f):
    assert_folds(f, *TRAPS[f])


def test_single_precision_folds_as_double_does():
    assert counts_in(assert_folds(weak_in_a_loop, single)) == ["6"]


def test_a_function_is_recorded_in_two_threads_at_once():
    found = {}

    def record(name, f):
        found[name] = folded(pl.graph(f, x5))

    threads = [threading.Thread(target=record, args=(k, nested)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [counts_in(found[k]) for k in range(4)] == [["4", "5"]] * 4


# -- which instruction, in which turn -------------------------------------------------


def instruction(opname, argval=None, arg=None):
    return SimpleNamespace(opname=opname, argval=argval, arg=arg, offset=0)


# As later versions of Python write them.
STORING = {
    "one": ([("STORE_FAST", "t", 0)], ("t",)),
    "two at once": (
        [("UNPACK_SEQUENCE", 2, 2), ("STORE_FAST_STORE_FAST", ("a", "b"), 1)],
        ("a", "b"),
    ),
    "read at once": ([("STORE_FAST_LOAD_FAST", ("t", "X"), 1)], ("t",)),
    "nested": (
        [("UNPACK_SEQUENCE", 2, 2), ("STORE_FAST", "i", 0), ("UNPACK_SEQUENCE", 2, 2),
         ("STORE_FAST_STORE_FAST", ("a", "b"), 1)],
        ("i", "a", "b"),
    ),
    "with a star": (
        [("UNPACK_EX", 257, 257), ("STORE_FAST", "a", 0), ("STORE_FAST", "b", 1),
         ("STORE_FAST", "c", 2)],
        ("a", "b", "c"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "names"), STORING.values(), ids=STORING.keys())
def test_the_variables_of_a_loop_are_those_that_its_head_stores(steps, names):
    head = [instruction("FOR_ITER"), *(instruction(*step) for step in steps)]
    assert _head([*head, instruction("LOAD_FAST", "X")])[0] == names
    assert _head([instruction("LOAD_FAST"), *head]) == ((), -1)  # of a while
    assert [n for step in head for n in _stored(step)] == list(names)


def test_of_equal_nests_there_is_one():
    nests = {id(nest): nest for _, nest, _ in loops_of(nested.__code__).places.values()}
    assert sorted(len(nest) for nest in nests.values()) == [0, 1, 2]


def scopes_of(graph):
    """All that is noted of where the steps of a graph were recorded."""
    for node in graph.made:
        scope = node.spot.scope
        while scope is not None:
            yield scope
            scope = scope.around


class Row:
    """Something large that a loop goes over."""

    def __init__(self, values):
        self.values = values


def test_what_is_noted_of_turns_keeps_nothing_of_the_persons():
    rows = [Row(np.ones(5) * k) for k in range(4)]
    gone = [weakref.ref(row) for row in rows]

    def f(x):
        for row in rows:
            x = np.sin(x) + 0.5
            assert row.values is not None
        return x

    graph = pl.graph(f, x5)
    assert {type(n) for s in scopes_of(graph) for n in s.numbers} <= {int, type(None)}
    del f
    rows.clear()
    assert [ref() for ref in gone] == [None] * 4
    assert len(graph.made) == 8


# -- the collector --------------------------------------------------------------------


def asking(x):
    assert not gc.isenabled()
    return np.sin(x)


def raising(x):
    raise ZeroDivisionError


@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_collector_is_as_before_when_a_recording_is_over(was_enabled):
    (gc.enable if was_enabled else gc.disable)()
    try:
        pl.graph(lambda x: pl.gradient(lambda x: np.sum(asking(x)))(x), x5)
        assert gc.isenabled() == was_enabled
        with pytest.raises(ZeroDivisionError):
            pl.graph(raising, x5)
        assert gc.isenabled() == was_enabled
    finally:
        gc.enable()


def test_folding_leaves_nothing_to_the_collector():
    graph = pl.graph(recurrence, x5)
    folded(graph)  # once, for what is made at the first time
    gc.collect()
    gc.disable()
    try:
        folded(graph)
        left = gc.collect()
    finally:
        gc.enable()
    assert left < 100


# -- memory and depth -----------------------------------------------------------------


def test_what_a_turn_does_not_need_is_released():
    alive = []

    def f(x):
        for _ in range(50):
            x = np.sin(x) * 0.5
        return x

    graph = folded(pl.graph(f, x5))

    def computed(node, arguments):
        value = node.value if node.is_constant else np.asarray(
            {"sin": np.sin, "multiply": np.multiply}[node.operation](*arguments)
        )  # fmt: skip
        if isinstance(value, np.ndarray):
            alive.append(weakref.ref(value))
        assert sum(ref() is not None for ref in alive) < 8
        return value

    evaluate(graph.order, {graph.inputs[0]: x5}, graph.outputs, computed)
    assert len(alive) == 100


def test_a_deep_nest_of_calls_is_pickled_and_folded():
    def deep(x, n):
        x = np.sin(x) + 0.5
        return deep(x, n - 1) if n else x

    graph = pl.graph(lambda x: deep(x, 150), x5)
    read = pickle.loads(pickle.dumps(graph))
    assert_same(folded(read)(x5), graph(x5))


def test_a_node_of_a_body_is_pickled():
    (loop,) = loops_in(folded(pl.graph(recurrence, x5)))
    ((_, after),) = body_of(loop).carried
    read = pickle.loads(pickle.dumps(after))
    assert isinstance(read, Node)
    assert (read.operation, read.shape) == (after.operation, after.shape)


# -- random programs ------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_a_random_program_computes_the_same(seed):
    done = random_loops.checked(seed)
    assert done["programs"] + done["refused"] + done["large"] == 1
