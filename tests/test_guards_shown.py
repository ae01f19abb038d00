"""Whoever reads a graph of a function that branches sees that it is one path of it."""

import math

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.reading.formula.mathml import mathml
from pellucid.reading.formula.typography import shown_value

FIRST = 16


def piecewise(x):
    if x > 0:
        return np.exp(x)
    return -x


def tax(income):
    if income <= 10_000:
        tax = 0.1 * income
    elif income <= 40_000:
        tax = 1_000 + 0.2 * (income - 10_000)
    else:
        tax = 7_000 + 0.4 * (income - 40_000)
    return tax


def square_root(a):
    x = a
    while abs(x * x - a) > 1e-10:
        x = (x + a / x) / 2
    return x


def bisection(c):
    low, high = 0.0, 2.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        if middle**2 < c:
            low = middle
        else:
            high = middle
    return (low + high) / 2 * c


def relu(z):
    return z if z > 0 else 0.0 * z


def network(w, x):
    hidden = relu(w[0] * x[0] + w[1] * x[1])
    other = relu(w[2] * x[0] - w[3] * x[1])
    return (hidden * w[4] + other * w[5] - 1.0) ** 2


def steps_of_collatz(x):
    n, steps = int(x), 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps * x


def median(x):
    values = sorted(x)
    return values[len(values) // 2]


def hinge(w, X, y):
    total = 0.0
    for i in range(len(y)):
        total = total + max(0, 1 - y[i] * (X[i] @ w))
    return total / len(y)


def huber(r, delta):
    size = abs(r)
    if size <= delta:
        return 0.5 * r**2
    return delta * (size - 0.5 * delta)


def gram_schmidt(A):
    basis = []
    for v in A:
        w = v
        for b in basis:
            w = w - (b @ v) * b
        norm = np.sqrt(w @ w)
        if norm < 1e-8:
            continue
        basis.append(w / norm)
    return np.sum(np.array(basis) ** 2 * np.arange(1, 4))


def ternary_search(a):
    low, high = 0.0, 4.0
    for _ in range(20):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if (left - a) ** 2 < (right - a) ** 2:
            high = right
        else:
            low = left
    return (low + high) / 2 + a


def best(x):
    i = np.argmax(x)
    top = x[int(i)]
    assert top > 0
    return top**2


def whole_power(x):
    return x ** math.floor(x)


def kept(x):
    """A condition with a name, asked later, and an array that is written to."""
    positive = x > 0
    b = np.zeros(2)
    b[0] = x
    if b[0] < 5:
        b[0] = 2 * x
    b[1] = np.exp(x)
    if positive:
        return np.sum(b)
    return x


FIRST = piecewise.__code__.co_firstlineno + 1  # the line of the first `if`

W = np.array([1.0, 2, -1, 0.5, 1, -2])
X = np.array([[0.1, 0.2], [-1.0, 0.7], [0.4, -0.6], [2.0, 0.3]])
Y = np.array([1.0, -1, 1, -1])
DEPENDENT = np.array([[1.0, 2, 3], [2, 4, 6], [0, 1, 1]])

# name: function, arguments, arguments that go another way
PROGRAMS = {
    "if": (piecewise, (3.0,), (-3.0,)),
    "if, no number": (piecewise, (-3.0,), (3.0,)),
    "elif": (tax, (25_000.0,), (50_000.0,)),
    "else": (tax, (50_000.0,), (5_000.0,)),
    "while": (square_root, (2.0,), (9.0,)),
    "bisection": (bisection, (2.0,), (1.9,)),
    "helper": (network, (W, np.array([0.5, 1.5])), (W, np.array([1.5, 0.5]) * [-1, 1])),
    "int": (steps_of_collatz, (6.5,), (7.5,)),
    "sorted": (median, (np.array([3.0, 1, 2, 5, 4]),), (np.arange(5.0),)),
    "max": (hinge, (np.array([0.5, -1.0]), X, Y), (np.array([5.0, -1.0]), X, Y)),
    "abs": (huber, (3.0, 1.5), (1.0, 1.5)),
    "continue": (gram_schmidt, (DEPENDENT,), (DEPENDENT + np.eye(3),)),
    "ternary search": (ternary_search, (1.3,), (1.4,)),
    "argmax": (best, (np.array([1.0, 4, 2]),), (np.array([4.0, 1, 2]),)),
    "floor": (whole_power, (3.4,), (4.4,)),
    "later": (kept, (3.4,), (7.4,)),
}
programs = pytest.mark.parametrize(
    ("f", "args", "others"), PROGRAMS.values(), ids=PROGRAMS
)


def defined(text, name):
    """The function that a source text defines."""
    found = {}
    exec(text, found)
    return found[name]


# -- text -----------------------------------------------------------------------------


def test_a_branch_is_a_line_in_its_place():
    assert str(pl.graph(tax, 25_000.0)).splitlines() == [
        "income               input float64",
        f"if income <= 10000   was False                 line {FIRST + 6}",
        f"if income <= 40000   was True                  line {FIRST + 8}",
        f"t3 = income - 10000  float64                   line {FIRST + 9}",
        f"t4 = 0.2 * t3        float64                   line {FIRST + 9}",
        f"tax = 1000 + t4      float64                   line {FIRST + 9}",
        "",
        "This is one path of tax: other arguments may go another way at lines "
        f"{FIRST + 6} and {FIRST + 8}.",
    ]


def test_a_whole_number_is_a_condition():
    assert "if np.trunc(x) == 6  was True" in str(pl.graph(steps_of_collatz, 6.5))
    assert "if np.floor(x) == 3  was True" in str(pl.graph(whole_power, 3.4))


def test_what_has_a_name_keeps_its_line():
    lines = str(pl.graph(best, np.array([1.0, 4, 2]))).splitlines()
    assert lines[1].startswith("i = np.argmax(x)")
    assert lines[2].startswith("if i == 1")


def test_many_conditions_of_one_line_are_counted():
    g = pl.graph(median, np.linspace(0, 1, 10)[::-1])
    lines = [line for line in str(g).splitlines() if line.startswith(("if", "..."))]
    assert len(lines) == 4
    assert f"... and {len(g.guards) - 3} more conditions" in lines[2]


def test_a_loop_says_one_line_a_turn():
    text = str(pl.graph(square_root, 2.0))
    assert text.count("1e-10") == 5
    assert "if np.absolute(x_3 * x_3 - a) > 1e-10  was True " in text
    assert "if np.absolute(x_4 * x_4 - a) > 1e-10  was False" in text


def test_every_name_in_the_text_has_a_line():
    g = pl.graph(gram_schmidt, DEPENDENT)
    lines = str(g).partition("\n\n")[0].splitlines()
    shown = {line.split()[0] for line in lines}
    used = {n.name for n in g.nodes if any(f" {n.name} " in f"{x} " for x in lines)}
    assert used <= shown


def test_without_a_branch_nothing_is_said():
    assert "path" not in str(pl.graph(lambda x: x**2, 3.0))


# -- source ---------------------------------------------------------------------------


@programs
def test_the_source_computes_the_same(f, args, others):
    g = pl.graph(f, *args)
    written = defined(pl.source(g), f.__name__)
    np.testing.assert_array_equal(written(*args), g(*args))
    np.testing.assert_allclose(written(*args), f(*args), rtol=1e-12)


@programs
def test_the_source_fails_where_the_graph_does(f, args, others):
    g = pl.graph(f, *args)
    written = defined(pl.source(g), f.__name__)
    with pytest.raises(PellucidError, match="goes another way") as told:
        g(*others)
    with pytest.raises(AssertionError, match="goes another way") as failed:
        written(*others)
    place = str(told.value).partition(": `")[0]
    assert str(failed.value) == f"{place} goes another way"


@programs
def test_the_source_of_a_gradient_computes_the_same(f, args, others):
    gradient = pl.gradient(f)
    written = defined(pl.source(gradient, *args), f"{f.__name__}_gradient")
    np.testing.assert_allclose(written(*args), gradient(*args), rtol=1e-12)
    with pytest.raises(AssertionError, match="goes another way"):
        written(*others)


def flagged(x):
    done = np.array(False)
    done[()] = x > 0
    return x * 2 if done else x


def test_what_is_assigned_and_asked_is_asserted():
    written = defined(pl.source(flagged, 3.0), "flagged")
    assert written(4.0) == 8.0
    with pytest.raises(AssertionError, match="goes another way"):
        written(-4.0)


# A program of random statements: of numbers x, y and a buffer b that is written to.
TERMS = (
    "x", "y", "b[0]", "b[1]", "0.5", "({} + {})", "({} - {})", "({} * {})",
    "np.sin({})", "abs({})", "max({}, {})", "np.sum(b[1:] * {})",
)  # fmt: skip
STATEMENTS = (
    "x = {}", "y = {}", "b[0] = {}", "b[1:] += {}", "y = y + int({})",
    "if {} > {}: x = {}", "if {} <= 0.5 and {} != y: b[1] = {}",
    "c = {} > {}\n    b[0] = {}\n    if c: y = {}",
)  # fmt: skip


def random_term(rng, depth=0):
    term = str(rng.choice(TERMS if depth < 3 else TERMS[:5]))
    return term.format(*(random_term(rng, depth + 1) for _ in range(term.count("{}"))))


def random_program(rng):
    """The source of a function of two numbers that branches."""
    lines = ["def f(x, y):", "b = np.zeros(3)", "b[1] = x"]
    for statement in rng.choice(STATEMENTS, 8):
        terms = (random_term(rng) for _ in range(statement.count("{}")))
        lines.append(str(statement).format(*terms))
    return "\n    ".join([*lines, "return np.sum(b * b) + x * y"])


def outcome(f, args):
    """The value, or that the function goes another way."""
    try:
        return float(f(*args))
    except (AssertionError, PellucidError):
        return "another way"


@pytest.mark.parametrize("seed", range(40))
def test_the_source_of_a_random_program_is_the_graph(seed):
    rng = np.random.default_rng(seed)
    found = {"np": np}
    exec(random_program(rng), found)
    points = rng.normal(size=2) + np.outer(np.linspace(0, 1, 9), rng.normal(size=2))
    points = [tuple(map(float, point)) for point in points]
    with np.errstate(all="ignore"):
        g = pl.graph(found["f"], *points[0])
        written = defined(pl.source(g), "f")
        assert outcome(g, points[0]) == found["f"](*points[0])
        assert [outcome(written, p) for p in points] == [outcome(g, p) for p in points]


def test_the_source_reads_as_a_person_would_write_it():
    text = pl.source(tax, 25_000.0)
    file = "test_guards_shown.py"
    assert text.partition("\n\n\n")[2] == (
        "def tax(income):\n"
        f'    assert not income <= 10000, "{file}, line {FIRST + 6} goes another way"\n'
        f'    assert income <= 40000, "{file}, line {FIRST + 8} goes another way"\n'
        "    tax = 1000 + 0.2 * (income - 10000)\n"
        "    return tax\n"
    )


# -- formula --------------------------------------------------------------------------

FORMULAS = {
    "if": (piecewise, (3.0,), r"\mathrm{piecewise}(x) = e^x \quad \text{if } x > 0"),
    "if not": (
        piecewise,
        (-3.0,),
        r"\mathrm{piecewise}(x) = -x \quad \text{if } x \le 0",
    ),
    "floor": (
        lambda x: x ** math.floor(x),
        (3.4,),
        r"f(x) = x^3 \quad \text{if } \left\lfloor x \right\rfloor = 3",
    ),
    "equal": (
        lambda x: 2 * x if x == 3 else x,
        (3.0,),
        r"f(x) = 2 x \quad \text{if } x = 3",
    ),
    "truth": (
        lambda x: 2 * x if x else x**2,
        (0.0,),
        r"f(x) = x^2 \quad \text{if } x = 0",
    ),
    "all": (
        lambda x: x[0] if np.all(x > 0) else x[1],
        (np.array([-1.0, 2.0]),),
        r"f(\mathbf{x}) = x_1 \quad \text{if } \lnot (\bigwedge_i (x_i > 0))",
    ),
}


@pytest.mark.parametrize(("f", "args", "latex"), FORMULAS.values(), ids=FORMULAS)
def test_a_formula_says_what_it_holds_for(f, args, latex):
    assert pl.formula(f, *args) == latex


def test_several_conditions_follow_the_equations():
    lines = pl.formula(best, np.array([1.0, 4, 2]), gradient=True).splitlines()
    assert lines[1] == r"\mathrm{top} &= x_1 \\"
    assert lines[-3:] == [
        r"&\text{if } \operatorname{argmax}_j x_j = 1 \\",
        r"&\text{and } \mathrm{top} > 0",
        r"\end{aligned}",
    ]


def test_of_many_conditions_the_first_and_the_last_are_written():
    lines = pl.formula(square_root, 2.0).splitlines()
    assert lines[-5:-1] == [
        r"&\text{if } \left| a^2 - a \right| > 10^{-10} \\",
        r"&\text{and } \left| x^2 - a \right| > 10^{-10} \\",
        r"&\text{and 2 more conditions} \\",
        r"&\text{and } \left| x_4^2 - a \right| \le 10^{-10}",
    ]


def test_the_numbers_of_a_condition_are_put_in():
    text = pl.formula(piecewise, 3.0, numbers=True)
    assert text.endswith(r"\approx 20.09 \quad \text{if } 3 > 0")


@programs
@pytest.mark.parametrize("more", [{}, {"numbers": True}, {"gradient": True}], ids=str)
def test_every_formula_is_mathml(f, args, others, more):
    assert "<mtext>if" in mathml(pl.formula(f, *args, **more))


@pytest.mark.parametrize(
    "verb", [pl.draw, pl.explain, pl.formula], ids=lambda v: v.__name__
)
def test_the_numbers_of_another_path_are_refused(verb):
    options = {"numbers": True} if verb is pl.formula else {}
    with pytest.raises(PellucidError, match=r"line \d+: `if income <= 10_000:` goes"):
        verb(pl.graph(tax, 25_000.0), 5.0, **options)


# -- explanation ----------------------------------------------------------------------


def rows_of(story):
    """The rows of an explanation, with one blank between cells."""
    return [" ".join(line.split()) for line in str(story).splitlines()]


def test_an_explanation_tells_each_branch_below_its_line():
    rows = rows_of(pl.explain(tax, 25_000.0))
    place = "test_guards_shown.py, line"
    at = rows.index(f"{place} {FIRST + 6}: if income <= 10_000:")
    assert rows[at + 1] == "if income ≤ 10000 False 2.5·10⁴ and 10⁴ are 1.5·10⁴ apart"
    at = rows.index(f"{place} {FIRST + 8}: elif income <= 40_000:")
    assert rows[at + 1] == "if income ≤ 40000 True 2.5·10⁴ and 4·10⁴ are 1.5·10⁴ apart"


def test_an_explanation_says_that_it_is_one_path():
    text = " ".join(str(pl.explain(piecewise, 3.0)).split())
    assert (
        "This is one path of piecewise: other arguments may go another way at line "
        f"{FIRST}. The values and the gradient are those of this path."
    ) in text


# name: function, argument, the distance that is told
DISTANCES = {
    "floor": (whole_power, 3.4, "3.4 and 3 are 0.4 apart"),
    "ceil": (lambda x: x * math.ceil(x), 3.4, "3.4 and 3 are 0.4 apart"),
    "int": (lambda x: x * int(x), 3.8, "3.8 and 4 are 0.2 apart"),
    "int, negative": (lambda x: x * int(x), -3.8, "−3.8 and −4 are 0.2 apart"),
    "int, near 0": (lambda x: x + int(x), 0.25, "0.25 and 1 are 0.75 apart"),
    "round": (lambda x: x * len(range(round(x))), 3.4, "3.4 and 3.5 are 0.1 apart"),
    "argmax": (best, np.array([1.0, 4, 2]), "4 and 2 are 2 apart"),
    "argmin": (
        lambda x: x[int(np.argmin(x))],
        np.array([1.0, 4, 3]),
        "1 and 3 are 2 apart",
    ),
    "kink": (
        lambda x: max(x, 0.0) * 2,
        0.0,
        "0 and 0 are equal: the slope is that of this side",
    ),
    "truth": (lambda x: x if x else 1.0, 0.5, "0.5 and 0 are 0.5 apart"),
}


@pytest.mark.parametrize(("f", "x", "told"), DISTANCES.values(), ids=DISTANCES)
def test_an_explanation_says_how_far_the_path_is_from_turning(f, x, told):
    assert any(row.endswith(f" {told}") for row in rows_of(pl.explain(f, x)))


def test_other_questions_have_no_distance():
    f = lambda x: x[0] if np.any(x > 0) else x[1]  # noqa: E731
    rows = rows_of(pl.explain(f, np.array([1.0, 2.0])))
    assert "if any(x > 0) True" in rows


def test_what_only_a_branch_needs_has_no_row():
    story = pl.explain(square_root, 2.0)
    assert "t1 =" not in str(story)
    assert "absolute(x_3 · x_3 − a) > 10⁻¹⁰ True" in " ".join(rows_of(story))


def test_the_slopes_are_those_of_the_path():
    told, plain = pl.explain(piecewise, 3.0), pl.explain(lambda x: np.exp(x), 3.0)
    assert "∂piecewise/∂x = piecewise = 20.09" in str(told)
    assert "∂f/∂x = f = 20.09" in str(plain)
    assert repr(told) == "<Explanation of piecewise: 1 step>"


def test_what_is_rewritten_is_told_in_the_names_of_the_path():
    rows = rows_of(pl.explain(gram_schmidt, DEPENDENT))
    assert "rewritten: √(w_2 @ w_2) → norm(w_2) (norm)" in rows
    gradient = pl.gradient(gram_schmidt)(DEPENDENT)
    told = pl.explain(gram_schmidt, DEPENDENT)._story.inputs[0].gradient
    assert told == shown_value(gradient)


def test_a_graph_is_explained_without_numbers():
    story = pl.explain(pl.graph(piecewise, 3.0))
    assert "if x > 0 True" in rows_of(story)
    assert '<td class="number">True</td>' in story.html


@programs
def test_every_explanation_is_a_page(f, args, others):
    page = pl.explain(f, *args).html
    assert "This is one path of" in page
    assert page.count("<mtext>if") >= 2  # in the formula, and in the table


# -- drawing --------------------------------------------------------------------------


def test_a_branch_is_a_box_below_what_was_compared():
    assert pl.draw(piecewise, 3.0).mermaid == (
        "flowchart LR\n"
        '  n1(["x<br/>value 3<br/>gradient 20.09"])\n'
        '  n2[["piecewise = exp(x)<br/>value 20.09<br/>gradient 1"]]\n'
        f'  n3{{"x #62; 0<br/>was True<br/>line {FIRST}"}}\n'
        "  n1 --> n2\n"
        "  n1 --> n3\n"
    )


def test_the_questions_of_one_line_are_one_box():
    boxes = [x for x in pl.draw(square_root, 2.0).mermaid.splitlines() if "{" in x]
    assert len(boxes) == 1
    assert "while abs(x · x − a) #62; 10⁻¹⁰:" in boxes[0]
    assert "was 4 × True, 1 × False" in boxes[0]


def test_few_questions_have_a_box_each():
    text = pl.draw(gram_schmidt, DEPENDENT).mermaid
    assert "{norm #60; 10⁻⁸<br/>was False<br/>" in text.replace('"', "")
    assert "{norm_2 #60; 10⁻⁸<br/>was True<br/>" in text.replace('"', "")


def test_some_answers_are_told_in_order():
    text = pl.draw(hinge, np.array([0.5, -1.0]), X, Y).mermaid
    assert "was True, False, True, True<br/>" in text


def asked_again(x):
    y = 0.0
    for _ in range(9):
        if x > 0:
            y = y + x
    return y


def test_what_is_asked_again_is_shown_once():
    assert pl.draw(asked_again, 3.0).mermaid.count("x #62; 0") == 1
    assert pl.formula(asked_again, 3.0).count("x > 0") == 1


def test_what_many_questions_need_has_no_box():
    assert pl.draw(ternary_search, 1.3).mermaid.count("-->") == 2


def test_a_pointer_is_told_the_line_and_the_question():
    note = f"<title>test_guards_shown.py, line {FIRST}: if x &gt; 0:\nx &gt; 0</title>"
    assert note in pl.draw(piecewise, 3.0).svg


def squared_often(x, times):
    return x if times == 0 else squared_often(x * x + x, times - 1)


def asks_much(x):
    return x if squared_often(x * 0.1, 60) > 3 else -x


@pytest.mark.parametrize(
    "written",
    [
        str,
        pl.source,
        pl.formula,
        lambda g: pl.draw(g).dot,
        lambda g: pl.explain(g).html,
    ],
    ids=["text", "source", "formula", "drawing", "page"],
)
def test_a_long_question_is_not_written_out(written):
    assert len(written(pl.graph(asks_much, 0.3))) < 60_000


def test_a_whole_number_is_drawn():
    assert "trunc(x) = 6<br/>was True" in pl.draw(steps_of_collatz, 6.5).mermaid


def test_what_has_a_name_keeps_its_box():
    text = pl.draw(best, np.array([1.0, 4, 2])).mermaid
    assert '["i = argmax(x)<br/>value 1"]' in text
    assert '{"i = 1<br/>was True' in text


def test_arrows_meet_a_branch_at_its_tip():
    assert '"x" -> "t1?":w' in pl.draw(piecewise, 3.0).dot
    assert '"income" -> "t1?":n' in pl.draw(tax, 25_000.0).dot


@programs
def test_every_branch_is_drawn(f, args, others):
    drawing = pl.draw(f, *args)
    g = pl.graph(f, *args)
    lines = {guard.line for guard in g.guards}
    assert len(lines) <= drawing.dot.count("shape=hexagon") <= 3 * len(lines)
    assert drawing.svg.count("This is one path of") == 1


@programs
@pytest.mark.parametrize("opened", [True, False])
def test_arrows_go_from_box_to_box(f, args, others, opened):
    drawing = pl.draw(f, *args, opened=opened)
    keys = {box.key for box in drawing._diagram.boxes}
    assert len(keys) == len(drawing._diagram.boxes)
    assert {key for arrow in drawing._diagram.arrows for key in arrow} <= keys
    assert all(
        b.endswith("?") or not a.endswith("?") for a, b in drawing._diagram.arrows
    )


def test_the_path_is_drawn_as_without_branches():
    def straight(income):
        tax = 1_000 + 0.2 * (income - 10_000)
        return tax  # noqa: RET504

    def without_branches(text):
        return [x for x in text.splitlines() if "?" not in x and "digraph" not in x]

    told, plain = pl.draw(tax, 25_000.0).dot, pl.draw(straight, 25_000.0).dot
    renamed = told.replace("t3", "t1").replace("t4", "t2").replace("TB", "LR")
    assert without_branches(renamed) == without_branches(plain.replace("TB", "LR"))


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_branch_is_saved_as_a_picture(kind, tmp_path):
    path = pl.draw(tax, 25_000.0).save(tmp_path / f"tax.{kind}")
    assert path.stat().st_size > 1000


def test_a_notebook_shows_the_branches_of_a_graph():
    assert "income ≤ 10000" in pl.graph(tax, 25_000.0)._repr_html_()
