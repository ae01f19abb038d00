import numpy as np
from pellucid import gradient as grad

players = ["A", "B", "C", "D"]
wins = {("A", "B"): 3, ("B", "C"): 4, ("C", "A"): 1, ("A", "D"): 2, ("D", "B"): 2}


def negloglik(beta):
    strength = dict(zip(players, beta))
    return -sum(n * (strength[i] - np.logaddexp(strength[i], strength[j])) for (i, j), n in wins.items())


beta = np.zeros(4)
while True:
    g = grad(negloglik)(beta)
    if np.max(np.abs(g)) < 1e-3:
        break
    beta = beta - 0.3 * g
    beta = beta - beta.mean()
print({p: round(float(b), 3) for p, b in zip(players, beta)})
result = beta
