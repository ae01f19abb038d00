"""Slopes that are infinite where nothing is taken warn of nothing; others do."""

import numpy as np
import pytest

import pellucid as pl

CHOSEN = {
    "maximum": lambda x: np.sqrt(np.maximum(x - 1, 0)),
    "clip": lambda x: np.sqrt(np.clip(x, 0, None)),
    "arccos of clip": lambda x: np.arccos(np.clip(x, -1, 1)),
    "where": lambda x: np.cbrt(np.where(x > 0, x, 0)),
    "condition": lambda x: np.sqrt((x - 1) * (x > 1)),
    "minimum": lambda x: np.sqrt(1 - np.minimum(x, 1)),
    "power": lambda x: np.maximum(x, 0) ** 0.3,
    "constant mask": lambda x: np.sqrt(np.array([1.0, 0.0, 1.0]) * x**2),
}
TAKEN = {
    "root": lambda x: np.sqrt(x),
    "read": lambda x: np.sqrt(x[:2]),
    "scaled": lambda x: np.sqrt(2 * x),
}


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_not_chosen_inside_a_pole_warns_of_nothing(name, stable):
    def cost(x):
        return np.sum(CHOSEN[name](x))

    x = np.array([2.5, -0.5, 0.5])
    ours = pl.gradient(cost, stable=stable)(x)
    recorded = pl.graph(pl.gradient(cost, stable=stable), x)(x)
    step = 1e-6 * np.eye(3)
    slopes = [(cost(x + e) - cost(x - e)) / 2e-6 for e in step]
    np.testing.assert_allclose(ours, slopes, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(recorded, ours)


@pytest.mark.parametrize("name", TAKEN)
def test_an_infinite_slope_that_is_taken_warns(name):
    with pytest.raises(FloatingPointError, match="divide by zero"):
        pl.gradient(lambda x: np.sum(TAKEN[name](x)))(np.array([1.0, 0.0, 0.25]))
