"""Every exercise of every lesson: its solution passes, its mistakes are told apart."""

import json
from importlib import import_module

import pytest

from pellucid.lessons import road
from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.checking import check
from pellucid.lessons.exercises.exercise import Exercise, found
from pellucid.lessons.exercises.sandbox import SANDBOX, outcome

PATHS = [path for page in road.PAGES for path in road.exercises(page.name)]
MISTAKES = [(path, i) for path in PATHS for i in range(len(found(path).mistakes))]


def here(job):
    """Run a job in this process: what is tested here is what is said, not the fence."""
    return outcome(json.loads(json.dumps(child.run(job))))


@pytest.fixture(autouse=True, scope="module")
def _none_left():
    yield
    SANDBOX.close()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("path", PATHS)
def test_the_solution_is_right(path, seed):
    verdict = check(found(path), found(path).solution, seed=seed, run=here)
    assert verdict.state == "right", verdict.sentence


@pytest.mark.parametrize("path", PATHS)
def test_the_solution_is_right_in_a_process_of_its_own(path):
    verdict = check(found(path), found(path).solution, seconds=30)
    assert verdict.state == "right", verdict.sentence


@pytest.mark.parametrize("code", ["the start", "nothing"])
@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_written_yet_is_not_wrong(path, code):
    written = found(path).starter if code == "the start" else "\n"
    assert check(found(path), written, run=here).state == "not tried yet"


@pytest.mark.parametrize("path", PATHS)
def test_an_exercise_knows_five_mistakes_and_gives_hints(path):
    exercise = found(path)
    sentences = {mistake.sentence for mistake in exercise.mistakes}
    assert len(sentences) == len(exercise.mistakes) >= 5
    assert exercise.hints


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("path", "number"), MISTAKES)
def test_a_mistake_is_told_by_its_own_sentence(path, number, seed):
    exercise = found(path)
    mistake = exercise.mistakes[number]
    verdict = check(exercise, mistake.program(exercise.name), seed=seed, run=here)
    assert verdict.state == "wrong"
    assert verdict.sentence.endswith(mistake.sentence)


@pytest.mark.parametrize("lesson", sorted({path.partition("/")[0] for path in PATHS}))
def test_every_exercise_stands_on_its_page(lesson):
    answers = vars(import_module(f"pellucid.lessons.answers.{lesson}"))
    known = {name for name, value in answers.items() if isinstance(value, Exercise)}
    assert {f"{lesson}/{name}" for name in known} == set(road.exercises(lesson))
