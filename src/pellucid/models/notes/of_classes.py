"""What a careful colleague would say of a logistic regression, its rows being seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.notes.notes import Given
from pellucid.models.notes.of_numbers import FAR, MOST, moved
from pellucid.regression.powers import is_sparse
from pellucid.statistics import copies
from pellucid.tables.wording import counted, together

FEW = 5.0  # rows of a class for each coefficient
UNEQUAL = 0.9  # of the rows, those of one class
BETTER = 0.5  # of the mistakes of always saying that class, those that are left
TENFOLD = 10  # products that a row takes here, beside a row of least squares
COPY = 0.998  # area under the curve of one column alone

FEW_ROWS = (
    "{rows} of {y} = {label} for {coefficients} is {each} for each, "
    "where five to ten are the least: the coefficients may be far too large, and their "
    "intervals do not hold. Leave columns out, merge levels, or penalise them (C=1, "
    "standardise=True)."
)
ONE_CLASS = (
    "{share:.1%} of the rows are {y} = {label}, so that always saying so is right "
    "{share:.1%} of the time, and the accuracy of {accuracy:.1%} says little beside "
    'it: look at AUC, log loss and the recall of {others}; class_weight="balanced" '
    "heeds all classes alike."
)
COPIED = (
    "{column} alone tells {labels} apart {nearly}: where it is known no sooner than "
    "{y}, leave it out."
)


def of_rows(model: Any) -> Iterator[str]:
    """The notes on a model that has its rows."""
    if model._rows.arrays is None:
        return
    X, y, *weights = model._rows.arrays
    place = (y > 0.5).astype(int) if y.ndim == 1 else np.argmax(y, axis=1)
    s = weights[0] if weights and model.class_weight is None else np.ones(len(place))
    rows = np.bincount(place, s, minlength=len(model.classes_))
    yield from few(model, rows)
    yield from copied(model, X, place)
    yield from unequal(model, rows)
    if not (model.separable_ or np.isfinite(model._Cn)):
        yield from far(model)


def far(model: Any, times: float = 1.0) -> Iterator[str]:
    """Rows that move all coefficients, whose variances are so many times as large."""
    n, p = model._rows.kinds[0][0][0], model._statistics.rank
    if np.isnan(p) or TENFOLD * n * p**2 > MOST:
        return
    distance = model._statistics.diagnostics()["Cook's distance"][:n] / times
    if np.any(distance > FAR):
        distance = np.where(distance > FAR, distance, 0.0)
        yield moved(model._target, model._rows.called, distance)


def few(model: Any, rows: Array) -> Iterator[str]:
    """A class has few rows for each coefficient, and nothing holds those back.

    Peduzzi and others, "A simulation study of the number of events per variable in
    logistic regression analysis" (1996), asks for ten; Vittinghoff & McCulloch,
    "Relaxing the rule of ten events per variable in logistic and Cox regression"
    (2007), finds trouble below five; van Smeden and others, "Sample size for binary
    logistic prediction models" (2019), that no such number is enough by itself.
    """
    d, rarest = model.n_features_in_, int(np.argmin(rows))
    held = np.isfinite(model._Cn) or model.separable_
    if held or not 0 < rows[rarest] < FEW * d:
        return
    number = rows[rarest]
    yield FEW_ROWS.format(
        rows=f"{number:g} row{'' if number == 1 else 's'}",
        y=model._target, label=model.classes_[rarest],
        coefficients=counted(d, "coefficient"), each=f"{number / d:.1f}",
    )  # fmt: skip


def unequal(model: Any, rows: Array) -> Iterator[str]:
    """Nearly all rows are of one class, and the model hardly does better than that."""
    most = int(np.argmax(rows))
    share = float(rows[most] / np.sum(rows))
    mistakes = 1 - model._accuracy
    if share < UNEQUAL or mistakes < BETTER * (1 - share) or model.class_weight:
        return
    labels = [str(label) for label in np.delete(model.classes_, most)]
    yield ONE_CLASS.format(
        share=share, y=model._target, label=model.classes_[most],
        accuracy=model._accuracy, others=together(labels),
    )  # fmt: skip


def copied(model: Any, X: Array, place: Array) -> Iterator[str]:
    """One column among others tells the classes apart, all but a few rows."""
    if is_sparse(X) or X.shape[1] < 2:
        return
    j, area = copies.best(X, place, len(model.classes_), COPY)
    if j >= 0 and not (area == 1 and model.separable_):  # else that is told
        labels = together([str(label) for label in model.classes_])
        nearly = (
            "without a mistake" if area == 1 else f"all but a few rows (AUC {area:.4f})"
        )
        note = COPIED.format(
            column=base.feature_names(model)[j], labels=labels, nearly=nearly,
            y=model._target,
        )  # fmt: skip
        yield Given(note) if area == 1 else note
