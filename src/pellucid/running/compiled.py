"""A function is traced and compiled once for each kind of arguments, and each path."""

from __future__ import annotations

import contextlib
import copy
import functools
import operator
import pickle
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pellucid.errors import PellucidError
from pellucid.graphs.bodies import with_bodies
from pellucid.graphs.differentiating.deriving import (
    Recipe,
    differentiated,
    recipe_of,
)
from pellucid.graphs.folding.folded import SAVING, folded
from pellucid.graphs.graph import Graph
from pellucid.graphs.rewriting.stable import made_stable, unused, written_out
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.trace import is_float, signature_of, title_of
from pellucid.running import targets
from pellucid.running.calls import Read, giver, kind_of_call, reader
from pellucid.running.captures import Captures
from pellucid.running.kinds import chooses, kind_of, recorded_graph, start_of
from pellucid.running.paths import Path, Paths
from pellucid.running.targets import Program
from pellucid.running.verifying import (
    same_as_plain,
    same_still,
    same_unrolled,
    verified,
)

STATES = 8  # of what is captured, for which programs are kept, for arguments of a kind


class NotPickledError(PellucidError, pickle.PicklingError):
    """A compiled function cannot be pickled."""


class FastCall(NamedTuple):
    """The short way of a call: how inputs are read, and what runs on them."""

    read: Read
    paths: Paths


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
        self._programs: dict[Any, list[Paths]] = {}
        self._calls: dict[Any, FastCall] = {}  # the short way to them
        self._choosing: set[Any] = set()  # kinds whose integers choose what is done
        self._latest: Paths | None = None
        self.__name__ = f.title if isinstance(f, Graph) else title_of(f)
        self.__doc__ = getattr(f, "__doc__", None)
        if not isinstance(f, Graph):
            functools.update_wrapper(
                self, f, assigned=("__module__", "__qualname__"), updated=()
            )

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A compiled method, whose `self` is a constant."""
        return self if instance is None else types.MethodType(self, instance)

    # Copied like a function, it is its own copy, unless it holds an object, as the
    # `self` of a method, that is copied too.

    def __copy__(self) -> Compiled:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        if isinstance(differentiated(self.f), (types.FunctionType, Graph)):
            return self
        return _compiled(copy.deepcopy(recipe_of(self.f), memo), *self._options())

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by what it was made from; it is compiled again where it is called."""
        name = getattr(self, "__qualname__", "")
        module = sys.modules.get(getattr(self, "__module__", ""))
        with contextlib.suppress(AttributeError):
            if operator.attrgetter(name or "?")(module) is self:
                return name  # a decorated function, under whose name it stands itself
        named = getattr(differentiated(self.f), "__qualname__", "")
        if {"<lambda>", "<locals>"} & set(named.split(".")) and not is_taken_by_value():
            what = "lambda" if named.endswith("<lambda>") else "function of a function"
            raise NotPickledError(
                f"{self.__name__}: a compiled {what} cannot be pickled, because pickle "
                "writes functions by name: define it with def in a module."
            )
        return _compiled, (recipe_of(self.f), *self._options())

    def _options(self) -> tuple[str, str | None, dict[str, Any]]:
        """With what, beside the function, it is made again."""
        stable, without = self.stable, self.without
        options = {"verify": self.verify, "stable": stable, "without": without}
        return self._target, self.device, options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program for these shapes and dtypes."""
        if active.get() is not None:
            return self.f(*args, **kwargs)
        kind = kind_of_call(args, kwargs)
        known = self._calls.get(kind)
        if known is not None and known.paths.captures.holds():
            self._latest = known.paths
            return known.paths.taken(known.read(args, kwargs), args, kwargs)[1]
        return self._called(kind, args, kwargs)

    def _called(self, kind: Any, args: Any, kwargs: Any) -> Any:
        """The long way of a call, which makes the short one for those to come."""
        known = self._latest.kept if self._latest else []
        paths = self._paths(args, kwargs)
        graph = paths.latest.program.graph
        inputs = graph.bind(*args, **kwargs)
        read = None if kind is None or self.verify else reader(graph, args, kwargs)
        if read is not None:
            self._calls[kind] = FastCall(read, paths)
        path, result = paths.taken([inputs[n] for n in graph.inputs], args, kwargs)
        if self.verify and any(path is one for one in known):
            same_still(self.f, path, paths.captures, args, kwargs)
        return result

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program that ran last, or runs next, for arguments of this kind."""
        return self._paths(args, kwargs).latest.program

    def _paths(self, args: Any, kwargs: Any) -> Paths:
        """The paths for arguments of this kind, and for what is captured now."""
        key, arguments = None, {}
        if not isinstance(self.f, Graph):
            signature = signature_of(self.f, args)
            arguments = dict(signature.bind(*args, **kwargs).arguments)
            key = self._key(arguments)
        found = (p for p in self._programs.get(key, ()) if p.captures.holds())
        paths = next(found, None) or self._noticed(key, arguments, args, kwargs)
        self._latest = paths
        return paths

    def _key(self, arguments: dict[str, Any]) -> Any:
        """What a program depends on beside what it captures."""
        key = kind_of(arguments)
        return (key, kind_of(arguments, is_float)) if key in self._choosing else key

    def _noticed(
        self, key: Any, arguments: dict[str, Any], args: Any, kwargs: Any
    ) -> Paths:
        """What was recorded with equal captures, or is recorded now."""
        start = start_of(self.f, arguments)
        for kept in self._programs.get(key, ()):
            if kept.captures.holds_for(start):
                return kept
        captures = Captures(start)
        record = functools.partial(self._recorded, captures)
        paths = Paths(record(args, kwargs), captures, record)
        key = key if isinstance(self.f, Graph) else self._key(arguments)
        self._programs[key] = [paths, *self._programs.get(key, [])][:STATES]
        return paths

    def _recorded(self, captures: Captures, args: Any, kwargs: Any) -> Path:
        """The path of these arguments, recorded and compiled."""
        recorded = self._graph(args, kwargs)
        looped = folded(recorded, saving=SAVING)
        graph = made_stable(looped, self.without) if self.stable else looped
        program = self.target.Program(written_out(graph), self.device)
        answers = tuple(guard.answer for guard in graph.guards)
        path = Path(program, giver(graph.result), answers, recorded)
        if self.verify:
            verified(path, args, kwargs)
            same_unrolled(recorded, looped, args, kwargs)
            same_as_plain(self.f, recorded, args, kwargs)
        captures.settle()
        self._notice_choice(recorded, args, kwargs)
        return path

    def _graph(self, args: Any, kwargs: Any) -> Graph:
        if not isinstance(self.f, Graph):
            return recorded_graph(self.f, args, kwargs)
        if self.f.guards:
            self.f(*args, **kwargs)  # says by line where it goes another way
        return self.f

    def _notice_choice(self, recorded: Graph, args: Any, kwargs: Any) -> None:
        """From now on programs for arguments of a kind are for their integers, too."""
        if isinstance(self.f, Graph) or not chooses(recorded):
            return
        key = kind_of(dict(recorded.signature.bind(*args, **kwargs).arguments))
        if key not in self._choosing:
            self._choosing.add(key)
            self._programs.pop(key, None)
            self._calls.clear()

    @property
    def source(self) -> str:
        """What ran last, as Python."""
        return self._ran().latest.program.source

    @property
    def constants(self) -> dict[str, Any]:
        """What was frozen of the outside: arrays, and numbers and texts by name."""
        ran = self._ran()
        captures, graph = ran.captures, ran.latest.graph
        program = ran.latest.program
        top = program.graph.nodes
        held = (n for n in with_bodies(top) if n.is_constant)
        arrays = [n for n in held if n.shape or n in top]
        scalars = captures.scalars.items()
        return {captures.name_of(n.value) or n.name: n.value for n in arrays} | {
            name: value for name, value in scalars if name not in graph.parameters
        }

    def _ran(self) -> Paths:
        if self._latest is None:
            raise PellucidError(
                f"{self.__name__} is compiled at its first call; call it first."
            )
        return self._latest


def _compiled(f: Any, target: str, device: str | None, options: Any) -> Compiled:
    """A compiled function as it comes out of a pickle."""
    made = f.made() if isinstance(f, Recipe) else f
    return Compiled(made, target, device, **options)


def is_taken_by_value() -> bool:
    """Whether who pickles writes lambdas too, as cloudpickle and dill do."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame:
        if {"cloudpickle", "dill"} & set(frame.f_globals["__name__"].split(".")):
            return True
        frame = frame.f_back
    return False
