import numpy as np
from pellucid import gradient as grad

obs = [0, 1, 2, 1]


def viterbi(params):
    A = np.log(params["A"] / params["A"].sum(axis=1, keepdims=True))
    B = np.log(params["B"] / params["B"].sum(axis=1, keepdims=True))
    V = [B[:, obs[0]]]
    back = []
    for o in obs[1:]:
        scores = V[-1][:, None] + A
        back.append(np.argmax(scores, axis=0))
        V.append(np.max(scores, axis=0) + B[:, o])
    path = [int(np.argmax(V[-1]))]
    for b in reversed(back):
        path.insert(0, int(b[path[0]]))
    return V[-1][path[-1]]


result = grad(viterbi)({"A": np.array([[0.7, 0.3], [0.4, 0.6]]), "B": np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]])})
