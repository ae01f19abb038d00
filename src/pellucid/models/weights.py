"""Classes and their weights: what `class_weight` means, and who has none."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.base import Array
from pellucid.regression.powers import filled

WEIGHTLESS = (
    "LogisticRegression: no row of the class {} has weight, so that a lower intercept "
    "always lowers the cost, and without a penalty it has no minimum; leave such rows "
    "out, or give a finite C."
)


def classes_of(model: Any, y: Array, n: int | None = None) -> tuple[Array, Array]:
    """The classes, sorted, and for each row the number of its class, from 0.

    Where y is what was found in n rows, an error tells of these.

    Raises
    ------
    ModelError
        When there is one class alone.
    """
    classes = _counted(y)
    if classes is None:
        check_labels(type(model).__name__, y)
        classes = np.unique(y)
    expect_several(model, classes, n or len(y))
    return classes, np.searchsorted(classes, y)


def expect_several(model: Any, classes: Array, n: int) -> None:
    """Refuse one class alone, in all n rows."""
    if len(classes) < 2:
        only = classes.tolist()[0]
        raise ModelError(
            f"{type(model).__name__}: expected two classes or more in y, found one "
            f"class, {only!r}, in all {n} rows; add rows of another class "
            "(scikit-learn: This solver needs samples of at least 2 classes in the "
            f"data, but the data contains only one class: {classes[0]!r})."
        )


def check_labels(name: str, y: Array) -> None:
    """Refuse targets that are no labels, in the name of a model."""
    try:
        check_classification_targets(y)
    except ValueError as error:
        if "continuous" not in str(error):
            raise
        raise ModelError(
            f"{name}: expected the label of a class in each row of y, "
            "got numbers with decimals; fit a regression to numbers, and give shares "
            "as a row of each class with how many they are as sample_weight "
            f"(scikit-learn: {error})"
        ) from None


def _counted(y: Array) -> Array | None:
    """The classes of many whole numbers, which are counted in less time than sorted."""
    if y.ndim > 1 or not np.can_cast(y.dtype, np.int64):
        return None
    low, high = int(np.min(y)), int(np.max(y))
    if high - low >= len(y) // 2:
        return None
    counts = np.bincount(y.astype(np.int64, copy=False) - low)
    return np.asarray(np.flatnonzero(counts) + low, y.dtype)


def class_weighted(
    model: Any, classes: Array, index: Array, s: Array | None
) -> Array | None:
    """The weights of rows times those of their classes, `class_weight`.

    "balanced" is sum(s) / (k s of the class), of the k classes that have weight.

    Raises
    ------
    ModelError
        For a class whose weight is no number from 0 up, and where none has weight.
    """
    if model.class_weight is None:
        return s
    s = np.ones(len(index)) if s is None else s
    s = s * factors(model, classes, index, s)[index]
    if not s.any():
        raise ModelError(f"{type(model).__name__}: {base.NO_WEIGHT}.")
    return s


def factors(model: Any, classes: Array, index: Array, s: Array) -> Array:
    """What the weights of rows are multiplied by, a number for each class (k,).

    Raises
    ------
    ModelError
        For a class whose weight is no number from 0 up.
    """
    counts = np.arange(len(classes)) if s.all() else np.unique(index[s > 0])
    options = {"classes": classes[counts], "y": classes[index[s > 0]]}
    if isinstance(model.class_weight, str):
        options["sample_weight"] = s[s > 0]
    else:
        options = {"classes": classes, "y": classes[index]}
        counts = np.arange(len(classes))
    of_class = np.zeros(len(classes))
    of_class[counts] = compute_class_weight(model.class_weight, **options)
    wrong = ~((of_class >= 0) & np.isfinite(of_class))
    if wrong.any():
        found = f"{of_class[wrong][0]:g} for {classes[wrong].tolist()[0]!r}"
        message = f"expected class weights from 0 up, got {found}; mend class_weight"
        raise ModelError(f"{type(model).__name__}: {message}.")
    return of_class


def weightless(classes: Array, y: Array) -> str:
    """What to say of classes without weight, or '' where there are none; y is coded."""
    there = np.stack([1 - y, y]) if y.ndim == 1 else y.T  # (k, n)
    return absent(classes, np.asarray(there.any(axis=1)))


def absent(classes: Array, there: Array) -> str:
    """The same of classes of which some have weight (k,)."""
    missing = classes[~there].tolist()
    return WEIGHTLESS.format(", ".join(map(repr, missing))) if missing else ""


def one_or_many(y: Any) -> Array:
    """One label a row (n,), or many (n, k), filled out where y is sparse."""
    y = filled(y)
    if type_of_target(y).startswith("multilabel"):
        return np.asarray(y)
    column: Array = column_or_1d(y, warn=True)
    check_classification_targets(column)
    return column
