"""Random networks and spellings of convolution, on each target as in plain NumPy."""

import pytest
import random_networks

SEEDS = {"numpy": range(10), "torch": range(10, 14), "jax": range(14, 16)}
EACH = [(seed, target) for target, seeds in SEEDS.items() for seed in seeds]


@pytest.mark.parametrize(("seed", "target"), EACH)
def test_a_target_computes_what_plain_numpy_does(seed, target):
    pytest.importorskip(target)
    done = random_networks.checked(seed, target)
    assert done["programs"] == 1
