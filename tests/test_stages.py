"""A graph run in two stages gives what it gives in one."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.running.stages import Stages


def scaled(w, v):
    return np.exp(w) * v


def loss(w, v):
    z = np.tanh(np.outer(w, w))
    return np.sum((z @ v) ** 2), z[0], 3.0 * v[0], w


def linear(w, v):
    return w + v


def early_only(w, v):
    return np.exp(w)


def later_only(w, v):
    return np.exp(v)


@pytest.mark.parametrize("f", [scaled, loss, linear, early_only, later_only])
@pytest.mark.parametrize("later", [0, 1], ids=["w later", "v later"])
def test_two_stages_are_one(f, later, rng):
    graph = pl.graph(f, np.zeros(3), np.zeros(3))
    stages = Stages(graph, later=[graph.inputs[later]])
    for _ in range(2):
        early = rng.normal(size=3)
        stages.begin(early)
        for _ in range(2):
            late = rng.normal(size=3)
            expected = graph(*((late, early) if later == 0 else (early, late)))
            expected = expected if isinstance(expected, tuple) else (expected,)
            for a, b in zip(stages.finish(late), expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-14)


def test_python_numbers_pass_as_such():
    graph = pl.graph(lambda a, b, x: (a * b) * x, 1.0, 1.0, np.zeros(2, np.float32))
    stages = Stages(graph, later=graph.inputs[2:])
    stages.begin(2.0, 3.0)
    (result,) = stages.finish(np.ones(2, np.float32))
    assert (result.dtype, result.tolist()) == (np.float32, [6.0, 6.0])
