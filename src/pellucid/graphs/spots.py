"""Where in the person's code a step was recorded, by which loops are found."""

from __future__ import annotations

from typing import Any, NamedTuple


class Scope:
    """The function, one call in it, one run of a loop, or one turn of it.

    Parameters
    ----------
    around : Scope or None
        What it is inside of.
    kind : str
        "root", "call", "loop" or "turn".
    key : hashable
        Which: the place of the call, the loop of the code.
    numbers : tuple of int or None
        In a turn the whole numbers that are in the variables of the loop.
    """

    __slots__ = ("around", "key", "kind", "numbers")

    def __init__(
        self, around: Scope | None, kind: str, key: Any = None,
        numbers: tuple[int | None, ...] = (),
    ) -> None:  # fmt: skip
        self.around, self.kind, self.key, self.numbers = around, kind, key, numbers


class Spot(NamedTuple):
    """Where a step was recorded: in which turn, by which instruction, at which run.

    In the place of the code are its loops, one object for each code.
    """

    scope: Scope
    code: Any
    at: int
    run: int
