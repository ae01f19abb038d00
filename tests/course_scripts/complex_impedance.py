import numpy as np
from pellucid import gradient as grad

freqs = np.logspace(0, 3, 10)
Zm = 100 + 1 / (1j * 2 * np.pi * freqs * 1e-4) 


def model(p):
    R, C = p
    return R + 1 / (1j * 2 * np.pi * freqs * C * 1e-4)


def err(p):
    d = model(p) - Zm
    return np.sum(np.abs(d) ** 2) / np.sum(np.abs(Zm) ** 2)


result = grad(err)(np.array([90.0, 1.2]))
