"""What the estimators share: taking in rows, keeping them, and saying what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from pellucid.errors import ModelError
from pellucid.graphs.graph import Graph
from pellucid.models import faults
from pellucid.regression.powers import filled, is_sparse
from pellucid.tables.frames import is_frame, is_made
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table

Array = NDArray[Any]

FLOATS = (np.float64, np.float32)


# -- rows -----------------------------------------------------------------------------


def unpacked(model: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Take the features and the target out of a `Table`, with their names.

    The model keeps the table's preparation, for rows to predict.

    Raises
    ------
    ModelError
        When there is no target.
    """
    model.preparation_ = None
    if isinstance(X, Table) and y is None:
        import pandas as pd

        table = X.for_fitting()
        model.preparation_ = table.preparation
        y = pd.Series(table.y, name=table.target)
        names, labels = list(table.names), table.labels
        return pd.DataFrame(table.X, labels, names, copy=False), y
    if y is None:
        message = (
            "This estimator requires y to be passed, but the target y is None: give "
            "fit(X, y), or rows with a target, fit(pl.rows(..., target=...))."
        )
        raise ModelError(message)
    return X, y


def prepared(model: Any, X: Any) -> Any:
    """Raw columns as the model learned to read them; other rows as they are.

    Raises
    ------
    TableError
        For a column that is not there, a level that was never seen, a missing cell.
    """
    import pandas as pd

    recipe = getattr(model, "preparation_", None)
    if isinstance(X, Table):
        if recipe is None or X.raw is None or X.preparation == recipe:
            return pd.DataFrame(X.X, columns=list(X.names), copy=False)
        cells = recipe.complete(X.raw)
        return pd.DataFrame(cells, columns=list(recipe.names), copy=False)
    if recipe is None or is_made(X, recipe.names):
        return X
    from pellucid.tables.from_arrays import array_grid, frame_grid

    grid = frame_grid(X) if is_frame(X) else array_grid(X)
    return pd.DataFrame(recipe.complete(grid), columns=list(recipe.names))


def training_rows(
    model: Any, X: Any, y: Any, sample_weight: Any = None, **options: Any
) -> tuple[Array, Array, Array | None]:
    """Take in the rows to learn from; see `all_rows`. A row of weight 0 is none."""
    return weighted_rows(*all_rows(model, X, y, sample_weight, **options))


def weighted_rows(
    X: Array, y: Array, s: Array | None
) -> tuple[Array, Array, Array | None]:
    """The rows that have weight: one of weight 0 is no row."""
    if s is None or (s > 0).all():
        return X, y, s
    return X[s > 0], y[s > 0], s[s > 0]


def all_rows(
    model: Any, X: Any, y: Any, sample_weight: Any = None, *, sparse: bool = False,
    **options: Any,
) -> tuple[Array, Array, Array | None]:  # fmt: skip
    """Take in rows, as scikit-learn does: features, target, weights.

    Parameters
    ----------
    model : estimator
        Learns from them how many features there are, and what they are called.
    X : array (n, d), data frame or sparse matrix
        Features.
    y : array (n,) or (n, k)
        Target.
    sample_weight : array (n,), optional
        How often each row counts.
    sparse : bool
        Whether a sparse matrix stays one (CSR), and is not filled out.
    **options
        Of `sklearn.utils.validation.validate_data`.

    Returns
    -------
    X : array (n, d) of floats
    y : array
        As it came.
    s : array (n,) or None
        The weights.

    Raises
    ------
    ModelError
        For different lengths, cells that are not finite, weights that are negative.
    ValueError
        For what else scikit-learn refuses.
    """
    faults.expect_rows(model, X)
    _same_length(model, X, y)
    options = {"accept_sparse": "csr", "dtype": FLOATS, **options}
    X, y = _validated(model, X, y, **options)
    X = merged(X) if sparse else filled(X)
    s = None if sample_weight is None else _weights(model, sample_weight, X)
    return X, y, s


def _weights(model: Any, sample_weight: Any, X: Array) -> Array:
    """The weights (n,) of rows: finite, not negative, not all 0."""
    try:
        s: Array = _check_sample_weight(sample_weight, X, dtype=float)
    except ValueError as error:
        if any(word in str(error) for word in ("NaN", "infinity")):
            faults.refuse_cell(model, sample_weight, "sample_weight")
        if "non-zero" in str(error):
            raise ModelError(f"{_name(model)}{NO_WEIGHT}.") from None
        raise
    if np.min(s) < 0:
        found = f"got weights from {np.min(s):g} to {np.max(s):g}; mend sample_weight"
        raise ModelError(f"{_name(model)}expected weights of at least 0, {found}.")
    return s


NO_WEIGHT = (
    "expected a weight above 0 for some row, got none (scikit-learn: Sample weights "
    "must contain at least one non-zero number); mend sample_weight or class_weight"
)


def total(model: Any, s: Array) -> float:
    """The sum of weights, by which a penalty is divided.

    Raises
    ------
    ModelError
        When it is beyond what their dtype holds.
    """
    with np.errstate(over="ignore"):
        n = float(np.sum(s))
    if np.isfinite(n):
        return n
    message = f"expected weights whose sum {s.dtype} holds, got up to {np.max(s):.3g}"
    raise ModelError(f"{_name(model)}{message}; divide them all by one number.")


def rows_to_predict(model: Any, X: Any, sparse: bool = False, **more: Any) -> Array:
    """Take in rows of the features that a fitted model knows; see `all_rows`."""
    check_is_fitted(model)
    faults.expect_rows(model, X)
    X = prepared(model, X)
    options = {"accept_sparse": "csr", "dtype": FLOATS, "reset": False, **more}
    X = _validated(model, X, **options)
    return X if sparse else filled(X)


def merged(X: Any) -> Any:
    """A sparse matrix whose cells are stored once each, in order; the rest as it is."""
    if not is_sparse(X) or X.has_canonical_format:
        return X
    X = X.copy()
    X.sum_duplicates()
    return X


def _validated(model: Any, X: Any, *y: Any, **options: Any) -> Any:
    """Let scikit-learn check the rows; name the cell that it cannot use."""
    fitting = bool(y)
    faults.refuse_repeated(model, X)
    faults.refuse_silent(model, X, *y, fitting=fitting)
    try:
        return validate_data(model, X, *y, **options)
    except (ValueError, TypeError, OverflowError) as error:
        theirs = str(error).partition("\n")[0]
        faults.refuse_cell(model, X, "X", fitting=fitting, theirs=theirs)
        options = {"labels": not is_regressor(model), "theirs": theirs}
        for target in y:
            faults.refuse_cell(model, target, "y", **options)
        raise


def _same_length(model: Any, X: Any, y: Any) -> None:
    shapes = [getattr(array, "shape", None) or _length(array) for array in (X, y)]
    if all(shapes) and shapes[0][0] != shapes[1][0]:
        message = (
            f"{_name(model)}expected a value of y for each row of X, got "
            f"{shapes[1][0]} values for {shapes[0][0]} rows; look for what is missing "
            "in one of them (scikit-learn: Found input variables with inconsistent "
            f"numbers of samples: {[shape[0] for shape in shapes]})."
        )
        raise ModelError(message)


def _length(array: Any) -> tuple[int, ...]:
    return (len(array),) if isinstance(array, Sequence) else ()


def _name(model: Any) -> str:
    return f"{type(model).__name__}: "


# -- what is kept of the rows ---------------------------------------------------------


@dataclass(frozen=True, repr=False)
class FittedRows:
    """The rows that a model was fitted to, for its pictures and its graph.

    A model that is pickled leaves them behind, all but their shapes and dtypes.
    `labels` are what they are called, None where it is by their numbers. Of a stream
    there are no arrays: it is read again where its rows are asked for.
    """

    arrays: tuple[Array, ...] | None
    kinds: tuple[tuple[tuple[int, ...], np.dtype[Any]], ...]
    labels: Any = None
    stream: Stream | None = None

    def __reduce__(self) -> Any:
        return FittedRows, (None, self.kinds)

    @property
    def called(self) -> Any:
        """What a person calls the rows (n,): by a label, or a number from 1."""
        numbers = np.arange(1, self.kinds[0][0][0] + 1)
        return numbers if self.labels is None else self.labels


def kept(*arrays: Array | None, labels: Any = None) -> FittedRows:
    """Keep arrays; None is left out."""
    there = tuple(array for array in arrays if array is not None)
    kinds = tuple((array.shape, array.dtype) for array in there)
    return FittedRows(there, kinds, labels)


def rows_of(model: Any) -> tuple[Array, ...]:
    """The rows that a model was fitted to.

    Raises
    ------
    ModelError
        When the model was loaded from a file, which does not hold them.
    """
    check_is_fitted(model)
    if model._rows.arrays is None:
        if model._rows.stream is not None:
            message = "expected rows in memory, got a model of a stream"
            raise ModelError(f"{_name(model)}{message}; fit to some, stream.sample(n).")
        message = "expected a model with the rows it was fitted to, got one from a file"
        raise ModelError(f"{_name(model)}{message}; fit it again.")
    arrays: tuple[Array, ...] = model._rows.arrays
    return arrays


def recorded_cost(model: Any, cost: Callable[..., Any], *parameters: Any) -> Graph:
    """The graph of a cost of parameters and of the rows that a model was fitted to."""
    from pellucid.graphs.tracing.trace import trace

    stand_ins = (np.broadcast_to(np.zeros((), t), s) for s, t in model._rows.kinds)
    return trace(cost, (*parameters, *stand_ins), {})


def named(model: Any, X: Array) -> Any:
    """Rows (n, d) under the names of the features, where the model was told some."""
    import pandas as pd

    names = getattr(model, "feature_names_in_", None)
    return X if names is None else pd.DataFrame(X, columns=names)


def feature_names(model: Any) -> list[str]:
    """What the features are called: x where there is one, else x1, x2, ..."""
    d = model.n_features_in_
    default = [f"x{j + 1}" for j in range(d)] if d > 1 else ["x"]
    names = [str(name) for name in getattr(model, "feature_names_in_", default)]
    return [name if name.strip() else f"column {j}" for j, name in enumerate(names, 1)]


def target_name(y: Any) -> str:
    """What the target is called: the name of its column, where it has one, else y."""
    name, *end = *list(getattr(y, "columns", [getattr(y, "name", None)])), None
    return name if isinstance(name, str) and name.strip() and end == [None] else "y"


def target_names(model: Any) -> list[str]:
    """What the targets of a linear regression are called; y1, y2, ... where several."""
    if len(np.atleast_2d(model.coef_)) == 1:
        return [model._target]
    return [f"y{i + 1}" for i in range(len(model.coef_))]
