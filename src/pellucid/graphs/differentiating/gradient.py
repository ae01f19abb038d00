"""Gradients, Jacobians and Hessians of plain NumPy functions.

Each is a function of traced values that calls the person's function and walks its nodes
backwards in the same trace. So a gradient inside a traced function, a gradient of a
gradient and a compiled gradient need nothing more; see `deriving`.
"""

from __future__ import annotations

import functools
from typing import Any, overload

from pellucid.graphs.differentiating import pullbacks
from pellucid.graphs.differentiating.arguments import Wrt
from pellucid.graphs.differentiating.deriving import (
    Function,
    Names,
    derived,
    gradient_graph,
)
from pellucid.graphs.differentiating.jacobians import jacobian_at
from pellucid.graphs.graph import Graph
from pellucid.graphs.rewriting.stable import Rewriting


@overload
def gradient(
    f: Graph, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Graph: ...
@overload
def gradient(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function: ...
def gradient(
    f: Function | Graph, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function | Graph:
    """Differentiate a cost: dJ/dx for every element of x, in one backward pass.

    Parameters
    ----------
    f : callable or Graph
        A function whose result has one element.
    wrt : int, str or tuple of them
        The argument, by position or name; a tuple gives a tuple of gradients.
    stable : bool
        Whether naive formulas are replaced first; see `pellucid.stable`.
    without : sequence of str
        Identities that are not used for that, by name.

    Returns
    -------
    callable or Graph
        For a function, one with the same arguments that returns the gradient in the
        structure, shapes and kinds of the argument (a float for a float). At numbers
        the other arguments are constants: f may branch on them, loop over them and hand
        them to SciPy. From the third call on a recording is run again, where nothing
        that f reads can have changed, and f does nothing else; docs/conventions.md says
        when. For a graph, the gradient as a graph with the same inputs.

    Raises
    ------
    GradientError
        When the result has more than one element, or an operation has no derivative.
    TraceError
        When the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.gradient(lambda a, b: np.sqrt(a**2 + b**2), wrt=("a", "b"))(3.0, 4.0)
    (0.6, 0.8)
    """
    if isinstance(f, Graph):
        return gradient_graph(f, wrt, stable, without)
    return derived(
        gradient, f, wrt, pullbacks.cost_gradient, Rewriting(stable, without)
    )


def value_and_gradient(
    f: Function, wrt: Wrt = 0, *,
    stable: bool = True, without: Names = (), has_aux: bool = False,
) -> Function:  # fmt: skip
    """Return `(value, gradient)` of a cost in one pass; see `gradient`.

    With `has_aux`, f gives `(cost, aux)`, a cost and whatever comes beside it, and the
    result is `((cost, aux), gradient)`.

    Examples
    --------
    >>> import pellucid as pl
    >>> pl.value_and_gradient(lambda x: x**2)(3.0)
    (9.0, 6.0)
    >>> pl.value_and_gradient(lambda x: (x**2, 2 * x), has_aux=True)(3.0)
    ((9.0, 6.0), 6.0)
    """
    if has_aux:
        return _value_aux_and_gradient(f, wrt, stable=stable, without=without)
    rewriting = Rewriting(stable, without)
    return derived(value_and_gradient, f, wrt, pullbacks.value_and_slopes, rewriting)


def _value_aux_and_gradient(
    f: Function, wrt: Wrt, *, stable: bool, without: Names
) -> Function:
    """`value_and_gradient` of a function with `has_aux`, a verb of its own."""
    rewriting, pull = Rewriting(stable, without), pullbacks.value_aux_and_slopes
    return derived(_value_aux_and_gradient, f, wrt, pull, rewriting)


def jacobian(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Differentiate every element of a result: J[i..., j...] = dz[i...]/dx[j...].

    One backward pass for each element of the result, of many in one loop; at numbers it
    is recorded once, and where the argument has fewer elements, one forward pass for
    each of these.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jacobian(lambda x: x[0] * x)(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    """
    rewriting = Rewriting(stable, without)
    both = derived(jacobian, f, wrt, pullbacks.result_and_inputs, rewriting)
    at = both, functools.partial(jacobian_at, rewriting=rewriting)
    return derived(jacobian, f, wrt, pullbacks.rows, rewriting, at=at)


def hessian(
    f: Function, wrt: int | str = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Differentiate a cost twice: H[i..., j...] = d2J/dx[i...]dx[j...].

    The Jacobian of the gradient with respect to one array.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    options: dict[str, Any] = {"stable": stable, "without": without}
    return jacobian(gradient(f, wrt, **options), wrt, **options)


def vjp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Multiply the Jacobian by a vector from the left: v'J.

    Called as `vjp(f)(*args, v)`; v has the structure and shape of the result.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.vjp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    rewriting = Rewriting(stable, without)
    return derived(vjp, f, wrt, pullbacks.from_left, rewriting, takes_vector=True)


def jvp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Multiply the Jacobian by a vector from the right: J v.

    Called as `jvp(f)(*args, v)`; v has the structure and shape of the argument. Two
    backward passes: v'J is linear in v, and its derivative is J.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> pl.jvp(lambda x: x**2)(np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    array([ 4., 60.])
    """
    rewriting = Rewriting(stable, without)
    return derived(jvp, f, wrt, pullbacks.from_right, rewriting, takes_vector=True)


def hvp(
    f: Function, wrt: Wrt = 0, *, stable: bool = True, without: Names = ()
) -> Function:
    """Multiply the Hessian of a cost by a vector: H v, called as `hvp(f)(*args, v)`.

    The gradient of (gradient . v): Pearlmutter, "Fast exact multiplication by the
    Hessian" (1994), in reverse mode.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> cost = lambda x: x[0] ** 2 * x[1]
    >>> pl.hvp(cost)(np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    rewriting = Rewriting(stable, without)
    return derived(hvp, f, wrt, pullbacks.curved, rewriting, takes_vector=True)
