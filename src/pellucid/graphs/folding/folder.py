"""Runs of a recording are folded, the inmost first: equal turns become one item.

Nothing is searched for: the recorder has noted the turns. Turns of equal labels are a
segment; for as many of its turns as a template holds there is one folded item, and what
does not fit stands by itself. A template that has been used is tried first, so that a
short run of an inner loop is folded like a long one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.calls import innermost
from pellucid.graphs.folding.columns import OUTSIDE, Own, Same
from pellucid.graphs.folding.items import LEAST, Block, Item, Labels, Run
from pellucid.graphs.folding.templates import Segment, Template
from pellucid.graphs.folding.tree import Tree
from pellucid.graphs.node import Node, constant

PERIODS = 8  # turns up to which a pattern repeats, as in `if t % 5 == 0`


class Group(NamedTuple):
    """The references of a folded item for one column or number.

    Parameters
    ----------
    kind : str
        "one": a node. "same", "table", "numbers", "count": one node for constants
        listed; see `listed`. "nodes": a node for each turn.
    size : int
        How many references it has.
    step : int
        How fast what is counted moves.
    """

    kind: str
    size: int = 1
    step: int = 0


class Fold(NamedTuple):
    """A folded loop as it stands in one block: how its references are grouped."""

    template: Template
    turns: int
    groups: tuple[Group, ...]


class Folder:
    """The recording as a tree in which runs have been replaced by folded items."""

    def __init__(
        self, nodes: Sequence[Node], least: int = LEAST, apart: Collection[Node] = (),
        by_call: bool = False,
    ) -> None:  # fmt: skip
        self.least, self.by_call = least, by_call
        self.labels = Labels(apart)
        self.tree = Tree(nodes, self.labels)
        self.home, self.where = self.tree.home, self.tree.where
        self.templates: dict[Any, list[Template]] = {}
        self.constants: dict[Any, Node] = {}
        self.count = 0  # of what was folded
        self.saved = 0  # nodes
        groups: dict[Any, list[Run]] = {}
        for run in self.tree.runs:
            groups.setdefault(run.key, []).append(run)
        for runs in sorted(groups.values(), key=lambda g: -max(r.depth for r in g)):
            for run in sorted(runs, key=_turn_in(runs)):
                if run.made is None:
                    self._fold(run)
        self._flatten(self.tree.root)

    # -- a run ------------------------------------------------------------------------

    def _fold(self, run: Run) -> None:
        """Put folded items, and what is left, in the place of a run."""
        made: list[Item] = []
        for block in run.blocks:
            self._flatten(block)
        signatures = [
            self.labels.of(("turn", *(item.label for item in block.items)))
            for block in run.blocks
        ]
        i = 0
        while i < len(run.blocks):
            period, count = _repetition(signatures, i)
            if count == 1 and not self._is_known(run, signatures[i]):
                made += run.blocks[i].items
                i += 1
                continue
            blocks = [self._joined(run.blocks[j : j + period])
                      for j in range(i, i + count * period, period)]  # fmt: skip
            made += self._folded(run, blocks)
            i += count * period
        run.made = made
        self.where.update(dict.fromkeys(made, run.block))

    def _flatten(self, block: Block) -> None:
        """Put what its runs were folded to in their places."""
        if not any(type(item) is Run for item in block.items):
            return
        items: list[Item] = []
        for item in block.items:
            if type(item) is not Run:
                items.append(item)
                continue
            if item.made is None:
                self._fold(item)
            items += item.made or ()
        block.items = items

    def _joined(self, blocks: list[Block]) -> Block:
        """Several turns as one."""
        if len(blocks) == 1:
            return blocks[0]
        whole = Block(blocks[0].run, blocks[0].numbers)
        for block in blocks:
            whole.items += block.items
        self.where.update(dict.fromkeys(whole.items, whole))
        return whole

    def _kind(self, run: Run) -> Any:
        """What runs of one template have in common: the loop, and perhaps the call."""
        if not self.by_call:
            return run.key
        nodes = (item.node for block in run.blocks for item in block.items)
        first = next((node for node in nodes if isinstance(node, Node)), None)
        return run.key, innermost(first.call) if first else None

    def _is_known(self, run: Run, signature: int) -> bool:
        of_turn = self.templates.get(self._kind(run), ())
        return any(template.signature == signature for template in of_turn)

    def _folded(self, run: Run, blocks: list[Block]) -> list[Item]:
        """What takes the place of turns of equal labels."""
        for block in blocks:
            for k, item in enumerate(block.items):
                item.index = k
        signature = self.labels.of(("turn", *(i.label for i in blocks[0].items)))
        arguments = [[ref for item in block.items for ref in item.refs]
                     for block in blocks]  # fmt: skip
        columns = list(zip(*arguments, strict=True))
        segment = Segment(blocks, columns, self._keys(blocks, columns), signature)
        out: list[Item] = []
        a = 0
        while a < len(blocks):
            template, count = self._template(run, segment, a)
            if count >= self.least or template.is_known:
                out.append(self._instance(run, segment, template, a, count))
            else:
                for block in blocks[a : a + count]:
                    out += block.items
            a += count
        return out

    def _template(self, run: Run, segment: Segment, a: int) -> tuple[Template, int]:
        """A template that holds from turn a on, and for how many turns."""
        rest = len(segment) - a
        for template in self.templates.get(self._kind(run), ()):
            if template.signature == segment.signature:
                count = template.holds(segment, a)
                if count and (count == rest or count >= self.least):
                    return template, count
        template = Template(run, segment, a)
        return template, template.holds(segment, a)

    # -- where arguments lead ---------------------------------------------------------

    def _keys(
        self, blocks: list[Block], columns: Sequence[Sequence[Node | None]]
    ) -> list[list[Any]]:
        """The columns of turns as keys: where each argument leads, by turn."""
        number = {block: t for t, block in enumerate(blocks)}
        return [[self._key(ref, number) for ref in column] for column in columns]

    def _key(self, ref: Any, number: dict[Block, int]) -> Any:
        item = self.home.get(ref)
        if item is None:
            return OUTSIDE, ref
        access: tuple[Any, ...] = ()
        where = self.where[item]
        while type(where) is not Block:
            item, position, k = where
            is_last = k == item.numbers[0] - 1
            access = ((position, None if is_last else k), *access)
            where = self.where[item]
        t = number.get(where)
        return (OUTSIDE, ref) if t is None else (t, item.index, access)

    # -- a folded item ----------------------------------------------------------------

    def _instance(
        self, run: Run, segment: Segment, template: Template, a: int, count: int
    ) -> Item:
        """The folded item for so many turns."""
        blocks = segment.blocks[a : a + count]
        numbers, refs, groups = [count], list[Any](), list[Group]()

        def add(kind: str, nodes: Sequence[Node | None], step: int = 0) -> None:
            groups.append(Group(kind, len(nodes), step))
            refs.extend(nodes)

        for j, item in enumerate(blocks[0].items):
            for i, step in enumerate(template.steps[j]):
                if step is None:
                    values = np.array([block.items[j].numbers[i] for block in blocks])
                    add("one", [self._constant(values)])
                else:
                    numbers.append(item.numbers[i])
        for k, column in enumerate(template.columns):
            given = segment.arguments[k]
            if isinstance(column, Own):
                missing = [None] * (column.lag - count)
                add("starts", [*given[a : a + min(column.lag, count)], *missing])
            elif isinstance(column, Same):
                add("one", given[a : a + 1])
            else:
                add(*self._listed(given[a : a + count]))
        self._keep(template, run)
        fold = Fold(template, count, tuple(groups))
        label = self.labels.of(("loop", id(template), fold.groups))
        made = Item(label, numbers, tuple(refs), None, fold)
        self._stand_for(blocks, made, run)
        return made

    def _keep(self, template: Template, run: Run) -> None:
        """Try a template first from now on."""
        template.is_known = True
        known = self.templates.setdefault(self._kind(run), [])
        if template not in known:
            known.insert(0, template)

    def _stand_for(self, blocks: Sequence[Block], made: Item, run: Run) -> None:
        """Note that the items of turns are found in a folded one from now on."""
        self.where[made] = run.block
        for t, block in enumerate(blocks):
            for k, inner in enumerate(block.items):
                self.where[inner] = (made, k, t)
        self.count += 1
        self.saved += (len(blocks) - 1) * len(blocks[0].items)

    def _listed(self, nodes: Sequence[Any]) -> tuple[Any, ...]:
        """Values from outside, one for each turn; as one node where they are known."""
        first = nodes[0]
        if not all(node is not None and node.is_constant for node in nodes):
            same = first is not None and all(node is first for node in nodes)
            return ("same", [first]) if same else ("nodes", nodes)
        if any((n.shape, n.dtype, n.weak) != (first.shape, first.dtype, first.weak)
               for n in nodes):  # fmt: skip
            return "nodes", nodes
        values = [node.value for node in nodes]
        if first.is_literal:
            return self._literals(values, first.weak)
        if all(value is values[0] for value in values):
            return "same", [first]
        return "table", [self._constant(np.array(values))]

    def _literals(self, values: list[Any], weak: bool) -> tuple[Any, ...]:
        first = values[0]
        if all(_is_identical(value, first) for value in values):
            return "same", [self._literal(first)]
        if not weak:
            return "table", [self._constant(np.array(values))]
        if all(type(value) is int for value in values):
            step = values[1] - first
            if all(value == first + t * step for t, value in enumerate(values)):
                return "count", [self._literal(first)], step
        return "numbers", [self._constant(np.array(values))]

    def _constant(self, values: np.ndarray) -> Node:
        is_wide = values.dtype.hasobject  # integers beyond 64 bits
        content = tuple(values.tolist()) if is_wide else values.tobytes()
        key = values.shape, values.dtype.str, content
        if key not in self.constants:
            self.constants[key] = constant(values)
        return self.constants[key]

    def _literal(self, value: Any) -> Node:
        key = type(value), _bits(value)
        if key not in self.constants:
            self.constants[key] = constant(value)
        return self.constants[key]


def _turn_in(runs: Collection[Run]) -> Callable[[Run], Any]:
    """In which order runs of one loop are folded: the longest is the model of others.

    Where a function calls itself in a loop, what is inside goes first.
    """
    if any(outer.key == run.key for run in runs for outer in run.around):
        return lambda run: (-run.depth, -len(run.blocks))
    return lambda run: -len(run.blocks)


def _is_identical(a: Any, b: Any) -> bool:
    """Whether two numbers are one to the last bit: 0.0 is not -0.0, nan is nan."""
    return a is b or (type(a) is type(b) and _bits(a) == _bits(b))


def _bits(value: Any) -> Any:
    return value if type(value) is int else np.asarray(value).tobytes()


def _repetition(signatures: list[int], i: int) -> tuple[int, int]:
    """The period of turns from i on, and how often it is repeated."""
    n, best = len(signatures), (1, 1)
    for period in range(1, PERIODS + 1):
        if i + 2 * period > n and period > 1:
            break
        j = i + period
        while j < n and signatures[j] == signatures[j - period]:
            j += 1
        count = (j - i) // period
        if period == 1 or count * period > best[0] * best[1] + period:
            best = period, count
            if j == n and count >= LEAST:
                break
    return best
