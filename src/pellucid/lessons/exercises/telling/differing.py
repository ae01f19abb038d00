"""How what came differs from what is right, by the first relation that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Function
from pellucid.lessons.exercises.lines import Wrong, last, walk_of
from pellucid.lessons.exercises.telling.altered import altered
from pellucid.lessons.exercises.telling.crutches import crutch
from pellucid.lessons.exercises.telling.evidence import (
    Evidence,
    Pair,
    View,
    part_names,
    simplest,
    viewed,
)
from pellucid.lessons.exercises.telling.formula import (
    exchanged,
    exchanged_and_scaled,
)
from pellucid.lessons.exercises.telling.invariants import direction, property_lost
from pellucid.lessons.exercises.telling.kinds import kind
from pellucid.lessons.exercises.telling.mistaken import (
    mistaken,
    mistaken_and_scaled,
    mistaken_where_wrong,
    of_one_shape,
    reordered,
    strung,
)
from pellucid.lessons.exercises.telling.places import (
    broken,
    nonfinite,
    occasion,
    place,
)
from pellucid.lessons.exercises.telling.probing import unused
from pellucid.lessons.exercises.telling.repairing import ALL_RIGHT, repaired
from pellucid.lessons.exercises.telling.scaling import (
    addend,
    factor,
    odd_factor,
    powered,
)
from pellucid.lessons.exercises.telling.shapes import misshapen, reshaped, shape
from pellucid.lessons.exercises.telling.shown import given, shown
from pellucid.lessons.exercises.telling.steps import step
from pellucid.lessons.exercises.telling.suspects import suspect, vanished

ENOUGH = 3  # inputs that a relation between numbers must hold for


def different(evidence: Evidence, bad: Sequence[int]) -> tuple[str, int]:
    """Say how the values differ from the right ones, and on which line if it is known.

    First the relations between the values are tried, then changes in the code; what
    always can be said comes last.
    """
    if restless := drifting(evidence):
        return restless, 0
    view = viewed(evidence, bad)
    try:
        sentence = explained(view, evidence) or loosely(view)
    except Exception:  # whatever a person hands in, the lesson goes on
        sentence = plainly(view)
    named = re.match(r"Line (\d+): ", sentence)
    line = int(named[1]) if named else 0
    if bad[0] >= evidence.ordinary:
        pair = simplest(view.wrong)
        example = given(view.names, pair.args)
        edge = f"Right for ordinary inputs, but not for {example}. {sentence}"
        return edge + crutch(evidence), line
    return sentence + wrote(evidence), line


def explained(view: View, evidence: Evidence) -> str:
    """Say how the values differ: their kind, their parts, their shape, their size."""
    if sentence := kind(view, evidence):
        return sentence
    right = view.wrong[0].right
    if isinstance(right, dict):
        return parts(view, evidence, list(right), [f"`{name}`" for name in right])
    if of_one_shape(view):
        return explained(strung(view), evidence)
    if isinstance(right, tuple) or (isinstance(right, list) and np.ndim(right[0])):
        count = min(len(pair.right) for pair in view.pairs)
        return parts(view, evidence, range(count), part_names(evidence.exercise, count))
    if isinstance(right, str):
        return ""
    if isinstance(right, list):
        view = replace(view, pairs=[Pair(p.args, np.array(p.right), np.array(p.came))
                                    for p in view.pairs])  # fmt: skip
    return (shaped(view, evidence) or besides_nan(view) or vanished(view, evidence)
            or numbers(view, PLAIN) or suspect(view, evidence) or repaired(evidence)[0]
            or numbers(view, DEEP) or partly(view) or unused(evidence))  # fmt: skip


def shaped(view: View, evidence: Evidence | None = None) -> str:
    """Say why the shape is another one, if it is."""
    if not misshapen(view):
        return ""
    mended = repaired(evidence)[0] if evidence else ""
    return reshaped(view) or mended or exchanged(view) or shape(view)


def besides_nan(view: View) -> str:
    """Say what is wrong where no nan came, or else where nan came."""
    spoilt = nonfinite(view)
    if not spoilt:
        return ""
    finite = [patched(p) for p in view.pairs if np.ndim(p.right) or not broken(p)]
    rest = replace(view, pairs=finite)
    if rest.wrong and (sentence := numbers(rest)):
        return f"{sentence} Besides: {spoilt}"
    return spoilt


def patched(pair: Pair) -> Pair:
    """The same with what is right in the places where no number came."""
    came = np.asarray(pair.came, float)
    if came.shape != np.shape(pair.right):
        return pair
    return replace(pair, came=np.where(np.isfinite(came), came, pair.right))


def loosely(view: View) -> str:
    """Say which property the result lacks, or show where it is wrong."""
    if not all(numeric(p) for p in view.pairs):
        return plainly(view)
    return nearly(view) or property_lost(view) or plainly(view) + direction(view)


def parts(
    view: View, evidence: Evidence, keys: Sequence[Any], names: Sequence[str]
) -> str:
    """Say which parts of several results are wrong, and how the first of them is."""
    if exchange := swapped(view, keys, names) or reordered(view, keys, names):
        return exchange
    wrong = [number for number, key in enumerate(keys)
             if any(not same(p.came[key], p.right[key], view.rtol)
                    for p in view.pairs)]  # fmt: skip
    first = wrong[0]
    part = view.part(keys[first], names[first])
    sentence = (
        mistaken(view, keys, [keys[number] for number in wrong])
        or explained(part, evidence)
        or loosely(part)
    )
    if sentence.endswith(ALL_RIGHT):
        return sentence
    right = [name for number, name in enumerate(names) if number not in wrong]
    if right:
        others = [names[number] for number in wrong[1:]]
        also = f" Also wrong: {', '.join(others)}." if others else ""
        return f"{' and '.join(right)} right. {sentence}{also}".replace(
            " right.", f" {'are' if len(right) > 1 else 'is'} right.", 1
        )
    return f"{sentence} The others are wrong as well." if len(wrong) > 1 else sentence


def swapped(view: View, keys: Sequence[Any], names: Sequence[str]) -> str:
    """Say that two results stand in each other's place; not of two that are alike."""

    def stands(one: Any, two: Any) -> bool:
        return all(same(p.came[one], p.right[two], view.rtol) for p in view.pairs)

    for a, one in enumerate(keys):
        for b, two in enumerate(keys[:a]):
            if stands(one, two) and stands(two, one) and not stands(one, one):
                return f"{names[b]} and {names[a]} are exchanged: swap them."
    return ""


def applied(pair: Pair, i: int, j: int) -> Any:
    """What one argument, a function, gives for another."""
    return pair.args[i](pair.args[j])


def constant(view: View) -> str:
    """Say that the result is always the same, or an argument as it came."""
    first = view.pairs[0]
    for i, function in enumerate(view.names):
        for j, name in enumerate(view.names):
            if callable(first.args[i]) and view.holds(applied, i, j):
                return f"{view.it} is just `{function}({name})`."
    for i, name in enumerate(view.names):
        if view.holds(lambda p, i: p.args[i], i):
            return f"{view.it} is just `{name}`, as it came."
    for (word, function), (i, name) in product(STATISTICS, enumerate(view.names)):
        if view.holds(lambda p, f, i: filled(p.right, f(of(p.args[i]))), function, i):
            return f"{view.it} is just the {word} of `{name}`."
    if not any(np.any(pair.right) for pair in view.pairs):
        return (f"{view.it} is to be 0 for every input, and is {shown(first.came)} for "
                f"{given(view.names, first.args)}.")  # fmt: skip
    if not view.whole:
        return ""
    if view.holds(lambda p: np.ones_like(p.right)):
        return f"{view.it} is 1 for every input."
    varied = any(not same(p.right, first.right, view.rtol) for p in view.pairs)
    if varied and view.holds(lambda p: first.came):
        return (
            f"{view.it} is {shown(first.came)} for every input: it must depend on it."
        )
    return ""


def filled(like: Any, value: Any) -> Any:
    """An array of this shape that is the same number everywhere."""
    return np.full(np.shape(like), value)


def of(argument: Any) -> Any:
    """An argument that is an array of several numbers; others are not meant."""
    return argument if np.size(argument) > 1 else None


STATISTICS = (("mean", np.mean), ("largest", np.max), ("smallest", np.min),
              ("sum", np.sum))  # fmt: skip
PLAIN = constant, factor, addend, step
DEEP = (
    exchanged, altered, powered, mistaken_where_wrong, mistaken_and_scaled,
    exchanged_and_scaled, odd_factor,
)  # fmt: skip


def numbers(
    view: View, relations: Sequence[Callable[[View], str]] = PLAIN + DEEP
) -> str:
    """Say which relation holds between the numbers on all inputs, if one does."""
    if len(view.pairs) < ENOUGH or not all(numeric(p) for p in view.pairs):
        return ""
    with np.errstate(all="ignore"):
        for relation in relations:
            if sentence := relation(view):
                return sentence
    return ""


def partly(view: View) -> str:
    """Say where, or for which inputs, the numbers are wrong."""
    if not all(numeric(p) for p in view.pairs):
        return ""
    where = place(view)
    if where or len(view.wrong) == len(view.pairs):
        return where
    if close := nearly(view):
        return close
    occasions = occasion(view)
    relation = numbers(replace(view, pairs=view.wrong, whole=False))
    if not occasions and relation:
        return f"It is wrong for some inputs only. {relation}"
    if not occasions:
        return ""
    sentence = relation or plainly(view)
    return f"It is wrong only {occasions}. {sentence}"


def numeric(pair: Pair) -> bool:
    """Tell whether both sides are numbers of the same shape."""
    came, right = np.asarray(pair.came), np.asarray(pair.right)
    kinds = came.dtype.kind + right.dtype.kind
    return came.shape == right.shape and set(kinds) <= set("biuf")


def nearly(view: View) -> str:
    """Say that it is close: something is rounded, added, or not finished."""
    if not all(numeric(p) for p in view.pairs):
        return ""
    far = 0.0
    for pair in view.wrong:
        came, right = np.asarray(pair.came, float), np.asarray(pair.right, float)
        size = float(np.max(np.abs(right), initial=0.0)) or 1e-12
        far = max(far, float(np.max(np.abs(came - right))) / size)
    if far > 1e-2:
        return ""
    return (f"{view.it} is close, but not the same (up to {far:.1g} of its size away): "
            "is something rounded, is a small number added, is a step too large, or do "
            f"the steps end too early? {plainly(view)}")  # fmt: skip


def plainly(view: View) -> str:
    """Show the smallest input whose result is wrong, what came and what is right."""
    pair = simplest(view.wrong)
    example = given(view.names, pair.args)
    it = view.it.lower() if view.it[0] != "`" else view.it
    came, right = shown(pair.came), shown(pair.right)
    if came == right and numeric(pair):
        away = np.max(np.abs(np.asarray(pair.came, float) - np.asarray(pair.right)))
        return f"For {example}: {it} is {came}, and still {away:.1g} away from it."
    return f"For {example}: {it} is {came}, and should be {right}."


def drifting(evidence: Evidence) -> str:
    """Say that a second call with the same input gives something else."""
    first, again = evidence.outcome.cases[0], evidence.outcome.again
    if again is None or first.failure:
        return ""
    if not again.failure and same(again.value, first.value, 1e-9):
        return ""
    if "random" in evidence.code or "rng" in evidence.code:
        return ("It gives something else when it is called again with the same input: "
                "the result must not depend on random numbers of its own.")  # fmt: skip
    return ("It gives something else when it is called again with the same input: it "
            "keeps something from one call to the next.")  # fmt: skip


def wrote(evidence: Evidence) -> str:
    """Say which argument was written into, though only a result is asked."""
    names = evidence.names
    for case, right in zip(evidence.outcome.cases, evidence.right, strict=False):
        for i in case.changed:
            if i not in right.changed:
                of = evidence.tries[0][i]
                several = isinstance(of, list) and isinstance(of[0], np.ndarray)
                copy = "its arrays" if several else f"`{names[i]}.copy()`"
                return (f" It changes its argument `{names[i]}`: work on a copy"
                        f"{' of ' if several else ', '}{copy}, since the caller still "
                        "needs it.")  # fmt: skip
    return ""


def unsteady(evidence: Evidence) -> str:
    """Say what is wrong though all results are right; nothing if nothing is."""
    return drifting(evidence) or wrote(evidence).strip()


def line(wrong: Wrong) -> str:
    """Name the first line that is wrong, and what its variable should be."""
    name, came, right = wrong.name, np.shape(wrong.came), np.shape(wrong.right)
    if came != right:
        fact = f"its shape is {came}, and should be {right}"
    else:
        fact = f"it is {shown(wrong.came)}, and should be {shown(wrong.right)}"
    first = f"Line {wrong.line}: `{name}` is the first that is wrong: {fact}. "
    if not wrong.unseen:
        return first
    names = " and ".join(f"`{each}`" for each in wrong.unseen)
    return (f"{first}(Nothing is called {names} in your code, so that what stands for "
            "it could not be looked at: the slip may be there.) ")  # fmt: skip


def within(evidence: Evidence, wrong: Wrong) -> str:
    """Say how the first wrong variable of a backward pass differs."""
    pairs = [Pair(evidence.tries[i], right, came) for i, came, right in wrong.all]

    def look(function: Function, args: Any) -> Any:
        value = last(walk_of(evidence.exercise, function, args), wrong.name)
        if value is None:
            raise ValueError("it has no such variable")
        return value

    view = View(pairs, evidence.exercise, f"`{wrong.name}`", look, evidence.code)
    if not view.wrong:  # it is wrong on the way, and right in the end
        return ""
    if sentence := kind(view, evidence):
        return sentence
    mended = repaired(evidence, wrong.line)[0] if misshapen(view) else ""
    if sentence := reshaped(view) or mended or shaped(view) or nonfinite(view):
        return sentence
    if isinstance(wrong.right, np.ndarray | float | int):
        return numbers(view) or place(view)
    return ""
