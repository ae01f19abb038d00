"""What keeps a result finite at the edges, and makes it wrong there."""

from __future__ import annotations

import ast

from pellucid.lessons.exercises.telling.changes import line_of
from pellucid.lessons.exercises.telling.evidence import Evidence

SMALL = 1e-4


def crutch(evidence: Evidence) -> str:
    """Name a small number that is added, or a clip, in code that fails at an edge."""
    tree = ast.parse(evidence.code)
    numbers = {
        id(side): side
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
        for side in (node.left, node.right)
    }
    for node in ast.walk(tree):
        if id(node) in numbers and small(node):
            return (f" The `{ast.unparse(node)}` that is added in line {line_of(node)} "
                    "keeps it finite, and does not make it right.")  # fmt: skip
        if isinstance(node, ast.Attribute) and node.attr == "clip":
            return (f" The `clip` in line {line_of(node)} keeps it finite, and gives "
                    "other numbers beyond its bounds.")  # fmt: skip
    return ""


def small(node: ast.AST) -> bool:
    """Tell whether it is a number that is nearly 0, such as 1e-12."""
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, float) and 0 < value < SMALL
