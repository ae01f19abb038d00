"""A graph written as plain NumPy that a person could have written, and that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.liveness import Lives
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.structure import path_text, paths
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.reading.source.branches import condition, truth
from pellucid.reading.source.helpers import called_as, written_out
from pellucid.reading.source.spelling import (  # fmt: skip
    ATOM,
    SPECIAL,
    Spelling,
    quoted,
    spelt,
    subscript,
)

WIDTH = 80  # columns that a statement may take

SCATTER = '''def scatter(g, at, shape):
    """Add g into zeros at the places that x[at] reads."""
    result = np.zeros(shape, np.asarray(g).dtype)
    np.add.at(result, at, g)
    return result
'''
ADD_AT = '''def add_at(x, at, value):
    """Give x after x[at] += value, where each place counts as often as it is named."""
    result = np.array(x)
    np.add.at(result, at, value)
    return result
'''
PLACING = {"scatter": SCATTER, "add_at": ADD_AT}


def source(graph_or_f: Graph | Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Write a function, or a graph, as readable plain NumPy.

    One statement for each of the person's variables, in their names; what has no name
    is written where it is used. The text runs by `exec` and computes the same numbers;
    where the function branched, an `assert` says which way, and fails for the other.

    Parameters
    ----------
    graph_or_f : Graph or callable
        What to write; a function is recorded on the example arguments first.
    *args, **kwargs
        Example arguments for a function.

    Returns
    -------
    str
        `import numpy as np` and one function, with the person's name for it.

    Raises
    ------
    TraceError
        When the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> print(pl.source(hypotenuse, 3.0, 4.0))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def hypotenuse(a, b):
        c = np.sqrt(a**2 + b**2)
        return c
    <BLANKLINE>
    """
    graph = graph_of(graph_or_f, *args, **kwargs)
    writer = Writer(graph)
    body = "\n".join(f"    {line}" for line in writer.lines())
    head = f"def {graph.title}({', '.join(_parameters(graph))}):"
    blocks = [_imports(graph), *writer.helpers(), f"{head}\n{body}\n"]
    return "\n\n".join(blocks)


def _imports(graph: Graph) -> str:
    """SciPy is imported where its functions are called."""
    calls = {called_as(n.operation) for n in graph.order if n.operation in OPERATIONS}
    modules = {call.rpartition(".")[0] for call in calls if call.startswith("scipy.")}
    return "\n".join(
        ["import numpy as np", *(f"import {m}" for m in sorted(modules)), ""]
    )


def _parameters(graph: Graph) -> list[str]:
    stars = {2: "*", 4: "**"}
    kinds = {
        name: stars.get(p.kind, "") for name, p in graph.signature.parameters.items()
    }
    return [f"{kinds.get(name, '')}{name}" for name in graph.parameters]


def asserted(guard: Guard, asked: Spelling) -> str:
    """The statement that fails where a guard does not hold, by the person's line."""
    turned = "" if truth(guard) else "not "
    where = guard.place.removesuffix(": ") or "the function"
    message = quoted(f"{where} goes another way")
    return f"assert {turned}{condition(guard, asked)}, {message}"


Reader = Node | Guard | None  # of a node: another, an assert, or the return statement


class Writer:
    """Turns nodes into statements, in order; keeps what is written where it is used."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.lives = Lives(graph, graph.order)
        self.position = {node: i for i, node in enumerate(graph.order)}
        self.guards = {guard.node: guard for guard in reversed(graph.guards)}
        self.assignments = {n for n in graph.order if n.operation == "assign"}
        self.in_place = {n for n in self.assignments if self.lives.may_write(n)}
        self.inlined = self._inlined()
        self.taken = {graph.title, *(node.name for node in graph.order)}
        self._names: dict[Node, str] = {}
        self._pending: dict[Node, Spelling] = {}
        self._statements: list[str] = []

    def helpers(self) -> list[str]:
        """The functions that NumPy lacks, written out."""
        used = {
            n.operation: None for n in self.graph.order if n.operation in OPERATIONS
        }
        placing = [PLACING[name] for name in PLACING if name in used]
        return placing + written_out([n for n in used if n not in SPECIAL], self.taken)

    def lines(self) -> list[str]:
        """The body of the function."""
        self._statements = [
            f"{leaf.name} = {path_text(path)}"
            for path, leaf in paths(dict(self.graph.parameters))
            if isinstance(leaf, Node) and len(path) > 1
        ]
        for node in self.graph.nodes:
            if not node.is_input:
                self._write(node)
            if node in self.guards and node not in self.inlined:
                asked = self._reference(node)
                self._statements.append(asserted(self.guards[node], asked))
        result = self._result(self.graph.result)
        several = isinstance(self.graph.result, tuple) and len(self.graph.result) > 1
        return [*self._statements, f"return {result[1:-1] if several else result}"]

    def _write(self, node: Node) -> None:
        if node in self.assignments:
            self._write_assignment(node)
            return
        spelling = self._fitted(node)
        if node in self.inlined and node not in self.guards:
            self._pending[node] = spelling
        else:
            self._statements.append(self._statement(node, spelling))

    def _statement(self, node: Node, spelling: Spelling) -> str:
        """What an expression stands in: its name's assignment, or its guard."""
        if node in self.guards and node in self.inlined:
            return asserted(self.guards[node], spelling)
        return f"{node.name} = {spelling.text}"

    def _fitted(self, node: Node) -> Spelling:
        """An expression that fits a line: arguments that are too long get a name."""
        while True:
            pending = [a for a in node.arguments if a in self._pending]
            arguments = [self._reference(a) for a in node.arguments]
            spelling = spelt(node, arguments, self.taken)
            if len(self._statement(node, spelling)) <= WIDTH or not pending:
                for argument in pending:
                    self._pending.pop(argument, None)
                return spelling
            self._name(max(pending, key=lambda a: len(self._pending[a].text)))

    def _name(self, node: Node) -> None:
        self._statements.append(f"{node.name} = {self._pending.pop(node).text}")

    def _reference(self, node: Node) -> Spelling:
        if node in self._pending:
            return self._pending[node]
        if node.is_literal and node not in self.graph.outputs:
            return spelt(node, [])
        return Spelling(self._names.get(node, node.name), ATOM)

    def _write_assignment(self, node: Node) -> None:
        array, value, *indices = (self._reference(a).text for a in node.arguments)
        for argument in node.arguments:
            self._pending.pop(argument, None)
        name = array if node in self.in_place else node.name
        if node not in self.in_place:
            self._statements.append(f"{name} = np.array({array})")
        self._names[node] = name
        self._statements.append(f"{name}[{subscript(node, indices)}] = {value}")

    def _inlined(self) -> set[Node]:
        """Unnamed nodes with one reader, which no assignment in between changes."""
        readers: dict[Node, list[Reader]]
        readers = {node: [*users] for node, users in self.graph.users.items()}
        for node in self.graph.outputs:
            readers.setdefault(node, []).append(None)  # the return statement
        for node, guard in self.guards.items():
            readers.setdefault(node, []).append(guard)
        overwritten = {
            self.lives.root[n.arguments[0]]: self.position[n] for n in self.in_place
        }
        written_at: dict[Reader, int] = {None: len(self.position)}
        written_at |= {g: self.position[node] for node, g in self.guards.items()}
        inlined = set()
        for node in reversed(self.graph.order):
            written_at[node] = self.position[node]
            if self._may_inline(node, readers.get(node, [])):
                moved = written_at[readers[node][0]]
                reads = [overwritten.get(self.lives.root[a]) for a in node.arguments]
                if all(change is None or moved <= change for change in reads):
                    inlined.add(node)
                    written_at[node] = moved
        return inlined

    def _may_inline(self, node: Node, readers: list[Reader]) -> bool:
        if len(readers) != 1 or (readers == [None] and len(self.graph.outputs) > 1):
            return False
        (reader,) = readers
        target = any(node is n.arguments[0] for n in self.in_place & {reader})
        stands = node.is_input or node in self.assignments or target
        return is_numbered(node.name) and not stands

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
