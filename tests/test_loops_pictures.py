"""Loops as they are drawn, written as formulas, and explained."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.reading.formula.mathml import mathml
from pellucid.reading.loops.columns import numbers_in_turns
from pellucid.reading.loops.in_line import in_line, to_be_read
from pellucid.reading.numbers import numbers_of

RANDOM = np.random.default_rng(12)
N = RANDOM.normal
H, D, T = 4, 3, 9


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn(W, U, b, X, h):
    for t in range(len(X)):
        h = np.tanh(W @ X[t] + U @ h + b)
    return np.sum(h**2)


def lstm(W, U, b, X):
    n = U.shape[1]
    h, c = np.zeros(n), np.zeros(n)
    for t in range(len(X)):
        s = W @ X[t] + U @ h + b
        i, f, o = sigmoid(s[:n]), sigmoid(s[n : 2 * n]), sigmoid(s[2 * n : 3 * n])
        g = np.tanh(s[3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h**2)


def kalman(F, H, Q, R, zs, x, P):
    ll = 0.0
    for z in zs:
        x = F @ x
        P = F @ P @ F.T + Q
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        y = z - H @ x
        ll = ll - 0.5 * (y @ np.linalg.solve(S, y) + np.log(np.linalg.det(S)))
        x = x + K @ y
        P = (np.eye(2) - K @ H) @ P
    return ll


def convolution(x, w):
    out = np.zeros((6, 6))
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(3):
                for l in range(3):  # noqa: E741
                    s += x[i + k, j + l] * w[k, l]
            out[i, j] = s
    return np.sum(out**2)


def prefix_sums(x):
    s = np.zeros_like(x)
    s[0] = x[0]
    for i in range(1, len(x)):
        s[i] = s[i - 1] + x[i]
    return np.sum(s**2)


def time_warping(x, y):
    n, m = len(x), len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            near = np.minimum(D[i - 1, j], D[i, j - 1])
            D[i, j] = cost + np.minimum(near, D[i - 1, j - 1])
    return D[n, m]


def thomas(a, b, c, d):
    n = len(d)
    e, f, x = np.zeros(n), np.zeros(n), np.zeros(n)
    e[0] = c[0] / b[0]
    f[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * e[i - 1]
        e[i] = c[i] / m
        f[i] = (d[i] - a[i] * f[i - 1]) / m
    x[n - 1] = f[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = f[i] - e[i] * x[i + 1]
    return np.sum(x**2)


def in_place(d):
    d = d.copy()
    for k in range(4):
        for i in range(4):
            for j in range(4):
                d[i, j] = np.minimum(d[i, j], d[i, k] + d[k, j])
    return np.sum(d)


def triangle(A):
    s = 0.0
    for i in range(len(A)):
        for j in range(i + 1, len(A)):
            s += np.exp(-np.sum((A[i] - A[j]) ** 2))
    return s


def lags(a, b):
    xs = [a, b]
    for t in range(2, 14):
        xs.append(np.sin(xs[t - 1]) + np.cos(xs[t - 2]))
    return xs[-1]


def shrinking(x, a):
    for k in range(8):
        x = x - a * x / (k + 1)
    return x


PROGRAMS = {
    "rnn": (rnn, N(size=(H, D)), N(size=(H, H)) / 3, N(size=H), N(size=(T, D)),
            N(size=H)),
    "lstm": (lstm, N(size=(4 * H, D)), N(size=(4 * H, H)) / 3, N(size=4 * H),
             N(size=(T, D))),
    "kalman": (kalman, N(size=(2, 2)), N(size=(1, 2)), np.eye(2) * 0.1, np.eye(1),
               N(size=(T, 1)), np.zeros(2), np.eye(2)),
    "convolution": (convolution, N(size=(8, 8)), N(size=(3, 3))),
    "prefix_sums": (prefix_sums, N(size=T)),
    "time_warping": (time_warping, N(size=7), N(size=8)),
    "thomas": (thomas, N(size=9) / 9, 3 + N(size=9) / 9, N(size=9) / 9, N(size=9)),
    "in_place": (in_place, np.abs(N(size=(4, 4)))),
    "triangle": (triangle, N(size=(6, 2))),
    "lags": (lags, 2.0, 3.0),
    "shrinking": (shrinking, 2.0, 0.3),
}  # fmt: skip
EACH = pytest.mark.parametrize("name", PROGRAMS)


def loops_of(name):
    """A program with its loops, and its arguments."""
    f, *args = PROGRAMS[name]
    graph = folded(pl.graph(f, *args))
    assert any(node.operation == "loop" for node in graph.order)
    return graph, args


def lines(text):
    body = text.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    return [line.replace("&=", "=") for line in body.split(" \\\\\n")]


# -- which graphs are shown with loops ------------------------------------------------


def test_a_large_recording_is_shown_with_loops_and_a_small_one_without():
    small = pl.graph(lstm, *PROGRAMS["lstm"][1:])
    f, *args, _ = PROGRAMS["lstm"]
    large = pl.graph(f, *args, N(size=(60, D)))
    assert to_be_read(small) is small
    assert sum(node.operation == "loop" for node in to_be_read(large).order) == 1
    assert len(pl.draw(small)._diagram.boxes) > 30
    assert len(pl.draw(large)._diagram.boxes) == 14


def test_a_graph_without_loops_is_in_line_as_it_is():
    graph = pl.graph(np.hypot, 3.0, 4.0)
    assert in_line(graph).graph is graph


@EACH
def test_in_line_a_loop_has_the_nodes_of_one_turn(name):
    graph, _ = loops_of(name)
    view = in_line(graph)
    assert view.graph.inputs == graph.inputs
    assert not any(node.operation == "loop" for node in view.graph.order)
    assert set(view.after).isdisjoint(view.outside)
    names = [node.name for node in view.graph.nodes]
    assert len(names) == len(set(names))


# -- drawings -------------------------------------------------------------------------


FRAMES = {
    "rnn": ["for t in range(9)"],
    "lstm": ["for t in range(9)"],
    "kalman": ["for k in range(9) (for z in zs)"],
    "convolution": ["for i in range(6)", "for j in range(6)", "for k in range(3)"],
    "prefix_sums": ["for i in range(1, 9)"],
    "time_warping": ["for i in range(1, 8)", "for j in range(1, 9)"],
    "thomas": ["for i in range(1, 9)", "for i in range(7, -1, -1)"],
    "in_place": [f"for {x} in range(4)" for x in "kij"],
    "shrinking": ["for k in range(8)"],
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_an_open_loop_is_a_frame_with_its_head(name):
    graph, _ = loops_of(name)
    mermaid = pl.draw(graph, opened=True).mermaid
    for frame in FRAMES[name]:
        assert f'["{frame}"]' in mermaid
    assert mermaid.count("subgraph") >= len(FRAMES[name])


def drawn(name, **options):
    """The drawing, and its arrows by what is written in their boxes."""
    graph, _ = loops_of(name)
    drawing = pl.draw(graph, **options)
    diagram = drawing._diagram
    shown = {box.key: box.name for box in diagram.boxes}
    labels = {(shown[a], shown[b]): said for (a, b), said in diagram.labels.items()}
    back = {(shown[a], shown[b]): said for (a, b), said in diagram.back.items()}
    return drawing, labels, back


def test_what_is_carried_is_an_arrow_back_and_one_from_its_start():
    _, labels, back = drawn("lstm")
    assert back == {("h", "s"): "t − 1", ("c", "c"): "t − 1"}
    assert labels["h", "s"] == "t = 0"
    assert labels["X", "s"] == "[t]"
    assert labels["h", "lstm"] == "last"


def test_a_loop_in_another_says_of_both_what_is_carried():
    _, labels, back = drawn("convolution")
    assert labels["x", "s"] == "[i + k, j + l]"
    assert back["s", "s"] == "k − 1, 0 at k = 0, l − 1"
    assert back["out", "out"] == "i − 1, j − 1"


def test_what_is_older_than_a_turn_has_an_arrow_for_each():
    drawing, _, back = drawn("lags")
    (said,) = back.values()
    assert said == "t − 1, t − 2"
    (box,) = [box for box in drawing._diagram.boxes if box.frame]
    assert box.formula == f"sin({box.name}[t − 1]) + cos({box.name}[t − 2])"


def test_a_loop_that_counts_down_reads_what_comes_after():
    _, labels, back = drawn("thomas")
    assert "i + 1" in back.values()
    assert "[i]" in labels.values()


def test_a_closed_loop_is_one_box_that_says_how_often():
    drawing, *_ = drawn("lstm", opened=False)
    (loop,) = [box for box in drawing._diagram.boxes if box.kind == "loop"]
    assert loop.name == "h"
    assert loop.formula == "loop(h, c, X, W, U, b)"
    assert loop.numbers == (("t", "0 … 8"), ("times", "9"), ("shape", "4"))
    assert not drawing._diagram.back
    assert drawing._diagram.functions == ["for t in range(9)"]
    assert "for t in range(9)" in drawing._repr_html_().partition("<summary>")[2]


def test_loops_open_by_the_name_of_their_variable():
    drawing, *_ = drawn("convolution", opened="i")
    assert '["for i in range(6)"]' in drawing.mermaid
    assert "for j in range(6)" not in drawing.mermaid
    graph, _ = loops_of("convolution")
    with pytest.raises(PellucidError, match="No function 'q' can be opened"):
        pl.draw(graph, opened="q")


@EACH
@pytest.mark.parametrize("opened", [None, True, False])
def test_every_program_is_drawn_with_each_word(name, opened):
    graph, args = loops_of(name)
    drawing = pl.draw(graph, *args, opened=opened)
    svg = drawing.svg
    said = [*drawing._diagram.labels.values(), *drawing._diagram.back.values()]
    for label in said:
        assert f">{label}</text>" in svg
    assert svg.count("stroke-dasharray") >= len(drawing._diagram.back)
    assert drawing.mermaid.count("-.->") == len(drawing._diagram.back)


# -- formulas -------------------------------------------------------------------------


FORMULAS = {
    "rnn": [
        r"\mathbf{h}_{-1} = \mathbf{h}",
        r"\mathbf{h}_t = \tanh(\mathbf{W} \mathbf{X}_t + \mathbf{U} \mathbf{h}_{t-1}"
        r" + \mathbf{b}) && \text{for } t = 0, \ldots, 8",
        r"\mathrm{rnn}(\mathbf{W}, \mathbf{U}, \mathbf{b}, \mathbf{X}, \mathbf{h})"
        r" = \sum_i h_{8,i}^2",
    ],
    "lstm": [
        r"\mathbf{h}_{-1} = \mathbf{0}",
        r"\mathbf{c}_t = \mathbf{f}_t \odot \mathbf{c}_{t-1}"
        r" + \mathbf{i}_t \odot \mathbf{g}_t",
        r"\mathbf{h}_t = \mathbf{o}_t \odot \tanh \mathbf{c}_t",
    ],
    "kalman": [
        r"\tilde{\mathbf{x}}_k = \mathbf{F} \mathbf{x}_{k-1}",
        r"\mathbf{x}_k = \tilde{\mathbf{x}}_k + \mathbf{K}_k y_k",
        r"\mathrm{ll} = -\sum_{k=0}^8 0.5 (y_k^\top S_k^{-1} y_k + \log(\det S_k))",
    ],
    "convolution": [
        r"\mathrm{out}_{ij} = \sum_{k=0}^2 \sum_{l=0}^2 x_{i+k,j+l} w_{kl}"
        r" && \text{for } i = 0, \ldots, 5, \; j = 0, \ldots, 5",
        r"\mathrm{convolution}(\mathbf{x}, \mathbf{w})"
        r" = \sum_{m,p} \mathrm{out}_{mp}^2",
    ],
    "prefix_sums": [
        "s_0 = x_0",
        r"s_i = s_{i-1} + x_i && \text{for } i = 1, \ldots, 8",
        r"\mathrm{prefix}_{\mathrm{sums}}(\mathbf{x}) = \sum_j s_j^2",
    ],
    "time_warping": [
        r"\mathbf{D} = \infty \mathbf{1}",
        "D_{0,0} = 0",
        r"\mathrm{near}_{ij} = \min(D_{i-1,j}, D_{i,j-1})",
        r"D_{ij} = \mathrm{cost}_{ij} + \min(\mathrm{near}_{ij}, D_{i-1,j-1})",
    ],
    "thomas": [
        r"e_0 = \frac{c_0}{b_0}",
        r"m_i = b_i - a_i e_{i-1} && \text{for } i = 1, \ldots, 8",
        "x_8 = f_8",
        r"x_i = f_i - e_i x_{i+1} && \text{for } i = 7, \ldots, 0",
    ],
    "in_place": [
        r"d_{ij} &\leftarrow \min(d_{ij}, d_{ik} + d_{kj}) && \text{for }"
        r" k = 0, \ldots, 3, \; i = 0, \ldots, 3, \; j = 0, \ldots, 3",
    ],
    "lags": [r"z_t = \sin z_{t-1} + \cos z_{t-2} && \text{for } t = 4, \ldots, 13"],
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_loops_have_subscripts(name):
    graph, _ = loops_of(name)
    written = lines(pl.formula(graph))
    assert [line for line in FORMULAS[name] if line not in written] == []


def test_a_sum_of_sums_ends_where_the_inner_loop_does():
    graph, _ = loops_of("triangle")
    assert r"\sum_{i=0}^4 \sum_{j=1}^{5-i} \exp" in pl.formula(graph)


GRADIENTS = {
    "rnn": [
        r"\mathrm{d} \mathbf{h}_9"
        r" = \frac{\partial \mathrm{rnn}}{\partial \mathbf{h}_8}",
        r"\mathrm{d} \mathbf{h}_t = \mathbf{U}^\top \mathbf{z}_t",
        r"\frac{\partial \mathrm{rnn}}{\partial W_{ij}} = \sum_{t=0}^8 z_{ti} X_{tj}",
        r"\frac{\partial \mathrm{rnn}}{\partial \mathbf{b}}"
        r" = \sum_{t=0}^8 \mathbf{z}_t",
        r"\frac{\partial \mathrm{rnn}}{\partial \mathbf{h}} = \mathrm{d} \mathbf{h}_0",
    ],
    "lstm": [
        r"\mathrm{d} \mathbf{c}_t = \mathrm{d} \tilde{\mathbf{c}}_t \odot \mathbf{f}_t",
        r"\mathrm{d} \mathbf{h}_t = \mathbf{U}^\top \mathrm{d} \mathbf{s}_t",
        r"\frac{\partial \mathrm{lstm}}{\partial W_{jk}}"
        r" = \sum_{t=0}^8 \mathrm{d} s_{tj} X_{tk}",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_gradient_of_a_loop_is_written_backwards(name):
    graph, args = loops_of(name)
    written = lines(pl.formula(graph, *args, gradient=True))
    assert [line for line in GRADIENTS[name] if line not in written] == []
    assert any(r"\text{for } t = 8, \ldots, 0" in line for line in written)


@EACH
@pytest.mark.parametrize("gradient", [False, True])
def test_every_formula_of_loops_converts(name, gradient):
    graph, args = loops_of(name)
    text = pl.formula(graph, *args, gradient=gradient)
    assert "{part}" not in text
    assert "{loop}" not in text
    assert "\\" not in mathml(text).partition("alttext")[0]


def test_values_end_the_equations_outside_of_loops():
    graph, args = loops_of("shrinking")
    text = pl.formula(graph, *args, numbers=True)
    assert text.splitlines()[-2].rpartition(" ")[2] == f"{shrinking(*args):.4g}"


# -- explanations ---------------------------------------------------------------------


@EACH
def test_the_values_of_chosen_turns_are_those_of_the_turns_written_out(name):
    graph, args = loops_of(name)
    view = in_line(graph)
    _, columns = numbers_in_turns(graph, args, [*view.loops.values()], [0, 1])
    known = numbers_of(unrolled(graph), args).values
    truth = {(np.shape(value), np.asarray(value).tobytes()) for value in known.values()}
    for column in columns:
        assert set(view.inside.values()) <= set(view.loops.values())
        steps = [z for z in view.inside if z.operation not in ("part", "counter")]
        for node in steps:
            value = np.asarray(column.values[view.before(node)])
            assert (value.shape, value.tobytes()) in truth, view.name(node)


@pytest.mark.parametrize("turn", [0, 3, -1])
def test_the_gradient_of_a_turn_is_that_of_a_number_added_there(turn):
    _, *args = PROGRAMS["rnn"]

    def moved(small, W, U, b, X, h):
        for t in range(len(X)):
            h = np.tanh(W @ X[t] + U @ h + b)
            if t == turn % len(X):
                h = h + small
        return np.sum(h**2)

    graph, _ = loops_of("rnn")
    view = in_line(graph)
    _, (column,) = numbers_in_turns(graph, args, [*view.loops.values()], [turn])
    (h,) = [z for z in view.inside if view.name(z) == "h" and z.operation != "part"]
    small = np.zeros(H)
    step = 1e-6 * np.eye(H)
    truth = [(moved(small + e, *args) - moved(small - e, *args)) / 2e-6 for e in step]
    np.testing.assert_allclose(
        column.gradients[view.before(h)], truth, rtol=1e-6, atol=1e-8
    )


def test_a_loop_is_told_by_its_first_turn_and_its_last():
    graph, args = loops_of("shrinking")
    text = str(pl.explain(graph, *args))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "for k in range(8)" in rows
    at = rows.index("for k in range(8)")
    assert rows[at + 2].startswith("k = 0 k = 7")
    assert any(row.startswith("x = x[k − 1] − t") for row in rows)


def test_one_turn_is_told_where_it_is_asked_for():
    graph, args = loops_of("shrinking")
    text = str(pl.explain(graph, *args, turn=2))
    assert "k = 2" in text
    assert "k = 7" not in text
    x, a = args
    for k in range(2):
        x = x - a * x / (k + 1)
    assert f"{a * x:.4g}" in text


def test_a_long_loop_keeps_only_what_is_told():
    _, *args = PROGRAMS["rnn"]
    args[3] = N(size=(2_000, D))
    graph = to_be_read(pl.graph(rnn, *args))
    view = in_line(graph)
    _, columns = numbers_in_turns(graph, args, [*view.loops.values()], [5])
    assert columns[0].turns == {next(iter(view.loops.values())).body.turn: 5}


@EACH
def test_every_program_is_explained(name):
    graph, args = loops_of(name)
    story = pl.explain(graph, *args)
    assert "_apart" not in story.text + story.html
    assert story.html.count("<details open>") == story.html.count("</details>") > 0
    assert pl.explain(graph).text


@EACH
def test_a_notebook_shows_loops(name):
    graph, _ = loops_of(name)
    assert "<svg" in graph._repr_html_()
    assert "_apart" not in graph._repr_html_()
