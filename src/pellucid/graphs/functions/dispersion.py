"""How far numbers lie from their mean, and how they vary together."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, cast, flag, into, recorded_as
from pellucid.graphs.functions.reductions import chosen, count, floating, is_mask
from pellucid.graphs.operations.robust import root


@recorded_as(np.var)
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
    keepdims: Any = False, *, where: Any = True, mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:  # fmt: skip
    """Mean square of the deviations from the mean; ddof fewer in the denominator."""
    d = deviations(a, axis, dtype, where, mean)
    n = left_of(d, axis, ddof, keepdims, where, correction)
    return into(out, np.sum(square(d), axis=axis, keepdims=flag(keepdims)) / n)


def deviations(a: Any, axis: Any, dtype: Any, where: Any, mean: Any) -> Any:
    """How far the elements lie from their mean; 0 where they are not chosen."""
    a = floating(cast(as_traced(a), dtype))
    if mean is np._NoValue:
        mean = np.mean(a, axis=axis, keepdims=True, where=where)
    # Left out before it is squared, so that no nan there reaches a derivative.
    return chosen(where, a - mean, 0) if is_mask(where) else a - mean


def left_of(
    d: Any, axis: Any, ddof: float, keepdims: Any, where: Any, correction: Any
) -> Any:
    """How many deviations there are, less what was fitted; at least 0."""
    if correction is not np._NoValue and ddof != 0:
        raise ValueError("ddof and correction are one option: give one of them")
    n = count(d, axis, where, keepdims)
    n = n - (ddof if correction is np._NoValue else correction)
    return np.maximum(n, 0) if is_mask(where) else max(n, 0)


def square(d: Any) -> Any:
    """The square of the absolute value."""
    return np.real(d * np.conj(d)) if d.dtype.kind == "c" else d * d


@recorded_as(np.std)
def std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
    keepdims: Any = False, *, where: Any = True, mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:  # fmt: skip
    """The root of the variance; like a length of 0, one of 0 has the gradient 0."""
    options: dict[str, Any] = {"where": where, "mean": mean, "correction": correction}
    variance = var(a, axis, dtype, None, ddof, keepdims, **options)
    return into(out, root(variance))


@recorded_as(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """D W D' / n, with D the deviations of each row from its weighted mean."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be an integer")
    X = variables(m, y, rowvar, dtype)  # (d, n)
    w = weights_of(fweights, aweights, X)
    ddof = (0 if bias else 1) if ddof is None else ddof
    D = X - np.average(X, axis=1, weights=w, keepdims=True)
    left_over = freedom(X.shape[1], w, aweights, ddof)
    result = D @ np.conj(D if w is None else D * w).T / left_over
    return np.squeeze(result)


def variables(m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """One variable a row: those of m, and below them those of y."""
    parts = [as_traced(part) for part in (m, y) if part is not None]
    if any(part.ndim > 2 for part in parts):
        raise ValueError("expected variables of one or two axes")
    dtype = np.result_type(*parts, np.float64) if dtype is None else dtype
    rows = [np.atleast_2d(cast(part, dtype)) for part in parts]
    first, *others = rows
    first = first.T if not rowvar and np.ndim(m) != 1 else first
    others = [p.T if not rowvar and p.shape[0] != 1 else p for p in others]
    return np.concatenate([first, *others]) if others else first


def weights_of(fweights: Any, aweights: Any, X: Any) -> Any:
    """The product of the frequencies and the importances, checked as NumPy does."""
    product = None
    for name, w in (("fweights", fweights), ("aweights", aweights)):
        if w is None:
            continue
        w = as_traced(w)
        if w.ndim > 1:
            raise RuntimeError(f"cannot handle multidimensional {name}")
        if w.shape[0] != X.shape[1]:
            raise RuntimeError(f"incompatible numbers of samples and {name}")
        product = w if product is None else product * w
    return product


def freedom(n: int, w: Any, aweights: Any, ddof: float) -> Any:
    """What the squares are divided by: the number of samples, less what was fitted."""
    if w is None:
        return max(n - ddof, 0)
    total = np.sum(w)
    if ddof == 0:
        return total
    if aweights is None:
        return total - ddof
    return total - ddof * np.sum(w * aweights) / total


@recorded_as(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The covariances over the standard deviations, never beyond -1 and 1."""
    C = np.cov(x, y, rowvar, dtype=dtype)
    if C.ndim == 0:
        return C / C
    s = np.sqrt(np.diagonal(C))
    return np.clip(C / s[:, None] / s[None, :], -1, 1)
