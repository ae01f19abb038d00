"""A folder of results is written whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pellucid.errors import PellucidError


def expect_room(folder: Path) -> None:
    """Refuse, before any work is done, a folder that could not be written.

    >>> expect_room(Path(__file__))
    Traceback (most recent call last):
    pellucid.errors.PellucidError: Expected a folder for the results, found the file ...
    """
    if folder.exists() and not folder.is_dir():
        raise PellucidError(
            f"Expected a folder for the results, found the file {folder}: choose "
            "another place with --out."
        )
    standing = next(
        place for place in (folder, *folder.absolute().parents) if place.exists()
    )
    if not standing.is_dir() or not os.access(standing, os.W_OK):
        raise _no_room(folder, f"{standing} cannot be written")


def write_together(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files beside their folder, then move them in, the last one last.

    Other files in the folder stay as they are.

    Parameters
    ----------
    folder
        Where the files go; made where it is missing.
    files
        From name to text, written as UTF-8, or bytes.

    Raises
    ------
    PellucidError
        When the place cannot be written; then nothing of the files is there.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as place:
    ...     write_together(Path(place, "tour"), {"note.txt": "r2 0.99"})
    ...     Path(place, "tour", "note.txt").read_text()
    'r2 0.99'
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=folder.parent, prefix=".pellucid-"
        ) as beside:
            for name, content in files.items():
                data = content.encode() if isinstance(content, str) else content
                Path(beside, name).write_bytes(data)
            folder.mkdir(exist_ok=True)
            for name in files:
                Path(beside, name).replace(folder / name)
    except OSError as error:
        raise _no_room(folder, (error.strerror or str(error)).lower()) from error


def _no_room(folder: Path, reason: str) -> PellucidError:
    return PellucidError(
        f"Cannot write {folder} ({reason}): choose another place with --out."
    )
