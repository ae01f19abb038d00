"""Numbers near the ends of float64, 1e-308 and 1e308: computed right, or refused."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils.validation import (
    _check_sample_weight,
    assert_all_finite,
    check_consistent_length,
)

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.base import Array
from pellucid.regression import design, powers
from pellucid.regression.columns import Moments
from pellucid.regression.powers import filled

MOVED = 1e-4  # log odds that the rounding of an intercept may move
SURE = 2.0**1022  # a score; twice as much is a float64 still
HALF_WAY = 600  # 2^-600: products of what comes near 1e308 become safe to sum


def output(X: Array, w: Array, b: Any) -> Array:
    """Compute z = Xw + b, also where a term of the sum is beyond float64 and z not.

    X and w may be sparse; z is an array.

    Examples
    --------
    >>> output(np.array([[1.5e308, 1.5e308]]), np.array([1.0, -1.0]), 0.0)
    array([0.])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        z: Array = filled(_product(X, w)) + b
        if np.isfinite(z).all():
            return z
        small = filled((X.astype(float) * 2.0**-HALF_WAY) @ w)
        return np.asarray(np.ldexp(small + np.ldexp(b, -HALF_WAY), HALF_WAY))


def _product(X: Array, w: Array) -> Any:
    """X w, of one output as `regression` takes it."""
    if w.shape[1:] == (1,) and not powers.is_sparse(w):
        return design.product(X, w[:, 0])[:, None]
    return X @ w


def bounded(X: Array, w: Array, b: Any) -> Array:
    """The output as a score, within bounds: so far out a class is sure."""
    return np.clip(output(X, w, b), -SURE, SURE)


def finite(model: Any, z: Array) -> Array:
    """The predictions of a model.

    Raises
    ------
    ModelError
        For one that is beyond float64.
    """
    beyond = np.flatnonzero(~np.isfinite(z).reshape(len(z), -1).all(axis=1))
    if not len(beyond):
        return z
    message = f"row {beyond[0] + 1} is beyond what float64 holds, 1.8e308"
    raise ModelError(
        f"{type(model).__name__}: expected predictions that are numbers, but that of "
        f"{message}; leave such rows out, or fit y in a larger unit."
    )


def refused(
    model: Any, error: powers.OutOfRangeError, terms: Sequence[str] | None = None
) -> ModelError:
    """Say which coefficient, of features or of terms, float64 cannot hold."""
    names, j = base.feature_names(model) if terms is None else terms, error.place[0]
    what = f"a coefficient of {names[j]}" if j < len(names) else "an intercept"
    features = names[j] if terms is None else "its features"
    change = f"{features} or the target" if j < len(names) else "the target"
    return ModelError(
        f"{type(model).__name__}: expected {what} from 2.2e-308 to 1.8e308, which "
        f"float64 holds with all digits, got one near 1e{error.size:+.0f}; give "
        f"{change} in another unit."
    )


def as_single(model: Any, array: Array, dtype: Any, what: str) -> Array:
    """Numbers in the precision of the features, which may be a single one.

    Raises
    ------
    ModelError
        For a number beyond that.
    """
    with np.errstate(over="ignore"):
        cast = array.astype(dtype)
    if not np.isfinite(cast).all():
        raise ModelError(
            f"{type(model).__name__}: expected {what} to be numbers that {cast.dtype} "
            f"holds, as X is, got up to {np.max(np.abs(array)):.3g}; change the unit, "
            "or X as float64."
        )
    return cast


def rounded(model: Any, w: Array, b: Any, dtype: Any) -> tuple[Array, Any]:
    """Weights in the precision of the features, and intercepts that go with them.

    Of columns that lie far from 0 a rounded weight moves all outputs alike. So the
    intercept is such that at the mean of the rows nothing is moved.

    Raises
    ------
    ModelError
        For a weight beyond that precision.
    """
    coef = as_single(model, w, dtype, "coef_")
    if coef.dtype == float or not model.fit_intercept:
        return coef, b
    X, _, *s = base.rows_of(model)
    moments = Moments.of(X, s[0] if s else None)
    return coef, b + np.ldexp(moments.mean, moments.exponent) @ (w - coef)


def intercepts(b: Array, dtype: Any) -> Array:
    """Intercepts in the precision of the features, where that moves no output much."""
    with np.errstate(over="ignore"):
        cast = b.astype(dtype)
    return cast if np.abs(cast - b).max() <= MOVED else b


def r2(y: Array, z: Array, s: Array | None = None) -> float:
    """1 - SSE/SST, its mean over the targets, by scikit-learn's conventions.

    Of a target that does not vary it is 1 where all is predicted exactly, else 0; of
    fewer than two rows it is nan. The scale of y has no say in it.

    Examples
    --------
    >>> r2(np.array([1e-200, 2e-200, 3e-200]), np.array([1e-200, 2e-200, 4e-200]))
    0.5
    """
    y, z = (np.asarray(a, float).reshape(len(a), -1) for a in (y, z))  # (n, k)
    check_consistent_length(y, z, s)
    if y.shape[1] != z.shape[1]:
        found = f"expected {z.shape[1]} targets a row, as predicted, got {y.shape[1]}"
        raise ModelError(f"r2: {found}; give y as it was in the fit.")
    if len(y) < 2:
        message = "r2: expected two rows or more, got one, of which it is nan."
        warnings.warn(message, UndefinedMetricWarning, stacklevel=3)
        return np.nan
    if not (powers.are_near(y) and powers.are_near(z)):
        e = powers.exponents(y)
        with np.errstate(over="ignore"):
            y, z = powers.scaled(y, e), powers.scaled(z, e)
    first = np.where((y == y[0]).all(axis=0), y[0], 0.0)  # no rounding of a constant
    if s is not None:
        s = powers.near_one(_check_sample_weight(s, y, dtype=float))
    with np.errstate(over="ignore"):
        y, z = y - first, np.nan_to_num(z - first, nan=np.nan)
        for numbers in (y, z):
            assert_all_finite(numbers)
        return _explained(y, z, s)


def _explained(y: Array, z: Array, s: Array | None) -> float:
    """1 - SSE/SST of y (n, k) predicted as z (n, k), its mean over the targets."""
    weights = 1.0 if s is None else s[:, None]
    SSE = np.sum(weights * (y - z) ** 2, axis=0)  # (k,)
    SST = np.sum(weights * (y - np.average(y, axis=0, weights=s)) ** 2, axis=0)
    varies = SST > 0
    parts = np.where(varies, 1 - SSE / np.where(varies, SST, 1.0), SSE == 0)
    return float(np.mean(parts))
