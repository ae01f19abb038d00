"""The page that says what is recorded, and what is refused, from the tables."""

from collections.abc import Iterable
from itertools import groupby

import covered as table

from pellucid.graphs.tracing.unrecorded import ATTRIBUTES

INTRODUCTION = """# What is recorded

The functions of NumPy that other packages may override, as the installed NumPy lists
them, and the ufuncs of SciPy: each is recorded when it is met in a traced function, or
refused by name, with the reason and with what to write instead. A test holds this page
against NumPy, so that a new function fails it until somebody has decided. Beside these
the exponential of a matrix is recorded, `scipy.linalg.expm`.

- *Differentiable*: the derivative is there, and its own. For each of NumPy's there is a
  small call in `tools/function_examples.py`; its gradient has been seen not to be zero,
  and agrees with differences, twice.
- *Without a slope*: integers, truth values, steps and fixed arrays. The gradient has
  been seen to be zero.
- *No formula known*: recorded, and refused by name when it is to be differentiated.
- *Refused*: of traced values. Of constants it works inside a traced function as
  anywhere."""
SLOPES = {
    "differentiable": "Differentiable",
    "no slope": "Without a slope",
    "not differentiated": "No formula known",
}
REFUSALS = """## Refused, and what to write instead

The shape of a graph's arrays is fixed when it is recorded, and its values are numbers:
what is left out follows from that."""
METHODS = """## Methods

`reduce`, `accumulate`, `reduceat`, `outer` and `at` of every ufunc that is recorded are
recorded too. So are the methods of arrays that compute; a traced array lacks these:"""


def page() -> str:
    """What of NumPy and SciPy is recorded, differentiated or refused, and why."""
    families = by_family()
    refused = [e for entries in families.values() for e in entries if e.reason]
    parts = [
        INTRODUCTION,
        counts(families),
        *(section(title, entries) for title, entries in families.items()),
        REFUSALS,
        refusals(refused),
        METHODS,
        attributes(),
    ]
    return "\n\n".join(parts) + "\n"


def by_family() -> dict[str, list[table.Entry]]:
    """The functions, family by family."""
    return {
        "NumPy's ufuncs": table.ufuncs(),
        "NumPy's array functions": table.array_functions(),
        "numpy.fft": table.fourier(),
        "scipy.special": table.scipys(),
    }


def rows(*cells: Iterable[str]) -> str:
    """A table, its head first."""
    head, *body = [list(row) for row in cells]
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *body])


def counts(families: dict[str, list[table.Entry]]) -> str:
    """How many there are of each kind."""
    head = ["", "listed", "recorded", *map(str.lower, SLOPES.values()), "refused"]
    return rows(head, *([title, *_counted(e)] for title, e in families.items()))


def _counted(entries: list[table.Entry]) -> list[str]:
    recorded = [entry for entry in entries if entry.reason is None]
    kinds = [sum(e.slope == slope for e in recorded) for slope in SLOPES]
    numbers = [len(entries), len(recorded), *kinds, len(entries) - len(recorded)]
    return [str(number) for number in numbers]


def section(title: str, entries: list[table.Entry]) -> str:
    """One family from a to z, a column for each kind that it has."""
    recorded = [entry for entry in entries if entry.reason is None]
    slopes = [s for s in SLOPES if any(entry.slope == s for entry in recorded)]
    lines = [
        [first, *(listed(e.name for e in group if e.slope == s) for s in slopes)]
        for first, group in _by_first_letter(recorded)
    ]
    return f"## {title}\n\n" + rows(["", *(SLOPES[s] for s in slopes)], *lines)


def _by_first_letter(
    entries: list[table.Entry],
) -> Iterable[tuple[str, list[table.Entry]]]:
    """The functions of each initial; those of a module of NumPy's stand together."""
    initial = lambda entry: _initial(short(entry.name))  # noqa: E731
    for first, group in groupby(sorted(entries, key=initial), key=initial):
        yield first, list(group)


def _initial(name: str) -> str:
    module, _, _ = name.rpartition(".")
    return f"{module}." if module else name[0]


def short(name: str) -> str:
    """A name within its family: `linalg.norm` of NumPy, `gamma` of scipy.special."""
    for module in ("np.fft.", "scipy.special.", "np."):
        if name.startswith(module):
            return name.removeprefix(module)
    return name


def listed(names: Iterable[str]) -> str:
    """Names as code, one after the other, each once, without their module."""
    shown = (short(name).rpartition(".")[2] for name in names)
    return " ".join(f"`{name}`" for name in dict.fromkeys(shown))


def refusals(entries: list[table.Entry]) -> str:
    """A row for each reason."""
    reason = lambda entry: entry.reason or ""  # noqa: E731
    groups = groupby(sorted(entries, key=lambda e: (reason(e), e.name)), key=reason)
    lines = ([refused(e.name for e in g), *_why(text)] for text, g in groups)
    return rows(["Refused", "Why", "Instead"], *sorted(lines))


def _why(reason: str) -> tuple[str, str]:
    """The reason and the spelling that works, which stand beside each other."""
    why, _, instead = reason.partition("; ")
    return why, instead


def refused(names: Iterable[str]) -> str:
    """Names as a person writes them; those of NumPy's own private ufuncs counted."""
    given = [name.replace("np.lib.scimath", "np.emath") for name in names]
    public = [name for name in given if not name.startswith("ufunc ")]
    private = [name.removeprefix("ufunc ") for name in given if name not in public]
    if private and not public:
        return f"the ufunc {' '.join(f'`{name}`' for name in private)}"
    shown = " ".join(f"`{name}`" for name in dict.fromkeys(public))
    return f"{shown} and {len(private)} ufuncs behind them" if private else shown


def attributes() -> str:
    """What an array has, and a traced one has not."""
    reasons: dict[str, list[str]] = {}
    for name, reason in ATTRIBUTES.items():
        reasons.setdefault(reason, []).append(f"`{name}`")
    lines = ([" ".join(names), *_why(why)] for why, names in reasons.items())
    return rows(["Refused", "Why", "Instead"], *lines)
