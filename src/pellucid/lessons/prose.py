"""Text of the lessons: Markdown with formulas, set as a printer would."""

from __future__ import annotations

import re

import marimo as mo

# What is left as it is: code, in blocks and in a line, and formulas.
LITERAL = re.compile(r"(```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$)", re.DOTALL)
SMALL = re.compile(r"(?<![\w.])(?:1|(\d+(?:\.\d+)?))e([+-]?\d+)\b")  # as 6e-11
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
JOINER = "\u2060"  # holds what stands on both sides of it on one line


def prose(markdown: str) -> mo.Html:
    """Write a piece of text, with formulas between dollars."""
    return mo.md(fine(markdown))


def fine(markdown: str) -> str:
    """Write numbers as books do, and keep punctuation with the formula before it.

    A browser may break a line after a formula, even before a comma.

    Examples
    --------
    >>> print(fine("It falls from `-1e-5` to -4.8, then by 6e-11 and 1e+06."))
    It falls from `-1e-5` to −4.8, then by 6×10⁻¹¹ and 10⁶.
    >>> fine("Take $x$, then $y$ too.") == f"Take $x${JOINER}, then $y$ too."
    True
    """
    pieces = LITERAL.split(markdown)
    pieces[::2] = [written(words) for words in pieces[::2]]
    pieces[2::2] = [re.sub(r"^(?=[,.;:)])", JOINER, words) for words in pieces[2::2]]
    return "".join(pieces)


def written(words: str) -> str:
    """Give negative numbers their sign, and powers of ten their form."""
    return SMALL.sub(in_powers, re.sub(r"(?<![\w.)\]-])-(?=\d)", "−", words))


def in_powers(number: re.Match[str]) -> str:
    """Write a number such as 6e-11 with a power of ten."""
    times = f"{number[1]}×" if number[1] else ""
    return f"{times}10{str(int(number[2])).translate(RAISED)}"
