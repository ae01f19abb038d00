"""Gradient descent."""

from pellucid.lessons.answers.descent.line import descend, largest_rate, step
from pellucid.lessons.answers.descent.momenta import adam, momentum
from pellucid.lessons.answers.descent.stopping import batches, stop

__all__ = ["adam", "batches", "descend", "largest_rate", "momentum", "step", "stop"]
