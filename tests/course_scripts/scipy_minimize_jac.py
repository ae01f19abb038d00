import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln
from pellucid import gradient as grad

counts = np.array([2, 0, 3, 5, 1, 4, 8, 6])
X = np.column_stack([np.ones(8), np.arange(8) / 8])


def nll(beta):
    eta = X @ beta
    return -np.sum(counts * eta - np.exp(eta) - gammaln(counts + 1))


res = minimize(nll, np.zeros(2), jac=grad(nll), method="BFGS")
print(res.message)
result = res.x
