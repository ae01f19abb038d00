"""How a gradient passes a choice without touching what was not chosen.

Of z = where(c, x, y), dJ/dx is 0 where c does not hold, whatever x is there: nan, inf,
or a root of 0. Were these zeros multiplied by the slope of what made x, 0 inf would
be nan. But the rules are linear in g: the zeros can be put in behind them,

    where(c, g, 0) (dx/du)  =  where(c, g (dx/du), 0),

where the right side is finite and 0 as it should be. So an adjoint is carried as a g
that counts under a mask alone, through the elementwise steps and those that move
elements, up to where nothing can be infinite or nan any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.derivatives.arrays import indexed, joined, spread, stacked
from pellucid.graphs.derivatives.arrays import transposed as turned
from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic, may_repeat
from pellucid.graphs.operations.table import OPERATIONS
from pellucid.graphs.traced import Traced, recorded


class Mask(NamedTuple):
    """Where a condition holds, or where it does not."""

    condition: Any
    holds: bool = True

    @property
    def array(self) -> Any:
        """The mask as one array of booleans."""
        return self.condition if self.holds else np.logical_not(self.condition)


class Masked(NamedTuple):
    """An adjoint that is g under the mask and 0 elsewhere, whatever g is there."""

    g: Any
    mask: Mask


def selected(adjoint: Any) -> Any:
    """The adjoint with its zeros put in."""
    if not isinstance(adjoint, Masked):
        return adjoint
    g, (condition, holds) = adjoint
    return np.where(condition, g, 0.0) if holds else np.where(condition, 0.0, g)


def parts(adjoint: Any) -> tuple[Any, Mask | None]:
    """An adjoint as g and its mask."""
    return adjoint if isinstance(adjoint, Masked) else (adjoint, None)


def under(g: Any, mask: Mask | None) -> Any:
    """The adjoint of g and its mask."""
    return g if mask is None else Masked(g, mask)


def both(one: Mask | None, other: Mask | None) -> Mask | None:
    """The mask of what counts under two masks."""
    if one is None or other is None:
        return other if one is None else one
    return one if same(one, other) else Mask(one.array & other.array)


def same(one: Mask, other: Mask) -> bool:
    """Whether two masks are one."""
    return one.holds == other.holds and one.condition.node is other.condition.node


def total(before: Any, contribution: Any) -> Any:
    """The sum of the contributions so far; it counts where any of them does."""
    if before is None:
        return contribution
    (g, one), (h, other) = parts(before), parts(contribution)
    if one is not None and other is not None:
        if same(one, other):
            return Masked(g + h, one)
        return Masked(
            selected(before) + selected(contribution), Mask(one.array | other.array)
        )
    return selected(before) + selected(contribution)


def any_of(mask: Mask, node: Node, argument: Node) -> Mask:
    """The mask of an argument that is stretched to a step: where any of it counts."""
    wide = np.broadcast_to(mask.array, node.shape)
    new = node.ndim - argument.ndim
    ours = (1,) * new + argument.shape
    axes = tuple(i for i, n in enumerate(ours) if n == 1 and node.shape[i] != 1)
    return Mask(np.reshape(np.any(wide, axis=axes, keepdims=True), argument.shape))


# -- what needs a mask ----------------------------------------------------------------

# What can go wrong behind a step when a zero goes back through it.
NOTHING, NANS, POLES = 0, 1, 2

# Their derivatives are 1, -1 or 0: a zero stays zero.
PLAIN = {"add", "subtract", "negative", "positive", "copy", "cast", "where", "sum",
         "mean", "max", "min", "reshape", "transpose", "broadcast_to", "index",
         "concatenate", "stack", "assign", "scatter", "diagonal"}  # fmt: skip
# Finite where their argument is, but nan and inf in the argument come through.
FINITE = {"multiply", "square", "absolute", "fabs", "sin", "cos", "tanh", "arctan",
          "maximum", "minimum", "sigmoid", "softplus", "softmax"}  # fmt: skip


def risks(order: Iterable[Node], needed: set[Node], wrt: Iterable[Node]) -> Any:
    """For each node what a zero may meet on its way back from there to an input."""
    risk = dict.fromkeys(wrt, NOTHING)
    for node in order:
        if node in needed and node not in risk:
            before = max(risk.get(a, NOTHING) for a in node.arguments)
            passes = node.operation in MASKS or OPERATIONS[node.operation].elementwise
            risk[node] = max(before, own_risk(node)) if passes else NOTHING
    return risk


def whole_reads(order: list[Node], needed: set[Node]) -> set[Node]:
    """The reads that together take a whole array, as `a, b = p`, and need no mask.

    Those do not count of which a part is not taken later, behind another choice.
    """
    users: dict[Node, list[Node]] = {}
    for node in order:
        for argument in {*node.arguments} & needed:
            users.setdefault(argument, []).append(node)
    whole: set[Node] = set()
    chosen: set[Node] = set()  # whose adjoint may be under a mask
    for node in reversed([node for node in order if node in needed]):
        later = [user for user in users.get(node, ()) if user in needed]
        if chosen.isdisjoint(later) and _covers(later, node):
            whole.update(later)
        elif any(u in chosen or u.operation in CHOICES for u in later):
            chosen.add(node)
    return whole


def _covers(reads: list[Node], array: Node) -> bool:
    """Whether basic reads together take every element."""
    if not all(r.operation == "index" and is_basic(r.options["at"]) for r in reads):
        return False
    if not reads or sum(r.size for r in reads) < array.size:
        return False
    taken = np.zeros(array.shape, bool)
    for read in reads:
        taken[read.options["at"]] = True
    return bool(taken.all())


def own_risk(node: Node) -> int:
    """What a zero may meet in the rules of one step."""
    if node.operation in PLAIN:
        return NOTHING
    if node.operation in {"multiply", "divide"} and node.arguments[1].is_literal:
        return NOTHING
    whole = node.operation == "power" and node.arguments[1].is_literal
    if whole and node.arguments[1].value in {1, 2, 3, 4}:
        return NANS
    return NANS if node.operation in FINITE else POLES


# -- choices: the mask of an argument, and g before the zeros are put in ---------------

Choice = Callable[..., Masked | None]


def chosen_by(condition: Any, holds: bool, g: Any) -> Masked | None:
    """G under a condition."""
    if not isinstance(condition, Traced):
        return None
    return Masked(g, Mask(condition, holds))


def _larger(g: Any, z: Any, x: Any, y: Any) -> Any:
    return chosen_by(x >= y, True, np.where(x == y, 0.5 * g, g))


def _smaller(g: Any, z: Any, x: Any, y: Any) -> Any:
    return chosen_by(x <= y, True, np.where(x == y, 0.5 * g, g))


def _extreme(g: Any, z: Any, x: Any, **options: Any) -> Any:
    attains = x == spread(z, x, **options)
    number = np.sum(attains, axis=options.get("axis"), keepdims=True, dtype=x.dtype)
    return chosen_by(attains, True, spread(g, x, **options) / number)


def _read(g: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    read = recorded("assign", np.zeros(x.shape, bool), True, *indices, at=at)
    return chosen_by(read, True, indexed(g, z, x, *indices, at=at))


def _kept(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    kept = recorded("assign", np.ones(x.shape, bool), False, *indices, at=at)
    return chosen_by(kept, True, g)


# fmt: off
CHOICES: dict[str, tuple[Choice | None, ...]] = {
    "where":   (None, lambda g, z, c, x, y: chosen_by(c, True, g),
                      lambda g, z, c, x, y: chosen_by(c, False, g)),
    "maximum": (_larger, lambda g, z, x, y: _larger(g, z, y, x)),
    "minimum": (_smaller, lambda g, z, x, y: _smaller(g, z, y, x)),
    "max":     (_extreme,),
    "min":     (_extreme,),
    "index":   (_read,),
    "assign":  (_kept,),
}
# fmt: on


def choice_of(node: Node, position: int, risk: int) -> Choice | None:
    """The rule of a choice, where a mask is needed."""
    rules = CHOICES.get(node.operation, ())
    if position >= len(rules) or risk < least_risk(node):
        return None
    return rules[position]


def least_risk(node: Node) -> int:
    """From which risk on a choice needs a mask."""
    if node.operation == "where":
        return NANS
    if node.operation == "assign" and node.arguments[0].operation not in PLAIN:
        return NANS
    reads_all = node.operation == "index" and node.size == node.arguments[0].size
    return POLES + (reads_all and is_basic(node.options["at"]))


# -- the mask of an argument, from that of the result ----------------------------------


def _along(m: Any, z: Any, x: Any, axis: Any = None, **_: Any) -> Any:
    """What is mixed along an axis counts when any of it does."""
    return np.any(m, axis=axis, keepdims=True)


def mixes(node: Node) -> bool:
    """Whether a rule adds up elements of g, so that its zeros must be there before."""
    if node.operation == "index":
        return may_repeat(node.options["at"], node.arguments[0].shape)
    return node.operation in {"cumsum", "cumprod", "softmax"}


def _indexed(m: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    """What was read counts where any reading of it does."""
    if not may_repeat(at, x.shape):
        return recorded("assign", np.zeros(x.shape, bool), m, *indices, at=at)
    return indexed(np.where(m, 1.0, 0.0), z, x, *indices, at=at) > 0


def _reduced(m: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return spread(m, x, axis, keepdims)


def _replaced(position: int) -> Callable[..., Any]:
    """Of an assignment: all of the array, and of the value what was written."""

    def rule(m: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
        if position == 0:
            return m
        part = recorded("index", m, *indices, at=at)
        return part if part.shape == np.shape(value) else None

    return rule


# fmt: off
MASKS: dict[str, Callable[[int], Callable[..., Any]]] = {
    **dict.fromkeys(("sum", "mean", "max", "min", "prod", "norm", "logsumexp"),
                    lambda _: _reduced),
    **dict.fromkeys(("cumsum", "cumprod", "softmax"), lambda _: _along),
    **dict.fromkeys(("copy", "real", "imag", "conjugate"), lambda _: lambda m, z, x: m),
    "cast":        lambda _: lambda m, z, x, dtype: m,
    "reshape":     lambda _: lambda m, z, x, shape: np.reshape(m, x.shape),
    "transpose":   lambda _: turned,
    "index":       lambda _: _indexed,
    "concatenate": joined,
    "stack":       stacked,
    "assign":      _replaced,
}
# fmt: on
