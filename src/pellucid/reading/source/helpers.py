"""Functions that NumPy lacks, written out above the code that uses them."""

from __future__ import annotations

import ast
import dis
import inspect
import re
import textwrap
from collections.abc import Collection, Iterator
from operator import attrgetter
from types import CodeType, FunctionType

import numpy as np

from pellucid.graphs.operations.closed_set import OPERATIONS


def called_as(operation: str, taken: Collection[str] = ()) -> str:
    """The function that computes an operation, as code calls it.

    >>> called_as("linalg.det"), called_as("special.gamma"), called_as("sigmoid")
    ('np.linalg.det', 'scipy.special.gamma', 'sigmoid')
    >>> called_as("sigmoid", taken={"sigmoid"})
    'sigmoid_'
    """
    if operation.startswith("special."):
        return f"scipy.{operation}"
    if operation.startswith("scipy."):
        return operation
    try:
        attrgetter(operation)(np)
    except AttributeError:
        return free(OPERATIONS[operation].function.__name__, taken)
    return f"np.{operation}"


def free(name: str, taken: Collection[str]) -> str:
    """A name of a helper that is none of the person's."""
    while name in taken:
        name += "_"
    return name


def written_out(operations: Collection[str], taken: Collection[str]) -> list[str]:
    """The functions behind operations that NumPy lacks, what they call first."""
    found: dict[FunctionType, str] = {}
    for operation in operations:
        if "." not in called_as(operation):
            _collect(OPERATIONS[operation].function, found)
    names = {each.__name__ for each in found}
    return [_renamed(text, names, taken) for text in found.values()]


def _collect(function: object, found: dict[FunctionType, str]) -> None:
    """A function after those of ours that it calls."""
    function = inspect.unwrap(function)  # type: ignore[arg-type]
    if not isinstance(function, FunctionType) or function in found:
        return
    for name in _globals_of(function.__code__):
        called = function.__globals__.get(name)
        if (getattr(called, "__module__", None) or "").startswith("pellucid."):
            _collect(called, found)
    found[function] = _text(function)


def _globals_of(code: CodeType) -> Iterator[str]:
    """The names that a function looks up outside of itself."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
        elif isinstance(instruction.argval, CodeType):
            yield from _globals_of(instruction.argval)


def _text(function: FunctionType) -> str:
    """The source of a function without decorators and annotations."""
    source = textwrap.dedent(inspect.getsource(function))
    tree = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
    arguments = tree.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        each.annotation = None
    body = "\n".join(source.splitlines()[tree.body[0].lineno - 1 :])
    return f"def {tree.name}({ast.unparse(arguments)}):\n{body}\n"


def _renamed(text: str, names: Collection[str], taken: Collection[str]) -> str:
    for name in names:
        text = re.sub(rf"(?<![\w.]){name}\(", f"{free(name, taken)}(", text)
    return text
