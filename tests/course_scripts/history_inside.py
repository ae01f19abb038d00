import numpy as np
from pellucid import gradient as grad

x = np.arange(5.0)
history = []


def loss(w):
    l = np.mean((w * x - 2 * x - 1) ** 2)
    history.append(l)
    return l


w = 0.0
for _ in range(10):
    w -= 0.05 * grad(loss)(w)
print(min(history), history[-1] < history[0])
result = w
