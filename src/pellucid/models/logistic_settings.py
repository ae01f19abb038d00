"""What the settings of logistic regression may be, alone and together.

A solver with a name of scikit-learn's takes what it takes there and is refused what is
refused there; "auto", "newton" and "gradient-descent" take every penalty and any number
of classes.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.minimisers.task import Fit
from pellucid.models import checks
from pellucid.running.targets import TARGETS

DESCENT = "gradient-descent"
OURS = ("auto", "newton", DESCENT)
NAMED = ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")
FOLLOWED = (*OURS, "lbfgs")  # whose iterations callbacks are told of
NARROW = ("liblinear", "sag", "saga")  # that take sparse indices of 32 bits alone

PENALTIES = ("l1", "l2", "elasticnet")
MEANS = {"l2": 0, "l1": 1}  # of l1_ratio
UNSET = "deprecated"  # what `penalty` is unless somebody sets it

CHECKS = {
    "penalty": checks.one_of(*PENALTIES, None, UNSET),
    "C": checks.positive("a positive number, or infinity for no penalty"),
    "l1_ratio": checks.either(checks.number(0, 1), checks.one_of(None)),
    "dual": checks.flag,
    "tol": checks.number(0),
    "fit_intercept": checks.flag,
    "intercept_scaling": checks.positive(),
    "solver": checks.one_of(*OURS, *NAMED),
    "max_iter": checks.count(0),
    "warm_start": checks.flag,
    "learning_rate": checks.positive(),
    "start": checks.number(-np.inf, expected="a number"),
    "target": checks.one_of(*TARGETS),
    "standardise": checks.flag,
    "class_weight": checks.either(
        (lambda value: isinstance(value, dict), "a dict"),
        checks.one_of("balanced", None),
    ),
    "random_state": checks.either(
        checks.count(0),
        (lambda value: isinstance(value, np.random.RandomState), "a RandomState"),
        checks.one_of(None),
    ),
    "verbose": checks.either(checks.count(0), checks.flag),
    "n_jobs": checks.either(checks.count(-(2**63)), checks.one_of(None)),
}


# -- the penalty ----------------------------------------------------------------------

PENALTY = (
    "'penalty' was deprecated in version 1.8 and will be removed in 1.10. To avoid "
    "this warning, leave 'penalty' set to its default value and use 'l1_ratio' or 'C' "
    "instead. Use l1_ratio=0 instead of penalty='l2', l1_ratio=1 instead of "
    "penalty='l1', l1_ratio set to a float between 0 and 1 instead of "
    "penalty='elasticnet', and C=np.inf instead of penalty=None."
)
NO_RATIO = (
    "'l1_ratio=None' was deprecated in version 1.8 and will trigger an error in 1.10. "
    "Use 0<=l1_ratio<=1 instead."
)
IDLE_RATIO = "l1_ratio parameter is only used when penalty is 'elasticnet'. Got "
CONTRARY = "penalty is deprecated. Please use l1_ratio only."
IGNORED = (
    "Callbacks are only supported in {} for solver='lbfgs', 'auto', 'newton' and "
    "'gradient-descent'. This estimator has solver='{}', callbacks will be ignored "
    "during the solving of the regression."
)
IDLE_C = "Setting penalty=None will ignore the C and l1_ratio parameters"
IDLE_JOBS = "'n_jobs' has no effect since 1.8 and will be removed in 1.10. You provided"


def penalty_of(model: Any) -> str | None:
    """The name of the penalty, None for none."""
    if model.penalty != UNSET:
        kind: str | None = model.penalty
        return kind
    if np.isinf(model.C):
        return None
    ratio = model.l1_ratio or 0
    return "l2" if ratio == 0 else "l1" if ratio == 1 else "elasticnet"


def strength(model: Any) -> tuple[float, float]:
    """C and the part of |w|_1, as `C`, `l1_ratio` and the deprecated `penalty` say."""
    kind = penalty_of(model)
    if kind is None or np.isinf(model.C):
        return np.inf, 0.0
    ratios = {"l2": 0.0, "l1": 1.0, "elasticnet": model.l1_ratio}
    return float(model.C), float(ratios[kind])


def check(model: Any) -> None:
    """Refuse settings that do not go together; warn of those that are deprecated.

    Raises
    ------
    ModelError
        For a solver that does not take the penalty, and no `l1_ratio` where one counts.

    Warns
    -----
    FutureWarning
        For `penalty`, `l1_ratio=None` and `n_jobs`, which scikit-learn 1.10 drops.
    UserWarning
        For settings that contradict each other, of which one has no effect.
    """
    checks.check_parameters(model, CHECKS)
    kind, ratio = penalty_of(model), model.l1_ratio
    if model.penalty != UNSET:
        warned(PENALTY, FutureWarning)
    elif ratio is None:
        warned(NO_RATIO, FutureWarning)
    _check_solver(model, kind)
    if kind != "elasticnet" and 0 < (ratio or 0) < 1:
        warned(f"{IDLE_RATIO}(penalty={kind})")
    if model.penalty in MEANS and ratio != MEANS[model.penalty]:
        warned(f"Inconsistent values: penalty={kind} with l1_ratio={ratio}. {CONTRARY}")
    if kind == "elasticnet" and ratio is None:
        told = "l1_ratio must be specified when penalty is elasticnet, got None"
        raise ModelError(f"{type(model).__name__}: {told}; set it from 0 to 1.")
    if model.penalty is None and model.C != 1:
        warned(IDLE_C)
    if model.n_jobs is not None:
        told = f"'n_jobs={model.n_jobs}', please leave it unspecified."
        warned(f"{IDLE_JOBS} {told}", FutureWarning)


def warned(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, in the name of the module of the model."""
    warnings.warn(message, category, stacklevel=3)


# -- what a solver that scikit-learn has is refused there -----------------------------


def _check_solver(model: Any, kind: str | None) -> None:
    """Refuse what the named solver does not take."""
    solver = model.solver
    if solver in OURS:
        return
    if solver not in ("liblinear", "saga") and kind not in ("l2", None):
        told = f"supports only 'l2' or None penalties, got {kind} penalty"
        raise _limited(model, f"Solver {solver} {told}")
    if solver != "liblinear" and model.dual:
        told = f"supports only dual=False, got dual={model.dual}"
        raise _limited(model, f"Solver {solver} {told}")
    if solver == "liblinear" and kind == "elasticnet":
        told = f"Only 'saga' solver supports elasticnet penalty, got solver={solver}"
        raise _limited(model, told)
    if solver == "liblinear" and kind is None:
        told = "C=np.inf as well as penalty=None is not supported for the liblinear"
        raise _limited(model, f"{told} solver")


def check_rows(model: Any, X: Any) -> None:
    """Refuse rows that the named solver does not take.

    Raises
    ------
    ModelError
        For more than two classes, or numbers above 1e30, where it is "liblinear".
    """
    if model.solver != "liblinear":
        return
    k = len(model.classes_)
    if k > 2:
        raise _limited(
            model,
            "The 'liblinear' solver does not support multiclass classification "
            f"(n_classes >= 3), got {k} classes. Only binary classification is "
            "supported. Wrap the estimator in a OneVsRestClassifier",
        )
    if X.max() > 1e30:
        raise _limited(
            model,
            "Using the 'liblinear' solver while X contains a maximum value > 1e30 "
            "results in a frozen fit. Please choose another solver or rescale the "
            "input X",
        )


def precision(model: Any, X: Any) -> np.dtype[Any]:
    """The dtype of the coefficients: that of X, but for "liblinear", float64 always."""
    return np.dtype(float) if model.solver == "liblinear" else X.dtype


def _limited(model: Any, told: str) -> ModelError:
    """The error for a limit of a solver, in the words of scikit-learn."""
    limit = "a limit of scikit-learn's, for code that is to run there too"
    return ModelError(
        f"{type(model).__name__}: {told} ({limit}); take solver='auto', which has none."
    )


# -- when the optimum was not reached -------------------------------------------------

STOPPED = {  # how scikit-learn's own begin, by which people filter them
    "lbfgs": "lbfgs failed to converge after {n} iteration(s) (status=1). Increase the "
    "number of iterations to improve the convergence (max_iter={n}). ",
    "newton-cg": "newton-cg failed to converge at loss = {J}. Increase the number of "
    "iterations. ",
    "newton-cholesky": "Newton solver did not converge after {n} iterations. ",
    "liblinear": "Liblinear failed to converge, increase the number of iterations. ",
    "sag": "The max_iter was reached which means the coef_ did not converge. ",
    "saga": "The max_iter was reached which means the coef_ did not converge. ",
}


def stopped(model: Any, fit: Fit) -> str:
    """What to say of a fit that ended before the optimum: first, in whose name."""
    ran_out = fit.nit >= model.max_iter
    theirs = STOPPED.get(model.solver, "") if ran_out else ""
    return (
        f"{theirs.format(n=fit.nit, J=fit.fun)}{type(model).__name__} stopped before "
        f"the optimum ({fit.message}): raise max_iter, or bring the features to like "
        "scales."
    )
