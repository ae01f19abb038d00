import numpy as np
from pellucid import gradient as grad

P = np.array([[[0.9, 0.1, 0], [0.1, 0.8, 0.1], [0, 0.1, 0.9]], [[0.2, 0.8, 0], [0, 0.2, 0.8], [0.5, 0, 0.5]]])
R = np.array([[0.0, 0.0, 1.0], [-0.1, -0.1, 0.5]])


def start_value(gamma, theta=1e-6):
    V = np.zeros(3)
    while True:
        delta = 0
        for s in range(3):
            v = V[s]
            V[s] = max(R[a, s] + gamma * P[a, s].dot(V) for a in range(2))
            delta = max(delta, abs(v - V[s]))
        if delta < theta:
            break
    return V[0]


result = grad(start_value)(0.8)
