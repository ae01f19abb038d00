import numpy as np
from pellucid import gradient as grad


def dictionary_to_vector(parameters):
    return np.concatenate([parameters[k].reshape(-1, 1) for k in ["W1", "b1", "W2", "b2"]])


def forward(X, Y, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.maximum(0, Z1)
    A2 = 1 / (1 + np.exp(-(np.dot(parameters["W2"], A1) + parameters["b2"])))
    assert A2.shape == (1, X.shape[1])
    m = X.shape[1]
    logprobs = np.multiply(-np.log(A2), Y) + np.multiply(-np.log(1 - A2), 1 - Y)
    cost = 1.0 / m * np.nansum(logprobs)
    cost = np.squeeze(cost)
    assert cost.shape == ()
    return cost


def gradient_check(parameters, X, Y, epsilon=1e-6):
    g = dictionary_to_vector(grad(lambda p: forward(X, Y, p))(parameters))
    approx = []
    for key in ["W1", "b1", "W2", "b2"]:
        for index in np.ndindex(parameters[key].shape):
            plus = {k: v.copy() for k, v in parameters.items()}
            plus[key][index] += epsilon
            minus = {k: v.copy() for k, v in parameters.items()}
            minus[key][index] -= epsilon
            approx.append((forward(X, Y, plus) - forward(X, Y, minus)) / (2 * epsilon))
    approx = np.array(approx).reshape(-1, 1)
    difference = np.linalg.norm(g - approx) / (np.linalg.norm(g) + np.linalg.norm(approx))
    if difference > 1e-6:
        print("There is a mistake in the backward propagation! difference = " + str(difference))
    else:
        print("Your backward propagation works perfectly fine! difference = " + str(difference))
    return g


rs = np.random.RandomState(1)
params = {"W1": rs.randn(3, 2), "b1": rs.randn(3, 1), "W2": rs.randn(1, 3), "b2": rs.randn(1, 1)}
result = gradient_check(params, rs.randn(2, 5), np.array([[1, 0, 1, 1, 0]]))
