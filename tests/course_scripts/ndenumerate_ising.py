import numpy as np
from pellucid import gradient as grad

spins = np.sign(np.sin(np.arange(1, 17) ** 2)).reshape(4, 4)


def neg_pseudo_loglik(p):
    J, h = p
    total = 0.0
    for (i, j), s in np.ndenumerate(spins):
        nb = spins[(i + 1) % 4, j] + spins[i - 1, j] + spins[i, (j + 1) % 4] + spins[i, j - 1]
        total += np.log1p(np.exp(-2 * s * (J * nb + h)))
    return total


p = np.zeros(2)
for _ in range(20):
    p -= 0.02 * grad(neg_pseudo_loglik)(p)
result = p
