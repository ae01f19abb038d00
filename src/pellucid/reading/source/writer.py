"""A graph becomes the statements of a function: a block for each loop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.indexing import WRITING, is_basic
from pellucid.graphs.places import of_turn, plus
from pellucid.graphs.structure import path_text, paths
from pellucid.reading.source.apart import apart
from pellucid.reading.source.flow import Flow, Listed, Run, Step, is_item
from pellucid.reading.source.helpers import written_out
from pellucid.reading.source.inlining import Inlining
from pellucid.reading.source.memory import Memory, meets_floats
from pellucid.reading.source.spelling import (  # fmt: skip
    ATOM,
    SPECIAL,
    Spelling,
    as_python,
    called,
    spelt,
    subscript,
)
from pellucid.reading.source.statements import (  # fmt: skip
    INDENT,
    SCATTER,
    Move,
    Statement,
    added,
    asserted,
    moved,
    returned,
    width,
)
from pellucid.reading.source.turns import Words, counting
from pellucid.reading.source.variables import Variables

AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


class Writer:
    """Turns nodes into statements, in order; keeps what is written where it is used."""

    def __init__(self, graph: Graph, whole: bool = False) -> None:
        graph = self.graph = apart(graph)
        guards = {guard.node: guard for guard in reversed(graph.guards)}
        self.flow = Flow(graph, guards, whole)
        self.readers = self.flow.readers
        self.memory = Memory(self.flow, self.flow.lives({}))
        self.inlining = Inlining(self.flow, self.memory)
        self.inlined = self.inlining.moved
        lives = self.flow.lives(self.inlined)
        self.variables = Variables(self.flow, self.memory, lives, self.inlined,
                                   self._containers())  # fmt: skip
        self.names = self.variables.names
        self.taken = {graph.title, "_"} | self.variables.taken
        self.words = Words()
        self._pending: dict[Node, Spelling] = {}
        self._places: dict[Node, Spelling] = {}  # of arrays, read more than once
        self._addends: dict[Node, str] = {}  # what is added to what is read
        self.asked: dict[Guard, Spelling] = {}  # what each guard asks
        self._statements: list[Statement] = []
        self._about: Any = None
        self._depth = 0

    def helpers(self) -> list[str]:
        """The functions that NumPy lacks, written out."""
        used = {node.operation: None for node in self.nodes()
                if node.operation in OPERATIONS}  # fmt: skip
        scatter = [SCATTER] if "scatter" in used else []
        return scatter + written_out([n for n in used if n not in SPECIAL], self.taken)

    def nodes(self) -> Iterable[Node]:
        """Every node that is written, those of bodies too."""
        return (step.about for step in self.flow.steps
                if step.kind == "node")  # fmt: skip

    def lines(self) -> list[str]:
        """The body of the function."""
        given = [
            f"{leaf.name} = {path_text(path)}"
            for path, leaf in paths(dict(self.graph.parameters))
            if isinstance(leaf, Node)
            and len(path) > 1
            and (leaf in self.readers or not self.flow.listed)
        ]
        written = [INDENT * each.depth + each.text for each in self.statements()]
        result = returned(self.graph.result, self._text)
        several = isinstance(self.graph.result, tuple) and len(self.graph.result) > 1
        return [*given, *written, f"return {result[1:-1] if several else result}"]

    def statements(self) -> list[Statement]:
        """What is written for each step but the return."""
        self._statements.clear()
        for step in self.flow.steps[:-1]:
            self._about = step.about
            getattr(self, f"_{step.kind}")(step)
        return self._statements

    def _containers(self) -> set[str]:
        leaves = {leaf.name for leaf in self.graph.inputs}
        return {name for name in self.graph.parameters if name not in leaves}

    # -- steps ------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self._statements.append(Statement(self._depth, text, self._about))

    def _node(self, step: Step) -> None:
        node = step.about
        if node.operation in WRITING and (step.nest or not self.flow.whole):
            self._write_assignment(node)
            return
        spelling, statement = self._fitted(node)
        if node in self.inlining.often:
            self._places[node] = spelling
        elif node in self.inlined:
            self._pending[node] = spelling
        else:
            self._say(statement)

    def _guard(self, step: Step) -> None:
        guard = step.about
        self.asked[guard] = self._taken(step.reads[0])
        self._say(asserted(guard, self.asked[guard]))

    def _statement(self, node: Node, spelling: Spelling) -> str:
        """What an expression stands in: its name's assignment, or its guard."""
        if node in self.flow.guards and node in self.inlined:
            return asserted(self.flow.guards[node], spelling)
        name = self.names.get(node, "")
        if node in self.memory.in_place and name == self._text(node.arguments[0]):
            return f"{name} {AUGMENTED[node.operation]} {self._text(node.arguments[1])}"
        return f"{name or node.name} = {spelling.text}"

    def _fitted(self, node: Node) -> tuple[Spelling, str]:
        """An expression whose line fits: arguments that are too long get a name."""
        while True:
            arguments = (*node.arguments, *self._outer(node))
            pending = [a for a in map(self.flow.resolved, arguments)
                       if a in self._pending]  # fmt: skip
            spelling = self._spelt(node)
            statement = self._statement(node, spelling)
            if len(statement) <= width(self._depth) or not pending:
                if node.operation in AUGMENTED and node in self.inlined:
                    self._addends[node] = self._text(node.arguments[1])
                for argument in pending:
                    self._pending.pop(argument, None)
                return spelling, statement
            self._give_name(max(pending, key=lambda a: len(self._pending[a].text)))

    def _spelt(self, node: Node) -> Spelling:
        """An operation as an expression, with the person's variables in places."""
        array = self.flow.resolved(node.arguments[0]) if node.arguments else None
        if array in self.flow.listed:
            return Spelling(self._element(self.flow.listed[array], node), ATOM)
        if array is not None and array.operation == "part" and is_item(node):
            return self._indexed(array, node)
        if array in self._places and node.operation == "index" and is_item(array):
            # A[i][j] is A[i, j]
            indices = [self._text(a) for a in node.arguments[1:]]
            at = subscript(self._worded(node), indices)
            return Spelling(f"{self._text(array)[:-1]}, {at}]", ATOM)
        if node.is_constant and self._is_table(node):
            return Spelling(as_python(node.value.tolist()), ATOM)
        if vectors := self._outer(node):
            return called("np.outer", [self._text(vector) for vector in vectors])
        arguments = [self._reference(a) for a in node.arguments]
        return spelt(self._worded(node), arguments, self.taken)

    def _outer(self, node: Node) -> tuple[Node, ...]:
        """The vectors of an outer product, a column times a row, in a loop."""
        is_product = node.operation == "multiply" and node.ndim == 2
        if not is_product or not self.flow.home.get(node):
            return ()
        column, row = map(self.flow.resolved, node.arguments)
        if column not in self.inlined or column.options.get("at") != (..., None):
            return ()
        vector = self.flow.resolved(column.arguments[0])
        has_name = vector not in self.inlined  # else it is written in the column
        return (vector, row) if has_name and vector.ndim == row.ndim == 1 else ()

    def _indexed(self, array: Node, node: Node) -> Spelling:
        """The value of one turn out of those of all."""
        at = subscript(self._worded(node), [])
        return Spelling(f"{self.names[array]}[{at}]", ATOM)

    def _element(self, listed: Listed, node: Node) -> str:
        """An element of a list that the person gave."""
        place = plus(node.options["at"][0], listed.first)
        return f"{listed.before}[{self.words.number(place)}]{listed.behind}"

    def _is_table(self, node: Node) -> bool:
        """Whether an array is only read number by number, as Python's numbers."""
        found = [self.flow.steps[place].about for place in self.readers.get(node, ())]
        return {getattr(reader, "operation", "") for reader in found} == {"entry"}

    def _worded(self, node: Node) -> Node:
        """A step whose places are written."""
        if not self.words.step:
            return node
        table = self.flow.resolved(node.arguments[0]) if node.arguments else node
        if node.operation == "entry" and self._is_table(table):
            node = replace(node, operation="index", order=node.order)
        options = {k: self.words.written(v) for k, v in node.options.items()}
        return replace(node, options=options, order=node.order)

    def _give_name(self, node: Node) -> None:
        name = self.variables.fresh() if self.flow.runs else node.name
        self._say(f"{name} = {self._pending.pop(node).text}")
        self.names[node] = name

    def _text(self, node: Node) -> str:
        return self._reference(node).text

    def _taken(self, node: Node) -> Spelling:
        """A node that is written here, if not before."""
        spelling = self._reference(node)
        self._pending.pop(self.flow.resolved(node), None)
        return spelling

    def _reference(self, node: Node) -> Spelling:
        node = self.flow.resolved(node)
        if node in self._pending or node in self._places:
            return self._pending.get(node) or self._places[node]
        literal = node.is_literal and node not in self.graph.outputs
        if node.operation == "counter" or literal:
            return spelt(self._worded(node), [])
        name = self.names.get(node, node.name)
        if node.options.get("each") and self.variables.is_list(node):
            return called("np.stack", [name])
        return Spelling(name, ATOM)

    def _write_assignment(self, node: Node) -> None:
        if node not in self.memory.in_place:
            self._name_readers_of(self.names[node], node.arguments[1:])
        array, value, *indices = (self._reference(a).text for a in node.arguments)
        for argument in node.arguments:
            self._pending.pop(self.flow.resolved(argument), None)
        name, worded = self.names[node], self._worded(node)
        if node not in self.memory.in_place:
            self._say(f"{name} = np.array({array})")
        elif name != array:
            self._say(f"{name} = {array}")
        at = subscript(worded, indices)
        if node.operation == "add_at":
            self._say(added(name, node, at, value))
        elif self._adds(node):
            put = self.flow.resolved(node.arguments[1])
            symbol = AUGMENTED[put.operation]
            self._say(f"{name}[{at}] {symbol} {self._addends[put]}")
        else:
            self._say(f"{name}[{at}] = {value}")

    def _name_readers_of(self, name: str, arguments: Iterable[Node]) -> None:
        """Write what reads a variable before it becomes another array."""
        for argument in map(self.flow.resolved, arguments):
            pending = self._pending.get(argument)
            if pending and re.search(rf"\b{name}\b", pending.text):
                self._give_name(argument)

    def _adds(self, node: Node) -> bool:
        """Whether what is put in a place is what stood there, and something added."""
        array, put = map(self.flow.resolved, node.arguments[:2])
        if node not in self.memory.in_place or put not in self._addends:
            return False
        read = self.flow.resolved(put.arguments[0])
        if read.operation != "index" or read not in self.inlined:
            return False
        basic = is_basic(node.options["at"]) and is_basic(read.options["at"])
        if not basic or self.flow.resolved(read.arguments[0]) is not array:
            return False
        kind = read.options["at"], read.shape, read.dtype
        return kind == (node.options["at"], put.shape, node.dtype)

    # -- loops ------------------------------------------------------------------------

    def _make(self, step: Step) -> None:
        """The room for the values of all turns."""
        part = step.about
        if self.variables.is_list(part):
            self._say(f"{self.names[part]} = []")
            return
        whole = isinstance(self._run(part).body.count, int)
        shape = as_python(part.shape if part.ndim > 1 else part.shape[0])
        dtype = [] if part.dtype == np.dtype(float) else [as_python(part.dtype)]
        kind = "np.empty" if whole else "np.zeros"
        self._say(f"{self.names[part]} = {called(kind, [shape, *dtype]).text}")

    def _run(self, node: Node) -> Run:
        return self.flow.runs[node if node.operation == "loop" else node.arguments[0]]

    def _enter(self, step: Step) -> None:
        """What a loop carries, as it begins."""
        run = self.flow.runs[step.about]
        moves = []
        for before, _ in run.carried:
            start = self._start(before, run.starts[before])
            copied = self.memory.is_copied(before)
            text = f"np.array({start})" if copied else start
            moves.append((self.names[before], text, start))
        self._move(moves)

    def _start(self, before: Node, start: Node) -> str:
        """What a carried value begins with; a plain number where it is only added."""
        plain = start.is_literal and start.dtype == np.dtype(float)
        loop = self.flow.carriers[before].loop
        if plain and meets_floats(self.flow, before, loop):
            return as_python(float(start.value))
        return self._text(start)

    def _again(self, step: Step) -> None:
        run = self.flow.runs[step.about]
        self._move([(self.names[before], text := self._text(now), text)
                    for before, now in run.carried])  # fmt: skip

    def _move(self, moves: Sequence[Move]) -> None:
        for text in moved(moves):
            self._say(text)

    def _turn(self, step: Step) -> None:
        """The head of a loop."""
        loop = step.about
        run = self.flow.runs[loop]
        turn = run.body.turn  # which a loop backwards shares with that forwards
        self.words.name(turn, self.names[loop])
        self.words.count(turn, *counting(self.words, turn, run.body.count, run.order))
        self._say(f"{self.head(loop)}:")
        self._depth += 1

    def head(self, loop: Node) -> str:
        """What begins a loop: `for i in range(1, 7)`."""
        run = self.flow.runs[loop]
        body, name = run.body, self.names[loop]
        if not run.rows:
            span = self.words.span(body.turn, body.count, body.is_reversed)
            return f"for {name} in {span}"
        count = body.most
        found = [row.text(self._text(row.array), count) for row in run.rows]
        names = ", ".join(self.names[nodes[0]] for nodes in run.rows.values())
        arrays = found[0] if len(found) == 1 else f"zip({', '.join(found)})"
        if not self.variables.is_counted(run):
            return f"for {names} in {arrays}"
        names = f"({names})" if len(found) > 1 else names
        start = self.words.base[body.turn]
        first = f", {self.words.number(start)}" if start != 0 else ""
        return f"for {name}, {names} in enumerate({arrays}{first})"

    def _keep(self, step: Step) -> None:
        part = step.about
        self._say(f"{self.names[part]} = {self._text(step.reads[0])}")

    def _store(self, step: Step) -> None:
        """One turn of what all turns fill."""
        part = step.about
        value = self._taken(step.reads[0]).text
        name = self.names[part]
        if self.variables.is_list(part):
            self._say(f"{name}.append({value})")
            return
        place = self.words.number(of_turn(self._run(part).body.turn))
        self._say(f"{name}[{place}] = {value}")

    def _part(self, step: Step) -> None:
        """What a loop gives, by a name of its own."""
        name, value = self.names[step.about], self._text(step.reads[0])
        if name != value:
            self._say(f"{name} = {value}")

    def _leave(self, step: Step) -> None:
        if self._statements[-1].text.endswith(":"):
            self._say("pass")
        self.words.leave(self._run(step.about).body.turn)
        self._depth -= 1
