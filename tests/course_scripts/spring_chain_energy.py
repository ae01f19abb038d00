import math
import itertools
import numpy as np
from pellucid import gradient as grad

k, L0 = 2.0, math.sqrt(2) / 2
edges = [(i, j) for i, j in itertools.combinations(range(4), 2)]


def energy(pos):
    E = 0.0
    for i, j in edges:
        d = np.linalg.norm(pos[i] - pos[j])
        if d < 3 * L0:
            E += 0.5 * k * (d - L0) ** 2
        else:
            E += k * L0 * d
        E += math.exp(-1.0) / d
    return E


pos = np.array([[0.0, 0], [1, 0.1], [1.2, 1], [-3, 0.9]])
history = []
for step in range(15):
    f = -grad(energy)(pos)
    pos = pos + 0.05 * f
    history.append(energy(pos))
    if step and abs(history[-1] - history[-2]) < 1e-6:
        break
result = pos
