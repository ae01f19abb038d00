"""How good what was said of rows held out is: sums by fold, which give the figures.

The area under a curve and the bins of a calibration need probabilities in order: they
are counted in narrow bins of the log odds, in which all count as equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.models import judging
from pellucid.models.judging import Measure
from pellucid.tables.streams.spread import Spread

Array = NDArray[Any]

BINS = 2**14  # of the log odds, for all classes together
FARTHEST = 20.0  # log odds, beyond which probabilities are all as sure


@dataclass(frozen=True, eq=False)
class Numbers:
    """Errors of numbers, by fold.

    Parameters
    ----------
    spreads : tuple of Spread
        Of the targets.
    squares, distances : array (folds,)
        The sums of squared and of absolute errors.
    from_mean : float
        The sum of distances from the mean of all.
    """

    spreads: tuple[Spread, ...]
    squares: Array
    distances: Array
    from_mean: float

    @classmethod
    def of(cls, folds: Sequence[tuple[Array, Array]], mean: float) -> Self:
        """Of targets and what is said of them, in each fold."""
        return cls(
            tuple(Spread.of(y[:, None]) for y, _ in folds),
            np.array([np.sum((y - z) ** 2) for y, z in folds]),
            np.array([np.sum(np.abs(y - z)) for y, z in folds]),
            sum(float(np.sum(np.abs(y - mean))) for y, _ in folds),
        )

    def __add__(self, other: Self) -> Self:
        """Of the rows of both."""
        spreads = zip(self.spreads, other.spreads, strict=True)
        return type(self)(
            tuple(a + b for a, b in spreads),
            self.squares + other.squares,
            self.distances + other.distances,
            self.from_mean + other.from_mean,
        )

    def measures(self) -> list[Measure]:
        """The figures of `judging.NUMBERS`."""
        every = self.spreads[0]
        for spread in self.spreads[1:]:
            every = every + spread
        n, sst = every.total, float(every.squares[0])
        rows = np.array([spread.total for spread in self.spreads])
        around = np.array([spread.squares[0] for spread in self.spreads])
        there = rows > 0
        rows, around = rows[there], around[there]
        squares, distances = self.squares[there], self.distances[there]
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = np.where(around > 0, 1 - squares / around, np.nan)
        whole = 1 - squares.sum() / sst if sst > 0 else np.nan
        off, far = np.sqrt(squares.sum() / n), distances.sum() / n
        return [
            Measure("r2", whole, float(np.std(r2)), 0.0 if sst > 0 else np.nan),
            Measure("typical error", float(off), float(np.std(np.sqrt(squares / rows))),
                    float(np.sqrt(sst / n))),
            Measure("mean absolute error", float(far), float(np.std(distances / rows)),
                    self.from_mean / n),
        ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Classes:
    """What probabilities say of classes, by fold.

    Parameters
    ----------
    confused : array (folds, k, k)
        How many rows of each class (down) were taken for which (across).
    losses : array (folds,)
        The sums of -log p of the right class.
    curves : array (folds, curves, 2, bins)
        How many rows of others, and of the class, have such log odds of it: of two
        classes for the second, else for each.
    said : array (3, bins)
        Of the second of two classes, or of the likeliest: how many rows, the sum of
        their probabilities, and how many came true.
    """

    confused: Array
    losses: Array
    curves: Array
    said: Array

    @classmethod
    def of(cls, folds: Sequence[tuple[Array, Array]]) -> Self:
        """Of the places of classes and their probabilities (m, k), in each fold."""
        every = [_told(place, p) for place, p in folds]
        confused, losses, curves, said = zip(*every, strict=True)
        return cls(
            np.stack(confused), np.array(losses), np.stack(curves), np.sum(said, axis=0)
        )

    def __add__(self, other: Self) -> Self:
        """Of the rows of both."""
        return type(self)(
            self.confused + other.confused,
            self.losses + other.losses,
            self.curves + other.curves,
            self.said + other.said,
        )

    def measures(self) -> list[Measure]:
        """The figures of `judging.CLASSES`."""
        there = self.confused.sum(axis=(1, 2)) > 0
        confused, losses = self.confused[there], self.losses[there]
        rows = confused.sum(axis=(1, 2))
        right = np.trace(confused, axis1=1, axis2=2)
        n, counts = rows.sum(), confused.sum(axis=(0, 2))
        shares = counts[counts > 0] / n
        areas = [area(curves) for curves in self.curves[there]]
        return [
            Measure("accuracy", right.sum() / n, float(np.std(right / rows)),
                    float(shares.max())),
            Measure("AUC", area(self.curves.sum(axis=0)), float(np.std(areas)), 0.5),
            Measure("log loss", losses.sum() / n, float(np.std(losses / rows)),
                    float(-shares @ np.log(shares))),
        ]  # fmt: skip

    def by_class(self) -> list[tuple[int, float, float]]:
        """Of each class its rows, precision and recall, as `judging.by_class`."""
        counts = self.confused.sum(axis=0)
        right, rows, called = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision, recall = right / called, right / rows
        return [*zip(rows.tolist(), precision.tolist(), recall.tolist(), strict=True)]

    def calibration(self) -> tuple[Array, Array, Array]:
        """What was said, what came true, and of how many rows, a tenth in a bin."""
        rows, said, true = self.said
        ranks = 1 + (rows.sum() - 1) * np.arange(1, judging.BINS) / judging.BINS
        edges = np.searchsorted(np.cumsum(rows), ranks)
        bins = np.flatnonzero(rows)
        place = np.unique(np.searchsorted(edges, bins), return_inverse=True)[1]
        rows, said, true = (np.bincount(place, each[bins]) for each in self.said)
        return said / rows, true / rows, rows.astype(int)


Said = Numbers | Classes


def _told(place: Array, p: Array) -> tuple[Array, float, Array, Array]:
    """The sums of `Classes` for the rows of one fold."""
    m, k = p.shape
    called = np.argmax(p, axis=1)
    confused = np.bincount(place * k + called, minlength=k * k).reshape(k, k)
    loss = float(np.sum(judging.log_losses(place, p)))
    events = [1] if k == 2 else range(k)
    width = BINS // len(events)
    curves = np.stack([_counted(p[:, c], place == c, width) for c in events])
    sure, true = (p[:, 1], place == 1) if k == 2 else (p.max(axis=1), called == place)
    bins = binned(sure, BINS)
    said = [np.bincount(bins, w, BINS) for w in (np.ones(m), sure, true)]
    return confused, loss, curves, np.stack(said)


def _counted(p: Array, event: Array, width: int) -> Array:
    bins = binned(p, width)
    return np.stack([np.bincount(bins[~event], minlength=width),
                     np.bincount(bins[event], minlength=width)])  # fmt: skip


def binned(p: Array, bins: int) -> Array:
    """The bin of the log odds of each probability.

    >>> binned(np.array([0.0, 0.5, 1.0]), 8)
    array([0, 4, 7])
    """
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log(p) - np.log1p(-p), -FARTHEST, FARTHEST)
    place = ((odds + FARTHEST) / (2 * FARTHEST) * bins).astype(np.intp)
    return np.asarray(np.minimum(place, bins - 1))


def area(curves: Array) -> float:
    """The area under curves (curves, 2, bins), the mean of those that there are.

    The chance that a row of the class is in a higher bin than one of the others; half
    of those in one bin.
    """
    areas = []
    for others, own in curves.astype(float):
        if others.sum() and own.sum():
            below = np.cumsum(others) - others / 2
            areas.append(float(own @ below / (own.sum() * others.sum())))
    return float(np.mean(areas)) if areas else float("nan")
