"""The pages of the reference: every public name, said by its own docstring.

A page lists names; the words come from the docstrings when the site is built.
"""

from collections.abc import Callable
from functools import partial
from types import ModuleType

import click

import pellucid as pl
from pellucid.command import main
from pellucid.tables.streams.stream import Stream

# Each page: its title, what it is about, its public names; a module stands for its own.
PARTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "graphs": (
        "Graphs",
        "A NumPy function as a computational graph, and what a person reads in it.",
        ("graph", "source", "formula", "draw", "explain", "Graph", "Node"),
    ),
    "derivatives": (
        "Derivatives",
        "Exact derivatives of NumPy functions, each a graph again.",
        (
            "gradient", "value_and_gradient", "jacobian", "hessian", "hvp", "vjp",
            "jvp", "check",
        ),
    ),
    "running": (
        "Running",
        "The stable form of a function, and its compiled form on NumPy, JAX, PyTorch.",
        ("stable", "compile"),
    ),
    "minimising": (
        "Minimising",
        "A cost is made small: the methods, and how their rate changes with time.",
        ("minimise", "methods", "schedules"),
    ),
    "costs": (
        "Costs and penalties",
        "What is made small, and what keeps weights small.",
        ("costs", "penalties"),
    ),
    "regression": (
        "Regression",
        "Linear models with scikit-learn's interface and a statistician's summary.",
        (
            "LinearRegression", "PolynomialRegression", "LogisticRegression",
            "PoissonRegression", "HuberRegression", "compare",
        ),
    ),
    "networks": (
        "Neural networks",
        "Estimators of networks, the layers that they are made of, and their pictures.",
        (
            "MLPClassifier", "MLPRegressor", "NetworkClassifier", "NetworkRegressor",
            "layers", "activations", "initialisers", "pictures",
        ),
    ),
    "data": (
        "Data and files",
        "Where rows come from, and where models go to.",
        ("rows", "Stream", "datasets", "save", "load"),
    ),
    "errors": (
        "Errors",
        "One sentence each: what was expected, what came, what to do.",
        ("PellucidError", "TraceError", "TraceWarning", "ModelFileError"),
    ),
}  # fmt: skip


GIVEN = {"Stream": Stream}  # what a person is given, and need not import


def members(name: str) -> list[tuple[str, object]]:
    """A public name, or what is in the module of that name."""
    if name in GIVEN:
        return [(name, GIVEN[name])]
    value = getattr(pl, name)
    if not isinstance(value, ModuleType):
        return [(f"pl.{name}", value)]
    return [(f"pl.{name}.{inner}", getattr(value, inner)) for inner in public(value)]


def public(module: ModuleType) -> list[str]:
    """The names that a module offers: those it lists, else those it defines."""
    own = [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and name[0] != "_"
    ]
    return sorted(getattr(module, "__all__", own), key=str.lower)


def page(title: str, about: str, names: tuple[str, ...]) -> str:
    """A page of the reference."""
    entries = [entry(shown, value) for name in names for shown, value in members(name)]
    return "\n\n".join([f"# {title}", about, *entries]) + "\n"


def entry(shown: str, value: object) -> str:
    """The place of a docstring."""
    home = f"{value.__module__}.{value.__qualname__}"  # type: ignore[attr-defined]
    options = f"    options:\n      heading: {shown}\n      toc_label: {shown}"
    return f"::: {home}\n{options}"


def command_page() -> str:
    """The page of the command: what --help says of each part of it."""
    parts = ["# The command", "What `pellucid --help` says, and each command after it."]
    for name, command in (("pellucid", main), *main.commands.items()):
        whole = name if command is main else f"pellucid {name}"
        context = click.Context(command, info_name=whole, terminal_width=80)
        told = "\n".join(
            line.rstrip() for line in command.get_help(context).splitlines()
        )
        parts += [f"## {whole}", f"```text\n{told}\n```"]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, Callable[[], str]]:
    """Every page of the reference by its file in docs/."""
    listed = [name for _, _, names in PARTS.values() for name in names]
    offered = sorted([*pl.__all__, *GIVEN])
    if sorted(listed) != offered:
        wrong = set(listed) ^ set(offered)
        raise SystemExit(f"tools/reference_pages.py: on no page, or on two: {wrong}")
    made = {f"reference/{n}.md": partial(page, *part) for n, part in PARTS.items()}
    return made | {"reference/command.md": command_page}
