"""Logistic regression: the smallest neural network, one layer and a sigmoid."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from pellucid.graphs.graph import Graph
from pellucid.minimisers.task import Fit, Options
from pellucid.models import base, extremes, logistic_settings, weights
from pellucid.models.base import Array
from pellucid.models.by_likelihood import OfClasses
from pellucid.models.chosen import told
from pellucid.models.following import CallbackSupport, Followers, followed, is_followed
from pellucid.models.linear_classifiers import LinearClassifier
from pellucid.models.logistic_cost import (
    SEPARABLE,
    MeanCost,
    descended,
    deviations,
    likeliest,
    solved,
)
from pellucid.models.logistic_settings import DESCENT, FOLLOWED, IGNORED, NARROW
from pellucid.models.streamed import logistic as by_passes
from pellucid.models.streamed.taking import taken
from pellucid.regression import powers
from pellucid.regression.powers import filled
from pellucid.tables.frames import kept_labels, labels_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class LogisticRegression(OfClasses, CallbackSupport, LinearClassifier, BaseEstimator):
    """The smallest neural network: p = sigmoid(Xw + b), the chance of the second class.

        J(w, b) = mean(log_loss(Xw + b, y)) + ((1 - r) |w|^2 / 2 + r |w|_1) / (C n)

    For more than two classes it is softmax and cross_entropy. Where rows have weights,
    the mean is weighted and n is their sum; b is not penalised. With `standardise` the
    penalty is one of w times the standard deviations of the columns, so that their
    units do not matter (Hastie, Tibshirani & Friedman 2009, section 3.4). What
    scikit-learn's class takes, this one takes, and refuses what it refuses. The columns
    are centred and scaled inside, and every solver but "gradient-descent" reaches the
    optimum: L-BFGS, or Newton in the form that suits rows and columns; `solver_` tells
    which.

    Parameters
    ----------
    penalty : "l1", "l2", "elasticnet" or None
        Deprecated, as in scikit-learn, with its warning: r = 1, r = 0, r = `l1_ratio`,
        C = infinity.
    C : float
        The inverse strength of the penalty; infinity for none.
    l1_ratio : float
        r, the part of |w|_1 in the penalty; it makes weights exactly 0. (None, which
        is deprecated, is 0.)
    dual : bool
        Of no effect: the dual problem has the same optimum.
    tol : float
        It stops when the cost can fall by less than tol^2 / 10 of itself, 1e-9 unless
        told otherwise, and goes on for a few steps where they are cheap; gradient
        descent stops at a slope of tol.
    fit_intercept : bool
        Whether there is a b.
    intercept_scaling : float
        Of no effect: b is not penalised.
    class_weight : dict or "balanced", optional
        How often the rows of each class count; "balanced" for all classes alike.
    random_state : optional
        Of no effect: nothing is drawn at random.
    solver : str
        "auto", "newton", "lbfgs" or "gradient-descent"; or another name of
        scikit-learn's, "newton-cholesky", "newton-cg", "liblinear", "sag" or "saga". A
        name of scikit-learn's takes the penalties and rows that it takes there, and the
        first two of these form the Hessian at each step, where it is formed at all.
    max_iter : int
        Iterations at most.
    verbose : bool or int
        True shows a bar; k tells the cost each k iterations.
    warm_start : bool
        Whether to begin at the last solution.
    n_jobs : int, optional
        Deprecated, as in scikit-learn: of no effect.
    learning_rate : float
        Of gradient descent: how far to go for a slope of 1.
    start : float
        What the weights are filled with at first; b is 0.
    target : str
        What it runs on: "numpy", "jax" or "torch".
    device : str, optional
        Where: "cpu", or "cuda" on a GPU.
    standardise : bool
        Whether to penalise the weights of standardised columns; `coef_` is of X as it
        came all the same.

    Attributes
    ----------
    coef_ : array (1, d) or (k, d), or a sparse matrix; see `sparsify`
        w, for more than two classes a row a class; float32 where X is.
    intercept_ : array (1,) or (k,)
        b; float32 where X is and that is near enough.
    classes_ : array (k,)
        The classes, sorted.
    n_iter_ : array (1,) of int
        Iterations taken.
    history_ : array
        Entry i is J at iteration i, from 0, the start; of many rows the first iteration
        goes to the minimum of a tenth of them.
    solver_ : str
        How w and b were found, and why so.
    graph_ : Graph
        J as a graph of w, b, X and y (and of the weights s).
    separable_ : bool
        Whether a direction of the weights lowers the cost for ever, so that without a
        penalty there is no optimum: all rows can be told apart, or some can and none is
        told worse (quasi-separation; Albert & Anderson 1984). False with a penalty.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.
    passes_ : int
        How many times the rows were read, where they were streamed.

    References
    ----------
    Cox, "The regression analysis of binary sequences" (1958); Nocedal & Wright,
    "Numerical Optimization" (2006), chapters 3 and 7.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"]
    >>> model = LogisticRegression().fit(X, y)
    >>> model.predict([[0.5], [2.5]])
    array(['no', 'yes'], dtype='<U3')
    >>> print(model.formula())
    z = 0.9583 x - 1.437
    p(y = yes) = 1 / (1 + exp(-z))
    """

    def __init__(
        self, penalty: str | None = "deprecated", *, C: float = 1.0,
        l1_ratio: float | None = 0.0, dual: bool = False,
        tol: float = 1e-4, fit_intercept: bool = True, intercept_scaling: float = 1,
        class_weight: Any = None, random_state: Any = None, solver: str = "auto",
        max_iter: int = 100, verbose: bool | int = 0, warm_start: bool = False,
        n_jobs: int | None = None, learning_rate: float = 0.01, start: float = 0.0,
        target: str = "numpy", device: str | None = None, standardise: bool = False,
    ) -> None:  # fmt: skip
        self.penalty = penalty
        self.C = C
        self.l1_ratio = l1_ratio
        self.dual = dual
        self.tol = tol
        self.fit_intercept = fit_intercept
        self.intercept_scaling = intercept_scaling
        self.class_weight = class_weight
        self.random_state = random_state
        self.solver = solver
        self.max_iter = max_iter
        self.verbose = verbose
        self.warm_start = warm_start
        self.n_jobs = n_jobs
        self.learning_rate = learning_rate
        self.start = start
        self.target = target
        self.device = device
        self.standardise = standardise

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_class = self.solver != "liblinear"
        return tags

    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set the callbacks that follow each `fit`; see `CallbackSupport`.

        Warns
        -----
        UserWarning
            For a solver whose iterations scikit-learn tells nobody of.

        Examples
        --------
        >>> from sklearn.callback import ScoringMonitor
        >>> monitor = ScoringMonitor(scoring="accuracy")
        >>> model = LogisticRegression().set_callbacks(monitor)
        >>> monitor = model.fit([[0.0], [1.0]], [0, 1])
        """
        if self.solver not in FOLLOWED:
            logistic_settings.warned(IGNORED.format(type(self).__name__, self.solver))
        return super().set_callbacks(*callbacks)

    @followed
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w and b.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with its target
            Features; a sparse matrix stays one, but for "gradient-descent". The rows of
            a stream are read anew at each step.
        y : array (n,)
            The class of each row.
        sample_weight : array (n,), optional
            How often each row counts.

        Returns
        -------
        LogisticRegression
            Itself.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used, or one class alone.

        Warns
        -----
        ConvergenceWarning
            When `max_iter` comes before the optimum, or there is none, because the
            classes are separable and nothing is penalised.
        FutureWarning
            For parameters that scikit-learn 1.10 drops.
        UserWarning
            For parameters that contradict each other.

        Examples
        --------
        >>> LogisticRegression(C=2.0).fit([[0.0], [1.0]], [0, 1]).coef_.round(4)
        array([[0.8021]])
        """
        logistic_settings.check(self)
        self._begin()
        if (stream := taken(self, X, y, sample_weight)) is not None:
            return by_passes.fitted(self, stream)
        X, y = base.unpacked(self, X, y)
        self._target, labels = base.target_name(y), labels_of(X)
        wide = self.solver not in NARROW
        sparse = self.solver != DESCENT
        options = {"accept_large_sparse": wide, "sparse": sparse}
        X, y, s = base.all_rows(self, X, y, sample_weight, **options)
        t, s = self._coded(y, s)
        logistic_settings.check_rows(self, X)
        followers = self._followers(X, y, s)
        dtype = logistic_settings.precision(self, X)
        labels = labels if s is None else kept_labels(labels, s > 0)
        X, t, s = base.weighted_rows(X, t, s)
        n = X.shape[0] if s is None else base.total(self, s)
        self._Cn = float(logistic_settings.strength(self)[0] * n)
        self._rows = base.kept(X.astype(float, copy=False), t, s, labels=labels)
        self._scale = deviations(X, s) if self.standardise else None  # (d,)
        fit, self.separable_ = self._minimised(followers)
        missing = weights.weightless(self.classes_, t) if self.separable_ else ""
        self._store(fit, dtype, missing)
        if followers:
            followers.end()
        return self

    def _coded(self, y: Array, s: Array | None) -> tuple[Array, Array | None]:
        """The classes as 0 and 1 or one-hot, and the weights times those of classes."""
        self.classes_, index = weights.classes_of(self, y)
        k = len(self.classes_)
        s = weights.class_weighted(self, self.classes_, index, s)
        return (index.astype(float) if k == 2 else np.eye(k)[index]), s

    def _start(self) -> tuple[Array, Any]:
        """Where to begin: w filled with `start` and b = 0, or at the last solution."""
        k, d = len(self.classes_), self.n_features_in_
        w, b = np.full((k if k > 2 else 1, d), float(self.start)), np.zeros(k)
        last = filled(getattr(self, "coef_", w))
        if self.warm_start and last.shape == w.shape:
            w, b = last, getattr(self, "intercept_", b)
        return (w[0], float(b[0])) if k == 2 else (w.T, b)

    def _followers(self, X: Array, y: Array, s: Array | None) -> Followers | None:
        """Those who follow the fit, where somebody does."""
        if not is_followed(self):
            return None
        rows = {"X": X, "y": y, "metadata": None if s is None else {"sample_weight": s}}
        fitted = functools.partial(self._attributes, dtype=X.dtype)
        return Followers(self, self._start(), fitted, **rows)

    def _minimised(self, followers: Followers | None) -> tuple[Fit, bool]:
        """Cost, penalty and method; also whether the classes are separable."""
        rows, start = base.rows_of(self), self._start()
        shared: dict[str, Any] = {"intercept": self.fit_intercept}
        shared |= {"verbose": self.verbose, "callback": followers}
        where: dict[str, Any] = {"target": self.target, "device": self.device}
        if self.solver == DESCENT:
            from pellucid.minimisers.methods import GradientDescent

            shared |= {"max_iter": self.max_iter, "tol": self.tol, **where}
            method = GradientDescent(self.learning_rate)
            fit = descended(self._cost, start, rows, method=method, **shared)
            return fit, False
        options = Options(self.max_iter, self.tol, **where)
        shared["method"] = self.solver
        try:
            return solved(self._cost, start, rows, options, **shared)
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None

    @property
    def _cost(self) -> MeanCost:
        k, scale = len(self.classes_), self._scale
        ratio = logistic_settings.strength(self)[1]
        if scale is not None and k > 2:
            scale = scale[:, None]  # (d, 1)
        return MeanCost(k, self._Cn, ratio, scale)

    def _attributes(self, x: Any, dtype: Any) -> dict[str, Array]:
        """The coefficients w and b as they are kept, in the precision of X."""
        (w, b), (_, ratio) = x, logistic_settings.strength(self)
        if w.ndim > 1:  # a shift of all classes changes no p: take out its mean
            b = b - np.mean(b)
            w = w if ratio else w - w.mean(axis=1, keepdims=True)
        w, b = extremes.rounded(self, w, b, dtype)  # (d,) or (d, k), () or (k,)
        b = extremes.intercepts(np.atleast_1d(b), dtype)
        return {"coef_": np.atleast_2d(w.T), "intercept_": b}

    def _store(self, fit: Fit, dtype: Any, missing: str = "") -> None:
        """Keep the solution, and say when it is none, or which classes are missing."""
        for name, values in self._attributes(fit.x, dtype).items():
            setattr(self, name, values)
        self.history_, self.n_iter_ = fit.history, np.array([fit.nit], np.int32)
        self.solver_ = told(fit)
        if self.separable_:
            warnings.warn(missing or SEPARABLE, ConvergenceWarning, stacklevel=2)
        elif self.tol and not fit.success:
            why = logistic_settings.stopped(self, fit)
            warnings.warn(why, ConvergenceWarning, stacklevel=2)

    @functools.cached_property
    def _accuracy(self) -> float:
        """The part of the rows that are on the right side, as often as they count.

        Weights of classes are no counts of rows.
        """
        X, y, *s = base.rows_of(self)
        right = likeliest(self._linear(X)) == likeliest(y)
        counts = powers.near_one(s[0]) if s and self.class_weight is None else None
        return float(np.average(right, weights=counts))

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, X and y (and of the weights s)."""
        check_is_fitted(self)
        w = filled(self.coef_).T  # (d, 1) or (d, k)
        b = self.intercept_  # (1,) or (k,)
        start = (w[:, 0], float(b[0])) if len(b) == 1 else (w, b)
        return base.recorded_cost(self, self._cost, *start)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        """Write the fitted model, z and p, as "text" or as "latex".

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> print(model.formula())
        z = 0.4446 x - 0.2223
        p(y = 1) = 1 / (1 + exp(-z))
        """
        from pellucid.models import as_formulas

        return as_formulas.logistic(self, format)

    def plot(self) -> Figure:
        """Draw the probability along one feature, the border of two, or what is said.

        Of more features, how often each probability is said of the rows of either
        class; of more classes, how probable the right class was said to be.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> " ".join(model.plot().axes[0].get_title(loc="left").split())
        'p(y = 1) rises from 44 % to 56 % as x goes from 0 to 1'
        """
        from pellucid.models.pictures import of_classes

        return of_classes.fitted(self)
