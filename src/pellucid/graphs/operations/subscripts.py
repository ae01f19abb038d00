"""Einstein's summation convention made explicit: a letter an axis, the result named."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

LETTERS = string.ascii_letters


def explicit(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """Rewrite any form of einsum's arguments as `("ij,jk->ik", arrays)`."""
    if isinstance(operands[0], str):
        text, arrays = operands[0].replace(" ", ""), list(operands[1:])
    else:
        text, arrays = _interleaved(operands)
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(arrays):
        raise ValueError(
            f"einsum: {len(terms)} terms in {text!r} for {len(arrays)} arrays"
        )
    if not arrow:
        letters = inputs.replace(",", "").replace(".", "")
        output = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        output = ("..." if "..." in inputs else "") + output
    return _without_ellipsis(terms, output, arrays), arrays


def _interleaved(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """einsum(a, [0, 1], b, [1, 2], [0, 2]) as letters."""
    arrays = list(operands[: len(operands) // 2 * 2 : 2])
    terms = [_term(sublist) for sublist in operands[1::2]]
    text = ",".join(terms[: len(arrays)])
    return (f"{text}->{_term(operands[-1])}" if len(operands) % 2 else text), arrays


def _term(sublist: Any) -> str:
    return "".join("..." if i is Ellipsis else LETTERS[i] for i in sublist)


def _without_ellipsis(terms: list[str], output: str, arrays: list[Any]) -> str:
    """Give the axes under an ellipsis letters of their own, counted from the last."""
    free = [c for c in LETTERS if c not in "".join(terms) + output]
    extra = [_extra(t, a) for t, a in zip(terms, arrays, strict=True)]
    widest = max(extra, default=0)
    letters = "".join(free[:widest])
    spelt = [t.replace("...", letters[widest - n :]) if n else t.replace("...", "")
             for t, n in zip(terms, extra, strict=True)]  # fmt: skip
    return f"{','.join(spelt)}->{output.replace('...', letters)}"


def _extra(term: str, a: Any) -> int:
    """How many axes of an array an ellipsis stands for."""
    extra = np.ndim(a) - len(term.replace("...", ""))
    if extra < 0 or (extra and "..." not in term):
        raise ValueError(
            f"einsum: the term {term!r} does not fit an array of {np.ndim(a)} axes"
        )
    return extra
