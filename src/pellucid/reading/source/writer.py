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
from pellucid.graphs.places import Place
from pellucid.graphs.structure import path_text, paths
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.branches import condition, truth
from pellucid.reading.source.flow import Flow, Run, Step
from pellucid.reading.source.helpers import written_out
from pellucid.reading.source.memory import WRITING, Memory
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
from pellucid.reading.source.variables import Variables

WIDTH = 80  # columns that a statement may take
INDENT = "    "
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
        self.readers = self.flow.readers()
        self.memory = Memory(self.flow, self.flow.lives({}))
        self.inlined = self._inlined()
        lives = self.flow.lives(self.inlined)
        self.variables = Variables(self.flow, self.memory, lives, self.inlined,
                                   self._containers())  # fmt: skip
        self.names = self.variables.names
        self.taken = {graph.title, "_"} | self.variables.taken
        self.words = Words({})
        self._count()
        self._pending: dict[Node, Spelling] = {}
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
        """Unnamed nodes with one reader, which no assignment in between changes."""
        moved: dict[Node, int] = {}
        for place, step in reversed([*enumerate(self.flow.steps)]):
            node = step.about
            if step.kind != "node" or not isinstance(node, Node):
                continue
            readers = self.readers.get(node, [])
            if self._may_inline(node, step, readers):
                reader = self.flow.steps[readers[0]]
                at = moved.get(reader.about, readers[0]) if reader.kind == "node" else readers[0]  # type: ignore[arg-type]
                if not self.memory.changes(node, place, at):
                    moved[node] = at
        return moved

    def _may_inline(self, node: Node, step: Step, readers: Sequence[int]) -> bool:
        if len(readers) != 1 or not is_numbered(node.name) or node.operation in WRITING:
            return False
        reader = self.flow.steps[readers[0]]
        if reader.kind == "return" and len(self.graph.outputs) > 1:
            return False
        target = reader.about in self.memory.in_place and reader.reads[0] is node
        kept = target or node in self.memory.in_place
        kinds = ("node", "guard", "return", "store")
        return reader.kind in kinds and reader.nest == step.nest and not kept

    # -- steps ------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self._statements.append(INDENT * self._depth + text)

    def _node(self, step: Step) -> None:
        node: Any = step.about
        if node.operation in WRITING:
            self._write_assignment(node)
            return
        spelling, statement = self._fitted(node)
        if node in self.inlined:
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
            symbol = "+" if node.operation == "add" else "-"
            return f"{name} {symbol}= {self._reference(node.arguments[1]).text}"
        return f"{name or node.name} = {spelling.text}"

    def _fitted(self, node: Node) -> tuple[Spelling, str]:
        """An expression whose line fits: arguments that are too long get a name."""
        while True:
            pending = [a for a in map(self.flow.resolved, node.arguments)
                       if a in self._pending]  # fmt: skip
            spelling = self._spelt(node)
            statement = self._statement(node, spelling)
            if len(statement) <= WIDTH or not pending:
                for argument in pending:
                    self._pending.pop(argument, None)
                return spelling, statement
            self._give_name(max(pending, key=lambda a: len(self._pending[a].text)))

    def _spelt(self, node: Node) -> Spelling:
        """An operation as an expression, with the person's variables in places."""
        arguments = [self._reference(a) for a in node.arguments]
        return spelt(self._worded(node), arguments, self.taken)

    def _worded(self, node: Node) -> Node:
        """A step whose places are written."""
        if not self.words.step:
            return node
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
        if node in self._pending:
            return self._pending[node]
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
        if node.operation == "assign":
            self._say(f"{name}[{at}] = {value}")
        else:
            self._say(added(name, worded, at, value))

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


def added(name: str, node: Node, at: str, value: str) -> str:
    """An addition at places, each as often as it is named."""
    if any(isinstance(part, np.ndarray) for part in node.options["at"]):
        return f"np.add.at({name}, np.s_[{at}], {value})"
    return f"{name}[{at}] += {value}"
