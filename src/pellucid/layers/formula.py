"""What the layers that are written here have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from pellucid.layers.layer import as_written
from pellucid.layers.settings import refuse_wrong
from pellucid.layers.shapes import Shape

Table = dict[str, tuple[Callable[..., Any], Shape]]


class Formula(ABC):
    """A layer that is written here: a dataclass with the table of its parameters.

    The table says of each parameter how it is drawn and which shape it has.
    """

    def __post_init__(self) -> None:
        refuse_wrong(self)

    def __repr__(self) -> str:
        return as_written(self)

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> dict[str, Any]:
        """Draw the parameters for rows of this shape."""
        self.output_shape(shape)
        table = self.table(shape)
        return {name: draw(rng, size, dtype) for name, (draw, size) in table.items()}

    @abstractmethod
    def table(self, shape: Shape) -> Table:
        """How each parameter is drawn, and its shape, for rows of this shape."""

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """What becomes of a row of this shape."""
