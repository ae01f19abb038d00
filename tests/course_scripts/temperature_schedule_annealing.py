import math
import random
import numpy as np
from pellucid import gradient as grad

random.seed(2)


def rastrigin(x):
    A = 10
    return A * len(x) + sum([(xi**2 - A * np.cos(2 * math.pi * xi)) for xi in x])


x = np.array([1.3, -0.7])
T = 1.0
while T > 0.05:
    cand = x - 0.002 * grad(rastrigin)(x)
    delta = rastrigin(cand) - rastrigin(x)
    if delta < 0 or random.random() < math.exp(-delta / T):
        x = cand
    T *= 0.9
result = x
