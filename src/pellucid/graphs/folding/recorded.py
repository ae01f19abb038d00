"""What a function has recorded so far, with loops for what repeats."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.folding.folded import SAVING, folded_nodes
from pellucid.graphs.node import Before, Node, ancestors, by_order
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import Traced, current, lifted


def looped(result: Any, since: int) -> Any:
    """A traced result, of which the steps since then are in loops where many repeat."""
    recorder = current()
    traced = [leaf for leaf in structure.leaves(result) if isinstance(leaf, Traced)]
    first = bisect(recorder.made, since, key=by_order)
    if len(recorder.made) - first < SAVING:
        return result
    guards = [guard for guard in recorder.guards if guard.order > since]
    ends = [*(leaf.node for leaf in traced), *guards]
    found = folded_nodes(_recorded(recorder, ends, first, since), ends, guards,
                         saving=SAVING)  # fmt: skip
    if found is None:
        return result
    _replace(recorder, first, since, found)
    _guard(recorder, dict(zip(guards, found[len(traced) :], strict=True)))
    made = (lifted(node, recorder, leaf.mutable)
            for node, leaf in zip(found, traced, strict=False))  # fmt: skip
    return structure.mapped(
        lambda leaf: next(made) if isinstance(leaf, Traced) else leaf, result
    )


def _recorded(
    recorder: Recorder, ends: Sequence[Node], first: int, since: int
) -> Sequence[Node]:
    """All steps since then, or those that are read where these were made anew."""
    made = recorder.made[first:]
    inner = [n for n in _since(ends, since) if n.spot is not None]
    return made if set(inner) <= set(made) else inner


def _since(ends: Sequence[Node], since: int) -> list[Node]:
    return ancestors(ends, stop=Before(since))


def _replace(recorder: Recorder, first: int, since: int, ends: Sequence[Node]) -> None:
    """Let the steps that these are computed from take the place of those recorded."""
    now = _since(ends, since)
    kept = set(now)
    recorder.names.release(node for node in recorder.made[first:] if node not in kept)
    recorder.made[first:] = now
    for node in now:
        if node.operation == "part":
            recorder.names.christen(node, node.options["of"].name)


def _guard(recorder: Recorder, now: dict[Node, Node]) -> None:
    """Ask what the guards have become."""
    guards = [(now.get(node, node), guard) for node, guard in recorder.guards.items()]
    recorder.guards = {node: replace(guard, node=node) for node, guard in guards}
