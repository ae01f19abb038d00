"""Small numbers for the programs: the same in every run."""

import numpy as np


def normal(*shape, seed=0, scale=1.0):
    """Normal numbers of a shape."""
    return np.random.default_rng([seed, *shape]).normal(size=shape) * scale


def uniform(*shape, low=0.2, high=1.8, seed=0):
    """Numbers between two bounds."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, size=shape)


def whole(*shape, below, seed=0):
    """Whole numbers from 0."""
    return np.random.default_rng([seed, *shape]).integers(below, size=shape)


def positive_definite(n, seed=0):
    """A symmetric matrix with eigenvalues over 1."""
    A = normal(n, n, seed=seed)
    return A @ A.T / n + np.eye(n)
