"""Six broken trainings, repaired."""

from pellucid.lessons.answers.repairs.costs import class_cost, squared_cost
from pellucid.lessons.answers.repairs.inputs import chosen, standardised
from pellucid.lessons.answers.repairs.settings import first_weights, safe_rate

__all__ = [
    "chosen",
    "class_cost",
    "first_weights",
    "safe_rate",
    "squared_cost",
    "standardised",
]
