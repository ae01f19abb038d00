r"""Indexing and assignment as mathematics: x_{i,0}, b[0 \leftarrow v].

Indices are those of the code, counted from 0.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import is_whole
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.rules import by_name
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
    parts = spread(node.options["at"], x.ndim)
    outer = list(index) if index is not None else _unindexed(node)
    plain = all(_is_plain(part) for part in parts)
    plain = plain or _is_by_steps(parts, index)
    if index is None and all(part is None or _is_full(part) for part in parts):
        return turned(t, x, node)
    if plain:
        return t.write(x, _composed(parts, outer, x))
    inner = tuple(_entry(t, part, node) for part in parts if part is not None)
    chosen = t.write(x, inner)
    if not entries(index):
        return chosen
    return latex.subscripted(Piece(latex.fenced(chosen.text)), [], entries(index))


def windows(t: Typesetter, node: Node, index: Index) -> Piece:
    """Windows of x by elements: x_{i+u,j+v} in the window at i, j."""
    x, axes = node.arguments[0], _axes(node)
    if index is None or WHOLE in index or len(set(axes)) < len(axes):
        return by_name(t, node, index)
    places = list(index[: x.ndim])
    for axis, within in zip(axes, index[x.ndim :], strict=True):
        sides = [each for each in (places[axis], within) if each not in (None, "0")]
        places[axis] = "+".join(sides) or "0"
    return t.write(x, tuple(None if n == 1 else p
                            for n, p in zip(x.shape, places, strict=True)))  # fmt: skip


def _axes(node: Node) -> tuple[int, ...]:
    """The axes that windows lie along."""
    axis, ndim = node.options.get("axis"), node.arguments[0].ndim
    axes = range(ndim) if axis is None else np.atleast_1d(axis).tolist()
    return tuple(each % ndim for each in axes)


def spread(parts: tuple[Any, ...], ndim: int) -> list[Any]:
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
    return part is None or is_whole(part) or _is_full(part)


def _is_by_steps(parts: list[Any], index: Index) -> bool:
    """Whether parts pick one place, leave an axis, or take every second of it."""
    if index is None or WHOLE in index:
        return False
    return all(_is_plain(part) or _step(part) for part in parts)


def _step(part: Any) -> int:
    """The step of a slice of a whole axis; 0 for anything else."""
    whole = isinstance(part, slice) and part.start is None and part.stop is None
    return max(part.step or 1, 0) if whole else 0


def _times(step: int, place: str | None) -> str | None:
    """A place of a slice with a step, as 2i."""
    if place is None:
        return "0"
    sum_ = f"({place})" if re.search("[+-]", place) else place
    return place if step == 1 else f"{step}{sum_}"


def _composed(parts: list[Any], outer: list[str | None], x: Node) -> Index:
    """The index into x of an index into x[parts]."""
    places = iter(outer)
    inner = []
    for part in parts:
        step = _step(part)
        place = next(places) if part is None or step else place_text(part)
        place = _times(step, place) if step > 1 else place
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
        steps = (part.start, part.stop, part.step)
        ends = ["" if v is None else place_text(v) for v in steps]
        return ":".join(ends if ends[2] else ends[:2])
    if isinstance(part, (np.ndarray, list)):
        shown = np.ravel(part).tolist() if np.size(part) <= 4 else [r"\ldots"]
        return f"[{', '.join(map(str, shown))}]"
    return place_text(part)


def place_text(place: Any) -> str:
    """A place in an index; one that moves with a loop as 2i+1."""
    text = re.sub(r" ?[* ] ?", "", str(place))
    return re.sub(r"[A-Za-z_]{2,}", lambda name: latex.symbol(name[0]).text, text)


def _slots(node: Node) -> int:
    return sum(isinstance(part, Slot) for part in node.options["at"])


def _place(t: Typesetter, node: Node, ndim: int) -> str:
    """The place that is written to."""
    parts = spread(node.options["at"], ndim)
    return ", ".join(_entry(t, part, node) for part in parts if part is not None)


def written_to(t: Typesetter, node: Node, index: Index) -> Index:
    """The index of what a step writes to: the place, and that of the value within."""
    inner = iter(index or ())
    found: list[str | None] = []
    for part in spread(node.options["at"], node.ndim):
        if _is_full(part):
            found.append(next(inner, WHOLE))
        elif part is not None:
            found.append(_entry(t, part, node))
    return tuple(found)


def assign(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""x[i \leftarrow v]: x with v at place i."""
    x, v, *_ = node.arguments
    if all(_is_full(part) for part in spread(node.options["at"], x.ndim)):
        return t.write(v, aligned(index, node, v))
    base = latex.bound(t.write(x), latex.ATOM)
    text = rf"{base}[{_place(t, node, x.ndim)} \leftarrow {t.write(v).text}]"
    return at(Piece(text, latex.POWER), index)


def counter(t: Typesetter, node: Node, index: Index) -> Piece:
    """The number of a turn."""
    text = place_text(node.options["value"])
    return Piece(text, latex.ATOM if re.fullmatch(r"\w+", text) else latex.SUM)


def scatter(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""\mathbf{0}[i \leftarrow g]: zeros with g added at place i."""
    return at(into_zeros(t, node, node.arguments[0]), index)


def add_at(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""With v added at place i: x + \mathbf{0}[i \leftarrow v]."""
    x, v, *_ = node.arguments
    return at(latex.plus(t.write(x), into_zeros(t, node, v)), index)


def into_zeros(t: Typesetter, node: Node, value: Node) -> Piece:
    r"""Zeros but for a value at a place: \mathbf{0}[i \leftarrow v]."""
    place = _place(t, node, node.ndim)
    text = rf"\mathbf{{0}}[{place} \leftarrow {t.write(value).text}]"
    return Piece(text, latex.POWER)
