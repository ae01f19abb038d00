import numpy as np
from pellucid import gradient as grad


def gram_schmidt(A):
    Q = []
    for a in A.T:
        v = a.copy()
        for q in Q:
            v -= q.dot(a) * q
        if np.linalg.norm(v) > 1e-10:
            Q.append(v / np.linalg.norm(v))
    return np.column_stack(Q)


A = np.array([[1.0, 2.0, 0.5], [0.3, 1.0, 2.0], [2.0, 0.1, 1.0]])
result = grad(lambda A: gram_schmidt(A)[:, 1:].sum() ** 2)(A)
