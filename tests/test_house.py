"""The rules of the house that a machine can check, each check once seen failing."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import counts
import pytest
import size

import pellucid as pl

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "pellucid"
ROOMS = (
    "errors",
    "files",
    "graphs",
    "reading",
    "running",
    "show",
    "tables",
    "minimisers",
    "regression",
    "statistics",
    "layers",
    "models",
    "report",
    "tour",
    "lessons",
    "bench",
    "command",
    "__main__",
)
# What a computation is, from the ground up.
GRAPHS = (
    "packages",
    "node",
    "calls",
    "stand_in",
    "foreign",
    "structure",
    "places",
    "spots",
    "operations",
    "contractions",
    "bodies",
    "evaluate",
    "guards",
    "packing",
    "graph",
    "warned",
    "prepared",
    "liveness",
    "tracing",
    "folding",
    "functions",
    "derivatives",
    "identities",
    "rewriting",
    "differentiating",
)
# A graph is read as source, as a formula, as a drawing and as a story.
READING = ("names", "calls", "numbers", "loops", "source", "formula", "drawing",
           "story")  # fmt: skip
INSIDE = {"graphs": GRAPHS, "reading": READING}
PAGE = re.compile(r"lessons/(lesson|page)_\w+\.py")  # prose, with cells between
AS_A_PERSON = re.compile(rf"{PAGE.pattern}|lessons/answers/[\w/]+\.py")  # with `pl`
LOADER = Path("graphs/packages.py")  # it alone loads modules by names that it makes
NAMESPACES = (
    "costs",
    "penalties",
    "activations",
    "methods",
    "schedules",
    "datasets",
    "layers",
    "initialisers",
)
IMPORTERS = ("import_module", "__import__", "needs")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")


# Data goes one way: a module imports only from its own room or from rooms above it.


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, wherever in the code and however it is named."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module, level=0) if module in FOLDERS:
                yield from (f"{node.module}.{name.name}" for name in node.names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(function).rpartition(".")[2] in IMPORTERS:
                    yield name
            case ast.Call(func=function, args=[_, *_]):
                if ast.unparse(function).rpartition(".")[2] in IMPORTERS[:2]:
                    yield MADE_UP


FOLDERS = ("pellucid", *(f"pellucid.{room}" for room in INSIDE))
MADE_UP = "pellucid.graphs.?"  # by a name that is no plain text: it may be any


def room_of(path: Path) -> tuple[str, str]:
    """The room of a file of the package, and the room inside of that."""
    outer, inner = (*(Path(part).stem for part in path.parts), "")[:2]
    return outer, inner if outer in INSIDE else ""


def fault(path: Path, module: str) -> str | None:
    """What is wrong with an import of `module` by a file, if anything."""
    (room, inner), (package, _, inside) = room_of(path), module.partition(".")
    if not package:
        return f"imports {module}: write the whole name"
    if package != "pellucid":
        return None
    if module == MADE_UP:
        made_here = room == "graphs" and path != LOADER
        return "imports by a name that it makes up" if made_here else None
    if (other := inside.partition(".")[0]) not in ROOMS:
        return f"imports {module}: import from the module that defines it"
    if ROOMS.index(other) > ROOMS.index(room):
        return f"imports {module}, but {other} lies below {room}"
    inside_of_one = room == other and room in INSIDE
    return inner_fault(INSIDE[room], inner, module) if inside_of_one else None


def inner_fault(order: tuple[str, ...], inner: str, module: str) -> str | None:
    """The same between the rooms of a room, which lie in an order of their own."""
    other = (*module.split("."), "")[2]
    if other not in order:
        return f"imports {module}: import from the module that defines it"
    if inner == "__init__" or order.index(other) > order.index(inner):
        return f"imports {module}, but {other} lies below {inner}"
    return None


def upward_imports(package: Path) -> list[str]:
    faults = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        room, inner = room_of(inside)
        if inside == Path("__init__.py") or AS_A_PERSON.fullmatch(inside.as_posix()):
            continue  # it binds, or takes, the public names of all rooms
        if room not in ROOMS or inner not in ("", "__init__", *INSIDE.get(room, ())):
            faults += [f"{inside} lies in no room"]
            continue
        modules = imported(ast.parse(path.read_text("utf-8")))
        faults += [f"{inside} {bad}" for m in modules if (bad := fault(inside, m))]
    return faults


def test_imports_go_one_way():
    assert upward_imports(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("graphs/node.py", "import pellucid.reading.drawing.draw"),
        ("graphs/node.py", "from pellucid.reading import draw"),
        ("graphs/node.py", "from pellucid import reading"),
        ("graphs/node.py", "def f():\n    from pellucid.models.costs import huber"),
        ("graphs/node.py", "if TYPE_CHECKING:\n    from pellucid.report import Report"),
        ("graphs/node.py", "importlib.import_module('pellucid.show.plots')"),
        ("graphs/operations/kinds.py", "from pellucid.running.compile import compile"),
        ("graphs/__init__.py", "from pellucid.reading.text import text"),
        ("show/plots.py", "from pellucid.models.logistic import LogisticRegression"),
        ("report.py", "from pellucid.command import main"),
        ("command.py", "import pellucid as pl"),
        ("command.py", "from pellucid import LinearRegression"),
        ("models/linear.py", "from .costs import squared_error"),
        ("models/linear.py", "from . import costs"),
        ("helpers.py", "import numpy as np"),
        ("graphs/helpers.py", "import numpy as np"),
        ("graphs/__init__.py", "from pellucid.graphs.node import Node"),
        ("graphs/node.py", "from pellucid.graphs.graph import Graph"),
        ("graphs/node.py", "from pellucid.graphs import structure"),
        ("graphs/node.py", "import pellucid.graphs"),
        ("graphs/graph.py", "def f():\n    from pellucid.graphs.tracing import traced"),
        ("graphs/tracing/traced.py", "from pellucid.graphs.functions import shapes"),
        ("graphs/functions/special.py", "import pellucid.graphs.derivatives.special"),
        ("graphs/derivatives/spectral.py", "from pellucid.graphs import rewriting"),
        ("graphs/tracing/traced.py", "import_module(f'pellucid.graphs.{room}')"),
        ("reading/names.py", "from pellucid.reading.source.text import text"),
        ("reading/source/text.py", "from pellucid.reading import formula"),
        ("reading/formula/latex.py", "def f():\n    import pellucid.reading.story"),
    ],
)
def test_an_upward_import_is_caught(file, source, tmp_path):
    plant(tmp_path / file, source)
    assert len(upward_imports(tmp_path)) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("__init__.py", "from pellucid.models.linear import LinearRegression"),
        (
            "graphs/differentiating/gradient.py",
            "from pellucid.graphs.node import Graph",
        ),
        (
            "graphs/differentiating/gradient.py",
            "from pellucid.errors import GradientError",
        ),
        ("graphs/tracing/traced.py", "from pellucid.graphs.tracing import creation"),
        ("graphs/packages.py", "import_module(f'pellucid.graphs.{module}')"),
        ("reading/story/page.py", "from pellucid.reading.source import spelling"),
        ("models/linear.py", "def f():\n    from pellucid.show import plots"),
        ("command.py", "from pellucid.tour.road import STRETCHES\nimport click"),
        ("tour.py", "import pellucidity"),
        ("tour.py", "version('pellucid'), 'a.b'.partition('.')"),
    ],
)
def test_a_downward_import_is_allowed(file, source, tmp_path):
    plant(tmp_path / file, source)
    assert upward_imports(tmp_path) == []


# No two modules lead to one another, not even by an import inside a function.


def test_no_circle_of_imports():
    assert counts.circles(counts.imports(PACKAGE)) == []


@pytest.mark.parametrize(
    "back",
    [
        "from pellucid.graphs.node import Node",
        "from pellucid.graphs import node",
        "def f():\n    import pellucid.graphs.node",
        "from pellucid.show import text",
    ],
)
def test_a_circle_of_imports_is_caught(back, tmp_path):
    package = tmp_path / "pellucid"
    plant(package / "graphs/node.py", "def f():\n    import pellucid.graphs.packing")
    plant(package / "graphs/packing.py", back)
    plant(package / "show/text.py", "from pellucid.graphs.node import Node")
    assert len(counts.circles(counts.imports(package))) == 1


def plant(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, "utf-8")


# `import pellucid` costs next to nothing beyond `import numpy`.

IMPORT = """
import json, sys, time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
before = set(sys.modules)
import {module}
end = time.perf_counter()
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps([sorted(loaded), (end - middle) / (middle - start)]))
"""


def load(module: str) -> tuple[set[str], float]:
    """What a fresh Python loads besides NumPy, and for how many times as long."""
    command = [sys.executable, "-c", IMPORT.format(module=module)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    loaded, times = json.loads(out)
    return set(loaded) - sys.stdlib_module_names - {"numpy", module}, times


def test_importing_pellucid_loads_only_numpy():
    assert load("pellucid")[0] == set()


def test_a_heavy_import_is_caught():
    assert load("rich.markdown")[0] >= {"rich", "markdown_it"}


def test_importing_pellucid_takes_less_time_than_numpy():
    assert min(load("pellucid")[1] for _ in range(5)) < 1


# The public names: listed, present, documented with an example that runs.


def public(namespace: ModuleType) -> list[str]:
    """The names that a module offers: its __all__, else what it defines itself."""
    own = [
        name
        for name, value in vars(namespace).items()
        if getattr(value, "__module__", None) == namespace.__name__
        and not name.startswith("_")
    ]
    return list(getattr(namespace, "__all__", own))


def everything_public() -> dict[str, object]:
    names = {name: getattr(pl, name) for name in pl.__all__}
    for namespace in NAMESPACES:
        if namespace in names:
            module = names[namespace]
            names |= {f"{namespace}.{n}": getattr(module, n) for n in public(module)}
    return names


def undocumented(names: dict[str, object]) -> list[str]:
    """The functions and classes without a docstring or an example; errors need none."""
    faults = []
    for name, value in names.items():
        doc = inspect.getdoc(value) or ""
        is_error = inspect.isclass(value) and issubclass(value, Exception)
        if callable(value) and not doc:
            faults += [f"{name} has no docstring"]
        elif callable(value) and ">>>" not in doc and not is_error:
            faults += [f"{name} has no example"]
    return faults


def test_all_lists_the_public_names():
    assert sorted(pl.__all__) == sorted(n for n in dir(pl) if not n.startswith("_"))


def test_public_names_are_listed_once():
    assert len(pl.__all__) == len(set(pl.__all__))


@pytest.mark.parametrize("name", sorted(set(pl.__all__)))
def test_public_name_resolves(name):
    assert getattr(pl, name) is not None


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="nonsense"):
        pl.nonsense  # noqa: B018


def test_no_function_has_the_name_of_a_room():
    shared = [
        name for name in set(ROOMS) & set(pl.__all__) if callable(getattr(pl, name))
    ]
    assert shared == []


def test_public_names_are_documented_with_an_example():
    assert undocumented(everything_public()) == []


def test_a_missing_docstring_or_example_is_caught():
    def silent(x):
        return x

    def dry(x):
        """Return x."""
        return x

    class DryError(Exception):
        """Errors have no example."""

    names = {"silent": silent, "dry": dry, "error": DryError, "number": 1}
    assert undocumented(names) == ["silent has no docstring", "dry has no example"]


# Files and functions stay short, and nothing is left for later.


def oversized(package: Path) -> list[str]:
    faults = []
    for path in sorted(package.rglob("*.py")):
        source = path.read_text("utf-8")
        most = 800 if PAGE.fullmatch(path.relative_to(package).as_posix()) else 400
        if (lines := len(source.splitlines())) > most:
            faults += [f"{path.name}: {lines} lines"]
        faults += [
            f"{path.name}, line {function.line}: {function.name} has {function.length}"
            for function in size.functions(source)
            if function.length > 40
        ]
    return faults


def unfinished(package: Path) -> list[str]:
    return [
        f"{path.name}, line {number}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]


def test_files_and_functions_are_short():
    assert oversized(PACKAGE) == []


def test_a_long_file_and_a_long_function_are_caught(tmp_path):
    plant(tmp_path / "at_the_limit.py", "x = 1\n" * 400)
    plant(tmp_path / "file.py", "x = 1\n" * 401)
    plant(tmp_path / "lessons/lesson_01_line.py", "x = 1\n" * 800)
    plant(tmp_path / "function.py", "def f(x):\n" + "    # why\n    x = 1\n" * 40)
    assert oversized(tmp_path) == [
        "file.py: 401 lines",
        "function.py, line 1: f has 41",
    ]


def test_nothing_is_unfinished():
    assert unfinished(PACKAGE) == []


@pytest.mark.parametrize("mark", ["# TODO: more", "raise NotImplementedError"])
def test_an_unfinished_mark_is_caught(mark, tmp_path):
    plant(tmp_path / "file.py", f"XXXL = 1\n{mark}\n")
    assert unfinished(tmp_path) == [f"file.py, line 2: {mark}"]


# What the README tells a newcomer to type is what CI runs.


def commands(text: str) -> list[str]:
    """The commands of every line that makes an environment, one by one."""
    chains = re.findall(r"^\W*(python3 -m venv .*)$", text, re.M)
    return [command.strip() for chain in chains for command in chain.split("&&")]


def missing_commands(readme: str, script: str) -> list[str]:
    lines = [line.strip() for line in script.splitlines()]
    return [command for command in commands(readme) if command not in lines]


def test_ci_runs_the_commands_of_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ".venv/bin/pytest" in commands(readme)
    assert missing_commands(readme, (ROOT / ".ci" / "run").read_text("utf-8")) == []


def test_a_command_that_ci_does_not_run_is_caught():
    readme = "```\npython3 -m venv .venv && .venv/bin/pytest --fast\n```"
    script = "python3 -m venv .venv\n.venv/bin/pytest"
    assert missing_commands(readme, script) == [".venv/bin/pytest --fast"]


# The tests' own set-up does what it says.

PROBE = """
import numpy as np
import pytest

def test_missing_package():
    pytest.importorskip("a_package_that_is_not_there")

@pytest.mark.skipif(True, reason="chromium is not installed")
def test_missing_program():
    pass

def test_without_data(data):
    pass

def test_division():
    np.ones(1) / np.zeros(1)

def test_underflow():
    np.exp(np.array(-1000.0))

@pytest.mark.parametrize("time", ["once", "again"])
def test_random(time, rng):
    assert rng.random() == np.random.default_rng(20260101).random()
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory) -> str:
    """What pytest says, in CI and without data, about the tests above."""
    folder = tmp_path_factory.mktemp("project") / "tests"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    plant(folder / "test_probe.py", PROBE)
    plant(
        folder / "test_hole.py", "import pytest\npytest.importorskip('no_such_thing')"
    )
    options = ["-rA", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    environment = os.environ | {"CI": "true", "PELLUCID_DATA": "", "PYTEST_ADDOPTS": ""}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "."],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


@pytest.mark.parametrize(
    "line",
    [
        "FAILED test_probe.py::test_missing_package",
        "ERROR test_probe.py::test_missing_program - CI may not skip",
        "FAILED test_probe.py::test_division - FloatingPointError",
        "ERROR test_hole.py - CI may not skip for a missing package.",
        "PASSED test_probe.py::test_underflow",
        "PASSED test_probe.py::test_random[once]",
        "PASSED test_probe.py::test_random[again]",
    ],
)
def test_ci_fails_what_would_be_skipped_for_a_package(line, probe):
    assert line in probe


def test_a_missing_data_folder_is_a_skip_with_its_reason(probe):
    assert re.search(r"SKIPPED .* no data: .* PELLUCID_DATA", probe)
