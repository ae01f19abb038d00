"""Models that are compared: the rows that they share, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple, NoReturn

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.models import base, judging
from pellucid.models.base import Array
from pellucid.models.constraints import constraints_of
from pellucid.models.judging import Learn
from pellucid.models.networks.multilayer import Multilayer
from pellucid.models.networks.networks import Network
from pellucid.models.refitting import again, design, labels
from pellucid.models.statistics import Statistical
from pellucid.models.terms import is_separable
from pellucid.statistics.linear import LinearFit
from pellucid.statistics.nested import Design
from pellucid.statistics.tests import Evidence
from pellucid.tables.wording import counted

WHO = "pl.compare: "
DENSITIES = "densities of numbers"  # kinds of likelihoods


@dataclass(frozen=True)
class Rows:
    """Rows that a model was fitted to.

    Parameters
    ----------
    X : array (n, d)
        Features.
    y : array (n,)
        The target; of classes, what they are called.
    s : array (n,) or None
        Weights.
    """

    X: Any
    y: Array
    s: Array | None

    @property
    def weights(self) -> Array:
        """The weights (n,), 1 where none were given."""
        return np.ones(len(self.y)) if self.s is None else self.s

    @property
    def exponent(self) -> int:
        """Numbers y 2^-exponent have squares that float64 holds."""
        return int(np.frexp(np.max(np.abs(self.y)))[1])


@dataclass(frozen=True)
class Candidate:
    """A model in a comparison.

    Parameters
    ----------
    name : str
        What it is called there.
    model : estimator
        Fitted.
    how : callable, optional
        Fits another as it was fitted, where its parameters do not tell.
    given : Rows, optional
        What it was fitted to, where it does not tell.
    """

    name: str
    model: Any
    how: Learn | None = None
    given: Rows | None = None

    @property
    def learn(self) -> Learn:
        """Fits another model as this one was fitted: X, y and weights to a model."""
        return self.how or partial(again, self.model)

    @property
    def classifies(self) -> bool:
        """Whether its target are classes."""
        return bool(is_classifier(self.model))

    @cached_property
    def fitted(self) -> Any:
        """The likeliest `Fitted`; None where there is none."""
        found = isinstance(self.model, Statistical) and not self.held_back
        return self.model._statistics if found else None

    @property
    def held_back(self) -> str:
        """Why no likelihood of it is the greatest, "" where one may be."""
        for held in constraints_of(self.model):
            return f"{held.setting(self.model)} holds the coefficients back"
        apart = "the classes are separable" if self.classifies else "means fall to 0"
        return apart * is_separable(self.model)

    @property
    def kind(self) -> str:
        """Of which kind its likelihood is, "" where there is none."""
        if self.fitted is None:
            return ""
        if isinstance(self.fitted, LinearFit):
            return DENSITIES
        return "chances of classes" if self.classifies else "chances of counts"

    @property
    def design(self) -> Design:
        """The columns whose coefficients are estimated."""
        return Design(design(self.model), bool(self.model.fit_intercept))

    @cached_property
    def rows(self) -> Any:
        """The `Rows` that it was fitted to; None of a network, which keeps a part."""
        model = self.model
        part = isinstance(model, Multilayer) and model.early_stopping
        if self.given is not None or part or isinstance(model, Network):
            return self.given
        X, t, *s = base.rows_of(model)
        several = t.ndim == 2 and t.shape[1] > 1
        if several and not (self.classifies and (t.sum(axis=1) == 1).all()):
            refuse(
                f"expected one target, got {t.shape[1]} in {self.name}; fit a model to "
                "each of them"
            )
        return Rows(X, labels(model, t), s[0] if s else None)


class Pair(NamedTuple):
    """Two models, of which one is nested in the other, and what a test says of them."""

    smaller: Candidate
    larger: Candidate
    evidence: Evidence

    @property
    def figures(self) -> dict[str, float]:
        """The evidence, as a table has it."""
        value, freedom, p = self.evidence
        which = "F" if self.larger.kind == DENSITIES else "likelihood ratio"
        return {which: value, "degrees of freedom": freedom, "p": p}

    def closeness(self, place: Mapping[str, int]) -> tuple[float, bool, int]:
        """How near the smaller is: by its size, then by where it stands."""
        i, j = place[self.smaller.name], place[self.larger.name]
        return self.smaller.fitted.rank, i < j, -abs(i - j)


def refuse(message: str) -> NoReturn:
    """Raise the error of a comparison that makes no sense."""
    raise ModelError(f"{WHO}{message}.")


def candidates(models: Sequence[Any], names: Sequence[str] | None) -> list[Candidate]:
    """Models with names: those given, or model 1, model 2, ..."""
    many = counted(len(models), "model")
    if not models:
        refuse("expected models to compare, got none; give it two or more")
    if names is None:
        names = [f"model {i}" for i in range(1, len(models) + 1)]
    if isinstance(names, str) or len(names) != len(models):
        refuse(f"expected a name for each of {many}, got {names!r}; give a list")
    if len({*map(str, names)}) < len(names):
        refuse(f"expected names that differ, got {list(names)}; give each its own")
    for model in models:
        if not hasattr(model, "fit"):
            refuse(f"expected models, got a {type(model).__name__}; give them one by "
                   "one, compare(a, b)")  # fmt: skip
        check_is_fitted(model)
        if not hasattr(model, "_rows"):
            refuse(
                "expected models of Pellucid, which know their rows, got a "
                f"{type(model).__name__}; fit Pellucid's model of that kind"
            )
    return [Candidate(str(n), model) for n, model in zip(names, models, strict=True)]


# -- the rows that all share ----------------------------------------------------------


def shared(models: Sequence[Candidate]) -> dict[str, Rows]:
    """The rows of each candidate: its own columns, and one target for all.

    Raises
    ------
    ModelError
        When rows, targets or weights differ, or nobody kept them.
    """
    known = {each.name: each.rows for each in models if each.rows is not None}
    if not known:
        refuse(
            "expected a model that keeps its rows, got networks alone, which keep some "
            "of them; compare them beside a linear or logistic regression"
        )
    first, *others = [each for each in models if each.name in known]
    for other in others:
        _expect_same(first, other)
    for each in models:
        if each.name not in known:
            _expect_kind(first, each)
            known[each.name] = _like(each, list(known.values()))
    return known


def _like(network: Candidate, known: Sequence[Rows]) -> Rows:
    """Rows with as many columns as a network takes."""
    d = network.model.n_features_in_
    found = [rows for rows in known if rows.X.shape[1] == d]
    if not found:
        refuse(
            f"expected a model beside {network.name} with the same {d} columns, got "
            "none; a network keeps some of its rows only, so fit another model to all"
        )
    return found[0]


def _expect_kind(first: Candidate, other: Candidate) -> None:
    """Refuse classes beside numbers."""
    kinds = ["classes" if each.classifies else "numbers" for each in (first, other)]
    if kinds[0] != kinds[1]:
        refuse(
            f"expected models of the same target, got {kinds[0]} in {first.name} and "
            f"{kinds[1]} in {other.name}; fit all of them to one target"
        )


def _expect_same(first: Candidate, other: Candidate) -> None:
    """Refuse other rows, another target, or other weights."""
    _expect_kind(first, other)
    a, b = first.rows, other.rows
    both = f"in {first.name} and {other.name}"
    if len(a.y) != len(b.y):
        refuse(
            f"expected models of the same rows, got {len(a.y)} and {len(b.y)} of them "
            f"{both}; fit all to the rows in which no column is missing"
        )
    if not (same := _same(a.y, b.y)).all():
        at = int(np.argmin(same))
        refuse(
            f"expected the same target in the same order, got {a.y[at]} and {b.y[at]} "
            f"in row {at + 1} {both}; fit all to one y"
        )
    if not _same(a.weights, b.weights).all():
        refuse(
            f"expected the same weights of rows, got others {both}; fit all with one "
            "sample_weight and class_weight"
        )


def _same(a: Array, b: Array) -> Array:
    """Where arrays hold the same; a model of float32 rows keeps all of them so."""
    if a.dtype.kind == b.dtype.kind == "f":
        narrow = min(a.dtype, b.dtype, key=lambda dtype: dtype.itemsize)
        a, b = a.astype(narrow), b.astype(narrow)
    return np.asarray(a == b)


def losses(each: Candidate, rows: Rows, fold: Array) -> tuple[Array, Array]:
    """The loss of each row (n,) when it was held out, and what was predicted.

    The squared error of numbers, brought near 1; -log p of classes.
    """
    s = () if rows.s is None else (rows.s,)
    if not each.classifies:
        output = judging.predictions(each.learn, rows.X, rows.y, fold, *s)
        return np.ldexp(rows.y - output, -rows.exponent) ** 2, output
    place = np.unique(rows.y, return_inverse=True)[1]
    p = judging.probabilities(each.learn, rows.X, place, fold, *s)
    return judging.log_losses(place, p), p
