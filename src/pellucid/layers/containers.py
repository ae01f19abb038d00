"""Layers made of layers, and how any layer is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs import structure
from pellucid.layers.formula import Formula
from pellucid.layers.layer import Layer, Moving, Training, name_of, takes
from pellucid.layers.noise import branched
from pellucid.layers.settings import advice
from pellucid.layers.shapes import Shape, expected, size

if TYPE_CHECKING:
    from pellucid.show.summary import Summary


@dataclass(frozen=True, init=False, repr=False)
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
        For what is no layer; from `parameters` and `output_shape`, for layers that do
        not fit together; in a call, for what does not fit a layer.

    Examples
    --------
    >>> from pellucid.layers import Dense
    >>> network = Sequential(Dense(8), np.tanh, Dense(1))
    >>> p = network.parameters(np.random.default_rng(0), (3,))
    >>> network(p, np.zeros((5, 3))).shape, network.output_shape((3,))
    ((5, 1), (1,))
    """

    layers: tuple[Any, ...]

    def __init__(self, *layers: Any) -> None:
        refuse_no_layers("Sequential", layers)
        object.__setattr__(self, "layers", layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(name_of, self.layers))})"

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> list[Any]:
        """Draw those of each layer for rows of this shape."""
        rows = zip(self.layers, self.shapes(shape), strict=False)
        return [parameters(layer, rng, row, dtype) for layer, row in rows]

    def shapes(self, shape: Shape) -> list[Shape]:
        """The shape of a row at the start and after each layer."""
        found = [expected(self, shape, "...")]
        for i, layer in enumerate(self.layers, 1):
            with numbered(i):
                found.append(output_shape(layer, found[-1]))
        return found

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of a row after the last layer."""
        return self.shapes(shape)[-1]

    def summary(self, shape: Shape) -> Summary:
        """Sum up the layers: what becomes of a row, and how many parameters each has.

        Parameters
        ----------
        shape : tuple of int
            Of one row, without the axis of rows.

        Returns
        -------
        Summary
            Text in a terminal, HTML in a notebook, `.frame` a row a layer; the layers
            of a layer, as of `Residual`, have numbers such as 3.1.

        Examples
        --------
        >>> from pellucid.layers import Conv2D, Dense, Flatten
        >>> network = Sequential(Conv2D(4, 3), np.tanh, Flatten(), Dense(2))
        >>> print(network.summary((5, 5, 1)))
        Sequential of 4 layers
        rows of shape (5, 5, 1)   parameters 114
        <BLANKLINE>
        layer  name          output shape  parameters
        ─────  ────────────  ────────────  ──────────
        1      Conv2D(4, 3)  (3, 3, 4)             40
        2      tanh          (3, 3, 4)              0
        3      Flatten()     (36,)                  0
        4      Dense(2)      (2,)                  74
        """
        import pandas as pd

        from pellucid.show.summary import Summary

        rows = list(described(self, shape))
        names = ["layer", "name", "output shape", "parameters"]
        frame = pd.DataFrame(rows, columns=names).set_index("layer")
        total = int(frame["parameters"].sum())
        figures = {"rows of shape": expected(self, shape, "..."), "parameters": total}
        return Summary(f"Sequential of {len(self.layers)} layers", figures, frame)

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Take x through all layers; h is what comes out of each."""
        refuse_ignored(self, lengths)
        h = x
        for i, (layer, own) in enumerate(self._pairs(p), 1):
            with numbered(i):
                h = prediction(layer, lengths)(own, h)
        return h

    def training(
        self, p: Any, x: Any, key: Any, lengths: Any = None
    ) -> tuple[Any, list[Any]]:
        """The same in training, and what each layer has moved."""
        refuse_ignored(self, lengths)
        h, moved = x, []
        for i, (layer, own) in enumerate(self._pairs(p), 1):
            with numbered(i):
                made = in_training(layer, branched(key, i), lengths)(own, h)
                h, after = parted(layer, made)
            moved.append(after)
        return h, moved

    @property
    def moving(self) -> list[Any]:
        """Of each layer, which of its parameters move by themselves."""
        return [moving(layer) for layer in self.layers]

    def _pairs(self, p: Any) -> list[tuple[Any, Any]]:
        """Each layer and its parameters."""
        if not isinstance(p, (list, tuple)) or len(p) != len(self.layers):
            got = len(p) if isinstance(p, (list, tuple)) else f"a {type(p).__name__}"
            message = f"{self} has a list of parameters, one entry a layer"
            raise ModelError(f"{message} ({len(self.layers)}), got {got}.")
        return list(zip(self.layers, p, strict=True))


@dataclass(frozen=True, init=False, repr=False)
class Residual:
    """A way around: x + layers(x), where the layers keep the shape.

    Parameters
    ----------
    *layers
        As of `Sequential`; their parameters are a list, too.

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

    inner: Sequential

    def __init__(self, *layers: Any) -> None:
        refuse_no_layers("Residual", layers)
        object.__setattr__(self, "inner", Sequential(*layers))

    def __repr__(self) -> str:
        return f"Residual({', '.join(map(name_of, self.layers))})"

    @property
    def layers(self) -> tuple[Any, ...]:
        """The layers that x is led around."""
        return self.inner.layers

    @property
    def moving(self) -> list[Any]:
        """Of each layer, which of its parameters move by themselves."""
        return self.inner.moving

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> list[Any]:
        """Draw those of each layer for rows of this shape."""
        return self.inner.parameters(rng, self.output_shape(shape), dtype)

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        after = self.inner.output_shape(shape)
        if after != tuple(shape):
            message = f"{self} adds rows of shape {shape} to its layers' {after}"
            raise ModelError(f"{message}: let the last layer give the shape of x.")
        return after

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Add what the layers make of x to it."""
        return x + self._of_shape(x, self.inner(p, x, lengths))

    def training(
        self, p: Any, x: Any, key: Any, lengths: Any = None
    ) -> tuple[Any, list[Any]]:
        """The same in training, and what each layer has moved."""
        y, moved = self.inner.training(p, x, key, lengths)
        return x + self._of_shape(x, y), moved

    def _of_shape(self, x: Any, y: Any) -> Any:
        """What the layers make of x, which does not spread over it."""
        if np.shape(y) != np.shape(x):
            message = f"{self} adds x of shape {np.shape(x)} to its layers'"
            raise ModelError(f"{message} {np.shape(y)}: both must be the same.")
        return y


def layers_in(layer: Any) -> tuple[Any, ...]:
    """The layers that a layer is made of; none of what is one itself."""
    return layer.layers if isinstance(layer, (Sequential, Residual)) else ()


def described(
    network: Sequential, shape: Shape, number: str = ""
) -> Iterator[tuple[str, str, Shape, int]]:
    """Number, name, output shape and count of parameters of each layer, opened."""
    shapes = network.shapes(shape)
    for i, layer in enumerate(network.layers, 1):
        before, after = shapes[i - 1 : i + 1]
        if inner := layers_in(layer):
            yield from described(Sequential(*inner), before, f"{number}{i}.")
        else:
            yield f"{number}{i}", name_of(layer), after, count(layer, before)


def count(layer: Any, shape: Shape) -> int:
    """How many parameters a layer has for rows of this shape."""
    if isinstance(layer, Formula):
        return sum(size(of_it) for _, of_it in layer.table(shape).values())
    drawn = parameters(layer, np.random.default_rng(0), shape, float)
    return sum(map(np.size, structure.leaves(drawn)))


# -- layers and plain functions -------------------------------------------------------


@contextmanager
def numbered(i: int) -> Iterator[None]:
    """Say which layer it was that something does not fit."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"Layer {i}: {error}") from None


def refuse_no_layers(name: str, layers: tuple[Any, ...]) -> None:
    """Refuse what is no layer and no function of x."""
    if not layers:
        raise ModelError(f"{name} takes one layer at least, got none.")
    for layer in layers:
        message = f"{name} takes layers and functions of x"
        if isinstance(layer, type):
            called = f"write {layer.__name__}(...)"
            raise ModelError(f"{message}, got the class {layer.__name__}: {called}.")
        if isinstance(layer, (list, tuple)):
            raise ModelError(f"{message} one by one, got a list: write {name}(*list).")
        if not callable(layer):
            raise ModelError(f"{message}, got {layer!r}{advice(layer)}.")
        if hasattr(layer, "parameters") and not isinstance(layer, Layer):
            found = f"got {name_of(layer)} with parameters, but without output_shape"
            raise ModelError(f"{message}, {found}: a layer has both.")


def parameters(layer: Any, rng: Any, shape: Shape, dtype: Any) -> Any:
    """Draw the parameters of a layer, of this dtype; a function has none."""
    if not isinstance(layer, Layer):
        return {}
    if takes(layer.parameters, "dtype"):
        return layer.parameters(rng, shape, dtype=dtype)
    drawn = layer.parameters(rng, shape)
    return structure.mapped(lambda array: np.asarray(array, dtype), drawn)


def output_shape(layer: Any, shape: Shape) -> Shape:
    """What becomes of a row of this shape; a function is tried on one and on two."""
    if isinstance(layer, Layer):
        return layer.output_shape(shape)
    one, two = (_tried(layer, np.ones((n, *shape))) for n in (1, 2))
    if (one[:1], two[:1]) != ((1,), (2,)) or one[1:] != two[1:]:
        message = f"{name_of(layer)} turns {(1, *shape)} into {one} and {(2, *shape)}"
        raise ModelError(f"{message} into {two}: keep the axis of rows first.")
    return one[1:]


def _tried(function: Any, x: Any) -> Shape:
    """The shape of a function's result, which may look up whole numbers."""
    try:
        with np.errstate(all="ignore"):
            return np.shape(function(x))
    except IndexError as error:
        if x.dtype.kind == "f":
            return _tried(function, x.astype(int))
        raise ModelError(_untaken(function, x, error)) from None
    except (ValueError, TypeError) as error:
        raise ModelError(_untaken(function, x, error)) from None


def _untaken(function: Any, x: Any, error: Exception) -> str:
    return f"{name_of(function)} does not take x of shape {x.shape}: {error}"


def prediction(layer: Any, lengths: Any = None) -> Callable[..., Any]:
    """How a layer is called in prediction: on its parameters and x.

    The call itself is left to who asks, so that a graph knows it as that of the layer.
    """
    given = _given(layer, layer, lengths)
    if isinstance(layer, Layer):
        return partial(layer, **given)
    return partial(lambda p, x: layer(x, **given))  # called as a layer is


def in_training(layer: Any, key: Any, lengths: Any = None) -> Callable[..., Any]:
    """How it is called in training; it gives what moves by itself beside its output."""
    if not isinstance(layer, Training):
        return partial(lambda p, x: (prediction(layer, lengths)(p, x), {}))
    return partial(layer.training, key=key, **_given(layer, layer.training, lengths))


def training(
    layer: Any, p: Any, x: Any, key: Any, lengths: Any = None
) -> tuple[Any, Any]:
    """A layer in training, and the new values of what moves by itself.

    `key` is where random masks come from, an array (1,) of np.uint32; see `noise`.
    """
    return parted(layer, in_training(layer, key, lengths)(p, x))


def parted(layer: Any, made: Any) -> tuple[Any, Any]:
    """What a layer gives in training: its output, and what has moved."""
    if not isinstance(made, tuple) or len(made) != 2:
        message = f"{name_of(layer)}.training gives {type(made).__name__}"
        raise ModelError(f"{message}: give (output, moved), moved {{}} if nothing has.")
    return made


def moving(layer: Any) -> Any:
    """Which parameters of a layer move by themselves, as `minimise` takes it."""
    marks = layer.moving if isinstance(layer, Moving) else ()
    names = (marks,) if isinstance(marks, str) else marks
    are_names = not isinstance(names, dict) and all(isinstance(n, str) for n in names)
    return dict.fromkeys(names, True) if are_names else marks


def goes_by_lengths(layer: Any) -> bool:
    """Whether what a layer gives depends on the lengths of sequences."""
    inner = layers_in(layer)
    return any(map(goes_by_lengths, inner)) if inner else takes(layer, "lengths")


def refuse_ignored(layer: Any, lengths: Any) -> None:
    """Refuse lengths that nothing would go by: steps beyond the end would count."""
    if lengths is not None and not goes_by_lengths(layer):
        message = f"{name_of(layer)} got sequences of several lengths, but nothing in"
        advice = "give them one length, or a layer or function an argument lengths"
        raise ModelError(f"{message} it goes by their lengths: {advice}.")


def _given(layer: Any, function: Any, lengths: Any) -> dict[str, Any]:
    """The lengths, where there are some and a function of a layer takes them."""
    inner = layers_in(layer)
    goes = goes_by_lengths(layer) if inner else takes(function, "lengths")
    return {"lengths": lengths} if lengths is not None and goes else {}
