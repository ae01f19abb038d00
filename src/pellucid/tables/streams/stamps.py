"""A file that is read again must be the file that was read before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pellucid.errors import TableError

AGAIN = "read the rows anew by pl.rows"


@dataclass(frozen=True)
class Stamp:
    r"""A file as it was: its bytes, and when it was last written.

    Its path is whole, so that another process finds it too.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.csv")
    ...     _ = path.write_text("x\n1\n")
    ...     stamp = Stamp.of(path)
    ...     with stamp.unchanged():
    ...         print(path.read_text().split())
    ['x', '1']
    """

    path: Path
    size: int
    written: int  # nanoseconds

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """As the file is now.

        Raises
        ------
        TableError
            Where there is no file, or none that may be read.
        """
        try:
            now = path.stat()
        except FileNotFoundError:
            message = "expected a file with a table, found nothing of that name"
            raise TableError(f"{path}: {message}; check the path.") from None
        except OSError as error:
            raise cls.unreadable(path, error) from None
        return cls(path.absolute(), now.st_size, now.st_mtime_ns)

    @staticmethod
    def unreadable(path: Path, error: OSError) -> TableError:
        """What is said of a file that may not be read."""
        message = f"expected a file that can be read, found: {error.strerror}"
        return TableError(f"{path}: {message}; check its permissions.")

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """See to it that a file is, before and after it is read, as it was.

        Raises
        ------
        TableError
            Where it is gone, or was written meanwhile.
        """
        self._expect()
        yield
        self._expect()

    def _expect(self) -> None:
        name = self.path.name
        if not self.path.exists():
            message = "expected the file that the first pass has read, found it gone"
            raise TableError(f"{name}: {message}; put it back, or {AGAIN}.")
        if Stamp.of(self.path) != self:
            message = "expected the file that the first pass has read, found it changed"
            raise TableError(f"{name}: {message} since; {AGAIN}.")
