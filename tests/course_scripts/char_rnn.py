import numpy as np
from pellucid import gradient as grad

data = "hello world"
chars = sorted(set(data))
vocab_size, hidden_size = len(chars), 5
char_to_ix = {ch: i for i, ch in enumerate(chars)}
rs = np.random.RandomState(0)
Wxh = rs.randn(hidden_size, vocab_size) * 0.1
Whh = rs.randn(hidden_size, hidden_size) * 0.1
Why = rs.randn(vocab_size, hidden_size) * 0.1
bh, by = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))


def lossFun(weights, inputs, targets, hprev):
    Wxh, Whh, Why, bh, by = weights
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    return loss


ix = [char_to_ix[c] for c in data]
weights = [Wxh, Whh, Why, bh, by]
mem = [np.zeros_like(p) for p in weights]
for n in range(4):
    dparams = grad(lossFun)(weights, ix[:-1], ix[1:], np.zeros((hidden_size, 1)))
    for i, (param, dparam, m) in enumerate(zip(weights, dparams, mem)):
        np.clip(dparam, -5, 5, out=dparam)
        m += dparam * dparam
        param += -0.1 * dparam / np.sqrt(m + 1e-8)
result = weights
