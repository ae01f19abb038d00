"""Typed formulas: what becomes a function, and what is refused, in which words."""

import contextlib
import inspect
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pl
from pellucid.errors import ExpressionError
from pellucid.tour.typed_formula import DEPTH, FUNCTIONS, LENGTH, function_of

X = np.array([1.0, -2.0, 3.0])
ARRAYS = {"dot", "matmul", "outer", "transpose"}  # that take more than numbers


def body(text):
    return inspect.getsource(function_of(text)).partition("return ")[2].strip()


@pytest.mark.parametrize(
    ("text", "arguments", "value"),
    [
        ("sqrt(a**2 + b**2)", (3.0, 4.0), 5.0),
        ("np.sqrt(a)", (9.0,), 3.0),
        ("  2*x // 3 % 2 ", (5.0,), 1.0),
        ("-x + +x", (5.0,), 0.0),
        ("pi*r**2 + e", (2.0,), 4 * np.pi + np.e),
        ("x**-2", (2.0,), 0.25),
        ("x**2000", (1.0,), 1.0),
        ("where(x > 0, x, 0)", (-2.0,), 0.0),
        ("(x < y) + (x <= y) + (x == y)", (1.0, 2.0), 2),
        ("(x > y) + (x >= y) + (x != y)", (1.0, 2.0), 1),
        ("1 / (1 + exp(-z))", (0.0,), 0.5),
        ("x[0] + x[-1] - x[1:3][0]", (X,), 6.0),
        ("sum(x, axis=0)", (X,), 2.0),
        ("sum(sum(x, axis=-1, keepdims=True))", (X,), 2.0),
        ("mean(x, axis=(0,))", (X,), 2 / 3),
        ("max(x) - min(x)", (X,), 5.0),
        ("x @ x", (X,), 14.0),
        ("maximum(x,\n   0)", (-1.0,), 0.0),
        ("α + β", (1.0, 2.0), 3.0),
        ("2 + 3", (), 5.0),
    ],
)
def test_a_formula_computes_what_it_says(text, arguments, value):
    assert function_of(text)(*arguments) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "names"),
    [("b + a*b", ["b", "a"]), ("a == b", ["a", "b"]), ("x*f", ["x", "f"]), ("1", [])],
)
def test_names_become_parameters_in_order(text, names):
    assert list(inspect.signature(function_of(text)).parameters) == names


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sqrt(a**2)", "np.sqrt(a ** 2)"),
        ("np.sqrt(a)/2", "np.sqrt(a) / 2.0"),
        ("2**x", "2.0 ** x"),
        ("pi", "np.pi"),
        ("x[1, :2]", "x[1, :2]"),
        ("sum(x, axis=1)", "np.sum(x, axis=1)"),
        ("x**2**2", "x ** 2.0 ** 2"),
    ],
)
def test_the_source_is_plain_numpy(text, written):
    assert body(text) == written


def test_the_function_is_traced_with_names_and_lines():
    graph = pl.graph(function_of("sqrt(a**2 + b**2)"), 3.0, 4.0)
    assert [node.name for node in graph.inputs] == ["a", "b"]
    assert graph.title == "f"
    assert graph.nodes[-1].line[1] == 2
    gradient = pl.gradient(function_of("sqrt(a**2 + b**2)"), ("a", "b"))(3.0, 4.0)
    assert gradient == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - ARRAYS))
def test_every_function_is_called_on_numbers_and_is_traced(name):
    names = ["x", "y", "z"][: FUNCTIONS[name]]
    f = function_of(f"{name}({', '.join(names)})")
    arguments = [np.array([0.3, 0.6]), np.array([0.5, 0.5]), np.array([0.7, 0.9])]
    with np.errstate(all="ignore"):
        expected = f(*arguments[: len(names)])
        graph = pl.graph(f, *arguments[: len(names)])
        np.testing.assert_array_equal(graph(*arguments[: len(names)]), expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a +", "no formula: invalid syntax, at its end"),
        ("(a", "never closed, at position 1"),
        ("3 a", "invalid syntax, at position 3"),
        ("a := 3", "invalid syntax, at position 3"),
        ("a; b", "invalid syntax, at position 2"),
        ("a # b", "comment"),
        ("\x00", "null bytes"),
        ("1" * 5000, "limit"),
        ("sqr(a)", "`sqr`, at position 1, .* perhaps you mean sqrt"),
        ("2*α + sqr(α)", "`sqr`, at position 7"),
        ("ln(x)", "write log"),
        ("sigmoid(x)", r"write 1/\(1 \+ exp\(-x\)\)"),
        ("f(x)", "`f`, at position 1, .* no such function"),
        ("a^2", r"a power is written x\*\*y"),
        ("a < b < c", "logical_and"),
        ("a and b", "logical_and"),
        ("a & b", "logical_and"),
        ("not a", "logical_not"),
        ("~a", "logical_not"),
        ("a is b", "compare with"),
        ("a if b else c", r"where\(condition"),
        ("x.sum()", "only functions of NumPy"),
        ("np.linalg.det(a)", "only functions of NumPy"),
        ("a.b", "only np.<function> has a dot"),
        ("log + 1", r"write log\(\.\.\.\)"),
        ("np", "choose another name"),
        ("__x", "choose another name"),
        ("1j", "made of numbers"),
        ("'x'", "made of numbers"),
        ("f'{a}'", "made of numbers"),
        ("True", "made of numbers"),
        ("[a]", "made of numbers"),
        ("x, y", "made of numbers"),
        ("{a: b}", "made of numbers"),
        ("lambda: 0", "made of numbers"),
        ("[x for x in y]", "made of numbers"),
        ("sin(*a)", "made of numbers"),
        ("sin(**a)", "takes 1 argument, not 0"),
        ("sum(x, 0)", "takes 1 argument, not 2"),
        ("max(a, b)", r"maximum\(x, y\)"),
        ("sin(x, out=y)", "takes no keywords"),
        ("sum(x, dtype=y)", "takes axis and keepdims"),
        ("sum(x, axis=a)", "an axis is a whole number"),
        ("sum(x, keepdims=2)", "True or False"),
        ("x[a]", "`a`, at position 3, .* an index is a whole number"),
        ("x[1:a]", "an index is a whole number"),
        ("x[True]", "an index is a whole number"),
        ("1[0]", "a number has no elements"),
        ("-pi[0]", "a number has no elements"),
        ("1/0", "no finite value"),
        ("9**9**9", "no finite value"),
        ("10**1000", "no finite value"),
        ("1e999", "largest number"),
        ("1" * 400, "largest number"),
        ("(-8)**0.5", "no real number"),
        ("-" * 9000 + "a", "nested"),
        ("+".join("a" * 4000), "nested"),
        ("(" * 300 + "a" + ")" * 300, "nested"),
        ("a" * (LENGTH + 1), "characters"),
        ("().__class__", "only np.<function> has a dot"),
        ("__import__('os').system('x')", "only functions of NumPy"),
        ("(lambda: 0)()", "only functions of NumPy"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text, words):
    with pytest.raises(ExpressionError, match=words) as caught:
        function_of(text)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 300


def test_the_greatest_depth_is_compiled():
    assert function_of("+".join("a" * (DEPTH - 1)))(1.0) == DEPTH - 1


def test_the_function_sees_nothing_but_numpy():
    scope = function_of("x + 1").__globals__
    assert scope["__builtins__"] == {}
    assert set(scope) == {"np", "__name__", "__builtins__", "f"}


PIECES = ["sqrt", "np", "sum", "axis=", "x", "a", "0", "9", "1.5", "e", "lambda", "if"]


@given(
    st.lists(
        st.sampled_from([*PIECES, *string.punctuation, " ", "**", "__"]), max_size=12
    ).map("".join)
)
def test_any_text_becomes_a_function_or_one_error(text):
    with contextlib.suppress(ExpressionError):
        assert callable(function_of(text))
