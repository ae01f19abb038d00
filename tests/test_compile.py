"""The compiled function equals the reference, in any order of transformations."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest
from comparison import assert_close

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.structure import leaves


def softmax_network(W, b, X, y):
    z = X @ W + b
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def recurrence(x, a):
    h = np.zeros(x.shape[1])
    out = np.empty(x.shape)
    for t in range(x.shape[0]):
        h = np.tanh(a * h + x[t])
        out[t] = h
    return np.sum(out**2) + np.mean(out[-1])


def views(x, y):
    b = np.zeros((3, 4))
    b[1:, ::2] = x[:2, :2]
    c = b.T
    c[0] += y
    return np.sum(np.exp(c) * b.T) + np.max(b)


rng = np.random.default_rng(1)
PROGRAMS = {
    "softmax network": (softmax_network, rng.normal(size=(4, 3)), rng.normal(size=3),
                        rng.normal(size=(9, 4)), np.eye(3)[rng.integers(0, 3, 9)]),
    "recurrence": (recurrence, rng.normal(size=(5, 3)), 0.7),
    "views": (views, rng.normal(size=(3, 3)), rng.normal(size=3)),
    "scalars": (lambda a, b: (a**2 + b) / a - 3.0, 2.0, 3.0),
}  # fmt: skip
DTYPES = [np.float32, np.float64]


def as_type(dtype, args):
    return [a.astype(dtype) if isinstance(a, np.ndarray) else a for a in args]


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_compiled_equals_the_function(program, dtype):
    f, *args = program
    args = as_type(dtype, args)
    assert_close(pl.compile(f, verify=True)(*args), f(*args))


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_gradient_and_compilation_commute(program):
    f, *args = program
    reference = pl.gradient(f)(*args)
    assert_close(pl.compile(pl.gradient(f))(*args), reference)
    assert_close(pl.gradient(pl.compile(f))(*args), reference)
    assert_close(pl.compile(pl.gradient(pl.graph(f, *args)))(*args), reference)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_results_are_not_overwritten_by_the_next_call(program):
    f, *args = program
    both = pl.compile(pl.value_and_gradient(f))
    first = both(*args)
    kept = [np.array(leaf) for leaf in leaves(first)]
    both(*(a + 1.0 for a in args))
    assert_close(first, pl.value_and_gradient(f)(*args))
    assert all(np.array_equal(a, b) for a, b in zip(leaves(first), kept, strict=True))


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_arguments_are_left_as_they_were(program):
    f, *args = program
    before = [np.array(a) for a in args]
    pl.compile(pl.gradient(f))(*args)
    assert all(np.array_equal(a, b) for a, b in zip(args, before, strict=True))


def test_two_threads_use_one_compiled_function():
    f, *args = PROGRAMS["softmax network"]
    compiled = pl.compile(pl.gradient(f))
    inputs = [[a + k for a in args] for k in (0.0, 0.25)]
    expected = [pl.gradient(f)(*i) for i in inputs]
    wrong = []

    def work(k):
        for _ in range(200):
            if not np.allclose(compiled(*inputs[k]), expected[k], rtol=1e-12):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in (0, 1)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert wrong == []


def test_a_new_shape_has_its_own_program():
    compiled = pl.compile(lambda x: np.sum(x**2))
    assert compiled(np.ones(3)) == 3.0
    assert compiled(np.ones((2, 2))) == 4.0


def write_through_ravel(x):
    x.ravel()[0] = 9.0  # a view, where x lies row by row; else a copy
    return x + 0.0


def test_an_argument_without_a_hash_is_a_constant():
    compiled = pl.compile(lambda x, names: x * len(names))
    first, second = {"a"}, {"a", "b"}
    assert (compiled(2.0, first), compiled(2.0, second)) == (2.0, 4.0)
    assert compiled(3.0, first) == 3.0


ORDERS = {
    "C": (np.ones((2, 3)), 14.0),
    "F": (np.ones((3, 2)).T, 6.0),
    "neither": (np.ones((2, 6))[:, ::2], 6.0),
}


@pytest.mark.parametrize("first", ORDERS)
@pytest.mark.parametrize("second", ORDERS)
def test_a_program_is_for_one_order_in_memory(first, second):
    compiled = pl.compile(lambda x: np.sum(write_through_ravel(x)))
    compiled(ORDERS[first][0])
    x, expected = ORDERS[second]
    assert compiled(x) == expected


def test_integer_arrays_are_read_anew_in_each_call():
    compiled = pl.compile(lambda x, i: x[i] * 2)
    x = np.arange(4.0)
    np.testing.assert_array_equal(compiled(x, np.array([0, 1])), [0.0, 2.0])
    np.testing.assert_array_equal(compiled(x, np.array([3, 2])), [6.0, 4.0])


def test_captured_arrays_are_frozen_and_listed():
    captured = np.array([1.0, 2.0])
    compiled = pl.compile(lambda x: x * captured)
    compiled(1.0)
    captured[0] = 9.0
    np.testing.assert_array_equal(compiled(1.0), [1.0, 2.0])
    (frozen,) = compiled.constants.values()
    np.testing.assert_array_equal(frozen, [1.0, 2.0])


def test_the_source_is_what_runs_and_reuses_its_buffers():
    f, *args = PROGRAMS["softmax network"]
    compiled = pl.compile(f)
    compiled(*args)
    assert "z = np.add(" in compiled.source
    assert compiled.source.count("out=") > compiled.source.count("buffer") / 2


X3 = np.arange(3.0)
CHOOSING = {
    "integers, how often": (np.repeat, np.array([1, 0, 2]), np.array([2, 2, 0])),
    "integers, a shape": (lambda x, k: np.reshape(x, k), np.array([3, 1]),
                          np.array([1, 3])),
    "integers, a range": (lambda x, k: sum(x[i] for i in range(k[0])), np.array([1]),
                          np.array([3])),
    "a mask": (lambda x, k: np.sum(x[k]), X3 > 0, X3 > 1),
    "text": (lambda x, k: x * (k == "a"), np.array(list("aab")), np.array(list("baa"))),
    "complex": (lambda x, k: np.abs(x * k), np.array([1j]), np.array([2j])),
    "objects": (lambda x, k: x * k[0], np.array([1, "s"], object),
                np.array([2, "s"], object)),
}  # fmt: skip


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("case", CHOOSING.values(), ids=CHOOSING.keys())
def test_arrays_that_choose_what_is_done_have_programs_of_their_own(case, target):
    f, *arrays = case
    pytest.importorskip(target)
    compiled = pl.compile(f, target=target)
    for k in (*arrays, *arrays):
        np.testing.assert_array_equal(compiled(X3, k), f(X3, k))


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_verify_passes_over_what_is_no_number(target):
    pytest.importorskip(target)
    compiled = pl.compile(lambda x: {"a": x + 1, "n": None, "s": "s"}, target,
                          verify=True)  # fmt: skip
    assert compiled(X3)["n"] is None


def test_what_is_no_function_is_a_sentence():
    with pytest.raises(PellucidError, match="takes a function or a Graph, not 3"):
        pl.compile(3)


def test_works_as_the_decorator_of_a_method():
    @dataclass(frozen=True)
    class Line:
        slope: float

        @pl.compile
        def at(self, x):
            return self.slope * x

    values = [Line(slope).at(X3)[1] for slope in (2.0, 3.0, 2.0)]
    assert values == [2.0, 3.0, 2.0]


def test_works_as_a_decorator():
    @pl.compile
    def double(x):
        """Twice x."""
        return 2 * x

    assert double(3.0) == 6.0
    assert double.__doc__ == "Twice x."


def test_a_target_that_is_not_there_is_a_sentence():
    with pytest.raises(PellucidError, match="There is no target 'fortran'"):
        pl.compile(np.sin, target="fortran")


def test_the_decorator_takes_options():
    @pl.compile(verify=True)
    def double(x):
        return 2 * x

    assert double(1.5) == 3.0


def test_a_quotient_of_pythons_numbers_under_a_mask_is_numpys():
    def f(p, q):
        part = np.real(q + 0.5j)
        return np.where(part != 0, np.log(1 + np.exp(p)) / part, 0.0)

    product = pl.compile(pl.hvp(f, (0, 1)))(0.3, 0.0, (1.0, 1.0))
    assert [float(g) for g in product] == [0.0, 0.0]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 90, 2), -1), ((3, 90, 2), 1), ((2, 3, 4, 5), -2)]
)
def test_sums_along_an_axis_of_many_matrices_are_products(rng, shape, axis, keepdims):
    x = rng.normal(size=shape)
    compiled = pl.compile(lambda x: np.sum(np.sin(x), axis=axis, keepdims=keepdims))
    exact = np.sum(np.sin(x).astype(np.longdouble), axis=axis, keepdims=keepdims)
    assert compiled(x).shape == exact.shape
    np.testing.assert_allclose(compiled(x), exact.astype(float), rtol=1e-13, atol=1e-14)
    assert "np.add.reduce" not in compiled.source


def test_a_step_that_stands_for_another_is_written_once(rng):
    """A mean over one column is that column, which was then written a second time."""
    x = rng.standard_normal((4, 1))

    def cost(x):
        centred = x - np.mean(x, axis=0)
        over_columns = np.mean(centred, axis=-1, keepdims=True)
        return np.sum(np.sin(centred + 1.5 * (centred - over_columns)))

    slope = pl.gradient(cost)
    run = pl.compile(slope)
    assert_close(run(x), slope(x))
    names = [line.split(" = ")[0] for line in run.source.split("def ")[1].splitlines()]
    assert len(names) == len(set(names))
