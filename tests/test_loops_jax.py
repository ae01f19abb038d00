"""Loops on JAX: `lax.scan` and `lax.fori_loop`, equal to the plain function."""

import loops_on_targets as on
import numpy as np
import pytest
import random_loops
from loop_programs import PROGRAMS, lstm

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled

pytest.importorskip("jax")

LOOPS = "lax.scan(", "lax.fori_loop("


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_as_in_numpy(name):
    f, args = PROGRAMS[name]
    graph = on.assert_as_plain("jax", f, args, LOOPS)
    assert on.has_loops(graph) == (name not in on.UNROLLED)


@pytest.mark.parametrize("f", on.MOVING, ids=lambda f: f.__name__)
def test_what_moves_is_read_and_written_as_in_numpy(f):
    on.assert_as_plain("jax", f, (on.ROWS,), LOOPS)


@pytest.mark.parametrize("f", on.MOVING, ids=lambda f: f.__name__)
def test_floats_of_four_bytes_stay_so(f):
    on.assert_as_plain("jax", f, (on.ROWS.astype(np.float32),), LOOPS, rtol=1e-5)


@pytest.mark.parametrize("name", on.HAND_MADE)
def test_loops_made_by_hand_are_as_the_reference(name):
    graph = on.HAND_MADE[name]()
    args = [on.A if node.shape == (3,) else on.B for node in graph.inputs]
    on.assert_as_reference("jax", graph, args)


@pytest.mark.parametrize("seed", on.SEEDS)
def test_random_programs_are_as_unrolled(seed):
    def compare(graph, args):
        on.assert_as_unrolled("jax", graph, args)

    random_loops.checked(seed, compare, largest=400)


@pytest.mark.parametrize("name", ["lstm", "thomas", "convolution windows", "kalman",
                                  "cholesky loops", "time warping"])  # fmt: skip
def test_gradients_are_loops_and_those_of_the_turns_written_out(name):
    f, args = PROGRAMS[name]
    by = tuple(range(len(args)))
    graph = folded(pl.graph(f, *args))
    made = pl.gradient(graph, by)
    found, source = on.run("jax", made, args)
    wanted = pl.gradient(unrolled(graph), by)(*args)
    on.assert_near(found, structure.leaves(wanted), rtol=1e-10)
    assert source.count("lax.scan(") + source.count("lax.fori_loop(") >= 2


def test_a_long_loop_is_compiled_as_one_scan_and_its_gradient_as_two(rng):
    args = rng.normal(size=(16, 3)), rng.normal(size=(16, 4)), rng.normal(size=16)
    X = rng.normal(size=(60, 3))
    value = pl.compile(lstm, "jax", verify=True)
    slope = pl.compile(pl.gradient(lstm, (0, 1, 2, 3)), "jax", verify=True)
    on.assert_near([value(*args, X)], [lstm(*args, X)])
    expected = pl.compile(pl.gradient(lstm, (0, 1, 2, 3)))(*args, X)
    on.assert_near(slope(*args, X), expected)
    assert value.source.count("lax.scan(") == 1
    assert slope.source.count("lax.scan(") == 2
    assert slope.source.count("reverse=True") == 1


def test_the_source_of_a_turn_is_the_persons():
    f, args = PROGRAMS["rnn"]
    _, source = on.run("jax", folded(pl.graph(f, *args)), args)
    assert "def turn(h, t):" in source
    assert "h, jnp.arange(12))" in source
    assert "X[t]" in source
    assert "h = jnp.tanh(" in source


def test_a_vector_is_multiplied_from_the_left_by_what_is_transposed():
    def f(U, h):
        for _ in range(5):
            h = U.T @ h
        return h

    args = on.N(size=(3, 3)), on.A
    _, source = on.run("jax", folded(pl.graph(f, *args)), args)
    on.assert_as_plain("jax", f, args, LOOPS)
    assert "h @ U" in source
    assert "transpose" not in source


def test_names_of_modules_and_of_turns_may_be_the_persons():
    def f(lax, jnp, turn, carry):
        k = turn
        for t in range(len(lax)):
            t1 = np.sin(lax[t] * k)
            carry, k = carry + t1, t1 * jnp
        return carry, k, turn

    args = on.N(size=6), 0.5, 0.3, 0.1
    on.assert_as_plain("jax", f, args, LOOPS)


def test_an_index_that_is_out_of_range_in_one_turn_raises():
    def f(x, places):
        s = 0.0
        for t in range(len(places)):
            s = np.sin(s + x[places[t]]) * (t + 1)
        return s

    x, good = on.N(size=5), np.arange(300) % 10 - 5
    compiled = pl.compile(f, "jax")
    on.assert_near([compiled(x, good)], [f(x, good)], rtol=1e-9)
    assert "lax.scan(" in compiled.source
    with pytest.raises(IndexError, match="index 7 is out of bounds for axis 0"):
        compiled(x, np.where(good == 3, 7, good))


@pytest.mark.parametrize("inner", [False, True])
def test_a_matrix_that_is_singular_in_one_turn_raises(inner):
    def once(A, b):
        for t in range(len(A)):
            b = np.linalg.solve(A[t], b)
        return b

    def nested(A, b):
        for t in range(len(A)):
            for k in range(t + 1):
                b = np.linalg.solve(A[k], b)
        return b

    A, b = on.N(size=(6, 2, 2)) + 3 * np.eye(2), on.N(size=2)
    f = nested if inner else once
    compiled = pl.compile(folded(pl.graph(f, A, b)), "jax")
    on.assert_near([compiled(A, b)], [f(A, b)], rtol=1e-11)
    assert "lax.scan(" in compiled.source
    A[3] = 1.0
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        compiled(A, b)


def test_a_slice_that_may_be_cut_off_is_unrolled():
    def f(x):
        s = 0.0
        for t in range(1, 6):
            s = s + np.sum(x[t - 8 : 3])
        return s

    x = on.N(size=5)
    graph = folded(pl.graph(f, x))
    found, _ = on.run("jax", graph, (x,))
    on.assert_near(found, [f(x)])
