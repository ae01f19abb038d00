"""An exercise: a solution, inputs to try a person's code on, and known mistakes."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

Function = Callable[..., Any]
Inputs = Callable[[np.random.Generator], tuple[Any, ...]]
Sees = Callable[[ast.Module], bool]


@dataclass(frozen=True)
class Mistake:
    """A wrong program and what is said of it.

    It is recognised by what it gives: a person's code that gives the same on all inputs
    has made it. Where the numbers do not tell (a loop instead of a product), `seen`
    looks at the code.
    """

    sentence: str
    function: Function
    seen: Sees | None = None

    def program(self, name: str) -> str:
        """The wrong program as a person would hand it in."""
        return written(self.function, name)


@dataclass
class Exercise:
    """A function that a person is asked to write.

    Parameters
    ----------
    function
        The solution; its name is the one that is asked for.
    inputs
        Gives the arguments of one try, from a random generator.
    hints
        Said one by one when asked for.
    start
        What stands in the editor first; made from the signature where it is empty.
    edges
        More inputs, always tried: an empty table, a huge number.
    lines
        The variables whose values are compared line by line (a backward pass by hand).
    rtol
        How far a value may be from the right one, relative to its size.
    """

    function: Function
    inputs: Inputs
    hints: Sequence[str] = ()
    start: str = ""
    edges: Sequence[tuple[Any, ...]] = ()
    lines: Sequence[str] = ()
    rtol: float = 1e-6
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the function that is asked for."""
        return self.function.__name__

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        return tuple(inspect.signature(self.function).parameters)

    @property
    def solution(self) -> str:
        """The solution as code."""
        return written(self.function, self.name)

    @property
    def starter(self) -> str:
        """What stands in the editor before a person writes."""
        if self.start:
            return textwrap.dedent(self.start).strip() + "\n"
        arguments = ", ".join(self.arguments)
        return f"import numpy as np\n\n\ndef {self.name}({arguments}):\n    ...\n"

    def mistake(
        self, sentence: str, seen: Sees | None = None
    ) -> Callable[[Function], Function]:
        """Decorate a wrong program with the sentence that is said of it."""

        def add(function: Function) -> Function:
            self.mistakes.append(Mistake(sentence, function, seen))
            return function

        return add

    def tries(self, seed: int, count: int = 8) -> list[tuple[Any, ...]]:
        """The inputs of one check: random ones, then the edges."""
        rng = np.random.default_rng(seed)
        return [self.inputs(rng) for _ in range(count)] + list(self.edges)


def exercise(inputs: Inputs, **how: Any) -> Callable[[Function], Exercise]:
    """Decorate the solution of an exercise; see `Exercise` for what it takes."""
    return lambda function: Exercise(function, inputs, **how)


def written(function: Function, name: str) -> str:
    """The code of a function under another name, as a person would hand it in."""
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    body = "\n".join(source.splitlines()[node.lineno - 1 :])
    code = body.replace(f"def {function.__name__}(", f"def {name}(", 1)
    return f"import numpy as np\n\n\n{code}\n"


def found(path: str) -> Exercise:
    """The exercise of a lesson: found("line/slope")."""
    lesson, _, name = path.partition("/")
    asked: Exercise = getattr(import_module(f"pellucid.lessons.answers.{lesson}"), name)
    return asked
