"""One change in a person's code, each with what was wrong before it.

Unlike the slips in the right formula (`mutants`), these start from what was written:
it may be another way to the result, right but for one place.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pellucid.lessons.exercises.telling.mutants import (
    KIN,
    attribute,
    axis,
    called,
    compare,
    constant,
    exchanged,
    rectified,
    sigmoid,
)

Changes = Iterator[tuple[ast.AST, str]]
MOST = 500  # changes that are tried
SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.MatMult: "@",
}  # fmt: skip
PARTS: dict[type[ast.operator], str] = {
    ast.Add: "a term", ast.Sub: "a subtraction", ast.Mult: "a factor",
    ast.Div: "a division", ast.MatMult: "a product", ast.Pow: "a power",
}  # fmt: skip
AROUND = {"sqrt": "a square root", "square": "a square", "abs": "an absolute value",
          "exp": "an exponential", "log": "a logarithm", "negative": "a minus",
          "sum": "a sum", "mean": "a mean", "tanh": "a `tanh`"}  # fmt: skip


def sign(node: ast.AST) -> Changes:
    """Another sign between two sides, a side less, the sides exchanged."""
    if not isinstance(node, ast.BinOp):
        return
    left, right, kind = node.left, node.right, type(node.op)
    if kind in PARTS:
        yield left, f"{PARTS[kind]} is too much"
        yield right, f"{PARTS[kind]} is too much"
        yield ast.BinOp(right, node.op, left), "two sides are to be exchanged"
    for other, written in SIGNS.items():
        alike = ast.MatMult not in (kind, other) or ast.Mult in (kind, other)
        if kind in SIGNS and other is not kind and alike:
            words = f"`{SIGNS[kind]}` stands where `{written}` is right"
            yield ast.BinOp(left, other(), right), words


def complement(node: ast.AST) -> Changes:
    """1 minus a variable, in the place of the variable."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        rest = ast.BinOp(ast.Constant(1), ast.Sub(), node)
        yield rest, f"`1 - {node.id}` is to stand in the place of `{node.id}`"


def brackets(node: ast.AST) -> Changes:
    """The same signs with brackets set otherwise."""
    if not isinstance(node, ast.BinOp):
        return
    words = "brackets are to be set otherwise"
    if isinstance(node.left, ast.BinOp):
        inner = ast.BinOp(node.left.right, node.op, node.right)
        yield ast.BinOp(node.left.left, node.left.op, inner), words
    if isinstance(node.right, ast.BinOp):
        inner = ast.BinOp(node.left, node.op, node.right.left)
        yield ast.BinOp(inner, node.right.op, node.right.right), words


def function(node: ast.AST) -> Changes:
    """Another function of the same kind, or none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        yield node.args[0], f"`{node.func.id}` is too much"
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    name, owner = node.func.attr, node.func.value
    numpy = isinstance(owner, ast.Name) and owner.id == "np"
    args = node.args if numpy else [owner, *node.args]
    others = [other for kin in KIN if name in kin for other in kin if other != name]
    for other in others:
        words = f"`{name}` stands where `{other}` is right"
        yield ast.Call(attribute(other), args, node.keywords), words
    if args:
        yield args[0], f"`{name}` is too much"
    if name == "maximum" and len(args) == 2:
        z = args[0] if isinstance(args[1], ast.Constant) else args[1]
        yield called("tanh", z), "`maximum` stands where `tanh` is right"
        yield sigmoid(z), "`maximum` stands where the sigmoid is right"
    if name == "tanh":
        yield rectified(args[0]), "`tanh` stands where `maximum(0, z)` is right"
        yield sigmoid(args[0]), "`tanh` stands where the sigmoid is right"
    for other_node, _ in axis(node, name, numpy):
        yield other_node, f"`{name}` goes along the wrong axis"


def around(node: ast.AST) -> Changes:
    """A function around a part, or a transpose of it."""
    if isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Subscript):
        if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            return
        part = ast.unparse(node)
        for name, what in AROUND.items():
            yield called(name, node), f"{what} is missing around `{part}`"
        if isinstance(node, ast.Name):
            turned = ast.Attribute(node, "T", ast.Load())
            yield turned, f"`{part}` is to be transposed"
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, "a transpose is too much"


def number(node: ast.AST) -> Changes:
    """Another number, another comparison."""
    for other, _ in constant(node):
        yield other, f"`{ast.unparse(node)}` is not the right number"
    for other, _ in compare(node):
        yield other, f"`{ast.unparse(node)}` is not the right comparison"
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is):
        words = "`is` asks whether both are one object in memory: `==` compares values"
        yield ast.Compare(node.left, [ast.Eq()], node.comparators), words
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        words = "`//` drops the decimals: `/` keeps them"
        yield ast.BinOp(node.left, ast.Div(), node.right), words
    if isinstance(node, ast.UnaryOp):
        yield node.operand, f"a minus is too much in `{ast.unparse(node)}`"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield node.value, f"`{ast.unparse(node)}` leaves something out"


def loop(node: ast.AST) -> Changes:
    """A round more or less, `+=` for `=`, a `return` after the loop."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and node.args:
        last = min(len(node.args), 2) - 1
        for way in (ast.Add(), ast.Sub()):
            args = list(node.args)
            args[last] = ast.BinOp(args[last], way, ast.Constant(1))
            yield ast.Call(node.func, args, []), "the loop has not the right rounds"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        yield ast.Pass(), f"`{name}` gets another value here, and is to keep its own"
    variable = ast.Name | ast.Subscript
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], variable):
        added = ast.AugAssign(node.targets[0], ast.Add(), node.value)
        yield added, "`=` stands where `+=` is right"
    if isinstance(node, ast.AugAssign) and type(node.op) in SIGNS:
        for other in (ast.Add, ast.Sub, ast.Mult):
            words = (f"`{SIGNS[type(node.op)]}=` stands where `{SIGNS[other]}=` is "
                     "right")  # fmt: skip
            yield ast.AugAssign(node.target, other(), node.value), words
    if isinstance(node, ast.For) and isinstance(node.body[-1], ast.Return):
        body = node.body[:-1] or [ast.Pass()]
        shorter = ast.For(node.target, node.iter, body, node.orelse)
        both = ast.If(ast.Constant(True), [shorter, node.body[-1]], [])
        yield both, "`return` stands within the loop, and ends it in its first round"


RULES: tuple[Callable[[ast.AST], Changes], ...] = (
    complement, sign, brackets, function, number, loop, around,
)  # fmt: skip


def changes(code: str, only: int = 0) -> list[tuple[str, int, str]]:
    """Programs with one change in a person's: the code, the line, what was wrong.

    Where it is known which line is wrong, changes are made in `only` this line.
    """
    tree = ast.parse(code)
    nodes = [node for part in tree.body if isinstance(part, ast.FunctionDef)
             for line in part.body for node in ast.walk(line)]  # fmt: skip
    found = ((node, *change) for rule in RULES for node in nodes
             for change in rule(node))  # fmt: skip
    every: Iterator[tuple[ast.AST, ast.AST, str]]
    every = itertools.chain(found, names(tree, nodes))
    if only:
        every = (each for each in every if line_of(each[0]) == only)
    return [
        (ast.unparse(exchanged(tree, {id(node): other})), line_of(node), words)
        for node, other, words in itertools.islice(every, MOST)
    ]


def names(
    tree: ast.Module, nodes: list[ast.AST]
) -> Iterator[tuple[ast.AST, ast.AST, str]]:
    """Another name of the person's in the place of one."""
    stored = [node.id for node in nodes if isinstance(node, ast.Name)
              and isinstance(node.ctx, ast.Store)]  # fmt: skip
    known = [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)] + stored
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            for name in dict.fromkeys(known):
                if node.id in known and name != node.id:
                    words = f"`{node.id}` stands where `{name}` is right"
                    yield node, ast.Name(name, ast.Load()), words


def line_of(node: Any) -> int:
    """The line where a node stands."""
    return int(getattr(node, "lineno", 0))
