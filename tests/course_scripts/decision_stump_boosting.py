import numpy as np
from pellucid import gradient as grad

x = np.array([0.5, 1.2, 2.1, 2.9, 3.5])
y = np.array([1, 1, -1, -1, 1])


def adaboost_loss(alphas):
    stumps = [lambda v: 1 if v < 1.6 else -1, lambda v: -1 if v < 3.2 else 1]
    F = [sum(a * h(v) for a, h in zip(alphas, stumps)) for v in x]
    loss = np.mean(np.exp(-y * np.array(F)))
    errors = sum(1 for f, t in zip(F, y) if f * t <= 0)
    print("errors:", errors, "loss:", loss)
    return loss


a = np.array([0.5, 0.3])
for _ in range(10):
    a = a - 0.5 * grad(adaboost_loss)(a)
result = a
