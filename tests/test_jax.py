"""The JAX target: each operation as NumPy computes it, and epochs as plain steps."""

import functools
import threading
from dataclasses import dataclass
from typing import Any

import function_examples as functions
import numpy as np
import operation_examples as operations
import pytest
from comparison import Together
from test_target_gradients import NAMES as EVERY
from test_target_gradients import assert_close as assert_slope
from test_target_gradients import gradient_of, reference

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.gradient import value_and_gradient
from pellucid.graphs.rewriting.stable import written_out
from pellucid.graphs.tracing.trace import is_numeric, trace

jax = pytest.importorskip("jax")
jnp = jax.numpy
from pellucid.running.jax import EPOCHS, Program, Training  # noqa: E402
from pellucid.running.jax_operations import lacks  # noqa: E402

DOUBLE = pytest.param(np.float64, id="float64")
SINGLE = pytest.param(np.float32, id="float32")
precisions = pytest.mark.parametrize("precision", [DOUBLE, SINGLE])


def converted(values, precision):
    """The same values, arrays and NumPy's numbers in a precision."""

    def leaf(value):
        is_double = getattr(value, "dtype", None) == np.float64
        return value.astype(precision) if is_double else value

    return structure.mapped(leaf, values)


def program(f, *args):
    return Program(written_out(trace(f, args, {}, is_numeric)))


def run(compiled, *args):
    """The outputs of a program for arguments of the function it was made from."""
    return compiled.run(*compiled.graph.bind(*args).values())


def both(f, *args):
    """For each output what the program gives and what the reference gives."""
    compiled = program(f, *args)
    with np.errstate(all="ignore"):
        expected = compiled.graph(*args)
    came = iter(run(compiled, *args))
    return structure.mapped(lambda each: Pair(next(came), each), expected)


@dataclass(frozen=True)
class Pair:
    """What came and what was expected of one output."""

    came: Any
    expected: Any


def assert_pairs(pairs, alike=None):
    """Value, shape, dtype and class of each output are those of the reference."""
    structure.mapped(lambda p: assert_close(p.came, p.expected, alike), pairs)


def assert_close(came, expected, alike=None):
    assert type(came) is type(expected)
    came, expected = np.asarray(came), np.asarray(expected)
    assert (came.shape, came.dtype) == (expected.shape, expected.dtype)
    if came.dtype.kind not in "fc":
        np.testing.assert_array_equal(came, expected)
        return
    came, expected = map(alike or (lambda x: x), (came, expected))
    rtol = 1e-12 if np.finfo(came.dtype).bits == 64 else 2e-5
    largest = np.max(np.abs(expected), initial=0, where=np.isfinite(expected))
    np.testing.assert_allclose(came, expected, rtol=rtol, atol=rtol * largest)


# -- every operation ------------------------------------------------------------------

# What JAX may give otherwise: any offset serves, and eigenvectors have either sign.
ALIKE = {"offset": np.zeros_like, "linalg.eig": np.abs}
LACKING = sorted(filter(lacks, operations.NAMES))
# The examples of functions have all operations of their names but these.
COMPOSED = {"full", "quantile"}
SHARED = set(functions.EXAMPLES) & set(operations.NAMES) - COMPOSED
NAMES = sorted(set(operations.NAMES) - set(LACKING) - SHARED)


@functools.cache
def every_operation(precision):
    """What came and what was expected of the example of each operation."""
    x = operations.X.astype(precision)
    return Together(both, {name: (operations.example(name), [x]) for name in NAMES})


@pytest.mark.filterwarnings("ignore:floating point number truncated")
@precisions
@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_that_of_the_reference(name, precision):
    assert_pairs(every_operation(precision)[name], ALIKE.get(name))


@pytest.mark.parametrize("name", sorted(SHARED))
def test_the_example_of_a_function_reaches_the_operation_of_its_name(name):
    graph = pl.graph(functions.program(name), functions.inputs(name))
    assert name in {node.operation for node in graph.order}


def test_jax_has_every_operation_that_is_not_of_scipy():
    assert [name for name in LACKING if not name.startswith("special.")] == []


@pytest.mark.parametrize("name", LACKING)
def test_what_jax_lacks_is_refused_by_name(name):
    graph = written_out(pl.graph(operations.example(name), operations.X))
    with pytest.raises(PellucidError, match=f'line .*{name} .*target="numpy"'):
        Program(graph)


# In single precision those of them that no other example records.


def with_gradient(name):
    """A function that gives a function's values, and its gradient where it has one."""
    f, slopes = functions.program(name), gradient_of(name)
    return lambda x: [f(x)] if reference(name) is None else [f(x), slopes(x)]


@functools.cache
def every_function():
    """What came and what was expected of the example of each function."""
    return Together(
        both, {name: (with_gradient(name), [functions.inputs(name)]) for name in EVERY}
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", EVERY)
def test_every_function_and_its_gradient_are_those_of_the_reference(name):
    values, *slopes = every_function()[name]
    assert_pairs(values, ALIKE.get(name))
    structure.mapped(lambda p: assert_slope(p.came, p.expected), slopes)


@functools.cache
def every_shared_operation():
    def example(name):
        return functions.program(name), [converted(functions.inputs(name), np.float32)]

    return Together(both, {name: example(name) for name in sorted(SHARED)})


@pytest.mark.parametrize("name", sorted(SHARED))
def test_every_operation_of_a_function_in_single_precision(name):
    assert_pairs(every_shared_operation()[name], ALIKE.get(name))


def test_longdouble_is_refused():
    with pytest.raises(PellucidError, match=r"cast \(.*float128"):
        program(lambda x: x.astype(np.longdouble), np.ones(2))


def test_the_refusal_names_file_and_line():
    with pytest.raises(PellucidError, match=r"test_jax.py, line \d+: JAX cannot run"):
        program(lambda x: np.quantile(x, 0.3, method="hazen"), np.ones(3))


# -- kinds of values ------------------------------------------------------------------

ROW = np.array([[0.5, -1.0, 2.0]])
PLACES = np.array([2, 0, -1])
LARGE = np.linspace(0, 1, 9000).reshape(90, 100)


METHODS = ["linear", "lower", "higher", "midpoint", "nearest"]


SCALES = np.array([[1e30], [1e-30], [0.0]])


def quantiles(x):
    return [np.quantile(x, [0.0, 0.5, 1.0], method=method) for method in METHODS]


def cofactors(A):
    return operations.recorded("cofactors", A)


def norm(jnp):
    constant1 = np.exp(jnp) * 2
    furthest = np.linalg.norm(constant1)
    return furthest + np.linalg.norm(jnp)


def weak_between(x, a):
    b = a**2 - 1
    return x * b, b, np.exp(b), np.where(x > 0, x, b)


def picked(x, i):
    return x[0][i], x[0, i] + x[:, i]


def put(x, i):
    b = np.zeros(3)
    b[i] = x[0]
    b[1] += 2.0
    return b


CASES = {
    "weak numbers stay weak": (weak_between, ROW, 3.0),
    "a number": (lambda a: a / 3, 2.0),
    "a number of dimension 0": (lambda x: np.exp(x), np.float64(0.5)),
    "no elements": (lambda x: (np.sum(x), x * 2, x @ x.T), np.ones((0, 3))),
    "one row": (lambda x: x / x.sum(axis=1, keepdims=True), ROW),
    "an input as it is": (lambda x: x, ROW),
    "a constant": (lambda x: (np.arange(3), 2.0, x), ROW),
    "integers beside floats": (lambda x, i: (x * i, i / 2, i.mean(), i @ x[0]), ROW,
                               PLACES),
    "booleans": (lambda x, m: (x * m, m + m, m.sum(), np.where(m, x, 0)), ROW,
                 ROW > 0),
    "computed places": (lambda x, i: picked(x, i + 0), ROW, np.array([1, 0])),
    "assignment": (put, ROW, np.array([0, 2, 1])),
    "sorting nothing": (lambda x: np.sort(x, axis=0), np.ones((0, 3))),
    "nothing divided by 0": (lambda i: (i // (i - 2), divmod(i, i - i)), PLACES),
    "quantiles": (quantiles, np.array([3.0, 1.0, 4.0, 1.5])),
    "matrices from one triangle": (
        lambda A: (np.linalg.eigvalsh(A), np.linalg.eigvalsh(A, "U"),
                   np.linalg.cholesky(A)), np.array([[2.0, 9.0], [0.5, 3.0]])),
    "norms out of range": (lambda x: np.linalg.norm(x * SCALES, axis=1), ROW),
    "a singular matrix": (cofactors, np.ones((2, 2))),
    "a matrix that is not symmetric": (cofactors, np.array([[2.0, 1.0], [0.5, 3.0]])),
    "windows": (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2), (0, 2)),
                np.arange(24.0).reshape(2, 3, 4)),
    "nan and inf": (lambda x: (np.max(x), np.fmax(x, 0), np.sort(x)),
                    np.array([1.0, np.nan, np.inf])),
    "large constants": (lambda x: x @ LARGE, np.ones(90)),
    "a large constant picked from": (lambda i: np.take(LARGE, i, 0), np.array([3, 1])),
}  # fmt: skip


@functools.cache
def every_kind(precision):
    """What came and what was expected of each case."""
    cases = {
        name: (f, converted(args, precision)) for name, (f, *args) in CASES.items()
    }
    return Together(both, cases)


@precisions
@pytest.mark.parametrize("name", CASES)
def test_kinds_of_values(name, precision):
    assert_pairs(every_kind(precision)[name])


def test_names_that_the_source_has_too():
    assert_pairs(both(norm, ROW))


def test_a_picked_element_is_not_invented():
    compiled = program(lambda x, i: x[i], np.ones(5), PLACES)
    assert run(compiled, np.arange(5.0), PLACES)[0].tolist() == [2.0, 0.0, 4.0]
    message = "index {} is out of bounds for axis 0 with size 5"
    with pytest.raises(IndexError, match=message.format(7)):
        run(compiled, np.ones(5), np.array([0, 7, -9]) * [1, 1, 0])
    with pytest.raises(IndexError, match=message.format(-6)):
        run(compiled, np.ones(5), np.array([0, 1, -6]))


def test_results_are_the_callers_own():
    compiled = program(lambda x: (x, LARGE), ROW)
    first = run(compiled, ROW)
    first[0][:], first[1][:] = 7.0, 7.0
    np.testing.assert_array_equal(run(compiled, ROW)[0], ROW)
    np.testing.assert_array_equal(run(compiled, ROW)[1], LARGE)


def test_the_source_is_readable_and_is_what_runs():
    def cost(w, X, y):
        residual = X @ w - y
        return np.mean(residual**2)

    X, y, w = np.eye(3, 2), np.arange(3.0), np.array([2.0, 3.0])
    compiled = program(cost, w, X, y)
    assert compiled.source == (
        "def cost(w, X, y):\n"
        "    t1 = X @ w  # (3,)\n"
        "    residual = t1 - y  # (3,)\n"
        "    t2 = residual ** 2  # (3,)\n"
        "    t3 = jnp.mean(t2)\n"
        "    return t3,\n"
    )
    scope = {"jnp": jnp}
    exec(compiled.source, scope)
    assert run(compiled, w, X, y)[0] == pytest.approx(float(scope["cost"](w, X, y)[0]))


def test_the_settings_of_jax_stay_as_they_are():
    run(program(np.exp, ROW), ROW)
    assert not jax.config.jax_enable_x64
    assert jnp.ones(1).dtype == np.float32


def test_a_device_that_is_not_there():
    with pytest.raises(PellucidError, match=r"no device 'tpu9'; here it has .*cpu"):
        Program(written_out(pl.graph(np.exp, 1.0)), "tpu9")


def test_the_cpu_is_a_device():
    compiled = Program(written_out(pl.graph(np.exp, 1.0)), "cpu")
    assert compiled.run(1.0)[0] == pytest.approx(np.e)


def test_programs_run_in_threads():
    compiled, found = program(lambda x: np.cumsum(x) * 2, np.ones(50)), {}

    def work(number):
        given = np.full(50, float(number))
        found[number] = {run(compiled, given)[0].tobytes() for _ in range(20)}

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == {i: {(np.cumsum(np.full(50, float(i))) * 2).tobytes()}
                     for i in range(4)}  # fmt: skip


# -- training -------------------------------------------------------------------------


@dataclass(frozen=True)
class Adam:
    """Kingma & Ba (2015), algorithm 1."""

    def step(self, w, g, state, rate, t):
        m, v = state
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        size = np.sqrt(v / (1 - 0.999**t)) + 1e-8
        return w - rate * m / (1 - 0.9**t) / size, (m, v)


def perceptron(parameters, X, y):
    W, b, V = parameters
    z = np.maximum(X @ W + b, 0) @ V
    return -np.mean(np.sum(y * z, axis=1) - np.log(np.sum(np.exp(z), axis=1)))


def picked_cost(parameters, X, labels):
    (W,) = parameters
    z = X @ W
    chosen = z[np.arange(len(z)), labels]
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - chosen)


def rooted(parameters, X):
    (w,) = parameters
    return np.mean(np.sqrt(X @ w))


class Fitting:
    """Parameters, data and the graphs of the steps that a fit takes."""

    def __init__(self, cost, parameters, *data, method=None):
        self.parameters, self.data = list(parameters), list(data)
        self.states = [(np.zeros_like(w), np.zeros_like(w)) for w in self.parameters]
        both, self.method = value_and_gradient(cost), method or Adam()

        def step(parameters, states, rate, t, *data):
            value, gradients = both(list(parameters), *data)
            moves = zip(parameters, gradients, states, strict=True)
            after = [self.method.step(w, g, s, rate, t) for w, g, s in moves]
            slope = np.max(np.abs(gradients[0]))
            return value, slope, [w for w, _ in after], [s for _, s in after]

        self._step = step

    def step(self, rows):
        batch = [d[:rows] for d in self.data]
        args = (self.parameters, self.states, 0.1, 1.0, *batch)
        return written_out(trace(self._step, args, {}, is_numeric))

    @property
    def kept(self):
        return [*self.parameters, *structure.leaves(self.states)]

    def training(self):
        return Training(self.step, self.kept, self.data)

    def by_hand(self, batches, rates, t):
        """The same steps by the reference."""
        kept, found = self.kept, []
        for i, (batch, rate) in enumerate(zip(batches, rates, strict=True)):
            data = self.data if batch is None else [d[batch] for d in self.data]
            graph = self.step(len(data[0]))
            count, states = len(self.parameters), iter(kept[len(self.parameters) :])
            states = structure.mapped(lambda _, s=states: next(s), self.states)
            result = graph(kept[:count], states, rate, float(t + i + 1), *data)
            value, slope, *kept = structure.leaves(result)
            found.append((value, slope))
        return kept, np.array(found)


def fitting(precision=np.float64, rows=22):
    rng = np.random.default_rng(3)
    sizes = [(4, 5), (5,), (5, 3)]
    parameters = [rng.normal(size=s).astype(precision) for s in sizes]
    X = rng.normal(size=(rows, 4)).astype(precision)
    y = np.eye(3, dtype=precision)[rng.integers(0, 3, rows)]
    return Fitting(perceptron, parameters, X, y)


def batches_of(rows, size):
    order = np.random.default_rng(5).permutation(rows)
    return [order[i : i + size] for i in range(0, rows, size)]


EPOCH = {
    "batches and a smaller last one": batches_of(22, 8),
    "one batch": batches_of(22, 22),
    "batches of one row": batches_of(3, 1),
    "all rows": [None],
    "all rows several times": [None] * 3,
    "negative row numbers": [np.array([-1, 3]), np.array([0, -22])],
    "sizes in turn": [None, np.arange(4), np.arange(4), np.arange(3), None],
}


# In single precision test_training.py has steps of every kind.
@pytest.mark.parametrize(
    ("name", "precision"),
    [(name, np.float64) for name in EPOCH] + [("sizes in turn", np.float32)],
)
def test_an_epoch_is_its_steps(name, precision):
    fit, batches = fitting(precision), EPOCH[name]
    training, rates = fit.training(), np.linspace(0.1, 0.01, len(batches)).tolist()
    found = training.epoch(batches, rates, 4)
    kept, expected = fit.by_hand(batches, rates, 4)
    rtol = 1e-10 if precision is np.float64 else 1e-3
    np.testing.assert_allclose(found, expected, rtol=rtol)
    assert [k.dtype for k in training.kept] == [precision] * len(kept)
    close = functools.partial(np.testing.assert_allclose, rtol=rtol, atol=rtol)
    structure.mapped(close, training.kept, kept)


def test_epochs_go_on_from_one_another():
    whole, parts = fitting().training(), fitting().training()
    batches = batches_of(22, 8)
    whole.epoch(batches * 2, [0.1] * 6, 0)
    parts.epoch(batches, [0.1] * 3, 0)
    parts.epoch(batches, [0.1] * 3, 3)
    assert_same_bits(whole.kept, parts.kept)


def assert_same_bits(a, b):
    assert [x.tobytes() for x in a] == [x.tobytes() for x in b]


def test_the_same_steps_give_the_same_bits():
    first, second = fitting(np.float32).training(), fitting(np.float32).training()
    found = [t.epoch(batches_of(22, 8), [0.1] * 3, 0) for t in (first, second)]
    assert_same_bits(*[[f] for f in found])
    assert_same_bits(first.kept, second.kept)


def test_fits_of_the_same_network_compile_once():
    first, second = fitting().training(), fitting().training()
    first.epoch(batches_of(22, 8), [0.1] * 3, 0)
    made = len(EPOCHS._things)
    second.epoch(batches_of(22, 8), [0.2] * 3, 0)
    assert len(EPOCHS._things) == made
    assert second._latest is first._latest
    assert second._latest._run._cache_size() >= 1
    assert second.source == first.source


def test_what_is_kept_is_a_copy():
    fit = fitting()
    training = fit.training()
    fit.parameters[0][:] = np.nan
    training.kept[0][:] = np.inf
    assert np.isfinite(training.kept[0]).all()


def test_labels_pick_their_columns():
    fit = Fitting(picked_cost, [np.eye(4, 3)], np.eye(6, 4), np.arange(6) % 3)
    training, batches = fit.training(), batches_of(6, 2)
    found = training.epoch(batches, [0.1] * 3, 0)
    np.testing.assert_allclose(found, fit.by_hand(batches, [0.1] * 3, 0)[1], rtol=1e-12)


def test_a_label_that_there_is_not():
    labels = np.array([0, 1, 2, 0, 3, 1])
    fit = Fitting(picked_cost, [np.eye(4, 3)], np.eye(6, 4), labels)
    training = fit.training()
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 1"):
        training.epoch(batches_of(6, 2), [0.1] * 3, 0)
    np.testing.assert_array_equal(training.kept[0], np.eye(4, 3))


def test_a_row_that_there_is_not():
    training = fitting().training()
    with pytest.raises(IndexError, match="index 22 is out of bounds for axis 0"):
        training.epoch([np.array([1, 22])], [0.1], 0)


@pytest.mark.parametrize("bad", [0, 2])
def test_a_cost_that_is_not_finite_ends_the_epoch(bad):
    X = np.ones((10, 2))
    X[2 * bad] = -3.0
    fit = Fitting(rooted, [np.array([2.0, 1.0])], X)
    training, batches = fit.training(), list(np.arange(10).reshape(5, 2))
    found = training.epoch(batches, [0.01] * 5, 0)
    assert np.isfinite(found[:, 0]).tolist() == [True] * bad + [False]
    kept, _ = fit.by_hand(batches[:bad], [0.01] * bad, 0)
    np.testing.assert_allclose(training.kept[0], kept[0], rtol=1e-12)
