import random
import numpy as np
from pellucid import gradient as grad


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class Network(object):
    def __init__(self, sizes):
        rs = np.random.RandomState(0)
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [rs.randn(y, 1) for y in sizes[1:]]
        self.weights = [rs.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a, biases, weights):
        for b, w in zip(biases, weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def cost(self, biases, weights, batch):
        total = 0
        for x, y in batch:
            total += 0.5 * np.linalg.norm(self.feedforward(x, biases, weights) - y) ** 2
        return total / len(batch)

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = grad(lambda b: self.cost(b, self.weights, mini_batch))(self.biases)
        nabla_w = grad(lambda w: self.cost(self.biases, w, mini_batch))(self.weights)
        self.weights = [w - eta * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - eta * nb for b, nb in zip(self.biases, nabla_b)]

    def SGD(self, training_data, epochs, mini_batch_size, eta):
        n = len(training_data)
        for j in range(epochs):
            random.shuffle(training_data)
            for k in range(0, n, mini_batch_size):
                self.update_mini_batch(training_data[k : k + mini_batch_size], eta)
            print("Epoch {0} complete".format(j))


random.seed(4)
rs = np.random.RandomState(1)
training = [(rs.rand(3, 1), np.eye(2)[:, [k % 2]]) for k in range(8)]
net = Network([3, 4, 2])
net.SGD(training, 2, 4, 3.0)
result = net.weights
