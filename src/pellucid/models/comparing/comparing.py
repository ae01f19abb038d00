"""Models of the same rows, compared: by tests, by AIC and BIC, and on rows held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.models import base, checks, judging
from pellucid.models.base import Array
from pellucid.models.comparing import preference
from pellucid.models.comparing.candidates import (
    Candidate,
    Pair,
    Rows,
    candidates,
    losses,
    refuse,
    shared,
)
from pellucid.show.progress import progress
from pellucid.show.summary import Summary
from pellucid.statistics import tests
from pellucid.statistics.held_out import difference
from pellucid.statistics.linear import LinearFit
from pellucid.statistics.nested import spans
from pellucid.statistics.tests import Evidence

if TYPE_CHECKING:
    import pandas as pd


LIKELIHOOD = ("parameters", "log likelihood", "AIC", "delta AIC", "BIC")
TESTS = ("against", "F", "likelihood ratio", "degrees of freedom", "p")
NUMBERS = ("r2 (held out)", "typical error")
CLASSES = ("log loss", "accuracy")
BEHIND = ("difference", "standard error", "p (difference)")


def compare(
    *models: Any, names: Sequence[str] | None = None, folds: int = 5, seed: int = 0
) -> Summary:
    """Say which of several models of the same rows the evidence prefers.

    Three kinds of evidence, a row a model:

    - **Tests**, where a model is nested in another, which is found out from the rows:
      F = |z - z0|^2 / q / s^2 of linear models, z and z0 being their predictions, s
      the residual standard error of the larger, q how many parameters it has more;
      2 (log L - log L0) of others, chi2 with q degrees of freedom. A model is tested
      against the largest of the others that is nested in it.
    - **AIC** = 2 k - 2 log L and **BIC** = k log n - 2 log L, for models of one kind,
      nested or not; k counts coefficients and intercepts. "delta AIC" is how far the
      AIC is above the least.
    - **Cross-validation**: all are fitted anew to the same folds, as they were fitted.
      "difference" is by how much r2 is below that of the best model or, of classes,
      by how much the log loss is above it, and "standard error" its error, which
      allows for folds that share rows.

    Networks, robust and penalised models have no greatest likelihood, and are judged by
    cross-validation alone. A network is judged on the rows of the models beside it.

    Parameters
    ----------
    *models : estimators
        Fitted to the same target of the same rows, with the same weights.
    names : sequence of str, optional
        What to call them; "model 1", "model 2", ... unless given.
    folds : int
        How many folds the rows are cut into.
    seed : int
        Chooses the folds.

    Returns
    -------
    Summary
        Text in a terminal, HTML in a notebook, `.frame` a row a model; its title says
        which model is preferred, its notes why.

    Raises
    ------
    ModelError
        When rows, targets or weights differ, or a model was loaded without its rows.

    References
    ----------
    Burnham & Anderson, "Model selection and multimodel inference" (2002); Nadeau &
    Bengio, "Inference for the generalization error" (2003).

    Examples
    --------
    >>> import pellucid as pl
    >>> x = np.arange(12.0)
    >>> y = 3 * x + 0.5 * x**2 + np.sin(7 * x)
    >>> a = pl.LinearRegression().fit(x[:, None], y)
    >>> b = pl.LinearRegression().fit(np.column_stack([x, x**2]), y)
    >>> found = pl.compare(a, b, names=["line", "parabola"])
    >>> print(found.title)
    parabola fits better than line, beyond chance: F = 934.1, p = 2.1e-10
    >>> found.frame["delta AIC"].round(1).to_dict()
    {'line': 53.8, 'parabola': 0.0}
    """
    for name, value, low in (("folds", folds, 2), ("seed", seed, 0)):
        passes, expected = checks.count(low)
        if not passes(value):
            refuse(f"expected {name} to be {expected}, got {value!r}; set it to one")
    return compared(candidates(models, names), folds, seed)


def compared(found: list[Candidate], folds: int, seed: int) -> Summary:
    """The same for candidates."""
    rows = shared(found)
    fold = judging.folds(rows[found[0].name].y, found[0].classifies, seed, folds)
    inside = nesting(found)
    pairs = [
        Pair(found[i], found[j], evidence_of(found[i], found[j], rows))
        for i, j in neighbours(inside)
    ]
    frame = table(found, pairs, rows, fold)
    figures = {"rows": len(fold), "folds": len(np.unique(fold)), "seed": seed}
    title, notes = preference.told(frame, found, pairs, inside)
    good = CLASSES if found[0].classifies else NUMBERS
    parts = (LIKELIHOOD, TESTS, (*good, *BEHIND))
    return Summary(title, figures, frame, notes, empty="", parts=parts)


def table(
    found: list[Candidate], pairs: list[Pair], rows: dict[str, Rows], fold: Array
) -> pd.DataFrame:
    """All that is known, a row a model."""
    import pandas as pd

    parts = (likelihoods(found), by_tests(found, pairs), held(found, rows, fold))
    names = pd.Index([each.name for each in found], name="model")
    return pd.concat([pd.DataFrame(part, index=names) for part in parts], axis=1)


# -- likelihood -----------------------------------------------------------------------


def likelihoods(found: list[Candidate]) -> dict[str, Any]:
    """Parameters, log likelihood, AIC and BIC; delta AIC among models of one kind."""
    names = ("rank", "log_likelihood", "aic", "aic", "bic")
    rows = [[np.nan if each.fitted is None else np.sum(getattr(each.fitted, name))
             for name in names] for each in found]  # fmt: skip
    columns = dict(zip(LIKELIHOOD, np.array(rows).T, strict=True))
    kinds = np.array([each.kind for each in found])
    for kind in np.unique(kinds):
        of = columns["AIC"][kinds == kind]
        with np.errstate(invalid="ignore"):  # perfect fits have infinite ones
            above = np.where(of == np.min(of), 0.0, of - np.min(of))
            delta = above if len(of) > 1 else np.nan
        columns["delta AIC"][kinds == kind] = delta
    return columns


# -- tests ----------------------------------------------------------------------------


def nesting(found: list[Candidate]) -> Array:
    """Whether model i is nested in model j, or the same (m, m)."""
    inside = np.zeros((len(found), len(found)), bool)
    likely = [i for i, each in enumerate(found) if each.fitted is not None]
    span = spans([found[i].design for i in likely]) if likely else []
    for i, one in zip(likely, span, strict=True):
        for j, other in zip(likely, span, strict=True):
            alike = found[i].kind == found[j].kind
            inside[i, j] = alike and one.is_within(other)
    return inside


def neighbours(inside: Array) -> Array:
    """Which pairs (i, j) are nested, i in j, with no third model between (p, 2)."""
    strictly = inside & ~inside.T
    return np.argwhere(strictly & ~(strictly @ strictly))


def by_tests(found: list[Candidate], pairs: list[Pair]) -> dict[str, Any]:
    """Each model against the largest that is nested in it."""
    place = {each.name: i for i, each in enumerate(found)}
    closest: dict[str, Pair] = {}
    for pair in sorted(pairs, key=lambda pair: pair.closeness(place)):
        closest[pair.larger.name] = pair
    columns = {column: np.full(len(found), np.nan) for column in TESTS[1:]}
    for name, pair in closest.items():
        for column, value in pair.figures.items():
            columns[column][place[name]] = value
    each = [closest.get(name) for name in place]
    names = [None if pair is None else pair.smaller.name for pair in each]
    return {TESTS[0]: names, **columns}


def evidence_of(
    smaller: Candidate, larger: Candidate, rows: dict[str, Rows]
) -> Evidence:
    """F or the likelihood ratio of two models, of which one is nested in the other."""
    few, many = smaller.fitted, larger.fitted
    q = many.rank - few.rank
    if not isinstance(many, LinearFit):
        return tests.likelihood_ratio(few.log_likelihood, many.log_likelihood, q)
    z0, z = (each.model.predict(base.named(each.model, rows[each.name].X))
             for each in (smaller, larger))  # fmt: skip
    apart = np.sqrt(rows[larger.name].weights) * (z - z0)  # their squares: SSE0 - SSE
    return tests.f_test(apart, q, float(many.sigma[0]), many.freedom)


# -- rows held out --------------------------------------------------------------------


def held(found: list[Candidate], rows: dict[str, Rows], fold: Array) -> dict[str, Any]:
    """How good each model is on rows held out, and how far behind the best."""
    loss, output = [], []
    with progress("cross-validation", len(found)) as bar:
        for each in found:
            of_rows, predicted = losses(each, rows[each.name], fold)
            loss.append(of_rows)
            output.append(predicted)
            bar.advance()
    y, s = rows[found[0].name].y, rows[found[0].name].weights
    mean, unit = np.average(loss, axis=1, weights=s), 1.0
    if found[0].classifies:
        place = np.unique(y, return_inverse=True)[1]
        right = [np.argmax(p, axis=1) == place for p in output]
        good = mean, np.average(right, axis=1, weights=s)
    else:
        e = rows[found[0].name].exponent
        near = np.ldexp(y, -e)
        around = np.average((near - np.average(near, weights=s)) ** 2, weights=s)
        unit = around or np.nan  # the same number in all rows leaves nothing to explain
        good = 1 - mean / unit, np.ldexp(np.sqrt(mean), e)
    best = loss[int(np.argmin(mean))]
    apart = [difference(each / unit, best / unit, fold, s) for each in loss]
    names = (*(CLASSES if found[0].classifies else NUMBERS), *BEHIND)
    return dict(zip(names, (*good, *np.array(apart).T), strict=True))
