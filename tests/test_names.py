"""Each function of NumPy that is recorded, by name: a small call of that very function.

Its value, shape and dtype are NumPy's, as a graph, compiled and written out, in single
and double precision; its derivative is what the coverage page says, and agrees with
differences twice.
"""

import functools
import types

import covered
import numpy as np
import pytest
import scipy.special as sc
from comparison import assert_derivatives, assert_foretold, assert_same
from function_examples import EXAMPLES, inputs, program

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.operations.closed_set import UFUNCS
from pellucid.graphs.tracing import patching
from pellucid.graphs.tracing.attributes import TracedArray
from pellucid.graphs.tracing.creation import CREATORS
from pellucid.graphs.tracing.refusals import name_of
from pellucid.graphs.tracing.trace_warnings import unused_allowed
from pellucid.graphs.tracing.traced import FUNCTIONS
from pellucid.graphs.tracing.unrecorded import REASONS

ENTRIES = {
    entry.name.removeprefix("np."): entry
    for family in (covered.ufuncs, covered.array_functions, covered.fourier)
    for entry in family()
    if entry.reason is None
}
METHODS = {name for name in EXAMPLES if name.startswith("ndarray.")}


def test_what_is_recorded_has_an_example_and_nothing_else():
    assert EXAMPLES.keys() - METHODS == ENTRIES.keys()


def names_in(table):
    """The names of the functions in a table, as a person writes NumPy's."""
    functions = [f for f in table if not isinstance(f, str)]
    return {name_of(f).removeprefix("np.") for f in functions}


def is_scipys(name):
    """Whether test_special.py has it."""
    return name.startswith("scipy.") or hasattr(sc, name)


def test_every_entry_is_of_an_example_or_refused_or_scipys():
    others = names_in(FUNCTIONS) - names_in(map(covered.public, ENTRIES))
    numpys = {name for name in others if not is_scipys(name)}
    assert numpys - set(REASONS) == {"iterable"}  # no part of NumPy's protocol


# They are no calls, or need a number: test_trace.py and test_never_silent.py have them.
NO_CALLS = {"T", "mT", "dtype", "flat", "imag", "itemsize", "nbytes", "ndim", "real",
            "shape", "size"}  # fmt: skip
NEED_VALUES = {"item", "nonzero", "tolist"}


def test_every_method_of_an_array_has_an_example():
    public = {name for name in dir(np.ndarray) if not name.startswith("_")}
    methods = public & set(dir(TracedArray)) - NO_CALLS - NEED_VALUES
    assert {f"ndarray.{name}" for name in methods} == METHODS


# The call reaches the entry of that name, and no other's.


@functools.cache
def reached():
    """For each example the keys of the entries that its record reaches."""
    seen = []

    def spied(key, entry):
        spy = lambda *a, **k: (seen.append(key), entry(*a, **k))[1]  # noqa: E731
        return functools.wraps(entry)(spy)

    def seen_of(name):
        seen.clear()
        pl.graph(program(name), inputs(name))
        return set(seen)

    places = [(FUNCTIONS, f) for f in FUNCTIONS if not isinstance(f, str)]
    places += [(CREATORS, name) for name in CREATORS]
    with pytest.MonkeyPatch.context() as patch:
        for table, key in places:
            patch.setitem(table, key, spied(key, table[key]))
        patching._lookup.cache_clear()
        found = {name: seen_of(name) for name in ENTRIES}
    patching._lookup.cache_clear()
    return found


def recorded_by(name):
    """The operation that a ufunc of one result is."""
    return UFUNCS.get(covered.public(name))


# NumPy computes them from a size and a number, with operators.
BY_OPERATORS = covered.OF_SIZES


@pytest.mark.parametrize("name", sorted(ENTRIES.keys() - BY_OPERATORS))
def test_the_example_reaches_the_entry_of_its_name(name):
    graph = pl.graph(program(name), inputs(name))
    operations = {node.operation for node in graph.order}
    seen = reached()[name] & {name, covered.public(name)}
    assert seen or recorded_by(name) in operations


def test_a_call_of_another_function_is_caught():
    assert np.max in reached()["max"]
    assert np.nanmax not in reached()["max"]


# Values.


def in_single(values):
    return [np.float32(v) if np.ndim(v) == 0 else v.astype("f4") for v in values]


# Text about an array, and dtypes; test_coverage.py has them.
NO_NUMBERS = {
    "array2string", "array_repr", "array_str", "common_type", "einsum_path",
    "min_scalar_type", "result_type",
}  # fmt: skip
NUMBERS = sorted(EXAMPLES.keys() - NO_NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_value_is_numpys(name):
    f, values = program(name), inputs(name)
    graph = pl.graph(f, values)
    assert_same(graph(values), f(values))
    structure.mapped(assert_foretold, graph.result, f(values))


@pytest.mark.parametrize("name", NUMBERS)
def test_the_value_is_numpys_in_single_precision(name):
    f, values = program(name), in_single(inputs(name))
    graph = pl.graph(f, values)
    assert_same(graph(values), f(values))
    structure.mapped(assert_foretold, graph.result, f(values))


@pytest.mark.parametrize("name", NUMBERS)
def test_the_compiled_value_is_numpys(name):
    f, values = program(name), inputs(name)
    assert_same(pl.compile(f)(values), f(values))


@pytest.mark.parametrize("name", NUMBERS)
def test_the_written_source_gives_numpys_value(name):
    f, values = program(name), inputs(name)
    module = types.ModuleType("written")
    exec(pl.source(f, values), module.__dict__)
    assert_same(module.f(values), f(values))


# Derivatives: what the page says is what is seen.


def weighted(z):
    """A number to which each element, and each part of a complex one, counts."""
    if isinstance(z, (str, type, np.dtype, bool)) or z is None:
        return 0.0
    w = np.cos(1.0 + np.arange(float(np.size(z)))).reshape(np.shape(z))
    return np.sum(np.real(z) * w) + np.sum(np.imag(z) * w**2)


def cost(name):
    f = program(name)
    return lambda values: sum(map(weighted, structure.leaves(f(values))))


def seen(name):
    """Whether an example has a gradient that is not zero."""
    with unused_allowed():
        slopes = pl.gradient(cost(name))(inputs(name))
    return "differentiable" if any(map(np.any, slopes)) else "no slope"


@pytest.mark.parametrize("name", ENTRIES)
def test_the_slope_is_as_the_page_says(name):
    assert seen(name) == ENTRIES[name].slope


def test_a_wrong_claim_is_caught():
    assert (seen("rint"), seen("exp")) == ("no slope", "differentiable")


# NumPy reads one triangle of these, and the derivative is that of a symmetric matrix.
SYMMETRIC = {"linalg.cholesky", "linalg.eigh", "linalg.eigvalsh"}
SMOOTH = [name for name in ENTRIES if ENTRIES[name].slope == "differentiable"]


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_agree_with_differences(name):
    f, values = cost(name), inputs(name)
    values = [np.where(np.isnan(v), 0.3, v)[()] for v in values]
    if name in SYMMETRIC:
        assert_derivatives(lambda S: f([S + S.T]), values[0])
    else:
        assert_derivatives(f, values)
