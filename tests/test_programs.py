"""Random programs: no gradient is lost in silence. tools/programs.py runs for hours."""

import hypothesis
import numpy as np
import programs
import pytest

from pellucid.graphs.derivatives import DERIVATIVES

SHAPES = [
    *([shape] * 3 for shape in [(3,), (3, 3), (), (2,), (2, 3)]),
    [(3,), (2, 3), (3,)],
    [(3, 3), (3,), (3,)],
    [(2, 3), (3,), (3, 2)],
    [(2, 3), (2,), (3, 2)],
    [(2, 3), (3, 2), (2,)],
]


NUMBERS = [None] * 3


def arguments_for(statement):
    """The first arguments that NumPy runs a statement on, and the program of it."""
    for shapes in [*SHAPES, NUMBERS]:
        if case := case_of(statement, arguments_of(statement, shapes)):
            return case
    raise AssertionError(f"no shape fits {statement}")


def arguments_of(statement, shapes):
    """Arrays of these shapes; unsigned integers where a statement asks for them."""
    rng = np.random.default_rng(3)
    arguments = {
        name: programs.drawn(rng, np.float64, shape, 0.3, 1.7)
        for name, shape in zip("xyz", shapes, strict=True)
    }
    if "{u}" in statement:
        arguments["m"] = np.array([1, 2, 120][: (shapes[0] or (3,))[-1]], np.uint8)
    return arguments


def case_of(statement, arguments):
    """The arguments and the program of a statement; None where it does not fit."""
    line = statement.format(
        v="v", a="x", b="y", c="z", n="0.5", k="0", i="0", j="-1", u="m", w="ODDS"
    )
    try:
        arrays = programs.arrays_of(arguments, [line])
    except programs.DOES_NOT_FIT:
        return None
    total = " + ".join(programs.weighed(*item) for item in arrays.items())
    return arguments, programs.written(arguments, [line, f"return {total}"])


def fits(statement, *arguments):
    """Whether NumPy runs a statement on these arguments."""
    return case_of(statement, dict(zip("xyz", arguments, strict=True))) is not None


OF_NUMBERS = [
    statement
    for statement in programs.STATEMENTS
    if "{u}" not in statement and fits(statement, 0.7, 1.2, 0.4)
]
OF_MATRICES = [
    statement
    for statement in programs.STATEMENTS
    if any(
        name in statement for name in ("symmetric_f", "spectral", "svd", "eigvalsh((")
    )
]


@pytest.mark.parametrize("statement", programs.STATEMENTS)
def test_every_statement_of_the_generator_is_run_and_differentiated(statement):
    programs.check(*arguments_for(statement))


@pytest.mark.parametrize("statement", OF_NUMBERS)
def test_statements_hold_for_python_numbers(statement):
    programs.check(*case_of(statement, {"x": 0.7, "y": 1.2, "z": 0.4}))


@pytest.mark.parametrize(
    "matrix", programs.REPEATED[1:], ids=["2 I", "diag(1, 1, 1.75)", "turned"]
)
@pytest.mark.parametrize("statement", OF_MATRICES)
def test_functions_of_matrices_hold_at_equal_values(statement, matrix):
    case = case_of(statement, {"x": matrix, "y": matrix[0], "z": matrix})
    assert programs.check(*case) == programs.JUDGED


@hypothesis.settings(max_examples=100)
@hypothesis.given(programs.programs())
def test_random_programs_equal_numpy_and_their_gradients_the_differences(case):
    programs.check(*case)


def test_the_check_sees_a_gradient_that_is_lost(monkeypatch):
    monkeypatch.setitem(DERIVATIVES, "sin", lambda position: None)
    with pytest.raises(AssertionError, match="slope"):
        programs.check(*arguments_for("{v} = np.sin({a})"))


def test_the_check_sees_a_rule_that_is_wrong_by_one_in_a_hundred(monkeypatch):
    monkeypatch.setitem(
        DERIVATIVES, "sin", lambda position: lambda g, z, x: 1.01 * g * np.cos(x)
    )
    with pytest.raises(AssertionError, match="slope"):
        programs.check(*arguments_for("{v} = np.sin({a})"))
