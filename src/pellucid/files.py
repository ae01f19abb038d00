"""A file is written whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pellucid.errors import PellucidError


def write_whole(path: str | Path, content: str | bytes) -> Path:
    r"""Write a file beside its place, then rename it: nobody sees half of it.

    Parameters
    ----------
    path
        Where the file goes; missing folders are made.
    content
        Text, written as UTF-8, or bytes.

    Returns
    -------
    The path of the file.

    Raises
    ------
    PellucidError
        When the place cannot be written; a file that was there stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_whole(f"{folder}/new/note.txt", "y = 2 x\n")
    ...     written.read_text(), len(list(written.parent.iterdir()))
    ('y = 2 x\n', 1)
    """
    data = content.encode() if isinstance(content, str) else content
    with opened_whole(path) as file:
        file.write(data)
    return Path(path)


@contextmanager
def opened_whole(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file beside its place for writing; it is renamed when all went well.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with opened_whole(f"{folder}/note.txt") as file:
    ...         print(file.write(b"y ="), Path(folder, "note.txt").exists())
    ...     Path(folder, "note.txt").exists()
    3 False
    True
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            yield file
        beside.replace(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"Cannot write {path} ({reason}): choose a place that can be written."
        raise PellucidError(message) from error
    finally:
        _remove(beside)


def _remove(path: Path) -> None:
    """Take away what a failure may have left; after a rename there is nothing."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
