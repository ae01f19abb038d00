r"""The function as mathematics: LaTeX in the person's own names.

What has a name becomes an equation; the rest is written where it is used. `notation`
says how each operation is written, `equations` which equations there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import PellucidError
from pellucid.graphs.differentiating.step_derivatives import adjoints
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import ancestors
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.reading.formula.equations import Equations
from pellucid.reading.loops.in_line import to_be_read
from pellucid.reading.numbers import known_values


def formula(
    graph_or_f: Graph | Callable[..., Any],
    *args: Any,
    gradient: bool = False,
    numbers: bool = False,
) -> str:
    r"""Write a function, or a graph, as LaTeX in the person's names.

    Letters of numbers are italic, those of arrays bold; a vector is a column; the
    product of two arrays element by element is \odot; [x > 0] is 1 where x > 0 and
    else 0, and so is H_h(x), with h at 0; indices count from 0, as in the code; log is
    the natural logarithm; `layers[0][0]`, weights of a network's first layer, is
    W^{(1)}. A network has a line for each layer, as a function of what goes in and of
    its parameters, and then what each kind of layer is.
    Where the function branched, the conditions of this path follow: if x > 0.

    Parameters
    ----------
    graph_or_f : Graph or callable
        What to write; a function is recorded on the example arguments first.
    *args
        Example arguments.
    gradient : bool
        Whether equations for the gradient with respect to every input follow.
    numbers : bool
        Whether to put in the values of the example arguments; arrays keep their names,
        and results of up to four elements end their equations.

    Returns
    -------
    str
        One equation, or several in `aligned`: one for each name.

    Raises
    ------
    TraceError
        When the function cannot be recorded.
    GradientError
        When the gradient is asked for and the result has more than one element.
    PellucidError
        When numbers are asked for and no arguments are given.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> print(pl.formula(hypotenuse, 3.0, 4.0))
    c = \sqrt{a^2 + b^2}
    >>> print(pl.formula(hypotenuse, 3.0, 4.0, numbers=True))
    c = \sqrt{3^2 + 4^2} = 5
    >>> print(pl.formula(lambda x: x**2, 3.0, gradient=True))
    \begin{aligned}
    f(x) &= x^2 \\
    \frac{\partial f}{\partial x} &= 2 x
    \end{aligned}
    """
    graph = to_be_read(graph_of(graph_or_f, *args))
    backward = adjoints(graph) if gradient else {}
    if numbers and graph.inputs and not args:
        message = "numbers=True puts in the values of example arguments: give them too."
        raise PellucidError(message)
    order = ancestors((*graph.order, *backward.values()))
    values = evaluate(order, known_values(graph, args), order) if numbers else {}
    return display(Equations(graph, backward, values).lines())


def display(lines: list[tuple[str, str]]) -> str:
    r"""One equation, or all of them in `aligned`."""
    if len(lines) == 1:
        return " ".join(lines[0])
    body = " \\\\\n".join(f"{left} &{right}".lstrip() for left, right in lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
