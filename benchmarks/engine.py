"""What the engine itself costs: tracing, differentiating, printing, the first gradient.

python benchmarks/engine.py          # beside autograd and JAX where installed
python benchmarks/engine.py --tiny   # a few seconds, to see that it runs
"""

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time

import numpy as np

import pellucid as pl


def chain(n):
    """Give a function whose graph has n nodes."""

    def f(x):
        for _ in range(n // 2):
            x = np.sin(x) + 0.5
        return x

    return f


def seconds(work, repeats):
    """Run some work several times and give the median time."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def engine(n, repeats):
    """Microseconds a node for each thing the engine does to a chain of n nodes."""
    f = chain(n)
    graph = pl.graph(f, 0.3)
    compiled = pl.compile(graph)
    compiled(0.3)
    work = {
        "trace": lambda: pl.graph(f, 0.3),
        "make stable": lambda: pl.stable(graph),
        "differentiate": lambda: pl.gradient(graph, stable=False),
        "both, as gradient does": lambda: pl.gradient(graph),
        "print": lambda: str(graph),
        "write as source": lambda: pl.source(graph),
        "run by the reference": lambda: graph(0.3),
        "run compiled": lambda: compiled(0.3),
    }
    print(f"a chain of {n:,} nodes: microseconds a node")
    for name, job in work.items():
        print(f"  {name:<24}{1e6 * seconds(job, repeats) / n:>8.2f}")


FIRST_GRADIENT = """
import time
begin = time.perf_counter()
import {module} as np, numpy
x = numpy.linspace(0.1, 1.0, 1000)
def cost(w):
    z = np.tanh(w) * np.exp(-w)
    return np.sum(z * z) / 1000
{call}
print(time.perf_counter() - begin)
"""
RIVALS = {
    "pellucid": ("numpy", "import pellucid; pellucid.gradient(cost)(x)"),
    "autograd": ("autograd.numpy", "import autograd; autograd.grad(cost)(x)"),
    "jax": ("jax.numpy", "import jax; jax.grad(cost)(x).block_until_ready()"),
}


def first_gradient(repeats):
    """Milliseconds from a function to its first gradient, each in its own process."""
    print("from a function to its first gradient: milliseconds, its import included")
    for name, (module, call) in RIVALS.items():
        if importlib.util.find_spec(name) is None:
            print(f"  {name:<22}not installed")
            continue
        program = FIRST_GRADIENT.format(module=module, call=call)
        run = [sys.executable, "-c", program]
        times = [
            float(subprocess.run(run, capture_output=True, check=True).stdout)
            for _ in range(repeats)
        ]
        print(f"  {name:<22}{1e3 * min(times):>8.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tiny", action="store_true")
    tiny = parser.parse_args().tiny
    for size in [200] if tiny else [10_000, 100_000]:
        engine(size, 1 if tiny else 3)
    first_gradient(1 if tiny else 5)
