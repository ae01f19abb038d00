"""Fisher's information of a fit by maximum likelihood, and what follows from it.

Of k outputs a row, x being its features with a 1, s how often it counts, and r and
Q = S S' of its family (see `families`):

    I = sum s Q (x) x x'              the information
    C = I^-1 = D D'                   the covariance, D = F^-T where I = F F'
    V = (1 (x) x)' C (1 (x) x)        of the outputs of a row
    H = S' V S                        its leverage
    M = sum s t t' (x) x x'           the meat of the sandwich C M C, t being r, or
                                      what r would be had the row not been seen

The columns are first made a basis B in which the information of the mean output is 1,
by the factors of least squares, so that no digits are lost to units or to columns that
are nearly dependent.

McCullagh & Nelder, "Generalized linear models" (1989), sections 2.5 and 12.6; White,
"Maximum likelihood estimation of misspecified models" (1982).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression import powers
from pellucid.regression.curvature import cholesky
from pellucid.regression.factors import GAP, MOST_WIDE
from pellucid.regression.objective import by_outputs
from pellucid.regression.rows import rows_a_block, visited, visits
from pellucid.regression.spread import ASIDE
from pellucid.statistics.basis import Basis
from pellucid.statistics.families import Family

Array = NDArray[Any]

STEPS = 5  # of Newton's at most, which win twice the digits each
EXACT, FAR = 1e-10, 0.05  # standard errors: less is not worth a step, more is too far
ALONE = 1e-10  # of 1: so little a leverage may lack to be that of a row fitted exactly


@dataclass(frozen=True)
class Seen:
    """Rows as a fit has seen them.

    Parameters
    ----------
    family : Family
        How the target is distributed.
    X : array (n, d)
        Features; a sparse matrix stays one.
    z, y : array (n, k)
        Outputs and targets.
    s : array (n,)
        How often each row counts.
    intercept : bool
        Whether the fit has one.
    bounded : bool
        Whether the likelihood has a maximum.
    free : bool
        Whether nothing but the likelihood holds the coefficients.
    limit : bool
        Whether the outputs are those of the limit of a likelihood without a maximum.
    """

    family: Family
    X: Any
    z: Array
    y: Array
    s: Array
    intercept: bool
    bounded: bool = True
    free: bool = True
    limit: bool = False


@dataclass(frozen=True)
class Information:
    """The information of rows at outputs z, and what follows from it.

    Parameters
    ----------
    family : Family
        How the target is distributed.
    z, y : array (n, k)
        Outputs and targets.
    s : array (n,)
        How often each row counts, by a power of two.
    unit : float
        That power.
    basis : Basis
        B.
    bounded : bool
        Whether the likelihood has a maximum. Without one there is no information: all
        errors are nan, and the rank is that of the columns.
    gone : array (k p,)
        How far the coefficients are from those that the rows were seen with.
    rank : int
        How many parameters the rows determine, or would if there were a maximum.
    limit : bool
        As of `Seen`: then some parameters may have no information.
    known : array (k r, m), optional
        D, where it is known: of these rows and others.
    """

    family: Family
    z: Array
    y: Array
    s: Array
    unit: float
    basis: Basis
    bounded: bool
    gone: Array
    rank: int
    limit: bool = False
    known: Array | None = None

    @classmethod
    def at_most(cls, seen: Seen) -> Information:
        """Of rows where they are likeliest, a few of Newton's steps from the fit.

        Of many rows a fit has less digits than its errors can tell: these steps are
        for what is left, and taken where that is a small part of an error.
        """
        found = cls.of(seen)
        whole = seen.limit or bool(np.isfinite(found.basis.outward).all())
        known = seen.free and whole
        for _ in range(STEPS if known else 0):
            size, step = found.step
            if not EXACT < size < FAR:
                break
            seen, gone = replace(seen, z=found.moved(step)), found.gone
            after = cls.of(seen)
            moved = np.nan_to_num(found.outward(step[:, None])[:, 0])
            found = replace(after, gone=gone + moved)
        return found

    @classmethod
    def of(cls, seen: Seen) -> Information:
        """Of rows as they were seen."""
        family, z, s = seen.family, seen.z, powers.near_one(seen.s)
        unit = float(np.ldexp(1.0, np.frexp(np.max(seen.s))[1]))
        q = s * _by_blocks(lambda i: np.sum(family.root(z[i]) ** 2, axis=(1, 2)), z)
        bounded = seen.bounded and bool(np.max(q) > 0)
        basis = Basis.of(seen.X, q if bounded else s, seen.intercept)
        gone = np.zeros(z.shape[1] * len(basis.outward))
        whole = Basis.of(seen.X, s, seen.intercept) if seen.limit else basis
        rank = int(z.shape[1]) * whole.rank
        return cls(family, z, seen.y, s, unit, basis, bounded, gone, rank, seen.limit)

    @property
    def size(self) -> int:
        """How many parameters there are in the basis, k r."""
        return int(self.z.shape[1]) * self.basis.rank

    @cached_property
    def D(self) -> Array:  # noqa: N802
        """D (k r, m), of parameters in the basis, one output after another.

        nan where the information is none, as when all chances are 0 or 1. In a limit m
        may be less than k r.
        """
        if self.known is not None:
            return self.known
        if not self.bounded or not self.size:
            return np.full((self.size, self.size), np.nan)
        G = self.curvature
        if self.limit:
            found: Array = _root_of_inverse(G) / self.unit**0.5
            return found
        size = np.sqrt(np.diagonal(G))
        with np.errstate(divide="ignore", invalid="ignore"):
            G = G / size / size[:, None]
        try:
            F = cholesky(np.where(np.isfinite(G), G, np.nan))
        except linalg.LinAlgError:
            return np.full(G.shape, np.nan)
        inverse = linalg.lapack.dtrtri(F, lower=True)[0]
        return np.asarray(inverse.T / size[:, None] / self.unit**0.5)

    @cached_property
    def curvature(self) -> Array:
        """The information (k r, k r) in the basis, of rows that count s."""

        def each(rows: slice, B: Array) -> Array:
            S = self.family.root(self.z[rows])
            if S.shape[1] == 1:
                B = B * (np.sqrt(self.s[rows, None]) * S[:, 0])
                return np.asarray(B.T @ B)  # symmetric, as BLAS sees
            return by_outputs(B, self._counted(rows, S @ S.swapaxes(1, 2)))

        return self._summed(each)

    @property
    def slope(self) -> Array:
        """That of the log likelihood (k r,) in the basis, of rows that count s."""

        def each(rows: slice, B: Array) -> Array:
            r = self.family.residuals(self.z[rows], self.y[rows])
            return (self.s[rows, None] * r).T @ B

        return self._summed(each).ravel()

    @cached_property
    def step(self) -> tuple[float, Array]:
        """Newton's step C g (k r,) in the basis, g the slope, and how long it is.

        Its length is in standard errors, sqrt(g'C g).
        """
        if not self.size or not np.isfinite(self.D).all():
            return np.nan, np.full(self.size, np.nan)
        white = self.D.T @ (self.unit * self.slope)
        return float(np.linalg.norm(white)), self.D @ white

    def moved(self, step: Array) -> Array:
        """The outputs (n, k) after a step (k r,)."""
        of_output = step.reshape(self.z.shape[1], self.basis.rank)
        return _by_blocks(
            lambda rows: self.z[rows] + self.basis.block(rows) @ of_output.T, self.z
        )

    def classical(self) -> Array:
        """A (k p, k r) of the covariance A A' = I^-1."""
        return self.outward(self.D)

    def sandwich(self, kind: str) -> Array:
        """A of the covariance A A' = C M C that holds whatever the spread.

        "HC0" has t = r, and "HC1" n / (n - rank) of its covariance. "HC3" has the t of
        the row had it not been seen, (1 - Q V)^-1 r, to first order, and "HC2" the root
        of that matrix, so that with one output they divide r^2 by (1 - h)^2 and 1 - h.
        """
        known = np.isfinite(self.D).all()
        M = self.meat(kind) if known else self.D
        if not np.isfinite(M).all():
            return self.outward(np.full((self.size, self.size), np.nan))
        values, ways = np.linalg.eigh(M)
        root = ways * np.sqrt(np.maximum(values, 0.0))
        n, D = self.unit * float(np.sum(self.s)), self.D
        if kind == "HC1":
            root = root * (np.sqrt(n / (n - self.rank)) if n > self.rank else np.nan)
        return self.outward(D @ (D.T @ root))

    def meat(self, kind: str) -> Array:
        """M (k r, k r) of the sandwich."""

        def each(rows: slice, B: Array) -> Array:
            t = self._unseen(rows, B, kind)
            return by_outputs(B, self._counted(rows, t[:, :, None] * t[:, None]))

        return self.unit * self._summed(each)

    def influence(self) -> tuple[Array, Array, Array]:
        """The leverage (n,) of each row, its Cook's distance, and Var[r] (n, k).

        The leverage is the trace of H. The distance is t'V t / rank, t being that of a
        row that was not seen: how far that would move the estimates, in their errors.
        The variance of r is that of y, less what the fit takes: S (1 - H) S'. Of a row
        that counts s times, these are of one of them.

        Pregibon, "Logistic regression diagnostics" (1981); Lesaffre & Albert,
        "Multiple-group logistic regression diagnostics" (1989), for several outputs.
        """

        def each(rows: slice) -> Array:
            B = self.basis.block(rows)
            V, (values, ways), S = self._leverage(rows, B)
            t = self._unseen(rows, B, "HC3")
            moved = np.einsum("mi,mij,mj->m", t, V, t) / self.rank
            left = np.maximum(1 - values, 0.0)[:, None]
            variance = np.sum((S @ ways) ** 2 * left, axis=2)
            return np.column_stack([np.sum(values, axis=1), moved, variance])

        if not self.size or not np.isfinite(self.D).all():
            return np.nan * self.s, np.nan * self.s, np.nan * self.z
        found = _by_blocks(each, self.z, self.basis.rank * self.size)
        return found[:, 0], found[:, 1], found[:, 2:]

    def _unseen(self, rows: slice, B: Array, kind: str) -> Array:
        """T of some rows (m, k): r, or what it would be had the row not been seen.

        With f of 1 - x as its inverse, or the root of that, f(Q V) r is
        r + S g(H) S'V r, g(x) = (f(x) - 1) / x: nothing is divided by a chance.
        """
        r = self.family.residuals(self.z[rows], self.y[rows])
        if kind in ("HC0", "HC1"):
            return r
        V, (values, ways), S = self._leverage(rows, B)
        left = np.where(values < 1 - ALONE, 1 - values, np.nan)
        root = np.sqrt(left)
        g = 1 / left if kind == "HC3" else 1 / (root * (1 + root))
        turned = ways.swapaxes(1, 2) @ S.swapaxes(1, 2) @ (V @ r[:, :, None])
        return np.asarray(r + (S @ ways @ (g[:, :, None] * turned))[:, :, 0])

    def _leverage(self, rows: slice, B: Array) -> tuple[Array, Any, Array]:
        """V, the eigenvalues and directions of H = S'V S, and S, of some rows."""
        k, r = self.z.shape[1], self.basis.rank
        P = np.einsum(
            "mr,krj->mkj", B, self.D.reshape(k, r, self.D.shape[1]), optimize=True
        )
        V = P @ P.swapaxes(1, 2)
        S = self.family.root(self.z[rows])
        return V, np.linalg.eigh(S.swapaxes(1, 2) @ V @ S), S

    def _counted(self, rows: slice, Q: Array) -> Array:
        return self.s[rows, None, None] * Q

    def _summed(self, each: Any) -> Array:
        """The sum over blocks of what `each` makes of rows and their B."""

        def part(blocks: list[slice]) -> Any:
            return sum(each(rows, self.basis.block(rows)) for rows in blocks)

        size = max(rows_a_block(self.size), min(self.basis.rank, MOST_WIDE))
        return np.asarray(sum(visits(part, len(self.s), self.size, size)))

    def outward(self, A: Array) -> Array:
        """Of the columns as they are, from those of the basis: (k p, m)."""
        k, r = self.z.shape[1], self.basis.rank
        outward = self.basis.outward
        with np.errstate(invalid="ignore"):
            found = outward @ A.reshape(k, r, A.shape[1])  # (k, p, m)
        found = found.reshape(k * len(outward), A.shape[1])
        if self.limit:
            found[self._unseen_parameters] = np.nan
        return np.asarray(found)

    @cached_property
    def _unseen_parameters(self) -> Array:
        """Which coefficients (k p,) lie in directions without information, in part."""
        k = self.z.shape[1]
        seen = np.linalg.qr(self.D)[0]
        outward = np.kron(np.eye(k), self.basis.outward)  # (k p, k r)
        beside = outward - (outward @ seen) @ seen.T
        reach = np.linalg.norm(outward, axis=1)
        return np.asarray(~(np.linalg.norm(beside, axis=1) <= ASIDE * reach))


def _root_of_inverse(G: Array) -> Array:
    """D with G^-1 = D D', of the directions in which G is not 0."""
    values, ways = np.linalg.eigh(G)
    known = values > GAP * np.max(values, initial=0.0)
    found: Array = ways[:, known] / np.sqrt(values[known])
    return found


def _by_blocks(what: Any, z: Array, columns: int = 0) -> Array:
    """What is found of each block of rows, one after another."""

    def part(blocks: list[slice]) -> Array:
        return np.concatenate([what(rows) for rows in blocks])

    return np.concatenate(visited(part, len(z), max(columns, z.shape[1] ** 2)))
