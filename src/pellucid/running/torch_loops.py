"""A loop as torch runs it: `for t in range(1000):`, with tensors by the person's names.

A value that is carried is given a new tensor in each turn. An array that is written
into from turn to turn is copied once, before the loop, if others may read it; then it
is written in place. What is asked for of all turns is a list, which is stacked.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any

from pellucid.graphs.bodies import body_of, living, wanted_by
from pellucid.graphs.graph import Graph
from pellucid.graphs.liveness import Lives, origins, roots, written
from pellucid.graphs.node import Node
from pellucid.graphs.places import Place
from pellucid.running.loops import Wishes, assigned, wish_of
from pellucid.running.writing import at_once


class Loop:
    """One loop among the statements of a block."""

    def __init__(self, block: Any, loop: Node, parts: Sequence[Node]) -> None:
        self.block, self.loop, self.body = block, loop, body_of(loop)
        self.names, self.place = block.names, block.places[loop]
        self.given = self.body.given(loop)
        self.each = {p.options["of"]: p for p in parts if p.options["each"]}
        self.last = [p for p in parts if not p.options["each"]]
        wanted = wanted_by(parts)
        order, self.kept = living(self.body, wanted)
        following = dict(self.body.carried)
        self.next = {before: following[before] for before in self.kept}
        self.ends = [*self.next.values(), *wanted]
        self.fixed = [i for i in self.body.fixed if i in set(order)]
        inputs = {str(i): node for i, node in enumerate([*self.kept, *self.fixed])}
        ends = tuple(dict.fromkeys(self.ends))
        self.graph = Graph("turn", inputs, ends, inspect.Signature())
        self.order = at_once(
            [n for n in self.graph.order if n not in block.known and not n.is_input]
        )
        self.root = roots(self.graph.order, {})
        self.owned = self._owned()
        self.saved: dict[Node, str] = {}  # what was carried into the last turn

    # -- memory -----------------------------------------------------------------------

    def _owned(self) -> set[Node]:
        """The carried arrays that nobody else holds from turn to turn."""
        found = written(self.body) & set(self.kept)
        chains = {before: {*origins(self.next[before])} for before in found}
        return {
            before for before, chain in chains.items()
            if not any(self.root[after] in chain for other, after in self.next.items()
                       if other is not before)
        }  # fmt: skip

    def _is_written(self, node: Node) -> bool:
        """Whether a later turn may write into the memory of a value."""
        root = self.root[node]
        return any(root in origins(self.next[before]) for before in self.owned)

    def _is_own(self, part: Node, shown: set[Node]) -> bool:
        """Whether a value is in memory of its own when the loop has ended."""
        of = part.options["of"]
        is_own = self.root[of] is of and not (of.is_input or of in self.block.known)
        may_be_start = self.body.may_not_turn and not self._keeps(of)
        return is_own and not may_be_start and of not in shown

    def _keeps(self, of: Node) -> bool:
        """Whether a value is of an array that only the loop holds."""
        return any(after is of and before in self.owned
                   for before, after in self.next.items())  # fmt: skip

    # -- lines ------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The loop as source."""
        made = self._made()
        self.inner = self._inside()
        begun = self._begun()
        turns = f"range({self.names.number(self.body.count)})"
        turns = f"reversed({turns})" if self.body.is_reversed else turns
        inside = self.inner.lines(self.order)
        inside += [*self._stored(), *self._moved()]
        head = f"for {self.turn} in {turns}:"
        rest = [f"    {line}" for line in inside or ["pass"]]
        return [*made, *begun, *self._never_made(), head, *rest, *self._ended()]

    def _made(self) -> list[str]:
        """Where the values of all turns are put."""
        lines = []
        for of, part in self.each.items():
            name = self.block.christened(part, self.place - 1, wish_of(part))
            made = "[]" if self._is_listed(of) else self.block.source.zeros(part)
            lines.append(f"{name} = {made}")
        return lines

    def _is_listed(self, of: Node) -> bool:
        """Whether the values of turns are tensors, one for each."""
        counted = isinstance(self.body.count, Place) or not self.body.count
        return not (of.weak or counted)

    def _inside(self) -> Any:
        """The statements of a turn, before there is one."""
        given = {self.given[node] for node in self.fixed}
        given |= {self.given[b] for b, _ in self.body.carried if b not in self.next}
        starts = {self.given[node] for node in self.kept} - given
        block = self.block
        dying = {block.name(node) for node in starts if block.real(node) is node}
        barred = block.wishes.across(self.place, dying)
        wishes = Wishes(self.order, self.ends, barred, self.names)
        lives = Lives(self.graph, self.order, owned=self.owned)
        behind = {node: self.given[node] for node in self.fixed}
        inner = block.inside(self.order, lives, wishes, behind)
        self.turn = wishes.own(self.body.turn.name)
        self.names.turns[self.body.turn] = self.turn
        for before, after in self.next.items():
            wishes.follow(inner.christened(before, -1), after)
        passed = {*wanted_by(self.last)} & set(self.next)
        for of in passed - set(self.next.values()):
            self.saved[of] = wishes.own(f"{of.name or 'value'}_last")
        return inner

    def _begun(self) -> list[str]:
        """What is carried, before the first turn."""
        pairs = []
        for before in self.kept:
            start = self.block.like(self.given[before], before)
            if before in self.owned and not self._is_taken(start, self.given[before]):
                start = f"{start}.clone()"
            pairs.append((self.names.of(before), start))
        return assigned(pairs)

    def _is_taken(self, text: str, start: Node) -> bool:
        """Whether the loop may write into an array as it is."""
        known = self.block.is_known(start) or not text.isidentifier()
        return not known and self.block.lives.may_take(self.loop, start)

    def _never_made(self) -> list[str]:
        """What is asked for, where there may be no turn that makes it."""
        lines = []
        starts = {now: self.given[b] for now, b in self.body.held_by.items()}
        carried = set(self.next.values())
        for of in dict.fromkeys(wanted_by(self.last)):
            if self.body.may_not_turn and of not in carried and of in self.inner.places:
                start = self.block.source.zeros(of)
                if of in starts:
                    start = self.block.like(starts[of], of)
                lines.append(f"{self.names.of(of)} = {start}")
        return lines

    def _stored(self) -> list[str]:
        """Put aside what is asked for of all turns."""
        lines = []
        for of, part in self.each.items():
            kept, value = self.names.of(part), self.inner.like(of, of)
            if not self._is_listed(of):
                lines.append(f"{kept}[{self.turn}] = {value}")
                continue
            copied = ".clone()" if self._is_written(of) else ""
            lines.append(f"{kept}.append({value}{copied})")
        return lines + [
            f"{name} = {self.names.of(of)}" for of, name in self.saved.items()
        ]

    def _moved(self) -> list[str]:
        """What a turn gives to the next."""
        return assigned([
            (self.names.of(before), self.inner.like(after, before))
            for before, after in self.next.items()
        ])  # fmt: skip

    def _ended(self) -> list[str]:
        """What the loop gives, in memory of its own."""
        lines = []
        torch = self.block.source.torch
        for of, part in self.each.items():
            if self._is_listed(of):
                name = self.names.of(part)
                turned = f"{name}[::-1]" if self.body.is_reversed else name
                lines.append(f"{name} = {torch}.stack({turned})")
        return lines + self._lasts()

    def _lasts(self) -> list[str]:
        """The last values: by the names that they have, or by others, or copied."""
        before = {now: b for b, now in reversed(self.next.items())}
        wishes, shown, moved = self.block.wishes, set[Node](), []
        for part in self.last:
            of = part.options["of"]
            name = self.saved.get(of) or self.inner.like(before.get(of, of), of)
            is_number = part.weak or (not part.shape and self.root[of] is of)
            is_own = is_number or self._is_own(part, shown)
            own_name = name.isidentifier() and not self.inner.is_known(of)
            if is_own and own_name and wishes.may_keep(part, name):
                wishes.keep(part, name)
            else:
                moved.append((part, name if is_own else f"{name}.clone()"))
                for word in re.findall(r"\w+", name):
                    wishes.hold(word, self.place + 1)
            shown.add(self.root[of])
        return [f"{self._named(part)} = {value}" for part, value in moved]

    def _named(self, part: Node) -> str:
        """The name of what is called otherwise behind the loop."""
        name: str = self.block.christened(part, self.place, wish_of(part))
        return name
