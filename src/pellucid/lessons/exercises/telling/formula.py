"""The results are those of the right formula with one thing in it exchanged."""

from __future__ import annotations

import ast
import contextlib
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.lessons.exercises.exercise import Exercise, Function
from pellucid.lessons.exercises.telling.evidence import Pair, View, may_not_end
from pellucid.lessons.exercises.telling.mutants import mutants
from pellucid.lessons.exercises.telling.scaling import factor, ratio

PATIENCE = 1.0  # seconds of work that are spent on it


def exchanged(view: View) -> str:
    """Say which one slip in the right formula gives what came."""
    for program, words in programs(view):
        if view.holds(asked, view, program):
            words = for_code(words, view.code)
            return f"{view.it} comes from the right formula with one slip: {words}."
    return ""


def for_code(words: str, code: str) -> str:
    """The words, unless they name a `return` in a loop that this code does not have."""
    loops = [node for node in ast.walk(ast.parse(code))
             if isinstance(node, ast.For | ast.While)]  # fmt: skip
    inside = any(isinstance(node, ast.Return) for loop in loops
                 for node in ast.walk(loop))  # fmt: skip
    if "return" in words and code and not inside:
        return "only one round of the loop counts, as if each began anew"
    return words


def exchanged_and_scaled(view: View) -> str:
    """Say which one slip in the right formula gives what came but for a factor."""
    for program, words in programs(view):
        pairs = scaled(view, program)
        if not pairs:
            continue
        sentence = factor(replace(view, pairs=pairs, it="besides, all"))
        if sentence and "always" not in sentence:
            return (f"{view.it} comes from the right formula with two slips: {words}; "
                    f"{sentence}")  # fmt: skip
    return ""


def scaled(view: View, program: Function) -> list[Pair]:
    """What a program gives beside what came, if it differs by one factor each time."""
    pairs = []
    for pair in view.pairs:
        with contextlib.suppress(Exception):  # it does not suit these inputs
            pairs.append(Pair(pair.args, asked(pair, view, program), pair.came))
        last = pairs[-1:]
        if not last or last[0].args is not pair.args or not one_factor(last[0]):
            return []
    return pairs


def one_factor(pair: Pair) -> bool:
    """Tell whether what came is what is right times a number."""
    k = np.shape(pair.came) == np.shape(pair.right) and ratio(pair)
    return k is None or (k is not False and k == k)


def programs(view: View) -> Iterator[tuple[Function, str]]:
    """The solution with one exchange each, while there is time."""
    exercise = view.exercise
    if may_not_end(exercise):
        return
    latest = time.thread_time() + PATIENCE
    for program, words in mutants(exercise.solution, view.names):
        if time.thread_time() > latest:
            return
        if function := made(exercise, program):
            yield function, words


def made(exercise: Exercise, program: ast.Module) -> Function | None:
    """The function of a changed program, with what the solution finds around it."""
    space = dict(exercise.function.__globals__)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program, "<exchanged>", "exec"), space)
    except Exception:  # not every exchange makes a program
        return None
    function: Function = space[exercise.name]
    return function


def asked(pair: Pair, view: View, function: Function) -> Any:
    """What a function gives for the inputs of a pair."""
    return view.look(function, pair.args)
