"""What the turns of a run have in common, and for how many turns it holds.

A template is guessed from the first turns and then checked in every column and every
number of every turn that it is said to hold for.
"""

from __future__ import annotations

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
    keys : list
        For each argument of all items the keys of all turns.
    signature : int
        The number of their labels.
    """

    def __init__(
        self, blocks: list[Block], keys: list[list[Key]], signature: int
    ) -> None:
        self.blocks, self.keys, self.signature = blocks, keys, signature
        items = blocks[0].items
        self.places = [(j, i) for j, item in enumerate(items)
                       for i in range(len(item.refs))]  # fmt: skip

    def __len__(self) -> int:
        return len(self.blocks)

    def number(self, t: int, j: int, i: int) -> int:
        """The i-th number of the j-th item in a turn."""
        found: int = self.blocks[t].items[j].numbers[i]
        return found

    def argument(self, t: int, k: int) -> Node | None:
        """The argument of the k-th column in a turn."""
        j, i = self.places[k]
        found: Node | None = self.blocks[t].items[j].refs[i]
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
    is_known : bool
        Whether it has been used, so that it is not changed any more.
    """

    def __init__(self, run: Run, segment: Segment, a: int) -> None:
        n = len(segment)
        b, c = min(a + 1, n - 1), min(a + 2, n - 1)
        self.run, self.signature, self.is_known = run, segment.signature, False
        self.items: list[Item] = segment.blocks[b].items
        self.earlier: list[Item] = segment.blocks[a].items
        self.numbers = [block.numbers for block in segment.blocks[a : a + 2]]
        self.columns: list[Column] = [column_of(keys, a) for keys in segment.keys]
        self.steps: list[list[int | None]] = [
            [_step(segment, j, i, a, b, c) for i in range(len(item.numbers))]
            for j, item in enumerate(self.items)
        ]

    def holds(self, segment: Segment, a: int) -> int:
        """How many turns from a on follow this template; at least the first does."""
        end, least = len(segment), a if self.is_known else a + 1
        for k, column in enumerate(self.columns):
            end = holding(segment.keys[k], column, a, end)
            if not isinstance(column, Same):
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
        tabled = self._may_be_listed(j, i)
        if step is None:
            return end if tabled else self._learnt(segment, j, i, a, end)
        for t in range(a + 1, end):
            if segment.number(t, j, i) != start + step * (t - a):
                if not tabled or self.is_known:
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
        if isinstance(column, Own) and column.lag == 0:
            return end
        if any(segment.argument(t, k) is None for t in range(a, end)):
            return end
        if isinstance(column, Own):
            return self._starts_alike(segment, k, column.lag, a, end)
        return self._listed_alike(segment, k, a, end)

    def _starts_alike(
        self, segment: Segment, k: int, lag: int, a: int, end: int
    ) -> int:
        """Up to where what is carried begins as it goes on."""
        j, i = segment.places[k]
        # Where nobody reads what is carried, the template says what it is.
        later = segment.argument(a + lag, k) if a + lag < end else self.items[j].refs[i]
        if later is None:
            return end
        node = segment.blocks[a].items[j].node
        for t in range(a, min(a + lag, end)):
            start: Any = segment.argument(t, k)
            if not (_kind(start) == _kind(later) or _becomes(start, later, node)):
                return t
        return end

    def _listed_alike(self, segment: Segment, k: int, a: int, end: int) -> int:
        values: list[Any] = [segment.argument(t, k) for t in range(a, end)]
        first = values[0]
        for t, value in enumerate(values):
            if _kind(value) != _kind(first):
                return a + t
        if first.weak and not all(value.is_literal for value in values):
            # Of Python numbers that are computed there is one for all.
            other = (t for t, value in enumerate(values) if value is not first)
            return a + next(other, len(values))
        return end


def _step(segment: Segment, j: int, i: int, a: int, b: int, c: int) -> int | None:
    """How a number moves in the first turns."""
    x, y, z = (segment.number(t, j, i) for t in (a, b, c))
    return y - x if c == b or z - y == y - x else None


def _kind(node: Node) -> Any:
    return node.shape, node.dtype, node.weak


def _becomes(start: Node, later: Node, reader: Node | None) -> bool:
    """Whether a plain number may begin what is an array from the second turn on.

    So it is with `m = 0.0` before `m = 0.9 * m + g`, as far as only steps by element
    read it.
    """
    if not (start.is_literal and start.weak and not later.weak):
        return False
    if later.dtype.kind not in "fc" or np.result_type(0.0, later.dtype) != later.dtype:
        return False
    if reader is None:
        return later.shape == ()
    return is_elementwise(reader.operation)
