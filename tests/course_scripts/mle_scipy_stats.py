import numpy as np
from scipy import stats
from pellucid import gradient as grad

x = np.array([2.1, 1.7, 2.9, 3.3, 2.2])


def nll(p):
    return -np.sum(stats.norm.logpdf(x, loc=p[0], scale=np.exp(p[1])))


result = grad(nll)(np.array([2.0, 0.0]))
