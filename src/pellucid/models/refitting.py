"""A model fitted anew, as it was fitted, to other columns or to some of its rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from pellucid.models import base
from pellucid.models.base import Array
from pellucid.models.logistic_cost import likeliest
from pellucid.regression.powers import exponents

NEAR = 1e10  # C of a penalty that moves no log likelihood by more than a billionth


def again(model: Any, X: Any, y: Array, *s: Array) -> Any:
    """A model with the parameters of another, fitted to other rows, without a word.

    What it warned of was said when the first was fitted. Weights of rows hold those of
    their classes already.
    """
    other = clone(model)
    if "class_weight" in other.get_params():
        other.set_params(class_weight=None)
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, FutureWarning, RuntimeWarning):
            warnings.simplefilter("ignore", kind)
        return other.fit(X, y, *s)


def design(model: Any) -> Any:
    """The columns (n, p) whose coefficients the model has.

    Powers are those of features that are centred, where there is an intercept, and
    scaled, which span the same as the features' own.
    """
    X, powers = base.rows_of(model)[0], getattr(model, "powers_", None)
    if powers is None:
        return X
    e = exponents(X)
    u = np.ldexp(X.astype(float), -e)
    u = u - np.mean(u, axis=0) if model.fit_intercept else u
    u = u / np.maximum(np.max(np.abs(u), axis=0), np.finfo(float).tiny)
    return np.prod(u[:, None] ** powers, axis=2)


def without(model: Any, places: Array) -> Any:
    """The model without some columns of X, fitted to the same rows."""
    X, t, *s = base.rows_of(model)
    rest = np.delete(np.arange(X.shape[1]), places)
    others = X[:, rest] if len(rest) else np.zeros((X.shape[0], 1))
    return again(model, others, labels(model, t), *s)


def at_the_limit(model: Any) -> Any:
    """The model where the likelihood is as great as it can be, but for rounding.

    Where classes are separable that is nowhere, but larger coefficients come as near as
    one likes: a penalty that weighs nothing beside the likelihood bounds them. Counts
    are told apart in part only, where the fit comes as near.
    """
    if not hasattr(model, "classes_"):
        return model
    X, t, *s = base.rows_of(model)
    near = clone(model).set_params(C=NEAR, standardise=True)
    return again(near, X, labels(model, t), *s)


def labels(model: Any, t: Array) -> Array:
    """The target (n,) as it was given, from how it is kept."""
    t = t[:, 0] if t.ndim == 2 and t.shape[1] == 1 else t
    classes = getattr(model, "classes_", None)
    return t if classes is None else np.asarray(classes[likeliest(t)])
