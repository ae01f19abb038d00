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


def _value(self: Traced, needs: str = "needs") -> Any:
    """The number or the array that a stand-in stands for."""
    node = self.node
    if not node.known:
        refused_number(node, needs)
    return self.memory.recorder.known_value(node)


def _array(self: Traced, dtype: Any = None, copy: bool | None = None) -> Any:
    """The numbers; what is written into them would be lost, unless it is a copy."""
    if copy:
        return np.array(self._value(), dtype)
    value = np.asarray(self._value(), dtype).view()
    value.flags.writeable = False
    return value


# -- Python's conversions -------------------------------------------------------------


def _bool(self: Traced) -> bool:
    if not self.node.known:
        refused_branch(self.node)
    return bool(self._value())


def _index(self: Traced) -> int:
    value: int = self._value("needs, for an index or a range,").__index__()
    return value


def hashed(self: Traced) -> int:
    """The hash of a number that is known."""
    if self.mutable or not self.node.known:
        raise TypeError(f"unhashable type: {type(self).__name__!r}")
    return hash(self._value())


# -- as text --------------------------------------------------------------------------


def _repr(self: Traced) -> str:
    if self.node.known:
        return repr(self._value())
    node = self.memory._node
    return f"<traced {node.name or node.operation}, shape {self.shape}, {self.dtype}>"


def _str(self: Traced) -> str:
    return str(self._value()) if self.node.known else repr(self)


def _format(self: Traced, how: str) -> str:
    return format(self._value(), how) if how else str(self)


# -- what else an array has -----------------------------------------------------------

WRITING = {"resize", "setfield", "setflags"}  # of these a stand-in has no memory


def _attribute(self: Traced, name: str) -> Any:
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


def _reduced(self: Traced, protocol: Any) -> Any:
    return self._value().__reduce_ex__(protocol)


for _name, _method in {
    "_value": _value,
    "__array__": _array,
    "__bool__": _bool,
    "__float__": lambda self: float(self._value()),
    "__int__": lambda self: int(self._value()),
    "__complex__": lambda self: complex(self._value()),
    "_index": _index,
    "__repr__": _repr,
    "__str__": _str,
    "__format__": _format,
    "__getattr__": _attribute,
    "__reduce_ex__": _reduced,
}.items():
    setattr(Traced, _name, _method)
