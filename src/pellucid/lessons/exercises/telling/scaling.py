"""A factor or an addend too much, and where it comes from."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import Pair, View
from pellucid.lessons.exercises.telling.sizes import scalars, sizes

NEAR = 1e-6
CONSTANTS = {
    -1.0: "has the opposite sign: a minus is missing or too much",
    2.0: "is twice too large: a factor 2 too much, or a missing 1/2",
    0.5: "is half of what it should be: a factor 2 is missing, or a 1/2 too much",
    -2.0: "is twice too large and has the opposite sign",
    -0.5: "is half of what it should be and has the opposite sign",
    100.0: "is 100 times too large",
    0.01: "is 100 times too small",
    1 / np.log(2): "is in bits: `log2` stands where the natural `log` is asked",
    np.log(2): "uses the natural `log`, and `log2` is asked",
    1 / np.log(10): "uses `log10` where the natural `log` is asked",
    np.log(10): "uses the natural `log`, and `log10` is asked",
    180 / np.pi: "is in degrees, and radians are asked",
    np.pi / 180: "is in radians, and degrees are asked",
    np.pi: "is pi times too large",
    1 / np.pi: "is pi times too small",
    2 * np.pi: "is 2 pi times too large",
    np.sqrt(2 * np.pi): "is sqrt(2 pi) times too large",
    1 / np.sqrt(2 * np.pi): "is sqrt(2 pi) times too small",
    np.sqrt(2): "is sqrt(2) times too large",
    1 / np.sqrt(2): "is sqrt(2) times too small",
}
POWERS = {
    1: "multiplied by {q} ({v} in the first try), and should not be",
    -1: "divided by {q} ({v} in the first try), and should not be",
    2: "too large by the square of {q} ({v} in the first try)",
    -2: "too small by the square of {q} ({v} in the first try)",
    0.5: "too large by the root of {q} ({v} in the first try)",
    -0.5: "too small by the root of {q} ({v} in the first try)",
}
ASK = (
    ("multiplied by the", " Is a sum taken for a mean, or a division by it missing?"),
    ("divided by the", " Is a mean taken for a sum, or is it divided twice?"),
)
# n and n - 1, by the factor between what came and what is right
AROUND = (
    (lambda n: n / (n - 1), "is divided by n - 1, and n is asked"),
    (lambda n: (n - 1) / n, "is divided by n, and n - 1 is asked"),
    (lambda n: np.sqrt(n / (n - 1)), "has n - 1 below the root, and n is asked"),
    (lambda n: np.sqrt((n - 1) / n), "has n below the root, and n - 1 is asked"),
    (lambda n: n / (n + 1), "is divided by n + 1, and n is asked"),
    (lambda n: n - 1, "is n - 1 times too large"),
    (lambda n: n + 1, "is n + 1 times too large"),
)
ADDENDS = {
    np.log(2 * np.pi) / 2: "log(2 pi) / 2", np.log(2 * np.pi): "log(2 pi)",
    np.log(2): "log 2", np.log(2) / 2: "log(2) / 2", np.log(np.pi) / 2: "log(pi) / 2",
    np.pi: "pi", np.pi / 2: "pi / 2",
}  # fmt: skip
EXTRA = {
    1.0: "", -1.0: "; besides, it has the opposite sign", 2.0: "; besides, it is "
    "doubled", 0.5: "; besides, it is halved", -2.0: "; besides, it is doubled and has "
    "the opposite sign", -0.5: "; besides, it is halved and has the opposite sign",
}  # fmt: skip


def factor(view: View) -> str:
    """Say which factor the result is off by, if it is one factor."""
    ratios = [ratio(pair) for pair in view.pairs]
    told = [(i, k) for i, k in enumerate(ratios) if k is not None]
    if np.nan in ratios or any(k != k for _, k in told) or len(told) < 3:
        return ""
    values = np.array([k for _, k in told])
    if np.allclose(values, values[0], rtol=NEAR):
        return constant(view, float(values[0]))
    return by_size(view, values, [i for i, _ in told])


def odd_factor(view: View) -> str:
    """Say that there is a factor that is no constant and no size."""
    ratios = [ratio(pair) for pair in view.pairs]
    kept = [i for i, k in enumerate(ratios) if k is not None]
    values = np.array([ratios[i] for i in kept], float)
    if len(kept) < 3 or np.isnan(values).any():
        return ""
    return by_scalar(view, values, kept) or unknown(view, values)


def powered(view: View) -> str:
    """Say which factor the square or the root of the result is off by."""
    for change, words in ((np.square, "the square"), (np.sqrt, "the root")):
        if all(np.all(np.asarray(p.came) >= 0) for p in view.pairs):
            pairs = [Pair(p.args, p.right, change(p.came)) for p in view.pairs]
            it = f"{words} of {view.it[:1].lower() + view.it[1:]}"
            if sentence := factor(replace(view, pairs=pairs, it=it)):
                return f"Not the result, but {sentence}"
    return ""


def ratio(pair: Pair) -> float | None:
    """The factor between what came and what is right; nan if it is not one factor."""
    came, right = np.asarray(pair.came, float), np.asarray(pair.right, float)
    size = float(np.max(np.abs(right), initial=0.0))
    told = np.abs(right) > 1e-9 * size
    if not np.any(told):
        return None if np.allclose(came, 0, atol=1e-12) else np.nan
    factors = came[told] / right[told]
    if not np.allclose(factors, factors[0], rtol=NEAR):
        return np.nan
    return (
        float(factors[0]) if np.allclose(came[~told], 0, atol=1e-7 * size) else np.nan
    )


def constant(view: View, k: float) -> str:
    """Say that it is always the same factor."""
    for known, words in CONSTANTS.items():
        if np.isclose(k, known, rtol=NEAR):
            return f"{view.it} {words}."
    if abs(k) < 1e-12:
        return ""
    for low in range(1, 7):
        high = k * low
        if abs(high - round(high)) < 1e-6:
            fraction = f"{round(high)}/{low}" if low > 1 else f"{round(high)}"
            return f"{view.it} is always {fraction} times what it should be."
    return f"{view.it} is always {k:.4g} times what it should be."


def by_size(view: View, values: Any, kept: list[int]) -> str:
    """Say that the factor is a size of the inputs: a sum for a mean, n for n - 1."""
    known = {label: np.array(of, float)[kept] for label, of in sizes(view).items()}
    for (label, n), k in itertools.product(known.items(), EXTRA):
        if sentence := powers(view, values, label, n, k):
            return sentence + next((ask for way, ask in ASK if way in sentence), "")
    for (label, n), (factor, words) in itertools.product(known.items(), AROUND):
        if near(values, factor(n)):
            return f"{view.it} {words}; n is {label}."
    for (one, n), (two, d) in itertools.permutations(known.items(), 2):
        if near(values, n / d):
            return f"{view.it} is divided by {two}, and not by {one}."
        if near(values, n * d):
            return f"{view.it} is too large by {one} times {two}: no mean is taken."
        if near(values * n * d, 1.0):
            return f"{view.it} is too small by {one} times {two}."
    return ""


def by_scalar(view: View, values: Any, kept: list[int]) -> str:
    """Say that the factor is a number among the arguments, or the sum of one."""
    for label, of in scalars(view).items():
        number = np.array(of, float)[kept]
        for k in EXTRA:
            if sentence := powers(view, values, label, number, k):
                return sentence
        if near(values, 1 - number):
            return f"{view.it} is 1 - {label} times what it should be."
        if near(values, 1 + number):
            return f"{view.it} is 1 + {label} times what it should be."
    return ""


def near(values: Any, others: Any) -> bool:
    """Tell whether numbers are the same, up to rounding."""
    return bool(np.allclose(values, others, rtol=NEAR, atol=0.0))


def powers(view: View, values: Any, label: str, n: Any, k: float) -> str:
    """Say that the factor is k times a power of a quantity."""
    for power, words in POWERS.items():
        if near(values, k * n**power):
            first = f"{n[0]:.4g}"
            return f"{view.it} is {words.format(q=label, v=first)}{EXTRA[k]}."
    return ""


def unknown(view: View, values: Any) -> str:
    """Say that there is one factor in each try, though not which."""
    few = all(np.size(pair.right) < 3 for pair in view.pairs)
    if few or len(view.wrong) < len(view.pairs):
        return ""
    return (f"{view.it} is right but for one factor, which is the same for all its "
            f"numbers and depends on the input ({values[0]:.4g} in the first "
            "try).")  # fmt: skip


def addend(view: View) -> str:
    """Say what was added or left out, if it is one thing."""
    gaps = [gap(pair) for pair in view.pairs]
    if any(value is None for value in gaps):
        return terms(view)
    values = np.array(gaps, float)
    if np.allclose(values, values[0], rtol=NEAR, atol=1e-12):
        way = "large" if values[0] > 0 else "small"
        for number, words in ADDENDS.items():
            if np.isclose(abs(values[0]), number, rtol=NEAR):
                return f"{view.it} is always {words} too {way} ({number:.4g})."
        if not view.whole:
            return ""
        return f"{view.it} is always {abs(values[0]):.4g} too {way}."
    for label, count in sizes(view).items():
        for k in (1.0, -1.0):
            if np.allclose(values, k / np.array(count, float), rtol=NEAR, atol=0.0):
                way = "large" if k > 0 else "small"
                return f"{view.it} is too {way} by 1/n; n is {label}."
    for label, of in {**sizes(view), **scalars(view)}.items():
        for k in (1.0, -1.0, 2.0, -2.0, 0.5, -0.5):
            if np.allclose(values, k * np.array(of, float), rtol=NEAR, atol=1e-12):
                times = {1.0: "", 2.0: "twice ", 0.5: "half of "}[abs(k)]
                way = "large" if k > 0 else "small"
                return f"{view.it} is too {way} by {times}{label}."
    return terms(view)


def gap(pair: Pair) -> float | None:
    """The number between what came and what is right, if it is one number."""
    gaps = np.asarray(pair.came, float) - np.asarray(pair.right, float)
    size = max(1.0, float(np.max(np.abs(gaps), initial=0.0)))
    if not gaps.size or not np.allclose(gaps, gaps.flat[0], atol=1e-9 * size):
        return None
    return float(gaps.flat[0])


TERMS = {1.0: "`{a}` is added once too often", -1.0: "`{a}` is to be added, and is "
         "not", 2.0: "`{a}` has the wrong sign: it is to be subtracted",
         -2.0: "`{a}` has the wrong sign: it is to be added"}  # fmt: skip


def plus(pair: Pair, i: int, k: float) -> Any:
    """What is right, and k times an argument."""
    return pair.right + k * pair.args[i]


def terms(view: View) -> str:
    """Say that an argument is a term or a factor too much, element by element."""
    for i, name in enumerate(view.names):
        for k, words in TERMS.items():
            if view.holds(plus, i, k):
                return f"{view.it} is off by `{name}`: {words.format(a=name)}."
        if view.holds(lambda p, i: p.args[i] - p.right, i):
            return f"{view.it} is `{name}` minus what is asked: the other part of it."
        if view.holds(lambda p, i: p.right * p.args[i], i):
            return f"{view.it} is multiplied by `{name}` once too often."
        if view.holds(lambda p, i: p.right / p.args[i], i):
            return f"{view.it} is to be multiplied by `{name}` once more."
    return ""
