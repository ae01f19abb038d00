"""How the mask of an adjoint goes back through a step.

What moves elements moves their mask by its own rule, which is linear; a sum counts for
all that is summed. A mask ends at products of arrays, where it could cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.derivatives.arrays import diagonal, indexed, spread, summed_from
from pellucid.graphs.derivatives.choices import Mask
from pellucid.graphs.derivatives.entering import Rule
from pellucid.graphs.derivatives.numerical import windows
from pellucid.graphs.differentiating.adjoint import (
    Adjoint,
    expanded,
    shrunk,
    value,
    with_zeros,
)
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise
from pellucid.graphs.operations.indexing import may_repeat
from pellucid.graphs.operations.kinds import Kind, Zero
from pellucid.graphs.operations.shapes import WINDOWS
from pellucid.graphs.places import placed
from pellucid.graphs.tracing.traced import recorded


def carried(node: Node, position: int, adjoint: Adjoint) -> Adjoint:
    """The g that a rule is given, and the mask of what the rule gives."""
    if adjoint.mask is None or is_elementwise(node.operation):
        return adjoint
    rule = way_back(node, position)
    if rule is None:
        return Adjoint(adjoint.settled)
    whole, values = expanded(adjoint.mask.array, node), map(value, node.arguments)
    mask = Mask(rule(whole, value(node), *values, **node.options))
    if adds_up(node, position):
        return Adjoint(adjoint.settled, mask, True)
    return Adjoint(adjoint.g, mask, adjoint.has_zeros)


def met(node: Node, given: Adjoint, own: Adjoint, keeps: bool) -> Adjoint:
    """What a rule gave for an adjoint: where both count.

    What moves elements puts zeros between them, and takes its own places out of a mask.
    Where a rule `keeps` zeros they are there behind it.
    """
    moves = facts_of(node.operation).kind is Kind.MOVES
    mask = own.mask
    if given.mask is not None:
        mask = given.mask if moves else given.mask & own.mask
    zeros = given.mask is None or given.has_zeros
    zeros = zeros and (own.mask is None or moves) and (keeps or moves)
    return Adjoint(own.g, mask, zeros)


def way_back(node: Node, position: int = 0) -> Rule | None:
    """The rule by which a mask goes back to an argument; None where it ends."""
    name, alone = node.operation, len(node.arguments) == 1
    own = DERIVATIVES[name](position) if name in DERIVATIVES else None
    facts = facts_of(name)
    if name in MASKS:
        return MASKS[name](position)
    match facts.kind:
        case Kind.ELEMENTWISE:
            return lambda m, *given, **options: m
        case Kind.MOVES:
            return own
        case Kind.REDUCES if alone:
            return of_reduced
        case Kind.SCANS:
            return counted(summed_from)
        case Kind.ALONG if alone:
            return of_axis
        case Kind.MIXES if alone and own and facts.zero is Zero.TERMS:
            return counted(own)
    return None


def adds_up(node: Node, position: int) -> bool:
    """Whether elements of g are added up, so that its zeros must be there before.

    What was read is added to what else was: the zeros of a part are soon put in.
    """
    if node.operation == "assign" and position == 1:
        array, written, *indices = node.arguments
        place = np.broadcast_to(0, array.shape)
        return bool(indices) or written.size != place[placed(node.options["at"])].size
    if node.operation == "index":
        return True
    if node.operation == "quantile":
        return np.ndim(node.options["q"]) > 0
    meet = facts_of(node.operation).kind in (Kind.SCANS, Kind.ALONG)
    return meet or node.operation == WINDOWS


def counted(rule: Rule) -> Rule:
    """What is taken several times counts where any of these does."""
    return lambda m, *given, **options: (
        with_zeros(rule(np.where(m, 1.0, 0.0), *given, **options)) > 0
    )


def of_reduced(m: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """All that is put together counts."""
    return spread(m, x, axis, keepdims)


def of_axis(m: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """What meets along an axis counts when any of it does."""
    return np.any(m, axis=axis, keepdims=True)


def of_read(m: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    """What was read counts where any reading of it does."""
    if may_repeat(at, x.shape):
        return counted(indexed)(m, z, x, *indices, at=at)
    return recorded("assign", np.zeros(x.shape, bool), m, *indices, at=at)


def of_kept(m: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was written over counts no more."""
    return recorded("assign", m, False, *indices, at=at)


def of_written(m: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was written counts where it stands."""
    part = recorded("index", m, *indices, at=at)
    return part if part.shape == np.shape(value) else shrunk(part, np.shape(value))


def of_quantiles(m: Any, z: Any, x: Any, q: Any, axis: Any = None,
                 keepdims: bool = False, method: Any = None) -> Any:  # fmt: skip
    """What any of several quantiles counts for."""
    return spread(np.any(m, axis=0) if np.ndim(q) else m, x, axis, keepdims)


MASKS: dict[str, Callable[[int], Rule]] = {
    "index": lambda _: of_read,
    "entry": lambda _: of_read,
    "assign": lambda position: of_written if position else of_kept,
    "diagonal": lambda _: counted(diagonal),
    WINDOWS: lambda _: counted(windows),
    "quantile": lambda _: of_quantiles,
}
