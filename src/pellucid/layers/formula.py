"""What the layers that are written here have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.tracing.things import as_written
from pellucid.layers.layer import name_of
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
        return as_written(self, name_of)

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> dict[str, Any]:
        """Draw the parameters for rows of this shape."""
        self.output_shape(shape)
        if np.dtype(dtype).kind != "f":
            message = f"{self} has parameters with fractions, got dtype {dtype!r}"
            raise ModelError(f"{message}: give np.float64 or np.float32.")
        table = self.table(shape).items()
        try:
            return {name: draw(rng, size, dtype) for name, (draw, size) in table}
        except MemoryError as error:
            message = f"{self} has more parameters for rows of shape {shape} than"
            raise ModelError(f"{message} memory holds: {error}.") from None

    @abstractmethod
    def table(self, shape: Shape) -> Table:
        """How each parameter is drawn, and its shape, for rows of this shape."""

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """What becomes of a row of this shape."""
