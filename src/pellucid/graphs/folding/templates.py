"""What the turns of a run have in common, and for how many turns it holds.

A template is guessed from the first turns and then checked in every column and every
number of every turn that it is said to hold for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graphs.folding.columns import (
    Column,
    Key,
    Own,
    Same,
    column_of,
    holding,
)
from pellucid.graphs.folding.items import PLACED, Block, Item, Run, standing_alone
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import is_elementwise


class Segment:
    """Turns of equal labels that follow one another, and where their arguments lead.

    Parameters
    ----------
    blocks : list of Block
        The turns; of a period of several, what these hold together.
    arguments : list
        For each argument of all items those of all turns: a column.
    keys : list
        For each of them the keys of all turns.
    signature : int
        The number of their labels.
    """

    def __init__(
        self, blocks: list[Block], arguments: Sequence[Sequence[Node | None]],
        keys: Sequence[Sequence[Key]], signature: int,
    ) -> None:  # fmt: skip
        self.blocks, self.signature = blocks, signature
        self.arguments, self.keys = arguments, keys
        items = blocks[0].items
        self.places = [(j, i) for j, item in enumerate(items)
                       for i in range(len(item.refs))]  # fmt: skip

    def __len__(self) -> int:
        return len(self.blocks)

    def number(self, t: int, j: int, i: int) -> int:
        """The i-th number of the j-th item in a turn."""
        found: int = self.blocks[t].items[j].numbers[i]
        return found


class Template:
    """How the turns of a loop depend on one another: a column for each argument.

    Attributes
    ----------
    items : list of Item
        Those of one turn, as a model.
    columns : list of Column
        Of all arguments of all items.
    steps : list of list
        For each item how its numbers move with the turn; None for those that are taken
        from a table.
    models : list of Node
        Of each column a value as it goes on, None where nobody reads it.
    is_known : bool
        Whether it has been used, so that it is not changed any more.
    """

    def __init__(self, run: Run, segment: Segment, a: int) -> None:
        n = len(segment)
        b, c = min(a + 1, n - 1), min(a + 2, n - 1)
        self.run, self.signature, self.is_known = run, segment.signature, False
        self.places = segment.places
        self.items: list[Item] = segment.blocks[b].items
        self.earlier: list[Item] = segment.blocks[a].items
        self.numbers = [block.numbers for block in segment.blocks[a : a + 2]]
        self.columns: list[Column] = [column_of(keys, a) for keys in segment.keys]
        self.models = [_model(segment, k, a, column)
                       for k, column in enumerate(self.columns)]  # fmt: skip
        self.steps: list[list[int | None]] = [
            [_step(segment, j, i, a, b, c) for i in range(len(item.numbers))]
            for j, item in enumerate(self.items)
        ]

    def holds(self, segment: Segment, a: int) -> int:
        """How many turns from a on follow this template; at least the first does."""
        end, least = len(segment), a if self.is_known else a + 1
        for k, column in enumerate(self.columns):
            end = holding(segment.keys[k], column, a, end)
            if self.models[k] is None:
                end = _unread(segment.arguments[k], a, end)
            if end > least and not isinstance(column, Same):
                end = self._alike(segment, k, a, end)
            if end <= least:
                return least - a
        for j, item in enumerate(segment.blocks[a].items):
            for i in range(len(item.numbers)):
                end = self._moving(segment, j, i, a, end)
        return max(end, least) - a

    # -- numbers ----------------------------------------------------------------------

    def _moving(self, segment: Segment, j: int, i: int, a: int, end: int) -> int:
        """Up to where a number moves as the template says, or in steps of its own."""
        start, step = segment.number(a, j, i), self.steps[j][i]
        if step is None:
            tabled = self._may_be_listed(j, i)
            return end if tabled else self._learnt(segment, j, i, a, end)
        blocks = segment.blocks
        for t in range(a + 1, end):
            if blocks[t].items[j].numbers[i] != start + step * (t - a):
                if self.is_known or not self._may_be_listed(j, i):
                    return t
                self.steps[j][i] = None
                break
        return end

    def _learnt(self, segment: Segment, j: int, i: int, a: int, end: int) -> int:
        """Up to where a number moves in steps; the template learns them."""
        if self.is_known:
            return min(end, a + 1)
        start, t = segment.number(a, j, i), a + 1
        step = segment.number(t, j, i) - start if t < end else 0
        while t < end and segment.number(t, j, i) == start + (t - a) * step:
            t += 1
        if t - a < 2 and t < end:
            return a + 1
        self.steps[j][i] = step
        return t

    def _may_be_listed(self, j: int, i: int) -> bool:
        """Whether a number may be any in each turn: it stands alone in an index."""
        node = self.items[j].node
        if node is None or node.operation not in PLACED:
            return False
        return standing_alone(node.options["at"])[i]

    # -- shapes and dtypes ------------------------------------------------------------

    def _alike(self, segment: Segment, k: int, a: int, end: int) -> int:
        """Up to where the values of a column have one shape and dtype."""
        column = self.columns[k]
        values: Sequence[Any] = segment.arguments[k]
        if isinstance(column, Own):
            return self._starts_alike(k, values, column.lag, a, end)
        first = values[a]
        for t in range(a, end):
            if _kind(values[t]) != _kind(first):
                return t
            # Of Python numbers that are computed there is one for all.
            if values[t] is not first and first.weak and not values[t].is_literal:
                return t
        return end

    def _starts_alike(
        self, k: int, values: Sequence[Any], lag: int, a: int, end: int
    ) -> int:
        """Up to where what is carried begins as it goes on."""
        model = self.models[k]
        if lag == 0 or model is None:
            return end
        j, _ = self.places[k]
        for t in range(a, min(a + lag, end)):
            if not _may_begin(values[t], model, self.items[j].node):
                return t
        goes_on = a + lag < end
        return end if not goes_on or _kind(values[a + lag]) == _kind(model) else a + lag


def _unread(values: Sequence[Any], a: int, end: int) -> int:
    """Up to where nobody reads what the model of the turns does not read."""
    return next((t for t in range(a, end) if values[t] is not None), end)


def _model(segment: Segment, k: int, a: int, column: Column) -> Node | None:
    """A value of a column as it goes on: of what is carried not the first."""
    values = segment.arguments[k]
    lag = column.lag if isinstance(column, Own) else 0
    return values[min(a + max(lag, 1), len(values) - 1)]


def _step(segment: Segment, j: int, i: int, a: int, b: int, c: int) -> int | None:
    """How a number moves in the first turns."""
    x, y, z = (segment.number(t, j, i) for t in (a, b, c))
    return y - x if c == b or z - y == y - x else None


def _kind(node: Node | None) -> Any:
    return node and (node.shape, node.dtype, node.weak)


def _may_begin(start: Node | None, later: Node, reader: Node | None) -> bool:
    """Whether a value may begin what goes on as another.

    A plain number may begin what is an array from the second turn on, as `m = 0.0` does
    before `m = 0.9 * m + g`, as far as only steps by element read it.
    """
    if start is None or _kind(start) == _kind(later):
        return True
    if not (start.is_literal and start.weak and not later.weak):
        return False
    if later.dtype.kind not in "fc" or np.result_type(0.0, later.dtype) != later.dtype:
        return False
    if reader is None:
        return later.shape == ()
    return is_elementwise(reader.operation)
