"""Proximal Newton: a smooth cost plus L1 penalties, on linear models.

    F(u) = J(u) + sum_j lam_j |u_j|

At each place J is replaced by its second-order model, the sum is minimised, and a step
is taken that way. Where every lam is 0 this is Newton's method, and for the likelihood
of a linear model iteratively reweighted least squares.

Lee, Sun & Saunders, "Proximal Newton-type methods for minimizing composite functions"
(2014); Friedman, Hastie & Tibshirani, "Regularization paths for generalized linear
models via coordinate descent" (2010).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy import linalg

from pellucid.minimisers.full_batch import Problem, State, WayDown, problem_of
from pellucid.minimisers.newton import scales, searched
from pellucid.minimisers.task import Fit, Options, Task, Watch
from pellucid.models.base import Array

SWEEPS = 3  # of coordinate descent before signs are tried
SHIFT = 1e-12  # of a Hessian with ones on its diagonal

Hessian = Callable[[Array, Array], Array]  # H of u, rows and columns where a mask says


class ProximalNewton:
    """The method's name, for what it finds."""


def minimised(
    task: Task,
    lam: Array,
    hessian: Hessian,
    free: Array,
    options: Options,
    watch: Watch,
) -> tuple[Fit, Callable[[], Array]]:
    """Minimise F from the task's start, until its least slope is small.

    Gives also what computes the move (p,) that the next step would try.

    Parameters
    ----------
    task : Task
        J and where to begin.
    lam : array (p,)
        The weight of each |u_j|, in the order of the flat parameters.
    hessian : callable
        H (a, a) of u (p,) and of a mask (p,) of a parameters.
    free : array (p,) of bool
        Which parameters may move.
    options, watch
        As in `minimise`.
    """
    smooth = problem_of(task, options)

    def value(u: Array) -> tuple[float, Array]:
        J, g = smooth.value_and_gradient(u)
        return float(J + np.sum(lam * np.abs(u))), np.where(free, least(u, g, lam), 0)

    problem = dataclasses.replace(smooth, value_and_gradient=value)
    walk = WayDown(task, problem, options, watch, least=1)
    fit, last = walk.taken(
        ProximalNewton, lambda at: stepped(problem, at, lam, hessian)
    )
    return fit, lambda: move(last, lam, hessian)[0]


def shrunk(u: Array, lam: Array) -> Array:
    """Each u moved towards 0 by lam, and to 0 where it is nearer."""
    return np.asarray(np.sign(u) * np.maximum(np.abs(u) - lam, 0))


def least(u: Array, g: Array, lam: Array) -> Array:
    """The slope of F that is nearest to 0, of the slopes |u| has at 0."""
    return np.where(u != 0, g + lam * np.sign(u), shrunk(g, lam))


def stepped(problem: Problem, at: State, lam: Array, hessian: Hessian) -> State | None:
    """One step to where the model of F is least; None when none lowers F any more."""
    if not at.g.any():
        return None
    d, gain = move(at, lam, hessian)
    return searched(problem, at, d, gain)


def move(at: State, lam: Array, hessian: Hessian) -> tuple[Array, float]:
    """The way to where the model of F is least, and how F falls at its beginning."""
    moves = (at.w != 0) | (at.g != 0)
    u, lam = at.w[moves], lam[moves]
    g = at.g[moves] - lam * np.sign(np.where(u != 0, u, -at.g[moves]))  # of J
    H = hessian(at.w, moves)
    d = np.zeros_like(at.w)
    d[moves] = quadratic(H, H @ u - g, u, lam) - u
    gain = g @ d[moves] + np.sum(lam * (np.abs(u + d[moves]) - np.abs(u)))
    return d, float(gain)


def quadratic(H: Array, c: Array, u: Array, lam: Array) -> Array:
    """Minimise Q(u) = u'Hu/2 - c'u + sum lam |u|, by feature-sign search.

    Where the signs of u are known this is a system of equations. Its solution is gone
    to as far as Q falls; coordinates that come to 0 there stay at 0, and one that would
    pay to leave 0 gets its sign. Sweeps of coordinate descent come first.

    Lee, Battle, Raina & Ng, "Efficient sparse coding algorithms" (2007), algorithm 1.
    """
    u = swept(H, c, u, lam) if lam.any() else u
    signs = np.sign(u)
    for _ in range(10 * len(u) + 10):
        u, arrived = lowest(H, c, lam, u, with_signs(H, c, lam, signs))
        signs = np.sign(u)
        if arrived:
            left = c - H @ u
            pays = np.where((u == 0) & (lam > 0), np.abs(left) - lam * (1 + 1e-9), 0)
            j = np.argmax(pays)
            if pays[j] <= 0:
                break
            signs[j] = np.sign(left[j])
    return u


def swept(H: Array, c: Array, u: Array, lam: Array) -> Array:
    """Minimise Q over one coordinate after another, a few times."""
    u = u.copy()
    for j in [*range(len(u))] * SWEEPS:
        rest = c[j] - H[j] @ u + H[j, j] * u[j]
        u[j] = shrunk(rest, lam[j]) / H[j, j]
    return u


def with_signs(H: Array, c: Array, lam: Array, signs: Array) -> Array:
    """The u where Q would be least, were |u| = signs u; 0 where a sign is."""
    some = (signs != 0) | (lam == 0)
    part = H[np.ix_(some, some)]
    s = scales(part)
    u = np.zeros_like(c)
    u[some] = s * definite(s[:, None] * part * s, s * (c - lam * signs)[some])
    return u


def lowest(
    H: Array, c: Array, lam: Array, u: Array, there: Array
) -> tuple[Array, bool]:
    """The place with the least Q between u and another, of those where signs change.

    Also says whether that is the other place itself.
    """
    crosses = (lam > 0) & (u * there < 0)
    if not crosses.any():
        return there, True
    t = np.append(u[crosses] / (u - there)[crosses], 1.0)  # where each comes to 0
    places = u + t[:, None] * (there - u)
    places[np.arange(len(t) - 1), np.flatnonzero(crosses)] = 0.0
    Q = np.sum(places * (places @ H / 2 - c) + lam * np.abs(places), axis=1)
    best = np.argmin(Q)
    return places[best], bool(best == len(t) - 1)


def definite(H: Array, c: Array) -> Array:
    """Solve H u = c by Cholesky, H a little shifted: it may be singular.

    A step along what H cannot see changes nothing, and the next one mends the rest.
    """
    shift = SHIFT
    while True:
        try:
            factor = linalg.cho_factor(H + shift * np.eye(len(c)))
        except linalg.LinAlgError:
            shift *= 100
            continue
        u: Array = linalg.cho_solve(factor, c)
        return u
