import numpy as np
from pellucid import gradient as grad

input_layer_size, hidden_layer_size, num_labels = 3, 4, 3
m = 7
X = np.sin(np.arange(1, m * 3 + 1)).reshape(m, 3)
y = 1 + np.arange(m) % num_labels
lmbda = 0.5


def sigmoid(z):
    g = 1.0 / (1.0 + np.exp(-z))
    return g


def nnCostFunction(nn_params):
    Theta1 = nn_params[: hidden_layer_size * (input_layer_size + 1)].reshape(
        (hidden_layer_size, input_layer_size + 1)
    )
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1) :].reshape(
        (num_labels, hidden_layer_size + 1)
    )
    J = 0
    for i in range(m):
        a1 = np.append(1, X[i])
        a2 = np.append(1, sigmoid(Theta1.dot(a1)))
        a3 = sigmoid(Theta2.dot(a2))
        yi = np.zeros(num_labels)
        yi[y[i] - 1] = 1
        J = J + np.sum(-yi * np.log(a3) - (1 - yi) * np.log(1 - a3))
    J = J / m
    J += lmbda / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    return J


nn_params = np.cos(np.arange(4 * 4 + 3 * 5)) / 5
print("Cost at parameters: {:.6f}".format(nnCostFunction(nn_params)))
result = grad(nnCostFunction)(nn_params)
