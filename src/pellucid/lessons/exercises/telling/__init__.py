"""What is said of code that is wrong: true, specific, in the words of the subject.

Each module holds relations of one kind; the first that holds on all inputs is told.
`differing` tries them, what is sure and specific before what always can be said:

1. `failures`, with the tables of `errors` and `syntax`: the code stops.
2. `kinds`: another kind of thing came, or other parts; `shapes`: another shape.
3. Numbers of the right shape: `scaling` (a factor, an addend), `steps` (one too many or
   too few), `suspects` (a line that looks like a slip), `formula` (the right formula
   with one of the slips of `mutants`), `altered` (right for other inputs), `mistaken`
   (a known mistake in a part of the result, or times a factor).
4. `places`: wrong in some places, or for some inputs; `crutches`: what only hides an
   overflow there; `probing`: an argument is unused.
5. `repairing`: one of the `changes` in the person's own code makes all right.
6. `invariants`: what is right has a property that is lost; else an input is shown.

`evidence` is what is known, `sizes` what a factor may come from, `shown` how values are
written.
"""

from pellucid.lessons.exercises.telling.differing import (
    different,
    line,
    unsteady,
    within,
)
from pellucid.lessons.exercises.telling.failures import failed, stopped
from pellucid.lessons.exercises.telling.probing import probes
from pellucid.lessons.exercises.telling.repairing import repaired

__all__ = [
    "different", "failed", "line", "probes", "repaired", "stopped", "unsteady",
    "within",
]  # fmt: skip
