import numpy as np
from pellucid import gradient as grad

rng = np.random.RandomState(3)
X = rng.randn(6, 4)
y = rng.randint(0, 3, 6)


def svm_loss_naive(W, reg):
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
    loss /= num_train
    loss += reg * np.sum(W * W)
    return loss


W = rng.randn(4, 3)
for step in range(5):
    W += -0.1 * grad(svm_loss_naive)(W, 0.1)
result = W
