"""Training a perceptron: whole fits against scikit-learn and PyTorch, side by side.

    python benchmarks/training.py          # theirs / ours: above 1 we are faster
    python benchmarks/training.py --tiny   # a few seconds, to see that it runs

Each rival trains in its own process with Adam in float32, in batches of the same size
for as many epochs, and is timed around the whole fit; the fastest of several counts.
"""

import argparse
import importlib.util
import itertools
import json
import subprocess
import sys
import time
import warnings

import numpy as np

# features, hidden layers, classes, rows a batch, rows, epochs
NETWORKS = {
    "20-32-32-3": (20, (32, 32), 3, 32, 3_000, 20),
    "50-128-64-5": (50, (128, 64), 5, 128, 20_000, 5),
    "784-512-256-10": (784, (512, 256), 10, 128, 20_000, 2),
}
RIVALS = {"pellucid": "pellucid", "scikit-learn": "sklearn", "torch": "torch"}


def data(d, k, n):
    """Rows of k noisy clusters."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, k, n)
    X = rng.normal(size=(k, d))[y] + rng.normal(size=(n, d))
    return X.astype(np.float32), y


def fit_estimator(module, hidden, batch, epochs):
    """Give the fit of a scikit-learn-like classifier."""
    if module == "pellucid":
        from pellucid import MLPClassifier
    else:
        from sklearn.neural_network import MLPClassifier
    settings = {"batch_size": batch, "max_iter": epochs, "tol": 0.0}
    return MLPClassifier(hidden, random_state=0, **settings).fit


def fit_torch(hidden, batch, epochs):
    """Give a plain PyTorch training loop, eager, with Adam."""
    import torch

    def fit(X, y):
        rows, targets = torch.from_numpy(X), torch.from_numpy(y)
        sizes = [X.shape[1], *hidden, int(y.max()) + 1]
        layers = []
        for d, h in itertools.pairwise(sizes):
            layers += [torch.nn.Linear(d, h), torch.nn.ReLU()]
        network = torch.nn.Sequential(*layers[:-1])
        cost = torch.nn.CrossEntropyLoss()
        adam = torch.optim.Adam(network.parameters(), weight_decay=1e-4 / batch)
        for _ in range(epochs):
            total = 0.0
            for part in torch.randperm(len(X)).split(batch):
                adam.zero_grad()
                loss = cost(network(rows[part]), targets[part])
                loss.backward()
                adam.step()
                total += float(loss.detach())

    return fit


def race(rival, name, tiny):
    """Time one rival on one network, here and now."""
    d, hidden, k, batch, n, epochs = NETWORKS[name]
    n, epochs = (4 * batch, 1) if tiny else (n, epochs)
    warnings.simplefilter("ignore")
    X, y = data(d, k, n)
    module = RIVALS[rival]
    if module == "torch":
        fit = fit_torch(hidden, batch, epochs)
    else:
        fit = fit_estimator(module, hidden, batch, epochs)
    times = []
    for _ in range(1 if tiny else 3):
        begin = time.perf_counter()
        fit(X, y)
        times.append(time.perf_counter() - begin)
    return min(times)


def main(tiny):
    """Print a table of ratios."""
    names = [r for r, module in RIVALS.items() if importlib.util.find_spec(module)]
    print(f"{'whole fit':<18}{'pellucid, s':>12}", *(f"{r:>14}" for r in names[1:]))
    for name in NETWORKS:
        seconds = {}
        for rival in names:
            command = [sys.executable, __file__, "--race", rival, name]
            command += ["--tiny"] if tiny else []
            run = subprocess.run(command, capture_output=True, check=True, text=True)
            seconds[rival] = json.loads(run.stdout.splitlines()[-1])
        ratios = (f"{seconds[r] / seconds['pellucid']:>14.2f}" for r in names[1:])
        print(f"{name:<18}{seconds['pellucid']:>12.3f}", *ratios)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--race", nargs=2)
    arguments = parser.parse_args()
    if arguments.race:
        print(json.dumps(race(*arguments.race, arguments.tiny)))
    else:
        main(arguments.tiny)
