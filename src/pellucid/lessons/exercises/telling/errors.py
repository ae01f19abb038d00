"""Errors while code runs: what a learner did, and what to do."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from pellucid.lessons.exercises.exercise import Exercise
from pellucid.lessons.exercises.sandbox import Failure


@dataclass(frozen=True)
class Context:
    """An error, and the code that it came from."""

    failure: Failure
    exercise: Exercise
    code: str

    @property
    def names(self) -> set[str]:
        """The names that the person's code gives."""
        stored: set[str] = set()
        for node in ast.walk(ast.parse(self.code)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                stored.add(node.id)
            elif isinstance(node, ast.arg):
                stored.add(node.arg)
            elif isinstance(node, ast.FunctionDef):
                stored.add(node.name)
        return stored

    @property
    def call(self) -> str:
        """How the function is called."""
        return f"`{self.exercise.name}({', '.join(self.exercise.arguments)})`"


def undefined(context: Context, name: str) -> str:
    """Say what may be meant by a name that is not known."""
    if name == "np":
        return "`np` is not known: begin with `import numpy as np`."
    known = context.names
    near = get_close_matches(name, known - {name}, 1, 0.6)
    if name in known:
        return f"`{name}` has no value here: it gets one in another function, or later."
    if hasattr(builtins, name):
        return f"`{name}` is Python's own, and the code has deleted it."
    if name in context.exercise.arguments:
        return f"`{name}` is not known: the function is called {context.call}."
    if hasattr(np, name) and not hasattr(builtins, name):
        return f"`{name}` is not known: it belongs to NumPy, write `np.{name}`."
    if near:
        return f"`{name}` is not known: do you mean `{near[0]}`?"
    python = get_close_matches(name, [*dir(builtins), *keyword.kwlist], 1, 0.8)
    if python:
        return f"`{name}` is not known: do you mean `{python[0]}`?"
    return f"`{name}` is not known: it has no value before this line."


def unknown_function(context: Context, module: str, name: str) -> str:
    """Say which function of a module may be meant."""
    if module == "numpy" and hasattr(np.linalg, name):
        return f"there is no `np.{name}`: it is `np.linalg.{name}`."
    if module == "numpy" and hasattr(builtins, name):
        return f"there is no `np.{name}`: `{name}` is Python's own, without `np.`."
    around = dir(np) if module == "numpy" else dir(np.linalg)
    near = get_close_matches(name, around, 1, 0.6)
    short = module.replace("numpy", "np")
    meant = f": do you mean `{short}.{near[0]}`?" if near else "."
    return f"there is no `{short}.{name}`{meant}"


def unknown_attribute(context: Context, kind: str, name: str) -> str:
    """Say which attribute may be meant, or what the value is."""
    if kind == "NoneType":
        return f"the value is None, which has no `.{name}`: a `return` may be missing."
    if kind.endswith("Result"):
        function = kind.removesuffix("Result").lower()
        return (
            f"`np.linalg.{function}` gives several things: take the one that is meant."
        )
    if kind in ("list", "tuple", "int", "float") and hasattr(np.ndarray, name):
        return (f"a Python {kind} has no `.{name}`: make it an array first, with "
                "`np.array(...)`.")  # fmt: skip
    if kind in ("numpy.ndarray", "numpy.float64") and callable(getattr(np, name, None)):
        return f"an array has no `.{name}`: call `np.{name}(...)`."
    near = get_close_matches(name, dir(np.ndarray), 1, 0.6)
    meant = f": do you mean `.{near[0]}`?" if near and "numpy" in kind else "."
    return f"a value of kind `{kind}` has no `.{name}`{meant}"


def arguments(context: Context, function: str, *rest: Any) -> str:
    """Say how many arguments a function takes, and how it is called here."""
    if function == context.exercise.name:
        return f"the function is called {context.call}: keep its arguments."
    return f"`{function}` is called with another number of arguments than it takes."


def unexpected(context: Context, function: str, name: str) -> str:
    """Say that a function has no such argument."""
    short = function.removeprefix("_").removesuffix("_dispatcher")
    return f"`{short}` has no argument `{name}`."


def multiplied(context: Context, right: str, left: str) -> str:
    """Say which sizes of a matrix product do not meet."""
    return (f"a product `A @ B` needs as many columns in A (here {left}) as there are "
            f"rows in B (here {right}): transpose one of them, or change their "
            "order.")  # fmt: skip


def broadcast(context: Context, shapes: str) -> str:
    """Say which shapes do not fit together."""
    return (f"the shapes {' and '.join(shapes.split())} do not fit together element by "
            "element: transpose one, give it an axis (`[:, None]`), or use `@` for a "
            "product of matrices.")  # fmt: skip


POWER = "`^` is not a power in Python: write `**`."


def elementwise(context: Context, name: str) -> str:
    """Say what a function was given that it cannot compute with."""
    if name == "bitwise_xor":
        return POWER
    if name in ("bitwise_and", "bitwise_or"):
        return ("`&` and `|` come before `<`, `>` and `==`: put each comparison in "
                "brackets.")  # fmt: skip
    return f"`np.{name}` was given something that is not made of numbers."


FOUR = ("`np.linalg.lstsq` gives four things at once, and the first of them is meant: "
        "`np.linalg.lstsq(...)[0]`.")  # fmt: skip


def ragged(context: Context) -> str:
    """Say that several things were taken for one array."""
    whole = "lstsq" in context.code and not re.search(r"lstsq\(.*\)\[", context.code)
    if whole and not re.search(r",\s*\*?\w+\s*=\s*np\.linalg\.lstsq", context.code):
        return FOUR
    return "the parts have different lengths, so that they are no array."


def not_one_number(context: Context) -> str:
    """Say what an array is given for."""
    lines, number = context.code.splitlines(), context.failure.line
    if 0 < number <= len(lines) and "range(" in lines[number - 1]:
        return ("`range` counts up to a whole number, and is given an array: write "
                "`range(len(...))`.")  # fmt: skip
    return ("an array stands where one whole number is asked (an axis, an index, a "
            "size): several arrays go into one list or tuple.")  # fmt: skip


def operands(context: Context, sign: str, left: str, right: str) -> str:
    """Say what cannot be computed with."""
    if sign == "^":
        return POWER
    functions = [kind for kind in (left, right) if "func" in kind or kind == "type"]
    if functions and "method" in functions[0]:
        return (f"one side of `{sign}` is a function that is not called: its round "
                "brackets are missing, as in `x.mean()`.")  # fmt: skip
    if functions:
        return (f"one side of `{sign}` is a function itself: call it with what it is "
                "to be taken of, `f(x)`.")  # fmt: skip
    if "NoneType" in (left, right):
        return f"one side of `{sign}` is None: a function before it returns nothing."
    if "list" in (left, right):
        return (f"a list is not computed with by `{sign}`: make it an array first, "
                "with `np.array(...)`.")  # fmt: skip
    return f"`{sign}` cannot be used between a {left} and a {right}."


def beyond(context: Context, index: str, axis: str, size: str) -> str:
    """Say how far an index may go."""
    if size == "0":
        return f"there is nothing along axis {axis} here: it has the size 0."
    step = " It is one too far." if index == size else ""
    places = "only the place 0" if size == "1" else f"the places 0 to {int(size) - 1}"
    return f"the index {index} does not exist: axis {axis} has {places}.{step}"


def forbidden(context: Context, event: str) -> str:
    """Say what an exercise does not need."""
    kinds = {"_thread": "no threads", "socket": "no network", "urllib": "no network",
             "ctypes": "no other libraries", "open": "no files to write",
             "shutil": "no files to write", "tempfile": "no files to write",
             "subprocess": "no other processes",
             "os": f"no `{event}`, nor other processes or files"}  # fmt: skip
    thing = kinds.get(event.partition(".")[0], f"no `{event}`")
    return f"an exercise needs {thing}, and may not use them."


# kind of error, words of Python, words for a learner: {} are the groups of the former
ERRORS = (
    (r"NameError", r"name '(\w+)' is not defined", undefined),
    (r"UnboundLocalError|NameError", r"variable '(\w+)'",
     "`{}` is used before it gets a value: give it one before, in every case."),
    (r"AttributeError", r"module '([\w.]+)' has no attribute '(\w+)'",
     unknown_function),
    (r"AttributeError", r"'([\w.]+)' object has no attribute '(\w+)'",
     unknown_attribute),
    (r"TypeError", r"^(?:\w+\.)*(\w+)\(\) (?:takes|missing)", arguments),
    (r"TypeError", r"^(?:\w+\.)*(\w+)\(\) got an unexpected keyword argument '(\w+)'",
     unexpected),
    (r"TypeError", r"unsupported operand type\(s\) for ([^:]+): '(.+)' and '(.+)'",
     operands),
    (r"TypeError", r"bad operand type for unary (.): '(.+)'",
     "`{}` cannot stand before a {}: make it an array with `np.array(...)`."),
    (r"TypeError", r"can't multiply sequence by non-int",
     "a list cannot be multiplied by a number: make it an array with `np.array(...)`."),
    (r"TypeError", r"can only concatenate (list|tuple|str)",
     "`+` joins a {0} only to a {0}: make both arrays with `np.array(...)` to add "
     "numbers."),
    (r"TypeError|ValueError",
     r"only (?:0-dimensional|length-1|size-1) arrays can be converted",
     "a function for one number was given an array: use NumPy's (`np.exp`, not "
     "`math.exp`; no `float(...)` around an array)."),
    (r"TypeError", r"only integer scalar arrays can be converted", not_one_number),
    (r"TypeError", r"Cannot interpret '(.+)' as a data type",
     "a shape is one argument: `np.zeros((n, d))`, with its own brackets."),
    (r"TypeError", r"'([\w.]+)' object is not callable",
     "a value of kind `{}` stands before round brackets, as if it were a function: use "
     "`[...]` for an index, and `*` for a product."),
    (r"TypeError", r"'NoneType' object is not",
     "the value is None: a function before it returns nothing."),
    (r"TypeError", r"'([\w.]+)' object is not subscriptable",
     "a value of kind `{}` has no parts, and cannot be indexed with `[...]`."),
    (r"TypeError", r"(?:iteration over a 0-d array|'([\w.]+)' object is not iterable)",
     "one number cannot be looped over: loop over `range(n)`, or over an array."),
    (r"TypeError", r"cannot unpack non-iterable (\S+) object",
     "one value ({}) cannot be taken apart into several names."),
    (r"TypeError", r"len\(\) of unsized|object of type '([\w.]+)' has no len",
     "one number has no length."),
    (r"TypeError", r"'(?:numpy\.)?float\d*' object cannot be interpreted as an integer",
     "a whole number is asked here: divide with `//`, or wrap it in `int(...)`."),
    (r"TypeError", r"(\w+) indices must be integers",
     "a {} is indexed by whole numbers only; an array can more: `np.array(...)`."),
    (r"TypeError", r"'(\w+)' object does not support item assignment",
     "a {} cannot be changed in place: make it an array with `np.array(...)`."),
    (r"TypeError", r"ufunc '(\w+)' not supported",
     elementwise),
    (r"TypeError", r"must be real number, not (\w+)",
     "one number is asked here, and it is given a {}."),
    (r"ValueError", r"matmul: .*mismatch.*size (\d+) is different from (\d+)",
     multiplied),
    (r"ValueError", r"shapes (\([\d, ]*\)) and (\([\d, ]*\)) not aligned",
     "the shapes {0} and {1} do not fit in this product: the last size of the first "
     "must be the first of the second; transpose one, or change their order."),
    (r"ValueError", r"matmul: Input operand \d does not have enough dimensions",
     "`@` is a product of vectors and matrices; with a number use `*`."),
    (r"ValueError", r"operands could not be broadcast together with shapes ([\d,() ]+)",
     broadcast),
    (r"ValueError", r"non-broadcastable output operand with shape (\S+) doesn't match "
     r"the broadcast shape (\S+)",
     "a result of shape {1} does not fit into the array of shape {0} that it is "
     "written to."),
    (r"ValueError",
     r"could not broadcast input array from shape (\S+) into shape (\S+)",
     "an array of shape {} does not fit into a place of shape {}."),
    (r"ValueError", r"truth value of an? array",
     "`if`, `and`, `or` and `while` ask one yes or no, and an array has many: use "
     "`np.where`, `&`, `|`, `.any()` or `.all()`."),
    (r"ValueError", r"inhomogeneous shape", ragged),
    (r"ValueError", r"setting an array element with a sequence",
     "one place of an array takes one number, and here it is given several."),
    (r"ValueError", r"cannot reshape array of size (\d+) into shape (\(.*\))",
     "{0} numbers do not fill the shape {1}."),
    (r"ValueError", r"dimensions? (?:\S+ )*must match|must have same number of dim",
     "the arrays that are put together have different shapes."),
    (r"ValueError", r"too many values to unpack \(expected (\d+)",
     "there are more values than the {} names on the left."),
    (r"ValueError", r"not enough values to unpack \(expected (\d+), got (\d+)",
     "there are {0} names on the left, and only {1} values."),
    (r"ValueError", r"math domain error|expected a (?:positive|nonnegative) input",
     "a logarithm or a square root of a number that has none (0 or negative)."),
    (r"ValueError", r"zero-size array|empty (?:sequence|iterable)|arg is an empty",
     "the largest or smallest of nothing is asked: the array is empty here."),
    (r"ValueError", r"array split does not result in an equal division",
     "`np.split` with a number makes parts of one size, and these rows do not divide "
     "so: give it the places where it is to cut."),
    (r"ValueError", r"need at least one array", "there is no array to put together."),
    (r"ValueError", r"read-only", "this array cannot be written into: take a copy."),
    (r"ValueError", r"einstein sum|einsum",
     "the letters of `einsum` do not fit the shapes of its arrays."),
    (r"ValueError", r"invalid literal for int|could not convert string",
     "a text is no number."),
    (r"AxisError", r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
     "there is no axis {0}: the array has {1} (they are counted from 0)."),
    (r"IndexError", r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
     beyond),
    (r"IndexError", r"(list|tuple|string|range object|pop)[\w ]* index out of range",
     "the index goes beyond the end of the {}: a loop one too far?"),
    (r"IndexError", r"too many indices for array: array is (\d)-dimensional, but (\d)",
     "{1} indices are given, and the array has {0} axes."),
    (r"IndexError", r"boolean index did not match.*axis is (\d+) but .* axis is (\d+)",
     "the mask has {1} places, and the array {0}."),
    (r"IndexError", r"only integers|must be of integer",
     "an index must be a whole number (or a mask of True and False)."),
    (r"KeyError", r"(.*)", "there is no entry {}."),
    (r"ZeroDivisionError", r"", "it divides by 0."),
    (r"OverflowError", r"", "the number becomes too large: avoid the power, or "
     "subtract the largest exponent first."),
    (r"RecursionError", r"",
     "the function calls itself without end: where does it stop?"),
    (r"LinAlgError", r"Singular matrix",
     "the matrix has no inverse: its columns depend on each other."),
    (r"LinAlgError", r"Incompatible dimensions",
     "the table and the values beside it have different numbers of rows."),
    (r"LinAlgError", r"must be square", "the matrix must be square here."),
    (r"ModuleNotFoundError|ImportError", r"'(\w+)'",
     "there is no module or name `{}` to import: NumPy is enough here."),
    (r"UFuncTypeError|_UFuncOutputCastingError", r"Cannot cast ufunc '(\w+)' output",
     "the array holds whole numbers, and cannot take numbers with decimals in place: "
     "make it of floats, or write `a = a + ...` instead of `a += ...`."),
    (r"EOFError", r"", "`input()` asks a person: the values come as arguments."),
    (r"SystemExit", r"", "it ends the program: a function gives its result by "
     "`return`."),
    (r"KeyboardInterrupt", r"", "it interrupts itself: give a result by `return`."),
    (r"PermissionError", r"(.*)", forbidden),
    (r"AssertionError", r"", "what it asserts is not so."),
    (r"StopIteration", r"", "`next` finds nothing more."),
)  # fmt: skip
