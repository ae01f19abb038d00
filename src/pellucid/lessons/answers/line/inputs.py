"""Points, and lines that fit them more or less."""


def points(rng):
    n = int(rng.integers(3, 12))
    return rng.normal(size=n) * 3 + 2, rng.normal(size=n) - 1


def line_alone(rng):
    x, _ = points(rng)
    return x, rng.normal() * 4, rng.normal() * 3


def line_and_points(rng):
    x, y = points(rng)
    return x, y, rng.normal() * 4, rng.normal() * 3


def points_and_slope(rng):
    x, y = points(rng)
    return x, y, rng.normal() * 4


def targets_and_outputs(rng):
    _, y = points(rng)
    return y, y + rng.normal(size=y.size) + 0.5
