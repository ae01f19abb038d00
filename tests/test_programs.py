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


def arguments_for(statement):
    """The first arguments that NumPy runs a statement on, and the program of it."""
    for shapes in SHAPES:
        rng = np.random.default_rng(3)
        arguments = {
            name: np.array(rng.uniform(0.3, 1.7, shape))
            for name, shape in zip("xyz", shapes, strict=True)
        }
        line = statement.format(
            v="v", a="x", b="y", c="z", n="0.5", k="0", i="0", j="-1"
        )
        try:
            arrays = programs.arrays_of(arguments, [line])
        except programs.DOES_NOT_FIT:
            continue
        total = " + ".join(programs.weighed(*item) for item in arrays.items())
        return arguments, programs.written(arguments, [line, f"return {total}"])
    raise AssertionError(f"no shape fits {statement}")


@pytest.mark.parametrize("statement", programs.STATEMENTS)
def test_every_statement_of_the_generator_is_run_and_differentiated(statement):
    programs.check(*arguments_for(statement))


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
