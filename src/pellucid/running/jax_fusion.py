"""Whether XLA may fuse the steps of a graph: where it would compute them over and over.

On a CPU, XLA's pass "fusion" puts cheap steps into each of the loops that read them. In
long chains in which values are read more than once, as in an integrator that is written
as a Python loop, a step is then computed again for each way by which it is reached,
and these double at every level: the compiler works for minutes, or does not end.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import jax

from pellucid.graphs.bodies import asked, body_of, living, wanted_by
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    BY_EACH,
    ELEMENTWISE,
    MOVES,
    PLACED,
    STEEP,
)

Block = tuple[list[Node], list[Node]]

# Times that a step may be computed, on average.
LIMIT = 1e4
UNFUSED = {"xla_disable_hlo_passes": "fusion"}


def options(graphs: Iterable[Graph], device: Any) -> dict[str, Any]:
    """The options of `jax.jit` for these graphs, on a device (None: JAX's own)."""
    platform = device.platform if device else jax.default_backend()
    if platform != "cpu" or not any(repeated_work(g) > LIMIT for g in graphs):
        return {}
    return {"compiler_options": UNFUSED} if _is_known() else {}


@functools.cache
def _is_known() -> bool:
    """Whether this JAX has the option."""
    try:
        jax.jit(lambda x: x, compiler_options=UNFUSED)(1.0)
    except Exception:  # each release says it in its own way
        return False
    return True


def repeated_work(graph: Graph) -> float:
    """How often each step would be computed, on average, if all that can be is fused.

    Of a graph with loops the largest figure, as each body is fused by itself.

    A step that is fused into its readers costs them 1 and what its own arguments cost;
    one that is not (a product of matrices, a sum, a dear step with two readers) ends
    the chain. An upper bound, which is small or grows as the powers of 2. On two cores,
    seconds to compile, and for the networks a step, fused and not:

    | graph, with its gradient            | figure    | fused         | not        |
    | ----------------------------------- | --------- | ------------- | ---------- |
    | perceptron 20-32-32-3, with Adam    | 1.6       | 0.7, 19 us    | 1.7, 39 us |
    | perceptron 784-512-256-10           | 1.6       | 1.0, 2.1 ms   | 2.1, 3.3 ms |
    | tanh RNN, 100 steps                 | 1.2       | 5.0           | 6.1        |
    | gradient descent, 100 steps         | 8         | 6.0           | 6.0        |
    | Lotka-Volterra, Runge-Kutta, 3      | 1e10      | 0.2           | 0.2        |
    | the same, 50 steps                  | over 1e80 | does not end  | 2.4        |
    | the same, 1,000 steps in a loop     | 130       | 0.4           | -          |
    | Kalman filter, 100 steps            | over 1e35 | 21            | 1.2        |
    """
    return max(itertools.starmap(_repeated_work, _blocks(graph.order, graph.outputs)))


def _blocks(order: Iterable[Node], ends: Iterable[Node]) -> Iterator[Block]:
    """The steps of a graph, and those of each body in it, with what they give."""
    order = list(order)
    yield order, list(ends)
    for loop, parts in asked(order).items():
        given = wanted_by(parts)
        inside, kept = living(body_of(loop), given)
        after = [now for before, now in body_of(loop).carried if before in kept]
        yield from _blocks(inside, [*after, *given])


def _repeated_work(order: Sequence[Node], ends: Sequence[Node]) -> float:
    order = [n for n in order if not n.known and not n.is_input]
    readers = Counter(itertools.chain.from_iterable(set(n.arguments) for n in order))
    work: dict[Node, float] = {}
    computed = {n for n in ends if not n.known}
    for node in order:
        work[node] = 1.0
        for a in work.keys() & set(node.arguments):
            if _can_fuse(node) and _can_fuse(a) and not _is_kept(a, readers[a]):
                work[node] += work[a]
            else:
                computed.add(a)
    return sum(work.get(n, 0.0) for n in computed) / max(len(order), 1)


def _can_fuse(node: Node) -> bool:
    """Whether XLA may put a step into a loop: by element, or moved, but not written."""
    facts = facts_of(node.operation)
    is_written = facts.reads is PLACED and not facts.view
    return facts.kind in (ELEMENTWISE, MOVES) and not is_written


def _is_kept(node: Node, readers: int) -> bool:
    """Whether XLA computes a step once: it is read more than once, and dear."""
    slope = facts_of(node.operation).slope
    is_curve = bool(slope & (BOUNDED | STEEP) and not slope & BY_EACH)
    return readers > 1 and is_curve and node.operation != "square"
