"""Which way a function went where it branched, and whether it goes that way again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.errors import PellucidError
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.node import Node, ancestors


class OtherPath(Exception):  # noqa: N818 (no error: another path is taken)
    """A guard has another answer than the recorded one.

    Parameters
    ----------
    place : int
        Which of the guards.
    answer : bool or number
        What it found.
    """

    def __init__(self, place: int, answer: Any) -> None:
        super().__init__(place, answer)
        self.place, self.answer = place, answer


@dataclass(frozen=True, eq=False, repr=False)
class Guard:
    """What a recorded path holds only for: `node` has the value `answer`.

    Parameters
    ----------
    node : Node
        What was asked, without axes: the truth of `if z > 0`, the number of `int(n)`.
    answer : bool or int
        What it was for the arguments at hand.
    line : (str, int) or None
        File and line number where the person's code asked.
    code : str
        That line; "" where no source text can be read.

    Examples
    --------
    >>> import pellucid as pl
    >>> g = pl.graph(lambda x: x if x > 0 else -x, 3.0)
    >>> g.guards[0].node.operation, g.guards[0].answer
    ('greater', True)
    """

    node: Node
    answer: bool | int
    line: tuple[str, int] | None = None
    code: str = ""

    @property
    def is_boolean(self) -> bool:
        """Whether a truth was asked for, and not a whole number."""
        return isinstance(self.answer, bool)

    def holds(self, value: Any) -> bool:
        """Whether a value of the node leads along the recorded path."""
        return bool((bool(value) if self.is_boolean else value) == self.answer)

    def ask(self, place: int, value: Any) -> None:
        """Raise OtherPath where a value leads elsewhere; it is the guard so placed."""
        if not self.holds(value):
            raise OtherPath(place, bool(value) if self.is_boolean else float(value))

    @property
    def place(self) -> str:
        """Where it stands, as a message begins: `cost.py, line 12: `."""
        if self.line is None:
            return ""
        file, number = self.line
        return f"{os.path.basename(file)}, line {number}: "

    def __repr__(self) -> str:
        return f"<Guard {self.node.name} == {self.answer}, {self.place}{self.code}>"


def held(
    guards: Iterable[Guard], inputs: Mapping[Node, Any], title: str,
    compute: Callable[[Node, list[Any]], Any] | None = None,
) -> dict[Node, Any]:  # fmt: skip
    """What was computed to find that every guard holds, each before what follows it.

    Raises PellucidError at the first that does not.
    """
    values = dict(inputs)
    for guard in guards:
        order = ancestors([guard.node], stop=values)
        known = {a: values[a] for n in order for a in n.arguments if a in values}
        values |= evaluate(order, known, order, compute)
        if not guard.holds(values[guard.node]):
            raise _other_way(guard, values[guard.node], title)
    return values


def _other_way(guard: Guard, value: Any, title: str) -> PellucidError:
    quoted = f"`{guard.code}` " if guard.code else ""
    return PellucidError(
        f"{guard.place}{quoted}goes another way for these arguments: {guard.node.name} "
        f"is {value} and was {guard.answer} when {title} was recorded. Record it "
        "anew with them, or compile the function, which keeps each way."
    )
