"""Wrong answers of outsiders to the exercises of lessons 9 to 15, and what is said."""

import inspect
import json
import textwrap

import pytest

from pellucid.lessons.exercises import child
from pellucid.lessons.exercises.checking import check
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.exercises.sandbox import outcome


def here(job):
    """Run a job in this process: what is tested here is what is said, not the fence."""
    return outcome(json.loads(json.dumps(child.run(job))))


def handed_in(path, body):
    asked = found(path)
    arguments = ", ".join(inspect.signature(asked.function).parameters)
    head = f"import numpy as np\n\n\ndef {asked.name}({arguments}):\n"
    return check(asked, head + textwrap.indent(textwrap.dedent(body), "    "), run=here)


SOFTMAX = """\
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
"""
GATES = """\
sig = lambda v: 1 / (1 + np.exp(-v))
i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=1)
"""
NORM = "n = np.sqrt(sum(np.sum(s ** 2) for s in slopes))\n"
ANSWERED = (
    ("hidden/two_units", "s = X.sum(1)\nreturn np.column_stack([s > 1, s > 2]) * 1.0",
     "one too high"),
    ("hidden/broken_line", "z = np.outer(x, w) + b\n"
     "return np.maximum(0, z * v).sum(axis=1)", "v stands inside the maximum"),
    ("hidden/at_zero", "n, d = X.shape\nr = np.sum(0.5 - y) / n\n"
     "return np.zeros((d, h)), np.zeros(h), np.full(h, r), r", "is to be 0"),
    ("backpropagation/output_error", "return (A2 - Y) * A2 * (1 - A2)",
     "once too often: for the log loss it cancels. What you have belongs to the "
     "squared error. Besides"),
    ("backpropagation/through_tanh", "return dA1 * (1 - 2 * A1)", "the square of A1"),
    ("deep/softmax", "E = np.exp(np.clip(Z, -100, 100))\n"
     "return E / E.sum(axis=1, keepdims=True)", "The `clip` in line 5"),
    ("deep/cross_entropy", SOFTMAX + "p = P[np.arange(len(y)), y]\n"
     "return -np.mean(np.log(p + 1e-12))", "The `1e-12` that is added in line 8"),
    ("deep/softmax_error", SOFTMAX + "P /= len(y)\nP[np.arange(len(y)), y] -= 1\n"
     "return P", "Take the 1 off first"),
    ("deep/deep_forward", "A = X\nfor W, b in layers[:-1]:\n"
     "    A = np.maximum(0, A @ W) + b\nreturn A @ layers[-1][0] + layers[-1][1]",
     "The bias came after ReLU"),
    ("overfitting/divided", "a, b, c = np.split(order, [n_valid, n_valid + n_test])\n"
     "return X[c], X[a], X[b], y[c], y[a], y[b]", "in another order"),
    ("overfitting/stopped", "best = waited = 0\nfor e in range(1, len(costs)):\n"
     "    if costs[e] < costs[e - 1]:\n        best, waited = e, 0\n    else:\n"
     "        waited += 1\n        if waited >= patience:\n"
     "            return best, e\nreturn best, len(costs) - 1",
     "You compared with the epoch before"),
    ("overfitting/folds", "return [np.arange(i, min(i + k, n)) "
     "for i in range(0, n, k)]", "k is the number of folds"),
    ("convolution/places", "return (n + 2 * padding) // stride - m + 1",
     "m off after the division"),
    ("convolution/pooled", "return x[::s, ::s]", "You took every s-th number"),
    ("recurrence/clipped", NORM + "return [s * n / most if n > most else s "
     "for s in slopes]", "turned over"),
    ("recurrence/clipped", NORM + "if n > most:\n    for s in slopes:\n"
     "        s *= most / n\nreturn slopes", "a copy of its arrays"),
    ("recurrence/lstm_step", GATES + "c = (1 - sig(i)) * c + sig(i) * np.tanh(g)\n"
     "return sig(o) * np.tanh(c), c", "the GRU"),
    ("libraries/epoch", "order = rng.permutation(n)\n"
     "return [list(order[i:i + size]) for i in range(0, n, size)]",
     "in a list, and an array is asked"),
    ("libraries/time_taken", "b = -(-rows // block)\n"
     "return -(-b // machines) * seconds + merge", "one merge in all"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "body", "words"), ANSWERED)
def test_an_answer_of_an_outsider_gets_a_true_and_specific_sentence(path, body, words):
    verdict = handed_in(path, body)
    assert verdict.state == "wrong"
    assert words in verdict.sentence, verdict.sentence


def through_time(start="h[-1] - y", dz="dh * (1 - h[t + 1]**2)", last="dh = dz * w"):
    return handed_in(
        "recurrence/through_time",
        f"""\
        h = np.zeros(len(x) + 1)
        for t in range(len(x)):
            h[t + 1] = np.tanh(w * h[t] + x[t])
        dh, dw, dx = {start}, 0.0, np.zeros(len(x))
        for t in reversed(range(len(x))):
            dz = {dz}
            dw += dz * h[t]
            dx[t] = dz
            {last}
        return dw, dx
        """,
    )


def test_a_slope_that_is_never_passed_on_is_not_wrong_where_it_begins():
    assert through_time().state == "right"
    verdict = through_time(last="pass")
    assert verdict.line == 10
    assert "`dz` is the first that is wrong" in verdict.sentence


def test_time_that_runs_forward_is_told_and_stops_no_lesson():
    code = found("recurrence/through_time").solution
    assert "reversed" in code
    turned = code.replace("reversed(range(len(x)))", "range(len(x))")
    verdict = check(found("recurrence/through_time"), turned, run=here)
    assert verdict.state == "wrong"
    assert "is the first that is wrong" in verdict.sentence


def test_a_variable_of_another_name_may_hold_the_slip():
    asked = found("backpropagation/backward")
    code = asked.solution.replace("dZ2", "delta").replace("- Y) / n", "- Y)")
    verdict = check(asked, code, run=here)
    assert verdict.state == "wrong"
    assert "Nothing is called `dZ2` in your code" in verdict.sentence
