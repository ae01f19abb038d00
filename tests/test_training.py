"""Steps inside a target, in memory that stays, are the steps of the reference."""

import numpy as np
import pytest

from pellucid.errors import PellucidError
from pellucid.graphs.rewriting.stable import written_out
from pellucid.graphs.tracing.trace import is_float, trace
from pellucid.running import targets

# A step takes what is kept, the rate, the number of the step and a batch; it gives a
# cost, a slope and what is kept after it. w and v have 6 elements, X 4 rows of 3.


def descent(kept, rate, t, X):
    w, v = kept
    W = w.reshape(3, 2)
    z = np.tanh(X @ W)
    g = np.ravel(X.T @ (1 - z**2))
    v = 0.9 * v + g
    return np.sum(z), np.max(np.abs(g)), w - rate * v / t, v


def joined(kept, rate, t, X):
    w, v = kept
    a, b = w[:4], w[4:]
    g = np.concatenate([np.sin(a) * 2, np.exp(b)])
    return np.sum(g), 0.0, w - rate * g, v + np.square(g)


def joined_and_read_later(kept, rate, t, X):
    w, v = kept
    part = np.sin(w[:4]) * 2
    g = np.concatenate([part, w[4:]])
    after = w - rate * (g * g)
    return np.sum(X), 0.0, after, v + np.sum(part) + g[::-1]


def joined_twice(kept, rate, t, X):
    w, v = kept
    part = np.cos(w[:3])
    g, h = np.concatenate([part, part]), np.concatenate([part * 2, part])
    return np.sum(X), 0.0, w - rate * g, v * h


def of_a_transposed_product(kept, rate, t, X):
    w, v = kept
    g = np.concatenate([np.ravel((X[:2].T @ X[:2, :2]).T)])
    return np.sum(g), 0.0, w - rate * g, v


def swapped(kept, rate, t, X):
    w, v = kept
    return np.sum(w), 0.0, v, w


def moved_on(kept, rate, t, X):
    w, v = kept
    return np.sum(w), 0.0, np.exp(-v), w


def turned(kept, rate, t, X):
    w, v = kept
    return np.sum(w), 0.0, w[::-1] * 0.5, v[::-1]


def read_after_it_is_replaced(kept, rate, t, X):
    w, v = kept
    after = w * 0.5
    return np.sum(X), 0.0, after, v + w[::-1] + after


def cost_of_what_comes_after(kept, rate, t, X):
    w, v = kept
    after = w - rate * np.cos(w)
    return np.sum(after**2), 0.0, after, v * 2.0


def kept_as_it_is(kept, rate, t, X):
    w, v = kept
    return np.sum(X) / t, rate, w, v


def one_for_both(kept, rate, t, X):
    w, v = kept
    after = w * v
    return np.sum(X), 0.0, after, after


def buffer_written(kept, rate, t, X):
    w, v = kept
    b = np.zeros(6, w.dtype)
    b[::2] = w[:3]
    b[1] += rate
    return np.sum(b), 0.0, b, b * v


def rectified(kept, rate, t, X):
    w, v = kept
    z = X @ w.reshape(3, 2)
    h = z * (z > 0)
    g = np.ravel(X.T @ (np.mean(h) * (z > 0)))
    return np.mean(h, axis=0)[0], 0.0, w - rate * g, v + g / 4


STEPS = [descent, joined, joined_and_read_later, joined_twice, of_a_transposed_product,
         swapped, moved_on, turned, read_after_it_is_replaced, cost_of_what_comes_after,
         kept_as_it_is, one_for_both, buffer_written, rectified]  # fmt: skip
RATES = [0.1, 0.2, 0.05]
BATCHES = [np.array([2, 0, 5, 1]), np.array([3, 4]), np.array([5, 5, 0, 3])]


def start(dtype):
    rng = np.random.default_rng(0)
    kept = [rng.normal(size=6).astype(dtype), rng.normal(size=6).astype(dtype)]
    return kept, rng.normal(size=(6, 3)).astype(dtype)


def graph_of(step, kept, batch):
    def flat(kept, rate, t, X):
        return step(kept, rate, t, X)

    return written_out(trace(flat, (kept, 0.5, 1.0, batch), {}, is_float))


def trained(step, target, dtype, batches):
    kept, X = start(dtype)
    module = targets.target(target)
    training = module.Training(lambda n: graph_of(step, kept, X[:n]), kept, [X])
    return training, training.epoch(batches, RATES[: len(batches)], 0)


def by_reference(step, dtype, batches):
    kept, X = start(dtype)
    figures = []
    for t, (batch, rate) in enumerate(zip(batches, RATES, strict=False), 1):
        rows = X if batch is None else X[batch]
        cost, slope, *kept = graph_of(step, kept, rows)(kept, rate, float(t), rows)
        figures.append((float(cost), float(slope)))
    return kept, figures


@pytest.mark.parametrize(
    "batches", [BATCHES, [None, None]], ids=["batches", "all rows"]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("target", targets.TARGETS)
@pytest.mark.parametrize("step", STEPS, ids=lambda f: f.__name__)
def test_steps_are_those_of_the_reference(step, target, dtype, batches):
    training, figures = trained(step, target, dtype, batches)
    kept, expected = by_reference(step, dtype, batches)
    close = {"rtol": 1e-5 if dtype == np.float32 else 1e-13, "atol": 1e-7}
    np.testing.assert_allclose(figures, expected, **close)
    np.testing.assert_allclose(training.kept, kept, **close)
    assert [array.dtype for array in training.kept] == [dtype, dtype]


def exploding(kept, rate, t, X):
    w, v = kept
    cost = np.sum(w) / (2.0 - t)
    return cost, 0.0, w + 1.0, v + cost


def exploding_of_what_comes_after(kept, rate, t, X):
    w, v = kept
    after = 0.5 * w / (2.0 - t)
    return np.sum(after), 0.0, after, v * 0.9 + np.cos(w)


@pytest.mark.parametrize("step", [exploding, exploding_of_what_comes_after])
@pytest.mark.parametrize("target", targets.TARGETS)
def test_a_cost_that_is_not_finite_ends_the_epoch_before_its_step(target, step):
    with np.errstate(all="ignore"):
        training, figures = trained(step, target, np.float64, BATCHES)
    kept, _ = by_reference(step, np.float64, BATCHES[:1])
    assert len(figures) == 2
    assert not np.isfinite(figures[-1, 0])
    np.testing.assert_allclose(training.kept, kept, rtol=1e-13)


@pytest.mark.parametrize("target", targets.TARGETS)
def test_what_is_kept_is_a_copy(target):
    kept, X = start(np.float64)
    module = targets.target(target)
    training = module.Training(lambda n: graph_of(descent, kept, X[:n]), kept, [X])
    before = training.kept
    training.epoch(BATCHES[:1], RATES[:1], 0)
    np.testing.assert_array_equal(before, kept)
    np.testing.assert_array_equal(start(np.float64)[0], kept)


@pytest.mark.parametrize("target", targets.TARGETS)
def test_a_training_that_has_ended_gives_what_it_kept(target):
    training, _ = trained(descent, target, np.float64, BATCHES)
    w, v = training.kept
    np.testing.assert_array_equal(training.first(1), [w])
    np.testing.assert_array_equal(training.ended(), [w, v])


@pytest.mark.parametrize("target", ["numpy"])
def test_rows_that_there_are_not_are_refused(target):
    with pytest.raises(IndexError, match="beyond the 6"):
        trained(descent, target, np.float64, [np.array([0, 6])])


def test_gradients_are_written_straight_into_one_vector():
    training, _ = trained(joined, "numpy", np.float64, BATCHES[:1])
    assert "concatenate" not in training.source
    assert "out=w" in training.source


def test_numpy_runs_on_the_cpu_alone():
    kept, X = start(np.float64)
    with pytest.raises(PellucidError, match=r"runs on the CPU, not on 'cuda'"):
        targets.target("numpy").Training(lambda n: None, kept, [X], "cuda")
