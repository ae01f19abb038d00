"""Every target runs what NumPy runs: random programs, orders, threads, sizes."""

import threading

import hypothesis
import numpy as np
import programs
import pytest
from comparison import assert_close
from test_programs import arguments_for

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.running.targets import TARGETS

DTYPES = [np.float32, np.float64]
EXAMPLES = {"numpy": 100, "torch": 60, "jax": 15}  # XLA takes a second for each


@pytest.mark.parametrize("statement", programs.STATEMENTS)
@pytest.mark.parametrize("target", ["torch"])
def test_every_statement_runs(target, statement):
    programs.check_on(target, *arguments_for(statement))


@pytest.mark.parametrize("target", TARGETS)
def test_random_programs_run_on_every_target(target):
    @hypothesis.settings(max_examples=EXAMPLES[target])
    @hypothesis.given(programs.programs())
    def each(case):
        programs.check_on(target, *case)

    each()


# -- transformations commute ----------------------------------------------------------


def network(W, b, x):
    h = np.tanh(W @ x + b)
    return np.sum(h**2) + np.log(np.sum(np.exp(h)))


def rectified(W, b, x):
    return np.mean(np.maximum(W @ x + b, 0) ** 2)


def looped(W, b, x):
    h = np.zeros(b.shape, b.dtype)
    for row in W:
        h = np.sin(h + row[0] * b)
    return np.sum(h * np.sum(x))


FUNCTIONS = [network, rectified, looped]


def gradient_of_compiled(f, target):
    return pl.gradient(pl.compile(f, target))


def compiled_gradient(f, target):
    return pl.compile(pl.gradient(f), target)


def compiled_gradient_of_compiled(f, target):
    return pl.compile(pl.gradient(pl.compile(f, target)), target)


def of_the_graph(f, target):
    return lambda *args: pl.compile(pl.gradient(pl.graph(f, *args)), target)(*args)


def value_too(f, target):
    both = pl.compile(pl.value_and_gradient(f), target)
    return lambda *args: both(*args)[1]


ORDERS = [gradient_of_compiled, compiled_gradient, compiled_gradient_of_compiled,
          of_the_graph, value_too]  # fmt: skip


def arguments(dtype):
    rng = np.random.default_rng(0)
    return [rng.normal(size=s).astype(dtype) for s in [(3, 4), (3,), (4,)]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("target", TARGETS)
def test_gradient_and_compile_commute(target, f, order, dtype):
    args = arguments(dtype)
    assert_close(order(f, target)(*args), pl.gradient(f)(*args))


@pytest.mark.parametrize("target", TARGETS)
def test_second_derivatives_compile(target):
    args = arguments(np.float64)[1:]

    def f(b, x):
        return np.sum(np.tanh(b) ** 2) * np.sum(x**2)

    assert_close(pl.compile(pl.hessian(f), target)(*args), pl.hessian(f)(*args))


# -- shapes, threads, bits, size ------------------------------------------------------

SHAPES = [(), (0,), (1,), (0, 3), (3, 0), (1, 1), (1, 3)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("target", TARGETS)
def test_shapes_of_none_and_one(target, shape, dtype):
    def f(x):
        return np.sum(np.exp(x) * x) + np.sum(np.reshape(x, (-1,)) ** 2)

    x = np.full(shape, 0.5, dtype)
    both = pl.value_and_gradient(f)
    assert_close(pl.compile(both, target)(x), both(x))


@pytest.mark.parametrize("target", TARGETS)
def test_a_new_shape_is_a_new_program(target):
    f = pl.compile(lambda x: np.sum(x**2), target)
    assert [float(f(np.ones(n))) for n in (3, 2, 3)] == [3, 2, 3]


@pytest.mark.parametrize("target", TARGETS)
def test_two_compiled_functions_run_at_once(target):
    ones = np.ones((64, 64))
    functions = [pl.compile(lambda x, k=k: np.sum(np.sin(k * x) @ x), target)
                 for k in (1, 2)]  # fmt: skip
    expected = [float(f(ones)) for f in functions]
    found = [[], []]

    def work(i):
        found[i] += [float(functions[i](ones)) for _ in range(50)]

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(each) for each in found] == [{value} for value in expected]


@pytest.mark.parametrize("target", TARGETS)
def test_one_compiled_function_is_reentrant(target):
    f = pl.compile(lambda x: np.cumsum(np.sin(x) @ x), target)
    inputs = [np.full((40, 40), 0.1 * k) for k in range(4)]
    expected = [f(x) for x in inputs]
    wrong = []

    def work(k):
        wrong.extend(k for _ in range(50) if (f(inputs[k]) != expected[k]).any())

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", TARGETS)
def test_the_same_bits_twice(target, dtype):
    args = arguments(dtype)
    first, second = (pl.compile(pl.gradient(network), target)(*args) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def long_chain(x):
    for _ in range(3334):
        x = np.sin(x) * 0.5 + 0.1
    return np.sum(x)


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_ten_thousand_nodes(target):
    x = np.linspace(0.0, 1.0, 3)
    assert_close(pl.compile(long_chain, target)(x), long_chain(x))


@pytest.mark.parametrize("target", TARGETS)
def test_the_source_is_what_runs(target):
    f = pl.compile(network, target)
    f(*arguments(np.float64))
    assert "def network(W, b, x):" in f.source
    assert "# (3,)" in f.source


@pytest.mark.parametrize("target", TARGETS)
def test_results_are_the_persons_own(target):
    f = pl.compile(lambda x: (x * 2, x), target)
    x = np.ones(3)
    twice, same = f(x)
    twice[0] = same[0] = 7.0
    np.testing.assert_array_equal(x, np.ones(3))
    np.testing.assert_array_equal(f(x)[0], np.full(3, 2.0))


@pytest.mark.parametrize("target", TARGETS)
def test_verify_compares_the_first_result(target):
    args = arguments(np.float64)
    assert_close(pl.compile(network, target, verify=True)(*args), network(*args))


def test_there_is_no_such_target():
    with pytest.raises(PellucidError, match="no target 'cupy'; there are numpy, jax"):
        pl.compile(network, target="cupy")
