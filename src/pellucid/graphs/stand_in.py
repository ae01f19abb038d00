"""What stands for an array or a number while a function is recorded, and afterwards.

Here is what a graph asks of one; `tracing` says what else it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from pellucid.graphs.node import Node


class StandIn:
    """In the place of a value, in a function that is being recorded."""

    __slots__ = ("__weakref__",)
    # How a step of a graph is recorded that is called on it; None where it is computed.
    _replay: ClassVar[Any] = None

    @property
    def _content(self) -> Node | None:
        """The node that it stands for, as it was last read; None for numbers."""
        return None

    @property
    def _array(self) -> Any:
        """The traced array that it holds under labels; None where it has none."""
        return None

    @property
    def _kind(self) -> Any:
        """The class that the value will have."""
        return self.__class__


def is_stand_in(value: Any) -> bool:
    """Whether a value is in the place of another; nothing is asked of it."""
    return issubclass(type(value), StandIn)


def array_in(value: Any) -> Any:
    """The array that a value holds under labels; any other is itself."""
    held = value._array if is_stand_in(value) else None
    return value if held is None else held


def node_in(value: Any) -> Node | None:
    """The node that a value stands for; None where it is a value itself."""
    return value._content if is_stand_in(value) else None


def replay_on(values: Iterable[Any]) -> Callable[[Node, list[Any]], Any] | None:
    """How a graph is recorded that is called on these; None where it is computed."""
    ways = (type(value)._replay for value in values if is_stand_in(value))
    return next(filter(None, ways), None)
