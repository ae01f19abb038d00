import numpy as np
from scipy.special import logsumexp
from pellucid import gradient as grad

states = ("Healthy", "Fever")
observations = ("normal", "cold", "dizzy", "normal", "dizzy")
emit = {"normal": 0, "cold": 1, "dizzy": 2}


def log_likelihood(params):
    start = params["start"] - logsumexp(params["start"])
    A = params["A"] - logsumexp(params["A"], axis=1, keepdims=True)
    B = params["B"] - logsumexp(params["B"], axis=1, keepdims=True)
    fwd = []
    for i, o in enumerate(observations):
        now = {}
        for s, st in enumerate(states):
            if i == 0:
                prev = start[s]
            else:
                prev = logsumexp([fwd[-1][k] + A[n, s] for n, k in enumerate(states)])
            now[st] = B[s, emit[o]] + prev
        fwd.append(now)
    return logsumexp(list(fwd[-1].values()))


p = {"start": np.zeros(2), "A": np.array([[1.0, 0.2], [0.0, 0.4]]), "B": np.array([[0.5, 0.2, -1.0], [-1.0, 0.1, 0.6]])}
for _ in range(5):
    g = grad(log_likelihood)(p)
    p = {k: p[k] + 0.1 * g[k] for k in p}
result = p
