"""A pass over the rows on a Dask cluster: pieces are summed where they lie.

Each piece is a task, or several small ones are; their sums are added by eights on the
workers, and one sum travels to the client. Whoever is ready first, the tree is that of
`Tree`, so the answer is the same to the bit as on the cores of one machine.

Rocklin, "Dask: parallel computation with blocked algorithms and task scheduling"
(2015).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pickle import loads
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np

from pellucid.errors import TableError, needs
from pellucid.tables.streams.adding import Sum, Tree
from pellucid.tables.streams.arrays import LARGE
from pellucid.tables.streams.clients import (
    PATIENCE,
    address_of,
    client_in_use,
    connected,
    finished,
)
from pellucid.tables.streams.cores import OneThread
from pellucid.tables.streams.losses import meant
from pellucid.tables.streams.partitions import PartitionPiece, needed
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.runners import Job, Tell

S = TypeVar("S", bound=Sum)
Batches = list[range]  # of the places of jobs

FAN_IN = 8  # sums that one task adds; a power of 2, as the size of batches is
MOST = 64  # jobs of a batch
VERSION: str = sys.modules["pellucid"].__version__


@dataclass(frozen=True, eq=False)
class Cluster:
    """The workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client or str
        Of the cluster, or the address of its scheduler.
    patience : float
        Seconds after which a pass is given up while no worker is there, or the
        scheduler does not answer.

    Examples
    --------
    >>> from distributed import Client
    >>> from pellucid.tables.streams.arrays import pieces_of
    >>> import numpy as np
    >>> jobs = [(piece, 0) for piece in pieces_of(np.ones((3, 2)))]
    >>> with Client(processes=False, dashboard_address=None) as client:
    ...     Cluster(client).reduced(rows_in, jobs, print)
    0
    3
    """

    client: Any
    patience: float = PATIENCE

    def reduced(
        self, work: Callable[[Piece, int], S | None], jobs: Sequence[Job], tell: Tell
    ) -> S | None:
        """Let each job be done where its piece lies, and add what is found, in order.

        Raises
        ------
        TableError
            What a task raised of its piece; and one sentence where workers or the
            scheduler are lost for good.
        """
        try:
            client = connected(self.client, self.patience)
            return self._reduced(client, work, jobs, tell)
        except Exception as error:
            told = meant(error, address_of(self.client))
            if told is error:
                raise
            raise told from None

    def _reduced(
        self, client: Any, work: Any, jobs: Sequence[Job], tell: Tell
    ) -> S | None:
        """One graph a pass; none of its tasks is left behind."""
        if not jobs:
            return None
        name = f"pellucid-{uuid4().hex}"
        batches = batched(jobs)
        graph, leaves, root = planned(work, jobs, batches, name)
        futures = client.get(graph, [*leaves, root], sync=False)
        total = futures[-1]
        try:
            for i in finished(client, futures, self.patience):
                if futures[i] is total:
                    break
                if futures[i].status == "finished":
                    futures[i].release()
                    for place in batches[i]:
                        tell(place)
            return total.result(self.patience)  # type: ignore[no-any-return]
        finally:
            for future in futures:
                future.release()


def runner_for(address: Any, patience: float = 10.0) -> Cluster:
    """The cluster whose scheduler listens at an address.

    Parameters
    ----------
    address : str or distributed.Client
        As in `tcp://127.0.0.1:8786`; or a client of it.
    patience : float
        Seconds after which nobody is taken to listen there.

    Raises
    ------
    TableError
        Where nobody listens, or what does is no scheduler.
    """
    connected(address, patience)
    return Cluster(address)


def runner_in_use() -> Cluster | None:
    """The cluster that Dask works on in this process; None where it has none."""
    client = client_in_use()
    return None if client is None else Cluster(client)


# -- the graph ------------------------------------------------------------------------


def batched(jobs: Sequence[Job]) -> Batches:
    """Consecutive jobs, by their places, that one task does: of about `LARGE` rows.

    How many hangs on the pieces alone, and is a power of 2, so that the tree of sums
    is that of single jobs. A piece of unknown length is a task of its own.

    >>> from pellucid.tables.streams.arrays import ArrayPiece
    >>> piece = ArrayPiece(np.empty((LARGE // 3, 1)))
    >>> batched([(piece, 0)] * 5)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    size, lengths = 1, [piece.n for piece, _ in jobs]
    if None not in lengths:
        rows = max(max(filter(None, lengths), default=0), 1)
        size = 2 ** max(int(np.log2(LARGE / rows)), 0)
    size = min(size, MOST)
    return [range(i, min(i + size, len(jobs))) for i in range(0, len(jobs), size)]


def planned(
    work: Any, jobs: Sequence[Job], batches: Batches, name: str
) -> tuple[dict[Any, Any], list[Any], Any]:
    """The graph of a pass, the keys of the batches' sums in it, and of the total.

    The work is a task too: it travels once to each worker, and is there again when
    that worker is killed.
    """
    graph = _blocks(jobs)
    pickling: Any = needs("distributed.protocol.pickle", extra="dask")
    graph[f"{name}-work"] = (loads, pickling.dumps(work))
    leaves: list[Any] = []
    for i, batch in enumerate(batches):
        some = [jobs[place] for place in batch]
        blocks = [[*getattr(piece, "keys", ())] for piece, _ in some]
        do = partial(summed, VERSION, [(_alone(piece), start) for piece, start in some])
        leaves.append((f"{name}-sum", 0, i))
        graph[leaves[-1]] = (do, f"{name}-work", blocks)
    level, keys = 0, leaves
    while len(keys) > 1 or not level:
        level += 1
        groups = [keys[i : i + FAN_IN] for i in range(0, len(keys), FAN_IN)]
        keys = [(f"{name}-sum", level, i) for i in range(len(groups))]
        graph |= {key: (added, some) for key, some in zip(keys, groups, strict=True)}
    return graph, leaves, keys[0]


def _blocks(jobs: Sequence[Job]) -> dict[Any, Any]:
    """How the blocks of all partitions are computed."""
    some = [piece for piece, _ in jobs if isinstance(piece, PartitionPiece)]
    graphs = {id(piece.graph): piece.graph for piece in some}
    every = {key: task for graph in graphs.values() for key, task in graph.items()}
    return needed(every, [key for piece in some for key in piece.keys])


def _alone(piece: Piece) -> Piece:
    return piece.here() if isinstance(piece, PartitionPiece) else piece


# -- tasks ----------------------------------------------------------------------------


def summed(
    version: str, jobs: Sequence[Job], work: Callable[[Piece, int], S | None],
    blocks: Sequence[Sequence[Any]],
) -> S | None:  # fmt: skip
    """What work finds of some pieces, added: on a worker, which has their blocks."""
    if version != VERSION:
        raise TableError(
            f"expected workers with pellucid {version}, as this one has, found a "
            f"worker with {VERSION}; install the same."
        )
    with OneThread():
        found = [
            work(
                piece.here(here) if isinstance(piece, PartitionPiece) else piece, start
            )
            for (piece, start), here in zip(jobs, blocks, strict=True)
        ]
    return added(found)


def added(found: Sequence[S | None]) -> S | None:
    """Sums added in a tree."""
    tree: Tree[S] = Tree()
    for each in found:
        tree.add(each)
    return tree.total


def rows_in(piece: Piece, start: int) -> int:
    """How many rows a piece has; it is read for that."""
    return sum(grid.n for grid in piece.grids())
