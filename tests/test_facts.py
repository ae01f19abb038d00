"""Each operation says what it is: facts without defaults, held against what it does."""

import inspect

import numpy as np
import pytest
from operation_examples import NAMES, X, example

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.evaluate import evaluate, meaning
from pellucid.graphs.functions import ufuncs
from pellucid.graphs.operations.closed_set import OPERATIONS, UFUNCS, operation
from pellucid.graphs.operations.dtypes import reads
from pellucid.graphs.operations.elementwise import FACTS
from pellucid.graphs.operations.kinds import (
    BY_EACH,
    Facts,
    Kind,
    Reads,
    Slope,
    Takes,
    Zero,
)

each = pytest.mark.parametrize("name", NAMES)


def step(name):
    """The last step of this operation in its example."""
    found = [n for n in pl.graph(example(name), X).nodes if n.operation == name]
    return found[-1] if found else None


@each
def test_an_operation_has_its_facts(name):
    facts = OPERATIONS[name].facts
    assert isinstance(facts.kind, Kind)
    assert isinstance(facts.slope, Slope)
    assert isinstance(facts.reads, Reads)
    assert isinstance(facts.zero, Zero)
    assert isinstance(facts.takes, Takes)
    assert {type(facts.commutes), type(facts.view), type(facts.even)} == {bool}


def test_there_are_no_defaults():
    assert inspect.signature(operation).parameters["facts"].default is inspect._empty
    assert not Facts._field_defaults


def test_every_ufunc_of_numpy_has_facts():
    names = {name for name in UFUNCS.values() if not name.startswith("special.")}
    assert FACTS.keys() == names


@pytest.mark.filterwarnings("ignore")
@each
def test_the_shape_is_that_of_the_kind(name):
    node = step(name)
    if node is None:
        return
    shapes = [a.shape for a in node.arguments]
    right = {
        Kind.ELEMENTWISE: lambda: node.shape == np.broadcast_shapes(*shapes),
        Kind.REDUCES: lambda: node.size <= node.arguments[0].size,
        Kind.SCANS: lambda: node.shape == shapes[0],
        Kind.ALONG: lambda: node.shape == shapes[0],
        Kind.MAKES: lambda: not shapes,
        Kind.MOVES: lambda: bool(shapes),
        Kind.MIXES: lambda: bool(shapes),
    }
    assert right[OPERATIONS[name].facts.kind]()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.bool])
@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("special.")])
@np.errstate(all="ignore")
def test_arguments_in_the_dtypes_that_are_read_give_the_same(name, dtype):
    try:
        graph = pl.graph(example(name), X.astype(dtype))
    except (PellucidError, TypeError, ValueError):
        return  # it takes no such numbers
    if name == "inverse_gaps" and dtype is np.int64:
        return  # eigenvalues are floats
    nodes = [n for n in graph.nodes if n.operation == name and n.arguments]
    wanted = dict.fromkeys(a for n in nodes for a in n.arguments)
    inputs = dict.fromkeys(graph.inputs, X.astype(dtype))
    values = evaluate(graph.order, inputs, wanted)
    for node in nodes:
        given = [values[a] for a in node.arguments]
        read = [np.asarray(x, kind) for x, kind in zip(given, reads(node), strict=True)]
        theirs = meaning(node)(*given, **node.options)
        ours = meaning(node)(*read, **node.options)
        np.testing.assert_array_equal(ours, theirs)
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype


COMMUTING = [n for n in NAMES if OPERATIONS[n].facts.commutes]


@pytest.mark.parametrize("name", COMMUTING)
def test_what_commutes_gives_the_same_with_its_arguments_changed(name, rng):
    whole = rng.integers(1, 9, (2, 9))
    x, y = whole if name in WHOLE else whole / 4
    f = OPERATIONS[name].function
    np.testing.assert_array_equal(f(x, y), f(y, x))


WHOLE = {"gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor"}
ORDERED = [n for n in FACTS if n not in COMMUTING
           and "dd->d" in getattr(np, n).types]  # fmt: skip


@pytest.mark.parametrize("name", ORDERED)
def test_what_does_not_commute_gives_another(name):
    x, y = np.array([0.5, 3.0, -2.0]), np.array([2.0, 0.25, 1.0])
    f = getattr(np, name)
    with np.errstate(all="ignore"):
        assert not np.array_equal(f(x, y), f(y, x), equal_nan=True)


@each
def test_what_has_no_slope_has_no_rule(name):
    steps = OPERATIONS[name].facts.slope is Slope.NONE and name in DERIVATIVES
    if steps and name != "sign":  # of complex numbers it has one
        assert [DERIVATIVES[name](position) for position in range(2)] == [None, None]


PRODUCTS = [n for n in NAMES if OPERATIONS[n].facts.slope & BY_EACH]


@pytest.mark.parametrize("name", PRODUCTS)
def test_what_is_a_product_is_linear_in_each_argument(name):
    node = step(name)
    f, xs = OPERATIONS[name].function, [np.ones(a.shape) for a in node.arguments]
    once, options = f(*xs, **node.options), dict(node.options)
    for i in range(len(xs)):
        threefold = [3 * x if i == j else x for j, x in enumerate(xs)]
        np.testing.assert_array_equal(f(*threefold, **options), 3 * once)


TAME = [n for n, facts in FACTS.items() if facts.slope in ufuncs.TAME
        and any("d" in t for t in getattr(np, n).types)]  # fmt: skip


@pytest.mark.parametrize("name", TAME)
def test_what_is_not_steep_is_silent(name):
    ufunc, numbers = getattr(np, name), np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0])
    ufunc(*np.meshgrid(*[numbers] * ufunc.nin))


WITH_ZEROS = [n for n in NAMES if OPERATIONS[n].facts.zero is not Zero.NOWHERE]


@pytest.mark.parametrize("name", WITH_ZEROS)
def test_what_is_0_of_zeros_gives_0(name):
    node = step(name)
    first = OPERATIONS[name].facts.zero is Zero.FIRST
    values = [(np.ones if first and i else np.zeros)(a.shape, a.dtype)
              for i, a in enumerate(node.arguments)]  # fmt: skip
    assert not np.any(OPERATIONS[name].function(*values, **node.options))


ONE = [n for n in FACTS if "d->d" in getattr(np, n).types]


@pytest.mark.parametrize("name", ONE)
def test_what_is_even_gives_the_same_on_both_sides(name):
    x = np.array([0.25, 0.7, 0.9])
    f, facts = getattr(np, name), OPERATIONS[name].facts
    if facts.slope is not Slope.NONE:
        with np.errstate(all="ignore"):
            assert np.array_equal(f(x), f(-x)) == facts.even


@pytest.mark.parametrize("name", ["copysign", "hypot", "sinc", "i0"])
def test_what_is_even_in_its_first_argument(name):
    x = np.array([0.25, 0.7, 0.9])
    f, rest = OPERATIONS[name].function, [x + 1] if name in FACTS else []
    assert OPERATIONS[name].facts.even
    np.testing.assert_array_equal(f(x, *rest), f(-x, *rest))
