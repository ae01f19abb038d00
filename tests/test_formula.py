r"""Formulas: how each operation is written, and that what is written means the same."""

import functools
import math
import operator
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_examples import NAMES, example
from operation_examples import X as X3

import pellucid as pl
from pellucid.errors import GradientError, PellucidError
from pellucid.graphs.differentiating.step_derivatives import adjoints
from pellucid.graphs.tracing.trace import graph
from pellucid.reading.formula import latex
from pellucid.reading.formula.equations import Equations
from pellucid.reading.formula.formula import display, formula
from pellucid.reading.formula.latex import Piece

x = np.array([1.0, 2.0, 3.0])
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])
A = np.array([[2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 0.0, 2.0]])


def hypotenuse(a, b):
    c = np.sqrt(a**2 + b**2)
    return c  # noqa: RET504


def cost(w, b, x, y):
    z = np.dot(w.T, x) + b
    p = 1 / (1 + np.exp(-z))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    return np.sum(loss) / x.shape[1]


def softmax(A):
    E = np.exp(A)
    Y = E / E.sum(axis=1, keepdims=True)
    return Y  # noqa: RET504


def buffer(x):
    b = np.zeros(3)
    b[0] = x[0] ** 2
    return b.sum()


def shared(x):
    s = np.sin(x) * np.cos(x) + 1
    return s * s


COST = (np.full((4, 1), 0.01), 0.0, np.ones((4, 6)), np.ones((1, 6)))


def lines(text):
    """The equations, left and right, without what holds them together."""
    text = re.sub(r"\\(begin|end)\{aligned\}", "", text).replace(" &=", " =")
    return [line.strip() for line in text.strip().split("\\\\\n")]


# -- what is written ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "arguments", "expected"),
    [
        (hypotenuse, (3.0, 4.0), [r"c = \sqrt{a^2 + b^2}"]),
        (
            cost,
            COST,
            [
                r"\mathbf{z} = \mathbf{w}^\top \mathbf{x} + b",
                r"\mathbf{p} = \frac{1}{1 + e^{-\mathbf{z}}}",
                r"\mathrm{loss} = -\mathbf{y} \odot \log \mathbf{p}"
                r" - (1 - \mathbf{y}) \odot \log(1 - \mathbf{p})",
                r"\mathrm{cost}(\mathbf{w}, b, \mathbf{x}, \mathbf{y})"
                r" = \frac{1}{6} \sum_i \mathrm{loss}_i",
            ],
        ),
        (
            softmax,
            (X,),
            [r"\mathbf{E} = \exp \mathbf{A}", r"Y_{ij} = \frac{E_{ij}}{\sum_k E_{ik}}"],
        ),
        (
            buffer,
            (x,),
            [
                r"\mathbf{b} = \mathbf{0}",
                r"\mathbf{b}_2 = \mathbf{b}[0 \leftarrow x_0^2]",
                r"\mathrm{buffer}(\mathbf{x}) = \sum_i b_{2,i}",
            ],
        ),
        (shared, (1.0,), [r"s = (\sin x) \cos x + 1", r"\mathrm{shared}(x) = s^2"]),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_named_variables_become_equations(f, arguments, expected):
    assert lines(formula(f, *arguments)) == expected


@pytest.mark.parametrize(
    ("f", "arguments", "right"),
    [
        # signs and parentheses
        (lambda a, b: (a - b) - (a - b), (1.0, 2.0), "a - b - (a - b)"),
        (lambda a, b: a - (-b), (1.0, 2.0), "a + b"),
        (lambda a, b: a + -b * 2, (1.0, 2.0), "a - 2 b"),
        (lambda a, b: -(a + b) * -b, (1.0, 2.0), "(a + b) b"),
        (lambda a, b: (-a) ** 2 / -b, (1.0, 2.0), r"-\frac{(-a)^2}{b}"),
        (lambda a, b: (a / b) ** 2, (1.0, 2.0), r"\left( \frac{a}{b} \right)^2"),
        (lambda a, b: a**b**2, (1.0, 2.0), "a^{b^2}"),
        (lambda a, b: (a**b) ** 2, (1.0, 2.0), "(a^b)^2"),
        (lambda a: a * 2 * 3, (1.0,), r"3 \cdot 2 a"),
        (lambda a, b: np.log(a) * b, (1.0, 2.0), r"(\log a) b"),
        (lambda a, b: b * np.log(a * b), (1.0, 2.0), r"b \log(a b)"),
        (lambda a: np.exp(a) ** 2, (1.0,), "(e^a)^2"),
        (lambda a: np.exp(-(a**2)), (1.0,), r"\exp(-a^2)"),
        (lambda e: np.exp(e), (1.0,), r"\exp e"),
        (lambda a: np.sqrt(a) ** 2, (1.0,), r"\left( \sqrt{a} \right)^2"),
        (lambda a: 1e-8 * a + 2.5e10, (1.0,), r"10^{-8} a + 2.5 \times 10^{10}"),
        (lambda a: np.pi * a / 3.0, (1.0,), r"\frac{\pi a}{3}"),
        # each of several results
        (lambda a: np.modf(a)[1], (1.5,), r"\operatorname{trunc}(a)"),
        (lambda a: np.modf(a)[0], (1.5,), r"a - \operatorname{trunc}(a)"),
        (
            lambda a: np.divmod(a, 0.3)[0],
            (1.5,),
            r"\left\lfloor \frac{a}{0.3} \right\rfloor",
        ),
        (lambda a: np.divmod(a, 0.3)[1], (1.5,), r"a \bmod 0.3"),
        (lambda a: np.frexp(a)[0], (1.5,), r"(\operatorname{frexp}(a))_0"),
        (
            lambda x: np.real(np.conj(np.fft.fft(x))),
            (x,),
            r"\operatorname{Re}(\overline{\operatorname{fft}(\mathbf{x})})",
        ),
        # truth values
        (lambda a, b: (a > b) * a, (1.0, 2.0), "[a > b] a"),
        (
            lambda a, b: np.where((a > 0) & (b <= 1), a, b),
            (1.0, 2.0),
            r"\begin{cases} a & a > 0 \land b \le 1 \\"
            r" b & \text{otherwise} \end{cases}",
        ),
        (lambda x: np.any(x > 1) * 2.0, (x,), r"2 [\bigvee_i (x_i > 1)]"),
        # sums and their kin
        (lambda x: np.sum(x) ** 2 * 2, (x,), r"2 \left( \sum_i x_i \right)^2"),
        (lambda x: np.mean(x**2 - 1), (x,), r"\frac{1}{n} \sum_i (x_i^2 - 1)"),
        (
            lambda x: (np.sum(x) + np.sum(x**2)) / 2,
            (x,),
            r"\frac{\sum_i x_i + \sum_i x_i^2}{2}",
        ),
        (
            lambda x: np.mean(x) + np.mean(x[1:]),
            (x,),
            r"\frac{1}{3} \sum_i x_i + \frac{1}{2} \sum_i (\mathbf{x}_{1:})_i",
        ),
        (
            lambda x: np.mean((x - np.mean(x)) ** 2),
            (x,),
            r"\frac{1}{n} \sum_i \left( x_i - \frac{1}{n} \sum_j x_j \right)^2",
        ),
        (lambda X: X.max(axis=1), (X,), r"\max_j X_{ij}"),
        (
            lambda X: X - X.mean(axis=0),
            (X,),
            r"X_{ij} - \frac{1}{n} \sum_k X_{kj}",
        ),
        (lambda i: np.sum(i), (x,), r"\sum_j i_j"),
        # products
        (lambda A, x: x @ A @ x, (A, x), r"\mathbf{x}^\top \mathbf{A} \mathbf{x}"),
        (lambda x: x.dot(x), (x,), r"\mathbf{x}^\top \mathbf{x}"),
        (
            lambda x: x.reshape(3, 1) @ x[None, :],
            (x,),
            r"\mathbf{x} \mathbf{x}^\top",
        ),
        (
            lambda A, x: (A + A.T) @ x,
            (A, x),
            r"(\mathbf{A} + \mathbf{A}^\top) \mathbf{x}",
        ),
        (lambda X, x: X * x, (X, x), "X_{ij} x_j"),
        (lambda X, x: X + x, (X, x), r"\mathbf{X} + \mathbf{x}"),
        (
            lambda x: x * np.full(3, 2.5),
            (x,),
            r"\mathbf{x} \odot 2.5 \cdot \mathbf{1}",
        ),
        (lambda X: X**2 * X, (X,), r"\mathbf{X}^{\circ 2} \odot \mathbf{X}"),
        (lambda A, X: (X @ A).T, (A, X), r"\mathbf{A}^\top \mathbf{X}^\top"),
        (lambda x: np.outer(x, x), (x,), "x_i x_j"),
        (lambda A, x: np.einsum("ij,j", A, x), (A, x), r"\sum_j A_{ij} x_j"),
        (
            lambda A, x: np.linalg.solve(A.T, x),
            (A, x),
            r"\mathbf{A}^{-\top} \mathbf{x}",
        ),
        # places
        (lambda x: x[1:] - x[:-1], (x,), r"\mathbf{x}_{1:} - \mathbf{x}_{:-1}"),
        (lambda X: X[0, 1] * X[1], (X,), r"X_{0,1} \mathbf{X}_1"),
        (lambda X: X[:, 0], (X,), r"\mathbf{X}_{:,0}"),
        (lambda z_2: z_2[1:], (x,), r"(\mathbf{z}_2)_{1:}"),
        (lambda z_2: z_2[0] + np.sum(z_2), (x,), r"(z_2)_0 + \sum_i z_{2,i}"),
        (
            lambda x: np.stack([x, x]),
            (x,),
            r"\begin{bmatrix} \mathbf{x}^\top \\ \mathbf{x}^\top \end{bmatrix}",
        ),
        (
            lambda x: np.array([1.0, 2.0, 3.0]) @ x,
            (x,),
            r"{\begin{bmatrix} 1 \\ 2 \\ 3 \end{bmatrix}}^\top \mathbf{x}",
        ),
    ],
)
def test_an_expression_is_written_as_in_a_book(f, arguments, right):
    assert formula(f, *arguments).partition(" = ")[2] == right


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("w_1", "w_1"),
        ("w12", "w_{12}"),
        ("loss", r"\mathrm{loss}"),
        ("learning_rate", r"\mathrm{learning}_{\mathrm{rate}}"),
        ("alpha", r"\alpha"),
        ("lambda_", r"\lambda"),
        ("theta_0", r"\theta_0"),
        ("dW_out", r"\mathrm{dW}_{\mathrm{out}}"),
        ("m_hat", r"\hat{m}"),
        ("eps", r"\varepsilon"),
        ("layers_0_0", "W^{(1)}"),
        ("layers_2_1", "b^{(3)}"),
        ("_", "_"),
        ("ß", "ß"),
    ],
)
def test_names_are_set_as_in_a_book(name, expected):
    assert latex.symbol(name).text == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.0, "2"),
        (-0.5, "-0.5"),
        (1 / 3, r"\frac{1}{3}"),
        (1 / 348, r"\frac{1}{348}"),
        (0.123456789, "0.123457"),
        (np.float32(0.1), "0.1"),
        (1e-8, "10^{-8}"),
        (2.5e-10, r"2.5 \times 10^{-10}"),
        (math.pi, r"\pi"),
        (math.inf, r"\infty"),
        (-math.inf, r"-\infty"),
        (math.nan, r"\mathrm{nan}"),
        (True, "1"),
        (7, "7"),
        (2 + 1j, "(2 + 1 i)"),
    ],
)
def test_numbers_are_set_as_in_a_book(value, expected):
    assert latex.number(value).text == expected


# -- gradients and numbers ------------------------------------------------------------


def test_the_gradient_follows_from_the_end():
    result = lines(formula(cost, *COST, gradient=True))
    left = [line.partition(" =")[0] for line in result]
    assert left[:4] == [line.partition(" =")[0] for line in lines(formula(cost, *COST))]
    J = r"\frac{\partial \mathrm{cost}}{\partial "
    names = [r"\mathrm{loss}", *(rf"\mathbf{{{v}}}" for v in "pzw"), "b"]
    assert left[4:] == [f"{J}{v}}}" for v in [*names, r"\mathbf{x}", r"\mathbf{y}"]]


@pytest.mark.parametrize(
    ("f", "arguments", "last"),
    [
        (lambda x: x**2, (3.0,), r"\frac{\partial f}{\partial x} = 2 x"),
        (lambda a, x: a * 2, (1.0, x), r"\frac{\partial f}{\partial \mathbf{x}} = 0"),
        (
            lambda x: np.sum(x),
            (x,),
            r"\frac{\partial f}{\partial \mathbf{x}} = \mathbf{1}",
        ),
        (
            lambda X, w: np.sum(X @ w),
            (X, x),
            r"\frac{\partial f}{\partial \mathbf{w}} = \mathbf{X}^\top \mathbf{1}",
        ),
        (lambda a, b: a * b, (1.0, 2.0), r"\frac{\partial f}{\partial b} = a"),
        (
            lambda X, w: np.sum((X @ w) ** 2),
            (X, x),
            r"\frac{\partial f}{\partial \mathbf{w}}"
            r" = \mathbf{X}^\top \cdot 2 \mathbf{X} \mathbf{w}",
        ),
    ],
)
def test_the_gradient_of_each_input_is_written(f, arguments, last):
    assert lines(formula(f, *arguments, gradient=True))[-1] == last


@pytest.mark.parametrize(
    ("f", "arguments", "last"),
    [
        (lambda b, a: b**a, (2.0, 3.0), r"f \log b"),
        (lambda b, a: np.hypot(b, a), (2.0, 3.0), r"\frac{a}{f}"),
        (lambda a: np.maximum(a, 0) * 3, (2.0,), r"3 H_{0.5}(a)"),
        (
            lambda a: np.where(a > 0, np.sqrt(a), 0.0),
            (2.0,),
            r"\begin{cases} \frac{1}{2 \sqrt{a}} & a > 0 \\"
            r" 0 & \text{otherwise} \end{cases}",
        ),
    ],
    ids=["power", "hypot", "maximum", "where"],
)
def test_a_derivative_is_written_without_its_guards(f, arguments, last):
    right = lines(formula(f, *arguments, gradient=True))[-1].partition(" = ")[2]
    assert right == last


def test_cases_within_cases_are_one_list():
    text = formula(lambda a: np.where(a > 1, a, np.where(a < 0, 1.0, a * 2)), 0.5)
    assert text.endswith(
        r"\begin{cases} a & a > 1 \\ 1 & a < 0 \\"
        r" 2 a & \text{otherwise} \end{cases}"
    )


def test_a_variable_that_the_person_called_t1_has_a_name():
    def f(x):
        t1 = x * 2
        return t1 + np.sin(t1)

    assert lines(formula(f, 1.0))[0] == "t_1 = 2 x"


def test_a_power_of_a_layers_weights_is_set_apart():
    def penalty(layers):
        return np.sum(layers[0][0] ** 2)

    text = formula(penalty, [(X, x)])
    assert text.endswith(r"= \sum_{i,j} (W^{(1)}_{ij})^2")


def test_a_gradient_needs_a_cost():
    with pytest.raises(GradientError, match=r"one element; f gives \(3,\)"):
        formula(lambda x: x * 2, x, gradient=True)


@pytest.mark.parametrize(
    ("f", "arguments", "expected"),
    [
        (hypotenuse, (3.0, 4.0), r"c = \sqrt{3^2 + 4^2} = 5"),
        (hypotenuse, (1.0, -1.0), r"c = \sqrt{1^2 + (-1)^2} \approx 1.414"),
        (lambda a: a * 2, (1 / 3,), r"f(0.3333) \approx 0.3333 \cdot 2 \approx 0.6667"),
        (lambda x: x[0] * x[2], (x,), r"f(\mathbf{x}) = 1 \cdot 3 = 3"),
        (
            lambda a, x: a * x,
            (2.0, x),
            r"\mathbf{f}(2, \mathbf{x}) = 2 \mathbf{x}"
            r" = \begin{bmatrix} 2 \\ 4 \\ 6 \end{bmatrix}",
        ),
        (lambda a: a, (3.0,), "f(3) = 3"),
    ],
)
def test_numbers_are_put_in(f, arguments, expected):
    assert formula(f, *arguments, numbers=True) == expected


def test_numbers_need_arguments():
    graph = pl.graph(hypotenuse, 3.0, 4.0)
    assert formula(graph, 3.0, 4.0, numbers=True).endswith("= 5")
    with pytest.raises(PellucidError, match="example arguments"):
        formula(graph, numbers=True)


# -- every operation ------------------------------------------------------------------


def mathml(text):
    converter = pytest.importorskip("latex2mathml.converter")
    return converter.convert(text.replace("{aligned}", "{align*}"))


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_written_in_latex_that_converts(name):
    f = example(name)
    for each in (f, lambda x: (f(x), np.sum(f(x)))):  # whole, and by its elements
        text = formula(each, X3)
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")
        assert "\\" not in mathml(text)


def test_a_scatter_is_written():
    text = formula(lambda x: x[1] * x[0], x, gradient=True)
    assert r"\mathbf{0}[1 \leftarrow x_0]" in text
    assert "\\" not in mathml(text)


# -- big graphs -----------------------------------------------------------------------


def test_a_chain_of_named_nodes_has_an_equation_each():
    def chain(x):
        for _ in range(10_000):
            x = x * 1.5
        return x

    result = lines(display(Equations(graph(chain, 1.0), {}, {}).lines()))
    assert len(result) == 10_000
    assert result[-1] == "x_{10001} = 1.5 x_{10000}"


@pytest.mark.parametrize("gradient", [False, True])
def test_a_chain_without_names_is_cut_into_parts(gradient):
    def chain(x):
        return functools.reduce(lambda a, _: np.sin(a) + 1, range(5_000), x)

    recorded = graph(chain, 1.0)
    backward = adjoints(recorded) if gradient else {}
    result = lines(display(Equations(recorded, backward, {}).lines()))
    assert max(map(len, result)) < 300
    assert len(result) > 500


def test_a_value_that_is_used_twice_is_not_written_out_twice():
    def doubling(x):
        return functools.reduce(lambda a, _: a * np.cos(a), range(50), x)

    assert len(formula(doubling, 1.0)) < 4_000


def test_a_large_constant_is_not_written_out():
    M = np.ones((300, 300))
    assert len(formula(lambda x: M @ x, np.ones(300))) < 300


# -- what is written means the same ---------------------------------------------------

VARIABLES = {"a": 1.3, "b": -0.7, "d": 2.1}


def value_of(text):
    """Evaluate LaTeX of numbers, letters, sums, products, fractions and powers."""
    text = re.sub(r"\\(left|right)", "", text).replace(r"\cdot", "*")
    assert not re.search(r"\\sin [\w.]+ +[^-+) }]", text), "reads on to the right"
    text = re.sub(r"\\sin ([\w.]+)", r"sin(\1)", text).replace("}{", ")/(")
    text = text.replace(r"\frac", "").replace("{", "(").replace("}", ")")
    tokens = re.findall(r"[a-z]+|[\d.]+|\S", text.replace("\\", ""))
    code = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        ends = re.fullmatch(r"[a-z]|[\d.]+|\)", before)
        starts = re.fullmatch(r"[a-z]+|[\d.]+|\(", token)
        code += ("*" if ends and starts else "") + token.replace("^", "**")
    return eval(code, {"sin": math.sin} | VARIABLES)


BINARY = {
    operator.add: latex.plus,
    operator.sub: latex.minus,
    operator.mul: latex.times,
    operator.truediv: latex.over,
}
UNARY = {
    operator.neg: latex.negated,
    math.sin: lambda piece: latex.applied(r"\sin", piece),
    lambda v: v**3: lambda piece: latex.raised(piece, "3"),
}
LEAVES = st.sampled_from(
    [(Piece(name), value) for name, value in VARIABLES.items()]
    + [(latex.number(v), v) for v in (2.0, 0.5, -3.0)]
)


def combined(children):
    def binary(operation, left, right):
        if abs(right[1]) < 1e-3:
            operation = operator.mul
        return BINARY[operation](left[0], right[0]), operation(left[1], right[1])

    def unary(operation, child):
        return UNARY[operation](child[0]), operation(child[1])

    return st.builds(binary, st.sampled_from(list(BINARY)), children, children) | (
        st.builds(unary, st.sampled_from(list(UNARY)), children)
    )


@given(st.recursive(LEAVES, combined, max_leaves=10))
def test_what_is_written_has_the_same_value(pair):
    piece, value = pair
    if 1e-6 < abs(value) < 1e6:
        assert value_of(piece.text) == pytest.approx(value, rel=1e-6, abs=1e-6)


def test_numbers_of_a_slice():
    x = np.array([1.0, 2.0, 3.0])
    assert "1" in pl.formula(lambda x: np.sum(x[1:] * x[:-1]), x, numbers=True)
