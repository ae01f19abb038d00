"""By what a random network is compared with plain NumPy.

A check is a function `check(made, target, seed)`, which raises AssertionError where
something differs. How far a number may be off is measured: by how much it moves where
the arguments move by their last digits.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.graphs import structure
from pellucid.layers.noise import key_of
from pellucid.minimisers.moving import beside

Args = tuple[Any, ...]
STEP = 1e-6  # of central differences


def leaves(tree: Any) -> list[Any]:
    """The arrays of a result."""
    return [np.asarray(leaf) for leaf in structure.leaves(tree)]


def exact(args: Args) -> Args:
    """The same numbers, in float64."""
    return structure.mapped(  # type: ignore[no-any-return]
        lambda a: a.astype(float) if a.dtype.kind == "f" else a, args
    )


def shaken(args: Args, by: float) -> Args:
    """The arguments, each of their numbers moved by about this part of it."""
    rng = np.random.default_rng(11)
    return structure.mapped(  # type: ignore[no-any-return]
        lambda a: (
            a * (1 + by * rng.standard_normal(a.shape)) if a.dtype.kind == "f" else a
        ),
        args,
    )


def assert_near(came: Any, run: Callable[..., Any], args: Args, what: str) -> None:
    """A result has the shapes of that in float64, and nearly its numbers."""
    small = any(a.dtype == np.float32 for a in leaves(args))
    wide = exact(args)
    got, expected = leaves(came), leaves(run(*wide))
    if [a.shape for a in got] != [b.shape for b in expected]:
        raise AssertionError(f"{what}: other shapes")
    largest = max([np.max(np.abs(b), initial=0) for b in expected], default=0)
    near = (1e-4 if small else 1e-9) * (1e-3 + largest)
    if all(np.allclose(a, b, 1e-4 if small else 1e-9, near)
           for a, b in zip(got, expected, strict=True)):  # fmt: skip
        return
    for seed in range(3):
        moved = leaves(run(*shaken(wide, (1e-6 if small else 1e-12) * (1 + seed))))
        spread = max([np.max(np.abs(a - b), initial=0)
                      for a, b in zip(moved, expected, strict=True)])  # fmt: skip
        near = max(near, 30 * spread)
    for i, (a, b) in enumerate(zip(got, expected, strict=True)):
        if not np.allclose(a, b, 1e-4 if small else 1e-9, near):
            off = np.nanmax(np.abs(a - b)) if a.size else 0
            raise AssertionError(
                f"{what}: leaf {i} of {a.shape} is off by {off:.1e} of "
                f"{np.max(np.abs(b)):.1e}, {np.isnan(a).sum()} nan"
            )


def calls(made: Any, seed: int) -> Iterator[tuple[str, Args]]:
    """What one compiled function is called on, and in the end the first again."""
    n = 50 if seed % 11 == 7 else 1 + seed // 2 % 4
    dtype = np.float32 if seed // 3 % 2 else np.float64
    first = made.draw(1, n, dtype)
    yield "first", first
    yield "second", made.draw(2, n, dtype)
    yield "third", made.draw(3, n, dtype)
    yield "more rows", made.draw(4, n + 3, dtype)
    yield "one row", made.draw(4, 1, dtype)
    yield "by columns", structure.mapped(np.asfortranarray, first)
    yield "ties", structure.mapped(np.round, first)
    yield "again", first


def compared(run: Any, wanted: Any, made: Any, seed: int, *others: Any) -> None:
    """Call what is compiled again and again; arguments and results given stay."""
    kept: list[tuple[Any, Any]] = []
    for what, args in calls(made, seed):
        before = structure.mapped(np.copy, args)
        came = run(*args, *others)
        np.testing.assert_equal(args, before, f"{what}: arguments were changed")
        assert_near(came, wanted, args, what)
        kept.append((came, structure.mapped(np.copy, came)))
    for one, copy in kept:
        np.testing.assert_equal(one, copy, "a result was changed by a later call")


# -- checks ---------------------------------------------------------------------------


def values(made: Any, target: str, seed: int) -> None:
    """The output and what moves, as the function itself gives them in NumPy."""

    def function(p: Any, x: Any, y: Any, *others: Any) -> Any:
        return made.function(p, x, *others)

    run = pl.compile(function, target, stable=bool(seed % 4))
    compared(run, function, made, seed)


def assert_as_differences(
    cost: Callable[..., Any], by: tuple[int, ...], slopes: Any, args: Args
) -> None:
    """Slopes are those of central differences along one direction, in float64."""
    rng = np.random.default_rng(5)
    parts, rest = [args[i] for i in by], args[len(by) :]
    d = structure.mapped(lambda a: rng.standard_normal(a.shape), parts)
    ahead, behind = (
        cost(*structure.mapped(lambda a, b, s=s: a + s * b, parts, d), *rest)
        for s in (STEP, -STEP)
    )
    pairs = list(zip(leaves(slopes), leaves(d), strict=True))
    came = sum(np.sum(a * b) for a, b in pairs)
    size = sum(np.sum(np.abs(a * b)) for a, b in pairs)
    expected = (ahead - behind) / (2 * STEP)
    if not abs(came - expected) <= 1e-5 * size + 1e-7:
        raise AssertionError(f"difference {expected} is not {came} by the graph")


def slopes(made: Any, target: str, seed: int) -> None:
    """The gradient in all parameters and x."""
    plain: Any = pl.gradient(made.cost, made.by, stable=False)
    for args in (exact(made.draw(i, 2 * i - 1, float)) for i in (1, 2)):
        assert_as_differences(made.cost, made.by, plain(*args), args)
    found = pl.gradient(made.cost, made.by, stable=bool(seed % 5))
    run = pl.compile(found, target, stable=bool(seed % 4))
    compared(run, plain, made, seed)


def second(made: Any, target: str, seed: int) -> None:
    """The Hessian times a vector, which is the slope of the gradient times it."""
    run = pl.compile(pl.hvp(made.cost, 0), target, stable=bool(seed % 4))
    plain: Any = pl.hvp(made.cost, 0, stable=False)
    slope: Any = pl.gradient(made.cost, 0, stable=False)

    def along(p: Any) -> Any:
        rng = np.random.default_rng(6)
        return structure.mapped(
            lambda a: rng.standard_normal(a.shape).astype(a.dtype), p
        )

    args = made.draw(1, 3, float)
    v = along(args[0])

    def of_slope(p: Any, *rest: Any) -> Any:
        pairs = zip(leaves(slope(p, *rest)), leaves(v), strict=True)
        return sum(np.sum(a * b) for a, b in pairs)

    assert_as_differences(of_slope, (0,), plain(*args, v), args)

    def turned(f: Any) -> Any:
        return lambda p, *rest: f(p, *rest, along(p))

    compared(turned(run), turned(plain), made, seed)


def steps(made: Any, target: str, seed: int) -> None:
    """Steps of a descent in batches, in which what a network moves is moved."""
    dtype = np.float32 if seed // 3 % 2 else np.float64

    def cost(w: Any, x: Any, y: Any, *lengths: Any) -> Any:
        key = [key_of(1, w["step"])] if made.key else []
        z, moved = made.function(w["p"], x, *key, *lengths)
        J = np.mean(np.tanh(z) * y) + 0.1 * np.mean(z**2)
        return J, {"p": moved, "step": w["step"] + 1}

    options = {"batch_size": 4, "max_iter": 2, "tol": 0, "random_state": seed,
               "moving": {"p": made.moving, "step": True},
               "method": pl.methods.GradientDescent(0.05)}  # fmt: skip
    for turn in (1, 2):
        p, x, y, *others = made.draw(turn, 6, dtype)
        data = x, y, *others[made.key :]
        fit = pl.minimise(cost, {"p": p, "step": 0.0}, *data, **options, target=target)
        if fit.x["step"] != 4:
            raise AssertionError(fit.message)
        hand = partial(by_hand, made, cost, seed)
        assert_near(fit.x["p"], hand, (p, *data), f"fit {turn}")


def by_hand(made: Any, cost: Any, seed: int, p: Any, *data: Any) -> Any:
    """The same steps, one by one."""
    rng, w = np.random.default_rng(seed), {"p": p, "step": 0.0}
    slope: Any = pl.gradient(lambda w, *a: cost(w, *a)[0], 0, stable=False)
    marks = [mark for _, mark in beside(p, made.moving)]
    for _ in range(2):
        order = rng.permutation(len(data[0]))
        for rows in (order[:4], order[4:]):
            batch = [a[rows] for a in data]
            after, g = cost(w, *batch)[1], slope(w, *batch)
            moved = [new for _, new in beside(w["p"], after["p"])]
            new = iter([
                m if mark else a - 0.05 * b
                for mark, m, a, b in zip(
                    marks, moved, leaves(w["p"]), leaves(g["p"]), strict=True
                )
            ])  # fmt: skip
            w = {"p": structure.mapped(lambda _: next(new), p), "step": after["step"]}  # noqa: B023
    return w["p"]


CHECKS: dict[str, Callable[[Any, str, int], None]] = {
    "values": values, "slopes": slopes, "second": second, "steps": steps
}  # fmt: skip
