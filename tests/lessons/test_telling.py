"""A wrong answer that nobody prepared for gets a true and specific sentence."""

import functools
import json

import numpy as np
import pytest
from telling_cases import FAILING, RETURNED, REWRITTEN, backward, cost, relu, vector

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.checking import check
from pellucid.lessons.exercises.exercise import exercise
from pellucid.lessons.exercises.sandbox import outcome
from pellucid.lessons.exercises.telling.shown import shown


def here(job):
    """Run a job in this process: what is tested here is what is said, not the fence."""
    return outcome(json.loads(json.dumps(child.run(job))))


@exercise(lambda rng: (float(rng.uniform(2, 99)),))
def halvings(x):
    count = 0
    while not 0 < x < 1:
        x, count = x / 2, count + 1
    return count


def told(asked, code, seed=0):
    return check(asked, code, seed=seed, run=here)


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize(
    ("asked", "result", "words"),
    [pytest.param(*case, id=f"{case[0].name}: {case[1]}") for case in RETURNED],
)
def test_a_wrong_result_is_told_by_its_relation(asked, result, words, seed):
    arguments = asked.starter.partition("(")[2].partition(")")[0]
    head = f"import numpy as np\n\n\ndef {asked.name}({arguments}):\n"
    verdict = told(asked, f"{head}    return {result}\n", seed)
    assert verdict.state == "wrong"
    assert words in verdict.sentence


@pytest.mark.parametrize(("old", "new", "line", "words"), REWRITTEN)
def test_the_first_wrong_line_is_named_with_its_value(old, new, line, words):
    verdict = told(backward, backward.solution.replace(old, new, 1))
    assert (verdict.state, verdict.line) == ("wrong", line)
    assert words in verdict.sentence


def test_a_solution_that_may_not_end_is_asked_no_other_inputs(monkeypatch):
    asked, solution = [], halvings.function

    @functools.wraps(solution)
    def noted(x):
        asked.append(x)
        return solution(abs(x) or 1.5)

    monkeypatch.setattr(halvings, "function", noted)
    verdict = told(halvings, "def halvings(x):\n    return int(3 * x) % 11\n")
    assert verdict.state == "wrong"
    assert set(asked) == {x for (x,) in halvings.tries(0)}


def test_a_variable_of_another_name_is_passed_over():
    code = backward.solution.replace("dz", "delta")
    assert told(backward, code).state == "right"
    verdict = told(backward, code.replace("1 - a**2", "1 + a**2"))
    assert verdict.line == 11
    assert "`dW1` is the first that is wrong" in verdict.sentence


@pytest.mark.parametrize(("code", "line", "words"), FAILING)
def test_code_that_stops_is_explained(code, line, words):
    verdict = told(cost, code)
    assert (verdict.state, verdict.line) == ("wrong", line), verdict.sentence
    assert words in verdict.sentence


@pytest.mark.parametrize(
    "code",
    ["", "  \n", "import numpy as np\n", "def relu(z):\n    pass\n",
     "def relu(z):\n    '''Cut.'''\n", "def relu(z):\n    ...  # later\n",
     "def relu(z):\n    r = ...\n    return r\n"],
)  # fmt: skip
def test_what_holds_nothing_yet_is_not_tried_yet(code):
    assert told(relu, code).state == "not tried yet"


def test_a_program_to_be_mended_is_not_tried_until_it_is_changed():
    broken = exercise(vector, start="def doubled(x):\n    return x + 2\n")(doubled)
    assert told(broken, broken.starter).sentence == "Change the program, then check."
    assert told(broken, "def doubled(x):\n    return 2 * x\n").state == "right"


def doubled(x):
    return 2 * x


def test_dots_in_an_index_are_code():
    code = "import numpy as np\ndef relu(z):\n    return np.maximum(z[...], 0)\n"
    assert told(relu, code).state == "right"


def test_a_right_result_is_wrong_when_calls_depend_on_each_other():
    code = ("import numpy as np\nseen = []\ndef relu(z):\n    seen.append(1)\n"
            "    return np.maximum(z, 0) + (len(seen) > 6)\n")  # fmt: skip
    assert "from one call to the next" in told(relu, code).sentence


def test_an_argument_that_is_written_into_is_named():
    code = "def relu(z):\n    z[z < 0] = 0\n    return z\n"
    assert "changes its argument `z`" in told(relu, code).sentence


def test_two_results_that_are_alike_are_not_said_to_be_exchanged():
    @exercise(vector)
    def parts(w):
        return np.zeros(2), np.zeros(2), np.sum(w)

    code = ("import numpy as np\ndef parts(w):\n"
            "    return np.zeros(2), np.zeros(2), np.prod(w) + 7\n")  # fmt: skip
    sentence = told(parts, code).sentence
    assert sentence.startswith("Result 1 and Result 2 are right.")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "`0.3333`"),
        (np.float64(2), "`2`"),
        (np.array([1.0, 2.5]), "`[1, 2.5]`"),
        (np.eye(2), "`[[1, 0], [0, 1]]`"),
        (np.zeros((50, 2)), "`[0, 0, 0, ...] of shape (50, 2)`"),
        ((1, np.array(2.0)), "`(1, 2)`"),
        ({"a": [True, None]}, "`{a: [True, None]}`"),
        (1e-9, "`1e-09`"),
        (np.array([]), "`[]`"),
    ],
)
def test_a_value_is_shown_in_few_letters(value, text):
    assert shown(value) == text
