"""The right formula with one thing in it exchanged: a sign, an axis, a function.

Each rule takes a node of the solution and gives what may stand in its place, and what
is said when a person's results are those of the solution with this exchange.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

Mutants = Iterator[tuple[ast.AST, str]]
STATISTICS = ("mean", "sum", "median", "max", "min", "std", "var", "prod")
REDUCING = (*STATISTICS, "argmax", "argmin")
KIN = (
    STATISTICS,
    ("maximum", "minimum"),
    ("argmax", "argmin", "max"),
    ("exp", "exp2", "expm1"),
    ("log", "log2", "log10", "log1p"),
    ("sqrt", "square"),
    ("abs", "square"),
    ("floor", "ceil", "round"),
    ("sin", "cos", "tan", "tanh"),
    ("sort", "argsort"),
    ("cumsum", "cumprod"),
    ("zeros", "ones"),
    ("outer", "dot"),
    ("any", "all"),
)
SIGNS: dict[type, tuple[type[ast.operator], str]] = {
    ast.Add: (ast.Sub, "a minus stands where a plus is right"),
    ast.Sub: (ast.Add, "a plus stands where a minus is right"),
    ast.Mult: (ast.Div, "a division stands where a product is right"),
    ast.Div: (ast.Mult, "a product stands where a division is right"),
    ast.MatMult: (ast.Mult, "`*` stands where `@` is right"),
}
FRACTION = "a division is lost, as where `1 / a + b` stands for `1 / (a + b)`"
LEFT_OUT: dict[type, tuple[str, str]] = {
    ast.Add: ("the first term of a sum is missing", "a term of a sum is missing"),
    ast.Sub: ("a difference has only its second half", "a subtraction is missing"),
    ast.Mult: ("a factor is missing", "a factor is missing"),
    ast.Div: ("only the divisor of a fraction is there", "a division is missing"),
    ast.MatMult: ("a product lacks its first factor", "a product lacks its second "
                  "factor"),
    ast.Pow: ("only the exponent of a power is there", "a power is missing"),
}  # fmt: skip
COMPARED = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==",
            ast.NotEq: "!="}  # fmt: skip


def binary(node: ast.AST) -> Mutants:
    """A sign exchanged, a side left out, both sides exchanged."""
    if not isinstance(node, ast.BinOp):
        return
    kind, left, right = type(node.op), node.left, node.right
    if kind in SIGNS:
        other, words = SIGNS[kind]
        if kind is ast.Div and isinstance(left, ast.Constant):
            words = FRACTION
        yield ast.BinOp(left, other(), right), words
    if kind in LEFT_OUT:
        lost_left, lost_right = LEFT_OUT[kind]
        if kind is ast.Sub and isinstance(right, ast.Name):
            lost_left = f"`{right.id}` stands where `{ast.unparse(node)}` is right"
        yield left, lost_right
        yield right, lost_left
    if kind in (ast.Sub, ast.Div, ast.MatMult):
        word = {ast.Sub: "a difference is taken", ast.Div: "a fraction stands",
                ast.MatMult: "a product is taken"}[kind]  # fmt: skip
        yield ast.BinOp(right, node.op, left), f"{word} the other way round"
    if kind is ast.Pow:
        yield called("abs", left), "the absolute value stands where the power is right"
    if kind in (ast.Add, ast.Sub, ast.Mult, ast.Div):
        words = "a table of all pairs, as a column (n, 1) and a vector (n,) make it"
        if not isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
            yield ast.BinOp(left, node.op, column(right)), words
            yield ast.BinOp(column(left), node.op, right), words


def brackets(node: ast.AST) -> Mutants:
    """Brackets left out, or set otherwise."""
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    words = "brackets are missing: `*` and `/` come before `+` and `-`"
    if isinstance(node.op, ast.Mult | ast.Div):
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
            inner = ast.BinOp(left.right, node.op, right)
            yield ast.BinOp(left.left, left.op, inner), words
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add | ast.Sub):
            inner = ast.BinOp(left, node.op, right.left)
            yield ast.BinOp(inner, right.op, right.right), words
    if isinstance(node.op, ast.Div) and isinstance(right, ast.BinOp):
        words = "brackets are missing around the divisor"
        inner = ast.BinOp(left, node.op, right.left)
        yield ast.BinOp(inner, right.op, right.right), words
    if isinstance(node.op, ast.Pow) and isinstance(left, ast.BinOp):
        words = "each side is taken to the power alone, and both together are right"
        sides = [ast.BinOp(side, ast.Pow(), right) for side in (left.left, left.right)]
        yield ast.BinOp(sides[0], left.op, sides[1]), words
        words = "brackets are missing around what is taken to the power"
        inner = ast.BinOp(left.right, ast.Pow(), right)
        yield ast.BinOp(left.left, left.op, inner), words


def length(node: ast.AST) -> Mutants:
    """The sum of absolute values, or the largest, for the root of a sum of squares."""
    if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sqrt"):
        return
    inner = node.args[0] if node.args else None
    if not (isinstance(inner, ast.Call) and inner.args):
        return
    power = inner.args[0]
    if ast.unparse(inner.func) != "np.sum" or not isinstance(power, ast.BinOp):
        return
    for other, words in (("sum", "the sum of the absolute values stands"),
                         ("max", "the largest absolute value stands")):  # fmt: skip
        absolute = [called("abs", power.left), *inner.args[1:]]
        words += " where a length is right, the root of the sum of squares"
        yield ast.Call(attribute(other), absolute, inner.keywords), words


def order(node: ast.AST) -> Mutants:
    """Two steps in the other order: the mean of squares, the square of the mean."""
    if not isinstance(node, ast.Call) or not node.args:
        return
    inner = node.args[0]
    name = ast.unparse(node.func)
    if isinstance(inner, ast.BinOp) and isinstance(inner.right, ast.Constant):
        call = ast.Call(node.func, [inner.left, *node.args[1:]], node.keywords)
        words = f"`{name}` is taken too early: first the step within it"
        yield ast.BinOp(call, inner.op, inner.right), words
    if isinstance(inner, ast.Call) and inner.args:
        call = ast.Call(node.func, [inner.args[0], *node.args[1:]], node.keywords)
        words = f"`{name}` and `{ast.unparse(inner.func)}` are in the wrong order"
        yield ast.Call(inner.func, [call, *inner.args[1:]], inner.keywords), words
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub):
        sides = [ast.Call(node.func, [side, *node.args[1:]], node.keywords)
                 for side in (inner.left, inner.right)]  # fmt: skip
        words = f"`{name}` is taken of each side alone, and of both together is right"
        yield ast.BinOp(sides[0], inner.op, sides[1]), words


def unary(node: ast.AST) -> Mutants:
    """A minus left out."""
    if isinstance(node, ast.UnaryOp):
        word = "a minus" if isinstance(node.op, ast.USub) else "a `not` or `~`"
        yield node.operand, f"{word} is missing"


def call(node: ast.AST) -> Mutants:
    """Another function of the same kind, or none."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    name, owner = node.func.attr, node.func.value
    numpy = isinstance(owner, ast.Name) and owner.id == "np"
    args = node.args if numpy else [owner, *node.args]
    for other in (
        other for kin in KIN if name in kin for other in kin if other != name
    ):
        words = f"`{other}` stands where `{name}` is right"
        yield ast.Call(attribute(other), args, node.keywords), words
    if args:
        yield args[0], f"`{name}` is missing"
    if name == "where" and len(args) == 3:
        swapped = [args[0], args[2], args[1]]
        yield (
            ast.Call(node.func, swapped, []),
            "the choices of `where` are exchanged",
        )
    for number, keyword in enumerate(node.keywords):
        others = [*node.keywords[:number], *node.keywords[number + 1 :]]
        words = f"`{keyword.arg}=` is missing in `{name}`"
        yield ast.Call(node.func, node.args, others), words
    yield from axis(node, name, numpy)


def axis(node: ast.Call, name: str, numpy: bool) -> Mutants:
    """Another axis."""
    for other in (0, 1, None):
        words = f"the axis of `{name}` is {other}, and another one is right"
        value = ast.Constant(other)
        given, named = len(node.args) - numpy, [k.arg for k in node.keywords]
        if "axis" in named:
            changed = [ast.keyword(k.arg, value if k.arg == "axis" else k.value)
                       for k in node.keywords]  # fmt: skip
            yield ast.Call(node.func, node.args, changed), words
        elif name in REDUCING and given == 1:
            yield ast.Call(node.func, [*node.args[:-1], value], node.keywords), words
        elif name in REDUCING and given == 0 and other is not None:
            words = f"`{name}` goes along axis {other}, and over all is right"
            yield ast.Call(node.func, [*node.args, value], node.keywords), words


def compare(node: ast.AST) -> Mutants:
    """Another comparison."""
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return
    for kind, sign in COMPARED.items():
        if not isinstance(node.ops[0], kind) and type(node.ops[0]) in COMPARED:
            right = COMPARED[type(node.ops[0])]
            changed = ast.Compare(node.left, [kind()], node.comparators)
            yield changed, f"`{sign}` stands where `{right}` is right"


def constant(node: ast.AST) -> Mutants:
    """Another number."""
    if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
        return
    value: Any = node.value
    others = {0, 1, 2, -value, 2 * value, value + 1, value - 1, value / 2}
    powerless = {0} if value == 2 else set()  # a power of 0 makes any number a 1
    for other in sorted(others - {value} - powerless):
        words = f"`{other:g}` stands where `{value:g}` is right"
        whole = isinstance(value, int) and other == int(other)
        yield ast.Constant(int(other) if whole else float(other)), words


def rounds(node: ast.AST) -> Mutants:
    """A loop with a round too many or too few."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    if node.func.id != "range" or not node.args:
        return
    one, most = ast.Constant(1), node.args[-1] if len(node.args) < 3 else node.args[1]
    start = node.args[0] if len(node.args) > 1 else ast.Constant(0)
    rest = node.args[2:]
    ends = ((ast.Sub(), "ends one round too early"), (ast.Add(), "goes one round too "
            "far"))  # fmt: skip
    for sign, words in ends:
        args = [start, ast.BinOp(most, sign, one), *rest]
        yield ast.Call(node.func, args, []), f"the loop {words}"
    later = ast.BinOp(start, ast.Add(), one)
    words = "the loop begins one round too late"
    yield ast.Call(node.func, [later, most, *rest], []), words


def transpose(node: ast.AST) -> Mutants:
    """A transpose left out."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, "a transpose `.T` is missing"


def statement(node: ast.AST) -> Mutants:
    """A line left out, `=` for `+=`."""
    if isinstance(node, ast.AugAssign):
        name = ast.unparse(node.target)
        plain = ast.Assign([node.target], node.value, lineno=node.lineno)
        yield plain, (f"each round writes over `{name}`: `=` stands where it is to be "
                      "added to")  # fmt: skip
        sign = SIGNS.get(type(node.op))
        if sign:
            yield ast.AugAssign(node.target, sign[0](), node.value), sign[1]
    if isinstance(node, ast.Assign | ast.AugAssign | ast.If | ast.For):
        target = getattr(node, "targets", [getattr(node, "target", None)])[0]
        what = f": the one that makes `{ast.unparse(target)}`" if target else ""
        yield ast.Pass(), f"a step is missing{what}"


def returned(node: ast.AST) -> Mutants:
    """A result given back within the loop."""
    if not isinstance(node, ast.FunctionDef):
        return
    for loop, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(loop, ast.For) and isinstance(after, ast.Return):
            again = copy.copy(loop)
            again.body = [*loop.body, after]
            changed = copy.copy(node)
            changed.body = [again if each is loop else each for each in node.body]
            yield changed, "`return` stands in the loop, and ends it in its first round"


RULES: tuple[Callable[[ast.AST], Mutants], ...] = (
    unary, length, order, call, binary, brackets, compare, transpose, rounds, statement,
    returned, constant,
)  # fmt: skip


def mutants(code: str, names: tuple[str, ...]) -> Iterator[tuple[ast.Module, str]]:
    """All programs that differ from a solution by one exchange, and what is said."""
    tree = ast.parse(code)
    docstrings = (ast.Expr, ast.Import, ast.arguments)
    nodes = [node for node in ast.walk(tree) if not isinstance(node, docstrings)]
    for rule in RULES:
        for node in nodes:
            for other, words in rule(node):
                yield exchanged(tree, {id(node): other}), words
    yield from everywhere(tree, nodes)
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in names:
            for name in names:
                if name != node.id:
                    words = f"`{name}` stands where `{node.id}` is right"
                    other = ast.Name(name, node.ctx)
                    yield exchanged(tree, {id(node): other}), words


def everywhere(
    tree: ast.Module, nodes: list[ast.AST]
) -> Iterator[tuple[ast.Module, str]]:
    """The same exchange in all places where it can be made."""
    found: dict[str, dict[int, ast.AST]] = {}
    for rule in (brackets, binary, call):
        for node in nodes:
            for other, words in rule(node):
                found.setdefault(words, {}).setdefault(id(node), other)
    for words, others in found.items():
        if len(others) > 1:
            yield exchanged(tree, others), f"everywhere {words}"


def exchanged(tree: ast.Module, others: dict[int, Any]) -> ast.Module:
    """The tree with nodes exchanged, given by their identities."""
    changed: ast.Module = rebuilt(tree, others)
    return ast.fix_missing_locations(changed)


def rebuilt(node: Any, others: dict[int, Any]) -> Any:
    """A node with parts exchanged; what stays is shared with the old tree."""
    if id(node) in others:
        return others[id(node)]
    if isinstance(node, list):
        parts = [rebuilt(part, others) for part in node]
        same = all(a is b for a, b in zip(parts, node, strict=True))
        return node if same else parts
    if not isinstance(node, ast.AST):
        return node
    changed = {}
    for name, value in ast.iter_fields(node):
        now = rebuilt(value, others)
        if now is not value:
            changed[name] = now
    if not changed:
        return node
    new = copy.copy(node)
    vars(new).update(changed)
    return new


def column(vector: ast.expr) -> ast.Subscript:
    """`vector[:, None]`."""
    index = ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load())
    return ast.Subscript(vector, index, ast.Load())


def attribute(name: str) -> ast.Attribute:
    """`np.name`, wherever it stands."""
    return ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())


def rectified(z: ast.expr) -> ast.expr:
    """`np.maximum(0, z)`."""
    return ast.Call(attribute("maximum"), [ast.Constant(0), z], [])


def sigmoid(z: ast.expr) -> ast.expr:
    """`1 / (1 + np.exp(-z))`."""
    power = called("exp", ast.UnaryOp(ast.USub(), z))
    below = ast.BinOp(ast.Constant(1), ast.Add(), power)
    return ast.BinOp(ast.Constant(1), ast.Div(), below)


def called(name: str, argument: ast.expr) -> ast.Call:
    """`np.name(argument)`."""
    return ast.Call(attribute(name), [argument], [])
