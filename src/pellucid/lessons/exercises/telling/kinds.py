"""What came is not what is asked: nothing, a list, a function, other parts."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid.lessons.exercises.comparing import family, same
from pellucid.lessons.exercises.telling.evidence import Evidence, View
from pellucid.lessons.exercises.telling.shown import shown
from pellucid.lessons.exercises.values import Foreign

NONE = "return None"
FOREIGN = {
    "method": "{it} is a function, not a value: call it, with round brackets.",
    "ufunc": "{it} is a function, not a value: call it, with round brackets.",
    "type": "{it} is a kind of value, not a value: call it, with round brackets.",
    "ndarray": "{it} is an array that holds no plain numbers ({text}): its parts have "
    "different lengths, or it is far too large.",
    "ellipsis": "{it} is still `...`: replace it by your own code.",
}


def kind(view: View, evidence: Evidence) -> str:
    """Say that another kind of thing came; nothing when it is of the right kind."""
    pair = view.wrong[0]
    came, right = pair.came, pair.right
    if came is None and right is not None:
        return nothing(view, evidence)
    if isinstance(came, Foreign) and "function" in came.text + came.kind.lower():
        return f"{view.it} is a function, not a value: call it, with round brackets."
    if isinstance(came, Foreign):
        words = FOREIGN.get(came.kind, "{it} is a `{kind}`, and {asked} is asked.")
        return words.format(it=view.it, kind=came.kind, text=came.text,
                            asked=what(right))  # fmt: skip
    if isinstance(right, tuple | list | dict):
        return group(view, came, right)
    if isinstance(came, tuple | list | dict):
        return several(view, came, right)
    if isinstance(came, str) != isinstance(right, str) or right is None:
        return f"{view.it} is {what(came)}, and {what(right)} is asked."
    if isinstance(right, str):
        return ""
    return families(view, np.asarray(came), np.asarray(right))


def nothing(view: View, evidence: Evidence) -> str:
    """Say why None came: no return, a print, a way out without one."""
    functions = [
        node
        for node in ast.walk(ast.parse(evidence.code))
        if isinstance(node, ast.FunctionDef) and node.name == evidence.exercise.name
    ]
    returns = [
        node
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value and ast.unparse(node) != NONE
    ]
    if returns and functions:
        some = any(pair.came is not None for pair in view.pairs)
        where = "for some inputs" if some else "here"
        return (f"{view.it} is None {where}: there is a way through the function that "
                "meets no `return`, or what stands behind `return` is itself "
                "None.")  # fmt: skip
    if evidence.outcome.printed:
        return "It prints and returns nothing: write `return` in the place of `print`."
    return "It returns nothing: the last line must be `return` with the result."


def what(value: Any) -> str:
    """Say what a value is, without its numbers."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "a number"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, str):
        return f"the text {shown(value)}" if len(value) < 30 else "a text"
    if isinstance(value, tuple | list):
        name = "tuple" if isinstance(value, tuple) else "list"
        return f"a {name} of {len(value)}"
    names = {dict: "a dictionary", type(None): "None"}
    return names.get(type(value), "a number")


def several(view: View, came: Any, right: Any) -> str:
    """Say that a list or several results came where one is asked."""
    if isinstance(came, dict):
        return f"{view.it} is a dictionary, and {what(right)} is asked."
    name = "tuple" if isinstance(came, tuple) else "list"
    try:
        array = np.asarray(came, float)
    except (TypeError, ValueError):
        array = np.empty(0)
    if isinstance(right, np.ndarray) and same(array, right, view.rtol):
        return (f"The numbers are right, but they are in a {name}, and an array is "
                "asked: wrap it in `np.array(...)`.")  # fmt: skip
    if isinstance(came, tuple) and len(came) == 1:
        return f"{view.it} is a tuple of one: is there a comma behind `return ...`?"
    if not came:
        return f"{view.it} is an empty {name}: nothing is put into it."
    if len(came) == 1 and same(came[0], right, view.rtol):
        return f"{view.it} is right, but in a {name} of one: take it out, with `[0]`."
    for number, part in enumerate(came, 1):
        if same(part, right, view.rtol):
            return (f"{len(came)} results came, and one is asked: number {number} is "
                    "the right one.")  # fmt: skip
    for function, word in ((np.sum, "sum"), (np.mean, "mean")):
        if view.holds_back(partial(taken_of, function)):
            return f"{view.it} is a {name} of {len(came)}, and their {word} is asked."
    return f"{view.it} is a {name} of {len(came)}, and {what(right)} is asked."


def taken_of(function: Callable[..., Any], numbers: Any) -> Any:
    """Take a sum or a mean of a list of numbers."""
    return function(np.asarray(numbers, float))


def group(view: View, came: Any, right: Any) -> str:
    """Say that other parts came than are asked, by number or by name."""
    if isinstance(right, dict):
        if not isinstance(came, dict):
            return f"{view.it} is {what(came)}, and a dictionary is asked."
        lacking = [str(name) for name in right if name not in came]
        extra = [str(name) for name in came if name not in right]
        if lacking:
            return f"{view.it} has no `{lacking[0]}`."
        return f"{view.it} has `{extra[0]}`, which is not asked." if extra else ""
    if isinstance(came, dict):
        return f"{view.it} is a dictionary, and {what(right)} is asked."
    for number, part in enumerate(right, 1):
        if same(came, part, view.rtol):
            return (f"Only one result came, the right number {number}, and "
                    f"{len(right)} are asked: return all, with commas.")  # fmt: skip
    array = isinstance(came, np.ndarray) and came.ndim > 0
    if isinstance(came, tuple | list) or array:
        if len(came) == len(right):
            return ""
        if isinstance(right, list):
            return lengths(view, came, right)
        if not array:
            return f"{len(came)} results came, and {len(right)} are asked."
    return f"One result came, and {len(right)} are asked: return all, with commas."


def lengths(view: View, came: Any, right: Any) -> str:
    """Say that a list is too long or too short, and at which end."""
    pairs = view.wrong
    ends: tuple[tuple[str, Callable[[Any, Any], tuple[Any, Any]]], ...] = (
        ("the first is missing", lambda c, r: (c, r[1:])),
        ("the last is missing", lambda c, r: (c, r[:-1])),
        ("there is one too many at the beginning", lambda c, r: (c[1:], r)),
        ("there is one too many at the end", lambda c, r: (c[:-1], r)),
        (
            "only the first is there; does `return` stand in the loop?",
            lambda c, r: (c, r[:1]),
        ),
        (
            "they are flattened; add each as a whole, with `append`",
            lambda c, r: (np.ravel(c), np.concatenate(r)),
        ),
    )
    for words, cut in ends:
        with contextlib.suppress(Exception):  # a list that cannot be cut so
            cuts = [cut(list(p.came), list(p.right)) for p in pairs]
            if all(same(came, right, view.rtol) for came, right in cuts):
                end = "" if words.endswith("?") else "."
                count = f"{len(came)} entr{'y' if len(came) == 1 else 'ies'}"
                return f"{view.it} has {count} for {len(right)}: {words}{end}"
    return f"{view.it} has {len(came)} entries, and {len(right)} are asked."


def families(view: View, came: Any, right: Any) -> str:
    """Say that truths came for numbers, or complex numbers."""
    kinds = family(came), family(right)
    if kinds == ("truth", "number") and came.shape != right.shape:
        return ""  # its shape says more
    if kinds == ("truth", "number") and not came.ndim:
        return (f"{view.it} is True or False, and a number is asked: count how many "
                "there are, or compute with `int(...)`.")  # fmt: skip
    if kinds == ("truth", "number"):
        return (f"{view.it} holds True and False, and numbers are asked: compute with "
                "`.astype(int)`, or `.astype(float)`.")  # fmt: skip
    if kinds == ("number", "truth"):
        return f"{view.it} holds numbers, and True or False is asked: compare."
    if kinds == ("complex", "number"):
        return (f"{view.it} holds complex numbers: somewhere a root of a negative "
                "number is taken.")  # fmt: skip
    if "word" in kinds and kinds[0] != kinds[1]:
        return f"{view.it} holds {kinds[0]}s, and {kinds[1]}s are asked."
    return ""
