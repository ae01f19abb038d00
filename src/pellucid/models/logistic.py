"""Logistic regression: the smallest neural network, one layer and a sigmoid."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from pellucid.graphs.graph import Graph
from pellucid.minimisers.methods import GradientDescent
from pellucid.minimisers.task import Fit, Options
from pellucid.models import base, extremes, likelihood, weights
from pellucid.models.base import Array
from pellucid.models.scores import Classifier
from pellucid.regression import powers
from pellucid.running.targets import TARGETS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.show.summary import Summary

NEWTON = ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")
DESCENT = "gradient-descent"

CHECKS = {
    "C": base.positive("a positive number, or infinity for no penalty"),
    "l1_ratio": base.number(0, 1),
    "dual": base.flag,
    "tol": base.number(0),
    "fit_intercept": base.flag,
    "intercept_scaling": base.positive(),
    "solver": base.one_of("auto", *NEWTON, DESCENT),
    "max_iter": base.count(0),
    "warm_start": base.flag,
    "learning_rate": base.positive(),
    "start": base.number(-np.inf, expected="a number"),
    "target": base.one_of(*TARGETS),
    "standardise": base.flag,
}


class LogisticRegression(Classifier, BaseEstimator):
    """The smallest neural network: p = sigmoid(Xw + b), the chance of the second class.

        J(w, b) = mean(log_loss(Xw + b, y)) + ((1 - r) |w|^2 / 2 + r |w|_1) / (C n)

    For more than two classes it is softmax and cross_entropy. Where rows have weights,
    the mean is weighted and n is their sum; b is not penalised. With `standardise` the
    penalty is one of w times the standard deviations of the columns, so that their
    units do not matter (Hastie, Tibshirani & Friedman 2009, section 3.4). What
    scikit-learn's class takes, this one takes; every solver but "gradient-descent" is
    the same (proximal) Newton on the graph's own Hessian, and reaches the same optimum.

    Parameters
    ----------
    C : float
        The inverse strength of the penalty; infinity for none.
    l1_ratio : float
        r, the part of |w|_1 in the penalty; it makes weights exactly 0.
    dual : bool
        Of no effect: the dual problem has the same optimum.
    tol : float
        The slope at which to stop; Newton goes on to 1e-10.
    fit_intercept : bool
        Whether there is a b.
    intercept_scaling : float
        Of no effect: b is not penalised.
    class_weight : dict or "balanced", optional
        How often the rows of each class count; "balanced" for all classes alike.
    random_state : optional
        Of no effect: nothing is drawn at random.
    solver : str
        "auto", a name of scikit-learn's, or "gradient-descent".
    max_iter : int
        Iterations at most.
    verbose : bool or int
        True shows a bar; k tells the cost each k iterations.
    warm_start : bool
        Whether to begin at the last solution.
    n_jobs : int, optional
        Of no effect.
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
    coef_ : array (1, d) or (k, d)
        w, for more than two classes a row a class.
    intercept_ : array (1,) or (k,)
        b.
    classes_ : array (k,)
        The classes, sorted.
    n_iter_ : array (1,) of int
        Iterations taken.
    history_ : array
        Entry i is J at iteration i, from 0, the start.
    graph_ : Graph
        J as a graph of w, b, X and y (and of the weights s).
    separable_ : bool
        Whether a direction of the weights lowers the cost for ever, so that without a
        penalty there is no optimum (Albert & Anderson 1984); False with a penalty.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.

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
        self, *, C: float = 1.0, l1_ratio: float = 0.0, dual: bool = False,
        tol: float = 1e-4, fit_intercept: bool = True, intercept_scaling: float = 1,
        class_weight: Any = None, random_state: Any = None, solver: str = "auto",
        max_iter: int = 100, verbose: bool | int = 0, warm_start: bool = False,
        n_jobs: int | None = None, learning_rate: float = 0.01, start: float = 0.0,
        target: str = "numpy", device: str | None = None, standardise: bool = False,
    ) -> None:  # fmt: skip
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
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w and b.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix or `Table` with its target
            Features; a sparse matrix is filled out.
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

        Examples
        --------
        >>> LogisticRegression(C=2.0).fit([[0.0], [1.0]], [0, 1]).coef_.round(4)
        array([[0.8021]])
        """
        base.check_parameters(self, CHECKS)
        X, y = base.unpacked(self, X, y)
        self._target = base.target_name(y)
        X, y, s = base.all_rows(self, X, y, sample_weight)
        t, s = self._coded(y, s)
        X, t, s = base.weighted_rows(X, t, s)
        n = len(X) if s is None else base.total(self, s)
        self._Cn = float(self.C * n)
        self._rows = base.kept(X.astype(float, copy=False), t, s)
        self._scale = likelihood.deviations(X, s) if self.standardise else None  # (d,)
        fit, self.separable_ = self._minimised()
        self._store(fit)
        return self

    def _coded(self, y: Array, s: Array | None) -> tuple[Array, Array | None]:
        """The classes as 0 and 1 or one-hot, and the weights times those of classes."""
        self.classes_, index = base.classes_of(self, y)
        k = len(self.classes_)
        s = weights.class_weighted(self, self.classes_, index, s)
        return (index.astype(float) if k == 2 else np.eye(k)[index]), s

    def _start(self) -> tuple[Array, Any]:
        """Where to begin: w filled with `start` and b = 0, or at the last solution."""
        k, d = len(self.classes_), self.n_features_in_
        w, b = np.full((k if k > 2 else 1, d), float(self.start)), np.zeros(k)
        last = getattr(self, "coef_", w)
        if self.warm_start and last.shape == w.shape:
            w, b = last, getattr(self, "intercept_", b)
        return (w[0], float(b[0])) if k == 2 else (w.T, b)

    def _minimised(self) -> tuple[Fit, bool]:
        """Cost, penalty and method; also whether the classes are separable."""
        rows, start = base.rows_of(self), self._start()
        shared: dict[str, Any] = {"intercept": self.fit_intercept}
        shared["verbose"] = self.verbose
        where: dict[str, Any] = {"target": self.target, "device": self.device}
        if self.solver == DESCENT:
            shared |= {"max_iter": self.max_iter, "tol": self.tol, **where}
            method = GradientDescent(self.learning_rate)
            fit = likelihood.descended(self._cost, start, rows, method=method, **shared)
            return fit, False
        options = Options(self.max_iter, self.tol, **where)
        try:
            return likelihood.solved(self._cost, start, rows, options, **shared)
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None

    @property
    def _cost(self) -> likelihood.MeanCost:
        k, scale = len(self.classes_), self._scale
        ratio = float(self.l1_ratio) if np.isfinite(self._Cn) else 0.0
        if scale is not None and k > 2:
            scale = scale[:, None]  # (d, 1)
        return likelihood.MeanCost(k, self._Cn, ratio, scale)

    def _store(self, fit: Fit) -> None:
        """Keep the solution, and say when it is none."""
        (w, b), (X, y, *_) = fit.x, base.rows_of(self)
        if w.ndim > 1:  # a shift of all classes changes no p: take out its mean
            b = b - np.mean(b)
            w = w if self._cost.l1_ratio else w - w.mean(axis=1, keepdims=True)
        self.coef_ = np.atleast_2d(w.T)  # (1, d) or (k, d)
        self.intercept_ = np.atleast_1d(b)  # (1,) or (k,)
        self.history_, self.n_iter_ = fit.history, np.array([fit.nit], np.int32)
        z = self._linear(X)
        right = likelihood.likeliest(z) == likelihood.likeliest(y)  # (n,)
        self._accuracy = float(np.mean(right))
        if self.separable_:
            told = weights.weightless(self.classes_, y) or likelihood.SEPARABLE
            warnings.warn(told, ConvergenceWarning, stacklevel=3)
        elif self.tol and not fit.success:
            message = (
                f"LogisticRegression stopped before the optimum ({fit.message}): raise "
                "max_iter, or bring the features to like scales."
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=3)

    def decision_function(self, X: Any) -> Array:
        """Compute z = Xw + b: log odds of the second class (n,), or scores (n, k).

        Raises
        ------
        ModelError
            For cells that are not finite.

        Examples
        --------
        >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.decision_function([[0.5]]).round(4)
        array([0.])
        """
        return self._linear(base.rows_to_predict(self, X))

    def _linear(self, X: Array) -> Array:
        """Linear outputs z (n,) or (n, k) of rows that were taken in."""
        z = extremes.bounded(X, self.coef_.T, self.intercept_)  # (n, 1) or (n, k)
        return z if z.shape[1] > 1 else z[:, 0]

    def predict(self, X: Any) -> Array:
        """Give the likeliest class of each row (n,): of two, the second where z > 0.

        Examples
        --------
        >>> LogisticRegression().fit([[0.0], [1.0]], [0, 1]).predict([[0.2], [0.9]])
        array([0, 1])
        """
        z = self.decision_function(X)
        labels: Array = self.classes_[likelihood.likeliest(z)]
        return labels

    def predict_proba(self, X: Any) -> Array:
        """Compute the probability of each class (n, k), sigmoid(z) or softmax(z).

        Examples
        --------
        >>> LogisticRegression().fit([[0.0], [1.0]], [0, 1]).predict_proba([[0.5]])
        array([[0.5, 0.5]])
        """
        from pellucid.models.network import OUTPUTS

        z = self.decision_function(X)
        if z.ndim > 1:
            return np.asarray(OUTPUTS["softmax"](z))
        both = np.column_stack([-z, z])  # each tail to full precision
        return np.asarray(OUTPUTS["logistic"](both))

    def predict_log_proba(self, X: Any) -> Array:
        """Compute the log of the probabilities (n, k), where these underflow too.

        Examples
        --------
        >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.predict_log_proba([[3000.0]]).round()
        array([[-1334.,    -0.]])
        """
        z = self.decision_function(X)
        if z.ndim > 1:
            return np.asarray(log_softmax(z, axis=1))
        return np.asarray(log_expit(np.column_stack([-z, z])))

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, X and y (and of the weights s)."""
        check_is_fitted(self)
        w, b = self.coef_.T, self.intercept_  # (d, 1) or (d, k), (1,) or (k,)
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

    def summary(self) -> Summary:
        """Sum up the fit: cost, accuracy and the estimates, the intercept first.

        Examples
        --------
        >>> LogisticRegression().fit([[0.0], [1.0]], [0, 1]).summary().frame.index[0]
        'intercept'
        """
        from pellucid.models import summary

        return summary.logistic(self)

    def plot(self) -> Figure:
        """Draw the border of classes of two features, the sigmoid, or the cost curve.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.plot().axes[0].get_xlabel()
        'linear output z'
        """
        from pellucid.models import pictures

        return pictures.logistic(self)
