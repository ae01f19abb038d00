"""Training networks of layers: the way to the first step, and a step."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from pellucid.bench.contest import Contest, Mark, Rival
from pellucid.bench.layered import jax, ours, pytorch
from pellucid.bench.layered.devices import CPU, GPU, refuse_without
from pellucid.bench.layered.tasks import RECURRENT, TASKS, Start, Task
from pellucid.bench.trainers.trainers import EAGER, JAX, NUMPY, TORCH, WHOLE

BY_HAND, ON_GPU = "JAX by hand", ", on a GPU"
STEP, FIRST = "a step", "from function to first step"
LINES = "lines of the gradient's source"
CHECKED = 3  # the epoch in whose cost all agree
LENET, LSTM, _, LONG = TASKS


@dataclass(frozen=True)
class Trainer:
    """What trains a network, the library that it needs, and where it does that."""

    train: Any
    library: str
    device: str = CPU

    def __call__(self, case: str, tiny: bool) -> dict[str, Mark]:
        """Time the first step of all, then the steps of single epochs."""
        refuse_without(self.device, self.library)
        task = task_of(case, tiny)
        short, start = task.short(), task.start()
        (first, _), *_ = self.looked(short, short.start(), 1, 0.0)
        epochs = self.looked(task, start, CHECKED, 0.0 if tiny else 2.0)
        fastest = min(seconds for seconds, _ in epochs[1:]) / task.batches
        _, cost = epochs[CHECKED - 1]
        return {STEP: Mark(fastest, check=cost), FIRST: Mark(first)}

    def looked(
        self, task: Task, start: Start, least: int, budget: float
    ) -> list[tuple[float, float]]:
        """The seconds and the cost of each epoch, until the budget is spent."""
        times, costs = [time.perf_counter()], []

        def look(cost: float) -> bool:
            times.append(time.perf_counter())
            costs.append(cost)
            return len(costs) >= least and times[-1] - times[0] >= budget

        self.train(task, start, look, self.device)
        seconds = (after - before for before, after in itertools.pairwise(times))
        return list(zip(seconds, costs, strict=True))


def task_of(case: str, tiny: bool) -> Task:
    """What is trained; less of it in a tiny run."""
    return TASKS[case].tiny() if tiny else TASKS[case]


TRAINERS = {
    NUMPY: Trainer(partial(ours.train, target="numpy"), "numpy"),
    JAX: Trainer(partial(ours.train, target="jax"), "jax"),
    TORCH: Trainer(partial(ours.train, target="torch"), "torch"),
    JAX + ON_GPU: Trainer(partial(ours.train, target="jax"), "jax", GPU),
    TORCH + ON_GPU: Trainer(partial(ours.train, target="torch"), "torch", GPU),
    EAGER: Trainer(pytorch.train, "torch"),
    WHOLE: Trainer(partial(pytorch.train, compiled=True), "torch"),
    BY_HAND: Trainer(jax.train, "jax"),
    EAGER + ON_GPU: Trainer(pytorch.train, "torch", GPU),
    BY_HAND + ON_GPU: Trainer(jax.train, "jax", GPU),
}


def measured(name: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Measure a trainer; of ours on NumPy also what a person reads."""
    if name == WHOLE and TASKS[case].network is RECURRENT:
        return {}  # it takes no nn.LSTM
    marks = TRAINERS[name](case, tiny)
    if name == NUMPY:
        marks[LINES] = Mark(ours.lines(task_of(case, tiny).short()))
    return marks


CONTEST = Contest(
    title="Networks",
    note="Adam in float32 from the same parameters on the same batches: two "
    "convolutions with pooling and three dense layers on 64 rows; an LSTM of 128 units "
    "on 64 rows of 64 features; 4 heads of attention with 128 units on 32 rows. A step "
    "comes with its cost, on which all agree after three epochs. The first begins with "
    "a function and arrays, and nothing compiled; imports are not counted. "
    "torch.compile takes no nn.LSTM.",
    cases=tuple(TASKS),
    rivals={
        name: Rival(
            partial(measured, name), name.startswith("Pellucid"),
            slow=name == WHOLE or name.endswith(ON_GPU),
        )
        for name in TRAINERS
    },
    apart=True,
    rounds=2,
    goals={
        (STEP, LENET, NUMPY, EAGER): 0.4,
        (STEP, LENET, JAX, EAGER): 1.0,
        (STEP, LSTM, NUMPY, EAGER): 0.5,
        (STEP, LSTM, JAX, EAGER): 1.0,
    },
    units={LINES: "lines"},
    limits={
        **{(FIRST, LONG, name): 3.0 for name in (NUMPY, JAX, TORCH)},
        (LINES, LONG, NUMPY): 100,
    },
    agreement=1e-4,
)  # fmt: skip
