"""Overfitting: rows set aside, penalties, dropout, early stopping, search."""

# In the order of the lesson.
# isort: off
from pellucid.lessons.answers.overfitting.rows import divided, standardised
from pellucid.lessons.answers.overfitting.penalties import penalised, shrunk
from pellucid.lessons.answers.overfitting.training import dropped, stopped
from pellucid.lessons.answers.overfitting.search import cross_validated, drawn, folds

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
