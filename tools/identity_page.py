"""The page docs/identities.md: each identity as in the table, and what it wins."""

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.identities import (
    IDENTITIES,
    Identity,
    exponentials,
    powers,
    sums,
)

# What stands for the options of a formula while it is computed.
OPTIONS: dict[str, Any] = {
    "axis": -1,
    "keepdims": False,
    "at": (np.array([0, 1]),),
    "n": 2,
}
INTRODUCTION = """\
# Identities

This page is written by `tools/docs.py` from the table in
`src/pellucid/graphs/identities/`, and the tests hold every figure against arithmetic of
400 digits.

`pl.stable` replaces naive formulas by stable ones; `gradient`, `value_and_gradient`,
`jacobian`, `hessian`, `compile` and `minimise` do so by themselves, before and after
differentiating. `stable=False` switches that off, `without=("name",)` single
identities. Terms and factors may come in any order, `x * x` is `x**2`, and reshapes,
`keepdims`, `[:, None]` and transposes in between do not matter. What is computed twice
is shared, numbers are computed at once, and minus signs meet and cancel. A logarithm
goes through what only moves elements to the formulas inside: `np.log(p[mask])`,
`np.log(np.where(y == 1, p, 1 - p))`, `np.stack`, `np.concatenate`, and an array that
was filled row by row. Under a logarithm a sum of exponentials may be written out, term
by term, by Python's `sum` in a loop, by `np.einsum` of two arrays, by `np.trapezoid` or
another rule of quadrature; each term may have a weight. Casts from float32 to float64
are seen through, and the stable form is computed in float64. `expit`, `log_expit`,
`logit`, `xlogy`, `xlog1py` and `entr` of `scipy.special` are seen as what they compute.

Where the naive formula is right, the stable one differs from the exact value by at most
2 units in the last place, or in that of its largest term where the domain says so. The
labels y of log loss are 0, 1 or between. *Digits won* are correct decimal digits, of
16, gained on the worst of the naive spellings at the place named."""


def page() -> str:
    """The introduction, the table and every identity in full."""
    texts = {name: text for part in (exponentials, powers, sums)
             for name, text in spelt(part)}  # fmt: skip
    sections = [section(one, *texts[one.name]) for one in IDENTITIES.values()]
    return "\n\n".join([INTRODUCTION, overview(texts), *sections]) + "\n"


def spelt(module: ModuleType) -> Iterator[tuple[str, tuple[list[str], str]]]:
    """The naive and the stable spellings, as they stand in the source."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        match call:
            case ast.Call(
                func=ast.Name("identity"),
                args=[ast.Constant(value=str(name)), *naive],
                keywords=[ast.keyword("stable", stable), *_],
            ):
                yield name, ([body(each) for each in naive], body(stable))


def body(function: ast.expr) -> str:
    """What a lambda gives."""
    text = ast.unparse(function).partition(": ")[2]
    return text.replace(", keepdims=keepdims", "").replace(", keepdims", "")


def overview(texts: dict[str, tuple[list[str], str]]) -> str:
    """A line an identity."""
    rows = [
        f"| {one.name} | `{texts[one.name][0][0]}` | `{texts[one.name][1]}` "
        f"| {place(one)} | {one.digits} |"
        for one in IDENTITIES.values()
    ]
    head = "| name | naive | stable | fails at | digits won |"
    return "\n".join([head, "| --- | --- | --- | --- | --- |", *rows])


def section(one: Identity, naive: list[str], stable: str) -> str:
    """One identity in full."""
    spellings = "\n".join(f"    {text}" for text in naive)
    naive_value, stable_value = values(one)
    costs = "\n- It takes time: derivatives are left as they are." if one.costly else ""
    return f"""## {one.name}

Naive:

{spellings}

Stable:

    {stable}

- Proof: {one.proof}.
- Domain: {one.domain}.
- At {place(one)} naive is {naive_value}, stable is {stable_value}: \
{one.digits} digits are won.{costs}"""


def place(one: Identity) -> str:
    """Where the naive formula fails."""
    return ", ".join(f"{name} = {value}" for name, value in one.fails_at.items())


def values(one: Identity) -> tuple[str, str]:
    """What the naive and the stable formula give there."""
    arrays = {name: np.array(value) for name, value in one.fails_at.items()}
    with np.errstate(all="ignore"):
        return shown(one.naive[0], arrays), shown(one.stable, arrays)


def shown(function: Any, arrays: dict[str, Any]) -> str:
    """A value as text."""
    names = inspect.signature(function).parameters
    options = {name: value for name, value in OPTIONS.items() if name in names}
    return np.array2string(np.asarray(function(**arrays, **options)), precision=16)
