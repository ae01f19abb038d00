"""What a layer is, and how it is written.

A layer is whatever has the methods of `Layer`; what else can be called is a function of
x. Nothing is registered and nothing inherited: a layer that differs in training has
`training`, one whose parameters move by themselves names them in `moving`, and what
takes `lengths` has an argument of this name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np

from pellucid.layers.shapes import Shape


@runtime_checkable
class Layer(Protocol):
    """Parameters for rows of a shape, what becomes of the shape, and the formula."""

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> Any:
        """Draw the parameters for rows of this shape."""

    def output_shape(self, shape: Shape) -> Shape:
        """What becomes of a row of this shape."""

    def __call__(self, p: Any, x: Any) -> Any:
        """The formula, as it is used for prediction; x (n, ...)."""


@runtime_checkable
class Training(Protocol):
    """What differs in training."""

    def training(self, p: Any, x: Any, key: Any) -> tuple[Any, Any]:
        """The formula in training, and the new values of what moves by itself."""


@runtime_checkable
class Moving(Protocol):
    """What has parameters that move by themselves: their names, or marks like them."""

    moving: Any


def takes(function: Callable[..., Any], name: str) -> bool:
    """Whether a function has an argument of this name.

    >>> takes(lambda x, lengths=None: x, "lengths"), takes(np.tanh, "lengths")
    (True, False)
    """
    try:
        return name in inspect.signature(function).parameters
    except ValueError:  # some functions written in C do not tell
        return False


# -- how a layer is written -----------------------------------------------------------


def name_of(value: Any) -> str:
    """A function by its name, anything else as it is written.

    >>> name_of(np.tanh), name_of(partial(np.sum, axis=1)), name_of((3, 3))
    ('tanh', 'partial(sum, axis=1)', '(3, 3)')
    """
    if isinstance(value, partial):
        given = [name_of(value.func), *map(repr, value.args)]
        given += [f"{key}={part!r}" for key, part in value.keywords.items()]
        return f"partial({', '.join(given)})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if inspect.isroutine(value) or isinstance(value, (np.ufunc, type)):
        return value.__name__
    plain: Any = object.__repr__
    return type(value).__name__ if type(value).__repr__ is plain else repr(value)
