"""Programs as the world writes them: value, gradient, printed and compiled code."""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from comparison import assert_as_numpy, gradient_of_jax
from tutorials import (
    classification,
    dynamics,
    matrices,
    networks,
    probability,
    regression,
    sequences,
    signals,
)

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.tracing.trace import is_float

MODULES = (classification, regression, networks, sequences, probability, dynamics,
           matrices, signals)  # fmt: skip
CASES = {name: case for module in MODULES for name, case in module.CASES.items()}
STEP = 1e-3
JAX = (
    "logistic, course style", "logistic, clipped", "softmax, loops", "huber",
    "leave one out", "net of two layers, course style", "layer norm", "gru",
    "causal attention", "gaussian process", "weighted least squares",
    "lorenz by runge-kutta",
)  # fmt: skip
each = pytest.mark.parametrize("name", CASES, scope="module")


def inputs(args):
    """The positions of the arguments that hold floats."""
    floats = [any(map(is_float, structure.leaves(arg))) for arg in args]
    return tuple(np.flatnonzero(floats).tolist())


def cost_of(f):
    """A cost that every element of what a program gives has a weight of its own in."""

    def weighted(part):
        return np.sum(
            part * np.cos(1 + np.arange(np.size(part))).reshape(np.shape(part))
        )

    @functools.wraps(f)
    def cost(*args):
        return sum(map(weighted, structure.leaves(f(*args))))

    return cost


def direction(args, seed):
    """A random step for each float, in proportion to it."""
    rng = np.random.default_rng(seed)

    def step(leaf):
        sizes = np.abs(leaf) if is_float(leaf) else 0.0
        size = np.where(sizes > 0, sizes, 1.0)
        return rng.normal(size=np.shape(leaf)) * size

    return [structure.mapped(step, args[i]) for i in inputs(args)]


def moved(args, v, h):
    """The arguments after a step along v."""
    steps = dict(zip(inputs(args), v, strict=True))
    return [
        structure.mapped(lambda x, d: x + h * d if is_float(x) else x, arg, steps[i])
        if i in steps
        else arg
        for i, arg in enumerate(args)
    ]


def difference(cost, args, v):
    """The slope of a cost along v by central differences, extrapolated."""

    def central(h):
        return (cost(*moved(args, v, h)) - cost(*moved(args, v, -h))) / (2 * h)

    return (4 * central(STEP / 2) - central(STEP)) / 3


def inner(slopes, v):
    """The sum of the products of each slope and its step."""
    pairs = zip(structure.leaves(slopes), structure.leaves(v), strict=True)
    return sum(np.sum(g * d) for g, d in pairs if g is not None)


def assert_slope(slopes, v, theirs, scale):
    """A gradient along v is the difference, up to a millionth of what it sums."""
    sizes = structure.mapped(
        np.abs, [list(structure.leaves(slopes)), [*structure.leaves(v)]]
    )
    allowed = 1e-6 * inner(*sizes) + 1e-11 * np.abs(scale)
    np.testing.assert_allclose(inner(slopes, v), theirs, rtol=0, atol=allowed)


def assert_close(ours, theirs, rtol=1e-9):
    """The same structure of nearly the same numbers."""

    def assert_leaf(a, b):
        size = np.max(np.abs(b), initial=0, where=np.isfinite(b))
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * size)

    structure.mapped(assert_leaf, ours, theirs)


def in_single(args):
    """The arguments with their arrays in single precision."""
    return structure.mapped(
        lambda x: x.astype(np.float32) if is_float(x) and np.ndim(x) else x, args
    )


def of_jax(name):
    """The same program with JAX in NumPy's and SciPy's place."""
    module = next(module for module in MODULES if name in module.CASES)
    text = Path(module.__file__).read_text()
    text = re.sub(r"^(import|from) (numpy|scipy)\b", r"\1 jax.\2", text, flags=re.M)
    names = {"__name__": module.__name__}
    exec(compile(text, module.__file__, "exec"), names)
    return names["CASES"][name][0]


def run(source, title, *args):
    """What a printed function gives."""
    names = {}
    exec(source, names)
    return names[title](*args)


@each
def test_a_graph_gives_what_the_program_gives(name):
    assert_as_numpy(*CASES[name])


@functools.lru_cache(maxsize=1)  # the tests of one program come one after the other
def slopes_of(name):
    """The gradient of a program's cost, recorded once."""
    f, *args = CASES[name]
    return pl.graph(pl.gradient(cost_of(f), inputs(args)), *args)


@each
def test_the_gradient_is_that_of_the_differences(name):
    f, *args = CASES[name]
    cost, v = cost_of(f), direction(args, seed=1)
    slopes = slopes_of(name)(*args)
    assert_slope(slopes, v, difference(cost, args, v), cost(*args))


@each
def test_the_hessian_is_that_of_the_differences(name):
    f, *args = CASES[name]
    cost, u, v = cost_of(f), direction(args, seed=1), direction(args, seed=2)
    curvature = pl.hvp(cost, inputs(args))(*args, tuple(v))

    def along(*args):
        return inner(slopes_of(name)(*args), u)

    assert_slope(curvature, u, difference(along, args, v), along(*args))


@each
def test_compiled_code_gives_the_same(name):
    f, *args = CASES[name]
    slopes = pl.gradient(cost_of(f), inputs(args))
    assert_close(pl.compile(f)(*args), f(*args))
    assert_close(pl.compile(slopes)(*args), slopes_of(name)(*args))


@each
def test_the_printed_program_and_its_printed_gradient_run(name):
    f, *args = CASES[name]
    graph = pl.graph(cost_of(f), *args)
    slopes = pl.gradient(graph, inputs(args))
    assert_close(run(pl.source(f, *args), f.__name__, *args), f(*args))
    printed = run(pl.source(slopes), slopes.title, *args)
    assert_close(printed, slopes_of(name)(*args))


@each
@np.errstate(invalid="ignore")  # a kernel of float32 products may raise it for no nan
def test_single_precision_stays_single(name):
    f, *args = CASES[name]
    cost, singles = cost_of(f), in_single(args)
    assert_as_numpy(f, *singles, ulps=4096)
    slopes = pl.gradient(cost, inputs(args))
    ours, theirs = slopes(*singles), slopes_of(name)(*args)
    assert_close(ours, theirs, rtol=1e-3)
    structure.mapped(assert_same_dtype, list(ours), [singles[i] for i in inputs(args)])


def assert_same_dtype(slope, argument):
    """A gradient is of the precision of its argument."""
    assert (
        not is_float(argument) or np.asarray(slope).dtype == np.asarray(argument).dtype
    )


@pytest.mark.parametrize("name", JAX)
def test_the_gradient_is_that_of_jax(name):
    f, *args = CASES[name]
    theirs = gradient_of_jax(cost_of(of_jax(name)), *args, wrt=inputs(args))
    assert_close(pl.gradient(cost_of(f), inputs(args))(*args), theirs)
