"""A formula typed as text becomes a plain NumPy function; nothing else gets through.

The text is parsed, never run as it came: each piece of its syntax tree is in a short
list, or refused with its position, and the function is compiled from what passed.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import linecache
import math
import operator
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from pellucid.errors import ExpressionError

LENGTH = 10_000  # characters that a formula may have
DEPTH = 100  # levels of nesting, since Python's own compiler recurses
EXPONENT = 1000  # the largest exponent that stays an integer, as in x**2

CONSTANTS = {"pi": math.pi, "e": math.e}

# How many arguments each function takes; all ufuncs that map floats to one result.
REDUCTIONS = ("sum", "prod", "mean", "var", "std", "max", "min", "any", "all")
SCANS = ("ptp", "argmax", "argmin", "cumsum", "cumprod", "sort")
OTHERS = {"where": 3, "clip": 3, "dot": 2, "matmul": 2, "outer": 2, "transpose": 1}
UFUNCS = {
    name: ufunc.nin
    for name, ufunc in vars(np).items()
    if isinstance(ufunc, np.ufunc) and ufunc.nout == 1 and ufunc.signature is None
    and any(kind.startswith("d" * ufunc.nin + "->") for kind in ufunc.types)
}  # fmt: skip
FUNCTIONS = UFUNCS | dict.fromkeys(REDUCTIONS + SCANS, 1) | OTHERS
KEYWORDS = {"axis": REDUCTIONS + SCANS, "keepdims": REDUCTIONS}

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)

# What to write instead, for what people write instead.
SPELLINGS = {
    "ln": "log", "sigmoid": "1/(1 + exp(-x))", "relu": "maximum(x, 0)",
    "softplus": "logaddexp(0, x)", "norm": "sqrt(sum(x**2))", "average": "mean",
}  # fmt: skip
ADVICE: dict[type[ast.AST], str] = {
    ast.BitXor: "a power is written x**y",
    ast.BitAnd: "write logical_and(x, y)",
    ast.BitOr: "write logical_or(x, y)",
    ast.Invert: "write logical_not(x)",
    ast.Not: "write logical_not(x)",
    ast.BoolOp: "write logical_and(x, y) or logical_or(x, y)",
    ast.IfExp: "write where(condition, x, y)",
    ast.Attribute: "only np.<function> has a dot",
}
WHOLE = "a formula is made of numbers, names, operators and functions of NumPy"

_count = itertools.count(1)


def function_of(text: str) -> Callable[..., Any]:
    """Make a function of a formula: its names become the parameters, in order.

    A formula has numbers, names, the operators + - * / // % ** @ and comparisons, the
    constants pi and e, indices such as `x[0]`, and calls of NumPy's functions, with or
    without `np.`; the keywords axis and keepdims take constants.

    Parameters
    ----------
    text : str
        The formula, as it stands in Python.

    Returns
    -------
    callable
        A function called `f`, whose source (`inspect.getsource`) is plain NumPy. Whole
        numbers become floats, but for exponents, axes and indices.

    Raises
    ------
    ExpressionError
        When the text holds anything else; the message has the piece and its position.

    Examples
    --------
    >>> import inspect
    >>> f = function_of("sqrt(a**2 + b**2)")
    >>> float(f(3.0, 4.0))
    5.0
    >>> print(inspect.getsource(f))
    def f(a, b):
        return np.sqrt(a ** 2 + b ** 2)
    <BLANKLINE>
    """
    text = re.sub(r"\s", " ", text).strip()
    reader = _Reader(text)
    body = reader.read(_parsed(text))
    source = f"def f({', '.join(reader.names)}):\n    return {ast.unparse(body)}\n"
    return _compiled(source, text)


def _compiled(source: str, text: str) -> Callable[..., Any]:
    """Run the definition where only `np` exists, and let Python know its source."""
    file = f"<expression {next(_count)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"np": np, "__name__": "expression", "__builtins__": {}}
    exec(compile(source, file, "exec"), scope)
    function: Callable[..., Any] = scope["f"]
    function.__doc__ = text
    return function


def _parsed(text: str) -> ast.expr:
    """Parse text of bounded length into a syntax tree of bounded depth."""
    if not text:
        raise ExpressionError("The formula is empty: write one, such as a**2 + b**2.")
    if "#" in text:
        raise ExpressionError(f"{_quoted(text)} holds a comment, #: leave it out.")
    if len(text) > LENGTH:
        message = f"The formula has {len(text)} characters; it may have {LENGTH}."
        raise ExpressionError(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(_unreadable(text, error)) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(_too_deep(text)) from None
    if _depth(tree) > DEPTH:
        raise ExpressionError(_too_deep(text))
    return tree


def _unreadable(text: str, error: SyntaxError) -> str:
    reason = (error.msg or "it cannot be read").partition(": value has")[0]
    end = not error.offset or error.offset > len(text)
    where = "at its end" if end else f"at position {error.offset}"
    return f"{_quoted(text)} is no formula: {reason}, {where}."


def _too_deep(text: str) -> str:
    return f"{_quoted(text)} is nested more than {DEPTH} levels deep: name its parts."


def _depth(tree: ast.expr) -> int:
    """How many levels a syntax tree has."""
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


def _quoted(text: str) -> str:
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


class _Reader:
    """Rewrites a syntax tree into plain NumPy, piece by piece, or refuses a piece."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        self._known: dict[ast.expr, Any] = {}  # the value of what has no names in it

    def read(self, node: ast.expr) -> ast.expr:
        """A piece as plain NumPy."""
        reader = READERS.get(type(node))
        if reader is None:
            self.refuse(node, ADVICE.get(type(node), WHOLE))
        made: ast.expr = reader(self, node)
        return made

    def refuse(self, node: ast.AST, advice: str) -> NoReturn:
        """Say which piece cannot stay, where it is, and what to do."""
        piece = ast.get_source_segment(self.text, node) or self.text
        before = self.text.encode()[: getattr(node, "col_offset", 0)].decode()
        where = f"{_quoted(piece)}, at position {len(before) + 1},"
        raise ExpressionError(f"{where} cannot be used: {advice}.")

    def number(self, node: ast.Constant) -> ast.expr:
        given: Any = node.value
        if type(given) not in (int, float):
            self.refuse(node, WHOLE)
        if abs(given) > sys.float_info.max:
            self.refuse(node, "the largest number is about 1.8e308")
        return self._with_value(ast.Constant(float(given)), float(given))

    def name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in CONSTANTS:
            return self._with_value(_numpy(name), CONSTANTS[name])
        if name in FUNCTIONS:
            self.refuse(node, f"it is a function of NumPy, so write {name}(...)")
        if name == "np" or name.startswith("__"):
            self.refuse(node, "choose another name")
        if name not in self.names:
            self.names.append(name)
        return ast.Name(name, ast.Load())

    def binary(self, node: ast.BinOp) -> ast.expr:
        if type(node.op) not in OPERATORS:
            self.refuse(node, ADVICE.get(type(node.op), WHOLE))
        left = self.read(node.left)
        right = self._exponent(node.right) if isinstance(node.op, ast.Pow) else None
        right = right or self.read(node.right)
        return self._computed(node, ast.BinOp(left, node.op, right), left, right)

    def unary(self, node: ast.UnaryOp) -> ast.expr:
        if type(node.op) not in OPERATORS:
            self.refuse(node, ADVICE.get(type(node.op), WHOLE))
        operand = self.read(node.operand)
        return self._computed(node, ast.UnaryOp(node.op, operand), operand)

    def comparison(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) > 1:
            self.refuse(node, "write logical_and(x < y, y < z)")
        if not isinstance(node.ops[0], COMPARISONS):
            self.refuse(node, "compare with < <= > >= == !=")
        left = self.read(node.left)
        return ast.Compare(left, node.ops, [self.read(node.comparators[0])])

    def index(self, node: ast.Subscript) -> ast.expr:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            sliced = isinstance(part, ast.Slice)
            ends = ast.iter_child_nodes(part) if sliced else [part]
            if any(_integer(end) is None for end in ends):
                self.refuse(part, "an index is a whole number, or a slice of them")
        value = self.read(node.value)
        if value in self._known:
            self.refuse(node, "a number has no elements")
        return ast.Subscript(value, node.slice, ast.Load())

    def call(self, node: ast.Call) -> ast.expr:
        name = self._function(node.func)
        if len(node.args) != FUNCTIONS[name]:
            self.refuse(node, _arity(name, len(node.args)))
        keywords = [self._keyword(name, each) for each in node.keywords]
        return ast.Call(_numpy(name), [self.read(a) for a in node.args], keywords)

    def _function(self, node: ast.expr) -> str:
        """The NumPy function that is called: `sqrt` or `np.sqrt`."""
        match node:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="np"), attr=name):
                if name not in FUNCTIONS:
                    self.refuse(node, f"NumPy has no such function here{_meant(name)}")
            case _:
                self.refuse(node, "only functions of NumPy are called, such as sqrt(x)")
        return name

    def _keyword(self, name: str, given: ast.keyword) -> ast.keyword:
        """A keyword of a reduction, with a constant that fits it."""
        key = given.arg or ""
        if name not in KEYWORDS.get(key, ()):
            known = [key for key, names in KEYWORDS.items() if name in names]
            self.refuse(given, f"{name} takes {' and '.join(known) or 'no keywords'}")
        if key == "axis" and not _is_axis(given.value):
            self.refuse(given, "an axis is a whole number, or some in parentheses")
        if key == "keepdims" and not _is_bool(given.value):
            self.refuse(given, "keepdims is True or False")
        return given

    def _exponent(self, node: ast.expr) -> ast.expr | None:
        """A small whole number as an exponent stays one, as in x**2."""
        value = _integer(node)
        if value is None or abs(value) > EXPONENT:
            return None
        return self._with_value(ast.parse(str(value), mode="eval").body, value)

    def _with_value(self, made: ast.expr, value: Any) -> ast.expr:
        self._known[made] = value
        return made

    def _computed(self, node: Any, made: ast.expr, *parts: ast.expr) -> ast.expr:
        """Refuse arithmetic of numbers that has no real, finite result."""
        if not all(part in self._known for part in parts):
            return made
        try:
            value = OPERATORS[type(node.op)](*(self._known[part] for part in parts))
        except (ArithmeticError, TypeError):
            self.refuse(node, "it has no finite value")
        if isinstance(value, complex):
            self.refuse(node, "it is no real number")
        return self._with_value(made, value)


READERS: dict[type[ast.expr], Callable[[_Reader, Any], ast.expr]] = {
    ast.Constant: _Reader.number,
    ast.Name: _Reader.name,
    ast.BinOp: _Reader.binary,
    ast.UnaryOp: _Reader.unary,
    ast.Compare: _Reader.comparison,
    ast.Subscript: _Reader.index,
    ast.Call: _Reader.call,
}


def _numpy(name: str) -> ast.expr:
    return ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())


def _integer(node: ast.AST) -> int | None:
    """The value of a whole number, with or without a sign; None for all else."""
    match node:
        case ast.Constant(value=value) if type(value) is int:
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return -value if type(value) is int else None
    return None


def _is_axis(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return all(_integer(part) is not None for part in parts)


def _is_bool(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _arity(name: str, came: int) -> str:
    """How many arguments a function takes, and what was perhaps meant."""
    if name in ("max", "min") and came == 2:
        return f"for the {name} of two values write {name}imum(x, y)"
    takes = FUNCTIONS[name]
    return f"{name} takes {takes} argument{'s' * (takes != 1)}, not {came}"


def _meant(name: str) -> str:
    """The nearest functions there are."""
    if name in SPELLINGS:
        return f"; write {SPELLINGS[name]}"
    near = difflib.get_close_matches(name, sorted(FUNCTIONS), n=2)
    return f"; perhaps you mean {' or '.join(near)}" if near else ""
