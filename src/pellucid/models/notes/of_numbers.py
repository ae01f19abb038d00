"""What a careful colleague would say of a linear regression, once the rows are seen.

Each note asks for an effect that matters and, where chance could make it, for a p that
chance seldom has: a million rows say nothing of trifles, and thirty nothing of noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.constraints import constraints_of
from pellucid.models.notes.notes import Given
from pellucid.models.refitting import again
from pellucid.regression.powers import is_sparse
from pellucid.show.plain_text import number
from pellucid.statistics import copies
from pellucid.statistics.collinearity import inflations
from pellucid.statistics.curvature import Curvature, strongest
from pellucid.statistics.residuals import Residuals
from pellucid.statistics.spread_of_residuals import unequal_spread
from pellucid.tables.wording import begun, counted, together

MOST = 2e10  # n d rank, products that a look at all rows takes
FREEDOM = 8  # degrees of freedom below which residuals say nothing of form and spread
NAMED = 5  # rows or columns that are named

EXACT = 1e-12  # of the squares of a target left: it is computed from the columns
PART = 1e-6  # of the largest effect of a column: less has no part in an exact fit
COPY = 0.001  # of its squares that one column leaves: it is nearly a copy of that
BESIDE = 0.5  # of these, what all columns leave: the others add next to nothing
BENDS = 0.15  # of the squares left, what the square of a column would explain
SURE, ROBUST = 0.001, 0.05  # chances of so much, and of so much whatever the spread
SPREADS, SPREADS_P = 2.0, 0.001  # times as far in one third of the rows as in another
FAR, FAR_P = 1.0, 0.01  # Cook's distance
VERY_FAR = 10.0  # one that asks for no p
BELOW, BELOW_ERRORS = 0.05, 2.0  # of the predictions are so many errors below 0
INFLATED = 100.0  # times the variance of a column that others do not resemble
LEVELS = 6  # different values of a column, at most, that may be levels of a category
DECADE = 10.0  # times the least that the largest is, where a logarithm changes the form


@dataclass(frozen=True)
class Subject:
    """One target of a linear model, and what is left of it.

    Parameters
    ----------
    y : str
        What it is called.
    names : list of str
        What the features are called.
    fit : Residuals
        What is left.
    w : array (p,)
        The coefficients of the columns.
    rows : array or pandas.Index (n,)
        What the rows are called.
    levels : bool
        Whether some columns are levels of a category, of which one row may have one.
    """

    y: str
    names: list[str]
    fit: Residuals
    w: Array
    rows: Any
    levels: bool


def of_rows(model: Any) -> Iterator[str]:
    """The notes on each target; none on a model without its rows, or too large."""
    for k, subject in enumerate(subjects(model)):
        yield from of_target(model, k, subject)


def subjects(model: Any) -> Iterator[Subject]:
    """The targets of a model that has more rows than coefficients."""
    if model._rows.arrays is None or is_sparse(model._rows.arrays[0]):
        return
    (X, y, *s), spread = model._rows.arrays, model._spread
    columns, _, degree = model._combination(X)
    (n, p), rank = columns.shape, spread.inverse.shape[1]
    if not 0 < n * p * rank <= MOST or n <= rank + bool(spread.of_mean):
        return
    output = model.predict(base.named(model, X)).reshape(n, -1)
    names, levels = base.feature_names(model), bool(levels_of(model))
    for k, name in enumerate(base.target_names(model)):
        values, weights = y.reshape(n, -1)[:, k], s[0] if s else None
        fit = Residuals.of(columns, X, degree, values, output[:, k], weights, spread)
        w = np.atleast_2d(model.coef_)[k]
        yield Subject(name, names, fit, w, model._rows.called, levels)


def of_target(model: Any, k: int, subject: Subject) -> Iterator[str]:
    """What is to be said of target k; what makes all else void is said alone."""
    fit, y = subject.fit, subject.fit.y
    low, high = np.min(y), np.max(y)
    if low == high:
        yield f"{subject.y} is the same in all rows: there is nothing to explain."
    elif np.all((y == low) | (y == high)):
        yield TWO_VALUES.format(y=subject.y)
    elif said := copied(subject) or computed(subject):
        yield said
    elif fit.freedom >= FREEDOM and not constraints_of(model):
        distance = np.where(far_rows(fit), fit.cooks_distance, 0.0)
        rest, lead = subject, ""
        if distance.any():
            yield moved(subject.y, subject.rows, distance)
            rest = without(model, k, distance > 0, subject)
            if rest is not subject:
                lead = f"without {named(subject.rows, distance)}, "
        for said in filter(None, (bends(rest), below(rest) or spreads(rest))):
            yield begun(lead + said)
        if said := alone(subject):
            yield said


# -- a target that the columns hold already -------------------------------------------

TWO_VALUES = (
    "{y} has two values alone: LogisticRegression gives the chance of each, where a "
    "line leaves the range between them and its errors and tests do not hold."
)
COPIED = (
    "{column} alone gives {y}{but}{beside}: where it is known no sooner than {y}, or "
    "is the same in other units, leave it out."
)
COMPUTED = (
    "{columns} {verb} {y} but for rounding: look whether it is computed from them. "
    "Standard errors, t and p are those of the rounding, and mean nothing."
)


def copied(subject: Subject) -> str:
    """One column gives the target nearly exactly, and others, which there are, do not.

    A law of nature that rests on one column does so too, but then it is the only one.
    """
    others = len(subject.names) - 1
    if not others or subject.fit.degree != 1:
        return ""
    squares = copies.correlations(subject.fit)
    j = int(np.argmax(squares))
    alone = 1 - float(squares[j])
    exact = alone <= EXACT
    if alone > COPY or not (exact or left(subject.fit) >= BESIDE * alone):
        return ""
    but = " exactly" if exact else f" but for {100 * alone:.1g}% of its variation"
    beside = f", and {counted(others, 'other column')} next to nothing more"
    note = COPIED.format(
        column=subject.names[j], y=subject.y, but=but, beside="" if exact else beside
    )
    return Given(note) if exact else note


def computed(subject: Subject) -> str:
    """The columns together give the target to rounding, as R's `lm` warns of too."""
    if not left(subject.fit) <= EXACT:
        return ""
    names = carrying(subject)
    verb = "gives" if len(names) == 1 else "give"
    columns = together(names) if 0 < len(names) <= NAMED else "The columns"
    return COMPUTED.format(columns=columns, verb=verb, y=subject.y)


def carrying(subject: Subject) -> list[str]:
    """The columns without which the target would not be what it is."""
    if subject.fit.degree > 1:
        return subject.names
    spread = subject.fit.spread
    size = np.ldexp(np.abs(subject.w), spread.exponent) * spread.length
    return [subject.names[j] for j in np.flatnonzero(size > PART * np.max(size))]


def left(fit: Residuals) -> float:
    """The part of the squares of the target, around its mean, that is left."""
    s = np.ones(fit.rows) if fit.root is None else fit.root**2
    around = s @ (fit.y - np.average(fit.y, weights=s)) ** 2
    return float(fit.residual @ fit.residual / around)


# -- what is left ---------------------------------------------------------------------

BENT = (
    "what is left of {y} bends with {column}, as a {form} ({column} squared would "
    "explain {share:.0%} of it): PolynomialRegression lets it bend{other}."
)
BENT_FURTHER = (
    "what is left of {y} bends with {column} otherwise than a polynomial of degree "
    "{degree} ({column}^{next} would explain {share:.0%} of it): raise the degree."
)
BENT_TOGETHER = (
    "what is left of {y} bends with its prediction, as a {form} (whose square would "
    "explain {share:.0%} of it): the columns act otherwise than as a sum; "
    "try {log}PolynomialRegression{degrees}."
)
UNEQUAL = (
    "the residuals of {y} spread {times:.2g} times as far {where} (White's test, {p}), "
    'so that its errors and intervals do not hold: covariance="HC3" gives '
    "errors that do{log}."
)
NEGATIVE = (
    "{share:.0%} of the predictions of {y} are below 0, where no {y} is: "
    "PoissonRegression{log} predicts none."
)
TOGETHER = (
    "{columns} hardly vary apart from each other and the rest, so that their "
    "coefficients cannot be told apart: their standard errors are {times} times as "
    "large as if they did. Leave some out, or trust the predictions alone."
)
ALONE = (
    "{rows} alone {decides} a coefficient for {y} (leverage 1), which no other "
    "row can contradict: look whether {it} right, and leave the column out or find "
    "more such rows."
)
MOVED = (
    "{rows} {moves} the coefficients for {y} further than their uncertainty "
    "(Cook's distance {distances}): look whether {it} right, fit without {them} too, "
    "and tell both results where they differ."
)


def chance(p: float) -> str:
    """A p in words, also where float64 holds none so small."""
    return f"p = {p:.0e}" if p else "p < 1e-300"


def noted(fit: Residuals) -> Curvature | None:
    """The square that explains so much of what is left that it is told of."""
    return strongest(fit, BENDS, SURE, ROBUST)


def bends(subject: Subject) -> str:
    """The square of a column, or of the prediction, would explain much of what is left.

    R's `car::residualPlots` makes these tests. Of a polynomial it is the next power.
    """
    fit, degree = subject.fit, subject.fit.degree
    found = noted(fit)
    if found is None:
        return ""
    said: dict[str, Any] = {"y": subject.y, "form": "bowl" if found.upward else "hill",
            "share": found.share, "degree": degree, "next": degree + 1}  # fmt: skip
    if found.column == len(subject.names):
        log = f"the logarithm of {subject.y}, or " if np.min(fit.y) > 0 else ""
        degrees = f" of degree {degree + 1}" if degree > 1 else ""
        return BENT_TOGETHER.format(**said, log=log, degrees=degrees)
    said["column"] = subject.names[found.column]
    if degree > 1:
        return BENT_FURTHER.format(**said)
    return BENT.format(**said, other=other_forms(subject, found))


def other_forms(subject: Subject, found: Curvature) -> str:
    """What else than a polynomial may suit a column.

    A logarithm straightens what flattens out: a hill that rises, a bowl that falls.
    """
    j = found.column
    x, name = subject.fit.raw[:, j], subject.names[j]
    if len(np.unique(x)) <= LEVELS:
        return f", and so does {name} as a category"
    flattens = found.upward == (subject.w[j] < 0)
    wide = flattens and np.min(x) > 0 and np.max(x) / DECADE > np.min(x)
    return f", and so may the logarithm of {name}" if wide else ""


def spreads(subject: Subject) -> str:
    """Residuals spread further in some third of the predictions."""
    fit = subject.fit
    found = unequal_spread(fit)
    if found is None or not (found.ratio >= SPREADS and found.p <= SPREADS_P):
        return ""
    where = "in one third of the predictions as in another"
    log = ""
    if found.grows:
        where = "where much is predicted as where little is"
        log = f", and the logarithm of {subject.y} may even them out"
    return UNEQUAL.format(
        y=subject.y, times=found.ratio, where=where, p=chance(found.p),
        log=log if np.min(fit.y) > 0 else "",
    )  # fmt: skip


def below(subject: Subject) -> str:
    """Predictions are below 0, and by more than their errors, where no target is."""
    fit = subject.fit
    if np.min(fit.y) < 0:
        return ""
    share = float(np.mean(fit.output + BELOW_ERRORS * fit.error < 0))
    if share < BELOW:
        return ""
    log = f" or the logarithm of {subject.y}" if np.min(fit.y) > 0 else ""
    return NEGATIVE.format(y=subject.y, share=share, log=log)


# -- rows and columns on which much rests ---------------------------------------------


def far_rows(fit: Residuals) -> Array:
    """Which rows (n,) move all coefficients, and are no chance.

    Cook & Weisberg, "Residuals and Influence in Regression" (1982), section 3.1, ask to
    look at distances above 1.
    """
    distance = np.where(fit.leverage < 1, fit.cooks_distance, 0.0)
    return (distance > FAR) & (fit.chance < FAR_P) | (distance > VERY_FAR)


def moved(y: str, rows: Any, distance: Array) -> str:
    """Rows whose absence would move the coefficients; the others have distance 0."""
    one = np.count_nonzero(distance) == 1
    return MOVED.format(
        rows=begun(named(rows, distance)),
        y=y,
        moves="moves" if one else "move",
        distances=together([number(distance[i], 2) for i in farthest(distance)]),
        it="it is" if one else "they are",
        them="it" if one else "them",
    )


def farthest(distance: Array) -> Array:
    """The places of the rows that are named, in the order of the table."""
    most = min(np.count_nonzero(distance), NAMED)
    return np.sort(np.argsort(-distance, kind="stable")[:most])


def named(rows: Any, distance: Array) -> str:
    """The rows of a distance above 0 as a person calls them."""
    far = np.count_nonzero(distance)
    more = [f"{far - NAMED} more"] if far > NAMED else []
    called = [*rows[farthest(distance)].astype(str), *more]
    return f"{'row' if far == 1 else 'rows'} {together(called)}"


def alone(subject: Subject) -> str:
    """Rows that decide a coefficient each, where that is no level of a category."""
    rows = subject.rows[subject.fit.leverage == 1]
    if subject.levels or not 0 < len(rows) <= NAMED:
        return ""
    one = len(rows) == 1
    return ALONE.format(
        rows=f"{'Row' if one else 'Rows'} {together([*rows.astype(str)])}",
        y=subject.y,
        decides="decides" if one else "each decide",
        it="it is" if one else "they are",
    )


def without(model: Any, k: int, rows: Array, subject: Subject) -> Subject:
    """Target k fitted without some rows, where enough are left."""
    X, y, *s = (array[~rows] for array in model._rows.arrays)
    try:
        others = again(model, base.named(model, X), y, *s)
    except ModelError:  # such as a coefficient that float64 does not hold
        return subject
    for found in [*subjects(others)][k : k + 1]:
        if found.fit.freedom >= FREEDOM and left(found.fit) > EXACT:
            return replace(found, y=subject.y)
    return subject


def alike(model: Any) -> Iterator[str]:
    """Columns that the others nearly give: their coefficients cannot be told apart."""
    names, inflation = base.feature_names(model), inflations(model._statistics.spread)
    levels = levels_of(model)
    high = [j for j in np.argsort(-inflation, kind="stable").tolist()
            if inflation[j] >= INFLATED and names[j] not in levels]  # fmt: skip
    if model.fit_intercept and len(high) > 1:
        named = high[:NAMED]
        more = [f"{len(high) - NAMED} more"] if len(high) > NAMED else []
        yield TOGETHER.format(
            columns=together([names[j] for j in named] + more),
            times=together([number(inflation[j] ** 0.5, 2) for j in named]),
        )


def levels_of(model: Any) -> set[str]:
    """The columns that are levels of a category, which depend on each other."""
    recipe = getattr(model, "preparation_", None)
    steps = recipe.steps if recipe else ()
    return {name for step in steps if len(step.names) > 1 for name in step.names}
