import numpy as np
from pellucid import gradient as grad

np.random.seed(1)
X = np.random.randn(20, 2)
m, n = X.shape
X = np.hstack((np.ones((m, 1)), X))
y = (X.dot(np.array([0.5, 1.0, -2.0])) > 0).astype(int)
lmbda = 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def costFunctionReg(theta):
    h = sigmoid(X.dot(theta))
    J = -1 / m * (y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h)))
    J += lmbda / (2 * m) * theta[1:].T.dot(theta[1:])
    return J


theta = np.zeros(n + 1)
for it in range(60):
    theta -= 0.5 * grad(costFunctionReg)(theta)
    if it % 20 == 0:
        print("Iteration %d, cost %.4f" % (it, costFunctionReg(theta)))
p = sigmoid(X.dot(theta)) >= 0.5
print("Train Accuracy:", np.mean(p == y) * 100)
result = theta
