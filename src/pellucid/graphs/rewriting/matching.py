"""Whether an expression is an instance of a formula, and what its unknowns then are.

Both are looked at as sums of products (see `sums_of_products`), so that terms and
factors may come in any order. The formula is itself the graph of a plain NumPy
function, and its inputs are the unknowns. A search with few alternatives: formulas are
short.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise, reduced_axes
from pellucid.graphs.operations.kinds import ALONG, CONSTANT, REDUCES, SCANS
from pellucid.graphs.rewriting.sums_of_products import (
    Label,
    Seen,
    Summed,
    Term,
    alike,
    multiplied,
    product,
    seen_argument,
    seen_factors,
    seen_inside,
    seen_whole,
    terms,
)

# The exponent that stands for any but 1 in a formula.
ANY = 1234.5

NONE: Mapping[Any, Any] = MappingProxyType({})


class Bound(NamedTuple):
    """What an unknown stands for: a term, which is also `scale` times a whole."""

    term: Term
    scale: float = 1.0
    whole: Seen | None = None


class Match(NamedTuple):
    """What is known so far: unknowns, the axes reduced, and where elements are picked.

    The expression is `number` times the powers in `rest` times the formula.
    """

    unknowns: Mapping[Node, Bound] = NONE
    axes: tuple[Label, ...] | None = None
    places: Mapping[Summed, Label] = NONE
    picked: Node | None = None
    exponent: float | None = None
    number: float = 1.0
    rest: Mapping[Seen, float] = NONE

    def place(self, label: Label) -> Label:
        """The axis of the whole along which a reduced axis runs, if it is known."""
        return self.places.get(label, label) if isinstance(label, Summed) else label


def matches(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """Every way in which an expression is a multiple of a formula."""
    wanted = terms(formula)
    if len(wanted) > 1:
        yield from _sum(wanted, terms(seen, len(wanted)), match)
    else:
        yield from _product(wanted[0], product(seen), match, seen)


def exactly(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """Every way in which an expression equals a formula."""
    for found in matches(formula, seen, match):
        if found.number == 1.0 and not found.rest:
            yield found


# -- sums and products ----------------------------------------------------------------


def _sum(wanted: list[Term], given: list[Term], match: Match) -> Iterator[Match]:
    """The terms of a formula are those of a sum, but for a factor of all of them."""
    if len(wanted) != len(given):
        return
    common = _common(given)
    rests = [Term(t.number, _without(t.powers, common)) for t in given]
    if any(term.is_number for term in wanted) and not any(t.is_number for t in rests):
        return
    # What has fewer unknowns first: a factor that is unknown would take any sign.
    wanted = sorted(
        wanted, key=lambda term: -sum(not is_unknown(f) for f in term.powers)
    )
    for found in _pairings(wanted, rests, match, None):
        yield found._replace(rest=common)


def _pairings(
    wanted: list[Term], given: list[Term], match: Match, ratio: float | None
) -> Iterator[Match]:
    """Pair each term of a formula with one of a sum, all in the same ratio."""
    if not wanted:
        yield match._replace(number=1.0 if ratio is None else ratio, rest=NONE)
        return
    for i, term in enumerate(given):
        others = given[:i] + given[i + 1 :]
        for found in _product(wanted[0], term, match, None):
            if not found.rest and ratio in (None, found.number):
                yield from _pairings(wanted[1:], others, found, found.number)


def _common(given: list[Term]) -> dict[Seen, float]:
    """The factors that every term has."""
    first, *others = given
    return {
        base: power
        for base, power in first.powers.items()
        if all(term.powers.get(base) == power for term in others)
    }


def _without(
    powers: Mapping[Seen, float], part: Mapping[Seen, float]
) -> dict[Any, Any]:
    return {base: power for base, power in powers.items() if base not in part}


def _product(
    wanted: Term, given: Term, match: Match, whole: Seen | None
) -> Iterator[Match]:
    """The factors of a formula are among those of a product; one unknown takes more."""
    if wanted.number == 0 or given.number == 0:
        if wanted == given:
            yield match._replace(number=1.0, rest=NONE)
        return
    unknown = [f for f, p in wanted.powers.items() if is_unknown(f) and p == 1]
    fixed = [(f, p) for f, p in wanted.powers.items() if f not in unknown[:1]]
    # Calls before unknowns, which match anything.
    fixed.sort(key=lambda pair: is_unknown(pair[0]))
    start = match._replace(number=given.number / wanted.number, rest=given.powers)
    for found in _factors(fixed, start):
        if unknown and fixed and not found.rest and found.number == wanted.number:
            continue  # nothing is left: the unknown would be 1
        if unknown:
            all_of_it = whole if not fixed else None
            yield from _absorbed(unknown[0].node, found, all_of_it, wanted.number)
        else:
            yield found


def _factors(fixed: list[tuple[Seen, float]], match: Match) -> Iterator[Match]:
    """Each factor of a formula is one of those that are left."""
    if not fixed:
        yield match
        return
    (factor, power), *others = fixed
    for base, exponent in match.rest.items():
        if power == ANY and exponent != 1:
            power, match = exponent, match._replace(exponent=exponent)
        if exponent == power:
            rest = {b: p for b, p in match.rest.items() if b is not base}
            for found in _factor(factor, base, match._replace(number=1.0, rest=NONE)):
                if found.rest:
                    continue
                number = match.number * found.number**power
                yield from _factors(others, found._replace(number=number, rest=rest))


def _absorbed(
    unknown: Node, match: Match, whole: Seen | None, number: float
) -> Iterator[Match]:
    """An unknown is all that is left; one that is known takes its part of it."""
    left = Term(match.number, dict(match.rest))
    if unknown not in match.unknowns:
        bound = Bound(left, 1 / number, whole)
        unknowns = {**match.unknowns, unknown: bound}
        yield match._replace(unknowns=unknowns, number=1.0, rest=NONE)
        return
    before = match.unknowns[unknown].term
    found = _same_factors(before.powers, left.powers, match)
    if found and before.number:
        yield found._replace(number=left.number / before.number)


def _same_factors(
    wanted: Mapping[Seen, float], given: Mapping[Seen, float], match: Match
) -> Match | None:
    """The same nodes along the same axes; what is given beyond them is the rest."""
    rest, found = dict(given), match
    for factor, power in wanted.items():
        for base in rest:
            known = same(factor, base, found) if rest[base] == power else None
            if known:
                del rest[base]
                found = known
                break
        else:
            return None
    return found._replace(rest=rest)


# -- factors --------------------------------------------------------------------------


def is_unknown(seen: Seen) -> bool:
    """Whether this is an unknown of a formula."""
    return seen.node.is_input


def _factor(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """One factor: an unknown, a sum, or a call of the same function."""
    name = formula.node.operation
    if is_unknown(formula):
        yield from _absorbed(formula.node, match._replace(rest={seen: 1.0}), seen, 1.0)
    elif alike(name) == "add":
        yield from exactly(formula, seen, match)
    elif seen.node.dtype.kind not in "fc":
        return  # a call of integers, which may wrap around
    elif name == "sum" != seen.node.operation and alike(seen.node.operation) == "sum":
        yield from _matrix_product(formula, seen, match)
    elif name != seen.node.operation:
        return
    elif facts_of(name).kind is REDUCES:
        yield from _reduction(formula, seen, match)
    elif facts_of(name).kind in (SCANS, ALONG):
        yield from _along(formula, seen, match)
    elif name == "index":
        inner = seen_whole(seen.node.arguments[0])
        picked = match._replace(picked=seen.node)
        yield from exactly(seen_whole(formula.node.arguments[0]), inner, picked)
    elif is_elementwise(name):
        yield from _call(formula, seen, match)


def _call(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """Every argument is that of the formula."""
    wanted = [seen_argument(formula, a) for a in formula.node.arguments]
    given = [seen_argument(seen, a) for a in seen.node.arguments]
    orders = [given, given[::-1]] if facts_of(seen.node.operation).commutes else [given]
    for order in orders:
        yield from _all(wanted, order, match)


def _all(wanted: list[Seen], given: list[Seen], match: Match) -> Iterator[Match]:
    if not wanted:
        yield match
        return
    for found in exactly(wanted[0], given[0], match):
        yield from _all(wanted[1:], given[1:], found)


def _reduction(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """What is reduced is that of the formula, over as many axes as elsewhere in it."""
    wanted, given = seen_inside(formula), seen_inside(seen)
    if wanted is None or given is None or given.node.size == 0:
        return
    axes = tuple(sorted({k for k in given.labels if isinstance(k, Summed)}))
    found = _with_axes(match, axes)
    if found:
        linear = facts_of(formula.node.operation).slope is CONSTANT
        for inside in (matches if linear else exactly)(wanted, given, found):
            if not inside.rest:
                yield inside


def _matrix_product(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """A matrix product is a sum of products."""
    wanted, factors = seen_inside(formula), seen_factors(seen)
    found = _with_axes(match, (Summed(0),))
    if wanted is None or factors is None or found is None:
        return
    given = multiplied(product(factor) for factor in factors)
    for inside in _product(product(wanted), given, found, None):
        if not inside.rest:
            yield inside


def _along(formula: Seen, seen: Seen, match: Match) -> Iterator[Match]:
    """A function along axes, which it keeps."""
    ndim = seen.node.ndim
    axes = reduced_axes(ndim, seen.node.options.get("axis"))
    found = _with_axes(match, tuple(seen.labels[i] for i in axes))
    if found:
        yield from _call(formula, seen, found)


def _with_axes(match: Match, axes: tuple[Label, ...]) -> Match | None:
    """Reduce over these axes of the whole, where no others are reduced already."""
    if match.axes is None:
        return match._replace(axes=axes)
    return match if match.axes == axes else None


def same(a: Seen, b: Seen, match: Match) -> Match | None:
    """Whether two are one node along the same axes; learns where reduced axes run."""
    if a.node is not b.node:
        return None
    places = dict(match.places)
    for p, q in zip(a.labels, b.labels, strict=True):
        p, q = (places.get(k, k) if isinstance(k, Summed) else k for k in (p, q))
        if p == q:
            continue
        label, place = (p, q) if isinstance(p, Summed) else (q, p)
        if not isinstance(label, Summed) or not isinstance(place, int):
            return None
        places[label] = place
    resolved = [places.get(k, k) if isinstance(k, Summed) else k for k in a.labels]
    long = [k for k in resolved if k is not None]
    return match._replace(places=places) if len(set(long)) == len(long) else None
