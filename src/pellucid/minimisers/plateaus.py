"""Places where a cost is flat and has no minimum, as far out along an exponential.

There the slope is 0, too. Of a minimum the residuals change when a parameter is moved
by as much as it is, on either side. On a plateau they change on one side alone: back to
where they came from, and not further out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.minimisers.full_batch import Vector
from pellucid.minimisers.residuals import Place, Residuals

LITTLE = 1e-6  # a change of the residuals, beside them, that is none
FAR = (0.25, 0.5, 1.0, 2.0, 10.0)  # times the size of the parameters: where is looked


def is_plateau(residuals: Residuals, place: Place) -> bool:
    """Whether residuals stay as they are on one side of a place, not on the other.

    Where no parameter moves them on either side, they are on a plateau from the start.
    """
    if not place.q.any():
        return False
    still = 0
    for d in _directions(place):
        ways = [any(_moves(residuals, place, side * t * d) for t in FAR)
                for side in (1.0, -1.0)]  # fmt: skip
        if ways[0] != ways[1]:
            return True
        still += not ways[0]
    return still > 0 and not place.A.any()


def _directions(place: Place) -> Iterator[Vector]:
    """Directions d, as long as the parameters, along which A d is nearly nothing."""
    sizes = np.maximum(np.abs(place.w), 1.0)
    moved = place.A * sizes  # by as much as they are
    little = LITTLE * float(np.linalg.norm(place.q))
    for j in np.flatnonzero(np.linalg.norm(moved, axis=0) <= little):
        yield sizes * np.eye(len(sizes))[j]
    _, S, Vt = np.linalg.svd(moved)
    S = np.append(S, np.zeros(len(Vt) - len(S)))
    for v in Vt[little >= S]:
        yield sizes * v / np.max(np.abs(v))


def _moves(residuals: Residuals, place: Place, d: Vector) -> bool:
    """Whether residuals change after a step; those that cannot be computed have."""
    with np.errstate(all="ignore"):
        change = float(np.linalg.norm(residuals.at(place.w + d) - place.q))
    return not change <= LITTLE * float(np.linalg.norm(place.q))
