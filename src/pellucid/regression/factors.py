"""The triangle R of a least-squares problem, Z = Q R, and what can be told from it.

Z are the columns, centred and scaled to length 1. R comes from the products Z'Z, in one
visit at the speed of BLAS, where that is as good as need be; else from Householder's
reflections, block by block. Q is never kept.

Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and sequential QR
and LU factorizations" (2012); van der Sluis, "Condition numbers and equilibration of
matrices" (1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression import across, powers
from pellucid.regression.across import EPS
from pellucid.regression.problem import Rows
from pellucid.regression.rows import rows_a_block, visited, visits
from pellucid.regression.sums.few import FewColumns
from pellucid.regression.survey import ExactColumns

Array = NDArray[Any]

MARGIN = 4  # times what rounding moves, what varies less may vary by rounding alone
GAP = 1e-10  # of the largest, between directions that vary and those that do not
MOST_WIDE = 512  # rows of a block whose products are worth adding up


@dataclass(frozen=True)
class Moments:
    """Means and sums of squares of [A y]; its products, or of few rows all less them.

    These are [A y 1] q, of which the last column is none of A or y. The squares, and
    so the diagonal of the products, hold the penalty.
    """

    mean: Array
    squares: Array
    products: Array | None = None
    centred: Array | None = None

    @classmethod
    def of(cls, rows: Rows) -> Moments:
        """Visit the rows once; of few rows the products are not worth forming."""
        n, d, k = rows.shape
        shift = np.append(rows.columns.shift, rows.targets.shift)
        if n <= 2 * (d + k):
            B = rows.around(slice(0, n), rows.columns.empty(n, d + k + 1))
            ones = B[:, -1] @ B if rows.intercept else np.zeros(d + k + 1)
            by = ones[:-1] / rows.total
            if by.any():
                B[:, :-1] -= B[:, -1:] * by
            squares = rows.penalised(np.ones(n) @ B[:, :-1] ** 2)
            return cls(shift + by, squares, centred=B)

        def part(blocks: list[slice]) -> Array:
            G = np.zeros((d + k + 1, d + k + 1))
            B = rows.columns.empty(blocks[0].stop - blocks[0].start, d + k + 1)
            for block in blocks:
                Z = rows.around(block, B)
                G += Z.T @ Z
            return G

        size = max(rows_a_block((d + k) // 2), min(d, MOST_WIDE))
        G = reduce(np.add, visits(part, n, d, size))
        ones = G[-1, :-1] if rows.intercept else 0 * G[-1, :-1]
        by = ones / rows.total
        C = G[:-1, :-1] - np.outer(by, ones)
        squares = rows.penalised(np.maximum(np.diagonal(C), 0.0))
        C[np.diag_indices(d + k)] = squares
        return cls(shift + by, squares, C)


@dataclass(frozen=True)
class Factors:
    """R, and T with (Z'Z)^-1 = T T' in the directions that are meant.

    Parameters
    ----------
    R : array (r, varying columns)
        The triangle.
    inverse : array (d, rank)
        T: the inverse of R, or where that is none Q B^-1 for R'R = Q B'B Q'.
    V : array (d, rank) or None
        Orthonormal columns that span those of T, None where T is the inverse of R.
    projected : array (r, k)
        Q'y.
    f : array (rank, k)
        T'Z'y: the solution is v = T f.
    mean : array (d,)
        Of the columns A.
    target : array (k,)
        Mean of the targets.
    length : array (d,)
        Of the columns before they were scaled, 0 for a constant one.
    contraction : float
        What part of an error a step of refinement may leave.
    """

    R: Array
    inverse: Array
    V: Array | None
    projected: Array
    f: Array
    mean: Array
    target: Array
    length: Array
    contraction: float

    @classmethod
    def of(cls, rows: Rows) -> Factors:
        """Factor the columns, and leave out what their rounding may have made."""
        (n, d, _), moments = rows.shape, Moments.of(rows)
        coarse, length = _coarse(rows, moments)
        varies = length > 0
        R, projected, inverse, error = _triangle(rows, moments, length)
        f = projected
        noise = coarse[varies] / length[varies]
        n = rows.stands_for or n
        own = (10 * len(noise) ** 0.5 + n**0.5) * EPS  # of sums over all rows
        V = None
        if inverse is None or not _is_whole(inverse, noise, own):
            found = Directions.of(R, projected, noise, own)
            inverse, f, error = found.T, found.f, max(error, found.error)
            V = _with_constants(found.V, varies)
        T = _with_constants(inverse, varies)
        mean = moments.mean
        far = np.abs(mean[:d][varies]) * rows.total**0.5 / length[varies]
        error *= 4 * (1 + np.max(far, initial=0.0))  # means are rounded too
        return cls(R, T, V, projected, f, mean[:d], mean[d:], length, error)

    @property
    def rank(self) -> int:
        """In how many directions the columns vary."""
        return int(self.inverse.shape[1])

    @property
    def varies(self) -> Array:
        """Which columns are no constants."""
        return np.asarray(self.length > 0)

    @property
    def is_whole(self) -> bool:
        """Whether no column that varies depends on others."""
        return bool(self.rank == np.sum(self.varies))

    def centre(self, rows: Rows) -> Array:
        """The means of the columns X 2^-e."""
        return np.asarray(rows.columns.head + self.mean)

    def unscaled(self, v: Array) -> Array:
        """The coefficients of the columns as they are: v / length, 0 for a constant."""
        return np.asarray(v * self.unit)

    @cached_property
    def unit(self) -> Array:
        """What the columns are divided by to have the length 1 (d, 1): 1 / length."""
        length = self.length[:, None]
        return np.divide(1.0, length, out=np.zeros(length.shape), where=length > 0)


def noise_of(rows: Rows) -> Array:
    """What part of each column (d,) its rounding may be, at most 1."""
    coarse, length = _coarse(rows, Moments.of(rows))
    part = np.divide(coarse, length, out=np.ones(len(length)), where=length > 0)
    return np.asarray(part)


def _with_constants(T: Array, varies: Array) -> Array:
    """Rows of 0 for the constant columns, beside those of the columns that vary."""
    if varies.all():
        return T
    whole = np.zeros((len(varies), T.shape[1]))
    whole[varies] = T
    return whole


def _coarse(rows: Rows, moments: Moments) -> tuple[Array, Array]:
    """What rounding may move in each column, and its length, 0 where that is all."""
    columns, d = rows.columns, rows.columns.shape[1]
    length = np.sqrt(moments.squares[:d])
    far = np.abs(columns.head + moments.mean[:d]) * np.sqrt(rows.total)
    if rows.noise is not None:
        coarse = rows.noise * length
        return coarse, np.where(rows.noise * MARGIN < 1, length, 0.0)
    coarse = rows.eps * np.hypot(length, far)
    doubtful = np.flatnonzero((coarse > 1e-8 * length) & (length > 0))
    if len(doubtful):
        exact = doubtful[_are_unrounded(columns, doubtful, rows.eps)]
        coarse[exact] = rows.eps * length[exact]
    return coarse, np.where(length > MARGIN * coarse, length, 0.0)


def _are_unrounded(
    columns: ExactColumns | FewColumns, places: Array, eps: float
) -> Array:
    """Whether columns hold multiples of 8 units in their last place, and so no noise.

    Rounding would leave the last bits at random; 1e15 and 1e15 + 1 have none there.
    """
    unit = np.frexp(columns.far[places])[1] + np.log2(eps).astype(int) + 2
    e = unit if columns.e is None else unit + columns.e[places]

    def part(blocks: list[slice]) -> Any:
        for rows in blocks:
            steps = np.ldexp(
                powers.filled(columns.X[rows])[:, places].astype(float), -e
            )
            yield (steps == np.rint(steps)).all(axis=0)

    found = visited(lambda blocks: np.all([*part(blocks)], axis=0), *columns.shape)
    return np.asarray(np.all(found, axis=0))


def _triangle(
    rows: Rows, moments: Moments, length: Array
) -> tuple[Array, Array, Array | None, float]:
    """R, Q'y, the inverse of R where it has one, and the error of R'R = Z'Z."""
    d, varies = len(length), length > 0
    C, unit = moments.products, 1 / length[varies]
    if C is not None:
        kept: Any = slice(None) if varies.all() else varies
        Z = unit[:, None] * C[:d, :d][kept][:, kept] * unit
        try:
            R: Array = np.linalg.cholesky(Z).T
            T = _inverse(R)
            if np.sum(T**2) <= across.SAFE:
                f = T.T @ (unit[:, None] * C[:d, d:][varies])
                return R, f, T, 16 * EPS * float(np.sum(T**2))
        except np.linalg.LinAlgError:
            pass  # too near to dependent for products
    B = moments.centred
    if B is not None and rows.freedom < len(unit) and rows.ridge is None:
        Z = _scaled(B, length)
        Z = across.without_mean(Z, B[:, -1]) if rows.intercept else Z
        return Z[:, : len(unit)], Z[:, len(unit) :], None, 0.0
    R = _reflected(rows, moments, length)
    r = min(len(R), int(np.sum(varies)))
    R, f = R[:r, : len(unit)], R[:r, len(unit) :]
    if r < len(unit) or not np.diagonal(R).all():
        return R, f, None, 0.0
    T = _inverse(R)
    return R, f, T, 16 * EPS * float(np.linalg.norm(T)) * r**0.5


def _inverse(R: Array) -> Array:
    return np.asarray(linalg.lapack.dtrtri(R)[0]) if len(R) else R


def _scaled(B: Array, length: Array) -> Array:
    """[Z y] of rows [A y 1] less their mean; B is overwritten."""
    d, varies = len(length), length > 0
    B[:, :d] /= np.where(varies, length, 1.0)
    kept = np.append(varies, np.ones(B.shape[1] - 1 - d, bool))
    return B[:, :-1] if varies.all() else B[:, :-1][:, kept]


def _reflected(rows: Rows, moments: Moments, length: Array) -> Array:
    """R of [Z y], from one block of rows to the next, and of the parts together."""
    under = [_soft(rows, length)] if rows.ridge is not None else []
    if moments.centred is not None:
        return _r_of(np.vstack([_scaled(moments.centred, length), *under]))
    n, d, k = rows.shape
    shift = moments.mean - np.append(rows.columns.shift, rows.targets.shift)
    wide = int(np.sum(length > 0)) + k

    def part(blocks: list[slice]) -> Array:
        R, B = np.zeros((0, wide)), rows.columns.empty(_longest(blocks), d + k + 1)
        for block in blocks:
            Z = rows.around(block, B)
            Z[:, :-1] -= Z[:, -1:] * shift
            Z = _scaled(Z, length)
            R = _r_of(np.vstack([R, Z]) if len(R) else Z)
        return R

    least = rows_a_block(1)
    size = max(rows_a_block(d + k), min(4 * (d + k), least))
    parts = visited(part, n, d + k, size) + under
    return _r_of(np.vstack(parts)) if len(parts) > 1 else parts[0]


def _soft(rows: Rows, length: Array) -> Array:
    """Rows [diag(root of ridge) / length 0], whose squares are the penalty."""
    varies, k = length > 0, rows.shape[2]
    root = np.sqrt(rows.ridge)[varies] / length[varies]  # type: ignore[arg-type]
    return np.hstack([np.diag(root), np.zeros((len(root), k))])


def _longest(blocks: list[slice]) -> int:
    return max(int(block.stop - block.start) for block in blocks)


def _r_of(Z: Array) -> Array:
    return np.asarray(np.linalg.qr(Z, mode="r"))


def _is_whole(inverse: Array, noise: Array, own: float) -> bool:
    """Whether the least singular value is above all that rounding may make."""
    least = 1 / np.linalg.norm(inverse) if len(noise) else 1.0
    own *= len(noise) ** 0.5  # the largest singular value is less
    return bool(least > max(own, MARGIN * np.max(noise, initial=0.0)))


@dataclass(frozen=True)
class Directions:
    """Those that vary more than rounding may make them.

    T and f as `Factors` holds them, V (columns, rank) with orthonormal columns that
    span those of T, and the error of T.
    """

    T: Array
    f: Array
    V: Array
    error: float

    @classmethod
    def of(cls, R: Array, f: Array, noise: Array, own: float) -> Directions:
        """Find those of R, by products or with pivots where that is plain."""
        least = max(own * np.linalg.norm(R), MARGIN * np.max(noise, initial=0.0))
        spanned = across.spanned(R) if len(R) < R.shape[1] else None
        if spanned is not None and 1 / np.linalg.norm(spanned[2]) > least:
            V, T, inverse = spanned
            return cls(T, f, V, 16 * EPS * len(R) * float(np.sum(inverse**2)))
        found = _complete(R, own, least)
        if found is not None:
            V, inverse = found
            T = V @ inverse
            return cls(T, T.T @ (R.T @ f), V, 0.0)
        U, S, Vt = linalg.svd(R, full_matrices=False)
        along = np.sqrt(Vt**2 @ noise**2)  # what noise there is in each direction
        own *= np.max(S, initial=0.0)
        rank = int(np.sum(np.maximum(own, MARGIN * along) < S))
        V = Vt[:rank].T
        return cls(V / S[:rank], U[:, :rank].T @ f, V, 0.0)


def _complete(R: Array, own: float, least: float) -> tuple[Array, Array] | None:
    """V and B^-1, T = V B^-1, where it is plain which directions are none.

    R' = Q L with pivots, of which the rows of L that are but rounding are left out, and
    L' = P B: then R'R = Q B'B Q'. Golub & Van Loan, "Matrix computations", section 5.4.
    """
    if not R.size:
        return None
    Q, L, _ = linalg.qr(R.T, mode="economic", pivoting=True, check_finite=False)
    size = np.abs(np.diagonal(L))
    rank = int(np.sum(size > GAP * size[0]))
    if np.linalg.norm(L[rank:]) > own * size[0]:
        return None
    inverse = _inverse(_r_of(L[:rank].T))
    return (Q[:, :rank], inverse) if 1 / np.linalg.norm(inverse) > least else None
