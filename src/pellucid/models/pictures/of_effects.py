"""What columns do, as pictures: all beside one another, and each on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from pellucid.models import effects
from pellucid.models.base import Array, named, rows_of, target_names
from pellucid.models.constraints import constraints_of
from pellucid.models.effects import Column
from pellucid.models.pictures import findings
from pellucid.regression.powers import filled
from pellucid.show import plots
from pellucid.show.plain_text import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    Pictures = dict[str, tuple[Figure, str]]  # name: picture, caption

POINTS = 100  # of a curve
SHOWN = 6  # columns, and classes
MEANS = ", the other columns at their means"
BAR = ", with its 95 % interval"
NUMBER = "two standard deviations more of a number (from low to high)"
LEVEL = "a level of a category (1 instead of 0)"


def standardised(model: Any) -> Pictures:
    """The effect of each column, in units in which they can be compared."""
    if constraints_of(model):
        return {}
    X, *_ = rows_of(model)
    frame = effects.standardised(model, X)
    apart = effects.of_two(filled(X))
    unit = " or ".join([NUMBER] * (not apart.all()) + [LEVEL] * bool(apart.any()))
    if getattr(model, "classes_", None) is None:
        return {"effects": _of_numbers(model, frame, unit)}
    if frame.index.nlevels == 1:
        second = str(model.classes_[1])
        return {"effects": _odds(frame, f"{model._target} = {second}", unit)}
    classes = list(dict.fromkeys(frame.index.get_level_values(0)))[:SHOWN]
    first = next(str(c) for c in model.classes_ if str(c) not in map(str, classes))
    drawn = {
        f"effects-{i}": _odds(frame.loc[label], f"{label} against {first}", unit)
        for i, label in enumerate(classes, 1)
    }
    for label, name in list(zip(classes, drawn, strict=True))[1:]:
        drawn[name] = (
            drawn[name][0],
            f"The same for the odds of {label} against {first}.",
        )
    return drawn


def _of_numbers(model: Any, frame: Any, unit: str) -> tuple[Figure, str]:
    (y,) = target_names(model)
    w, low, high = frame.to_numpy().T
    title = findings.effects([*frame.index], w, (low > 0) | (high < 0))
    said = f"Change of {y} with {unit}, the other columns being equal."
    drawn = plots.effects(
        [*frame.index], w, low, high, title=title, x_label=f"change of {y}"
    )
    return drawn, f"{said} {_bars(0)}"


def _bars(none: int) -> str:
    return (
        f"Bars are 95 % intervals; the dot is filled where its bar leaves {none} out."
    )


def _odds(frame: Any, event: str, unit: str) -> tuple[Figure, str]:
    w, low, high = frame.to_numpy().T
    told = (low > 0) | (high < 0)
    with np.errstate(over="ignore"):
        ratios = np.exp([w, low, high])
    found = findings.effects([*frame.index], w, told, "odds ratio", 1)
    drawn = plots.effects(
        [*map(str, frame.index)], *ratios, ratios=True, x_label="odds ratio",
        title=f"{event}: {found[0].lower()}{found[1:]}",
    )  # fmt: skip
    said = f"By what the odds of {event} are multiplied with {unit}."
    return drawn, f"{said} {_bars(1)}"


# -- one column at a time -------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """The rows of a model of a number, or of two classes, and what is predicted."""

    model: Any
    X: Array
    residual: Array  # of classes, none
    event: str
    scale: Callable[[Array], Array]  # from the linear output to what is predicted
    said: Callable[[float], str]

    def at(self, rows: Array) -> list[Array]:
        """What is predicted of rows, and the bounds of its interval."""
        return [self.scale(z) for z in effects.along(self.model, rows)]

    @property
    def centre(self) -> Array:
        """The mean of each column."""
        return np.asarray(self.X.mean(axis=0))


def partial(model: Any) -> Pictures:
    """The columns of the largest effects, each on its own, the others at means."""
    X, y, *_ = rows_of(model)
    X, size = filled(X), effects.sizes(model, X)
    columns = sorted(
        effects.raw_columns(model), key=lambda c: -max(size[j] for j in c.places)
    )
    classes = [str(label) for label in getattr(model, "classes_", ())]
    if len(classes) > 2:
        drawn = [_classes(model, X, c, classes) for c in columns[:SHOWN]]
        return {f"partial-{i}": picture for i, picture in enumerate(drawn, 1)}
    if classes:
        event = f"p({model._target} = {classes[1]})"
        rows = Rows(model, X, np.empty(0), event, expit, findings.percent)
    else:
        (event,) = target_names(model)
        residual = np.ravel(y) - np.ravel(model.predict(named(model, X)))
        rows = Rows(model, X, residual, event, np.asarray, lambda v: number(v, 3))
    return {f"partial-{i}": _of(rows, c) for i, c in enumerate(columns[:SHOWN], 1)}


def _classes(
    model: Any, X: Array, column: Column, labels: list[str]
) -> tuple[Figure, str]:
    """The probability of each class along a number, or at each level of a category."""
    j, name, centre = column.places[0], column.name, X.mean(axis=0)
    told = findings.untold(name, model._target, effects.chance(model, column))
    levels, at = _at_levels(X, column)
    if levels:
        p = model.predict_proba(named(model, at))
        title = told or findings.likeliest_at(p, labels, name, levels)
        drawn = plots.shares_at(levels, p, labels=labels, title=title)
        return drawn, f"The probability of each class at each level of {name}{MEANS}."
    x = np.linspace(X[:, j].min(), X[:, j].max(), POINTS)
    p = model.predict_proba(named(model, effects.rows_along(j, x, centre)))
    title = told or findings.likeliest(p, labels, name)
    drawn = plots.shares(x, p, labels=labels, rows=X[:, j], title=title, x_label=name)
    return drawn, f"The probability of each class along {name}{MEANS}."


def _at_levels(X: Array, column: Column) -> tuple[list[str], Array]:
    """The levels of a category, or of a column of two numbers, and a row of each."""
    centre, (j, *_) = X.mean(axis=0), column.places
    if column.levels:
        return list(column.levels), effects.rows_of_levels(column, centre)
    values = np.unique(X[:, j])
    if len(values) > 2:
        return [], X[:0]
    return [number(v, 4) for v in values], effects.rows_along(j, values, centre)


def _of(rows: Rows, column: Column) -> tuple[Figure, str]:
    """A column: a category by level, a number as a line or a curve."""
    told = findings.untold(column.name, rows.event, effects.chance(rows.model, column))
    levels, at = _at_levels(rows.X, column)
    if levels:
        return _levels(rows, column.name, levels, at, told)
    draw = _component if rows.residual.size else _band
    return draw(rows, column.name, column.places[0], told)


def _levels(
    rows: Rows, name: str, levels: list[str], at: Array, told: str
) -> tuple[Figure, str]:
    """What is predicted at each level of a category."""
    y, low, high = rows.at(at)
    most, least = ((levels[i], rows.said(y[i])) for i in (np.argmax(y), np.argmin(y)))
    title = told or findings.levels(name, rows.event, most, least)
    drawn = plots.levels(levels, y, low, high, x_label=rows.event, title=title)
    return drawn, f"{rows.event} at each level of {name}{_bar(low)}{MEANS}."


def _bar(low: Array) -> str:
    """That there are intervals, where there are."""
    return BAR if np.isfinite(low).any() else ""


def _component(rows: Rows, name: str, j: int, told: str) -> tuple[Figure, str]:
    """A number in a linear regression, with what is left of each row."""
    model, x = rows.model, rows.X[:, j]
    w = float(np.ravel(model.coef_)[j])
    place = j + model.fit_intercept
    error = np.nan if constraints_of(model) else model._statistics.errors()[place]
    drawn = plots.component(
        x, w * (x - x.mean()) + rows.residual, w, error, x_label=name,
        y_label=f"part of {rows.event}",
        title=told or findings.slope(rows.event, name, w),
    )  # fmt: skip
    return drawn, (
        f"What {name} adds to {rows.event}, the other columns being equal, and what "
        "is left of each row; dashed, a smooth line through the rows."
    )


def _band(rows: Rows, name: str, j: int, told: str) -> tuple[Figure, str]:
    """A number in a regression of two classes: the probability along it."""
    x = np.linspace(rows.X[:, j].min(), rows.X[:, j].max(), POINTS)
    p, low, high = rows.at(effects.rows_along(j, x, rows.centre))
    ends = rows.said(p[0]), rows.said(p[-1])
    drawn = plots.band(
        x, p, low, high, rows=rows.X[:, j], x_label=name, y_label=rows.event,
        title=told or findings.course(rows.event, name, x, ends, up=p[-1] > p[0]),
    )  # fmt: skip
    return drawn, f"{rows.event} along {name}{_bar(low)}{MEANS}."
