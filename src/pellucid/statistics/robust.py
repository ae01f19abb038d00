"""Covariances of least squares that hold where the spread differs from row to row.

C = F M M' F',   M M' = sum_i u_i u_i' r_i^2 a_i     u_i a row of the hat matrix

HC0   a = 1                  White, "A heteroskedasticity-consistent covariance
matrix estimator" (1980)
HC1   a = n / (n - rank)     Hinkley, "Jackknifing in unbalanced situations" (1977)
HC2   a = 1 / (1 - h)        Horn, Horn & Duncan, "Estimating heteroscedastic
variances in linear models" (1975)
HC3   a = 1 / (1 - h)^2      MacKinnon & White, "Some heteroskedasticity-consistent
covariance matrix estimators" (1985)
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.hat import Hat
from pellucid.statistics.fitted import HC0, HC1, HC2, HC3

Array = NDArray[Any]

TALL = 8  # times as many rows as columns are worth a triangle
ALONE = 2.0**-40  # what rounding may leave of 1 - h where it is 0


def roots(hat: Hat, kind: str) -> Array:
    """M (k, m, m) of each target; nan where the kind has no value."""
    n, m, k = hat.rows.shape[0], len(hat.turn), hat.rows.shape[2]
    parts = [G for found in hat.visited(partial(part, hat, kind, n)) for G in found]
    return triangles([np.zeros((k, 0, m)), *parts]).swapaxes(1, 2)


def part(hat: Hat, kind: str, n: int, blocks: list[slice]) -> list[Array]:
    """Parts of the rows of G, M M' = G'G, of some blocks of n rows in all."""
    waiting: list[Array] = []
    m = len(hat.turn)
    for _, U, r in hat.blocks(blocks):
        a = np.sqrt(scales(kind, leverages(U), n, m))
        waiting.append((a[:, None] * r).T[:, :, None] * U)  # (k, rows, m)
        if sum(G.shape[1] for G in waiting) >= TALL * m:
            waiting = [triangles(waiting)]
    return waiting


def triangles(parts: list[Array]) -> Array:
    """R (k, m, m) with R'R = G'G of each target, of parts of the rows of G."""
    rows = sum(G.shape[1] for G in parts)
    G = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
    if rows < G.shape[2]:
        G = np.concatenate([G, np.zeros((len(G), G.shape[2] - rows, G.shape[2]))], 1)
    return np.stack([np.linalg.qr(each, mode="r") for each in G])


def leverages(U: Array) -> Array:
    """H (n,), 1 for a row that decides alone what is predicted for it."""
    h = np.sum(U**2, axis=1)
    return np.where(1 - h < ALONE, 1.0, h)


def scales(kind: str, h: Array, n: int, m: int) -> Array:
    """A (n,) of residuals of the leverage h; nan for a row that decides alone."""
    left = np.where(h < 1, 1 - h, np.nan)
    table = {
        HC0: np.ones(len(h)),
        HC1: np.full(len(h), n / (n - m) if n > m else np.nan),
        HC2: 1 / left,
        HC3: 1 / left**2,
    }
    return table[kind]


def wald(hat: Hat, M: Array, constant: bool) -> Array:
    """F (k,): whether all of U'y may be 0 but for its constant, of covariance M M'.

    Wald, "Tests of statistical hypotheses concerning several parameters" (1943).
    """
    ones = hat.ones[:, None][:, : int(constant)]
    others = np.linalg.qr(ones, mode="complete")[0][:, int(constant) :]  # (m, q)
    pairs = zip(hat.of_y.T, M, strict=True)
    found = [_whitened(others.T @ a, others.T @ each) for a, each in pairs]
    return np.array([z @ z / len(z) for z in found])


def _whitened(a: Array, L: Array) -> Array:
    """Numbers a of the covariance L L' as such of the covariance 1, nan of none.

    What is no 0 and has no error is infinitely far from 0.
    """
    R: Array = np.asarray(np.linalg.qr(L.T, mode="r"))
    size = np.abs(np.diagonal(R))
    if not R.any():
        return np.where(a != 0, np.inf, np.nan)
    if not np.min(size) > np.max(size) * len(a) * np.finfo(float).eps:
        return np.full(len(a), np.nan)
    return np.asarray(linalg.solve_triangular(R, a, trans="T"))
