"""Sums of squares in the place of a node, element by element.

They have one axis more than the node, over which squares are summed:

    z[i...] = rest + sum_k scale weight[i..., k] r[i..., k]^2
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import reduced_axes


class NoSquaresError(Exception):
    """A node is not seen as a sum of squares."""


@dataclass(frozen=True)
class Term:
    """sum_k scale weight[..., k] r[..., k]^2; a weight of None is 1 everywhere."""

    r: Any
    weight: Any = None
    scale: Any = 1.0

    def all_weights(self) -> Any:
        """Weight times scale, a number each residual."""
        ones = np.ones(self.r.size)
        if self.weight is not None:
            ones = ones * np.reshape(self.weight, (-1,))
        return self.scale * ones

    def moved(self, move: Callable[[Any], Any]) -> Term:
        """The same of elements that are put elsewhere."""
        weight = None if self.weight is None else move(self.weight)
        return replace(self, r=move(self.r), weight=weight)

    def widened(self, shape: tuple[int, ...]) -> Term:
        """The same term for each element of a larger shape."""
        if self.r.shape[:-1] == shape:
            return self
        return self.moved(lambda x: np.broadcast_to(x, (*shape, x.shape[-1])))

    def times(self, c: Any, shape: tuple[int, ...]) -> Term:
        """The term multiplied by c, which no parameter moves."""
        if np.ndim(c) == 0:
            return replace(self.widened(shape), scale=self.scale * c)
        wide = self.widened(shape)
        c = np.broadcast_to(np.expand_dims(c, -1), wide.r.shape)
        return replace(wide, weight=c if wide.weight is None else c * wide.weight)


@dataclass(frozen=True)
class Squares:
    """Terms of a node, and the rest of it, a number that no parameter moves."""

    terms: tuple[Term, ...]
    rest: Any = 0.0


def reduced(squares: Squares, node: Node) -> Squares:
    """The squares of the argument of a sum, summed over its axes."""
    (x,) = node.arguments
    axes = reduced_axes(x.ndim, node.options.get("axis"))
    stay = [i for i in range(x.ndim) if i not in axes]

    def move(r: Any) -> Any:
        order = (*stay, *axes, x.ndim)
        return np.reshape(np.transpose(r, order), (*node.shape, -1))

    if x.size == 0:
        raise NoSquaresError
    many = x.size // max(node.size, 1)
    return Squares(tuple(t.moved(move) for t in squares.terms), many * squares.rest)


def times(squares: Squares, c: Any, shape: tuple[int, ...]) -> Squares:
    """Squares multiplied by c, which no parameter moves, in the shape of both."""
    if np.ndim(c) and np.size(c) == 1:
        c = np.reshape(c, ())
    if np.ndim(c) and not (isinstance(squares.rest, float) and squares.rest == 0.0):
        raise NoSquaresError
    rest = squares.rest if np.ndim(c) else squares.rest * c
    return Squares(tuple(t.times(c, shape) for t in squares.terms), rest)


def added(parts: Sequence[Squares], shape: tuple[int, ...]) -> Squares:
    """The sum of squares, in the shape that all have together."""
    terms = [t.widened(shape) for part in parts for t in part.terms]
    return Squares(tuple(terms), sum(part.rest for part in parts))


def reshaped(squares: Squares, shape: tuple[int, ...]) -> Squares:
    """One number, as which all squares are summed, in its shape."""
    terms = tuple(t.moved(lambda r: np.reshape(r, (*shape, -1))) for t in squares.terms)
    return Squares(terms, squares.rest)
