r"""Pieces of LaTeX and how they are put together: signs, fractions, powers, names.

Conventions: the letter of a number is italic, that of an array bold (\mathbf{X},
\boldsymbol{\beta}); words are upright (\mathrm{loss}); elements of arrays are numbers
(x_{ij}). A truth value inside arithmetic is Iverson's bracket: [x > 0] is 1 or 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

# How tightly a piece binds, from a list of cases to a single symbol.
CASES, RELATION, SUM, NEGATIVE, ENTRYWISE, PRODUCT = range(6)
APPLIED, FRACTION, POWER, ATOM = range(6, 10)

TALL = re.compile(r"\\(frac|sum|prod|max|min|sqrt|begin|left)")
CONNECTIVE = re.compile(r"\\(land|lor|oplus|lnot|bigvee|bigwedge|begin)")
LETTER = re.compile("[a-z]")
NUMBER = re.compile(r"[\d.]+|([\d.]+ \\times )?10\^.*")
COMMANDS = re.compile(r"\\[a-zA-Z]+|[{}\s]")
WORD_FIRST = re.compile(r"\\mathrm\{\w{2,}\}")
WORD_LAST = re.compile(WORD_FIRST.pattern + r"(_\S+)?$")
GREEK = re.compile(
    "alpha|beta|gamma|delta|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|"
    "upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
SPELT = {"epsilon": r"\varepsilon", "eps": r"\varepsilon"}
ACCENTS = ("hat", "bar", "tilde")
# The weights and biases of a network, a list of pairs: W^{(1)} is layers[0][0].
LAYER = re.compile(r"layers_(\d+)_([01])")
# Functions whose one argument may stand without parentheses.
BARE = re.compile(r"\\(log|exp|a?r?c?(sin|cos|tan)|(sin|cos|tan)h|det)(_.*)?")


class Piece(NamedTuple):
    r"""LaTeX, how tightly it binds, and whether it reads on to the right, as \log x."""

    text: str
    strength: int = ATOM
    open: bool = False


def fenced(text: str) -> str:
    """Text in parentheses, as tall as it."""
    return rf"\left( {text} \right)" if TALL.search(text) else f"({text})"


def bound(piece: Piece, strength: int) -> str:
    """The text, set apart where it binds less tightly than it must."""
    if piece.strength >= strength:
        return piece.text
    return f"[{piece.text}]" if piece.strength == RELATION else fenced(piece.text)


def factor(piece: Piece) -> str:
    """The text as the left factor of a product."""
    return fenced(piece.text) if piece.open else bound(piece, PRODUCT)


# -- arithmetic -----------------------------------------------------------------------


def negated(x: Piece) -> Piece:
    """The opposite, -x."""
    if x.strength == NEGATIVE:
        return without_sign(x)
    return Piece(f"-{bound(x, ENTRYWISE)}", NEGATIVE, x.open)


def without_sign(x: Piece) -> Piece:
    """What is negated."""
    return Piece(x.text[1:], PRODUCT, x.open)


def plus(x: Piece, y: Piece) -> Piece:
    """The sum x + y; x - z where y is -z."""
    if y.strength == NEGATIVE:
        return minus(x, without_sign(y))
    right = bound(y, SUM)
    right = fenced(right) if right.startswith("-") else right
    return Piece(f"{bound(x, SUM)} + {right}", SUM, y.open)


def minus(x: Piece, y: Piece) -> Piece:
    """The difference x - y; x + z where y is -z."""
    if y.strength == NEGATIVE:
        return plus(x, without_sign(y))
    return Piece(f"{bound(x, SUM)} - {bound(y, ENTRYWISE)}", SUM, y.open)


def times(x: Piece, y: Piece) -> Piece:
    r"""The product x y, a number first; x \cdot y where a number follows."""
    if NEGATIVE in (x.strength, y.strength):
        return _signed(times, x, y)
    if NUMBER.fullmatch(y.text) and not NUMBER.fullmatch(x.text):
        x, y = y, x
    left, right = factor(x), bound(y, PRODUCT)
    counted = re.match(r"[\d.]|\\frac", left) and re.match(r"\\mathbf\{\d", right)
    if counted or re.match(r"[\d.]", right):
        sign = r" \cdot "
    elif WORD_LAST.search(left) or (WORD_FIRST.match(right) and left[-1] not in "})"):
        sign = r" \, "
    else:
        sign = " "
    return Piece(f"{left}{sign}{right}", PRODUCT, y.open)


def _signed(product: Callable[[Piece, Piece], Piece], x: Piece, y: Piece) -> Piece:
    """A product with the signs of its factors taken out."""
    if x.strength == NEGATIVE:
        return negated(product(without_sign(x), y))
    return negated(product(x, without_sign(y)))


def entrywise(x: Piece, y: Piece) -> Piece:
    r"""The product element by element, x \odot y."""
    if NEGATIVE in (x.strength, y.strength):
        return _signed(entrywise, x, y)
    left = fenced(x.text) if x.open else bound(x, ENTRYWISE)
    return Piece(rf"{left} \odot {bound(y, ENTRYWISE)}", ENTRYWISE, y.open)


def over(x: Piece, y: Piece) -> Piece:
    r"""The fraction \frac{x}{y}; of a sum, \frac{1}{y} \sum."""
    if NEGATIVE in (x.strength, y.strength):
        return _signed(over, x, y)
    if x.strength >= PRODUCT and x.text.startswith(r"\sum"):
        return Piece(rf"\frac{{1}}{{{y.text}}} {x.text}", PRODUCT, x.open)
    return Piece(rf"\frac{{{value_of(x)}}}{{{value_of(y)}}}", FRACTION)


def value_of(piece: Piece) -> str:
    """The text where nothing stands around it; a truth value still in its bracket."""
    return bound(piece, SUM) if piece.strength == RELATION else piece.text


def raised(x: Piece, exponent: str) -> Piece:
    r"""The power x^exponent; of a transpose x, and A^{-\top} its inverse."""
    transposed = x.strength == POWER and x.text.endswith(r"^\top")
    if transposed and exponent in (r"\top", "-1"):
        base = Piece(x.text.removesuffix(r"^\top"))
        return base if exponent == r"\top" else raised(base, r"-\top")
    return Piece(f"{_base(x)}^{braced(exponent)}", POWER)


def _base(x: Piece) -> str:
    """What an exponent or an index stands at, as one group."""
    text = bound(x, ATOM)
    return f"{{{text}}}" if text.startswith(r"\begin") else text


def braced(text: str) -> str:
    """An exponent or an index, in braces unless it is one character."""
    return text if len(text) == 1 or text == r"\top" else f"{{{text}}}"


def exponential(x: Piece, base: str = "e") -> Piece:
    r"""e^x where x is short and flat, else \exp(x)."""
    if x.text == "0":
        return Piece("1")
    flat = not (TALL.search(x.text) or "^" in x.text)
    if base != "e" or (flat and len(COMMANDS.sub("", x.text)) <= 12):
        return Piece(f"{base}^{braced(value_of(x))}", POWER)
    return applied(r"\exp", x)


def root(x: Piece, degree: str = "") -> Piece:
    r"""\sqrt{x}."""
    return Piece(rf"\sqrt{degree}{{{value_of(x)}}}", FRACTION)


def applied(function: str, *arguments: Piece) -> Piece:
    r"""\log x, and \log(x + y) where the argument is more than a symbol."""
    first, *others = arguments or [Piece("")]
    bare = not others and first.strength == ATOM and BARE.fullmatch(function)
    if bare:
        return Piece(f"{function} {first.text}", APPLIED, open=True)
    inside = ", ".join(value_of(x) for x in arguments)
    return Piece(f"{function}{fenced(inside)}", APPLIED)


def big(sign: str, letters: Sequence[str], body: Piece) -> Piece:
    r"""A sum or its kin over letters: \sum_{i,j} x_{ij}."""
    if not letters:
        return body
    if sign == r"\sum" and body.strength == NEGATIVE:
        return negated(big(sign, letters, without_sign(body)))
    under = f"{sign}_{braced(','.join(letters))}"
    if sign in (r"\bigvee", r"\bigwedge"):
        return Piece(f"{under} {_statement(body, compound=True)}", RELATION)
    return Piece(f"{under} {bound(body, PRODUCT)}", APPLIED, open=True)


def named(name: str) -> str:
    r"""\operatorname{name}; \mathrm where there are digits in it."""
    if name.isalpha():
        return rf"\operatorname{{{name}}}"
    escaped = name.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"


def option(key: str, value: Any) -> Piece:
    r"""What is fixed in a function that has no notation: \mathrm{axis} = 1."""
    text = re.sub(r"[\\_#&%${}^~]", " ", str(value))
    shown = text if re.fullmatch(r"-?[\d.]+", text) else rf"\text{{{text}}}"
    escaped = key.replace("_", r"\_")
    return Piece(rf"\mathrm{{{escaped}}} = {shown}")


def between(left: str, x: Piece, right: str) -> Piece:
    """Marks that grow with what stands between them."""
    return Piece(rf"\left{left} {value_of(x)} \right{right}", ATOM)


def relation(x: Piece, sign: str, y: Piece) -> Piece:
    """A comparison, x < y."""
    return Piece(f"{bound(x, SUM)} {sign} {bound(y, SUM)}", RELATION)


def infix(x: Piece, sign: str, y: Piece) -> Piece:
    r"""Rare signs, as x \bmod y, with parentheses around all but symbols."""
    return Piece(f"{bound(x, FRACTION)} {sign} {bound(y, FRACTION)}", ENTRYWISE)


def connected(x: Piece, sign: str, y: Piece) -> Piece:
    r"""Truth values joined: x > 0 \land y > 0."""
    return Piece(f"{_statement(x)} {sign} {_statement(y)}", RELATION)


def denied(x: Piece) -> Piece:
    r"""The opposite of a truth value, \lnot x."""
    return Piece(
        rf"\lnot {fenced(x.text) if x.strength <= RELATION else x.text}", RELATION
    )


def _statement(x: Piece, compound: bool = False) -> str:
    """A truth value beside a connective, set apart if it is made of several."""
    compound = compound or bool(CONNECTIVE.search(x.text))
    return fenced(x.text) if compound and x.strength <= RELATION else x.text


def cases(condition: Piece, x: Piece, y: Piece) -> Piece:
    """Choose x where the condition holds, else y; further cases of y follow."""
    rest = rf"{y.text} & \text{{otherwise}}"
    if y.strength == CASES:
        rest = y.text.removeprefix(BEGIN).removesuffix(END)
    return Piece(rf"{BEGIN}{x.text} & {condition.text} \\ {rest}{END}", CASES)


BEGIN, END = r"\begin{cases} ", r" \end{cases}"


def matrix(height: int, width: int, cell: Callable[[int, int], str]) -> Piece:
    """Rows in brackets; of more than six the first, the second and the last."""
    rows, columns = _excerpt(height), _excerpt(width)

    def shown(i: int | None, j: int | None) -> str:
        if i is None:
            return r"\vdots" if j is not None else r"\ddots"
        return r"\cdots" if j is None else cell(i, j)

    body = r" \\ ".join(" & ".join(shown(i, j) for j in columns) for i in rows)
    return Piece(rf"\begin{{bmatrix}} {body} \end{{bmatrix}}", ATOM)


def _excerpt(count: int) -> list[int | None]:
    return [*range(count)] if count <= 6 else [0, 1, None, count - 1]


# -- names ----------------------------------------------------------------------------


def symbol(name: str, bold: bool = False, indices: Sequence[str] = ()) -> Piece:
    r"""A person's name for a value: w_1, \mathrm{loss}, \beta_{ij}, \hat{m}, W^{(1)}.

    >>> (
    ...     symbol("w_1").text,
    ...     symbol("theta", bold=True).text,
    ...     symbol("loss", indices="i").text,
    ... )
    ('w_1', '\\boldsymbol{\\theta}', '\\mathrm{loss}_i')
    """
    if layer := LAYER.fullmatch(name):
        return _layered("Wb"[int(layer[2])], int(layer[1]) + 1, bold, indices)
    head, *parts = [part for part in name.split("_") if part] or [name]
    letters, digits = re.fullmatch(r"(.*?)(\d*)", head).groups()  # type: ignore[union-attr]
    text = letter(letters or head, bold)
    for accent in (part for part in parts if part in ACCENTS):
        text = rf"\{accent}{{{text}}}"
    own = [digits] if digits and letters else []
    own += [
        part if part.isdigit() else letter(part)
        for part in parts
        if part not in ACCENTS
    ]
    if own and not all(map(LETTER.fullmatch, indices)):  # (z_2)_{1:}, not z_{2,1:}
        return subscripted(
            Piece(fenced(subscripted(Piece(text), own).text)), [], indices
        )
    return subscripted(Piece(text), own, indices)


def _layered(name: str, number: int, bold: bool, indices: Sequence[str]) -> Piece:
    r"""A symbol of one layer, as W^{(1)}."""
    raised = Piece(f"{letter(name, bold)}^{{({number})}}")
    return Piece(subscripted(raised, [], indices).text, POWER)


def letter(word: str, bold: bool = False) -> str:
    """A letter or a word on its own."""
    greek = SPELT.get(word) or (rf"\{word}" if GREEK.fullmatch(word) else "")
    if greek:
        return rf"\boldsymbol{{{greek}}}" if bold else greek
    if len(word) > 1:
        return rf"\mathrm{{{word}}}"
    return rf"\mathbf{{{word}}}" if bold else word


def subscripted(x: Piece, own: Sequence[str], indices: Sequence[str] = ()) -> Piece:
    """Add subscripts: single letters stand together, all else takes commas."""
    letters = all(map(LETTER.fullmatch, indices))
    groups = ["".join(indices)] if letters else indices
    text = ",".join(part for part in (*own, *groups) if part)
    return Piece(f"{_base(x)}_{braced(text)}") if text else x


# -- numbers --------------------------------------------------------------------------


def number(value: Any, digits: int | None = None) -> Piece:
    r"""A number as a book prints it: 10^{-8}, \frac{1}{348}, \pi; or rounded to digits.

    >>> [number(x).text for x in (2.0, -0.5, 1e-8, 1 / 348, 2.5e10)]
    ['2', '-0.5', '10^{-8}', '\\frac{1}{348}', '2.5 \\times 10^{10}']
    """
    if isinstance(value, (bool, np.bool_)):
        return Piece(str(int(value)))
    if isinstance(value, (complex, np.complexfloating)):
        sign = "-" if math.copysign(1, value.imag) < 0 else "+"
        return Piece(f"({value.real:g} {sign} {abs(value.imag):g} i)")
    if isinstance(value, np.integer):
        value = int(value)  # that of an int8 may have no negative
    if value < 0 or (value == 0 and math.copysign(1, value) < 0):
        return negated(number(-value, digits))
    if not math.isfinite(value):
        return Piece(r"\infty" if value > 0 else r"\mathrm{nan}")
    for constant, name in ((math.pi, r"\pi"), (math.e, "e")):
        if value == constant:
            return Piece(name)
    return _positive(value, digits)


def _positive(value: Any, digits: int | None) -> Piece:
    text = str(value) if digits is None else f"{value:.{digits}g}"
    text = text.removesuffix(".0")
    if digits is None and len(text) > 8:
        ratio = Fraction(float(value)).limit_denominator(10_000)
        if ratio.numerator in range(1, 10) and float(ratio) == value:
            return over(Piece(str(ratio.numerator)), Piece(str(ratio.denominator)))
        text = f"{value:.{digits or 6}g}"
    mantissa, e, exponent = text.partition("e")
    if not e:
        return Piece(text)
    power = f"10^{braced(str(int(exponent)))}"
    return (
        Piece(power, POWER)
        if mantissa == "1"
        else Piece(rf"{mantissa} \times {power}", PRODUCT)
    )


def array(value: Any, digits: int | None = None) -> Piece:
    """A number, or an array: a vector as a column, a matrix as rows."""
    given = np.asarray(value)
    if given.size == 1:
        return number(given.reshape(())[()], digits)
    if given.ndim > 2:
        shape = Piece(r" \times ".join(map(str, given.shape)))
        return applied(named("array"), shape)
    rows = given.reshape(-1, 1) if given.ndim < 2 else given
    height, width = rows.shape
    return matrix(height, width, lambda i, j: number(rows[i, j], digits).text)
