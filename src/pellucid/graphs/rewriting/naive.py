"""Naive formulas are replaced by stable ones: the identities as rules of the driver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.identities import Identity
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.driver import Rule, Walk, applied
from pellucid.graphs.rewriting.formulas import (
    Formula,
    all_named,
    formulas_of,
    inner_functions,
    kind,
    named_in,
    needs,
)
from pellucid.graphs.rewriting.inward import in_logarithms
from pellucid.graphs.rewriting.matching import Match, matches
from pellucid.graphs.rewriting.substitution import Instance
from pellucid.graphs.rewriting.sums_of_products import Functions, seen_whole, terms
from pellucid.graphs.rewriting.written_out_sums import gathered, may_gather
from pellucid.graphs.tracing.traced import node_of

# Beside these a number of NumPy's may stand for one of Python's (NEP 50).
DOUBLES = {np.dtype(code) for code in "dD?bhilqBHILQ"}


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


class Identities:
    """The family of the identities, over several walks; and what they replaced.

    Parameters
    ----------
    without : frozenset of str
        Those that are switched off.
    """

    def __init__(self, without: frozenset[str]) -> None:
        self.without = without
        self.rewrites: list[Rewrite] = []
        self._present: Functions = frozenset()
        self._table = formulas_of(without, self._present)
        self._functions: dict[Node, Functions] = {}
        self._precise: set[Node] = set()

    def __call__(self, walk: Walk) -> Rule:
        """Look for naive formulas in one walk."""
        doubles = all(node.dtype in DOUBLES for node in walk.order)
        if walk.around is None:
            self._precise = in_logarithms(walk.order)
        self.meet(walk.order)

        def look(node: Node) -> Node | None:
            self.meet((node, *node.arguments))
            if not self._may_be_one(node) or (node.weak and not doubles):
                return None
            written = walk.node
            spares = written.derived and written not in self._precise
            candidates = self._candidates(node, spares)
            if not candidates and not may_gather(node):
                return None
            return walk.recording(
                lambda node: self._replaced(node, candidates, written), node
            )

        return look

    def meet(self, nodes: Iterable[Node]) -> None:
        """Look from now on for the formulas that these functions make possible."""
        self._meet_named(frozenset(node.operation for node in nodes) & all_named())

    def _meet_named(self, names: Functions) -> None:
        if not names <= self._present:
            self._present |= names
            self._table = formulas_of(self.without, self._present)

    def _may_be_one(self, node: Node) -> bool:
        """Whether a step is of floats, and some formula ends in such a step."""
        ends_one = node.arguments and self._table.may_have(node.operation)
        return bool(ends_one and node.dtype.kind == "f" and node.size)

    def _replaced(
        self, node: Node, candidates: Iterable[Formula], written: Node
    ) -> Node | None:
        """What takes the place of a step, or of one in which a sum is gathered."""
        found = self._stable(node, candidates, written)
        if found is not None or not may_gather(node):
            return found
        other = gathered(node)
        return other and self._stable(other, self._candidates(other), written)

    def _stable(
        self, node: Node, candidates: Iterable[Formula], written: Node
    ) -> Node | None:
        """What takes the place of a step, where it is one of these formulas."""
        for formula in candidates:
            for match in matches(formula.root, seen_whole(node), Match()):
                made = instance(formula, match, node)
                if made is not None:
                    self.rewrites.append(Rewrite(formula.identity, written, made))
                    self.meet((made, *made.arguments))
                    self._meet_named(named_in(formula.identity.stable))
                    return made
        return None

    def _candidates(self, node: Node, spares: bool = False) -> list[Formula]:
        """The formulas that a node may be an instance of, but those that are spared."""
        here = inner_functions(node, self._functions)
        if not self._table.has_one_of(node.operation, here):
            return []
        seen = seen_whole(node)
        outer = needs(terms(seen))
        return [
            formula
            for formula in self._table.headed.get(kind(seen), ())
            if formula.functions <= here
            and formula.needs <= outer
            and not (spares and formula.identity.costly)
        ]


def instance(formula: Formula, match: Match, node: Node) -> Node | None:
    """The stable formula on its unknowns; None where the dtype would change."""
    found = Instance(formula, match, node)
    if not found.has_axes():
        return None
    made = node_of(found.result())
    if made.weak and not node.weak:
        made = applied(np.positive, made)
    return made if made.dtype == node.dtype else None
