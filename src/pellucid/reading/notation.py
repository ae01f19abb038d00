r"""How each operation is written in mathematics: one table over the closed set."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.evaluate import computed
from pellucid.graphs.node import Node
from pellucid.graphs.operations.table import reduced_axes
from pellucid.reading import latex, selection, shapes
from pellucid.reading.latex import Piece
from pellucid.reading.typesetter import (
    WHOLE,
    Index,
    Rule,
    Typesetter,
    aligned,
    at,
    entries,
    is_array,
    is_matrix,
    needs_index,
)  # fmt: skip

# -- kinds of rules -------------------------------------------------------------------


def pointwise(form: Callable[..., Piece]) -> Rule:
    """Element by element."""
    return lambda t, node, index: form(*t.write_all(node, index))


def whole(form: Callable[..., Piece]) -> Rule:
    """A function of whole arrays."""
    return lambda t, node, index: at(form(*map(t.write, node.arguments)), index)


def function(name: str) -> Rule:
    """A function of each element, by its name."""
    command = rf"\{name}" if latex.KNOWN.fullmatch(rf"\{name}") else latex.named(name)
    return pointwise(lambda *x: latex.applied(command, *x))


def called(name: str) -> Rule:
    """A function of whole arrays, by its name."""
    return whole(lambda *x: latex.applied(latex.named(name), *x))


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


def _multiply(t: Typesetter, node: Node, index: Index) -> Piece:
    x, y = node.arguments
    arrays = [is_array(a, aligned(index, node, a)) for a in (x, y)]
    if x is y:
        return latex.raised(
            t.write(x, aligned(index, node, x)), _exponent(x, index, "2")
        )
    return (latex.entrywise if all(arrays) else latex.times)(*t.write_all(node, index))


def _power(t: Typesetter, node: Node, index: Index) -> Piece:
    base, exponent = t.write_all(node, index)
    return latex.raised(base, _exponent(node.arguments[0], index, exponent.text))


def _square(t: Typesetter, node: Node, index: Index) -> Piece:
    (x,) = t.write_all(node, index)
    return latex.raised(x, _exponent(node.arguments[0], index, "2"))


def _exponent(base: Node, index: Index, exponent: str) -> str:
    r"""X^{\circ 2} has the squares of the elements of a matrix, X^2 would be X X."""
    return rf"\circ {exponent}" if is_matrix(base, index) else exponent


def _matrix_product(t: Typesetter, node: Node, index: Index) -> Piece:
    """X w; a vector is a column, and lies down on the left of a product."""
    a, b = node.arguments
    left, right = t.write(a), t.write(b)
    if node.operation == "dot" and max(a.ndim, b.ndim) > 2:
        return at(latex.applied(latex.named("dot"), left, right), index)
    if a.ndim == 1 and b.ndim and not t.is_row(a):
        left = latex.raised(left, r"\top")
    return at(latex.times(left, right), index)


def _einsum(t: Typesetter, node: Node, index: Index) -> Piece:
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
        if index is None and needs_index(node):
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


def _mean(t: Typesetter, node: Node, letters: list[str], body: Piece) -> Piece:
    count = node.arguments[0].size // max(node.size, 1)
    total = latex.big(r"\sum", letters, body)
    return latex.over(total, Piece(t.length(count)))


# -- values that come from nowhere ----------------------------------------------------


def filled(sign: str) -> Rule:
    """An array of one number."""

    def rule(t: Typesetter, node: Node, index: Index) -> Piece:
        return Piece(rf"\mathbf{{{sign}}}" if is_array(node, index) else sign)

    return rule


def _full(t: Typesetter, node: Node, index: Index) -> Piece:
    value = latex.number(node.options["fill_value"])
    return latex.times(value, Piece(r"\mathbf{1}")) if is_array(node, index) else value


def _eye(t: Typesetter, node: Node, index: Index) -> Piece:
    letters = entries(index)
    if len(letters) == 2 and not node.options.get("k"):
        return latex.subscripted(Piece(r"\delta"), [], letters)
    return at(Piece(r"\mathbf{I}"), index)


def _arange(t: Typesetter, node: Node, index: Index) -> Piece:
    values = computed(node, [])
    if index and index[0] and values[0] == 0 and values[1] == 1:
        return Piece(index[0])
    return at(_row(values), index)


def _row(values: Any) -> Piece:
    shown = [latex.number(v).text for v in (values if len(values) <= 4 else values[:2])]
    if len(values) > 4:
        shown += [r"\ldots", latex.number(values[-1]).text]
    return Piece(f"({', '.join(shown)})")


def _constant(t: Typesetter, node: Node, index: Index) -> Piece:
    return at(written(node.value), index)


def written(value: Any, digits: int | None = None) -> Piece:
    """A number, or an array: a vector as a column, a matrix as rows."""
    array = np.asarray(value)
    if array.size == 1:
        return latex.number(array.item() if array.ndim else value, digits)
    if array.ndim > 2:
        shape = Piece(r" \times ".join(map(str, array.shape)))
        return latex.applied(latex.named("array"), shape)
    rows = array.reshape(-1, 1) if array.ndim < 2 else array
    height, width = rows.shape
    return latex.matrix(
        height, width, lambda i, j: latex.number(rows[i, j], digits).text
    )


# -- the table ------------------------------------------------------------------------

ONE, TWO = Piece("1"), Piece("2")


def _exp(x: Piece, base: str = "e") -> Piece:
    return latex.exponential(x, base)


def _exponential(t: Typesetter, node: Node, index: Index) -> Piece:
    """e^x; exp(x) of a matrix, and where e is a name of the person's."""
    (x,) = t.write_all(node, index)
    spelt = "e" in t.taken or is_matrix(node, index)
    return latex.applied(r"\exp", x) if spelt else _exp(x)


def _log(x: Piece, base: str = "") -> Piece:
    return latex.applied(rf"\log{base}", x)


def _log_sum(x: Piece, y: Piece) -> Piece:
    return _log(latex.plus(_exp(x, "2"), _exp(y, "2")), "_2")


def _floor(x: Piece) -> Piece:
    return latex.between(r"\lfloor", x, r"\rfloor")


def _hypotenuse(x: Piece, y: Piece) -> Piece:
    return latex.root(latex.plus(_squared(x), _squared(y)))


def _squared(x: Piece) -> Piece:
    return latex.raised(x, "2")


# fmt: off
REDUCTIONS: dict[str, Rule] = {
    "sum":    big(r"\sum"),
    "prod":   big(r"\prod"),
    "max":    big(r"\max"),
    "min":    big(r"\min"),
    "any":    big(r"\bigvee"),
    "all":    big(r"\bigwedge"),
    "argmax": big(latex.named("argmax")),
    "argmin": big(latex.named("argmin")),
    "mean":   reduction(_mean),
}

NOTATION: dict[str, Rule] = REDUCTIONS | {
    "input":     lambda t, node, index: latex.symbol(node.name),
    "constant":  _constant,

    "add":       pointwise(latex.plus),
    "subtract":  pointwise(latex.minus),
    "multiply":  _multiply,
    "divide":    pointwise(latex.over),
    "power":     _power,
    "float_power": _power,
    "negative":  pointwise(latex.negated),
    "positive":  pointwise(lambda x: x),
    "copy":      pointwise(lambda x: x),
    "cast":      pointwise(lambda x: x),
    "conjugate": pointwise(lambda x: x),
    "reciprocal": pointwise(lambda x: latex.over(ONE, x)),
    "square":    _square,
    "sqrt":      pointwise(latex.root),
    "cbrt":      pointwise(lambda x: latex.root(x, "[3]")),
    "hypot":     pointwise(_hypotenuse),
    "absolute":  pointwise(lambda x: latex.between("|", x, "|")),
    "fabs":      pointwise(lambda x: latex.between("|", x, "|")),
    "floor":     pointwise(_floor),
    "ceil":      pointwise(lambda x: latex.between(r"\lceil", x, r"\rceil")),
    "floor_divide": pointwise(lambda x, y: _floor(latex.over(x, y))),
    "remainder": infix(r"\bmod"),
    "fmod":      infix(r"\bmod"),
    "ldexp":     pointwise(lambda x, y: latex.times(x, _exp(y, "2"))),

    "exp":       _exponential,
    "exp2":      pointwise(lambda x: _exp(x, "2")),
    "expm1":     pointwise(lambda x: latex.minus(_exp(x), ONE)),
    "log":       pointwise(_log),
    "log2":      pointwise(lambda x: _log(x, "_2")),
    "log10":     pointwise(lambda x: _log(x, "_{10}")),
    "log1p":     pointwise(lambda x: _log(latex.plus(ONE, x))),
    "logaddexp": pointwise(lambda x, y: _log(latex.plus(_exp(x), _exp(y)))),
    "logaddexp2": pointwise(_log_sum),
    "acos":      function("arccos"),
    "acosh":     function("arcosh"),
    "arccosh":   function("arcosh"),
    "arcsinh":   function("arsinh"),
    "arctanh":   function("artanh"),
    "deg2rad":   pointwise(lambda x: latex.times(Piece(r"\frac{\pi}{180}"), x)),
    "radians":   pointwise(lambda x: latex.times(Piece(r"\frac{\pi}{180}"), x)),
    "rad2deg":   pointwise(lambda x: latex.times(Piece(r"\frac{180}{\pi}"), x)),
    "degrees":   pointwise(lambda x: latex.times(Piece(r"\frac{180}{\pi}"), x)),

    "maximum":   pointwise(lambda x, y: latex.applied(r"\max", x, y)),
    "fmax":      pointwise(lambda x, y: latex.applied(r"\max", x, y)),
    "minimum":   pointwise(lambda x, y: latex.applied(r"\min", x, y)),
    "fmin":      pointwise(lambda x, y: latex.applied(r"\min", x, y)),
    "gcd":       pointwise(lambda x, y: latex.applied(r"\gcd", x, y)),
    "rint":      function("round"),
    "bitwise_count": function("popcount"),
    "less":          relation("<"),
    "less_equal":    relation(r"\le"),
    "greater":       relation(">"),
    "greater_equal": relation(r"\ge"),
    "equal":         relation("="),
    "not_equal":     relation(r"\ne"),
    "logical_and":   joined(r"\land"),
    "logical_or":    joined(r"\lor"),
    "logical_xor":   joined(r"\oplus"),
    "bitwise_and":   joined(r"\land"),
    "bitwise_or":    joined(r"\lor"),
    "bitwise_xor":   joined(r"\oplus"),
    "logical_not":   pointwise(latex.denied),
    "bitwise_invert": pointwise(latex.denied),
    "invert":        pointwise(latex.denied),
    "bitwise_left_shift":  infix(r"\ll"),
    "bitwise_right_shift": infix(r"\gg"),
    "left_shift":    infix(r"\ll"),
    "right_shift":   infix(r"\gg"),
    "where":         pointwise(latex.cases),

    "matmul":    _matrix_product,
    "dot":       _matrix_product,
    "einsum":    _einsum,
    "linalg.inv":      whole(lambda A: latex.raised(A, "-1")),
    "linalg.solve":    whole(lambda A, b: latex.times(latex.raised(A, "-1"), b)),
    "linalg.det":      whole(lambda A: latex.applied(r"\det", A)),
    "linalg.cholesky": called("chol"),

    "transpose": shapes.transpose,
    "reshape":   shapes.reshape,
    "broadcast_to": shapes.broadcast,
    "diagonal":  shapes.diagonal,
    "concatenate": shapes.concatenate,
    "stack":     shapes.stack,
    "index":     selection.index,
    "assign":    selection.assign,
    "scatter":   selection.scatter,

    "zeros":     filled("0"),
    "ones":      filled("1"),
    "empty":     filled("0"),
    "full":      _full,
    "eye":       _eye,
    "arange":    _arange,
} | {
    name: function(name) for name in (
        "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh",
        "tanh", "sign", "signbit", "copysign", "heaviside", "trunc", "lcm", "nextafter",
        "spacing", "isfinite", "isinf", "isnan", "isnat")
} | {
    name: called(name) for name in ("cumsum", "cumprod", "sort", "argsort")
}
# fmt: on
