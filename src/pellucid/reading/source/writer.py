"""A graph becomes the statements of a function: a block for each loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.places import Place, is_whole, plus
from pellucid.graphs.structure import path_text, paths
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.branches import condition, truth
from pellucid.reading.source.flow import WRITING, Flow, Listed, Nest, Run, Step
from pellucid.reading.source.helpers import written_out
from pellucid.reading.source.memory import Memory
from pellucid.reading.source.spelling import (  # fmt: skip
    ATOM,
    SPECIAL,
    Spelling,
    as_python,
    called,
    quoted,
    spelt,
    subscript,
)
from pellucid.reading.source.turns import Words, counting
from pellucid.reading.source.variables import Variables, described, stem

WIDTH = 80  # columns that a statement may take
INDENT = "    "
AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}
DIVIDING = ("divide", "power", "floor_divide", "remainder")  # Python's numbers raise

SCATTER = '''def scatter(g, at, shape):
    """Add g into zeros at the places that x[at] reads."""
    result = np.zeros(shape, np.asarray(g).dtype)
    np.add.at(result, at, g)
    return result
'''


def asserted(guard: Guard, asked: Spelling) -> str:
    """The statement that fails where a guard does not hold, by the person's line."""
    turned = "" if truth(guard) else "not "
    where = guard.place.removesuffix(": ") or "the function"
    message = quoted(f"{where} goes another way")
    return f"assert {turned}{condition(guard, asked)}, {message}"


class Writer:
    """Turns nodes into statements, in order; keeps what is written where it is used."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        guards = {guard.node: guard for guard in reversed(graph.guards)}
        self.flow = Flow(graph, guards)
        self.readers = self.flow.readers
        self.memory = Memory(self.flow, self.flow.lives({}))
        self.places = self._read_places()
        self.inlined = self._inlined()
        lives = self.flow.lives(self.inlined)
        self.variables = Variables(self.flow, self.memory, lives, self.inlined,
                                   self._containers())  # fmt: skip
        self.names = self.variables.names
        self.taken = {graph.title, "_"} | self.variables.taken
        self.words = Words({})
        self._count()
        self._pending: dict[Node, Spelling] = {}
        self._places: dict[Node, Spelling] = {}  # of arrays, read more than once
        self._addends: dict[Node, str] = {}  # what is added to what is read
        self._statements: list[str] = []
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
                if step.kind == "node" and isinstance(step.about, Node))  # fmt: skip

    def lines(self) -> list[str]:
        """The body of the function."""
        self._statements = [
            f"{leaf.name} = {path_text(path)}"
            for path, leaf in paths(dict(self.graph.parameters))
            if isinstance(leaf, Node) and len(path) > 1
            and (leaf in self.readers or not self.flow.listed)
        ]
        for step in self.flow.steps[:-1]:
            getattr(self, f"_{step.kind}")(step)
        result = self._result(self.graph.result)
        several = isinstance(self.graph.result, tuple) and len(self.graph.result) > 1
        return [*self._statements, f"return {result[1:-1] if several else result}"]

    def _containers(self) -> set[str]:
        leaves = {leaf.name for leaf in self.graph.inputs}
        return {name for name in self.graph.parameters if name not in leaves}

    def _count(self) -> None:
        """Let the variables of loops count as the person's do."""
        for loop, run in self.flow.runs.items():
            turn, count = run.body.turn, run.body.count
            self.words.names[turn] = self.names[loop]
            self.words.count(turn, *counting(self.words, turn, count, run.order))

    # -- what is written where it is used ---------------------------------------------

    def _inlined(self) -> dict[Node, int]:
        """What is written where it is read, and where that is at last.

        That are unnamed nodes with one reader, and places of arrays in loops, which no
        assignment in between changes.
        """
        moved: dict[Node, int] = {}
        for place, step in reversed([*enumerate(self.flow.steps)]):
            node = step.about
            if step.kind != "node" or not isinstance(node, Node):
                continue
            readers = self.readers.get(node, [])
            if self._may_inline(node, step, readers):
                at = max(self._written_at(reader, step.nest, moved) for reader in readers)
                if not self.memory.changes(node, place, at):
                    moved[node] = at
        return moved

    def _written_at(self, place: int, nest: Nest, moved: Mapping[Node, int]) -> int:
        """Where a step is written at last, as is seen from the loops around."""
        step = self.flow.steps[place]
        if step.nest != nest:
            return self.flow.left[step.nest[len(nest)]]
        return moved.get(step.about, place) if step.kind == "node" else place  # type: ignore[arg-type]

    def _may_inline(self, node: Node, step: Step, readers: Sequence[int]) -> bool:
        if self._is_place(node, step, readers) or self.flow.begins(node):
            return True
        if len(readers) != 1 or node.operation in WRITING:
            return False
        reader = self.flow.steps[readers[0]]
        if not is_numbered(node.name):
            return False
        if reader.kind == "return" and len(self.graph.outputs) > 1:
            return False
        target = reader.about in self.memory.in_place and reader.reads[0] is node
        kept = target or node in self.memory.in_place
        kinds = ("node", "guard", "return", "store")
        return reader.kind in kinds and reader.nest == step.nest and not kept

    def _is_place(self, node: Node, step: Step, readers: Sequence[int]) -> bool:
        """Whether this reads a place of an array, in a loop, and has no name."""
        if node not in self.places or not readers:
            return False
        found = [self.flow.steps[reader] for reader in readers]
        inner = any(s.nest != step.nest for s in found)
        within = all(s.nest[: len(step.nest)] == step.nest for s in found)
        kinds = {"node", "store"} if len(readers) > 1 else {"node"}
        several = len(readers) > 1 or inner
        whole = not inner or self.places[node]
        return several and within and whole and {s.kind for s in found} <= kinds

    def _read_places(self) -> dict[Node, bool]:
        """What reads places of arrays in loops, and whether of what a loop has kept."""
        found: dict[Node, bool] = {}
        for step in self.flow.steps:
            node = step.about
            if step.kind != "node" or not isinstance(node, Node) or not step.nest:
                continue
            if is_numbered(node.name) and reads_place(node):
                array = self.flow.resolved(node.arguments[0])
                kept = array.operation == "part" and array.options["each"]
                if array in found or (kept and is_element(node)):
                    found[node] = bool(kept and described(array.options["of"])) or (
                        not kept and found[array])
                elif not kept and not is_numbered(array.name):
                    found[node] = False
        return found

    # -- steps ------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self._statements.append(INDENT * self._depth + text)

    def _node(self, step: Step) -> None:
        node: Any = step.about
        if node.operation in WRITING:
            self._write_assignment(node)
            return
        spelling, statement = self._fitted(node)
        several = self.flow.begins(node) or self._is_place(node, step, self.readers.get(node, ()))
        if node in self.inlined and several:
            self._places[node] = spelling
        elif node in self.inlined:
            self._pending[node] = spelling
        else:
            self._say(statement)

    def _guard(self, step: Step) -> None:
        guard: Any = step.about
        self._say(asserted(guard, self._taken(step.reads[0])))

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
            arguments = (*node.arguments, *(outer(node) or ()))
            pending = [a for a in map(self.flow.resolved, arguments)
                       if a in self._pending]  # fmt: skip
            spelling = self._spelt(node)
            statement = self._statement(node, spelling)
            if len(statement) <= WIDTH - len(INDENT) * self._depth or not pending:
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
        if array is not None and array.operation == "part" and is_element(node):
            return self._indexed(array, node)
        if array in self._places and node.operation == "index" and is_element(array):
            # A[i][j] is A[i, j]
            at = subscript(self._worded(node), [self._text(a) for a in node.arguments[1:]])
            return Spelling(f"{self._text(array)[:-1]}, {at}]", ATOM)
        if node.is_constant and self._is_table(node):
            return Spelling(as_python(node.value.tolist()), ATOM)
        if (vectors := outer(node)) and self.flow.home.get(node):
            return called("np.outer", [self._text(vector) for vector in vectors])
        arguments = [self._reference(a) for a in node.arguments]
        return spelt(self._worded(node), arguments, self.taken)

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
        readers = [self.flow.steps[p].about for p in self.readers.get(node, ())]
        return bool(readers) and all(
            isinstance(reader, Node) and reader.operation == "entry" for reader in readers
        )

    def _worded(self, node: Node) -> Node:
        """A step whose places are written."""
        if not self.words.step:
            return node
        if node.operation == "entry" and self._is_table(self.flow.resolved(node.arguments[0])):
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
        if node.operation == "part" and self.variables.is_list(node):
            return called("np.stack", [name])
        return Spelling(name, ATOM)

    def _write_assignment(self, node: Node) -> None:
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
            self._say(added(name, worded, at, value))
        elif self._adds(node):
            put = self.flow.resolved(node.arguments[1])
            symbol = AUGMENTED[put.operation]
            self._say(f"{name}[{at}] {symbol} {self._addends[put]}")
        else:
            self._say(f"{name}[{at}] = {value}")

    def _adds(self, node: Node) -> bool:
        """Whether what is put in a place is what stood there, and something added."""
        array, put = map(self.flow.resolved, node.arguments[:2])
        if node not in self.memory.in_place or put not in self._addends:
            return False
        read = self.flow.resolved(put.arguments[0])
        same = read.operation == "index" and read in self.inlined
        same = same and self.flow.resolved(read.arguments[0]) is array
        if not same or not is_basic(node.options["at"]) or not is_basic(read.options["at"]):
            return False
        kind = read.options["at"], read.shape, read.dtype
        return kind == (node.options["at"], put.shape, put.dtype)

    # -- loops ------------------------------------------------------------------------

    def _make(self, step: Step) -> None:
        """The room for the values of all turns."""
        part: Any = step.about
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
        run = self.flow.runs[step.about]  # type: ignore[index]
        moves = []
        for before, _ in run.carried:
            start = self._start(before, run.starts[before])
            if before in self.memory.copied and self.memory.written.get(self.memory.group(before)):
                moves.append((self.names[before], f"np.array({start})", start))
            else:
                moves.append((self.names[before], start, start))
        self._move(moves)

    def _start(self, before: Node, start: Node) -> str:
        """What a carried value begins with; a plain number where it is only added."""
        plain = start.is_literal and start.dtype == np.dtype(float)
        if plain and self._meets_floats(before):
            return as_python(float(start.value))
        return self._text(start)

    def _meets_floats(self, before: Node) -> bool:
        """Whether Python's number would become the same with whatever it meets."""
        for place in self.readers.get(before, ()):
            node, nest = self.flow.steps[place].about, self.flow.steps[place].nest
            if self.flow.carriers[before].loop not in nest:
                continue
            if self.flow.steps[place].kind == "node" and isinstance(node, Node):
                others = [a for a in node.arguments if self.flow.resolved(a) is not before]
                if node.operation in DIVIDING and not others:
                    return False
                if any(a.weak or a.dtype != before.dtype for a in others):
                    return False
            if self.flow.steps[place].kind == "enter":
                run = self.flow.runs[node]
                inner = [b for b, s in run.starts.items() if self.flow.resolved(s) is before]
                if not all(map(self._meets_floats, inner)):
                    return False
        return True

    def _again(self, step: Step) -> None:
        run = self.flow.runs[step.about]  # type: ignore[index]
        self._move([(self.names[before], text := self._text(now), text)
                    for before, now in run.carried])  # fmt: skip

    def _move(self, moves: Sequence[tuple[str, str, str]]) -> None:
        """Assign at once what would otherwise change before it is read."""
        moves = [move for move in moves if move[0] != move[1]]
        targets = {target for target, _, _ in moves}
        if any(source in targets for _, _, source in moves):
            left = ", ".join(target for target, _, _ in moves)
            right = ", ".join(text for _, text, _ in moves)
            self._say(f"{left} = {right}")
        else:
            for target, text, _ in moves:
                self._say(f"{target} = {text}")

    def _turn(self, step: Step) -> None:
        """The head of a loop."""
        loop: Any = step.about
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
        part: Any = step.about
        self._say(f"{self.names[part]} = {self._text(step.reads[0])}")

    def _store(self, step: Step) -> None:
        """One turn of what all turns fill."""
        part: Any = step.about
        value = self._taken(step.reads[0]).text
        name = self.names[part]
        if self.variables.is_list(part):
            self._say(f"{name}.append({value})")
            return
        place = self.words.number(Place(0, [(self._run(part).body.turn, 1)]))
        self._say(f"{name}[{place}] = {value}")

    def _leave(self, step: Step) -> None:
        if self._statements[-1].endswith(":"):
            self._say("pass")
        self._depth -= 1

    def _result(self, tree: Any) -> str:
        """What is returned, in its structure."""
        if isinstance(tree, dict):
            return (
                "{"
                + ", ".join(f"{k!r}: {self._result(v)}" for k, v in tree.items())
                + "}"
            )
        if isinstance(tree, tuple):
            parts = ", ".join(self._result(v) for v in tree)
            return f"({parts},)" if len(tree) == 1 else f"({parts})"
        if isinstance(tree, list):
            return "[" + ", ".join(self._result(v) for v in tree) + "]"
        return self._reference(tree).text


def outer(node: Node) -> tuple[Node, Node] | None:
    """The vectors of which this is the outer product, a column times a row."""
    if node.operation != "multiply" or node.ndim != 2:
        return None
    column, row = node.arguments
    made = column.operation == "index" and column.options["at"] == (..., None)
    if not made or column.arguments[0].ndim != 1 or row.ndim != 1:
        return None
    return column.arguments[0], row


def reads_place(node: Node) -> bool:
    """Whether a step gives a part of an array as it lies there, or its transpose."""
    if node.operation == "transpose":
        return not node.options.get("axes") and node.ndim > 1
    return node.operation == "index" and is_basic(node.options["at"])


def is_element(node: Node) -> bool:
    """Whether a step reads one element of a sequence."""
    plain = node.operation == "index" and len(node.arguments) == 1
    return plain and len(node.options["at"]) == 1 and is_whole(node.options["at"][0])


def added(name: str, node: Node, at: str, value: str) -> str:
    """An addition at places, each as often as it is named."""
    if any(isinstance(part, np.ndarray) for part in node.options["at"]):
        return f"np.add.at({name}, np.s_[{at}], {value})"
    return f"{name}[{at}] += {value}"
