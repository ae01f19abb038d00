"""One walk over a graph: what is computed twice is shared, what is naive is replaced.

From the inputs to the results, each node is made anew on the arguments made before, is
taken from there if it was computed already, and is looked for in the table of
identities.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.graphs.formulas import (
    Formula,
    formulas,
    kind,
    needs,
    sorted_by_kind,
)
from pellucid.graphs.graph import Graph
from pellucid.graphs.identities import Identity
from pellucid.graphs.instances import Instance
from pellucid.graphs.lookups import creation_recorded
from pellucid.graphs.matching import Match, matches
from pellucid.graphs.node import Node, constant
from pellucid.graphs.normal import Seen, seen_whole, terms
from pellucid.graphs.operations.robust import COMPOSED
from pellucid.graphs.operations.table import OPERATIONS
from pellucid.graphs.recorder import Recorder
from pellucid.graphs.signs import moved_out
from pellucid.graphs.traced import lifted, node_of

# A formula that has become one of these is its own stable form.
OWN_FORM = {"sigmoid", "softplus", "log_loss", "logsumexp", "softmax", "log_softmax"}


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
        self, recorder: Recorder, table: Mapping[str, list[Formula]], since: int,
        derived: bool, opens: bool = False,
    ) -> None:  # fmt: skip
        self.recorder = recorder
        self.table = table
        self.since = since
        self.derived = derived
        self.opens = opens
        self.rewrites: list[Rewrite] = []
        self.changed = False
        self._now: dict[Node, Node] = {}
        self._computed: dict[Any, Node] = {}

    def over(self, outputs: Sequence[Node]) -> list[Node]:
        """The nodes that now compute the outputs."""
        for node in self._order(outputs):
            made = self._shared(self._remade(node))
            if self.opens and made.operation in COMPOSED:
                self._now[node] = self._opened(made)
            else:
                self._now[node] = self._with_sign(made) or self._rewritten(made, node)
        return [self._now.get(node, node) for node in outputs]

    def _shared(self, node: Node) -> Node:
        """The node that computes the same; one that may warn, where one of them may."""
        key = key_of(node)
        found = self._computed.setdefault(key, node)
        if found.quiet and not node.quiet:
            self._computed[key] = found = node
        return found

    @contextlib.contextmanager
    def _in_place_of(self, node: Node) -> Iterator[None]:
        """Record nodes on the line of another, and as quiet as it is."""
        quiet = self.recorder.quietly() if node.quiet else contextlib.nullcontext()
        with self.recorder.on_behalf_of(node), quiet:
            yield

    def _order(self, outputs: Iterable[Node]) -> list[Node]:
        """The nodes to look at, each after its arguments."""
        seen, waiting = set[Node](), list(outputs)
        while waiting:
            node = waiting.pop()
            if node.order >= self.since and node not in seen:
                seen.add(node)
                waiting.extend(node.arguments)
        return sorted(seen, key=lambda node: node.order)

    def _remade(self, node: Node) -> Node:
        """A node on the arguments as they are now; a number where it is known."""
        arguments = tuple(self._now.get(a, a) for a in node.arguments)
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

    def _with_sign(self, node: Node) -> Node | None:
        """A node with a minus sign moved out of it."""
        with self._in_place_of(node):
            moved = moved_out(self.recorder, node)
        if moved is None:
            return None
        self.changed = True
        return named(node_of(moved), node)

    def _rewritten(self, node: Node, written: Node) -> Node:
        """What the table of identities puts in the place of a node."""
        if node.dtype.kind != "f" or node.weak or not node.arguments or not node.size:
            return node
        seen = seen_whole(node)
        for formula in self._candidates(seen):
            for match in matches(formula.root, seen, Match()):
                made = self._made(formula, match, node)
                if made is not None:
                    self.rewrites.append(Rewrite(formula.identity, written, made))
                    self.changed = True
                    return made
        return node

    def _candidates(self, seen: Seen) -> Iterable[Formula]:
        """The formulas that a node may be an instance of."""
        found = self.table.get(kind(seen), [])
        if not found:
            return
        here = needs(terms(seen))
        for formula in found:
            if formula.needs <= here and not (self.derived and formula.identity.costly):
                yield formula

    def _made(self, formula: Formula, match: Match, node: Node) -> Node | None:
        """The stable formula on its unknowns; None where the dtype would change."""
        with self._in_place_of(node):
            made = node_of(Instance(self.recorder, formula, match, node).result())
        if made.dtype != node.dtype or made.weak:
            return None
        return named(made, node)


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


@functools.cache
def table_of(without: frozenset[str]) -> dict[str, list[Formula]]:
    """The formulas, as written and with their own parts replaced."""
    written = formulas(without)
    table = sorted_by_kind(written)
    return sorted_by_kind([*written, *(f for w in written for f in _again(w, table))])


def _again(formula: Formula, table: Mapping[str, list[Formula]]) -> Iterator[Formula]:
    """A formula whose parts are instances of others, after these have been replaced."""
    root, recorder = formula.root.node, Recorder()
    with recorder.running(), creation_recorded():
        walk = Walk(recorder, table, 0, False)
        arguments = tuple(walk.over(root.arguments))
        made = seen_whole(root.remade(arguments))
    if walk.rewrites and kind(made) not in OWN_FORM:
        yield replace(formula, root=made, needs=needs(terms(made)))
