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
    SCANS = "each on those up to it along an axis that stays"
    ALONG = "each on all others along an axis that stays"
    MIXES = "each on many, along several axes or of several arguments"
    MAKES = "on no argument: an array is made"


class Slope(enum.Flag):
    """What the derivative may be, where the arguments are floats."""

    CONSTANT = enum.auto()  # the same everywhere: the operation is linear
    BOUNDED = enum.auto()  # finite wherever the arguments are of moderate size
    STEEP = enum.auto()  # infinite somewhere, or beyond all bounds, as of exp
    KINKED = enum.auto()  # it jumps somewhere
    NONE = enum.auto()  # 0 wherever there is one: the result is made of steps
    BY_EACH = enum.auto()  # constant in each argument: a product, linear in each


class Zero(enum.Enum):
    """Where the result is 0, whatever the arguments are elsewhere."""

    NOWHERE = "nowhere, as far as is known"
    ALL = "where all arguments are, element by element"
    FIRST = "where the first argument is, element by element"
    TERMS = "where all terms are: a sum, or the largest, of products of elements"


class Takes(enum.Enum):
    """What an element of the result is made of."""

    ALL = "all elements that stand there"
    ONE = "those of one argument, whatever the others are"
    SOME = "some elements of an array"


class Reads(enum.Enum):
    """In which dtype each argument is read, and computed with."""

    LOOP = "in that of the loop which NumPy chooses for a ufunc"
    RESULT = "in that of the result, or a wider one of its own"
    GIVEN = "as it comes"
    TOGETHER = "in the one that holds each of them"
    CHOICE = "the condition as truth values, both branches as the result"
    PLACED = "arrays as the result, and the places in them as they come"
    LAPACK = "in the floats that linear algebra of them is computed in"
    FLOATS = "in floats, which are complex where the result is real again"


CONSTANT, BOUNDED, STEEP, KINKED, NONE, BY_EACH = Slope
PRODUCT = BOUNDED | BY_EACH
ELEMENTWISE, MOVES, REDUCES, SCANS, ALONG, MIXES, MAKES = Kind
LOOP, RESULT, GIVEN, TOGETHER, CHOICE, PLACED, LAPACK, FLOATS = Reads


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
    reads : Reads
        In which dtype each argument is read; see `dtypes`.
    zero : Zero
        Where the result is 0.
    takes : Takes
        What an element of the result is made of.
    even : bool
        Whether the sign of an argument that moves it does not matter.
    """

    kind: Kind
    slope: Slope
    commutes: bool
    view: bool
    reads: Reads
    zero: Zero
    takes: Takes
    even: bool

    def choosing(self, takes: Takes) -> Facts:
        """The same of a choice."""
        return self._replace(takes=takes)

    def with_zero(self, zero: Zero) -> Facts:
        """The same of what is 0 somewhere."""
        return self._replace(zero=zero)

    @property
    def shows(self) -> bool:
        """Whether it shows elements of its first argument, at other places."""
        return self.kind is MOVES and self.view

    @property
    def is_sum(self) -> bool:
        """Whether elements along axes are added up, or their mean is taken."""
        return self.kind is REDUCES and self.slope is CONSTANT


def _plain(kind: Kind, slope: Slope, reads: Reads) -> Facts:
    """New memory of ordered arguments, of which all have a say."""
    adds = slope is CONSTANT and kind in (MOVES, REDUCES, SCANS)
    zero = Zero.TERMS if adds else Zero.NOWHERE
    return Facts(kind, slope, False, False, reads, zero, Takes.ALL, False)


def by_element(slope: Slope, reads: Reads) -> Facts:
    """Element i of the result is made of elements i of ordered arguments."""
    return _plain(ELEMENTWISE, slope, reads)


def moves(*, view: bool, reads: Reads) -> Facts:
    """Elements are put elsewhere, which is linear."""
    return _plain(MOVES, CONSTANT, reads)._replace(view=view)


def reduces(slope: Slope, reads: Reads) -> Facts:
    """Axes are taken away, in new memory."""
    return _plain(REDUCES, slope, reads)


def scans(slope: Slope, reads: Reads) -> Facts:
    """Elements along an axis meet those before; the axis stays."""
    return _plain(SCANS, slope, reads)


def along(slope: Slope, reads: Reads) -> Facts:
    """Elements along an axis all meet; the axis stays."""
    return _plain(ALONG, slope, reads)


def mixes(slope: Slope, reads: Reads) -> Facts:
    """Elements meet in any way."""
    return _plain(MIXES, slope, reads)


KEPT = by_element(CONSTANT, GIVEN).with_zero(Zero.ALL)
PART = KEPT._replace(view=True)  # the real or imaginary one, or all
EXTREME = reduces(KINKED, RESULT).choosing(Takes.SOME)
MAKING = _plain(MAKES, NONE, GIVEN)
