"""A gradient in a loop runs what was recorded, and is never of what was before.

Each case changes something between two calls, in every way that a program may; the
gradient is then that of a function written anew, and what the function does beside
computing it does at each call.
"""

import contextlib
import functools
import gc
import itertools
import math
import os
import random
import sys
import threading
import time
import types
import warnings
import weakref

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.differentiating import kept
from pellucid.graphs.tracing.surroundings import Surroundings, UnknownError

W = np.array([0.5, -1.0, 2.0])


def rng():
    return np.random.default_rng(7)


def runs(f, *args, times=4, verb=pl.gradient):
    """The gradients of a few calls, so that a recording is kept where one may be."""
    return [verb(f)(*args) for _ in range(times)]


def recordings(f):
    """How many recordings are kept of a function."""
    held = kept._codes.get(id(kept._code_of(f)), (None, {}))[1]
    return sum(len(entry.kept) for entry in held.values())


def in_namespace(text, **given):
    """A program of its own: names that functions share, as in a script."""
    module = types.ModuleType("script")
    vars(module).update(np=np, math=math, **given)
    exec(text, vars(module))
    return module


# -- what is changed between two calls -------------------------------------------------

X = rng().normal(size=(5, 3))
COST = """
def cost(w):
    return np.sum(np.tanh(X @ w) * scale)
"""
CHANGES = {
    # name: program, what changes it
    "a global is bound anew": (COST, "scale = 3.0"),
    "a global array is bound anew": (COST, "X = X + 1"),
    "an array is written into": (COST, "X[1, 2] = 9.0"),
    "an array is written into by a method": (COST, "X.fill(0.25)"),
    "an array is written into by a view": (COST, "X.T[0] += 1"),
    "an array is sorted in place": (COST, "X.sort(axis=0)"),
    "an array takes another dtype": (COST, "X = X.astype(np.float32)"),
    "a zero takes its other sign": (
        "z = 0.0\ndef cost(w):\n    return np.sum(w * np.copysign(1.0, z))", "z = -0.0"
    ),
    "a number becomes another of equal value": (
        "n = 1\ndef cost(w):\n    return np.sum(w) * (2.0 if type(n) is bool else 3)",
        "n = True",
    ),
    "a helper is defined anew": (
        "def inner(z):\n    return z**2\ndef cost(w):\n    return np.sum(inner(w))",
        "def inner(z):\n    return z**3",
    ),
    "a helper of a helper is defined anew": (
        "def least(z):\n    return z**2\ndef inner(z):\n    return least(z)\n"
        "def cost(w):\n    return np.sum(inner(w))",
        "def least(z):\n    return np.exp(z)",
    ),
    "the code of a helper is exchanged": (
        "def inner(z):\n    return z**2\ndef cost(w):\n    return np.sum(inner(w))",
        "inner.__code__ = (lambda z: z**3).__code__",
    ),
    "the defaults of a helper are exchanged": (
        "def inner(z, p=2.0):\n    return z * p\n"
        "def cost(w):\n    return np.sum(inner(w))",
        "inner.__defaults__ = (5.0,)",
    ),
    "the keyword defaults of a helper are exchanged": (
        "def inner(z, *, p=2.0):\n    return z * p\n"
        "def cost(w):\n    return np.sum(inner(w))",
        "inner.__kwdefaults__['p'] = 5.0",
    ),
    "a default is a list that changes": (
        "def cost(w, c=[2.0]):\n    return np.sum(w * c[0])",
        "cost.__defaults__[0][0] = 4.0",
    ),
    "an entry of a dict changes": (
        "c = {'rate': 2.0}\ndef cost(w):\n    return np.sum(w * c['rate'])",
        "c['rate'] = 4.0",
    ),
    "an entry of a nested dict changes": (
        "c = {'a': {'rate': [2.0]}}\n"
        "def cost(w):\n    return np.sum(w * c['a']['rate'][0])",
        "c['a']['rate'][0] = 4.0",
    ),
    "a dict gets an entry": (
        "c = {}\ndef cost(w):\n    return np.sum(w) * len(c) + np.sum(w)", "c['a'] = 1"
    ),
    "the keys of a dict change their order": (
        "c = {'a': 1.0, 'b': 2.0}\n"
        "def cost(w):\n    return w[0] * list(c.values())[0] + np.sum(0 * w)",
        "c['a'] = c.pop('a')",
    ),
    "an entry under a pair changes": (
        "wins = {('a', 'b'): 2.0, ('b', 'a'): 3.0}\n"
        "def cost(w):\n    return sum(n * w[0] for (i, j), n in wins.items() if i < j)"
        " + 0 * w[1] * w[2]",
        "wins['a', 'b'] = 5.0",
    ),
    "a pair in the place of a pair": (
        "wins = {(0, 1): 2.0}\n"
        "def cost(w):\n    return sum(n * w[i] for (i, j), n in wins.items()) + w[2]",
        "wins = {(1, 0): 2.0}",
    ),
    "a pair of a truth and a number": (
        "wins = {(1, 1): 2.0}\ndef cost(w):\n    return np.sum(w) * (\n"
        "        3.0 if any(type(i) is bool for i, j in wins) else 2.0)",
        "wins = {(True, 1): 2.0}",
    ),
    "the default of a dict that is made inside": (
        "import collections\nstart = 2.0\ndef cost(w):\n"
        "    made = collections.defaultdict(lambda: start)\n"
        "    made['a'] += w[0]\n    return made['a'] * made['b'] + 0 * w[1] * w[2]",
        "start = 5.0",
    ),
    "data of an object": (
        "class Model:\n    pass\nm = Model()\nm.data = X\n"
        "def cost(w):\n    return np.sum(np.tanh(m.data @ w))",
        "m.data[0, 0] = 9.0",
    ),
    "memory of an array": (
        "def cost(w):\n    return np.sum(w) * X.data[0, 0]", "X[0, 0] = 9.0"
    ),
    "a field of a dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass Set:\n    data: object\n"
        "    rate: float = 2.0\n    def __len__(self):\n        return len(self.data)\n"
        "s = Set(X)\ndef cost(w):\n"
        "    return np.sum(s.data.dot(w) ** 2) * s.rate / len(s)",
        "s.rate = 5.0",
    ),
    "a field that a dataclass compares": (
        "import dataclasses\n@dataclasses.dataclass\nclass Set:\n    rate: float\n"
        "s, t = Set(2.0), Set(2.0)\n"
        "def cost(w):\n    return np.sum(w) * (2.0 if s == t else 3.0)",
        "s.rate = 5.0",
    ),
    "an operator reads a variable around its class": (
        "def made():\n    flags = [True]\n    class M:\n"
        "        def __bool__(self):\n            return flags[0]\n"
        "    return M(), flags\nm, flags = made()\n"
        "def cost(w):\n    return np.sum(w) * (2.0 if m else 3.0)",
        "flags[0] = False",
    ),
    "a list grows": (
        "layers = [2.0]\ndef cost(w):\n    return sum(np.sum(w * a) for a in layers)",
        "layers.append(3.0)",
    ),
    "a list is reversed": (
        "c = [1.0, 2.0]\ndef cost(w):\n    return np.sum(w * c[0])", "c.reverse()"
    ),
    "an array in a list is written into": (
        "c = [np.ones(3)]\ndef cost(w):\n    return np.sum(w * c[0])", "c[0][1] = 7.0"
    ),
    "a set changes": (
        "c = {1}\ndef cost(w):\n    return np.sum(w) * (2.0 if 5 in c else 3.0)",
        "c.add(5)",
    ),
    "an attribute changes": (
        "class Model:\n    rate = 2.0\nm = Model()\n"
        "def cost(w):\n    return np.sum(w) * m.rate",
        "m.rate = 5.0",
    ),
    "an attribute of a class changes": (
        "class Model:\n    rate = 2.0\nm = Model()\n"
        "def cost(w):\n    return np.sum(w) * m.rate",
        "Model.rate = 5.0",
    ),
    "an attribute of a base class is hidden": (
        "class Base:\n    rate = 2.0\nclass Model(Base):\n    pass\nm = Model()\n"
        "def cost(w):\n    return np.sum(w) * m.rate",
        "Model.rate = 5.0",
    ),
    "a method is defined anew": (
        "class Model:\n    def act(self, z):\n        return z**2\nm = Model()\n"
        "def cost(w):\n    return np.sum(m.act(w))",
        "Model.act = lambda self, z: z**3",
    ),
    "an object takes another class": (
        "class Model:\n    def act(self, z):\n        return z**2\nm = Model()\n"
        "class Other:\n    def act(self, z):\n        return z**3\n"
        "def cost(w):\n    return np.sum(m.act(w))",
        "m.__class__ = Other",
    ),
    "what a property reads changes": (
        "class Model:\n    @property\n    def rate(self):\n        return self.r * 2\n"
        "m = Model()\nm.r = 1.0\ndef cost(w):\n    return np.sum(w) * m.rate",
        "m.r = 5.0",
    ),
    "an operator of a class is defined anew": (
        "class Model:\n    def __call__(self, z):\n        return z**2\nm = Model()\n"
        "def cost(w):\n    return np.sum(m(w))",
        "Model.__call__ = lambda self, z: z**3",
    ),
    "an array in an attribute is written into": (
        "class Model:\n    pass\nm = Model()\nm.X = X\n"
        "def cost(w):\n    return np.sum(np.tanh(m.X @ w))",
        "m.X[0, 0] = 9.0",
    ),
    "a method of a named tuple reads what changes": (
        "import typing\nstate = [2.0]\nclass P(typing.NamedTuple):\n    a: float\n"
        "    def rate(self):\n        return state[0]\np = P(1.0)\n"
        "def cost(w):\n    return np.sum(w) * p.rate()",
        "state[0] = 5.0",
    ),
    "a field of a named tuple": (
        "import collections\nP = collections.namedtuple('P', 'rate')\np = P(2.0)\n"
        "def cost(w):\n    return np.sum(w) * p.rate",
        "p = P(5.0)",
    ),
    "a class gets an operator": (
        "class M:\n    pass\nm = M()\n"
        "def cost(w):\n    return np.sum(w) * (2.0 if m else 3.0)",
        "M.__bool__ = lambda self: False",
    ),
    "a function of a module is exchanged": (
        "def cost(w):\n    return np.sum(helpers.act(w))",
        "helpers.act = lambda z: z**3",
    ),
    "a name hides a builtin": (
        "def cost(w):\n    return sum([w[0] ** 2, w[1] ** 2])",
        "def sum(parts):\n    return parts[0] * 5",
    ),
    "another module is called np": (
        "def cost(w):\n    return np.sum(np.tanh(w))",
        "np = helpers\nnp.sum = lambda z: z[0] + 0 * z[1]\nnp.tanh = lambda z: z * 4",
    ),
    "a name is deleted and a builtin found": (
        "def max(a, b):\n    return a * b\ndef cost(w):\n    return max(w[0], -3.0)",
        "del max",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_between_two_calls_is_noticed(change):
    program, changing = CHANGES[change]
    helpers = in_namespace("def act(z):\n    return z**2")
    module = in_namespace("", X=X.copy(), scale=2.0, helpers=helpers)
    exec(program, vars(module))
    before = runs(module.cost, W)
    assert recordings(module.cost) == ("method of a named" not in change)
    exec(changing, vars(module))
    after = runs(module.cost, W)
    np.testing.assert_array_equal(after[0], after[-1])
    np.testing.assert_allclose(
        after[0], by_differences(module.cost, W), rtol=1e-4, atol=1e-5
    )
    assert not np.array_equal(before[-1], after[0]) or "dtype" in change


def by_differences(f, w, step=1e-6):
    """The gradient by central differences of plain calls."""
    units = np.eye(len(w)) * step
    return np.array([(f(w + u) - f(w - u)) / (2 * step) for u in units])


def closure(scale, X):
    return lambda w: np.sum(np.tanh(X @ w) * scale)


def test_a_new_function_of_the_same_code_and_values_is_not_recorded_anew():
    gradients = [pl.gradient(closure(2.0, X))(W) for _ in range(4)]
    assert recordings(closure(2.0, X)) == 1
    np.testing.assert_array_equal(gradients[0], gradients[-1])


def test_a_new_function_of_other_values_is():
    runs(closure(2.0, X), W)
    np.testing.assert_allclose(pl.gradient(closure(3.0, X))(W), 1.5 * runs(
        closure(2.0, X), W)[0])  # fmt: skip
    np.testing.assert_allclose(
        pl.gradient(closure(2.0, 2 * X))(W), by_differences(closure(2.0, 2 * X), W)
    )


def test_a_variable_of_an_enclosing_function_changes():
    scale = 2.0

    def cost(w):
        return np.sum(w) * scale

    runs(cost, W)
    scale = 5.0
    assert pl.gradient(cost)(W).tolist() == [5.0, 5.0, 5.0]


def test_partial_arguments_and_bound_objects_are_looked_at():
    def cost(w, c):
        return np.sum(w) * c["a"]

    c = {"a": 2.0}
    part = functools.partial(cost, c=c)
    runs(part, W)
    c["a"] = 3.0
    assert pl.gradient(part)(W).tolist() == [3.0, 3.0, 3.0]

    class Model:
        def __init__(self, scale):
            self.scale = scale

        def cost(self, w):
            return np.sum(w) * self.scale

    model = Model(2.0)
    runs(model.cost, W)
    assert recordings(model.cost) == 1
    model.scale = 4.0
    assert pl.gradient(model.cost)(W).tolist() == [4.0, 4.0, 4.0]
    assert pl.gradient(Model(7.0).cost)(W).tolist() == [7.0, 7.0, 7.0]


# -- arguments -------------------------------------------------------------------------


def weighted(w, a, n=2):
    return np.sum(w**n * a)


@pytest.mark.parametrize("change", ["other", "written", "number", "list", "option"])
def test_arguments_that_are_not_differentiated_may_change(change):
    a = np.array([1.0, 2.0, 3.0])
    g = pl.gradient(weighted)
    for _ in range(4):
        g(W, a)
    if change == "written":
        a[1] = 20.0
    other = {"other": a + 1, "written": a, "number": 5.0, "list": [1.0, 2.0, 3.0]}
    given = (other.get(change, a), *((3,) if change == "option" else ()))
    for _ in range(4):
        found = g(W, *given)
        expected = by_differences(lambda w: weighted(w, *map(np.asarray, given)), W)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_other_shapes_dtypes_orders_and_structures_are_other_recordings():
    def cost(p):
        parts = p.values() if isinstance(p, dict) else p
        return sum(np.sum(np.ravel(part, order="K")[:2] ** 2) for part in parts)

    A = np.arange(6.0).reshape(2, 3)
    for p in ([A], [A.T], [np.asfortranarray(A)], [A[:, ::2]], [A.astype(np.float32)],
              (A, A[0]), {"a": A}, [A[::-1]], [2.0], [np.float32(2.0)]):  # fmt: skip
        once = pl.gradient(lambda p: cost(p))(p)
        for found in runs(cost, p):
            for one, other in zip(pl_leaves(once), pl_leaves(found), strict=True):
                np.testing.assert_array_equal(one, other)
                assert np.asarray(one).dtype == np.asarray(other).dtype
                assert type(one) is type(other)


def pl_leaves(tree):
    return list(tree.values() if isinstance(tree, dict) else tree)


def test_mini_batches_are_recorded_once():
    X, y = rng().normal(size=(40, 3)), rng().integers(0, 2, 40).astype(float)

    def cost(w, X, y):
        z = X @ w
        return np.mean(np.log(1 + np.exp(z)) - y * z)

    g = pl.gradient(cost)
    for i in range(0, 40, 4):
        batch = X[i : i + 4], y[i : i + 4]
        expected = pl.gradient(lambda w, X, y: cost(w, X, y))(W, *batch)
        np.testing.assert_allclose(g(W, *batch), expected, rtol=1e-12)
    assert recordings(cost) == 2  # for one batch, and for any


def test_mini_batches_with_integer_labels_are_recorded_once():
    X, y = rng().normal(size=(40, 3)), rng().integers(0, 3, 40)

    def cost(W, X, y):
        z = X @ W
        return np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(y)), y])

    g, W = pl.gradient(cost), np.ones((3, 3))
    for i in range(0, 40, 4):
        batch = X[i : i + 4], y[i : i + 4]
        expected = pl.gradient(lambda W, X, y: cost(W, X, y))(W, *batch)
        np.testing.assert_allclose(g(W, *batch), expected, rtol=1e-12)
    assert recordings(cost) == 2


def test_the_number_of_a_step_that_is_not_looked_at_may_count_on():
    def cost(w, step):
        return np.sum(w**2)

    def stepping(w, step):
        return np.sum(w**2) * sum(step for _ in range(1))

    for step in range(6):
        assert pl.gradient(cost)(W, step).tolist() == (2 * W).tolist()
        np.testing.assert_allclose(pl.gradient(stepping)(W, step), 2 * W * step)
    assert recordings(cost) == 1


@pytest.mark.filterwarnings("ignore")
def test_classes_of_arrays_do_not_hide_other_shapes(tmp_path):
    def cost(w):
        return np.sum(w**2)

    for n in (2, 2, 2, 3, 3):
        w = np.memmap(tmp_path / f"{n}", float, "w+", shape=(n,))
        w[:] = np.arange(n)
        assert pl.gradient(cost)(w).tolist() == [2.0 * i for i in range(n)]


def test_what_is_written_into_an_argument_is_what_it_was_before():
    def cost(w, a):
        a = a * 1
        a[0] = 5.0
        w[1] = 7.0
        return np.sum(w * a)

    for _ in range(5):
        w, a = np.ones(3), np.ones(3)
        assert pl.gradient(cost)(w, a).tolist() == [5.0, 0.0, 1.0]
        assert w.tolist() == a.tolist() == [1.0, 1.0, 1.0]


def test_a_product_with_a_constant_0_stays_a_choice_when_the_constant_varies():
    def cost(x, m):
        return np.sum(m * np.sqrt(x))

    g = pl.gradient(cost)
    for i in range(6):
        m = np.array([0.0, 1.0 + i])
        assert g(np.array([0.0, 4.0]), m).tolist() == [0.0, (1.0 + i) / 4]


def test_a_branch_on_what_is_not_differentiated_follows_it():
    def cost(w, y):
        return np.sum(w) * 2 if y[0] > 0 else np.sum(w) * 3

    g = pl.gradient(cost)
    for i in range(8):
        y = np.array([1.0 + i, 0.0]) * (-1) ** i
        assert g(W, y).tolist() == [3.0 if i % 2 else 2.0] * 3


def test_a_branch_on_what_is_differentiated_is_followed_both_ways():
    def cost(w):
        return np.sum(w**2) if w[0] > 0 else np.sum(w**3)

    g = pl.gradient(cost)
    for i in range(12):
        w = np.array([1.0, 2.0]) * (-1) ** (i // 3)
        np.testing.assert_allclose(g(w), by_differences(cost, w), rtol=1e-6)
    assert 1 <= recordings(cost) <= 2


def test_a_thousand_paths_are_bounded_in_number():
    def cost(x):
        n = 0
        while n * n < x:
            n += 1
        return x * n

    g = pl.gradient(cost)
    for x in np.linspace(0.0, 400.0, 60):
        assert g(float(x)) == math.ceil(math.sqrt(x))
    assert recordings(cost) <= kept.PATHS


# -- what a function does beside -------------------------------------------------------

SEEN = []


def printing(w):
    print("seen")
    return np.sum(w**2)


def test_what_prints_prints_each_time(capsys):
    runs(printing, W, times=5)
    assert capsys.readouterr().out == "seen\n" * 5


class Counter:
    count = 0


COUNTER = Counter()
EFFECTS = {
    "an outer list": "def cost(w):\n    seen.append(1)\n    return np.sum(w)",
    "an entry": "def cost(w):\n    c['n'] = c.get('n', 0) + 1\n    return np.sum(w)",
    "an array": "a = np.zeros(1)\ndef cost(w):\n    a[0] += 1\n    return np.sum(w)",
    "an array by out": (
        "a = np.zeros(1)\ndef cost(w):\n    np.add(a, 1, out=a)\n    return np.sum(w)"
    ),
    "an array by copyto": (
        "a = np.zeros(1)\ndef cost(w):\n    np.copyto(a, a + 1)\n    return np.sum(w)"
    ),
    "a global": "n = 0\ndef cost(w):\n    global n\n    n += 1\n    return np.sum(w)",
    "an attribute": "def cost(w):\n    counter.count += 1\n    return np.sum(w)",
    "an attribute by name": (
        "def cost(w):\n    setattr(counter, 'count', counter.count + 1)\n"
        "    return np.sum(w)"
    ),
    "an attribute of the function": (
        "def cost(w):\n    cost.n += 1\n    return np.sum(w)\ncost.n = 0"
    ),
    "a default": "def cost(w, c=[]):\n    c.append(1)\n    return np.sum(w)",
    "a variable of the enclosing function": (
        "def made():\n    n = 0\n    def cost(w):\n        nonlocal n\n        n += 1\n"
        "        return np.sum(w)\n    return cost, lambda: n\ncost, number = made()"
    ),
    "memory of an array": (
        "a = np.zeros(1)\ndef cost(w):\n    m = a.data\n    m[0] = m[0] + 1\n"
        "    return np.sum(w)"
    ),
    "a dict with a default": (
        "import collections\nc = collections.defaultdict(int)\n"
        "def cost(w):\n    c['n'] += 1\n    return np.sum(w)"
    ),
    "a helper": (
        "def note():\n    seen.append(1)\n"
        "def cost(w):\n    note()\n    return np.sum(w)"
    ),
    "an iterator": (
        "it = iter(range(100))\ndef cost(w):\n    next(it)\n    return np.sum(w)"
    ),
    "a method kept aside": (
        "note = seen.append\ndef cost(w):\n    note(1)\n    return np.sum(w)"
    ),
    "a method of an object": (
        "class M:\n    n = 0\n    def step(self):\n        self.n += 1\nm = M()\n"
        "def cost(w):\n    m.step()\n    return np.sum(w)"
    ),
    "a property": (
        "class M:\n    n = 0\n    @property\n    def two(self):\n"
        "        M.n += 1\n        return 2.0\n"
        "m = M()\ndef cost(w):\n    return np.sum(w) * m.two"
    ),
}
TELLING = {
    "an outer list": "len(seen)", "an entry": "c['n']", "an array": "a[0]",
    "an array by out": "a[0]", "an array by copyto": "a[0]", "a global": "n",
    "memory of an array": "a[0]", "a dict with a default": "c['n']",
    "an attribute": "counter.count",
    "an attribute by name": "counter.count",
    "an attribute of the function": "cost.n", "a default": "len(cost.__defaults__[0])",
    "a variable of the enclosing function": "number()", "a helper": "len(seen)",
    "an iterator": "next(it)", "a method kept aside": "len(seen)",
    "a method of an object": "m.n", "a property": "M.n",
}  # fmt: skip


@pytest.mark.parametrize("effect", EFFECTS)
def test_what_a_function_changes_it_changes_each_time(effect):
    module = in_namespace("", seen=[], c={}, counter=Counter())
    exec(EFFECTS[effect], vars(module))
    runs(module.cost, W, times=6)
    assert eval(TELLING[effect], vars(module)) == 6


def test_random_numbers_are_drawn_each_time():
    generator, source = rng(), random.Random(3)

    def of_numpy(w):
        return np.sum(w * generator.normal())

    def of_python(w):
        return np.sum(w * source.random())

    for cost in (of_numpy, of_python):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = {pl.gradient(cost)(W)[0] for _ in range(5)}
        assert len(found) == 5


@pytest.mark.parametrize("read", ["time.perf_counter()",
                                  "float(os.environ['PELLUCID_T'])",
                                  "float(path.read_text())", "cached()",
                                  "getattr(c, 'x' + '')", "vars(c)['x']",
                                  "c.__dict__['x']", "globals()['g']",
                                  "eval('g')", "next(numbers)",
                                  "'{0.x}'.format(c) and c.x",
                                  "__import__('time').perf_counter()"])  # fmt: skip
def test_what_is_read_from_elsewhere_is_read_each_time(read, tmp_path, monkeypatch):
    path = tmp_path / "number"
    made = in_namespace("", time=time, os=os, path=path, c=Counter(), g=0.0,
                        numbers=itertools.count(), cached=lambda: state["n"],
                        )  # fmt: skip
    state = {"n": 0}
    exec(f"def cost(w):\n    return np.sum(w) * ({read})", vars(made))
    found = set()
    for i in range(5):
        state["n"] = made.c.x = made.g = i + 0.5
        path.write_text(str(i))
        monkeypatch.setenv("PELLUCID_T", str(i))
        found.add(pl.gradient(made.cost)(W)[0])
    assert len(found) == 5


def test_a_cache_is_asked_each_time():
    asked = []

    @functools.lru_cache
    def helper(n):
        asked.append(n)
        return n * 2.0

    def cost(w):
        return np.sum(w) * helper(3)

    assert runs(cost, W)[-1].tolist() == [6.0, 6.0, 6.0]
    helper.cache_clear()
    pl.gradient(cost)(W)
    assert asked == [3, 3]


def test_a_function_of_numpy_that_is_exchanged_is_noticed(monkeypatch):
    def cost(w):
        return np.sum(np.tanh(w))

    runs(cost, W)
    monkeypatch.setattr(np, "tanh", lambda z: z * 3)
    assert pl.gradient(cost)(W).tolist() == [3.0, 3.0, 3.0]
    monkeypatch.undo()
    np.testing.assert_allclose(pl.gradient(cost)(W), 1 - np.tanh(W) ** 2)


# -- warnings and errors ---------------------------------------------------------------


def test_warnings_come_each_time():
    def dividing(w):
        return np.sum(1 / (w - 1))

    def constant(w):
        return np.sum(w) + np.sum(1 / ZERO)

    def unused(w, v):
        return np.sum(v)

    calls = [(dividing, (np.ones(2),)), (constant, (W,)), (unused, (W, W))]
    for f, args in calls:
        for _ in range(5):
            with (
                pytest.warns((RuntimeWarning, pl.TraceWarning)),
                np.errstate(all="warn"),
            ):
                pl.gradient(f)(*args)


ZERO = np.zeros(2)


def test_numpys_errors_come_as_they_are_asked_for():
    def cost(w):
        return np.sum(np.log(w))

    w = np.array([1.0, 2.0])
    with np.errstate(all="ignore"):
        runs(cost, w)
        assert pl.gradient(cost)(np.zeros(2)).tolist() == [np.inf, np.inf]
    with np.errstate(all="raise"):
        runs(cost, w)
        with pytest.raises(FloatingPointError):
            pl.gradient(cost)(np.zeros(2))
    with np.errstate(all="warn"), pytest.warns(RuntimeWarning, match="divide"):
        pl.gradient(cost)(np.zeros(2))


def test_errors_come_each_time_and_nothing_is_kept_of_them():
    def cost(A):
        return np.sum(np.linalg.inv(A))

    runs(cost, np.eye(2))
    for _ in range(3):
        with pytest.raises(np.linalg.LinAlgError):
            pl.gradient(cost)(np.ones((2, 2)))
    np.testing.assert_allclose(pl.gradient(cost)(np.eye(2)), -np.ones((2, 2)))

    def failing(w):
        if len(w) > 2:
            raise ValueError("too long")
        return np.sum(w)

    for _ in range(3):
        with pytest.raises(ValueError, match="too long"):
            pl.gradient(failing)(W)


def test_a_text_of_a_number_is_made_each_time():
    names = {"2.0": 5.0, "3.0": 7.0}

    def cost(x):
        return x * names[f"{x:.1f}"]

    assert [pl.gradient(cost)(x) for x in (2.0, 2.0, 2.0, 3.0, 2.0)] == [5, 5, 5, 7, 5]


# -- every verb ------------------------------------------------------------------------

VERBS = {
    "gradient": lambda f: pl.gradient(f)(W),
    "value_and_gradient": lambda f: pl.value_and_gradient(f)(W),
    "jacobian": lambda f: pl.jacobian(lambda w: f(w) * w)(W),
    "hessian": lambda f: pl.hessian(f)(W),
    "vjp": lambda f: pl.vjp(f)(W, 2.0),
    "jvp": lambda f: pl.jvp(f)(W, 2 * W),
    "hvp": lambda f: pl.hvp(f)(W, 2 * W),
    "gradient of gradient": lambda f: pl.gradient(
        lambda w: np.sum(pl.gradient(f)(w) ** 2)
    )(W),
    "by name": lambda f: pl.gradient(f, "w")(w=W),
    "not stable": lambda f: pl.gradient(f, stable=False)(W),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_notices_what_changes(verb):
    module = in_namespace(
        "def cost(w):\n    return np.sum(np.tanh(X @ w)) * s", X=X, s=1.0
    )
    anew = in_namespace(
        "def cost(w):\n    return np.sum(np.tanh(X @ w)) * s", X=X, s=3.0
    )
    before = [VERBS[verb](module.cost) for _ in range(4)]
    module.s = 3.0
    after, expected = VERBS[verb](module.cost), VERBS[verb](anew.cost)
    for one, other in zip(flat(after), flat(expected), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(flat(before[0]), flat(before[-1]), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def flat(result):
    return result if isinstance(result, tuple) else (result,)


def test_gradients_and_formulas_of_ours_inside_a_function_are_looked_into():
    module = in_namespace(
        "def inner(w):\n    return np.sum(pl.activations.softplus(w)) * s\n"
        "def cost(w):\n    return np.dot(pl.gradient(inner)(w), w)",
        pl=pl, s=1.0,
    )  # fmt: skip
    before = runs(module.cost, W)
    assert recordings(module.cost) == 1
    module.s = 3.0
    np.testing.assert_allclose(pl.gradient(module.cost)(W), 3 * before[0], rtol=1e-12)


def test_results_are_the_persons_own():
    def cost(w):
        return np.sum(w * X[0])

    found = runs(cost, W)
    found[-1][:] = 0
    assert pl.gradient(cost)(W).tolist() == X[0].tolist()
    assert isinstance(pl.gradient(lambda x: x * x)(2.0), float)
    assert [type(g) for g in runs(lambda x: x * x, 2.0)] == [float] * 4


# -- threads and memory ----------------------------------------------------------------


def test_threads_get_their_own_gradients():
    def cost(w, a):
        return np.sum(np.tanh(w * a))

    g, wrong = pl.gradient(cost), []

    def work(a):
        for _ in range(30):
            expected = a * (1 - np.tanh(W * a) ** 2)
            if not np.allclose(g(W, a), expected, rtol=1e-12):
                wrong.append(a)

    threads = [threading.Thread(target=work, args=(i + 0.5,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_what_is_kept_goes_with_the_function():
    module = in_namespace(COST, X=X.copy(), scale=2.0)
    runs(module.cost, W)
    array, code = weakref.ref(module.X), id(module.cost.__code__)
    assert code in kept._codes
    del module
    gc.collect()  # of the derivative, and then of what it was taken of
    gc.collect()
    assert array() is None


def test_large_data_is_not_held():
    big = np.ones((600, 1000))

    def cost(w):
        return np.sum(big @ w)

    runs(cost, np.ones(1000))
    assert recordings(cost) == 0
    with pytest.raises(UnknownError, match="large"):
        Surroundings([cost])


def test_no_hook_is_left_behind():
    show, filters = warnings.showwarning, list(warnings.filters)
    runs(lambda w: np.sum(w**2), W)
    with contextlib.suppress(pl.PellucidError):
        runs(lambda w: w, W)
    assert warnings.showwarning is show
    assert warnings.filters == filters


# -- what Python and NumPy ask for by themselves ---------------------------------------


class Scaled:
    """An object that is called for a method of a class of the person's."""

    def __init__(self):
        self.rate = 1.0

    def __call__(self, x):
        return np.sum(x**2) * self.rate


def called_through(how):
    """A cost that reaches an object of the person's by no name, and that object."""
    scaled = Scaled()
    part = type("Part", (), {"__call__": how(scaled)})()
    return (lambda w: part(w)), scaled


@pytest.mark.parametrize("how", [
    lambda scaled: scaled,
    staticmethod,
    lambda scaled: property(lambda self: scaled),
    lambda scaled: functools.partialmethod(lambda self, s, x: s(x), scaled),
], ids=["an object", "a static method", "a property", "a partial method"])  # fmt: skip
def test_special_methods_that_are_no_functions_are_looked_at(how):
    cost, scaled = called_through(how)
    np.testing.assert_allclose(runs(cost, W), [2 * W] * 4)
    scaled.rate = 3.0
    np.testing.assert_allclose(runs(cost, W), [6 * W] * 4)


def test_what_an_object_shows_to_numpy_is_looked_at():
    class Data:
        def __init__(self):
            self.inside = np.arange(3.0)

        @property
        def __array_interface__(self):
            return self.inside.__array_interface__

    data = Data()

    def cost(w):
        return np.sum(w * np.asarray(data))

    assert [list(g) for g in runs(cost, W)] == [[0.0, 1.0, 2.0]] * 4
    data.inside[0] = 7.0
    assert [list(g) for g in runs(cost, W)] == [[7.0, 1.0, 2.0]] * 4


def test_a_module_that_makes_its_names_is_looked_into():
    module, state = types.ModuleType("settings"), {"rate": 1.0}
    module.__getattr__ = lambda name: state[name]

    def cost(w):
        return np.sum(w**2) * module.rate

    np.testing.assert_allclose(runs(cost, W), [2 * W] * 4)
    state["rate"] = 4.0
    np.testing.assert_allclose(runs(cost, W), [8 * W] * 4)


def test_what_is_nested_deeply_is_recorded_anew():
    nested = ()
    for _ in range(400):
        nested = (nested, 1.0)

    def cost(w):
        return np.sum(w**2) * nested[1]

    np.testing.assert_allclose(runs(cost, W), [2 * W] * 4)


def test_no_hook_is_left_behind_by_threads():
    show = warnings.showwarning

    def work(start):
        for rate in range(20):
            runs(lambda w, k=float(start + rate): np.sum(np.tanh(w)) * k, W, times=2)

    threads = [threading.Thread(target=work, args=(100 * i,)) for i in range(4)]
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(pause)
    assert warnings.showwarning is show


@pytest.mark.parametrize("verb", [pl.gradient, lambda *f: pl.compile(pl.gradient(*f))])
def test_two_gradients_are_two_arrays(verb):
    both = verb(lambda w, b: np.sum((w + b) ** 2), (0, 1))
    for _ in range(3):
        of_w, of_b = both(W, W)
        assert not np.shares_memory(of_w, of_b)
        np.testing.assert_allclose(of_b, 4 * W)
        of_w[:] = 0.0


def test_memory_that_somebody_else_writes_to_is_read_each_time():
    rates = bytearray(b"\x01")
    seen = memoryview(rates)

    def cost(w):
        return np.sum(w**2) * seen[0]

    np.testing.assert_allclose(runs(cost, W), [2 * W] * 4)
    rates[0] = 4
    np.testing.assert_allclose(runs(cost, W), [8 * W] * 4)
