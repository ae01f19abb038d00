"""Loops in source: the person's own program, with sizes put in, and its gradient."""

import copy
import textwrap

import numpy as np
import pytest
import random_loops
from loop_comparisons import backwards

import pellucid as pl
from pellucid.graphs import structure
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.places import sum_text
from pellucid.reading.source.turns import Words

N = np.random.default_rng(0).normal


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm(W, U, b, X):
    n = U.shape[1]
    h, c = np.zeros(n), np.zeros(n)
    for t in range(len(X)):
        s = W @ X[t] + U @ h + b
        i, f = sigmoid(s[:n]), sigmoid(s[n : 2 * n])
        o, g = sigmoid(s[2 * n : 3 * n]), np.tanh(s[3 * n :])
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


def prefix_sums(x):
    s = np.empty_like(x)
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
            best = np.minimum(np.minimum(D[i - 1, j], D[i, j - 1]), D[i - 1, j - 1])
            D[i, j] = cost + best
    return D[n, m]


def convolution(x, w):
    n = len(x) - len(w) + 1
    out = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(3):
                for m in range(3):
                    s += x[i + k, j + m] * w[k, m]
            out[i, j] = s
    return np.sum(out**2)


def thomas(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros(n), np.zeros(n), np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return np.sum(x**2)


def back_substitution(U, b):
    x = np.zeros(len(b))
    for i in reversed(range(len(b))):
        s = b[i]
        for j in range(i + 1, len(b)):
            s = s - U[i, j] * x[j]
        x[i] = s / U[i, i]
    return np.sum(x)


def cell(W, U, x, h):
    z = W @ x + U @ h
    return np.tanh(z)


def helped(W, U, X):
    h = np.zeros(len(U))
    for x in X:
        h = cell(W, U, x, h)
    return np.sum(h)


def gru_states(W, U, X):
    h = np.zeros(len(U))
    hs = []
    for x in X:
        z = sigmoid(W @ x + U @ h)
        h = (1 - z) * np.tanh(W @ x) + z * h
        hs.append(h)
    return np.sum(np.stack(hs) ** 2)


def log_sum_exp(x):
    m, s = x[0], 1.0
    for v in x[1:]:
        n = np.maximum(m, v)
        s = s * np.exp(m - n) + np.exp(v - n)
        m = n
    return m + np.log(s)


def pairs(A):
    s = 0.0
    for i in range(len(A)):
        for j in range(i + 1, len(A)):
            s += np.exp(-np.sum((A[i] - A[j]) ** 2))
    return s


def product(A, B):
    C = np.zeros((len(A), 4))
    for i in range(len(A)):
        for j in range(4):
            for k in range(5):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C**2)


def stencil(u):
    for _ in range(len(u) + 2):
        u = u.copy()
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def residual(layers, x):
    for p in layers:
        x = x + np.tanh(p["W"] @ x + p["b"])
    return np.sum(x**2)


def decay(w, X, y):
    for t in range(len(y)):
        w = w - 0.1 / (1 + t) * (X.T @ (X @ w - y))
    return np.sum(w**2)


def lags(a, b, x):
    for v in x:
        a, b = b, np.sin(b) + np.cos(a) * v
    return b


def batches(X, w):
    for start in range(0, len(X), 2):
        B = X[start : start + 2]
        w = w - 0.01 * B.T @ (B @ w)
    return np.sum(w**2)


def every_second(x):
    y = np.zeros(len(x) // 2)
    for i in range(0, len(x), 2):
        y[i // 2] = x[i] * x[i + 1]
    return np.sum(y**2)


def both_ways(X, V):
    h, forth = np.zeros(len(V)), []
    for x in X:
        h = np.tanh(V @ h + x)
        forth.append(h)
    g, back = np.zeros(len(V)), [None] * len(X)
    for t in reversed(range(len(X))):
        g = np.tanh(V @ g + X[t])
        back[t] = g
    return sum(np.sum(a * b) for a, b in zip(forth, back, strict=True))


def swaps(x):
    x = x.copy()
    for i in range(len(x) - 1):
        x[i], x[i + 1] = x[i + 1] * 1.0, x[i] * 0.5
    return np.sum(x * np.arange(float(len(x))))


def two_buffers(a, n):
    b = np.zeros_like(a)
    for t in n:
        b[1:] = a[:-1] * t
        a, b = b, a
    return np.sum(a) + 2 * np.sum(b)


def kept_view(x):
    s, buffer = 0.0, np.zeros((len(x), 3))
    for i in range(1, len(x)):
        row = buffer[i - 1]
        buffer[i] = row + x[i]
        buffer[i - 1] = 0.0
        s = s + np.sum(row)
    return s + np.sum(buffer)


def powers(x):
    s = 0.0
    for t in range(12):
        s = s + np.sum(np.sin(t * x)) / (t + 1)
    return s


def steep(n):
    return 3 * np.eye(n) + np.triu(N(size=(n, n))) / n


def sized(n):
    """The programs, and arguments of one length."""
    return {
        lstm: (N(size=(20, 3)), N(size=(20, 5)), N(size=20), N(size=(n, 3))),
        kalman: (
            N(size=(2, 2)), N(size=(1, 2)), np.eye(2), np.eye(1), N(size=(n, 1)),
            np.zeros(2), np.eye(2),
        ),
        prefix_sums: (N(size=n),),
        time_warping: (N(size=n), N(size=n + 1)),
        convolution: (N(size=(n, n)), N(size=(3, 3))),
        thomas: (N(size=n), 5 + N(size=n), N(size=n), N(size=n)),
        back_substitution: (steep(n), N(size=n)),
        helped: (N(size=(5, 3)), N(size=(5, 5)), N(size=(n, 3))),
        gru_states: (N(size=(5, 3)), N(size=(5, 5)), N(size=(n, 3))),
        log_sum_exp: (N(size=n),),
        pairs: (N(size=(n, 2)),),
        product: (N(size=(n, 5)), N(size=(5, 4))),
        stencil: (N(size=n),),
        residual: (
            [{"W": N(size=(4, 4)), "b": N(size=4)} for _ in range(n)],
            np.ones(4),
        ),
        decay: (N(size=3), N(size=(n, 3)), N(size=n)),
        lags: (0.5, 0.25, N(size=n)),
        batches: (N(size=(2 * n, 3)), N(size=3)),
        every_second: (N(size=2 * n),),
        both_ways: (N(size=(n, 4)), N(size=(4, 4)) / 3),
        swaps: (N(size=n),),
        two_buffers: (N(size=6), N(size=n)),
        kept_view: (N(size=(n, 3)),),
        powers: (N(size=n),),
    }  # fmt: skip


SIZED = sized(8)
BY_PROGRAM = pytest.mark.parametrize("f", SIZED, ids=lambda f: f.__name__)


def run(source, title, args):
    names = {}
    exec(compile(source, f"<source of {title}>", "exec"), names)
    return names[title](*args)


def assert_same(found, wanted):
    for ours, theirs in zip(
        structure.leaves(found), structure.leaves(wanted), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@BY_PROGRAM
def test_the_source_is_the_function(f):
    args = SIZED[f]
    given = copy.deepcopy(args)
    assert_same(run(pl.source(f, *args), f.__name__, given), f(*copy.deepcopy(args)))
    np.testing.assert_equal(given, args)  # which are nobody's to write in


@BY_PROGRAM
def test_the_source_is_as_short_at_any_length(f):
    short, long = (pl.source(f, *sized(n)[f]) for n in (8, 14))
    assert "    for " in short
    assert len(short.splitlines()) == len(long.splitlines())


def gradient(f, args):
    graph = folded(pl.graph(f, *args))
    return pl.gradient(graph, tuple(range(len(args))))


@BY_PROGRAM
def test_the_source_of_a_gradient_is_the_gradient(f):
    args = SIZED[f]
    graph = gradient(f, args)
    source = pl.source(graph)
    given = copy.deepcopy(args)
    assert "    for " in source
    assert_same(run(source, graph.title, given), graph(*args))
    np.testing.assert_equal(given, args)


def test_the_gradient_of_an_lstm_fits_a_page_at_any_length():
    texts = []
    for n in (40, 100):
        args = sized(n)[lstm]
        texts.append(pl.source(gradient(lstm, args)))
    assert texts[0].replace("(40", "(100") == texts[1]
    assert len(texts[0].splitlines()) < 80
    assert "for t in reversed(range(100)):" in texts[1]


# -- what is written ------------------------------------------------------------------

WRITTEN = {
    lstm: """
        def lstm(W, U, b, X):
            h = np.zeros(5)
            c = np.zeros(5)
            for t in range(8):
                s = W @ X[t] + U @ h + b
                i = 1 / (1 + np.exp(-s[:5]))
                f = 1 / (1 + np.exp(-s[5:10]))
                o = 1 / (1 + np.exp(-s[10:15]))
                g = np.tanh(s[15:])
                c = f * c + i * g
                h = o * np.tanh(c)
            return np.sum(h**2)
        """,
    kalman: """
        def kalman(F, H, Q, R, zs, x, P):
            ll = 0.0
            for z in zs:
                x = F @ x
                P = F @ P @ F.T + Q
                S = H @ P @ H.T + R
                K = P @ H.T @ np.linalg.inv(S)
                y = z - H @ x
                ll -= 0.5 * (y @ np.linalg.solve(S, y) + np.log(np.linalg.det(S)))
                x = x + K @ y
                P = (np.eye(2) - K @ H) @ P
            return ll
        """,
    prefix_sums: """
        def prefix_sums(x):
            s = np.empty(8)
            s[0] = x[0]
            for i in range(1, 8):
                s[i] = s[i - 1] + x[i]
            return np.sum(s**2)
        """,
    time_warping: """
        def time_warping(x, y):
            D = np.full((9, 10), np.inf, dtype=np.float64)
            D[0, 0] = 0
            for i in range(1, 9):
                for j in range(1, 10):
                    cost = (x[i - 1] - y[j - 1])**2
                    best = np.minimum(np.minimum(D[i - 1, j], D[i, j - 1]), D[i - 1, j - 1])
                    D[i, j] = cost + best
            return D[8, 9]
        """,  # noqa: E501
    convolution: """
        def convolution(x, w):
            out = np.empty((6, 6))
            for i in range(6):
                for j in range(6):
                    s = 0.0
                    for k in range(3):
                        for m in range(3):
                            s += x[i + k, j + m] * w[k, m]
                    out[i, j] = s
            return np.sum(out**2)
        """,
    thomas: """
        def thomas(a, b, c, d):
            cp = np.zeros(8)
            dp = np.zeros(8)
            x = np.zeros(8)
            cp[0] = c[0] / b[0]
            dp[0] = d[0] / b[0]
            for i in range(1, 8):
                m = b[i] - a[i] * cp[i - 1]
                cp[i] = c[i] / m
                dp[i] = (d[i] - a[i] * dp[i - 1]) / m
            x[7] = dp[7]
            for i in reversed(range(7)):
                x[i] = dp[i] - cp[i] * x[i + 1]
            return np.sum(x**2)
        """,
    helped: """
        def helped(W, U, X):
            h = np.zeros(5)
            for x in X:
                z = W @ x + U @ h
                h = np.tanh(z)
            return np.sum(h)
        """,
    gru_states: """
        def gru_states(W, U, X):
            h_at = []
            h = np.zeros(5)
            for x in X:
                z = 1 / (1 + np.exp(-(W @ x + U @ h)))
                h = (1 - z) * np.tanh(W @ x) + z * h
                h_at.append(h)
            return np.sum(np.stack(h_at)**2)
        """,
    log_sum_exp: """
        def log_sum_exp(x):
            m = x[0]
            t1 = x[1:]
            s = 1.0
            for v in t1:
                n = np.maximum(m, v)
                s = s * np.exp(m - n) + np.exp(v - n)
                m = n
            return m + np.log(s)
        """,
    pairs: """
        def pairs(A):
            s = 0.0
            for i in range(7):
                for j in range(i + 1, 8):
                    s += np.exp(-np.sum((A[i] - A[j])**2))
            return s
        """,
    product: """
        def product(A, B):
            C = np.zeros((8, 4))
            for i in range(8):
                for j in range(4):
                    for k in range(5):
                        C[i, j] += A[i, k] * B[k, j]
            return np.sum(C**2)
        """,
    stencil: """
        def stencil(u):
            u = np.array(u)
            for _ in range(10):
                u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
            return np.sum(u**2)
        """,
    residual: """
        def residual(layers, x):
            for k in range(8):
                x = x + np.tanh(layers[k]['W'] @ x + layers[k]['b'])
            return np.sum(x**2)
        """,
    batches: """
        def batches(X, w):
            for start in range(0, 16, 2):
                B = X[start:start + 2]
                w = w - 0.01 * B.T @ (B @ w)
            return np.sum(w**2)
        """,
    every_second: """
        def every_second(x):
            y = np.zeros(8)
            for i in range(0, 16, 2):
                y[i // 2] = x[i] * x[i + 1]
            return np.sum(y**2)
        """,
    swaps: """
        def swaps(x):
            x = np.array(x)
            for i in range(7):
                t1 = x[i]
                x[i] = x[i + 1] * 1.0
                x[i + 1] = t1 * 0.5
            return np.sum(x * np.array([0., 1., 2., 3., 4., 5., 6., 7.]))
        """,
    powers: """
        def powers(x):
            s = 0.0
            for t in range(12):
                s += np.sum(np.sin(t * x)) / (t + 1)
            return s
        """,
}


@pytest.mark.parametrize("f", WRITTEN, ids=lambda f: f.__name__)
def test_the_source_reads_like_the_program(f):
    text = textwrap.dedent(WRITTEN[f]).lstrip("\n")
    assert pl.source(f, *SIZED[f]) == f"import numpy as np\n\n\n{text}"


def test_the_gradient_of_a_recurrence_reads_like_the_textbook():
    source = pl.source(gradient(helped, SIZED[helped]))
    body = """
        for k in reversed(range(8)):
            x = X[k]
            dz = dh * (1 - h_at[k]**2)
            dh = U.T @ dz
            dx = W.T @ dz
            dX[k] += dx
            dU += np.outer(dz, h_before[k])
            dW += np.outer(dz, x)
        return dW, dU, dX
    """
    assert textwrap.indent(textwrap.dedent(body), "    ").rstrip() in source


def test_an_outer_product_of_what_has_no_name_is_written_as_a_product():
    def rows_of_sums(A, w, M):
        M = M * 1.0
        for i in range(0, 18, 2):
            M[(i + 1) % 8, i % 8 - 8] = np.sum(A @ w)
        return np.sum(np.sin(M))

    args = np.eye(3), np.ones(3), np.ones((8, 8))
    graph = folded(pl.graph(rows_of_sums, *args))
    graph = pl.gradient(graph, ("A", "w"), stable=False)
    assert_same(run(pl.source(graph), graph.title, args), graph(*args))


def test_a_loop_counts_from_no_variable_of_a_loop_that_is_over():
    assert random_loops.checked(40987, backwards, 400)["programs"]  # it found no end


# -- parts ----------------------------------------------------------------------------


def test_a_short_loop_that_saves_no_line_is_written_out():
    def doubled(x):
        for _ in range(2):
            x = x + x
        return x

    assert "for" not in pl.source(doubled, 1.0)


def test_a_graph_is_told_with_the_body_of_its_loop_indented():
    text = str(folded(pl.graph(lstm, *SIZED[lstm])))
    lines = [line.split("  float64")[0].rstrip() for line in text.splitlines()]
    assert any(line.startswith("for t in range(8):") for line in lines)
    assert "    h = o * np.tanh(c)" in lines
    assert "_apart" not in text
    assert "h_2 = h" in lines


def test_the_text_of_a_graph_is_as_short_at_any_length():
    short, long = (str(folded(pl.graph(lstm, *sized(n)[lstm]))) for n in (8, 40))
    assert len(short.splitlines()) == len(long.splitlines())


def test_a_branch_after_a_loop_is_asserted():
    def capped(x):
        s = 0.0
        for v in x:
            s = s + v**2
        return s if s < 100 else np.log(s)

    x = N(size=6)
    source = pl.source(capped, x)
    assert "assert s < 100" in source
    assert_same(run(source, "capped", [x]), capped(x))
    with pytest.raises(AssertionError, match="goes another way"):
        run(source, "capped", [100 * x])


def test_a_branch_after_a_loop_is_told():
    def capped(x):
        s = 0.0
        for v in x:
            s = s + v**2
        return s if s < 100 else np.log(s)

    text = str(folded(pl.graph(capped, N(size=6))))
    assert "    s += v**2 " in text
    assert "was True" in text


def test_rows_from_outside_are_called_as_the_variable_of_the_loop():
    rows = N(size=(9, 3))

    def squashed(w):
        s = 0.0
        for row in rows:
            s += np.tanh(row @ w)
        return s

    w = N(size=3)
    source = pl.source(squashed, w)
    assert "    for row in t1:\n        s += np.tanh(row @ w)\n" in source
    assert_same(run(source, "squashed", [w]), squashed(w))


def test_single_precision_stays_single():
    x = N(size=8).astype(np.float32)
    found = run(pl.source(prefix_sums, x), "prefix_sums", [x])
    assert found.dtype == prefix_sums(x).dtype == np.float32


@pytest.mark.parametrize(
    ("terms", "offset", "text"),
    [
        ({"i": 1}, -1, "i - 1"),
        ({"i": -1}, 7, "7 - i"),
        ({"i": 2, "j": 1}, 3, "2 * i + j + 3"),
        ({"i // 2": 3}, 0, "3 * (i // 2)"),
        ({"i": -1, "j": -2}, -1, "-i - 2 * j - 1"),
        ({}, 0, "0"),
    ],
)
def test_places_are_written_as_sums(terms, offset, text):
    assert sum_text(terms.items(), offset) == text
    values = {"i": 5, "j": 3}
    sums = sum(n * eval(name, {}, values) for name, n in terms.items()) + offset
    assert eval(text, {}, values) == sums


def test_ranges_go_the_way_of_the_turns():
    turn = pl.graphs.places.Turn(("i",), 5, 8, -2)
    words = Words()
    words.name(turn, "i")
    words.count(turn, 8, -2)
    forwards, back = (words.span(turn, 5, is_reversed) for is_reversed in (False, True))
    assert [*eval(forwards)] == [8, 6, 4, 2, 0]
    assert [*eval(back)] == [0, 2, 4, 6, 8]
