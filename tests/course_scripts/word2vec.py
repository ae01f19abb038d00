import numpy as np
from pellucid import gradient as grad

corpus = "the quick brown fox jumps over the lazy dog the fox".split()
vocab = sorted(set(corpus))
w2i = {w: i for i, w in enumerate(vocab)}
pairs = [(w2i[c], w2i[corpus[j]]) for i, c in enumerate(corpus) for j in (i - 1, i + 1) if 0 <= j < len(corpus)]


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum(axis=0)


def nll(W_in, W_out):
    loss = 0
    for center, context in pairs:
        h = W_in[center]
        loss -= np.log(softmax(W_out.dot(h))[context])
    return loss / len(pairs)


rs = np.random.RandomState(0)
W1, W2 = rs.rand(len(vocab), 3), rs.rand(len(vocab), 3)
for _ in range(3):
    W1, W2 = W1 - grad(nll)(W1, W2), W2 - grad(lambda W: nll(W1, W))(W2)
result = W1, W2
