"""What stands for a table or column holds a traced array."""

from __future__ import annotations

import sys
from typing import Any

from pellucid.graphs.stand_in import StandIn
from pellucid.graphs.tracing.frames import is_engine, is_machinery


class Held(StandIn):
    """In the place of a table or column: `array` has its entries."""

    __slots__ = ("array",)
    __hash__ = None  # type: ignore[assignment]
    array: Any

    @property
    def _array(self) -> Any:
        return self.array

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What the person's `isinstance` sees."""
        frame = sys._getframe(1)
        return type(self) if is_engine(frame) or is_machinery(frame) else self._kind

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        shape: tuple[int, ...] = self.array.shape
        return shape

    def __array__(self, *args: Any, **options: Any) -> Any:
        return self.array.__array__(*args, **options)
