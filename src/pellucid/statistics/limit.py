"""The likelihood in the limit, where some rows can be told apart for ever.

Along a B that separates (see `separation`) the likelihood rises for ever, as the chance
of each class that a row is moved away from falls to 0. In the limit those chances are
0, and what the other rows and classes say of the coefficients is a likelihood as any
other, but for the coefficients that B has moved away. It may be separated again.

Counts are separated where some b moves no row that has one, and no other row but
towards a mean of 0: as classes are of which a row without a count is in the first, and
a row with one in both.

Geyer, "Likelihood inference in exponential families and directions of recession"
(2009).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.statistics.families import Counts
from pellucid.statistics.information import Seen
from pellucid.statistics.separation import SURE, Margins

Array = NDArray[Any]

NONE = -800.0  # an output whose exponential float64 has as 0
MOST = 200  # coefficients, of more of which no limit is looked for


def at_the_limit(seen: Seen) -> Seen:
    """Rows with the outputs that they have in the limit, where one is known.

    There is nothing left to know where all rows can be told apart.
    """
    if (seen.X.shape[1] + seen.intercept) * seen.z.shape[1] > MOST:
        return seen
    counted = isinstance(seen.family, Counts)
    if counted:
        rows, y = as_classes(seen.y[:, 0])
    else:
        rest = 1 - np.sum(seen.y, axis=1, keepdims=True)
        rows, y = np.arange(len(rest)), np.argmax(np.hstack([rest, seen.y]), axis=1)
    lost = left(seen.X[rows], y, 1 + seen.z.shape[1], seen.intercept)
    one = np.zeros((len(seen.z), 1))
    if counted:
        z = np.where(lost[: len(one), 1:], NONE, seen.z)
    else:
        whole = np.where(lost, NONE, np.hstack([one, seen.z]))
        z = whole[:, 1:] - whole[:, :1]
    fewest = int(np.min(np.sum(lost, axis=1)[: len(one)]))
    bounded = fewest < lost.shape[1] - 1
    return replace(seen, z=z, bounded=bounded, limit=bounded)


def as_classes(y: Array) -> tuple[Array, Array]:
    """Rows of counts y (n,) as such of two classes: which, and the class of each.

    Examples
    --------
    >>> as_classes(np.array([0.0, 3.0]))
    (array([0, 1, 1]), array([0, 0, 1]))
    """
    some = np.flatnonzero(y > 0)
    rows = np.append(np.arange(len(y)), some)
    return rows, (np.arange(len(rows)) >= len(y)).astype(int)


def left(X: Any, y: Array, k: int, intercept: bool) -> Array:
    """Which classes (n, k) are none for a row in the limit."""
    margins, every = Margins.of(X, y, k, intercept), np.arange(X.shape[1])
    while (B := margins.separating(every, few=False)) is not None:
        margins = replace(margins, open=margins.open & (margins.all(B) <= SURE))
    return np.asarray(~margins.open)
