"""The NumPy target, blocks: the function, and in it the turns of loops.

    for t in range(1000):
        ...
        h = np.multiply(o, v9, out=h_next)
        h_next, h_spare = h_spare, h_next

What a turn computes is written into memory that is kept between turns and calls. What
it gives to the next one stands in two pieces of memory that take turns; what is asked
for of all turns is written straight into its row; and an array that is written into is
copied once, before the loop, if anybody else may read it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked, body_of, depends_on_turn, living, wanted_by
from pellucid.graphs.evaluate import meaning
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import is_view, written
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import WRITING
from pellucid.graphs.places import Place
from pellucid.running.loops import assigned, settled, values_of
from pellucid.running.numpy_lists import is_float, lists_of, takes_numbers
from pellucid.running.numpy_statements import Memory, Statements
from pellucid.running.plan import Plan, has_out, planned, readers_first
from pellucid.running.writing import SourceNames, at_once


class Block:
    """Steps that run one after another: those of a function, or of a turn.

    `staying` are values that stand in the same memory in each call. Where `by_python`,
    floats are Python's.
    """

    def __init__(
        self, names: SourceNames, memory: Memory, plan: Plan, order: Sequence[Node],
        staying: Mapping[Node, str], by_python: bool = False,
    ) -> None:  # fmt: skip
        self.names, self.memory, self.plan = names, memory, plan
        self.by_python = by_python
        self.parts = asked(order)
        self.statements = Statements(names, memory, plan, by_python)
        self.memory.buffers += plan.buffers
        self._view(order, staying)

    def lines(self, steps: Iterable[Node | str]) -> list[str]:
        """The lines of steps; a line among them stays as it is."""
        lines: list[str] = []
        for step in steps:
            lines += [step] if isinstance(step, str) else self.step(step)
        return lines

    def step(self, node: Node) -> list[str]:
        """The lines of one step."""
        if node.operation in ("input", "part") or node in self.memory.views:
            return []
        if node.operation == "loop":
            return Loop(self, node, self.parts[node]).lines()
        return self.statements.of(node)

    def _view(self, order: Sequence[Node], staying: Mapping[Node, str]) -> None:
        """Make views once, of memory that stays where it is."""
        names = {**staying, **{n: b.name for n, b in self.plan.out.items()}}
        like: dict[Node, Any] = {n: np.empty(n.shape, n.dtype) for n in names}
        for node in order:
            is_moved = depends_on_turn(node) or node in self.plan.apart
            if not is_view(node) or len(node.arguments) > 1 or is_moved:
                continue
            base = like.get(node.arguments[0])
            view = None if base is None else meaning(node)(base, **node.options)
            if base is not None and np.may_share_memory(view, base):
                like[node], name = view, names[node.arguments[0]]
                names[node] = self.names.of(node)
                made = self.statements.call(node, [name])
                self.memory.views[node] = f"{names[node]} = {made}"


class Loop:
    """A loop as lines: what begins it, its turns, and what it gives."""

    def __init__(self, around: Block, node: Node, parts: Sequence[Node]) -> None:
        self.around, self.node, self.parts = around, node, parts
        self.names, self.body = around.names, body_of(node)
        wanted = wanted_by(parts)
        self.carried = living(self.body, wanted)[1]
        following = dict(self.body.carried)
        self.next = {before: following[before] for before in self.carried}
        self.owned = written(self.body) & set(self.carried)
        self.graph = self._graph([*self.next.values(), *wanted])
        self.order = self._order()
        self.each = {p.options["of"]: p for p in parts if p.options["each"]}
        self.last = [p for p in parts if not p.options["each"]]
        stored = self.each.keys() - {*self.next.values(), *wanted_by(self.last)}
        self.plan = planned(
            self.graph, self.order, {}, self.names.numbered, self.owned, stored
        )
        self.pairs: list[tuple[str, str]] = []
        self.given = self.body.given(node)
        self.turn = self.names.unique(self.body.turn.name)
        self.names.turns[self.body.turn] = self.turn
        self.by_python = around.by_python or takes_numbers([node, *parts])
        self.lists = self._lists() if self.by_python else set()
        self._christen()
        self.saved = {
            p.options["of"]: self.names.unique(f"{self.names.of(p.options['of'])}_last")
            for p in self.last
            if p.options["of"] in self.next.keys() - self.next.values()
        }
        names, memory = self.names, around.memory
        self.block = Block(names, memory, self.plan, self.order, {}, self.by_python)

    def _graph(self, ends: Iterable[Node]) -> Graph:
        """One turn as a graph."""
        inputs = {str(i): node for i, node in enumerate(self.body.inputs)}
        return Graph("turn", inputs, tuple(dict.fromkeys(ends)), inspect.Signature())

    def _order(self) -> list[Node]:
        """The steps to run, in turn; the values of others are known."""
        known = settled(self.graph.order)
        self.names.values |= values_of(known, known)
        rest = [n for n in self.graph.order if n not in known and not n.is_input]
        return at_once(readers_first(rest))

    def _lists(self) -> set[Node]:
        """The inputs that become lists for this loop; others are lists already."""
        held = self.around.memory.lists
        held -= {*self.body.inputs, *self.order}  # in a loop before, of the same nodes
        held |= {node for node in self.body.inputs if self.given[node] in held}
        ends = {*self.next.values(), *wanted_by(self.parts)}
        found = lists_of(self.body, self.order, ends) - held
        held |= found
        return found

    def _is_made(self, before: Node) -> bool:
        """Whether an input becomes Python's: a list of numbers, or a number."""
        is_kept = before in self.next or before in self.body.fixed
        is_new = not self.around.by_python or self.given[before].is_literal
        is_number = self.by_python and is_new and is_float(before)
        return before in self.lists or (is_number and is_kept)

    def _python(self, start: Node) -> str:
        """What an array, or a number, becomes in Python."""
        if start.is_literal and np.isfinite(start.value):
            return repr(float(start.value))
        name = self.names.of(start)
        return f"{name}.tolist()" if start.shape else f"{self._bound(float)}({name})"

    # -- names ------------------------------------------------------------------------

    def _christen(self) -> None:
        """Call each value as the person does, as far as that is one thing."""
        given = self.given
        for before in self.body.inputs:
            if before in self.next and not self._is_taken(before):
                self.names.call(before, self._wish(before))
            elif before in self.body.fixed and self._is_made(before):
                kind = "list" if before.shape else "number"
                name = before.name or self.names.called(given[before]) or "table"
                self.names.call(before, self.names.unique(f"{name}_{kind}"))
            elif before in self.next or before in self.body.fixed:
                self.names.call(before, self.names.of(given[before]))
        merged = {now: before for before, now in self.next.items()
                  if self._is_written_over(before, now)}  # fmt: skip
        for node in self.order:
            if node in merged:
                self.names.call(node, self.names.of(merged[node]))
            elif node.operation != "loop" and node not in self.plan.in_place:
                self.names.call(node, self._wish(node))

    def _wish(self, node: Node) -> str:
        return self.names.unique(node.name or self.names.numbered("v"))

    def _is_taken(self, before: Node) -> bool:
        is_list = before in self.lists
        return not is_list and (self.node, before) in self.around.plan.taken

    def _is_written_over(self, before: Node, now: Node) -> bool:
        """Whether a value may have the name of that which it follows."""
        if now not in self.order or now.operation == "part":
            return False
        follows = [b for b, n in self.next.items() if n is now or n is before]
        is_asked = any(part.options["of"] is before for part in self.parts)
        place = self.order.index(now)
        later = any(before in node.arguments for node in self.order[place + 1 :])
        by_pieces = now.operation in (*WRITING, "scatter") and before in now.arguments
        # What is written into goes by one name, of which others may read the old state.
        is_own = follows == [before] and before not in self.owned
        return is_own and not (is_asked or later or by_pieces)

    # -- lines ------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The loop as source."""
        kept = self._kept()
        begun = self._begun()
        turns = f"{self._bound(range)}({self.names.number(self.body.count)})"
        if self.body.is_reversed:
            turns = f"{self._bound(reversed)}({turns})"
        memory = self._memory()
        inside = [*self._turn(), *self._moves()] or ["pass"]
        head = f"for {self.turn} in {turns}:"
        rest = [f"    {line}" for line in inside]
        kept = self._needed(kept, inside)
        return [*kept, *begun, *memory, head, *rest, *self._ended()]

    def _needed(self, lines: list[str], inside: list[str]) -> list[str]:
        """The lines but lists of rows that no turn reads."""
        read = {word for line in inside for word in re.findall(r"\w+", line)}
        local = self.around.memory.local
        made = {line.partition(" ")[0]: line for line in lines}
        for array, rows in [*local.items()]:
            if rows in made and rows not in read:
                del local[array], made[rows]
        return [*made.values()]

    def _bound(self, function: Any) -> str:
        return self.names.bound(function, function.__name__)

    def _begun(self) -> list[str]:
        """What is carried, before the first turn; copied, if it is written into."""
        lines = []
        for before in self.body.inputs:
            name, start = self.names.of(before), self.names.of(self.given[before])
            if self._is_made(before):
                lines.append(f"{name} = {self._python(self.given[before])}")
            elif before in self.next and not self._is_taken(before):
                copied = f"np.array({start})" if before in self.owned else start
                lines.append(f"{name} = {copied}")
        if self.body.may_not_turn:
            starts = {now: self.given[b] for now, b in self.body.held_by.items()}
            for of in dict.fromkeys(wanted_by(self.last)):
                if of not in self.next.values() and of in self.order:
                    given = self.names.of(starts[of]) if of in starts else None
                    lines.append(f"{self.names.of(of)} = {given}")
        return lines

    def _kept(self) -> list[str]:
        """The memory of what is asked for of all turns, and lists of its rows."""
        lines = []
        may_be_less = isinstance(self.body.count, Place)
        memory, local = self.around.memory, self.around.memory.local
        for of, part in self.each.items():
            name, out = self.names.of(part), self.around.statements.out.get(part)
            made = out or f"np.empty({part.shape}, np.{part.dtype.name})"
            lines.append(f"{name} = {made}")
            if may_be_less:
                lines.append(f"{name}.fill(0)")
            if of.shape and out and part in self.around.plan.out:
                local[name] = memory.rows_of(out)
            elif of.shape:
                local[name] = self.names.unique(f"{name}_rows")
                lines.append(f"{local[name]} = {self._bound(list)}({name})")
        return lines

    def _memory(self) -> list[str]:
        """Say where values are written that outlive their turn."""
        plan, root, out = self.plan, self.plan.root, self.block.statements.out
        local = self.around.memory.local
        owners = {before: self._owner(now) for before, now in self.next.items()}
        carried = set(owners.values())
        longer = {owner for before, owner in owners.items() if before in carried}
        lines = []
        for node in self.order:
            leaves = node in plan.leaving and node not in plan.in_place
            is_own = has_out(node) and node.operation not in WRITING and node.shape
            if not (leaves and is_own) or node in out or node in longer:
                continue
            if node in self.each and root[node] is node:
                rows = local[self.names.of(self.each[node])]
                out[node] = f"{rows}[{self.turn}]"
            elif node in carried:
                pair = self._pair(node)
                out[node] = pair[0]
                lines.append(f"{', '.join(pair)} = {self._buffers(node)}")
            else:
                out[node] = self.around.memory.buffer(node)
        return lines

    def _owner(self, node: Node) -> Node:
        """The step whose memory a value stands in, or shows."""
        root = self.plan.root
        while root[node] is not node or node in self.plan.in_place:
            node = root[node] if root[node] is not node else node.arguments[0]
        return node

    def _pair(self, node: Node) -> tuple[str, str]:
        name = self.names.of(node)
        pair = self.names.unique(f"{name}_next"), self.names.unique(f"{name}_spare")
        self.pairs.append(pair)
        return pair

    def _buffers(self, node: Node) -> str:
        memory = self.around.memory
        return f"{memory.buffer(node)}, {memory.buffer(node)}"

    def _turn(self) -> list[str]:
        """What is done in a turn; what is asked for is stored as soon as it is had."""
        known = [of for of in self.each if of not in self.order]
        lines = self._stored(dict.fromkeys([*self.next, *known]))
        for node in self.order:
            if node in self.plan.in_place:
                self._follow(node, node.arguments[0])
            lines += self.block.step(node)
            if node.operation != "loop":
                lines += self._stored([node])
        return lines

    def _follow(self, node: Node, array: Node) -> None:
        """Call by its name what an array became by being written into."""
        self.names.call(node, self.names.of(array))
        if array in self.around.memory.lists:
            self.around.memory.lists.add(node)

    def _stored(self, nodes: Iterable[Node]) -> list[str]:
        """Put aside what is asked for of all turns, or was carried into the last."""
        lines = []
        for node in nodes:
            name = self.names.of(node)
            if node in self.each and not self._is_row(node):
                kept = self.names.of(self.each[node])
                lines.append(f"{kept}[{self.turn}] = {name}")
            if node in self.saved:
                lines.append(f"{self.saved[node]} = {name}")
        return lines

    def _is_row(self, node: Node) -> bool:
        """Whether a value is written straight into its row."""
        return self.block.statements.out.get(node, "").endswith(f"[{self.turn}]")

    def _moves(self) -> list[str]:
        """What a turn gives to the next."""
        moved = assigned((self.names.of(before), self.names.of(now))
                         for before, now in self.next.items())  # fmt: skip
        return moved + [f"{a}, {b} = {b}, {a}" for a, b in self.pairs]

    def _ended(self) -> list[str]:
        """What the loop gives, copied where others may write over it."""
        before = {now: b for b, now in reversed(self.next.items())}
        lines, shown = [], set[Node]()
        for part in self.last:
            of = part.options["of"]
            inner = self.names.of(before.get(of, of))
            if of not in before:
                inner = self.saved.get(of, inner)
            root = self._owner(of)
            is_list = before.get(of) in self.lists
            if is_list or (part.shape and (root in shown or not self._is_own(part))):
                lines.append(f"{self.names.of(part)} = np.array({inner})")
            elif self._becomes_numpys(part):
                made = f"np.{part.dtype.name}({inner})"
                lines.append(f"{self.names.of(part)} = {made}")
            else:
                self.names.call(part, inner)
                if of in self.around.memory.lists:
                    self.around.memory.lists.add(part)
            shown.add(root)
        return lines

    def _becomes_numpys(self, part: Node) -> bool:
        """Whether what is Python's is given where one of NumPy's is expected."""
        is_pythons = is_float(part) or (part.shape == () and part.dtype == bool)
        return is_pythons and self.by_python and not self.around.by_python

    def _is_own(self, part: Node) -> bool:
        """Whether what is given stays as it is, as long as anybody reads it."""
        of, around = part.options["of"], self.around.plan
        owner, is_view = self._owner(of), self.plan.root[of] is not of
        foreign = owner.is_input and owner not in self.owned
        if foreign or self._is_row(owner) or self._may_be_start(of):
            return False
        needs_own = part in around.leaving or part in around.touched
        is_kept = owner in self.block.statements.out or is_view or owner.known
        return not (needs_own and is_kept)

    def _may_be_start(self, of: Node) -> bool:
        """Whether it may be what others hold, because there may be no turn."""
        own = {self.next[before] for before in self.owned}
        return self.body.may_not_turn and of not in own
