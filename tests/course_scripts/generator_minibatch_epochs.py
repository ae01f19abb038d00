import numpy as np
from pellucid import gradient as grad

rng = np.random.default_rng(0)
X, y = rng.normal(size=(32, 3)), rng.integers(0, 2, 32)


def batches(X, y, size, shuffle=True):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), size):
        pick = order[start : start + size]
        yield X[pick], y[pick]


def bce(w, xb, yb, eps=1e-12):
    p = 1 / (1 + np.exp(-xb.dot(w)))
    p = np.clip(p, eps, 1 - eps)
    return -np.mean([np.log(pi) if yi else np.log(1 - pi) for pi, yi in zip(p, yb)])


w = np.zeros(3)
for epoch in range(3):
    losses = []
    for xb, yb in batches(X, y, 8):
        w = w - 0.5 * grad(bce)(w, xb, yb)
        losses.append(bce(w, xb, yb))
    print(f"epoch {epoch}: {np.mean(losses):.4f}")
result = w
