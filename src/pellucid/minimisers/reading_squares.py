"""How a node is read as a sum of squares: one rule for its operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import lifted
from pellucid.minimisers.terms import (
    NoSquaresError,
    Squares,
    Term,
    added,
    reduced,
    reshaped,
    times,
)


class Reader:
    """Reads nodes as sums of squares; `moved` are those that depend on parameters."""

    def __init__(self, moved: set[Node], recorder: Recorder) -> None:
        self.moved, self.recorder = moved, recorder

    def value(self, node: Node) -> Any:
        """The traced value of a node."""
        return lifted(node, self.recorder)

    def squares(self, node: Node) -> Squares:
        """Read a node as squares."""
        if node not in self.moved:
            if node.size != 1:
                raise NoSquaresError
            return Squares((), np.reshape(self.value(node), ()))
        if node.dtype.kind != "f" or node.operation not in RULES:
            raise NoSquaresError
        return RULES[node.operation](self, node)

    def of(self, *residuals: Any) -> Squares:
        """The squares of these."""
        return Squares(tuple(Term(np.expand_dims(r, -1)) for r in residuals))

    def squared(self, x: Node) -> Squares:
        """x^2."""
        if x.operation == "absolute":
            (z,) = x.arguments
            value = self.value(z)
            return (
                self.of(value.real, value.imag)
                if z.dtype.kind == "c"
                else self.of(value)
            )
        if x.dtype.kind != "f":
            raise NoSquaresError
        if x.operation == "sqrt":
            return self.squares(x.arguments[0])
        if x.operation == "norm" and x.arguments[0].dtype.kind == "f":
            return reduced(self.of(self.value(x.arguments[0])), x)
        return self.of(self.value(x))


def _sum(reader: Reader, node: Node) -> Squares:
    (x,) = node.arguments
    if node.size == 1 and _moved_whole(x):
        return reshaped(_in_all(reader, x), node.shape)
    return reduced(reader.squares(x), node)


def _in_all(reader: Reader, x: Node) -> Squares:
    """The sum over all elements of a node."""
    if x in reader.moved and _moved_whole(x):
        return added([_in_all(reader, a) for a in x.arguments], ())
    squares = reader.squares(x)
    terms = tuple(t.moved(lambda r: np.reshape(r, (-1,))) for t in squares.terms)
    return Squares(terms, x.size * squares.rest)


def _moved_whole(node: Node) -> bool:
    """Whether a node shows what it is made of at other places, every element once."""
    whole = sum(a.size for a in node.arguments) == node.size
    return whole and node.operation in WHOLE


# What gives all elements of its arguments once where it gives as many.
WHOLE = {"reshape", "transpose", "broadcast_to", "concatenate", "stack", "copy"}


def _mean(reader: Reader, node: Node) -> Squares:
    squares = _sum(reader, node)
    many = node.arguments[0].size // node.size
    return times(squares, 1 / many, node.shape)


def _multiply(reader: Reader, node: Node) -> Squares:
    x, y = node.arguments
    if x is y:
        return reader.squared(x)
    factor, other = (x, y) if y in reader.moved else (y, x)
    if factor in reader.moved:
        raise NoSquaresError
    return times(reader.squares(other), reader.value(factor), node.shape)


def _divide(reader: Reader, node: Node) -> Squares:
    above, below = node.arguments
    if below in reader.moved:
        raise NoSquaresError
    return times(reader.squares(above), 1 / reader.value(below), node.shape)


def _power(reader: Reader, node: Node) -> Squares:
    base, exponent = node.arguments
    if not (exponent.is_literal and exponent.value == 2):
        raise NoSquaresError
    return reader.squared(base)


def _add(reader: Reader, node: Node) -> Squares:
    return added([reader.squares(a) for a in node.arguments], node.shape)


def _subtract(reader: Reader, node: Node) -> Squares:
    x, y = (reader.squares(a) for a in node.arguments)
    return added([x, times(y, -1.0, node.shape)], node.shape)


def _where(reader: Reader, node: Node) -> Squares:
    """Squares that a condition leaves out are 0, whatever they were."""
    condition, x, y = node.arguments
    if condition in reader.moved:
        raise NoSquaresError
    chosen, terms = reader.value(condition), []
    for side, picks in ((x, chosen), (y, np.logical_not(chosen))):
        squares = reader.squares(side)
        if side in reader.moved:
            terms += [_picked(t.widened(node.shape), picks) for t in squares.terms]
        elif not (side.is_literal and side.value == 0):
            raise NoSquaresError
    return Squares(tuple(terms))


def _picked(term: Term, picks: Any) -> Term:
    picks = np.broadcast_to(np.expand_dims(picks, -1), term.r.shape)
    weight = 1.0 if term.weight is None else term.weight
    return replace(
        term, r=np.where(picks, term.r, 0.0), weight=np.where(picks, weight, 0.0)
    )


def _product(reader: Reader, node: Node) -> Squares:
    """r'r, of a vector, a row or a column."""
    x, y = map(_vector, node.arguments)
    if x is not y or node.size != 1 or x.dtype.kind != "f":
        raise NoSquaresError
    return reshaped(reader.of(np.reshape(reader.value(x), (-1,))), node.shape)


def _vector(node: Node) -> Node:
    """The vector that is shown as a row or a column; NoSquaresError for a matrix."""
    if max(node.shape, default=1) != node.size:
        raise NoSquaresError
    while node.operation in ("reshape", "transpose", "conjugate", "copy"):
        (inner,) = node.arguments[:1]
        if max(inner.shape, default=1) != inner.size:
            break
        node = inner
    return node


def _einsum(reader: Reader, node: Node) -> Squares:
    """All elements of x times themselves, as by "ij,ij->"."""
    given, _, result = node.options["subscripts"].replace(" ", "").partition("->")
    names = given.split(",")
    same = len(names) == 2 and names[0] == names[1] and not result
    once = len(set(names[0])) == len(names[0])
    if not (same and once and node.arguments[0] is node.arguments[1]):
        raise NoSquaresError
    return reshaped(reader.squared(node.arguments[0]), ())


def _reshape(reader: Reader, node: Node) -> Squares:
    """One number in another shape."""
    if node.size != 1 or node.arguments[0].size != 1:
        raise NoSquaresError
    return reshaped(reader.squares(node.arguments[0]), node.shape)


def _index(reader: Reader, node: Node) -> Squares:
    """Some elements, as a Python loop over an array takes them."""
    if not all(isinstance(i, (int, slice)) for i in node.options["at"]):
        return _reshape(reader, node)
    squares = reader.squares(node.arguments[0])
    at = node.options["at"]
    terms = tuple(t.moved(lambda r: r[at]) for t in squares.terms)
    return Squares(terms, squares.rest)


def _cast(reader: Reader, node: Node) -> Squares:
    (x,) = node.arguments
    return reader.squares(x)


RULES: dict[str, Callable[[Reader, Node], Squares]] = {
    "square": lambda reader, node: reader.squared(node.arguments[0]),
    "power": _power,
    "multiply": _multiply,
    "divide": _divide,
    "negative": lambda reader, node: times(
        reader.squares(node.arguments[0]), -1.0, node.shape
    ),
    "add": _add,
    "subtract": _subtract,
    "sum": _sum,
    "mean": _mean,
    "where": _where,
    "dot": _product,
    "matmul": _product,
    "einsum": _einsum,
    "reshape": _reshape,
    "transpose": _reshape,
    "index": _index,
    "copy": _cast,
    "cast": _cast,
}
