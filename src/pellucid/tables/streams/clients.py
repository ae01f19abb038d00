"""The client of a Dask cluster: found, connected, and waited for with some patience."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from pellucid.errors import TableError, needs
from pellucid.tables.streams.losses import unreachable

POLL = 2.0  # seconds of silence after which the cluster is asked whether it is there
PATIENCE = 30.0  # seconds

_clients: dict[str, Any] = {}  # by the address of the scheduler


def client_in_use() -> Any:
    """The client of the cluster that Dask works on; None where it is this machine."""
    if "distributed" not in sys.modules:
        return None
    try:
        return sys.modules["distributed"].default_client()
    except ValueError:
        return None


def connected(client: Any, patience: float) -> Any:
    """A client of a cluster, which may be given by the address of its scheduler.

    Raises
    ------
    TableError
        Where no scheduler listens within so many seconds.
    """
    if not isinstance(client, str):
        return client
    if client not in _clients or _clients[client].status != "running":
        distributed: Any = needs("distributed", extra="dask")
        options = {"timeout": patience, "set_as_default": False}
        try:
            _clients[client] = distributed.Client(client, **options)
        except Exception as error:
            raise unreachable(error, client) from None
    return _clients[client]


def address_of(client: Any) -> str:
    """Where the scheduler of a client listens."""
    if isinstance(client, str):
        return client
    return str(getattr(client.scheduler, "address", "an address that is closed"))


def finished(
    client: Any, futures: Sequence[Any], patience: float = PATIENCE
) -> Iterator[int]:
    """The places of futures, as soon as each is done, well or not.

    Raises
    ------
    TableError
        Where no worker is there for so many seconds.
    TimeoutError
        Where the scheduler does not answer for as long.
    """
    done: SimpleQueue[int] = SimpleQueue()
    for i, future in enumerate(futures):
        future.add_done_callback(partial(_put, done, i))
    left, silent = len(futures), 0.0
    while left:
        try:
            yield done.get(timeout=POLL)
            left, silent = left - 1, 0.0
        except Empty:
            silent = 0.0 if _workers(client, patience) else silent + POLL
        if silent >= patience:
            raise TableError(
                f"the cluster at {address_of(client)}: expected workers, found none "
                f"for {patience:g} seconds; start some and try again."
            )


def _put(done: SimpleQueue[int], i: int, _: Any) -> None:
    """Say that a future is done."""
    done.put(i)


def _workers(client: Any, patience: float) -> int:
    """How many workers there are; the scheduler is asked for no longer than that."""
    ask = client.scheduler.identity
    found = client.sync(ask, n_workers=0, callback_timeout=patience)
    return int(found["n_workers"])
