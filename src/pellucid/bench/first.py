"""The time from starting a program to its first result, imports included."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import NamedTuple

from pellucid.bench.contest import Contest, Mark, Rival, library
from pellucid.bench.trainers.trainers import EAGER, NUMPY, SCAN, SKLEARN

GRADIENT = """
import time
begin = time.perf_counter()
import numpy
import {library} as np
def cost(w):
    z = np.tanh(w) * np.exp(-w)
    return np.sum(z * z) / 1000
x = numpy.linspace(0.1, 1.0, 1000)
{gradient}
print(time.perf_counter() - begin)
"""
FIT = """
import time, warnings
begin = time.perf_counter()
warnings.simplefilter("ignore")
from pellucid.bench.perceptrons import PERCEPTRONS, data
from pellucid.bench.trainers.trainers import EAGER, NUMPY, SCAN, SKLEARN, TRAINERS
task = PERCEPTRONS["20-32-32-3"].tiny()
TRAINERS[{trainer!r}](task).fit(*data(task))
print(time.perf_counter() - begin)
"""


class Route(NamedTuple):
    """How a rival comes to a first gradient, and which trainer to a first fit."""

    library: str
    gradient: str
    trainer: str = ""


WAYS = {
    "Pellucid": Route("numpy", "import pellucid; pellucid.gradient(cost)(x)", NUMPY),
    "autograd": Route("autograd.numpy", "import autograd; autograd.grad(cost)(x)"),
    "JAX": Route(
        "jax.numpy",
        "import jax; jax.grad(cost)(x).block_until_ready()",
        SCAN,
    ),
    "PyTorch": Route(
        "torch",
        "cost(np.from_numpy(x).requires_grad_()).backward()",
        EAGER,
    ),
    "scikit-learn": Route("sklearn", "", SKLEARN),
}

PROGRAMS = {  # a case -> its program, and which of a rival's ways it needs
    "a gradient": (GRADIENT, "gradient"),
    "a fit": (FIT, "trainer"),
}


def measured(rival: str, case: str, tiny: bool) -> dict[str, Mark]:
    """Run a whole program and read the time that it took."""
    way = WAYS[rival]
    library(way.library)
    template, needed = PROGRAMS[case]
    if not getattr(way, needed):
        return {}
    return {"imports included": Mark(clocked(template.format(**way._asdict())))}


def clocked(program: str) -> float:
    """Run a program that prints its seconds, with the bytecode of any second run.

    >>> clocked("print(0.5)")
    0.5
    """
    command = [sys.executable, "-P", "-c", program]
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=kept)
    return float(done.stdout)


CONTEST = Contest(
    title="The first result",
    note="A program that imports what it needs and takes the gradient of a function of "
    "1,000 numbers, or fits 80 rows for two epochs; its own clock.",
    cases=tuple(PROGRAMS),
    rivals={name: Rival(partial(measured, name), name == "Pellucid") for name in WAYS},
)
