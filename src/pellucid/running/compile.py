"""A function is traced and compiled once for each kind of arguments."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Hashable, Sequence
from typing import Any, overload

import numpy as np

from pellucid.errors import PellucidError, TraceError
from pellucid.graphs import structure
from pellucid.graphs.gradient import differentiated
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.plain import difference
from pellucid.graphs.recorder import active
from pellucid.graphs.stable import rewritten, unused, written_out
from pellucid.graphs.trace import is_float, is_number, signature_of, title_of, trace
from pellucid.running import targets
from pellucid.running.cache import Itself, content
from pellucid.running.targets import Program


class Compiled:
    """A compiled function; called like the function it was made from.

    Attributes
    ----------
    source : str
        What ran last, as Python.
    constants : dict
        The arrays from outside that were frozen at the first call, by name.
    """

    def __init__(
        self, f: Callable[..., Any] | Graph, target: str = "numpy",
        device: str | None = None, *,
        verify: bool = False, stable: bool = True, without: Sequence[str] = (),
    ) -> None:  # fmt: skip
        if not callable(f):
            message = f"pellucid.compile takes a function or a Graph, not {f!r}"
            raise PellucidError(f"{message}: give it the function, uncalled.")
        self.f = f
        self.target = targets.target(target)
        self.device = device
        self.verify = verify
        self.stable = stable
        self.without = tuple(sorted(unused(without)))
        self._programs: dict[Any, Program] = {}
        self._choosing: set[Any] = set()  # kinds whose integers choose what is done
        self._latest: Program | None = None
        self.__name__ = f.title if isinstance(f, Graph) else title_of(f)
        self.__doc__ = getattr(f, "__doc__", None)
        if not isinstance(f, Graph):
            functools.update_wrapper(
                self, f, assigned=("__module__", "__qualname__"), updated=()
            )

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A compiled method, whose `self` is a constant."""
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for these shapes and dtypes."""
        if active.get() is not None:
            return self.f(*args, **kwargs)
        program = self.program(*args, **kwargs)
        return run_on(program, program.graph.bind(*args, **kwargs))

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program for arguments of this kind."""
        if isinstance(self.f, Graph):
            key: Any = None
        else:
            signature = signature_of(self.f, args)
            arguments = dict(signature.bind(*args, **kwargs).arguments)
            key = kind_of(arguments)
            if key in self._choosing:
                key = key, kind_of(arguments, is_float)
        if key not in self._programs:
            program = self._made(args, kwargs)
            if not isinstance(self.f, Graph) and chooses(program.graph):
                self._choosing.add(key)
                key = key, kind_of(arguments, is_float)
            self._programs[key] = program
        self._latest = self._programs[key]
        return self._latest

    def _made(self, args: Any, kwargs: Any) -> Program:
        recorded = (
            self.f
            if isinstance(self.f, Graph)
            else recorded_graph(self.f, args, kwargs)
        )
        graph = rewritten(recorded, self.without) if self.stable else recorded
        program = self.target.Program(written_out(graph), self.device)
        if self.verify:
            verified(program, args, kwargs)
            same_as_plain(self.f, recorded, args, kwargs)
        return program

    @property
    def source(self) -> str:
        """What ran last, as Python."""
        return self._ran().source

    @property
    def constants(self) -> dict[str, Any]:
        """The arrays from outside that were frozen at the first call."""
        return {node.name: node.value for node in self._ran().graph.nodes
                if node.operation == "constant"}  # fmt: skip

    def _ran(self) -> Program:
        if self._latest is None:
            raise PellucidError(
                f"{self.__name__} is compiled at its first call; call it first."
            )
        return self._latest


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
    """Compile a plain NumPy function or a graph into fast straight-line code.

    Traced at the first call and again for each new combination of shapes, dtypes and
    orders in memory (C or F), on which it depends what is a view. Graphs of equal
    structure are compiled once. Threads may call it at once.

    Parameters
    ----------
    f : callable or Graph
        What to compile; also as a decorator, `@pl.compile` or
        `@pl.compile(verify=True)`.
    target : str
        "numpy": straight-line NumPy, in memory that is kept between calls, so that a
        call allocates only its results. "jax": XLA. "torch": PyTorch, without its
        derivatives. Each takes NumPy arrays and gives NumPy arrays.
    device : str or None
        For "jax" and "torch": "cpu", "cuda", ...; None for the library's own choice.
    verify : bool
        Compare the first result of each program with the reference, node by node, and
        what was recorded with a plain call of the function.
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


def recorded_graph(f: Callable[..., Any], args: Any, kwargs: Any) -> Graph:
    """Trace with integer arrays as inputs, or as constants where that cannot be."""
    try:
        return trace(f, args, kwargs, is_number)
    except TraceError:
        return trace(f, args, kwargs, is_float)


def chooses(graph: Graph) -> bool:
    """Whether integer arrays choose what is done, and so are constants of a graph."""
    places = structure.leaves(dict(graph.parameters))
    return any(isinstance(p, np.ndarray) and is_number(p) for p in places)


def kind_of(
    arguments: dict[str, Any], is_input: Callable[[Any], bool] = is_number
) -> Any:
    """What a program depends on: structure, shapes, dtypes, orders and constants."""
    leaves = structure.paths(arguments)
    return tuple((path, _kind(leaf, is_input)) for path, leaf in leaves)


def _kind(leaf: Any, is_input: Callable[[Any], bool]) -> Any:
    if isinstance(leaf, np.ndarray):
        kind = leaf.shape, leaf.dtype.str, _order(leaf)
        return kind if is_input(leaf) else (*kind, _content(leaf))
    if is_float(leaf):
        return type(leaf)
    return type(leaf), leaf if isinstance(leaf, Hashable) else Itself(leaf)


def _content(array: np.ndarray[Any, Any]) -> Any:
    """A key for what an array holds: its elements where they are objects."""
    return array.tobytes() if not array.dtype.hasobject else content(array.tolist())


def _order(array: np.ndarray[Any, Any]) -> str:
    """The order in memory, which says what is a view: C, F or neither."""
    flags = array.flags
    return "C" if flags.c_contiguous else "F" if flags.f_contiguous else ""


def verified(program: Program, args: Any, kwargs: Any) -> None:
    """Raise when a program differs from the reference by more than rounding."""
    values = program.graph.bind(*args, **kwargs)
    ours, reference = run_on(program, values), program.graph(*args, **kwargs)
    for a, b in zip(structure.leaves(ours), structure.leaves(reference), strict=True):
        if is_number(b) and not np.allclose(
            a,
            b,
            rtol=1e-5 if np.asarray(b).dtype.itemsize < 8 else 1e-12,
            equal_nan=True,
        ):
            raise PellucidError(
                f"{program.graph.title}: compiled {a!r}, the reference {b!r}."
            )


def same_as_plain(f: Any, recorded: Graph, args: Any, kwargs: Any) -> None:
    """Raise when what was recorded is not what a plain call of the function gives.

    Of a derivative its function is compared.
    """
    person = differentiated(f)
    if person is None or isinstance(person, Graph):
        return
    if person is not f:
        recorded = recorded_graph(person, args, kwargs)
    found = difference(person, recorded, args, kwargs)
    if found:
        plain, ours = found
        raise PellucidError(
            f"{title_of(person)}: a plain call gives {plain!r}, compiled it gives "
            f"{ours!r}: while it is recorded it goes another way. Let it ask for "
            "np.ndim(x) or isinstance(x, float) rather than how x is made."
        )


def run_on(program: Program, inputs: dict[Node, Any]) -> Any:
    """Run a program on values by input node and give the result in its structure."""
    outputs = program.run(*(inputs[node] for node in program.graph.inputs))
    values = iter(outputs)
    return structure.mapped(lambda _: next(values), program.graph.result)
