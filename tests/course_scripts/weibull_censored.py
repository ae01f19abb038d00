import numpy as np
from pellucid import gradient as grad

times = [5.0, 8.0, 12.0, 20.0, 20.0]
event = [True, True, False, True, False]


def loglik(k, lam):
    ll = 0
    for t, e in zip(times, event):
        z = (t / lam) ** k
        if e:
            ll = ll + np.log(k / lam) + (k - 1) * np.log(t / lam) - z
        else:
            ll = ll - z
    return ll


k, lam = 1.0, 10.0
for _ in range(15):
    dk = grad(loglik)(k, lam)
    dlam = grad(lambda l: loglik(k, l))(lam)
    k, lam = k + 0.02 * dk, lam + 0.5 * dlam
print("shape = {:.3f}, scale = {:.3f}".format(k, lam))
result = k, lam
