"""Naive formulas are replaced by stable ones, and what is computed twice is shared.

One walk follows another over a graph (see `driver`) until one finds nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.identities import IDENTITIES
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.rewriting import arithmetic, driver, passes
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.rewriting.naive import Rewrite as Rewrite
from pellucid.graphs.rewriting.sums_of_products import forget
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.trace import closed, resumed
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.graphs.tracing.traced import Traced, current, lifted

WALKS = 5


@dataclass(frozen=True, eq=False, repr=False)
class StableGraph(Graph):
    """A graph whose naive formulas have been replaced, and the list of these."""

    rewrites: tuple[Rewrite, ...] = ()


def stable(
    graph: Graph | Callable[..., Any], /, *args: Any, without: Sequence[str] = (),
    **kwargs: Any,
) -> StableGraph:  # fmt: skip
    """Replace naive formulas by stable ones, and share what is computed twice.

    log(1 / (1 + e^-z)) becomes -softplus(-z), sqrt(sum(x^2)) a norm that does not
    overflow, and so on through the table of identities (docs/identities.md). Where the
    naive formula is right, the result differs by rounding alone.

    Parameters
    ----------
    graph : Graph or callable
        A function is recorded on the example arguments first.
    *args, **kwargs
        Example arguments for a function.
    without : sequence of str
        Identities that are not used, by name.

    Returns
    -------
    StableGraph
        The graph, and in `.rewrites` each formula replaced: `.rule`, `.before`,
        `.after`, `.fails_at`, `.digits`, `.line`.

    Raises
    ------
    PellucidError
        When `without` holds a name that no identity has.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> naive = pl.graph(lambda x: np.log(1 + np.exp(x)), 1.0)
    >>> stable = pl.stable(naive)
    >>> float(stable(800.0)), [(r.rule, r.after) for r in stable.rewrites]
    (800.0, [('softplus', 'softplus(x)')])

    See Higham, "Accuracy and Stability of Numerical Algorithms" (2002), chapter 1.
    """
    graph = graph_of(graph, *args, **kwargs)
    return made_stable(graph, without)


def made_stable(
    graph: Graph, without: Sequence[str] = (), settled: int = 0
) -> StableGraph:
    """A graph with naive formulas replaced, after those that were replaced before."""
    recorder = resumed(graph)
    with recorder.running(), creation_recorded():
        outputs, rewrites = stabilised(graph.outputs, without, settled=settled)
        ends = [*outputs, *graph.ends[len(outputs) :]]
        if graph.guards:  # which stay as they are written, but share what is equal
            ends = driver.rewritten(ends, passes.SHARED)
    before = graph.rewrites if isinstance(graph, StableGraph) else ()
    now = graph.ending(ends)
    made = StableGraph(
        now.title, now.parameters, now.result, now.signature, now.guards, now.made,
        (*before, *rewrites),
    )  # fmt: skip
    return cast(StableGraph, closed(made, recorder))


def written_out(graph: Graph) -> Graph:
    """The graph with each sigmoid, softmax, ... as the steps that it is made of.

    So fast code shares e^-|z| between a cost and its gradient, and reuses memory. Of
    loops there is left what needs the turn before; contractions are products.
    """
    recorder = resumed(graph)
    with recorder.running(), creation_recorded():
        ends = split(driver.rewritten(graph.ends, passes.PRODUCTS))
        ends = driver.rewritten(ends, passes.OPENED)
        ends = driver.rewritten(ends, passes.SHARED)
    return closed(graph.ending(ends), recorder)


def split(ends: Sequence[Node]) -> Sequence[Node]:
    """Nodes that compute the same, without what need not stand in their loops."""
    if not any(node.operation == "loop" for node in ancestors(ends)):
        return ends
    from pellucid.graphs.rewriting.fission import fission

    joined = driver.rewritten(ends, passes.JOINED, walks=2)
    return driver.rewritten(joined, [fission], walks=WALKS)


def stabilised(
    outputs: Sequence[Node], without: Sequence[str] = (), since: int = 0,
    settled: int = 0,
) -> tuple[list[Node], list[Rewrite]]:  # fmt: skip
    """Nodes that compute the same from the nodes older than `since`; and rewrites.

    Those older than `settled` are stable, and are looked at where others are shared.
    """
    identities = Identities(unused(without))
    families = passes.stabilising(identities, settled)
    recorder = current()
    before, recorder.simplify = recorder.simplify, arithmetic.simpler
    try:
        found = driver.rewritten(outputs, families, since, WALKS)
    finally:
        recorder.simplify = before
        forget()
    return found, identities.rewrites


@dataclass(frozen=True)
class Rewriting:
    """Whether naive formulas are replaced, and without which identities."""

    stable: bool
    without: Sequence[str]

    def __post_init__(self) -> None:
        unused(self.without)

    def of(self, result: Any, since: int, settled: int = 0) -> Any:
        """A traced result, computed stably from what was there before."""
        traced = [leaf for leaf in structure.leaves(result) if isinstance(leaf, Traced)]
        if not self.stable or not traced:
            return result
        nodes = [leaf.node for leaf in traced]
        found, _ = stabilised(nodes, self.without, since, settled)
        made = iter(
            lifted(node, current(), leaf.mutable)
            for node, leaf in zip(found, traced, strict=True)
        )
        return structure.mapped(
            lambda leaf: next(made) if isinstance(leaf, Traced) else leaf, result
        )


def unused(without: Sequence[str]) -> frozenset[str]:
    """The identities that are switched off; refuse a name that there is not."""
    names = {without} if isinstance(without, str) else set(without)
    strangers = sorted(names - set(IDENTITIES))
    if strangers:
        known = ", ".join(IDENTITIES)
        raise PellucidError(
            f"No identity is called {strangers[0]!r}; there are {known}."
        )
    return frozenset(names)
