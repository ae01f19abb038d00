"""Random tables, and whether their rows, read as they come, give what memory gives.

Tables of numbers, text, dates, holes, categories, copies and numberings, of small and
huge scales, are written to CSV, Parquet, Feather or a folder, and read both ways, cut
into pieces of a few rows. Each seed is one table, always the same.

    python tools/random_streams.py 0 100            a hundred of them, by the turn
    python tools/random_streams.py 7 8 --show       one of them, printed

The recipe, X and y, fits of a regression or a classifier, their predictions for these
and for other rows, their scores and their summaries must be the same: numbers to 1e-8
of the largest beside them, or what a product of 1e15 and a coefficient rounds away;
and so must the sentences of errors, but for how many rows they count.
"""

import argparse
import itertools
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather, parquet

import pellucid as pl
from pellucid.errors import PellucidError
from pellucid.tables.streams import first_look, text, text_bytes
from pellucid.tables.table import Table

CLOSE = 1e-8
KINDS = ("csv", "parquet", "feather", "folder")
Rng = np.random.Generator

# -- tables ---------------------------------------------------------------------------


def column(rng: Rng, n: int, kind: str) -> Any:
    """Cells of a kind."""
    z, words = rng.normal(size=n), np.array(["red", "blue", "green", "teal"])
    made: dict[str, Callable[[], Any]] = {
        "numbers": lambda: z,
        "far": lambda: 1e9 + z,
        "huge": lambda: z * 1e200,
        "small": lambda: z * 1e-200,
        "single": lambda: z.astype(np.float32),
        "whole": lambda: rng.integers(-9, 9, n),
        "long": lambda: 2**53 + rng.integers(0, 99, n),
        "constant": lambda: np.ones(n),
        "text": lambda: words[rng.integers(0, 4, n)],
        "late": lambda: np.where(np.arange(n) < n - 2, "some", "late"),
        "names": lambda: np.array([f"name {i}" for i in range(n)]),
        "numbering": lambda: np.arange(1, n + 1),
        "codes": lambda: np.array([f"{i:03}" for i in rng.integers(0, 9, n)]),
        "yes": lambda: np.array(["no", "yes"])[rng.integers(0, 2, n)],
        "truth": lambda: z > 0.3,
        "days": lambda: pd.Timestamp("2024-01-30") + pd.to_timedelta(
            rng.integers(0, 99, n), unit="D"),
        "dates": lambda: np.array([f"{1 + i}.2.2024" for i in rng.integers(0, 28, n)]),
        "percent": lambda: np.array([f"{i} %" for i in rng.integers(0, 40, n)]),
        "units": lambda: np.array([f"{i / 4} mm" for i in rng.integers(0, 40, n)]),
        "stray": lambda: np.where(rng.random(n) < 0.03, "unknown", z.astype(str)),
        "commas": lambda: np.char.replace(np.round(z, 3).astype(str), ".", ","),
        "category": lambda: pd.Categorical(words[rng.integers(0, 3, n)]),
    }  # fmt: skip
    return made[kind]()


ROUNDED = ("long", "far")  # sums of their products are as noisy in memory
COUNTED = re.compile(
    r"\(\d+ such \w+ in \d+ rows?\)|; rename .*? or |; name it so, or "
)
PATHS = "iterations", "passes"  # the way there, which is another


FEATURES = (
    *["numbers"] * 4, "far", "huge", "small", "single", "whole", "long", "constant",
    *["text"] * 3, "late", "names", "numbering", "codes", "yes", "truth", "days",
    "dates", "percent", "units", "stray", "commas", "category",
)  # fmt: skip
TARGETS = ("number", "number", "count", "two", "labels", "truth", "four")


def table(rng: Rng) -> tuple[pd.DataFrame, str]:
    """A table whose target, "goal", comes of a kind, somewhere among the columns."""
    n = int(rng.choice([1, 2, 3, 12, 40, 40, 150, 150, 400]))
    parts, signal = {}, rng.normal(size=n)
    for j in range(rng.integers(1, 6)):
        kind = str(rng.choice(FEATURES))
        cells = pd.Series(column(rng, n, kind))
        if kind == "numbers":
            signal = signal + cells.to_numpy()
        if rng.random() < 0.3:
            gone = rng.random(n) < rng.choice([0.03, 0.2, 0.7])
            cells = cells.astype("Int64") if cells.dtype.kind == "i" else cells
            cells = cells.astype(object) if cells.dtype.kind == "b" else cells
            cells = cells.mask(gone)
        parts[f"{kind}{j}"] = cells
    if rng.random() < 0.15:
        parts["again"] = parts[next(iter(parts))]
    kind = str(rng.choice(TARGETS))
    cut = np.digitize(signal, [-1.0, 0.0, 1.0])
    goals: dict[str, Any] = {
        "number": signal * float(rng.choice([1, 1e-9, 1e9])),
        "count": rng.poisson(np.exp(np.clip(signal, -3, 2))),
        "two": (signal > 0).astype(int),
        "labels": np.array(["ant", "bee", "cat"])[np.minimum(cut, 2)],
        "truth": signal > 0,
        "four": cut,
    }
    goal = pd.Series(goals[kind])
    if rng.random() < 0.2:
        goal = goal.astype(object).mask(rng.random(n) < 0.1)
        goal = goal.infer_objects()
    names = [*parts, "goal"]
    frame = pd.DataFrame(parts | {"goal": goal})
    return frame[list(rng.permutation(names))], kind


def written(rng: Rng, frame: pd.DataFrame, kind: str, folder: Path) -> Path:
    """The table as files of a kind, in pieces of a few rows."""
    folder.mkdir()
    size = int(rng.choice([1, 3, 17, 64]))
    if kind == "csv":
        frame.to_csv(folder / "rows.csv", index=False)
        return folder / "rows.csv"
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "folder":
        cuts = sorted({0, len(frame), *rng.integers(0, len(frame) + 1, 3).tolist()})
        for i, (a, b) in enumerate(itertools.pairwise(cuts)):
            path = folder / f"part-{i}.parquet"
            parquet.write_table(whole.slice(a, b - a), path, row_group_size=size)
        return folder
    path = folder / f"rows.{kind}"
    if kind == "parquet":
        parquet.write_table(whole, path, row_group_size=size)
    else:
        feather.write_feather(whole, path, chunksize=size)
    return path


# -- what is compared -----------------------------------------------------------------


def outcome(make: Callable[[], Any]) -> Any:
    """What something gives, or the sentence that says why not."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = make()
        except PellucidError as error:
            return COUNTED.sub("", f"{type(error).__name__}: {error}")
    return found, sorted({type(each.message).__name__ for each in told})


def differs(one: Any, other: Any, path: str = "") -> str:
    """Where two outcomes differ; nothing where they do not."""
    if type(one) is not type(other) and not _numeric(one, other):
        return f"{path}: {_short(one)} != {_short(other)}"
    if isinstance(one, tuple | list):
        if len(one) != len(other):
            return f"{path}: {_short(one)} != {_short(other)}"
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (differs(*p, f"{path}.{i}") for i, p in pairs)), "")
    if isinstance(one, dict):
        return differs([*one.items()], [*other.items()], path)
    if _numeric(one, other):
        a, b = np.asarray(one, float), np.asarray(other, float)
        if a.shape != b.shape:
            return f"{path}: shapes {a.shape} and {b.shape}"
        finite = np.isfinite(a)
        same = np.array_equal(finite, np.isfinite(b))
        scale = np.abs(a[finite]).max(initial=0.0)
        if same and np.all(
            np.abs(a[finite] / max(scale, 1e-300) - b[finite] / max(scale, 1e-300))
            <= CLOSE
        ):
            return ""
        return f"{path}: {_short(one)} != {_short(other)}"
    if isinstance(one, np.ndarray):
        return "" if np.array_equal(one, other) else f"{path}: {one[:9]} {other[:9]}"
    return "" if one == other else f"{path}: {_short(one)} != {_short(other)}"


def _numeric(*values: Any) -> bool:
    single = not any(isinstance(v, str | list | tuple | dict) for v in values)
    return single and all(np.asarray(v).dtype.kind in "fiu" for v in values)


def _short(value: Any) -> str:
    return repr(value)[:600]


def models(kind: str, rng: Rng) -> list[Any]:
    """What can be fitted to a target of a kind."""
    if kind == "count":
        return [pl.PoissonRegression(alpha=float(rng.choice([0.1, 1])))]
    if kind == "number":
        return [pl.LinearRegression(fit_intercept=bool(rng.random() < 0.8))]
    return [pl.LogisticRegression(C=float(rng.choice([0.01, 1.0])))]


def frame_of(summary: Any) -> Any:
    """The numbers of a summary, column by column."""
    frame = summary.frame
    return {name: frame[name].to_numpy() for name in frame.columns}, {
        name: v
        for name, v in summary.figures.items()
        if isinstance(v, float | int) and name not in PATHS
    }


def asked(model: Any, others: list[Path], rows: Any) -> dict[str, Callable[[], Any]]:
    """What is asked of a model that was fitted to rows, a table or a stream."""
    stream = not isinstance(rows, Table)
    X = rows
    found = {
        "coefficients": lambda: (model.coef_, model.intercept_),
        "predict": lambda: model.predict(X),
        "score": lambda: model.score(X),
        "summary": lambda: frame_of(model.summary()),
    }
    if hasattr(model, "predict_proba"):
        found["probabilities"] = lambda: model.predict_proba(X)
    return found | {
        f"predict {path.parent.name}": lambda path=path: model.predict(
            pl.rows(path, stream=stream))
        for path in others
    }  # fmt: skip


def compared(seed: int, folder: Path, counts: Counter[str], show: bool) -> list[str]:
    """Where a table of a seed differs."""
    rng = np.random.default_rng(seed)
    frame, kind = table(rng)
    path = written(rng, frame, str(rng.choice(KINDS)), folder / f"t{seed}")
    missing = str(rng.choice(["drop", "impute", "refuse"], p=[0.5, 0.4, 0.1]))
    small(rng)
    options = {"target": "goal", "missing": missing}
    tables, streams = (
        outcome(lambda s=s: pl.rows(path, stream=s, **options)) for s in (False, True)
    )
    if show:
        print(path, missing, kind, frame.head(20), tables, streams, sep="\n")
    counts["tables"] += 1
    if isinstance(tables, str) or isinstance(streams, str):
        counts["refused"] += 1
        wrong = differs(tables, streams, "rows")
        return [wrong] if wrong else []
    held, stream = tables[0], streams[0]
    again = outcome(stream.table)
    wrong = [
        differs(str(held.preparation), str(stream.preparation), "recipe"),
        differs(held.preparation.as_dict(), stream.preparation.as_dict(), "dict"),
    ]
    if isinstance(again, str):
        return [*filter(None, wrong), again]
    back = again[0]
    wrong += [differs((held.X, held.y), (back.X, back.y), "cells")]
    for model in models(kind, rng):
        wrong += fitted(model, held, stream, others(rng, frame, folder / f"o{seed}"),
                        counts)  # fmt: skip
    return [each for each in wrong if each]


def fitted(model: Any, held: Any, stream: Any, paths: list[Path],
           counts: Counter[str]) -> list[str]:  # fmt: skip
    """Where fits differ."""
    from sklearn.base import clone

    one, other = clone(model), clone(model)
    results = [outcome(lambda: one.fit(held) and None),
               outcome(lambda: other.fit(stream) and None)]  # fmt: skip
    wrong = [differs(*results, f"{type(model).__name__}.fit")]
    if any(isinstance(each, str) for each in results):
        counts["fits refused"] += 1
        return wrong
    counts["fits"] += 1
    ours, theirs = asked(one, paths, held), asked(other, paths, stream)
    rounded = any(name.startswith(ROUNDED) for name in held.names)
    for name in ["coefficients"] if rounded else ours:
        counts["answers"] += 1
        pair = [outcome(ours[name]), outcome(theirs[name])]
        wrong.append(differs(*pair, f"{type(model).__name__} {name}"))
    return wrong


def others(rng: Rng, frame: pd.DataFrame, folder: Path) -> list[Path]:
    """Files of the same columns in another order, and of what a model may not know."""
    folder.mkdir()
    n, features = len(frame), frame.drop(columns="goal")
    turned = features.iloc[:, ::-1]
    made = {"turned": turned, "few": features.iloc[:, 1:]}
    made["holes"] = features.mask(rng.random(features.shape) < 0.1)
    if n > 3:
        made["dropped"] = features.dropna()
        features = features.dropna()  # a stream tells the first fault, memory a kind
        n = len(features)
        texts = [c for c in features if n and isinstance(features[c].iloc[0], str)]
        for name in texts[:1]:
            made["unseen"] = features.assign(**{
                name: features[name].astype(object).where(
                    np.arange(n) != n - 2, "unseen")
            })  # fmt: skip
    paths = []
    for name, rows in made.items():
        if rows.shape[1] and len(rows):
            (folder / name).mkdir()
            paths.append(folder / name / "rows.parquet")
            whole, size = pa.Table.from_pandas(rows, preserve_index=False), [5, 99]
            parquet.write_table(whole, paths[-1], row_group_size=int(rng.choice(size)))
    return paths


def small(rng: Rng) -> None:
    """Pieces and heads of a text, and witnesses, so small that a table has many."""
    text.FIRST, text.PIECE = 500, int(rng.choice([200, 1000, 1 << 24]))
    text_bytes.STEP = int(rng.choice([100, 1 << 20]))
    few = rng.random() < 0.5
    first_look.EACH, first_look.WITNESSES = (1, 3) if few else (2**12, 2**15)


def main() -> int:
    """Compare tables of some seeds, and tell where they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.first, given.last):
            try:
                wrong = compared(seed, Path(folder), counts, given.show)
            except Exception as error:  # an error of ours
                wrong = [f"{type(error).__name__}: {error}"]
            for each in wrong:
                print(f"seed {seed}: {each[:900]}".replace(folder, ""))
            counts["differ"] += bool(wrong)
    print(dict(counts))
    return int(bool(counts["differ"]))


if __name__ == "__main__":
    sys.exit(main())
