"""The products of powers of features, and how one leads to the next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def count(d: int, degree: int) -> int:
    """How many monomials of d features there are, the constant with them.

    >>> count(2, 2)
    6
    """
    return math.comb(d + degree, degree)


@dataclass(frozen=True)
class Monomials:
    """All products of powers of d features up to a total degree, the constant first.

    They stand in the order of scikit-learn's `PolynomialFeatures`.

    Examples
    --------
    >>> Monomials(2, 2).powers.tolist()
    [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]
    """

    d: int
    degree: int

    @cached_property
    def powers(self) -> Array:
        """The power of each feature in each monomial (p, d)."""
        found = np.zeros((count(self.d, self.degree), self.d), np.int32)
        for row, features in zip(found[1:], self._products(), strict=True):
            np.add.at(row, list(features), 1)
        return found

    def _products(self) -> Iterator[tuple[int, ...]]:
        for power in range(1, self.degree + 1):
            yield from combinations_with_replacement(range(self.d), power)

    @cached_property
    def _place(self) -> dict[bytes, int]:
        return {row.tobytes(): place for place, row in enumerate(self.powers)}

    @cached_property
    def falls(self) -> list[list[tuple[int, int, Array, Array]]]:
        """How powers of each feature fall, from k > 0 to j: of each monomial the place.

        For each feature (j, k, places, those with j in the place of k), by j, then k.
        """
        degrees = range(self.degree + 1)
        of = [
            [np.flatnonzero(powers == k) for k in degrees] for powers in self.powers.T
        ]
        return [
            [
                (j, k, of[i][k], self._lowered(of[i][k], i, j))
                for j in degrees
                for k in degrees[max(j, 1) :]
            ]
            for i in range(self.d)
        ]

    def _lowered(self, places: Array, i: int, j: int) -> Array:
        """The places of those with the power j of feature i in its place."""
        some = self.powers[places]
        some[:, i] = j
        return np.array([self._place[row.tobytes()] for row in some], np.intp)

    @cached_property
    def steps(self) -> list[list[tuple[int, Array, Array]]]:
        """How each is made of one before by a power of its last feature.

        For each feature: power, places, and of each the place of the one before.
        """
        last = np.where(self.powers > 0, np.arange(self.d), -1).max(axis=1, initial=-1)
        found: list[list[tuple[int, Array, Array]]] = []
        for i in range(self.d):
            found.append([])
            for k in range(1, self.degree + 1):
                places = np.flatnonzero((last == i) & (self.powers[:, i] == k))
                found[i].append((k, places, self._lowered(places, i, 0)))
        return found
