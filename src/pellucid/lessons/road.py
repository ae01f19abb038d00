"""The fifteen lessons, in the order of the road."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pellucid.errors import PellucidError

ASKED = re.compile(r"\bexercise\(\s*[\"'](\w+/\w+)[\"']")
ROOM = Path(str(resources.files("pellucid.lessons")))


@dataclass(frozen=True)
class Lesson:
    """A lesson: where it stands on the road, its short name, title and question.

    Its minutes are 200 words each, and from two for an exercise of one line to five.
    """

    number: int
    name: str
    title: str
    question: str
    minutes: int

    @property
    def file(self) -> Path:
        """The page of the lesson."""
        return ROOM / f"lesson_{self.number:02}_{self.name}.py"


@dataclass(frozen=True)
class Extra:
    """A page beside the road."""

    name: str
    title: str
    question: str

    @property
    def file(self) -> Path:
        """The page of marimo, or the folder of a page of another kind."""
        folder = ROOM / self.name
        return folder if folder.is_dir() else ROOM / f"page_{self.name}.py"


Page = Lesson | Extra


TOLD = (
    ("line", "The line of best fit", "Which line comes closest to all the points?", 25),
    ("plane", "Many inputs", "How are ten inputs weighed at once?", 25),
    ("judging", "How good is a fit?", "When does a high r2 mean nothing?", 30),
    ("vectors", "Vectors, not loops", "Why is the same sum a hundred times faster?",
     25),
    ("graphs", "Computational graphs", "How does a change walk through a formula?", 35),
    ("logistic", "Logistic regression", "Is this picture a 0 or a 1?", 30),
    ("descent", "Gradient descent", "How far should each step go?", 35),
    ("likelihood", "Likelihood and priors", "Where do costs come from?", 25),
    ("hidden", "A hidden layer", "What can no straight line separate?", 30),
    ("backpropagation", "Backpropagation", "How much does each weight matter?", 45),
    ("deep", "Deep networks", "What do layers see in a digit?", 40),
    ("overfitting", "Overfitting", "Does it know, or does it remember?", 40),
    ("convolution", "Convolution", "How is a stroke found anywhere in a picture?", 40),
    ("recurrence", "Recurrence", "How far back can a network remember?", 35),
    ("libraries", "Libraries, GPU, big data", "What if there are a billion rows?", 40),
)  # fmt: skip
LESSONS = tuple(Lesson(number, *told) for number, told in enumerate(TOLD, 1))
EXTRA = (
    Extra("playground", "The playground", "What does a network do with your points?"),
    Extra("repairs", "Broken trainings", "Six trainings fail: can you say why?"),
)
PAGES: tuple[Page, ...] = (*LESSONS, *EXTRA)


@cache
def exercises(name: str) -> tuple[str, ...]:
    """The paths of the exercises of a page, in its order.

    Examples
    --------
    >>> "line/slope" in exercises("line")
    True
    """
    file = page(name).file
    return tuple(ASKED.findall(file.read_text("utf-8"))) if file.is_file() else ()


def page(asked: str) -> Page:
    """Find a page by its name, or a lesson by its number.

    Raises
    ------
    PellucidError
        When there is no such page; it names those that there are.

    Examples
    --------
    >>> page("10").title, page("playground").title
    ('Backpropagation', 'The playground')
    """
    wanted = asked.strip().lower()
    for number, known in enumerate(PAGES, 1):
        if wanted == known.name or (wanted == str(number) and number <= len(LESSONS)):
            return known
    names = ", ".join(known.name for known in PAGES)
    message = f"There is no lesson {asked!r}: give a number from 1 to {len(LESSONS)}"
    raise PellucidError(f"{message}, or one of {names}.")
