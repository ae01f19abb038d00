import numpy as np
from pellucid import gradient as grad


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-1):
        np.random.seed(0)
        self.params = {}
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, params, X, y=None, reg=0.0):
        W1, b1 = params["W1"], params["b1"]
        W2, b2 = params["W2"], params["b2"]
        N, D = X.shape
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        scores -= np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        loss = np.sum(-np.log(probs[np.arange(N), y])) / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        return loss

    def train(self, X, y, learning_rate=1e-1, reg=5e-6, num_iters=20, batch_size=8):
        loss_history = []
        for it in range(num_iters):
            idx = np.random.choice(X.shape[0], batch_size)
            X_batch, y_batch = X[idx], y[idx]
            grads = grad(self.loss)(self.params, X_batch, y_batch, reg)
            for p in self.params:
                self.params[p] = self.params[p] - learning_rate * grads[p]
            loss_history.append(self.loss(self.params, X_batch, y_batch, reg))
        return loss_history


net = TwoLayerNet(4, 6, 3)
X = 3 * np.random.randn(15, 4)
y = np.random.randint(0, 3, 15)
result = net.train(X, y)
