import numpy as np
from pellucid import gradient as grad


def eccentric_anomaly(M, e, tol=1e-12):
    E = M if e < 0.8 else np.pi
    for _ in range(100):
        dE = (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
        E -= dE
        if abs(dE) < tol:
            return E
    raise ValueError("Kepler's equation did not converge")


def position(e):
    E = eccentric_anomaly(1.0, e)
    nu = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
    r = 1 - e * np.cos(E)
    return r * np.cos(nu)


result = [grad(position)(e) for e in (0.1, 0.5, 0.85)]
