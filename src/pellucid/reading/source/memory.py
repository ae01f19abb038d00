"""Which arrays a program may write in place.

An array is written in place where it is owned, made by the program itself, and nobody
reads what it held before. Values that may share memory form one group.
"""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.graphs.liveness import is_numpys_view
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import WRITING
from pellucid.reading.source.flow import Flow, Life


class Memory:
    """Which values share memory, and which steps write in it.

    Parameters
    ----------
    flow : Flow
        The program.
    lives : dict
        How long each value is needed.
    """

    def __init__(self, flow: Flow, lives: dict[Node, Life]) -> None:
        self.flow, self.lives = flow, lives
        self.in_place: set[Node] = set()
        self.written: dict[Node, list[int]] = {}  # the steps, by group
        self._group: dict[Node, Node] = {}
        self._members: dict[Node, list[Node]] = {}
        self.copied: set[Node] = set()  # carried inputs that begin with a copy
        self._connect()
        for node in self._writers():
            if self._may_write(node):
                self.in_place.add(node)
                self._join(node, flow.resolved(node.arguments[0]))
        for node in self.in_place:
            self.written.setdefault(self.group(node), []).append(flow.made[node])

    def group(self, node: Node) -> Node:
        """The one that stands for all that share its memory."""
        return self._group.get(node, node)

    def is_copied(self, before: Node) -> bool:
        """Whether what is carried is written in memory of its own."""
        return before in self.copied and self.group(before) in self.written

    def changes(self, node: Node, start: int, end: int) -> bool:
        """Whether what a node reads is written between two steps."""
        groups = {self.group(self.flow.resolved(a)) for a in node.arguments}
        writes = [w for group in groups for w in self.written.get(group, ())]
        return any(start < write < end for write in writes)

    def _join(self, a: Node, b: Node) -> None:
        a, b = self.group(a), self.group(b)
        if a is not b:
            mine, theirs = (self._members.pop(g, [g]) for g in (a, b))
            self._members[b] = theirs + mine
            self._group.update(dict.fromkeys(mine, b))

    def _connect(self) -> None:
        """Join what shares memory by itself: views, and what is carried."""
        resolved = self.flow.resolved
        for node in self.flow.made:
            if is_numpys_view(node):
                self._join(node, resolved(node.arguments[0]))
        for step in self.flow.steps:
            if step.kind in ("keep", "part"):
                self._join(step.about, step.reads[0])
        arrays = [node for node in self._writers() if node.shape]
        written = {before for node in arrays for before in self._chain(node)}
        for before, run in self.flow.carriers.items():
            self._join(before, resolved(dict(run.carried)[before]))
            start = resolved(run.starts[before])
            if before in written and not self._may_begin(before, start):
                self.copied.add(before)
            elif not self.flow.begins(start):
                self._join(before, start)

    def _writers(self) -> Iterator[Node]:
        """The steps that may be done in place, in order."""
        for node in self.flow.made:
            if node.operation in WRITING or self.is_sum(node):
                yield node

    def is_sum(self, node: Node) -> bool:
        """Whether a step adds to a sum that is carried."""
        if node.operation not in ("add", "subtract") or not self.flow.home[node]:
            return False
        total = self.flow.resolved(node.arguments[0])
        run = self.flow.carriers.get(total)
        kind = node.shape, node.dtype
        if run is None or (total.shape, total.dtype) != kind or node.weak:
            return False
        is_next = dict(run.carried).get(total) is node
        return is_next and (total in run.body.sums or node.shape == ())

    def _chain(self, node: Node) -> Iterator[Node]:
        """The carried inputs whose memory a step would write in."""
        seen = set[Node]()
        while node not in seen:
            seen.add(node)
            if node in self.flow.carriers:
                yield node
                node = self.flow.resolved(self.flow.carriers[node].starts[node])
            elif node.operation in WRITING or self.is_sum(node):
                node = self.flow.resolved(node.arguments[0])

    def _may_begin(self, before: Node, start: Node) -> bool:
        """Whether what is carried begins in the memory of its start."""
        if start.is_literal or self.flow.begins(start):
            return True
        place, run = self.flow.made[before], self.flow.carriers[before]
        starts = [self.flow.resolved(each) for each in run.starts.values()]
        over = not any(s < place < end for s, end in self.lives[start])
        return over and starts.count(start) == 1 and self._owned(start)

    def _owned(self, node: Node) -> bool:
        """Whether the program itself has made this memory, wherever it comes from."""
        waiting, seen = [node], set[Node]()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in self.flow.carriers:
                run = self.flow.carriers[node]
                waiting.append(self.flow.resolved(dict(run.carried)[node]))
                if node not in self.copied:
                    waiting.append(self.flow.resolved(run.starts[node]))
            elif node.is_input or is_numpys_view(node):
                return False
        return True

    def _may_write(self, node: Node) -> bool:
        """Whether nobody reads the old content any more."""
        array = self.flow.resolved(node.arguments[0])
        is_array = node.shape != () or self.is_sum(node)
        if not is_array or not self._owned(array):
            return False
        place = self.flow.made[node]
        group = self._members.get(self.group(array), [array])
        return not any(
            start < place < end
            for each in group if each is not node and each in self.lives
            for start, end in self.lives[each]
        )  # fmt: skip


SUMMING = ("add", "subtract", "multiply")  # Python's numbers do not raise


def meets_floats(flow: Flow, number: Node, loop: Node) -> bool:
    """Whether a Python number would be the same to all that a number meets."""
    for place in flow.readers.get(number, ()):
        step = flow.steps[place]
        if loop not in step.nest:
            continue
        node = step.about
        if step.kind == "enter":
            starts = flow.runs[node].starts
            inner = [b for b, start in starts.items() if flow.resolved(start) is number]
            same = all(meets_floats(flow, each, node) for each in inner)
        elif step.kind == "node":
            others = [a for a in node.arguments if flow.resolved(a) is not number]
            weak = not others or any(a.weak for a in others)
            same = all(a.weak or a.dtype == number.dtype for a in others)
            if weak:
                same = node.operation in SUMMING and meets_floats(flow, node, loop)
        else:
            same = step.kind == "store"
        if not same:
            return False
    return True
