r"""Indexing and assignment as mathematics: x_{i,0}, b[0 \leftarrow v].

Indices are those of the code, counted from 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.shapes import turned
from pellucid.reading.formula.typesetter import (
    WHOLE,
    Index,
    Typesetter,
    aligned,
    at,
    entries,
)


def index(t: Typesetter, node: Node, index: Index) -> Piece:
    """x[i]: the index is passed on to what x is made of, or stands below it."""
    x = node.arguments[0]
    parts = _spread(node.options["at"], x.ndim)
    outer = list(index) if index is not None else _unindexed(node)
    plain = all(_is_plain(part) for part in parts)
    if index is None and all(part is None or _is_full(part) for part in parts):
        return turned(t, x, node)
    if plain:
        return t.write(x, _composed(parts, outer, x))
    inner = tuple(_entry(t, part, node) for part in parts if part is not None)
    chosen = t.write(x, inner)
    if not entries(index):
        return chosen
    return latex.subscripted(Piece(latex.fenced(chosen.text)), [], entries(index))


def _spread(parts: tuple[Any, ...], ndim: int) -> list[Any]:
    """An index with a part for each axis."""
    given = sum(part is not None and part is not Ellipsis for part in parts)
    rest = [slice(None)] * (ndim - given)
    if Ellipsis not in [part for part in parts if not isinstance(part, np.ndarray)]:
        return [*parts, *rest]
    found: list[Any] = []
    for part in parts:
        found += rest if part is Ellipsis else [part]
    return found


def _unindexed(node: Node) -> list[str | None]:
    return [None if n == 1 else WHOLE for n in node.shape]


def _is_full(part: Any) -> bool:
    return isinstance(part, slice) and part == slice(None)


def _is_plain(part: Any) -> bool:
    """Whether a part picks one place or leaves an axis as it is."""
    return part is None or isinstance(part, (int, np.integer)) or _is_full(part)


def _composed(parts: list[Any], outer: list[str | None], x: Node) -> Index:
    """The index into x of an index into x[parts]."""
    places = iter(outer)
    inner = []
    for part in parts:
        place = next(places) if part is None or _is_full(part) else str(part)
        if part is not None:
            inner.append(place)
    return tuple(
        None if n == 1 else entry for n, entry in zip(x.shape, inner, strict=True)
    )


def _entry(t: Typesetter, part: Any, node: Node) -> str:
    """One part of an index as a subscript."""
    if isinstance(part, Slot):
        return t.write(node.arguments[-_slots(node) + part.position]).text
    if isinstance(part, slice):
        ends = ["" if v is None else str(v) for v in (part.start, part.stop, part.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(part, (np.ndarray, list)):
        shown = np.ravel(part).tolist() if np.size(part) <= 4 else [r"\ldots"]
        return f"[{', '.join(map(str, shown))}]"
    return str(part)


def _slots(node: Node) -> int:
    return sum(isinstance(part, Slot) for part in node.options["at"])


def _place(t: Typesetter, node: Node, ndim: int) -> str:
    """The place that is written to."""
    parts = _spread(node.options["at"], ndim)
    return ", ".join(_entry(t, part, node) for part in parts if part is not None)


def assign(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""x[i \leftarrow v]: x with v at place i."""
    x, v, *_ = node.arguments
    if all(_is_full(part) for part in _spread(node.options["at"], x.ndim)):
        return t.write(v, aligned(index, node, v))
    base = latex.bound(t.write(x), latex.ATOM)
    text = rf"{base}[{_place(t, node, x.ndim)} \leftarrow {t.write(v).text}]"
    return at(Piece(text, latex.POWER), index)


def scatter(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""\mathbf{0}[i \leftarrow g]: zeros with g added at place i."""
    return at(_into_zeros(t, node, node.arguments[0]), index)


def add_at(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""With v added at place i: x + \mathbf{0}[i \leftarrow v]."""
    x, v, *_ = node.arguments
    return at(latex.plus(t.write(x), _into_zeros(t, node, v)), index)


def _into_zeros(t: Typesetter, node: Node, value: Node) -> Piece:
    place = _place(t, node, node.ndim)
    text = rf"\mathbf{{0}}[{place} \leftarrow {t.write(value).text}]"
    return Piece(text, latex.POWER)
