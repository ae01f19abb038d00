"""A NumPy function is recorded by running it once on stand-ins for its arguments."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from pellucid.errors import PellucidError, TraceError
from pellucid.graphs import structure
from pellucid.graphs.foreign import is_table_or_column, strange
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, constant
from pellucid.graphs.tracing.ending import finish, settle
from pellucid.graphs.tracing.frames import location
from pellucid.graphs.tracing.lending import lent, shared_view, takes_arrays
from pellucid.graphs.tracing.namespaces import reached
from pellucid.graphs.tracing.outside_arrays import is_plain
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.refusals import STAND_INS, failure
from pellucid.graphs.tracing.sites import holds_stand_in, site_of
from pellucid.graphs.tracing.trace_warnings import drawing_noticed, notice_many_guards
from pellucid.graphs.tracing.traced import current, lifted, node_of
from pellucid.graphs.tracing.uncollected import uncollected


@dataclasses.dataclass(frozen=True)
class Constant:
    """An argument whose numbers are known while the function is recorded."""

    value: Any


def _plain(leaf: Any) -> Any:
    return leaf.value if isinstance(leaf, Constant) else leaf


def is_float(value: Any) -> bool:
    """Whether an argument is an input: a float, or an array of floats."""
    if isinstance(value, (float, np.floating)):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def is_numeric(value: Any) -> bool:
    """Whether a value is a float, or an array of floats, integers or booleans."""
    return is_float(value) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "iub"
    )


def signature_of(f: Callable[..., Any], args: tuple[Any, ...]) -> inspect.Signature:
    """How a function is called; for one that does not tell, x1, x2, ..."""
    try:
        return inspect.signature(f)
    except (TypeError, ValueError):
        kind = inspect.Parameter.POSITIONAL_ONLY
        names = [f"x{i + 1}" if len(args) > 1 else "x" for i in range(len(args))]
        return inspect.Signature([inspect.Parameter(name, kind) for name in names])


def is_variable(name: str) -> bool:
    """Whether a variable of Python may have this name."""
    return name.isidentifier() and not keyword.iskeyword(name)


def title_of(f: Callable[..., Any]) -> str:
    """The person's name for a function; `f` for a lambda."""
    name = getattr(f, "__name__", type(f).__name__)
    return name if is_variable(name) else "f"


def graph(f: Callable[..., Any] | Graph, /, *args: Any, **kwargs: Any) -> Graph:
    """Record a plain NumPy function as a graph, as it is written.

    Parameters
    ----------
    f : callable
        A function of floats and arrays of floats, and of nested tuples, lists and dicts
        of them. Integers, booleans, strings and None are constants.
    *args, **kwargs
        Example arguments. The function is run once, on stand-ins for them. Only their
        structure, shapes and dtypes matter, and their numbers where the function
        branches: the graph holds for arguments that go the same way (`.guards`).

    Returns
    -------
    Graph
        The computation, with the person's variable names and source lines.

    Raises
    ------
    TraceError
        When the function does what cannot be recorded, such as `float(x)`.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> g = pl.graph(hypotenuse, 3.0, 4.0)
    >>> [node.name for node in g.nodes]
    ['a', 'b', 't1', 't2', 't3', 'c']
    """
    if isinstance(f, Graph):
        return f
    return trace(f, args, kwargs, follow=True)


@uncollected()
def trace(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    is_input: Callable[[Any], bool] = is_float,
    follow: bool = False,
    recorder: Recorder | None = None,
) -> Graph:
    """Run a function on stand-ins for the arguments that are inputs.

    An argument, or a part of one, that is a `Constant` is none. To follow is to go the
    way of these arguments where the function branches, and to leave a guard; a
    recorder that is given says so itself, and can be asked afterwards.
    """
    signature = signature_of(f, args)
    bound = signature.bind(*args, **kwargs)
    given = dict(bound.arguments)
    recorder = recorder or Recorder(follow)
    recorder.on_many_guards = notice_many_guards
    start = [f, *structure.leaves(given)]
    found = reached(start)
    lends = takes_arrays(found)
    parameters, stand_ins = _stood_in(given, is_input, recorder, lends)
    bound.arguments.update(stand_ins)
    noticed = drawing_noticed(recorder, f, found.values)
    with lent(found, start) if lends else contextlib.nullcontext():
        try:
            with recorder.running(), creation_recorded(found.values), noticed:
                result = structure.mapped(node_of, _called(f, bound, recorder))
                finish(recorder)
        finally:
            stand_ins.clear()  # what nobody else keeps need not become an array
            bound.arguments.clear()
            settle(recorder)
    guards = tuple(recorder.guards.values())
    made = Graph(
        title_of(f), parameters, result, signature, guards, tuple(recorder.made)
    )
    return closed(made, recorder)


def closed(made: Graph, recorder: Recorder) -> Graph:
    """Name what has no name yet, and check that every input is an argument."""
    strangers = {n for n in made.order if n.is_input} - set(made.inputs)
    if strangers:
        message = (
            f"{made.title} uses a value of another trace, "
            f"{min(n.name for n in strangers)}: pass it as an argument."
        )
        raise TraceError(message)
    made = without_copies(made)
    recorder.names.christen_all(made.nodes)
    return made


def without_copies(made: Graph) -> Graph:
    """Drop the copies that kept the uses of a differentiated argument apart."""
    if not any(node.operation == "copy" for node in made.order):
        return made
    kept: dict[Node, Node] = {}
    for node in made.order:
        arguments = tuple(kept[a] for a in node.arguments)
        if node.operation == "copy":
            kept[node] = arguments[0]
        elif arguments == node.arguments:
            kept[node] = node
        else:
            kept[node] = node.remade(arguments, node.order)
    return made.ending(kept[node] for node in made.ends)


def resumed(graph: Graph) -> Recorder:
    """A recorder that continues a finished graph, and knows its names."""
    recorder = Recorder()
    recorder.names.given.update((node.name, node.name) for node in graph.order)
    return recorder


def _called(
    f: Callable[..., Any], bound: inspect.BoundArguments, recorder: Recorder
) -> Any:
    try:
        return f(*bound.args, **bound.kwargs)
    except PellucidError:
        raise
    except Exception as error:
        refusal = _refusal(error, recorder)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(raised: Exception, recorder: Recorder) -> BaseException | None:
    """The error of ours that NumPy has wrapped, or others have raised in our stead."""
    if recorder.broken is not None:
        return recorder.broken
    error: BaseException | None = raised
    while error:
        if isinstance(error, TraceError):
            return error
        if _is_of_stand_in(error):
            return TraceError(failure(error, raised))
        error = error.__cause__ or error.__context__
    # C code may replace our error by one of its own, which says nothing.
    at = site_of(raised)
    where = f"{location(at.frame, at.line)}: " if at else ": "
    lost = str(recorder.refusal or "").startswith(where)
    return recorder.refusal if lost else None


def _is_of_stand_in(error: BaseException) -> bool:
    """Whether Python or a library failed because a value is no array of numbers."""
    named = isinstance(error, TypeError) and STAND_INS.search(str(error))
    kinds = (TypeError, AttributeError)
    return bool(named) or (isinstance(error, kinds) and holds_stand_in(error))


def input_names(
    given: Mapping[str, Any], is_input: Callable[[Any], bool]
) -> dict[Any, str]:
    """A valid identifier for each argument that is an input, by its path.

    A leaf of a dict is called by its key (`p["W"]` is W) where that is not taken; of
    several dicts in a list the second is W_2.
    """
    names: dict[Any, str] = {}
    taken = set(given)
    counts = Counter[str]()
    for path, leaf in structure.paths(dict(given)):
        if not is_input(leaf):
            continue
        short = str(path[-1])
        counts[short] += 1
        long = re.sub(r"\W", "_", "_".join(str(key) for key in path))
        again = f"{short}_{counts[short]}"
        if is_variable(short) and isinstance(path[-2:][0], int) and again not in taken:
            long = again
        free = len(path) == 1 or (is_variable(short) and short not in taken)
        names[path] = short if free else long
        taken.add(names[path])
    return names


def _filled(tree: Any, leaves: Iterable[Any]) -> Any:
    """The same structure with other leaves."""
    found = iter(leaves)
    return structure.mapped(lambda _: next(found), tree)


def _stood_in(
    given: dict[str, Any], is_input: Callable[[Any], bool], recorder: Recorder,
    lends: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """The arguments as the graph holds them, and as the function is given them."""
    names = input_names(structure.mapped(_plain, given), is_input)
    pairs = [
        _argument(leaf, names.get(path), recorder, lends)
        for path, leaf in structure.paths(given)
    ]
    parameters = _filled(given, [parameter for parameter, _ in pairs])
    recorder.names.elements = {
        leaf
        for path, leaf in structure.paths(parameters)
        if isinstance(leaf, Node) and isinstance(path[-1], int)
    }
    return parameters, _filled(given, [stand_in for _, stand_in in pairs])


def _argument(
    leaf: Any, name: str | None, recorder: Recorder, lends: bool
) -> tuple[Any, Any]:
    """An argument as the graph holds it, and as the function is given it."""
    value = _plain(leaf)
    if name is None and lends and is_plain(value):
        return value, shared_view(value)
    if isinstance(leaf, Constant):
        return value, _known(value, name, recorder)
    if name is None:
        return leaf.copy() if is_table_or_column(leaf) else leaf, leaf
    node = recorder.input(name, leaf)
    return node, lifted(node, recorder, isinstance(leaf, np.ndarray), like=leaf)


def stand_in(constant: Constant) -> Any:
    """A constant as a function is given it inside another that is traced."""
    return _known(constant.value, None, current())


def _known(value: Any, name: str | None, recorder: Recorder) -> Any:
    """A constant as the function is given it: itself, or what stands for an array.

    A stand-in takes traced values in its methods and can be written to, as in the plain
    function; its numbers are there where they are asked for.
    """
    plain = isinstance(value, np.ndarray) and not strange(value)
    if not (plain and is_float(value)):
        return value
    node = constant(value)
    recorder.names.christen(node, name)
    return lifted(node, recorder, mutable=True, like=value)
