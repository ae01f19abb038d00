"""Overfitting: rows set aside, penalties, dropout, early stopping, search."""

from pellucid.lessons.answers.overfitting.penalties import penalised, shrunk
from pellucid.lessons.answers.overfitting.rows import divided, standardised
from pellucid.lessons.answers.overfitting.search import cross_validated, drawn, folds
from pellucid.lessons.answers.overfitting.training import dropped, stopped

__all__ = [
    "cross_validated",
    "divided",
    "drawn",
    "dropped",
    "folds",
    "penalised",
    "shrunk",
    "standardised",
    "stopped",
]
