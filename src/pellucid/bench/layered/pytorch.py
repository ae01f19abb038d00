"""PyTorch: its tutorials' loop on its own layers, eager and under torch.compile."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from pellucid.bench.contest import AbsentError, library
from pellucid.bench.layered.tasks import (
    ATTENTIVE,
    CLASSES,
    HEADS,
    LENET,
    RECURRENT,
    UNITS,
    Look,
    Start,
    Task,
)


def train(
    task: Task, start: Start, look: Look, device: str, compiled: bool = False
) -> None:
    """Take a step on each batch; the running cost leaves torch once an epoch."""
    torch = library("torch")
    network = NETWORKS[task.network](torch, start.p).to(device)
    X, y = (torch.from_numpy(a).to(device) for a in start[1:])
    X = X.permute(0, 3, 1, 2).contiguous() if X.ndim == 4 else X  # channels first
    learned = [w for w in network.parameters() if w.requires_grad]
    adam, loss = torch.optim.Adam(learned), torch.nn.CrossEntropyLoss()
    forward, order = _compiled(torch, network) if compiled else network, task.order()
    going = True
    while going:
        total = torch.zeros((), device=device)
        shuffled = torch.from_numpy(order.permutation(task.rows)).to(device)
        for part in shuffled.split(task.batch):
            adam.zero_grad(set_to_none=True)
            cost = loss(forward(X[part]), y[part])
            cost.backward()
            adam.step()
            total += cost.detach()
        going = not look(float(total) / task.batches)


def _compiled(torch: Any, network: Any) -> Any:
    """A network under `torch.compile`, which finds no code of an earlier process."""
    if not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
        raise AbsentError("torch.compile needs a C++ compiler, and there is none")
    library("torch._inductor.config").force_disable_caches = True
    return torch.compile(network, fullgraph=True)


# -- the networks, with our parameters ------------------------------------------------


def lenet(torch: Any, p: Any) -> Any:
    """Two convolutions and three dense layers, as in PyTorch's first tutorial."""
    nn = torch.nn
    network = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * 4 * 4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, CLASSES),
    )  # fmt: skip
    for i, own in ((0, p[0]), (3, p[2])):
        _set(torch, network[i], weight=own["W"].transpose(3, 2, 0, 1), bias=own["b"])
    W = p[5]["W"].reshape(4, 4, 16, 120).transpose(2, 0, 1, 3)  # channels first
    _dense(torch, network[7], {"W": W.reshape(-1, 120), "b": p[5]["b"]})
    _dense(torch, network[9], p[6])
    _dense(torch, network[11], p[7])
    return network


def recurrent(torch: Any, p: Any) -> Any:
    """`torch.nn.LSTM`, whose second bias stays 0: two of them would learn twice."""

    class Recurrent(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            features = p[0]["W"].shape[0]
            self.lstm = torch.nn.LSTM(features, UNITS, batch_first=True)
            self.dense = torch.nn.Linear(UNITS, CLASSES)

        def forward(self, x: Any) -> Any:
            h, _ = self.lstm(x)  # (n, t, h)
            return self.dense(h[:, -1])

    network, own = Recurrent(), p[0]
    _set(
        torch, network.lstm, weight_ih_l0=own["W"].T, weight_hh_l0=own["U"].T,
        bias_ih_l0=own["b"], bias_hh_l0=np.zeros_like(own["b"]),
    )  # fmt: skip
    network.lstm.bias_hh_l0.requires_grad_(False)
    _dense(torch, network.dense, p[1])
    return network


def attentive(torch: Any, p: Any) -> Any:
    """`torch.nn.MultiheadAttention` without its weights, which is its fast way."""

    class Attentive(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.attention = torch.nn.MultiheadAttention(
                UNITS, HEADS, bias=False, batch_first=True
            )
            self.dense = torch.nn.Linear(UNITS, CLASSES)

        def forward(self, x: Any) -> Any:
            z, _ = self.attention(x, x, x, need_weights=False)  # (n, t, d)
            return self.dense(z.mean(dim=1))

    network, own = Attentive(), p[0]
    together = np.concatenate([own[name].T for name in "QKV"])
    _set(torch, network.attention, in_proj_weight=together)
    _set(torch, network.attention.out_proj, weight=own["O"].T)
    _dense(torch, network.dense, p[2])
    return network


def _dense(torch: Any, module: Any, own: Any) -> None:
    _set(torch, module, weight=own["W"].T, bias=own["b"])


def _set(torch: Any, module: Any, **arrays: Any) -> None:
    """Give parameters of a module these values."""
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(module, name).copy_(torch.from_numpy(np.ascontiguousarray(array)))


NETWORKS = {LENET: lenet, RECURRENT: recurrent, ATTENTIVE: attentive}
