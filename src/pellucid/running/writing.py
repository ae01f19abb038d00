"""A graph as the source of one Python function, for every target.

A target says how an operation is spelled; here is what all of them share: which nodes
are run and which are known beforehand, what each value is called in the source, and
what the names in it are bound to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard, OtherPath
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import Number, Place, Turn, sum_text

# What Python's symbols stand for; those of arithmetic on numbers and on arrays.
ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/",
              "power": "**", "floor_divide": "//", "remainder": "%"}  # fmt: skip
COMPARISONS = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
               "equal": "==", "not_equal": "!="}  # fmt: skip


def to_run(graph: Graph) -> tuple[list[Node], dict[Node, Any]]:
    """The nodes to run, in turn, and the values of those that depend on no input."""
    ends = {n for n in graph.outputs if n.operation != "part"}
    order = [n for n in in_turn(graph) if not n.known or n in ends]
    wanted = [a for n in order for a in n.arguments if a.known and a not in ends]
    wanted += [n for n in graph.outputs if n.known and n not in ends]
    return order, evaluate(graph.known, {}, wanted) if wanted else {}


def in_turn(graph: Graph) -> Sequence[Node]:
    """The nodes in an order in which nothing is computed before a guard that follows.

    Where a guard does not hold, what comes after it may warn or raise.
    """
    found: dict[Node, None] = {}
    for guard in graph.guards:
        found.update(dict.fromkeys(ancestors([guard.node], stop=found)))
    return at_once([*found, *(node for node in graph.order if node not in found)])


def at_once(order: Sequence[Node]) -> list[Node]:
    """The nodes with all parts of a loop behind it, which is run once for all."""
    parts = asked(order)
    found: list[Node] = []
    for node in order:
        if node.operation == "loop":
            found += [node, *parts[node]] if node in parts else []
        elif node.operation != "part" or node.arguments[0] not in parts:
            found.append(node)
    return found


def with_guards(
    order: Iterable[Node], guards: Sequence[Guard], names: SourceNames
) -> Iterator[Node | str]:
    """The nodes, and the line of each guard as soon as it can be asked."""
    waiting = deque(enumerate(guards))
    there = set[Node]()
    for node in order:
        yield node
        there.add(node)
        while waiting and waiting[0][1].node in there:
            yield _asked(names, *waiting.popleft())


def _asked(names: SourceNames, place: int, guard: Guard) -> str:
    """The line of a guard, with the person's own in a comment."""
    name, other = names.of(guard.node), names.bound(OtherPath, "OtherPath")
    if guard.is_boolean:
        fails = f"not {name}" if guard.answer else name
        answer = str(not guard.answer)
    else:
        fails, answer = f"{name} != {guard.answer}", f"float({name})"
    comment = f"  # {guard.place}{guard.code}" if guard.place else ""
    return f"if {fails}: raise {other}({place}, {answer}){comment}"


class SourceNames:
    """What stands in the source for each value: a name, or a plain number.

    Attributes
    ----------
    values : dict
        Of the nodes that are known beforehand.
    fixed : dict
        What the names that the source does not assign are bound to.
    turns : dict
        What the number of the turn of each loop is called.
    """

    def __init__(
        self, values: Mapping[Node, Any], fixed: Mapping[str, Any] | None = None,
        taken: Iterable[str] = (), wished: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self._wished = set(wished)  # names of the person's in the bodies of loops
        self.values = dict(values)
        self._taken = set(taken)  # names of the person's, which are bound to nothing
        self._called: dict[Node, str] = {}
        self._counts: dict[str, Iterator[str]] = {}
        self.turns: dict[Turn, str] = {}
        self.given = frozenset(taken)
        self.fixed: dict[str, Any] = dict(fixed or {})
        self._names = {id(value): name for name, value in self.fixed.items()}

    def of(self, node: Node) -> str:
        """The name of a node's value, or the number itself."""
        if node.is_literal and node.weak and np.isfinite(node.value):
            text = repr(node.value)
            return f"({text})" if text.startswith("-") else text
        if node.is_literal:
            return self.bound(node.value)  # inf and nan cannot be written
        if node in self.values:
            return self.bound(self.values[node])
        return self.called(node)

    def called(self, node: Node) -> str:
        """What a value is called where it is assigned."""
        return self._called.get(node) or node.name

    def call(self, node: Node, name: str) -> str:
        """Call a value by this name from now on."""
        self._called[node] = name
        return name

    def unique(self, wish: str) -> str:
        """A name that nothing has yet: the wish, or that with a number."""
        names = (wish if i == 1 else f"{wish}_{i}" for i in count(1))
        name = next(filter(self._is_free, names))
        self._taken.add(name)
        return name

    def bound(self, value: Any, wish: str = "") -> str:
        """The name that is bound to this object, `wish` if it is free."""
        if id(value) not in self._names:
            name = wish if wish and self._is_free(wish) else self._free(wish)
            self._names[id(value)] = name
            self.fixed[name] = value
        return self._names[id(value)]

    def keep(self, name: str) -> bool:
        """Whether a name is bound to nothing, and then will not be."""
        self._taken.add(name)
        return name not in self.fixed

    def series(self, wish: str) -> str:
        """A beginning of names that, with a number, are none of the person's."""
        names = self._taken | self._wished
        while any(name.startswith(wish) for name in names):
            wish = f"_{wish}"
        return wish

    def numbered(self, wish: str) -> str:
        """The next name of a series."""
        if wish not in self._counts:
            begin = self.series(wish)
            self._counts[wish] = (f"{begin}{i}" for i in count(1))
        return next(self._counts[wish])

    def _free(self, wish: str) -> str:
        numbered = (f"{wish or 'constant'}{i}" for i in count(len(self.fixed) + 1))
        return next(filter(self._is_free, numbered))

    def _is_free(self, name: str) -> bool:
        return name not in self.fixed and name not in self._taken

    def text(self, value: Any) -> str:
        """An option as it is written, or the name of what it is bound to."""
        if isinstance(value, Place):
            return self.number(value)
        if isinstance(value, slice):
            return self._slice(value)
        if value is None or isinstance(value, (bool, int, str)):
            return repr(value)
        if value is Ellipsis:
            return "..."
        if isinstance(value, tuple) and all(isinstance(v, int) for v in value):
            return repr(value)
        return self.bound(value)

    def index(self, at: Iterable[Any], indices: Sequence[str]) -> str:
        """An index as it stands between brackets."""
        parts = [
            indices[i.position] if isinstance(i, Slot) else self.text(i) for i in at
        ]
        return ", ".join(parts) if parts else "()"

    def number(self, number: Number) -> str:
        """A whole number, or one that moves with the turns of loops, as it is written.

        >>> t = Turn(("t",))
        >>> names = SourceNames({})
        >>> names.turns[t] = "t"
        >>> names.number(Place(-1, [(t, 2)])), names.number(Place(3, [(t, -1)]))
        ('2 * t - 1', '3 - t')
        """
        if not isinstance(number, Place):
            return repr(int(number))
        terms = [(self.turns[turn], times) for turn, times in number.terms]
        return sum_text(terms, number.offset)

    def _slice(self, value: slice) -> str:
        start, stop, step = (
            "" if v is None else self.number(v)
            for v in (value.start, value.stop, value.step)
        )
        return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"

    def options(self, options: Mapping[str, Any]) -> list[str]:
        """Options as keyword arguments."""
        return [f"{key}={self.text(value)}" for key, value in options.items()]


def function(
    title: str, inputs: Sequence[str], lines: Sequence[str], results: Sequence[str]
) -> str:
    """One Python function that gives a tuple."""
    comma = "," if len(results) == 1 else ""
    body = "".join(f"    {line}\n" for line in lines)
    head = f"def {title}({', '.join(inputs)}):\n"
    return f"{head}{body}    return {', '.join(results)}{comma}\n"


def shaped(statement: str, node: Node) -> str:
    """A statement with the shape of its result in a comment."""
    return f"{statement}  # {node.shape}" if node.shape else statement


def made(source: str, title: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    """The function that a source defines, its names bound."""
    scope = dict(names)
    exec(compile(source, f"<compiled {title}>", "exec"), scope)
    run: Callable[..., Any] = scope[title]
    return run
