"""Kinds of notation: how products, sums and whole arrays are written."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pellucid.graphs.evaluate import computed
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import is_elementwise, reduced_axes
from pellucid.reading.formula import latex
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.typesetter import (  # fmt: skip
    WHOLE,
    Index,
    Rule,
    Typesetter,
    aligned,
    at,
    entries,
    is_array,
    is_matrix,
)

# -- kinds of rules -------------------------------------------------------------------


def pointwise(form: Callable[..., Piece]) -> Rule:
    """Element by element."""
    return lambda t, node, index: form(*t.write_all(node, index))


def whole(form: Callable[..., Piece]) -> Rule:
    """A function of whole arrays."""
    return lambda t, node, index: at(form(*map(t.write, node.arguments)), index)


def function(name: str) -> Rule:
    """A function of each element, by its name or its sign."""
    command = rf"\{name}" if latex.BARE.fullmatch(rf"\{name}") else latex.named(name)
    command = name if name[0] == "\\" or "_" in name else command
    return pointwise(lambda *x: latex.applied(command, *x))


def by_name(t: Typesetter, node: Node, index: Index) -> Piece:
    """A function by NumPy's name for it."""
    return named_as(node.operation.rpartition(".")[2])(t, node, index)


def named_as(name: str) -> Rule:
    """A function by a name, its options after the arguments; which result, below."""

    def rule(t: Typesetter, node: Node, index: Index) -> Piece:
        options = dict(node.options)
        part = [str(options.pop("part"))] if "part" in options else []
        if is_elementwise(node.operation):
            called = latex.applied(latex.named(name), *t.write_all(node, index))
            return latex.subscripted(called, part, [])
        listed = [latex.option(key, value) for key, value in options.items()]
        arguments = map(t.write, node.arguments)
        called = latex.applied(latex.named(name), *arguments, *listed)
        return latex.subscripted(called, part, entries(index))

    return rule


def part(*rules: Rule) -> Rule:
    """One rule for each result of an operation that has several."""
    return lambda t, node, index: rules[node.options["part"]](t, node, index)


def relation(sign: str) -> Rule:
    """A comparison."""
    return pointwise(lambda x, y: latex.relation(x, sign, y))


def joined(sign: str) -> Rule:
    """A connective of truth values."""
    return pointwise(lambda x, y: latex.connected(x, sign, y))


def infix(sign: str) -> Rule:
    """A rare sign between two values."""
    return pointwise(lambda x, y: latex.infix(x, sign, y))


# -- arithmetic and products ----------------------------------------------------------


def multiply(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""Write x y; x \odot y of two arrays, and x^2 of x with itself."""
    x, y = node.arguments
    arrays = [is_array(a, aligned(index, node, a)) for a in (x, y)]
    if x is y:
        return latex.raised(
            t.write(x, aligned(index, node, x)), _exponent(x, index, "2")
        )
    return (latex.entrywise if all(arrays) else latex.times)(*t.write_all(node, index))


def power(t: Typesetter, node: Node, index: Index) -> Piece:
    """x^y."""
    base, exponent = t.write_all(node, index)
    return latex.raised(base, _exponent(node.arguments[0], index, exponent.text))


def square(t: Typesetter, node: Node, index: Index) -> Piece:
    """x^2."""
    (x,) = t.write_all(node, index)
    return latex.raised(x, _exponent(node.arguments[0], index, "2"))


def _exponent(base: Node, index: Index, exponent: str) -> str:
    r"""X^{\circ 2} has the squares of the elements of a matrix, X^2 would be X X."""
    return rf"\circ {exponent}" if is_matrix(base, index) else exponent


def conjugate(t: Typesetter, node: Node, index: Index) -> Piece:
    """The bar over complex numbers; real ones are their own conjugates."""
    (x,) = t.write_all(node, index)
    return Piece(rf"\overline{{{x.text}}}") if node.dtype.kind == "c" else x


def matrix_product(t: Typesetter, node: Node, index: Index) -> Piece:
    """X w; a vector is a column, and lies down on the left of a product."""
    a, b = node.arguments
    left, right = t.write(a), t.write(b)
    if node.operation == "dot" and max(a.ndim, b.ndim) > 2:
        return at(latex.applied(latex.named("dot"), left, right), index)
    if a.ndim == 1 and b.ndim and not t.is_row(a):
        left = latex.raised(left, r"\top")
    return at(latex.times(left, right), index)


def einsum(t: Typesetter, node: Node, index: Index) -> Piece:
    """The sum that it is, over the letters that the result does not have."""
    inputs, _, output = node.options["subscripts"].partition("->")
    terms = list(zip(inputs.split(","), node.arguments, strict=True))
    length = {c: n for term, a in terms for c, n in zip(term, a.shape, strict=True)}
    entry = dict(zip(output, index or [WHOLE] * len(output), strict=True))
    summed = [c for c in length if c not in output]
    letters = t.indices(tuple(length[c] for c in summed), index)
    entry |= dict(zip(summed, letters, strict=True))
    with t.binding(letters):
        factors = [t.write(a, tuple(entry[c] for c in term)) for term, a in terms]
    body = functools.reduce(latex.times, factors)
    return latex.big(r"\sum", [c for c in letters if c], body)


# -- reductions -----------------------------------------------------------------------


def reduction(form: Callable[[Typesetter, Node, list[str], Piece], Piece]) -> Rule:
    """A sum or its kin: the argument under an index with a letter for each axis."""

    def rule(t: Typesetter, node: Node, index: Index) -> Piece:
        if index is None and is_array(node, None):
            return latex.applied(
                latex.named(node.operation), t.write(node.arguments[0])
            )
        inner, letters = _summed(t, node, index)
        with t.binding(letters):
            body = t.write(node.arguments[0], inner)
        return form(t, node, [c for c in letters if c], body) if any(letters) else body

    return rule


def _summed(t: Typesetter, node: Node, index: Index) -> tuple[Index, list[str | None]]:
    """The index of what is summed, and the letters that the sum runs over."""
    (x,) = node.arguments
    axes = reduced_axes(x.ndim, node.options.get("axis"))
    letters = t.indices(tuple(x.shape[i] for i in axes), index)
    kept = list(index or [None] * node.ndim)
    if node.options.get("keepdims"):
        kept = [entry for i, entry in enumerate(kept) if i not in axes]
    new, old = iter(letters), iter(kept)
    return tuple(next(new if i in axes else old) for i in range(x.ndim)), letters


def big(sign: str) -> Rule:
    """A sign with the letters under it."""
    return reduction(lambda t, node, letters, body: latex.big(sign, letters, body))


def norm(t: Typesetter, node: Node, index: Index) -> Piece:
    """The length of a whole array, or by its elements of what lies along some axes."""
    if node.size == 1:
        return latex.between(r"\lVert", t.write(node.arguments[0]), r"\rVert")
    return reduction(_length)(t, node, index)


def _length(t: Typesetter, node: Node, letters: list[str], body: Piece) -> Piece:
    return latex.root(latex.big(r"\sum", letters, latex.raised(body, "2")))


def log_sum_exp(t: Typesetter, node: Node, letters: list[str], body: Piece) -> Piece:
    """The logarithm of the sum."""
    total = latex.big(r"\sum", letters, latex.exponential(body))
    return latex.applied(r"\log", total)


def mean(t: Typesetter, node: Node, letters: list[str], body: Piece) -> Piece:
    """The sum over how many there are."""
    count = node.arguments[0].size // max(node.size, 1)
    total = latex.big(r"\sum", letters, body)
    return latex.over(total, Piece(t.length(count)))


# -- values that come from nowhere ----------------------------------------------------


def filled(sign: str) -> Rule:
    """An array of one number."""

    def rule(t: Typesetter, node: Node, index: Index) -> Piece:
        return Piece(rf"\mathbf{{{sign}}}" if is_array(node, index) else sign)

    return rule


def full(t: Typesetter, node: Node, index: Index) -> Piece:
    """A number, or an array of it."""
    value = latex.number(node.options["fill_value"])
    return latex.times(value, Piece(r"\mathbf{1}")) if is_array(node, index) else value


def eye(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""\mathbf{I}, and \delta_{ij} by its elements."""
    letters = entries(index)
    if len(letters) == 2 and not node.options.get("k"):
        return latex.subscripted(Piece(r"\delta"), [], letters)
    return at(Piece(r"\mathbf{I}"), index)


def arange(t: Typesetter, node: Node, index: Index) -> Piece:
    """The numbers themselves, or their index."""
    values = computed(node, [])
    if index and index[0] and values[0] == 0 and values[1] == 1:
        return Piece(index[0])
    return at(_row(values), index)


def _row(values: Any) -> Piece:
    shown = [latex.number(v).text for v in (values if len(values) <= 4 else values[:2])]
    if len(values) > 4:
        shown += [r"\ldots", latex.number(values[-1]).text]
    return Piece(f"({', '.join(shown)})")


def constant(t: Typesetter, node: Node, index: Index) -> Piece:
    """The value of a constant."""
    return at(latex.array(node.value), index)
