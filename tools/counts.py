"""What the engine repeats: names of operations, walks over nodes, circles of imports.

    python tools/counts.py            by file, and in all
    python tools/counts.py --brief    in all

A list is a set, list or tuple of two or more names of operations that stands outside
the tables of operations and derivatives; a dict by names is counted for itself.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from timeit import repeat

import numpy as np
import size

import pellucid as pl
from pellucid.graphs import derivatives
from pellucid.graphs.operations.closed_set import OPERATIONS

PACKAGE = size.PACKAGE
NAMES = {*OPERATIONS, "input", "constant", *derivatives.DERIVATIVES}
TABLES = ("graphs/operations", "graphs/derivatives")
WALK = re.compile(r"\b(order|nodes|ancestors|steps)\b")
# What a reader walks from a call to its gradient: node to driver.
PATH = ("node", "graph", "evaluate", "tracing/recorder", "tracing/memory",
        "differentiating/backward", "differentiating/adjoint",
        "differentiating/gradient", "differentiating/deriving",
        "rewriting/driver")  # fmt: skip


def names_in(node: ast.AST) -> list[str]:
    """The names of operations that a display holds, if it holds nothing else."""
    if not isinstance(node, (ast.Set, ast.List, ast.Tuple)):
        return []
    given = [e for e in node.elts if not isinstance(e, ast.Starred)]
    values = [e.value for e in given if isinstance(e, ast.Constant)]
    return values if len(values) == len(given) and NAMES.issuperset(values) else []


def lists(tree: ast.AST) -> Iterator[ast.AST]:
    """The lists of names; those that are compared with are counted there."""
    compared = {id(c) for node in ast.walk(tree) if isinstance(node, ast.Compare)
                for c in node.comparators}  # fmt: skip
    for node in ast.walk(tree):
        if len(names_in(node)) > 1 and id(node) not in compared:
            yield node


def dicts(tree: ast.AST) -> Iterator[ast.AST]:
    """The dicts by names of operations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = [k.value for k in node.keys if isinstance(k, ast.Constant)]
            if len(keys) > 1 and NAMES.issuperset(keys):
                yield node


def comparisons(tree: ast.AST) -> Iterator[ast.AST]:
    """The comparisons with names of operations, in a match statement too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = any("operation" in ast.unparse(side) for side in sides)
            if asked and any(_named(side) for side in sides):
                yield node
        elif isinstance(node, ast.MatchValue) and _named(node.value):
            yield node


def _named(side: ast.AST) -> bool:
    return (isinstance(side, ast.Constant) and side.value in NAMES) or bool(
        names_in(side)
    )


def walks(tree: ast.AST) -> Iterator[ast.AST]:
    """The loops over nodes in their order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and WALK.search(ast.unparse(node.iter)):
            yield node


COUNTED = {
    "lists of names": lists,
    "dicts by names": dicts,
    "comparisons with names": comparisons,
    "loops over nodes": walks,
}


def counted(package: Path) -> dict[str, Counter[str]]:
    """Each count by file."""
    found: dict[str, Counter[str]] = {what: Counter() for what in COUNTED}
    for path in sorted(package.rglob("*.py")):
        name = str(path.relative_to(package))
        if not name.startswith(TABLES):
            tree = ast.parse(path.read_text("utf-8"))
            for what, rule in COUNTED.items():
                found[what][name] = len(list(rule(tree)))
    return {what: +by_file for what, by_file in found.items()}


def imports(package: Path) -> dict[str, set[str]]:
    """What each module imports of the package, inside functions too."""
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts): path
        for path in package.rglob("*.py")
    }
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    found = {}
    for name, path in modules.items():
        told = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                told |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
            elif isinstance(node, ast.Import):
                told |= {alias.name for alias in node.names}
        found[name] = told & modules.keys() - {name}
    return found


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The sets of modules that all lead to one another.

    >>> circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [{"a", "b"}]
    True
    """
    reached = {name: _reached(graph, name) for name in graph}
    found = []
    for name in graph:
        circle = {other for other in reached[name] if name in reached[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for other in graph[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen


def chain(x: np.ndarray) -> np.ndarray:
    """Some two thousand steps."""
    for _ in range(400):
        x = np.tanh(x * 0.5 + 1.0) - np.sin(x)
    return np.sum(x)


def microseconds(run: object, nodes: int) -> float:
    """The least time of three runs, a node."""
    return min(repeat(run, number=1, repeat=3)) / nodes * 1e6


def speeds() -> dict[str, float]:
    """Microseconds a node of recording, rewriting and differentiating."""
    x = np.linspace(0.0, 1.0, 5)
    graph = pl.graph(chain, x)
    nodes = len(graph.nodes)
    return {
        "record": microseconds(lambda: pl.graph(chain, x), nodes),
        "make stable": microseconds(lambda: pl.stable(graph), nodes),
        "first gradient": microseconds(lambda: pl.graph(pl.gradient(chain), x), nodes),
    }


def report(package: Path, brief: bool = False) -> str:
    """Write all counts."""
    lines = []
    for what, by_file in counted(package).items():
        lines.append(size.row(f"{what}, in {len(by_file)} files", by_file.total()))
        if not brief:
            lines += [size.row(f"  {name}", n) for name, n in by_file.most_common()]
    found = circles(imports(package))
    lines.append(size.row("circles of imports", len(found)))
    lines += [size.row(f"  {min(circle)} ...", len(circle)) for circle in found]
    sizes = {
        name: len(size.code_lines((package / f"graphs/{name}.py").read_text("utf-8")))
        for name in PATH
    }
    lines.append(size.row("the path that a reader walks", sum(sizes.values()), 1000))
    lines += [size.row(f"  {name}", n) for name, n in sizes.items() if not brief]
    lines.append("microseconds a node")
    lines += [size.row(f"  {what}", round(time, 1)) for what, time in speeds().items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(PACKAGE, brief="--brief" in sys.argv))
