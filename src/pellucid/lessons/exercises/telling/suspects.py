"""What a person's code itself shows: an argument that is never used, `=-` for `-=`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import numpy as np

from pellucid.lessons.exercises.telling.evidence import Evidence, View
from pellucid.lessons.exercises.telling.repairing import repaired

ADDING = ("sum", "mean")


def suspect(view: View, evidence: Evidence) -> str:
    """Say what in the code cannot be meant, whatever came of it."""
    return unread(evidence) or swallowed(evidence.code)


def written(code: str, name: str) -> ast.FunctionDef | None:
    """The function that is asked for, as the person wrote it."""
    found = [node for node in ast.walk(ast.parse(code))
             if isinstance(node, ast.FunctionDef) and node.name == name]  # fmt: skip
    return found[-1] if found else None


def read(function: ast.FunctionDef) -> set[str]:
    """The names whose values a function uses."""
    return {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def unread(evidence: Evidence) -> str:
    """Name an argument that the code never uses and the solution does."""
    name = evidence.exercise.name
    own = written(evidence.code, name)
    right = written(evidence.exercise.solution, name)
    if own is None or right is None or len(own.args.args) != len(right.args.args):
        return ""
    for mine, asked in zip(own.args.args, right.args.args, strict=True):
        if mine.arg not in read(own) and asked.arg in read(right):
            return f"`{mine.arg}` is never used: the result is to depend on it."
    return ""


def swallowed(code: str) -> str:
    """Say that `=-` is not `-=`."""
    for number, line in enumerate(code.splitlines(), 1):
        if match := re.search(r"(\w+) *=([-+])\s+\S", line):
            name, sign = match.groups()
            return (f"Line {number}: `{name} ={sign}` gives `{name}` a new value, "
                    f"whatever it was before; to change it by that, write "
                    f"`{name} {sign}=`.")  # fmt: skip
    return ""


def vanished(view: View, evidence: Evidence) -> str:
    """Say why the result is 0 for every input, if it is."""
    if not view.whole or not view.holds(lambda p: np.zeros_like(p.right)):
        return ""
    fact = f"{view.it} is 0 for every input"
    for addition in cancelling(ast.parse(evidence.code)):
        return (f"{fact}: `{addition}` is 0, since differences from the mean always "
                "cancel. Multiply or square them first, then add up.")  # fmt: skip
    if re.search(r"astype\(int|\bint\(|dtype=int", evidence.code):
        return f"{fact}: `int` drops the decimals, and what is below 1 becomes 0."
    if sentence := repaired(evidence)[0]:
        return f"{fact}. {sentence}"
    if re.search(r"^\s*(\w+) = (?!.*\.copy)\w+$", evidence.code, re.MULTILINE):
        return (f"{fact}: with arrays, `a = b` makes no copy but a second name for the "
                "same one; is `b.copy()` meant?")  # fmt: skip
    return f"{fact}: is a start value returned?"


def cancelling(tree: ast.Module) -> Iterator[str]:
    """The sums in a program of nothing but differences from a mean."""
    names = {
        node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and centred(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            summed = node.args[0] if node.args else node.func.value
            known = isinstance(summed, ast.Name) and summed.id in names
            if node.func.attr in ADDING and (known or centred(summed)):
                yield ast.unparse(node)


def centred(node: ast.AST) -> bool:
    """Tell whether this is `x - x.mean()` or `x - np.mean(x)`."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        return False
    x = ast.unparse(node.left)
    return ast.unparse(node.right) in (f"{x}.mean()", f"np.mean({x})")
