"""The slopes of a sum of squares, A's(y - b - A w), as if in exact arithmetic.

A block of rows of A is cut into slices in the cache, and so are w and the residuals.
Products of slices are exact but those with the last one, which is what is left after
the cuts: so few bits down, its rounding counts for nothing. See `error_free`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import (
    BITS,
    Double,
    bits_of_slices,
    cut,
    cutters,
    summed,
    two_product,
    two_sum,
)
from pellucid.regression.problem import Rows
from pellucid.regression.rows import rows_a_block, visits
from pellucid.regression.survey import ExactColumns

if TYPE_CHECKING:
    from pellucid.regression.sums.few import FewColumns

Array = NDArray[Any]


@dataclass(frozen=True)
class Slopes:
    """What the equations of a solution leave, and bounds of the errors of that.

    Parameters
    ----------
    g : Double (d, k)
        A's r, less the slope of the penalty, where there is one.
    of_1 : Double (k,)
        1's r, the slope of the intercept.
    squares : array (k,)
        r's r.
    error : array (k,)
        Of a slope, in units of the largest element of its column.
    error_r : array (k,)
        Of a residual.
    error_w : array (d, k)
        Of a slope besides, from the rounding of its column and the slope of a penalty.
    """

    g: Double
    of_1: Double
    squares: Array
    error: Array
    error_r: Array
    error_w: Array

    def penalised(self, ridge: Array, w: Double) -> Slopes:
        """Those of a sum of squares and a penalty, A'r - ridge w."""
        of_w = w * ridge
        error_w = self.error_w + 2.0**-102 * np.abs(of_w.head)
        return replace(self, g=self.g - of_w, error_w=error_w)

    def centred(self, mean: Array) -> Array:
        """(A - mean)'s r."""
        head, tail = two_product(mean[:, None], self.of_1.head)
        left = (self.g.tail - tail) - mean[:, None] * self.of_1.tail
        return np.asarray((self.g.head - head) + left)


@dataclass(frozen=True)
class Cutting:
    """How many slices there are, of how many bits."""

    slices: int
    bits: int

    def of(self, exponent: Any) -> list[Any]:
        """What cuts numbers below 2^exponent."""
        return cutters(exponent, self.bits, self.slices)

    @property
    def rounding(self) -> float:
        """What is lost of a product, beside its largest part."""
        return 2.0 ** -(self.bits * (self.slices - 1) + BITS)


def slopes(rows: Rows, w: Double, b: Double, slices: int) -> Slopes:
    """Visit the rows once for the slopes at w (d, k) and b (k,).

    Examples
    --------
    >>> rows = Rows.of(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]]))
    >>> w, b = Double.of(np.array([[2.0]])), Double.of(np.zeros(1))
    >>> slopes(rows, w, b, slices=2).g.value
    array([[2.]])
    """
    n, d, k = rows.shape
    size = rows_a_block(d // 2 + 2 * k)  # of which each takes many small steps
    left = Left.of(rows.columns, w, b, slices, size)
    cutting, visit = left.cutting, _Visit(rows, left)
    top: Any = 0.0
    low: Any = 0.0
    sizes: Any = 0.0
    squares: Any = 0.0
    for heads, tails, size_r, square in visits(visit.part, n, d, size):
        top, left = two_sum(top, heads)
        low, sizes, squares = low + tails + left, sizes + size_r, squares + square
    left = low[low.any(axis=(1, 2))]  # none, of a single block
    total = summed(np.concatenate([top, left]))
    reach = np.sum(rows.columns.largest[:, None] * np.abs(w.head), axis=0)
    error_r = 4 * cutting.rounding * reach
    error_r += 2.0**-102 * (reach + np.abs(b.head) + rows.targets.largest)
    error_r += rows.columns.rounding @ np.abs(w.head)
    error = 4 * size**0.5 * cutting.rounding * sizes
    error_w = rows.columns.rounding[:, None] * sizes
    squares = np.asarray(squares)
    if rows.blur is not None:
        error_w = error_w + rows.blur.of_slopes(w.head)
    found = Slopes(total[:-1], total[-1], squares, error, error_r, error_w)
    return found if rows.ridge is None else found.penalised(rows.ridge[:, None], w)


def products(rows: Rows, w: Double, b: Double, slices: int) -> tuple[Array, Array]:
    """R'R (k, k) of what is left, R = y - b - A w, and the means of R (k,).

    With an intercept the products are those around the means, else these are 0.

    Examples
    --------
    >>> rows = Rows.of(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]]))
    >>> products(rows, Double.of(np.array([[1.0]])), Double.of(np.zeros(1)), slices=2)
    (array([[2.]]), array([2.]))
    """
    n, d, k = rows.shape
    size = rows_a_block(d // 2 + 2 * k)
    left = Left.of(rows.columns, w, b, slices, size)

    def part(blocks: list[slice]) -> Array:
        room, total = left.room(rows_of(blocks[0])), np.zeros((k + 1, k))
        for block in blocks:
            A, y = left.slices(block, room), rows.targets.block(block)
            r = left.of_targets(A, y).head
            s = 1.0 if rows.s is None else rows.s[block, None]
            total += np.insert(r, k, 1.0, axis=1).T @ (s * r)
        return total

    total = sum(visits(part, n, d, size))
    S, ones = np.asarray(total)[:-1], np.asarray(total)[-1] * rows.intercept
    return S - np.outer(ones, ones) / rows.total, ones / rows.total


def _met(slices: Sequence[Array]) -> list[Array]:
    """For each slice of A from the first what it is multiplied by, side by side.

    The first meets all slices, the next all but that the last two are one, and so on.
    """
    p, rest, found = len(slices), slices[-1], []
    for i in range(p, 0, -1):
        found.append(np.concatenate([*slices[: i - 1], rest], axis=1))
        rest = rest + slices[i - 2] if i > 1 else rest
    return found


@dataclass(frozen=True)
class Left:
    """What w (d, k) and b (k,) leave of targets, y - b - A w, as if exactly.

    `w` holds slices of them, beside each other as they meet those of A.
    """

    columns: ExactColumns | FewColumns
    cutting: Cutting
    w: list[Array]
    b: Double

    @classmethod
    def of(
        cls, columns: ExactColumns | FewColumns, w: Double, b: Double,
        slices: int, size: int,
    ) -> Left:  # fmt: skip
        """For blocks of so many rows, cut into so many slices."""
        cutting = Cutting(slices, bits_of_slices(max(columns.shape[1], size)))
        unit = np.frexp(columns.largest)[1][:, None]
        whole = Double(np.ldexp(w.head, unit), np.ldexp(w.tail, unit))
        exponent = np.frexp(np.abs(whole.head).max(axis=0, initial=0.0))[1]
        parts = [np.ldexp(each, -unit) for each in cut(whole, cutting.of(exponent))]
        return cls(columns, cutting, _met(parts), b)

    def room(self, size: int) -> Array:
        """For the slices of as many rows."""
        return self.columns.empty(self.cutting.slices, size, self.columns.shape[1])

    def slices(self, rows: slice, room: Array) -> list[Array]:
        """Those of some rows of A, in room for all of them."""
        cuts = self.cutting.of(_alike(np.frexp(self.columns.largest)[1]))
        return _cut_into(self.columns.exactly(rows), cuts, room)

    def of_targets(self, A: list[Array], y: Array | Double) -> Double:
        """What is left of targets (m, k), the rows being cut into slices."""
        exact, rest = _products(A, self.w, self.b.head.size)
        more = y.tail if isinstance(y, Double) else 0.0
        head, tail = two_sum(y.head if isinstance(y, Double) else y, -self.b.head)
        tail = tail - (self.b.tail - more)
        for product in exact:
            head, left = two_sum(head, -product)
            tail = tail + left
        return Double(*two_sum(head, tail - rest))


@dataclass(frozen=True)
class _Visit:
    """One visit of all rows."""

    rows: Rows
    left: Left

    def part(self, blocks: list[slice]) -> tuple[Array, ...]:
        """Sums over some blocks, what rounding left of them, |r| and r^2, summed."""
        room = self.left.room(rows_of(blocks[0]))
        top: Any = 0.0
        low: Any = 0.0
        size: Any = 0.0
        squares: Any = 0.0
        for rows in blocks:
            A = self.left.slices(rows, room)
            r = self.left.of_targets(A, self.rows.targets.exactly(rows))
            if self.rows.s is None:
                squares = squares + np.einsum("ij,ij->j", r.head, r.head)
            else:
                s = self.rows.s[rows, None]
                squares, r = squares + np.sum(s * r.head**2, axis=0), r * s
            size = size + np.abs(r.head).sum(axis=0)
            top, left = two_sum(top, self._sums(A, r))
            low = low + left
        return top, low, size, squares

    def _sums(self, A: list[Array], r: Double) -> Array:
        """The sums over a block, exact terms and the rest  (terms, d + 1, k)."""
        exponent = np.frexp(np.abs(r.head).max(axis=0))[1]
        slices = cut(r, self.left.cutting.of(exponent))
        exact, rest = _products([each.T for each in A], _met(slices), r.head.shape[1])
        P = np.zeros((len(exact) + 1, len(rest) + 1, r.head.shape[1]))
        for i, product in enumerate([*exact, rest]):
            P[i, :-1] = product
        for i, each in enumerate(slices[:-1]):
            P[i, -1] = each.sum(axis=0)
        P[-1, -1] = slices[-1].sum(axis=0)
        return P


def _products(
    A: Sequence[Array], met: Sequence[Array], k: int
) -> tuple[list[Array], Array]:
    """The exact products, from the largest down, and the sum of the others."""
    exact: list[tuple[int, Array]] = []
    rest: Any = 0.0
    for i, (left, right) in enumerate(zip(A, met, strict=True)):
        product = left @ right
        ends = range(0, right.shape[1], k)
        exact += [(i + j, product[:, e : e + k]) for j, e in enumerate(ends[:-1])]
        rest = rest + product[:, ends[-1] :]
    return [product for _, product in sorted(exact, key=lambda each: each[0])], rest


def _cut_into(A: Any, cuts: Sequence[Array], room: Array) -> list[Array]:
    """Slices of a block, in room for all of them where it is of float64."""
    if isinstance(A, Double):
        return cut(A, cuts)
    room = room[:, : len(A)]
    for i, c in enumerate(cuts):
        np.add(A, c, out=room[i])
        room[i] -= c
        A = np.subtract(A, room[i], out=room[-1])
    return [*room]


def _alike(exponents: Array) -> Any:
    """One number where all are the same: it is subtracted faster."""
    one = exponents[:1]
    return one[0] if one.size and (exponents == one).all() else exponents


def rows_of(block: slice) -> int:
    """How many rows a block has."""
    return int(block.stop - block.start)
