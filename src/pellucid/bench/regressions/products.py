"""LAPACK's least squares, and X'X, which the normal equations take at least."""

from __future__ import annotations

import numpy as np

from pellucid.bench.contest import library
from pellucid.bench.regressions.tasks import SQUARES, Array, Fits, Pair, Task


def gels(task: Task) -> Fits:
    """QR without pivoting, of tensors that have a column of ones."""
    if task.model != SQUARES:
        return {}
    torch = library("torch")

    def fit(X: Array, y: Array) -> Pair:
        A, B = torch.from_numpy(X), torch.from_numpy(y[:, None])
        A = torch.cat([A, torch.ones_like(B)], dim=1)  # (n, d + 1)
        w = torch.linalg.lstsq(A, B, driver="gels").solution[:, 0].numpy()
        return w[:-1], w[-1]

    return {"": fit}


def gram(task: Task) -> Fits:
    """X'X by NumPy, which is no solution."""
    if task.model != SQUARES:
        return {}

    def product(X: Array, y: Array) -> None:
        X.T @ X

    return {"": product}


def pseudoinverse(task: Task) -> Fits:
    """NumPy's `lstsq`, by singular values, of rows that have a column of ones."""
    if task.model != SQUARES:
        return {}

    def fit(X: Array, y: Array) -> Pair:
        A = np.column_stack([X, np.ones(len(X))])  # (n, d + 1)
        w = np.linalg.lstsq(A, y)[0]
        return w[:-1], w[-1]

    return {"": fit}
