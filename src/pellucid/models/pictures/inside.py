"""What goes on inside a network: its layers, their outputs, and their variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.tracing.naming import stem
from pellucid.graphs.tracing.trace import graph
from pellucid.layers.containers import Sequential, layers_in, prediction
from pellucid.layers.layer import name_of

Array = Any

FEW = 16  # units that stand in one row


Own = tuple[Any, Any]  # a layer and its parameters


@dataclass(frozen=True, eq=False)
class Part:
    """One layer of a network, its parameters, its place, and what comes before it."""

    layer: Any
    p: Any
    place: int
    before: tuple[Own, ...]

    @property
    def name(self) -> str:
        """The layer as it is written."""
        return name_of(self.layer)


def parts_of(network: Any, p: Any) -> list[Part]:
    """The layers of a network in their order, those of layers of layers too.

    >>> from pellucid.layers import Dense, Residual
    >>> network = Sequential(Dense(3), Residual(np.tanh), Sequential(Dense(1)))
    >>> p = network.parameters(np.random.default_rng(0), (2,))
    >>> [part.name for part in parts_of(network, p)]
    ['Dense(3)', 'tanh', 'Residual(tanh)', 'Dense(1)']
    """
    found = _flat(network, p, ())
    return [Part(layer, own, k, before) for k, (layer, own, before) in enumerate(found)]


def _flat(
    layer: Any, p: Any, before: tuple[Own, ...]
) -> Iterator[tuple[Any, Any, tuple[Own, ...]]]:
    chain = before
    if layers_in(layer):
        for inner, own in zip(layers_in(layer), p, strict=True):
            yield from _flat(inner, own, chain)
            chain = (*chain, (inner, own))
    if not isinstance(layer, Sequential):
        yield layer, p, before


@dataclass(frozen=True)
class Inside:
    """A network up to one of its layers.

    Parameters
    ----------
    network : layer
        The whole network.
    p : structure of arrays
        Its parameters.
    layer : int or str
        The place of the layer, from 0 or from the end, or its type: the first of it.
    kinds : tuple of types
        What it must be one of, where that matters.
    """

    network: Any
    p: Any
    layer: int | str
    kinds: tuple[type, ...] = ()

    @property
    def part(self) -> Part:
        """The layer; a ModelError says which there are."""
        parts = parts_of(self.network, self.p)
        fits = [x for x in parts if not self.kinds or isinstance(x.layer, self.kinds)]
        if isinstance(self.layer, int):
            found = parts[self.layer :][:1] if -len(parts) <= self.layer else []
        else:
            found = [x for x in parts if x.name.partition("(")[0] == self.layer]
        found = [x for x in found if x in fits]
        if not found:
            what = " or ".join(kind.__name__ for kind in self.kinds) or "layer"
            listed = ", ".join(f"{x.place} {x.name}" for x in parts)
            message = f"Expected the place or the type of {what} of the network"
            raise ModelError(f"{message}, got {self.layer!r}; its layers are {listed}.")
        return found[0]

    def before(self, x: Array, lengths: Array = None) -> Array:
        """What goes into the layer."""
        h = x
        for layer, own in self.part.before:
            h = prediction(layer, lengths)(own, h)
        return h

    def output(self, x: Array, lengths: Array = None) -> Array:
        """What comes out of it."""
        part = self.part
        return prediction(part.layer, lengths)(part.p, self.before(x, lengths))


def rows(x: Any, ndim: int, what: str) -> Array:
    """Rows of data as an array with so many axes."""
    x = np.asarray(x)
    if x.ndim != ndim or not len(x):
        raise ModelError(f"Expected {what}, got {x.shape}: reshape it.")
    return x


def variables(layer: Any, p: Any, x: Array) -> dict[str, Array]:
    """What the variables of a layer hold while it runs on x, one entry each time.

    They are read in its graph, so that they are what it computes.
    """
    recorded = graph(layer, p, x)
    values = recorded.values(p, x)
    found: dict[str, list[Array]] = {}
    for node in recorded.nodes:
        name = stem(node.name)
        if node.arguments and name:
            found.setdefault(name, []).append(values[node.name])
    return {name: np.stack(_alike(each)) for name, each in found.items()}


def _alike(values: list[Array]) -> list[Array]:
    """Those of the shape that most have; what is stacked in the end has another."""
    shapes = Counter(np.shape(value) for value in values)
    ((shape, _),) = shapes.most_common(1)
    return [value for value in values if np.shape(value) == shape]


def as_images(h: Array) -> list[Array]:
    """An output of one row as images: a map for each channel, or a strip of units.

    >>> [image.shape for image in as_images(np.zeros((5, 5, 3)))]
    [(5, 5), (5, 5), (5, 5)]
    >>> as_images(np.zeros(60))[0].shape, as_images(np.zeros((7, 4)))[0].shape
    ((8, 8), (4, 7))
    """
    if h.ndim == 3:
        return list(np.moveaxis(h, -1, 0))
    if h.ndim == 2:
        return [h.T]  # units down, time across
    wide = h.size if h.size <= FEW else int(np.ceil(np.sqrt(h.size)))
    filled = np.full(-(-h.size // wide) * wide, np.nan)
    filled[: h.size] = h.ravel()
    return [filled.reshape(-1, wide)]


def strongest(h: Array) -> Array:
    """How much each unit says (n, units): where it says most, if it has places."""
    return h if h.ndim == 2 else h.reshape(len(h), -1, h.shape[-1]).max(axis=1)
