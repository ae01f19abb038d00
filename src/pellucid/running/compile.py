"""The verb: a plain NumPy function or a graph becomes fast code without branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from pellucid.graphs.graph import Graph
from pellucid.running.compiled import Compiled


@overload
def compile(
    f: None = None, target: str = ..., device: str | None = ..., *,
    verify: bool = ..., stable: bool = ..., without: Sequence[str] = ...,
) -> Callable[[Callable[..., Any]], Compiled]: ...  # fmt: skip
@overload
def compile(
    f: Callable[..., Any] | Graph, target: str = ..., device: str | None = ..., *,
    verify: bool = ..., stable: bool = ..., without: Sequence[str] = ...,
) -> Compiled: ...  # fmt: skip
def compile(
    f: Callable[..., Any] | Graph | None = None, target: str = "numpy",
    device: str | None = None, *,
    verify: bool = False, stable: bool = True, without: Sequence[str] = (),
) -> Compiled | Callable[[Callable[..., Any]], Compiled]:  # fmt: skip
    """Compile a plain NumPy function or a graph into fast code without branches.

    Traced at the first call and again for each new combination of shapes, dtypes and
    orders in memory (C or F), on which it depends what is a view. Graphs of equal
    structure are compiled once. Threads may call it at once. What a long loop repeats
    is compiled once, as a loop; short ones are written out.

    A program is for one path: where the function branches on a value, each call asks
    its guards in their places among the steps. Where one does not hold, the path that
    fits is run, or recorded; the last 64 are kept for arguments of a kind. "jax"
    computes its guards with the results and looks at them before these are given. A
    path is recorded as NumPy decides; where rounding alone decides, another target may
    go another way.

    Globals, closure variables, attributes, entries of dicts and lists and defaults that
    `f` and its helpers get at by name are frozen in the program, and listed in
    `.constants`. Another value under such a name is noticed, and `f` is recorded anew;
    an array that is changed in place is not. Programs are kept for the last 8 states of
    what is captured. What changes in each call is better passed as an argument.

    Parameters
    ----------
    f : callable or Graph
        What to compile; also as a decorator, `@pl.compile` or
        `@pl.compile(verify=True)`.
    target : str
        "numpy": NumPy, in memory that is kept between calls, so that a call allocates
        little but its results; in loops, numbers are computed by Python's floats.
        "jax": XLA. "torch": PyTorch, without its derivatives. Each takes NumPy arrays
        and gives NumPy arrays.
    device : str or None
        For "jax" and "torch": "cpu", "cuda", ...; None for the library's own choice.
    verify : bool
        Compare the first result of each program with the reference, node by node, and
        what was recorded with a plain call of the function; each later one with a plain
        call, so that an array that was changed in place is noticed too.
    stable : bool
        Whether naive formulas are replaced first; see `pellucid.stable`.
    without : sequence of str
        Identities that are not used for that, by name.

    Returns
    -------
    Compiled
        A callable with `.source` and `.constants`.

    Raises
    ------
    PellucidError
        For a target or device that there is not, an operation that the target lacks, or
        a result that differs from the reference.
    MissingExtraError
        For a target whose library is not installed.
    TraceError
        At the first call, when the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> @pl.compile
    ... def norm(x):
    ...     return np.sqrt(np.sum(x**2))
    >>> float(norm(np.array([3.0, 4.0])))
    5.0
    """

    def made(f: Callable[..., Any] | Graph) -> Compiled:
        return Compiled(
            f, target, device, verify=verify, stable=stable, without=without
        )

    return made if f is None else made(f)
