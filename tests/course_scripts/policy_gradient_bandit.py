import numpy as np
from pellucid import gradient as grad

np.random.seed(10)
true_means = [0.1, 0.5, 0.9]
theta = np.zeros(3)


def log_pi(theta, a):
    z = theta - max(theta)
    p = np.exp(z) / sum(np.exp(z))
    assert abs(sum(p) - 1) < 1e-9
    return np.log(p[a])


baseline = 0
for t in range(1, 40):
    p = np.exp(theta) / np.exp(theta).sum()
    a = np.random.choice(3, p=p)
    r = np.random.normal(true_means[a], 0.1)
    theta = theta + 0.2 * (r - baseline) * grad(log_pi)(theta, a)
    baseline += (r - baseline) / t
result = theta
