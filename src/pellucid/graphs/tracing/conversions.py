"""Where a stand-in is asked for its numbers: float(x), `if x`, hash(x), np.asarray(x).

What depends on no input has numbers, and gives them as they are at that moment. What
depends on one may be asked for its truth and for a whole number, which leave a guard,
and for its text; any other number would lose the gradient, and is refused.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from threading import get_ident
from typing import Any, NoReturn, TypeVar

import numpy as np

from pellucid.graphs.evaluate import quietly
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.frames import instruction
from pellucid.graphs.tracing.refusals import (
    refused_attribute,
    refused_branch,
    refused_number,
)
from pellucid.graphs.tracing.sites import site
from pellucid.graphs.tracing.texts import Text
from pellucid.graphs.tracing.traced import Traced, lifted, node_of

Answer = TypeVar("Answer", bool, int)


def hashed(self: Conversions) -> int:
    """The hash of a number that is known, or of an integer, which leaves a guard."""
    if self.mutable or not self.is_countable:
        raise TypeError(f"unhashable type: {type(self).__name__!r}")
    return hash(self.counted().item())


def numbers_of(value: Any) -> Any:
    """The numbers in the place of a known value; anything else as it is."""
    if not isinstance(value, Conversions):
        return value
    return np.asarray(value) if value.mutable else value._value()


def is_followed(x: Traced) -> bool:
    """Whether x depends on arguments whose numbers are at hand, while it is traced."""
    recorder = x.memory.recorder
    return recorder.follows and recorder.thread == get_ident()


def is_written_out() -> bool:
    """Whether a number is asked for to be put into a text: `"%.3f" % x`."""
    frame = sys._getframe(2)
    operation = frame.f_code.co_code[frame.f_lasti + 1]
    return instruction(frame) == "BINARY_OP" and operation in REMAINDERS


def question() -> Any:
    """NumPy's form of the function of `math` that asks for a number: np.isnan."""
    at = site()
    if at is None or at.frame is not sys._getframe(2):
        return None
    return QUESTIONS.get(at.called)


QUESTIONS = {"math.isnan": np.isnan, "math.isinf": np.isinf,
             "math.isfinite": np.isfinite}  # fmt: skip
REMAINDERS = {6, 19}  # the arguments of BINARY_OP for % and %=
WHOLE = {"floor", "ceil", "trunc", "rint"}
OF_INDEX = "needs, for an index or a range,"
WRITING = {"resize", "setfield", "setflags"}  # of these a stand-in has no memory


class Conversions(Traced):
    """What gives the numbers in a value, or says that there are none."""

    __slots__ = ()

    def _value(self, needs: str = "needs") -> Any:
        """The number or the array that a stand-in stands for."""
        node = self.node
        if not node.known:
            refused_number(node, needs)
        return self.memory.recorder.value_of(node)

    @property
    def is_at_hand(self) -> bool:
        """Whether its number is there, known or for the arguments that are followed."""
        return self.node.known or is_followed(self)

    def _followed(self, *, refuse: Callable[[Node], NoReturn]) -> Any:
        """The value for the arguments at hand; refused where these are not followed."""
        if not self.is_at_hand:
            refuse(self.node)
        with quietly():
            return self.memory.recorder.value_of(self.node)

    @property
    def is_countable(self) -> bool:
        """Whether these are known, or whole numbers or truths that are followed."""
        return self.node.known or (self.dtype.kind in "iub" and is_followed(self))

    def counted(self) -> Any:
        """The numbers of integers and truths, under a guard, and of what is known."""
        if self.node.known or not self.is_countable:
            return np.asarray(self._value())
        if not self.shape:
            return np.asarray(bool(self) if self.dtype == bool else self._index())
        numbers = np.array(self._followed(refuse=refused_number))
        self._guarded(np.all(np.equal(self, numbers)), True)
        return numbers

    def _guarded(self, asked: Any, answer: Answer) -> Answer:
        """An answer that what is recorded from now on holds only for."""
        asked = np.reshape(asked, ()) if asked.shape else asked
        self.memory.recorder.guarded(asked.node, answer)
        return answer

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The numbers; what is written into them would be lost, unless it is a copy."""
        if copy:
            return np.array(self._value(), dtype)
        value = np.asarray(self._value(), dtype).view()
        value.flags.writeable = False
        return value

    # -- Python's conversions ---------------------------------------------------------

    def __bool__(self) -> bool:
        answer = bool(self._followed(refuse=refused_branch))
        if self.node.known:
            return answer
        is_truth = self.dtype == bool
        return self._guarded(self if is_truth else np.not_equal(self, 0), answer)

    def __int__(self) -> int:
        if is_written_out():
            return int(self._text_of())
        answer = int(self._followed(refuse=refused_number))
        if self.node.known:
            return answer
        is_whole = self.dtype.kind in "iub" or self.node.operation in WHOLE
        return self._guarded(self if is_whole else np.trunc(self), answer)

    def _index(self) -> int:
        refuse = functools.partial(refused_number, needs=OF_INDEX)
        answer: int = self._followed(refuse=refuse).__index__()
        return answer if self.node.known else self._guarded(self, answer)

    def __float__(self) -> float:
        if self.node.known or is_written_out():
            return float(self._text_of())
        if is_followed(self) and (asked := question()) is not None:
            bool(asked(self))  # which is all that the answer depends on
            return float(self._text_of())
        return float(self._value())

    def __complex__(self) -> complex:
        return complex(self._value())

    # -- as text ----------------------------------------------------------------------

    def _text_of(self) -> Any:
        """The value as it is printed; a whole number may be part of a name: f"W{i}"."""
        value = self._followed(refuse=refused_number)
        if self.is_countable and not self.shape:
            self.counted()
        self.memory.recorder.tells |= not self.node.known
        if self.mutable:
            return np.asarray(value)
        return value if self.node.weak else self.dtype.type(value)

    def _as_text(self, write: Callable[[Any], str]) -> str:
        """The value as text; who asks this for the number in it leaves a guard."""
        value, node, recorder = self._text_of(), self.node, self.memory.recorder
        if node.known:
            return write(value)

        @functools.cache
        def asked() -> None:
            if is_followed(self):
                same = np.array_equal(lifted(node, recorder), value, equal_nan=True)
                recorder.guarded(node_of(same), True)

        return Text(write(value), asked)

    def __repr__(self) -> str:
        if self.is_at_hand:
            return self._as_text(repr)
        node, shape = self.memory._node, self.shape
        return f"<traced {node.name or node.operation}, shape {shape}, {self.dtype}>"

    def __str__(self) -> str:
        return self._as_text(str) if self.is_at_hand else repr(self)

    def __format__(self, how: str) -> str:
        if not (how or self.is_at_hand):
            return repr(self)
        return self._as_text(lambda value: format(value, how))

    # -- what else an array has -------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """What the value will have and a stand-in has not: the numbers, if known."""
        kind = self.__class__
        if name.startswith("__") or not hasattr(kind, name):
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        if self.node.known and name not in WRITING:
            return getattr(np.asarray(self) if self.mutable else self._value(), name)
        refuse = functools.partial(refused_attribute, self.node, name)
        if not callable(getattr(kind, name)):
            refuse()
        return lambda *args, **options: refuse()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._value().__reduce_ex__(protocol)
