"""The stable formula, recorded on what the unknowns of the naive one are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.rewriting.formulas import Formula
from pellucid.graphs.rewriting.matching import Bound, Match
from pellucid.graphs.rewriting.ranges import is_roomy
from pellucid.graphs.rewriting.sums_of_products import (
    Label,
    Labels,
    Seen,
    Summed,
    seen_whole,
)
from pellucid.graphs.tracing.traced import current, lifted, recorded


class Instance:
    """A formula that was found at a node; its unknowns are laid out along its axes."""

    def __init__(self, formula: Formula, match: Match, node: Node) -> None:
        self.formula = formula
        self.match = match
        self.node = node
        self.layout = self._layout()

    def has_axes(self) -> bool:
        """Whether an unknown has each axis that is gone along; a number has none."""
        axes = map(self.match.place, self.match.axes or ())
        return all(k in self.layout for k in axes)

    def result(self) -> Any:
        """What takes the place of the node."""
        unknowns = {
            name: self._value(self.match.unknowns[node])
            for name, node in self.formula.unknowns.items()
        }
        made = self.formula.identity.stable(**unknowns, **self._options())
        if self.match.picked is None and np.shape(made) != self.node.shape:
            made = self._in_frame(made)
        made = self._times(made, self.match.number, self.match.rest)
        if np.shape(made) != self.node.shape:
            made = np.broadcast_to(made, self.node.shape)
        return made

    def _options(self) -> dict[str, Any]:
        """The axes that are reduced, and the index that picks."""
        options: dict[str, Any] = {}
        if self.match.axes is not None:
            long = [k for k in self.layout if k is not None]
            axes = [self.match.place(k) for k in self.match.axes]
            # From the last axis, where an unknown lacks some of the first.
            shift = len(self.layout) if self._lacks_axes() else 0
            places = tuple(self.layout.index(k) - shift for k in axes)
            one = places[0] if len(places) == 1 else places
            options["axis"] = None if len(axes) == len(long) else one
            if self.formula.keeps:
                options["keepdims"] = self._kept(axes)
        if self.match.exponent is not None:
            options["n"] = _as_integer(self.match.exponent)
        if self.match.picked is not None:
            _, *indices = self.match.picked.arguments
            at = self.match.picked.options["at"]
            options["at"] = tuple(
                lifted(indices[i.position], current()) if isinstance(i, Slot) else i
                for i in at
            )
        return options

    def _lacks_axes(self) -> bool:
        """Whether an array among the unknowns has fewer axes than the layout."""
        known = [s for b in self.match.unknowns.values() for s in b.term.powers]
        return any(0 < s.node.ndim < len(self.layout) for s in known)

    def _kept(self, axes: Sequence[Label]) -> bool:
        """Whether the result has the reduced axes, with length 1."""
        rest = tuple(k for k in self.layout if k not in axes)
        return rest != seen_whole(self.node).labels

    # -- along which axes -------------------------------------------------------------

    def _labels(self, seen: Seen) -> Labels:
        return tuple(self.match.place(k) for k in seen.labels)

    def _layout(self) -> Labels:
        """The axes of the unknowns together, as the largest of them has them."""
        found = [
            self._labels(seen)
            for bound in self.match.unknowns.values()
            for seen in bound.term.powers
        ]
        all_labels = {k for labels in found for k in labels if k is not None}
        for labels in found:
            frame = [k for k in labels if isinstance(k, int)]
            if all_labels <= set(labels) and frame == sorted(frame):
                return labels
        summed = sorted(k for k in all_labels if isinstance(k, Summed))
        return (*seen_whole(self.node).labels, *summed)

    def _aligned(self, seen: Seen, layout: Labels) -> Any:
        """A node with its axes where the layout has them."""
        labels, x = self._labels(seen), self._floating(seen.node)
        if _fits(labels, layout):
            return x
        long = [k for k in labels if k is not None]
        order = sorted(range(len(long)), key=lambda i: layout.index(long[i]))
        sizes = [n for n in seen.node.shape if n != 1]
        if order != sorted(order):
            x = np.transpose(np.reshape(x, sizes), order)
        length = dict(zip(long, sizes, strict=True))
        return np.reshape(
            x, tuple(1 if k is None else length.get(k, 1) for k in layout)
        )

    def _floating(self, node: Node) -> Any:
        """A stand-in for a node, for numbers that may be negated and doubled."""
        x = lifted(node, current())
        is_narrow = not is_roomy(node) or self._is_narrower(node)
        if not (node.is_literal and node.weak) and is_narrow:
            return recorded("cast", x, dtype=self.node.dtype)
        return node.value if node.is_literal and node.weak else x

    def _is_narrower(self, node: Node) -> bool:
        """Whether a float has fewer digits than the result has."""
        return node.dtype.kind == "f" and node.dtype.itemsize < self.node.dtype.itemsize

    def _in_frame(self, made: Any) -> Any:
        """The result without the axes that were reduced."""
        frame = seen_whole(self.node).labels
        if _fits(self.layout, frame) and np.ndim(made) <= len(frame):
            return made
        length = dict(zip(frame, self.node.shape, strict=True))
        shape = tuple(
            length[k] if k in self.layout and k is not None else 1 for k in frame
        )
        return np.reshape(made, shape)

    # -- what an unknown is -----------------------------------------------------------

    def _value(self, bound: Bound) -> Any:
        """An unknown as the person wrote it, where that is possible."""
        powers = list(bound.term.powers.items())
        if len(powers) == 1 and powers[0][1] == 1 and abs(bound.term.number) == 1:
            value = self._aligned(powers[0][0], self.layout)
            return value if bound.term.number == 1 else -value
        if bound.whole is not None:
            value = self._aligned(bound.whole, self.layout)
            return _scaled(value, bound.scale)
        if not powers:
            is_double = self.node.dtype == np.float64
            number = bound.term.number
            return number if is_double else self.node.dtype.type(number)
        powers.sort(key=lambda pair: pair[1] < 0)  # x / y, not 1 / y * x
        base, power = powers[0]
        if power < 0:
            return self._times(bound.term.number, 1.0, dict(powers), self.layout)
        first = _raised(self._aligned(base, self.layout), power)
        return self._times(first, bound.term.number, dict(powers[1:]), self.layout)

    def _times(
        self, x: Any, number: float, powers: Mapping[Seen, float],
        layout: Labels | None = None,
    ) -> Any:  # fmt: skip
        """Multiply by a number and by powers."""
        layout = seen_whole(self.node).labels if layout is None else layout
        for base, power in powers.items():
            factor = self._aligned(base, layout)
            x = x / factor if power == -1 else _raised(factor, power) * x
        return _scaled(x, number)


def _fits(labels: Labels, layout: Labels) -> bool:
    """Whether axes stand in their places, counted from the last, by broadcasting."""
    pairs: list[tuple[Label, Label]] = list(
        zip(labels[::-1], layout[::-1], strict=False)
    )
    return len(labels) <= len(layout) and all(k is None or k == p for k, p in pairs)


def _raised(x: Any, power: float) -> Any:
    if power == 1:
        return x
    if power == 0.5:
        return np.sqrt(x)
    return x ** _as_integer(power)


def _as_integer(number: float) -> float:
    """The same number, as an integer where it is one."""
    return int(number) if number == int(number) else number


def _scaled(x: Any, number: float) -> Any:
    """A multiple; a fraction of 1 as a quotient, as people write it."""
    if number == 1:
        return x
    if number == -1:
        return -x
    if (1 / number).is_integer() and not number.is_integer():
        return x / int(1 / number)
    return _as_integer(number) * x
