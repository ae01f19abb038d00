"""What a compiled function captures by name: listed, and noticed when it changes."""

import collections
import functools
import types
from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError

X = np.array([1.0, -2.0, 3.0])
LAM = 0.5
WEIGHTS = np.array([1.0, 2.0, 3.0])
CONFIG = types.SimpleNamespace(rate=0.5)
SETTINGS = {"rate": 0.5, "deep": [0.5, {"rate": 0.5}]}
MODULE = types.ModuleType("config")
MODULE.rate = 0.5


def act(x):
    return x * 0.5


def scaled(x):
    return np.sum(x) * LAM


class Model:
    rate = 0.5

    def __init__(self):
        self.own = 0.5

    @property
    def doubled(self):
        return 2 * self.own

    def shared(self, x):
        return np.sum(x) * self.rate

    def loss(self, x):
        return np.sum(x) * self.own

    def by_property(self, x):
        return np.sum(x) * self.doubled / 2

    def __call__(self, x):
        return self.loss(x)

    @pl.compile
    def decorated(self, x):
        return np.sum(x) * self.own


@dataclass
class Record:
    rate: float = 0.5


RECORD = Record()


def of_a_global():
    return scaled, "LAM", lambda v: globals().update(LAM=v)


def of_a_helper():
    return lambda x: scaled(x), "LAM", lambda v: globals().update(LAM=v)


def of_a_gradient():
    f = pl.gradient(lambda x: scaled(x) * x[0])
    return lambda x: np.sum(f(x)), "LAM", lambda v: globals().update(LAM=v)


def of_a_closure():
    lam = 0.5

    def change(value):
        nonlocal lam
        lam = value

    return lambda x: np.sum(x) * lam, "lam", change


def of_a_namespace():
    return (lambda x: np.sum(x) * CONFIG.rate, "CONFIG.rate",
            lambda v: setattr(CONFIG, "rate", v))  # fmt: skip


def of_a_module():
    return (lambda x: np.sum(x) * MODULE.rate, "MODULE.rate",
            lambda v: setattr(MODULE, "rate", v))  # fmt: skip


def of_a_dataclass():
    return (lambda x: np.sum(x) * RECORD.rate, "RECORD.rate",
            lambda v: setattr(RECORD, "rate", v))  # fmt: skip


def of_a_dict():
    return (lambda x: np.sum(x) * SETTINGS["rate"], 'SETTINGS["rate"]',
            lambda v: SETTINGS.update(rate=v))  # fmt: skip


def of_a_nested_dict():
    inner = SETTINGS["deep"][1]
    return (lambda x: np.sum(x) * SETTINGS["deep"][1]["rate"],
            'SETTINGS["deep"][1]["rate"]', lambda v: inner.update(rate=v))  # fmt: skip


def of_a_method():
    model = Model()
    return model.loss, "self.own", lambda v: setattr(model, "own", v)


def of_a_class():
    model = Model()
    return model.shared, "self.rate", lambda v: setattr(model, "rate", v)


def of_a_property():
    model = Model()
    return model.by_property, "self.own", lambda v: setattr(model, "own", v)


def of_a_callable():
    model = Model()
    return model, "self.own", lambda v: setattr(model, "own", v)


def of_an_object_that_is_handed_on():
    take = lambda model, x: np.sum(x) * model.own  # noqa: E731
    model = Model()
    return lambda x: take(model, x), "model.own", lambda v: setattr(model, "own", v)


def of_a_default():
    def f(x, lam=0.5):
        return np.sum(x) * lam

    return f, "lam", lambda v: setattr(f, "__defaults__", (v,))


CAPTURING = {
    "global": of_a_global, "helper": of_a_helper, "gradient": of_a_gradient,
    "closure": of_a_closure, "config.rate": of_a_namespace, "module": of_a_module,
    "dataclass": of_a_dataclass, "dict": of_a_dict, "nested": of_a_nested_dict,
    "self.own": of_a_method, "class attribute": of_a_class, "property": of_a_property,
    "callable": of_a_callable, "object handed on": of_an_object_that_is_handed_on,
}  # fmt: skip
BY_CAPTURE = pytest.mark.parametrize("made", CAPTURING.values(), ids=CAPTURING.keys())


@pytest.fixture(autouse=True)
def as_before():
    yield
    globals().update(LAM=0.5, act=ACT)
    CONFIG.rate = MODULE.rate = RECORD.rate = SETTINGS["rate"] = 0.5
    SETTINGS["deep"][1]["rate"] = 0.5


ACT = act


@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@BY_CAPTURE
def test_a_captured_number_that_changes_is_noticed(made, target, verify):
    f, _, change = made()
    compiled = pl.compile(f, target, verify=verify)
    before = float(compiled(X))
    change(2.0)
    assert before == float(compiled(X)) / 4
    assert float(compiled(X)) == float(f(X))


@BY_CAPTURE
def test_a_captured_number_is_listed_under_the_persons_name(made):
    f, name, change = made()
    compiled = pl.compile(f)
    compiled(X)
    assert compiled.constants[name] == 0.5
    change(2.0)
    compiled(X)
    assert compiled.constants[name] == 2.0


@BY_CAPTURE
def test_an_equal_number_records_nothing_anew(made):
    f, _, change = made()
    compiled = pl.compile(f)
    program = compiled.program(X)
    change(float("0.5"))
    assert compiled.program(X) is program
    change(2.0)
    assert compiled.program(X) is not program
    change(float("0.5"))
    assert compiled.program(X) is program


def test_a_default_that_is_not_given_is_listed():
    f, name, _ = of_a_default()
    compiled = pl.compile(f)
    compiled(X)
    assert compiled.constants == {name: 0.5}
    compiled(X, 0.25)
    assert compiled.constants == {}


def test_a_compiled_method_notices_a_changed_attribute():
    model = Model()
    before = model.decorated(X)
    model.own = 2.0
    assert float(model.decorated(X)) == 4 * float(before) == 4.0


def test_another_type_of_an_equal_number_is_noticed():
    compiled = pl.compile(lambda x: x * LAM)
    x = np.ones(2, np.float32)
    assert compiled(x).dtype == np.float32
    globals().update(LAM=np.float64(0.5))
    assert compiled(x).dtype == np.float64


def test_a_function_that_is_rebound_is_noticed():
    compiled = pl.compile(lambda x: np.sum(act(x)))
    assert float(compiled(X)) == 1.0
    globals().update(act=lambda x: x * 3.0)
    assert float(compiled(X)) == 6.0


def test_an_array_that_is_rebound_is_noticed_and_one_changed_in_place_is_frozen():
    weights = WEIGHTS.copy()
    compiled = pl.compile(lambda x: np.sum(weights * x))
    assert float(compiled(X)) == 6.0
    weights[:] = 0.0
    assert float(compiled(X)) == 6.0
    weights = weights.copy()
    assert float(compiled(X)) == 0.0
    np.testing.assert_array_equal(compiled.constants["weights"], np.zeros(3))


@pytest.mark.parametrize("verb", [lambda f: f, pl.gradient, pl.hessian])
def test_verify_notices_an_array_that_was_changed_in_place(verb):
    weights = WEIGHTS.copy()
    compiled = pl.compile(verb(lambda x: np.sum(weights * x**2)), verify=True)
    compiled(X)
    compiled(X)
    weights[0] = 9.0
    with pytest.raises(PellucidError, match="changed in place"):
        compiled(X)


def test_the_number_of_kept_programs_is_bounded():
    compiled = pl.compile(scaled)

    def at(lam):
        globals().update(LAM=lam)
        return float(compiled(X)) - float(scaled(X))

    assert set(map(at, np.linspace(0, 1, 40).tolist())) == {0.0}
    assert [len(kept) for kept in compiled._programs.values()] == [8]


def test_a_counter_of_the_function_itself_records_nothing_anew():
    state = {"calls": 0}

    def f(x):
        state["calls"] += 1
        return np.sum(x) * state.get("rate", 2.0)

    compiled = pl.compile(f)
    one, other = compiled.program(X), compiled.program(np.ones(2))
    assert compiled.program(X) is one
    assert compiled.program(np.ones(2)) is other


def test_what_is_not_named_is_not_looked_at():
    model = Model()
    compiled = pl.compile(model.loss)
    program = compiled.program(X)
    model.iteration = 7
    assert compiled.program(X) is program


@dataclass(frozen=True)
class Ridge:
    a: float = 3.0

    def __call__(self, w):
        return (w - self.a) ** 2 + LAM * w**2


@pytest.mark.parametrize(
    "method", ["auto", pl.methods.Newton(), pl.methods.LBFGS(),
               pl.methods.GradientDescent(0.1)]
)  # fmt: skip
def test_a_cost_by_value_is_recorded_anew_for_another_global(method):
    first = pl.minimise(Ridge(), 0.0, method=method).x
    globals().update(LAM=2.0)
    second = pl.minimise(Ridge(), 0.0, method=method).x
    np.testing.assert_allclose([first, second], [2.0, 1.0], rtol=1e-6)


def test_a_partial_lists_what_it_was_given():
    def f(x, lam):
        return np.sum(x) * lam

    compiled = pl.compile(functools.partial(f, lam=0.5))
    assert float(compiled(X)) == 1.0


FLAGS, RECENT = set(), collections.deque([1.0])


def flagged(w):
    return (np.sum(w**2) if "squared" in FLAGS else np.sum(w)) * RECENT[-1]


def test_a_set_and_a_deque_that_change_are_noticed():
    fast = pl.compile(flagged)
    assert fast(X) == flagged(X)
    FLAGS.add("squared")
    assert fast(X) == flagged(X)
    RECENT.append(5.0)
    assert fast(X) == flagged(X)
    RECENT[-1] = 7.0
    FLAGS.discard("squared")
    FLAGS.add("other")
    assert fast(X) == flagged(X)


class Layer:
    rate = 0.5

    def __call__(self, x):
        self.last = np.tanh(x * self.rate)
        return np.sum(self.last**2)


def test_what_an_earlier_trace_kept_on_an_object_is_nothing_captured():
    layer = Layer()
    pl.gradient(layer)(X)
    compiled = pl.compile(layer)
    first, expected = compiled(X), layer(X)
    layer.rate = 0.25
    pl.gradient(layer)(X)
    np.testing.assert_allclose(first, expected, rtol=1e-12)
    np.testing.assert_allclose(compiled(X), layer(X), rtol=1e-12)
    assert compiled.constants == {"self.rate": 0.25}


@pytest.mark.parametrize("change", [
    lambda f: setattr(f, "__defaults__", (5.0,)),
    lambda f: setattr(f, "__kwdefaults__", {"rate": 3.0}),
    lambda f: setattr(f, "__code__", (lambda x, b=0, *, rate=0: x - b).__code__),
], ids=["defaults", "keyword defaults", "code"])  # fmt: skip
@pytest.mark.parametrize("is_helper", [False, True], ids=["itself", "helper"])
def test_a_function_that_is_changed_in_place_is_noticed(change, is_helper):
    def f(x, b=1.0, *, rate=2.0):
        return x * rate + b

    compiled = pl.compile((lambda x: f(x)) if is_helper else f)
    assert [compiled(4.0) for _ in range(2)] == [9.0, 9.0]
    change(f)
    assert [compiled(4.0) for _ in range(2)] == [f(4.0)] * 2 != [9.0] * 2


@pytest.mark.parametrize("made", [set, collections.deque])
def test_an_argument_that_is_no_array_is_looked_into(made):
    compiled = pl.compile(lambda x, given: x * sum(given))
    given = made([1, 2])
    assert compiled(1.0, given) == 3.0
    (given.add if made is set else given.append)(5)
    assert compiled(1.0, given) == 8.0


def test_methods_and_properties_that_are_replaced_are_noticed():
    class Scale:
        @property
        def rate(self):
            return 2.0

        def of(self, x):
            return x * self.rate

    class Own(Scale):
        pass

    own = Own()
    compiled = pl.compile(lambda x: own.of(x) + own.rate)
    assert [compiled(1.0) for _ in range(2)] == [4.0, 4.0]
    Scale.rate = property(lambda self: 3.0)
    assert [compiled(1.0) for _ in range(2)] == [6.0, 6.0]
    Own.of = lambda self, x: 5.0 * x
    assert [compiled(1.0) for _ in range(2)] == [8.0, 8.0]
    Own.rate = property(lambda self: 7.0)
    assert [compiled(1.0) for _ in range(2)] == [12.0, 12.0]
