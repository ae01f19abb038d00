"""A graph as the steps of a program, one after another, with its loops.

Each step has a number. A value lives from the step that makes it to the last that reads
it; what a loop reads from outside lives until the loop is left, and what it carries is
made anew at the end of each turn.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pellucid.graphs.bodies import Body, asked, body_of, living, wanted_by
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node, users
from pellucid.graphs.operations.indexing import WRITING, is_basic
from pellucid.graphs.places import is_whole
from pellucid.graphs.structure import path_text, paths
from pellucid.reading.source.rows import Row, rows

Life = list[tuple[int, int]]  # from the step that makes a value to the last reader
Nest = tuple[Node, ...]  # the loops around a step, the outmost first


class Step(NamedTuple):
    """One step: its kind, what it is about, what it reads, and the loops around.

    Of a loop there are: "make" for what all turns fill, "enter" for first values,
    "turn" for its head, "keep" and "store" for what is taken out of a turn, "again" for
    the next values, "leave".
    """

    kind: str
    about: Any  # a node, or a guard
    reads: tuple[Node, ...]
    nest: Nest


@dataclass(eq=False)
class Run:
    """A loop with what is asked of it."""

    loop: Node
    body: Body
    order: list[Node]
    carried: list[tuple[Node, Node]]  # the inputs that are needed, and their next
    starts: dict[Node, Node]
    each: list[Node] = field(default_factory=list)  # parts of all turns
    rows: dict[Row, list[Node]] = field(default_factory=dict)  # read turn by turn
    is_numbered: bool = True  # whether the number of the turn is needed


class Flow:
    """The steps of a graph, and what each value stands for.

    Parameters
    ----------
    graph : Graph
        What is written.
    guards : mapping
        The guards that are asked after a node.
    whole : bool
        Whether every node outside of loops has a step of its own.
    """

    def __init__(
        self, graph: Graph, guards: Mapping[Node, Guard], whole: bool = False
    ) -> None:
        self.graph, self.guards, self.whole = graph, guards, whole
        self.steps: list[Step] = []
        self.made: dict[Node, int] = {}
        self.home: dict[Node, Nest] = {}  # the loops that a value is made in
        self.runs: dict[Node, Run] = {}
        self.carriers: dict[Node, Run] = {}  # of carried inputs
        self.left: dict[Node, int] = {}  # where a loop is left
        self.listed: dict[Node, Listed] = {}  # what holds the elements of one list
        self._same: dict[Node, Node] = {}
        self.made |= dict.fromkeys(graph.inputs, -1)
        self.home |= dict.fromkeys(graph.inputs, ())
        self._join()
        self._block(self._needed(), ())
        self._add("return", None, graph.outputs, ())

    def resolved(self, node: Node) -> Node:
        """The value that a node stands for: its own, or one outside of the loop."""
        while node in self._same:
            node = self._same[node]
        return node

    def _join(self) -> None:
        """What was stacked of all rows of an array, or of a list, is that itself."""
        paths_of = {leaf: path for path, leaf in paths(dict(self.graph.parameters))
                    if isinstance(leaf, Node)}  # fmt: skip
        for node in self.graph.order:
            if node.operation == "stack" and node.spot is None and not self.whole:
                array = whole(node)
                listed = listed_in([paths_of.get(a, ()) for a in node.arguments])
                if array is not None:
                    self._same[node] = array
                elif listed and is_read_singly(node, self.graph.order):
                    self.listed[node] = listed

    def _needed(self) -> list[Node]:
        """The nodes that are written: not those that were only joined."""
        if self.whole or (not self._same and not self.listed):
            return [*self.graph.nodes]
        found = set[Node]()
        waiting = [*self.graph.ends]
        while waiting:
            node = self.resolved(waiting.pop())
            if node not in found:
                found.add(node)
                waiting += () if node in self.listed else node.arguments
        return [n for n in self.graph.nodes if n in found and n not in self.listed]

    def _add(self, kind: str, about: Any, reads: Iterable[Node], nest: Nest) -> None:
        found = tuple([self.resolved(node) for node in reads])
        self.steps.append(Step(kind, about, found, nest))

    def _make(self, node: Node, nest: Nest) -> None:
        self.made[node], self.home[node] = len(self.steps), nest

    def _block(self, order: Iterable[Node], nest: Nest, run: Run | None = None) -> None:
        """The nodes of the graph, or of a turn, which are stored where asked for."""
        order = late(order, run.carried if run else ())
        parts = asked(order)
        stored = {*wanted_by(run.each)} if run else ()
        for node in order:
            if node.operation == "loop":
                if node in parts:
                    self._loop(node, parts[node], nest)
            elif not is_mentioned(node) or (node.is_literal and not nest):
                self._node(node, nest)
            if run and node in stored and not node.is_input:
                self._stores(run, [node], nest)
            if not nest and node in self.guards:
                self._add("guard", self.guards[node], [node], nest)

    def _node(self, node: Node, nest: Nest) -> None:
        if node not in self.made:
            self._make(node, nest)
            self._add("node", node, node.arguments, nest)

    def _loop(self, loop: Node, parts: Sequence[Node], nest: Nest) -> None:
        run = self._run(loop, parts)
        inside = (*nest, loop)
        if not nest:
            for node in _constants(run.order):
                self._node(node, nest)
        for part in run.each:
            self._make(part, nest)
            self._add("make", part, [], nest)
        for before, _ in run.carried:
            self._make(before, inside)
        self._add("enter", loop, [run.starts[b] for b, _ in run.carried], nest)
        self._rows(run, inside)
        self._add("turn", loop, [row.array for row in run.rows], nest)
        self._taken_early(run, parts, inside)
        taken = {node for nodes in run.rows.values() for node in nodes}
        self._block([n for n in run.order if n not in taken], inside, run)
        self._add("again", loop, [now for _, now in run.carried], inside)
        self.left[loop] = len(self.steps)
        self._add("leave", loop, [], nest)
        for part in parts if self.whole and not nest else ():
            if not part.options["each"] and part not in self.made:
                target = self._same.pop(part)
                self._make(part, nest)
                self._add("part", part, [target], nest)

    def _run(self, loop: Node, parts: Sequence[Node]) -> Run:
        """What is needed of a loop for these parts, and what its inputs stand for."""
        body = body_of(loop)
        wanted = wanted_by(parts)
        order, kept = living(body, wanted)
        given = body.given(loop)
        carried = [(b, now) for b, now in body.carried
                   if b in kept or (body.may_not_turn and now in wanted)]  # fmt: skip
        self._same |= {node: given[node] for node in body.fixed}
        carried = self._once(carried, given)
        run = Run(loop, body, order, carried, {b: given[b] for b, _ in carried})
        self.runs[loop] = run
        self.carriers |= dict.fromkeys(run.starts, run)
        after = {now: before for before, now in reversed(carried)}
        for part in parts:
            if part.options["each"]:
                run.each.append(part)
            elif self.resolved(of := part.options["of"]) not in run.starts:
                self._same[part] = after.get(of, of)
        return run

    def _once(
        self, carried: list[tuple[Node, Node]], given: Mapping[Node, Node]
    ) -> list[tuple[Node, Node]]:
        """What is carried, without what is the same as another."""
        found: dict[tuple[Node, Node], Node] = {}
        for before, now in carried:
            first = found.setdefault((self.resolved(given[before]), now), before)
            if first is not before:
                self._same[before] = first
        return [(before, now) for (_, now), before in found.items()]

    def _rows(self, run: Run, inside: Nest) -> None:
        """What the head of a loop gives: `for x in X`."""
        found = rows(run.body, run.order, self.resolved, self.listed)
        run.rows, run.is_numbered = found
        for nodes in run.rows.values():
            self._make(nodes[0], inside)
            self._same |= dict.fromkeys(nodes[1:], nodes[0])

    def _taken_early(self, run: Run, parts: Sequence[Node], inside: Nest) -> None:
        """What a carried input holds before it is made anew."""
        for part in parts:
            of = self.resolved(part.options["of"])
            if of in run.starts and not part.options["each"]:
                self._make(part, inside)
                self._add("keep", part, [of], inside)
        taken = [node for nodes in run.rows.values() for node in nodes]
        self._stores(run, [*run.body.inputs, *taken], inside)

    def _stores(self, run: Run, nodes: Iterable[Node], inside: Nest) -> None:
        for node in nodes:
            for part in run.each:
                if part.options["of"] is node:
                    self._add("store", part, [node], inside)

    # -- lives ------------------------------------------------------------------------

    def begins(self, node: Node) -> bool:
        """Whether an array is only made, as zeros, for loops here to begin with."""
        given = node.arguments or node.is_constant or node.is_input
        if self.whole or given or node not in self.made:
            return False
        found = [self.steps[place] for place in self.readers.get(node, ())]
        kinds = {(step.kind, step.nest) for step in found}
        return kinds == {("enter", self.home[node])}

    @functools.cached_property
    def readers(self) -> dict[Node, list[int]]:
        """The steps that read each value, once for each time."""
        found: dict[Node, list[int]] = {}
        for place, step in enumerate(self.steps):
            for node in step.reads:
                found.setdefault(node, []).append(place)
        return found

    def lives(self, moved: Mapping[Node, int]) -> dict[Node, Life]:
        """From where to where each value is needed; some steps are taken later."""
        lives: dict[Node, Life] = {}
        for node, start in self.made.items():
            lives[node] = [(start, start + 1)]
            if node in self.carriers:
                left = self.left[self.carriers[node].loop]
                lives[node].append((left - 1, left + 1))
        for place, step in enumerate(self.steps):
            at = moved.get(step.about, place) if step.kind == "node" else place
            for node in step.reads:
                if node in self.made:
                    self._lengthen(lives[node], node, at, step.nest)
        return lives

    def _lengthen(self, life: Life, node: Node, at: int, nest: Nest) -> None:
        """Let a value live until it is read, and until inner loops are left."""
        home = self.home[node]
        common = 0
        while common < min(len(home), len(nest)) and home[common] is nest[common]:
            common += 1
        end = self.left[nest[common]] if common < len(nest) else at
        after = node in self.carriers and self.carriers[node].loop not in nest
        start, before = life[-1 if after else 0]
        life[-1 if after else 0] = start, max(before, end)


def late(order: Iterable[Node], carried: Iterable[tuple[Node, Node]]) -> list[Node]:
    """The nodes of a turn, where what changes waits for the readers of what was there.

    So an array can be written in place, and what is carried can be one variable.
    """
    order = list(order)
    if not carried:
        return order
    read = users(order)
    place = {node: float(k) for k, node in enumerate(order)}
    end = dict(place)  # where each is read that is written where it is used
    for node in reversed(order):
        if not node.name and node in read:
            end[node] = max(end[user] for user in read[node])
    for before, now in carried:
        name = now.name or before.name
        alike = [before, *(n for n in order if n.name and n.name == name)]
        last = max((end[u] for n in alike for u in read.get(n, ())), default=0)
        if now in place and now not in read and place[now] < last:
            place[now] = len(order)
    for node in order:
        if node.operation in WRITING:
            mine = min((place[user] for user in read.get(node, ())), default=len(order))
            last = max(place[user] for user in read[node.arguments[0]])
            if place[node] < last < mine:
                place[node] = last + 0.5
    return sorted(order, key=place.__getitem__)


class Listed(NamedTuple):
    """The elements of a list of the person's, as `layers[k]["W"]`."""

    before: str
    first: int
    behind: str


def whole(stack: Node) -> Node | None:
    """The array whose rows, all of them, were stacked again."""
    array = stack.arguments[0].arguments[0] if stack.arguments[0].arguments else None
    if array is None or stack.options.get("axis", 0) or stack.shape != array.shape:
        return None
    for k, row in enumerate(stack.arguments):
        if row.operation != "index" or row.arguments != (array,):
            return None
        if not is_basic(row.options["at"]) or row.options["at"] != (k,):
            return None
    return array


def listed_in(found: Sequence[tuple[Any, ...]]) -> Listed | None:
    """The list whose elements stand at these paths, one after another."""
    first, last = found[0], found[-1]
    keys = enumerate(zip(first, last, strict=False))
    place = next((i for i, (one, other) in keys if one != other), None)
    if place is None or type(first[place]) is not int:
        return None
    before, start, after = first[:place], first[place], first[place + 1 :]
    if any(path != (*before, start + k, *after) for k, path in enumerate(found)):
        return None
    return Listed(path_text(before), start, path_text(("", *after)))


def is_read_singly(node: Node, order: Iterable[Node]) -> bool:
    """Whether loops read one element at a time of this, and nothing else reads it."""
    order = [*order]
    parts = asked(order)
    for reader in order:
        if node not in reader.arguments:
            continue
        if reader in parts:
            body = body_of(reader)
            inner, _ = living(body, wanted_by(parts[reader]))
            inputs = [i for i, given in body.given(reader).items() if given is node]
            if not all(i in body.fixed and is_read_singly(i, inner) for i in inputs):
                return False
        elif reader.operation != "loop" and not is_item(reader):
            return False
    return True


def is_item(node: Node) -> bool:
    """Whether a step reads one element of a sequence."""
    plain = node.operation == "index" and len(node.arguments) == 1
    return plain and len(node.options["at"]) == 1 and is_whole(node.options["at"][0])


def is_mentioned(node: Node) -> bool:
    """Whether a node is written where it is used, without a step of its own."""
    return node.operation in ("input", "part", "counter") or node.is_literal


def _constants(order: Iterable[Node]) -> Iterable[Node]:
    """The arrays from outside that turns read, those of inner loops too."""
    for node in order:
        if node.is_constant and not node.is_literal:
            yield node
    for loop, parts in asked(order).items():
        inner, _ = living(body_of(loop), wanted_by(parts))
        yield from _constants(inner)
