"""The variables of a program: which name each value has, and for how long.

Two values share a name where their lives do not overlap: what a loop carries, where it
starts, what it becomes and what comes out are one variable of the person's.
"""

from __future__ import annotations

import itertools
import keyword
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.places import Turn
from pellucid.graphs.tracing.naming import ALL_TURNS, is_numbered, stem
from pellucid.reading.source.flow import Flow, Life, Run
from pellucid.reading.source.memory import Memory
from pellucid.reading.source.rows import called

BEFORE = "_before"  # h_before[t] is h before turn t, h_at[t] what it becomes there


class Variables:
    """A name for each value that needs one.

    Parameters
    ----------
    flow, memory : Flow, Memory
        The program.
    lives : dict
        How long each value is needed.
    inlined : collection of Node
        What is written where it is used, and needs no name.
    reserved : collection of str
        Names that nothing may have.
    """

    def __init__(
        self, flow: Flow, memory: Memory, lives: Mapping[Node, Life],
        inlined: Iterable[Node], reserved: Iterable[str],
    ) -> None:  # fmt: skip
        self.flow, self.memory, self.lives = flow, memory, lives
        self.names: dict[Node, str] = {}
        self._busy: dict[str, Life] = {}
        self._reserved = set(reserved)
        self._numbers = itertools.count(1)
        self._known = {node.name for node in flow.made}
        self._called: dict[Node, str] = {}
        for run in flow.runs.values():
            for row, name in called(run.rows, run.body.turn).items():
                self._called[run.rows[row][0]] = name
        self._kept = {part.options["of"]: described(part.options["of"])
                      for run in flow.runs.values() for part in run.each}  # fmt: skip
        self._beginning = self._of_starts()
        self._becoming = {flow.resolved(now): before
                          for run in flow.runs.values()
                          for before, now in reversed(run.carried)}  # fmt: skip
        for node in flow.graph.inputs:
            self._take(node, node.name)
        for loop in flow.runs:
            self._turn(loop)
        for before in flow.carriers:
            self._name(before, self._of_carried(before))
        for node in flow.made:
            if node not in self.names and node not in inlined:
                self._name(node, self._wish(node))

    @property
    def taken(self) -> set[str]:
        """All names of the program."""
        return self._reserved | set(self._busy)

    def fresh(self) -> str:
        """A name that nothing has."""
        return next(n for n in self._numbered() if n not in self._busy)

    def is_list(self, part: Node) -> bool:
        """Whether the values of all turns are appended to a list.

        So they are where nothing else needs the number of the turn, and what is
        appended is not written in place later.
        """
        run = self.flow.runs[part.arguments[0]]
        held = self.flow.resolved(part.options["of"])
        readers = [self.flow.steps[place] for place in self.flow.readers.get(part, ())]
        plain = isinstance(run.body.count, int) and not run.body.is_reversed
        outside = all(not step.nest and step.kind == "node" for step in readers)
        written = self.memory.written.get(self.memory.group(held))
        return plain and not run.is_numbered and outside and not written

    def is_counted(self, run: Run) -> bool:
        """Whether the number of the turn is written."""
        return run.is_numbered or not all(map(self.is_list, run.each))

    def _of_starts(self) -> dict[Node, Node]:
        """What carried inputs begin with, where it may be called as they are."""
        found: dict[Node, Node] = {}
        for before, run in self.flow.carriers.items():
            start = self.flow.resolved(run.starts[before])
            known = start.is_input or self.flow.home.get(start, ())
            alike = is_numbered(start.name) or stem(start.name) == stem(before.name)
            if not known and alike:
                found.setdefault(start, before)
        return found

    def _of_carried(self, before: Node) -> str:
        """What is carried is called as in a turn, or as its start if it is kept."""
        run = self.flow.carriers[before]
        now, start = dict(run.carried)[before], self.flow.resolved(run.starts[before])
        kept = overlap(self.lives[before], self.lives.get(now, []))
        return (self.stem(start) if kept else "") or self.stem(before)

    def stem(self, node: Node) -> str:
        """A name without the number that made it unique."""
        short = stem(node.name)
        return short if short in self._known or not node.arguments else node.name

    def _wish(self, node: Node) -> str:
        """What a value would be called."""
        if node in self._called:
            return self._called[node]
        if self.flow.whole and not self.flow.home[node]:
            return node.name
        if node in self.memory.in_place:
            return self.names.get(self.flow.resolved(node.arguments[0]), "")
        if node in self._beginning:
            return self.names[self._beginning[node]]
        if node.operation == "part" and node.options["each"]:
            of = node.options["of"]
            end = BEFORE if of in self.flow.carriers else ALL_TURNS
            return all_turns(node, self._kept.get(of, ""), end)
        if node in self._kept:
            return self._kept[node]
        before: Any = self._becoming.get(node)
        own = "" if is_numbered(node.name) and self.flow.runs else node.name
        alike = before is not None and (not own or stem(own) == stem(before.name))
        if alike and not overlap(self.lives[before], self.lives[node]):
            return self.names[before]
        return stem(own) if self.flow.runs and stem(own) in self._known else own

    def _turn(self, loop: Node) -> None:
        """Name the number of the turns of a loop."""
        turn = self.flow.runs[loop].body.turn
        place = next(p for p, step in enumerate(self.flow.steps)
                     if step.kind == "turn" and step.about is loop)  # fmt: skip
        life = [(place, self.flow.left[loop])]
        if not self.is_counted(self.flow.runs[loop]) and not counts(turn):
            self.names[loop] = "_"
            return
        wishes = [turn.name, *"kijlmn"] if turn.name == "k" else [turn.name]
        free = (wish for wish in wishes if self._is_free(wish, life))
        self._hold(loop, next(free, None) or self._unlike(wishes[0], life), life)

    def _name(self, node: Node, wish: str) -> None:
        """Give a value the name that it would have, or that with a number."""
        life = self.lives[node]
        name = self._unlike(wish, life) if wish else None
        if name is None:
            name = next(n for n in self._numbered() if n not in self._busy)
        self._hold(node, name, life)

    def _unlike(self, wish: str, life: Life) -> str:
        tries = itertools.chain([wish], (f"{wish}_{n}" for n in itertools.count(2)))
        return next(name for name in tries if self._is_free(name, life))

    def _numbered(self) -> Iterator[str]:
        return (f"t{n}" for n in self._numbers)

    def _take(self, node: Node, name: str) -> None:
        self._hold(node, name, self.lives[node])

    def _hold(self, node: Node, name: str, life: Life) -> None:
        self.names[node] = name
        self._busy.setdefault(name, []).extend(life)

    def _is_free(self, name: str, life: Life) -> bool:
        if name in self._reserved or keyword.iskeyword(name):
            return False
        return not overlap(self._busy.get(name, []), life)


def overlap(a: Life, b: Life) -> bool:
    """Whether two lives have something in common."""
    return any(start < until and begin < end for begin, until in a for start, end in b)


def counts(turn: Turn) -> bool:
    """Whether the variable of a loop counts, and has a name."""
    return turn.start is not None and bool(turn.names[0].strip("_"))


def all_turns(part: Node, of: str, end: str) -> str:
    """What the values of all turns are called: h_at, by the value."""
    own = "" if is_numbered(part.name) else part.name
    if own and stem(own) != of:
        return own
    return f"{of}{end}" if of else ""


def described(node: Node) -> str:
    """What a value is called that is kept for all turns: h, or tanh_c for tanh(c)."""
    if not is_numbered(node.name):
        return stem(node.name)
    named = [a.name for a in node.arguments if not is_numbered(a.name)]
    alone = len(node.arguments) == 1 == len(named) and is_elementwise(node.operation)
    return f"{node.operation}_{named[0]}" if alone else ""
