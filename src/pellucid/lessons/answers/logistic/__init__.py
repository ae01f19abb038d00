"""Logistic regression: the exercises in the order of the lesson."""

from pellucid.lessons.answers.logistic.judging import accuracy, predict
from pellucid.lessons.answers.logistic.overflowing import (
    log_sum_exp,
    stable_log_loss,
    stable_sigmoid,
)
from pellucid.lessons.answers.logistic.training import backward, cost, forward, train

__all__ = [
    "accuracy",
    "backward",
    "cost",
    "forward",
    "log_sum_exp",
    "predict",
    "stable_log_loss",
    "stable_sigmoid",
    "train",
]
