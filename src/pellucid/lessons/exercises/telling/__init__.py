"""What is said of code that is wrong: true, specific, in the words of the subject.

`failures` speaks of code that stops, `kinds` and `shapes` of what came, `numbers` of
how the numbers relate to the right ones; each is a table of relations that are tried
one after the other.
"""

from pellucid.lessons.exercises.telling.differing import (
    different,
    line,
    unsteady,
    within,
)
from pellucid.lessons.exercises.telling.failures import failed, stopped
from pellucid.lessons.exercises.telling.probing import probes

__all__ = ["different", "failed", "line", "probes", "stopped", "unsteady", "within"]
