"""Recurrence: rows of a series, steps through time, and the way back."""

from pellucid.lessons.answers.recurrence.backward import carried, through_time
from pellucid.lessons.answers.recurrence.clipping import clipped
from pellucid.lessons.answers.recurrence.forward import states, stepped, windows
from pellucid.lessons.answers.recurrence.memory import lstm_step

__all__ = [
    "carried",
    "clipped",
    "lstm_step",
    "states",
    "stepped",
    "through_time",
    "windows",
]
