"""What the errors of a Dask cluster mean, in one sentence each."""

from __future__ import annotations

from typing import Any

from pellucid.errors import PellucidError, TableError

# By the names of exceptions: Dask is not loaded to know its own.
LOST = {
    "KilledWorker": "workers that outlive their tasks, found {died} in a row killed by "
    "one, often for want of memory; cut the rows into smaller partitions, or give "
    "workers more memory",
    "CancelledError": "a pass that ends, found it cancelled ({error}), as when the "
    "scheduler is gone or was restarted; try again when it is there",
    "TimeoutError": "an answer, found none in time ({error}); look whether the "
    "scheduler runs and can be reached",
    "CommClosedError": "an open connection, found it closed ({error}); look whether "
    "the scheduler and its workers still run",
    "ModuleNotFoundError": "what this machine has on each worker and the scheduler, "
    "found one without ({error}); install it there",
    "OSError": "files that each worker can read, found {error}; lay them where all do",
}
UNREADABLE = "Error during deserialization of the task graph"


def meant(error: Exception, address: str) -> Exception:
    """What an error of a pass means; one that is not of the cluster stays as it is."""
    if isinstance(error, PellucidError):
        return error
    kinds = [kind.__name__ for kind in type(error).__mro__]
    if str(error).strip().startswith(UNREADABLE):
        kinds = ["ModuleNotFoundError"]
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    expected = next((LOST[kind] for kind in kinds if kind in LOST), None)
    if expected is None:
        return error
    died = getattr(error, "allowed_failures", 0) + 1
    return _told(address, expected.format(died=died, error=_line(error)))


def unreachable(error: Exception, address: str) -> TableError:
    """What it means that no client can be had."""
    return _told(
        address,
        f"a Dask scheduler that listens there, found none ({_line(error)}); start one, "
        "or mend the address",
    )


def _told(address: str, sentence: Any) -> TableError:
    return TableError(f"the cluster at {address}: expected {sentence}.")


def _line(error: BaseException) -> str:
    """Its reason, or its first line, or its kind where it says nothing."""
    first = (
        str(getattr(error, "reason", error))
        .strip()
        .partition("\n")[0]
        .strip()
        .rstrip(".:")
    )
    return first or type(error).__name__
