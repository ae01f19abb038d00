"""Layers made of layers."""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.noise import branched
from pellucid.layers.shapes import Shape


@dataclass(frozen=True, init=False)
class Sequential:
    """One layer after the other.

    Parameters
    ----------
    *layers
        Layers, or plain functions of x, which have no parameters.

    Notes
    -----
    Its parameters are a list, one entry a layer.

    Raises
    ------
    ModelError
        From `parameters` and `output_shape`, for layers that do not fit together.

    Examples
    --------
    >>> from pellucid.layers import Dense
    >>> network = Sequential(Dense(8), np.tanh, Dense(1))
    >>> p = network.parameters(np.random.default_rng(0), (3,))
    >>> network(p, np.zeros((5, 3))).shape, network.output_shape((3,))
    ((5, 1), (1,))
    """

    layers: tuple[Any, ...]
    takes_lengths: ClassVar[bool] = True

    def __init__(self, *layers: Any) -> None:
        object.__setattr__(self, "layers", layers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(name_of, self.layers))})"

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> list[Any]:
        """Draw those of each layer for rows of this shape."""
        drawn = []
        for layer, before in zip(self.layers, self.shapes(shape), strict=False):
            own = is_layer(layer)
            drawn.append(layer.parameters(rng, before, dtype=dtype) if own else {})
        return drawn

    def shapes(self, shape: Shape) -> list[Shape]:
        """The shape of a row at the start and after each layer."""
        found = [shape]
        for i, layer in enumerate(self.layers, 1):
            try:
                found.append(output_shape(layer, found[-1]))
            except (ModelError, ValueError, IndexError, TypeError) as error:
                message = f"Layer {i}, {name_of(layer)}, does not take {found[-1]}"
                raise ModelError(f"{message}: {error}") from None
        return found

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of a row after the last layer."""
        return self.shapes(shape)[-1]

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """X through all layers."""
        for layer, own in zip(self.layers, p, strict=True):
            x = called(layer, own, x, lengths)
        return x

    def training(
        self, p: Any, x: Any, key: Any, lengths: Any = None
    ) -> tuple[Any, list[Any]]:
        """The same in training, and what each layer has moved."""
        moved = []
        for i, (layer, own) in enumerate(zip(self.layers, p, strict=True)):
            x, after = training(layer, own, x, branched(key, i), lengths)
            moved.append(after)
        return x, moved

    @property
    def moving(self) -> list[Any]:
        """Of each layer, which of its parameters move by themselves."""
        return [moving(layer) for layer in self.layers]


class Residual(Sequential):
    """A way around: x + layers(x), where the layers keep the shape.

    References
    ----------
    He, Zhang, Ren & Sun, "Deep residual learning for image recognition" (2016).

    Examples
    --------
    >>> from pellucid.layers import Dense
    >>> block = Residual(Dense(3), np.tanh)
    >>> p = block.parameters(np.random.default_rng(0), (3,))
    >>> bool(np.all(block(p, np.zeros((5, 3))) == 0))
    True
    """

    def shapes(self, shape: Shape) -> list[Shape]:
        """The shape of a row at the start and after each layer."""
        found = super().shapes(shape)
        if found[-1] != shape:
            message = f"{self} adds rows of shape {shape} to its layers' {found[-1]}"
            raise ModelError(f"{message}: let the last layer give the shape of x.")
        return found

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """X and what the layers make of it."""
        return x + super().__call__(p, x, lengths)

    def training(
        self, p: Any, x: Any, key: Any, lengths: Any = None
    ) -> tuple[Any, list[Any]]:
        """The same in training, and what each layer has moved."""
        y, moved = super().training(p, x, key, lengths)
        return x + y, moved


# -- layers and plain functions -------------------------------------------------------


def is_layer(layer: Any) -> bool:
    """Whether this is a layer; what else can be called is a function of x."""
    return hasattr(layer, "output_shape")


def name_of(layer: Any) -> str:
    """A layer as it is written, a function by its name."""
    if isinstance(layer, (FunctionType, np.ufunc)):
        return layer.__name__
    return repr(layer)


def output_shape(layer: Any, shape: Shape) -> Shape:
    """What becomes of a row of this shape; a function is tried on zeros."""
    if is_layer(layer):
        found: Shape = layer.output_shape(shape)
        return found
    made: Shape = np.shape(layer(np.zeros((1, *shape))))
    return made[1:]


def called(layer: Any, p: Any, x: Any, lengths: Any = None) -> Any:
    """A layer in prediction."""
    if not is_layer(layer):
        return layer(x)
    if lengths is not None and getattr(layer, "takes_lengths", False):
        return layer(p, x, lengths=lengths)
    return layer(p, x)


def training(
    layer: Any, p: Any, x: Any, key: Any, lengths: Any = None
) -> tuple[Any, Any]:
    """A layer in training, and the new values of what moves by itself.

    `key` is where random masks come from, an array (1,) of np.uint32; see `noise`.
    """
    if not hasattr(layer, "training"):
        return called(layer, p, x, lengths), {}
    if lengths is not None and getattr(layer, "takes_lengths", False):
        x, moved = layer.training(p, x, key, lengths=lengths)
    else:
        x, moved = layer.training(p, x, key)
    return x, moved


def moving(layer: Any) -> Any:
    """Which parameters of a layer move by themselves, as `minimise` takes it."""
    names = getattr(layer, "moving", ())
    return names if isinstance(names, list) else dict.fromkeys(names, True)
