"""How a gradient passes a choice without touching what was not chosen.

Of z = where(c, x, y), dJ/dx is 0 where c does not hold, whatever x is there: nan, inf,
or a root of 0. Were these zeros multiplied by the slope of what made x, 0 inf would
be nan. But the rules are linear in g: the zeros can be put in behind them,

    where(c, g, 0) (dx/du)  =  where(c, g (dx/du), 0),

where the right side is finite and 0 as it should be. So an adjoint is carried as a g
that counts under a mask alone, through the elementwise steps and those that move
elements, up to where nothing can be infinite or nan any more.

The pole may also lie ahead, in what the choice is put into: in sqrt(maximum(x, 0)) the
g that reaches the choice is 1 / 0, and where the limit is chosen dJ/dx is 0 all the
same. There the zeros are put in at the choice itself. Where no pole can be met, neither
behind nor ahead, a choice is the plain product of its rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.graphs.derivatives.arrays import (
    diagonal,
    indexed,
    spread,
    summed_from,
)
from pellucid.graphs.differentiating.zeros import Zeros
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import may_repeat
from pellucid.graphs.operations.kinds import Kind
from pellucid.graphs.tracing.traced import Traced, recorded


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
    return Mask(_any_of(np.broadcast_to(mask.array, node.shape), argument.shape))


def _any_of(wide: Any, shape: tuple[int, ...]) -> Any:
    """The mask of what was stretched, or has further axes of length 1."""
    ours = (1,) * (wide.ndim - len(shape)) + shape[max(len(shape) - wide.ndim, 0) :]
    axes = tuple(i for i, n in enumerate(ours) if n == 1 and wide.shape[i] != 1)
    return np.reshape(np.any(wide, axis=axes, keepdims=True), shape)


# Even functions: put into an infinite slope they are kinks at 0, as is |x|.
EVEN = ("absolute", "fabs", "copysign", "square", "cos", "cosh")

# -- choices: the mask of an argument, and g before the zeros are put in ---------------

Choice = Callable[..., Any]  # gives g, or g and its mask


def chosen_by(condition: Any, holds: bool, g: Any) -> Masked | None:
    """G under a condition."""
    if not isinstance(condition, Traced):
        return None
    return Masked(g, Mask(condition, holds))


def _larger(g: Any, z: Any, x: Any, y: Any) -> Any:
    return chosen_by(x >= y, True, np.where(x == y, at_kink(0.5 * g), g))


def _smaller(g: Any, z: Any, x: Any, y: Any) -> Any:
    return chosen_by(x <= y, True, np.where(x == y, at_kink(0.5 * g), g))


def _attained(g: Any, z: Any, x: Any, y: Any) -> Any:
    return chosen_by(x == z, True, np.where(x == y, at_kink(0.5 * g), g))


def _extreme(g: Any, z: Any, x: Any, **options: Any) -> Any:
    attains = x == spread(z, x, **options)
    number = np.sum(attains, axis=options.get("axis"), keepdims=True, dtype=x.dtype)
    share = spread(g, x, **options) / number
    return chosen_by(attains, True, np.where(number > 1, at_kink(share), share))


def at_kink(share: Any) -> Any:
    """A share of a slope; of an infinite slope and 0, the 0."""
    return np.where(np.isinf(share), 0.0, share)


def _even(name: str) -> Choice:
    """The slopes on both sides of 0 are opposite; if infinite, 0 is between too."""
    rule: Any = DERIVATIVES[name](0)

    def choice(g: Any, z: Any, x: Any, *rest: Any) -> Any:
        return np.where((x == 0) & np.isinf(g), 0.0, rule(g, z, x, *rest))

    return choice


def _read(g: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    read = recorded("assign", np.zeros(x.shape, bool), True, *indices, at=at)
    return chosen_by(read, True, indexed(g, z, x, *indices, at=at))


def _kept(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    kept = recorded("assign", np.ones(x.shape, bool), False, *indices, at=at)
    return chosen_by(kept, True, g)


def _on_diagonal(g: Any, z: Any, x: Any, **axes: Any) -> Any:
    """What is not on a diagonal is not read."""
    read = diagonal(np.ones(z.shape), z, x, **axes) > 0
    return chosen_by(read, True, diagonal(g, z, x, **axes))


# fmt: off
CHOICES: dict[str, tuple[Choice | None, ...]] = {
    "where":   (None, lambda g, z, c, x, y: chosen_by(c, True, g),
                      lambda g, z, c, x, y: chosen_by(c, False, g)),
    "maximum": (_larger, lambda g, z, x, y: _larger(g, z, y, x)),
    "minimum": (_smaller, lambda g, z, x, y: _smaller(g, z, y, x)),
    "fmax":    (_attained, lambda g, z, x, y: _attained(g, z, y, x)),
    "fmin":    (_attained, lambda g, z, x, y: _attained(g, z, y, x)),
    "max":     (_extreme,),
    "min":     (_extreme,),
    "fmax.reduce": (_extreme,),
    "fmin.reduce": (_extreme,),
    "index":   (_read,),
    "diagonal": (_on_diagonal,),
    "assign":  (_kept,),
    **{name: (_even(name),) for name in EVEN},
    "power":   (_even("power"),),
}
# fmt: on


def rule_of_choice(node: Node, position: int, zeros: Zeros) -> Choice | None:
    """The rule of a choice; None where a step has none for this argument."""
    if node.operation in FACTORS:
        return product_of(node, position, zeros)
    if node.operation == "power" and not is_even(node):
        return None
    rules = CHOICES.get(node.operation, ())
    return rules[position] if position < len(rules) else None


def is_even(node: Node) -> bool:
    """Whether this is x^2, x^4, ..."""
    exponent = node.arguments[1]
    return exponent.is_literal and exponent.value > 0 and exponent.value % 2 == 0


def is_square(node: Node) -> bool:
    """Whether this is a product of something with itself."""
    other = FACTORS.get(node.operation)
    return other is not None and all(
        other(node, i) is argument for i, argument in enumerate(node.arguments)
    )


def product_of(node: Node, position: int, zeros: Zeros) -> Choice | None:
    """A product counts where the other factor is not known to be 0."""
    other = FACTORS[node.operation](node, position)
    if other is None:
        return None
    if is_square(node):
        return _even(node.operation)
    counting = zeros.counting(other)
    if counting is True:
        return None
    if counting is False:
        return lambda *given, **options: None
    rule: Any = DERIVATIVES[node.operation](position)
    return lambda *given, **options: chosen_by(counting, True, rule(*given, **options))


def _other(node: Node, position: int) -> Node:
    return node.arguments[1 - position]


def _numerator(node: Node, position: int) -> Node | None:
    """0 / y is 0 for every y."""
    return node.arguments[0] if position == 1 else None


def _other_vector(node: Node, position: int) -> Node | None:
    """A product of vectors is a sum of products."""
    return _other(node, position) if all(a.ndim <= 1 for a in node.arguments) else None


FACTORS: dict[str, Callable[[Node, int], Node | None]] = {
    "multiply": _other,
    "divide": _numerator,
    "dot": _other_vector,
    "matmul": _other_vector,
}


# -- the mask of an argument, from that of the result ----------------------------------

WINDOWS = "lib.stride_tricks.sliding_window_view"
# Their rules put several elements of g, or zeros beside one, into an array.
GATHERING = {"diagonal", "einsum", WINDOWS}


def way_back(node: Node, position: int = 0) -> Callable[..., Any] | None:
    """The mask of an argument from that of the result, as a rule; None where it ends.

    What moves elements moves their mask by its own rule, which is linear; a sum counts
    for all that is summed. A mask ends at products of arrays.
    """
    name, alone = node.operation, len(node.arguments) == 1
    own = DERIVATIVES[name](position) if name in DERIVATIVES else None
    if name in MASKS:
        return MASKS[name](position)
    if name in GATHERING:
        return _counted(own) if alone and own else None
    match facts_of(name).kind:
        case Kind.ELEMENTWISE:
            return lambda m, *given, **options: m
        case Kind.MOVES:
            return own
        case Kind.REDUCES if alone:
            return _reduced
        case Kind.SCANS if alone:
            return _along
    return None


def mixes(node: Node, position: int) -> bool:
    """Whether elements of g are added up, so that its zeros must be there before."""
    if node.operation == "assign" and position == 1:
        array, value, *indices = node.arguments
        place = np.broadcast_to(0, array.shape)
        return bool(indices) or value.size != place[node.options["at"]].size
    if node.operation == "index":
        return may_repeat(node.options["at"], node.arguments[0].shape)
    if node.operation == "quantile":
        return np.ndim(node.options["q"]) > 0
    return facts_of(node.operation).kind is Kind.SCANS or node.operation == WINDOWS


def _counted(rule: Callable[..., Any]) -> Callable[..., Any]:
    """What is taken several times counts where any of these does."""
    return lambda m, *given, **options: (
        rule(np.where(m, 1.0, 0.0), *given, **options) > 0
    )


def _reduced(m: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return spread(m, x, axis, keepdims)


def _along(m: Any, z: Any, x: Any, axis: Any = None) -> Any:
    """What is mixed along an axis counts when any of it does."""
    return np.any(m, axis=axis, keepdims=True)


def _indexed(m: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    """What was read counts where any reading of it does."""
    if not may_repeat(at, x.shape):
        return recorded("assign", np.zeros(x.shape, bool), m, *indices, at=at)
    return _counted(indexed)(m, z, x, *indices, at=at)


def _replaced(position: int) -> Callable[..., Any]:
    """Of an assignment: all of the array, and of the value what was written."""

    def rule(m: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
        if position == 0:
            return m
        part = recorded("index", m, *indices, at=at)
        return part if part.shape == np.shape(value) else _any_of(part, np.shape(value))

    return rule


def _of_quantiles(m: Any, z: Any, x: Any, q: Any, axis: Any = None,
                  keepdims: bool = False, method: Any = None) -> Any:  # fmt: skip
    """What any of several quantiles counts for."""
    return spread(np.any(m, axis=0) if np.ndim(q) else m, x, axis, keepdims)


# Of these an element has a part in its own result and in later ones.
RUNNING = {"cumsum", "cumprod", "maximum.accumulate", "minimum.accumulate"}
_reached = _counted(summed_from)

MASKS: dict[str, Callable[[int], Callable[..., Any]]] = {
    **dict.fromkeys(RUNNING, lambda _: _reached),
    "index": lambda _: _indexed,
    "assign": _replaced,
    "quantile": lambda _: _of_quantiles,
}
