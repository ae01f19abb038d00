"""What is known of a person's code when a sentence is looked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.child import Job
from pellucid.lessons.exercises.comparing import same
from pellucid.lessons.exercises.exercise import Exercise, Function
from pellucid.lessons.exercises.sandbox import SANDBOX, Case, Outcome, called

Arguments = tuple[Any, ...]
Change = Callable[[Any], Any]
Changes = Sequence[tuple[Change, str]]  # each with what is said of it


@dataclass(frozen=True)
class Probe:
    """One more input: the first try with one argument changed, which must tell."""

    args: Arguments
    name: str


@dataclass(frozen=True)
class Evidence:
    """A person's code, what it gave on every input, and what was right."""

    exercise: Exercise
    code: str
    tries: Sequence[Arguments]
    right: Sequence[Case]
    outcome: Outcome
    probes: Sequence[Probe] = ()
    run: Callable[[Job], Outcome] = SANDBOX.run

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, as the solution has them."""
        return self.exercise.arguments

    @property
    def ordinary(self) -> int:
        """How many tries are random ones; the edges follow."""
        return len(self.tries) - len(self.exercise.edges)


@dataclass(frozen=True)
class Pair:
    """One input, what is right for it, and what came."""

    args: Arguments
    right: Any
    came: Any


def may_not_end(exercise: Exercise) -> bool:
    """Tell whether the solution has a loop that might not end for other inputs.

    It runs in the process of the page, where nothing would stop it.
    """
    tree = ast.parse(exercise.solution)
    return any(isinstance(node, ast.While) for node in ast.walk(tree))


def returned(function: Function, args: Arguments) -> Any:
    """What one of our own functions returns."""
    case = called(child.called(function, args))
    if case.failure:
        raise ValueError(case.failure.message)
    return case.value


@dataclass(frozen=True)
class View:
    """A result, or one part of it, over all inputs that a relation must hold for.

    `it` names the result in a sentence; `look` gives it for a function and arguments.
    """

    pairs: Sequence[Pair]
    exercise: Exercise
    it: str = "The result"
    look: Callable[[Function, Arguments], Any] = returned
    code: str = ""
    whole: bool = True  # all ordinary inputs, not only those where it is wrong

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return self.exercise.arguments

    @property
    def rtol(self) -> float:
        """How far a value may be from another."""
        return self.exercise.rtol

    def solve(self, args: Arguments) -> Any:
        """What is right for other inputs."""
        return self.look(self.exercise.function, args)

    def part(self, key: Any, it: str) -> View:
        """The same for one part of a tuple, a list or a dictionary."""
        pairs = [Pair(p.args, p.right[key], p.came[key]) for p in self.pairs]
        return replace(self, pairs=pairs, it=it, look=lambda *of: self.look(*of)[key])

    def turned(self) -> View:
        """The same with what came and what is right exchanged."""
        return replace(self, pairs=[Pair(p.args, p.came, p.right) for p in self.pairs])

    def holds_back(self, change: Callable[[Any], Any]) -> bool:
        """Tell whether on every input `change` makes of what came what is right."""
        return self.turned().holds(lambda pair: change(pair.right))

    def holds(self, change: Callable[..., Any], *more: Any) -> bool:
        """Tell whether on every input there came what `change` makes of the pair."""
        return all(alike(self.rtol, p, change, more) for p in self.pairs)

    def first_made(self, changes: Changes) -> str:
        """Say of the first change that makes what came of what is right what it is."""
        for change, words in changes:
            if self.holds(lambda p, f: f(np.asarray(p.right)), change):
                end = "" if words.endswith("?") else "."
                return f"{self.it} {words}{end}"
        return ""

    @property
    def wrong(self) -> list[Pair]:
        """The inputs whose result is wrong."""
        return [p for p in self.pairs if not same(p.came, p.right, self.rtol)]


def simplest(pairs: Sequence[Pair]) -> Pair:
    """The pair whose input is the shortest to read."""
    return min(pairs, key=lambda pair: len(repr(pair.args)))


def alike(
    rtol: float, pair: Pair, change: Callable[..., Any], more: tuple[Any, ...]
) -> bool:
    """Tell whether what came is what `change` makes of the pair, if it can."""
    try:
        with np.errstate(all="ignore"):
            return same(pair.came, change(pair, *more), rtol)
    except Exception:  # a change that does not suit these shapes is not it
        return False


def viewed(evidence: Evidence, bad: Sequence[int]) -> View:
    """The inputs to explain: random ones, or the edges if only these are wrong."""
    count = evidence.ordinary
    chosen = range(count) if bad[0] < count else bad
    cases = evidence.outcome.cases
    pairs = [
        Pair(evidence.tries[i], evidence.right[i].value, cases[i].value)
        for i in chosen
        if not cases[i].failure and not evidence.right[i].failure
    ]
    whole = bad[0] < count
    return View(pairs, evidence.exercise, code=evidence.code, whole=whole)


def part_names(exercise: Exercise, count: int) -> list[str]:
    """What the solution calls the parts of its result: `return dW, db`."""
    numbered = [f"Result {number}" for number in range(1, count + 1)]
    tree = ast.parse(exercise.solution)
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    last = returns[-1] if returns else None
    if not isinstance(last, ast.Tuple | ast.List) or len(last.elts) != count:
        return numbered
    return [
        f"`{each.id}` (result {number})" if isinstance(each, ast.Name) else plain
        for number, (each, plain) in enumerate(zip(last.elts, numbered, strict=True), 1)
    ]
