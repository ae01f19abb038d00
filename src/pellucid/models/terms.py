"""Tests of terms: what belongs to one raw column is tested as a whole (type II).

A term is what the model has of one column of the table: the levels of a category, a
number with the indicator of where it was filled in. Each is tested beside all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.constraints import constraints_of
from pellucid.models.refitting import at_the_limit, design, without
from pellucid.regression.least_squares import least_squares
from pellucid.regression.powers import filled
from pellucid.regression.spread import Spread
from pellucid.show.progress import progress
from pellucid.show.summary import Summary
from pellucid.statistics import tests
from pellucid.statistics.fitted import Fitted
from pellucid.statistics.linear import LinearFit

if TYPE_CHECKING:
    import pandas as pd

RESIDUAL = "residual"
SEPARABLE = "The classes are separable"
SUMS = ["sum of squares", "degrees of freedom", "F", "p"]


def terms_of(model: Any) -> dict[str, Array]:
    """The terms of a model: from a raw column to the places of its columns in X.

    Examples
    --------
    >>> import pandas as pd, pellucid as pl
    >>> pets = pd.DataFrame({"pet": ["cat", "dog", "cow"] * 2, "age": range(6)})
    >>> table = pl.rows(pets.assign(weight=[4, 9, 90, 5, 8, 95]), target="weight")
    >>> {k: v.tolist() for k, v in terms_of(pl.LinearRegression().fit(table)).items()}
    {'pet': [0, 1], 'age': [2]}
    """
    found: dict[str, list[int]] = {}
    for j, raw in enumerate(raw_columns(model)):
        found.setdefault(":".join(raw), []).append(j)
    return {name: np.array(places) for name, places in found.items()}


def raw_columns(model: Any) -> list[tuple[str, ...]]:
    """Of each coefficient the raw columns that it is of: several of an interaction."""
    names = base.feature_names(model)
    recipe = getattr(model, "preparation_", None)
    steps = () if recipe is None else recipe.steps
    raw = {name: step.column for step in steps for name in step.names}
    of = [raw.get(name, name) for name in names]
    powers = getattr(model, "powers_", np.eye(len(of)))  # of each feature in a column
    each = [[of[j] for j in np.flatnonzero(row)] for row in powers]
    return [tuple(dict.fromkeys(names)) for names in each]


def relatives(model: Any, terms: Mapping[str, Array]) -> list[Array]:
    """Where the interactions of each term are, without which it is tested.

    Nelder, "A reformulation of linear models" (1977), on marginality.
    """
    raw = [frozenset(each) for each in raw_columns(model)]
    several = [j for j, each in enumerate(raw) if len(each) > 1]
    first = [raw[places[0]] for places in terms.values()]
    return [np.array([j for j in several if own < raw[j]], int) for own in first]


def anova(model: Any) -> Summary:
    """Test each term of a model beside all the others."""
    check_is_fitted(model)
    refuse_penalised(model, "anova")
    fitted, terms = model._statistics, terms_of(model)
    found = squares if isinstance(fitted, LinearFit) else deviances
    frame = found(model, fitted, terms)
    title = f"Type II tests of {type(model).__name__} of {model._subject()}"
    figures = {"rows": model._rows.kinds[0][0][0], "terms": len(terms)}
    return Summary(title, figures, frame, tuple(_notes(model, fitted, frame)), empty="")


def refuse_penalised(model: Any, what: str) -> None:
    """Refuse a model whose estimates are drawn towards 0."""
    for held in constraints_of(model):
        raise ModelError(
            f"{type(model).__name__}: expected a fit without a penalty or bounds for "
            f"{what}, whose tests hold for nothing else, got one with "
            f"{held.setting(model)}; fit it with {held.remedy}."
        )


def is_separable(model: Any) -> bool:
    """Whether the likelihood grows for ever, and has no maximum."""
    return bool(getattr(model, "separable_", False))


def _notes(model: Any, fitted: Fitted, frame: pd.DataFrame) -> Iterator[str]:
    """What the tests do not hold for."""
    if np.isnan(fitted.freedom):
        yield (
            "There are as many estimates as rows, and no rows left to tell how much is "
            "chance: nothing can be tested; add rows, or leave columns out."
        )
        return
    rows = frame[frame["degrees of freedom"] == 0].index
    aliased = [str(name[-1] if isinstance(name, tuple) else name) for name in rows]
    aliased = [name for name in dict.fromkeys(aliased) if name != RESIDUAL]
    if aliased:
        yield (
            f"{', '.join(aliased)}: the other columns say all that "
            f"{'it says' if len(aliased) == 1 else 'they say'}, so there is nothing to "
            "test; leave out one of the columns that depend on each other."
        )
    if is_separable(model):
        counted = not hasattr(model, "classes_")
        apart = "Some means fall to 0" if counted else SEPARABLE
        yield (
            f"{apart}, so that no coefficients are the likeliest: the likelihood "
            "ratio, in the limit, is a rough test, and Wald's chi2 none where there "
            "are no errors."
        )


# -- least squares --------------------------------------------------------------------


def squares(model: Any, fitted: LinearFit, terms: Mapping[str, Array]) -> pd.DataFrame:
    """Sums of squares of each term beside the others, F and p; the residual last.

        SS = b' (F F')^-1 b,    F = SS / q / s^2

    b are the coefficients of the term, F F' is (X'X)^-1 there, and q how many of them
    the rows determine: the sum of squared errors grows by SS where the term is left
    out. Of a polynomial, the term and its interactions less the interactions alone.
    """
    import pandas as pd

    targets, (w, spread) = base.target_names(model), coefficients(model)
    index = pd.Index([*terms, RESIDUAL], name="term")
    parts = [
        pd.DataFrame(rows(model, w[:, i], spread, fitted, terms, i), index, SUMS)
        for i in range(len(targets))
    ]
    whole = pd.concat(parts, keys=targets, names=["target"])
    return whole if len(targets) > 1 else whole.droplevel("target")


def rows(
    model: Any, w: Array, spread: Spread, fitted: LinearFit, terms: Mapping[str, Array],
    i: int,
) -> Iterator[tuple[float, float, float, float]]:  # fmt: skip
    """A row a term of the table of target i, whose coefficients are w (d,)."""
    b = np.ldexp(w * spread.length, spread.exponent)  # of columns of length 1
    related = tests.relations(spread.inverse)
    for places, inner in zip(terms.values(), relatives(model, terms), strict=True):
        own, k = tests.beyond(related, inner, places)
        both = np.append(inner, places)
        z = tests.whitened(own.T @ b[both], own.T @ spread.inverse[both])[k:]
        F = tests.f_test(z, len(z), float(fitted.sigma[i]), fitted.freedom)
        with np.errstate(over="ignore"):
            size = float(np.sum(z**2)) if len(z) else np.nan
        yield size, F.freedom, F.value, F.p
    explained = fitted.explained
    with np.errstate(over="ignore"):
        left = np.ldexp(explained.left[i], 2 * explained.e[i] + explained.f)
    yield float(left), fitted.rows - fitted.rank, np.nan, np.nan


def coefficients(model: Any) -> tuple[Array, Spread]:
    """The coefficients (d, k), and how the rows of their columns lie.

    Those of a polynomial are of orthogonal ones, whose terms span what powers span; but
    for those without a constant, which are of powers, as these do not.
    """
    if np.isnan(model._spread.of_mean):
        raise ModelError(
            f"{type(model).__name__}: expected a fit that knows how its rows lie, got "
            "one of a large sparse matrix, solved by iterations; anova needs fewer "
            "columns."
        )
    if not hasattr(model, "powers_"):
        return np.atleast_2d(filled(model.coef_)).T, model._statistics.spread
    if model.fit_intercept:
        return model._inside.value[1:], model._statistics.spread
    _, y, *s = base.rows_of(model)
    Y = y.reshape(len(y), -1)
    found = least_squares(design(model), Y, *s, intercept=False)
    return found.w, found.spread


# -- likelihood -----------------------------------------------------------------------


def deviances(model: Any, fitted: Fitted, terms: Mapping[str, Array]) -> pd.DataFrame:
    """Likelihood ratio of each term beside the others, p, and Wald's chi2."""
    import pandas as pd

    rows = []
    whole = at_the_limit(model) if is_separable(model) else model
    most = whole._statistics.log_likelihood
    with progress("terms", len(terms)) as bar:
        for places in terms.values():
            less = without(whole, places)._statistics
            q = fitted.rank - less.rank
            ratio = tests.likelihood_ratio(less.log_likelihood, most, q)
            rows.append(
                (ratio.value, ratio.freedom, ratio.p, *wald(model, fitted, places))
            )
            bar.advance()
    columns = ["likelihood ratio", "degrees of freedom", "p", "Wald chi2", "p (Wald)"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index([*terms], name="term"))


def wald(model: Any, fitted: Fitted, places: Array) -> tuple[float, float]:
    """Wald's chi2 of some columns, of all classes, and its p; nan of aliased ones."""
    p = model.n_features_in_ + bool(model.fit_intercept)  # estimates of one class
    first = np.arange(0, len(fitted.index), p) + bool(model.fit_intercept)
    each = np.add.outer(first, places).ravel()
    root, b = fitted.root()[each], fitted.estimate[each]
    if not np.isfinite(root).all():
        return np.nan, np.nan
    found = tests.wald(b, root)
    return found.value, found.p
