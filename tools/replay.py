"""What becomes of known programs, written down: `tests/replay/*.txt`.

For each program of the tutorials and each example of a function and an operation: the
graph, the formulas replaced, the graph of its gradient, and the compiled source on each
target. A change of the engine that is to change nothing leaves them equal; one that
does is seen in the difference of these files. Long texts are kept as a fingerprint.

    python tools/replay.py               write the files anew
    python tools/replay.py show NAME     print all texts of one program, whole
"""

import hashlib
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.rewriting.stable import made_stable, written_out
from pellucid.graphs.tracing.trace import is_float
from pellucid.running.targets import target

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "replay"
TUTORIALS = ("classification", "regression", "networks", "sequences", "probability",
             "dynamics", "matrices", "signals")  # fmt: skip
EXAMPLES = ("function_examples", "operation_examples")
TARGETS = ("numpy", "torch", "jax")
WHOLE = 40  # lines up to which a text is kept whole, if it is one of these
OF_TUTORIALS = ("graph", "rewrites", "gradient", "numpy")
OF_EXAMPLES = ("graph", "gradient")

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
LINE = re.compile(r"( +\S+,)? +line \d+$|\S+\.py, line \d+: ", re.M)
LONG_NUMBER = re.compile(r"\d+\.\d{13,}(e-?\d+)?")


class Program(NamedTuple):
    """A function, the arguments that it is recorded on, and what is kept whole."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    targets: tuple[str, ...]
    whole: tuple[str, ...]


def programs() -> dict[str, dict[str, Program]]:
    """All programs by file and name."""
    functions, operations = map(import_module, EXAMPLES)
    brief = ("numpy",), OF_EXAMPLES
    return {
        **{name: _tutorials(name) for name in TUTORIALS},
        "functions": {
            name: Program(functions.program(name), (functions.inputs(name),), *brief)
            for name in functions.EXAMPLES
        },
        "operations": {
            name: Program(operations.example(name), (operations.X,), *brief)
            for name in operations.NAMES
        },
    }


def _tutorials(module: str) -> dict[str, Program]:
    cases = import_module(f"tutorials.{module}").CASES
    return {
        name: Program(f, tuple(args), TARGETS, OF_TUTORIALS)
        for name, (f, *args) in cases.items()
    }


def texts(program: Program) -> Iterator[tuple[str, str]]:
    """What becomes of one program, part by part."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        graph = pl.graph(program.f, *program.args)
        yield "graph", _read(graph)
        yield (
            "rewrites",
            "\n".join(
                f"{each.rule}: {each.before} -> {each.after}"
                for each in pl.stable(graph).rewrites
            ),
        )
        slopes = pl.value_and_gradient(_cost_of(program.f), _floats(program.args))
        try:
            graph = pl.graph(slopes, *program.args)
            yield "gradient", _read(graph)
            graph = written_out(made_stable(graph))
        except (PellucidError, TypeError) as error:
            yield "gradient", f"{type(error).__name__}: {error}"
            return
        for name in program.targets:
            yield name, _source(graph, name)


def _source(graph: Graph, name: str) -> str:
    try:
        source: str = target(name).Program(graph).source
    except (PellucidError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return source


def _read(graph: Graph) -> str:
    quiet = [node.name for node in graph.nodes if node.quiet]
    return f"{graph}\n" + (f"quiet: {', '.join(quiet)}" if quiet else "")


def _cost_of(f: Callable[..., Any]) -> Callable[..., Any]:
    """A cost in which every element of what a program gives has its own weight."""

    def weighted(part: Any) -> Any:
        weights = np.cos(1 + np.arange(np.size(part))).reshape(np.shape(part))
        return np.sum(np.real(part) * weights)

    def cost(*args: Any) -> Any:
        return sum(map(weighted, structure.leaves(f(*args))))

    return cost


def _floats(args: tuple[Any, ...]) -> tuple[int, ...]:
    held = [any(map(is_float, structure.leaves(arg))) for arg in args]
    return tuple(i for i, holds in enumerate(held) if holds)


def plain(text: str) -> str:
    r"""Take from a text what changes with the machine, or where a program stands.

    >>> plain("a    input  f.py, line 3\nb = 0.12345678901234567 * a   line 12")
    'a  input\nb = 0.123456789012 * a'
    """
    text = LONG_NUMBER.sub(_rounded, LINE.sub("", ADDRESS.sub("", text)))
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(re.sub(r"(?<=\S)  +", "  ", line) for line in lines if line)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.12g}"


def kept(text: str, is_read: bool) -> str:
    """A text as it is written down: whole where it is short, else its fingerprint."""
    lines = text.splitlines()
    if is_read and len(lines) <= WHOLE:
        return text
    return f"{len(lines)} lines, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def entry(program: Program) -> str:
    """What is written down of one program."""
    found = {part: plain(text) for part, text in texts(program)}
    return "\n".join(
        f"-- {part}\n{kept(text, part in program.whole)}"
        for part, text in found.items()
        if text
    )


def written(file: str) -> dict[str, str]:
    """The entries of one file, as they were written down."""
    text = (FOLDER / f"{file}.txt").read_text("utf-8")
    parts = text.split("\n== ")[1:]
    pairs = (part.strip("\n").partition("\n") for part in parts)
    return {name: body for name, _, body in pairs}


def write() -> None:
    """Write all files anew."""
    FOLDER.mkdir(exist_ok=True)
    for file, each in programs().items():
        entries = [f"\n== {name}\n{entry(program)}\n" for name, program in each.items()]
        (FOLDER / f"{file}.txt").write_text("".join(entries), "utf-8")


def show(name: str) -> None:
    """Print all texts of one program."""
    for each in programs().values():
        for part, text in texts(each[name]) if name in each else ():
            print(f"-- {part}\n{plain(text)}")


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
    show(sys.argv[2]) if sys.argv[1:2] == ["show"] else write()
