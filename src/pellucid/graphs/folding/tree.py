"""The steps of a recording as a tree of turns: runs in blocks, and blocks in runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pellucid.graphs.folding.items import Block, Item, Labels, Run
from pellucid.graphs.node import Node
from pellucid.graphs.spots import Scope


class Last:
    """What was run last in a scope: an instruction, by which step of it, since where.

    `run` is the run that it was made to, where it was run again at once.
    """

    __slots__ = ("begin", "run", "spot", "step")

    def __init__(self) -> None:
        self.spot: Any = None
        self.step: Any = None
        self.begin = 0
        self.run: Run | None = None


class Tree:
    """The blocks and runs of a recording, with an item for each step.

    Attributes
    ----------
    root : Block
        The whole recording.
    runs : list of Run
        All runs.
    home : dict
        The item of each step.
    where : dict
        Where each item is: its block, or (after folding) an item, its position there,
        and its turn.
    """

    def __init__(self, nodes: Iterable[Node], labels: Labels) -> None:
        self.root = Block(None)
        self.runs: list[Run] = []
        self.home: dict[Node, Item] = {}
        self.where: dict[Item, Any] = {}
        self._blocks: dict[Scope, Block] = {}
        self._open: dict[Scope, Run] = {}
        self._lasts: dict[Scope | None, Last] = {}
        before: Scope | None = None  # that of the last step
        for node in nodes:
            block, spot = self.root, node.spot
            if spot is not None and (spot.scope is before or self._is_open(spot.scope)):
                scope = before = spot.scope
                block = self._blocks.get(scope) or self._block(scope)
                if spot.code is not None:
                    at = spot.code, spot.at
                    block = self._again(scope, block, at, spot.run)
            else:
                before = None
            item = labels.item(node)
            self.home[node] = item
            self.where[item] = block
            block.items.append(item)

    def clear(self) -> None:
        """Let go of the turns, which know the runs that they are in."""
        for run in self.runs:
            run.blocks.clear()

    def _is_open(self, scope: Scope) -> bool:
        """Whether what is added to a scope now stands behind all that was added before.

        Of a graph that was rewritten it may not; such a step stands by itself.
        """
        s: Scope | None = scope
        while s is not None and s not in self._blocks:
            s = s.around
        block = self.root if s is None else self._blocks[s]
        while block.run is not None:
            run = block.run
            if run.blocks[-1] is not block or run.block.items[-1] is not run:
                return False
            block = run.block
        return True

    def _block(self, scope: Scope) -> Block:
        """The block of a scope: of a turn its own, of a call that which it is in."""
        chain = []
        s: Scope | None = scope
        while s is not None and s not in self._blocks:
            chain.append(s)
            s = s.around
        block = self.root if s is None else self._blocks[s]
        for s in reversed(chain):
            if s.kind == "call":
                block = self._again(s.around, block, s.key[:2], s)
            elif s.kind == "turn":
                block = self._turn(s)
            self._blocks[s] = block
        return block

    def _turn(self, turn: Scope) -> Block:
        loop: Any = turn.around
        run = self._open.get(loop)
        if run is None or run.block.items[-1] is not run:
            outer = self._blocks[loop]
            run = self._open[loop] = Run(outer, loop.key, loop.key)
            outer.items.append(run)
            self._lasts.pop(loop.around, None)
            self.runs.append(run)
        block = Block(run, turn.numbers)
        run.blocks.append(block)
        return block

    def _again(self, scope: Scope | None, block: Block, spot: Any, step: Any) -> Block:
        """The block for what stands at an instruction.

        It is a turn of its own where the same was run before and nothing in between.
        """
        last = self._lasts.get(scope)
        if last is None:
            last = self._lasts[scope] = Last()
        between = last.run and block.items[-1] is not last.run
        if last.spot != spot or between:
            last.spot, last.step, last.run = spot, step, None
            last.begin = len(block.items)
            return block
        if last.step == step:
            return last.run.blocks[-1] if last.run else block
        if last.run is None:
            last.run = self._made_run(block, spot, last.begin)
        last.step = step
        now = Block(last.run)
        last.run.blocks.append(now)
        return now

    def _made_run(self, block: Block, spot: Any, begin: int) -> Run:
        """What a block holds from some item on, as the first turn of a run."""
        run = Run(block, ("again", spot))
        first = Block(run)
        first.items = block.items[begin:]
        for item in first.items:
            if isinstance(item, Run):
                item.block = first
            else:
                self.where[item] = first
        del block.items[begin:]
        run.blocks.append(first)
        block.items.append(run)
        self.runs.append(run)
        return run
