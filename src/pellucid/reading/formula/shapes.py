"""Arrays put into other shapes, and together, as mathematics."""

from __future__ import annotations

from pellucid.graphs.node import Node
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.typesetter import (
    Index,
    Typesetter,
    at,
    is_array,
    is_turned,
)


def broadcast(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""A number that fills an array: g \mathbf{1}."""
    (piece,) = t.write_all(node, index)
    if not is_array(node, index) or is_array(node.arguments[0], None):
        return piece
    if piece.text in ("0", "1"):
        return Piece(rf"\mathbf{{{piece.text}}}")
    return latex.times(piece, Piece(r"\mathbf{1}"))


def transpose(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""The transpose X^\top; of other axes, by name."""
    (x,) = node.arguments
    axes = node.options.get("axes") or tuple(reversed(range(x.ndim)))
    if index is not None:
        return t.write(x, tuple(index[axes.index(i)] for i in range(x.ndim)))
    if t.is_product(x, 2, 2):  # (A B)' = B' A'
        a, b = (latex.raised(t.write(each), r"\top") for each in x.arguments)
        return latex.times(b, a)
    if axes[-2:] == (x.ndim - 1, x.ndim - 2) and axes[:-2] == tuple(range(x.ndim - 2)):
        return latex.raised(t.write(x), r"\top")
    return latex.applied(latex.named("transpose"), t.write(x))


def reshape(t: Typesetter, node: Node, index: Index) -> Piece:
    """A column or row may lie down or stand up; anything else has a name."""
    (x,) = node.arguments
    if [n for n in x.shape if n != 1] == [n for n in node.shape if n != 1]:
        if index is None:
            return turned(t, x, node)
        long = iter([e for n, e in zip(node.shape, index, strict=True) if n != 1])
        return t.write(x, tuple(None if n == 1 else next(long) for n in x.shape))
    name = "vec" if node.ndim == 1 else "reshape"
    return at(latex.applied(latex.named(name), t.write(x)), index)


def turned(t: Typesetter, x: Node, node: Node) -> Piece:
    """An array of the same elements, as a row if it has become one."""
    piece = t.write(x)
    return latex.raised(piece, r"\top") if is_turned(x, node) else piece


def diagonal(t: Typesetter, node: Node, index: Index) -> Piece:
    """The elements x_{ii}, or the diagonal by name."""
    (x,) = node.arguments
    if index and x.ndim == 2 and not node.options.get("offset"):
        return t.write(x, index * 2)
    return at(latex.applied(latex.named("diag"), t.write(x)), index)


def concatenate(t: Typesetter, node: Node, index: Index) -> Piece:
    """Blocks beside or below one another."""
    return at(_blocks(node, [t.write(a).text for a in node.arguments]), index)


def stack(t: Typesetter, node: Node, index: Index) -> Piece:
    """Numbers as a column, vectors as the rows of a matrix or as its columns."""
    parts = [t.write(a) for a in node.arguments]
    if node.ndim == 2 and not _is_beside(node):
        parts = [latex.raised(part, r"\top") for part in parts]
    return at(_blocks(node, [part.text for part in parts]), index)


def _blocks(node: Node, parts: list[str]) -> Piece:
    if _is_beside(node):
        return latex.matrix(1, len(parts), lambda i, j: parts[j])
    return latex.matrix(len(parts), 1, lambda i, j: parts[i])


def _is_beside(node: Node) -> bool:
    """Whether arrays are joined along the last axis of several."""
    return node.ndim > 1 and node.options.get("axis", 0) % node.ndim == node.ndim - 1
