"""Values that a traced function keeps: in caches, on objects, in closures."""

import copy
import functools
import gc
import pickle
import re
import threading
import weakref

import numpy as np
import pytest
from numpy import eye, linspace

import pellucid as pl

X = np.array([0.5, -1.0, 2.0, 3.0])
GRID = np.linspace(0, 1, 4)


# -- caches, as people write them: each is filled at the first call --------------------


class Stored:
    """A property that stores what it made."""

    def __init__(self):
        self._grid = None

    @property
    def grid(self):
        if self._grid is None:
            self._grid = np.linspace(0, 1, 4)
        return self._grid

    def __call__(self, x):
        return np.sum(self.grid * x**2)


class Cached:
    """functools.cached_property."""

    @functools.cached_property
    def grid(self):
        return np.linspace(0, 1, 4)

    def __call__(self, x):
        return np.sum(self.grid * x**2)


class Slotted:
    """An attribute in a slot, asked for by hasattr."""

    __slots__ = ("grid",)

    def __call__(self, x):
        if not hasattr(self, "grid"):
            self.grid = linspace(0, 1, 4)
        return np.sum(self.grid * x**2)


def of_a_class():
    class Model:
        grid = None

        def __call__(self, x):
            if Model.grid is None:
                Model.grid = np.linspace(0, 1, 4)
            return np.sum(Model.grid * x**2)

    return Model()


def of_lru_cache():
    @functools.lru_cache
    def grid(n):
        return np.linspace(0, 1, n)

    return lambda x: np.sum(grid(len(x)) * x**2)


def of_lru_cache_of_zeros():
    @functools.cache
    def blank(n):
        return np.zeros(n)

    def f(x):
        weights = blank(4) + np.eye(4)[1]
        return np.sum((weights + GRID - np.eye(4)[1]) * x**2)

    return f


def of_lru_cache_of_imported_eye():
    @functools.lru_cache
    def unit(n):
        return eye(n)

    return lambda x: np.sum((unit(4) @ GRID) * x**2)


MODULE_CACHE = {}


def of_a_module(x):
    if "grid" not in MODULE_CACHE:
        MODULE_CACHE["grid"] = np.linspace(0, 1, 4)
    return np.sum(MODULE_CACHE["grid"] * x**2)


GLOBAL_GRID = None


def of_a_global(x):
    global GLOBAL_GRID
    if GLOBAL_GRID is None:
        GLOBAL_GRID = linspace(0, 1, 4)
    return np.sum(GLOBAL_GRID * x**2)


def of_a_closure():
    grid = None

    def f(x):
        nonlocal grid
        if grid is None:
            grid = np.linspace(0, 1, 4)
        return np.sum(grid * x**2)

    return f


def of_a_default():
    def f(x, cache={}):  # noqa: B006
        if 4 not in cache:
            cache[4] = np.linspace(0, 1, 4)
        return np.sum(cache[4] * x**2)

    return f


def of_a_list():
    kept = []

    def f(x):
        if not kept:
            kept.append((np.zeros(4), np.linspace(0, 1, 4)))
        return np.sum((kept[0][0] + kept[0][1]) * x**2)

    return f


def of_an_attribute_of_the_function():
    def f(x):
        if not hasattr(f, "grid"):
            f.grid = np.linspace(0, 1, 4)
        return np.sum(f.grid * x**2)

    return f


def of_a_generator():
    def grids():
        grid = np.linspace(0, 1, 4)
        while True:
            yield grid

    source = grids()
    return lambda x: np.sum(next(source) * x**2)


def of_a_partial():
    made = {}

    def f(cache, x):
        if "grid" not in cache:
            cache["grid"] = np.linspace(0, 1, 4)
        return np.sum(cache["grid"] * x**2)

    return functools.partial(f, made)


def of_views():
    kept = {}

    def f(x):
        if not kept:
            kept["table"] = np.zeros((2, 4))
            kept["row"] = kept["table"][1]
            kept["row"][:] = np.linspace(0, 1, 4)
        return np.sum((kept["row"] + kept["table"][0]) * x**2)

    return f


def of_a_known_product():
    kept = {}

    def f(x):
        if not kept:
            kept["grid"] = np.arange(4) @ np.eye(4) / np.full(4, 3.0)
        return np.sum(kept["grid"] * x**2)

    return f


def of_a_known_gradient():
    kept = {}

    def f(x):
        if not kept:
            half = pl.gradient(lambda w: np.sum(w**2 / 2))
            kept["grid"] = half(np.linspace(0, 1, 4))
        return np.sum(kept["grid"] * x**2)

    return f


def of_the_function_zeros():
    kept = {}

    def f(x):
        if not kept:
            kept["make"] = np.zeros
        return np.sum((kept["make"](4) + GRID) * x**2)

    return f


CACHES = {
    "property": Stored,
    "cached_property": Cached,
    "slot": Slotted,
    "class attribute": of_a_class,
    "lru_cache": of_lru_cache,
    "lru_cache around zeros": of_lru_cache_of_zeros,
    "lru_cache around an imported eye": of_lru_cache_of_imported_eye,
    "dict of the module": lambda: MODULE_CACHE.clear() or of_a_module,
    "global": lambda: globals().update(GLOBAL_GRID=None) or of_a_global,
    "nonlocal": of_a_closure,
    "default argument": of_a_default,
    "list of tuples": of_a_list,
    "attribute of the function": of_an_attribute_of_the_function,
    "generator": of_a_generator,
    "partial": of_a_partial,
    "views": of_views,
    "known product": of_a_known_product,
    "known gradient": of_a_known_gradient,
    "the function np.zeros": of_the_function_zeros,
}
BY_CACHE = pytest.mark.parametrize("made", CACHES.values(), ids=CACHES.keys())
COST, SLOPE = np.sum(GRID * X**2), 2 * GRID * X

TRACES = {
    "graph": lambda f: pl.graph(f, X),
    "gradient": lambda f: pl.gradient(f)(X),
    "hessian": lambda f: pl.hessian(f)(X),
    "compile": lambda f: pl.compile(f)(X),
    "compile for jax": lambda f: pl.compile(f, "jax")(X),
    "compile for torch": lambda f: pl.compile(f, "torch")(X),
    "minimise": lambda f: pl.minimise(f, X, max_iter=2),
    "check": lambda f: pl.check(f, X),
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES.keys())
@BY_CACHE
def test_a_cache_that_is_filled_under_a_trace_serves_the_function_itself(made, trace):
    f = made()
    trace(f)
    np.testing.assert_allclose(f(X), COST, rtol=1e-14)


@BY_CACHE
def test_a_cache_that_is_filled_under_a_trace_serves_the_next_trace(made):
    f = made()
    pl.graph(f, X)
    np.testing.assert_allclose(pl.gradient(f)(X), SLOPE, rtol=1e-14)
    np.testing.assert_allclose(pl.compile(f)(X), COST, rtol=1e-14)


@BY_CACHE
def test_a_cache_that_is_filled_under_a_trace_serves_another_thread(made):
    f, found = made(), []
    pl.graph(f, X)
    thread = threading.Thread(target=lambda: found.append(f(X)))
    thread.start()
    thread.join()
    np.testing.assert_allclose(found, [COST], rtol=1e-14)


@BY_CACHE
def test_a_cache_that_is_filled_by_a_trace_that_raises_serves_the_function(made):
    f = made()

    def broken(x):
        f(x)
        raise KeyError("half way")

    with pytest.raises(KeyError):
        pl.graph(broken, X)
    np.testing.assert_allclose(f(X), COST, rtol=1e-14)


@BY_CACHE
def test_a_cache_that_is_filled_by_an_inner_trace_serves_the_outer_one(made):
    f = made()

    def outer(x):
        inner = pl.graph(f, X)
        return f(x) + inner(x)

    np.testing.assert_allclose(pl.gradient(outer)(X), 2 * SLOPE, rtol=1e-14)
    np.testing.assert_allclose(f(X), COST, rtol=1e-14)


@BY_CACHE
def test_a_cache_that_is_filled_by_an_inner_gradient_serves_the_outer_trace(made):
    f = made()
    outer = lambda x: np.sum(pl.gradient(f)(x) * x)  # noqa: E731
    np.testing.assert_allclose(pl.gradient(outer)(X), 2 * SLOPE, rtol=1e-14)
    np.testing.assert_allclose(f(X), COST, rtol=1e-14)


# -- what a kept value is --------------------------------------------------------------


def kept(make):
    """What a function has kept of its trace, where only a cache knows it."""

    @functools.lru_cache
    def value():
        return make()

    pl.graph(lambda x: x + np.sum(value()), 1.0)
    return value()


MADE = {
    "zeros": lambda: np.zeros(3),
    "zeros of float32": lambda: np.zeros(3, np.float32),
    "ones by columns": lambda: np.ones((2, 3), order="F"),
    "eye": lambda: np.eye(3),
    "full": lambda: np.full((2, 2), 7),
    "arange": lambda: np.arange(5),
    "arange of floats": lambda: np.arange(0, 1, 0.25),
    "linspace": lambda: np.linspace(0, 1, 5, dtype=np.float32),
    "array": lambda: np.array([[1, 2], [3, 4]]),
    "array by columns": lambda: np.array([[1.0, 2], [3, 4]], order="F"),
    "array of no axes": lambda: np.array(2.0),
    "booleans": lambda: np.ones(3, bool),
    "complex": lambda: np.zeros(2, complex),
    "empty": lambda: np.zeros((0, 3)),
    "meshgrid": lambda: np.meshgrid(np.arange(2.0), np.arange(3.0))[0],
    "transposed": lambda: np.arange(6.0).reshape(2, 3).T,
    "broadcast": lambda: np.broadcast_to(np.arange(3.0), (2, 3)),
    "steps back": lambda: np.arange(5.0)[::-2],
    "element": lambda: np.linspace(0, 1, 3)[1],
    "element of float32": lambda: np.ones(3, np.float32)[1],
    "sum": lambda: np.sum(np.arange(4)),
    "mean": lambda: np.ones(4).mean(),
    "product": lambda: np.eye(2) @ np.ones(2),
    "masked": lambda: np.where(np.eye(2) > 0, np.arange(2.0), -1.0),
    "written": lambda: written(np.zeros(4)),
    "triangle": lambda: np.tril(np.ones((3, 3))),
    "comparison": lambda: np.eye(2) > 0,
}


def written(b):
    b[1:3] = 5.0
    b += 1.0
    return b


@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_a_kept_value_is_as_numpys(make):
    ours, numpys = kept(make), make()
    np.testing.assert_array_equal(ours, numpys, strict=True)
    assert (ours.dtype, ours.shape, ours.strides) == (
        numpys.dtype, numpys.shape, numpys.strides
    )  # fmt: skip
    assert ours.flags.writeable == numpys.flags.writeable
    assert ours.flags.f_contiguous == numpys.flags.f_contiguous
    assert isinstance(ours, type(numpys))
    assert repr(ours) == repr(numpys)
    assert type(np.asarray(ours)) is np.ndarray


G = np.array([[2.0, 1.0], [1.0, 3.0]])
V = np.array([1.0, -2.0])
USES = {
    "a + b": lambda g: g + V, "b - a": lambda g: V - g, "2 / a": lambda g: 2 / g,
    "a @ v": lambda g: g @ V, "v @ a": lambda g: V @ g, "a ** 2": lambda g: g**2,
    "a + a": lambda g: g + g, "-a": lambda g: -g, "abs": lambda g: abs(-g),
    "a > 1": lambda g: g > 1, "1 < a": lambda g: g > 1, "a == a": lambda g: g == g,
    "a != None": lambda g: g != None,  # noqa: E711
    "divmod": lambda g: divmod(g, 2), "rdivmod": lambda g: divmod(7, g),
    "a[0]": lambda g: g[0], "a[a > 1]": lambda g: g[g > 1],
    "a[:, 1]": lambda g: g[:, 1],
    "v[a]": lambda g: V[np.asarray(g, int) % 2], "in": lambda g: 3.0 in g,
    "iterated": list, "len": len, "rows": lambda g: [r.sum() for r in g],
    "sum()": lambda g: g.sum(axis=0), "T": lambda g: g.T, "shape": lambda g: g.shape,
    "astype": lambda g: g.astype(int), "tolist": lambda g: g.tolist(),
    "np.exp": np.exp, "np.add.reduce": np.add.reduce, "np.mean": np.mean,
    "np.stack": lambda g: np.stack([g, G]), "np.array": lambda g: np.array([g, g]),
    "np.concatenate": lambda g: np.concatenate((g, g)),
    "np.where": lambda g: np.where(g > 1, g, 0), "np.outer": lambda g: np.outer(V, g),
    "np.linalg.inv": np.linalg.inv, "np.einsum": lambda g: np.einsum("ij,j", g, V),
    "v.dot": lambda g: V.dot(g), "np.full": lambda g: np.full(2, g[0, 0]),
    "np.isfinite": np.isfinite, "np.save's bytes": lambda g: g.tobytes(),
    "float": lambda g: float(g[0, 0]), "format": lambda g: f"{g[0, 0]:.2f}",
    "str": str, "any": lambda g: bool(g.any()), "round": lambda g: round(g[0, 1], 1),
    "deepcopy": copy.deepcopy, "copy": copy.copy,
    "pickle": lambda g: pickle.loads(pickle.dumps(g)),
    "out=": lambda g: np.multiply(G, 2, out=g),
    "out= a tuple": lambda g: np.exp(V, out=(g[0],)),
    "frozen flags": lambda g: g.flags.writeable,
    "nditer": lambda g: [float(i) for i in np.nditer(g)],
}  # fmt: skip


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_kept_array_is_used_as_numpys(use):
    ours = use(kept(lambda: np.array([[2.0, 1.0], [1.0, 3.0]])))
    numpys = use(G.copy())
    np.testing.assert_equal(ours, numpys)
    assert type(np.asarray(ours)) is np.ndarray


WRITES = {
    "a[0] = v": lambda a: a.__setitem__(0, V),
    "a[a > 1] = 0": lambda a: a.__setitem__(a > 1, 0),
    "a += 1": lambda a: a.__iadd__(1),
    "a *= v": lambda a: a.__imul__(V),
    "fill": lambda a: a.fill(4),
    "sort": lambda a: a.sort(axis=0),
    "copyto": lambda a: np.copyto(a, 9),
    "add.at": lambda a: np.add.at(a, [0, 0], 1),
    "fill_diagonal": lambda a: np.fill_diagonal(a, 0),
    "out=": lambda a: np.add(a, 1, out=a),
    "flat": lambda a: a.flat.__setitem__(0, 5),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_kept_array_is_written_to_as_numpys(write):
    ours, numpys = kept(lambda: np.array([[2.0, 1.0], [1.0, 3.0]])), G.copy()
    write(ours)
    write(numpys)
    np.testing.assert_array_equal(ours, numpys)


def test_in_place_operators_keep_the_object():
    ours = before = kept(lambda: np.zeros(3))
    ours += 1
    assert ours is before
    np.testing.assert_array_equal(before, np.ones(3))


def test_kept_views_share_the_memory_of_their_array():
    @functools.lru_cache
    def both():
        whole = np.zeros((2, 3))
        return whole, whole[1], whole.T

    pl.graph(lambda x: x + np.sum(both()[0]), 1.0)
    whole, row, transposed = both()
    row[0] = 7.0
    transposed[2, 0] = 5.0
    np.testing.assert_array_equal(whole, [[0, 0, 5], [7, 0, 0]])
    assert np.shares_memory(whole, row)


def test_writing_to_a_kept_array_leaves_graphs_and_programs_as_they_are():
    cache = functools.lru_cache(lambda: np.array([1.0, 2.0]))
    f = lambda x: np.sum(cache() * x)  # noqa: E731
    graph, compiled = pl.graph(f, V), pl.compile(f)
    compiled(V)
    cache()[:] = 100.0
    assert (float(graph(V)), float(compiled(V)), float(f(V))) == (-3.0, -3.0, -100.0)


def test_a_kept_value_is_as_it_was_when_the_trace_ended():
    outside = np.ones(1 << 18)  # too large to be copied when it is captured
    cache = functools.lru_cache(lambda: np.zeros(1 << 18) + outside)
    pl.graph(lambda x: x + np.sum(cache()), 1.0)
    outside[:] = 5.0
    assert float(cache()[0]) == 1.0


def test_one_object_is_kept_under_one_identity():
    cache = functools.lru_cache(lambda: np.zeros(3))
    seen = []
    f = lambda x: seen.append(cache()) or np.sum(cache() * x)  # noqa: E731
    pl.graph(f, np.ones(3))
    f(np.ones(3))
    assert seen[1] is cache()
    assert np.shares_memory(seen[0], seen[1])


def test_a_kept_buffer_takes_plain_numbers_in_a_plain_call():
    buffer = functools.lru_cache(lambda: np.zeros(2))

    def f(x):
        scale = buffer()
        return np.sum((scale + 1) * x)

    pl.gradient(f)(V)
    buffer()[:] = [1.0, 0.0]
    assert float(f(V)) == 0.0
    np.testing.assert_array_equal(pl.gradient(f)(V), [2.0, 1.0])


def test_a_kept_value_may_be_an_argument_or_data():
    grid = kept(lambda: np.linspace(0, 1, 4))
    assert float(pl.compile(lambda x, g: np.sum(g * x))(X, grid)) == np.sum(GRID * X)
    np.testing.assert_array_equal(pl.gradient(lambda g: g @ X)(grid), X)
    fit = pl.minimise(lambda w, g: np.sum((w - g) ** 2), np.zeros(4), grid)
    np.testing.assert_allclose(fit.x, GRID, atol=1e-12)


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_kept_value_is_captured_on_every_target(target):
    grid = kept(lambda: np.linspace(0, 1, 4))
    f = lambda x, g: np.sum(np.stack([grid, g]) @ x) + grid[1] * x[0]  # noqa: E731
    expected = f(X, np.asarray(grid))
    np.testing.assert_allclose(pl.compile(f, target)(X, grid), expected, rtol=1e-14)


def test_a_trace_leaves_nothing_behind_but_what_is_kept():
    cache = functools.lru_cache(lambda: np.zeros(3))
    big = np.ones(10)
    held = weakref.ref(big)
    f = lambda x, outside: np.sum(cache() * x) + np.sum(outside)  # noqa: E731
    pl.graph(functools.partial(f, outside=big), np.ones(3))
    del big
    gc.collect()
    assert held() is None


# -- what depends on an argument -------------------------------------------------------

HISTORY = []


def logging(w):
    loss = np.sum(w**2)
    HISTORY.append(loss)
    return loss


LATE = {
    "operator": lambda x: x + 1,
    "reflected": lambda x: 1 + x,
    "ufunc": np.exp,
    "function": lambda x: np.mean([x]),
    "float": float,
    "array": lambda x: np.array([x]),
    "if": bool,
    "method": lambda x: x.item(),
    "attribute": lambda x: x.flags,
    "format": "{:.3f}".format,
    "pickle": pickle.dumps,
    "plain array": lambda x: V * x,
    "copied": copy.deepcopy,
}


@pytest.mark.parametrize("use", LATE.values(), ids=LATE.keys())
def test_a_kept_value_that_depends_on_an_argument_is_refused(use):
    HISTORY.clear()
    pl.gradient(logging)(V)
    with pytest.raises(pl.TraceError, match="kept after its trace ended") as caught:
        use(HISTORY[0])
    line = logging.__code__.co_firstlineno + 1
    assert "(loss, shape ())" in str(caught.value)
    assert f"test_kept_values.py, line {line}: `loss = np.sum(w**2)`" in str(
        caught.value
    )
    assert re.match(r"test_kept_values.py, line \d+: `", str(caught.value))


def test_what_the_refusal_says_to_write_works():
    history = []
    cost = lambda w: np.sum(w**2)  # noqa: E731
    value, gradient = pl.value_and_gradient(cost)(V)
    history.append(value)
    np.testing.assert_array_equal(history, [5.0])
    np.testing.assert_array_equal(gradient, 2 * V)


def test_a_buffer_into_which_an_argument_was_written_is_refused_afterwards():
    buffer = functools.lru_cache(lambda: np.zeros(2))

    def f(x):
        buffer()[0] = x
        return np.sum(buffer())

    pl.graph(f, 1.0)
    with pytest.raises(pl.TraceError, match="depends on the arguments"):
        buffer() + 1
