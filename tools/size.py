"""Lines of code per room and per file, and how long functions are: `make size`.

Docstrings, comments and blank lines do not count. The aims guide, they forbid nothing:
when something grows, look for the missing idea, not for shorter lines.
"""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path
from statistics import median
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "src" / "pellucid"
ROOM_AIMS = {"running": 900}
FILE_AIM, FUNCTION_AIM, MEDIAN_AIM = 400, 40, 8

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


class Function(NamedTuple):
    """A function, where it starts and how many lines of code it has."""

    name: str
    line: int
    length: int


def docstring_lines(tree: ast.Module) -> set[int]:
    """Give the numbers of the lines that docstrings stand on."""
    firsts = [n.body[0] for n in ast.walk(tree) if isinstance(n, DOCUMENTED) and n.body]
    return {
        line
        for first in firsts
        if isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
        for line in range(first.lineno, first.end_lineno + 1)
    }


def code_lines(source: str) -> set[int]:
    r"""Give the numbers of the lines of `source` that hold code.

    >>> sorted(code_lines("# a comment\n\nx = 1\n"))
    [3]
    """
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return code - docstring_lines(ast.parse(source))


def functions(source: str) -> list[Function]:
    r"""Measure every function and method of `source`, nested ones included.

    >>> functions("def f(x):\n    # a comment\n    return x\n")
    [Function(name='f', line=1, length=2)]
    """
    code = code_lines(source)
    return [
        Function(
            node.name,
            node.lineno,
            len(code.intersection(range(node.lineno, node.end_lineno + 1))),
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, FUNCTIONS)
    ]


def room_of(path: Path) -> str:
    """Name the room of a file; each folder of a room is one.

    >>> room_of(Path("graphs/operations/kinds.py")), room_of(Path("report.py"))
    ('graphs/operations', 'report')
    """
    return "/".join(path.parts[:-1]) or path.stem


def row(name: str, size: float, aim: int | None = None) -> str:
    """Lay out one line: what was measured, its size, its aim, and whether it misses.

    >>> row("reading", 1000, 900)
    'reading                                   1000 / 900 OVER'
    """
    against = f" / {aim}{' OVER' if size >= aim else ''}" if aim else ""
    return f"{name:40}  {size:4g}{against}"


def report(package: Path) -> str:
    """Write the whole report about the package that lies at `package`."""
    sources = {
        path.relative_to(package): path.read_text("utf-8")
        for path in sorted(package.rglob("*.py"))
    }
    files = {path: len(code_lines(source)) for path, source in sources.items()}
    rooms: Counter[str] = Counter()
    for path, size in files.items():
        rooms[room_of(path)] += size
    longest = sorted(
        (-f.length, f"{path}:{f.line} {f.name}")
        for path, source in sources.items()
        for f in functions(source)
    )
    lengths = [-length for length, _ in longest] or [0]
    return "\n".join(
        [
            "rooms, in lines of code / aim",
            *(row(name, size, ROOM_AIMS.get(name)) for name, size in rooms.items()),
            row("total", rooms.total()),
            "\nfiles",
            *(row(str(path), size, FILE_AIM) for path, size in files.items()),
            f"\nfunctions: {len(longest)}, the median and the longest",
            row("median", median(lengths), MEDIAN_AIM),
            *(row(name, -length, FUNCTION_AIM) for length, name in longest[:5]),
        ]
    )


if __name__ == "__main__":
    print(report(PACKAGE))
