"""One walk over a graph: what is computed twice is shared, what is naive is replaced.

From the inputs to the results, each node is made anew on the arguments made before, is
taken from there if it was computed already, and is looked for in the table of
identities.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.identities import Identity
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.robust import COMPOSED
from pellucid.graphs.rewriting.formulas import (
    Formula,
    Table,
    all_named,
    entered,
    inner_functions,
    kind,
    needs,
    possible,
    written,
)
from pellucid.graphs.rewriting.gathered import gathered
from pellucid.graphs.rewriting.inward import (
    ALL_GOALS,
    CHOOSING,
    MOVED,
    Inward,
    fills,
    goal,
    in_logarithms,
    inward,
    moved,
    moves,
)
from pellucid.graphs.rewriting.literals import moves_nothing, with_plain_numbers
from pellucid.graphs.rewriting.matching import Match, matches
from pellucid.graphs.rewriting.signs import has_sign, moved_out
from pellucid.graphs.rewriting.substitution import Instance
from pellucid.graphs.rewriting.sums_of_products import Functions, seen_whole, terms
from pellucid.graphs.rewriting.synonyms import synonym
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import lifted, node_of, recorded

# Beside these a number of NumPy's may stand for one of Python's (NEP 50).
DOUBLES = {np.dtype(code) for code in "dD?bhilqBHILQ"}
# A formula that has become one of these is its own stable form.
OWN_FORM = COMPOSED - {"ratio"}


@dataclass(frozen=True)
class Rewrite:
    """One naive formula that was found, and what stands in its place.

    Parameters
    ----------
    identity : Identity
        Which rule of the table; it has the proof and the domain too.
    naive, stable : Node
        The step as it was and as it is.
    """

    identity: Identity
    naive: Node
    stable: Node

    @property
    def rule(self) -> str:
        """The name of the identity, by which `without=` switches it off."""
        return self.identity.name

    @property
    def before(self) -> str:
        """The step as it was written, in plain NumPy."""
        return Graph.readers["phrase"](self.naive)

    @property
    def after(self) -> str:
        """The step as it is now, in plain NumPy."""
        return Graph.readers["phrase"](self.stable)

    @property
    def fails_at(self) -> Mapping[str, Any]:
        """Unknowns of the rule for which the naive formula is wrong."""
        return self.identity.fails_at

    @property
    def digits(self) -> int:
        """How many correct decimal digits are won there."""
        return self.identity.digits

    @property
    def line(self) -> tuple[str, int] | None:
        """The file and line of the step."""
        return self.naive.line

    def __str__(self) -> str:
        where = f"line {self.line[1]}: " if self.line else ""
        return f"{where}{self.before} -> {self.after} ({self.rule})"


class Walk:
    """One walk over a graph; what each node has become, and the formulas replaced."""

    def __init__(
        self, recorder: Recorder, table_of: Callable[[Functions], Table | None],
        since: int, settled: int = 0, opens: bool = False,
    ) -> None:  # fmt: skip
        self.recorder = recorder
        self.table_of = table_of
        self.since = since
        self.settled = settled
        self.opens = opens
        self.rewrites: list[Rewrite] = []
        self.changed = False
        self._now: dict[Node, Node] = {}
        self._computed: dict[Any, Node] = {}
        self._functions: dict[Node, Functions] = {}
        self._goals: dict[Node, frozenset[str]] = {}
        self._inside: dict[str, dict[Node, Node]] = {}
        self._present: Functions = frozenset()
        self._doubles = False
        self._spares = False  # whether identities that cost time are left out, here
        self._table: Table | None = None

    def over(self, outputs: Sequence[Node]) -> list[Node]:
        """The nodes that now compute the outputs."""
        order = ancestors(outputs)
        self._doubles = all(node.dtype in DOUBLES for node in order)
        self._meet(order)
        precise = in_logarithms(order)
        for node in order:
            if node.order < self.since:
                continue
            self._spares = node.derived and node not in precise
            made = self._shared(self._remade(node))
            if made is node and node.order < self.settled:
                self._now[node] = node
            elif self.opens and made.operation in COMPOSED:
                self._now[node] = self._opened(made)
            else:
                made = self._renamed(made)
                self._now[node] = self._with_sign(made) or self._replaced(made, node)
            self._remember_goals(self._now[node])
        return [self._now.get(node, node) for node in outputs]

    def _shared(self, node: Node) -> Node:
        """The node that computes the same; one that may warn, where one of them may.

        And the person's own, where one of them is.
        """
        key = key_of(node)
        found = self._computed.setdefault(key, node)
        if (node.quiet, node.derived) < (found.quiet, found.derived):
            self._computed[key] = found = node
        return found

    @contextlib.contextmanager
    def _in_place_of(self, node: Node, quiet: bool = False) -> Iterator[None]:
        """Record nodes on the line of another, and as quiet as it is, or quieter."""
        silence = self.recorder.marking(quiet) if quiet else contextlib.nullcontext()
        with self.recorder.on_behalf_of(node, node.call), silence:
            yield

    def _meet(self, nodes: Iterable[Node]) -> None:
        """Look from now on for the formulas that these functions make possible."""
        names = {node.operation for node in nodes} & all_named()
        if self._table is None or not names <= self._present:
            self._present |= names
            self._table = self.table_of(self._present)

    def _remade(self, node: Node) -> Node:
        """A node on the arguments as they are now; a number where it is known."""
        now = [self._now.get(a, a) for a in node.arguments]
        arguments = with_plain_numbers(node, now)
        if moves_nothing(node):
            return arguments[0]
        if fills(node):
            return arguments[1]
        if node.known and node.shape == () and node.operation != "constant":
            return self._folded(node)
        if arguments == node.arguments:
            return node
        return node.remade(arguments)

    def _folded(self, node: Node) -> Node:
        """The number that a node is, unless NumPy warns of it."""
        try:
            with np.errstate(all="raise"):
                return constant(self.recorder.known_value(node))
        except FloatingPointError:
            return node

    def _opened(self, node: Node) -> Node:
        """A composed operation as its steps."""
        function = OPERATIONS[node.operation].function
        with self._in_place_of(node):
            arguments = [lifted(a, self.recorder) for a in node.arguments]
            return named(node_of(function(*arguments, **node.options)), node)

    def _renamed(self, node: Node) -> Node:
        """A function under the name by which formulas know it."""
        function = synonym(node)
        if function is None or self._table is None:
            return node
        with self._in_place_of(node):
            arguments = [lifted(a, self.recorder) for a in node.arguments]
            made = node_of(function(*arguments))
        if made.dtype != node.dtype:
            return node
        self.changed = True
        self._meet(ancestors([made], node.arguments))
        return named(made, node)

    def _with_sign(self, node: Node) -> Node | None:
        """A node with a minus sign moved out of it."""
        if not has_sign(node):
            return None
        with self._in_place_of(node):
            moved = moved_out(self.recorder, node)
        if moved is None:
            return None
        self.changed = True
        return named(node_of(moved), node)

    def _replaced(self, node: Node, written: Node) -> Node:
        """A node as the table of identities has it, there or further in."""
        made = self._rewritten(node, written)
        return self._moved_in(node) or node if made is node else made

    def _remember_goals(self, node: Node) -> None:
        """Note which formulas stand behind what only moves elements."""
        for part in moved(node):
            own = goal(part) & ALL_GOALS
            behind = self._goals.get(part, frozenset()) | own
            self._goals[node] = self._goals.get(node, frozenset()) | behind

    def _moved_in(self, node: Node) -> Node | None:
        """A logarithm that has moved inwards, to formulas of which it is stable."""
        is_wanted = not node.derived and self._table is not None
        found = inward(node) if is_wanted else None
        if found is None or not found[0].goals & self._goals.get(found[1], frozenset()):
            return None
        function, whole = found
        inside = self._inside.setdefault(function.name, {})
        steps = moves(whole, inside)
        chooses = any(step.operation in CHOOSING for step in steps)
        with self._in_place_of(node, quiet=chooses):
            for step in steps:
                inside[step] = self._inside_of(function, step, node)
        if inside[whole].dtype != node.dtype:
            return None
        self.changed = True
        self._remember_goals(inside[whole])
        return named(inside[whole], node)

    def _inside_of(self, function: Inward, step: Node, node: Node) -> Node:
        """A function of one step: moved further in, or as the identities have it."""
        if step.operation in MOVED:
            known = self._inside[function.name]
            inner = {part: known[part] for part in moved(step)}
            arguments = tuple([inner.get(a, a) for a in step.arguments])
            return node_of(recorded(step.operation, *arguments, **step.options))
        number = step.is_literal and step.weak
        value = node_of(node.dtype.type(step.value)) if number else step
        made = node_of(function.apply(lifted(value, self.recorder)))
        made = replace(made, line=node.line)
        return self._rewritten(made, made)

    def _rewritten(self, node: Node, written: Node) -> Node:
        """What the table of identities puts in the place of a node."""
        if node.dtype.kind != "f" or not node.arguments or not node.size:
            return node
        if node.weak and not self._doubles:
            return node
        for spelling in self._spellings(node):
            for formula in self._candidates(spelling):
                for match in matches(formula.root, seen_whole(spelling), Match()):
                    made = self._made(formula, match, spelling)
                    if made is not None:
                        self.rewrites.append(Rewrite(formula.identity, written, made))
                        self.changed = True
                        self._meet((made, *made.arguments))
                        return named(made, node)
        return node

    def _spellings(self, node: Node) -> Iterator[Node]:
        """A node, and with a sum in it gathered that is written out."""
        yield node
        if node.derived or self._table is None:
            return
        with self._in_place_of(node):
            found = gathered(self.recorder, node)
        if found is not None:
            yield found

    def _candidates(self, node: Node) -> Iterator[Formula]:
        """The formulas that a node may be an instance of."""
        table = self._table
        if table is None or not table.may_have(node.operation):
            return
        here = inner_functions(node, self._functions)
        if not table.has_one_of(node.operation, here):
            return
        seen = seen_whole(node)
        outer = needs(terms(seen))
        for formula in table.headed.get(kind(seen), ()):
            is_there = formula.functions <= here and formula.needs <= outer
            if is_there and not (self._spares and formula.identity.costly):
                yield formula

    def _made(self, formula: Formula, match: Match, node: Node) -> Node | None:
        """The stable formula on its unknowns; None where the dtype would change."""
        with self._in_place_of(node):
            instance = Instance(self.recorder, formula, match, node)
            if not instance.has_axes():
                return None
            made = node_of(instance.result())
            if made.weak and not node.weak:
                made = node_of(np.positive(lifted(made, self.recorder)))
        return named(made, node) if made.dtype == node.dtype else None


def named(made: Node, node: Node) -> Node:
    """A node that takes the place of another takes its name, unless it has one."""
    if not made.name and node.name:
        made.christen(node.name)
    return made


def key_of(node: Node) -> Any:
    """What nodes have in common that compute the same."""
    if node.operation in {"input", "copy"}:
        return node
    if node.operation == "constant":
        value = node.value
        return (type(value), repr(value)) if node.is_literal else id(value)
    return (node.operation, node.arguments, node.weak, _frozen(node.options))


def _frozen(value: Any) -> Any:
    """An option as what can be looked up."""
    if isinstance(value, Mapping):
        return tuple((key, _frozen(part)) for key, part in value.items())
    if isinstance(value, tuple):
        return tuple(_frozen(part) for part in value)
    if isinstance(value, slice):
        return slice, value.start, value.stop, value.step
    return id(value) if isinstance(value, (np.ndarray, list)) else (type(value), value)


def tables(without: frozenset[str]) -> Callable[[Functions], Table]:
    """The table of the formulas that may occur where some functions do."""
    return functools.partial(_table, without)


@functools.lru_cache(maxsize=256)
def _table(without: frozenset[str], present: Functions) -> Table:
    """The formulas, as written and with their own parts replaced."""
    names = list(possible(without, present))
    replaced = [_replaced(*name, without) for name in names]
    return Table([written(*name) for name in names] + [f for f in replaced if f])


@functools.lru_cache(maxsize=256)
def _written(without: frozenset[str], present: Functions) -> Table:
    """The formulas as written."""
    return Table(written(*name) for name in possible(without, present))


@functools.lru_cache(maxsize=256)
def _replaced(name: str, i: int, without: frozenset[str]) -> Formula | None:
    """A formula whose parts are instances of others, after these have been replaced."""
    one, recorder = written(name, i), Recorder()
    root = one.root.node
    with recorder.running(), creation_recorded():
        walk = Walk(recorder, functools.partial(_written, without), 0)
        arguments = tuple(walk.over(root.arguments))
        made = seen_whole(root.remade(arguments))
    if not walk.rewrites or kind(made) in OWN_FORM:
        return None
    return entered(one.identity, made, one.unknowns, one.keeps)
