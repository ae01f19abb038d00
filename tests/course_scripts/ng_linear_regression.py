import numpy as np
from pellucid import gradient as grad

data = np.array([[6.1, 17.6], [5.5, 9.1], [8.5, 13.7], [7.0, 11.9], [5.9, 6.8]])
m = data.shape[0]
X = np.c_[np.ones(m), data[:, 0]]
y = data[:, 1]


def computeCost(theta):
    h = X.dot(theta)
    J = (1 / (2 * m)) * np.sum((h - y) ** 2)
    return J


theta = np.zeros(2)
alpha = 0.01
J_history = []
gradient = grad(computeCost)
for i in range(100):
    theta = theta - alpha * gradient(theta)
    J_history.append(computeCost(theta))
print("Theta found by gradient descent:", theta)
result = theta, J_history[-1]
