"""What came held against what was expected: numbers, types, targets and differences."""

import functools

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.node import Node
from pellucid.graphs.structure import leaves
from pellucid.graphs.tracing.trace import is_float
from pellucid.graphs.tracing.trace_warnings import unused_allowed

# -- the same results -----------------------------------------------------------------


def assert_as_numpy(f, *args, ulps=64, size=0):
    """Value, shape, dtype and class of each result are NumPy's, and were foretold."""
    graph, theirs = pl.graph(f, *args), f(*args)
    assert_same(graph(*args), theirs, ulps, size)
    structure.mapped(assert_foretold, graph.result, theirs)


def assert_same(ours, theirs, ulps=64, size=0):
    """Value, shape, dtype and class of each result are the same.

    Values may differ by so many units in the last place of the largest, or of a number
    of that size, which what cancels was made of. Where by none, zeros have the same
    sign too.
    """
    same = functools.partial(assert_same_leaf, ulps=ulps, size=size)
    assert_same_places(ours, theirs)
    structure.mapped(same, ours, theirs)


def assert_same_leaf(ours, theirs, ulps, size):
    assert isinstance(ours, np.ndarray) == isinstance(theirs, np.ndarray)
    assert np.shape(ours) == np.shape(theirs)
    dtype = np.asarray(theirs).dtype
    assert np.asarray(ours).dtype == dtype
    eps = ulps * np.finfo(dtype).eps if dtype.kind in "fc" else 0
    largest = np.max(np.abs(theirs), initial=size, where=np.isfinite(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=eps, atol=eps * largest)
    if dtype.kind == "f" and not ulps:
        np.testing.assert_array_equal(np.signbit(ours), np.signbit(theirs))


def assert_close(ours, theirs):
    """Shape and dtype are the same, and values as near as compiled code comes."""
    assert_same_places(ours, theirs)
    structure.mapped(assert_close_leaf, ours, theirs)


def assert_close_leaf(ours, theirs):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    is_single = theirs.dtype.kind in "fc" and np.finfo(theirs.dtype).bits == 32
    rtol = (2e-5 if is_single else 1e-12) if theirs.dtype.kind in "fc" else 0
    largest = np.max(np.abs(theirs), initial=0, where=np.isfinite(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * largest)


def assert_same_places(ours, theirs):
    """Both are nested alike: where one has an array, the other has no list."""
    places = [[path for path, _ in structure.paths(tree)] for tree in (ours, theirs)]
    assert places[0] == places[1]


def assert_foretold(node, value):
    """The trace has told shape and dtype."""
    assert isinstance(node, Node)
    assert (node.shape, node.dtype) == (np.shape(value), np.asarray(value).dtype)


def in_precision(precision, arrays):
    """The same arrays in single or double precision."""
    return [a.astype(precision) for a in arrays]


# -- many programs in one -------------------------------------------------------------


class Together:
    """Programs with their arguments, which run as few graphs with the outputs of many.

    XLA takes for them half of the time that it takes one by one. `run` is called as
    `run(f, *args)`, and `together[name]` is what it gives for the program of that name.
    Where many fail they are run one by one, so that the one at fault is named.
    """

    def __init__(self, run, programs, size=40):
        self._run, self._programs, self._found = run, programs, {}
        names = list(programs)
        self._groups = [names[i : i + size] for i in range(0, len(names), size)]

    def __getitem__(self, name):
        if name not in self._found:
            (group,) = (group for group in self._groups if name in group)
            self._found |= self._of_many(group)
        if isinstance(self._found[name], Exception):
            raise self._found[name]
        return self._found[name]

    def _of_many(self, names):
        functions, args = zip(*(self._programs[name] for name in names), strict=True)

        def every(args):
            return [f(*each) for f, each in zip(functions, args, strict=True)]

        try:
            return dict(zip(names, self._run(every, list(args)), strict=True))
        except Exception:
            found = {name: self._alone(name) for name in names}
            if not any(isinstance(each, Exception) for each in found.values()):
                raise
            return found

    def _alone(self, name):
        """What a program gives by itself, or how it fails."""
        f, args = self._programs[name]
        try:
            return self._run(f, *args)
        except Exception as error:
            return error


def on_target(target, programs):
    """What each program gives for its arguments when it is compiled for a target."""
    return Together(lambda f, *args: pl.compile(f, target=target)(*args), programs)


# -- other engines' gradients ---------------------------------------------------------


def gradient_of_jax(f, *args, wrt=0):
    """The gradient of a function written with jax.numpy, in double precision.

    JAX compiles it whole; op by op it compiles every step.
    """
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        return jax.jit(lambda: jax.grad(f, wrt)(*args))()


# -- central differences --------------------------------------------------------------

DIRECTIONS = 3
STEP = 1e-3
TOLERANCE = 1e-6  # of the slope: the extrapolated difference is far more exact
NOISE = 1e-11  # of the cost: its rounding errors, divided by the step


def assert_derivatives(f, *args, order=2):
    """The gradient agrees with differences in random directions, and so on to `order`.

    It is what `pl.check` does, and ten times as fast: each derivative is recorded once
    and its graph run at every step, where `pl.check` records anew.
    """
    rng = np.random.default_rng(0)
    args = structure.mapped(in_double, args)
    wrt = tuple(i for i, arg in enumerate(args) if any(map(is_float, leaves(arg))))
    cost = plain = weighed(f, args, rng)
    for degree in range(1, order + 1):
        with unused_allowed():
            slopes = pl.graph(pl.value_and_gradient(cost, wrt), *args)
        for _ in range(DIRECTIONS):
            step = direction(args, rng)
            assert_slope(plain, slopes, args, wrt, step, f"derivative {degree}")
        step = direction(args, rng)
        cost = along(pl.value_and_gradient(cost, wrt), wrt, step)
        plain = along(slopes, wrt, step)


def assert_slope(f, slopes, args, wrt, step, what):
    """The slope along a direction is that of differences, by Richardson's rule."""
    value, gradient = slopes(*args)
    steps = (0, STEP, -STEP, STEP / 2, -STEP / 2)
    now, *ends = (float(f(*moved(args, step, h))) for h in steps)
    theirs = (8 * (ends[2] - ends[3]) - (ends[0] - ends[1])) / (6 * STEP)
    taken = [step[i] for i in wrt]
    scale = inner(*structure.mapped(sizes, (list(gradient), taken)))
    secant = max(abs(end - now) for end in ends[:2]) / STEP  # where the slope is 0
    atol = TOLERANCE * max(scale, secant) + NOISE * abs(now)
    np.testing.assert_allclose(inner(gradient, taken), theirs, 0, atol, err_msg=what)
    np.testing.assert_allclose(value, now, 1e-6, 1e-12 * max(1, scale), err_msg=what)


def weighed(f, args, rng):
    """The sum of all results with random weights: every element counts."""
    weights = [rng.normal(size=np.shape(r)) for r in leaves(f(*copies(args)))]

    def cost(*args):
        pairs = zip(leaves(f(*copies(args))), weights, strict=True)
        return sum(np.sum(part * weight) for part, weight in pairs)

    return cost


def along(slopes, wrt, step):
    """The derivative along a direction."""
    return lambda *args: inner(slopes(*args)[1], [step[i] for i in wrt])


def direction(args, rng):
    """A random step for every float, in proportion to it; None for the rest."""

    def step(leaf):
        if is_float(leaf):
            scale = np.where(leaf == 0, 1.0, np.abs(leaf))
            return rng.normal(size=np.shape(leaf)) * scale
        return None

    return structure.mapped(step, args)


def moved(args, step, h):
    """The arguments h times a step further; a Python float stays one."""

    def end(x, d):
        if d is None:
            return x
        return float(x + h * d) if type(x) is float else x + h * d

    return structure.mapped(end, args, step)


def inner(a, b):
    """The sum of all products."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return sum(np.sum(x * y) for x, y in pairs if y is not None)


def sizes(leaf):
    return None if leaf is None else np.abs(leaf)


def copies(args):
    """The same, in arrays of their own: a function may write into its arguments."""
    return structure.mapped(lambda x: x.copy() if type(x) is np.ndarray else x, args)


def in_double(leaf):
    """Arrays and NumPy's numbers in double precision; Python's stay as they are."""
    is_numpys = is_float(leaf) and hasattr(leaf, "dtype")
    return np.asarray(leaf, float)[()] if is_numpys else leaf
