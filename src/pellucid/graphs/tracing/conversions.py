"""Where a stand-in is asked for its numbers: float(x), `if x`, hash(x), np.asarray(x).

What depends on no input has numbers, and gives them as they are at that moment; what
depends on one has none yet, and says so.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.graphs.tracing.refusals import (
    refused_attribute,
    refused_branch,
    refused_number,
)
from pellucid.graphs.tracing.traced import Traced


def hashed(self: Conversions) -> int:
    """The hash of a number that is known."""
    if self.mutable or not self.node.known:
        raise TypeError(f"unhashable type: {type(self).__name__!r}")
    return hash(self._value())


def numbers_of(value: Any) -> Any:
    """The numbers in the place of a known value; anything else as it is."""
    if not isinstance(value, Conversions):
        return value
    return np.asarray(value) if value.mutable else value._value()


WRITING = {"resize", "setfield", "setflags"}  # of these a stand-in has no memory


class Conversions(Traced):
    """What gives the numbers in a value, or says that there are none."""

    __slots__ = ()

    def _value(self, needs: str = "needs") -> Any:
        """The number or the array that a stand-in stands for."""
        node = self.node
        if not node.known:
            refused_number(node, needs)
        return self.memory.recorder.known_value(node)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The numbers; what is written into them would be lost, unless it is a copy."""
        if copy:
            return np.array(self._value(), dtype)
        value = np.asarray(self._value(), dtype).view()
        value.flags.writeable = False
        return value

    # -- Python's conversions ---------------------------------------------------------

    def __bool__(self) -> bool:
        if not self.node.known:
            refused_branch(self.node)
        return bool(self._value())

    def __float__(self) -> float:
        return float(self._value())

    def __int__(self) -> int:
        return int(self._value())

    def __complex__(self) -> complex:
        return complex(self._value())

    def _index(self) -> int:
        value: int = self._value("needs, for an index or a range,").__index__()
        return value

    # -- as text ----------------------------------------------------------------------

    def __repr__(self) -> str:
        if self.node.known:
            return repr(self._value())
        node, shape = self.memory._node, self.shape
        return f"<traced {node.name or node.operation}, shape {shape}, {self.dtype}>"

    def __str__(self) -> str:
        return str(self._value()) if self.node.known else repr(self)

    def __format__(self, how: str) -> str:
        return format(self._value(), how) if how else str(self)

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
