"""Likelihood and priors."""

from pellucid.lessons.answers.likelihood.coin import likely_share, log_likelihood
from pellucid.lessons.answers.likelihood.costs import (
    cross_entropy,
    normal_cost,
    poisson_cost,
)
from pellucid.lessons.answers.likelihood.prior import minus_log_posterior

__all__ = [
    "cross_entropy",
    "likely_share",
    "log_likelihood",
    "minus_log_posterior",
    "normal_cost",
    "poisson_cost",
]
