"""scikit-learn's contract, to the letter."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import pellucid as pl

ESTIMATORS = [
    pl.LinearRegression(),
    pl.LinearRegression(positive=True),
    pl.PolynomialRegression(),
    pl.PolynomialRegression(fit_intercept=False),
    pl.LogisticRegression(),
    pl.LogisticRegression(class_weight="balanced"),
    pl.LogisticRegression(l1_ratio=0.5),
    pl.LogisticRegression(solver="liblinear"),
    pl.LogisticRegression(solver="lbfgs"),
    pl.PoissonRegression(),
    pl.HuberRegression(),
    # As scikit-learn sets its own for these checks.
    pl.MLPClassifier(max_iter=100),
    pl.MLPRegressor(max_iter=100),
    pl.MLPClassifier(solver="lbfgs", max_iter=100),
]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_contract(estimator, check):
    check(estimator)
