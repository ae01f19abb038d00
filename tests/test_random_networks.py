"""Random networks and spellings of convolution, on each target as in plain NumPy."""

import pytest
import random_networks


@pytest.mark.parametrize("target", random_networks.TARGETS)
@pytest.mark.parametrize("seed", range(4))
def test_random_networks_are_what_they_are_in_plain_numpy(seed, target):
    random_networks.checked(seed, target)
