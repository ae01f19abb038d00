"""PyTorch: eager with Adam or fused Adam, and the whole step under torch.compile."""

from __future__ import annotations

import itertools
import math
import shutil
from types import SimpleNamespace
from typing import Any

from pellucid.bench.contest import AbsentError, library
from pellucid.bench.perceptrons import ALPHA, BETA1, BETA2, EPS, RATE, Perceptron
from pellucid.bench.trainers.loop import Loop


class Eager(Loop):
    """The loop of PyTorch's own tutorials, with the tensors shuffled and cut at once.

    `weight_decay` takes the penalty's part in the gradient, and leaves its value out of
    the cost that is recorded; biases are decayed too, which spares a second group.
    """

    fused = False

    def __init__(self, task: Perceptron) -> None:
        super().__init__(task)
        self.torch = library("torch")

    def start(self, X: Any, y: Any) -> Any:
        """Build the network, the optimiser, and tensors that share the arrays."""
        torch = self.torch
        layers: list[Any] = []
        for d, h in itertools.pairwise(self.task.sizes):
            layers += [torch.nn.Linear(d, h), torch.nn.ReLU()]
        network = torch.nn.Sequential(*layers[:-1]).train()
        adam = torch.optim.Adam(
            network.parameters(), RATE, (BETA1, BETA2), EPS,
            weight_decay=ALPHA / self.task.batch, fused=self.fused or None,
        )  # fmt: skip
        return SimpleNamespace(
            network=network, adam=adam, loss=torch.nn.CrossEntropyLoss(),
            X=torch.from_numpy(X), y=torch.from_numpy(y),
        )  # fmt: skip

    def epoch(self, state: Any, costed: bool) -> float:
        """Take a step on each batch; the running cost leaves torch once an epoch."""
        total = self.torch.zeros(())
        for part in self.torch.randperm(len(state.X)).split(self.task.batch):
            state.adam.zero_grad(set_to_none=True)
            cost = state.loss(state.network(state.X[part]), state.y[part])
            cost.backward()
            state.adam.step()
            if costed:
                total += cost.detach() * len(part)
        return float(total) / len(state.X) if costed else math.nan


class Fused(Eager):
    """The same with Adam in one kernel."""

    fused = True


class Whole(Loop):
    """Gather, forward, backward and Adam as one function under `torch.compile`.

    The last, smaller batch is a variant of its own; the state is updated in place. The
    cost comes with the gradient, so that there is one function with it or without.
    """

    def __init__(self, task: Perceptron) -> None:
        super().__init__(task)
        self.torch = library("torch")
        if not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
            raise AbsentError("torch.compile needs a C++ compiler, and there is none")
        self.whole = self.torch.compile(self._whole, fullgraph=True, dynamic=False)

    def start(self, X: Any, y: Any) -> Any:
        """Draw parameters as `torch.nn.Linear` does."""
        torch = self.torch
        linear = [torch.nn.Linear(d, h) for d, h in itertools.pairwise(self.task.sizes)]
        w = [p.detach() for layer in linear for p in (layer.weight, layer.bias)]
        moments = [[torch.zeros_like(p) for p in w] for _ in range(2)]
        tensors = torch.from_numpy(X), torch.from_numpy(y)
        return SimpleNamespace(kept=(w, *moments, torch.zeros(())), data=tensors)

    def epoch(self, state: Any, costed: bool) -> float:
        """Take a step on each batch."""
        n, total = self.task.rows, self.torch.zeros(())
        with self.torch.no_grad():
            for part in self.torch.randperm(n).split(self.task.batch):
                self.whole(*state.kept, total, *state.data, part)
        return float(total) / n if costed else math.nan

    def _cost(self, w: Any, X: Any, y: Any) -> Any:
        functional, h = self.torch.nn.functional, X
        for W, b in zip(w[:-2:2], w[1:-2:2], strict=True):
            h = functional.relu(functional.linear(h, W, b))  # (n, h)
        return functional.cross_entropy(functional.linear(h, w[-2], w[-1]), y)

    def _whole(
        self, w: Any, m: Any, v: Any, t: Any, total: Any, X: Any, y: Any, part: Any,
    ) -> None:  # fmt: skip
        """Adam on one batch, everything in place."""
        both = self.torch.func.grad_and_value(self._cost)
        gradient, cost = both(w, X[part], y[part])
        t.add_(1)
        total.add_(cost * len(part))
        for W, g, a, b in zip(w, gradient, m, v, strict=True):
            g = g + ALPHA / self.task.batch * W
            a.mul_(BETA1).add_(g, alpha=1 - BETA1)
            b.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
            root = (b / (1 - BETA2**t)).sqrt() + EPS
            W.sub_(RATE * (a / (1 - BETA1**t)) / root)
