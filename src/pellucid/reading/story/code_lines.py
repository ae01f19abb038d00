"""Where in the person's code a step stands: file, line, function and code."""

from __future__ import annotations

import ast
import functools
import linecache
import os
from typing import NamedTuple


class CodeLine(NamedTuple):
    """A line of the person's code, and the function that it belongs to."""

    file: str
    line: int
    function: str
    code: str

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}, line {self.line}"


def code_line_of(place: tuple[str, int] | None) -> CodeLine | None:
    """What stands at a place in a file; None where nothing is known."""
    if place is None:
        return None
    file, line = place
    code = linecache.getline(file, line).strip()
    return CodeLine(file, line, _function(file, line) if code else "", code)


@functools.lru_cache(maxsize=4096)
def _function(file: str, line: int) -> str:
    """The innermost function around a line; "" outside of any and in a lambda."""
    around = [f for f in _functions(file) if f.lineno <= line <= (f.end_lineno or 0)]
    inner = max(around, key=lambda f: (f.lineno, f.col_offset), default=None)
    return inner.name if isinstance(inner, ast.FunctionDef) else ""


@functools.lru_cache(maxsize=64)
def _functions(file: str) -> list[ast.FunctionDef | ast.Lambda]:
    """Every function of a file; none where it is no plain Python."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return []
    return [each for each in ast.walk(tree) if isinstance(each, FUNCTIONS)]


FUNCTIONS = (ast.FunctionDef, ast.Lambda)
