"""What an operation is: said once, where it is defined, and asked wherever it matters.

There are no defaults: each of these says all that there is to say of its kind.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Kind(enum.Enum):
    """How elements of the result depend on elements of the arguments."""

    ELEMENTWISE = "element i on elements i alone, after broadcasting"
    MOVES = "each on one, or on none: the elements are only put elsewhere"
    REDUCES = "each on those along axes that are taken away"
    SCANS = "each on others along an axis that stays"
    MIXES = "each on many, along several axes or of several arguments"
    MAKES = "on no argument: an array is made"


class Slope(enum.Flag):
    """What the derivative may be, where the arguments are floats."""

    CONSTANT = enum.auto()  # the same everywhere: the operation is linear
    BOUNDED = enum.auto()  # finite wherever the arguments are of moderate size
    STEEP = enum.auto()  # infinite somewhere, or beyond all bounds, as of exp
    KINKED = enum.auto()  # it jumps somewhere
    NONE = enum.auto()  # 0 wherever there is one: the result is made of steps


CONSTANT, BOUNDED, STEEP, KINKED, NONE = Slope
ELEMENTWISE, MOVES, REDUCES, SCANS, MIXES, MAKES = Kind


class Facts(NamedTuple):
    """What is known of an operation beside its meaning.

    Parameters
    ----------
    kind : Kind
        How elements of the result depend on elements of the arguments.
    slope : Slope
        What its derivative may be.
    commutes : bool
        Whether its two arguments may change places.
    view : bool
        Whether NumPy's result may share memory with the first argument.
    """

    kind: Kind
    slope: Slope
    commutes: bool
    view: bool

    @property
    def shows(self) -> bool:
        """Whether it shows elements of its first argument, at other places."""
        return self.kind is MOVES and self.view


def by_element(slope: Slope) -> Facts:
    """Element i of the result is made of elements i of ordered arguments."""
    return Facts(ELEMENTWISE, slope, False, False)


def commuting(slope: Slope) -> Facts:
    """The same, in any order."""
    return Facts(ELEMENTWISE, slope, True, False)


def moves(*, view: bool) -> Facts:
    """Elements are put elsewhere, which is linear."""
    return Facts(MOVES, CONSTANT, False, view)


def reduces(slope: Slope) -> Facts:
    """Axes are taken away, in new memory."""
    return Facts(REDUCES, slope, False, False)


def scans(slope: Slope) -> Facts:
    """Elements along an axis meet; the axis stays."""
    return Facts(SCANS, slope, False, False)


def mixes(slope: Slope) -> Facts:
    """Elements meet in any way."""
    return Facts(MIXES, slope, False, False)


PART = Facts(ELEMENTWISE, CONSTANT, False, True)  # the real or imaginary one, or all
MAKING = Facts(MAKES, NONE, False, False)
