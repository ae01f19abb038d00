"""The whole story of a function: what is told, and what it is made of."""

import re
import sys

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.derivatives import DERIVATIVES
from pellucid.reading.story.explain import explain
from pellucid.reading.story.story import MOST

# ruff: noqa: RET504 (the tutorials name their result, and the name is tested)


def hypotenuse(a, b):
    c = np.sqrt(a**2 + b**2)
    return c


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(w, b, x, y):
    z = np.dot(w.T, x) + b
    p = sigmoid(z)
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    cost = np.sum(loss) / x.shape[1]
    return cost


def softmax(A):
    E = np.exp(A - A.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def shared(x):
    s = x * x
    return s * s + np.linalg.inv(x * np.eye(2))[0, 0]


rng = np.random.default_rng(0)
COST = (np.array([[0.5], [-1.0]]), 0.25, rng.normal(size=(2, 4)),
        np.array([[1.0, 0.0, 1.0, 0.0]]))  # fmt: skip
PROGRAMS = {
    "hypotenuse": (hypotenuse, 3.0, 4.0),
    "logistic cost": (forward, *COST),
    "softmax": (softmax, np.eye(3)),
    "shared": (shared, 2.0),
    "two results": (lambda x: (x * 2, x + 1), 1.0),
    "no inputs": (lambda: np.ones(3).sum(),),
    "a constant array": (lambda x: x @ np.arange(20.0), np.ones(20)),
    "an empty array": (lambda x: np.sum(x), np.ones(0)),
    "an integer step": (lambda x: x * np.argmax(np.array([1.0, 2.0]) * x), 1.0),
    "an argument returned": (lambda a: a, 3.0),
}


# -- text -----------------------------------------------------------------------------


def test_the_story_of_the_hypotenuse():
    line = hypotenuse.__code__.co_firstlineno + 1
    parts = str(explain(hypotenuse, 3.0, 4.0)).split("\n\n")
    assert parts[2:6] == [
        "  step           value   ∂c/∂step   local derivatives",
        "What goes in\n"
        "  a              3       0.6\n"
        "  b              4       0.8",
        f"test_explain.py, line {line}: c = np.sqrt(a**2 + b**2)\n"
        "  t1 = a²        9       0.1        ∂t1/∂a = 2 · a = 6\n"
        "  t2 = b²        16      0.1        ∂t2/∂b = 2 · b = 8\n"
        "  t3 = t1 + t2   25      0.1        ∂t3/∂t1 = 1\n"
        "                                    ∂t3/∂t2 = 1\n"
        "  c = √t3        5       1          ∂c/∂t3 = 1 / (2 · c) = 0.1\n"
        "  rewritten: √(a² + b²) → hypot(a, b) (hypot)",
        "The gradient: ∂c/∂a = 0.6; ∂c/∂b = 0.8.",
    ]  # fmt: skip
    assert parts[7].split()[-4:] == ["this", "wins", "16", "digits."]


@pytest.mark.parametrize(
    "part",
    [
        "forward takes the array w (2×1), the number b, the array x (2×4)",
        f"line {sigmoid.__code__.co_firstlineno + 1}, in sigmoid: return 1 / (1",
        "∂cost/∂t1 = ∂cost/∂t2 @ xᵀ   ∂cost/∂x = t1ᵀ @ (∂cost/∂t2)",
        "∂cost/∂w = (∂cost/∂t1)ᵀ",
        "∂p/∂t5 = −p / t5 = [[",
        "cost = t13 / 4",
        "rewritten: 1 / (1 + exp(−z)) → sigmoid(z) (sigmoid)",
        "(log sigmoid)",
        "this wins 16 digits.",
        "∂cost/∂b = ",
    ],
)
def test_the_story_of_the_tutorials_cost(part):
    assert part in " ".join(str(explain(forward, *COST)).split("\n"))


def test_where_the_naive_formula_fails_the_gradient_is_that_of_the_stable_one():
    def loss(z):
        p = 1 / (1 + np.exp(-z))
        return -np.log(1 - p)

    story = str(explain(loss, 800.0))
    assert re.search(r"\n  z +800 +1\n", story)
    assert "rewritten: " in story


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_every_step_is_told_in_text_and_in_html(program):
    f, *args = program
    graph = pl.graph(f, *args)
    story = explain(graph, *args)
    steps = [n for n in graph.nodes if not n.is_input]
    assert repr(story) == (
        f"<Explanation of {graph.title}: {len(steps)} step{'s' * (len(steps) != 1)}>"
    )
    assert story.html.count("<tr><td>") == len(graph.nodes)
    assert max(map(len, str(story).splitlines())) < 140


def test_without_arguments_the_formulas_are_told():
    story = str(explain(pl.graph(hypotenuse, 3.0, 4.0)))
    assert "c = √t3        ∂c/∂t3 = 1 / (2 · c)\n" in f"{story}\n"
    assert "value" not in story
    assert "The gradient:" not in story


def test_a_result_of_several_elements_has_no_gradient_and_a_sentence_says_so():
    story = str(explain(softmax, np.eye(3)))
    assert "∂J/∂E = ∂J/∂t3" in story
    assert "\n\nNo gradients: the result is more than one number." in story


def test_a_lambda_stands_in_no_helper():
    told = str(explain(lambda x: x**2, 3.0))
    assert f", in {'test_a_lambda'}" not in told


def test_a_step_without_derivative_is_named_in_a_remark(monkeypatch):
    monkeypatch.delitem(DERIVATIVES, "sin")
    story = " ".join(str(explain(lambda x: np.sin(x) * x, 1.0)).split())
    assert re.search(r"No gradients: .* line \d+: np.sin has no derivative", story)


def test_the_naive_value_at_its_edge_is_shown_without_a_warning():
    assert "inf" in str(explain(sigmoid, -800.0))


def test_of_a_long_story_the_middle_is_left_out():
    def chain(x):
        for _ in range(MOST):
            x = np.sin(x) * 1.5
        return x

    story = str(explain(chain, 1.0))
    assert "Between the first 100 and the last 100 steps are 200 more." in (
        " ".join(story.split())
    )
    assert story.count("cos(") == MOST / 2


def test_without_source_text_the_steps_are_told():
    space = {"np": np}
    exec("def f(x):\n    y = x**2\n    return y", space)
    assert "y = x²" in str(explain(space["f"], 3.0))


# -- local derivatives ----------------------------------------------------------------

v = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: x + x * 2, 1.5, "∂t1/∂x = 2"),
        (lambda x: x**3, 1.5, "∂f/∂x = 3 · x² = 6.75"),
        (lambda x: x * x, 1.5, "∂f/∂x = x + x = 3"),
        (lambda x: np.exp(x), 0.0, "∂f/∂x = f = 1"),
        (lambda x: np.sum(x), v, "∂f/∂x = 1"),
        (lambda x: np.mean(x), v, "∂f/∂x = 0.5"),
        (lambda x: x @ x, v, "∂f/∂x = x + x = [2 4]"),
        (lambda x: np.sum(x * np.ones((2, 1))), v, "∂t2/∂x = t1 = [1 1]ᵀ"),
        (lambda x: np.sum(np.cumsum(x)), v, "∂f/∂x = "),
        (lambda x: np.where(x > 1, x, 0.0), 2.0, "∂f/∂x = where(t1, 1, 0.0) = 1"),
    ],
)
def test_a_local_derivative_is_a_formula_and_a_value(f, x, expected):
    assert expected in str(explain(f, x))


# -- HTML -----------------------------------------------------------------------------


def test_a_page_is_saved_whole_and_needs_nothing_else(tmp_path):
    path = explain(forward, *COST).save(tmp_path / "cost.html")
    page = path.read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert not re.search(r"(src|href)=|https?:|<script", page)


def test_a_page_has_another_suffix_refused(tmp_path):
    with pytest.raises(PellucidError, match=r"saved as \.html, not as 'cost\.pdf'"):
        explain(hypotenuse, 3.0, 4.0).save(tmp_path / "cost.pdf")


def test_formulas_are_mathematics_in_a_notebook():
    pytest.importorskip("latex2mathml")
    html = explain(hypotenuse, 3.0, 4.0)._repr_html_()
    assert html.startswith('<div class="pellucid-story">')
    assert '<div class="wide"' in html
    assert r'alttext="\frac{\partial t_1}{\partial a} = 2 a"' in html
    assert r'alttext="c = \sqrt{t_3}"' in html


def test_a_sum_along_an_axis_passes_its_gradient_on_by_elements():
    pytest.importorskip("latex2mathml")
    html = explain(softmax, np.eye(3)).html
    assert (
        r'alttext="\frac{\partial J}{\partial E_{ij}} = \frac{\partial J}'
        r'{\partial t_{3,i}}"' in html
    )


def test_without_latex2mathml_formulas_are_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    html = explain(hypotenuse, 3.0, 4.0).html
    assert "<math" not in html
    assert "c = √t3" in html
    assert "∂c/∂t3 = 1 / (2 · c)</div>" not in html


def test_code_is_escaped():
    assert "x &lt; 1" in explain(lambda x: np.where(x < 1, x, 0.0), 0.5).html
