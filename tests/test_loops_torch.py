"""Loops on torch: Python's own loops over tensors, equal to the plain function."""

import loops_on_targets as on
import numpy as np
import pytest
import random_loops
from loop_programs import PROGRAMS, lstm

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled

pytest.importorskip("torch")

LOOPS = ("for ",)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_as_in_numpy(name):
    f, args = PROGRAMS[name]
    graph = on.assert_as_plain("torch", f, args, LOOPS)
    assert on.has_loops(graph) == (name not in on.UNROLLED)


@pytest.mark.parametrize("f", on.MOVING, ids=lambda f: f.__name__)
def test_what_moves_is_read_and_written_as_in_numpy(f):
    on.assert_as_plain("torch", f, (on.ROWS,), LOOPS)


@pytest.mark.parametrize("f", on.MOVING, ids=lambda f: f.__name__)
def test_floats_of_four_bytes_stay_so(f):
    on.assert_as_plain("torch", f, (on.ROWS.astype(np.float32),), LOOPS, rtol=1e-5)


@pytest.mark.parametrize("name", on.HAND_MADE)
def test_loops_made_by_hand_are_as_the_reference(name):
    graph = on.HAND_MADE[name]()
    args = [on.A if node.shape == (3,) else on.B for node in graph.inputs]
    on.assert_as_reference("torch", graph, args)


@pytest.mark.parametrize("seed", range(100))
def test_random_programs_are_as_unrolled(seed):
    def compare(graph, args):
        on.assert_as_unrolled("torch", graph, args)

    random_loops.checked(seed, compare, largest=400)


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_are_those_of_the_turns_written_out(name):
    f, args = PROGRAMS[name]
    by = tuple(range(len(args)))
    graph = folded(pl.graph(f, *args))
    found, _ = on.run("torch", pl.gradient(graph, by), args)
    wanted = pl.gradient(unrolled(graph), by)(*args)
    on.assert_near(found, structure.leaves(wanted), rtol=1e-10)


def test_a_long_loop_is_compiled_as_one_loop_and_its_gradient_as_two(rng):
    args = rng.normal(size=(16, 3)), rng.normal(size=(16, 4)), rng.normal(size=16)
    X = rng.normal(size=(60, 3))
    value = pl.compile(lstm, "torch", verify=True)
    slope = pl.compile(pl.gradient(lstm, (0, 1, 2, 3)), "torch", verify=True)
    on.assert_near([value(*args, X)], [lstm(*args, X)])
    expected = pl.compile(pl.gradient(lstm, (0, 1, 2, 3)))(*args, X)
    on.assert_near(slope(*args, X), expected)
    assert value.source.count("for t in ") == 1
    assert slope.source.count("for t in range(60):") == 1
    assert slope.source.count("for t in reversed(range(60)):") == 1


def test_the_source_of_a_turn_is_the_persons():
    f, args = PROGRAMS["thomas"]
    _, source = on.run("torch", folded(pl.graph(f, *args)), args)
    assert "for i in range(8):" in source
    assert "m = " in source
    assert "cp[i + 1] = " in source


def test_an_array_is_written_in_place_and_copied_once_before_the_loop():
    def f(x):
        y = x * 1.0
        for t in range(1, len(y)):
            y[t] = y[t - 1] + x[t]
        return y

    x = on.N(size=9)
    _, source = on.run("torch", folded(pl.graph(f, x)), (x,))
    on.assert_as_plain("torch", f, (x,), LOOPS)
    assert source.count(".clone()") == 0
    assert "y[t + 1] = " in source


def test_names_of_modules_and_of_turns_may_be_the_persons():
    def f(torch, stack, range_, zeros):
        k = zeros
        kept = []
        for t in range(len(torch)):
            t1 = np.sin(torch[t] * k)
            stack, k = stack + t1, t1 * range_
            kept.append(k)
        return stack, k, zeros, np.array(kept)

    args = on.N(size=6), 0.5, 0.3, 0.1
    on.assert_as_plain("torch", f, args, LOOPS)


PLACES = np.array([3, 1, 5])
DATA = on.N(size=(12, 3))


def element_kept_of_each_turn(w):
    p, s, B = np.sum(w), 0.0, np.zeros(12)
    for i in range(10):
        B[PLACES] = DATA[i]
        p = np.sin(p)
        s = s + p * B[11 - i]
    return s


def element_appended_to_a_list(w):
    B, kept = np.zeros((4, 3)), []
    for i in range(10):
        B[1] = np.tanh(DATA[i] * w * np.sum(B) + w)
        kept.append(B[1, 2])
    return np.sum(np.cos(np.stack(kept)))


def element_carried_to_the_next_turn(w):
    B, s = np.zeros(12), 0.0
    B[3] = w[0]
    before = B[3]
    for i in range(10):
        s = s + np.sin(before) * w[1]
        B[PLACES] = DATA[i] * w
        before = B[5]
    B[PLACES] = B[PLACES] * 2
    return s + before + np.sum(B)


def element_of_the_last_turn(w):
    B, s = np.zeros(12), 0.0
    for i in range(10):
        B[PLACES] = DATA[i] * w
        e = B[3]
        s = s + e * np.cos(s)
    B[PLACES] = B[PLACES] * 2
    return s * e + np.sum(B)


ELEMENTS = [element_kept_of_each_turn, element_appended_to_a_list,
            element_carried_to_the_next_turn, element_of_the_last_turn]  # fmt: skip


@pytest.mark.parametrize("f", ELEMENTS, ids=lambda f: f.__name__)
def test_an_element_is_a_number_and_not_what_a_later_turn_has_written(f):
    w = np.array([0.2, 0.3, -0.1])
    on.assert_as_plain("torch", f, (w,), LOOPS)
    slope = pl.gradient(folded(pl.graph(f, w)), stable=False)
    assert on.has_loops(slope)
    step = 1e-6 * np.eye(3)
    wanted = [(f(w + h) - f(w - h)) / 2e-6 for h in step]
    on.assert_near(on.run("torch", slope, (w,))[0], [wanted], rtol=1e-7)
