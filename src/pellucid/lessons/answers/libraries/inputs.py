"""Tables that come in blocks, parts that are merged, work that is shared out."""

import numpy as np


def sizes(rng, least):
    return rng.integers(least, 8, size=int(rng.integers(2, 5)))


def tables(rng):
    d = int(rng.integers(1, 4))
    return ([rng.normal(size=(n, d)) * 2 + 3 for n in sizes(rng, 1)],)


def columns(rng):
    return ([rng.normal(size=n) * 3 + 40 for n in sizes(rng, 2)],)


def two_summaries(rng):
    first, second = rng.normal(size=5) * 2, rng.normal(size=int(rng.integers(2, 9))) + 4
    return summary(first), summary(second)


def summary(x):
    return len(x), np.mean(x), np.sum((x - np.mean(x)) ** 2)


def tables_and_targets(rng):
    d = int(rng.integers(1, 4))
    blocks = [
        (rng.normal(size=(n + d, d)), rng.normal(size=n + d)) for n in sizes(rng, 2)
    ]
    return (blocks,)


def letters(rng):
    return list("abcdefghi"[: int(rng.integers(3, 10))]), bracketed


def bracketed(a, b):
    return f"({a}{b})"


def rows_and_size(rng):
    n, size = int(rng.integers(7, 20)), int(rng.integers(2, 5))
    return n, size, np.random.default_rng(int(rng.integers(1000)))


def work(rng):
    rows, block = int(rng.integers(1000, 5000)), int(rng.integers(70, 200))
    machines = int(rng.integers(3, 12))
    return rows, block, rng.uniform(0.1, 1), machines, rng.uniform(0.1, 1)
