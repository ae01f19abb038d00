"""What a network learns from: rows of any shape, and sequences of several lengths.

Rows of a table come as to all estimators. Images and sequences come as one array
(n, ...), or sequences of several lengths as a list, which is filled up at the end with
zeros to the longest; their lengths stand beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.containers import Sequential, prediction
from pellucid.layers.dense import Embedding
from pellucid.layers.fitting import within
from pellucid.layers.layer import Layer
from pellucid.models import base, faults
from pellucid.models.base import Array
from pellucid.models.networks import memory
from pellucid.tables.frames import is_frame
from pellucid.tables.wording import counted

Shape = tuple[int | None, ...]  # of a row; None where it is any number of steps

ONE_A_ROW = (
    "for one a row put Flatten() before the last layer, or leave sequence=True out"
)


@dataclass(frozen=True)
class Examples:
    """Rows as a network takes them.

    Parameters
    ----------
    X : array (n, ...)
        Rows.
    y : array (n, ..., k), optional
        What the output is compared with, in its shape.
    s : array (n,) or (n, ...), optional
        Weights of rows, or of each place of an output.
    lengths : array (n,), optional
        How many steps of each sequence there are.
    """

    X: Array
    y: Any = None
    s: Array | None = None
    lengths: Array | None = None

    def __len__(self) -> int:
        return len(self.X)

    @property
    def arrays(self) -> list[Array]:
        """Those that there are, in the order in which a cost takes them."""
        return [getattr(self, name) for name in self.names]

    @property
    def names(self) -> list[str]:
        """What those that there are are called."""
        return [name for name, array in vars(self).items() if array is not None]

    def at(self, rows: Any) -> Examples:
        """Some of the rows."""
        cut: dict[str, Any] = {
            name: None if array is None else array[rows]
            for name, array in vars(self).items()
        }
        return replace(self, **cut)


# -- sequences ------------------------------------------------------------------------


def listed(X: Any, kinds: str = "fiub") -> list[Array] | None:
    """A list of arrays of these kinds, where X is one and no table.

    >>> listed([[1.0, 2.0], [3.0, 4.0]]) is None, len(listed([[1.0, 2.0], [3.0]]))
    (True, 2)
    """
    is_list = isinstance(X, list | tuple) or _kind(X) == "O"
    if not is_list or is_frame(X) or not len(X) or not _is_row(X[0]):
        return None
    try:
        arrays = [np.asarray(x) for x in X]
    except ValueError:  # one of them has rows of several lengths
        return None
    is_one = {array.ndim for array in arrays} == {1}
    is_table = is_one and len({array.shape for array in arrays}) == 1
    wrong = any(array.dtype.kind not in kinds for array in arrays)
    return None if is_table or wrong else arrays


def _kind(X: Any) -> str:
    return str(getattr(getattr(X, "dtype", None), "kind", ""))


def _is_row(x: Any) -> bool:
    return hasattr(x, "__len__") and not isinstance(x, str | bytes)


def filled_up(model: Any, sequences: list[Array]) -> tuple[Array, Array]:
    """Sequences in one array (n, t, ...), with zeros behind their ends, and lengths.

    Raises
    ------
    ModelError
        For a sequence without a step, and for steps of several shapes.
    """
    lengths = np.array([len(sequence) for sequence in sequences])
    if not lengths.all():
        message = f"sequence {np.argmin(lengths) + 1} of {len(lengths)} has none"
        raise ModelError(
            f"{_name(model)}expected a step or more in each sequence, but {message}; "
            "leave empty sequences out."
        )
    shapes = [sequence.shape[1:] for sequence in sequences]
    odd = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
    if odd is not None:
        found = f"{shapes[0]} in sequence 1 and {shapes[odd]} in sequence {odd + 1}"
        message = f"expected steps of one shape in all sequences, found {found}"
        raise ModelError(f"{_name(model)}{message}; give each step as many features.")
    steps = len(lengths) * int(max(lengths)) * math.prod(shapes[0])
    what = f"{len(lengths):,} sequences, all as long as the longest, {max(lengths):,}"
    advice = "leave the longest out, or cut them"
    memory.expect_room(model, {what: 8.0 * steps}, advice)
    return side_by_side(sequences, 0), lengths


def side_by_side(sequences: list[Array], rest: Any) -> Array:
    """Sequences (t, ...) in one array (n, t, ...), with `rest` behind their ends."""
    dtype = np.result_type(*{sequence.dtype for sequence in sequences})
    longest = max(map(len, sequences))
    made = np.full((len(sequences), longest, *sequences[0].shape[1:]), rest, dtype)
    for row, sequence in zip(made, sequences, strict=True):
        row[: len(sequence)] = sequence
    return made


def targets(model: Any, y: Any, lengths: Array | None) -> Any:
    """Targets as an array, where they are a list of sequences, beside those of X.

    What is behind their ends is one of them, and has no weight.
    """
    arrays = listed(y, "fiubU")
    if arrays is None or lengths is None:
        return y
    found = [len(array) for array in arrays]
    if found != lengths.tolist():
        message = "expected a target for each step in y, got sequences of other lengths"
        raise ModelError(
            f"{_name(model)}{message} than in X; look for what is missing."
        )
    return side_by_side(arrays, arrays[0].ravel()[0])


def expect_labels(model: Any, y: Array, places: tuple[int, ...]) -> None:
    """Refuse labels in another shape than the places have; a column is one a row."""
    of_rows = len(places) == 1
    if y.shape == places or (of_rows and y.shape == (*places, 1)):
        return
    advice = "reshape y" if of_rows or y.ndim > 1 else ONE_A_ROW
    if of_rows and y.ndim == 2 and np.isin(y, (0, 1)).all():
        advice = "where y has a 1 in the column of a class, give y.argmax(axis=1)"
    each = "row" if of_rows else "place of the output"
    message = f"expected a label for each {each}, {places} in y, got {y.shape}"
    raise ModelError(f"{_name(model)}{message}; {advice}.")


def as_given(found: Array, rows: Examples, places: int) -> Any:
    """What is found at each place: a list of sequences, where X was one."""
    if rows.lengths is None or not places:
        return found
    return [row[:n] for row, n in zip(found, rows.lengths, strict=True)]


def flat(model: Any, said: Any, y: Any, s: Any) -> tuple[Array, Array, Array | None]:
    """What is said of all places and what is true, with the weights of their rows."""
    counts = [len(np.ravel(row)) for row in said]
    if [len(np.ravel(row)) for row in y] != counts:
        message = "expected a target for each place of the output in y, got others"
        raise ModelError(f"{_name(model)}{message}; look for what is missing.")
    said, y = (np.concatenate([np.ravel(row) for row in rows]) for rows in (said, y))
    return said, y, None if s is None else np.repeat(s, counts)


# -- arrays of more than two axes -----------------------------------------------------


def taken(model: Any, X: Any) -> tuple[Any, Array | None]:
    """Rows as an array or a table, and lengths where they are a list of sequences."""
    expect_whole(model, X)
    arrays, lengths = listed(X), None
    if arrays is not None and len({array.shape for array in arrays}) > 1:
        X, lengths = filled_up(model, arrays)
    elif arrays is not None:
        X = np.stack(arrays)
    if getattr(X, "ndim", 2) > 2:
        X = as_floats(model, np.asarray(X))
        expect_finite(model, X)
    return X, lengths


def expect_whole(model: Any, X: Any) -> None:
    """Refuse masked numbers in images and sequences, which would come out bare."""
    for row, part in enumerate(X if isinstance(X, list | tuple) else [X]):
        if np.ma.is_masked(part) and (part is not X or X.ndim > 2):
            first = np.argmax(np.ma.getmaskarray(part).reshape(len(part), -1).any(1))
            at = row if part is not X else first
            found = f"a masked cell in row {at + 1}"
            message = f"expected finite numbers in X, found {found}"
            raise ModelError(f"{_name(model)}{message}; {faults.MEND}.")


def as_floats(model: Any, X: Array) -> Array:
    """Numbers with a fraction: float64 and float32 as they are, others float32."""
    if X.dtype.kind not in "fiub":
        found = f"an array of {X.dtype}"
        message = f"expected an array of real numbers in X, found {found}"
        raise ModelError(f"{_name(model)}{message}; turn it into numbers first.")
    if X.dtype in base.FLOATS:
        return X
    memory.expect_room(model, {"X as float32": 4.0 * X.size}, "give fewer rows")
    return X.astype(np.float32)


def expect_finite(model: Any, X: Array) -> None:
    """Refuse nan and infinity, with the place of the first."""
    wrong = ~np.isfinite(X)
    if not wrong.any():
        return
    row, *place = np.unravel_index(np.argmax(wrong), X.shape)
    at = ", ".join(str(int(i) + 1) for i in place)
    found = f"{X[(row, *place)]} in row {row + 1} at ({at})".replace("nan", "NaN")
    such = f"{counted(int(wrong.sum()), 'such cell')} in {counted(len(X), 'row')}"
    message = f"expected finite numbers in X, found {found} ({such})"
    raise ModelError(f"{_name(model)}{message}; {faults.MEND}.")


def as_tokens(model: Any, X: Array, count: int) -> Array:
    """Whole numbers below `count`, as an embedding takes them."""
    wrong = (X < 0) | (count <= X)
    if X.dtype.kind == "f":
        wrong |= np.floor(X) != X
    if wrong.any():
        word = X[wrong][0]
        found = f"for {count} vectors of the Embedding, found {word:g}"
        message = f"expected whole numbers from 0 to {count - 1} in X, {found}"
        is_more = word >= count and word % 1 == 0
        advice = "give it a count for all" if is_more else "number the words from 0"
        raise ModelError(f"{_name(model)}{message}; {advice}.")
    return X.astype(np.int64)


def expect_independent(
    model: Any, network: Any, p: Any, X: Array, lengths: Array
) -> None:
    """Refuse a network in which what stands behind the end of a sequence counts."""
    i, t = int(np.argmin(lengths)), int(np.min(lengths))
    if t == X.shape[1]:
        return
    output = prediction(network, lengths[i : i + 1])
    z = output(p, X[i : i + 1])
    try:
        alone = output(p, X[i : i + 1, :t])
        near = np.allclose(alone, z[:, :t] if z.ndim > 2 else z, rtol=1e-3, atol=1e-5)
    except (ModelError, ValueError):  # the shape of a row is that of the longest
        near = False
    if not near:
        raise ModelError(
            f"{_name(model)}expected a network that goes by the lengths of sequences, "
            f"but its output changes when one of {t} steps is filled up to "
            f"{X.shape[1]}; take the last state, no mean over steps and no Flatten."
        )


def weights_of_places(rows: Examples, shape: tuple[int, ...]) -> Array | None:
    """The weights of places (n, ...): those of their rows, 0 behind a sequence's end.

    >>> rows = Examples(np.zeros((2, 3)), lengths=np.array([1, 3]))
    >>> weights_of_places(rows, (2, 3)).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """
    s, more = rows.s, len(shape) - 1
    if not more or (s is None and rows.lengths is None):
        return s
    s = np.ones(len(rows)) if s is None else s
    s = np.broadcast_to(s.reshape(-1, *[1] * more), shape)
    if rows.lengths is None:
        return s
    inside = within(rows.lengths, s)  # (n, t)
    return np.where(inside.reshape(*inside.shape, *[1] * (more - 1)), s, 0.0)


def told(shape: Shape) -> str:
    """A shape as it is written, with "any" for any number of steps.

    >>> told((None, 3)), told((5,))
    ('(any, 3)', '(5,)')
    """
    return str(shape).replace("None", "any")


def _name(model: Any) -> str:
    return f"{type(model).__name__}: "


def is_network(network: Any) -> bool:
    """Whether this is a layer, and no function that makes one."""
    return isinstance(network, Layer) and not isinstance(network, type)


def words_of(network: Any) -> int | None:
    """How many words the first layer looks up; None where it takes numbers."""
    while isinstance(network, Sequential):
        network = network.layers[0]
    return network.count if isinstance(network, Embedding) else None
