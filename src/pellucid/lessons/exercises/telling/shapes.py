"""The numbers may be right, but their shape is another."""

from __future__ import annotations

import ast

import numpy as np

from pellucid.lessons.exercises.telling.evidence import Changes, Pair, View
from pellucid.lessons.exercises.telling.sizes import sizes

# what came is this, made of what is right
MADE: Changes = (
    (lambda r: r.T, "is transposed: turn it with `.T`, or exchange the two factors"),
    (lambda r: np.swapaxes(r, -1, -2), "has its last two axes exchanged"),
    (lambda r: r.reshape(1) if r.ndim == 0 else None,
     "is an array with one number, and the number itself is asked: sum over all axes, "
     "or no `keepdims`"),
    (lambda r: r.reshape(1, 1) if r.ndim == 0 else None,
     "is a matrix with one number, and the number itself is asked"),
    (lambda r: r[:, None] if r.ndim == 1 else None,
     "is a column (n, 1), and a flat vector (n,) is asked: leave out `keepdims`, or "
     "take `[:, 0]`"),
    (lambda r: r[None, :] if r.ndim == 1 else None,
     "is a row (1, n), and a flat vector (n,) is asked: take `[0]`"),
    (lambda r: r[:, 0] if r.ndim == 2 and r.shape[1] == 1 else None,
     "is a flat vector (n,), and a column (n, 1) is asked: `keepdims=True`, or "
     "`[:, None]`"),
    (lambda r: r[0] if r.ndim == 2 and r.shape[0] == 1 else None,
     "is a flat vector, and a row (1, n) is asked: `keepdims=True`, or `[None, :]`"),
    (np.ravel, "is flattened: keep the axes, with `reshape`"),
    (np.squeeze, "has lost an axis of size 1: keep it, with `keepdims=True`"),
    (lambda r: r[..., None], "has an axis of size 1 too many at the end"),
    (lambda r: r[None], "has an axis of size 1 too many in front"),
    (lambda r: r[1:], "lacks the first: the loop or the slice begins one too late"),
    (lambda r: r[:-1], "lacks the last: the loop or the slice ends one too early"),
    (lambda r: r[:, 1:], "lacks the first column"),
    (lambda r: r[:, :-1], "lacks the last column"),
    (lambda r: r[..., 1:-1, 1:-1], "lacks the border"),
    (lambda r: r[1:-1], "lacks the first and the last"),
    (lambda r: r[::2], "has only every second entry"),
    (lambda r: np.sum(r) if np.allclose(np.sum(r), 0, atol=1e-7) else None,
     "is one number: no sum and no mean over this axis"),
    (np.sum, "is one number, the sum of what is asked: no sum over this axis"),
    (np.mean, "is one number, the mean of what is asked: no mean over this axis"),
    (lambda r: r.sum(0), "is summed over axis 0, which is to be kept"),
    (lambda r: r.sum(1), "is summed over axis 1, which is to be kept"),
    (lambda r: r.sum(-1), "is summed over the last axis, which is to be kept"),
    (lambda r: r.mean(0), "is the mean over axis 0, which is to be kept"),
    (lambda r: r.mean(1), "is the mean over axis 1, which is to be kept"),
    (lambda r: r[0], "is the first of what is asked only"),
    (lambda r: r[-1], "is the last of what is asked only"),
    (lambda r: r[:, 0], "is the first column of what is asked only"),
    (np.diag, "is a diagonal, and the whole matrix is asked (or the other way round)"),
)  # fmt: skip

# what is right is this, made of what came: a step is missing
MISSING: Changes = (
    (lambda c: c[1:], "has one too many in front: the loop or the slice begins one too "
     "early"),
    (lambda c: c[:-1], "has one too many at the end: the loop or the slice ends one "
     "too late"),
    (lambda c: c[:, 1:], "has a column too many in front"),
    (lambda c: c[:, :-1], "has a column too many at the end"),
    (lambda c: c[..., 1:-1, 1:-1], "has a border that is not asked"),
    (lambda c: c[0], "holds more than is asked: the first of it, `[0]`, is right"),
    (lambda c: c[1], "holds more than is asked: the second of it, `[1]`, is right"),
    (lambda c: c[-1], "holds more than is asked: the last of it, `[-1]`, is right"),
    (np.sum, "is not summed yet: the sum over all is asked"),
    (np.mean, "is not averaged yet: the mean over all is asked"),
    (lambda c: np.sum(c**2), "is not squared and summed yet"),
    (lambda c: np.mean(c**2), "is not squared and averaged yet"),
    (lambda c: np.sqrt(np.sum(c**2)), "is not the length yet: square, sum, take the "
     "root"),
    (lambda c: c.sum(0), "is not summed over axis 0 yet"),
    (lambda c: c.sum(1), "is not summed over axis 1 yet"),
    (lambda c: c.mean(0), "is not averaged over axis 0 yet"),
    (lambda c: c.mean(1), "is not averaged over axis 1 yet"),
    (lambda c: c.sum(0, keepdims=True), "is not summed over axis 0 yet"),
    (lambda c: c.sum(1, keepdims=True), "is not summed over axis 1 yet"),
    (lambda c: np.argmax(c, -1), "is not the place of the largest yet: `argmax`"),
    (lambda c: np.max(c, -1), "is not the largest yet: the maximum over the last axis"),
    (lambda c: np.max(c), "is not the largest yet"),
    (lambda c: np.trace(c), "is a matrix, and the sum of its diagonal is asked"),
    (lambda c: np.diagonal(c), "is a matrix of all pairs, and its diagonal is asked: "
     "multiply element by element and sum"),
)  # fmt: skip


def reshaped(view: View) -> str:
    """Say what was done to the right numbers, or not yet, so that the shape differs."""
    if not misshapen(view):
        return ""
    return view.first_made(MADE) or view.turned().first_made(MISSING)


def shape(view: View) -> str:
    """Say which shape came and which is asked; nothing when it is the right one."""
    for pair in misshapen(view)[:1]:
        came, right = np.shape(pair.came), np.shape(pair.right)
        facts = f"{view.it} has the shape {came}, and {right} is asked"
        sentence = f"{facts}{because(view, pair)}"
        return sentence if sentence.endswith("?") else f"{sentence}."
    return ""


def misshapen(view: View) -> list[Pair]:
    """The inputs whose result has another shape than the right one."""
    return [p for p in view.wrong if np.shape(p.came) != np.shape(p.right)]


def because(view: View, pair: Pair) -> str:
    """Say what a shape looks like: an axis exchanged, a vector against a column."""
    came, right = np.shape(pair.came), np.shape(pair.right)
    every = [(np.shape(p.came), np.shape(p.right)) for p in view.pairs]
    if all(c == (*r[:1], *r[:1]) for c, r in every) and right in (
        (*right[:1],),
        (*right[:1], 1),
    ):
        return ": a table of all pairs; did a vector meet a column or a matrix?"
    if all(len(c) == 2 and c[0] == c[1] for c, _ in every):
        return ": a square matrix"
    if len(came) == 2 and not right and all(c[0] == c[1] for c, _ in every):
        return ": a table of all pairs; a column (n, 1) met a vector (n,)?"
    if all(c == r[::-1] for c, r in every) and len(right) == 2:
        return ": the factors of a product are exchanged, or it must be transposed"
    if 0 in came and 0 not in right:
        return ": nothing is in it; does a loop make no round?"
    if len(right) == 2 and all(c == r[1:] for c, r in every):
        return ": one row for all; each is to have its own"
    if not came:
        return ": one number for all of them, where each has its own"
    if len(came) == 1 and len(right) == 1:
        return lengths(view)
    flat = all(len(c) == 1 and c[0] not in r for c, r in every)
    if len(right) == 2 and flat:
        return f": all numbers in one row; {flattening(view.code)}"
    if len(came) == len(right) + 1:
        return ": one axis too many; is a sum or a mean over it missing?"
    if len(came) == len(right) - 1:
        return ": one axis too few; is a sum taken over it, or `keepdims` missing?"
    return ""


def ends(code: str) -> str:
    """Ask for the ends of a loop or a slice, if there is one."""
    tree = ast.parse(code)
    loops = any(isinstance(node, ast.For | ast.While | ast.comprehension | ast.Slice)
                for node in ast.walk(tree))  # fmt: skip
    return "; where does the loop or the slice begin and end?" if loops else ""


def flattening(code: str) -> str:
    """Say which function made one row of a table."""
    for name in ("append", "insert", "delete", "concatenate", "hstack"):
        if f"{name}(" in code:
            if name in ("hstack", "concatenate"):
                return (f"`{name}` puts vectors behind each other, `np.column_stack` "
                        "side by side")  # fmt: skip
            return f"`{name}` flattens without `axis=`"
    return "is it flattened?"


def lengths(view: View) -> str:
    """Say which axis of the inputs a length comes from."""
    came = [np.shape(p.came)[:1] for p in view.pairs]
    right = [np.shape(p.right)[:1] for p in view.pairs]
    known = sizes(view)
    labels = [next((label for label, values in known.items()
                    if [(value,) for value in values] == lengths), "")
              for lengths in (came, right)]  # fmt: skip
    if all(labels):
        return f": {labels[0]}, and not {labels[1]}; is it the wrong axis?"
    if all(c and r and c[0] - r[0] == 1 for c, r in zip(came, right, strict=True)):
        return f": one too many{ends(view.code)}"
    if all(c and r and r[0] - c[0] == 1 for c, r in zip(came, right, strict=True)):
        return f": one too few{ends(view.code)}"
    return ""
