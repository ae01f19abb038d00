"""The residuals of a sum of squares and their Jacobian, compiled on the target."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pellucid.graphs.differentiating.gradient import jvp, vjp
from pellucid.minimisers.full_batch import Vector, flat, product_with
from pellucid.minimisers.recording import run_with
from pellucid.minimisers.sums_of_squares import SumOfSquares
from pellucid.minimisers.task import Options, Task


def length_of(v: Vector) -> float:
    """The length of a vector, whose squares may overflow."""
    with np.errstate(over="ignore"):
        size = math.sqrt(v @ v)
    if 1e-140 < size < 1e140:
        return size
    largest = float(np.max(np.abs(v), initial=0.0))
    if not 0 < largest < math.inf:
        return largest  # or nan
    return largest * math.sqrt((v / largest) @ (v / largest))


ROWS = 4096  # that are factored together


@dataclass(frozen=True)
class Residuals:
    """q (n,), where J = rest + unit q'q, and its Jacobian A (n, p).

    `eps` is the rounding of the coarsest array.
    """

    squares: SumOfSquares
    eps: float
    at: Callable[[Vector], Vector]
    jacobian: Callable[[Vector], Vector]

    def cost(self, q: Vector) -> float:
        """The cost for these residuals."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.squares.rest + self.squares.unit * float(q @ q)

    def place(self, w: Vector, q: Vector | None = None) -> Place:
        """What is known of a place."""
        with np.errstate(all="ignore"):
            q = self.at(w) if q is None else q
            return Place(w, q, self.jacobian(w), self.cost(q))


@dataclass(frozen=True)
class Place:
    """Parameters w (p,), residuals q (n,), their Jacobian A (n, p), and the cost."""

    w: Vector
    q: Vector
    A: Vector
    cost: float

    @functools.cached_property
    def columns(self) -> Vector:
        """The lengths of the columns of A, whose squares would overflow."""
        return np.array([length_of(column) for column in self.A.T])

    @property
    def is_finite(self) -> bool:
        """Whether all of it can be computed with."""
        return bool(np.isfinite(self.cost) and np.isfinite(self.columns).all())

    @property
    def lengths(self) -> Vector:
        """The lengths of the columns, and 1 for a column of zeros."""
        return np.where(self.columns > 0, self.columns, 1.0)

    @functools.cached_property
    def triangle(self) -> tuple[Vector, Vector]:
        """R (min(n, p), p) and Q'q of A / lengths = Q R; A'A is not formed.

        The factors of A with the column q beside it are those of A, and Q'q; they are
        found from blocks of rows, one after another, which stay in cache.
        Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and
        sequential QR and LU factorizations" (2012).
        """
        n, p = self.A.shape
        R = np.zeros((0, p + 1))
        for begin in range(0, n, ROWS):
            rows = slice(begin, begin + ROWS)
            block = np.column_stack([self.A[rows] / self.lengths, self.q[rows]])
            R = np.asarray(np.linalg.qr(np.vstack([R, block]), mode="r"))
        return R[:p, :p], R[:p, p]


@dataclass(frozen=True)
class Factors:
    """A diag(1 / D) = Q U S V', by which steps are solved; u = U'Q'q.

    `rank` says how many of the singular values S are more than rounding.
    """

    S: Vector
    Vt: Vector
    u: Vector
    rank: int

    @classmethod
    def of(cls, place: Place, D: Vector, eps: float) -> Factors:
        """Factor a Jacobian, known to eps, whose columns are divided by D."""
        R, along = place.triangle
        U, S, Vt = np.linalg.svd(R * (place.lengths / D), full_matrices=False)
        rounding = 10 * max(place.A.shape) * eps * np.max(S, initial=0.0)
        return cls(S, Vt, U.T @ along, int(np.sum(rounding < S)))


def residuals_of(task: Task, squares: SumOfSquares, options: Options) -> Residuals:
    """The residuals, and columns or rows of their Jacobian, whichever are fewer."""
    f, n = squares.residuals, len(squares.root)
    root = None if (squares.root == 1).all() else squares.root
    run = run_with(task, f, task.data, options)
    forward = task.size <= n
    verb, v = (jvp, task.start) if forward else (vjp, squares.direction)
    product = product_with(task, verb(f, **task.rewriting), v, options)

    def at(w: Vector) -> Vector:
        q = flat(list(run(task.parts(w))))
        return q if root is None else root * q

    def jacobian(w: Vector) -> Vector:
        units = np.eye(task.size if forward else n)
        A = np.empty((n, task.size), order="F")  # columns lie together
        for unit, part in zip(units, A.T if forward else A, strict=True):
            part[:] = product(w, unit)
        if root is not None:
            A *= root[:, None]
        return A

    return Residuals(squares, task.eps, at, jacobian)
