"""Where a person's line stands, and what it was doing: which expression, which call.

Python knows for each instruction which part of the line it belongs to (PEP 657). The
syntax tree of the file tells the rest: that `x > 0` is the test of a `while`, that the
call is one of `scipy.stats.norm.logpdf`, under whatever name it was imported.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import itertools
import linecache
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pellucid.graphs.stand_in import is_stand_in
from pellucid.graphs.tracing.frames import (
    BEGINNING,
    is_engine,
    is_library,
    is_machinery,
)


@dataclass(frozen=True)
class Site:
    """The expression that a person's frame is at, and the frame that it has called.

    Parameters
    ----------
    frame : frame
        It runs the person's code.
    line : int
        Where it stands in its file.
    expression : ast.expr or None
        The innermost that the instruction belongs to; None where no source is found.
    around : tuple of ast.AST
        What that stands in, inmost first.
    module, entered : str
        The module that it has called into, and the function there; "" where none is.
    """

    frame: FrameType
    line: int
    expression: ast.expr | None
    around: tuple[ast.AST, ...]
    module: str
    entered: str

    @property
    def library(self) -> str:
        """The library that is called, as "scipy"; "" where there is none."""
        return self.module.partition(".")[0]

    @property
    def calls(self) -> list[ast.Call]:
        """The call that is running, and those that it hands on, as in `sum(map(f))`."""
        if not isinstance(self.expression, ast.Call):
            return []
        inner = [n for n in ast.walk(self.expression) if isinstance(n, ast.Call)]
        return [self.expression, *(n for n in inner if n is not self.expression)]

    @property
    def called(self) -> str:
        """The public name of what is called, `scipy.linalg.cholesky`; "" if unknown."""
        calls = self.calls
        return name_of_expression(calls[0].func, self.frame) if calls else ""

    @property
    def called_or_library(self) -> str:
        """What is called, as a message names it."""
        if self.called.partition(".")[0] == self.library:
            return self.called
        parts = self.module.split(".")
        hidden = [part.startswith("_") or part == "core" for part in parts]
        return ".".join(parts[: hidden.index(True) if True in hidden else None][:2])

    @property
    def functions(self) -> list[str]:
        """The name of what is called, and of the functions among its arguments."""
        found = [name_of_expression(call.func, self.frame) for call in self.calls]
        for call in self.calls:
            references = (
                n for n in call.args if isinstance(n, (ast.Name, ast.Attribute))
            )
            found += [name_of_expression(n, self.frame) for n in references]
        return [name for name in found if name]

    @property
    def text(self) -> str:
        """The expression as Python writes it."""
        return ast.unparse(self.expression) if self.expression else ""


def site() -> Site | None:
    """Where the innermost of the person's code is now; None where there is none."""
    inner: FrameType | None = None
    frame: FrameType | None = sys._getframe(1)
    kept: Site | None = None
    while frame and frame.f_code.co_filename != BEGINNING:
        if not is_machinery(frame):
            if not is_library(frame):
                return _made(frame, frame.f_lasti, frame.f_lineno, inner)
            kept = kept or _made(frame, frame.f_lasti, frame.f_lineno, inner)
        inner, frame = frame, frame.f_back
    return kept


def site_of(error: BaseException) -> Site | None:
    """Where the person's code stood when an error was raised."""
    steps = []
    step = error.__traceback__
    while step:
        steps.append((step.tb_frame, step.tb_lasti, step.tb_lineno))
        step = step.tb_next
    own = [at for at, (frame, *_) in enumerate(steps) if not is_machinery(frame)]
    outside = [at for at in own if not is_library(steps[at][0])] or own
    if not outside:
        return None
    at = outside[-1]
    inner = steps[at + 1][0] if at + 1 < len(steps) else None
    return _made(*steps[at], inner)


def holds_stand_in(error: BaseException) -> bool:
    """Whether code of a library had a traced value in hand when it raised an error."""
    step = error.__traceback__
    while step:
        frame = step.tb_frame
        outside = is_machinery(frame) or is_library(frame)
        if outside and not is_engine(frame):
            values = frame.f_locals.values()
            if any(map(is_stand_in, values)):
                return True
        step = step.tb_next
    return False


def _made(
    frame: FrameType, instruction: int, line: int, inner: FrameType | None
) -> Site:
    expression, around = _expression(frame, instruction)
    if inner is None or is_engine(inner):
        return Site(frame, line, expression, around, "", "")
    module = str(inner.f_globals.get("__name__", ""))
    return Site(frame, line, expression, around, module, inner.f_code.co_name)


# -- the syntax tree ------------------------------------------------------------------


def _expression(
    frame: FrameType, instruction: int
) -> tuple[ast.expr | None, tuple[ast.AST, ...]]:
    """The expression that an instruction belongs to, and what stands around it."""
    code = frame.f_code
    positions = code.co_positions()
    line, last, column, end = next(
        itertools.islice(positions, instruction // 2, None), (None,) * 4
    )
    parents = _parents("".join(linecache.getlines(code.co_filename, frame.f_globals)))
    if None in (line, last, column, end):
        return None, ()
    found = _innermost(parents, (line, column), (last, end))  # type: ignore[arg-type]
    found = (
        _test_of(found) if "JUMP" in dis.opname[code.co_code[instruction]] else found
    )
    around: list[ast.AST] = []
    node: ast.AST | None = found
    while node is not None and (node := parents.get(node)) is not None:
        around.append(node)
    return found if isinstance(found, ast.expr) else None, tuple(around)


Position = tuple[int, int]


def _innermost(
    nodes: Iterable[ast.AST], first: Position, last: Position
) -> ast.AST | None:
    """The smallest expression or statement that spans two places in the text."""
    found: ast.AST | None = None
    size = (1 << 30, 1 << 30)
    for node in nodes:
        if not isinstance(node, (ast.expr, ast.stmt)) or node.end_lineno is None:
            continue
        begin = (node.lineno, node.col_offset)
        end = (node.end_lineno, node.end_col_offset or 0)
        extent = (end[0] - begin[0], end[1] - begin[1])
        if begin <= first and end >= last and extent <= size:
            found, size = node, extent
    return found


def _test_of(node: ast.AST | None) -> ast.AST | None:
    """What a jump tests that stands for the whole of a choice."""
    if isinstance(node, (ast.If, ast.While, ast.Assert, ast.IfExp)):
        return node.test
    if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
        tests = node.generators[-1].ifs
        return tests[0] if tests else node
    return node


@functools.lru_cache(maxsize=4)
def _parents(source: str) -> dict[ast.AST, ast.AST | None]:
    """Each node of a syntax tree with the one that it stands in."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found: dict[ast.AST, ast.AST | None] = {tree: None}
    for node in ast.walk(tree):
        found |= dict.fromkeys(ast.iter_child_nodes(node), node)
    return found


# -- public names ---------------------------------------------------------------------


def name_of_expression(node: ast.AST, frame: FrameType) -> str:
    """The public name of what an expression stands for: `scipy.stats.norm.logpdf`."""
    if isinstance(node, ast.Call):
        return name_of_expression(node.func, frame)
    known, value = _value(node, frame)
    if known and not _is_member(node, frame):
        return public_name(value)
    if isinstance(node, ast.Attribute):
        owner = name_of_expression(node.value, frame)
        return f"{owner}.{node.attr}" if owner else f".{node.attr}"
    return ""


def _is_member(node: ast.AST, frame: FrameType) -> bool:
    """Whether this is named by its owner: a method, or what a module offers."""
    return isinstance(node, ast.Attribute) and _value(node.value, frame)[0]


def _value(node: ast.AST, frame: FrameType) -> tuple[bool, Any]:
    """Whether the value of a name is known, and the value; no property is asked."""
    if isinstance(node, ast.Name):
        spaces = (frame.f_locals, frame.f_globals, vars(builtins))
        found = [space[node.id] for space in spaces if node.id in space]
        return bool(found), found[0] if found else None
    if isinstance(node, ast.Attribute):
        known, owner = _value(node.value, frame)
        try:
            own = vars(owner) if known else {}
        except TypeError:
            own = {}
        return node.attr in own, own.get(node.attr)
    return False, None


def public_name(value: Any) -> str:
    """The name by which a module offers a value; of an instance, else of its type."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    if is_stand_in(value):
        return ""
    kind = type(value)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = getattr(value, "__module__", None) if name else kind.__module__
    parts = str(module or "builtins").split(".")
    for length in range(1, len(parts) + 1):
        space = vars(sys.modules.get(".".join(parts[:length]), types.ModuleType("")))
        for offered in [name] if name else list(space):
            if space.get(offered) is value or (name and offered in space):
                return ".".join([*parts[:length], offered]).removeprefix("builtins.")
    return name or public_name(kind)
