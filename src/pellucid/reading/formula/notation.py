r"""How each operation is written in mathematics: one table over the closed set."""

from __future__ import annotations

from pellucid.graphs.node import Node
from pellucid.reading.formula import latex, rules, selection, shapes
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.rules import (
    big,
    by_name,
    filled,
    function,
    infix,
    joined,
    named_as,
    part,
    pointwise,
    reduction,
    relation,
    whole,
)
from pellucid.reading.formula.typesetter import Index, Rule, Typesetter, is_matrix

# -- the table ------------------------------------------------------------------------

ONE, SIGN = Piece("1"), latex.named("sign")


def _exp(x: Piece, base: str = "e") -> Piece:
    return latex.exponential(x, base)


def _exponential(t: Typesetter, node: Node, index: Index) -> Piece:
    """e^x; exp(x) of a matrix, and where e is a name of the person's."""
    (x,) = t.write_all(node, index)
    spelt = "e" in t.taken or is_matrix(node, index)
    return latex.applied(r"\exp", x) if spelt else _exp(x)


def _sigmoid(t: Typesetter, node: Node, index: Index) -> Piece:
    r"""\sigma(x), where sigma is no name of the person's."""
    return function("sigmoid" if "sigma" in t.taken else r"\sigma")(t, node, index)


def _log(x: Piece, base: str = "") -> Piece:
    return latex.applied(rf"\log{base}", x)


def _log_sum(x: Piece, y: Piece) -> Piece:
    return _log(latex.plus(_exp(x, "2"), _exp(y, "2")), "_2")


def _det(A: Piece) -> Piece:
    return latex.applied(r"\det", A)


def _floor(x: Piece) -> Piece:
    return latex.between(r"\lfloor", x, r"\rfloor")


def _trunc(x: Piece) -> Piece:
    return latex.applied(latex.named("trunc"), x)


def _heaviside(x: Piece, at_zero: Piece) -> Piece:
    """H_h(x): 0 below 0, h at 0, 1 above."""
    return latex.applied(rf"H_{latex.braced(at_zero.text)}", x)


def _hypotenuse(x: Piece, y: Piece) -> Piece:
    return latex.root(latex.plus(_squared(x), _squared(y)))


def _squared(x: Piece) -> Piece:
    return latex.raised(x, "2")


# fmt: off
# Sums and their kin, written by the elements of their arguments.
SUMS: dict[str, Rule] = {
    "sum":    big(r"\sum"),
    "prod":   big(r"\prod"),
    "max":    big(r"\max"),
    "min":    big(r"\min"),
    "any":    big(r"\bigvee"),
    "all":    big(r"\bigwedge"),
    "argmax": big(latex.named("argmax")),
    "argmin": big(latex.named("argmin")),
    "mean":   reduction(rules.mean),
    "norm":   rules.norm,
    "logsumexp": reduction(rules.log_sum_exp),
    "einsum": rules.einsum,
}

# What `scipy.special` has signs for; the rest goes by its name.
SPECIAL_FUNCTIONS: dict[str, Rule] = {
    "gamma":    function(r"\Gamma"),
    "gammaln":  pointwise(lambda x: _log(latex.applied(r"\Gamma", x))),
    "digamma":  function(r"\psi"),
    "psi":      function(r"\psi"),
    "zeta":     function(r"\zeta"),
    "beta":     function("B"),
    "betaln":   pointwise(lambda x, y: _log(latex.applied("B", x, y))),
    "expit":    _sigmoid,
    "log_expit": pointwise(lambda x: _log(latex.applied(r"\sigma", x))),
    "ndtr":     function(r"\Phi"),
    "log_ndtr": pointwise(lambda x: _log(latex.applied(r"\Phi", x))),
    "ndtri":    function(r"\Phi^{-1}"),
    "xlogy":    pointwise(lambda x, y: latex.times(x, _log(y))),
    "xlog1py":  pointwise(lambda x, y: latex.times(x, _log(latex.plus(ONE, y)))),
    "entr":     pointwise(lambda x: latex.negated(latex.times(x, _log(x)))),
    "exp10":    pointwise(lambda x: _exp(x, "10")),
    "j0": function("J_0"), "j1": function("J_1"), "y0": function("Y_0"),
    "y1": function("Y_1"), "i0": function("I_0"), "i1": function("I_1"),
    "k0": function("K_0"), "k1": function("K_1"),
}

NOTATION: dict[str, Rule] = SUMS | {
    "":          by_name,
    "input":     lambda t, node, index: latex.symbol(node.name),
    "constant":  rules.constant,

    "add":       pointwise(latex.plus),
    "subtract":  pointwise(latex.minus),
    "multiply":  rules.multiply,
    "divide":    pointwise(latex.over),
    "ratio":     pointwise(latex.over),
    "power":     rules.power,
    "float_power": rules.power,
    "negative":  pointwise(latex.negated),
    "positive":  pointwise(lambda x: x),
    "copy":      pointwise(lambda x: x),
    "cast":      pointwise(lambda x: x),
    "conjugate": rules.conjugate,
    "reciprocal": pointwise(lambda x: latex.over(ONE, x)),
    "square":    rules.square,
    "sqrt":      pointwise(latex.root),
    "root":      pointwise(latex.root),
    "cbrt":      pointwise(lambda x: latex.root(x, "[3]")),
    "hypot":     pointwise(_hypotenuse),
    "absolute":  pointwise(lambda x: latex.between("|", x, "|")),
    "fabs":      pointwise(lambda x: latex.between("|", x, "|")),
    "floor":     pointwise(_floor),
    "ceil":      pointwise(lambda x: latex.between(r"\lceil", x, r"\rceil")),
    "floor_divide": pointwise(lambda x, y: _floor(latex.over(x, y))),
    "remainder": infix(r"\bmod"),
    "fmod":      infix(r"\bmod"),
    "divmod":    part(pointwise(lambda x, y: _floor(latex.over(x, y))),
                      infix(r"\bmod")),
    "modf":      part(pointwise(lambda x: latex.minus(x, _trunc(x))),
                      pointwise(_trunc)),
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
    "i0":        function("I_0"),
    "sigmoid":   _sigmoid,
    "softplus":  pointwise(lambda x: _log(latex.plus(ONE, _exp(x)))),
    "log1mexp":  pointwise(lambda x: _log(latex.minus(ONE, _exp(latex.negated(x))))),
    "deg2rad":   pointwise(lambda x: latex.times(Piece(r"\frac{\pi}{180}"), x)),
    "radians":   pointwise(lambda x: latex.times(Piece(r"\frac{\pi}{180}"), x)),
    "rad2deg":   pointwise(lambda x: latex.times(Piece(r"\frac{180}{\pi}"), x)),
    "degrees":   pointwise(lambda x: latex.times(Piece(r"\frac{180}{\pi}"), x)),

    "maximum":   pointwise(lambda x, y: latex.applied(r"\max", x, y)),
    "fmax":      pointwise(lambda x, y: latex.applied(r"\max", x, y)),
    "minimum":   pointwise(lambda x, y: latex.applied(r"\min", x, y)),
    "fmin":      pointwise(lambda x, y: latex.applied(r"\min", x, y)),
    "gcd":       pointwise(lambda x, y: latex.applied(r"\gcd", x, y)),
    "heaviside": pointwise(_heaviside),
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

    "matmul":    rules.matrix_product,
    "dot":       rules.matrix_product,
    "linalg.inv":      whole(lambda A: latex.raised(A, "-1")),
    "linalg.solve":    whole(lambda A, b: latex.times(latex.raised(A, "-1"), b)),
    "linalg.det":      whole(_det),
    "scipy.linalg.expm": named_as("expm"),
    "linalg.pinv":     whole(lambda A: latex.raised(A, "+")),
    "linalg.cholesky": named_as("chol"),
    "linalg.slogdet":  part(whole(lambda A: latex.applied(SIGN, _det(A))),
                            whole(lambda A: _log(latex.between("|", _det(A), "|")))),
    "real":            whole(lambda x: latex.applied(latex.named("Re"), x)),
    "imag":            whole(lambda x: latex.applied(latex.named("Im"), x)),
    "maximum.accumulate": named_as("cummax"),
    "minimum.accumulate": named_as("cummin"),
    "fmax.reduce":     named_as("max"),
    "fmin.reduce":     named_as("min"),

    "transpose": shapes.transpose,
    "reshape":   shapes.reshape,
    "broadcast_to": shapes.broadcast,
    "diagonal":  shapes.diagonal,
    "concatenate": shapes.concatenate,
    "stack":     shapes.stack,
    "lib.stride_tricks.sliding_window_view": selection.windows,
    "index":     selection.index,
    "assign":    selection.assign,
    "scatter":   selection.scatter,
    "add_at":    selection.add_at,
    "entry":     selection.index,
    "counter":   selection.counter,

    "zeros":     filled("0"),
    "ones":      filled("1"),
    "empty":     filled("0"),
    "full":      rules.full,
    "eye":       rules.eye,
    "arange":    rules.arange,
} | {
    name: function(name) for name in (
        "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh",
        "tanh", "sign", "signbit", "copysign", "trunc", "lcm", "nextafter",
        "spacing", "isfinite", "isinf", "isnan", "isnat")
} | {f"special.{name}": rule for name, rule in SPECIAL_FUNCTIONS.items()}
# fmt: on
