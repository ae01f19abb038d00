"""Fitted models as formulas, in text and in LaTeX, numbers to four digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.graphs.tracing.trace import is_numeric, trace
from pellucid.layers.containers import Sequential
from pellucid.layers.dense import Dense
from pellucid.layers.layer import name_of
from pellucid.models.base import Array, feature_names, target_names
from pellucid.reading.formula import latex
from pellucid.reading.formula.formula import formula
from pellucid.reading.names import latex_hat, latex_name, one_line
from pellucid.regression.powers import filled
from pellucid.show import plain_text

SHOWN = 40  # terms that are written out; of more, the first three and the last
LARGE = 1e7  # numbers from here on have powers of ten in LaTeX
ROOM, WIDE = 30, 78  # letters in a line of LaTeX, as wide as a telephone, and of text
ALONE = re.compile(r"[^\W\d][\w.]*(\[[^\[\]\n]*\])?")  # blood.sugar, pet[dog]


Chosen = Sequence[int] | None  # places of columns, in the order they are written in


@dataclass(frozen=True)
class Style:
    """How numbers, names and sums of products are written."""

    number: Callable[[float, int], str]
    name: Callable[[str], str]
    space: str
    power: str
    dots: str
    more: str  # what stands for terms that are not written out
    room: int  # letters in a line
    line: str  # what goes on in the next
    digits: int = 4  # of a number, at least


def linear(model: Any, format: str, chosen: Chosen = None) -> str:  # noqa: A002
    """Write y = Xw + b, an equation a target; of chosen columns, where some are."""
    sums = _sums(model, _style(model, format), chosen)
    return _written(list(zip(_targets(model, format), sums, strict=True)), format)


def _targets(model: Any, format: str) -> list[str]:  # noqa: A002
    """The left sides of equations."""
    name = latex_hat if format == "latex" else STYLES[format].name
    return [name(target) for target in target_names(model)]


def polynomial(model: Any, format: str) -> str:  # noqa: A002
    """Write y = w2 x^2 + w1 x + b, an equation a target, from the highest power.

    Where x lies far from 0 the terms cancel, and numbers have as many digits more.
    """
    style, features = _style(model, format), feature_names(model)
    order = np.argsort(-model.powers_.sum(axis=1), kind="stable")
    names = [term([style.name(n) for n in features], p, style)
             for p in model.powers_[order]]  # fmt: skip
    sums = []
    for (w, b), lost in zip(_rows_of_weights(model), model._cancelled, strict=True):
        there = np.flatnonzero(w[order])
        some = [names[j] for j in there]
        own = replace(style, name=str, digits=style.digits + int(lost))
        sums.append(weighted_sum(w[order][there].tolist(), some, b, own))
    return _written(list(zip(_targets(model, format), sums, strict=True)), format)


def term(names: Sequence[str], powers: Sequence[int], style: Style) -> str:
    """Write a product of powers.

    >>> term(["a", "b", "c"], [1, 0, 2], STYLES["text"])
    'a c^2'
    """
    pairs = zip(names, powers, strict=True)
    factors = [n + (style.power.format(k) if k > 1 else "") for n, k in pairs if k]
    return style.space.join(factors)


def poisson(model: Any, format: str) -> str:  # noqa: A002
    """Write y = exp(Xw + b)."""
    style = _style(model, format)
    (z,) = _sums(model, style)
    if format == "latex":
        return _written([(latex_hat(model._target), f"e^{{{z}}}")], format)
    return _written([(style.name(model._target), f"exp({z})")], format)


def logistic(model: Any, format: str, chosen: Chosen = None) -> str:  # noqa: A002
    """Write z = Xw + b, and the probability of a class by the sigmoid or by softmax."""
    style = _style(model, format)
    sums = _sums(model, style, chosen)
    labels = [_label(label, style) for label in model.classes_]
    y = style.name(model._target)
    if len(sums) == 1:
        p = r"\frac{1}{1 + e^{-z}}" if format == "latex" else "1 / (1 + exp(-z))"
        return _written([("z", sums[0]), (f"p({y} = {labels[1]})", p)], format)
    if format == "latex":
        p = r"\frac{e^{z_k}}{\sum_j e^{z_j}}"
        lefts = [f"z_{{{label}}}" for label in labels]
    else:
        p = "exp(z[k]) / sum_j exp(z[j])"
        lefts = [f"z[{label}]" for label in labels]
    return _written([*zip(lefts, sums, strict=True), (f"p({y} = k)", p)], format)


def network(model: Any, format: str) -> str:  # noqa: A002
    """Write z = f(x W + b) for each layer, where x is X or the layer before."""
    name, layers = _style(model, format).name, len(model.coefs_)
    lefts = ["X", *(f"h{i}" for i in range(1, layers)), model._result_name]
    functions = [model._hidden_name] * (layers - 1) + [model._output_name]
    pairs = []
    for i, function in enumerate(functions, start=1):
        z = f"{name(lefts[i - 1])} {name(f'W{i}')} + {name(f'b{i}')}"
        z = f"{name('norm')}({z})" if i <= len(model.norms_) else z
        value = z if function == "identity" else f"{name(function)}({z})"
        pairs.append((name(lefts[i]), value))
    return _written(pairs, format)


def layers(model: Any, format: str) -> str:  # noqa: A002
    """Write what a network of layers makes of rows, in text a line a layer."""
    _style(model, format)
    network = model.network_
    if format == "latex":
        args = (model.parameters_, model._like.X)
        return formula(trace(network, args, {}, is_numeric))
    inside = network.layers if isinstance(network, Sequential) else (network,)
    lefts = ["X", *(f"h{i}" for i in range(1, len(inside))), "z"]
    pairs = [(lefts[i], _layer(layer, i, lefts[i - 1]))
             for i, layer in enumerate(inside, 1)]  # fmt: skip
    return _written(pairs + model._answer, format)


def _layer(layer: Any, i: int, x: str) -> str:
    """What layer i makes of x; a dense one is written out."""
    if not isinstance(layer, Dense):
        return f"{name_of(layer)}({x})"
    z = f"{x} W{i} + b{i}" if layer.bias else f"{x} W{i}"
    return f"{name_of(layer.activation)}({z})" if layer.activation else z


def _style(model: Any, format: str) -> Style:  # noqa: A002
    check_is_fitted(model)
    if format not in STYLES:
        message = f'formula: expected format="text" or format="latex", got {format!r}.'
        raise ModelError(message)
    return STYLES[format]


def _sums(model: Any, style: Style, chosen: Chosen = None) -> list[str]:
    """Xw + b for each row of weights."""
    names, pairs = feature_names(model), _rows_of_weights(model)
    return [weighted_sum(w.tolist(), names, b, style, chosen) for w, b in pairs]


def _rows_of_weights(model: Any) -> list[tuple[Array, float]]:
    """Each row of weights, and its intercept."""
    w = np.atleast_2d(filled(model.coef_))  # (k, d)
    b = [model.intercept_] * len(w) if _is_one(model.intercept_) else model.intercept_
    return list(zip(w, b, strict=True))


def _is_one(b: Any) -> bool:
    return not getattr(b, "shape", ())


def weighted_sum(
    weights: Sequence[float] | Array,
    names: Sequence[str],
    intercept: float,
    style: Style,
    chosen: Chosen = None,
) -> str:
    r"""Write w1 x1 + w2 x2 + ... + b, in lines.

    Examples
    --------
    >>> weighted_sum([1.5, -0.00002], ["age", "blood sugar"], 3.0, STYLES["text"])
    '1.5 age - 2e-05 (blood sugar) + 3'
    >>> weighted_sum([-1.5, 0.00002], ["x1", "blood sugar"], 0.0, STYLES["latex"])
    '-1.5\\,x_{1} \\\\ &\\quad + 2 \\times 10^{-5}\\,\\mathrm{blood\\ sugar}'
    >>> weighted_sum([1, 2, 3], ["a", "b", "c"], 4, STYLES["text"], chosen=[2])
    '3 c + ... (2 more) + 4'
    """
    pairs = list(zip(weights, names, strict=True))
    shown = pairs if chosen is None else [pairs[j] for j in chosen]
    terms = [(w, style.space + style.name(name)) for w, name in shown]
    if len(terms) > SHOWN:
        terms = [*terms[:3], *terms[-1:]]
    parts = [_signed(w, style) + rest for w, rest in terms]
    if len(terms) < len(pairs):
        more = style.more.format(len(pairs) - len(terms))
        parts.insert(3 if chosen is None else len(parts), f" + {style.dots}{more}")
    if intercept or not terms:
        parts.append(_signed(intercept, style))
    joined = style.line.join(_lines(parts, style.room))
    return "-" + joined[3:] if joined.startswith(" - ") else joined.removeprefix(" + ")


def _signed(w: float, style: Style) -> str:
    return (" - " if w < 0 else " + ") + style.number(abs(w), style.digits)


def _lines(parts: Sequence[str], room: float) -> list[str]:
    r"""Terms in lines, as many in each as there is room for.

    >>> _lines([r" + 2\,\mathrm{age}", r" - 3\,x_{1}", " + 7"], room=16)
    [' + 2\\,\\mathrm{age} - 3\\,x_{1}', ' + 7']
    """
    lines, left = [""], room
    for part in parts:
        seen = _seen(part)
        if seen > left and lines[-1]:
            lines, left = [*lines, ""], room
        lines[-1] += part
        left -= seen
    return lines


def _seen(latex: str) -> int:
    """How many letters a reader sees, about."""
    return len(re.sub(r"\\[A-Za-z]+|[\\{}]", "", latex))


def _written(pairs: Sequence[tuple[str, str]], format: str) -> str:  # noqa: A002
    """Equations left = right, one a line."""
    if format == "text":
        return "\n".join(f"{left} = {right}" for left, right in pairs)
    if any(r"\\" in right for _, right in pairs):  # flush left: a telephone is narrow
        go_on = STYLES[format].line
        lines = [f"& {left} ={go_on if _seen(left) > ROOM else ' '}{right}"
                 for left, right in pairs]  # fmt: skip
    elif len(pairs) == 1:
        return " = ".join(pairs[0])
    else:
        lines = [f"{left} &= {right}" for left, right in pairs]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _label(value: Any, style: Style) -> str:
    """A class: a number as such, text as a name."""
    label = str(value)
    return label if re.fullmatch(r"-?[\d.]+", label) else style.name(label)


def _text_name(name: str) -> str:
    """A name that stands for itself, in parentheses where it might be read as more."""
    return name if ALONE.fullmatch(name) else f"({one_line(name)})"


def _text_number(value: float, digits: int) -> str:
    return plain_text.number(float(value), digits)


def _latex_number(value: float, digits: int) -> str:
    r"""A number as a book prints it, one of middling size whole: no power of ten.

    >>> _latex_number(78862.8, 4), _latex_number(5e7, 4)
    ('78863', '5 \\times 10^7')
    """
    if 10**digits <= abs(value) < LARGE:
        return latex.number(round(value)).text
    return latex.number(float(value), digits).text


STYLES = {
    "text": Style(
        _text_number, _text_name, " ", "^{}", "...",
        " ({} more)", WIDE, "\n   ",
    ),
    "latex": Style(
        _latex_number, latex_name, r"\,", "^{{{}}}", r"\cdots",
        r"\ (\text{{{} more}})", ROOM, r" \\ &\quad",
    ),
}  # fmt: skip
