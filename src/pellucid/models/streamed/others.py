"""Models of the rows outside each fold, found from the model of all rows.

Cross-validation asks for a model of the others of each fold. From the coefficients of
all rows it is a step away: of Newton, with the gradients and curvatures of the folds,
which one pass sums; the same curvatures give further steps, until nothing changes, of
many rows one is enough. For least squares products of the folds give it exactly.

Cook, "Detection of influential observation in linear regression" (1977), for one row of
least squares; Pregibon, "Logistic regression diagnostics" (1981), for the step.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from pellucid.models import judging
from pellucid.models.streamed.folds import fits_of_others, products_of
from pellucid.models.streamed.held_out import Classes, Numbers, Said
from pellucid.models.streamed.squares import first_look
from pellucid.regression.sums.condensed import Condensed
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.choices import uniform
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table

Array = NDArray[Any]

MOST = 1500  # parameters of which a curvature is kept for each fold
NEAR = 1e-5  # of a row's cost, gained by the first step: its error is the square of it
NEARER = 1e-10  # gained by a later step, whose curvature is that of the first
DONE = 1e-14  # gained by one that is not worth it
STEPS = 8
DEPENDENT = 1e-12  # of the curvature: less is none


@dataclass(frozen=True, eq=False)
class Place:
    """Coefficients for the others of each fold, of centred and scaled columns.

    Parameters
    ----------
    shift, scale : array (d,)
        The columns are Z = (X - shift) / scale, and 1.
    W : array (folds, d + 1, c)
        The coefficients; of k classes c = k - 1, against the first.
    classes : array (k,) or None
        The classes; None for numbers.
    seed : int
        Of the hash by which rows have their folds.
    """

    shift: Array
    scale: Array
    W: Array
    classes: Array | None
    seed: int

    def columns(self, X: Array) -> Array:
        """Z (m, d + 1)."""
        Z = np.ones((len(X), X.shape[1] + 1), order="F")
        np.subtract(X, self.shift, out=Z[:, :-1])
        Z[:, :-1] /= self.scale
        return Z

    def fold(self, number: Array) -> Array:
        """The fold of each row, by its number."""
        ends = np.linspace(0.0, 1.0, len(self.W) + 1)[1:-1]
        drawn = uniform(number, self.seed)
        return np.asarray(np.searchsorted(ends, drawn, side="right"))

    def output(self, Z: Array, k: int) -> Array:
        """What is said of rows: numbers (m, 1), or probabilities (m, k)."""
        z: Array = Z @ self.W[k]
        if self.classes is None:
            return z
        return np.asarray(softmax(np.column_stack([np.zeros(len(z)), z]), axis=1))

    def said_of(self, X: Array, number: Array) -> Array:
        """What is said of each row by the model of the others of its fold."""
        Z, fold = self.columns(X), self.fold(number)
        width = 1 if self.classes is None else len(self.classes)
        found = np.empty((len(X), width))
        for k in range(len(self.W)):
            found[fold == k] = self.output(Z[fold == k], k)
        return found

    def targets(self, y: Array) -> Array:
        """Numbers (m, 1), or 1 for the class of a row and 0 for the others (m, k)."""
        if self.classes is None:
            return np.asarray(y, float)[:, None]
        return np.eye(len(self.classes))[np.searchsorted(self.classes, y)]

    def errors(self, output: Array, target: Array) -> Array:
        """The slope of the cost of each row by its outputs (m, c)."""
        return (output - target)[:, 1:]

    def curvature(self, Z: Array, output: Array) -> Array:
        """The second derivatives (c p, c p) of the cost of rows, p = d + 1."""
        p = output[:, 1:]
        c, width = p.shape[1], Z.shape[1]
        H = np.empty((c, width, c, width))
        for a in range(c):
            for b in range(a + 1):
                weight = p[:, a] * ((a == b) - p[:, b])
                H[a, :, b] = Z.T @ (weight[:, None] * Z)
                H[b, :, a] = H[a, :, b].T
        return H.reshape(c * width, c * width)


def judged(
    stream: Stream, model: Any, seen: Table, seed: int, folds: int = judging.FOLDS
) -> judging.Judged | judging.JudgedClasses:
    """Judge a model of a stream; the rows that are shown are those `seen`."""
    place = first(stream, model, seen, seed, folds)
    if place.classes is None:
        place, said = by_products(stream, model, place, seed)
    else:
        place, said = held_out(stream, place)
    y, number = np.asarray(seen.y), np.asarray(seen.labels) - 1
    output = place.said_of(seen.X, number)
    if isinstance(said, Numbers):
        return judging.Judged(said.measures(), y, output[:, 0])
    more = said.by_class(), said.calibration(), said.confused.sum(axis=0)
    which = np.searchsorted(model.classes_, y)
    names = [str(name) for name in model.classes_]
    return judging.JudgedClasses(names, said.measures(), which, output, *more)


def can_judge(model: Any) -> bool:
    """Whether a model has coefficients that a step moves: no penalty, and not many."""
    if np.isfinite(getattr(model, "C", np.inf)) or not hasattr(model, "coef_"):
        return False
    return bool(np.size(model.coef_) <= MOST)


def first(stream: Stream, model: Any, seen: Table, seed: int, folds: int) -> Place:
    """The coefficients of all rows, for each fold; `seen` tells where columns lie."""
    shift = seen.X.mean(axis=0)
    deviation = seen.X.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    w, b = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
    classes = getattr(model, "classes_", None)
    if classes is not None and len(classes) > 2:
        w, b = w[1:] - w[0], b[1:] - b[0]
    start = np.vstack([(w * scale).T, b + w @ shift])
    W = np.repeat(start[None], folds, axis=0)
    return Place(shift, scale, W, classes, stream._seed(seed))


def by_products(
    stream: Stream, model: Any, place: Place, seed: int
) -> tuple[Place, Said]:
    """The models of the others of least squares, exactly, and how good they are."""
    plan, cuts = first_look(stream), tuple(stream.cuts(len(place.W), seed))
    sums = products_of(stream, plan, cuts)
    fits = fits_of_others(model, plan, sums)
    W = [np.vstack([(f.w.T * place.scale).T, f.b + place.shift @ f.w]) for f in fits]
    every = reduce(operator.add, [fold for fold in sums if fold is not None])
    place = replace(place, W=np.stack(W))
    work = partial(_said, place, Condensed.of(plan, every).mean_of_target, last=True)
    said, _ = stream.summed(work, "judging on rows held out")
    return place, said


def held_out(stream: Stream, place: Place) -> tuple[Place, Said]:
    """The models of the others, and how good they are on the rows of their folds."""
    found = stream.summed(partial(_curved, place), "the slopes of each fold")
    counts, slopes, curvatures = found
    others = counts.sum() - counts
    curvatures = curvatures.sum(axis=0) - curvatures
    slopes = slopes.sum(axis=0) - slopes
    for near in (NEAR, *[NEARER] * STEPS):
        steps = [*map(_newton, curvatures, slopes)]
        place = replace(place, W=place.W + np.stack([step for step, _ in steps]))
        foreseen = max(
            gain / max(n, 1) for (_, gain), n in zip(steps, others, strict=True)
        )
        last = foreseen <= near
        said, slopes = stream.summed(
            partial(_said, place, 0.0, last=last), "judging on rows held out"
        )
        gains = [_newton(H, g)[1] for H, g in zip(curvatures, slopes, strict=True)]
        if (
            last
            or max(g / max(n, 1) for g, n in zip(gains, others, strict=True)) < DONE
        ):
            break
    return place, said


def _newton(H: Array, slope: Array) -> tuple[Array, float]:
    """The step (p, c) to where the slope vanishes, and what it promises."""
    g = slope.T.ravel()
    size = np.sqrt(np.diag(H))
    size[size == 0] = 1.0
    step = np.linalg.lstsq(H / np.outer(size, size), -g / size, rcond=DEPENDENT)[0]
    gain = float(-(g / size) @ step) / 2
    return (step / size).reshape(slope.T.shape).T, gain


def _parts(place: Place, chunk: Chunk) -> tuple[Array, Array, Array]:
    """Columns and targets with the rows of a fold together, and where folds end."""
    fold = place.fold(chunk.number)
    order = np.argsort(fold, kind="stable")
    ends = np.searchsorted(fold[order], np.arange(len(place.W) + 1))
    y = np.asarray(chunk.y)
    return place.columns(chunk.X)[order], place.targets(y)[order], ends


def _curved(place: Place, chunk: Chunk) -> Several:
    """Slopes and curvatures by fold, where all have the coefficients of all rows."""
    Z, target, ends = _parts(place, chunk)
    output = place.output(Z, 0)
    errors = place.errors(output, target)
    folds = [slice(*ends_of) for ends_of in pairwise(ends.tolist())]
    slopes = np.stack([Z[f].T @ errors[f] for f in folds])
    curvatures = np.stack([place.curvature(Z[f], output[f]) for f in folds])
    return Several((np.diff(ends), slopes, curvatures))


def _said(place: Place, mean: float, chunk: Chunk, *, last: bool) -> Several:
    """What is said of the rows of each fold; slopes of the others but for the last."""
    Z, target, ends = _parts(place, chunk)
    folds = [slice(*ends_of) for ends_of in pairwise(ends.tolist())]
    parts = [(target[f], place.output(Z[f], k)) for k, f in enumerate(folds)]
    said: Said = (
        Numbers.of([(y[:, 0], z[:, 0]) for y, z in parts], mean)
        if place.classes is None
        else Classes.of([(y.argmax(axis=1), p) for y, p in parts])
    )
    slopes = np.zeros_like(place.W)
    for k, held in enumerate(folds if not last else []):
        errors = place.errors(place.output(Z, k), target)
        errors[held] = 0.0
        slopes[k] = Z.T @ errors
    return Several((said, slopes))
