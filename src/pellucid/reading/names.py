"""A person's names for columns, targets and classes, fit for a line and for LaTeX."""

from __future__ import annotations

import re
import unicodedata

BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # would turn a line
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # no sign, or no text at all


def one_line(name: str) -> str:
    r"""A name on one line: a break is shown as ↵, what has no sign as �.

    >>> one_line("height\nin cm"), one_line("a\tb"), one_line("a\x00b")
    ('height↵in cm', 'a b', 'a�b')
    """
    if name.isprintable():
        return name
    line = BREAK.sub("↵", name).replace("\t", " ")
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", DIRECTIONS.sub("", line))


def width(line: str) -> int:
    """How many columns of a terminal a line takes.

    >>> width("age"), width("中文"), width("e\u0301")
    (3, 4, 1)
    """
    if line.isascii():
        return len(line)
    drawn = (c for c in line if not unicodedata.category(c).startswith(("M", "Cf")))
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in drawn)


ESCAPES = {
    **{sign: f"\\{sign}" for sign in "#$%&_{}"}, " ": r"\ ",
    "\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ",
}  # fmt: skip
SPECIAL = re.compile(r"([#$%&_{}\\^~]|^ +| +$| {2,})")
PLAIN = re.compile(r"[A-Za-z0-9 #$%&_{}\\^~]*")


def latex_name(name: str) -> str:
    r"""A name in LaTeX: a letter with its index, or words, which are upright.

    Letters and digits are set in \mathrm, all else in \text, which leaves a hyphen a
    hyphen; TeX's own signs stand outside of \text, where every program reads them.

    >>> latex_name("x1"), latex_name("fare_2"), latex_name("t-shirt [%]")
    ('x_{1}', '\\mathrm{fare\\_2}', '\\text{t-shirt [}\\%\\text{]}')
    """
    name = one_line(name)
    symbol = re.fullmatch(r"([A-Za-z])(\d*)", name)
    if symbol:
        letter, index = symbol.groups()
        return f"{letter}_{{{index}}}" if index else str(letter)
    if PLAIN.fullmatch(name):
        return rf"\mathrm{{{_escaped(name)}}}"
    parts = (part for part in SPECIAL.split(name) if part)
    return "".join(
        _escaped(part) if SPECIAL.fullmatch(part) else rf"\text{{{part}}}"
        for part in parts
    )


def _escaped(name: str) -> str:
    return "".join(ESCAPES.get(sign, sign) for sign in name)


def latex_hat(name: str) -> str:
    r"""The prediction of a name in LaTeX: a hat, wide over more than a letter.

    >>> latex_hat("y"), latex_hat("x1"), latex_hat("fare")
    ('\\hat{y}', '\\hat{x}_{1}', '\\widehat{\\mathrm{fare}}')
    """
    letter, index = re.fullmatch(r"([A-Za-z]?)(.*)", latex_name(name)).groups()  # type: ignore[union-attr]
    if letter:
        return rf"\hat{{{letter}}}{index}"
    return rf"\widehat{{{index}}}"
