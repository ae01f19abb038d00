"""What a linear regression leaves, as the four pictures of R's `plot.lm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.models.base import named, rows_of
from pellucid.models.notes.of_numbers import EXACT, left, noted, subjects
from pellucid.models.pictures import findings
from pellucid.regression.powers import filled
from pellucid.show import plots
from pellucid.statistics.curvature import Curvature, strongest
from pellucid.statistics.normality import shape_of
from pellucid.statistics.spread_of_residuals import unequal_spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.statistics.residuals import Residuals

Pictures = dict[str, tuple["Figure", str]]  # name: picture, caption


def of(model: Any) -> Pictures:
    """The pictures with their captions; none where nothing but rounding is left."""
    subject = next(iter(subjects(model)), None)
    if subject is None:
        return {}
    with np.errstate(invalid="ignore", divide="ignore"):  # of a constant target
        drawn = left(subject.fit) > EXACT
    return dict(_drawn(model, subject)) if drawn else {}


def bends(fit: Residuals) -> Curvature | None:
    """Along what residuals bend so much that a note says so, else that it is seen."""
    sure = findings.SURE
    return noted(fit) or strongest(fit, findings.BENDS, sure, sure)


def _drawn(model: Any, subject: Any) -> Iterator[tuple[str, tuple[Figure, str]]]:
    X, y, *_ = rows_of(model)
    fitted = np.ravel(model.predict(named(model, X)))
    residual, r = np.ravel(y) - fitted, np.nan_to_num(subject.fit.standardised)
    rows = [*subject.rows.astype(str)]
    name = f"predicted {subject.y}"
    bent = bends(subject.fit)
    along, bending = fitted, "the prediction"
    if bent is not None and bent.column < len(subject.names):
        bending = name = subject.names[bent.column]
        along = filled(X[:, [bent.column]])[:, 0]
    yield "residuals", (
        plots.residuals(along, residual, rows=rows, x_label=name,
                        title=findings.curve(bent, bending)),
        "Residuals, observed less predicted, with a smooth line; the three farthest "
        "rows have their numbers.",
    )  # fmt: skip
    yield "spread", (
        plots.spreading(fitted, r, x_label=f"predicted {subject.y}",
                        title=findings.spread(unequal_spread(subject.fit))),
        "How far standardised residuals lie from 0; the line is smooth through them.",
    )  # fmt: skip
    yield (
        "quantiles",
        (
            plots.quantiles(r, rows=rows, title=findings.shape(shape_of(r))),
            "Standardised residuals in order of size, beside those of a normal "
            "distribution; 95 of 100 normal ones lie in the band.",
        ),
    )
    cook = np.nan_to_num(subject.fit.cooks_distance)  # of a row that decides alone none
    yield "leverage", (
        plots.leverage(subject.fit.leverage, r, cook, subject.fit.rank,
                       rows=rows, title=findings.influence(cook, rows)),
        "Leverage is how far a row's columns lie from those of the others; D is Cook's "
        "distance, how far the coefficients move without the row.",
    )  # fmt: skip
