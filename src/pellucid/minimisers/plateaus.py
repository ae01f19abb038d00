"""Places where a cost is flat and has no minimum, as far out along an exponential.

There the slope is 0, too, and so it is on a saddle. Such a place is found by a look
along the directions that move no residual to first order: parameters are moved by parts
and multiples of themselves, and by powers of ten. At a minimum the residuals change on
both sides, and the cost rises. On a plateau they stay as they are further out, and
change on the way back to where they came from. What is lower leads on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.minimisers.full_batch import Vector
from pellucid.minimisers.residuals import Place, Residuals, length_of

LITTLE = 1e-6  # a change of the residuals, or of the cost, beside them, that is none
NEAR = (0.01, 0.25, 0.5)  # times the size of the parameters: where is looked
FAR = (1.0, 2.0, 10.0)
TENS = 10.0 ** np.array([-6, -5, -4, -3, -2, -1, 2, 3, 4])  # times a parameter


@dataclass(frozen=True)
class Surroundings:
    """What lies around a place, where its slope says nothing.

    Parameters
    ----------
    is_plateau : bool
        Whether the cost is flat there and has no minimum.
    lower : array (p,) or None
        Parameters at which the cost is lower.
    """

    is_plateau: bool
    lower: Vector | None

    @classmethod
    def of(cls, residuals: Residuals, place: Place) -> Surroundings:
        """Look around."""
        look = Look(residuals, place)
        if not place.q.any():
            return cls(False, None)
        flat = changed = plateau = False
        for d in _directions(place):
            ways = [[look.moves(side * t * d) for t in (*NEAR, *FAR)]
                    for side in (1.0, -1.0)]  # fmt: skip
            tens = [look.moves(step) for step in _by_tens(place.w, d)]
            still = not all(way[-1] for way in ways)  # further out on some side
            moved = any(map(any, ways)) or any(tens)
            plateau |= still and moved
            flat, changed = flat or still, changed or moved
        plateau |= flat and not changed and not place.A.any()
        return cls(plateau, look.lower)


class Look:
    """Looks at places around one, and remembers the lowest."""

    def __init__(self, residuals: Residuals, place: Place) -> None:
        self.residuals, self.place = residuals, place
        self.size = length_of(place.q)
        self.least = self.size * (1 - LITTLE)
        self.lower: Vector | None = None

    def moves(self, step: Vector) -> bool:
        """Whether residuals change; those that cannot be computed have."""
        w = self.place.w + step
        with np.errstate(all="ignore"):
            q = self.residuals.at(w)
            size, change = length_of(q), length_of(q - self.place.q)
        if size < self.least:
            self.least, self.lower = float(size), w
        return not change <= LITTLE * self.size


def _directions(place: Place) -> Iterator[Vector]:
    """Directions d, as long as the parameters, along which A d is nearly nothing."""
    sizes = np.where(place.w == 0, 1.0, np.abs(place.w))
    moved = place.columns * sizes  # by as much as they are
    little = LITTLE * length_of(place.q)
    for j in np.flatnonzero(moved <= little):
        yield sizes * np.eye(len(sizes))[j]
    R, _ = place.triangle
    _, S, Vt = np.linalg.svd(R * place.lengths * sizes)
    S = np.append(S, np.zeros(len(Vt) - len(S)))
    level = Vt[little >= S]
    outward = level.T @ (level @ np.sign(place.w))  # all of them further out
    for v in (*level, outward):
        if np.count_nonzero(np.abs(v) > LITTLE) > 1:
            yield sizes * v / np.max(np.abs(v))


def _by_tens(w: Vector, d: Vector) -> Iterator[Vector]:
    """Steps to powers of ten times the one parameter that d moves."""
    if np.count_nonzero(d) == 1:
        for times in TENS:
            yield (times - 1) * np.where(d == 0, 0.0, w)
            if not w[d != 0]:
                yield from (times * d, -times * d)
