"""Networks of sequences: recurrent ones, attention, a transformer."""

import numpy as np
from tutorials.data import normal, uniform


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


# -- recurrent -----------------------------------------------------------------------


def char_rnn(Wxh, Whh, Why, bh, by, inputs, targets):
    vocab = Why.shape[0]
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.zeros((Whh.shape[0], 1))
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    return loss


def lstm(W, U, b, xs):
    hidden = U.shape[0]
    h = np.zeros(hidden)
    c = np.zeros(hidden)
    outputs = []
    for x in xs:
        gates = x @ W + h @ U + b
        i, f, o, g = np.split(gates, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.array(outputs)


def lstm_cell_by_dict(p, xs):
    n = p["Wf"].shape[0]
    a, c = np.zeros((n, 1)), np.zeros((n, 1))
    out = np.zeros((n, len(xs)))
    for t, x in enumerate(xs):
        concat = np.concatenate((a, x[:, None]), axis=0)
        ft = sigmoid(np.dot(p["Wf"], concat) + p["bf"])
        it = sigmoid(np.dot(p["Wi"], concat))
        cct = np.tanh(np.dot(p["Wc"], concat))
        ot = sigmoid(np.dot(p["Wo"], concat))
        c = ft * c + it * cct
        a = ot * np.tanh(c)
        out[:, t : t + 1] = a
    return out.sum(axis=0)


def gru(p, xs, h0):
    def step(h, x):
        z = sigmoid(p["Wz"] @ x + p["Uz"] @ h)
        r = sigmoid(p["Wr"] @ x + p["Ur"] @ h)
        n = np.tanh(p["Wh"] @ x + p["Uh"] @ (r * h))
        return (1 - z) * h + z * n

    states = [h0]
    for x in xs:
        states.append(step(states[-1], x))
    return np.vstack(states[1:]).mean()


# -- attention -----------------------------------------------------------------------


def softmax(x, axis=-1):
    x = x - x.max(axis=axis, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def causal_attention(x, Wq, Wk, Wv):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    scores = q @ k.T / np.sqrt(k.shape[-1])
    mask = np.tril(np.ones((len(x), len(x)), dtype=bool))
    scores = np.where(mask, scores, -np.inf)
    return softmax(scores) @ v


def scaled_attention(q, k, v, mask):
    scores = np.matmul(q, k.swapaxes(-2, -1)) / np.sqrt(q.shape[-1])
    scores = scores + (1 - mask) * -1e9
    weights = softmax(scores)
    return np.matmul(weights, v)


def attention_by_einsum(q, k, v):
    logits = np.einsum("bthd,bshd->bhts", q, k) / q.shape[-1] ** 0.5
    logits[
        ..., np.triu_indices(q.shape[1], 1)[0], np.triu_indices(q.shape[1], 1)[1]
    ] = -1e10
    return np.einsum("bhts,bshd->bthd", softmax(logits), v)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def norm(x, g, b, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return g * (x - mean) / np.sqrt(variance + eps) + b


def linear(x, w, b):
    return x @ w + b


def heads_of(x, c_attn, c_proj, n_head):
    x = linear(x, **c_attn)
    qkv_heads = [np.split(part, n_head, axis=-1) for part in np.split(x, 3, axis=-1)]
    mask = (1 - np.tri(x.shape[0])) * -1e10
    outs = [
        softmax(q @ k.T / np.sqrt(q.shape[-1]) + mask) @ v
        for q, k, v in zip(*qkv_heads, strict=True)
    ]
    return linear(np.hstack(outs), **c_proj)


def transformer(wte, wpe, block, tokens):
    x = wte[tokens[:-1]] + wpe[range(len(tokens) - 1)]
    x = x + heads_of(norm(x, **block["ln_1"]), **block["attn"], n_head=2)
    h = norm(x, **block["ln_2"])
    x = x + linear(gelu(linear(h, **block["c_fc"])), **block["c_proj"])
    logits = x @ wte.T
    probs = softmax(logits)
    return -np.log(probs[np.arange(len(tokens) - 1), tokens[1:]]).mean()


def sinusoids(x, scale):
    T, d = x.shape
    pe = np.zeros((T, d))
    position = np.arange(T)[:, np.newaxis]
    div_term = np.exp(np.arange(0, d, 2) * -(np.log(10000.0) / d))
    pe[:, 0::2] = np.sin(position * div_term)
    pe[:, 1::2] = np.cos(position * div_term)
    return np.tanh(x + scale * pe)


T5 = normal(5, 4, seed=8)
BLOCK = {
    "ln_1": {"g": uniform(4, seed=1), "b": normal(4, seed=2)},
    "ln_2": {"g": uniform(4, seed=3), "b": normal(4, seed=4)},
    "attn": {
        "c_attn": {"w": normal(4, 12, seed=5), "b": normal(12, seed=6)},
        "c_proj": {"w": normal(4, 4, seed=7), "b": normal(4, seed=8)},
    },
    "c_fc": {"w": normal(4, 8, seed=9), "b": normal(8, seed=10)},
    "c_proj": {"w": normal(8, 4, seed=11), "b": normal(4, seed=12)},
}
GRU = {f"{kind}{gate}": normal(3, 2 if kind == "W" else 3, seed=ord(gate))
       for kind in "WU" for gate in "zrh"}  # fmt: skip
CELL = {f"W{gate}": normal(3, 5, seed=ord(gate)) for gate in "fico"} | {
    "bf": normal(3, 1)
}

CASES = {
    "character rnn": (
        char_rnn, normal(4, 5), normal(4, 4), normal(5, 4), normal(4, 1), normal(5, 1),
        [0, 3, 1, 4], [3, 1, 4, 2],
    ),
    "lstm": (lstm, normal(2, 12), normal(3, 12), normal(12), normal(4, 2)),
    "lstm by dict": (lstm_cell_by_dict, CELL, normal(4, 2)),
    "gru": (gru, GRU, normal(4, 2), normal(3)),
    "causal attention": (
        causal_attention, T5, normal(4, 3), normal(4, 3, seed=1), normal(4, 2),
    ),
    "attention with a mask": (
        scaled_attention, normal(2, 5, 4), normal(2, 3, 4), normal(2, 3, 2),
        np.array([[1, 1, 0]] * 5),
    ),
    "attention by einsum": (
        attention_by_einsum, normal(2, 3, 2, 4), normal(2, 3, 2, 4, seed=1),
        normal(2, 3, 2, 4, seed=2),
    ),
    "transformer": (
        transformer, normal(6, 4), normal(8, 4), BLOCK, np.array([2, 0, 5, 3, 3]),
    ),
    "sinusoids": (sinusoids, T5, 0.7),
}  # fmt: skip
