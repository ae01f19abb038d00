"""However a compiled function is called, it is the function, the second time too.

A second call of a kind goes a shorter way: it is looked up by types, shapes and dtypes.
"""

import concurrent.futures
import copy
import enum
import importlib
import multiprocessing
import pickle
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import cloudpickle
import numpy as np
import pytest
from comparison import assert_close

import pellucid as pl
from pellucid.running import compiled as module

X = np.arange(6.0).reshape(2, 3) / 4.0 - 0.5
W = np.array([0.5, -1.0, 2.0])
Pair = namedtuple("Pair", ["W", "b"])


class Part(enum.IntEnum):
    W = 0
    b = 1


def linear(p, X=X):
    W, b = p["W"], p["b"]
    return np.tanh(X @ W + b)


def indexed(p, X):
    return X @ p[0] + p[1] * 2.0


def powers(x, n=2, *, shift=0.0, how="sum"):
    total = np.sum(x**n) if how == "sum" else np.mean(x**n)
    return total + shift


def many(*parts, **named):
    return sum(np.sum(part) for part in parts) - named.get("a", 0.0) * 2.0


CALLS = {
    "dict": (linear, [(({"W": W, "b": 1.0}, X), {}), (({"b": 1.0, "W": W}, X), {}),
                      (({"W": W, "b": 2.0},), {}),
                      ((), {"X": X, "p": {"W": W, "b": 0.5}}),
                      ((OrderedDict(b=1.0, W=W), X), {})]),
    "list, tuple": (indexed, [(([W, 1.0], X), {}), (((W, 1.0), X), {}),
                              ((Pair(W, 1.0), X), {}), (([W, np.float64(2.0)], X), {}),
                              (([W, W[:2]], X), {})]),
    "other keys": (lambda p: np.sum(p[Part.W]) * p[Part.b],
                   [(({Part.W: W, Part.b: 2.0},), {}), (({0: W, 1: 3.0},), {})]),
    "constants": (powers, [((W,), {}), ((W, 3), {}), ((W, 2), {}), ((W, True), {}),
                           ((W, 2.0), {}), ((W,), {"n": 3}), ((W,), {"shift": 1.5}),
                           ((W, 3), {"how": "mean", "shift": 0.5})]),
    "any number": (many, [((W, X), {}), ((X, W, 1.0), {}), ((W,), {"a": 2.0}),
                          ((), {"a": 2.0}), ((W, 2.0), {}), ((W,), {"b": 2.0})]),
    "orders": (lambda x: np.ravel(x.T) * 2.0,
               [((X,), {}), ((np.asfortranarray(X),), {}), ((X[:, ::2],), {}),
                ((X.astype(np.float32),), {}), ((X[:1],), {}),
                ((np.broadcast_to(W, (2, 3)),), {}),
                ((np.arange(6).reshape(2, 3),), {}), ((X > 0,), {})]),
    "numbers": (lambda a: np.exp(a) / 3,
                [((1.0,), {}), ((np.float64(1.0),), {}), ((np.float32(1.0),), {}),
                 ((np.array(1.0),), {}), ((1,), {}), ((np.array([1.0]),), {})]),
}  # fmt: skip


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", CALLS)
def test_every_form_of_a_call_is_the_function(name, target):
    f, calls = CALLS[name]
    compiled = pl.compile(f, target)
    for args, kwargs in (*calls, *reversed(calls), *calls):
        ours, theirs = compiled(*args, **kwargs), f(*args, **kwargs)
        np.testing.assert_allclose(ours, np.asarray(theirs), rtol=1e-6)


RESULTS = {
    "nothing around": lambda x: x * 2,
    "a tuple of one": lambda x: (x * 2,),
    "nested": lambda x: (x, [x * 2, {"a": x + 1, 3: (x, 1.0)}]),
    "a named tuple": lambda x: Pair(x, [np.sum(x)]),
    "a dict": lambda x: OrderedDict(z=x, a=np.sum(x)),
    "the same twice": lambda x: [x, x],
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_structure_of_a_result_comes_back(name):
    f = RESULTS[name]
    compiled = pl.compile(f)
    for x in (W, W + 1.0, W * 2.0):
        ours, theirs = compiled(x), f(x)
        assert_close(ours, theirs)
        assert type(ours) is (dict if isinstance(theirs, dict) else type(theirs))


def test_a_second_call_binds_nothing(monkeypatch):
    fast = pl.compile(pl.value_and_gradient(lambda p, X: np.sum(linear(p, X))))
    p = {"W": W, "b": 1.0}
    fast(p, X)
    monkeypatch.setattr(module, "signature_of", None)
    assert_close(
        fast({"W": W * 2.0, "b": 0.5}, X)[0], np.sum(linear({"W": W * 2, "b": 0.5}))
    )
    with pytest.raises(TypeError):
        fast(p, X[:1])


def test_arguments_of_integers_are_floats_for_a_compiled_graph():
    fast = pl.compile(pl.graph(lambda a, x: np.sum(x) / a, 2.0, W))
    for a in (2.0, 4, 2.0, 4):
        assert fast(a, W) == np.sum(W) / a
        assert fast(a, np.array([1, 2, 3])) == 6 / a


def test_integers_that_choose_are_looked_at_in_every_call():
    fast = pl.compile(lambda x, k: x[np.unique(k)])
    for k in ([0, 0], [1, 2], [0, 0], [2, 2]):
        assert_close(fast(W, np.array(k)), W[np.unique(k)])


def test_another_captured_value_is_noticed_in_a_short_call():
    rate = 2.0
    fast = pl.compile(lambda x: x * rate)
    for rate in (2.0, 2.0, 3.0, 3.0, 2.0):
        assert_close(fast(W), W * rate)


# -- copies and pickles ---------------------------------------------------------------


def cost(w):
    return np.sum(np.tanh(w) ** 2)


slope = pl.compile(pl.gradient(cost))


@dataclass
class Model:
    w: Any
    fast: Any = field(default=None)

    def __post_init__(self):
        self.fast = pl.compile(self.cost)

    def cost(self, x):
        return np.sum(x * self.w)

    @pl.compile
    def method(self, x):
        return np.sum(x * self.w)


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("again", [copy.deepcopy, pickled])
def test_a_copied_object_has_a_compiled_method_of_its_own(again):
    first = Model(W)
    before = first.fast(W), first.method(W)
    other = again(first)
    other.w = W * 2.0
    assert (other.fast(W), other.method(W)) == (2 * before[0], 2 * before[1])
    assert (first.fast(W), first.method(W)) == before


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
def test_a_compiled_lambda_is_copied_as_a_lambda_is(again):
    factor = 2.0
    fast = pl.compile(pl.gradient(lambda x: np.sum(x * factor)))
    holder = {"fast": fast}
    assert_close(again(holder)["fast"](W), fast(W))


@pytest.mark.parametrize("verb", [lambda f: f, pl.gradient, pl.hessian])
def test_what_pickle_cannot_write_is_a_sentence(verb):
    def inner(x):
        return np.sum(x**2)

    for f in (inner, lambda x: np.sum(x)):
        with pytest.raises(
            pickle.PicklingError, match="define it with def in a module"
        ):
            pickle.dumps(pl.compile(verb(f)))


def test_cloudpickle_writes_closures():
    factor = 2.0
    fast = pl.compile(pl.gradient(lambda x: np.sum(factor * x**2)))
    assert_close(pickle.loads(cloudpickle.dumps(fast))(W), fast(W))


SLOPES = """
import numpy as np, pellucid as pl
def cost(w):
    return np.sum(np.tanh(w) ** 2)
slope = pl.compile(pl.gradient(cost))
"""


def test_a_compiled_gradient_runs_in_other_processes(tmp_path, monkeypatch):
    (tmp_path / "slopes.py").write_text(SLOPES, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)  # which a process that is spawned has too
    found = importlib.import_module("slopes").slope
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        assert_close(pool.submit(found, W).result(), slope(W))


def test_a_list_a_tuple_and_a_dict_are_other_kinds_of_arguments():
    f = pl.compile(
        lambda p: p * 2 if isinstance(p, list) else [5.0 * p[i] for i in (0, 1)]
    )
    for _ in range(2):
        assert f([1.0, 2.0]) == [1.0, 2.0, 1.0, 2.0]
        assert f((1.0, 2.0)) == [5.0, 10.0]
        assert f({0: 3.0, 1: 4.0}) == [15.0, 20.0]
