"""Where a training stands, in a file: to go on from there, to the same bits.

The file is like that of a model (`container`): arrays, and a document in JSON; it holds
the parameters, the state of the method, the shuffling and what was watched, but neither
network nor rows. Those it is gone on with have to be the same, which a sum shows.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import ModelError, ModelFileError
from pellucid.files import write_whole
from pellucid.graphs import structure
from pellucid.minimisers.task import Fit, Standing
from pellucid.models.base import Array
from pellucid.models.files import container
from pellucid.models.files.container import SafetensorError, packed, parsed, unpacked
from pellucid.models.networks.plain import Unfit, from_json, to_json
from pellucid.models.networks.training import Course

FIELDS = ("settings", "seed", "fit", "course")
DAMAGE = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError,
          SafetensorError)  # fmt: skip


@dataclass(frozen=True)
class Checkpoint:
    """A file that training is written to.

    Parameters
    ----------
    path : str or path
        Of the file.
    settings : mapping of texts
        What has to be the same, so that the bits are.
    seed : int
        Of all that is random.
    """

    path: str | Path
    settings: Mapping[str, str]
    seed: int

    def write(self, course: Course, fit: Fit) -> None:
        """Write where the course stands, beside the file, and rename it."""
        arrays: dict[str, Array] = {}
        content = {
            "settings": dict(self.settings),
            "seed": self.seed,
            "fit": _of_fit(fit),
            "course": {
                "held_out": course.held_out,
                "scores": course.scores,
                "best": float(course.best),
                "waited": course.waited,
                "best_x": _leaves(course.best_x),
            },
        }
        document = {k: to_json(v, k, arrays) for k, v in content.items()}
        write_whole(self.path, packed({"checkpoint": 1, **document}, arrays))


def _of_fit(fit: Any) -> dict[str, Any]:
    """A Fit as plain data."""
    standing = fit.standing
    return {
        "x": _leaves(fit.x),
        "history": fit.history,
        "kept": list(standing.kept),
        "t": standing.t,
        "rng": standing.rng.bit_generator.state,
    }


def _leaves(x: Any) -> list[Array] | None:
    return None if x is None else [np.asarray(leaf) for leaf in structure.leaves(x)]


def sum_of(arrays: list[Array]) -> str:
    """A sum by which rows are known."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.dtype.str} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).data.cast("B"))
    return found.hexdigest()


# -- read -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds, not yet believed."""

    path: str
    settings: Any
    seed: int
    fit: Any
    course: Any

    def restore(
        self, settings: Mapping[str, str], start: Any, method: type, course: Course
    ) -> Fit:
        """The Fit to go on with; the course is set to where it stood.

        Raises
        ------
        ModelError
            When the fit that wrote it had other settings or rows.
        ModelFileError
            When what it holds does not fit the network.
        """
        for name, now in settings.items():
            then = self.settings.get(name)
            if then != now:
                self._refuse_other(name, str(then), now)
        try:
            fit = self._fit(start, method)
            self._set(course, start)
        except DAMAGE as error:
            raise damaged(self.path, error) from None
        course.fit = fit
        return fit

    def _fit(self, start: Any, method: type) -> Fit:
        saved = self.fit
        rng = np.random.Generator(np.random.PCG64())
        rng.bit_generator.state = saved["rng"]
        standing = Standing(method, saved["kept"], saved["t"], rng)
        history = saved["history"]
        x, nit, message = like(start, saved["x"]), len(history), "from a checkpoint"
        return Fit(
            x, float(history[-1]), history, nit, False, message, standing=standing
        )

    def _set(self, course: Course, start: Any) -> None:
        saved = self.course
        course.held_out, course.scores = saved["held_out"], saved["scores"]
        course.best, course.waited = saved["best"], saved["waited"]
        best = saved["best_x"]
        course.best_x = None if best is None else like(start, best)

    def _refuse_other(self, name: str, then: str, now: str) -> None:
        shown = f"{name}={then}, now it is {now}"
        shown = "other rows" if name == "rows" else shown
        raise ModelError(
            f"{self.path}: expected a checkpoint of this fit, found one that began "
            f"with {shown}; go on as it began, or start anew with resume=False."
        )


def like(start: Any, leaves: list[Array]) -> Any:
    """A structure like the start's, filled with leaves of the same shapes."""
    left = iter(leaves)

    def filled(leaf: Any) -> Array:
        array = next(left)
        if (array.shape, array.dtype) != (np.shape(leaf), leaf.dtype):
            found = f"{array.dtype} {array.shape}"
            raise ValueError(f"{leaf.dtype} {np.shape(leaf)} wanted, {found} found")
        return array

    made = structure.mapped(filled, start)
    if next(left, None) is not None:
        raise ValueError("too many arrays")
    return made


def read(path: str | Path) -> Saved | None:
    """Read a checkpoint; None where there is no file yet.

    Raises
    ------
    ModelFileError
        For a file that is no checkpoint.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        content = path.read_bytes()
        text, digest, arrays = unpacked(io.BytesIO(content), len(content))
        if digest != container.sum_of(text, arrays):
            raise ValueError("its sum is another")
        document = parsed(text, "its document")
        if document.pop("checkpoint") != 1:
            raise ValueError("another version")
        found = {name: from_json(document[name], name, arrays) for name in FIELDS}
    except (*DAMAGE, Unfit) as error:
        raise damaged(str(path), error) from None
    return Saved(str(path), **found)


def damaged(path: str, error: Exception) -> ModelFileError:
    """The sentence for a file that holds no checkpoint."""
    said = f"expected a checkpoint that fit has written, found another file ({error})"
    return ModelFileError(f"{path}: {said}; start anew with resume=False.")
