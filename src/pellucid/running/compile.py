"""A function is traced and compiled once for each kind of arguments."""

from __future__ import annotations

import contextlib
import functools
import operator
import pickle
import sys
import types
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from pellucid.errors import PellucidError, TraceError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.deriving import Recipe, differentiated, recipe_of
from pellucid.graphs.differentiating.plain_call import difference
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import made_stable, unused, written_out
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.trace import (
    is_float,
    is_numeric,
    signature_of,
    title_of,
    trace,
)
from pellucid.running import targets
from pellucid.running.cache import Itself, content
from pellucid.running.captures import Captures
from pellucid.running.targets import Program

STATES = 8  # of what is captured, for which a program is kept, for arguments of a kind


class NotPickledError(PellucidError, pickle.PicklingError):
    """A compiled function cannot be pickled."""


class Recorded(NamedTuple):
    """A program, what it holds only for, and the function as it was written."""

    program: Program
    captures: Captures
    graph: Graph


class Compiled:
    """A compiled function; called like the function it was made from.

    Attributes
    ----------
    source : str
        What ran last, as Python.
    constants : dict
        What was frozen of the outside, by name: arrays, numbers and texts.
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
        self._target = target
        self.device = device
        self.verify = verify
        self.stable = stable
        self.without = tuple(sorted(unused(without)))
        self._programs: dict[Any, list[Recorded]] = {}
        self._choosing: set[Any] = set()  # kinds whose integers choose what is done
        self._latest: Recorded | None = None
        self.__name__ = f.title if isinstance(f, Graph) else title_of(f)
        self.__doc__ = getattr(f, "__doc__", None)
        if not isinstance(f, Graph):
            functools.update_wrapper(
                self, f, assigned=("__module__", "__qualname__"), updated=()
            )

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A compiled method, whose `self` is a constant."""
        return self if instance is None else types.MethodType(self, instance)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by what it was made from; it is compiled again where it is called."""
        name = getattr(self, "__qualname__", "")
        module = sys.modules.get(getattr(self, "__module__", ""))
        with contextlib.suppress(AttributeError):
            if operator.attrgetter(name or "?")(module) is self:
                return name  # a decorated function, under whose name it stands itself
        if "<lambda>" in name and not is_taken_by_value():
            raise NotPickledError(
                f"{self.__name__}: a compiled lambda cannot be pickled, because pickle "
                "writes functions by name: define it with def in a module."
            )
        options = {
            "verify": self.verify,
            "stable": self.stable,
            "without": self.without,
        }
        return _compiled, (recipe_of(self.f), self._target, self.device, options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for these shapes and dtypes."""
        if active.get() is not None:
            return self.f(*args, **kwargs)
        known = self._latest
        program = self.program(*args, **kwargs)
        if self.verify and known is not None and known is self._latest:
            same_still(self.f, known, args, kwargs)
        return run_on(program, program.graph.bind(*args, **kwargs))

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program for arguments of this kind, and for what is captured now."""
        key, arguments = None, {}
        if not isinstance(self.f, Graph):
            signature = signature_of(self.f, args)
            arguments = dict(signature.bind(*args, **kwargs).arguments)
            key = self._key(arguments)
        for kept in self._programs.get(key, ()):
            if kept.captures.holds():
                self._latest = kept
                return kept.program
        self._latest = self._noticed(key, arguments, args, kwargs)
        return self._latest.program

    def _key(self, arguments: dict[str, Any]) -> Any:
        """What a program depends on beside what it captures."""
        key = kind_of(arguments)
        return (key, kind_of(arguments, is_float)) if key in self._choosing else key

    def _noticed(
        self, key: Any, arguments: dict[str, Any], args: Any, kwargs: Any
    ) -> Recorded:
        """What was recorded with equal captures, or is recorded now."""
        start = start_of(self.f, arguments)
        for kept in self._programs.get(key, ()):
            if kept.captures.holds_for(start):
                return kept
        recorded = self._made(Captures(start), args, kwargs)
        if not isinstance(self.f, Graph) and chooses(recorded.program.graph):
            self._choosing.add(kind_of(arguments))
            key = self._key(arguments)
        self._programs[key] = [recorded, *self._programs.get(key, [])][:STATES]
        return recorded

    def _made(self, captures: Captures, args: Any, kwargs: Any) -> Recorded:
        recorded = (
            self.f
            if isinstance(self.f, Graph)
            else recorded_graph(self.f, args, kwargs)
        )
        graph = made_stable(recorded, self.without) if self.stable else recorded
        program = self.target.Program(written_out(graph), self.device)
        if self.verify:
            verified(program, args, kwargs)
            same_as_plain(self.f, recorded, args, kwargs)
        captures.settle()
        return Recorded(program, captures, recorded)

    @property
    def source(self) -> str:
        """What ran last, as Python."""
        return self._ran().program.source

    @property
    def constants(self) -> dict[str, Any]:
        """What was frozen of the outside: arrays, and numbers and texts by name."""
        program, captures, graph = self._ran()
        arrays = [n for n in program.graph.nodes if n.is_constant]
        scalars = captures.scalars.items()
        return {captures.name_of(n.value) or n.name: n.value for n in arrays} | {
            name: value for name, value in scalars if name not in graph.parameters
        }

    def _ran(self) -> Recorded:
        if self._latest is None:
            raise PellucidError(
                f"{self.__name__} is compiled at its first call; call it first."
            )
        return self._latest


def _compiled(f: Any, target: str, device: str | None, options: Any) -> Compiled:
    """A compiled function as it comes out of a pickle."""
    made = f.made() if isinstance(f, Recipe) else f
    return Compiled(made, target, device, **options)


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
        "numpy": straight-line NumPy, in memory that is kept between calls, so that a
        call allocates only its results. "jax": XLA. "torch": PyTorch, without its
        derivatives. Each takes NumPy arrays and gives NumPy arrays.
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


def is_taken_by_value() -> bool:
    """Whether who pickles writes lambdas too, as cloudpickle and dill do."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame:
        if {"cloudpickle", "dill"} & set(frame.f_globals["__name__"].split(".")):
            return True
        frame = frame.f_back
    return False


def start_of(f: Any, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
    """Where to look for what is captured: in f, and in arguments that are objects."""
    if isinstance(f, Graph):
        return []
    leaves = structure.paths(arguments)
    return [("", f)] + [(structure.path_text(path), leaf) for path, leaf in leaves
                        if not is_numeric(leaf)]  # fmt: skip


def recorded_graph(f: Callable[..., Any], args: Any, kwargs: Any) -> Graph:
    """Trace with integer arrays as inputs, or as constants where that cannot be."""
    try:
        return trace(f, args, kwargs, is_numeric)
    except TraceError:
        return trace(f, args, kwargs, is_float)


def chooses(graph: Graph) -> bool:
    """Whether integer arrays choose what is done, and so are constants of a graph."""
    places = structure.leaves(dict(graph.parameters))
    return any(isinstance(p, np.ndarray) and is_numeric(p) for p in places)


def kind_of(
    arguments: dict[str, Any], is_input: Callable[[Any], bool] = is_numeric
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
        if is_numeric(b) and not np.allclose(
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


def same_still(f: Any, kept: Recorded, args: Any, kwargs: Any) -> None:
    """Raise when a plain call gives another result than what was recorded earlier."""
    ours = structure.leaves(kept.graph(*args, **kwargs))
    args, kwargs = structure.mapped(_copied, (args, kwargs))  # f may write into them
    plain = structure.leaves(f(*args, **kwargs))
    kept.captures.settle()  # of what the plain call has counted or stored
    for a, b in zip(ours, plain, strict=True):
        if is_numeric(b) and not np.allclose(a, b, rtol=1e-5, equal_nan=True):
            raise PellucidError(
                f"{kept.graph.title}: compiled it gives {a!r}, a plain call {b!r}: "
                "an array that it captured was changed in place after it was recorded. "
                "Pass the array as an argument, or compile the function again."
            )


def _copied(leaf: Any) -> Any:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def run_on(program: Program, inputs: dict[Node, Any]) -> Any:
    """Run a program on values by input node and give the result in its structure."""
    outputs = program.run(*(inputs[node] for node in program.graph.inputs))
    values = iter(outputs)
    return structure.mapped(lambda _: next(values), program.graph.result)
